"""Buttons: primary (one a page), plain, destructive and quiet, each with the key that does the same."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from crmdesk.ui import actions, icons, space, theme
from crmdesk.ui.parts.keycap import keycap_width, paint_keycap

PRIMARY, PLAIN, DESTRUCTIVE, QUIET = "primary", "plain", "destructive", "quiet"
FULL, KEYLESS, ICONS, BARE = LEVELS = range(4)
"""What buttons show in a row without room: all; no key caps; plain ones their icon alone; the primary one too."""
_HEIGHT, _SMALL_HEIGHT, _SIDE, _GAP, _ICON = 34, 26, 15, 8, 16

if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object


def _is_enter(event: QEvent) -> bool:
    keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    plain = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    return isinstance(event, QKeyEvent) and event.key() in keys and event.modifiers() in plain


def hanging(*parts: QWidget, left: bool = False) -> QHBoxLayout:
    """Return a row of quiet buttons at the edge of a card: their words end, or begin, where the others do.

    The frame, which shows under the pointer and with the focus, hangs over.
    """
    row = QHBoxLayout()
    row.setSpacing(space.TINY)
    if left:
        row.addSpacing(-space.NEAR)
    for part in parts:
        row.addWidget(part)
    if not left:
        row.addSpacing(-space.NEAR)
    return row


class PressedByEnter(_Button):
    """Beside a button's class: Enter presses it as Space does, before the page's own Enter does something else."""

    @override
    def focusInEvent(self, arg__1: QFocusEvent) -> None:
        """See its own events while it has the focus; overriding `event` would cost each button (see `CutWords`)."""
        self.installEventFilter(self)
        super().focusInEvent(arg__1)

    @override
    def focusOutEvent(self, arg__1: QFocusEvent) -> None:
        self.removeEventFilter(self)
        super().focusOutEvent(arg__1)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Enter for the button that has the focus, before the page's own Enter does something else."""
        if event.type() == QEvent.Type.ShortcutOverride and _is_enter(event):
            event.accept()
            return True
        return super().eventFilter(watched, event)

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        if _is_enter(arg__1):
            self.click()
        else:
            super().keyPressEvent(arg__1)


class Button(PressedByEnter, QPushButton):
    """A button of a page; `key` is what stands on its key cap, `icon_name` a meaning of `ui.icons`."""

    def __init__(
        self, text: str = "", kind: str = PLAIN, key: str = "", icon_name: str = "", small: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._kind, self._key, self._icon_name, self._small = kind, key, icon_name, small
        self._level = FULL
        self.setText(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)

    @classmethod
    def for_action(cls, name: str, kind: str = PLAIN, icon_name: str = "", small: bool = False) -> "Button":
        """Make the button of a declared action: its words and key, object name `<action>_button`; connect `clicked`."""
        made = cls(actions.text(name), kind, actions.keys(name), icon_name, small)
        made.setObjectName(f"{name}_button")
        made.setProperty("action", name)
        return made

    @property
    def key(self) -> str:
        """What stands on the key cap, '' where there is none."""
        return self._key

    def set_key(self, key: str) -> None:
        """Change what stands on the key cap."""
        if key != self._key:
            self._key = key
            self._tell_left_out()
            self.updateGeometry()
            self.update()

    def set_kind(self, kind: str) -> None:
        """Change how weighty the button looks."""
        self._kind = kind
        self.update()

    def squeeze(self, level: int) -> None:
        """Show less where there is less room; what is left out stands in the tool tip."""
        if level != self._level:
            self._level = level
            self._tell_left_out()
            self.updateGeometry()
            self.update()

    def _tell_left_out(self) -> None:
        key = f"{self.text()} ({self._key})" if self._key else self.text()
        if self.text() and (self._key or self._icon_name):  # one without words has a tool tip of its own
            self.setToolTip(key if self._level != FULL else "")

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(text)
        self._tell_left_out()
        self.updateGeometry()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and self.property("action"):
            self.setText(actions.text(str(self.property("action"))))
        super().changeEvent(event)

    def _shown(self, level: int) -> tuple[str, str]:
        """Return the words and the key that are shown at a level."""
        bare = level == BARE or (level == ICONS and self._kind != PRIMARY)
        words = "" if bare and self._icon_name else self.text()
        return words, self._key if level == FULL else ""

    def hint_at(self, level: int) -> QSize:
        """Return how large the button would like to be at a level of `squeeze`."""
        words, key = self._shown(level)
        width = theme.text_width(words, bold=self._kind != QUIET)
        width += theme.px(10 if self._small or self._kind == QUIET else _SIDE) * 2
        if key:
            width += _GAP + keycap_width(key)
        if self._icon_name:
            width += theme.px(_ICON) + (6 if words else 0)
        return QSize(int(width) + 1, theme.px(_SMALL_HEIGHT if self._small else _HEIGHT))

    @override
    def sizeHint(self) -> QSize:
        return self.hint_at(self._level)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)

    def _colors(self) -> tuple[QColor, QColor, QColor]:
        """Return (text, ground, border) for the present state."""
        colors = theme.tokens()
        over = self.underMouse() and self.isEnabled()
        if not self.isEnabled():
            return colors.color("muted"), colors.color("background"), colors.color("line")
        if self._kind == PRIMARY:
            ground = colors.color("accent_hover" if over or self.isDown() else "accent")
            return colors.color("accent_text"), ground, ground
        text = colors.color("bad" if self._kind == DESTRUCTIVE else "text")
        ground = colors.color("hover" if over or self.isDown() else "surface")
        if self._kind == QUIET:
            clear = QColor(0, 0, 0, 0)
            return colors.color("accent"), ground if over else clear, clear
        wrong = bool(self.property("wrong"))
        return text, ground, colors.color("bad" if wrong else "line_strong" if over else "line")

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text, ground, border = self._colors()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(border, 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 6, 6)
        if self.hasFocus() and self.isEnabled():
            self._paint_focus(painter, box)
        self._paint_content(painter, text)

    def _paint_focus(self, painter: QPainter, box: QRectF) -> None:
        colors = theme.tokens()
        on_accent = self._kind == PRIMARY
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colors.color("accent_text" if on_accent else "accent"), 1.5))
        inset = 2.5 if on_accent else 0.5
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), 5, 5)

    def _paint_content(self, painter: QPainter, color: QColor) -> None:
        font = theme.font(bold=self._kind != QUIET)
        words, key = self._shown(self._level)
        width = theme.text_width(words, bold=self._kind != QUIET)
        icon_space = theme.px(_ICON) + (6 if words else 0) if self._icon_name else 0
        key_space = _GAP + keycap_width(key) if key else 0
        left = (self.width() - width - icon_space - key_space) / 2
        if self._icon_name:
            token = {PRIMARY: "accent_text", DESTRUCTIVE: "bad", QUIET: "accent"}.get(self._kind, "text")
            shown = icons.icon(self._icon_name, token if self.isEnabled() else "faint")
            size = theme.px(_ICON)
            shown.paint(painter, int(left), (self.height() - size) // 2, size, size)
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(QRectF(left + icon_space, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
        if key:
            muted = self._kind in (PLAIN, DESTRUCTIVE) and self.isEnabled()
            paint_keycap(
                painter, left + icon_space + width + _GAP, self.height() / 2, key,
                theme.tokens().color("muted") if muted else color,
            )  # fmt: skip
