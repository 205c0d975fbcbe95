"""Where the data that is not code lies: themes and translations, in a checkout, an installation or a packaged app."""

import sys
from pathlib import Path

import crmdesk


def resources_folder() -> Path:
    """Return the folder `resources` (of the packaged app, or beside the package)."""
    packed = getattr(sys, "_MEIPASS", None)
    return (Path(packed) if packed else Path(crmdesk.__file__).resolve().parent.parent) / "resources"
