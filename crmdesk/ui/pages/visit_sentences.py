"""The sentences of a visit report about itself: where it took place, why it is locked, until when it may be sent."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject

from crmdesk.domain.clock import utc_now
from crmdesk.domain.visit_rules import Backdating, last_day, too_late
from crmdesk.ui import language, words
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.visit_opening import VisitOpening
from crmdesk.ui.pages.visit_report import VisitReport
from crmdesk.ui.parts.date_field import today


class Said(NamedTuple):
    """A sentence for a banner and its tone; '' says nothing."""

    text: str
    tone: str


class VisitSentences(QObject):
    """The sentences in the language in use."""

    def locked(self, opening: VisitOpening) -> str:
        """Return why a report can only be read."""
        if opening.row is not None and opening.row["owner_id"] != opening.person.user_id:
            return self.tr("这是同事的拜访，只能查看。")
        return self.tr("已提交的报告已锁定。要改就“更正”并写原因；仍可以添加照片或由它报销。")

    def place(self, opening: VisitOpening, report: VisitReport) -> str:
        """Return department, institution and time."""
        moment = language.time_word(report.starts_at)
        if not opening.doctors:
            return moment
        places = opening.doctors[0].affiliations
        first = next(
            (one for one in places if one.institution_id == report.institution_id), places[0] if places else None
        )
        return dotted(first.department_name, first.institution_name, moment) if first else moment

    def in_time(self, report: VisitReport, rule: Backdating) -> Said:
        """Return how long the report may still be submitted; nothing for one of today."""
        days = rule.at(utc_now())
        last = last_day(report.starts_at, report.zone, days)
        if too_late(report.starts_at, report.zone, utc_now(), rule):
            params = {"days": days, "last": language.day_word(last, today())}
            return Said(words.sentence("too_late", params), "bad")
        if language.local(report.starts_at).date() < today():
            text = self.tr("补报：拜访后 {days} 天内可以提交，这一份最迟 {last}。")
            return Said(text.format(days=days, last=language.day_word(last, today())), "info")
        return Said("", "info")
