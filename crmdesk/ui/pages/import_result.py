"""The result of an import: how many rows were made, known, set aside and refused, and each row to look at with why."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from crmdesk.intake import Action, Report, ReportLine
from crmdesk.ui import space, theme
from crmdesk.ui.pages import import_words
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.cut_words import tool_tip
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner

_Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
ROW, ACTION, NAME, REASON = range(4)
_FIGURES = (
    (Action.CREATE, "ok"),
    (Action.SAME, "muted"),
    (Action.DUPLICATE_PARKED, "warn"),
    (Action.REFUSED, "bad"),
)


class LinesModel(QAbstractTableModel):
    """The rows of the file that were not simply taken: number, what happened, name, why."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines: Sequence[ReportLine] = ()

    def set_lines(self, lines: Sequence[ReportLine]) -> None:
        """Show these lines."""
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._lines)

    @override
    def columnCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else 4

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            name = {ROW: "muted", ACTION: import_words.TONES[line.action]}.get(index.column(), "text")
            return theme.tokens().color(name)
        if role == Qt.ItemDataRole.ToolTipRole:  # read as HTML where it looks like it: shown as itself
            return tool_tip(self._text(line, index.column()))
        return None

    def _text(self, line: ReportLine, column: int) -> str:
        if column == ROW:
            return f"{line.row_number:,}"
        if column == ACTION:
            return import_words.action_word(line.action)
        return line.name.replace("\n", " ") if column == NAME else import_words.line_sentence(line)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (self.tr("行号"), self.tr("结果"), self.tr("名称"), self.tr("原因"))[section]
        return None


def _cells(line: ReportLine) -> tuple[str, ...]:
    action = import_words.action_word(line.action)
    return str(line.row_number), action, line.name, import_words.line_sentence(line), line.code


class ImportResult(QWidget):
    """Shows a Report; the filter above the list narrows it to what was refused, set aside or made with a remark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.report: Report | None = None
        self._banner = Banner()
        self._figures = {action: Label("", "figure") for action, _tone in _FIGURES}
        self._captions = {action: Label("", "muted", wrap=True) for action, _tone in _FIGURES}
        self._notes = {action: Label("", "muted", wrap=True) for action, _tone in _FIGURES}
        self.group = Picklist()
        self.group.setObjectName("import_result_group")
        self.group.changed.connect(self._show_lines)
        self._model = LinesModel(self)
        self.table = QTableView()
        self._none = Label("", "muted")
        self._whole = Label("", "secondary", wrap=True)
        self._whole.setObjectName("import_result_whole_label")
        self._lay_out()
        self._dress_table()
        self.retranslate()

    def _lay_out(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(space.BETWEEN)
        for action, _tone in _FIGURES:
            card = Card()
            card.body.setSpacing(space.HAIR)
            self._figures[action].setObjectName(f"import_{action.value}_figure")
            for label in (self._captions[action], self._figures[action], self._notes[action]):
                card.body.addWidget(label)
            card.body.addStretch(1)
            cards.addWidget(card, 1)
        self._list = Card()
        filters = QHBoxLayout()
        filters.addWidget(self.group)
        filters.addStretch(1)
        self._list.body.addLayout(filters)
        self._list.body.addWidget(self._none, 1, Qt.AlignmentFlag.AlignTop)
        self._list.body.addWidget(self.table, 1)
        self._list.body.addWidget(self._whole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.APART)
        layout.addWidget(self._banner)
        layout.addLayout(cards)
        layout.addWidget(self._list, 1)

    def _dress_table(self) -> None:
        table = self.table
        table.setObjectName("import_result_table")
        table.setModel(self._model)
        table.setShowGrid(False)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setWordWrap(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setTabKeyNavigation(False)
        table.selectionModel().currentRowChanged.connect(self._show_whole)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(theme.px(36))
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(REASON, QHeaderView.ResizeMode.Stretch)
        for column, width in ((ROW, 70), (ACTION, 120), (NAME, 250)):
            table.setColumnWidth(column, theme.px(width))

    def show_report(self, report: Report) -> None:
        """Show the report of an import that has ended."""
        self.report = report
        self.retranslate()
        self.group.set_value("all")
        self._show_lines()

    def save(self, path: Path) -> None:
        """Write the rows to look at as csv, in the words of the page; raises OSError where the place refuses."""
        if self.report is not None:
            header = (self.tr("行号"), self.tr("结果"), self.tr("名称"), self.tr("原因"), self.tr("代码"))
            self.report.save(path, header, _cells)

    def retranslate(self) -> None:
        """Set the words anew."""
        captions = {
            Action.CREATE: self.tr("新建"),
            Action.SAME: self.tr("已有，未改动"),
            Action.DUPLICATE_PARKED: self.tr("疑似重复，放在一边"),
            Action.REFUSED: self.tr("没有导入"),
        }
        for action, caption in captions.items():
            self._captions[action].setText(caption)
        self.table.setAccessibleName(self.tr("需要看一下的行"))
        self.group.setAccessibleName(self.tr("结果"))
        self._none.setText(self.tr("没有需要看的行。"))
        report = self.report
        if report is None:
            return
        for action in captions:
            self._show_figure(action, report.counts[action])
        self._notes[Action.CREATE].setText(import_words.counts_words(report.made))
        self._notes[Action.SAME].setText(self.tr("重复导入不会新建两次") if report.counts[Action.SAME] else "")
        words = self.tr("导入已停止。停止之前写入的都保留着；再导入同一个文件会接着做完。")
        self._banner.say(words if report.cancelled else "", "warn")
        self._show_groups(report)
        self._show_lines()

    def _show_figure(self, action: Action, count: int) -> None:
        figure = self._figures[action]
        figure.setText(f"{count:,}")
        figure.setProperty("tone", dict(_FIGURES)[action] if count else "muted")
        figure.style().unpolish(figure)
        figure.style().polish(figure)

    def _show_groups(self, report: Report) -> None:
        noted = len(report.lines) - len(report.refused) - len(report.parked)
        self.group.set_choices(
            [
                ("all", self.tr("全部 {count}").format(count=len(report.lines))),
                (Action.REFUSED.value, self.tr("没有导入 {count}").format(count=len(report.refused))),
                (Action.DUPLICATE_PARKED.value, self.tr("放在一边 {count}").format(count=len(report.parked))),
                (Action.CREATE.value, self.tr("请核对 {count}").format(count=noted)),
            ]
        )
        self._list.set_heading(self.tr("需要看一下的行"))

    def _show_lines(self) -> None:
        if self.report is None:
            return
        wanted = self.group.value() or "all"
        lines = [line for line in self.report.lines if wanted in ("all", line.action.value)]
        self._model.set_lines(lines)
        self.group.setVisible(bool(self.report.lines))
        self.table.setColumnWidth(NAME, min(theme.px(250), max(theme.px(90), self.table.sizeHintForColumn(NAME))))
        if lines:
            self.table.setCurrentIndex(self._model.index(0, REASON))
        self._show_whole()
        self.table.setVisible(bool(lines))
        self._none.setVisible(not lines)

    def _show_whole(self) -> None:
        """Say below the list all of what stands in the chosen row, which may have no room in a line."""
        index = self.table.currentIndex()
        row, *others = (str(index.siblingAtColumn(column).data()) for column in (ROW, ACTION, NAME, REASON))
        parts = (self.tr("第 {row} 行").format(row=row), *others)
        self._whole.setText(" · ".join(filter(None, parts)) if index.isValid() else "")
        self._whole.setVisible(index.isValid())
