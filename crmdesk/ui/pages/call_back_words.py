"""What is said about call-backs: how and by whom, what was confirmed, what follows for the claim."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QObject

from crmdesk.services.views import CallBackItem, CallBackSubject, Row
from crmdesk.ui import language

translate = QCoreApplication.translate

OUTCOME_TONES = {"confirmed": "ok", "disputed": "bad", "not_reached": "neutral", "declined": "warn"}


def outcome_chip(code: str) -> tuple[str, str]:
    """Return the chip of an outcome: words and tone."""
    return language.choice_word("call_back_outcome", code), OUTCOME_TONES.get(code, "neutral")


def point_chips(answers: Iterable[tuple[str, bool]]) -> tuple[tuple[str, str], ...]:
    """Return a chip for each thing asked: with a tick where it was confirmed, with a cross where it was not."""
    return tuple(
        (f"{'✓' if yes else '✗'} {language.choice_word('call_back_point', code)}", "ok" if yes else "bad")
        for code, yes in answers
    )


def answers_of(row: Row) -> list[tuple[str, bool]]:
    """Return what was asked in a call-back, and whether it was confirmed."""
    confirmed = set(row["confirmed"] or ())
    return [(code, code in confirmed) for code in row["asked"] or ()]


class CallBackWords(QObject):
    """Phrases about call-backs in the language in use."""

    def about(self, subject: CallBackSubject) -> str:
        """Return what a call-back is about, in one line."""
        visit = ""
        if subject.visit_at:
            when = language.moment_word(subject.visit_at)
            visit = self.tr("{when} 拜访 {who}").format(when=when, who=subject.visit_title or "—")
        return " · ".join(part for part in (subject.title, subject.owner_name, visit) if part)

    def meta(self, item: CallBackItem) -> str:
        """Return when, how, to whom and by whom."""
        way = language.choice_word("call_back_way", item.row["way"])
        who = self.tr("{who}回访").format(who=item.who or "—")
        parts = (language.moment_word(str(item.row["called_at"])), way, item.doctor_name, who)
        return " · ".join(part for part in parts if part)

    def follows(self, outcome: str) -> str:
        """Return what an outcome does to a claim that waits for it."""
        return {
            "confirmed": self.tr("保存后报销单转为待支付。"),
            "disputed": self.tr("保存后报销单转为有争议，由财务或审计裁定。"),
        }.get(outcome, self.tr("报销单继续等待回访。"))


def said_done(outcome: str, decides: bool) -> str:
    """Return what the toast says once a call-back is saved; the dialog is gone by then."""
    if not decides:
        return translate("call_back_words", "回访已保存在本机")
    return {
        "confirmed": translate("call_back_words", "回访属实，保存在本机，报销单同步时转待支付"),
        "disputed": translate("call_back_words", "回访有异议，保存在本机，报销单同步时转有争议"),
    }.get(outcome, translate("call_back_words", "回访已保存在本机，报销单继续等待"))
