"""The Institution page: its profile, departments, doctors and what happened there, edited in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QTimer
from typing_extensions import override

from crmdesk.domain.customer_merge import INSTITUTIONS
from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.records import INSTITUTION
from crmdesk.services.commands import ChangeSet
from crmdesk.services.views import ACCEPTED, AffiliationView, DuplicatePair, InstitutionView, MergeItem
from crmdesk.ui import language
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import CustomerWords, class_word, dotted
from crmdesk.ui.pages.doctor_editor import RowEditor
from crmdesk.ui.pages.doctor_new import NewDoctorDialog
from crmdesk.ui.pages.doctor_page import scrolled
from crmdesk.ui.pages.duplicates_words import went_into
from crmdesk.ui.pages.history_list import HistoryList
from crmdesk.ui.pages.own_rows import own_rows
from crmdesk.ui.pages.page import Page
from crmdesk.ui.pages.procurement_card import ProcurementCard
from crmdesk.ui.pages.same_banner import SameBanner
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import STATE_TONES, Picklist, state_word
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.main_and_side import MainAndSide
from crmdesk.ui.parts.property_rows import PropertyRows
from crmdesk.ui.parts.room import PageStack
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.subject_head import SubjectHead
from crmdesk.ui.parts.timeline import Timeline

PEOPLE, TIMELINE, HISTORY, EDITOR = range(4)
_ALL, _NO_ROOM = "all", "none"
_TOUCHED = frozenset(
    {"institution", "department", "affiliation", "doctor", "visit", "conflict", "audit_entry", "outbox"}
    | {"procurement", "institution_merge"}
)
_SIDE = 340
_PAIRS_AFTER_MS = 250
"""So long after the page is there it is looked for others that may be the same: that reads a city's institutions."""
_PROFILE_FIELDS = ("kind", "level", "address", "phone", "postcode", "aliases", "specialities")


