"""The words of the demo company: loads `resources/company/*.json`, each file once."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "company"


@cache
def words(name: str) -> Any:
    """Return the content of `resources/company/<name>.json`; callers must not change it."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
