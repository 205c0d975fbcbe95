"""The preview of a file as a table: what each column becomes, chosen above it, and the first rows below."""

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget
from typing_extensions import override

from crmdesk.domain.errors import InputError
from crmdesk.intake import Column, Preview, SheetRow
from crmdesk.intake.blocks import NO_BLOCKS, Blocks
from crmdesk.intake.clean import plain
from crmdesk.intake.columns import INSTITUTION_NAME, names_doctors
from crmdesk.intake.people import as_above
from crmdesk.ui import theme
from crmdesk.ui.pages import import_words
from crmdesk.ui.parts.cut_words import tool_tip
from crmdesk.ui.parts.dropdown import DropDown

SAMPLE_ROWS = 60
_MOST_COMBOS = 80
_CELL_CHARACTERS = 120
_NARROW, _WIDE = 196, 270
_CLEAR = "QTableCornerButton::section, QHeaderView { background: transparent; border: none; }"


def _weight(column: Column, place: int) -> tuple[int, int]:
    return (0, place) if place else (1, 0) if column.refused else (2, 0)


class MappingTable(QTableWidget):
    """Row 0 holds the choice of the field for each column, the rows below the file's first rows; `changed` on a choice.

    A column that may not be imported says so in place of its choice. Beyond 80 columns only guessed ones get a choice.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_table")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTabKeyNavigation(False)  # Tab goes from choice to choice, it would end in a cell
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setStyleSheet(_CLEAR)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._combos: dict[int, DropDown] = {}
        self._choices = QStandardItemModel(self)
        self._columns: tuple[Column, ...] = ()
        self._kind, self._cards = "", False
        self._targets: tuple[str, ...] = ()
        self._rows: list[SheetRow] = []
        self._above = NO_BLOCKS
        self._filling = False

    def load(self, preview: Preview, mapping: Mapping[int, str]) -> None:
        """Show a preview with the fields that are chosen for its columns."""
        self._columns, self._kind, self._targets = preview.columns, preview.kind, preview.targets
        self._cards = preview.file_kind == "vcard"
        self._combos = {}
        self.clear()
        self.setColumnCount(0)  # forgets the order of the columns
        rows = self._rows = preview.sample[:SAMPLE_ROWS]
        self.setColumnCount(len(preview.columns))
        self.setRowCount(len(rows) + 1)
        self.setVerticalHeaderLabels(["", *(str(row.number) for row in rows)])
        self.verticalHeader().setDefaultSectionSize(theme.px(32))
        self.setRowHeight(0, theme.px(46))
        self._fill_choices()
        for column in preview.columns:
            samples = [row.cells[column.index] if column.index < len(row.cells) else "" for row in rows]
            self._fill_column(column, samples, mapping.get(column.index, ""))
        self._order_columns(mapping)
        self._filling = False

    def show_above(self, found: Blocks) -> None:
        """Show in empty cells, with an arrow, what their rows have from above; rows that head a block are pale."""
        self._above = found
        colors, mapping = theme.tokens(), self.mapping()
        for at, row in enumerate(self._rows, 1):
            above, heads = found.cells(row.number), row.number in found.headings
            for index in range(len(self._columns)):
                item, target = self.item(at, index), mapping.get(index, "")
                if item is None or self._columns[index].refused:
                    continue
                text = row.cells[index] if index < len(row.cells) else ""
                taken = target in above and (not plain(text) or as_above(text))
                words = f"↑ {above[target]}" if taken else text
                item.setText(words.replace("\n", " ")[:_CELL_CHARACTERS])
                color = colors.color("info" if taken else "muted") if taken or heads else None
                item.setData(Qt.ItemDataRole.ForegroundRole, color)
                item.setToolTip(tool_tip(self.tr("取自上面")) if taken else "")

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._show_above_anew()
        super().changeEvent(event)

    def mapping(self) -> dict[int, str]:
        """Return the chosen field by column; columns left out are not in it."""
        chosen = {index: str(combo.currentData() or "") for index, combo in self._combos.items()}
        return {index: target for index, target in chosen.items() if target}

    def problem(self) -> InputError | None:
        """Return what keeps these choices from being imported, or None."""
        chosen = list(self.mapping().values())
        twice = next((target for target in chosen if chosen.count(target) > 1), "")
        if twice:
            return InputError("target_twice", field=twice)
        named = names_doctors(chosen) if self._kind == "doctor" else INSTITUTION_NAME in chosen
        return None if self._kind and named else InputError("no_name_column")

    def retranslate(self) -> None:
        """Set the words of the choices anew, keeping what is chosen."""
        if not self._columns:
            return
        chosen = {index: combo.currentIndex() for index, combo in self._combos.items()}
        self._fill_choices()
        for index, at in chosen.items():
            self._combos[index].setCurrentIndex(at)
            self._name_combo(index)
        self._filling = False
        for column in self._columns:
            self.setHorizontalHeaderItem(column.index, QTableWidgetItem(self._heading(column)))
            if column.refused:
                self._refuse(column)
        self._show_above_anew()

    def _show_above_anew(self) -> None:
        """Show what is from above in the language and the colours in use."""
        if self._above is not NO_BLOCKS:
            self.show_above(self._above)

    def _heading(self, column: Column) -> str:
        """Return what stands above a column: cards have no headings of their own, so that theirs are ours."""
        if self._cards and column.target:
            return import_words.target_word(column.target, self._kind)
        return column.header or "—"

    def _fill_choices(self) -> None:
        """Fill the one model that all choices share: many columns then cost little."""
        self._filling = True  # choices that lose their entries for a moment are no choice of the person
        self._choices.clear()
        left_out = QStandardItem(self.tr("不导入"))
        left_out.setData("", Qt.ItemDataRole.UserRole)
        self._choices.appendRow(left_out)
        for target in self._targets:
            entry = QStandardItem(import_words.target_word(target, self._kind))
            entry.setData(target, Qt.ItemDataRole.UserRole)
            self._choices.appendRow(entry)

    def _fill_column(self, column: Column, samples: list[str], target: str) -> None:
        self.setHorizontalHeaderItem(column.index, QTableWidgetItem(self._heading(column)))
        if column.refused:
            self._refuse(column)
        elif target or column.index < _MOST_COMBOS:
            self._add_combo(column, target)
        for at, text in enumerate(samples, 1):
            item = QTableWidgetItem(text.replace("\n", " ")[:_CELL_CHARACTERS])
            if column.refused:
                item.setForeground(theme.tokens().color("faint"))
            self.setItem(at, column.index, item)
        longest = max((len(text) for text in (*samples, column.header)), default=0)
        self.setColumnWidth(column.index, theme.px(_WIDE if longest > 14 else _NARROW))

    def _order_columns(self, mapping: Mapping[int, str]) -> None:
        """Put what will be imported first, then what may not be, then what is left out."""
        header = self.horizontalHeader()
        targets = ["", *self._targets]
        order = sorted(self._columns, key=lambda column: _weight(column, targets.index(mapping.get(column.index, ""))))
        for place, column in enumerate(order):
            header.moveSection(header.visualIndex(column.index), place)
        combos = [self._combos[column.index] for column in order if column.index in self._combos]
        for before, after in pairwise(combos):
            QWidget.setTabOrder(before, after)

    def _refuse(self, column: Column) -> None:
        item = QTableWidgetItem(self.tr("不能导入"))
        item.setForeground(QColor(theme.tokens().bad))
        item.setToolTip(tool_tip(import_words.sentence(column.refused, {"column": column.header})))
        self.setItem(0, column.index, item)

    def _add_combo(self, column: Column, target: str) -> None:
        combo = DropDown()
        combo.setObjectName(f"import_column_{column.index}_combo")
        combo.setModel(self._choices)
        combo.setCurrentIndex(max(0, combo.findData(target)))
        combo.setSizeAdjustPolicy(DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.currentIndexChanged.connect(self._chosen)
        self._combos[column.index] = combo
        self._name_combo(column.index)
        self.setCellWidget(0, column.index, combo)

    def _chosen(self) -> None:
        if not self._filling:
            self.changed.emit()

    def _name_combo(self, index: int) -> None:
        self._combos[index].setAccessibleName(self.tr("第 {column} 列作为").format(column=index + 1))
