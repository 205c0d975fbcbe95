"""The Visit page: the list of own visits, and the report with its draft saved as it is typed."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from crmdesk.services.commands import ChangeSet, Outcome
from crmdesk.services.customer_order import Filter
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.export_dialog import ExportDialog, allowed
from crmdesk.ui.pages.page import Page
from crmdesk.ui.pages.plan_dialog import PlanDialog
from crmdesk.ui.pages.visit_drafts import give_up
from crmdesk.ui.pages.visit_editor import VisitEditor
from crmdesk.ui.pages.visit_list import VisitList
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.room import PageStack

_LISTED = frozenset({"visit", "draft", "doctor", "institution", "outbox", "needs_you"})


class VisitPage(Page):
    """Entered without arguments it lists the visits; with `id` or `doctor_id` it opens a report."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._args: dict[str, Any] = {}
        self.list = VisitList(context)
        self.editor = VisitEditor(context)
        self.editor.renamed.connect(self._set_title)
        self.list.asked_new.connect(self.new_visit)
        self._stack = PageStack()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.editor)
        self.body.addWidget(self._stack, 1)
        bind = context.actions.bind
        bind(self.editor, "visit_submit", self.editor.submit)
        bind(self.editor, "visit_save", self.editor.save_now)
        bind(self.editor, "visit_later", self.editor.later)
        bind(self.editor, "visit_expense", self.editor.add_expense)
        bind(self.editor, "visit_attach", self.editor.choose_file)
        bind(self.editor, "visit_amend", self.editor.amend)
        bind(self.list, "visit_new", self.new_visit)
        bind(self, "visit_drop", self.drop)
        self.editor.drop_button.clicked.connect(self.drop)
        self._may_export = allowed(context, "visit")
        bind(self.list, "visit_export", self.export).setEnabled(self._may_export)
        self._export = Button.for_action("visit_export", QUIET, "export", small=True)
        self._export.clicked.connect(self.export)
        self.header.add(self._export)
        self.retranslate()

    @property
    def writing(self) -> bool:
        """Say whether a report is shown."""
        return self._stack.currentWidget() is self.editor

    @override
    def enter(self, **args: Any) -> None:
        self._args = args
        visit_id, doctor_id = str(args.get("id") or ""), str(args.get("doctor_id") or "")
        self._stack.setCurrentWidget(self.editor if visit_id or doctor_id else self.list)
        if self.writing:
            self.editor.open(visit_id, doctor_id)
        else:
            self.list.load()
            self.list.rows.setFocus()
        self._export.setVisible(self._may_export and not self.writing)
        self._set_title()

    def export(self) -> None:
        """Write the visits that the list shows to a file, where the role has the right."""
        if self._may_export:
            ExportDialog(self.context, self, Filter("visit", self.list.group), self.list.group_word).open()

    def drop(self) -> None:
        """Give up the report that is being written, or the draft that is chosen in the list; undo brings it back."""
        if not self.writing:
            key = self.list.rows.current_key()
            if self.list.is_draft(key):
                give_up(self.context, self, key)
        elif self.editor.begun:
            self.editor.keep_draft()  # what was typed last comes back, too
            give_up(self.context, self, self.editor.shown_id, self._dropped)

    def _dropped(self, _outcome: Outcome) -> None:
        self.editor.let_go()
        if self.writing and self.isVisible():
            self.context.shell.back()

    @override
    def subject(self) -> tuple[str, dict[str, Any]] | None:
        shown = self.editor.shown_id if self.writing else self.list.rows.current_key()
        if shown:
            return "visit", {"id": shown}
        return ("visit", dict(self._args)) if self.writing and self._args else None

    @override
    def keep(self) -> None:
        if self.writing:
            self.editor.keep_draft()

    @override
    def may_leave(self) -> bool:
        self.keep()
        return True

    @override
    def refresh(self, changes: ChangeSet) -> None:
        touched = frozenset(changes.changed)
        if self.writing:
            self.editor.refresh(touched)
        elif touched & _LISTED:
            self.list.load()

    @override
    def retranslate(self) -> None:
        self._set_title()
        self.list.retranslate()
        self.editor.retranslate()

    def new_visit(self) -> None:
        """Ask whom the new report is about, and open it."""
        dialog = PlanDialog(self.context, self, now=True)
        dialog.chosen.connect(lambda doctor_id: self.context.navigate("visit", doctor_id=doctor_id))
        dialog.open()

    def _set_title(self) -> None:
        self.header.set_title(self.tr("拜访报告") if self.writing else self.tr("拜访"))
