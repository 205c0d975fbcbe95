"""The Customers page: find a doctor or an institution by typing, scroll through all of them, open one, make one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QStackedWidget
from typing_extensions import override

from crmdesk.services.commands import ChangeSet
from crmdesk.services.views import CustomerItem
from crmdesk.ui import actions, language, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages import customer_models as models
from crmdesk.ui.pages.customer_models import CustomerFilter, CustomerTableModel
from crmdesk.ui.pages.customer_table import CustomerTable
from crmdesk.ui.pages.customer_words import CustomerWords, dotted, profession
from crmdesk.ui.pages.doctor_new import NewDoctorDialog
from crmdesk.ui.pages.institution_new import NewInstitutionDialog
from crmdesk.ui.pages.page import Page
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import EmptyState

_SORTS = {models.NAME: "name", models.PROFESSION: "title", models.PLACE: "institution", models.LAST_VISIT: "last_visit"}
_TOUCHED = frozenset({"doctor", "institution", "affiliation", "department", "visit", "conflict", "outbox"})
_WIDE = 1060
"""Width at 100 % from which the bar has room for everything."""
_MOVING = frozenset({"doctor", "institution", "affiliation"})


class CustomersPage(Page):
    """The list of customers with its filters."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._words = CustomerWords(self)
        self._count = -1
        self.model = CustomerTableModel(self._ask, self._text_of, self._heading_of)
        self.model.filled.connect(self._filled)
        self.model.dataChanged.connect(lambda *_range: self._choose_first())
        self.table = CustomerTable(self.model, self._words)
        self.table.opened.connect(self._open)
        self.table.asked_new.connect(self.new_doctor)
        self.table.typed.connect(self._type_on)
        self.table.horizontalHeader().sectionClicked.connect(self._sort_by)
        self._empty = EmptyState("search")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        self.body.addWidget(self._bar())
        self.body.addWidget(self._stack, 1)
        self._bind()
        self.retranslate()

    def _bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("part", "list-head")
        self._kinds = Picklist()
        self._kinds.setObjectName("customers_kind")
        self._kinds.changed.connect(self._filter_changed)
        self.filter = QLineEdit()
        self.filter.setObjectName("customers_filter_edit")
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(140)
        self.filter.textChanged.connect(self._filter_changed)
        self._classes = Picklist()
        self._classes.setObjectName("customers_class")
        self._classes.changed.connect(self._filter_changed)
        for group in (self._kinds, self._classes):
            group.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # a bar is one line
        self._figure = Label("", "muted")
        self._figure.setObjectName("customers_count_label")
        self._import = Button("", key=actions.keys("go_import"), icon_name="import")
        self._import.setObjectName("customers_import_button")
        self._import.clicked.connect(lambda: self.context.navigate("import"))
        self._new = Button("", PRIMARY, actions.keys("customers_new_doctor"), "plus")
        self._new.setObjectName("customers_new_button")
        self._new.clicked.connect(self._new_one)
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 11, 24, 12)
        row.setSpacing(12)
        for widget in (self._kinds, self.filter, self._classes, self._figure):
            row.addWidget(widget, 1 if widget is self.filter else 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._import)
        row.addWidget(self._new)
        return bar

    def _bind(self) -> None:
        bind = self.context.actions.bind
        bind(self, "customers_new_doctor", self.new_doctor)
        bind(self, "customers_new_institution", self.new_institution)
        bind(self, "customers_filter", self._to_filter)
        bind(self, "customers_open", lambda: self._open(self.table.current_id()))
        bind(self, "customers_doctors", lambda: self._kinds.choose("doctor"))
        bind(self, "customers_institutions", lambda: self._kinds.choose("institution"))
        for first, second in ((self.filter, self.table), (self.table, self._kinds), (self._kinds, self._classes)):
            self.setTabOrder(first, second)

    @override
    def enter(self, **args: Any) -> None:
        self._kinds.set_value(str(args.get("record") or self.model.shown.record))
        if "text" in args:
            self.filter.setText(str(args["text"]))
        self.model.show(self._wanted())
        self.filter.setFocus()

    @override
    def refresh(self, changes: ChangeSet) -> None:
        touched = frozenset(changes.changed)
        if touched & _MOVING:
            self.model.reload()
        elif touched & _TOUCHED:
            self.model.refresh_all()

    @override
    def retranslate(self) -> None:
        self.header.set_title(self.tr("客户"))
        self._fit_bar()
        kind = self._kinds.value() or "doctor"
        self._kinds.setAccessibleName(self.tr("客户类型"))
        self._kinds.set_choices([(code, language.record_word(code)) for code in ("doctor", "institution")])
        self._kinds.set_value(kind)
        chosen = self._classes.value()
        self._classes.setAccessibleName(language.field_word("doctor", "customer_class"))
        self._classes.set_choices([("all", self.tr("全部")), *((code, code) for code in "ABC")])
        self._classes.set_value(chosen or "all")
        self.filter.setPlaceholderText(self.tr("姓名、拼音、首字母、医院或科室"))
        self.filter.setAccessibleName(self.tr("筛选客户"))
        self.table.setAccessibleName(self.tr("客户列表"))
        self._set_figures()
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, models.STATE)

    def new_doctor(self) -> None:
        """Open the form for a new doctor, with what was typed as the name where nothing was found for it."""
        typed = self.filter.text().strip() if not self.model.rowCount() else ""
        dialog = NewDoctorDialog(self.context, self, name=typed)
        dialog.made.connect(self._made_doctor)
        dialog.open()

    def new_institution(self) -> None:
        """Open the form for a new institution."""
        dialog = NewInstitutionDialog(self.context, self)
        dialog.made.connect(lambda row_id: self.context.navigate("institution", id=row_id))
        dialog.open()

    def _new_one(self) -> None:
        self.new_doctor() if self._kinds.value() == "doctor" else self.new_institution()

    def _made_doctor(self, row_id: str) -> None:
        self.context.navigate("doctor", id=row_id)

    def _ask(self, read: Any, done: Any) -> None:
        self.context.ask(self, read, done)

    def _wanted(self) -> CustomerFilter:
        chosen = self._classes.value()
        sort = self.model.shown.sort
        return CustomerFilter(
            self._kinds.value() or "doctor", self.filter.text(), "" if chosen in ("", "all") else chosen, sort
        )

    def _filter_changed(self) -> None:
        wanted = self._wanted()
        if wanted.record != self.model.shown.record:
            wanted = CustomerFilter(wanted.record, wanted.text, wanted.customer_class)
            self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, models.STATE)
        self.model.show(wanted)

    def _sort_by(self, column: int) -> None:
        sort = _SORTS.get(column, "")
        if self.model.shown.record == "institution":
            sort = {"title": "level", "institution": ""}.get(sort, sort)
        if sort:
            now = self.model.shown
            turned = f"-{sort}" if now.sort == sort else sort
            self.model.show(CustomerFilter(now.record, now.text, now.customer_class, turned))

    def _filled(self, count: int) -> None:
        self._count = count
        self._set_figures()
        self._stack.setCurrentWidget(self.table if count else self._empty)
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, models.STATE)
        self._choose_first()

    def _choose_first(self) -> None:
        if self.model.rowCount() and not self.table.currentIndex().isValid():
            self.table.choose(0)

    def _set_figures(self) -> None:
        doctors = self.model.shown.record == "doctor"
        self._new.setText(self.tr("新建医生") if doctors else self.tr("新建机构"))
        if self._count < 0:
            self._figure.setText("")
        elif doctors:
            self._figure.setText(self.tr("%n 位医生", "", self._count))
        else:
            self._figure.setText(self.tr("%n 家机构", "", self._count))
        self._say_empty(doctors)

    def _fit_bar(self) -> None:
        """In a narrow window the bar keeps what is worked with: the count goes, the import keeps icon and key."""
        wide = self.width() >= theme.px(_WIDE)
        self._figure.setVisible(wide)
        self._import.setText(actions.text("go_import") if wide else "")
        self._import.setAccessibleName(actions.text("go_import"))
        self._import.setToolTip("" if wide else actions.text("go_import"))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_bar()

    def _say_empty(self, doctors: bool) -> None:
        make = self.tr("新建医生") if doctors else self.tr("新建机构")
        if self.filter.text().strip() or self._classes.value() not in ("", "all"):
            self._empty.say(self.tr("没有找到。换个写法试试：汉字、全拼、首字母或医院名都可以。"), make, self._new_one)
        else:
            self._empty.say(
                self.tr("这里还没有客户。同步后辖区的客户会出现在这里；也可以导入一份表格。"),
                self.tr("导入客户"),
                lambda: self.context.navigate("import"),
            )

    def _to_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def _type_on(self, text: str) -> None:
        self.filter.setFocus()
        self.filter.setText(self.filter.text() + text)

    def _open(self, row_id: str) -> None:
        if row_id:
            self.context.navigate(self.model.shown.record, id=row_id)

    def _text_of(self, item: CustomerItem, column: int) -> str:
        doctor = item.record == "doctor"
        if column == models.NAME:
            return item.name
        if column == models.PROFESSION:
            return (
                profession(item.title, item.specialty)
                if doctor
                else language.choice_word("institution_level", item.title)
            )
        if column == models.PLACE:
            return dotted(item.institution_name, item.department_name)
        if column == models.LAST_VISIT:
            return self._words.last_visit(item.last_visit_at)
        return self._words.state(item)[0]

    def _heading_of(self, record: str, column: int) -> str:
        doctor = record == "doctor"
        word = {
            models.NAME: language.field_word(record, "name"),
            models.PROFESSION: self.tr("职称与专业") if doctor else language.field_word("institution", "level"),
            models.PLACE: self.tr("机构与科室") if doctor else language.field_word("institution", "city"),
            models.LAST_VISIT: self.tr("上次拜访"),
            models.STATE: "",
        }[column]
        sort = self.model.shown.sort
        if _SORTS.get(column, "") == sort.lstrip("-") and word:
            return f"{word} {'↓' if sort.startswith('-') else '↑'}"
        return word
