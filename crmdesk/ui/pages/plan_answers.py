"""The dialogs of targets: a representative asks for another number of visits, the manager answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.plan_records import MAX_VISITS
from crmdesk.domain.targets import MAX_ANSWER, Event
from crmdesk.services.commands import ProposeTarget, TargetCommand
from crmdesk.services.plan_views import TargetItem
from crmdesk.services.views import Row
from crmdesk.ui import language, space, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import class_word, dotted
from crmdesk.ui.pages.plan_words import PlanWords
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.buttons import DESTRUCTIVE, Button
from crmdesk.ui.parts.faults import Fault
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.number_box import NumberBox
from crmdesk.ui.parts.row_picker import RowPicker
from crmdesk.ui.parts.text_field import TextLine

translate = QCoreApplication.translate
_NONE_SEEN: Mapping[str, Any] = {"wanted": None, "grounds": None}


def _visits_box(name: str, value: int) -> NumberBox:
    box = NumberBox(name, 0, MAX_VISITS, value)
    box.setFixedWidth(theme.px(84))
    return box


class ProposeDialog(SmallDialog):
    """Asks for whom, how many visits in the cycle (0 gives the doctor up) and why."""

    def __init__(
        self,
        context: PageContext,
        parent: QWidget,
        cycle: tuple[str, str],
        doctor: tuple[str, str] = ("", ""),
        wanted: int = 1,
    ) -> None:
        super().__init__(context, parent, "plan_propose", 480)
        self._cycle = cycle
        self._seen: dict[str, Any] = dict(_NONE_SEEN)
        self.seen_of = ""  # the doctor whose proposal that is
        self._proposed = wanted  # what the dialog put in by itself
        self.doctor = RowPicker("plan_propose_doctor", self._find)
        self.doctor.set_row(*doctor)
        self.visits = _visits_box("plan_propose_visits_edit", wanted)
        self.grounds = TextLine()
        self.grounds.setObjectName("plan_propose_grounds_edit")
        self.grounds.setMaxLength(500)
        self._labels = [Label("", "secondary") for _ in range(3)]
        grid = QGridLayout()
        grid.setHorizontalSpacing(space.ROOMY)
        grid.setVerticalSpacing(space.BETWEEN)
        grid.setColumnStretch(1, 1)
        for row, (label, field) in enumerate(zip(self._labels, (self.doctor, self.visits, self.grounds), strict=True)):
            label.setMinimumHeight(theme.px(34) if not row else 0)  # beside the field, above what it finds
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop if not row else Qt.AlignmentFlag(0))
            grid.addWidget(field, row, 1)
        self.content.addLayout(grid)
        self.doctor.picked.connect(self._look)
        self._look(doctor[0])
        self.retranslate()
        first = self.visits if doctor[0] else self.doctor.edit
        QTimer.singleShot(0, self, partial(first.setFocus, Qt.FocusReason.OtherFocusReason))
        self.visits.selectAll()

    @override
    def retranslate(self) -> None:
        explanation = self.tr("{cycle}。经理答复以前，原来的次数有效。0 次表示本周期不再列入。")
        self.say(self.tr("申请目标次数"), explanation.format(cycle=self._cycle[1]), self.tr("提出申请"))
        names = (
            language.record_word("doctor"),
            language.field_word("plan_target", "wanted"),
            language.field_word("plan_target", "grounds"),
        )
        for label, name, field in zip(self._labels, names, (self.doctor.edit, self.visits, self.grounds), strict=True):
            label.setText(name)
            field.setAccessibleName(name)
        self.doctor.edit.setPlaceholderText(self.tr("医生姓名、拼音或医院"))
        self.grounds.setPlaceholderText(self.tr("让经理看得懂为什么"))

    @override
    def save(self) -> None:
        doctor = self.doctor.row_id()
        if not doctor:
            self.marks.show([Fault(lambda: self.tr("先选一位医生。"), self.doctor.edit)])
            return
        if doctor == self.seen_of:
            self._send()
        else:
            self._look(doctor, self._send)

    def _send(self) -> None:
        given = self.doctor.row_id(), self.visits.value(), self.grounds.text()
        command = ProposeTarget(self._cycle[0], *given, base=self._seen)
        self.submit(command, lambda: translate("plan_answers", "申请已保存在本机，联网后交给经理"), until_sent=True)

    def _look(self, doctor: str, then: Callable[[], None] = lambda: None) -> None:
        """Read what this person asked for so far: it stands in the fields, as far as nobody typed there yet."""
        cycle = self._cycle[0]

        def take(row: Row | None) -> None:
            if doctor == self.doctor.row_id():
                self._take(doctor, row)
                then()

        if doctor:
            self.context.ask(self, lambda reads: reads.own_proposal(cycle, doctor), take, "seen", self.tell)

    def _take(self, doctor: str, row: Row | None) -> None:
        before = self._seen if self.seen_of else {**_NONE_SEEN, "wanted": self._proposed}
        self.seen_of, self._seen = doctor, {name: row[name] for name in _NONE_SEEN} if row else dict(_NONE_SEEN)
        if row is not None and self.visits.value() == before["wanted"]:
            self.visits.setValue(int(row["wanted"]))
        if self.grounds.text() == str(before["grounds"] or ""):
            self.grounds.setText(str(self._seen["grounds"] or ""))

    @override
    def tell(self, error: BaseException) -> None:
        if isinstance(error, CrmdeskError) and error.code == "changed_meanwhile":
            self._look(self.doctor.row_id(), self._say_meanwhile)
        else:
            super().tell(error)

    def _say_meanwhile(self) -> None:
        """Say what was asked for elsewhere; whoever asks once more has seen that."""
        asked, grounds = str(self._seen["wanted"]), str(self._seen["grounds"] or "")

        def said() -> str:
            sentence = translate("plan_answers", "刚才已在别处申请了 {visits} 次。再按“提出申请”就用这里写的。")
            return dotted(sentence.format(visits=asked), grounds)

        self.banner.say(said, "warn")

    def _find(self, text: str) -> None:
        self.context.ask(
            self,
            lambda reads: reads.customers("doctor", text, limit=8),
            lambda items: self.doctor.show_found(
                [(one.id, one.name, dotted(class_word(one.customer_class), one.institution_name)) for one in items]
            ),
            latest="doctors",
        )


class AnswerDialog(SmallDialog):
    """Lets a manager agree, perhaps to another number, or decline with a sentence."""

    def __init__(self, context: PageContext, parent: QWidget, item: TargetItem) -> None:
        super().__init__(context, parent, "plan_answer", 480)
        self._item, self._words = item, PlanWords(self)
        self.visits = _visits_box("plan_answer_visits_edit", item.wanted)
        self.comment = TextLine()
        self.comment.setObjectName("plan_answer_comment_edit")
        self.comment.setMaxLength(MAX_ANSWER)
        self._visits_label = Label("", "secondary")
        self.decline_button = Button("", DESTRUCTIVE)
        self.decline_button.setObjectName("plan_answer_decline_button")
        self.decline_button.clicked.connect(self.decline)
        row = QHBoxLayout()
        row.setSpacing(space.NEAR)
        row.addWidget(self._visits_label)
        row.addWidget(self.visits)
        row.addStretch(1)
        row.addWidget(self.decline_button)
        self.content.addLayout(row)
        self.content.addWidget(self.comment)
        self.retranslate()
        QTimer.singleShot(0, self, partial(self.comment.setFocus, Qt.FocusReason.OtherFocusReason))

    @override
    def retranslate(self) -> None:
        who = dotted(self._item.owner_name, self._item.doctor_name, class_word(self._item.customer_class))
        self.say(self.tr("答复申请"), f"{who}\n{self._words.asked(self._item)}", self.tr("同意"))
        self._visits_label.setText(language.field_word("plan_target", "agreed"))
        self.visits.setAccessibleName(language.field_word("plan_target", "agreed"))
        self.comment.setPlaceholderText(self.tr("答复（不同意时要写）"))
        self.comment.setAccessibleName(language.field_word("plan_target", "answer"))
        self.decline_button.setText(self.tr("不同意"))

    @override
    def save(self) -> None:
        args = {"visits": self.visits.value(), "comment": self.comment.text().strip()}
        self._answer(Event.ACCEPT, args)

    def decline(self) -> None:
        """Decline with the sentence that was written; without one it is asked for."""
        given = self.comment.text().strip()
        missing = [] if given else [Fault(lambda: self.tr("不同意要写一句说明，让代表知道为什么。"), self.comment)]
        if self.marks.show(missing):
            self._answer(Event.DECLINE, {"comment": given})

    def _answer(self, event: Event, args: dict[str, object]) -> None:
        command = TargetCommand(self._item.id, event.value, self._item.seen_hash, args)
        self.submit(command, lambda: translate("plan_answers", "答复已保存在本机，联网后发送"), until_sent=True)
