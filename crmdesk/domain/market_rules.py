"""Rules of the market that no setting can switch off.

Source: 医药代表备案管理办法（试行）2020, article 13: representatives may not count a physician's prescriptions (统方).
"""

import re
import unicodedata

_PRESCRIPTION = re.compile(
    r"处方(量|数|笔|张|额|单)|统方|开单(量|数)|开方(量|数)|开药(量|数)|用药(量|数)|医生销量|(个人|医生|单人)(用量|销量|纯销)"
    r"|(^|[^a-z])(rx|nrx|trx|prescriptions?|scripts?)"
    r"[ _-]*(count|volume|qty|quantity|number|num|total|amount|units?|s)?($|[^a-z])"
    r"|(number|count|volume) of (rx|prescriptions?|scripts?)",
)


def counts_prescriptions(name: str) -> bool:
    """Say whether a field or column name would hold an individual doctor's prescriptions.

    Full-width letters and spaces between Chinese characters do not hide it.
    """
    plain = unicodedata.normalize("NFKC", name)
    folded = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).casefold().strip()
    squeezed = re.sub(r"[\s_\-.·/（）()]+", "", folded)
    return _PRESCRIPTION.search(folded) is not None or _PRESCRIPTION.search(squeezed) is not None


MEAL_CAP_FEN_PER_HEAD = 300_00
"""Meals at most 300 yuan a head, doctors and staff counted (crmdesk design, domain rule 4)."""
