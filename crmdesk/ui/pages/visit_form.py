"""The form of a visit report: groups of chips chosen by digit and arrows, the note, the next step."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from crmdesk.domain.picklists import PICKLISTS
from crmdesk.domain.roles import Role
from crmdesk.services.views import Row
from crmdesk.ui import language, theme
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.visit_doctors import VisitDoctors
from crmdesk.ui.pages.visit_own import VisitOwn
from crmdesk.ui.pages.visit_report import DURATIONS_MIN, VisitReport
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import KeyCap, Picklist, digit_pressed
from crmdesk.ui.parts.date_field import DateField
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.split import ScrollArea
from crmdesk.ui.parts.text_field import TextBox, TextLine

_LONGER = "longer"
_BESIDE, _OFFERED = 2, 6
"""So many companions stand beside the channel; so many are offered, and who came along in any case."""
_ALONE = "alone"
_PRODUCT = 32
"""The height of a product's row with the space below it; four are seen at once."""


class NoteEdit(TextBox):
    """A text: plain however it was pasted."""

    def __init__(self, name: str, height_px: int) -> None:
        super().__init__()
        self.setObjectName(name)
        self._height_px = height_px
        self.setMinimumHeight(theme.px(height_px))

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.px(self._height_px))  # the note takes what is left of the room


