"""The theme: tokens of colour read from `resources/themes/*.json`, type sizes, and applying them to the application."""

import json
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ClassVar, ParamSpec, TypeVar

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from crmdesk.ui.resources import resources_folder

P = ParamSpec("P")
R = TypeVar("R")

LIGHT, DARK, SYSTEM = "light", "dark", "system"
_CHOICE = "crmdesk_theme_choice"

SUBJECT_PX, TITLE_PX, NAME_PX, BODY_PX, SMALL_PX, KEY_PX = 20, 18, 14, 13, 12, 11
"""Sizes of type at 100 %: page subject, page title, names in lists, body, second line, key caps."""
FIGURE_PX, BRAND_PX, VALUE_PX = 24, 17, 15
"""The same for what stands by itself: the figure of a tile, the name of the program, a value to be decided about."""


class Tokens(msgspec.Struct, frozen=True):
    """The colours of a theme as `#RRGGBB`; what each is for stands in the design page 'How it looks'."""

    background: str
    surface: str
    raised: str
    hover: str
    line: str
    line_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_weak: str
    accent_text: str
    selection: str
    ok: str
    ok_weak: str
    warn: str
    warn_weak: str
    bad: str
    bad_weak: str
    info: str
    info_weak: str

    def color(self, name: str) -> QColor:
        """Return a token as a QColor that all share (copy it to change it); raises AttributeError for no token."""
        return _color(getattr(self, name))

    def tone(self, tone: str) -> tuple[str, str, str]:
        """Return (text, ground, border) of a chip tone: neutral, accent, ok, warn, bad or info."""
        if tone in ("ok", "warn", "bad", "info"):
            ground = str(getattr(self, f"{tone}_weak"))
            return str(getattr(self, tone)), ground, ground
        if tone == "accent":
            return self.accent, self.accent_weak, self.accent_weak
        return self.muted, self.background, self.line


@lru_cache(maxsize=128)
def _color(value: str) -> QColor:
    return QColor(value)


@lru_cache(maxsize=8)
def load_tokens(name: str) -> Tokens:
    """Read the tokens of a theme (`light` or `dark`)."""
    content = json.loads((resources_folder() / "themes" / f"{name}.json").read_text("utf-8"))
    return Tokens(**{name: content[name] for name in Tokens.__struct_fields__})


class _Now:
    """What is in use, read thousands of times a second: a property of the application takes a microsecond each time."""

    name = LIGHT
    sheet = ""
    scale = 1.0
    font = QFont()  # the application's, and what forgets all that was derived from it
    derived: ClassVar[list[Callable[[], None]]] = []


def theme_name() -> str:
    """Return the theme in use, `light` or `dark`."""
    return _Now.name


def theme_choice() -> str:
    """Return what the person chose: `light`, `dark` or `system`."""
    application = QApplication.instance()
    return str(application.property(_CHOICE) or SYSTEM) if application else SYSTEM


def tokens() -> Tokens:
    """Return the tokens of the theme in use; cheap enough for every paint."""
    return load_tokens(_Now.name)


def scale() -> float:
    """Return how much larger than 100 % the system wants text (1.0 to 1.6)."""
    return _Now.scale


def set_scale(scale: float) -> None:
    """Show text so much larger than 100 % from now on; what is shown already keeps its size."""
    _Now.scale = scale
    _forget()


def px(size: int) -> int:
    """Return a size at 100 % in the logical pixels of the present text scale."""
    return round(size * _Now.scale)


def _follow_font() -> None:
    """Forget what was derived from another font than the application has now."""
    present = QApplication.font()
    if not present.isCopyOf(_Now.font):
        _Now.font = present
        _forget()


def _forget() -> None:
    for cleared in _Now.derived:
        cleared()


