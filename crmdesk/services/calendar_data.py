"""The public calendar of China from `resources/calendar`, read once."""

import json
from functools import cache
from pathlib import Path

from crmdesk.domain.workdays import Holidays, read_holidays

_FILE = Path(__file__).resolve().parents[2] / "resources" / "calendar" / "china.json"


@cache
def holidays() -> Holidays:
    """Return the public holidays and make-up days."""
    return read_holidays(json.loads(_FILE.read_text("utf-8")))
