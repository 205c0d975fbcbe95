"""The products of a visit report: a row each, as many as are talked about; where there are many, the rest on demand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.picklists import PICKLISTS
from crmdesk.services.views import Row
from crmdesk.ui import language, space, theme
from crmdesk.ui.pages.visit_report import VisitReport
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.chips import KeyCap, Picklist
from crmdesk.ui.parts.chips_fold import FoldedPicklist
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.text_field import TextLine

_FEW, _SHOWN = 8, 5
"""So many products are all shown; of more, so many and those that the report speaks of."""
_NAME_PX, _WIDEST_NAME_PX, _FIND_PX = 72, 160, 240
_WITH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class FindLine(TextLine):
    """What is typed narrows the list; Enter or Down (`taken`) goes on to what was found, Escape takes it back."""

    taken = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setMinimumWidth(theme.px(_FIND_PX))
        self.setClearButtonEnabled(True)

    @override
    def event(self, arg__1: QEvent) -> bool:
        """Take Escape before the page's own does something else, while there is something to take back."""
        if isinstance(arg__1, QKeyEvent) and arg__1.key() == Qt.Key.Key_Escape and self.text():
            arg__1.accept()
        return super().event(arg__1)

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        key = arg__1.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down) and not arg__1.modifiers() & _WITH:
            self.taken.emit()
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.textEdited.emit("")
        else:
            super().keyPressEvent(arg__1)


