"""The dialog of a call-back: whom, how, when, what was asked and confirmed; its outcome decides a claim that waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain import call_backs as rules
from crmdesk.domain.call_back_record import CALL_BACK
from crmdesk.domain.clock import DEFAULT_ZONE, to_text
from crmdesk.domain.errors import CrmdeskError, InputError, RefusedError
from crmdesk.domain.picklists import PICKLISTS
from crmdesk.services.commands import Command, CorrectCallBack, NoteCallBack
from crmdesk.services.views import CallBackItem, CallBackSubject, HistoryEntry
from crmdesk.ui import language, space, theme, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.call_back_words import CallBackWords, said_done
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.date_field import DateField
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.number_box import TimeBox
from crmdesk.ui.parts.text_field import TextBox
from crmdesk.ui.parts.timeline import Timeline

_OUTCOMES = [one.code for one in PICKLISTS["call_back_outcome"]]


class CallBackDialog(SmallDialog):
    """Asks for a call-back, or shows one (`item`): its author corrects it as long as no decision rests on it.

    `seen_hash` is given where the claim waits for the result. Digits choose the outcome, Ctrl+Enter saves.
    """

    def __init__(
        self,
        context: PageContext,
        parent: QWidget,
        subject: CallBackSubject,
        seen_hash: str = "",
        item: CallBackItem | None = None,
        history: Sequence[HistoryEntry] = (),
    ) -> None:
        super().__init__(context, parent, "call_back", width=640)
        self._subject, self._seen_hash, self._item = subject, seen_hash, item
        self._words = CallBackWords(self)
        self.doctor, self.way, self.outcome = Picklist(" "), Picklist(" "), Picklist(" ")
        self.asked, self.confirmed = Picklist(" ", many=True), Picklist(" ", many=True)
        for name in ("doctor", "way", "outcome", "asked", "confirmed"):
            getattr(self, name).setObjectName(f"call_back_{name}")
        self.day = DateField("call_back_date_edit", "back")
        self.time = TimeBox("call_back_time_edit", 0)
        self.note = TextBox()
        self.note.setObjectName("call_back_note_edit")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(theme.px(58))
        self.hint, self.follows = Label("", "warn", wrap=True), Label("", "muted", wrap=True)
        self.hint.setObjectName("call_back_hint")
        self._when, self._note_word, self._history_word = Label("", "muted"), Label("", "muted"), Label("", "muted")
        self._history = Timeline()
        self._history.setObjectName("call_back_history")
        self._entries = history
        self._said: tuple[str, Mapping[str, Any], str] | None = None  # what the banner says: code, parameters, tone
        self._lay_out()
        self.way.changed.connect(self._show_hint)
        self.doctor.changed.connect(self._show_hint)
        self.outcome.changed.connect(self._show_answers)
        self.asked.changed.connect(self._show_answers)
        self.retranslate()
        self._fill()
        self._filled = self.values()
        self._lock()
        (self.doctor if not self.doctor.value() and subject.doctors else self.outcome).setFocus()

    def _lay_out(self) -> None:
        self.content.setSpacing(space.INSIDE)
        grid = QGridLayout()
        grid.setHorizontalSpacing(space.RIM)
        grid.setVerticalSpacing(space.NEAR)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        when = QVBoxLayout()
        when.setSpacing(space.TINY)
        fields = QHBoxLayout()
        fields.setSpacing(space.INSIDE)
        fields.addWidget(self.day)
        fields.addWidget(self.time)
        fields.addStretch(1)
        when.addWidget(self._when)
        when.addLayout(fields)
        when.addStretch(1)
        grid.addWidget(self.doctor, 0, 0, 1, 2)
        grid.addWidget(self.way, 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(when, 1, 1)
        self.content.addLayout(grid)
        for widget in (self.hint, self.outcome, self.asked, self.confirmed, self._note_word, self.note, self.follows):
            self.content.addWidget(widget)
        self.content.addWidget(self._history_word)
        self.content.addWidget(self._history)
        self.doctor.setVisible(bool(self._subject.doctors))

    @override
    def retranslate(self) -> None:
        heading = self.tr("回访") if self._item is None else self.tr("回访记录")
        self.say(heading, self._words.about(self._subject), self.tr("保存"))
        self.doctor.set_choices([(one.id, one.name) for one in self._subject.doctors])
        for name in ("way", "asked"):
            picklist = str(CALL_BACK.field(name).picklist)
            getattr(self, name).set_choices([(one.code, self._word(picklist, one.code)) for one in PICKLISTS[picklist]])
        self.outcome.set_choices(
            [(code, f"{number} {self._word('call_back_outcome', code)}") for number, code in enumerate(_OUTCOMES, 1)]
        )
        for name, widget in (("doctor_id", self.doctor), ("way", self.way), ("outcome", self.outcome),
                             ("asked", self.asked), ("confirmed", self.confirmed)):  # fmt: skip
            widget.set_heading(language.field_word("call_back", name))
        self._when.setText(language.field_word("call_back", "called_at"))
        self.day.set_label(self._when.text())
        self.day.retranslate()
        self.time.setAccessibleName(self._when.text())
        self._note_word.setText(language.field_word("call_back", "note"))
        self.note.setAccessibleName(self._note_word.text())
        self.note.setPlaceholderText(self.tr("有异议时写明医生怎么说；不要写电话号码"))
        self._history_word.setText(self.tr("修改历史"))
        self._history.setVisible(bool(self._entries))
        self._history_word.setVisible(bool(self._entries))
        if self._item is not None:
            self._history.set_rows(CustomerWords(self).history(self._item.row, self._entries, ()))
        self._show_answers()
        self._show_hint()
        if self._said is not None:
            self._tell(*self._said)
        if self._only_shown:
            self._cancel.setText(self.tr("关闭"))

    @property
    def _only_shown(self) -> bool:
        """A decision rests on it, or somebody else wrote it: then it is only looked at."""
        return self._item is not None and (self._item.bound or not self._item.mine)

    @staticmethod
    def _word(picklist: str, code: str) -> str:
        return language.choice_word(picklist, code)

    def _fill(self) -> None:
        """Put in what is known: the one doctor, an allowed way, now, what one would ask; or what was saved."""
        row = self._item.row if self._item is not None else None
        doctors = self._subject.doctors
        self.doctor.set_value(str(row["doctor_id"] or "") if row else doctors[0].id if len(doctors) == 1 else "")
        self.way.set_value(str(row["way"]) if row else self._open_way())
        moment = language.local(str(row["called_at"])) if row else datetime.now(ZoneInfo(DEFAULT_ZONE))
        self.day.set_value(moment.date().isoformat())
        self.time.setTime(self.time.time().fromString(moment.strftime("%H:%M"), "HH:mm"))
        self.outcome.set_value(str(row["outcome"]) if row else "")
        self.asked.set_values((row["asked"] or ()) if row else self._subject.points)
        self._show_answers()
        self.confirmed.set_values((row["confirmed"] or ()) if row else ())
        self.note.setPlainText(str(row["note"] or "") if row else "")
        self._show_hint()

    def _open_way(self) -> str:
        consent = self._consent()
        return "phone" if "phone" in consent else "face_to_face"

    def _consent(self) -> frozenset[str]:
        """Return the channels of the doctor chosen; before one is chosen, what all of them agreed to."""
        chosen = [one for one in self._subject.doctors if one.id == self.doctor.value()] or self._subject.doctors
        return frozenset.intersection(*(one.consent for one in chosen)) if chosen else frozenset(rules.CONSENT)

    def _lock(self) -> None:
        """Shut what is given once, and everything of what is only shown."""
        if self._item is None:
            return
        self.doctor.setEnabled(False)
        if self._only_shown:
            for widget in (self.way, self.day, self.time, self.outcome, self.asked, self.confirmed):
                widget.setEnabled(False)
            self.note.setReadOnly(True)
            self.save_button.hide()
            if self._item.bound:
                self._tell("call_back_bound", {}, "info")

    def _show_hint(self) -> None:
        """Say at once, with the reason, that a way is closed."""
        try:
            rules.check_consent(self.way.value(), [self._consent()])
            self.hint.setText("")
        except RefusedError as refusal:
            self.hint.setText(words.error_sentence(refusal))
        self.hint.setVisible(bool(self.hint.text()))

    def _show_answers(self) -> None:
        """Ask only for what the outcome needs: what was confirmed is a question where something was not."""
        outcome = self.outcome.value()
        answered = not outcome or outcome in rules.EVENTS
        self.asked.setVisible(answered)
        disputed = outcome == rules.Outcome.DISPUTED
        self.confirmed.setVisible(disputed)
        if disputed:
            asked = self.asked.values()
            points = [one.code for one in PICKLISTS["call_back_point"] if one.code in asked]
            self.confirmed.set_choices([(code, self._word("call_back_point", code)) for code in points])
        self.follows.setText(self._words.follows(outcome) if self._seen_hash and outcome else "")
        self.follows.setVisible(bool(self.follows.text()))

    def values(self) -> dict[str, Any]:
        """Return what was filled in, by field."""
        outcome = self.outcome.value()
        asked = self.asked.values() if outcome in rules.EVENTS else []
        confirmed = {rules.Outcome.CONFIRMED.value: asked, rules.Outcome.DISPUTED.value: self.confirmed.values()}
        return {
            "doctor_id": self.doctor.value() or None,
            "called_at": self._called_at(),
            "way": self.way.value(),
            "outcome": outcome,
            "asked": asked,
            "confirmed": confirmed.get(outcome, []),
            "note": self.note.toPlainText().strip(),
        }

    def _called_at(self) -> str:
        day = self.day.value() or datetime.now(ZoneInfo(DEFAULT_ZONE)).date().isoformat()
        clock = self.time.time().toString("HH:mm")
        return to_text(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(DEFAULT_ZONE)))

    @override
    def save(self) -> None:
        if self.save_button.isHidden():
            return
        outcome = self.outcome.value()
        if not outcome:
            self.tell(InputError("required", field="outcome"))
            return
        decides = bool(self._seen_hash)
        self.submit(self._command(), lambda: said_done(outcome, decides))

    @override
    def tell(self, error: BaseException) -> None:
        if isinstance(error, CrmdeskError):
            if error.code == "changed_meanwhile" and self._item is not None:
                row_id = self._item.row.id
                self.context.ask(self, lambda reads: reads.call_back_as_noted(row_id), self._meet, "meanwhile")
            self._tell(error.code, error.params)
            self._go_to(str(error.params.get("field") or ""))
        else:
            super().tell(error)

    def _meet(self, found: tuple[CallBackItem, CallBackSubject, Sequence[HistoryEntry]]) -> None:
        """Take over what was corrected elsewhere where nothing was changed here; the history says by whom."""
        mine, before = self.values(), self._filled
        self._item, self._subject, self._entries = found
        self._fill()
        self._filled = self.values()
        kept = {name: one for name, one in mine.items() if one != before[name]}
        for name, widget in (("way", self.way), ("outcome", self.outcome)):
            widget.set_value(str(kept.get(name, self._filled[name])))
        self.asked.set_values(kept.get("asked", self._filled["asked"]))
        self._show_answers()
        self.confirmed.set_values(kept.get("confirmed", self._filled["confirmed"]))
        self.note.setPlainText(str(kept.get("note", self._filled["note"])))
        if "called_at" in kept:
            moment = language.local(str(kept["called_at"]))
            self.day.set_value(moment.date().isoformat())
            self.time.setTime(self.time.time().fromString(moment.strftime("%H:%M"), "HH:mm"))
        self.retranslate()

    def _go_to(self, name: str) -> None:
        """Give the keys to the field that an error names."""
        fields = {
            "called_at": self.day,
            **{one: getattr(self, one) for one in ("way", "outcome", "asked", "confirmed")},
        }
        field = (fields | {"doctor_id": self.doctor, "note": self.note}).get(name)
        if field is not None:
            field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self, code: str, params: Mapping[str, Any], tone: str = "warn") -> None:
        """Say it in the banner, anew after a switch of language."""
        self._said = (code, dict(params), tone)
        self.banner.say(words.sentence(code, {"record": CALL_BACK.name, **params}), tone)

    def _command(self) -> Command:
        if self._item is not None:
            row = self._item.row
            given = {name: one for name, one in self.values().items() if name != "doctor_id"}
            given = {name: row[name] if one == self._filled[name] else one for name, one in given.items()}
            return CorrectCallBack(row.id, given, row.revision, {name: row[name] for name in given})
        about = {"claim_id": self._subject.claim_id, "visit_id": self._subject.visit_id}
        return NoteCallBack(self.values() | about, self._seen_hash)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = int(event.text()) if event.text().isdecimal() and len(event.text()) == 1 else 0
        if 1 <= at <= len(_OUTCOMES) and self.outcome.isEnabled() and not self.note.hasFocus():
            self.outcome.choose(_OUTCOMES[at - 1])
        else:
            super().keyPressEvent(event)


def note_call_back(
    context: PageContext, page: QWidget, *, claim_id: str = "", visit_id: str = "", seen_hash: str = ""
) -> None:
    """Open the dialog for a call-back about a claim or visit; whoever may not call is told why."""

    def show(subject: CallBackSubject) -> None:
        if subject.refusal:
            context.shell.tell(RefusedError(subject.refusal))
        else:
            CallBackDialog(context, page, subject, seen_hash).open()

    context.ask(page, lambda reads: reads.call_back_subject(claim_id, visit_id), show, "call_back")


def show_call_back(context: PageContext, page: QWidget, row_id: str) -> None:
    """Open a call-back as it was noted, with its history."""

    def show(found: tuple[CallBackItem, CallBackSubject, Sequence[HistoryEntry]]) -> None:
        item, subject, history = found
        CallBackDialog(context, page, subject, "", item, history).open()

    context.ask(page, lambda reads: reads.call_back_as_noted(row_id), show, "call_back")
