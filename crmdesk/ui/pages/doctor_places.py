"""Where a doctor works: the list on the doctor's page, and the dialog that adds another place."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.records import AFFILIATION
from crmdesk.services.commands import AddPlace
from crmdesk.services.views import AffiliationView, DoctorView
from crmdesk.ui import language, space, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.faults import Fault
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.row_picker import RowPicker
from crmdesk.ui.parts.text_field import TextLine
from crmdesk.ui.parts.timeline import Timeline, TimelineRow

translate = QCoreApplication.translate


class Places(QWidget):
    """The places of a doctor, the main one first; `opened` carries the institution, `wanted` asks for another place."""

    opened = Signal(str)
    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._heading, self.list = Label("", "strong"), Timeline()
        self.list.setObjectName("doctor_places")
        self.list.opened.connect(self.opened)
        self.add = Button.for_action("doctor_place", icon_name="plus", small=True)
        self.add.clicked.connect(self.wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, space.NEAR, 0, 0)
        layout.setSpacing(space.INSIDE)
        layout.addWidget(self._heading)
        layout.addWidget(self.list)
        layout.addWidget(self.add)

    def show_doctor(self, view: DoctorView) -> None:
        """Show where a doctor works."""
        self._heading.setText(language.record_word("affiliation"))
        self.list.set_rows([self._row(one) for one in view.affiliations])

    def _row(self, one: AffiliationView) -> TimelineRow:
        since = self.tr("{day} 起").format(day=one.valid_from) if one.valid_from else ""
        until = self.tr("到 {day}").format(day=one.valid_to) if one.valid_to else ""
        meta = dotted(one.department_name, one.duty, since, until)
        state = self.tr("主要") if one.is_primary else ""
        name = one.institution_name or self.tr("（未知机构）")
        return TimelineRow(one.institution_id, name, meta, state, "accent")


class PlaceDialog(SmallDialog):
    """Asks at which institution a doctor works too, in which department and as what."""

    def __init__(self, context: PageContext, parent: QWidget, doctor: tuple[str, str]) -> None:
        super().__init__(context, parent, "doctor_place", 480)
        self._doctor = doctor
        self.institution = RowPicker("place_institution", self._find)
        self.department, self.duty = TextLine(), TextLine()
        self.department.setObjectName("place_department_edit")
        self.duty.setObjectName("place_duty_edit")
        self.duty.setMaxLength(AFFILIATION.field("duty").max_length or 0)
        self._fields = (self.institution.edit, self.department, self.duty)
        self._labels = [Label("", "secondary") for _field in self._fields]
        grid = QGridLayout()
        grid.setHorizontalSpacing(space.ROOMY)
        grid.setVerticalSpacing(space.BETWEEN)
        grid.setColumnStretch(1, 1)
        for row, widget in enumerate((self.institution, self.department, self.duty)):
            self._labels[row].setMinimumHeight(theme.px(34))  # beside the field, above what it finds
            grid.addWidget(self._labels[row], row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(widget, row, 1)
        self.content.addLayout(grid)
        self.institution.picked.connect(self._picked)
        self.retranslate()
        self.institution.edit.setFocus()

    @override
    def retranslate(self) -> None:
        explanation = self.tr("{name}还在哪里执业？原来的执业机构不变；没有的科室会新建。")
        self.say(self.tr("添加执业机构"), explanation.format(name=self._doctor[1]), self.tr("添加"))
        names = (
            language.record_word("institution"),
            language.record_word("department"),
            language.field_word("affiliation", "duty"),
        )
        for label, name, field in zip(self._labels, names, self._fields, strict=True):
            label.setText(name)
            field.setAccessibleName(name)
        self.institution.edit.setPlaceholderText(self.tr("输入医院名或拼音"))
        self.department.setPlaceholderText(self.tr("可不填"))
        self.duty.setPlaceholderText(self.tr("可不填，例如：出诊 周三"))

    @override
    def save(self) -> None:
        self.institution.take_exact()
        place = self.institution.row_id()
        if not place:
            fault = Fault(lambda: self.tr("先从列表里选一家机构。还没有这家机构，就先新建它。"), self.institution.edit)
            self.marks.show([fault])
            return
        command = AddPlace(self._doctor[0], place, self.department.text(), self.duty.text())
        self.submit(command, lambda: translate("doctor_places", "执业机构已保存在本机"))

    @override
    def at_fault(self, error: CrmdeskError) -> QWidget | None:
        return self.department if error.code == "place_known" else None

    def _picked(self, row_id: str) -> None:
        if row_id:
            self.marks.show([])
            self.department.setFocus()

    def _find(self, text: str) -> None:
        self.context.ask(
            self,
            lambda reads: reads.customers("institution", text, limit=8),
            lambda items: self.institution.show_found([(one.id, one.name, one.institution_name) for one in items]),
            latest="place",
        )