class ProductRow(QWidget):
    """One product: its place in the order, approved messages, reaction; one line until its messages are looked at."""

    changed = Signal(str)
    moved = Signal(str, int)

    def __init__(self, product: Row, digit: str) -> None:
        super().__init__()
        self.product = product
        self._order, self.name = Label("", "section"), ElidedLabel(str(product["name"]), "section")
        self._order.setFixedWidth(theme.px(18))
        self.name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        for label in (self._order, self.name):
            label.setMinimumHeight(theme.px(28))  # beside the first line of chips
        self.messages, self.reaction = FoldedPicklist(many=True), Picklist()
        self.messages.digit = digit
        self.messages.setObjectName(f"visit_messages_{product.id}")
        self.reaction.setObjectName(f"visit_reaction_{product.id}")
        for group in (self.messages, self.reaction):
            group.changed.connect(lambda: self.changed.emit(self.product.id))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space.TINY)
        row.addWidget(self._order, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.name, 0, Qt.AlignmentFlag.AlignTop)
        row.addSpacing(space.INSIDE)
        self.reaction.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)  # one line, one column
        row.addWidget(self.messages, 1)
        row.addSpacing(space.BETWEEN)
        row.addWidget(self.reaction)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        name = str(self.product["name"])
        chinese = language.current() == language.CHINESE
        self.messages.set_choices(
            [(str(one["code"]), str(one["zh" if chinese else "en"])) for one in self.product["messages"] or ()]
        )
        self.reaction.set_choices(
            [(one.code, language.choice_word("reaction", one.code)) for one in PICKLISTS["reaction"]]
        )
        self.messages.setAccessibleName(self.tr("{name}：信息").format(name=name))
        self.reaction.setAccessibleName(self.tr("{name}：反应").format(name=name))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+Up and Alt+Down move the product in the order of detailing."""
        places = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if places is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(self.product.id, places)
        else:
            super().keyPressEvent(event)

    def show_report(self, report: VisitReport) -> None:
        """Show what the report says about this product."""
        entry = next((one for one in report.talks if one.product_id == self.product.id), None)
        self.messages.set_values(entry.messages if entry else ())
        self.reaction.set_value(entry.reaction if entry else "")
        order = report.order_of(self.product.id)
        self._order.setText(str(order) if order else "")


class VisitProducts(QWidget):
    """The rows, those first that were talked about last time; `changed` and `moved` as a row tells them."""

    changed = Signal(str)
    moved = Signal(str, int)
    rows_changed = Signal()
    sought = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ProductRow] = []
        self._found: Sequence[str] | None = None  # the products that what was typed leaves, None: nothing was typed
        self.find_line = FindLine("visit_find_product_edit")
        self.find_line.textEdited.connect(self._typed)
        self.find_line.taken.connect(self._to_found)
        self._report, self._open, self._locked = VisitReport(), False, False
        self._heading, self._none = Label("", "muted"), Label("", "muted")
        self._none.setObjectName("visit_no_products")
        self._none.hide()
        self.more = Button("", QUIET, small=True)
        self.more.setObjectName("visit_more_products")
        self.more.clicked.connect(self._turn)
        self._list = QVBoxLayout()
        self._list.setSpacing(space.TINY)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.TIGHT)
        layout.addLayout(heading(self._heading, "4"))
        layout.addLayout(self._list)
        layout.addWidget(self._none)
        foot = QHBoxLayout()
        foot.setSpacing(space.INSIDE)
        foot.addWidget(self.find_line)
        foot.addWidget(self.more)
        foot.addStretch(1)
        layout.addLayout(foot)

    def set_products(self, products: Sequence[Row]) -> None:
        """Show a row for each product that may be talked about, or say that there is none."""
        if [row.product for row in self.rows] == list(products):
            return
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for index, product in enumerate(products):
            row = ProductRow(product, "4" if index == 0 else "")
            row.changed.connect(self.changed)
            row.moved.connect(self.moved)
            self._list.addWidget(row)
            row.show()  # at once: Qt would do it a turn later, and a digit typed in between would lead nowhere
            self.rows.append(row)
        self._fold()
        self.rows_changed.emit()

    def show_report(self, report: VisitReport) -> None:
        """Show what a report says; another one begins with the usual products."""
        if report is not self._report:
            self._report, self._open = report, False
            self._forget_typed()
        for row in self.rows:
            row.show_report(report)
        self._fold()

    def set_locked(self, locked: bool) -> None:
        """Show only what was talked about, in its order: nothing can be added."""
        self._locked = locked
        for cap in self.findChildren(KeyCap):
            cap.setEnabled(not locked)
        self._fold()

    def retranslate(self) -> None:
        """Set every text anew."""
        for row in self.rows:
            row.retranslate()
        self._heading.setText(language.field_word("visit", "products"))
        self.find_line.setAccessibleName(self.tr("查找产品"))
        self.find_line.setPlaceholderText(self.tr("查找产品：名称、拼音或首字母"))
        self._fold()

    def _in_order(self) -> list[ProductRow]:
        """Return the rows, of a locked report as they were talked about."""
        spoken = self._report.order_of if self._locked else lambda _product: 0
        return sorted(self.rows, key=lambda row: spoken(row.product.id))

    def _said_of_none(self) -> str:
        if self._locked and self.rows:
            return self.tr("没有谈到产品。")
        return self.tr("公司还没有登记产品；管理员登记后，下次同步就会出现。")

    def _typed(self, text: str) -> None:
        if text.strip():
            self.sought.emit(text)
        else:
            self._forget_typed()

    def show_found(self, text: str, ids: Sequence[str]) -> None:
        """Show the products that fit what was typed, unless something else stands there by now."""
        if self.find_line.text() == text:
            self._found = ids
            self._fold()

    def _to_found(self) -> None:
        """Go on to the first product that was found; the list stays narrowed until the field is empty."""
        first = next((row for row in self.rows if row.product.id in (self._found or ())), None)
        if first is not None:
            first.messages.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget_typed(self) -> None:
        self._found = None
        self.find_line.clear()
        self._fold()

    def _turn(self) -> None:
        self._open = not self._open
        self._fold()

    def _fold(self) -> None:
        """Hide the rows beyond the first ones of which nothing is said, and give the names their column."""
        many, left = len(self.rows) > _FEW, 0
        for place, row in enumerate(self._in_order()):
            self._list.insertWidget(place, row)
            shown = self._report.order_of(row.product.id) > 0 or (not self._locked and self._offered(place, row))
            row.setHidden(not shown)
            left += not shown
        self.find_line.setVisible(many and not self._locked)
        self.more.setVisible(many and not self._locked and self._found is None and (left > 0 or self._open))
        self._none.setText(self._said_of_none())
        self._none.setVisible(not self.rows or (self._locked and left == len(self.rows)))
        self.more.setText(self.tr("只看前几个产品") if self._open else self.tr("其余 %n 个产品", "", left))
        self._align_names()

    def _offered(self, place: int, row: ProductRow) -> bool:
        """Say whether a product of which nothing was said is shown: one of the first, or one that was looked for."""
        if self._found is not None:
            return row.product.id in self._found[:_FEW]
        return len(self.rows) <= _FEW or self._open or place < _SHOWN

    def _align_names(self) -> None:
        """Give the names one column: as wide as they are, and never more than a quarter of a narrow form."""
        shown_names = [row.name.sizeHint().width() for row in self.rows if not row.isHidden()]
        widest = min(theme.px(_WIDEST_NAME_PX), max(theme.px(_NAME_PX), self.width() // 4))
        width = min(max([theme.px(_NAME_PX), *shown_names]), widest)
        for row in self.rows:
            row.name.setFixedWidth(width)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._align_names()


def heading(label: Label, digit: str) -> QHBoxLayout:
    """Return a heading with the digit that leads to what stands below it."""
    row = QHBoxLayout()
    row.setSpacing(space.TINY)
    row.addWidget(label)
    row.addWidget(KeyCap(digit))
    row.addStretch(1)
    return row
