"""The Today page: the day's visits in order with what was promised; beside them the doctor that is chosen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget
from typing_extensions import override

from crmdesk.domain.errors import InputError
from crmdesk.services.commands import ChangeSet
from crmdesk.services.views import (
    ACCEPTED,
    AdverseEventItem,
    CustomerItem,
    DoctorView,
    DueReason,
    DueView,
    Row,
    TodayItem,
    TodayView,
)
from crmdesk.ui import language, space, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.adverse_event_dialog import AdverseEventDialog
from crmdesk.ui.pages.adverse_event_words import AdverseEventWords
from crmdesk.ui.pages.customer_words import CustomerWords, class_word, dotted
from crmdesk.ui.pages.page import Page
from crmdesk.ui.pages.plan_dialog import PlanDialog
from crmdesk.ui.pages.plan_words import figure
from crmdesk.ui.pages.today_detail import GO_ON, READ, START, TELL, TodayDetail
from crmdesk.ui.pages.visit_drafts import DraftLine, draft_lines, give_up
from crmdesk.ui.pages.visit_marks import mark_answered, mark_kept
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.chips import STATE_TONES, state_word
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import EmptyState
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.split import Split, pane
from crmdesk.ui.parts.squeezed_row import SqueezedRow

if TYPE_CHECKING:
    from crmdesk.services.reads_sync import Reads

_TOUCHED = frozenset(
    {"visit", "doctor", "institution", "affiliation", "draft", "outbox", "needs_you", "conflict", "product"}
    | {"adverse_event", "cycle_plan", "plan_target"}
)
_CLOCK_MS = 60_000
_LEAST = 300
"""How often the time that is left for an adverse event is said anew."""


class _Line(msgspec.Struct, frozen=True):
    """What a row of the list stands for: an adverse event to report, a report that was begun, a visit of the day, an
    overdue promise, or a doctor not seen for long.
    """

    kind: str  # adverse_event | draft | visit | promise | not_seen
    row: ListRow
    doctor_id: str
    visit_id: str = ""


class TodayPage(Page):
    """The day at a glance; Enter starts the report of the chosen visit."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._day = today()
        self._view: TodayView | None = None
        self._drafts: dict[str, DraftLine] = {}
        self._any_customers = True
        self._unseen: DueView | None = None  # None until it is known
        self._lines: dict[str, _Line] = {}
        self._words, self._event_words = CustomerWords(self), AdverseEventWords(self)
        self._clock = QTimer(self)
        self._clock.setInterval(_CLOCK_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self.detail = TodayDetail(self._words)
        self.detail.started.connect(self.start)
        self.detail.opened.connect(self.open_doctor)
        self.detail.promises.kept.connect(self._kept)
        self.detail.promises.answered.connect(self._answered)
        self.detail.visit_opened.connect(lambda visit_id: self.context.navigate("visit", id=visit_id))
        self._model = RowModel(self)
        self.rows = RowList(self._model, lines=3, with_time=True)
        self.rows.setObjectName("today_list")
        self.rows.chosen.connect(self._chosen)
        self.rows.opened.connect(lambda _key: self.start())
        self._empty = EmptyState("calendar")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.rows)
        self._stack.addWidget(self._empty)
        self.body.addWidget(Split(self._left(), self.detail, 520), 1)
        self._bind()
        self.retranslate()

    def _left(self) -> QWidget:
        frame, layout = pane()
        head, _inner = pane("list-head")
        self._figure, self._done = Label("", "strong"), Label("", "muted")
        self._figure.setObjectName("today_count_label")
        self._previous = Button("", icon_name="back", small=True)
        self._previous.setObjectName("today_previous_button")
        self._previous.clicked.connect(lambda: self.turn(-1))
        self._next = Button("", icon_name="next", small=True)
        self._next.setObjectName("today_next_button")
        self._next.clicked.connect(lambda: self.turn(1))
        self._plan = Button.for_action("today_plan", icon_name="plus")
        self._plan.clicked.connect(self.plan)
        row = SqueezedRow()
        row.setContentsMargins(*space.BAR)
        row.setSpacing(space.NEAR)
        row.addWidget(self._figure)
        row.addWidget(self._done)
        row.addStretch(1)
        for button in (self._previous, self._next, self._plan):
            row.addWidget(button)
        _inner.addLayout(row)
        layout.addWidget(head)
        layout.addWidget(self._stack, 1)
        row.spare(self._done)
        frame.setMinimumWidth(theme.px(_LEAST))
        return frame

    def _bind(self) -> None:
        bind = self.context.actions.bind
        bind(self.detail, "today_start", self.start)
        bind(self, "today_open_doctor", lambda: self.open_doctor(self._doctor_id()))
        bind(self, "today_previous_day", lambda: self.turn(-1))
        bind(self, "today_next_day", lambda: self.turn(1))
        bind(self, "today_plan", self.plan)
        bind(self, "today_keep", self.keep_promise)
        bind(self, "today_answer", self.answer_question)
        self._drop = bind(self, "today_drop", self.drop)

    @override
    def enter(self, **args: Any) -> None:
        self._day = date.fromisoformat(str(args["date"])) if args.get("date") else self._day
        if not args and self._view is not None and self._view.date < today().isoformat():
            self._day = today()
        self._read()
        self.rows.setFocus()

    @override
    def refresh(self, changes: ChangeSet) -> None:
        if _TOUCHED & frozenset(changes.changed):
            self._read()

    @override
    def retranslate(self) -> None:
        for button, text in ((self._previous, self.tr("前一天")), (self._next, self.tr("后一天"))):
            button.setAccessibleName(text)
            button.setToolTip(text)
        self.rows.setAccessibleName(self.tr("今天的拜访"))
        self._show_empty()
        self.detail.retranslate()
        self._show()

    def _show_empty(self) -> None:
        if self._any_customers:
            self._empty.say(
                self.tr("这一天没有安排。加一个计划，或从客户页直接开始拜访。"), self.tr("添加计划"), self.plan
            )
        else:
            self._empty.say(
                self.tr("还没有客户，所以没有可以安排的拜访。导入一份名单，或在客户页新建医生。"),
                self.tr("导入客户"),
                lambda: self.context.navigate("import"),
            )

    def turn(self, days: int) -> None:
        """Show an earlier or later day."""
        self._day += timedelta(days=days)
        self._unseen = None
        self._read()

    def plan(self) -> None:
        """Plan a visit on the day that is shown."""
        PlanDialog(self.context, self, day=self._day.isoformat()).open()

    def start(self) -> None:
        """Open the report of the chosen visit, or begin one with the chosen doctor."""
        line = self._lines.get(self.rows.current_key())
        if line is None:
            return
        if line.kind == "adverse_event":
            self.report_event(line.visit_id)
        elif line.kind in ("visit", "draft"):
            self.context.navigate("visit", id=line.visit_id)
        else:
            self.context.navigate("visit", doctor_id=line.doctor_id)

    def keep_promise(self) -> None:
        """Say that the promise of the chosen line, or else the doctor's first one that is the person's, was kept."""
        if not self.detail.keep():
            self.context.toast(lambda: self.tr("这里没有你未兑现的承诺。"))

    def answer_question(self) -> None:
        """Say that the doctor's latest question that is the person's to answer was answered."""
        if not self.detail.answer():
            self.context.toast(lambda: self.tr("这里没有你待答复的提问。"))

    def _kept(self, visit: Row) -> None:
        self.rows.setFocus(Qt.FocusReason.OtherFocusReason)  # the button that was pressed goes
        mark_kept(self.context, self, visit)

    def _answered(self, visit: Row) -> None:
        self.rows.setFocus(Qt.FocusReason.OtherFocusReason)
        mark_answered(self.context, self, visit)

    def drop(self) -> None:
        """Give up the chosen report that was begun and left; undo brings it back."""
        line = self._lines.get(self.rows.current_key())
        if line is not None and line.visit_id in self._drafts:
            give_up(self.context, self, line.visit_id)

    def report_event(self, visit_id: str) -> None:
        """Open the task of the adverse event that was heard on a visit."""
        events = self._view.adverse_events if self._view else ()
        item = next((one for one in events if one.visit_id == visit_id), None)
        if item is not None:
            AdverseEventDialog(self.context, self, item).open()

    def _tick(self) -> None:
        if self.isVisible() and self._view is not None and self._view.adverse_events:
            self._show()

    def open_doctor(self, doctor_id: str) -> None:
        """Open the page of a doctor."""
        if doctor_id:
            self.context.navigate("doctor", id=doctor_id)

    @override
    def subject(self) -> tuple[str, dict[str, Any]] | None:
        return ("doctor", {"id": self._doctor_id()}) if self._doctor_id() else None

    def _doctor_id(self) -> str:
        line = self._lines.get(self.rows.current_key())
        return line.doctor_id if line else ""

    def _read(self) -> None:
        day = self._day.isoformat()
        self.context.ask(self, lambda reads: (reads.today(day), draft_lines(reads)), self._take, latest="day")

    def _take(self, found: tuple[TodayView, tuple[DraftLine, ...]]) -> None:
        """Show the day, and only when it is painted look for who else is due: that goes through all customers."""
        self._view = found[0]
        self._drafts = {line.visit_id: line for line in found[1]}
        self._show()
        self.context.bridge.later(self, self._read_unseen)

    def _read_unseen(self) -> None:
        if self._view is not None:
            day = self._view.date
            self.context.ask(
                self,
                lambda reads: _due_on(reads, day),
                self._take_unseen,
                latest="not_seen",
            )

    def _take_unseen(self, found: tuple[DueView, bool]) -> None:
        self._unseen, self._any_customers = found
        self._show_empty()
        self._show()

    def _show(self) -> None:
        word = language.day_word(self._day, None, weekday=True)
        name = self.tr("今日") if self._day == today() else self.tr("日程")
        self.header.set_title(dotted(name, word), self._quarter_chip())
        if self._view is None:
            return
        kept = self.rows.current_key()
        lines = self._all_lines(self._view)
        self._lines = {line.row.key: line for line in lines}
        self._model.set_rows([line.row for line in lines])
        self._stack.setCurrentWidget(self.rows if lines or self._unseen is None else self._empty)
        if not (kept and self.rows.choose(kept)):
            self.rows.choose_row(self._first_open(lines))
        done = sum(1 for item in self._view.items if item.visit["state"] == "submitted")
        self._figure.setText(self.tr("%n 次拜访", "", len(self._view.items)))
        self._done.setText(self.tr("已完成 {done}").format(done=done) if self._view.items else "")
        if not lines:
            self.detail.show_nothing(to_choose=False)

    def _quarter_chip(self) -> str:
        quarter = (self._day.month - 1) // 3 + 1
        week = (self._day - date(self._day.year, quarter * 3 - 2, 1)).days // 7 + 1
        return self.tr("第 {quarter} 季度 · 第 {week} 周").format(quarter=quarter, week=week)

    def _first_open(self, lines: list[_Line]) -> int:
        """Return the first visit of the day that is not reported, else what was begun, else what follows the tasks."""
        kinds = [line.kind for line in lines]
        open_visits = (
            at for at, line in enumerate(lines) if line.kind == "visit" and not self._submitted(line.visit_id)
        )
        return next(open_visits, kinds.index("draft") if "draft" in kinds else kinds.count("adverse_event"))

    def _all_lines(self, view: TodayView) -> list[_Line]:
        of_day = {item.visit.id for item in view.items}
        lines = [self._event_line(item) for item in view.adverse_events]
        begun = self._drafts.values() if self._day == today() else ()
        lines += [self._draft_line(line) for line in begun if line.visit_id not in of_day]
        seen = {line.doctor_id for line in lines if line.kind == "draft"}
        lines += [self._visit_line(item) for item in view.items]
        seen |= {line.doctor_id for line in lines if line.kind == "visit"}
        due = [item for item in view.overdue_promises if item.visit.id not in of_day and item.doctor_id not in seen]
        lines += [self._promise_line(item) for item in due]
        seen |= {item.doctor_id for item in due}
        return lines + [self._unseen_line(item) for item in (self._unseen or DueView()).items if item.id not in seen]

    def _event_line(self, item: AdverseEventItem) -> _Line:
        state, tone = self._event_words.state(item)
        row = ListRow(
            key=f"adverse_event:{item.row.id}", time=self.tr("上报"),
            name=language.names_word(item.doctor_names) or item.institution_name,
            chip=self.tr("不良反应"), chip_tone="bad",
            second=dotted(item.institution_name, self._words.listed(item.product_names)),
            third=str(item.row["heard"] or ""), state=state, state_tone=tone,
        )  # fmt: skip
        return _Line("adverse_event", row, item.doctor_id, item.visit_id)

    def _draft_line(self, line: DraftLine) -> _Line:
        row = ListRow(
            key=line.visit_id, name=self._words.listed(line.doctor_names) or self.tr("未选医生"), time=self.tr("续写"),
            second=self.tr("保存于 {moment}").format(moment=language.moment_word(line.saved_at)),
            third=line.typed, state=self.tr("报告没写完"), state_tone="info",
        )  # fmt: skip
        return _Line("draft", row, line.doctor_id, line.visit_id)

    def _visit_line(self, item: TodayItem) -> _Line:
        visit = item.visit
        word, tone = self._state(item)
        row = ListRow(
            key=visit.id, name=language.names_word(item.doctor_names) or item.institution_name,
            time=language.time_word(str(visit["starts_at"])),
            chip=class_word(item.customer_class), second=self._second(item),
            third=self._third(item), state=word, state_tone=tone,
        )  # fmt: skip
        return _Line("visit", row, item.doctor_id, visit.id)

    def _second(self, item: TodayItem) -> str:
        reception = self.tr("接待：{rules}").format(rules=item.reception) if item.reception else ""
        open_now = item.visit["state"] != "submitted"
        return dotted(item.institution_name, item.department_name, reception if open_now else "")

    def _third(self, item: TodayItem) -> str:
        if item.visit.id in self._drafts:
            return self._drafts[item.visit.id].typed
        if item.visit["state"] == "submitted":
            return str(item.visit["note"] or item.visit["next_step"] or "")
        promise = self.tr("已答应：{promise}").format(promise=item.last_promise) if item.last_promise else ""
        question = self.tr("待答复：{question}").format(question=item.question) if item.question else ""
        return dotted(promise, question) or str(item.visit["note"] or self.tr("没有未兑现的承诺"))

    def _state(self, item: TodayItem) -> tuple[str, str]:
        visit = item.visit
        if visit.id in self._drafts:
            return self.tr("报告没写完"), "info"
        if visit.sync_state != ACCEPTED:
            return state_word(visit.sync_state), STATE_TONES[visit.sync_state]
        if visit["state"] == "submitted":
            return state_word(ACCEPTED), "ok"
        if item.last_promise_on and item.last_promise_on <= self._day.isoformat():
            return self.tr("承诺到期"), "warn"
        return language.choice_word("visit_state", visit["state"]), "neutral"

    def _promise_line(self, item: TodayItem) -> _Line:
        chip, tone, text, said = self._words.promise(item.visit)
        row = ListRow(
            key=f"promise:{item.visit.id}", name=language.names_word(item.doctor_names), time=self.tr("跟进"),
            chip=class_word(item.customer_class), second=dotted(item.institution_name, item.department_name),
            third=self.tr("{promise}（{said}）").format(promise=text, said=said), state=chip, state_tone=tone,
        )  # fmt: skip
        return _Line("promise", row, item.doctor_id, item.visit.id)

    def _unseen_line(self, item: CustomerItem) -> _Line:
        last = self._words.last_visit(item.last_visit_at)
        said = self.tr("上次拜访：{when}").format(when=last) if item.last_visit_at else last
        reason = (self._unseen or DueView()).reasons.get(item.id, DueReason())
        by_plan = self.tr("本周期 {done} / {goal}，每 {days} 天一次").format(
            done=figure(reason.credit), goal=reason.goal, days=reason.interval_days
        )
        since = self._words.due(item.due)
        row = ListRow(
            key=f"not_seen:{item.id}", name=item.name, time=self.tr("建议"), chip=class_word(item.customer_class),
            second=dotted(item.institution_name, item.department_name),
            third=language.starting(dotted(since, by_plan if reason.goal else "", said)),
            state=self.tr("周期该访") if reason.goal else self.tr("久未拜访"), state_tone="neutral",
        )  # fmt: skip
        return _Line("not_seen", row, item.id)

    def _chosen(self, key: str) -> None:
        line = self._lines.get(key)
        self._drop.setEnabled(line is not None and line.visit_id in self._drafts)
        if line is None:
            return
        if not line.doctor_id:
            self.detail.show_nothing()
            return
        doctor_id = line.doctor_id
        self.context.ask(
            self,
            lambda reads: (reads.doctor(doctor_id), _reception(reads, doctor_id), reads.products()),
            lambda found: self._show_detail(doctor_id, *found),
            latest="detail",
        )

    def _show_detail(self, doctor_id: str, view: DoctorView, reception: str, products: list[Any]) -> None:
        if doctor_id == self._doctor_id():
            line = self._lines.get(self.rows.current_key())
            meant = line.visit_id if line is not None and line.kind == "promise" else ""
            me = self.context.desk.person.user_id
            self.detail.show_doctor(view, reception, products, self._action(), me, meant)

    def _action(self) -> str:
        line = self._lines.get(self.rows.current_key())
        if line is not None and line.kind == "adverse_event":
            return TELL
        if line is not None and line.visit_id in self._drafts:
            return GO_ON
        return READ if line is not None and line.kind == "visit" and self._submitted(line.visit_id) else START

    def _submitted(self, visit_id: str) -> bool:
        items = self._view.items if self._view else ()
        return any(item.visit.id == visit_id and item.visit["state"] == "submitted" for item in items)

    @override
    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.start()
        else:
            super().keyPressEvent(event)


def _due_on(reads: Reads, day: str) -> tuple[DueView, bool]:
    """Read who is due and not seen, and whether there is any doctor at all: counted only where nobody is due."""
    due = reads.not_seen(day)
    return due, bool(due.items) or reads.customer_count("doctor") > 0


def _reception(reads: Reads, doctor_id: str) -> str:
    """Return the reception rules of the doctor's main institution, '' while it has not arrived yet."""
    try:
        places = reads.doctor(doctor_id).affiliations
        return str(reads.row("institution", places[0].institution_id)["reception_rules"] or "") if places else ""
    except InputError:  # a first sync is under way: the page is read again with the next ChangeSet
        return ""
