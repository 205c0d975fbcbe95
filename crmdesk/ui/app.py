"""Makes the QApplication: display check before it, fonts, language, theme; every lack is a sentence, never an abort."""

from collections.abc import Sequence

from PySide6.QtGui import QFont, QFontDatabase, QRawFont
from PySide6.QtWidgets import QApplication

from crmdesk.ui import language, theme
from crmdesk.ui.garbage import GarbageTimer
from crmdesk.ui.parts import spoken
from crmdesk.ui.preflight import check_system

SAMPLE = "医药代表拜访曾庆华，离线保存"
"""Characters that the interface font must have."""


def make_application(
    arguments: Sequence[str] = ("crmdesk",), language_choice: str = language.SYSTEM, theme_choice: str = theme.SYSTEM
) -> QApplication:
    """Return the one QApplication, dressed; raises WorldError first where Qt would abort (`preflight`)."""
    check_system()
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(list(arguments))
    application.setApplicationName("crmdesk")
    application.setApplicationDisplayName("crmdesk")
    application.setDesktopFileName("crmdesk")
    if application.findChild(GarbageTimer) is None:
        GarbageTimer(application)
    spoken.install(application)
    application.setStyle("Fusion")
    dress(application, language_choice, theme_choice)
    return application


def dress(application: QApplication, language_choice: str, theme_choice: str) -> None:
    """Give the application its fonts, language and theme."""
    add_fonts(application)
    language.apply_language(application, language_choice)
    theme.apply_theme(application, theme_choice)


def add_fonts(application: QApplication) -> None:
    """Make sure that Chinese is drawn: the bundled Noto Sans SC where the system has no Chinese face."""
    if application.property("crmdesk_text_scale") is not None:
        return
    points = application.font().pointSizeF()
    theme.set_scale(min(1.6, max(1.0, points / 10.0)) if points > 11 else 1.0)
    application.setProperty("crmdesk_text_scale", theme.scale())
    if has_chinese(application.font()):
        return
    family = _system_chinese() or _bundled_family()
    font = QFont(application.font())
    font.setFamilies([family, *application.font().families()])
    application.setFont(font)


def _system_chinese() -> str:
    """Return a Chinese face of the system that really has the characters, sans-serif ones first, or ''."""
    families = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    known = ("Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans", "WenQuanYi")
    for wanted in (*known, ""):
        for family in families:
            if family.startswith(wanted) and has_chinese(QFont(family)):
                return family
    return ""


def _bundled_family() -> str:
    from pylopdf_fonts_zh_cn import sans_path  # lazy: only where the system has no Chinese face

    number = QFontDatabase.addApplicationFont(str(sans_path()))
    families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return families[0] if families else ""


def has_chinese(font: QFont) -> bool:
    """Say whether the font itself has the characters of the interface (not merely a box for each)."""
    raw = QRawFont.fromFont(font)  # asked for a writing system it would say yes to anything
    return raw.isValid() and all(raw.supportsCharacter(ord(character)) for character in SAMPLE)
