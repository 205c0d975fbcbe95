"""Rules of the market that no setting can switch off.

Source: 医药代表备案管理办法（试行）2020, article 13: representatives may not count a physician's prescriptions (统方).
"""

import re
import unicodedata
from collections.abc import Sequence

_MANY = r"(?:count|volume|qty|quantity|number|num|total|amount|units?|s)"
_PRESCRIPTION = re.compile(
    r"处方(量|数|笔|张|额|单|次|频|盒|支|总|占比|份额)|(每|月|周|日|年|季|均)处方(?!药|权|集|点评)"
    r"|处方[<>≥≤=约近超满达]*\d|\d(张|份|个|笔|单|例)?处方(?!药|权|集)"
    r"|统方|开(单|方|药)(量|数|张|笔|盒|支|次|总)|用药(量|数|盒|支)|医生销量|医生产出|(个人|医生|单人)(用量|销量|纯销)"
    rf"|(^|[^a-z])(rx|nrx|trx|prescriptions?|scripts?)[ _-]*{_MANY}?($|[^a-z])"
    rf"|prescrib(e|es|ed|ing)[ _-]*{_MANY}($|[^a-z])"
    r"|(number|count|volume) of (rx|prescriptions?|scripts?)"
    r"|chufang(liang|shu|bishu|zhangshu|cishu)|kai(dan|fang|yao)(liang|shu)|yongyao(liang|shu)|tongfang",
)
_DRUG = re.compile(r"药品|产品|商品|品种|品规|通用名|drug|product|medicine|brand", re.I)
_QUANTITY = re.compile(r"数量|盒数|支数|片数(?!字)|用量|销量|金额|qty|quantity|volume|amount|sales|units", re.I)
_ONLY_OF_DRUGS = re.compile(
    r"盒数|支数|片数(?!字)|粒数|用量|销量|纯销|销售额|sales|(boxes|packs|tablets|vials) ?(a|per|/)", re.I
)
_UNIT_OF_DRUGS = re.compile(
    r"盒|支|片|粒|瓶|板|袋|针|剂|安瓿|box|pack|tablet|vial|pill|capsule|ampoule|bottle|dose|ddd|(^|[^a-z])(mg|iu)($|[^a-z])"
)
_LETTERS_APART = re.compile(r"(?<![^\W_])(?:[a-z][\W_]+)+[a-z](?![^\W_])")
_PLAINER = str.maketrans("處開單數筆張額個藥統醫產銷總頻佔間х\u03c7", "处开单数笔张额个药统医产销总频占间xx")
"""Traditional characters of the words above, and letters of other alphabets that look like an x."""


def counts_prescriptions(name: str) -> bool:
    """Say whether a field, a column or a choice of that name would hold an individual doctor's prescriptions.

    Full-width letters, traditional characters, pinyin, accents, and marks or spaces between the characters do not hide
    it.
    """
    folded = _folded(name)
    squeezed = re.sub(r"[^\w<>≥≤=]|_", "", folded)
    forms = (folded, _LETTERS_APART.sub(lambda found: re.sub(r"[\W_]", "", found.group()), folded), squeezed)
    return any(_PRESCRIPTION.search(form) is not None for form in forms)


def counted_by_doctor(names: Sequence[str]) -> frozenset[int]:
    """Return which of the fields or columns of a list of doctors count drugs by doctor: doctor × drug × quantity.

    A quantity of what only drugs have counts alone; any other quantity does beside a field that names the drug.
    """
    folded = [re.sub(r"\s+(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])\s+", "", _folded(name)) for name in names]
    by_drug = any(_DRUG.search(name) for name in folded)
    return frozenset(
        place
        for place, name in enumerate(folded)
        if _ONLY_OF_DRUGS.search(name) or (by_drug and _QUANTITY.search(name))
    )


def counts_drugs(unit: str) -> bool:
    """Say whether a quantity in this unit is one of drugs or prescriptions: beside a doctor it counts what they use."""
    return _UNIT_OF_DRUGS.search(_folded(unit)) is not None or counts_prescriptions(f"1{unit}")


def _folded(name: str) -> str:
    """Return a name in plain lower case: compatibility forms, accents and invisible characters gone, words apart."""
    apart = unicodedata.normalize("NFKD", name)
    plain = "".join(one for one in apart if unicodedata.category(one) not in ("Cf", "Mn"))
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", plain))
    return words.translate(_PLAINER).casefold().strip()


MEAL_CAP_FEN_PER_HEAD = 300_00
"""Meals at most 300 yuan a head, doctors and staff counted (crmdesk design, domain rule 4)."""
