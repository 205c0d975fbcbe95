"""The customer list as shown: a table whose rows a delegate paints from the tokens, and its keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
)
from typing_extensions import override

from crmdesk.services.views import CustomerItem
from crmdesk.ui import theme
from crmdesk.ui.garbage import put_off
from crmdesk.ui.pages.customer_columns import (
    FILLS,
    MAX_WIDTH,
    MIN_WIDTH,
    NAME,
    STATE,
    Layout,
    Shown,
    column_of,
)
from crmdesk.ui.pages.customer_models import ITEM_ROLE, CustomerTableModel
from crmdesk.ui.pages.customer_rows import BESIDE, SIDE, CustomerRows, lines_of, name_lines
from crmdesk.ui.pages.customer_words import CustomerWords, class_word
from crmdesk.ui.parts.chips import chip_width
from crmdesk.ui.parts.cut_words import tool_tip
from crmdesk.ui.parts.focus_ring import FocusRing

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 52
FULL = 1180
"""Columns have their declared widths in a table of so many pixels at 100 %, less in a narrower one."""
_LEAST_FILL = 120


class CustomerDelegate(QStyledItemDelegate):
    """Says how high a row is, and shows the words of a cell that have no room in it; `CustomerRows` paints."""

    def __init__(self, table: CustomerTable) -> None:
        super().__init__(table)
        self._table = table

    @override
    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the words of a cell that have no room in it."""
        text = str(index.data() or "") if index.isValid() else ""
        named = self._table.code_at(index.column()) == NAME
        font = theme.font(theme.NAME_PX if named else theme.BODY_PX, bold=named)
        item = index.data(ITEM_ROLE) if named else None
        chip = class_word(item.customer_class) if isinstance(item, CustomerItem) else ""
        room = option.rect.width() - BESIDE - (SIDE if self._table.is_first(index.column()) else BESIDE)
        room -= chip_width(chip) + 8 if chip else 0
        metrics = QFontMetrics(font)
        shown = name_lines(text, metrics, room) if named else lines_of(text, metrics, room)
        if event.type() == QEvent.Type.ToolTip and any(line.endswith("…") for line in shown):
            QToolTip.showText(event.globalPos(), tool_tip(text), view)
            return True
        return super().helpEvent(event, view, option, index)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, theme.px(ROW_HEIGHT))


