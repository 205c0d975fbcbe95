"""The small dialog that plans a visit, or picks the doctor of a report that begins now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTime, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.clock import DEFAULT_ZONE, to_text, utc_now
from crmdesk.domain.ids import new_id
from crmdesk.domain.schedule import DAY_STARTS_MIN, free_minute
from crmdesk.domain.visit_rules import USUAL, Backdating, last_day, too_late
from crmdesk.services.commands import Outcome, SaveVisit
from crmdesk.services.views import AffiliationView
from crmdesk.ui import language, space, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.date_field import DateField, today
from crmdesk.ui.parts.faults import Fault
from crmdesk.ui.parts.number_box import TimeBox
from crmdesk.ui.parts.row_picker import RowPicker

_USUAL_MIN = 30


def _proposed(day: str) -> int:
    """Return the minute at which a visit may begin: of today what is still to come, of other days their start."""
    local = utc_now().astimezone(ZoneInfo(DEFAULT_ZONE))
    earliest = local.hour * 60 + local.minute if day == local.date().isoformat() else DAY_STARTS_MIN
    return free_minute([], _USUAL_MIN, earliest) or DAY_STARTS_MIN


class PlanDialog(SmallDialog):
    """Asks for doctor, day and time and saves a planned visit; with `now` it only asks whom the report is about."""

    planned = Signal(str)
    chosen = Signal(str)

    def __init__(
        self,
        context: PageContext,
        parent: QWidget,
        doctor: tuple[str, str] = ("", ""),
        day: str = "",
        now: bool = False,
        minute: int | None = None,
    ) -> None:
        super().__init__(context, parent, "plan_dialog")
        self._now = now
        self._rule = USUAL
        self.doctor = RowPicker("plan_doctor", self._find)
        self.doctor.set_row(*doctor)
        self.doctor.picked.connect(self._picked)
        self.day = DateField("plan_date_edit")
        self.day.set_value(day or (today() + timedelta(days=1)).isoformat())
        self.day.picked.connect(lambda _day: self._say_too_late())
        self.day.picked.connect(self._propose)
        first = _proposed(self.day.value()) if minute is None else minute
        self._mine: int | None = first if minute is None else None  # what the dialog set, and may set anew
        self.time = TimeBox("plan_time_edit", first)
        when = QHBoxLayout()
        when.setSpacing(space.INSIDE)
        when.addWidget(self.day)
        when.addWidget(self.time)
        when.addStretch(1)
        self.content.addWidget(self.doctor)
        self.content.addLayout(when)
        self.day.setVisible(not now)
        self.time.setVisible(not now)
        self.retranslate()
        context.ask(self, lambda reads: reads.backdating(), self._take_rule, latest="rule")
        self._propose(self.day.value())
        self.doctor.edit.setFocus() if not doctor[0] else self.day.setFocus()

    @override
    def retranslate(self) -> None:
        heading = self.tr("给谁写拜访报告") if self._now else self.tr("计划拜访")
        self.say(heading, "", self.tr("开始") if self._now else self.tr("加入计划"))
        self.doctor.edit.setPlaceholderText(self.tr("医生姓名、拼音或医院"))
        self.doctor.edit.setAccessibleName(language.record_word("doctor"))
        self.day.set_label(self.tr("日期"))
        self.time.setAccessibleName(self.tr("时间"))

    def _propose(self, day: str) -> None:
        """Ask where the day has room; a time that was set by hand, or pointed at in the week, stays."""
        if day and not self._now and self._minute() == self._mine:
            self.context.ask(self, lambda reads: reads.plan_minute(day), self._take_minute, latest="minute")

    def _take_minute(self, minute: int | None) -> None:
        if minute is not None and self._minute() == self._mine:
            self._mine = minute
            self.time.setTime(QTime(minute // 60, minute % 60))

    def _minute(self) -> int:
        return self.time.time().hour() * 60 + self.time.time().minute()

    def starts_at(self) -> str:
        """Return the planned instant as UTC text."""
        time = self.time.time()
        day = date.fromisoformat(self.day.value() or today().isoformat())
        local = datetime(day.year, day.month, day.day, time.hour(), time.minute(), tzinfo=ZoneInfo(DEFAULT_ZONE))
        return to_text(local)

    @override
    def save(self) -> None:
        """Save the plan, or tell whom the report is about; without a doctor it says so."""
        doctor = self.doctor.row_id()
        if not self.marks.show(self._faults(doctor)):
            return
        if self._now:
            self.chosen.emit(doctor)
            self.accept()
        else:
            values = {"doctor_ids": [doctor], "starts_at": self.starts_at(), "zone": DEFAULT_ZONE, "state": "planned"}
            self.context.ask(
                self, lambda reads: reads.doctor(doctor), lambda view: self._send(values, view.affiliations)
            )

    def _faults(self, doctor: str) -> list[Fault]:
        """Return everything that is wrong: nobody chosen, or a day that is too long ago."""
        found = [] if doctor else [Fault(lambda: self.tr("先选一位医生。"), self.doctor.edit)]
        late = not self._now and bool(self._too_late())
        return [*found, *([Fault(self._too_late, self.day)] if late else [])]

    def _too_late(self) -> str:
        if not too_late(self.starts_at(), DEFAULT_ZONE, utc_now(), self._rule):
            return ""
        days = self._rule.at(utc_now())
        last = language.day_word(last_day(self.starts_at(), DEFAULT_ZONE, days), today())
        return words.sentence("too_late", {"days": days, "last": last})

    def _say_too_late(self) -> None:
        """Say at once of a day that is too long ago that nothing can be planned on it."""
        self.marks.show([Fault(self._too_late, self.day)] if self._too_late() else [], focus=False)

    def _take_rule(self, rule: Backdating) -> None:
        self._rule = rule
        if not self._now:
            self._say_too_late()

    def _send(self, values: Mapping[str, object], affiliations: Sequence[AffiliationView]) -> None:
        place = affiliations[0].institution_id if affiliations else ""
        content = {**values, "institution_id": place} if place else values
        self.context.submit(self, SaveVisit(new_id(), content), self._saved)

    def _saved(self, outcome: Outcome) -> None:
        self.context.toast(lambda: self.tr("已加入计划"), outcome.undo_token)
        self.planned.emit(outcome.created_id)
        self.accept()

    def _find(self, text: str) -> None:
        self.context.ask(
            self,
            lambda reads: reads.customers("doctor", text, limit=8),
            lambda items: self.doctor.show_found(
                [(one.id, one.name, dotted(one.institution_name, one.department_name)) for one in items]
            ),
            latest="doctors",
        )

    def _picked(self, row_id: str) -> None:
        self.banner.say("")
        if row_id and self._now:
            self.save()
        elif row_id:
            self.day.setFocus()
