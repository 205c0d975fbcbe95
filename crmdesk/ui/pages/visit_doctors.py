"""Who was at a visit: the doctors as chips (chosen: was there), and a field that adds one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from crmdesk.ui import space, theme
from crmdesk.ui.pages.visit_report import VisitReport
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.row_picker import RowPicker


class _Attendance(Picklist):
    """Chips of doctors; Delete takes the current one off the visit. The arrows move, Space says there or absent."""

    removed = Signal(str)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self._picks:
            self.removed.emit(self._picks[self._at].code)
        elif event.key() != Qt.Key.Key_Backspace:  # taking all back at once would say that nobody was there
            super().keyPressEvent(event)


class VisitDoctors(QWidget):
    """The doctors of a visit with their attendance; `changed` after each change, `sought(text)` while one is typed."""

    changed = Signal()
    sought = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._report = VisitReport()
        self._names: dict[str, str] = {}
        self.attendance = _Attendance(" ", "0", many=True)
        self.attendance.setObjectName("visit_attendance")
        self.attendance.changed.connect(self._take)
        self.attendance.removed.connect(self._remove)
        self.picker = RowPicker("visit_add_doctor", self.sought.emit)
        self.picker.setFixedWidth(theme.px(220))
        self.picker.picked.connect(self._add)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space.RIM)
        row.addWidget(self.attendance, 1, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.picker, 0, Qt.AlignmentFlag.AlignTop)
        self.retranslate()

    def set_names(self, names: Mapping[str, str]) -> None:
        """Learn what the doctors are called."""
        self._names |= names
        self.show_report(self._report)

    def show_report(self, report: VisitReport) -> None:
        """Show whom the report is about and who was there; a visit to one doctor needs no such line."""
        self._report = report
        self.attendance.set_choices([(one, self._names.get(one, "…")) for one in report.doctor_ids])
        self.attendance.set_values(one for one in report.doctor_ids if one not in report.absent_ids)
        self.setVisible(report.channel == "meeting" or len(report.doctor_ids) > 1)

    def set_locked(self, locked: bool) -> None:
        """Show the doctors without letting anyone change them."""
        self.attendance.setEnabled(not locked)
        self.picker.setVisible(not locked)

    def retranslate(self) -> None:
        """Set every text anew."""
        self.attendance.set_heading(self.tr("医生（选中为到场）"))
        self.attendance.setToolTip(self.tr("空格：到场或缺席；Delete：移出这次拜访"))
        self.picker.edit.setPlaceholderText(self.tr("加医生：姓名、拼音或医院"))
        self.picker.edit.setAccessibleName(self.tr("加医生"))

    def _take(self) -> None:
        there = self.attendance.values()
        self._report.absent_ids = [one for one in self._report.doctor_ids if one not in there]
        self.changed.emit()

    def _add(self, doctor_id: str) -> None:
        if not doctor_id:
            return
        self._names[doctor_id] = self.picker.edit.text()
        self.picker.set_row("", "")
        if doctor_id not in self._report.doctor_ids:
            self._report.doctor_ids = [*self._report.doctor_ids, doctor_id]
            self._tell()

    def _remove(self, doctor_id: str) -> None:
        if len(self._report.doctor_ids) > 1:
            self._report.doctor_ids = [one for one in self._report.doctor_ids if one != doctor_id]
            self._report.absent_ids = [one for one in self._report.absent_ids if one != doctor_id]
            self._tell()

    def _tell(self) -> None:
        self.show_report(self._report)
        self.changed.emit()
