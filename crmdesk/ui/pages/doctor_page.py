"""The Doctor page: who it is at the top, tabs for what happened and what is known, cards for what is asked most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.call_back_record import CALL_BACK
from crmdesk.domain.clock import to_text, utc_now
from crmdesk.domain.customer_merge import DOCTORS
from crmdesk.domain.errors import CrmdeskError, RefusedError
from crmdesk.domain.money import format_fen
from crmdesk.domain.records import AFFILIATION, DOCTOR
from crmdesk.services.commands import ChangeSet, DeleteRow, Outcome
from crmdesk.services.views import ACCEPTED, DoctorView, HistoryEntry, Row
from crmdesk.ui import language, space, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.call_back_dialog import note_call_back, show_call_back
from crmdesk.ui.pages.customer_words import CustomerWords, class_word, dotted, profession
from crmdesk.ui.pages.doctor_cards import ConsentCard, ContactCard, CycleCard, EvidenceList
from crmdesk.ui.pages.doctor_editor import RowEditor
from crmdesk.ui.pages.doctor_places import PlaceDialog, Places
from crmdesk.ui.pages.history_list import HistoryList
from crmdesk.ui.pages.open_matters import OpenMatters
from crmdesk.ui.pages.own_rows import own_rows
from crmdesk.ui.pages.page import Page
from crmdesk.ui.pages.plan_dialog import PlanDialog
from crmdesk.ui.pages.same_banner import SameBanner
from crmdesk.ui.pages.visit_drafts import DraftLine, drafts_about
from crmdesk.ui.pages.visit_marks import mark_answered, mark_kept
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import STATE_TONES, Picklist, state_word
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.property_rows import PropertyRows
from crmdesk.ui.parts.room import PageStack, height_in_sight, width_in_sight
from crmdesk.ui.parts.split import ScrollArea
from crmdesk.ui.parts.subject_head import SubjectHead
from crmdesk.ui.parts.timeline import Timeline

TIMELINE, PROFILE, PROMISES, CLAIMS, CONSENT, HISTORY = range(6)
_WIDE, _BESIDE, _LEAST_CARD = 1000, 700, 240
"""Widths at 100 % from which the form, and what the tabs show, have room for the cards beside them."""
_TOUCHED = frozenset({"doctor", "doctor_merge", "attachment", "affiliation", "institution", "department", "visit",
                      "claim", "call_back", "conflict", "audit_entry", "draft", "outbox", "needs_you"})  # fmt: skip
_PROFILE_FIELDS = ("title", "specialty", "customer_class", "influence", "good_at", "preferred_time",
                   "preferred_channel",
                   "tags", "note", "status")  # fmt: skip


def scrolled(inner: QWidget, card: QWidget) -> ScrollArea:
    """Return a widget on a card's ground that scrolls when it is higher than the card."""
    area = ScrollArea()
    area.ring_around(card)
    holder = QFrame()
    holder.setProperty("part", "surface")
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, space.INSIDE, 0)
    layout.addWidget(inner)
    layout.addStretch(1)
    area.setWidget(holder)
    return area


