"""The dialog for a new doctor: found institution, department, and a warning before a duplicate is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.services.commands import CreateDoctor
from crmdesk.services.views import CustomerItem
from crmdesk.ui import language, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import dotted, profession
from crmdesk.ui.pages.form_dialog import FormDialog
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.row_picker import RowPicker
from crmdesk.ui.parts.text_field import TextLine

translate = QCoreApplication.translate

_PLACES = (("name", 0, 0, 1), ("title", 0, 1, 1), ("specialty", 2, 0, 1), ("mobile", 2, 1, 1),
           ("customer_class", 3, 0, 1), ("influence", 3, 1, 1), ("note", 4, 0, 2))  # fmt: skip


_PLACE, _PLACE_TEXT, _DEPARTMENT = "place", "place_text", "department"
"""What a draft keeps beside the fields of the doctor."""


class NewDoctorDialog(FormDialog):
    """Makes a doctor with the main affiliation; usable at once, under review until a manager accepts it."""

    def __init__(
        self, context: PageContext, parent: QWidget, name: str = "", institution: tuple[str, str] | None = None
    ) -> None:
        super().__init__(context, parent, "doctor", "new_doctor")
        self._similar: Sequence[CustomerItem] = ()
        self._asked_about = ("", "")
        self._short = self._new_place = ""
        self.add_fields(_PLACES[:2])
        self._add_place()  # between them, as the eye goes: so goes Tab
        self.add_fields(_PLACES[2:])
        self._twins = QVBoxLayout()
        self._twins.setSpacing(space.HAIR)
        self.grid.addLayout(self._twins, 5, 0, 1, 2)
        self.editors["name"].edited.connect(lambda _name: self._look())
        self.institution.picked.connect(self._chosen_place)
        self.editors["name"].set_value(name)
        if institution is not None:
            self.institution.set_row(*institution)
        self._given = (name, institution[0] if institution is not None else "")
        self.begin()
        self._look()
        self.editors["name"].control.setFocus()

    def _add_place(self) -> None:
        self.institution = RowPicker("doctor_institution", self._find_institutions)
        self.department = TextLine()
        self.department.setObjectName("doctor_department_edit")
        self.department.textEdited.connect(lambda _text: self.draft.edited())
        for changed in (self.institution.typed, self.institution.picked):
            changed.connect(lambda _text: self.draft.edited())
        self.institution.typed.connect(self._place_typed)
        self._place_label, self._department_label = Label("", "muted"), Label("", "muted")
        for column, label, widget in (
            (0, self._place_label, self.institution),
            (1, self._department_label, self.department),
        ):
            cell = QVBoxLayout()
            cell.setSpacing(space.TINY)
            cell.addWidget(label)
            cell.addWidget(widget)
            cell.addStretch(1)  # the list of what is found is as tall as it is: the field beside it stays
            self.grid.addLayout(cell, 1, column)

    @override
    def command(self) -> CreateDoctor:
        place, department = self.institution.row_id(), self.department.text().strip()
        return CreateDoctor(self.values(), place, department, self._unknown_place, draft_key=self.draft.key)

    @property
    def _unknown_place(self) -> str:
        """The institution that was typed and not taken from the list, '' where one was."""
        return "" if self.institution.row_id() else self.institution.edit.text().strip()

    @override
    def content(self) -> dict[str, Any]:
        place = {_PLACE: self.institution.row_id(), _PLACE_TEXT: self.institution.edit.text()}
        beside = {**place, _DEPARTMENT: self.department.text()}
        return {**super().content(), **{name: text for name, text in beside.items() if text}}

    @override
    def show_content(self, content: dict[str, Any]) -> None:
        super().show_content(content)
        self.institution.set_row(str(content.get(_PLACE, "")), str(content.get(_PLACE_TEXT, "")))
        self.department.setText(str(content.get(_DEPARTMENT, "")))
        self._look()

    @override
    def fits(self, content: dict[str, Any]) -> bool:
        name, place = self._given
        return name in ("", content.get("name")) and place in ("", content.get(_PLACE))

    @override
    def heading(self) -> str:
        return self.tr("新建医生")

    @staticmethod
    @override
    def saved_text() -> str:
        return translate("doctor_new", "医生已保存在本机，审核前即可使用")

    @override
    def ready(self) -> bool:
        self.institution.take_exact()
        name, told = self._question()[0], self._short
        self._short = name if len(name) == 1 else ""
        if self._short != told and self._short:  # said once: there are such names
            self._show_similar()
            self.editors["name"].control.setFocus()
            return False
        if self._asked_about != self._question():
            self._look(then_save=True)
            return False
        return self._place_settled()

    def _place_settled(self) -> bool:
        """Ask once about an institution that nobody took from the list: it was lost without a word, or is made."""
        told, self._new_place = self._new_place, self._unknown_place
        if self._new_place != told:
            self._show_similar()
        if self._new_place and self._new_place != told:
            self.institution.setFocus()
            self._find_institutions(self._new_place)  # the list that is spoken of: a draft comes back without it
            return False
        return True

    @override
    def retranslate(self) -> None:
        super().retranslate()
        for label, record in ((self._place_label, "institution"), (self._department_label, "department")):
            label.setText(language.record_word(record))
        self.institution.edit.setAccessibleName(language.record_word("institution"))
        self.institution.edit.setPlaceholderText(self.tr("输入医院名或拼音"))
        self.department.setAccessibleName(language.record_word("department"))
        self._show_twins()

    def _find_institutions(self, text: str) -> None:
        self.context.ask(
            self,
            lambda reads: reads.customers("institution", text, limit=8),
            lambda items: self.institution.show_found([(one.id, one.name, one.institution_name) for one in items]),
            latest="institutions",
        )

    def _place_typed(self, _text: str) -> None:
        """Take a question back that was asked about other words: should they come again, it is asked again."""
        if self._new_place:
            self._new_place = ""
            self._show_similar()

    def _chosen_place(self, _row_id: str) -> None:
        self._new_place = ""
        self._look()
        if self.institution.row_id():
            self.department.setFocus()

    def _question(self) -> tuple[str, str]:
        return str(self.editors["name"].value() or ""), self.institution.row_id()

    def _look(self, then_save: bool = False) -> None:
        question = self._question()
        self.context.ask(
            self,
            lambda reads: reads.similar_doctors(*question),
            lambda found: self._take_similar(question, found, then_save),
            latest="similar",
        )

    def _take_similar(self, question: tuple[str, str], found: Sequence[CustomerItem], then_save: bool) -> None:
        self._asked_about, self._similar = question, found
        self._show_similar()
        if then_save and not found and self._place_settled():
            self.send()

    def _show_similar(self) -> None:
        self.banner.say(self._question_words, "warn")
        self._show_twins()

    def _question_words(self) -> str:
        """Return what is to be thought of before it is saved, '' for nothing."""
        first = ""
        if self._similar:
            first = self.tr("已有 %n 位同名医生。是同一个人就打开，不要再建一份。", "", len(self._similar))
        elif self._short and self._short == self._question()[0]:
            first = self.tr("姓名只有一个字。请补全；没有写错就再保存一次。")
        return language.sentences(filter(None, (first, self._place_words())))

    def _show_twins(self) -> None:
        while self._twins.count() and (item := self._twins.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if not self._similar:
            self.save_button.setText(self.tr("新建机构并保存") if self._place_words() else self.tr("保存"))
            return
        self.save_button.setText(self.tr("不是同一人，仍要新建"))
        for twin in self._similar[:3]:
            place = dotted(twin.name, profession(twin.title, twin.specialty), twin.institution_name)
            button = Button(place, QUIET, icon_name="doctor", small=True)
            button.setObjectName(f"similar_{twin.id}")
            button.clicked.connect(lambda _checked=False, row_id=twin.id: self._open(row_id))
            self._twins.addWidget(button)

    def _place_words(self) -> str:
        if not self._new_place or self._new_place != self._unknown_place:
            return ""
        words = self.tr("还没有选定机构“{name}”。列表里有就选它；没有，再保存一次就同时新建这家机构。")
        return words.format(name=self._new_place[:60])

    def _open(self, row_id: str) -> None:
        self.reject()
        self.context.navigate("doctor", id=row_id)
