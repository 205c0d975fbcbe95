"""The dialog for a new institution."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from crmdesk.services.commands import CreateRow
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.form_dialog import FormDialog

translate = QCoreApplication.translate

_PLACES = (("name", 0, 0, 2), ("kind", 1, 0, 2), ("level", 2, 0, 1), ("customer_class", 2, 1, 1), ("province", 3, 0, 1),
           ("city", 3, 1, 1), ("address", 4, 0, 2), ("phone", 5, 0, 1), ("postcode", 5, 1, 1))  # fmt: skip


class NewInstitutionDialog(FormDialog):
    """Makes an institution; usable at once, under review until a manager accepts it."""

    def __init__(self, context: PageContext, parent: QWidget, name: str = "") -> None:
        super().__init__(context, parent, "institution", "new_institution")
        self.add_fields(_PLACES)
        self.editors["kind"].set_value("hospital")
        self.editors["name"].set_value(name)
        self._name = name
        self.begin()
        self.editors["name"].control.setFocus()

    @override
    def command(self) -> CreateRow:
        return CreateRow("institution", self.values(), draft_key=self.draft.key)

    @override
    def fits(self, content: dict[str, Any]) -> bool:
        return self._name in ("", content.get("name"))

    @override
    def heading(self) -> str:
        return self.tr("新建机构")

    @staticmethod
    @override
    def saved_text() -> str:
        return translate("institution_new", "机构已保存在本机，审核前即可使用")
