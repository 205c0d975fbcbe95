"""What is done beside a report while it is written: promises kept, questions answered, doctors and products found."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.adverse_event_dialog import AdverseEventDialog
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.visit_form import VisitForm
from crmdesk.ui.pages.visit_marks import mark_answered, mark_kept
from crmdesk.ui.pages.visit_opening import VisitOpening
from crmdesk.ui.pages.visit_side import VisitSide


class VisitBeside(QObject):
    """Answers what form and side ask about `opening`, the visit that is shown."""

    def __init__(self, owner: QWidget, context: PageContext, form: VisitForm, side: VisitSide) -> None:
        super().__init__(owner)
        self._owner, self._context, self._form = owner, context, form
        self.opening: VisitOpening | None = None
        form.doctors.sought.connect(self._find_doctor)
        form.products.sought.connect(self._find_product)
        side.kept.connect(self._promise_kept)
        side.answered.connect(self._question_answered)
        side.event_opened.connect(self._report_event)

    def _find_doctor(self, text: str) -> None:
        found = self._form.doctors.picker.show_found
        self._context.ask(
            self._owner,
            lambda reads: reads.customers("doctor", text, limit=8),
            lambda items: found(
                [(one.id, one.name, dotted(one.institution_name, one.department_name)) for one in items]
            ),
            latest="doctors",
        )

    def _find_product(self, text: str) -> None:
        found = self._form.products.show_found
        self._context.ask(
            self._owner, lambda reads: reads.products_like(text), lambda ids: found(text, ids), latest="products"
        )

    def _promise_kept(self, visit_id: str) -> None:
        views = self.opening.doctors if self.opening else ()
        row = next((one for view in views for one in view.promises if one.id == visit_id), None)
        if row is not None:
            mark_kept(self._context, self._owner, row)

    def _question_answered(self, visit_id: str) -> None:
        rows = self.opening.questions if self.opening else ()
        row = next((one for one in rows if one.id == visit_id), None)
        if row is not None:
            mark_answered(self._context, self._owner, row)

    def _report_event(self) -> None:
        """Open the task of the adverse event that was heard on this visit."""
        event = self.opening.adverse_event if self.opening else None
        if event is not None:
            AdverseEventDialog(self._context, self._owner, event).open()
