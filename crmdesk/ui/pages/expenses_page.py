"""Expenses: the own claims with their state at the left, one claim (edited or shown) at the right."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.claims import Lack
from crmdesk.domain.errors import CrmdeskError, InputError
from crmdesk.domain.ids import new_id
from crmdesk.domain.name_lists import joined
from crmdesk.protocol.messages import MAX_ATTACHMENT_BYTES
from crmdesk.services.commands import (
    AttachFile,
    ChangeSet,
    ClaimCommand,
    DeleteRow,
    DiscardDraft,
    Outcome,
    SaveClaim,
    SaveDraft,
)
from crmdesk.services.customer_order import Filter
from crmdesk.services.views import ClaimItem, ClaimView, Row
from crmdesk.ui import language, space, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages import claim_words
from crmdesk.ui.pages.claim_detail import ClaimDetail
from crmdesk.ui.pages.claim_editor import BASE, ClaimEditor
from crmdesk.ui.pages.claim_faults import all_faults
from crmdesk.ui.pages.claim_words import yuan
from crmdesk.ui.pages.edit_session import same
from crmdesk.ui.pages.export_dialog import ExportDialog, allowed
from crmdesk.ui.pages.page import Page
from crmdesk.ui.parts.buttons import PRIMARY, QUIET, Button
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner, EmptyState
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.split import Split, pane
from crmdesk.ui.parts.squeezed_row import SqueezedRow

_TOUCHES = frozenset({"claim", "budget", "attachment", "outbox", "needs_you", "audit_entry"})
_EDITABLE = frozenset({"", "draft", "returned"})
_GROUPS = {"all": (), "open": ("draft", "returned"), "waiting": ("submitted", "to_call_back", "disputed", "payable")}


class ExpensesPage(Page):
    """A claim is a draft until it is submitted; from then on only the server moves it."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._items: list[ClaimItem] = []
        self._to_hang: dict[str, list[str]] = {}
        self._sending = 0  # saves on their way: until they are there, a read may answer with what was before them
        self._model = RowModel()
        self.list = RowList(self._model, lines=2)
        self.list.setObjectName("expenses_list")
        self.list.chosen.connect(self._open)
        self.list.opened.connect(self._enter_claim)
        self.group = Picklist()
        self.group.setObjectName("expenses_group")
        self.group.changed.connect(self._show_items)
        self.detail = ClaimDetail(context)
        self.editor = ClaimEditor()
        self.detail.put_editor(self.editor)
        self._sum = Label("", "strong")
        self._empty = EmptyState("expenses", awaiting=True)
        self._refusal: BaseException | None = None
        self._lacks: list[Lack] = []
        self.banner = Banner()
        self.banner.setObjectName("expenses_banner")
        self._wanted = self._fresh = ""  # the claim to show; the one that was just begun
        self.new_button = Button.for_action("expenses_new", icon_name="plus")
        self.submit_button = Button.for_action("expenses_submit", PRIMARY)
        self._may_export = allowed(context, "claim")
        self.export_button = Button.for_action("expenses_export", QUIET, "export", small=True)
        self.header.add(self.export_button)
        self.export_button.setVisible(self._may_export)
        self.recall_button = Button.for_action("expenses_recall")
        self.attach_button = Button.for_action("expenses_attach", icon_name="attach")
        self.delete_button = Button.for_action("expenses_delete", QUIET, small=True)
        self._lay_out()
        self._bind()
        self.retranslate()

    def _lay_out(self) -> None:
        left, column = pane()
        head = SqueezedRow()
        head.setContentsMargins(space.APART, space.BETWEEN, space.APART, space.TINY)
        head.addWidget(self._sum)
        head.addStretch(1)
        head.addWidget(self.new_button)
        column.addLayout(head)
        filters = QHBoxLayout()
        filters.setContentsMargins(space.APART, space.TINY, space.APART, space.BETWEEN)
        filters.addWidget(self.group)
        column.addLayout(filters)
        column.addWidget(self.list, 1)
        right = QWidget()
        inner = QVBoxLayout(right)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.detail, 1)
        inner.addWidget(self._empty, 1)
        self._foot = QWidget()
        foot = SqueezedRow(self._foot)
        foot.setContentsMargins(space.EDGE, space.BETWEEN, space.EDGE, space.APART)
        foot.setSpacing(space.NEAR)
        for button in (self.submit_button, self.attach_button, self.recall_button):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self.delete_button)
        told = QVBoxLayout()
        told.setContentsMargins(space.EDGE, 0, space.EDGE, 0)
        told.addWidget(self.banner)
        inner.addLayout(told)
        inner.addWidget(self._foot)
        self.body.addWidget(Split(left, right, left_width=340), 1)

    def _bind(self) -> None:
        bind = self.context.actions.bind
        triggers = {
            "expenses_new": self._new,
            "expenses_save": self.editor.keep,
            "expenses_submit": self._submit,
            "expenses_recall": self._recall,
            "expenses_attach": lambda: self._choose_receipt(-1),
            "expenses_add_line": lambda: self.editor.add_line(),
            "expenses_delete": self._delete,
            "expenses_receipt": self.detail.receipts.open_outside,
            "expenses_edit": lambda: self.editor.title_edit.setFocus(),
        }
        self._actions = {name: bind(self, name, trigger) for name, trigger in triggers.items()}
        self.new_button.clicked.connect(self._new)
        bind(self, "expenses_export", self.export).setEnabled(self._may_export)
        self.export_button.clicked.connect(self.export)
        self.submit_button.clicked.connect(self._submit)
        self.recall_button.clicked.connect(self._recall)
        self.delete_button.clicked.connect(self._delete)
        self.attach_button.clicked.connect(lambda: self._choose_receipt(-1))
        self.editor.kept.connect(self._keep)
        self.editor.taken_off.connect(self._take_off)
        self.editor.totalled.connect(self._show_total)
        self.editor.attach_to.connect(self._choose_receipt)
        self.editor.search_doctors.connect(self._search_doctors)
        self.editor.faulty.connect(self._take_faults)

    @override
    def enter(self, **args: Any) -> None:
        visit_id = str(args.get("visit_id") or "")
        self._wanted = str(args.get("id") or self._wanted)
        if visit_id:
            self.context.ask(self, lambda reads: _proposal(reads, visit_id), self._begin, latest="proposal")
        self._read()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def keep(self) -> None:
        self.editor.keep()

    @override
    def may_leave(self) -> bool:
        self.keep()
        return True

    @override
    def refresh(self, changes: ChangeSet) -> None:
        if _TOUCHES & set(changes.changed):
            self._read()

    @override
    def retranslate(self) -> None:
        self.header.set_title(self.tr("费用"))
        self.group.set_choices(self._groups())
        if not self.group.value():
            self.group.set_value("all")
        self.group.setAccessibleName(self.tr("按状态筛选"))
        self.list.setAccessibleName(self.tr("报销单"))
        self._empty.say(self.tr("还没有报销单。拜访里按“费用”，或在这里新建一张。"), self.tr("新建报销"), self._new)
        self.editor.retranslate()
        self.detail.retranslate()
        self._say_refusal()
        self._show_items()

    def _read(self) -> None:
        own = self.context.desk.person.role not in ("finance", "auditor")
        self.new_button.setVisible(own)
        self._actions["expenses_new"].setEnabled(own)
        self.context.ask(self, lambda reads: reads.claims(own=own), self._take_items, latest="claims")

    def _take_items(self, items: list[ClaimItem]) -> None:
        self._items = items
        self._empty.answered()
        self._show_items()

    def _show_items(self) -> None:
        states = _GROUPS.get(self.group.value() or "all", ())
        shown = [item for item in self._items if not states or (item.state or "draft") in states]
        current = self._wanted or self.list.current_key()
        self._model.set_rows([self._row(item) for item in shown])
        self._sum.setText(self.tr("%n 张报销单", "", len(shown)))
        if shown and self._empty.isAncestorOf(self.focusWidget() or self):
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)  # else Qt gives it to 'Submit', and Enter submits
        self.detail.setVisible(bool(shown))
        self._foot.setVisible(bool(shown))
        self._empty.setVisible(not shown)
        if not shown:
            if self.window().focusWidget() is self.list:
                self._empty.setFocus(Qt.FocusReason.OtherFocusReason)  # there is nothing in the list to go through
            return
        if self.list.choose(current):
            self._wanted = ""
            self._open(current)
        elif not self._wanted:
            self.list.choose_row(0)

    def _row(self, item: ClaimItem) -> ListRow:
        text, tone = claim_words.item_chip(item)
        when = language.moment_label(item.submitted_at or item.updated_at)
        own = item.owner_name == self.context.desk.person.name
        second = " · ".join(part for part in ("" if own else item.owner_name, when) if part)
        typed = self.editor.claim_id == item.id
        total = yuan(self.editor.total_fen if typed else item.amount_fen)
        return ListRow(item.id, item.title, second=second, figure=total, state=text, state_tone=tone)

    def _open(self, claim_id: str) -> None:
        if self.editor.claim_id != claim_id:
            self.editor.keep()
            self._take_faults([])
        if claim_id:
            self.context.ask(
                self,
                lambda reads: (reads.claim(claim_id), reads.draft(f"claim:{claim_id}")),
                self._show,
                latest="claim",
            )

    def _show(self, found: tuple[ClaimView, dict[str, Any] | None]) -> None:
        view, draft = found
        person = self.context.desk.person
        mine = view.row["owner_id"] in (None, person.user_id)
        editing = mine and (view.row["state"] or "") in _EDITABLE and "submit" in view.allowed
        if editing and not self.editor.holds(view):
            self._take_claim(view, draft)
        if not editing:
            self.editor.claim_id = ""
        self.detail.show_claim(view)
        self._show_total()
        if not editing and self.editor.isAncestorOf(self.focusWidget() or self):
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)  # else Qt gives the focus to the rail
        self.detail.show_editor(editing)
        if editing and view.row.id == self._fresh:  # what is typed next is its subject
            self._fresh = ""
            self.editor.title_edit.setFocus(Qt.FocusReason.OtherFocusReason)
            self.editor.title_edit.selectAll()
        self._foot.setVisible(mine)
        for name, button in (
            ("expenses_submit", self.submit_button),
            ("expenses_attach", self.attach_button),
            ("expenses_delete", self.delete_button),
        ):
            button.setVisible(editing)
            self._actions[name].setEnabled(editing)
        recallable = mine and "recall" in view.allowed
        self.recall_button.setVisible(recallable)
        self._actions["expenses_recall"].setEnabled(recallable)

    def _take_claim(self, view: ClaimView, draft: dict[str, Any] | None) -> None:
        """Show a claim in the editor; one that is being written there takes what came meanwhile, and loses nothing."""
        if self.editor.claim_id != view.row.id:
            self.editor.load(view, draft)
        elif self._sending:
            return  # asked for again when they are there
        elif self.editor.dirty:
            self.editor.meet(view)
        else:
            self.editor.load(view, draft)
        for sha256 in self._to_hang.pop(view.row.id, []):
            self.editor.add_receipt(0, sha256)

    def _enter_claim(self, _claim_id: str) -> None:
        """Go on from the list into the claim: to where it is written, else to where it is read."""
        wanted = self.editor.title_edit if self.editor.isVisible() else self.detail
        wanted.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_total(self) -> None:
        """Show what the lines come to while they are typed, at the head and in the list."""
        if self.editor.claim_id:
            self.detail.show_total(self.editor.total_fen)
            item = next((one for one in self._items if one.id == self.editor.claim_id), None)
            if item is not None:
                self._model.change_row(self._row(item))

    def _groups(self) -> list[tuple[str, str]]:
        return [("all", self.tr("全部")), ("open", self.tr("待提交")), ("waiting", self.tr("处理中"))]

    def export(self) -> None:
        """Write the claims that the list shows to a file, where the role has the right."""
        group = self.group.value() or "all"
        if self._may_export:
            wanted = Filter("claim", " ".join(_GROUPS.get(group, ())))
            ExportDialog(
                self.context, self, wanted, lambda: dict(self._groups())[group] if _GROUPS.get(group) else ""
            ).open()

    def _new(self) -> None:
        title = self.tr("费用报销 {day}").format(day=language.day_word(today()))
        self._begin({"title": title})

    def _begin(self, values: dict[str, Any]) -> None:
        claim_id = new_id()
        self._wanted = claim_id
        if "doctor_names" in values:
            names = language.names_word(values.pop("doctor_names"))
            values["title"] = self.tr("拜访费用 · {names}").format(names=names) if names else self.tr("拜访费用")
        receipts: list[tuple[str, bytes]] = values.pop("receipts", [])
        self.context.submit(self, SaveClaim(claim_id, values), lambda _outcome: self._begun(claim_id, receipts))

    def _begun(self, claim_id: str, receipts: list[tuple[str, bytes]]) -> None:
        """Show the new claim; receipts of the visit hang on the claim too: finance sees claims, not visits."""
        for file_name, content in receipts:
            self._attach(claim_id, file_name, content, 0)
        self.group.set_value("all")
        self._fresh = claim_id
        self._read()

    def _keep(self, values: dict[str, Any] | None, raw: dict[str, Any]) -> None:
        claim_id = self.editor.claim_id
        key = f"claim:{claim_id}"
        if values is None:
            self.context.submit(self, SaveDraft(key, raw))
            return
        self._save(values, raw)

    def _save(
        self, values: dict[str, Any], raw: dict[str, Any], then: Callable[[Outcome], object] = lambda _outcome: None
    ) -> None:
        """Save against what was seen; refused because of what came meanwhile, it is still there to be decided on."""
        claim_id, base = self.editor.claim_id, self.editor.base
        key = f"claim:{claim_id}"
        self._sending += 1

        def saved(outcome: Outcome) -> None:
            self._sending -= 1
            then(outcome)
            if not self._sending and self.editor.claim_id == claim_id:
                self._open(claim_id)

        def refused(error: BaseException) -> None:
            self._sending -= 1
            if not isinstance(error, CrmdeskError) or error.code != "changed_meanwhile":
                self.context.shell.tell(error)
            elif self.editor.claim_id == claim_id:
                self.editor.take_back(base)
            else:
                self.context.submit(self, SaveDraft(key, {**raw, BASE: base}))
            if not self._sending and self.editor.claim_id == claim_id:
                self._open(claim_id)

        self.context.submit(self, SaveClaim(claim_id, values, base), saved, refused)
        self.context.submit(self, DiscardDraft(key))

    def _take_off(self, values: dict[str, Any], names: list[str]) -> None:
        """Save a claim from which a line or somebody was taken off, so that it can be undone."""
        claim_id = self.editor.claim_id

        def said() -> str:
            who = language.names_word(joined(names))
            return self.tr("已从报销单去掉 {names}").format(names=who) if who else self.tr("已删除这一行")

        def told(outcome: Outcome) -> None:
            self.context.toast(said, outcome.undo_token)
            if self.editor.claim_id == claim_id:
                self.editor.committed(values)

        self._save(values, self.editor.raw(), told)

    def _submit(self) -> None:
        """Save what is typed, then submit exactly that: the hash is taken from the row as it was saved."""
        claim_id = self.editor.claim_id
        values = self.editor.values()
        if not claim_id or self.editor.meanwhile.ask_first():
            return
        lacks = self.editor.mark_faults()
        if values is None or lacks:
            self.editor.keep()
            self.editor.show_field(lacks[0].field, lacks[0].line)
            return
        self.editor.settled(values)

        def saved(_outcome: Outcome) -> None:
            self.context.ask(self, lambda reads: reads.claim(claim_id), lambda view: self._send(values, view))

        self._save(values, self.editor.raw(), saved)

    def _send(self, on_screen: Mapping[str, Any], view: ClaimView) -> None:
        """Submit a claim as it was on the screen when that was asked for, or not at all and show what came meanwhile.

        What came may have been loaded into the form between, by the other read that follows a save.
        """
        is_another = any(not same(value, view.row[name]) for name, value in on_screen.items())
        written_on = self.editor.claim_id == view.row.id and (self.editor.dirty or not self.editor.holds(view))
        if is_another or written_on:
            self._open(view.row.id)
            return

        def told(_outcome: Outcome) -> None:
            self._take_faults([])
            self.context.toast(
                lambda: self.tr("已提交，待同步：{title}").format(title=view.row["title"]), until_sent=True
            )

        self.context.submit(self, ClaimCommand(view.row.id, "submit", view.seen_hash), told, self._refused)

    def _take_faults(self, lacks: list[Lack]) -> None:
        self._refusal, self._lacks = None, lacks
        self._say_refusal()

    def _say_refusal(self) -> None:
        refused = words.error_sentence(self._refusal) if self._refusal else ""
        self.banner.say(refused or all_faults(self._lacks), "warn")

    def _refused(self, error: BaseException) -> None:
        """Say beside the button what is missing, in which line, and go there; the draft is kept."""
        self._refusal = error
        self._say_refusal()
        if isinstance(error, CrmdeskError) and "field" in error.params:
            self.editor.show_field(str(error.params["field"]), int(str(error.params.get("line") or 0)))

    def _recall(self) -> None:
        view = self.detail.view
        if view is not None:
            self.context.submit(
                self,
                ClaimCommand(view.row.id, "recall", view.seen_hash),
                lambda _outcome: self.context.toast(lambda: self.tr("已撤回，同步后可以修改"), until_sent=True),
            )

    def _delete(self) -> None:
        """Delete the claim that is being written; undo brings it back as it was at the last key stroke."""
        claim_id, title = self.editor.claim_id, self.editor.title_edit.text().strip()
        if not claim_id:
            return
        self.editor.keep()
        self.editor.claim_id = ""
        self._actions["expenses_delete"].setEnabled(False)  # until a claim is shown
        self._take_faults([])

        def deleted(outcome: Outcome) -> None:
            self.context.toast(lambda: self.tr("已删除报销单：{title}").format(title=title), outcome.undo_token)

        def refused(error: BaseException) -> None:
            self.context.shell.tell(error)
            self._read()

        self.context.submit(self, DeleteRow("claim", claim_id), deleted, refused)

    def _choose_receipt(self, at: int) -> None:
        dialog = QFileDialog(self, self.tr("选择凭证"))
        dialog.setObjectName("receipt_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(self.tr("凭证 (*.jpg *.jpeg *.png *.pdf *.ofd *.xml)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda paths: self._attach_files(paths, at))
        dialog.open()

    def _attach_files(self, paths: list[str], at: int) -> None:
        for name in paths:
            path = Path(name)
            try:
                if path.stat().st_size > MAX_ATTACHMENT_BYTES:
                    self.context.shell.tell(InputError("file_too_large"))
                    continue
                content = path.read_bytes()
            except OSError as error:
                self.context.shell.tell(error)
                continue
            self._attach(self.editor.claim_id, path.name, content, at)

    def _attach(self, claim_id: str, file_name: str, content: bytes, at: int) -> None:
        """Attach a file to a claim and hang it on line `at` (-1: the first without a receipt)."""
        sha256 = hashlib.sha256(content).hexdigest()

        def attached(_outcome: Outcome) -> None:
            if self.editor.claim_id == claim_id:
                self.editor.add_receipt(at, sha256)
            else:
                self._to_hang.setdefault(claim_id, []).append(sha256)

        self.context.submit(self, AttachFile("claim", claim_id, file_name, content), attached)

    def _search_doctors(self, text: str) -> None:
        self.context.ask(self, lambda reads: reads.search(text, 8), self.editor.show_doctors, latest="doctors")


def _proposal(reads: Any, visit_id: str) -> dict[str, Any]:
    """Return the first values of a claim made from a visit; `doctor_names` becomes its subject."""
    visit: Row = reads.visit(visit_id)
    names = [reads.row("doctor", one)["name"] for one in (visit["doctor_ids"] or ())[:3]]
    kept = [(one.file_name, reads.attachment(one.sha256)) for one in reads.receipts("visit", visit_id)]
    return {
        "visit_id": visit_id,
        "territory_id": visit["territory_id"],
        "doctor_names": joined(names),
        "receipts": [(name, content) for name, content in kept if content],
    }
