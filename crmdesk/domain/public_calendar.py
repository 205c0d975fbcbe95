"""The public calendar of China that comes with the program (`resources/calendar`), read once."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from crmdesk.domain.workdays import CalendarYear, read_years

_FILE = Path(__file__).resolve().parents[2] / "resources" / "calendar" / "china.json"


@cache
def published() -> Mapping[int, CalendarYear]:
    """Return the holidays and make-up days by the year that they were published for."""
    return read_years(json.loads(_FILE.read_text("utf-8")))
