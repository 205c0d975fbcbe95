"""What every test of the windows stands on: no display, one dressed application, Chinese and light at the start."""

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from crmdesk.ui import app, language, theme


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pass over the one warning that the off-screen platform gives for every window with a smallest size."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints", extend=True))


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """Give the application its fonts and style once; each test begins in Chinese and light."""
    if qapp.property("crmdesk_text_scale") is None:
        app.make_application(language_choice=language.CHINESE, theme_choice=theme.LIGHT)
    yield qapp
    if language.current() != language.CHINESE:
        language.apply_language(qapp, language.CHINESE)
    if theme.theme_choice() != theme.LIGHT:
        theme.apply_theme(qapp, theme.LIGHT)


@pytest.fixture
def large(dressed: QApplication) -> Iterator[None]:
    """English at 150 % text: as long as words get. Asked for before the window, which is made in it."""
    theme.set_scale(1.5)
    app.dress(dressed, language.ENGLISH, theme.LIGHT)
    yield
    theme.set_scale(1.0)
    theme.apply_theme(dressed, theme.LIGHT)
