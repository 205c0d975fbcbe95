"""The timeline: what happened, newest first, along a thin line; the first entries at once, the rest when asked for."""

from collections.abc import Sequence
from itertools import takewhile

import msgspec
from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.ui import space, theme
from crmdesk.ui.parts.buttons import QUIET, Button, hanging
from crmdesk.ui.parts.chips import Chip, ChipRow
from crmdesk.ui.parts.flow import FlowLayout
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.picture import Picture
from crmdesk.ui.parts.spoken import Role

_FIRST = 20
_ICON = 14
_AS_WIDE, _AS_HIGH = QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed


class TimelineRow(msgspec.Struct, frozen=True):
    """One entry as shown: meta line, state chip, text, chips and actions (key, words) below.

    `key` comes back in `opened`, '' for an entry that leads nowhere; the key of an action in `acted`. `icon` is a
    meaning of `ui.icons`, '' for none.
    """

    key: str
    meta: str
    text: str
    state: str = ""
    state_tone: str = "ok"
    chips: tuple[tuple[str, str], ...] = ()
    actions: tuple[tuple[str, str], ...] = ()
    icon: str = ""


class _Entry(QWidget):
    opened = Signal(str)
    acted = Signal(str)
    spoken_role = Role.ListItem

    def __init__(self, row: TimelineRow, parent: QWidget) -> None:
        super().__init__(parent)
        self._key = ""
        self._icon, self._fixed = row.icon, bool(row.actions)
        self._text: Label | None = None
        self._chips: ChipRow | None = None
        self._gap = QSpacerItem(0, 0, _AS_WIDE, _AS_HIGH)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(space.APART + space.HAIR, 0, 0, 0)
        self._body.setSpacing(space.TINY)
        top = QHBoxLayout()
        top.setSpacing(space.TIGHT)
        if row.icon:
            top.addWidget(Picture(row.icon, "accent", _ICON))
        self._meta = ElidedLabel("", "muted")
        self._meta.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        top.addWidget(self._meta)
        self._state = Chip(parent=self)
        top.addWidget(self._state)
        top.addStretch(1)
        self._body.addLayout(top)
        self._body.addItem(self._gap)
        self.show_row(row)
        if row.actions:
            self._body.addSpacing(space.HAIR)
            self._body.addLayout(hanging(self._buttons(row.actions), left=True))

    def fits(self, row: TimelineRow) -> bool:
        """Say whether the entry can become this one: it has its icon, and neither has actions."""
        return self._icon == row.icon and not self._fixed and not row.actions

    def show_row(self, row: TimelineRow) -> None:
        """Become this entry, with as many of the old parts as it has."""
        if bool(row.key) != bool(self._key):
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus if row.key else Qt.FocusPolicy.NoFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor) if row.key else self.unsetCursor()
            if not row.key and self.hasFocus():
                self.focusNextChild()  # the keys would stand on what leads nowhere
        self._key = row.key
        said = (row.meta, row.state, row.text, *(text for text, _tone in row.chips))
        self.setAccessibleName(" ".join(part for part in said if part))
        self._meta.setText(row.meta)
        self._state.set(row.state, row.state_tone)
        if row.text and self._text is None:
            self._text = Label("", "body", wrap=True)
            self._body.insertWidget(1, self._text)
        if self._text is not None:
            self._text.setText(row.text)
            self._text.setVisible(bool(row.text))
        if row.chips and self._chips is None:
            self._chips = ChipRow(parent=self)
            self._body.insertWidget(self._body.indexOf(self._gap) + 1, self._chips)
        if self._chips is not None:
            self._chips.set(row.chips)
            self._chips.setVisible(bool(row.chips))
        self._gap.changeSize(0, space.HAIR if row.chips else 0, _AS_WIDE, _AS_HIGH)

    def _buttons(self, actions: Sequence[tuple[str, str]]) -> QWidget:
        holder = QWidget(self)
        flow = FlowLayout(holder, spacing=space.TIGHT)
        for key, text in actions:
            button = Button(text, QUIET, small=True)
            button.setObjectName(f"timeline_action_{key}")
            button.clicked.connect(lambda _checked=False, key=key: self.acted.emit(key))
            flow.addWidget(button)
        return holder

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._key:
            self.opened.emit(self._key)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._key and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self._key)
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.fillRect(QRect(0, 0, 2, self.height()), theme.tokens().color("accent"))


class Timeline(QWidget):
    """Entries along a line; `opened` carries the key of the entry that was clicked (or Enter), `acted` an action's."""

    opened = Signal(str)
    acted = Signal(str)
    spoken_role = Role.List

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[TimelineRow] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(space.APART)
        self._shown = 0
        self._more = Button("", QUIET, small=True)
        self._more.setObjectName("timeline_more_button")
        self._more.clicked.connect(lambda: self._show(self._shown + _FIRST * 5))
        self._entries: list[_Entry] = []
        self._layout.addWidget(self._more)
        self._set_more()

    def set_rows(self, rows: Sequence[TimelineRow]) -> None:
        """Show these entries, the first twenty at once."""
        held = self.window().focusWidget()
        mine = held is not None and self.isAncestorOf(held)
        kept = self._kept(rows)
        for entry in self._entries[kept:]:
            self._layout.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        del self._entries[kept:]
        for entry, row in zip(self._entries, rows, strict=False):
            entry.show_row(row)
        self._rows, self._shown = rows, kept
        self._show(_FIRST)
        if mine and held is not None and not held.isVisibleTo(self):
            # Qt gives it to the next in line, the rail, whose Enter leads away; Tab goes on from here to the entries.
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _kept(self, rows: Sequence[TimelineRow]) -> int:
        """Return how many of the first entries can become others; from there on they are made anew, in their order.

        The keys and a screen reader go from one to the next in the order in which they were made.
        """
        pairs = zip(self._entries, rows[:_FIRST], strict=False)
        return sum(1 for _pair in takewhile(lambda pair: pair[0].fits(pair[1]), pairs))

    def _show(self, count: int) -> None:
        for row in self._rows[self._shown : count]:
            entry = _Entry(row, self)
            entry.opened.connect(self.opened)
            entry.acted.connect(self.acted)
            self._layout.insertWidget(self._layout.count() - 1, entry)
            self._entries.append(entry)
        self._shown = len(self._entries)
        self._set_more()

    def _set_more(self) -> None:
        self.setAccessibleName(self.tr("时间线"))
        left = len(self._rows) - self._shown
        self._more.setText(self.tr("再显示更早的 %n 条", "", left))
        self._more.setVisible(left > 0)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._set_more()
        super().changeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._entries:
            bottom = self._entries[-1].geometry().bottom()
            QPainter(self).fillRect(QRect(0, 0, 2, bottom), theme.tokens().color("line"))
