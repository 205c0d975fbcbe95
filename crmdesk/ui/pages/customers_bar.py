"""The bar above the list of customers: doctors or institutions, the search, how many they are, and what can be done."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QSizePolicy

from crmdesk.services.customer_filter import Conditions
from crmdesk.ui import actions, language, space
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.squeezed_row import SqueezedRow
from crmdesk.ui.parts.text_field import TextLine

_LEAST_FILTER = 140


class CustomersBar(QFrame):
    """One line: in a narrow window the count and the key caps go first, then the words beside the icons."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "list-head")
        self.kinds = Picklist()
        self.kinds.setObjectName("customers_kind")
        self.kinds.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # a bar is one line
        self.filter = TextLine()
        self.filter.setObjectName("customers_filter_edit")
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(_LEAST_FILTER)
        self.down = QShortcut(QKeySequence("Down"), self.filter)
        self.down.setContext(Qt.ShortcutContext.WidgetShortcut)
        self._figure = Label("", "muted")
        self._figure.setObjectName("customers_count_label")
        self.conditions = self._button("customers_conditions", actions.keys("customers_conditions"), "filter")
        self.columns = self._button("customers_columns", actions.keys("customers_columns"), "columns")
        self.import_button = self._button("customers_import", actions.keys("go_import"), "import")
        self.new = Button("", PRIMARY, actions.keys("customers_new_doctor"), "plus")
        self.new.setObjectName("customers_new_button")
        row = SqueezedRow(self)
        row.setContentsMargins(space.APART, space.BETWEEN, space.EDGE, space.BETWEEN)
        row.setSpacing(space.NEAR)
        for widget in (self.kinds, self.filter, self._figure):
            row.addWidget(widget, 1 if widget is self.filter else 0, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.conditions, self.columns, self.import_button, self.new):
            row.addWidget(button)
        row.spare(self._figure)

    @staticmethod
    def _button(name: str, key: str, icon: str) -> Button:
        made = Button("", key=key, icon_name=icon)
        made.setObjectName(f"{name}_button")
        return made

    @property
    def record(self) -> str:
        """Return what is listed."""
        return self.kinds.value() or "doctor"

    def retranslate(self) -> None:
        """Set the words anew that do not depend on what is shown."""
        kind = self.record
        self.kinds.setAccessibleName(self.tr("客户类型"))
        self.kinds.set_choices([(code, language.record_word(code)) for code in ("doctor", "institution")])
        self.kinds.set_value(kind)
        self.filter.setPlaceholderText(self.tr("姓名、拼音、医院或科室"))
        self.filter.setAccessibleName(self.tr("筛选客户"))
        self.columns.setText(self.tr("列"))
        self.import_button.setText(self.tr("导入"))

    def show_figures(self, record: str, count: int) -> None:
        """Say how many are listed (-1: not known yet) and what can be made."""
        doctors = record == "doctor"
        self.new.setText(self.tr("新建医生") if doctors else self.tr("新建机构"))
        said = self.tr("%n 位医生", "", count) if doctors else self.tr("%n 家机构", "", count)
        said = language.parted(said, count)
        self._figure.setText(said if count >= 0 else "")

    def show_conditions(self, where: Conditions) -> None:
        """Say by how many conditions the list is narrowed."""
        count = sum(1 for value in where if value)
        self.conditions.setText(self.tr("筛选 {count}").format(count=count) if count else self.tr("筛选"))