class ProductRow(QWidget):
    """One product: its place in the order, approved messages, reaction."""

    changed = Signal(str)
    moved = Signal(str, int)

    def __init__(self, product: Row, digit: str) -> None:
        super().__init__()
        self.product = product
        self._order, self._name = Label("", "section"), Label(str(product["name"]), "section")
        self._order.setFixedWidth(14)
        for label in (self._order, self._name):
            label.setMinimumHeight(theme.px(28))  # beside the first line of chips
        self._name.setMinimumWidth(72)
        self._name.setMaximumWidth(150)
        self.messages, self.reaction = Picklist(many=True), Picklist()
        self.messages.digit = digit
        self.messages.setObjectName(f"visit_messages_{product.id}")
        self.reaction.setObjectName(f"visit_reaction_{product.id}")
        for group in (self.messages, self.reaction):
            group.changed.connect(lambda: self.changed.emit(self.product.id))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._order, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._name, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.messages, 3)
        row.addSpacing(20)
        row.addWidget(self.reaction, 2)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        name = str(self.product["name"])
        chinese = language.current() == language.CHINESE
        self.messages.set_choices(
            [(str(one["code"]), str(one["zh" if chinese else "en"])) for one in self.product["messages"] or ()]
        )
        self.reaction.set_choices(
            [(one.code, language.choice_word("reaction", one.code)) for one in PICKLISTS["reaction"]]
        )
        self.messages.setAccessibleName(self.tr("{name}：信息").format(name=name))
        self.reaction.setAccessibleName(self.tr("{name}：反应").format(name=name))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+Up and Alt+Down move the product in the order of detailing."""
        places = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if places is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(self.product.id, places)
        else:
            super().keyPressEvent(event)

    def show_report(self, report: VisitReport) -> None:
        """Show what the report says about this product."""
        entry = next((one for one in report.talks if one.product_id == self.product.id), None)
        self.messages.set_values(entry.messages if entry else ())
        self.reaction.set_value(entry.reaction if entry else "")
        order = report.order_of(self.product.id)
        self._order.setText(str(order) if order else "")


class VisitForm(Card):
    """The report as a form; `edited(kind)` after each change: `pick` for chips and dates, `text` while typing."""

    edited = Signal(str)

    def __init__(self, role: Role, said: CustomerWords) -> None:
        super().__init__()
        self.report = VisitReport()
        self._filling = self._locked = False
        self._companions: Sequence[Row] = ()
        self._rows: list[ProductRow] = []
        self.channel = self._group("visit_channel", "1")
        self.duration = self._group("visit_duration", "2")
        self.joint = self._group("visit_joint", "3")
        self.adverse = self._group("visit_adverse", "5")
        self.heard = TextLine()
        self.heard.setObjectName("visit_heard_edit")
        self.heard.textEdited.connect(lambda _text: self._take("text"))
        self.note = NoteEdit("visit_note_edit", 46)
        self.questions, self.competitor = NoteEdit("visit_questions_edit", 34), NoteEdit("visit_competitor_edit", 34)
        for text in (self.note, self.questions, self.competitor):
            text.textChanged.connect(self._note_changed)
        self.doctors = VisitDoctors()
        self.doctors.changed.connect(lambda: self._take("pick"))
        self.next_step = TextLine()
        self.next_step.setObjectName("visit_next_step_edit")
        self.next_step.textEdited.connect(lambda _text: self._take("text"))
        self.next_step_on = DateField("visit_next_step_date")
        self.next_step_on.picked.connect(lambda _day: self._take("pick"))
        self.own = VisitOwn(role, said)
        self.own.edited.connect(lambda: self.edited.emit("text"))
        self._lay_out()
        self.retranslate()

    def _group(self, name: str, digit: str) -> Picklist:
        group = Picklist(" ", digit)
        group.setObjectName(name)
        group.changed.connect(lambda: self._take("pick"))
        return group

    def _lay_out(self) -> None:
        self.body.setContentsMargins(20, 12, 20, 12)  # 1366 × 768 shows all of it without scrolling
        self.body.setSpacing(7)
        top = QHBoxLayout()
        top.setSpacing(20)
        for group, share in ((self.channel, 0), (self.duration, 0), (self.joint, 1)):
            top.addWidget(group, share, Qt.AlignmentFlag.AlignTop)
        self._top, self._joint_row = top, QHBoxLayout()
        self.joint.setMinimumWidth(theme.px(162))
        self._product_heading, self._note_heading = Label("", "muted"), Label("", "muted")
        self._step_heading, self._note_error = Label("", "muted"), Label("", "bad")
        self._note_error.setObjectName("visit_note_error")
        self._products = QVBoxLayout()
        self._products.setSpacing(4)
        note = QVBoxLayout()
        note.setSpacing(6)
        heading = _heading(self._note_heading, "6")
        heading.addWidget(self._note_error)
        note.addLayout(heading)
        note.addWidget(self.note, 1)
        products = QVBoxLayout()
        products.setSpacing(6)
        products.addLayout(_heading(self._product_heading, "4"))
        self._area = area = ScrollArea()  # many products scroll in their place, the note keeps its room
        holder = QFrame()
        holder.setProperty("part", "surface")
        holder.setLayout(self._products)
        self._products.setContentsMargins(0, 0, 8, 0)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        area.setMaximumHeight(4 * theme.px(_PRODUCT))
        area.setWidget(holder)
        products.addWidget(area)
        self._no_products = Label("", "muted")
        self._no_products.setObjectName("visit_no_products")
        self._no_products.hide()
        products.addWidget(self._no_products)
        self.body.addLayout(top)
        self.body.addLayout(self._joint_row)
        self.body.addWidget(self.doctors)
        self.body.addLayout(products)
        self.body.addLayout(note, 1)
        self.body.addLayout(self._beside())
        self.body.addLayout(self._foot())
        self.body.addWidget(self.own)

    def _beside(self) -> QHBoxLayout:
        """Lay out what the doctor asked, and what was heard of competitors."""
        line = QHBoxLayout()
        line.setSpacing(20)
        self._beside_headings = (Label("", "muted"), Label("", "muted"))
        for label, digit, text in zip(self._beside_headings, "89", (self.questions, self.competitor), strict=True):
            text.setMaximumHeight(theme.px(46))
            part = QVBoxLayout()
            part.setSpacing(6)
            part.addLayout(_heading(label, digit))
            part.addWidget(text)
            line.addLayout(part, 1)
        return line

    def _foot(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.next_step, 1)
        line.addWidget(self.next_step_on)
        step = QVBoxLayout()
        step.setSpacing(6)
        step.addLayout(_heading(self._step_heading, "7"))
        step.addLayout(line)
        step.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(20)
        heard = QVBoxLayout()
        heard.setSpacing(6)
        heard.addWidget(self.adverse)
        heard.addWidget(self.heard)
        heard.addStretch(1)
        foot.addLayout(heard, 1)
        foot.addLayout(step, 1)
        return foot

    def groups(self) -> list[Picklist]:
        """Return the groups of chips in the order in which the eye meets them."""
        inner = [group for row in self._rows for group in (row.messages, row.reaction)]
        return [self.channel, self.duration, self.joint, *inner, self.adverse]

    def set_products(self, products: Sequence[Row]) -> None:
        """Show a row for each product that may be talked about, or say that there is none."""
        self._no_products.setVisible(not products)
        self._area.setVisible(bool(products))
        if [row.product for row in self._rows] == list(products):
            return
        for row in self._rows:
            self._products.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for index, product in enumerate(products):
            row = ProductRow(product, "4" if index == 0 else "")
            row.changed.connect(self._product_changed)
            row.moved.connect(self._product_moved)
            self._products.addWidget(row)
            row.show()  # at once: Qt would do it a turn later, and a digit typed in between would lead nowhere
            self._rows.append(row)
        self._area.setMinimumHeight(min(self._area.maximumHeight(), len(self._rows) * theme.px(_PRODUCT)))
        self._set_tab_order()

    def set_companions(self, companions: Sequence[Row]) -> None:
        """Show who may have come along, managers first; more than two have a line of their own."""
        self._companions = companions
        many = len(companions) > _BESIDE
        if many != (self._joint_row.count() > 0):
            to = self._joint_row if many else self._top
            (self._top if many else self._joint_row).removeWidget(self.joint)
            to.addWidget(self.joint, 1, Qt.AlignmentFlag.AlignTop)
        self._set_joint_choices()

    def show_report(self, report: VisitReport) -> None:
        """Fill the form from a report."""
        self._filling = True
        self.report = report
        self.channel.set_value(report.channel)
        known = report.duration_min in DURATIONS_MIN[:3]
        self._set_durations(0 if known or report.duration_min == DURATIONS_MIN[-1] else report.duration_min)
        self.duration.set_value(str(report.duration_min) if known else _LONGER)
        self._set_joint_choices()
        for row in self._rows:
            row.show_report(report)
        for edit, text in self._texts(report):
            if edit.toPlainText() != text:
                edit.setPlainText(text)
                edit.moveCursor(edit.textCursor().MoveOperation.End)
        self.doctors.show_report(report)
        self.adverse.set_value("" if report.adverse_event is None else "yes" if report.adverse_event else "no")
        self.heard.setText(report.heard)
        self.heard.setVisible(report.adverse_event is True and not self._locked)
        self.next_step.setText(report.next_step)
        self.next_step_on.set_value(report.next_step_on)
        self.own.show_report(report)
        self._filling = False

    def _texts(self, report: VisitReport) -> list[tuple[NoteEdit, str]]:
        return [(self.note, report.note), (self.questions, report.questions), (self.competitor, report.competitor)]

    def set_locked(self, locked: bool) -> None:
        """Show the report without letting anyone change it."""
        self._locked = locked
        self.heard.setVisible(self.report.adverse_event is True and not locked)
        for widget in (*self.groups(), self.next_step_on):
            widget.setEnabled(not locked)
        self.doctors.set_locked(locked)
        self.own.set_locked(locked)
        for edit, _text in self._texts(self.report):
            edit.setReadOnly(locked)
        self.next_step.setReadOnly(locked)

    def say_note_error(self, text: str) -> None:
        """Say beside the note what is wrong with it, or nothing."""
        self._note_error.setText(text)
        self.note.setProperty("wrong", bool(text))
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)

    def digit(self, event: QKeyEvent) -> bool:
        """Give the focus to the group of a digit; from 6 on to the fields. Returns whether one was meant."""
        texts = {"6": self.note, "7": self.next_step, "8": self.questions, "9": self.competitor}
        extra: QWidget | None = texts.get(event.text())
        if event.text() == "0" and self.doctors.isVisible():
            extra = self.doctors.attendance
        if extra is not None:
            extra.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        return digit_pressed(self.groups(), event)

    def retranslate(self) -> None:
        """Set every text anew."""
        for group, heading in (
            (self.channel, language.field_word("visit", "channel")), (self.duration, self.tr("时长")),
            (self.joint, language.field_word("visit", "joint_with_ids")), (self.adverse, self.tr("听到不良反应？")),
        ):  # fmt: skip
            group.set_heading(heading)
        self.channel.set_choices(
            [(one.code, language.choice_word("channel", one.code)) for one in PICKLISTS["channel"]]
        )
        self._set_durations(0)
        self.adverse.set_choices([("no", self.tr("没有")), ("yes", self.tr("有 → 24 小时内上报"))])
        self._set_joint_choices()
        for row in self._rows:
            row.retranslate()
        self._product_heading.setText(language.field_word("visit", "products"))
        self._no_products.setText(self.tr("公司还没有登记产品；管理员登记后，下次同步就会出现。"))
        self.doctors.retranslate()
        asked = self.tr("医生问了什么，还要答复的")
        heard = self.tr("听到的竞品信息")
        for label, name, edit, hint in (
            (self._beside_headings[0], "questions", self.questions, asked),
            (self._beside_headings[1], "competitor", self.competitor, heard),
        ):
            label.setText(language.field_word("visit", name))
            edit.setAccessibleName(language.field_word("visit", name))
            edit.setPlaceholderText(hint)
        self._note_heading.setText(language.field_word("visit", "note"))
        self._step_heading.setText(language.field_word("visit", "next_step"))
        self.note.setAccessibleName(language.field_word("visit", "note"))
        self.note.setPlaceholderText(self.tr("医生说了什么，你答应了什么；边写边存"))
        self.heard.setAccessibleName(language.field_word("adverse_event", "heard"))
        self.heard.setPlaceholderText(self.tr("患者、用药、表现；不写就用上面的记录"))
        self.next_step.setAccessibleName(language.field_word("visit", "next_step"))
        self.next_step.setPlaceholderText(self.tr("答应医生的事"))
        self.next_step_on.set_label(language.field_word("visit", "next_step_on"))
        self.next_step_on.retranslate()
        self.show_report(self.report)

    def _set_durations(self, other: int) -> None:
        """Offer the usual durations, and one that was recorded otherwise (minutes, 0 for none) in the last place."""
        minutes = [(str(count), self.tr("%n 分", "", count)) for count in DURATIONS_MIN[:3]]
        last = self.tr("%n 分", "", other) if other else self.tr("更长")
        self.duration.set_choices([*minutes, (_LONGER, last)])

    def _set_joint_choices(self) -> None:
        along = self.report.joint_with_ids
        shown = [row for place, row in enumerate(self._companions) if place < _OFFERED or row.id in along]
        people = [(row.id, self.tr("{name}协访").format(name=str(row["name"]))) for row in shown]
        self.joint.set_choices([(_ALONE, self.tr("独自")), *people])
        self.joint.set_values(self.report.joint_with_ids[:1] or [_ALONE])

    def _set_tab_order(self) -> None:
        order: list[QWidget] = [
            *self.groups()[:-1],
            self.note,
            self.questions,
            self.competitor,
            self.adverse,
            self.heard,
        ]
        order += [self.next_step, self.next_step_on]
        for first, second in itertools.pairwise(order):
            self.setTabOrder(first, second)

    @staticmethod
    def _other_minutes(now: int) -> int:
        """Return the minutes that the last chip stands for: what was recorded, else the longest usual duration."""
        return DURATIONS_MIN[-1] if now in DURATIONS_MIN else now

    def _product_changed(self, product_id: str) -> None:
        row = next(one for one in self._rows if one.product.id == product_id)
        self.report.set_messages(product_id, row.messages.values())
        self.report.set_reaction(product_id, row.reaction.value())
        for one in self._rows:
            one.show_report(self.report)
        self.edited.emit("pick")

    def _product_moved(self, product_id: str, places: int) -> None:
        self.report.move_talk(product_id, places)
        for one in self._rows:
            one.show_report(self.report)
        self.edited.emit("pick")

    def _note_changed(self) -> None:
        self._take("text")

    def _take(self, kind: str) -> None:
        if self._filling:
            return
        report = self.report
        report.channel = self.channel.value() or report.channel
        self.doctors.setVisible(report.channel == "meeting" or len(report.doctor_ids) > 1)
        chosen = self.duration.value()
        report.duration_min = int(chosen) if chosen.isdigit() else self._other_minutes(report.duration_min)
        joint = self.joint.value()
        if joint != (report.joint_with_ids or [_ALONE])[0] and joint:  # who else came along stays as it is
            report.joint_with_ids = [] if joint == _ALONE else [joint]
        report.note, report.questions, report.competitor = (edit.toPlainText() for edit, _text in self._texts(report))
        answer = self.adverse.value()
        report.adverse_event = {"yes": True, "no": False}.get(answer)
        report.heard = self.heard.text()
        self.heard.setVisible(report.adverse_event is True)
        report.next_step = self.next_step.text()
        report.next_step_on = self.next_step_on.value()
        self.edited.emit(kind)


def _heading(label: Label, digit: str) -> QHBoxLayout:
    """Return a heading with the digit that leads to what stands below it."""
    row = QHBoxLayout()
    row.setSpacing(4)
    row.addWidget(label)
    row.addWidget(KeyCap(digit))
    row.addStretch(1)
    return row
