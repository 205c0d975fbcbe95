"""What the cards and the list of the Team page say of figures, in the language in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

import msgspec
from PySide6.QtCore import QObject

from crmdesk.domain.name_lists import joined
from crmdesk.domain.planning import CREDIT, ClassStanding
from crmdesk.domain.team_figures import Adherence, Burn, CallBacks, Coverage, Period, Timeliness, percent
from crmdesk.services.team_views import TEAM, Member, Reach, Reports, TeamMoney, TeamView
from crmdesk.ui import language
from crmdesk.ui.pages.claim_words import whole_yuan
from crmdesk.ui.pages.customer_words import class_word, dotted
from crmdesk.ui.pages.plan_words import figure
from crmdesk.ui.pages.team_cards import Figure, FigureLine, Shares
from crmdesk.ui.parts.date_field import today

T = TypeVar("T")
NONE = "—"
_NO_REPORTS = Timeliness({})
_BEHIND = {
    "coverage": ("visit", "doctor", "cycle_plan", "plan_target"),
    "frequency": ("visit", "doctor", "cycle_plan", "plan_target"),
    "adherence": ("visit",),
    "timeliness": ("visit",),
    "budget": ("claim",),
    "call_backs": ("claim", "call_back"),
}
"""The records of which what waits on this laptop may change a figure."""


class Known(msgspec.Struct, frozen=True):
    """What has been read of a period; None while it is being worked out."""

    view: TeamView
    reach: Reach | None = None
    reports: Reports | None = None
    money: TeamMoney | None = None

    def name(self, member: Member) -> str:
        """Return what a member is called."""
        return language.names_word(member.name)


class TeamWords(QObject):
    """Sentences and figures about a team."""

    def period(self, period: Period) -> str:
        """Return what a period is called."""
        return {
            Period.THIS_CYCLE: self.tr("本周期"),
            Period.LAST_CYCLE: self.tr("上周期"),
            Period.THIS_MONTH: self.tr("本月"),
            Period.LAST_MONTH: self.tr("上月"),
        }[period]

    def span(self, view: TeamView) -> str:
        """Return which days these are, with the names of the cycles."""
        parts = []
        for first, last in view.spans:
            begins, ends = language.span_words(date.fromisoformat(first), date.fromisoformat(last), today())
            parts.append(self.tr("{first} 至 {last}").format(first=begins, last=ends))
        return dotted(*view.plan_names, *parts)

    def places(self, view: TeamView, member: Member | None) -> str:
        """Return where somebody works and with whom; of all together how many there are."""
        if member is None:
            reps = sum(not one.vacant for one in view.members)
            return dotted(
                self.tr("%n 位代表", "", reps), self.tr("%n 个辖区", "", len(view.territories))
            )  # fmt: skip
        if member.vacant:
            return self.tr("现在没有代表")
        shared = self.tr("与 {names} 共管").format(names=language.names_word(joined(member.shared_with)))
        return dotted(*(view.territories[one] for one in member.territory_ids), shared if member.shared_with else "")

    def as_of(self, view: TeamView, name: str) -> str:
        """Return as of when a figure is, and what of this laptop is not in it yet for others."""
        moment = language.moment_word(view.as_of)
        when = self.tr("截至 {moment}").format(moment=moment) if moment else self.tr("还没有同步过")
        unsent = sum(view.unsent.get(record, 0) for record in _BEHIND[name])
        return dotted(when, self.tr("本机还有 %n 项没发送", "", unsent) if unsent else "")

    def reach_of_it(self, known: Known, member_id: str) -> str:
        """Return what the figures cannot know, and what they leave out."""
        last = known.reports.last_arrived_at.get(member_id, "") if known.reports else ""
        parts = [self.tr("代表电脑里还没同步的不在内；他们何时同步过，本机不知道。")]
        if last:
            parts.append(self.tr("最近一份报告 {moment} 到达。").format(moment=language.moment_word(last)))
        if known.view.loading:
            parts.append(self.tr("辖区数据还在取回，数字还不全。"))
        if known.view.without_plan and known.view.period.by_cycle:
            names = language.names_word(joined(known.view.without_plan))
            parts.append(self.tr("没有周期计划、不在内：{names}。").format(names=names))
        return language.sentences(parts)

    # --- cards ----------------------------------------------------------------------------------------------------

    def figures(self, known: Known, member_id: str) -> dict[str, Figure]:
        """Return what the cards show of somebody, or of all together."""
        made = {
            "coverage": self._coverage,
            "frequency": self._frequency,
            "adherence": self._adherence,
            "timeliness": self._timeliness,
            "budget": self._budget,
            "call_backs": self._call_backs,
        }
        return {name: make(known, member_id, self.as_of(known.view, name)) for name, make in made.items()}

    def _working(self, heading: str, foot: str) -> Figure:
        return Figure(heading, "…", (self.tr("正在计算"),), foot)

    def _nothing(self, heading: str, foot: str) -> Figure:
        return Figure(heading, NONE, (self.tr("这段时间没有可算的。"),), foot)

    def _of_members(
        self, known: Known, member_id: str, figures: Mapping[str, T], line: Callable[[T], tuple[Shares, str]]
    ) -> tuple[FigureLine, ...]:
        """Return a line for each member that has a figure, by name; only where all together are shown."""
        if member_id != TEAM:
            return ()
        members = [one for one in known.view.members if one.id in figures]
        return tuple(FigureLine(known.name(one), *line(figures[one.id])) for one in members)

    def _coverage(self, known: Known, member_id: str, foot: str) -> Figure:
        heading = self.tr("覆盖")
        if known.reach is None:
            return self._working(heading, foot)
        one = known.reach.coverage.get(member_id, Coverage())
        if not one.counted:
            return self._nothing(heading, foot)
        unseen = one.counted - one.seen
        said = _grouped(self.tr("计划内的客户里至少见过一次的；还有 %n 位没见", "", unseen), unseen)
        lines = self._of_members(known, member_id, known.reach.coverage, _covered)
        return Figure(heading, _share(one.seen, one.counted), (said,), foot, Shares(one.counted, one.seen), lines)

    def _frequency(self, known: Known, member_id: str, foot: str) -> Figure:
        heading = self.tr("各类拜访次数")
        if known.reach is None:
            return self._working(heading, foot)
        classes = known.reach.classes.get(member_id, ())
        if not classes:
            return self._nothing(heading, foot)
        by_cycle = known.view.period.by_cycle
        most = max(_share_each(one) for one in classes)
        lines = tuple(self._class_line(one, by_cycle, most) for one in classes)
        actual, planned = sum(one.actual for one in classes), sum(one.planned for one in classes)
        if not by_cycle:
            words = self.tr("{done} 次").format(done=figure(actual))
            return Figure(heading, words, (self.tr("目标按周期定，看月份时只列次数。"),), foot, None, lines)
        said = self.tr("完成 / 目标；已排 {scheduled}，还差 {remaining}").format(
            scheduled=figure(sum(one.scheduled for one in classes)),
            remaining=figure(sum(one.remaining for one in classes)),
        )
        words = self.tr("{done} / {planned} 次").format(done=figure(actual), planned=figure(planned))
        return Figure(heading, words, (said,), foot, None, lines)

    def _class_line(self, one: ClassStanding, by_cycle: bool, most: int) -> FigureLine:
        done = _each(one.actual, one.doctors)
        name = class_word(one.customer_class) or self.tr("未分类")
        if not by_cycle:
            return FigureLine(name, Shares(most, _share_each(one)), self.tr("每位 {done} 次").format(done=done))
        words = self.tr("每位 {done} / {goal} 次").format(done=done, goal=_each(one.planned, one.doctors))
        return FigureLine(name, Shares(one.planned, one.actual, one.scheduled), words)

    def _adherence(self, known: Known, member_id: str, foot: str) -> Figure:
        heading = self.tr("计划执行")
        if known.reports is None:
            return self._working(heading, foot)
        one = known.reports.adherence.get(member_id, Adherence())
        beside = [_grouped(self.tr("计划外 %n 次", "", one.unplanned), one.unplanned)] if one.unplanned else []
        beside += [self.tr("还没到日子 {ahead}").format(ahead=f"{one.ahead:,}")] if one.ahead else []
        if not one.due:
            return Figure(heading, NONE, (dotted(*beside) or self.tr("这段时间没有可算的。"),), foot)
        said = (
            self.tr("当天完成 {on_day} · 有原因改期 {moved} · 改日无说明 {other} · 没有报告 {missed}").format(
                on_day=f"{one.on_day:,}", moved=f"{one.moved:,}", other=f"{one.other_day:,}", missed=f"{one.missed:,}"
            ),
            dotted(*beside, self.tr("删掉的计划本机不留，不在内")),
        )
        lines = self._of_members(known, member_id, known.reports.adherence, _on_day)
        shares = _on_day(one)[0]
        return Figure(heading, _share(one.on_day, one.due), said, foot, shares, lines)

    def _timeliness(self, known: Known, member_id: str, foot: str) -> Figure:
        heading = self.tr("报告及时")
        if known.reports is None:
            return self._working(heading, foot)
        one, limit = known.reports.timeliness.get(member_id, _NO_REPORTS), known.reports.limit_days
        if not one.reports:
            return self._nothing(heading, foot)
        half = self.tr("在 %n 天的期限内到达", "", limit)
        median = one.median_days or 0
        half += self.tr("；一半在 %n 天内", "", median) if median else self.tr("；一半当天就到")
        by_days = self.tr("当天 {same} · 次日 {next} · 以后 {later} · 超过期限 {late}").format(
            same=f"{one.within(0, 0):,}", next=f"{one.within(1, 1):,}",
            later=f"{one.within(2, limit):,}", late=f"{one.within(max(2, limit + 1)):,}",
        )  # fmt: skip
        columns = (*(one.within(days, days) for days in range(limit + 1)), one.within(limit + 1))
        lines = self._of_members(known, member_id, known.reports.timeliness, _in_time)
        return Figure(heading, _share(one.in_time, one.reports), (half, by_days), foot, None, lines, columns, by_days)

    def _budget(self, known: Known, member_id: str, foot: str) -> Figure:
        quarters = known.money.quarters if known.money else ()
        heading = dotted(self.tr("预算"), *quarters)
        if known.money is None:
            return self._working(heading, foot)
        one = known.money.burn.get(member_id, Burn())
        if not one.planned_fen:
            return Figure(heading, NONE, (self.tr("本机没有这段时间的预算。"),), foot)
        words = self.tr("{used} / {planned} · {share}%").format(
            used=whole_yuan(one.used_fen), planned=whole_yuan(one.planned_fen),
            share=percent(one.used_fen, one.planned_fen),
        )  # fmt: skip
        said = self.tr("已支付 {spent} · 已批准 {committed} · 预留 {reserved} · 剩余 {left}").format(
            spent=whole_yuan(one.spent_fen), committed=whole_yuan(one.committed_fen),
            reserved=whole_yuan(one.reserved_fen), left=whole_yuan(one.planned_fen - one.used_fen),
        )  # fmt: skip
        lines = self._of_members(known, member_id, known.money.burn, _used)
        if member_id != TEAM:
            lines = tuple(
                FigureLine(language.choice_word("expense_category", name), *_used(part))
                for name, part in known.money.categories.get(member_id, ())
            )
        return Figure(heading, words, (said,), foot, _used(one)[0], lines)

    def _call_backs(self, known: Known, member_id: str, foot: str) -> Figure:
        heading = self.tr("回访")
        if known.money is None:
            return self._working(heading, foot)
        one = known.money.call_backs.get(member_id, CallBacks())
        waiting = len(one.waiting_days)
        said = []
        if waiting:
            said.append(self.tr("最久的等了 %n 天", "", one.waiting_days[0]))
        if one.disputed:
            said.append(self.tr("有异议、待裁定 {disputed}").format(disputed=f"{one.disputed:,}"))
        done = self.tr("做完 {settled} 笔报销、{visits} 次拜访").format(
            settled=f"{one.settled:,}", visits=f"{one.about_visits:,}"
        )
        if one.settled_days:
            days = one.settled_days[(len(one.settled_days) - 1) // 2]
            done += self.tr("；一半在 %n 天内", "", days) if days else self.tr("；一半当天")
        unanswered = self.tr("没联系上或不愿答 {unanswered}").format(unanswered=f"{one.unanswered:,}")
        last = unanswered if one.unanswered else ""
        said = [
            part for part in (dotted(*said), dotted(done, last), self.tr("没有规定回访期限，所以不说逾期。")) if part
        ]
        lines = self._of_members(known, member_id, known.money.call_backs, self._call_line)
        return Figure(heading, _grouped(self.tr("%n 笔待回访", "", waiting), waiting), tuple(said), foot, None, lines)

    def _call_line(self, one: CallBacks) -> tuple[Shares, str]:
        waiting, done = len(one.waiting_days), one.settled + one.about_visits
        words = self.tr("待 {waiting} · 已做 {done}").format(waiting=f"{waiting:,}", done=f"{done:,}")
        return Shares(waiting + done, done), words

    def row(self, known: Known, member_id: str) -> tuple[str, str]:
        """Return what the list says of somebody: one line, and the share of customers seen."""
        reach, reports = known.reach, known.reports
        covered = reach.coverage.get(member_id, Coverage()) if reach else Coverage()
        plans = reports.adherence.get(member_id, Adherence()) if reports else Adherence()
        soon = reports.timeliness.get(member_id, _NO_REPORTS) if reports else _NO_REPORTS
        words = dotted(
            self.tr("当天完成 {share}%").format(share=percent(plans.on_day, plans.due)) if plans.due else "",
            self.tr("及时 {share}%").format(share=percent(soon.in_time, soon.reports)) if soon.reports else "",
        )
        seen = self.tr("见过 {share}%").format(share=percent(covered.seen, covered.counted)) if covered.counted else ""
        return words, seen


def _grouped(words: str, count: int) -> str:
    """Return words with their count as the other figures are written (1,214): Qt puts it in without any mark."""
    return words.replace(str(count), f"{count:,}", 1)


def _share(part: int, whole: int) -> str:
    return f"{part:,} / {whole:,} · {percent(part, whole)}%"


def _share_each(one: ClassStanding) -> int:
    return one.actual // one.doctors if one.doctors else 0


def _each(hundredths: int, doctors: int) -> str:
    """Return the visits of each doctor on average, to one decimal."""
    tenths = (hundredths * 10 + doctors * CREDIT // 2) // (doctors * CREDIT) if doctors else 0
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


def _covered(one: Coverage) -> tuple[Shares, str]:
    return Shares(one.counted, one.seen), f"{one.seen:,} / {one.counted:,}"


def _on_day(one: Adherence) -> tuple[Shares, str]:
    return Shares(one.due, one.on_day, one.moved + one.other_day), f"{one.on_day:,} / {one.due:,}"


def _in_time(one: Timeliness) -> tuple[Shares, str]:
    return Shares(one.reports, one.in_time), f"{one.in_time:,} / {one.reports:,}"


def _used(one: Burn) -> tuple[Shares, str]:
    shares = Shares(one.planned_fen, one.spent_fen + one.committed_fen, one.reserved_fen)
    return shares, f"{percent(one.used_fen, one.planned_fen)}%"
