"""Pictures of the windows: each page in both languages and both themes, into one folder."""

import time
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from crmdesk.fieldday.hands import pause, settle
from crmdesk.ui import language, theme
from crmdesk.ui.bridge import Bridge
from crmdesk.ui.page_window import PageWindow

LOOKS = (
    (language.CHINESE, theme.LIGHT),
    (language.CHINESE, theme.DARK),
    (language.ENGLISH, theme.DARK),
    (language.ENGLISH, theme.LIGHT),
)
"""In this order each picture changes one thing only, language or theme."""
_QUIET_ROUNDS = 3
"""What arrives makes texts, texts make layouts, layouts make scroll bars, each in a turn of its own."""


class Album:
    """Takes pictures; `taken` lists the files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: list[Path] = []
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, name: str, window: QWidget) -> None:
        """Save the window as it is in every language and theme, and leave it as it was."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        before = (language.current(), theme.theme_choice())
        for lang, look in LOOKS:
            dress(application, lang, look)
            rest()  # the pages read again what they show in the other language
            path = self.folder / f"{name}-{lang}-{look}.png"
            window.grab().save(str(path))
            self.taken.append(path)
        dress(application, *before)
        rest()


def dress(application: QApplication, lang: str, look: str) -> None:
    """Show all windows in a language and a theme; what is so already is left alone."""
    if lang != language.current():
        language.apply_language(application, lang)
    if look != theme.theme_choice():
        theme.apply_theme(application, look)


def rest(patience_s: float = 10.0) -> None:
    """Wait until no window waits for a read any more, and let them lay out and draw it; at most `patience_s`."""
    end = time.monotonic() + patience_s
    quiet = 0
    while quiet < _QUIET_ROUNDS and time.monotonic() < end:
        pause()
        settle()
        quiet = 0 if any(bridge.waiting for bridge in _bridges()) else quiet + 1


def _bridges() -> list[Bridge]:
    """Return the bridges of the windows that are open: one that was closed is answered nothing any more."""
    windows = (window for window in QApplication.topLevelWidgets() if isinstance(window, PageWindow))
    return [window.bridge for window in windows if window.isVisible()]
