"""The dialogs of the calendar: move a visit with a reason, repeat it, note days off."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.clock import at_minute
from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.picklists import PICKLISTS
from crmdesk.services.commands import CreateRow, MoveVisit, PlanVisits
from crmdesk.services.plan_views import LaidOut, PlanVisit
from crmdesk.services.views import Row
from crmdesk.ui import language, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.plan_words import PlanWords
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.date_field import DateField, today
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.number_box import NumberBox, TimeBox
from crmdesk.ui.parts.text_field import TextLine

translate = QCoreApplication.translate


class MoveDialog(SmallDialog):
    """Asks when and why; the digits choose a reason and, where the time was chosen by a drag, move at once."""

    def __init__(self, context: PageContext, parent: QWidget, visit: PlanVisit, day: str, minute: int) -> None:
        super().__init__(context, parent, "plan_move")
        self._visit = visit
        self._seen_at = visit.starts_at
        self._at_once = day != visit.date
        self.day = DateField("plan_move_date_edit")
        self.day.set_value(day)
        self.time = TimeBox("plan_move_time_edit", minute)
        self.reasons = Picklist()
        self.reasons.setObjectName("plan_move_reason")
        self.day.entered.connect(partial(self.reasons.setFocus, Qt.FocusReason.ShortcutFocusReason))
        self.note = TextLine()
        self.note.setObjectName("plan_move_note_edit")
        self.note.setMaxLength(500)
        when = QHBoxLayout()
        when.setSpacing(space.INSIDE)
        when.addWidget(self.day)
        when.addWidget(self.time)
        when.addStretch(1)
        self.content.addLayout(when)
        self.content.addWidget(self.reasons)
        self.content.addWidget(self.note)
        self.retranslate()
        (self.reasons if self._at_once else self.day).setFocus()

    @override
    def retranslate(self) -> None:
        who = dotted(language.names_word(self._visit.doctor_names), self._visit.institution_name)
        self.say(self.tr("移动拜访"), self.tr("{who}。换到另一天要写明原因。").format(who=who), self.tr("移动"))
        self.day.set_label(self.tr("日期"))
        self.day.retranslate()
        self.time.setAccessibleName(self.tr("时间"))
        self.reasons.setAccessibleName(self.tr("原因"))
        entries = enumerate(PICKLISTS["move_reason"], 1)
        self.reasons.set_choices([(one.code, f"{number} {self._word(one.code)}") for number, one in entries])
        self.note.setPlaceholderText(self.tr("补充说明（可不填）"))
        self.note.setAccessibleName(self.tr("补充说明"))

    @staticmethod
    def _word(code: str) -> str:
        return language.choice_word("move_reason", code)

    @override
    def save(self) -> None:
        time = self.time.time()
        day = date.fromisoformat(self.day.value() or self._visit.date)
        code = self.reasons.value()
        reason = dotted(self._word(code) if code else "", self.note.text().strip())
        minute = time.hour() * 60 + time.minute()
        clock = time.toString("HH:mm")

        def said() -> str:
            return translate("plan_move", "已移到 {when}").format(when=f"{language.day_word(day, today())} {clock}")

        wanted = at_minute(day, minute)
        self.submit(MoveVisit(self._visit.id, wanted, reason, {"starts_at": self._seen_at}), said)

    @override
    def tell(self, error: BaseException) -> None:
        if isinstance(error, CrmdeskError) and error.code == "changed_meanwhile":
            visit_id = self._visit.id
            self.context.ask(self, lambda reads: reads.visit(visit_id), self._meet, "meanwhile", super().tell)
        else:
            super().tell(error)

    def _meet(self, row: Row) -> None:
        """Say where it was moved meanwhile; whoever moves it once more has seen that."""
        self._seen_at = str(row["starts_at"])
        moment = language.local(self._seen_at)

        def said() -> str:
            when = f"{language.day_word(moment.date(), today())} {moment:%H:%M}"
            return translate("plan_move", "刚才已在别处移到 {when}。再按“移动”就用这里的时间。").format(when=when)

        self.banner.say(said, "warn")

    @override
    def at_fault(self, error: CrmdeskError) -> QWidget | None:
        return self.reasons if error.code == "move_reason_missing" else None

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        choices = PICKLISTS["move_reason"]
        if event.text().isdecimal() and 1 <= int(event.text()) <= len(choices) and not self.note.hasFocus():
            self.reasons.choose(choices[int(event.text()) - 1].code)
            if self._at_once and choices[int(event.text()) - 1].code != "other":
                self.save()
            else:
                self.note.setFocus()
        else:
            super().keyPressEvent(event)


class RepeatDialog(SmallDialog):
    """Asks how often and until when; says beforehand what will be planned and what is left out."""

    def __init__(self, context: PageContext, parent: QWidget, visit: PlanVisit, until: str) -> None:
        super().__init__(context, parent, "plan_repeat")
        self._visit = visit
        self._laid = LaidOut()
        self._words = PlanWords(self)
        self.weeks = NumberBox("plan_repeat_weeks_edit", 1, 12, 2)
        self.until = DateField("plan_repeat_until_edit")
        self.until.set_value(max(until, visit.date))
        self._every, self._to = Label("", "secondary"), Label("", "secondary")
        self.outcome = Label("", "muted", wrap=True)
        self.outcome.setObjectName("plan_repeat_outcome_label")
        row = QHBoxLayout()
        row.setSpacing(space.INSIDE)
        for widget in (self._every, self.weeks, self._to, self.until):
            row.addWidget(widget)
        row.addStretch(1)
        self.content.addLayout(row)
        self.content.addWidget(self.outcome)
        self.weeks.valueChanged.connect(self.look)
        self.until.picked.connect(self.look)
        self.retranslate()
        self.look()
        self.weeks.setFocus()
        self.weeks.selectAll()

    @override
    def retranslate(self) -> None:
        who = dotted(language.names_word(self._visit.doctor_names), self._visit.institution_name)
        self.say(self.tr("重复拜访"), who, self.tr("加入计划"))
        self._every.setText(self.tr("每几周一次"))
        self._to.setText(self.tr("直到"))
        self.weeks.setAccessibleName(self.tr("每几周一次"))
        self.until.set_label(self.tr("直到"))
        self.until.retranslate()
        self._tell_outcome()

    def look(self) -> None:
        """Ask what would be planned."""
        until = self.until.value()
        if not until:
            self._take(LaidOut())
            return
        visit_id, weeks = self._visit.id, self.weeks.value()
        self.context.ask(self, lambda reads: reads.plan_repeat(visit_id, weeks, until), self._take, "repeat", self.tell)

    def _take(self, laid: LaidOut) -> None:
        self._laid = laid
        self._tell_outcome()

    def _tell_outcome(self) -> None:
        self.outcome.setText(self._words.laid_out(self._laid))
        self.save_button.setEnabled(bool(self._laid.visits))

    @override
    def save(self) -> None:
        if self._laid.visits:
            laid, page_words = self._laid, PlanWords()
            self.submit(PlanVisits(laid.visits), lambda: page_words.done(laid))


class DayOffDialog(SmallDialog):
    """Notes days on which the person is away."""

    def __init__(self, context: PageContext, parent: QWidget, day: str) -> None:
        super().__init__(context, parent, "plan_day_off", 480)
        self.first, self.last = DateField("plan_day_off_from_edit"), DateField("plan_day_off_to_edit")
        self.first.set_value(day)
        self.last.set_value(day)
        self.first.picked.connect(self._first_picked)
        self.part, self.kind = Picklist(), Picklist()
        self.part.setObjectName("plan_day_off_part")
        self.kind.setObjectName("plan_day_off_kind")
        self.part.set_choices([("whole", "")])
        self.note = TextLine()
        self.note.setObjectName("plan_day_off_note_edit")
        self.note.setMaxLength(200)
        self._labels = [Label("", "secondary") for _ in range(5)]
        grid = QGridLayout()
        grid.setHorizontalSpacing(space.ROOMY)
        grid.setVerticalSpacing(space.BETWEEN)
        grid.setColumnStretch(1, 1)
        fields = (self.first, self.last, self.part, self.kind, self.note)
        for row, (label, field) in enumerate(zip(self._labels, fields, strict=True)):
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        self.content.addLayout(grid)
        self.retranslate()
        self.part.set_value("whole")
        self.kind.set_value("leave")
        QTimer.singleShot(0, self, partial(self.first.setFocus, Qt.FocusReason.OtherFocusReason))

    def _first_picked(self, day: str) -> None:
        if day and self.last.value() < day:
            self.last.set_value(day)

    @override
    def retranslate(self) -> None:
        self.say(self.tr("不在岗"), self.tr("这些时间不排拜访，容量也会相应减少。"), self.tr("保存"))
        words = [language.field_word("day_off", name) for name in ("starts_on", "ends_on", "part", "kind", "note")]
        for label, word in zip(self._labels, words, strict=True):
            label.setText(word)
        for field, word in ((self.first, words[0]), (self.last, words[1])):
            field.set_label(word)
            field.retranslate()
        for group, name, word in ((self.part, "day_part", words[2]), (self.kind, "day_off_kind", words[3])):
            group.set_choices([(one.code, language.choice_word(name, one.code)) for one in PICKLISTS[name]])
            group.setAccessibleName(word)
        self.note.setAccessibleName(words[4])

    @override
    def save(self) -> None:
        values = {
            "starts_on": self.first.value() or None,
            "ends_on": self.last.value() or None,
            "part": self.part.value() or None,
            "kind": self.kind.value() or None,
            "note": self.note.text().strip() or None,
        }
        self.submit(CreateRow("day_off", values), lambda: translate("plan_move", "已记下不在岗"))

    @override
    def at_fault(self, error: CrmdeskError) -> QWidget | None:
        fields = {
            "starts_on": self.first,
            "ends_on": self.last,
            "part": self.part,
            "kind": self.kind,
            "note": self.note,
        }
        return fields.get(str(error.params.get("field") or ""))
