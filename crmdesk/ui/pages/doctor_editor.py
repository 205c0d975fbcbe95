"""Editing a row in place: an editor for each declared field, saved at the revision seen, merged with others'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.fields import Kind
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.services.commands import DiscardDraft, EditRow, Outcome, SaveDraft
from crmdesk.services.views import Row
from crmdesk.ui import language, space, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages import edit_session
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.field_editors import make_editor
from crmdesk.ui.pages.own_form import OwnForm
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner

_DRAFT_AFTER_MS = 700
_WIDE = frozenset({Kind.LONG_TEXT})


class RowEditor(QWidget):
    """The form of one record. `closed` when it was saved or left; what is typed is kept until it is saved."""

    closed = Signal()

    def __init__(self, context: PageContext, record: str) -> None:
        super().__init__()
        self.setObjectName(f"{record}_editor")
        self.context, self.record = context, RECORDS[record]
        self._words = CustomerWords(self)
        self._base: Row | None = None
        self._theirs: Row | None = None
        self._clashes: list[edit_session.FieldClash] = []
        self._choices: dict[str, Picklist] = {}
        role = Role(context.desk.person.role)
        self.editors = {
            field.name: make_editor(record, field) for field in edit_session.editable_fields(self.record, role)
        }
        self._declared = dict(self.editors)
        self.own = OwnForm(record, role)
        self.own.edited.connect(self._edited)
        self.editors |= self.own.editors
        self.banner = Banner()
        self.banner.setObjectName(f"{record}_edit_banner")
        self.banner.acted.connect(self.start_anew)
        self._keep = QTimer(self)
        self._keep.setSingleShot(True)
        self._keep.setInterval(_DRAFT_AFTER_MS)
        self._keep.timeout.connect(self.keep_draft)
        self._lay_out()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.ROOMY)
        self._heading = Label("", "strong")
        self._cancel = Button("", key="Esc")
        self._cancel.setObjectName(f"{self.record.name}_cancel_button")
        self._cancel.clicked.connect(self.leave)
        self.save_button = Button("", PRIMARY, "Ctrl S")
        self.save_button.setObjectName(f"{self.record.name}_save_button")
        self.save_button.clicked.connect(self.save)
        top = QHBoxLayout()
        top.setSpacing(space.INSIDE)
        top.addWidget(self._heading, 1)
        top.addWidget(self._cancel)
        top.addWidget(self.save_button)
        layout.addLayout(top)
        layout.addWidget(self.banner)
        self._merge = QVBoxLayout()
        self._merge.setSpacing(space.NEAR)
        layout.addLayout(self._merge)
        layout.addLayout(self._grid())
        layout.addWidget(self.own)
        layout.addStretch(1)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(space.APART)
        grid.setVerticalSpacing(space.BETWEEN)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        row = column = 0
        for editor in self._declared.values():
            wide = editor.field.kind in _WIDE
            if wide and column:
                row, column = row + 1, 0
            grid.addWidget(editor, row, column, 1, 2 if wide else 1, Qt.AlignmentFlag.AlignTop)
            row, column = (row + 1, 0) if wide or column else (row, 1)
            editor.edited.connect(self._edited)
        return grid

    @property
    def draft_key(self) -> str:
        """The name under which unsaved changes are kept, '' while no row is open."""
        return f"{self.record.name}:{self._base.id}" if self._base else ""

    def open(self, row: Row, focus: str = "") -> None:
        """Show a row for editing, with what was typed and not saved last time; `focus` names the field to begin at."""
        self._base, self._theirs = row, None
        self._clear_merge()
        self.own.take_definitions()
        self.editors = self._declared | self.own.editors
        self.banner.say("")
        self.save_button.setEnabled(True)
        for name, editor in self.editors.items():
            editor.set_value(row[name])
            editor.set_error("")
        first = self.editors.get(focus) or next(iter(self.editors.values()))
        first.control.setFocus()
        self.context.ask(self, lambda reads: reads.draft(self.draft_key), self._take_draft, latest="draft")

    def changes(self) -> dict[str, Any]:
        """Return what was changed and not saved."""
        if self._base is None:
            return {}
        return edit_session.changes_of(self._base.values, {name: one.value() for name, one in self.editors.items()})

    def save(self) -> None:
        """Save the changes; what is wrong is said at its field, what others changed meanwhile is merged."""
        if self._base is None:
            return
        changes = self.changes()
        if not self._check(changes):
            return
        if not changes:
            self._done(None)
            return
        base, on = self._base, self._theirs or self._base
        if self._theirs is not None:
            mine = {name for name, choice in self._choices.items() if choice.value() == "mine"}
            changes = edit_session.merged(self.record, base, self._theirs, changes, mine)
        self.save_button.setEnabled(False)
        seen = {name: on[name] for name in changes}
        command = EditRow(self.record.name, base.id, changes, on.revision, base=seen)
        self.context.submit(self, command, self._done, self._failed)

    def leave(self) -> None:
        """Close the form; what was typed is kept and comes back when the form is opened again."""
        if self._base is not None and self.changes():
            self.keep_draft()
            self.context.toast(lambda: self.tr("修改还没有保存，已留作草稿，再次编辑时会恢复"))
        self._close()

    def keep_draft(self) -> None:
        """Keep what was typed on this laptop, and what stood there before it."""
        self._keep.stop()
        changes = self.changes()
        if self._base is not None and changes:
            content = {"changes": changes, "base": {name: self._base[name] for name in changes}}
            self.context.submit(self, SaveDraft(self.draft_key, content), None, self._not_kept)

    def start_anew(self) -> None:
        """Forget what was typed and show the row as it is."""
        if self._base is not None:
            self.context.submit(
                self, DiscardDraft(self.draft_key), lambda _outcome: self.open(self._theirs or self._row())
            )

    def stored_row_changed(self) -> None:
        """Look whether somebody else changed the row while it is being edited, and say so."""
        if self._base is None:
            return
        base = self._base
        self.context.ask(self, lambda reads: reads.row(base.record, base.id), self._compare, latest="row")

    def retranslate(self) -> None:
        """Set every text anew."""
        self._heading.setText(self.tr("编辑资料"))
        self._cancel.setText(self.tr("稍后"))
        self.save_button.setText(self.tr("保存"))
        if self._clashes:
            self._show_merge(self._clashes)

    def _row(self) -> Row:
        assert self._base is not None
        return self._base

    def _edited(self, name: str) -> None:
        self.editors[name].set_error("")
        if not self._keep.isActive():  # begun anew by each key, it would wait for as long as somebody types
            self._keep.start()

    def _check(self, changes: dict[str, Any]) -> bool:
        found = edit_session.problems(self.record, changes, self._base.values if self._base else {})
        for name, editor in self.editors.items():
            error = found.get(name)
            params = {**error.params, "record": self.record.name} if error else {}
            editor.set_error(partial(words.sentence, error.code, params) if error else "")
        if found:
            self.editors[next(iter(found))].control.setFocus()
        return not found

    def _take_draft(self, draft: dict[str, Any] | None) -> None:
        changes = (draft or {}).get("changes") or {}
        if self._base is None or not edit_session.changes_of(self._base.values, changes):
            return
        for name, value in changes.items():
            if name in self.editors:
                self.editors[name].set_value(value)
        self.banner.say(lambda: self.tr("上次没有保存的修改还在这里。"), "info", lambda: self.tr("不要了"))
        self._meet_draft(self._base, (draft or {}).get("base"))

    def _meet_draft(self, row: Row, seen: object) -> None:
        """Look whether the row moved on since the draft was written: what it was then is what the draft changed."""
        if isinstance(seen, Mapping):
            seen = {name: value for name, value in seen.items() if name in self.editors}
            if edit_session.changes_of(row.values, seen):
                self._base = edit_session.seen_with(row, seen)
                self._offer_merge(row)

    def _compare(self, row: Row) -> None:
        base = self._base
        if base is None or row.id != base.id or not self.save_button.isEnabled():  # what is being saved is no news
            return
        known, there = self._theirs or base, {name: row[name] for name in self.editors}
        if not edit_session.changes_of(known.values, there):  # a save of this laptop leaves the revision as it is
            return
        if self.changes():
            self._offer_merge(row)
        else:
            self._base = row
            self._show_theirs(row, self.editors)

    def _show_theirs(self, row: Row, names: Iterable[str]) -> None:
        """Show what the row holds by now in fields that nobody touched here; those that hold it are left alone."""
        for name in names:
            if not edit_session.same(self.editors[name].value(), row[name]):
                self.editors[name].set_value(row[name])

    def _failed(self, error: BaseException) -> None:
        self.save_button.setEnabled(True)
        if isinstance(error, CrmdeskError) and error.code == "changed_meanwhile" and self._base is not None:
            base = self._base
            self.context.ask(self, lambda reads: reads.row(base.record, base.id), self._offer_merge, latest="row")
        elif isinstance(error, CrmdeskError):
            self.banner.say(partial(words.sentence, error.code, error.params), "bad")
        else:
            self.context.shell.tell(error)

    def _not_kept(self, error: BaseException) -> None:
        code = error.code if isinstance(error, CrmdeskError) else ""
        params = error.params if isinstance(error, CrmdeskError) else {}
        self.banner.say(partial(words.sentence, code, params), "bad") if code else self.context.shell.tell(error)

    def _offer_merge(self, theirs: Row) -> None:
        if self._base is None:
            return
        self._theirs = theirs
        untouched = self.editors.keys() - self.changes().keys()
        self._base = edit_session.seen_with(self._base, {name: theirs[name] for name in untouched})
        self._show_theirs(theirs, untouched)
        self._show_merge(edit_session.clashes(self.record, self._base, theirs, self.changes()))

    def _show_merge(self, found: Sequence[edit_session.FieldClash]) -> None:
        chosen = {name: choice.value() for name, choice in self._choices.items()}
        self._clear_merge()
        self._clashes = list(found)
        if not found:
            self.banner.say(lambda: self.tr("别人刚改了这条记录的其他内容；保存时两边的修改都会保留。"))
            return
        self.banner.say(self._asking, "warn")
        for clash in found:
            choice = Picklist(language.field_word(self.record.name, clash.field.name))
            choice.setObjectName(f"merge_{clash.field.name}")
            of = (self.record.name, clash.field.name)
            mine, theirs = (
                self._words.apart(*of, one, (other,))
                for one, other in ((clash.mine, clash.theirs), (clash.theirs, clash.mine))
            )
            choice.set_choices(
                [("mine", self.tr("你的：{value}").format(value=mine[:60])),
                 ("theirs", self.tr("现在的：{value}").format(value=theirs[:60]))]
            )  # fmt: skip
            choice.set_value(chosen.get(clash.field.name, "mine"))  # also in another language
            self._choices[clash.field.name] = choice
            self._merge.addWidget(choice)

    def _asking(self) -> str:
        """Say what becomes of the value that is not chosen: what was never saved here comes into no history."""
        return self.tr(
            "你编辑时别人也改了下面的内容。选一个，再保存。选你的，现在的值留在历史里；选现在的，你写的不保存。"
        )

    def _clear_merge(self) -> None:
        self._clashes = []
        for choice in self._choices.values():
            self._merge.removeWidget(choice)
            choice.hide()
            choice.deleteLater()
        self._choices = {}

    def _done(self, outcome: Outcome | None) -> None:
        if outcome is not None and self._base is not None:
            self.context.submit(self, DiscardDraft(self.draft_key))
            name = self._base["name"]
            self.context.toast(lambda: self.tr("{name} 的更改已保存在本机").format(name=name), outcome.undo_token)
        self._close()

    def _close(self) -> None:
        self._keep.stop()
        self._base = self._theirs = None
        self._clear_merge()
        self.closed.emit()
