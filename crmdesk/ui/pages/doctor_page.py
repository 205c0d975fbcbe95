"""The Doctor page: who it is at the top, tabs for what happened and what is known, cards for what is asked most."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.money import format_fen
from crmdesk.domain.records import DOCTOR
from crmdesk.services.commands import ChangeSet, DeleteRow, Outcome
from crmdesk.services.views import ACCEPTED, DoctorView
from crmdesk.ui import language, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import CustomerWords, class_word, dotted, profession
from crmdesk.ui.pages.doctor_cards import ConsentCard, ContactCard, CycleCard, PromiseList
from crmdesk.ui.pages.doctor_editor import RowEditor
from crmdesk.ui.pages.history_list import HistoryList
from crmdesk.ui.pages.page import Page
from crmdesk.ui.pages.plan_dialog import PlanDialog
from crmdesk.ui.parts.avatar import Avatar
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import STATE_TONES, Chip, Picklist, state_word
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.property_rows import PropertyRows
from crmdesk.ui.parts.tabs import Tabs
from crmdesk.ui.parts.timeline import Timeline

TIMELINE, PROFILE, PROMISES, CLAIMS, CONSENT, HISTORY = range(6)
_WIDE = 1000
"""Width at 100 % from which the form and the cards beside it have room."""
_TOUCHED = frozenset({"doctor", "affiliation", "institution", "department", "visit", "claim", "conflict", "audit_entry",
                      "outbox", "needs_you"})  # fmt: skip
_PROFILE_FIELDS = ("title", "specialty", "customer_class", "influence", "good_at", "preferred_time",
                   "preferred_channel",
                   "tags", "note", "status")  # fmt: skip


def spoken(pinyin: str) -> str:
    """Return pinyin as names are written: `zeng qing hua` → `Zeng Qinghua`."""
    parts = pinyin.split()
    return " ".join(part.capitalize() for part in (parts[0], "".join(parts[1:])) if part) if parts else ""


def scrolled(inner: QWidget) -> QScrollArea:
    """Return a widget on a card's ground that scrolls when it is higher than the card."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    holder = QFrame()
    holder.setProperty("part", "surface")
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 8, 0)
    layout.addWidget(inner)
    layout.addStretch(1)
    area.setWidget(holder)
    return area


