"""The card of a claim's call-backs: who was called by whom, what they said; each opens as it was noted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.services.views import ACCEPTED, CallBackItem
from crmdesk.ui import language, space
from crmdesk.ui.pages.call_back_words import CallBackWords, answers_of, outcome_chip, point_chips
from crmdesk.ui.parts.buttons import QUIET, Button, hanging
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import STATE_TONES, Chip, ChipRow, state_word
from crmdesk.ui.parts.label import Label


class CallBackCard(Card):
    """Shows call-backs, the newest first; hidden where there are none here. `opened` carries the id of one."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("claim_call_backs_card")
        self._words = CallBackWords(self)
        self._holder = QWidget(self)
        self.body.addWidget(self._holder)
        self.hide()

    def show_items(self, items: Sequence[CallBackItem]) -> None:
        """Show these call-backs."""
        self.set_heading(language.record_word("call_back"))
        holder = QWidget(self)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space.NEAR)
        for item in items:
            column.addLayout(self._entry(item, holder))
        self.body.replaceWidget(self._holder, holder)
        self._holder.hide()
        self._holder.deleteLater()
        self._holder = holder
        holder.show()
        self.setVisible(bool(items))

    def _entry(self, item: CallBackItem, parent: QWidget) -> QVBoxLayout:
        entry = QVBoxLayout()
        entry.setSpacing(space.TINY)
        top = QHBoxLayout()
        top.setSpacing(space.INSIDE)
        top.addWidget(Chip(*outcome_chip(str(item.row["outcome"])), parent))
        if item.row.sync_state != ACCEPTED:
            top.addWidget(Chip(state_word(item.row.sync_state), STATE_TONES[item.row.sync_state], parent))
        top.addStretch(1)
        button = Button(self.tr("打开"), QUIET, small=True)
        button.setObjectName(f"call_back_open_{item.row.id}")
        button.clicked.connect(lambda _checked=False, row_id=item.row.id: self.opened.emit(row_id))
        top.addLayout(hanging(button))
        entry.addLayout(top)
        entry.addWidget(Label(self._words.meta(item), "muted", wrap=True))
        if item.row["note"]:
            entry.addWidget(Label(str(item.row["note"]), wrap=True))
        chips = point_chips(answers_of(item.row))
        if chips:
            entry.addWidget(ChipRow(chips, parent))
        return entry
