"""How a week is drawn: a day of the plan as head and column, a visit as a block, in the language in use."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QObject

from crmdesk.domain.workdays import NOON_MIN
from crmdesk.services.plan_views import PlanDay, PlanVisit, PlanWeek
from crmdesk.services.views import ACCEPTED, NEEDS_YOU, SAVED_HERE, SENT
from crmdesk.ui import language
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.plan_words import PlanWords
from crmdesk.ui.parts.chips import STATE_TONES
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.parts.week_calendar import DayHead
from crmdesk.ui.parts.week_grid import Block, DayColumn

_TONES = {"submitted": ("ok", "done"), "draft": ("info", "edit"), "planned": ("accent", "")}
_STATE_SIGNS = {SAVED_HERE: "saved_here", SENT: "submit", NEEDS_YOU: "needs_you", ACCEPTED: ""}
_DAY_MIN = 24 * 60


class WeekDrawing(QObject):
    """Turns what was read into what the calendar draws."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._words = PlanWords(self)

    def head(self, day: PlanDay) -> DayHead:
        """Return what stands above a day."""
        on = date.fromisoformat(day.date)
        note, short, tone = self._note(day)
        figure = f"{day.visits} / {day.capacity}" if day.capacity else (str(day.visits) if day.visits else "")
        spoken = dotted(language.day_word(on, None, weekday=True), note, self.tr("%n 次拜访", "", day.visits))
        return DayHead(language.weekday_word(on), str(on.day), figure, note, short, tone, on == today(), spoken)

    def _note(self, day: PlanDay) -> tuple[str, str, str]:
        """Return what stands above a day, the same where there is little room, and its tone."""
        if day.kind == "holiday":
            return language.choice_word("holiday", day.holiday), "", "warn"
        if day.days_off:
            one = day.days_off[0]
            part = "" if one.part == "whole" else language.choice_word("day_part", one.part)
            kind = language.choice_word("day_off_kind", one.kind)
            return dotted(kind, part), kind, "info"
        return (self.tr("调休上班"), "", "warn") if day.kind == "make_up" else ("", "", "neutral")

    def unknown_year(self, week: PlanWeek | None) -> str:
        """Say that a week lies in a year without holidays here, '' where it does not."""
        if week is None or not week.unknown_years:
            return ""
        return self.tr("还没有 {years} 年的放假和调休安排，这里只把周末算作休息。公司公布后会随同步到达。").format(
            years=self.tr("、").join(map(str, week.unknown_years))
        )

    def column(self, day: PlanDay) -> DayColumn:
        """Return how a day lies below its head: closed times shaded, a closed day without visits narrow."""
        closed = day.kind in ("weekend", "holiday")
        shaded = [(0, _DAY_MIN)] if closed else []
        for one in day.days_off if not closed else ():
            first, last = (0, NOON_MIN), (NOON_MIN, _DAY_MIN)
            shaded += {"morning": [first], "afternoon": [last]}.get(one.part, [first, last])
        return DayColumn(tuple(shaded), closed and not day.visits, day.date == today().isoformat())

    def block(self, one: PlanVisit, own: bool) -> Block:
        """Return a visit as a block; only own planned ones can be moved."""
        tone, sign = ("warn", "warning") if one.counts == "missed" else _TONES.get(one.state, ("neutral", ""))
        return Block(
            key=one.id, day=date.fromisoformat(one.date).weekday(), minute=one.minute,
            duration_min=one.duration_min, title=language.names_word(one.doctor_names) or one.institution_name,
            second=one.institution_name if one.doctor_names else "", chip=one.customer_class, tone=tone, sign=sign,
            state=(_STATE_SIGNS[one.sync_state], STATE_TONES[one.sync_state]),
            spoken=self._words.visit(one), movable=own and one.state == "planned",
        )  # fmt: skip