class DoctorPage(Page):
    """Everything about one doctor."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._id = ""
        self._view: DoctorView | None = None
        self._words = CustomerWords(self)
        self.editor = RowEditor(context, "doctor")
        self.editor.closed.connect(self._edit_closed)
        self.body.addWidget(self._head())
        self.body.addLayout(self._middle(), 1)
        self._bind()
        self.retranslate()

    def _head(self) -> QWidget:
        head = QWidget()
        self._avatar = Avatar(48)
        self._name, self._pinyin = Label("", "subject"), Label("", "faint")
        self._name.setObjectName("doctor_name_label")
        self._chips = [Chip(parent=head) for _place in range(5)]
        self._second = ElidedLabel("", "secondary")
        self._edit = Button.for_action("doctor_edit")
        self._edit.clicked.connect(self.edit)
        self._plan = Button.for_action("doctor_plan", icon_name="plus")
        self._plan.clicked.connect(self.plan)
        self._visit = Button.for_action("doctor_visit", PRIMARY)
        self._visit.clicked.connect(self.visit)
        first = QHBoxLayout()
        first.setSpacing(10)
        for widget in (self._name, self._pinyin, *self._chips):
            first.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        first.addStretch(1)
        lines = QVBoxLayout()
        lines.setSpacing(1)
        lines.addLayout(first)
        lines.addWidget(self._second)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self._avatar)
        row.addLayout(lines, 1)
        for button in (self._edit, self._plan, self._visit):
            row.addWidget(button)
        self._tabs = Tabs()
        self._tabs.setObjectName("doctor_tabs")
        outer = QVBoxLayout(head)
        outer.setContentsMargins(24, 20, 24, 0)
        outer.setSpacing(8)
        outer.addLayout(row)
        outer.addWidget(self._tabs)
        rule = QFrame()
        rule.setProperty("part", "rule")
        rule.setFixedHeight(1)
        outer.addSpacing(-9)
        outer.addWidget(rule)
        return head

    def _middle(self) -> QHBoxLayout:
        self._kinds = Picklist()
        self._kinds.setObjectName("doctor_timeline_kinds")
        self._kinds.changed.connect(self._show_timeline)
        self._timeline, self._claims, self._history = Timeline(), Timeline(), HistoryList(self.context, "doctor")
        for name, timeline in (("timeline", self._timeline), ("claims", self._claims)):
            timeline.setObjectName(f"doctor_{name}")
            timeline.opened.connect(self._open_entry)
        self._profile, self._consent = PropertyRows(110), PropertyRows(110)
        self._promises = PromiseList(self._words)
        self._stack = QStackedWidget()
        for widget in (self._timeline, self._profile, self._promises, self._claims, self._consent, self._history):
            self._stack.addWidget(scrolled(widget))
        self._stack.addWidget(scrolled(self.editor))
        self._nothing = Label("", "muted", wrap=True)
        card = Card()
        card.body.addWidget(self._kinds)
        card.body.addWidget(self._nothing)
        card.body.addWidget(self._stack, 1)
        self._tabs.currentChanged.connect(self._tab_changed)
        self._cycle, self._contact, self._consent_card = CycleCard(), ContactCard(self._words), ConsentCard()
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(16)
        for part in (self._cycle, self._contact, self._consent_card):
            part.setFixedWidth(320)
            side.addWidget(part)
        side.addStretch(1)
        middle = QHBoxLayout()
        middle.setContentsMargins(24, 16, 24, 20)
        middle.setSpacing(20)
        middle.addWidget(card, 1)
        middle.addWidget(self._side)
        return middle

    def _bind(self) -> None:
        bind = self.context.actions.bind
        bind(self, "doctor_edit", self.edit)
        bind(self, "doctor_visit", self.visit)
        bind(self, "doctor_plan", self.plan)
        bind(self, "doctor_delete", self.delete)
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
    def may_leave(self) -> bool:
        self.editor.keep_draft()
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

    def delete(self) -> None:
        """Delete the doctor; the toast takes it back."""
        if self._id and not self.editing:
            self.context.submit(self, DeleteRow("doctor", self._id), self._deleted)

    def _deleted(self, outcome: Outcome) -> None:
        self._id, self._view = "", None
        self.context.navigate("customers")
        self.context.toast(self.tr("医生已删除，可以撤销"), outcome.undo_token)

    def _read(self, edit: bool = False, focus: str = "") -> None:
        row_id = self._id
        if row_id:
            self.context.ask(
                self,
                lambda reads: reads.doctor(row_id),
                lambda view: self._take(view, edit, focus),
                "doctor",
                self._gone,
            )

    def _take(self, view: DoctorView, edit: bool, focus: str) -> None:
        if view.row.id != self._id:
            return
        self._view = view
        self.header.set_title(str(view.row["name"]), crumb=self.tr("客户"))
        self._show()
        if edit and not self.editing:
            self._start_edit(focus)

    def _gone(self, error: BaseException) -> None:
        if isinstance(error, CrmdeskError) and error.code == "unknown_row" and not self._id:
            return
        self.context.shell.tell(error)
        if isinstance(error, CrmdeskError) and error.code == "unknown_row":
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
        self._side.setVisible(not on or self.width() >= theme.px(_WIDE))  # a narrow window gives the form its room
        self._stack.setCurrentIndex(HISTORY + 1 if on else self._tabs.currentIndex())
        for button in (self._edit, self._plan, self._visit):
            button.setEnabled(not on)
        self._save_action.setEnabled(on)
        self._cancel_action.setEnabled(on)
        self._kinds.setVisible(not on and self._tabs.currentIndex() == TIMELINE)
        self._nothing.setVisible(False)
        if not on:
            self._show_empty()

    def _tab_changed(self, index: int) -> None:
        if self.editing:
            self.editor.leave()
        self._stack.setCurrentIndex(index)
        self._kinds.setVisible(index == TIMELINE)
        self._show_empty()

    def _show(self) -> None:
        self._show_tabs()
        if self._view is None:
            return
        view = self._view
        self._show_head(view)
        self._show_timeline()
        self._claims.set_rows(self._words.timeline([one for one in view.timeline if one.record == "claim"]))
        self._history.show_history(view.row, view.history)
        self._promises.show_promises(view.promises)
        self._show_profile(view)
        self._cycle.show_months(view.visits_by_month)
        self._contact.show_doctor(view)
        self._consent_card.show_doctor(view.row)
        self._show_empty()

    def _show_head(self, view: DoctorView) -> None:
        row = view.row
        self._avatar.set_name(str(row["name"]))
        self._name.setText(str(row["name"]))
        self._pinyin.setText(spoken(view.pinyin))
        self._second.setText(dotted(profession(row["title"], row["specialty"]), self._words.place(view.affiliations)))
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
        for chip, (text, tone) in zip(self._chips, chips, strict=True):
            chip.set(text, tone)

    def _show_tabs(self) -> None:
        view = self._view
        promises, fen = (len(view.promises), view.claims_fen) if view else (0, 0)
        self._tabs.set_tabs([
            self.tr("时间线"), self.tr("资料"),
            self.tr("承诺 {count}").format(count=promises) if promises else self.tr("承诺"),
            self.tr("费用 ¥{amount}").format(amount=format_fen(fen).removesuffix(".00")) if fen else self.tr("费用"),
            self.tr("同意与隐私"), self.tr("修改历史"),
        ])  # fmt: skip

    def _show_timeline(self) -> None:
        if self._view is None:
            return
        entries = self._view.timeline
        visits = sum(1 for one in entries if one.record == "visit")
        chosen = self._kinds.value() or "all"
        kinds = [("all", self.tr("全部"))]
        if visits:
            kinds.append(("visit", self.tr("拜访 {count}").format(count=visits)))
        if len(entries) > visits:
            kinds.append(("claim", self.tr("费用 {count}").format(count=len(entries) - visits)))
        self._kinds.set_choices(kinds)
        self._kinds.set_value(chosen if chosen in dict(kinds) else "all")
        wanted = self._kinds.value()
        self._timeline.set_rows(self._words.timeline([one for one in entries if wanted in ("all", one.record)]))

    def _show_profile(self, view: DoctorView) -> None:
        self._profile.clear()
        for name in _PROFILE_FIELDS:
            field = DOCTOR.field(name)
            self._profile.add(language.field_word("doctor", name), self._words.value(field, view.row[name]), "", "warn",
                              f"doctor_profile_{name}")  # fmt: skip
        for one in view.affiliations:
            place = dotted(one.institution_name, one.department_name, one.duty)
            self._profile.add(
                language.record_word("affiliation"), place, self.tr("主要") if one.is_primary else "", "neutral"
            )
        self._consent.clear()
        for name in ("consent", "consent_on", "consent_evidence"):
            self._consent.add(
                language.field_word("doctor", name), self._words.value(DOCTOR.field(name), view.row[name])
            )
        self._consent.add(self.tr("用途"), self.tr("学术信息沟通；撤回同意后立即停止使用相应方式"))

    def _show_empty(self) -> None:
        view = self._view
        texts: dict[int, tuple[bool, str]] = {}
        if view is not None and not self.editing:
            texts = {
                TIMELINE: (bool(view.timeline), self.tr("还没有拜访。按 V 写第一份报告。")),
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
