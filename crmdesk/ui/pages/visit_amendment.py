"""The line above a submitted report that is being amended: the reason, and the way to give the amendment up."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from crmdesk.domain.visit_rules import MAX_REASON
from crmdesk.ui import space
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.text_field import TextLine


class AmendmentBar(QFrame):
    """Asks for the reason; `typed` at each key stroke, `dropped` when the amendment is given up."""

    typed = Signal()
    dropped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("visit_amendment_bar")
        self._word = Label("", "strong")
        self.reason = TextLine()
        self.reason.setObjectName("visit_reason_edit")
        self.reason.setMaxLength(MAX_REASON)
        self.reason.textEdited.connect(lambda _text: self.typed.emit())
        self._drop = Button("", QUIET, small=True)
        self._drop.setObjectName("visit_amend_drop_button")
        self._drop.clicked.connect(self.dropped)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space.NEAR)
        row.addWidget(self._word)
        row.addWidget(self.reason, 1)
        row.addWidget(self._drop)
        self.retranslate()
        self.hide()

    def retranslate(self) -> None:
        """Set every text anew."""
        self._word.setText(self.tr("更正原因"))
        self.reason.setAccessibleName(self.tr("更正原因"))
        self.reason.setPlaceholderText(self.tr("为什么改；看得到这次拜访的人都看得到"))
        self._drop.setText(self.tr("放弃更正"))
