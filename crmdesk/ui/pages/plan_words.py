"""The phrases of the Plan page in the language in use: figures, reasons of suggestions, what was left out."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QObject

from crmdesk.domain.planning import CREDIT
from crmdesk.services.plan_views import DayOff, LaidOut, PlanVisit, SuggestionItem, TargetItem
from crmdesk.services.views import ACCEPTED
from crmdesk.ui import language
from crmdesk.ui.pages.customer_words import class_word, dotted
from crmdesk.ui.parts.chips import state_word
from crmdesk.ui.parts.date_field import today


def figure(credit: int) -> str:
    """Return hundredths of a visit as people read it: 350 → 3.5, 123400 → 1,234."""
    whole, rest = divmod(credit, CREDIT)
    return f"{whole:,}" if not rest else f"{credit / CREDIT:,.2f}".rstrip("0")


class PlanWords(QObject):
    """Sentences and phrases about planning."""

    def laid_out(self, laid: LaidOut) -> str:
        """Say what copying or repeating would plan and what it leaves out."""
        return self._beside_left_out(self.tr("将加入 %n 次拜访", "", len(laid.visits)), laid)

    def done(self, laid: LaidOut) -> str:
        """Say what copying or repeating has planned and what it left out."""
        count = len(laid.visits)
        planned = self.tr("已加入 %n 次拜访", "", count) if count else self.tr("没有加入拜访")
        return self._beside_left_out(planned, laid)

    def _beside_left_out(self, planned: str, laid: LaidOut) -> str:
        reasons = {
            "holiday": self.tr("节假日"),
            "weekend": self.tr("周末"),
            "day_off": self.tr("不在岗"),
            "past": self.tr("已过去"),
            "already": self.tr("当天已有计划"),
        }
        left_out = [
            self.tr("{reason} {count} 次").format(reason=reasons.get(why, why), count=count)
            for why, count in sorted(laid.skipped.items())
        ]
        if not left_out:
            return planned
        return self.tr("{planned}；跳过：{left_out}").format(planned=planned, left_out=self.tr("、").join(left_out))

    def why(self, item: SuggestionItem) -> str:
        """Say why a doctor is suggested."""
        parts = []
        if item.since_days is None:
            parts.append(self.tr("从未拜访"))
        elif item.overdue_days:
            parts.append(self.tr("逾期 %n 天", "", item.overdue_days))
        elif item.since_days:
            parts.append(self.tr("%n 天前拜访", "", item.since_days))
        else:
            parts.append(self.tr("今天已拜访"))
        if item.same_hospital:
            parts.append(self.tr("同院顺路"))
        left = figure(item.standing.remaining_to_schedule)
        parts.append(self.tr("待排 {left} 次").format(left=left))
        return language.starting(dotted(*parts))

    def target_state(self, item: TargetItem) -> tuple[str, str]:
        """Return the words and the tone of where a proposal stands."""
        if item.state == "agreed" and item.agreed is not None:
            word = self.tr("已同意 %n 次", "", item.agreed)
        else:
            word = language.choice_word("plan_target_state", item.state)
        tones = {"proposed": "warn", "agreed": "ok", "declined": "bad", "withdrawn": "neutral"}
        return word, tones.get(item.state, "neutral")

    def asked(self, item: TargetItem) -> str:
        """Say what is asked for and what holds now."""
        asked = self.tr("申请 %n 次", "", item.wanted) if item.wanted else self.tr("申请不再列入")
        asked = language.starting(asked)
        holds = item.class_goal if item.agreed is None else item.agreed
        return dotted(asked, self.tr("现为 %n 次", "", holds), item.grounds)

    def answered(self, item: TargetItem) -> str:
        """Say what was answered by whom, or how the doctor stands while nobody has."""
        if item.pending:
            return self.tr("答复已保存在本机，联网后发送") if item.pending != "withdraw" else self.tr("撤回，等待发送")
        if item.answer:
            return self.tr("{who}：{answer}").format(who=item.decided_by, answer=item.answer)
        done = figure(item.standing.actual)
        who = "" if item.mine else item.owner_name
        return dotted(who, self.tr("已完成 {done}，已排 {planned}").format(
            done=done, planned=figure(item.standing.scheduled)
        ))  # fmt: skip

    def day_off(self, off: DayOff) -> tuple[str, str]:
        """Return (days, what for) of days off."""
        first, last = date.fromisoformat(off.starts_on), date.fromisoformat(off.ends_on)
        days = language.day_word(first, today())
        if last != first:
            days = self.tr("{first} 至 {last}").format(first=days, last=language.day_word(last, today()))
        part = "" if off.part == "whole" else language.choice_word("day_part", off.part)
        return days, dotted(language.choice_word("day_off_kind", off.kind), part, off.note)

    def visit(self, visit: PlanVisit) -> str:
        """Say a visit of the calendar for a screen reader."""
        day = language.day_word(date.fromisoformat(visit.date), None, weekday=True)
        time = f"{visit.minute // 60:02d}:{visit.minute % 60:02d}"
        state = self.tr("未报告") if visit.counts == "missed" else language.choice_word("visit_state", visit.state)
        return dotted(
            f"{day} {time}",
            language.names_word(visit.doctor_names),
            class_word(visit.customer_class),
            visit.institution_name,
            state,
            "" if visit.sync_state == ACCEPTED else state_word(visit.sync_state),
        )
