"""The tokens: readable in both themes, whole, and the only source of the style sheet's colours."""

import re
from collections import Counter

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QFont, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from crmdesk.ui import app, icons, theme
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.style import style_sheet

THEMES = ("light", "dark")
_WORDS = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)
GROUNDS = ("background", "surface", "raised", "selection", "hover")


@pytest.mark.parametrize("name", THEMES)
def test_text_is_readable_on_every_ground(name: str) -> None:
    colors = theme.load_tokens(name)
    pairs = [(text, ground) for text in ("text", "muted") for ground in GROUNDS]
    pairs += [(tone, f"{tone}_weak") for tone in ("ok", "warn", "bad", "info")]
    pairs += [(tone, "surface") for tone in ("ok", "warn", "bad", "info", "accent")]
    pairs += [("accent", "accent_weak"), ("accent_text", "accent"), ("accent_text", "accent_hover")]
    pairs += [("muted", "background"), ("text", "accent_weak")]
    poor = {pair: theme.contrast(getattr(colors, pair[0]), getattr(colors, pair[1])) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("name", THEMES)
def test_labels_of_every_role_and_placeholders_are_readable(name: str) -> None:
    colors = theme.load_tokens(name)
    sheet = style_sheet(colors)
    inks = dict(re.findall(r'QLabel\[role="([a-z-]+)"\] \{[^}]* color: (#[0-9A-Fa-f]{6});', sheet))
    inks["placeholder"] = re.findall(r"placeholder-text-color: (#[0-9A-Fa-f]{6})", sheet)[0]
    assert len(inks) > 15
    poor = {
        (role, ground): theme.contrast(ink, getattr(colors, ground))
        for role, ink in inks.items()
        for ground in ("background", "surface", "raised")
    }
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("name", THEMES)
def test_what_is_ticked_shows_box_and_tick(qapp: QApplication, name: str) -> None:
    theme.apply_theme(qapp, name)
    box = QCheckBox("x")
    theme.dress(box)
    box.setChecked(True)
    box.resize(box.sizeHint())
    image = box.grab().toImage()
    side = range(image.height())  # the indicator stands in the first square
    seen = Counter(image.pixelColor(x, y).name().upper() for x in side for y in side)
    theme.apply_theme(qapp, theme.SYSTEM)
    colors = theme.load_tokens(name)
    assert seen[colors.accent] > 50
    assert seen[colors.accent_text] > 3
    box.deleteLater()


@pytest.mark.parametrize("name", THEMES)
def test_what_is_off_can_still_be_read(qapp: QApplication, name: str) -> None:
    theme.apply_theme(qapp, name)
    button = Button("x")
    button.setEnabled(False)
    words, ground, _border = button._colors()
    off = QPalette.ColorGroup.Disabled
    pairs = [(words, ground)]
    pairs += [(qapp.palette().color(off, role), qapp.palette().color(QPalette.ColorRole.Base)) for role in _WORDS]
    theme.apply_theme(qapp, theme.SYSTEM)
    assert all(theme.contrast(words.name(), ground.name()) >= 4.5 for words, ground in pairs)
    button.deleteLater()


def test_contrast_is_that_of_the_standard() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", THEMES)
def test_the_style_sheet_takes_its_colours_from_the_tokens_only(name: str) -> None:
    colors = theme.load_tokens(name)
    known = {getattr(colors, field) for field in colors.__slots__}
    used = set(re.findall(r"#[0-9A-Fa-f]{6}", style_sheet(colors)))
    assert used <= known


def test_a_theme_applies_live_and_follows_the_choice(qapp: QApplication) -> None:
    theme.apply_theme(qapp, theme.DARK)
    assert theme.tokens() == theme.load_tokens("dark")
    assert qapp.palette().window().color().name().upper() == theme.tokens().background
    theme.apply_theme(qapp, theme.SYSTEM)
    assert theme.theme_choice() == theme.SYSTEM
    assert theme.theme_name() in THEMES


class _Listening(Label):
    """A label that counts how often it is told of its style."""

    told = 0

    @override
    def changeEvent(self, arg__1: QEvent) -> None:
        self.told += arg__1.type() == QEvent.Type.StyleChange
        super().changeEvent(arg__1)


def test_a_part_is_told_of_its_style_when_it_comes_into_a_window(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply_theme(qapp, theme.LIGHT)
    label = _Listening("x", "subject")
    part: QWidget = label
    for _deep in range(8):
        around = QWidget()
        QVBoxLayout(around).addWidget(part)
        part = around
    assert label.told == 0
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(part)
    assert label.told == 1
    label.ensurePolished()
    assert label.font().pixelSize() == theme.px(theme.SUBJECT_PX)


def test_all_windows_change_their_look_together(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply_theme(qapp, theme.LIGHT)
    windows, inside = [QMainWindow(), QMainWindow()], [Label("x"), Label("y")]
    for window, label in zip(windows, inside, strict=True):
        qtbot.addWidget(window)
        window.setCentralWidget(label)
        window.show()
    for name in (theme.DARK, theme.LIGHT):
        theme.apply_theme(qapp, name)
        seen = {label.palette().color(QPalette.ColorRole.WindowText).name().upper() for label in inside}
        assert seen == {theme.load_tokens(name).text}


def test_every_icon_is_there() -> None:
    for name in icons.ICONS:
        assert not icons.icon(name).isNull()


def test_the_interface_font_has_chinese_glyphs(qapp: QApplication) -> None:
    assert app.has_chinese(qapp.font())


def test_a_font_without_chinese_is_noticed(qapp: QApplication) -> None:
    found = QFont("DejaVu Sans")
    if not QFont(found).exactMatch():
        pytest.skip("DejaVu Sans is not on this system")
    assert not app.has_chinese(found)


def test_strong_text_is_drawn_stronger() -> None:
    assert _ink(theme.font(20, bold=True)) > _ink(theme.font(20)) * 1.1


def _ink(font: QFont) -> int:
    image = QImage(120, 40, QImage.Format.Format_Grayscale8)
    image.fill(255)
    painter = QPainter(image)
    painter.setFont(font)
    painter.drawText(4, 30, "曾庆华")
    painter.end()
    return sum(255 - value for value in bytes(image.constBits()))
