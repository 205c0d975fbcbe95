"""The form of a visit report: groups of chips chosen by digit and arrows, the note, the next step."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStyle, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.picklists import PICKLISTS
from crmdesk.domain.roles import Role
from crmdesk.services.views import Row
from crmdesk.ui import language, space, theme
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.visit_doctors import VisitDoctors
from crmdesk.ui.pages.visit_own import VisitOwn
from crmdesk.ui.pages.visit_products import VisitProducts, heading
from crmdesk.ui.pages.visit_report import DURATIONS_MIN, VisitReport
from crmdesk.ui.pages.visit_texts import VisitTexts
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import Picklist, digit_pressed
from crmdesk.ui.parts.chips_fold import FoldedPicklist
from crmdesk.ui.parts.date_field import DateField
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.text_field import TextLine

_LONGER = "longer"
_BESIDE = 2
"""So many companions stand beside the channel."""
_ALONE = "alone"
_SIDE_PX = 20


class VisitForm(Card):
    """The report as a form; `edited(kind)` after each change: `pick` for chips and dates, `text` while typing."""

    edited = Signal(str)

    def __init__(self, role: Role, said: CustomerWords) -> None:
        super().__init__()
        self.report = VisitReport()
        self._filling = self._locked = False
        self._companions: Sequence[Row] = ()
        self.channel = self._group("visit_channel", "1")
        self.duration = self._group("visit_duration", "2")
        self.joint = FoldedPicklist(" ", "3")
        self._follow(self.joint, "visit_joint")
        self.adverse = self._group("visit_adverse", "8")
        self.heard = TextLine()
        self.heard.setObjectName("visit_heard_edit")
        self.heard.textEdited.connect(lambda _text: self._take("text"))
        self.products = VisitProducts()
        self.products.changed.connect(self._product_changed)
        self.products.moved.connect(self._product_moved)
        self.products.rows_changed.connect(self._set_tab_order)
        self.texts = VisitTexts()
        self.texts.changed.connect(lambda: self._take("text"))
        self.note, self.questions, self.competitor = self.texts.note, self.texts.questions, self.texts.competitor
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
        self._follow(group, name)
        return group

    def _follow(self, group: Picklist, name: str) -> None:
        group.setObjectName(name)
        group.changed.connect(lambda: self._take("pick"))

    def _lay_out(self) -> None:
        self.body.setContentsMargins(
            _SIDE_PX, space.BETWEEN, _SIDE_PX, space.BETWEEN
        )  # 1366 × 768 shows all of it without scrolling
        self.body.setSpacing(space.TIGHT)
        top = QHBoxLayout()
        top.setSpacing(space.APART)
        for group, share in ((self.channel, 0), (self.duration, 0), (self.joint, 1)):
            top.addWidget(group, share, Qt.AlignmentFlag.AlignTop)
        self._top, self._joint_row = top, QHBoxLayout()
        self.joint.setMinimumWidth(theme.px(162))
        self._step_heading = Label("", "muted")
        self.body.addLayout(top)
        self.body.addLayout(self._joint_row)
        self.body.addWidget(self.doctors)
        self.body.addWidget(self.products)
        self.body.addWidget(self.texts, 1)
        self.body.addLayout(self._foot())
        self.body.addWidget(self.own)

    def _foot(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(space.INSIDE)
        line.addWidget(self.next_step, 1)
        line.addWidget(self.next_step_on)
        step = QVBoxLayout()
        step.setSpacing(space.TIGHT)
        step.addLayout(heading(self._step_heading, "9"))
        step.addLayout(line)
        step.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(space.RIM)
        heard = QVBoxLayout()
        heard.setSpacing(space.TIGHT)
        heard.addWidget(self.adverse)
        heard.addWidget(self.heard)
        heard.addStretch(1)
        foot.addLayout(heard, 1)
        foot.addLayout(step, 1)
        return foot

    def groups(self) -> list[Picklist]:
        """Return the groups of chips in the order in which the eye meets them."""
        inner = [group for row in self.products.rows for group in (row.messages, row.reaction)]
        return [self.channel, self.duration, self.joint, *inner, self.adverse]

    def set_companions(self, companions: Sequence[Row]) -> None:
        """Show who may have come along, managers first."""
        self._companions = companions
        self._set_joint_choices()
        self._place_joint()

    def _place_joint(self) -> None:
        """Give more than two companions, or a form too narrow for three groups side by side, another line.

        Once there, they come back only where there is room for a scroll bar too: the line fewer may need one, and with
        it the line more, without end.
        """
        beside = sum(group.sizeHint().width() + self._top.spacing() for group in (self.channel, self.duration))
        room = self.width() - 2 * _SIDE_PX - self.joint.minimumWidth()
        was = self._joint_row.count() > 0
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent) if was else 0
        apart = len(self._companions) > _BESIDE or beside + bar > room
        if apart != was:
            to = self._joint_row if apart else self._top
            (self._top if apart else self._joint_row).removeWidget(self.joint)
            to.addWidget(self.joint, 1, Qt.AlignmentFlag.AlignTop)
            self.joint.set_beside(apart)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_joint()

    def show_report(self, report: VisitReport) -> None:
        """Fill the form from a report."""
        self._filling = True
        self.report = report
        self.channel.set_value(report.channel)
        known = report.duration_min in DURATIONS_MIN[:3]
        self._set_durations(0 if known or report.duration_min == DURATIONS_MIN[-1] else report.duration_min)
        self.duration.set_value(str(report.duration_min) if known else _LONGER)
        self._set_joint_choices()
        self.products.show_report(report)
        self.texts.show_report(report)
        self.doctors.show_report(report)
        self.adverse.set_value("" if report.adverse_event is None else "yes" if report.adverse_event else "no")
        for line, text in ((self.heard, report.heard), (self.next_step, report.next_step)):
            if line.text() != text:  # the cursor stays where somebody is typing
                line.setText(text)
        self.heard.setVisible(report.adverse_event is True and not self._locked)
        self.next_step_on.set_value(report.next_step_on)
        self.own.show_report(report)
        self._filling = False

    def set_locked(self, locked: bool) -> None:
        """Show the report without letting anyone change it."""
        self._locked = locked
        self.heard.setVisible(self.report.adverse_event is True and not locked)
        for widget in (*self.groups(), self.next_step_on):
            widget.setEnabled(not locked)
        self.doctors.set_locked(locked)
        self.own.set_locked(locked)
        self.products.set_locked(locked)
        self.texts.set_locked(locked)
        self.next_step.setReadOnly(locked)

    def to_group(self, digit: str) -> None:
        """Give the focus to the group of a digit, whatever has it now."""
        self.digit(QKeyEvent(QKeyEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, digit))

    def digit(self, event: QKeyEvent) -> bool:
        """Give the focus to the group of a digit; from 5 on also to the fields. Returns whether one was meant."""
        if self.texts.open(event.text()):
            return True
        extra: QWidget | None = self.next_step if event.text() == "9" else None
        if event.text() == "0" and self.doctors.isVisible():
            extra = self.doctors.attendance
        if extra is not None:
            extra.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        return digit_pressed(self.groups(), event)

    def retranslate(self) -> None:
        """Set every text anew."""
        for group, words in (
            (self.channel, language.field_word("visit", "channel")), (self.duration, self.tr("时长")),
            (self.joint, language.field_word("visit", "joint_with_ids")), (self.adverse, self.tr("听到不良反应？")),
        ):  # fmt: skip
            group.set_heading(words)
        self.channel.set_choices(
            [(one.code, language.choice_word("channel", one.code)) for one in PICKLISTS["channel"]]
        )
        self._set_durations(0)
        self.adverse.set_choices([("no", self.tr("没有")), ("yes", self.tr("有 → 24 小时内上报"))])
        self._set_joint_choices()
        self.products.retranslate()
        self.texts.retranslate()
        self.doctors.retranslate()
        self._step_heading.setText(language.field_word("visit", "next_step"))
        self.heard.setAccessibleName(language.field_word("adverse_event", "heard"))
        self.heard.setPlaceholderText(self.tr("患者、用药、表现；不写就用上面的记录"))
        self.next_step.setAccessibleName(language.field_word("visit", "next_step"))
        self.next_step.setPlaceholderText(self.tr("答应医生的事"))
        self.next_step_on.set_label(language.field_word("visit", "next_step_on"))
        self.next_step_on.retranslate()
        self.show_report(self.report)
        self._place_joint()

    def _set_durations(self, other: int) -> None:
        """Offer the usual durations, and one that was recorded otherwise (minutes, 0 for none) in the last place."""
        minutes = [(str(count), self.tr("%n 分", "", count)) for count in DURATIONS_MIN[:3]]
        last = self.tr("%n 分", "", other) if other else self.tr("更长")
        self.duration.set_choices([*minutes, (_LONGER, last)])

    def _set_joint_choices(self) -> None:
        people = [(row.id, self.tr("{name}协访").format(name=str(row["name"]))) for row in self._companions]
        self.joint.set_choices([(_ALONE, self.tr("独自")), *people])
        self.joint.set_values(self.report.joint_with_ids[:1] or [_ALONE])

    def _set_tab_order(self) -> None:
        above = (self.channel, self.duration, self.joint)
        order: list[QWidget] = [
            *above,
            self.doctors.attendance,
            self.doctors.picker.edit,
            *self.groups()[len(above) : -1],
            self.products.find_line,
            self.products.more,
            *self.texts.openers,
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
        row = next(one for one in self.products.rows if one.product.id == product_id)
        self.report.set_messages(product_id, row.messages.values())
        self.report.set_reaction(product_id, row.reaction.value())
        self.products.show_report(self.report)
        self.edited.emit("pick")

    def _product_moved(self, product_id: str, places: int) -> None:
        self.report.move_talk(product_id, places)
        self.products.show_report(self.report)
        self.edited.emit("pick")

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
        self.texts.take(report)
        answer = self.adverse.value()
        report.adverse_event = {"yes": True, "no": False}.get(answer)
        report.heard = self.heard.text()
        self.heard.setVisible(report.adverse_event is True)
        report.next_step = self.next_step.text()
        report.next_step_on = self.next_step_on.value()
        self.edited.emit(kind)