def _stacked(*widgets: QWidget) -> QWidget:
    """Return widgets under each other."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(space.NEAR)
    for widget in widgets:
        layout.addWidget(widget)
    return holder


def _about(entries: Sequence[HistoryEntry], names: set[str]) -> list[HistoryEntry]:
    """Return the changes of some fields, other fields left out of each."""
    found = []
    for one in entries:
        kept = {name: pair for name, pair in one.changes.items() if name in names}
        if kept:
            found.append(msgspec.structs.replace(one, changes=kept))
    return found


class DoctorPage(Page):
    """Everything about one doctor."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._id = ""
        self._view: DoctorView | None = None
        self._stale: set[int] = set()  # tabs whose content is of before
        self._begun: tuple[DraftLine, ...] = ()
        self._words = CustomerWords(self)
        self.editor = RowEditor(context, "doctor")
        self.editor.closed.connect(self._edit_closed)
        self._same = SameBanner(context, DOCTORS, self._words)
        self._banner = self._same.banner
        self.body.addWidget(self._make_head())
        self.body.addWidget(self._same)
        self.body.addLayout(self._middle(), 1)
        self._bind()
        self.retranslate()

    def _make_head(self) -> SubjectHead:
        self._edit = Button.for_action("doctor_edit")
        self._edit.clicked.connect(self.edit)
        self._plan = Button.for_action("doctor_plan", icon_name="plus")
        self._plan.clicked.connect(self.plan)
        self._visit = Button.for_action("doctor_visit", PRIMARY)
        self._visit.clicked.connect(self.visit)
        self.head = SubjectHead("doctor", (self._edit, self._plan, self._visit), chips=5)
        self._tabs = self.head.tabs
        return self.head

    def _middle(self) -> QHBoxLayout:
        self._kinds = Picklist()
        self._kinds.setObjectName("doctor_timeline_kinds")
        self._kinds.changed.connect(self._show_timeline)
        self._timeline, self._claims, self._history = Timeline(), Timeline(), HistoryList(self.context, "doctor")
        for name, timeline in (("timeline", self._timeline), ("claims", self._claims)):
            timeline.setObjectName(f"doctor_{name}")
            timeline.opened.connect(self._open_entry)
        self._timeline.acted.connect(lambda key: self._call_back(key.removeprefix("call_back:")))
        self._profile, self._consent = PropertyRows(110), PropertyRows(110)
        self._places, self._consent_changes = Places(), Timeline()
        self._places.opened.connect(lambda row_id: self.context.navigate("institution", id=row_id))
        self._places.wanted.connect(self.add_place)
        self._changes_heading = Label("", "strong")
        self._changes_heading.setContentsMargins(0, space.NEAR, 0, 0)
        self._evidence = EvidenceList(self.context)
        self._promises = OpenMatters(self._words, "doctor_keep", "doctor_answer", self._tabs)
        self._promises.kept.connect(partial(self._mark, mark_kept))
        self._promises.answered.connect(partial(self._mark, mark_answered))
        self._stack, self._card = PageStack(), Card()
        card = self._card
        profile = _stacked(self._profile, self._places)
        consent = _stacked(self._consent, self._evidence, self._changes_heading, self._consent_changes)
        tabs = (self._timeline, profile, self._promises, self._claims, consent, self._history, self.editor)
        self._tab_areas = [scrolled(widget, card) for widget in tabs]
        for area in self._tab_areas:
            self._stack.addWidget(area)
        self._nothing = Label("", "muted", wrap=True)
        self._fields = Picklist()
        self._fields.setObjectName("doctor_history_fields")
        self._fields.changed.connect(self._show_history)
        card.setMinimumHeight(theme.px(_LEAST_CARD))
        card.body.addWidget(self._kinds)
        card.body.addWidget(self._fields)
        card.body.addWidget(self._nothing)
        card.body.addWidget(self._stack, 1)
        self._tabs.currentChanged.connect(self._tab_changed)
        self._cycle, self._contact, self._consent_card = CycleCard(), ContactCard(self._words), ConsentCard()
        self._side, inner = ScrollArea(stop=False), QWidget()  # what it shows stands in the tabs too
        inner.setProperty("part", "page")
        self._side.setWidget(inner)
        side = QVBoxLayout(inner)
        side.setContentsMargins(0, 0, space.HAIR, 0)  # with the bar, twelve
        side.setSpacing(space.APART)
        for part in (self._cycle, self._contact, self._consent_card):
            part.setFixedWidth(320)
            side.addWidget(part)
        side.addStretch(1)
        self._side.setFixedWidth(320 + 12)
        self._parts = middle = QHBoxLayout()
        middle.setSpacing(space.RIM)
        middle.addWidget(card, 1)
        middle.addWidget(self._side)
        return middle

    def _bind(self) -> None:
        bind = self.context.actions.bind
        bind(self, "doctor_edit", self.edit)
        bind(self, "doctor_visit", self.visit)
        bind(self, "doctor_plan", self.plan)
        bind(self, "doctor_delete", self.delete)
        bind(self, "doctor_keep", self.keep_promise)
        bind(self, "doctor_answer", self.answer_question)
        bind(self, "doctor_evidence", self.add_evidence)
        bind(self, "doctor_compare", self._same.open)
        may_add = self.context.desk.person.role in AFFILIATION.writers
        bind(self, "doctor_place", self.add_place).setEnabled(may_add)
        self._places.add.setVisible(may_add)
        may_call = self.context.desk.person.role in CALL_BACK.writers
        bind(self, "doctor_call_back", self.call_back).setEnabled(may_call)
        self._save_action = bind(self, "doctor_save", self.editor.save)
        self._cancel_action = bind(self, "doctor_cancel", self.editor.leave)
        self._set_editing(False)

    @override
    def enter(self, **args: Any) -> None:
        row_id = str(args.get("id") or self._id)
        if row_id != self._id:
            self._view = None
            self._tabs.setCurrentIndex(TIMELINE)
            self._kinds.set_value("all")
        self._id = row_id
        self._read(edit=bool(args.get("edit")), focus=str(args.get("focus") or ""))
        self._visit.setFocus()

    @override
    def subject(self) -> tuple[str, dict[str, Any]] | None:
        return ("doctor", {"id": self._id}) if self._id else None

    @property
    @override
    def waits(self) -> bool:
        return bool(self._id) and self._view is None

    @override
    def keep(self) -> None:
        self.editor.keep_draft()

    @override
    def may_leave(self) -> bool:
        self.keep()
        if self.editing:
            self.editor.leave()
        return True

    @override
    def refresh(self, changes: ChangeSet) -> None:
        if _TOUCHED & frozenset(changes.changed):
            self._read()
            if self.editing and "doctor" in changes.changed:
                self.editor.stored_row_changed()

    @override
    def retranslate(self) -> None:
        name = str(self._view.row["name"]) if self._view else ""
        self.header.set_title(name, crumb=self.tr("客户"))
        self._edit.setAccessibleDescription(self.tr("在页面上直接修改资料"))
        self._kinds.setAccessibleName(self.tr("时间线内容"))
        self._fields.setAccessibleName(self.tr("只看一个字段的修改"))
        self.editor.retranslate()
        self._tabs.setAccessibleName(self.tr("医生资料分页"))
        self._show()

    @property
    def editing(self) -> bool:
        """Say whether the form is open."""
        return self._stack.currentIndex() == HISTORY + 1

    def edit(self) -> None:
        """Open the form in place."""
        if self._view is not None and not self.editing:
            self._start_edit("")

    def visit(self) -> None:
        """Write a visit report for this doctor."""
        if self._id:
            self.context.navigate("visit", doctor_id=self._id)

    def plan(self) -> None:
        """Plan a visit to this doctor."""
        if self._view is not None:
            PlanDialog(self.context, self, (self._id, str(self._view.row["name"]))).open()

    def keep_promise(self) -> None:
        """Lead to the promises; there, say that the first one of the person's own was kept."""
        if self._at_what_is_open() and not self._promises.keep():
            self.context.toast(lambda: self.tr("这里没有你未兑现的承诺。"))

    def answer_question(self) -> None:
        """Lead to what was asked; there, say that the latest question of the person's own visits was answered."""
        if self._at_what_is_open() and not self._promises.answer():
            self.context.toast(lambda: self.tr("这里没有你待答复的提问。"))

    def _at_what_is_open(self) -> bool:
        """Open the tab of what is open; returns whether it was open before: what a key marks is seen before."""
        if self.editing:
            return False
        before = self._tabs.currentIndex()
        self._tabs.setCurrentIndex(PROMISES)
        return before == PROMISES

    def _mark(self, mark: Callable[[PageContext, QWidget, Row], None], visit: Row) -> None:
        self._visit.setFocus()  # the button that was pressed goes
        mark(self.context, self, visit)

    def call_back(self) -> None:
        """Call back about the latest visit that can be asked about."""
        ids = self._callable()
        if ids:
            self._call_back(ids[0])
        else:
            self.context.shell.tell(RefusedError("visit_not_reported"))

    def _call_back(self, visit_id: str) -> None:
        note_call_back(self.context, self, visit_id=visit_id)

    def _callable(self) -> list[str]:
        """Return the visits that the person may call back about, the newest first."""
        me = self.context.desk.person
        if self._view is None or me.role not in CALL_BACK.writers:
            return []
        now = to_text(utc_now())
        visits = [one for one in self._view.timeline if one.record == "visit" and one.state == "submitted"]
        others = [one for one in visits if one.owner_id != me.user_id and me.name not in one.joint_with]
        return [one.id for one in others if one.at <= now]

    def add_evidence(self) -> None:
        """Attach what proves the consent."""
        if self._view is not None and not self.editing:
            self._tabs.setCurrentIndex(CONSENT)
            self._evidence.add()

    def add_place(self) -> None:
        """Ask where the doctor works too."""
        if self._view is not None and not self.editing:
            self._tabs.setCurrentIndex(PROFILE)
            PlaceDialog(self.context, self, (self._id, str(self._view.row["name"]))).open()

    def delete(self) -> None:
        """Delete the doctor; the toast takes it back."""
        if self._view is not None and not self.editing:
            self.context.submit(self, DeleteRow("doctor", self._id), self._deleted)

    def _deleted(self, outcome: Outcome) -> None:
        self._id, self._view = "", None
        self.context.navigate("customers")
        self.context.toast(lambda: self.tr("医生已删除，可以撤销"), outcome.undo_token)

    def _read(self, edit: bool = False, focus: str = "") -> None:
        row_id = self._id
        if row_id:
            self.context.ask(
                self,
                lambda reads: (reads.doctor(row_id), drafts_about(reads, row_id)),
                lambda found: self._take(*found, edit, focus),
                "doctor",
                self._gone,
            )

    def _take(self, view: DoctorView, begun: tuple[DraftLine, ...], edit: bool, focus: str) -> None:
        if view.row.id != self._id:
            return
        self._view, self._begun = view, begun
        self.header.set_title(str(view.row["name"]), crumb=self.tr("客户"))
        self._show()
        self.filled.emit()
        if edit and not self.editing:
            self._start_edit(focus)

    def _gone(self, error: BaseException) -> None:
        self.filled.emit()
        if isinstance(error, CrmdeskError) and error.code == "unknown_row" and not self._id:
            return
        self.context.shell.tell(error)
        if self._view is None or (isinstance(error, CrmdeskError) and error.code == "unknown_row"):
            # Else the doctor before stood there, and the keys meant this one.
            self._id, self._view = "", None
            self.context.navigate("customers")

    def _start_edit(self, focus: str) -> None:
        assert self._view is not None
        self._tabs.setCurrentIndex(PROFILE)
        self._set_editing(True)
        self.editor.open(self._view.row, focus)

    def _edit_closed(self) -> None:
        self._set_editing(False)
        self._edit.setFocus()

    def _set_editing(self, on: bool) -> None:
        self._stack.setCurrentIndex(HISTORY + 1 if on else self._tabs.currentIndex())
        for button in (self._edit, self._plan, self._visit):
            button.setEnabled(not on)
        self._save_action.setEnabled(on)
        self._cancel_action.setEnabled(on)
        self._give_room()
        self._show_pickers()
        self._nothing.setVisible(False)
        if not on:
            self._show_empty()

    def _give_room(self) -> None:
        """Leave out the cards in a narrow window: what they show stands in the tabs too."""
        beside = width_in_sight(self) >= theme.px(_WIDE if self.editing else _BESIDE)
        self._side.setVisible(beside)
        self._scroll_as_one()
        self._parts.setContentsMargins(
            space.EDGE, space.APART, space.BETWEEN if beside else space.EDGE, space.RIM
        )  # beside, its scroll bar has the rest

    def _scroll_as_one(self) -> None:
        """Let the page alone scroll where the window is too low for it: card and cards would scroll within it."""
        low = self._card.mapTo(self, QPoint()).y() + theme.px(_LEAST_CARD) + space.RIM > height_in_sight(self)
        self._card.setMinimumHeight(0 if low else theme.px(_LEAST_CARD))  # given, it goes before what the content needs
        for area in (*self._tab_areas, self._side):
            area.show_whole(whole=low)

    @override
    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._scroll_as_one()  # what stands above the card became higher, or lower
        return done

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room()

    def _show_pickers(self) -> None:
        index = self._tabs.currentIndex()
        self._kinds.setVisible(not self.editing and index == TIMELINE)
        several = self._view is not None and bool(self._view.history)
        self._fields.setVisible(not self.editing and index == HISTORY and several)

    def _tab_changed(self, index: int) -> None:
        if self.editing:
            self.editor.leave()
        self._stack.setCurrentIndex(index)
        self._fill(index)
        self._show_pickers()
        self._show_empty()

    def _fill(self, index: int) -> None:
        """Build what a tab shows when somebody looks at it: opening a doctor builds one tab, not six."""
        view = self._view
        if view is None or index not in self._stale:
            return
        self._stale.discard(index)
        if index == TIMELINE:
            self._show_timeline()
        elif index == PROFILE:
            self._show_profile(view)
        elif index == PROMISES:
            self._promises.show_open(view.promises, view.questions, self.context.desk.person.user_id)
        elif index == CLAIMS:
            self._claims.set_rows(self._words.timeline([one for one in view.timeline if one.record == "claim"]))
        elif index == CONSENT:
            self._show_consent(view)
        elif index == HISTORY:
            self._show_history()

    def _show(self) -> None:
        self._show_tabs()
        if self._view is None:
            return
        view = self._view
        self._show_head(view)
        self._same.show_about(view.row.id, view.merges, view.duplicates)
        self._stale = set(range(HISTORY + 1))
        self._fill(self._tabs.currentIndex())
        self._cycle.show_months(view.visits_by_month)
        self._contact.show_doctor(view)
        self._consent_card.show_doctor(view.row)
        self._show_pickers()
        self._show_empty()

    def _show_head(self, view: DoctorView) -> None:
        row = view.row
        self.head.avatar.set_name(str(row["name"]))
        second = dotted(profession(row["title"], row["specialty"]), self._words.place(view.affiliations))
        chips = [
            (class_word(row["customer_class"]), "accent"),
            (language.choice_word("influence", row["influence"]), "neutral"),
            (self._words.disputed("doctor", view.conflicts), "warn"),
            (state_word(row.sync_state) if row.sync_state != ACCEPTED else "", STATE_TONES[row.sync_state]),
            (
                "" if row["status"] in ("active", None, "") else language.choice_word("doctor_status", row["status"]),
                "neutral",
            ),
        ]
        self.head.say(str(row["name"]), second, chips, view.pinyin)

    def _show_tabs(self) -> None:
        view = self._view
        matters, fen = (len(view.promises) + len(view.questions), view.claims_fen) if view else (0, 0)
        names = [
            self.tr("时间线"), self.tr("资料"), self.tr("跟进"), self.tr("费用"), self.tr("同意与隐私"),
            self.tr("修改历史"),
        ]  # fmt: skip
        whole = list(names)
        if matters:
            whole[PROMISES] = self.tr("跟进 {count}").format(count=matters)
        if fen:
            whole[CLAIMS] = self.tr("费用 ¥{amount}").format(amount=format_fen(fen).removesuffix(".00"))
        self._tabs.set_tabs(whole, names)

    def _show_timeline(self) -> None:
        if self._view is None:
            return
        written = {line.visit_id for line in self._begun}
        entries = [one for one in self._view.timeline if one.id not in written or one.state == "submitted"]
        counts = Counter(one.record for one in entries)
        chosen = self._kinds.value() or "all"
        kinds = [("all", self.tr("全部"))]
        names = {
            "visit": self.tr("拜访 {count}"),
            "claim": self.tr("费用 {count}"),
            "call_back": self.tr("回访 {count}"),
        }
        kinds += [(one, name.format(count=counts[one])) for one, name in names.items() if counts[one]]
        self._kinds.set_choices(kinds)
        self._kinds.set_value(chosen if chosen in dict(kinds) else "all")
        wanted = self._kinds.value()
        shown = [one for one in entries if wanted in ("all", one.record)]
        begun = [self._words.begun(line) for line in self._begun] if wanted in ("all", "visit") else []
        self._timeline.set_rows([*begun, *self._words.timeline(shown, self._callable())])

    def _show_history(self) -> None:
        """Show the changes, of all fields or of the one chosen."""
        if self._view is None:
            return
        entries = self._view.history
        names = list(dict.fromkeys(name for one in entries for name in one.changes))
        chosen = self._fields.value() or "all"
        self._fields.set_choices(
            [("all", self.tr("全部")), *((one, language.field_word("doctor", one)) for one in names)]
        )
        self._fields.set_value(chosen if chosen in names else "all")
        wanted = self._fields.value()
        self._history.show_history(self._view.row, _about(entries, {wanted} if wanted != "all" else set(names)))
        about = _about(entries, {"consent", "consent_on", "consent_evidence"})
        consent = self._words.history(self._view.row, about, ())
        self._consent_changes.set_rows(consent)
        self._changes_heading.setVisible(bool(consent))

    def _show_profile(self, view: DoctorView) -> None:
        changed = self._words.last_changes(view.history)
        with self._profile.filling():
            for name in _PROFILE_FIELDS:
                value, word = self._words.value(DOCTOR.field(name), view.row[name]), language.field_word("doctor", name)
                self._profile.add(word, value, "", "warn", f"doctor_profile_{name}", changed.get(name, ""))
            own_rows(self._profile, self._words, view.row, view.conflicts, changed)
        self._places.show_doctor(view)

    def _show_consent(self, view: DoctorView) -> None:
        """Show what the doctor agreed to, what proves it, and how it changed."""
        changed = self._words.last_changes(view.history)
        with self._consent.filling():
            for name in ("consent", "consent_on", "consent_evidence"):
                value = self._words.value(DOCTOR.field(name), view.row[name])
                self._consent.add(language.field_word("doctor", name), value, hint=changed.get(name, ""))
            self._consent.add(self.tr("用途"), self.tr("学术信息沟通；撤回同意后立即停止使用相应方式"))
        self._evidence.show_doctor(view)
        changes = _about(view.history, {"consent", "consent_on", "consent_evidence"})
        self._consent_changes.set_rows(self._words.history(view.row, changes, ()))
        self._changes_heading.setText(self.tr("同意的变化"))
        self._changes_heading.setVisible(bool(changes))

    def _show_empty(self) -> None:
        view = self._view
        texts: dict[int, tuple[bool, str]] = {}
        if view is not None and not self.editing:
            texts = {
                TIMELINE: (bool(view.timeline or self._begun), self.tr("还没有拜访。按 V 写第一份报告。")),
                CLAIMS: (any(one.record == "claim" for one in view.timeline), self.tr("没有与这位医生有关的费用。")),
                HISTORY: (
                    bool(view.history),
                    self.tr("没有修改记录。同步之后，每次修改由谁、何时、改了什么都在这里。"),
                ),
            }
        full, text = texts.get(self._tabs.currentIndex(), (True, ""))
        self._nothing.setText(text)
        self._nothing.setVisible(not full)

    def _open_entry(self, key: str) -> None:
        record, _colon, row_id = key.partition(":")
        if record == "visit":
            self.context.navigate("visit", id=row_id)
        elif record == "claim":
            self.context.navigate("expenses", id=row_id)
        elif record == "call_back":
            show_call_back(self.context, self, row_id)
