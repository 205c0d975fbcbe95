"""The icons: each named once for what it means, drawn from one line set in one colour."""

from functools import lru_cache

from PySide6.QtGui import QIcon

from crmdesk.ui import theme
from crmdesk.ui.glyphs import glyph_icon

ICONS = {
    "today": "house", "customers": "users", "visit": "pencil-simple", "expenses": "receipt", "approvals": "check",
    "team": "chart-bar",
    "sync": "arrows-clockwise", "settings": "gear-six", "import": "download-simple", "doctor": "user",
    "institution": "buildings", "search": "magnifying-glass", "undo": "arrow-counter-clockwise", "attach": "paperclip",
    "warning": "warning-circle", "info": "info", "plus": "plus", "edit": "pencil-simple", "delete": "trash",
    "calendar": "calendar-blank", "clock": "clock", "close": "x", "back": "caret-left", "next": "caret-right",
    "keyboard": "keyboard", "theme": "circle-half", "language": "translate", "sign_out": "sign-out", "lock": "lock",
    "offline": "cloud-slash", "done": "check-circle", "file": "file-text", "photo": "image", "down": "caret-down",
    "command": "terminal-window", "reject": "x", "send_back": "arrow-u-up-left", "submit": "paper-plane-tilt",
    "export": "export", "copy": "copy", "diagnostics": "first-aid-kit",
    "filter": "funnel", "columns": "columns", "merge": "git-merge", "call_back": "phone-call",
    "open": "arrow-square-out", "saved_here": "laptop", "needs_you": "hand-palm",
}  # fmt: skip
"""Meaning → glyph of the Phosphor set that qtawesome carries (MIT)."""


def icon(name: str, color: str = "muted") -> QIcon:
    """Return the icon of a meaning in a token's colour; raises KeyError for an unknown meaning."""
    tokens = theme.tokens()
    return _made(ICONS[name], getattr(tokens, color), tokens.faint)


@lru_cache(maxsize=256)
def _made(glyph: str, color: str, disabled: str) -> QIcon:
    return glyph_icon(glyph, color, disabled)
