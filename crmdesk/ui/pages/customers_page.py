"""The Customers page: find a doctor or an institution by typing, narrow the list down, choose several, open one."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget
from typing_extensions import override

from crmdesk.services.batch import offered
from crmdesk.services.commands import ChangeSet, SetPreference
from crmdesk.services.customer_filter import ANY, SavedFilter
from crmdesk.services.customer_order import Filter
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages import customer_columns
from crmdesk.ui.pages.batch_dialog import BatchDialog
from crmdesk.ui.pages.batch_run import BatchRun
from crmdesk.ui.pages.column_news import ColumnNews, known_columns, news, with_new
from crmdesk.ui.pages.customer_columns import (
    COLUMNS,
    DUE,
    NAME,
    ColumnWords,
    Shown,
    column_of,
    columns_of,
    kept_layout,
    layout_of,
)
from crmdesk.ui.pages.customer_filter_panel import FilterPanel
from crmdesk.ui.pages.customer_models import CustomerFilter, CustomerTableModel
from crmdesk.ui.pages.customer_table import CustomerTable
from crmdesk.ui.pages.customer_words import CustomerWords, dotted
from crmdesk.ui.pages.customers_bar import CustomersBar
from crmdesk.ui.pages.doctor_new import NewDoctorDialog
from crmdesk.ui.pages.export_dialog import ExportDialog, allowed
from crmdesk.ui.pages.filter_strip import FilterNameDialog, FilterStrip
from crmdesk.ui.pages.institution_new import NewInstitutionDialog
from crmdesk.ui.pages.kept_filters import EVERYTHING, OTHER, KeptFilters
from crmdesk.ui.pages.page import Page
from crmdesk.ui.parts.arrange import ArrangeDialog, Entry
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.notices import EmptyState

_DECIDING = frozenset({"visit", "cycle_plan", "plan_target"})  # who was seen, and who is due
_TOUCHED = frozenset({"doctor", "institution", "affiliation", "department", "conflict", "outbox"}) | _DECIDING
_MOVING = frozenset({"doctor", "institution", "affiliation"})
_SETTLED_MS = 400
"""After so long without another move of a column its width is kept."""


class CustomersPage(Page):
    """The list of customers with its filters."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._words = CustomerWords(self)
        self._column_words = ColumnWords(self._words, self)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)
        self._settled.timeout.connect(self._keep_layout)
        self._count = -1
        self._left_in_table = self._applying = False
        self._chosen: frozenset[str] = frozenset()
        self.model = CustomerTableModel(self._ask, self._column_words.cell, self._heading_of)
        self.model.filled.connect(self._filled)
        self.model.dataChanged.connect(lambda *_range: self._choose_first())
        self.table = CustomerTable(self.model, self._words)
        self.table.opened.connect(self._open)
        self.table.asked_new.connect(self.new_doctor)
        self.table.typed.connect(self._type_on)
        self.table.horizontalHeader().sectionClicked.connect(self._sort_by)
        self.table.arranged.connect(self._settled.start)
        self.table.chosen_changed.connect(self._show_strip)
        self._layouts = {record: customer_columns.first_layout(record) for record in COLUMNS}
        self._arranged: dict[str, bool] = {}
        self._news: dict[str, tuple[str, ...]] = {}
        self.news = ColumnNews(context, self._column_words)
        self.news.taken.connect(self._take_news)
        self.kept = KeptFilters(context, self._show_strip)
        self.panel = FilterPanel(context, self._words)
        self.panel.changed.connect(self._filter_changed)
        self.panel.closed.connect(lambda: self.show_panel(on=False))
        self.strip = FilterStrip()
        self.strip.picked.connect(self._pick_kept)
        self.run = BatchRun(context)
        self.run.progressed.connect(self._progressed)
        self.run.ended.connect(self._reload)
        self._duplicates = Button.for_action("customers_duplicates", QUIET, "merge", small=True)
        self._duplicates.clicked.connect(self._open_duplicates)
        self.header.add(self._duplicates)
        self._export = Button.for_action("customers_export", QUIET, "export", small=True)
        self._export.clicked.connect(self.export)
        self.header.add(self._export)
        self._lay_out()
        self._bind()
        self.retranslate()
        self._read_layouts()

    def _lay_out(self) -> None:
        self._empty = EmptyState("search")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._stack, 1)
        row.addWidget(self.panel)
        self.panel.hide()
        self.body.addWidget(self._bar())
        self.body.addWidget(self.strip)
        self.body.addWidget(self.news)
        self.body.addLayout(row, 1)

    def _bar(self) -> CustomersBar:
        self.bar = bar = CustomersBar()
        self.filter = bar.filter
        self.table.compose_into(self.filter)
        self.filter.textChanged.connect(self._filter_changed)
        bar.kinds.changed.connect(self._filter_changed)
        bar.down.activated.connect(self.table.setFocus)
        bar.conditions.clicked.connect(self.toggle_panel)
        bar.columns.clicked.connect(self.choose_columns)
        bar.import_button.clicked.connect(lambda: self.context.navigate("import"))
        bar.new.clicked.connect(self._new_one)
        return bar

    def _bind(self) -> None:
        bind = self.context.actions.bind
        self._export_action = bind(self, "customers_export", self.export)
        bind(self, "customers_new_doctor", self.new_doctor)
        bind(self, "customers_new_institution", self.new_institution)
        bind(self, "customers_filter", self._to_filter)
        bind(self, "customers_open", lambda: self._open(self.table.current_id()))
        bind(self, "customers_doctors", lambda: self.bar.kinds.choose("doctor"))
        bind(self, "customers_institutions", lambda: self.bar.kinds.choose("institution"))
        bind(self, "customers_conditions", self.toggle_panel)
        bind(self, "customers_columns", self.choose_columns)
        bind(self, "customers_sort", self.sort_by_next)
        bind(self, "customers_turn", self.turn_order)
        bind(self, "customers_save_filter", self.save_filter)
        bind(self, "customers_clear_filter", self.clear_filter)
        bind(self, "customers_arrange_filters", self.arrange_filters)
        bind(self, "customers_next_filter", lambda: self._step_kept(1))
        bind(self, "customers_previous_filter", lambda: self._step_kept(-1))
        bind(self, "customers_duplicates", self._open_duplicates)
        bind(self, "customers_batch", self.change_chosen)
        bind(self, "customers_merge", self.merge_chosen)
        self.strip.merge.clicked.connect(self.merge_chosen)
        self._unselect = bind(self, "customers_unselect", self.unselect)
        self.strip.batch.clicked.connect(self.change_chosen)
        self.strip.run.stop.clicked.connect(self.unselect)
        self.strip.save.clicked.connect(self.save_filter)
        self.strip.clear.clicked.connect(self.clear_filter)
        self.strip.arrange.clicked.connect(self.arrange_filters)
        self.strip.unselect.clicked.connect(self.unselect)

    @override
    def enter(self, **args: Any) -> None:
        self.kept.read()
        self.bar.kinds.set_value(str(args.get("record") or self.model.shown.record))
        if "where" in args:
            self._apply(SavedFilter("", self.bar.record, str(args.get("text") or ""), where=args["where"]))
        elif "text" in args:
            self.filter.setText(str(args["text"]))
        self._show(self._wanted())
        goes_on = self._left_in_table and "text" not in args and self.table.isVisibleTo(self)
        self._left_in_table = False
        (self.table if goes_on else self.filter).setFocus()

    @override
    def subject(self) -> tuple[str, dict[str, Any]] | None:
        chosen = self.table.current_id()
        return (self.model.shown.record, {"id": chosen}) if chosen else None

    @override
    def keep(self) -> None:
        if self._settled.isActive():
            self._settled.stop()
            self._keep_layout()

    @override
    def may_leave(self) -> bool:
        self.keep()
        return True

    @override
    def refresh(self, changes: ChangeSet) -> None:
        touched = frozenset(changes.changed)
        if "preference" in touched:
            self.kept.read()  # an undo brought filters back
        if self.run.running and touched & _TOUCHED:
            self.model.refresh_all()  # each commit of a change of many; the order follows at its end
        elif touched & _MOVING or (touched & _DECIDING and self._by_visit):
            self._reload()
        elif touched & _TOUCHED:
            self.model.refresh_all()

    @property
    def _by_visit(self) -> bool:
        """Say whether visits and plans decide who is listed, or in which order."""
        shown = self.model.shown
        return shown.where.by_visit or shown.sort.lstrip("-") in ("last_visit", DUE)

    def _reload(self) -> None:
        """Fetch the list again; those who were chosen stay so."""
        self._chosen = frozenset(self.table.chosen_ids()) if self.table.chosen_count() > 1 else frozenset()
        self.model.reload()
        self._show_strip()

    @override
    def retranslate(self) -> None:
        self.header.set_title(self.tr("客户"))
        self.bar.retranslate()
        self.table.setAccessibleName(self.tr("客户列表"))
        self.panel.retranslate()
        self.news.retranslate()
        self._set_figures()
        self.bar.show_conditions(self.model.shown.where)
        self._show_strip()
        self._head_changed()

    # making ----------------------------------------------------------------------------------------------------------

    def new_doctor(self) -> None:
        """Open the form for a new doctor, with what was typed as the name where nothing was found for it."""
        typed = self.filter.text().strip() if not self.model.rowCount() else ""
        dialog = NewDoctorDialog(self.context, self, name=typed)
        dialog.made.connect(lambda row_id: self.context.navigate("doctor", id=row_id))
        dialog.open()

    def new_institution(self) -> None:
        """Open the form for a new institution."""
        dialog = NewInstitutionDialog(self.context, self)
        dialog.made.connect(lambda row_id: self.context.navigate("institution", id=row_id))
        dialog.open()

    def _new_one(self) -> None:
        self.new_doctor() if self.bar.record == "doctor" else self.new_institution()

    # filters ---------------------------------------------------------------------------------------------------------

    def toggle_panel(self) -> None:
        """Show the conditions, or put them away."""
        self.show_panel(on=not self.panel.isVisible())

    def show_panel(self, *, on: bool) -> None:
        """Show the conditions and give them the keys, or put them away; what is chosen stays."""
        self.panel.setVisible(on)
        if on:
            self.panel.show_conditions(self.model.shown.record, self.model.shown.where)
            self.panel.read_choices()
            self.panel.focus_first()
        else:
            self.table.setFocus()
        self._show_strip()

    def save_filter(self) -> None:
        """Ask for a name and keep what the list shows under it."""
        shown = self.model.shown
        if self.kept.place(shown) == EVERYTHING:
            self.context.toast(lambda: self.tr("先筛选，再保存：输入文字或按 Alt+F 选条件。"))
            return
        taken = [one.name for one in self.kept.of(shown.record)]
        dialog = FilterNameDialog(self, self._sentence, taken)
        dialog.named.connect(lambda name: self.kept.keep(name, shown))
        dialog.open()

    def clear_filter(self) -> None:
        """Show everything again."""
        self._apply(SavedFilter("", self.model.shown.record, "", self.model.shown.sort))

    def arrange_filters(self) -> None:
        """Rename, reorder or delete the kept filters."""
        record = self.model.shown.record
        entries = self.kept.entries(record)
        if not entries:
            self.context.toast(lambda: self.tr("还没有保存的筛选。按 Alt+S 保存当前的条件。"))
            return
        dialog = ArrangeDialog(self, "filter_order", lambda: self.tr("管理筛选"), entries)
        dialog.arranged.connect(lambda found: self.kept.arrange(record, found))
        dialog.open()

    def _step_kept(self, step: int) -> None:
        saved = self.kept.of(self.model.shown.record)
        places = [EVERYTHING, *range(len(saved))]
        now = self.kept.place(self.model.shown)
        at = places[((places.index(now) if now in places else 0) + step) % len(places)]
        self._pick_kept(at)

    def _pick_kept(self, place: int) -> None:
        saved = self.kept.of(self.model.shown.record)
        self._apply(saved[place]) if 0 <= place < len(saved) else self.clear_filter()

    def _apply(self, wanted: SavedFilter) -> None:
        self._applying = True  # a field whose signals are blocked keeps its cross: it learns of the text by them
        self.filter.setText(wanted.text)
        self._applying = False
        self.panel.show_conditions(wanted.record, wanted.where)
        self._show(CustomerFilter(wanted.record, wanted.text, wanted.sort, wanted.where))

    def _wanted(self) -> CustomerFilter:
        return CustomerFilter(self.bar.record, self.filter.text(), self.model.shown.sort, self.panel.conditions())

    def _filter_changed(self) -> None:
        if self._applying:
            return
        wanted = self._wanted()
        if wanted.record != self.model.shown.record:
            wanted = CustomerFilter(wanted.record, wanted.text)
            self.panel.show_conditions(wanted.record, ANY)
            if self.panel.isVisible():
                self.panel.read_choices()
        self._show(wanted)

    def _show(self, wanted: CustomerFilter) -> None:
        record = wanted.record
        other = record != self.model.shown.record or tuple(one.code for one in self._layouts[record]) != tuple(
            self.model.columns
        )
        self._chosen = frozenset()
        self.model.show(wanted)
        if other:
            self.table.show_columns(self._layouts[record])
            self.news.offer(record, self._news.get(record, ()))
        self._head_changed()
        self.bar.show_conditions(wanted.where)
        self._show_strip()

    def _sort_by(self, column: int) -> None:
        now = self.model.shown
        declared = column_of(now.record, self.table.code_at(column))
        if declared is not None:
            self._put_in_order(f"-{declared.sort}" if now.sort == declared.sort else declared.sort)

    def _put_in_order(self, sort: str) -> None:
        now = self.model.shown
        self.model.show(CustomerFilter(now.record, now.text, sort, now.where))

    def sort_by_next(self) -> None:
        """Sort by the next column as they stand, from the last one by the first, and say so."""
        record, now = self.model.shown.record, self.model.shown.sort.lstrip("-")
        shown = (column_of(record, one.code) for one in self.table.columns_shown())
        sorts = list(dict.fromkeys(one.sort for one in shown if one is not None))
        at = sorts.index(now) + 1 if now in sorts else 0
        self._put_in_order(sorts[at % len(sorts)])
        self._say_order()

    def turn_order(self) -> None:
        """Turn the order round, and say so."""
        sort = self.model.shown.sort
        self._put_in_order(sort.removeprefix("-") if sort.startswith("-") else f"-{sort}")
        self._say_order()

    def _say_order(self) -> None:
        record, sort = self.model.shown.record, self.model.shown.sort.lstrip("-")
        shown = (column_of(record, one.code) for one in self.table.columns_shown())
        code = next((one.code for one in shown if one is not None and one.sort == sort), "")
        if code:
            self.context.toast(lambda: self.tr("排序：{column}").format(column=self._heading_of(record, code)))

    def _sentence(self) -> str:
        shown = self.model.shown
        text = self.tr("“{text}”").format(text=shown.text.strip()) if shown.text.strip() else ""
        return dotted(text, self.panel.words.sentence(shown.record, shown.where, self.panel.names))

    def _show_strip(self) -> None:
        shown, count = self.model.shown, self.table.chosen_count()
        self._unselect.setEnabled(count > 1 or self.run.running or self.panel.isVisible())
        if self.run.running:
            return
        if count > 1:
            may_edit = bool(offered(shown.record, self.context.desk.person.role))
            self.strip.show_chosen(shown.record, count, may_edit, may_edit and count == 2 and shown.record == "doctor")
            return
        place = self.kept.place(shown)
        narrowed = shown.where != ANY
        text_only = place == OTHER and not narrowed
        sentence = "" if place >= 0 else self._sentence() if narrowed else ""
        self.strip.show_filters(self.kept.of(shown.record), place, sentence, narrowed or (place != EVERYTHING))
        if text_only and not self.kept.of(shown.record):
            self.strip.hide()  # a few letters in the search field are no news

    # columns ---------------------------------------------------------------------------------------------------------

    def choose_columns(self) -> None:
        """Ask which columns are shown, and in which order."""
        record = self.model.shown.record
        now = self.table.columns_shown()
        shown = [one.code for one in now]
        codes = [*shown, *(one.code for one in columns_of(record) if one.code not in shown)]
        word = partial(self._column_words.heading, record)
        entries = [Entry(code, word(code), code in shown, code == NAME) for code in codes]
        dialog = ArrangeDialog(self, "column_order", lambda: self.tr("显示哪些列"), entries, word)
        dialog.arranged.connect(lambda found: self._take_columns(record, found))
        dialog.open()

    def _take_columns(self, record: str, entries: list[Entry]) -> None:
        widths = dict(self.table.columns_shown())
        self._layouts[record] = tuple(Shown(one.key, widths.get(one.key, 0)) for one in entries if one.ticked)
        current = self.table.current_id()
        self.table.show_columns(self._layouts[record])
        self.table.choose(max(0, self.model.row_of(current)))
        self._keep_layout()
        self._known(record)

    def _take_news(self, codes: tuple[str, ...]) -> None:
        """Show new columns behind the others."""
        record = self.model.shown.record
        self.table.show_columns(with_new(self.table.columns_shown(), codes))
        self._keep_layout()
        self._news[record] = ()

    def _known(self, record: str) -> None:
        """Offer nothing any more: the person has looked at all columns."""
        self._news[record] = ()
        self.news.keep_known(record)
        self.news.offer(record, ())

    def _keep_layout(self) -> None:
        record = self.model.shown.record
        self._layouts[record] = self.table.columns_shown()
        self.context.submit(self, SetPreference(f"customer_columns_{record}", kept_layout(self._layouts[record])))
        if not self._arranged.get(record) and not self._news.get(record):
            self._arranged[record] = True
            self.news.keep_known(record)

    def _read_layouts(self) -> None:
        def read(reads: Any) -> dict[str, tuple[customer_columns.Layout, bool, frozenset[str] | None]]:
            defined, found = reads.custom_fields(), {}
            for record in COLUMNS:
                kept = reads.preference(f"customer_columns_{record}")
                found[record] = (layout_of(record, kept, defined), bool(kept), known_columns(reads, record))
            return found

        self.context.ask(self, read, self._take_layouts)

    def _take_layouts(self, found: dict[str, tuple[customer_columns.Layout, bool, frozenset[str] | None]]) -> None:
        self._layouts = {record: layout for record, (layout, _arranged, _known) in found.items()}
        self._arranged = {record: arranged for record, (_layout, arranged, _known) in found.items()}
        self._news = {
            record: news(record, arranged, known, layout) for record, (layout, arranged, known) in found.items()
        }
        for record, (_layout, arranged, known) in found.items():
            if arranged and known is None and not self._news[record]:
                self.news.keep_known(record)
        shown = self.model.shown.record
        self.table.show_columns(self._layouts[shown])
        self.news.offer(shown, self._news[shown])
        self._choose_first()

    # what is shown ---------------------------------------------------------------------------------------------------

    def _ask(self, read: Any, done: Any) -> None:
        self.context.ask(self, read, done)

    def _filled(self, count: int) -> None:
        self._count = count
        self._set_figures()
        if not count and self.window().focusWidget() is self.table:
            self.filter.setFocus()  # a hidden table takes no keys
        self._stack.setCurrentWidget(self.table if count else self._empty)
        self._head_changed()
        if self._chosen:
            rows = self.model.rows_of(self._chosen)
            self.table.choose_rows(rows, rows[0] if rows else -1)
            self._chosen = frozenset()
        self._choose_first()
        self._show_strip()

    def change_chosen(self) -> None:
        """Ask for one change of all chosen customers, show it, and make it beside the window."""
        record, ids = self.model.shown.record, self.table.chosen_ids()
        if self.run.running:
            self.context.toast(lambda: self.tr("上一次批量修改还在进行。"))
        elif not offered(record, self.context.desk.person.role):
            self.context.toast(lambda: self.tr("你的角色只能查看客户。"))
        elif not ids:
            self.context.toast(lambda: self.tr("先选中客户：Shift 或 Ctrl 加点击，Ctrl+A 全选。"))
        else:
            dialog = BatchDialog(self.context, self, record, ids)
            dialog.chosen.connect(lambda change: self.run.start(record, ids, change))
            dialog.open()

    def merge_chosen(self) -> None:
        """Lay two chosen doctors or institutions side by side."""
        ids = self.table.chosen_ids()
        if len(ids) == 2:
            self.context.navigate("duplicates", kept=ids[0], other=ids[1], of=self.model.shown.record)
        else:
            self.context.toast(lambda: self.tr("先选中两位医生或两家机构，再合并。"))

    def _open_duplicates(self) -> None:
        self.context.navigate("duplicates", of=self.model.shown.record)

    def export(self) -> None:
        """Write what the list shows to a file, where the role has the right."""
        shown = self.model.shown
        if allowed(self.context, shown.record):
            wanted = Filter(shown.record, shown.text, shown.sort, "", shown.where)
            ExportDialog(self.context, self, wanted, self._sentence).open()

    def _progressed(self, done: int, total: int) -> None:
        if self.run.running:
            self.strip.show_run(done, total, self.run.stopping)
            self._unselect.setEnabled(True)

    def unselect(self) -> None:
        """Stop a change of many that is under way, else choose the current row only, else put the conditions away."""
        if self.run.running:
            self.run.cancel()
            self.strip.run.stop.setEnabled(False)
            return
        if self.table.chosen_count() < 2:
            self.show_panel(on=False)
            return
        self.table.choose(max(0, self.table.currentIndex().row()))
        self.table.clearSelection()
        self.table.choose(max(0, self.table.currentIndex().row()))
        self.table.setFocus()

    def _choose_first(self) -> None:
        if self.model.rowCount() and not self.table.currentIndex().isValid():
            self.table.choose(0)

    def _set_figures(self) -> None:
        record = self.model.shown.record
        may = allowed(self.context, record)
        self._export.setVisible(may)
        self._export_action.setEnabled(may)
        self.bar.show_figures(record, self._count)
        self._say_empty(record == "doctor")

    def _say_empty(self, doctors: bool) -> None:
        make = self.tr("新建医生") if doctors else self.tr("新建机构")
        if self.model.shown.where != ANY:
            self._empty.say(self.tr("没有客户符合这些条件。"), self.tr("清除条件"), self.clear_filter)
        elif self.filter.text().strip():
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
            self._left_in_table = self.table.hasFocus()  # who comes back goes on to the next line at once
            self.context.navigate(self.model.shown.record, id=row_id)

    def _head_changed(self) -> None:
        last = len(self.model.columns) - 1
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)

    def _heading_of(self, record: str, code: str) -> str:
        word = self._column_words.heading(record, code)
        sort = self.model.shown.sort
        declared = column_of(record, code)
        if declared is not None and declared.sort == sort.lstrip("-"):
            return f"{word} {'↓' if sort.startswith('-') else '↑'}"
        return word
