"""The customer list as shown: a table whose rows a delegate paints from the tokens, and its keys."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from crmdesk.services.views import CustomerItem
from crmdesk.ui import theme
from crmdesk.ui.pages.customer_models import (
    ITEM_ROLE,
    LAST_VISIT,
    NAME,
    PLACE,
    PROFESSION,
    STATE,
    CustomerTableModel,
)
from crmdesk.ui.pages.customer_words import CustomerWords, class_word
from crmdesk.ui.parts.chips import CHIP_HEIGHT, chip_width, paint_chip

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT, SIDE = 52, 16
WIDTHS = {NAME: 220, PROFESSION: 270, LAST_VISIT: 140, STATE: 120}
"""Widths of the columns at 100 % in a table of `FULL` pixels, narrower in a narrower one; the place takes the rest."""
FULL = 1180


class CustomerDelegate(QStyledItemDelegate):
    """Paints one cell: name with class, plain texts, state chip; one line under each row, the accent at its left."""

    def __init__(self, words: CustomerWords, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = words

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, theme.px(ROW_HEIGHT))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        self._ground(painter, box, bool(state & QStyle.StateFlag.State_Selected), index.column())
        item = index.data(ITEM_ROLE)
        inner = box.adjusted(SIDE if index.column() == NAME else 8, 0, -8, -1)
        if not isinstance(item, CustomerItem):
            if index.column() == NAME:
                self._text(painter, inner, "…", "faint")
        elif index.column() == NAME:
            self._name(painter, inner, item)
        elif index.column() == STATE:
            self._state(painter, inner, item)
        else:
            muted = index.column() == LAST_VISIT
            self._text(painter, inner, str(index.data()), "muted" if muted else "text")
        painter.restore()

    def _ground(self, painter: QPainter, box: QRect, selected: bool, column: int) -> None:
        colors = theme.tokens()
        if selected:
            painter.fillRect(box, colors.color("selection"))
            if column == NAME:
                painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), colors.color("accent"))
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), colors.color("line"))

    def _name(self, painter: QPainter, inner: QRect, item: CustomerItem) -> None:
        metrics = QFontMetrics(theme.font(theme.NAME_PX, bold=True))
        chip = class_word(item.customer_class)
        room = inner.width() - (chip_width(chip) + 8 if chip else 0)
        self._text(
            painter, QRect(inner.left(), inner.top(), room, inner.height()), item.name, "text", theme.NAME_PX, True
        )
        if chip:
            left = inner.left() + min(metrics.horizontalAdvance(item.name), room) + 8
            self._chip(painter, inner, left, chip, "accent")

    def _state(self, painter: QPainter, inner: QRect, item: CustomerItem) -> None:
        text, tone = self._words.state(item)
        if text:
            self._chip(painter, inner, inner.right() - chip_width(text) + 1 - SIDE + 8, text, tone)

    @staticmethod
    def _chip(painter: QPainter, inner: QRect, left: int, text: str, tone: str) -> None:
        height = theme.px(CHIP_HEIGHT)
        paint_chip(painter, QRectF(left, inner.center().y() - height // 2, chip_width(text), height), text, tone)

    @staticmethod
    def _text(
        painter: QPainter, place: QRect, text: str, color: str, size: int = theme.BODY_PX, bold: bool = False
    ) -> None:
        font = theme.font(size, bold)
        painter.setFont(font)
        painter.setPen(theme.tokens().color(color))
        line = QFontMetrics(font).elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)


class CustomerTable(QTableView):
    """The table of customers; letters typed into it go to the filter (`typed`), except keys that mean something."""

    opened = Signal(str)
    typed = Signal(str)
    asked_new = Signal()

    def __init__(self, model: CustomerTableModel, words: CustomerWords) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setItemDelegate(CustomerDelegate(words, self))
        self.setObjectName("customers_table")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self._set_headers()
        self.doubleClicked.connect(lambda index: self.opened.emit(self._model.id_at(index.row())))

    def _set_headers(self) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.px(ROW_HEIGHT))
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setHighlightSections(False)
        columns.setStyleSheet("QHeaderView::section:first { padding-left: 16px; }")
        columns.setSectionsClickable(True)
        columns.setSectionResizeMode(PLACE, QHeaderView.ResizeMode.Stretch)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        share = max(0.66, min(1.0, self.width() / theme.px(FULL)))
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, int(theme.px(width) * share))

    def current_id(self) -> str:
        """Return the id of the chosen row, '' where none is."""
        return self._model.id_at(self.currentIndex().row())

    def choose(self, row: int) -> None:
        """Choose a row and bring it into view."""
        if 0 <= row < self._model.rowCount():
            self.setCurrentIndex(self._model.index(row, NAME))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if plain and event.text().lower() == "n":
            self.asked_new.emit()
        elif plain and event.text().strip() and event.text().isprintable():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)
