"""The claim while it is a draft: subject, visit or reason, people, lines; what is typed is kept within a second."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.domain.claims import Lack, lacking
from crmdesk.domain.money_records import CLAIM
from crmdesk.services.views import ClaimView, Hit
from crmdesk.ui import language, space
from crmdesk.ui.pages.claim_faults import fault_word
from crmdesk.ui.pages.claim_line_editor import ClaimLineEditor
from crmdesk.ui.pages.claim_words import yuan
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.edit_session import same
from crmdesk.ui.pages.meanwhile_view import MeanwhileView
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.row_picker import RowPicker
from crmdesk.ui.parts.text_field import TextLine, mark_wrong

BASE = "base"
"""Where a draft keeps what was seen of the claim when it was written."""
KEEP_AFTER_MS = 700
_CONTENT = ("title", "visit_id", "reason", "attendees", "lines", "currency")


class ClaimEditor(QWidget):
    """Edits one claim. `kept(values, raw)`: whole values to save, or None with the raw texts for the draft.

    `totalled` says that `total_fen` may be another one.
    `faulty(lacks)`: what is still missing, told anew after each edit once it was asked for.
    `taken_off(values, names)`: whole values to save from which a line is gone, or these doctors are for good; what was
    typed before has been given by `kept`, so that the saving can be undone by itself.
    """

    kept = Signal(object, object)
    totalled = Signal()
    attach_to = Signal(int)
    search_doctors = Signal(str)
    faulty = Signal(object)
    taken_off = Signal(object, list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.claim_id = ""
        self.dirty = False
        self._loading = self._marking = False
        self._earlier: list[dict[str, Any]] = []
        self._visit_id: str | None = None
        self._doctors: dict[str, str] = {}
        self._found: dict[str, str] = {}
        self._offered: dict[str, dict[str, str]] = {}  # by claim: who was taken off can be put on again
        self._off: set[str] = set()  # offered, but not proposed for a new line
        self._before: tuple[set[str], dict[str, Any] | None] = (set(), None)
        self.base: dict[str, Any] = {}
        self.meanwhile = MeanwhileView(CLAIM, CustomerWords(self))
        self.meanwhile.picked.connect(lambda name, value: self._put({name: value}))
        self.meanwhile.decided.connect(self._changed)
        self.lines: list[ClaimLineEditor] = []
        self.title_edit, self.reason, self.attendees = (TextLine() for _ in range(3))
        for name, edit in (("title", self.title_edit), ("reason", self.reason), ("attendees", self.attendees)):
            edit.setObjectName(f"claim_{name}_edit")
            edit.textEdited.connect(self._changed)
        self.title_edit.setMaxLength(200)
        self.reason.setMaxLength(500)
        self.attendees.setMaxLength(1000)
        self.doctor_picker = RowPicker("claim_doctor", self.search_doctors.emit)
        self.doctor_picker.picked.connect(self._add_doctor)
        self._visit = Label("", "body", wrap=True)
        self._labels = {name: Label("", "muted") for name in ("title", "visit", "reason", "attendees", "doctor")}
        self._errors = {name: Label("", "bad", wrap=True) for name in ("title", "visit_id")}
        for name, label in self._errors.items():
            label.setObjectName(f"claim_{name}_error")
            label.hide()
        self.total = Label("", "strong")
        self.total.setObjectName("claim_editor_total")
        self.add_line_button = Button.for_action("expenses_add_line", small=True, icon_name="plus")
        self.add_line_button.clicked.connect(lambda: self.add_line())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        head = Card()
        grid = QGridLayout()
        grid.setHorizontalSpacing(space.BETWEEN)
        grid.setVerticalSpacing(space.INSIDE)
        grid.setColumnMinimumWidth(0, 76)
        grid.setColumnStretch(1, 1)
        places = {"title": self.title_edit, "visit": self._visit, "reason": self.reason, "attendees": self.attendees}
        for row, (name, widget) in enumerate({**places, "doctor": self.doctor_picker}.items()):
            grid.addWidget(self._labels[name], 2 * row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(widget, 2 * row, 1)
        for row, name in ((1, "title"), (5, "visit_id")):  # below the subject, and below the reason
            grid.addWidget(self._errors[name], row, 1)
        head.body.addLayout(grid)
        self._lines_card = Card()
        self._lines_layout = QVBoxLayout()
        self._lines_layout.setSpacing(0)
        self._lines_card.body.addLayout(self._lines_layout)
        foot = QHBoxLayout()
        foot.addWidget(self.add_line_button)
        foot.addStretch(1)
        foot.addWidget(self.total)
        self._lines_card.body.addLayout(foot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.APART)
        layout.addWidget(self.meanwhile)
        layout.addWidget(head)
        layout.addWidget(self._lines_card)

    def retranslate(self) -> None:
        """Set the words anew."""
        for name, field in (
            ("title", "title"),
            ("visit", "visit_id"),
            ("reason", "reason"),
            ("attendees", "attendees"),
        ):
            self._labels[name].setText(language.field_word("claim", field))
        self._labels["doctor"].setText(self.tr("添加医生"))
        self.title_edit.setAccessibleName(language.field_word("claim", "title"))
        self.reason.setAccessibleName(language.field_word("claim", "reason"))
        self.attendees.setAccessibleName(language.field_word("claim", "attendees"))
        self.doctor_picker.edit.setAccessibleName(self.tr("添加医生"))
        self.doctor_picker.edit.setPlaceholderText(self.tr("姓名、拼音或医院"))
        self._lines_card.set_heading(self.tr("明细"))
        self.meanwhile.retranslate()
        for line in self.lines:
            line.retranslate()
        self._show_total()
        if self._marking:
            self.mark_faults()

    def load(self, view: ClaimView, draft: Mapping[str, Any] | None) -> None:
        """Show a claim; a draft (texts typed but not yet whole) goes before what is saved, and meets what is new."""
        self._loading = True
        self._timer.stop()
        self.claim_id = view.row.id
        base = (draft or {}).get(BASE)
        self.meanwhile.begin({**_content(view), **(base if isinstance(base, Mapping) else {})})
        self._earlier = []
        content: Mapping[str, Any] = draft or _content(view)
        self._visit_id = view.row["visit_id"]
        self._doctors = dict(view.doctor_names) | self._offered.get(self.claim_id, {})
        self._offered[self.claim_id] = self._doctors
        self._off = set(self._doctors) - set(view.doctor_names)
        self._visit.setText(view.visit_title)
        pairs: tuple[tuple[str, QWidget], ...] = (("visit", self._visit), ("reason", self.reason))
        for name, shown in pairs:
            wanted = bool(self._visit_id) == (name == "visit")
            shown.setVisible(wanted)
            self._labels[name].setVisible(wanted)
        for name, edit in (("title", self.title_edit), ("reason", self.reason), ("attendees", self.attendees)):
            edit.setText(str(content.get(name) or ""))
        at = next((at for at, line in enumerate(self.lines) if line.isAncestorOf(self.focusWidget() or self)), -1)
        self._show_lines(content.get("lines") or [])
        if at >= 0:  # else Qt gives the keys to 'Submit', and Enter submits
            self.lines[min(at, len(self.lines) - 1)].amount.setFocus(Qt.FocusReason.OtherFocusReason)
        self.dirty = draft is not None
        self._before = (self._taking_part(), self.values())
        self._loading = False
        if self._marking:
            self._clear_faults()
        self._show_total()
        if self.dirty and not self.holds(view):
            self.meet(view)

    @property
    def _saved(self) -> dict[str, Any]:
        """What was seen of the claim, with what is on its way into the store."""
        return self.meanwhile.seen or {}

    def holds(self, view: ClaimView) -> bool:
        """Say whether the editor knows this claim as it is, perhaps with edits of its own on top."""
        shown = _content(view)
        # A read that began before the newest save was committed answers with what the editor itself has replaced since.
        return self.claim_id == view.row.id and (shown == self._saved or shown in self._earlier)

    def meet(self, view: ClaimView) -> None:
        """Let what the claim holds by now come into what is being written; what both changed is asked about."""
        theirs, mine = _content(view), self.values()
        if mine is None:  # as long as a line can't be read, the lines wait for each other
            theirs["lines"] = self._saved.get("lines")
            mine = {name: edit.text().strip() for name, edit in self._texts().items()}
        self._doctors |= view.doctor_names
        self.meanwhile.names = self._doctors
        met = self.meanwhile.meet(view.row, theirs, mine)
        self._earlier = []
        self._put({name: met.values[name] for name in mine if name in met.news})
        self.dirty = self.values() is None or any(not same(met.values[name], theirs[name]) for name in mine)
        if self.dirty and not self._timer.isActive():
            self._timer.start()

    def take_back(self, base: Mapping[str, Any]) -> None:
        """Take note that what was saved against this base was refused: it is still to be saved."""
        self.meanwhile.seen = {**self._saved, **base}
        self.dirty = True
        self._timer.start()

    def _texts(self) -> dict[str, TextLine]:
        return {"title": self.title_edit, "reason": self.reason, "attendees": self.attendees}

    def _put(self, values: Mapping[str, Any]) -> None:
        """Show these values; what holds them already is left alone, with whoever is typing in it."""
        self._loading = True
        for name, edit in self._texts().items():
            if name in values and not same(edit.text().strip(), values[name]):
                at = edit.cursorPosition()
                edit.setText(str(values[name] or ""))
                edit.setCursorPosition(at)
        if "lines" in values:
            self._put_lines(values["lines"] or [])
        self._before = (self._taking_part(), self.values())
        self._loading = False
        self._show_total()

    def _put_lines(self, contents: Sequence[Mapping[str, Any]]) -> None:
        """Show these lines where the lines stand; an empty one that was added here stays below them."""
        begun = [line for line in self.lines if line.begun]
        for line in begun[len(contents) :]:
            self._drop(line)
        for line in self.lines:
            line.set_doctors(list(self._doctors.items()))
        for line, content in zip(begun, contents, strict=False):
            if line.line() != content:
                line.load(content)
        empty = [line for line in self.lines if not line.begun] if contents[len(begun) :] else []
        for line in empty:
            self._drop(line)
        for content in contents[len(begun) :]:
            self.add_line(content)
        if empty or not self.lines:
            self.add_line()
        self._order()

    def _show_lines(self, lines: Sequence[Mapping[str, Any]]) -> None:
        for line in self.lines:
            self._lines_layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = []
        for content in lines:
            self.add_line(content)
        if not self.lines:
            self.add_line()
        self._order()

    def _order(self) -> None:
        """Let Tab go through the lines where the eye meets them: what is added last would come last, after 'submit'."""
        stops = [self.doctor_picker.edit, *(stop for line in self.lines for stop in line.stops), self.add_line_button]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def add_line(self, content: Mapping[str, Any] | None = None) -> ClaimLineEditor:
        """Add a line, filled or empty (the doctors of the visit are proposed)."""
        line = ClaimLineEditor(len(self.lines) + 1)
        line.set_doctors(list(self._doctors.items()))
        proposed = [one for one in self._doctors if one not in self._off]
        line.load(content if content is not None else {"doctor_ids": proposed, "staff_count": 1})
        line.changed.connect(self._changed)
        line.attach.connect(lambda: self.attach_to.emit(self.lines.index(line)))
        line.removed.connect(lambda: self._remove(line))
        line.stands_anew.connect(self._order)
        self.lines.append(line)
        self._lines_layout.addWidget(line)
        if not self._loading:
            self._order()
        if content is None and not self._loading:
            line.amount.setFocus(Qt.FocusReason.OtherFocusReason)
        return line

    def _remove(self, line: ClaimLineEditor) -> None:
        if line in self.lines:
            self._drop(line)
            self._changed(line_gone=line.begun)

    def _drop(self, line: ClaimLineEditor) -> None:
        self.lines.remove(line)
        self._lines_layout.removeWidget(line)
        line.hide()
        line.deleteLater()

    def _taking_part(self) -> set[str]:
        """Return the doctors of all lines."""
        return {one for line in self.lines for one in line.content().get("doctor_ids", ())}

    def show_doctors(self, hits: Sequence[Hit]) -> None:
        """Show what the search for a doctor found."""
        found = [(hit.id, hit.title, hit.subtitle) for hit in hits if hit.record == "doctor"]
        self._found = {row_id: name for row_id, name, _second in found}
        self.doctor_picker.show_found(found)

    def _add_doctor(self, doctor_id: str) -> None:
        if not doctor_id:
            return
        self._doctors[doctor_id] = self._found.get(doctor_id, doctor_id)
        for line in self.lines:
            chosen = [*line.doctors.values(), doctor_id]
            line.set_doctors(list(self._doctors.items()))
            line.doctors.set_values(chosen)
        self.doctor_picker.set_row("", "")
        self._changed()

    def add_receipt(self, at: int, sha256: str) -> None:
        """Hang a receipt on line `at`, -1: the first line without one."""
        if at < 0:
            at = next((index for index, line in enumerate(self.lines) if not line.has_receipt), 0)
        if at < len(self.lines):
            self.lines[at].add_receipt(sha256)

    def values(self) -> dict[str, Any] | None:
        """Return the claim as it is saved, or None while something typed can't be read yet."""
        lines = [line.line() for line in self.lines if line.begun]
        title = self.title_edit.text().strip()
        if not title or any(line is None for line in lines):
            return None
        return {
            "title": title,
            "reason": self.reason.text().strip() or None,
            "attendees": self.attendees.text().strip() or None,
            "lines": lines,
        }

    def faults(self) -> list[Lack]:
        """Return everything that is missing before the claim can be submitted, in the order of the form."""
        content = {"title": self.title_edit.text().strip(), "reason": self.reason.text(), "visit_id": self._visit_id}
        return lacking({**content, "lines": [line.content() for line in self.lines if line.begun]})

    def mark_faults(self) -> list[Lack]:
        """Say at each field what is missing, from now on until nothing is; returns it."""
        found = self.faults()
        self._marking = bool(found)
        for name, edit in (("title", self.title_edit), ("visit_id", self.reason)):
            text = next((fault_word(one) for one in found if one.field == name), "")
            self._errors[name].setText(text)
            self._errors[name].setVisible(bool(text))
            mark_wrong(edit, bool(text))
        numbers = {id(line): number for number, line in enumerate((one for one in self.lines if one.begun), 1)}
        without = [one for one in found if one.field == "lines"]
        for line in self.lines:
            number = numbers.get(id(line), -1)
            line.show_faults([one for one in found if one.line == number] or (without if line is self.lines[0] else []))
        self.faulty.emit(found)
        return found

    def _clear_faults(self) -> None:
        """Forget what another claim lacked."""
        self._marking = False
        for name, edit in (("title", self.title_edit), ("visit_id", self.reason)):
            self._errors[name].hide()
            mark_wrong(edit, False)

    def show_field(self, name: str, line: int = 0) -> None:
        """Send the focus to a field, of line `line` where that is given."""
        fields: dict[str, QWidget] = {"title": self.title_edit, "visit_id": self.reason}
        target = fields.get(name)
        if target is None and self.lines:
            # An empty line is not part of the claim: `line` counts the others.
            told = [one for one in self.lines if one.begun] or self.lines
            target = told[min(max(line, 1), len(told)) - 1].field_of(name)
            if name == "doctor_ids" and target.isHidden():  # nobody to choose from yet
                target = self.doctor_picker.edit
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def raw(self) -> dict[str, Any]:
        """Return everything typed, as it is, and what was seen when it was typed."""
        return {
            BASE: dict(self._saved),
            "title": self.title_edit.text(),
            "reason": self.reason.text(),
            "attendees": self.attendees.text(),
            "lines": [line.raw() for line in self.lines],
        }

    def keep(self) -> None:
        """Save now what is typed: the claim where it is whole, else the draft."""
        self._timer.stop()
        if not self.dirty or not self.claim_id:
            return
        values = None if self.meanwhile.undecided else self.values()
        if values is not None:
            self.settled(values)
        self.kept.emit(values, self.raw())

    def settled(self, values: Mapping[str, Any]) -> None:
        """Take note that these values are on their way into the store, to be saved against `base`."""
        self.base = {name: self._saved.get(name) for name in values}
        self._timer.stop()
        self._earlier = [*self._earlier[-9:], dict(self._saved)]
        self.meanwhile.seen = {**self._saved, **values}
        self.dirty = False

    def committed(self, values: Mapping[str, Any]) -> None:
        """Take note that these values are in the store: what reads like something earlier from now on was undone."""
        if all(self._saved.get(name) == value for name, value in values.items()):  # else more is on its way
            self._earlier = []

    def _changed(self, *_args: object, line_gone: bool = False) -> None:
        if self._loading:
            return
        self._show_total()
        if self._marking:
            self.mark_faults()
        (earlier, before), now = self._before, self._taking_part()
        self._before = (now, self.values())
        self._off = (self._off | (earlier - now)) - now
        alone = (earlier - now or line_gone) and not self.meanwhile.undecided
        if alone and before is not None and self._before[1] is not None:
            self._take_off(before, self._before[1], [self._doctors.get(one, one) for one in earlier - now])
            return
        self.dirty = True
        if not self._timer.isActive():  # begun anew by each key, it would wait for as long as somebody types
            self._timer.start()

    def _take_off(self, before: dict[str, Any], values: dict[str, Any], names: list[str]) -> None:
        """Give what is left to be saved by itself, after what was typed before."""
        if self.dirty:
            self.settled(before)
            self.kept.emit(before, self.raw())
        self.settled(values)
        self.taken_off.emit(values, names)

    def _show_total(self) -> None:
        self.total.setText(self.tr("合计 {amount}").format(amount=yuan(self.total_fen)))
        self.totalled.emit()

    @property
    def total_fen(self) -> int:
        """Return what the lines come to as they are typed, those without an amount left out."""
        lines = [line.line() for line in self.lines]
        return sum(int(line["amount_fen"]) for line in lines if line)


def _content(view: ClaimView) -> dict[str, Any]:
    """Return what the editor edits of a claim."""
    return {name: view.row[name] for name in _CONTENT}
