"""The Team page: the representatives of the region at the left, their figures at the right, for a period to choose."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.team_figures import Adherence, Burn, Coverage, Period, Timeliness, percent
from crmdesk.services.commands import ChangeSet
from crmdesk.services.customer_filter import NOT_IN_CYCLE, Conditions
from crmdesk.services.team_views import TEAM, Member, Reach, Reports, TeamMoney, TeamView
from crmdesk.ui import space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.page import Page
from crmdesk.ui.pages.team_cards import FigureCards
from crmdesk.ui.pages.team_words import Known, TeamWords
from crmdesk.ui.parts.buttons import PLAIN, PRIMARY, QUIET, Button
from crmdesk.ui.parts.charts import ProgressBar
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.fold_row import FoldRow
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.notices import EmptyState
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.split import Split, pane
from crmdesk.ui.parts.squeezed_row import SqueezedRow

_TOUCHED = frozenset(
    {"visit", "doctor", "cycle_plan", "plan_target", "assignment", "territory", "user", "claim", "budget"}
    | {"call_back", "audit_entry", "outbox", "company_rule", "sync_state"}
)
_ALL = "team"
"""The key of the line for all together: a list opens nothing that has no key."""
_PARTS = 3
_SORTS = ("name", "coverage", "adherence", "timeliness", "budget")


class TeamPage(Page):
    """Arrows choose whose figures are shown; Enter lists the customers whom nobody has seen in the cycle."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._words = TeamWords(self)
        self._period, self._sort = Period.THIS_CYCLE, _SORTS[0]
        self._forget()
        self.periods = Picklist()
        self.periods.setObjectName("team_period")
        self.periods.changed.connect(self._pick)
        self._span = ElidedLabel("", "muted")
        self._span.setObjectName("team_span_label")
        self._progress, self._working = ProgressBar(0, _PARTS), Label("", "muted")
        self._model = RowModel(self)
        self.list = RowList(self._model, lines=3)
        self.list.setObjectName("team_list")
        self.list.chosen.connect(lambda _key: self._show_figures())
        self.list.opened.connect(lambda _key: self.open_unseen())
        self.figures = FigureCards()
        self._name, self._places = ElidedLabel("", "subject"), Label("", "muted", wrap=True)
        self._name.setObjectName("team_name_label")
        self._limits = Label("", "muted", wrap=True)
        self._limits.setObjectName("team_limits_label")
        self.unseen = Button.for_action("team_unseen", PRIMARY)
        self.week = Button.for_action("team_week", PLAIN)
        self.calls = Button.for_action("team_call_backs", PLAIN)
        self.sort = Button.for_action("team_sort", QUIET, small=True)
        self._empty = EmptyState(awaiting=True)
        self._lay_out()
        self._bind()
        self.retranslate()

    def _lay_out(self) -> None:
        bar = QFrame()
        bar.setProperty("part", "list-head")
        top = QHBoxLayout(bar)
        top.setContentsMargins(*space.BAR)
        top.setSpacing(space.BETWEEN)
        top.addWidget(self.periods, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self._span, 1)
        top.addWidget(self._working)
        top.addWidget(self._progress)
        left, column = pane()
        self._sorted = Label("", "muted")
        order, change, around = QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
        order.addWidget(self._sorted)
        order.addStretch(1)
        change.addWidget(self.sort)
        self._sorting = sorting = FoldRow(order, change, 0)
        sorting.setSpacing(space.TIGHT)
        around.setContentsMargins(space.APART, space.INSIDE, space.APART, space.INSIDE)
        around.addLayout(sorting)
        column.addLayout(around)
        column.addWidget(self.list, 1)
        buttons = SqueezedRow()
        buttons.setSpacing(space.INSIDE)
        for button in (self.unseen, self.week, self.calls):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.figures.head.addWidget(self._name)
        self.figures.head.addWidget(self._places)
        self.figures.head.addLayout(buttons)
        self.figures.head.addWidget(self._limits)
        self._main: QWidget = Split(left, self.figures, left_width=300)
        self.body.addWidget(bar)
        self.body.addWidget(self._main, 1)
        self.body.addWidget(self._empty, 1)
        self._empty.hide()

    def _bind(self) -> None:
        bind = self.context.actions.bind
        for period in Period:
            bind(self, f"team_{period.value}", partial(self._choose, period))
        self._unseen_action = bind(self.list, "team_unseen", self.open_unseen)
        self._week_action = bind(self, "team_week", self.open_week)
        self._calls_action = bind(self, "team_call_backs", self.open_call_back)
        bind(self, "team_sort", self.sort_by_next)
        self.unseen.clicked.connect(self.open_unseen)
        self.week.clicked.connect(self.open_week)
        self.calls.clicked.connect(self.open_call_back)
        self.sort.clicked.connect(self.sort_by_next)

    # --- reading --------------------------------------------------------------------------------------------------

    @override
    def enter(self, **args: Any) -> None:
        self._read()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def refresh(self, changes: ChangeSet) -> None:
        if _TOUCHED & frozenset(changes.changed):
            self._read()

    def _choose(self, period: Period) -> None:
        self.periods.choose(period.value)

    def _pick(self) -> None:
        chosen = self.periods.value() or self._period.value  # one period is always looked at
        self.periods.set_value(chosen)
        if Period(chosen) is not self._period:
            self._period = Period(chosen)
            self._forget()
            self._show()
            self._read()

    def _read(self) -> None:
        """Read who is there, then each group of figures by itself: the page says what is still being worked out."""
        period = self._period
        ask = self.context.ask
        ask(self, lambda reads: reads.team(period), self._take_view, latest="team")
        ask(self, lambda reads: reads.team_money(period), self._take_money, latest="money")
        ask(self, lambda reads: reads.team_reports(period), self._take_reports, latest="reports")
        ask(self, lambda reads: reads.team_reach(period), self._take_reach, latest="reach")

    def _forget(self) -> None:
        self._view: TeamView | None = None
        self._reach: Reach | None = None
        self._reports: Reports | None = None
        self._money: TeamMoney | None = None

    def _take_view(self, view: TeamView) -> None:
        self._view = view
        self._show()

    def _take_reach(self, reach: Reach) -> None:
        self._reach = reach
        self._show()

    def _take_reports(self, reports: Reports) -> None:
        self._reports = reports
        self._show()

    def _take_money(self, money: TeamMoney) -> None:
        self._money = money
        self._show()

    @property
    def known(self) -> Known | None:
        """Return what has come so far, in whichever order; None until it is known who is there."""
        return Known(self._view, self._reach, self._reports, self._money) if self._view is not None else None

    # --- showing --------------------------------------------------------------------------------------------------

    @override
    def retranslate(self) -> None:
        self.header.set_title(self.tr("团队"))
        self.periods.set_choices([(one.value, self._words.period(one)) for one in Period])
        self.periods.set_value(self._period.value)
        self.periods.setAccessibleName(self.tr("哪段时间"))
        self.list.setAccessibleName(self.tr("团队与代表"))
        self._working.setText(self.tr("正在计算"))
        self._empty.say(self.tr("你的大区里还没有辖区。管理员分配辖区、同步之后，这里会显示各位代表的数字。"))
        self._show()

    def _show(self) -> None:
        known = self.known
        there = sum(one is not None for one in (known.reach, known.reports, known.money)) if known else 0
        self._progress.set(there, _PARTS)
        for widget in (self._progress, self._working):
            widget.setVisible(there < _PARTS)
        orders = self._orders()
        self._sorted.setText(orders[self._sort])
        self._sorting.keep(max(map(self._sorted.fontMetrics().horizontalAdvance, orders.values())) + 1)
        if known is None:
            return
        self._empty.answered()
        self._empty.setVisible(not known.view.territories)
        self._main.setVisible(bool(known.view.territories))
        self._span.setText(self._words.span(known.view) or self.tr("没有周期计划：在“计划”里定下，或者看月份"))
        self._show_list(known)
        self._show_figures()

    def _orders(self) -> dict[str, str]:
        return {
            "name": self.tr("按姓名"),
            "coverage": self.tr("按覆盖"),
            "adherence": self.tr("按计划执行"),
            "timeliness": self.tr("按报告及时"),
            "budget": self.tr("按预算使用"),
        }

    def _show_list(self, known: Known) -> None:
        kept = self.list.current_key() or _ALL
        members = list(known.view.members)
        if self._sort != _SORTS[0]:
            members.sort(key=lambda one: -_ranked(known, one.id, self._sort))
        rows = [self._row(known, None), *(self._row(known, one) for one in members)]
        self._model.set_rows(rows)
        if not self.list.choose(kept):
            self.list.choose_row(0)

    def _row(self, known: Known, member: Member | None) -> ListRow:
        words, share = self._words.row(known, member.id if member else TEAM)
        return ListRow(
            key=member.id if member else _ALL,
            name=known.name(member) if member else self.tr("全队"),
            second=self._words.places(known.view, member),
            third=words,
            figure=share,
        )

    @property
    def member(self) -> Member | None:
        """Return whose figures are shown, None for all together."""
        members = self.known.view.members if self.known else ()
        return next((one for one in members if one.id == self.list.current_key()), None)

    def _show_figures(self) -> None:
        known, member = self.known, self.member
        if known is None:
            return
        member_id = member.id if member else TEAM
        self._name.setText(known.name(member) if member else self.tr("全队"))
        self._places.setText(self._words.places(known.view, member))
        self._limits.setText(self._words.reach_of_it(known, member_id))
        for name, one in self._words.figures(known, member_id).items():
            self.figures.cards[name].show_figure(one)
        waits = known.money is not None and member_id in known.money.first_waiting
        usable = (
            (self._unseen_action, self.unseen, self._period is Period.THIS_CYCLE),
            (self._week_action, self.week, member is not None and not member.vacant),
            (self._calls_action, self.calls, waits),
        )
        for action, button, may in usable:
            action.setEnabled(may)
            button.setEnabled(may)

    # --- what stands behind a figure --------------------------------------------------------------------------------

    def open_unseen(self) -> None:
        """List the customers whom nobody has seen in the running cycle."""
        if self._view is None or not self._unseen_action.isEnabled():
            return
        member = self.member
        places = member.territory_ids if member else tuple(self._view.territories)
        where = Conditions(territories=tuple(sorted(places)), seen=NOT_IN_CYCLE)
        self.context.navigate("customers", record="doctor", text="", where=where)

    def open_week(self) -> None:
        """Show the week of the representative."""
        member = self.member
        if member is not None and self._week_action.isEnabled():
            self.context.navigate("plan", owner=member.id)

    def open_call_back(self) -> None:
        """Show the claim that has waited longest for a call."""
        money = self.known.money if self.known else None
        claim_id = money.first_waiting.get(self.member.id if self.member else TEAM) if money else None
        if claim_id:
            self.context.navigate("approvals", id=claim_id)

    def sort_by_next(self) -> None:
        """Order the representatives by the next figure, or by name again; all together stays on top."""
        self._sort = _SORTS[(_SORTS.index(self._sort) + 1) % len(_SORTS)]
        self._show()


def _ranked(known: Known, member_id: str, sort: str) -> int:
    """Return by what somebody is sorted, in percent; -1 where nothing is known."""
    if sort == "coverage":
        one = (known.reach.coverage if known.reach else {}).get(member_id, Coverage())
        return percent(one.seen, one.counted) if one.counted else -1
    if sort == "budget":
        burn = (known.money.burn if known.money else {}).get(member_id, Burn())
        return percent(burn.used_fen, burn.planned_fen) if burn.planned_fen else -1
    if sort == "adherence":
        plans = (known.reports.adherence if known.reports else {}).get(member_id, Adherence())
        return percent(plans.on_day, plans.due) if plans.due else -1
    soon = (known.reports.timeliness if known.reports else {}).get(member_id, Timeliness({}))
    return percent(soon.in_time, soon.reports) if soon.reports else -1
