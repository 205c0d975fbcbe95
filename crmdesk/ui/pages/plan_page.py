"""The Plan page: the week as a calendar, beside it what the cycle still needs; everything by drag and by key."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from typing_extensions import override

from crmdesk.domain.clock import DEFAULT_ZONE, at_minute
from crmdesk.domain.targets import Event
from crmdesk.domain.workdays import week_of
from crmdesk.services.calendar_export import export_plan
from crmdesk.services.commands import ChangeSet, DeleteRow, MoveVisit, Outcome, PlanVisits, TargetCommand
from crmdesk.services.plan_views import (
    CalendarExport,
    CycleView,
    DayOff,
    LaidOut,
    PlanVisit,
    PlanWeek,
    SuggestionItem,
    TargetItem,
)
from crmdesk.ui import language
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.page import Page
from crmdesk.ui.pages.plan_answers import AnswerDialog, ProposeDialog
from crmdesk.ui.pages.plan_cycle_dialog import CyclePlanDialog
from crmdesk.ui.pages.plan_dialog import PlanDialog
from crmdesk.ui.pages.plan_head import PlanHead
from crmdesk.ui.pages.plan_move import DayOffDialog, MoveDialog, RepeatDialog
from crmdesk.ui.pages.plan_side import DAYS_OFF, SIDE_WIDTHS, SUGGESTIONS, TARGETS, PlanSide
from crmdesk.ui.pages.plan_week_drawing import WeekDrawing
from crmdesk.ui.pages.plan_words import PlanWords
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.parts.notices import Banner, Said
from crmdesk.ui.parts.side_column import SideColumn
from crmdesk.ui.parts.split import pane
from crmdesk.ui.parts.week_calendar import WeekCalendar

if TYPE_CHECKING:
    from crmdesk.services.reads_sync import Reads

_TOUCHED = frozenset(
    {"visit", "doctor", "institution", "affiliation", "cycle_plan", "plan_target", "day_off", "outbox", "needs_you"}
    | {"company_calendar"}
)
_AHEAD_DAYS, _EXPORT_DAYS = 180, 56
_SUGGESTED, _OF_A_CLASS = 20, 200
_QUARTER = 15


class _Beside(msgspec.Struct, frozen=True):
    """What stands beside the calendar, read at one moment."""

    cycle: CycleView
    suggestions: list[SuggestionItem]
    targets: list[TargetItem]
    days_off: list[DayOff]
    territories: list[tuple[str, str]]
    people: list[tuple[str, str]]


class PlanPage(Page):
    """Arrows walk through the week, Shift and an arrow moves a visit; a drag does the same."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._monday = week_of(today())
        self._cycle_id = ""
        self._wanted_key = ""
        self.week: PlanWeek | None = None
        self.beside: _Beside | None = None
        self._words, self._drawing = PlanWords(self), WeekDrawing(self)
        self._owner_id = ""
        self._is_manager = context.desk.person.role == "manager"
        self.calendar = WeekCalendar()
        self.unknown_year = Banner()
        self.grid = self.calendar.grid
        self.grid.day = today().weekday()
        self.side = PlanSide()
        self.body.addWidget(SideColumn(self._left(), self.side, *SIDE_WIDTHS), 1)
        self._make_foot()
        self._connect()
        self._bind()
        self.retranslate()
        if self._is_manager:
            self.side.tabs.setCurrentIndex(TARGETS)
        self._show_foot()

    def _left(self) -> QWidget:
        frame, layout = pane()
        self.head = PlanHead()
        self.head.turned.connect(self.turn)
        self.head.this_week.clicked.connect(self.this_week)
        self.head.looked_at.connect(self.look_at)
        self.head.copy.clicked.connect(self.copy_week)
        self.head.add.clicked.connect(self.add)
        layout.addWidget(self.head)
        layout.addWidget(self.unknown_year)
        layout.addWidget(self.calendar, 1)
        return frame

    def _make_foot(self) -> None:
        self._foot: dict[str, Button] = {}
        for name, slot in (
            ("plan_schedule", self.schedule_chosen), ("plan_propose", self.propose), ("plan_withdraw", self.withdraw),
            ("plan_accept", self.accept), ("plan_answer", self.answer), ("plan_day_off", self.add_day_off),
        ):  # fmt: skip
            button = Button.for_action(name, small=True)
            button.clicked.connect(slot)
            self.side.foot.addWidget(button)
            self._foot[name] = button
        self._foot["plan_schedule"].setProperty("action", "")  # its words name the chosen day

    def _connect(self) -> None:
        self.grid.opened.connect(self._open)
        self.grid.moved.connect(self._moved)
        self.grid.dropped.connect(self._dropped)
        self.grid.asked.connect(self._asked)
        self.grid.chosen.connect(lambda _key, _day: self._day_chosen())
        self.side.schedule.connect(self.schedule)
        self.side.tab_changed.connect(lambda _tab: self._show_foot())
        self.side.chosen.connect(self._show_foot)
        self.side.head.picked.connect(self._pick_cycle)
        self.side.head.class_picked.connect(self._class_picked)
        self.side.head.edit.clicked.connect(self.edit_cycle)

    def _bind(self) -> None:
        bind = self.context.actions.bind
        for name, slot in (
            ("plan_add", self.add), ("plan_move", self.move_chosen), ("plan_repeat", self.repeat),
            ("plan_copy", self.copy_week), ("plan_previous_week", lambda: self.turn(-1)),
            ("plan_next_week", lambda: self.turn(1)), ("plan_this_week", self.this_week),
            ("plan_day_off", self.add_day_off), ("plan_export", self.export), ("plan_schedule", self.schedule_chosen),
            ("plan_propose", self.propose), ("plan_withdraw", self.withdraw), ("plan_remove", self.remove),
            ("plan_earlier", lambda: self.nudge(0, -_QUARTER)), ("plan_later", lambda: self.nudge(0, _QUARTER)),
            ("plan_day_before", lambda: self.nudge(-1, 0)), ("plan_day_after", lambda: self.nudge(1, 0)),
        ):  # fmt: skip
            bind(self, name, slot)
        bind(self.calendar, "plan_open", lambda: self._open(self.grid.current_key))
        if self._is_manager:
            bind(self, "plan_accept", self.accept)
            bind(self, "plan_answer", self.answer)
            bind(self, "plan_cycle", self.edit_cycle)

    # --- reading and showing --------------------------------------------------------------------------------------

    @override
    def enter(self, **args: Any) -> None:
        if args.get("date"):
            day = date.fromisoformat(str(args["date"]))
            self._monday = week_of(day)
            self.grid.choose("", day.weekday())
        if "owner" in args:
            self._owner_id = str(args["owner"])
            self.head.set_own(own=not self._owner_id)
        self._read()
        (self.grid.block(self.grid.current_key) or self.grid).setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def refresh(self, changes: ChangeSet) -> None:
        if _TOUCHED & frozenset(changes.changed):
            self._read()

    def day(self) -> date:
        """Return the day that is chosen."""
        return self._monday + timedelta(days=self.grid.day)

    def _read(self) -> None:
        """Read the calendar, and what stands beside it apart: that takes longer where there are many doctors."""
        day, owner_id, asked = self.day().isoformat(), self._owner_id, self._asked_for()
        self.context.ask(self, lambda reads: reads.plan_week(day, owner_id), self._take_week, latest="week")
        self.context.ask(self, lambda reads: _beside(reads, *asked), self._take_beside, latest="beside")

    def _asked_for(self) -> tuple[str, str, str]:
        """Return what stands beside the calendar: day, cycle plan, class of the suggestions."""
        return self.day().isoformat(), self._cycle_id, self.side.customer_class

    def _take_week(self, week: PlanWeek) -> None:
        self.week = week
        self._show_week()

    def _take_beside(self, beside: _Beside) -> None:
        self.beside = beside
        self._show_beside()

    def _day_chosen(self) -> None:
        """Suggest anew: other hospitals are on the way on another day."""
        if self.beside is None:
            return
        asked = self._asked_for()
        self.context.ask(self, lambda reads: _suggested(reads, *asked), self._take_suggestions, latest="suggest")
        self._show_foot()

    def _take_suggestions(self, items: list[SuggestionItem]) -> None:
        if self.beside is not None:
            self.beside = msgspec.structs.replace(self.beside, suggestions=items)
            self._show_beside()

    def _class_picked(self, _customer_class: str) -> None:
        self.side.tabs.setCurrentIndex(SUGGESTIONS)
        self._day_chosen()

    def look_at(self, owner_id: str) -> None:
        """Show the week of a representative of the own territories, only to look at; '' is the own week."""
        self._owner_id = owner_id
        self.head.set_own(own=not owner_id)
        self._read()

    def _is_mine(self) -> bool:
        """Say whether the own week is shown; where it is not, say that it is only to look at."""
        if self._owner_id:
            self.context.toast(lambda: self.tr("这是同事的计划，只能查看。"))
        return not self._owner_id

    @override
    def retranslate(self) -> None:
        self.head.retranslate()
        self.grid.setAccessibleName(self.tr("一周的拜访，方向键选择，Shift 加方向键移动"))
        empty = self.side.empty
        empty[TARGETS].say(self.tr("没有目标申请。某位医生需要不同的次数时，可以向经理申请。"))
        empty[DAYS_OFF].say(self.tr("没有登记不在岗。"), self.tr("不在岗…"), self.add_day_off)
        self.side.retranslate()
        self._show_week()
        self._show_beside()

    def _show_week(self) -> None:
        self._show_title()
        if self.week is None:
            return
        now = datetime.now(ZoneInfo(DEFAULT_ZONE))
        self.calendar.show_week(
            [self._drawing.head(day) for day in self.week.days],
            [self._drawing.column(day) for day in self.week.days],
            [self._drawing.block(one, own=not self._owner_id) for one in self.week.visits],
            now.hour * 60 + now.minute,
        )
        self._choose_wanted()
        self.head.show_figures(self.week)

    def _show_beside(self) -> None:
        if self.beside is not None:
            self.side.show_cycle(self.beside.cycle, self._is_manager)
            self.side.show_lists(self.beside.suggestions, self.beside.targets, self.beside.days_off)
            self.head.show_people(self.beside.people if self._is_manager else (), self._owner_id)
        self._show_foot()

    def _show_title(self) -> None:
        last = self._monday + timedelta(days=6)
        begins, ends = language.span_words(self._monday, last, today())
        days = self.tr("{first} 至 {last}").format(first=begins, last=ends)
        self.header.set_title(dotted(self.tr("计划"), days))
        self.unknown_year.say(self._drawing.unknown_year(self.week), "warn")

    def _show_foot(self) -> None:
        """Show the buttons that fit the list shown and what is chosen in it."""
        tab, target = self.side.tab, self.side.target()
        allowed = target.allowed if target is not None else frozenset()
        cycle = self.beside is not None and self.beside.cycle.row is not None
        shown = {
            "plan_schedule": tab == SUGGESTIONS and bool(self.side.suggestions),
            "plan_propose": tab in (SUGGESTIONS, TARGETS) and cycle,
            "plan_withdraw": tab == TARGETS and Event.WITHDRAW in allowed,
            "plan_accept": tab == TARGETS and Event.ACCEPT in allowed,
            "plan_answer": tab == TARGETS and Event.ACCEPT in allowed,
            "plan_day_off": tab == DAYS_OFF,
        }
        for name, button in self._foot.items():
            button.setVisible(shown[name])
        day = language.day_word(self.day(), today())
        self._foot["plan_schedule"].setText(language.closed_up(self.tr("排入 {day}").format(day=day)))

    # --- weeks ----------------------------------------------------------------------------------------------------

    def turn(self, weeks: int) -> None:
        """Show an earlier or later week."""
        self._monday += timedelta(weeks=weeks)
        self.grid.choose("", self.grid.day)
        self._read()

    def this_week(self) -> None:
        """Show the present week and choose today."""
        self._monday = week_of(today())
        self.grid.choose("", today().weekday())
        self._read()

    def copy_week(self) -> None:
        """Copy the week shown into the next one, leaving out what stands in the way, and go there."""
        if not self._is_mine():
            return
        day = self._monday.isoformat()
        self.context.ask(self, lambda reads: reads.plan_copy(day, 1), self._copy_laid, latest="copy")

    def _copy_laid(self, laid: LaidOut) -> None:
        def said() -> str:
            return self._words.done(laid)

        if not laid.visits:
            self.context.toast(lambda: language.starting(said()) if laid.skipped else self.tr("没有可以复制的拜访"))
            return

        def done(outcome: Any) -> None:
            self.context.toast(lambda: self.tr("复制到下一周：{said}").format(said=said()), outcome.undo_token)
            self.turn(1)

        self.context.submit(self, PlanVisits(laid.visits), done)

    # --- visits ---------------------------------------------------------------------------------------------------

    def chosen_visit(self) -> PlanVisit | None:
        """Return the own visit that is chosen in the calendar."""
        visits = self.week.visits if self.week and not self._owner_id else ()
        return next((one for one in visits if one.id == self.grid.current_key), None)

    def _open(self, key: str) -> None:
        if key:
            self.context.navigate("visit", id=key)

    def add(self) -> None:
        """Plan a visit on the chosen day."""
        self._plan_on(max(self.day(), today()))

    def _asked(self, day: int, minute: int) -> None:
        self._plan_on(self._monday + timedelta(days=day), minute)

    def _plan_on(self, day: date, minute: int | None = None) -> None:
        if not self._is_mine():
            return
        dialog = PlanDialog(self.context, self, day=day.isoformat(), minute=minute)
        dialog.planned.connect(self._choose_later)
        dialog.open()

    def _choose_later(self, visit_id: str) -> None:
        self._wanted_key = visit_id
        self._choose_wanted()  # the week may have been read anew before the dialog tells of its visit

    def _choose_wanted(self) -> None:
        if self._wanted_key and self.grid.block(self._wanted_key):
            self.grid.choose(self._wanted_key)
            self._wanted_key = ""

    def _moved(self, key: str, day: int, minute: int) -> None:
        visit = next((one for one in self.week.visits if one.id == key), None) if self.week else None
        if visit is not None:
            self._move(visit, self._monday + timedelta(days=day), minute)

    def _move(self, visit: PlanVisit, day: date, minute: int) -> None:
        """Move within the day at once; to another day the dialog asks why."""
        if day.isoformat() != visit.date:
            MoveDialog(self.context, self, visit, day.isoformat(), minute).open()
            return
        clock = f"{minute // 60:02d}:{minute % 60:02d}"

        def told(outcome: Outcome) -> None:
            self.context.toast(lambda: self.tr("已移到 {when}").format(when=clock), outcome.undo_token)

        seen = {"starts_at": visit.starts_at}
        self.context.submit(self, MoveVisit(visit.id, at_minute(day, minute), base=seen), told)

    def _meant(self) -> PlanVisit | None:
        """Return the visit that a key is meant for; without one it is said how to choose one."""
        visit = self.chosen_visit()
        if visit is None and self._is_mine():
            self.context.toast(lambda: self.tr("先用上下方向键选一次拜访。"))
        return visit

    def nudge(self, days: int, minutes: int) -> None:
        """Move the chosen visit by a day or by some minutes, as a drag would."""
        visit = self._meant()
        if visit is None or not self._may_move(visit):
            return
        minute = max(0, min(24 * 60 - _QUARTER, visit.minute + minutes))
        self._move(visit, date.fromisoformat(visit.date) + timedelta(days=days), minute)

    def _may_move(self, visit: PlanVisit) -> bool:
        if visit.state != "planned":
            self.context.toast(lambda: self.tr("报告已经开始写，不能再移动。"))
        return visit.state == "planned"

    def move_chosen(self) -> None:
        """Ask when and why to move the chosen visit."""
        visit = self._meant()
        if visit is not None and self._may_move(visit):
            MoveDialog(self.context, self, visit, visit.date, visit.minute).open()

    def repeat(self) -> None:
        """Ask how often to repeat the chosen visit."""
        visit = self._meant()
        if visit is not None:
            row = self.beside.cycle.row if self.beside else None
            until = str(row["ends_on"]) if row else (self.day() + timedelta(weeks=12)).isoformat()
            RepeatDialog(self.context, self, visit, until).open()

    def remove(self) -> None:
        """Remove what is chosen: the planned visit, or the days off where their list has the focus."""
        off = self.side.day_off()
        if off is not None and self.side.lists[DAYS_OFF].hasFocus():
            self._delete(DeleteRow("day_off", off.id), lambda: self.tr("已删除不在岗"))
            return
        visit = self._meant()
        if visit is not None and visit.state == "submitted":
            self.context.toast(lambda: self.tr("已提交的报告不能删除。"))
        elif visit is not None:
            self._delete(DeleteRow("visit", visit.id), lambda: self.tr("已删除计划"))

    def _delete(self, command: DeleteRow, said: Said) -> None:
        self.context.submit(self, command, lambda outcome: self.context.toast(said, outcome.undo_token))

    # --- suggestions ----------------------------------------------------------------------------------------------

    def schedule_chosen(self) -> None:
        """Put the chosen suggestion into the chosen day."""
        item = self.side.suggestion()
        if item is not None:
            self.schedule(item.doctor_id)

    def schedule(self, doctor_id: str) -> None:
        """Put a doctor into the first free time of the chosen day."""
        if not self._is_mine():
            return
        day = self.day().isoformat()
        self.context.ask(self, lambda reads: reads.plan_slot(day, doctor_id), self._plan_one)

    def _dropped(self, doctor_id: str, day: int, minute: int) -> None:
        if not self._is_mine():
            return
        on = (self._monday + timedelta(days=day)).isoformat()
        self.grid.choose("", day)
        self.context.ask(self, lambda reads: reads.plan_values(doctor_id, on, minute), self._plan_one)

    def _plan_one(self, values: dict[str, Any]) -> None:
        def said() -> str:
            return self.tr("已排在 {when}").format(when=language.moment_word(str(values["starts_at"]), today()))

        def done(outcome: Any) -> None:
            self._choose_later(outcome.created_id)
            self.context.toast(said, outcome.undo_token)

        self.context.submit(self, PlanVisits((values,)), done)

    # --- days off, targets, cycle ---------------------------------------------------------------------------------

    def add_day_off(self) -> None:
        """Note days off, from the chosen day on."""
        DayOffDialog(self.context, self, self.day().isoformat()).open()

    def propose(self) -> None:
        """Ask for another number of visits to the chosen doctor."""
        row = self.beside.cycle.row if self.beside else None
        if row is None:
            self.context.toast(lambda: self.tr("这一天没有周期计划。"))
            return
        doctor, wanted = self._proposed_doctor()
        ProposeDialog(self.context, self, (row.id, str(row["name"])), doctor, wanted).open()

    def _proposed_doctor(self) -> tuple[tuple[str, str], int]:
        target, suggestion, visit = self.side.target(), self.side.suggestion(), self.chosen_visit()
        if self.side.tab == TARGETS and target is not None:
            return (target.doctor_id, target.doctor_name), target.wanted
        if self.side.tab == SUGGESTIONS and suggestion is not None:
            return (suggestion.doctor_id, suggestion.name), suggestion.standing.planned // 100
        if visit is not None and len(visit.doctor_ids) == 1:
            return (visit.doctor_ids[0], visit.doctor_names), 1
        return ("", ""), 1

    def withdraw(self) -> None:
        """Withdraw the chosen proposal."""
        self._say_to_target(Event.WITHDRAW, lambda: self.tr("申请已撤回"))

    def accept(self) -> None:
        """Agree to the chosen proposal as it was asked for."""
        self._say_to_target(Event.ACCEPT, lambda: self.tr("答复已保存在本机，联网后发送"))

    def _say_to_target(self, event: Event, said: Said) -> None:
        item = self.side.target()
        if item is None or event not in item.allowed or self.side.tab != TARGETS:
            return
        waits = event is Event.ACCEPT

        def told(outcome: Outcome) -> None:
            self.context.toast(said, outcome.undo_token, until_sent=waits)

        self.context.submit(self, TargetCommand(item.id, event.value, item.seen_hash), told)

    def answer(self) -> None:
        """Answer the chosen proposal with another number or decline it."""
        item = self.side.target()
        if item is not None and Event.ACCEPT in item.allowed and self.side.tab == TARGETS:
            AnswerDialog(self.context, self, item).open()

    def edit_cycle(self) -> None:
        """Change the cycle plan shown, or make one where there is none."""
        if self.beside is not None:
            cycle = self.beside.cycle
            CyclePlanDialog(self.context, self, self.beside.territories, cycle.row, cycle.others).open()

    def _pick_cycle(self, cycle_id: str) -> None:
        self._cycle_id = cycle_id
        self._read()

    # --- the calendar file ----------------------------------------------------------------------------------------

    def export(self) -> None:
        """Ask where the plan is to be saved as an iCalendar file."""
        dialog = QFileDialog(self, self.tr("导出日历"))
        dialog.setObjectName("plan_export_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("iCalendar (*.ics)")
        dialog.setDefaultSuffix("ics")
        dialog.selectFile(self.tr("拜访计划 {date}.ics").format(date=self._monday.isoformat()))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.write_calendar(Path(name)))
        dialog.open()

    def write_calendar(self, path: Path) -> None:
        """Write the week shown and the eight weeks from it on; a folder that refuses is told in words."""
        last = self._monday + timedelta(days=_EXPORT_DAYS - 1)

        def done(report: CalendarExport) -> None:
            file = Path(report.path).name
            self.context.toast(lambda: self.tr("%n 项已保存到 {file}", "", report.events).format(file=file))

        try:
            future = export_plan(
                self.context.desk, path, self._monday.isoformat(), last.isoformat(), language.current()
            )
        except Exception as error:  # a wrong ending is told as any other refusal
            self.context.shell.tell(error)
            return
        self.context.bridge.run(self, future, done, self.context.shell.tell)


def _beside(reads: Reads, day: str, cycle_id: str, customer_class: str) -> _Beside:
    first = reads.now().astimezone(ZoneInfo(DEFAULT_ZONE)).date()
    return _Beside(
        cycle=reads.plan_cycle(day, cycle_id),
        suggestions=_suggested(reads, day, cycle_id, customer_class),
        targets=reads.plan_targets(),
        days_off=reads.days_off(first, first + timedelta(days=_AHEAD_DAYS)),
        territories=reads.own_territories(),
        people=reads.plan_people(),
    )


def _suggested(reads: Reads, day: str, cycle_id: str, customer_class: str) -> list[SuggestionItem]:
    """Return the best suggestions; of one class more, for whoever asks for a class wants to see who is left of it."""
    limit = _OF_A_CLASS if customer_class else _SUGGESTED
    return reads.plan_suggestions(day, cycle_id, limit, customer_class)
