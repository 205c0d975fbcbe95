"""What a visit report lacks before it can be submitted, all of it at once."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from crmdesk.domain.clock import utc_now
from crmdesk.domain.visit_rules import Backdating, too_late
from crmdesk.ui import words
from crmdesk.ui.pages.visit_amendment import AmendmentBar
from crmdesk.ui.pages.visit_form import VisitForm
from crmdesk.ui.pages.visit_report import NOTE_LIMIT, VisitReport
from crmdesk.ui.pages.visit_sentences import VisitSentences
from crmdesk.ui.parts.date_field import DateField, unread_days
from crmdesk.ui.parts.faults import Fault


class VisitFaults(QObject):
    """Looks at a report and its form, in the order in which the eye meets the fields."""

    def __init__(self, form: VisitForm, day: DateField, amendment: AmendmentBar, said: VisitSentences) -> None:
        super().__init__(form)
        self._form, self._day, self._amendment, self._said = form, day, amendment, said

    def of(self, report: VisitReport, rule: Backdating, amending: bool) -> list[Fault]:
        """Return the faults; the company fields say theirs at themselves too."""
        found = [*self._of_day(report, rule, amending)]
        if not report.doctor_ids:
            text = partial(words.sentence, "required", {"record": "visit", "field": "doctor_ids"})
            found.append(Fault(text, self._form.doctors.picker.edit))
        if too_long(report):
            found.append(Fault(lambda: too_long(report), self._form.note))
        if report.adverse_event is None:
            found.append(Fault(lambda: self.tr("听到不良反应了吗？选“没有”或“有”。"), self._form.adverse))
        return [*found, *unread_days(self._form), *self._form.own.faults()]

    def _of_day(self, report: VisitReport, rule: Backdating, amending: bool) -> list[Fault]:
        if not self._day.take():
            return [Fault(self._day.sentence, self._day)]
        if amending:
            given = bool(self._amendment.reason.text().strip())
            return [] if given else [Fault(lambda: self.tr("写一句更正原因。"), self._amendment.reason)]
        late = too_late(report.starts_at, report.zone, utc_now(), rule)
        return [Fault(lambda: self._said.in_time(report, rule).text, self._day)] if late else []


def too_long(report: VisitReport) -> str:
    """Return what is said of a note that is too long, '' of one that fits."""
    length = len(report.note)
    if length <= NOTE_LIMIT:
        return ""
    return words.sentence("too_long", {"record": "visit", "field": "note", "limit": NOTE_LIMIT, "length": length})