class CustomerTable(QTableView):
    """The table of customers; letters typed into it go to the filter (`typed`), except keys that mean something.

    Several rows are chosen with Shift, Ctrl and the arrows as everywhere, Ctrl+A takes all, Ctrl+Space one more.
    `arranged` tells that the person moved a column or drew it wider or narrower.
    """

    opened = Signal(str)
    typed = Signal(str)
    asked_new = Signal()
    arranged = Signal()
    chosen_changed = Signal()

    def __init__(self, model: CustomerTableModel, words: CustomerWords) -> None:
        super().__init__()
        self.customers = self._model = model
        self._field: QLineEdit | None = None
        self._ring = FocusRing(self)
        self._layout: dict[str, int] = {}
        self._placing = False
        self.setModel(model)
        self._painted = CustomerRows(words, self)
        self.setItemDelegate(CustomerDelegate(self))
        self.setObjectName("customers_table")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self._set_headers()
        self.doubleClicked.connect(lambda index: self.opened.emit(self._model.id_at(index.row())))
        self.selectionModel().selectionChanged.connect(lambda *_changes: self.chosen_changed.emit())

    def compose_into(self, field: QLineEdit) -> None:
        """Let an input method compose in the table what is meant for the filter: it shows in the field as it grows.

        The keys go there when the first words are there; earlier, the method would take the change for an end.
        """
        self._field = field
        self._let_compose()

    def _let_compose(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, self._field is not None)

    @override
    def currentChanged(self, current: Index, previous: Index) -> None:
        put_off()
        super().currentChanged(current, previous)  # Qt turns input methods off where nothing is edited in the cell
        self._let_compose()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self._painted.paint(QPainter(self.viewport()), event.region())

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        put_off()
        super().scrollContentsBy(dx, dy)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._let_compose()

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if self._field is None:
            super().inputMethodEvent(event)
            return
        QApplication.sendEvent(self._field, event)
        if event.commitString():
            self._field.setFocus()

    @override
    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> Any:
        if self._field is None:
            return super().inputMethodQuery(query)
        found = self._field.inputMethodQuery(query)
        if isinstance(found, QRect):  # where the words to choose from come up
            return QRect(self.mapFromGlobal(self._field.mapToGlobal(found.topLeft())), found.size())
        return found

    def _set_headers(self) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.px(ROW_HEIGHT))
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setHighlightSections(False)
        columns.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # at the end stands the arrow that says how it is sorted
        columns.setStyleSheet("QHeaderView::section:first { padding-left: 16px; }")
        columns.setSectionsClickable(True)
        columns.setSectionsMovable(True)
        columns.setFirstSectionMovable(True)
        columns.setMinimumSectionSize(theme.px(MIN_WIDTH))
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.sectionResized.connect(self._resized)
        columns.sectionMoved.connect(self._moved)

    # columns ---------------------------------------------------------------------------------------------------------

    def code_at(self, column: int) -> str:
        """Return the code of a column of the model."""
        return self._model.columns[column] if 0 <= column < len(self._model.columns) else ""

    def is_first(self, column: int) -> bool:
        """Say whether a column stands leftmost."""
        return self.horizontalHeader().visualIndex(column) == 0

    def show_columns(self, layout: Layout) -> None:
        """Show these columns in this order, each as wide as it was drawn or as it should be."""
        self._layout = dict(layout)
        self._placing = True
        self._model.set_columns(self._layout)
        header = self.horizontalHeader()
        for place in range(header.count()):
            header.moveSection(header.visualIndex(place), place)
        self._placing = False
        self.place_columns()

    def columns_shown(self) -> Layout:
        """Return the columns as they stand, with the widths that the person drew."""
        header = self.horizontalHeader()
        codes = (self.code_at(header.logicalIndex(place)) for place in range(header.count()))
        return tuple(Shown(code, self._layout.get(code, 0)) for code in codes)

    def place_columns(self) -> None:
        """Give each column its width; the one that fills takes what is left."""
        record = self._model.shown.record
        declared = {code: found for code in self._layout if (found := column_of(record, code)) is not None}
        if not declared or len(declared) < len(self._layout):
            return
        self._placing = True
        room = self.viewport().width()
        share = max(0.8, min(1.0, room / theme.px(FULL)))
        fill = next((code for code in FILLS if self._layout.get(code) == 0), "")
        for place, code in enumerate(self._model.columns):
            drawn = self._layout.get(code, 0)
            kept = 1.0 if code == STATE else share  # its words are in a chip, which has one line
            width = theme.px(drawn) if drawn else int(theme.px(declared[code].width) * kept)
            self.setColumnWidth(place, width)
        if fill:
            place = self._model.columns.index(fill)
            others = sum(self.columnWidth(one) for one in range(len(self._model.columns)) if one != place)
            self.setColumnWidth(place, max(theme.px(_LEAST_FILL), room - others))
        self._placing = False

    def _resized(self, column: int, _old: int, new: int) -> None:
        if not self._placing and self.code_at(column):
            drawn = round(new / theme.scale())
            self._layout[self.code_at(column)] = max(MIN_WIDTH, min(MAX_WIDTH, drawn))
            self.arranged.emit()

    def _moved(self, *_places: int) -> None:
        if not self._placing:
            self.viewport().update()
            self.arranged.emit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place_columns()

    # what is chosen --------------------------------------------------------------------------------------------------

    def current_id(self) -> str:
        """Return the id of the current row, '' where none is."""
        return self._model.id_at(self.currentIndex().row())

    def marked_row(self) -> int:
        """Return the row that the keys move from while it is not the only chosen one, -1 for none."""
        return self.currentIndex().row() if self.hasFocus() and self.chosen_count() != 1 else -1

    def chosen_count(self) -> int:
        """Return how many rows are chosen."""
        return sum(bottom - top + 1 for top, bottom in self.chosen_runs())

    def chosen_ids(self) -> list[str]:
        """Return the ids of the chosen rows in the order of the list."""
        return self._model.ids_at(row for top, bottom in self.chosen_runs() for row in range(top, bottom + 1))

    def chosen_runs(self) -> list[tuple[int, int]]:
        """Return the chosen rows as runs (first, last) in order; Qt may hold a run more than once, a column each."""
        selection = self.selectionModel().selection()
        ranges = (selection.at(place) for place in range(selection.count()))
        return sorted({(one.top(), one.bottom()) for one in ranges if one.isValid()})

    def choose(self, row: int) -> None:
        """Choose one row and bring it into view, whatever is held down: with Shift Qt itself takes all between."""
        if 0 <= row < self._model.rowCount():
            only = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self._model.index(row, 0), only)

    def choose_rows(self, rows: Iterable[int], current: int = -1) -> None:
        """Choose these rows (in order) without moving the view; the keys go on from `current`."""
        last = len(self._model.columns) - 1
        selection = QItemSelection()
        for top, bottom in _runs(rows):
            selection.select(self._model.index(top, 0), self._model.index(bottom, last))
        if current >= 0:
            where = self._model.index(current, 0)
            self.selectionModel().setCurrentIndex(where, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if plain and event.text().lower() == "n":
            self.asked_new.emit()
        elif plain and event.text().strip() and event.text().isprintable():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Return ascending row numbers as runs (first, last)."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
