"""The boxes in which an approver gives words or amounts: send back, reject, approve by line."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain import picklists
from crmdesk.domain.errors import InputError
from crmdesk.domain.money import format_fen, parse_fen
from crmdesk.services.views import ClaimView
from crmdesk.ui import language, space, theme
from crmdesk.ui.parts.buttons import DESTRUCTIVE, PLAIN, PRIMARY, Button
from crmdesk.ui.parts.complaint import Complaint
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.text_field import TextLine

_ACROSS, _AMOUNT_PX = 3, 96


class _Box(QWidget):
    """One line of fields with a button to decide and one to give up (Escape); below it what is missing."""

    decided = Signal(str, dict)
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space.TIGHT)
        self.row = QHBoxLayout()
        self.row.setSpacing(space.NEAR)
        self.complaint = Complaint("decision_complaint")
        column.addLayout(self.row)
        column.addWidget(self.complaint)
        self.confirm = Button("", PRIMARY, "↵")
        self.cancel = Button("", PLAIN, "Esc")
        self.cancel.clicked.connect(self.given_up)
        self.confirm.clicked.connect(self.decide)

    def decide(self) -> None:
        """Emit `decided` with the event and its arguments where what was given is enough, else say what is missing."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.decide()
        else:
            super().keyPressEvent(event)


_CHOICES = {"reject": ("reject_reason", "reason_code"), "settle": ("dispute_outcome", "outcome")}
"""For the events that need a choice beside the words: its picklist, and the argument that carries it."""


class DecisionBox(_Box):
    """Send back with a comment, reject with a reason and a comment, or settle a dispute with its outcome and why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event, self._claim_id = "send_back", ""
        self._typed: dict[str, str] = {}
        self.reason = DropDown()
        self.reason.setObjectName("decision_reason_combo")
        self.reason.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.reason.activated.connect(self.complaint.clear)  # by a person: another language fills it anew
        self.comment = TextLine()
        self.comment.setObjectName("decision_comment_edit")
        self.comment.setMaxLength(1000)
        self.comment.textChanged.connect(self.complaint.clear)
        self.confirm.setObjectName("decision_confirm_button")
        for widget in (self.reason, self.comment, self.confirm, self.cancel):
            self.row.addWidget(widget, 1 if widget is self.comment else 0)
        self.retranslate()

    def ask(self, event: str, claim_id: str) -> None:
        """Ask for the words of `send_back`, `reject` or `settle`; what was typed for this claim stands there again."""
        self._typed[self._claim_id] = self.comment.text()
        self._claim_id = claim_id
        if event != self._event:
            self.reason.clear()
        self._event = event
        self.reason.setVisible(event in _CHOICES)
        self.comment.setText(self._typed.get(claim_id, ""))
        self.confirm.set_kind(DESTRUCTIVE if event == "reject" else PRIMARY)
        self.retranslate()
        if event == "settle":  # its outcome is never chosen for the person
            self.reason.setCurrentIndex(-1)
        self.complaint.clear()
        first = self.reason if event == "settle" else self.comment
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self, claim_id: str) -> None:
        """Forget the words for a claim: it is decided."""
        self._typed.pop(claim_id, None)
        if claim_id == self._claim_id:
            self.comment.clear()

    def retranslate(self) -> None:
        """Set the words anew."""
        said = {"reject": self.tr("驳回"), "settle": self.tr("裁定")}.get(self._event, self.tr("退回"))
        self.comment.setPlaceholderText(self.tr("写明原因，申请人会看到"))
        self.comment.setAccessibleName(self.tr("审批意见"))
        self.reason.setAccessibleName(self.tr("裁定结果") if self._event == "settle" else self.tr("驳回原因"))
        self.confirm.setText(said)
        self.cancel.setText(self.tr("取消"))
        self.reason.setPlaceholderText(self.tr("选择结果…"))
        at = self.reason.currentIndex() if self.reason.count() else 0
        self.reason.clear()
        picklist = _CHOICES.get(self._event, ("",))[0]
        for entry in picklists.PICKLISTS[picklist] if picklist else ():
            self.reason.addItem(language.choice_word(picklist, entry.code), entry.code)
        self.reason.setCurrentIndex(at)

    @override
    def decide(self) -> None:
        args = {"comment": self.comment.text().strip()}
        if self._event in _CHOICES:
            if self.reason.currentIndex() < 0:
                self.complaint.say(lambda: self.tr("先选裁定结果。"), self.reason)
                return
            args[_CHOICES[self._event][1]] = str(self.reason.currentData())
        if args["comment"]:
            self.decided.emit(self._event, args)
        else:
            self.complaint.say(lambda: self.tr("还没有写原因：申请人要知道为什么。"), self.comment)


class LineDecisionBox(_Box):
    """Approve less than claimed, line by line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._amounts: list[QLineEdit] = []
        self._claimed: list[int] = []
        self._names: list[tuple[Label, str]] = []
        self._holder = QWidget()
        self.row.addWidget(self._holder)
        self.row.addStretch(1)
        self.row.addWidget(self.confirm)
        self.row.addWidget(self.cancel)
        self.confirm.setObjectName("line_decision_confirm_button")
        self.retranslate()

    def ask(self, view: ClaimView) -> None:
        """Ask for the amount of each line of a claim; three stand beside each other."""
        self._amounts, self._claimed, self._names = [], [], []
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(space.INSIDE)
        for number, line in enumerate(view.row["lines"] or (), 1):
            name, amount = self._line(number, line)
            row, place = divmod(number - 1, _ACROSS)
            grid.addWidget(name, row, place * 2)
            grid.addWidget(amount, row, place * 2 + 1)
        self.row.replaceWidget(self._holder, holder)
        self._holder.hide()
        self._holder.deleteLater()
        self._holder = holder
        self.complaint.clear()
        self.retranslate()
        if self._amounts:
            self._amounts[0].setFocus(Qt.FocusReason.OtherFocusReason)
            self._amounts[0].selectAll()

    def _line(self, number: int, line: Mapping[str, Any]) -> tuple[Label, QLineEdit]:
        amount = TextLine(format_fen(int(line["amount_fen"])))
        amount.setObjectName(f"decision_line_{number}_edit")
        amount.setFixedWidth(theme.px(_AMOUNT_PX))
        amount.setAlignment(Qt.AlignmentFlag.AlignRight)
        amount.textChanged.connect(self.complaint.clear)
        name = Label("", "muted")
        self._names.append((name, str(line.get("category") or "")))
        self._amounts.append(amount)
        self._claimed.append(int(line["amount_fen"]))
        return name, amount

    def retranslate(self) -> None:
        """Set the words anew."""
        self.confirm.setText(self.tr("按此金额批准"))
        self.cancel.setText(self.tr("取消"))
        for number, ((label, category), amount) in enumerate(zip(self._names, self._amounts, strict=True), 1):
            label.setText(language.choice_word("expense_category", category))
            amount.setAccessibleName(f"{number} {label.text()}")

    @override
    def decide(self) -> None:
        amounts: list[int] = []
        for edit, asked in zip(self._amounts, self._claimed, strict=True):
            try:
                given = parse_fen(edit.text())
            except InputError:
                self.complaint.say(lambda: self.tr("金额写成 1,234.50 这样"), edit)
                return
            if not 0 <= given <= asked:
                self.complaint.say(lambda: self.tr("批准金额不能超过申请金额"), edit)
                return
            amounts.append(given)
        self.decided.emit("approve", {"approved_lines": amounts})

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
