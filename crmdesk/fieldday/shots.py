"""Pictures of the windows: each page in both languages and both themes, into one folder."""

from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from crmdesk.fieldday.hands import settle
from crmdesk.ui import language, theme

LOOKS = tuple((lang, look) for lang in (language.CHINESE, language.ENGLISH) for look in (theme.LIGHT, theme.DARK))


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
            language.apply_language(application, lang)
            theme.apply_theme(application, look)
            settle(250)  # the pages read again what they show in the other language
            path = self.folder / f"{name}-{lang}-{look}.png"
            window.grab().save(str(path))
            self.taken.append(path)
        language.apply_language(application, before[0])
        theme.apply_theme(application, before[1])
        settle(50)
