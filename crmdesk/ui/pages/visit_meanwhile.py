"""The visit report against its row: what was written elsewhere comes into the form, or is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmdesk.domain.records import VISIT
from crmdesk.services.views import Row
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.edit_session import same
from crmdesk.ui.pages.meanwhile import Met
from crmdesk.ui.pages.meanwhile_view import MeanwhileView
from crmdesk.ui.pages.visit_form import VisitForm
from crmdesk.ui.pages.visit_opening import VisitOpening
from crmdesk.ui.pages.visit_report import VisitReport, as_shown, report_of, seen_of

BASE = "base"
"""Where a draft keeps what was seen of the visit when it was written."""


class VisitMeanwhile(MeanwhileView):
    """Keeps what is seen of the visit, for as long as its report is open and, with its draft, beyond."""

    def __init__(self, form: VisitForm, said: CustomerWords) -> None:
        super().__init__(VISIT, said, as_shown)
        self._form = form
        self._saving: Mapping[str, Any] | None = None

    def open(self, opening: VisitOpening, kept: Mapping[str, Any] | None) -> None:
        """Begin with what the form shows now: a draft (`kept`) was written against what it names itself."""
        self._saving = None
        base = (kept or {}).get(BASE)
        seen = None if opening.row is None else dict(base) if isinstance(base, Mapping) else seen_of(opening.row)
        self.begin(seen)
        self.come(opening)

    def come(self, opening: VisitOpening) -> Met | None:
        """Take what the visit holds by now into the form; None where there is no visit, or a save of it is on its way.

        What a read says that began before such a save would look like somebody else's change.
        """
        row, report = opening.row, self._form.report
        products = {one.id: str(one["name"]) for one in (*opening.products, *opening.companions)}
        self.names = {**opening.doctor_names, **products}
        if row is None or self._saving is not None:
            return None
        met = self.meet(row, seen_of(row), report.flat())
        self.put(met.values, row)
        if self.is_stored(row, report):
            self.begin(self.seen)  # nobody has anything to look after
        return met

    def put(self, values: Mapping[str, Any], row: Row) -> None:
        """Show these values in the form; fields that hold them already are left alone."""
        report = self._form.report
        report.take({**report.flat(), **values}, row["custom"] or {})
        self._form.show_report(report)

    def show_stored(self, row: Row) -> None:
        """Show the visit as it is: nobody writes in it."""
        self.begin(seen_of(row))
        self.put(as_shown(seen_of(row)), row)

    def is_stored(self, row: Row, report: VisitReport) -> bool:
        """Say whether a report holds nothing but what the visit does."""
        there = as_shown(seen_of(row))
        return all(same(value, there.get(name)) for name, value in report.flat().items())

    def sends(self, values: Mapping[str, Any]) -> None:
        """Take note that these values are on their way into the store."""
        self._saving = {name: value for name, value in values.items() if name != "state"}

    def sent(self, *, arrived: bool) -> None:
        """Take note of what became of them: what was saved is what is seen from now on."""
        if arrived and self._saving is not None:
            self.seen = {**(self.seen or {}), **self._saving}
        self._saving = None

    def content(self) -> dict[str, Any]:
        """Return what a draft keeps of the report."""
        base = {} if self.seen is None else {BASE: dict(self.seen)}
        return {**self._form.report.content(), **base}


def report_to_show(opening: VisitOpening, kept: Mapping[str, Any] | None, fresh: VisitReport) -> VisitReport:
    """Return the report of a draft, else of the visit, else the `fresh` one."""
    stored = kept if kept is not None else opening.row.values if opening.row is not None else None
    report = fresh if stored is None else report_of(stored)
    if opening.row is not None:
        report.custom = dict(opening.row["custom"] or {})
    report.owner_id = report.owner_id or opening.person.user_id
    return report
