"""The timeline: what happened, newest first, along a thin line; the first entries at once, the rest when asked for."""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
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
    opened = Signal()
    acted = Signal(str)
    spoken_role = Role.ListItem

    def __init__(self, row: TimelineRow, parent: QWidget) -> None:
        super().__init__(parent)
        self._leads_on = bool(row.key)
        if self._leads_on:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        said = (row.meta, row.state, row.text, *(text for text, _tone in row.chips))
        self.setAccessibleName(" ".join(part for part in said if part))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space.APART + space.HAIR, 0, 0, 0)
        layout.setSpacing(space.TINY)
        top = QHBoxLayout()
        top.setSpacing(space.TIGHT)
        if row.icon:
            top.addWidget(Picture(row.icon, "accent", _ICON))
        meta = ElidedLabel(row.meta, "muted")
        meta.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        top.addWidget(meta)
        if row.state:
            top.addWidget(Chip(row.state, row.state_tone, self))
        top.addStretch(1)
        layout.addLayout(top)
        if row.text:
            layout.addWidget(Label(row.text, "body", wrap=True))
        if row.chips:
            layout.addSpacing(space.HAIR)
            layout.addWidget(ChipRow(row.chips, self))
        if row.actions:
            layout.addSpacing(space.HAIR)
            layout.addLayout(hanging(self._buttons(row.actions), left=True))

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
        if self._leads_on:
            self.opened.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
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
        for entry in self._entries:
            self._layout.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        self._entries, self._rows, self._shown = [], rows, 0
        self._show(_FIRST)

    def _show(self, count: int) -> None:
        for row in self._rows[self._shown : count]:
            entry = _Entry(row, self)
            entry.opened.connect(lambda key=row.key: self.opened.emit(key))
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
