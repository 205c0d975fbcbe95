"""One line of a claim while it is edited: category, date, amount, words, fapiao, people, receipts."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIntValidator, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain import picklists
from crmdesk.domain.claims import Lack
from crmdesk.domain.errors import InputError
from crmdesk.domain.money import format_fen, parse_fen
from crmdesk.ui import language, space, theme
from crmdesk.ui.pages.claim_faults import fault_word, line_word
from crmdesk.ui.parts.buttons import PLAIN, QUIET, Button
from crmdesk.ui.parts.chips import Chip, Picklist
from crmdesk.ui.parts.date_field import DateField, today
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.text_field import TextLine, mark_wrong

_PEOPLE = frozenset({"meal", "speaker_fee", "venue", "other"})
_MOST_STAFF = 200
_AMOUNT_PX, _STAFF_PX = 110, 56
_FAPIAO_DIGITS, _INSETS = 20, 28
"""What a field for a fapiao's number shows whole."""
_LEAST_WORDS = 150
"""The least that is left for what was paid for: with less of it, words and numbers stand below each other."""


class ClaimLineEditor(QFrame):
    """Fields of one line; `changed` at each edit, `attach` and `removed` when asked for, `stands_anew` by its rows."""

    changed = Signal()
    attach = Signal()
    removed = Signal()
    stands_anew = Signal()

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "line")
        self._receipts: list[str] = []
        self._lacks: Sequence[Lack] = ()
        name = f"line_{number}"
        self.setObjectName(name)
        self.category = DropDown()
        self.category.setObjectName(f"{name}_category_combo")
        self.spent_on = DateField(f"{name}_date_field", "back")
        self.spent_on.set_value(today().isoformat())
        self.amount, self.description, self.fapiao = (TextLine() for _ in range(3))
        for part, edit in (("amount", self.amount), ("description", self.description), ("fapiao", self.fapiao)):
            edit.setObjectName(f"{name}_{part}_edit")
            edit.textEdited.connect(self.changed)
        self.amount.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.amount.setFixedWidth(theme.px(_AMOUNT_PX))
        self.description.setMaxLength(300)
        self.fapiao.setMaxLength(40)
        self.fapiao.setMinimumWidth(QFontMetrics(theme.font()).horizontalAdvance("0" * _FAPIAO_DIGITS) + _INSETS)
        self.staff = TextLine("1")
        self.staff.setObjectName(f"{name}_staff_edit")
        self.staff.setValidator(QIntValidator(0, _MOST_STAFF, self.staff))
        self.staff.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.staff.setFixedWidth(theme.px(_STAFF_PX))
        self.doctors = Picklist(many=True)
        self.doctors.setObjectName(f"{name}_doctors")
        self.receipt_chip = Chip("", "ok", self)
        self.attach_button = Button("", PLAIN, icon_name="attach", small=True)
        self.attach_button.setObjectName(f"{name}_attach_button")
        self.take_off_button = Button("", QUIET, small=True)
        self.take_off_button.setObjectName(f"{name}_take_off_button")
        self.remove_button = Button("", QUIET, icon_name="close", small=True)
        self.remove_button.setObjectName(f"{name}_remove_button")
        self._people_label, self._staff_label, self._nobody = (Label("", "muted") for _ in range(3))
        self._error = Label("", "bad", wrap=True)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        self._words = QWidget()
        words = QHBoxLayout(self._words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(space.INSIDE)
        words.addWidget(self.description, 1)
        words.addWidget(self.fapiao, 1)
        self._first = first = QHBoxLayout()
        first.setSpacing(space.INSIDE)
        first.addWidget(self.category)
        first.addWidget(self.spent_on)
        first.addWidget(self._words, 1)
        first.addWidget(self.amount)
        first.addWidget(self.remove_button)
        self._gap = QWidget(self)  # keeps the place of the words while they have a row of their own
        self._gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._gap.hide()
        self._second = QWidget()
        second = QHBoxLayout(self._second)
        second.setContentsMargins(0, 0, 0, 0)
        second.setSpacing(space.INSIDE)
        second.addWidget(self._people_label)
        second.addWidget(self.doctors, 1, Qt.AlignmentFlag.AlignVCenter)
        second.addWidget(self._nobody, 1)
        second.addWidget(self._staff_label)
        second.addWidget(self.staff)
        third = QHBoxLayout()
        third.setSpacing(space.INSIDE)
        third.addWidget(self.attach_button)
        third.addWidget(self.receipt_chip)
        third.addWidget(self.take_off_button)
        third.addWidget(self._error, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, space.INSIDE, 0, space.INSIDE)
        layout.setSpacing(space.INSIDE)
        layout.addLayout(first)
        layout.addWidget(self._second)
        layout.addLayout(third)
        self._rows, self._apart = layout, False

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Give the words a row of their own where what stands beside them, as it is shown, leaves too little."""
        shown = (self.category.sizeHint(), self.spent_on.sizeHint(), self.remove_button.sizeHint())
        fixed = (self.fapiao.minimumWidth(), self.amount.minimumWidth())
        needed = sum(hint.width() for hint in shown) + sum(fixed) + (len(shown) + len(fixed)) * space.INSIDE
        apart = self.width() < needed + theme.px(_LEAST_WORDS)
        if apart == self._apart:
            return
        self._apart = apart
        if apart:
            self._first.replaceWidget(self._words, self._gap)
            self._rows.insertWidget(1, self._words)
        else:
            self._rows.removeWidget(self._words)
            self._first.replaceWidget(self._gap, self._words)
        self._gap.setVisible(apart)
        self.stands_anew.emit()

    def _connect(self) -> None:
        self.category.currentIndexChanged.connect(self._category_changed)
        self.amount.textEdited.connect(self._say)
        self.spent_on.picked.connect(self.changed)
        self.spent_on.picked.connect(self._say)
        self.spent_on.textEdited.connect(self.changed)
        self.spent_on.textEdited.connect(self._say)
        self.spent_on.refused.connect(self._say)
        self.staff.textEdited.connect(self.changed)
        self.doctors.changed.connect(self.changed)
        self.attach_button.clicked.connect(self.attach)
        self.take_off_button.clicked.connect(self.take_off_receipts)
        self.remove_button.clicked.connect(self.removed)

    def retranslate(self) -> None:
        """Set the words anew, keeping what is chosen."""
        chosen = self.category.currentData() or "meal"
        self.category.blockSignals(True)
        self.category.clear()
        for entry in picklists.PICKLISTS["expense_category"]:
            self.category.addItem(language.choice_word("expense_category", entry.code), entry.code)
        self.category.setCurrentIndex(self.category.findData(chosen))
        self.category.blockSignals(False)
        self.category.setAccessibleName(line_word("category"))
        self.spent_on.set_value(self.spent_on.value())
        self.spent_on.setAccessibleName(line_word("spent_on"))
        for edit, field in (
            (self.amount, "amount_fen"),
            (self.description, "description"),
            (self.fapiao, "fapiao_number"),
        ):
            edit.setPlaceholderText(line_word(field))
            edit.setAccessibleName(line_word(field))
        self.staff.setAccessibleName(line_word("staff_count"))
        self.doctors.setAccessibleName(line_word("doctor_ids"))
        self._people_label.setText(line_word("doctor_ids"))
        self._staff_label.setText(line_word("staff_count"))
        self._nobody.setText(self.tr("先在上面添加"))
        self.attach_button.setText(self.tr("添加凭证"))
        self.take_off_button.setText(self.tr("取下"))
        self.take_off_button.setAccessibleName(self.tr("取下这一行的凭证"))
        self.remove_button.setAccessibleName(self.tr("删除这一行"))
        self._show_receipts()
        self._show_people()
        self._make_room()
        self._say()

    def set_doctors(self, doctors: Sequence[tuple[str, str]]) -> None:
        """Offer these doctors: (id, name) each; without any it says where they are added, and Tab passes by."""
        self.doctors.set_choices(doctors)
        self.doctors.setVisible(bool(doctors))
        self._nobody.setVisible(not doctors)

    def load(self, line: Mapping[str, Any]) -> None:
        """Show a line, or the raw texts of one that was being typed (`amount_text`)."""
        blocked = [QSignalBlocker(self.category)]
        self.category.setCurrentIndex(max(0, self.category.findData(line.get("category") or "meal")))
        self.staff.setText(str(int(line.get("staff_count") or 0)))
        for blocker in blocked:
            blocker.unblock()
        self.spent_on.set_value(line.get("spent_on") or today().isoformat())
        amount = line.get("amount_fen")
        self.amount.setText(str(line["amount_text"]) if "amount_text" in line else format_fen(amount) if amount else "")
        self.description.setText(str(line.get("description") or ""))
        self.fapiao.setText(str(line.get("fapiao_number") or ""))
        self.doctors.set_values(line.get("doctor_ids") or ())
        self._receipts = sorted(str(one) for one in line.get("receipt_sha256s") or ())  # as they are stored
        self._show_receipts()
        self._show_people()
        self._say()

    def add_receipt(self, sha256: str) -> None:
        """Hang a receipt on the line."""
        if sha256 not in self._receipts:
            self._receipts = sorted([*self._receipts, sha256])
            self._show_receipts()
            self.changed.emit()

    def take_off_receipts(self) -> None:
        """Take all receipts off the line, such as one that another claim has; attached again they are back."""
        self._receipts = []
        self.attach_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_receipts()
        self.changed.emit()

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Return what Tab goes to, in the order of the eye."""
        paid, words = (self.amount, self.remove_button), (self.description, self.fapiao)
        upper = (self.category, self.spent_on, *((*paid, *words) if self._apart else (*words, *paid)))
        return (*upper, self.doctors, self.staff, self.attach_button, self.take_off_button)

    @property
    def has_receipt(self) -> bool:
        """Return whether a receipt hangs on the line."""
        return bool(self._receipts)

    @property
    def begun(self) -> bool:
        """Say whether anything was typed or hung on it: what is begun is part of the claim, though not yet whole."""
        return self.has_receipt or any(one.text().strip() for one in (self.amount, self.description, self.fapiao))

    def raw(self) -> dict[str, Any]:
        """Return what stands in the fields, typed text as it is; for the draft."""
        unread = self.spent_on.unread()
        return {**self._content(), "amount_text": self.amount.text(), **({"spent_on": unread} if unread else {})}

    def line(self) -> dict[str, Any] | None:
        """Return the line as it is saved, or None while amount or date can't be read (the field says so)."""
        amount_fen = self._amount_fen()
        return {**self._content(), "amount_fen": amount_fen} if amount_fen > 0 and not self.spent_on.unread() else None

    def _amount_fen(self) -> int:
        try:
            return parse_fen(self.amount.text())
        except InputError:
            return 0

    def show_faults(self, lacks: Sequence[Lack]) -> None:
        """Say below the fields what is missing in them, and mark them; nothing where nothing is."""
        self._lacks = lacks
        for widget in (self.category, self.spent_on, self.amount, self.doctors, self.attach_button):
            mark_wrong(widget, any(self.field_of(one.field) is widget for one in lacks))
        self._say()

    def _say(self) -> None:
        unread = {}
        if self.amount.text().strip() and self._amount_fen() <= 0:
            unread["amount_fen"] = self.tr("金额写成 1,234.50 这样")
        if self.spent_on.complaint() and not self.spent_on.hasFocus():  # there the field says so itself
            unread["spent_on"] = self.spent_on.complaint()
        said = [fault_word(one) for one in self._lacks if one.field not in unread]
        self._error.setText(" · ".join([*unread.values(), *said]))

    def content(self) -> dict[str, Any]:
        """Return the line as it would be saved, without an amount or a date while that can't be read."""
        amount_fen, content = self._amount_fen(), self._content()
        if self.spent_on.unread():
            content.pop("spent_on", None)
        return {**content, "amount_fen": amount_fen} if amount_fen > 0 else content

    def field_of(self, name: str) -> QWidget:
        """Return the widget of a field of the line, to send the focus there."""
        fields: dict[str, QWidget] = {
            "category": self.category, "spent_on": self.spent_on, "doctor_ids": self.doctors,
            "receipt_sha256s": self.attach_button, "fapiao_number": self.fapiao,
        }  # fmt: skip
        return fields.get(name, self.amount)

    def _content(self) -> dict[str, Any]:
        people = self._with_people
        content: dict[str, Any] = {
            "category": str(self.category.currentData()),
            "spent_on": self.spent_on.value() or None,
            "description": self.description.text().strip() or None,
            "fapiao_number": self.fapiao.text().strip() or None,
            "doctor_ids": self.doctors.values() if people else [],
            "staff_count": min(int(self.staff.text() or 0), _MOST_STAFF) if people else None,
            "receipt_sha256s": self._receipts,
        }
        return {name: value for name, value in content.items() if value not in (None, [])}

    @property
    def _with_people(self) -> bool:
        return self.category.currentData() in _PEOPLE

    def _category_changed(self) -> None:
        self._show_people()
        self.changed.emit()

    def _show_people(self) -> None:
        self._second.setVisible(self._with_people)

    def _show_receipts(self) -> None:
        self.receipt_chip.set(self.tr("%n 张凭证", "", len(self._receipts)) if self._receipts else "", "ok")
        self.take_off_button.setVisible(bool(self._receipts))