class InstitutionPage(Page):
    """Everything about one institution."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._id = ""
        self._view: InstitutionView | None = None
        self._stale: set[int] = set()  # tabs whose content is of before
        self._words = CustomerWords(self)
        self.editor = RowEditor(context, "institution")
        self.editor.closed.connect(self._edit_closed)
        self._same = SameBanner(context, INSTITUTIONS, self._words)
        self._pairs: Sequence[DuplicatePair] = ()
        self._look_for_pairs = QTimer(self)
        self._look_for_pairs.setSingleShot(True)
        self._look_for_pairs.setInterval(_PAIRS_AFTER_MS)
        self._look_for_pairs.timeout.connect(self._find_pairs)
        self.body.addWidget(self._make_head())
        self.body.addWidget(self._same)
        self.body.addWidget(self._middle(), 1)
        self._bind()
        self.retranslate()

    def _make_head(self) -> SubjectHead:
        self._edit = Button.for_action("institution_edit")
        self._edit.clicked.connect(self.edit)
        self._new = Button.for_action("institution_new_doctor", PRIMARY, "plus")
        self._new.clicked.connect(self.new_doctor)
        self.head = SubjectHead("institution", (self._edit, self._new), chips=4, picture="institution")
        self._tabs = self.head.tabs
        return self.head

    def _middle(self) -> MainAndSide:
        self._model = RowModel(self)
        self.people = RowList(self._model, lines=2)
        self.people.setObjectName("institution_people_list")
        self.people.opened.connect(lambda row_id: self.context.navigate("doctor", id=row_id))
        self._timeline, self._history = Timeline(), HistoryList(self.context, "institution")
        self._timeline.setObjectName("institution_timeline")
        self._timeline.opened.connect(self._open_entry)
        self._nothing = Label("", "muted", wrap=True)
        self._stack, card = PageStack(), Card()
        self._stack.addWidget(self.people)
        for widget in (self._timeline, self._history, self.editor):
            self._stack.addWidget(scrolled(widget, card))
        self._rooms = Picklist()
        self._rooms.setObjectName("institution_departments")
        self._rooms.changed.connect(self._show_people)
        card.body.addWidget(self._rooms)
        card.body.addWidget(self._nothing)
        card.body.addWidget(self._stack, 1)
        self._tabs.currentChanged.connect(self._tab_changed)
        self._rules_card, self._profile_card = Card(), Card()
        self._rules = Label("", "body", wrap=True)
        self._rules_card.body.addWidget(self._rules)
        self._profile = PropertyRows(72)
        self._profile_card.body.addWidget(self._profile)
        self.procurement = ProcurementCard()
        return MainAndSide("institution_side", card, [self._rules_card, self.procurement, self._profile_card], _SIDE)

    def _bind(self) -> None:
        bind = self.context.actions.bind
        bind(self, "institution_edit", self.edit)
        bind(self, "institution_new_doctor", self.new_doctor)
        bind(self, "institution_compare", self._same.open)
        self._save_action = bind(self, "institution_save", self.editor.save)
        self._cancel_action = bind(self, "institution_cancel", self.editor.leave)
        self._set_editing(False)

    @override
    def enter(self, **args: Any) -> None:
        row_id = str(args.get("id") or self._id)
        if row_id != self._id:
            self._view = None
            self._tabs.setCurrentIndex(PEOPLE)
            self._rooms.set_value(_ALL)
        self._id = row_id
        self._read()
        self.people.setFocus()

    @override
    def subject(self) -> tuple[str, dict[str, Any]] | None:
        return ("institution", {"id": self._id}) if self._id else None

    @property
    @override
    def waits(self) -> bool:
        return bool(self._id) and self._view is None

    @override
    def keep(self) -> None:
        if self.editing:
            self.editor.keep_draft()

    @override
    def may_leave(self) -> bool:
        if self.editing:
            self.editor.leave()
        return True

    @override
    def refresh(self, changes: ChangeSet) -> None:
        if _TOUCHED & frozenset(changes.changed):
            self._read()
            if self.editing and "institution" in changes.changed:
                self.editor.stored_row_changed()

    @override
    def retranslate(self) -> None:
        self.header.set_title(str(self._view.row["name"]) if self._view else "", crumb=self.tr("客户"))
        self.people.setAccessibleName(self.tr("这里的医生"))
        self._tabs.setAccessibleName(self.tr("机构资料分页"))
        self._rules_card.set_heading(language.field_word("institution", "reception_rules"))
        self._profile_card.set_heading(self.tr("资料"))
        self._rooms.setAccessibleName(self.tr("科室"))
        self.editor.retranslate()
        self._show()

    @property
    def editing(self) -> bool:
        """Say whether the form is open."""
        return self._stack.currentIndex() == EDITOR

    def edit(self) -> None:
        """Open the form in place."""
        if self._view is not None and not self.editing:
            self._set_editing(True)
            self.editor.open(self._view.row)

    def new_doctor(self) -> None:
        """Make a doctor who works here."""
        if self._view is not None and not self.editing:
            dialog = NewDoctorDialog(self.context, self, institution=(self._id, str(self._view.row["name"])))
            dialog.made.connect(lambda row_id: self.context.navigate("doctor", id=row_id))
            dialog.open()

    def _read(self) -> None:
        row_id = self._id
        if row_id:
            self.context.ask(self, lambda reads: reads.institution(row_id), self._take, "institution", self._gone)

    def _take(self, view: InstitutionView) -> None:
        row_id = view.row.id
        if row_id != self._id:
            return
        if self._view is None:
            self._pairs = ()
        self._view = view
        self.header.set_title(str(view.row["name"]), crumb=self.tr("客户"))
        self._show()
        self.filled.emit()
        self._look_for_pairs.start()

    def _find_pairs(self) -> None:
        row_id = self._id
        if row_id and self._view is not None:
            self.context.ask(
                self,
                lambda reads: reads.duplicates_of(row_id, "institution"),
                lambda pairs: self._take_pairs(row_id, pairs),
                "institution_pairs",
            )

    def _gone(self, error: BaseException) -> None:
        self.filled.emit()
        if not isinstance(error, CrmdeskError) or error.code != "unknown_row":
            self.context.shell.tell(error)
            if self._view is None:  # else the institution before stood there, and the keys meant this one
                self._id = ""
                self.context.navigate("customers", record="institution")
            return
        row_id, self._id, self._view = self._id, "", None
        self.context.ask(
            self, lambda reads: reads.merges_of(row_id, "institution"), lambda merges: self._went(row_id, merges, error)
        )

    def _went(self, row_id: str, merges: Sequence[MergeItem], error: BaseException) -> None:
        """Go on to the institution that this one went into, else to the list."""
        merge = next((one for one in merges if went_into(one, row_id)), None)
        if merge is None:
            self.context.shell.tell(error)
            self.context.navigate("customers", record="institution")
            return
        names = {"other": merge.other_name, "kept": merge.kept_name}
        self.context.toast(lambda: self.tr("{other} 已合并到 {kept}。").format(**names))
        self.context.navigate("institution", id=merge.kept_id)

    def _edit_closed(self) -> None:
        self._set_editing(False)
        self._edit.setFocus()

    def _set_editing(self, on: bool) -> None:
        self._stack.setCurrentIndex(EDITOR if on else self._tabs.currentIndex())
        self._edit.setEnabled(not on)
        self._new.setEnabled(not on)
        self._save_action.setEnabled(on)
        self._cancel_action.setEnabled(on)
        self._say_nothing()

    def _tab_changed(self, index: int) -> None:
        if self.editing:
            self.editor.leave()
        self._stack.setCurrentIndex(index)
        self._fill(index)
        self._say_nothing()

    def _fill(self, index: int) -> None:
        """Build what a tab shows when somebody looks at it."""
        if self._view is None or index not in self._stale:
            return
        self._stale.discard(index)
        if index == TIMELINE:
            self._timeline.set_rows(self._words.timeline(self._view.timeline))
        else:
            self._history.show_history(self._view.row, self._view.history)

    def _show(self) -> None:
        view = self._view
        people = len(view.people) if view else 0
        self._tabs.set_tabs(
            [
                self.tr("医生 {count}").format(count=people) if people else self.tr("医生"),
                self.tr("时间线"),
                self.tr("修改历史"),
            ]
        )
        if view is None:
            return
        self._show_head(view)
        self._show_people()
        self._stale = {TIMELINE, HISTORY}
        self._fill(self._tabs.currentIndex())
        self._show_side(view)
        self._say_nothing()

    def _show_people(self) -> None:
        """Show the doctors, of all departments or of the one chosen; a department without anybody says so."""
        view = self._view
        if view is None:
            return
        counts = Counter(one.department_id for one in view.people)
        rooms = [(one.id, f"{one['name']} {counts[one.id]}") for one in view.departments]
        if rooms and counts[""]:
            rooms.append((_NO_ROOM, self.tr("未写科室 {count}").format(count=counts[""])))
        wanted = self._rooms.value()
        self._rooms.set_choices([(_ALL, self.tr("全部 {count}").format(count=len(view.people))), *rooms])
        self._rooms.set_value(wanted if wanted in dict(rooms) else _ALL)
        room = self._rooms.value().replace(_NO_ROOM, "")
        people = [one for one in view.people if self._rooms.value() == _ALL or one.department_id == room]
        kept = self.people.current_key()
        self._model.set_rows([self._person(one) for one in people])
        if not self.people.choose(kept):
            self.people.choose_row(0)
        self._say_nothing()

    def _take_pairs(self, row_id: str, pairs: Sequence[DuplicatePair]) -> None:
        """Say which institution may be the same one; it is looked for after the page is there."""
        view = self._view
        if view is not None and view.row.id == row_id:
            self._pairs = pairs
            self._same.show_about(row_id, view.merges, pairs)

    def _show_head(self, view: InstitutionView) -> None:
        row = view.row
        self._same.show_about(row.id, view.merges, self._pairs)
        second = (self._words.value(INSTITUTION.field(name), row[name]) for name in ("level", "city", "address"))
        chips = [
            (class_word(row["customer_class"]), "accent"),
            (self._words.disputed("institution", view.conflicts), "warn"),
            (state_word(row.sync_state) if row.sync_state != ACCEPTED else "", STATE_TONES[row.sync_state]),
            (language.field_word("institution", "under_review") if row["under_review"] else "", "neutral"),
        ]
        self.head.say(str(row["name"]), dotted(*second), chips)

    def _show_side(self, view: InstitutionView) -> None:
        self._rules.setText(str(view.row["reception_rules"] or self.tr("还没有记录接待规定。")))
        self._rules.set_role("body" if view.row["reception_rules"] else "muted")
        self.procurement.show_figures(view.procurement)
        with self._profile.filling():
            for name in _PROFILE_FIELDS:
                value = self._words.value(INSTITUTION.field(name), view.row[name])
                if value or name in ("level", "address", "phone"):
                    self._profile.add(language.field_word("institution", name), value)
            own_rows(self._profile, self._words, view.row, view.conflicts)

    def _person(self, one: AffiliationView) -> ListRow:
        return ListRow(
            key=one.doctor_id,
            name=one.doctor_name,
            chip=class_word(one.doctor_class),
            second=dotted(
                language.choice_word("doctor_title", one.doctor_title),
                one.department_name,
                one.duty,
                self._words.last_visit(one.last_visit_at),
            ),
            state="" if one.is_primary else self.tr("多点执业"),
        )

    def _say_nothing(self) -> None:
        view, index = self._view, self._tabs.currentIndex()
        texts = {}
        if view is not None and not self.editing:
            texts = {
                PEOPLE: (
                    self._model.rowCount() > 0,
                    self.tr("这个科室还没有医生。按 Ctrl+N 新建。")
                    if view.people
                    else self.tr("这里还没有医生。按 Ctrl+N 新建第一位。"),
                ),
                TIMELINE: (bool(view.timeline), self.tr("这里还没有拜访。")),
                HISTORY: (
                    bool(view.history),
                    self.tr("没有修改记录。同步之后，每次修改由谁、何时、改了什么都在这里。"),
                ),
            }
        self._rooms.setVisible(not self.editing and index == PEOPLE and view is not None and bool(view.departments))
        full, text = texts.get(index, (True, ""))
        self._nothing.setText(text)
        self._nothing.setVisible(not full)

    def _open_entry(self, key: str) -> None:
        record, _colon, row_id = key.partition(":")
        self.context.navigate("visit" if record == "visit" else "expenses", id=row_id)