def of_the_font(worked_out: Callable[P, R]) -> Callable[P, R]:
    """Let a function of hashable arguments keep its newest answers for as long as font and scale stay what they are."""
    kept = lru_cache(maxsize=4096)(worked_out)
    _Now.derived.append(kept.cache_clear)

    @wraps(worked_out)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        _follow_font()
        return kept(*args, **kwargs)  # type: ignore[arg-type]  # that they are hashable cannot be said here

    return asked


@of_the_font
def _made(size: int, bold: bool) -> QFont:
    made = QFont(_Now.font)
    made.setPixelSize(px(size))
    made.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def font(size: int = BODY_PX, bold: bool = False) -> QFont:
    """Return the interface font at a size of the type scale; figures stand in columns.

    Strong text is Bold, not semibold: a face that comes in one weight only is thickened by Qt from Bold on.
    """
    return QFont(_made(size, bold))  # made once: a paint asks for many


@of_the_font
def text_width(text: str, size: int = BODY_PX, bold: bool = False) -> float:
    """Return how wide a text stands in the interface font, in logical pixels; the same words are asked for often."""
    return QFontMetricsF(_made(size, bold)).horizontalAdvance(text)


def mixed(first: str, second: str, share: float) -> QColor:
    """Return a colour `share` of the way from `first` to `second` (0 to 1)."""
    a, b = QColor(first), QColor(second)
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * share,
        a.greenF() + (b.greenF() - a.greenF()) * share,
        a.blueF() + (b.blueF() - a.blueF()) * share,
    )


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (1 to 21). Source: WCAG 2.2, relative luminance."""
    lighter, darker = sorted((_luminance(QColor(first)), _luminance(QColor(second))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def apply_theme(application: QApplication, choice: str = SYSTEM) -> None:
    """Put a theme on all windows at once; `system` follows the desktop, also when it changes later."""
    from crmdesk.ui.style import style_sheet  # here, because the style sheet is written in terms of the theme

    first = application.property(_CHOICE) is None
    application.setProperty(_CHOICE, choice)
    name = choice if choice in (LIGHT, DARK) else _system_theme()
    _Now.name = name
    wanted = style_sheet(load_tokens(name))
    if wanted != _Now.sheet:
        _Now.sheet = wanted
        windows = [one for one in QApplication.topLevelWidgets() if one.parentWidget() is None and one.styleSheet()]
        # Taken off first: putting one sheet over another polishes every widget of every page many times over (1.3 s
        # for a window with all its pages made, against 0.3 s).
        for window in windows:
            window.setStyleSheet("")
        application.setPalette(_palette(load_tokens(name)))
        for window in windows:
            dress(window)
    if first:
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _scheme: _follow_system(application))


def dress(window: QWidget) -> None:
    """Give a window without a parent the style sheet; whatever comes to stand in it or belongs to it wears it too.

    The application itself has none: with one, a part that is put into another that has no place yet is told of its
    style anew with all that is in it, so that a page is told as often as it is deep. It took half of a page's making.
    """
    window.setStyleSheet(_Now.sheet)


def choose(choice: str) -> None:
    """Show the running program, where it looks otherwise, `light`, `dark` or as the `system` is."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    if choice != theme_choice():
        apply_theme(application, choice)


def _follow_system(application: QApplication) -> None:
    if application.property(_CHOICE) == SYSTEM:
        apply_theme(application, SYSTEM)


def _system_theme() -> str:
    return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


def _palette(colors: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for target, name in (
        (role.Window, "background"), (role.Base, "surface"), (role.AlternateBase, "raised"), (role.Button, "surface"),
        (role.ToolTipBase, "raised"), (role.WindowText, "text"), (role.Text, "text"), (role.ButtonText, "text"),
        (role.ToolTipText, "text"), (role.PlaceholderText, "muted"), (role.Highlight, "accent"),
        (role.HighlightedText, "accent_text"), (role.Link, "accent"), (role.Mid, "line"), (role.Accent, "accent"),
    ):  # fmt: skip
        palette.setColor(target, colors.color(name))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, colors.color("muted"))
    return palette
