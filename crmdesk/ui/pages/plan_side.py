"""Beside the calendar: the cycle with what is left by class, and the lists of suggestions, targets and days off."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from crmdesk.domain.planning import ClassStanding
from crmdesk.services.plan_views import CycleView, DayOff, SuggestionItem, TargetItem
from crmdesk.services.views import ACCEPTED
from crmdesk.ui import space, theme
from crmdesk.ui.pages.customer_words import class_word, dotted
from crmdesk.ui.pages.plan_words import PlanWords, figure
from crmdesk.ui.parts.buttons import Button, PressedByEnter
from crmdesk.ui.parts.charts import BudgetBar
from crmdesk.ui.parts.chips import CHIP_HEIGHT, STATE_TONES, chip_width, paint_chip, state_word
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.notices import EmptyState
from crmdesk.ui.parts.room import PageStack
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.split import pane
from crmdesk.ui.parts.squeezed_row import SqueezedRow
from crmdesk.ui.parts.tabs import Tabs
from crmdesk.ui.parts.week_grid import DOCTOR_MIME

SUGGESTIONS, TARGETS, DAYS_OFF = range(3)
SIDE_WIDTHS = (288, 372)
"""How narrow the lists may become beside the calendar, and how wide."""

_LEAST_NAME = 110
"""What the name of a cycle keeps of the width beside its week."""


class DoctorRowModel(RowModel):
    """Rows that can be dragged into the calendar; a row's key is the doctor's id."""

    @override
    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        own = super().flags(index)
        return own | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else own  # the list itself is not dragged

    @override
    def mimeTypes(self) -> list[str]:
        return [DOCTOR_MIME]

    @override
    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        row = self.row(indexes[0].row()) if indexes else None
        if row is not None:
            data.setData(DOCTOR_MIME, row.key.encode())
        return data


class _ClassChip(PressedByEnter, QAbstractButton):
    """A class as a chip that narrows the suggestions to it; pressed again, all come back."""

    def __init__(self, customer_class: str, pale: bool) -> None:
        super().__init__()
        self.setObjectName(f"plan_class_{customer_class}_button")
        self._text, self._pale = class_word(customer_class), pale
        self.setAccessibleName(self._text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(chip_width(self._text), theme.px(CHIP_HEIGHT))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, QRectF(self.rect()), self._text, "neutral" if self._pale else "accent")
        if self.hasFocus():
            painter.setPen(QPen(theme.tokens().color("accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 9, 9)


class _ClassLines(QWidget):
    """One line a class: done and scheduled of the goal as a bar, the figure, what is to be scheduled.

    Tab comes to the classes `behind` a control that stays.
    """

    picked = Signal(str)

    def __init__(self, behind: QWidget) -> None:
        super().__init__()
        self.chosen, self._behind = "", behind
        self.setObjectName("plan_classes")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space.NEAR)
        self._grid.setVerticalSpacing(space.INSIDE)
        self._grid.setColumnStretch(1, 1)

    def show_classes(self, classes: Sequence[ClassStanding]) -> None:
        """Show the classes of a plan; a chip that has the focus keeps it."""
        holder = self.window().focusWidget()
        focused = holder.objectName() if isinstance(holder, _ClassChip) else ""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        chips = [self._line(row, one) for row, one in enumerate(classes)]
        for before, after in itertools.pairwise((self._behind, *chips)):
            self.setTabOrder(before, after)  # a new one comes last of all else
        again = self.findChild(_ClassChip, focused) if focused else None
        if again is not None:
            again.show()  # the layout would show it a moment later: by then another has the focus
            again.setFocus(Qt.FocusReason.OtherFocusReason)

    def _line(self, row: int, one: ClassStanding) -> _ClassChip:
        bar = BudgetBar()
        bar.set(one.planned, one.actual, one.scheduled, 0)
        done = self.tr("{done} / {planned}").format(done=figure(one.actual), planned=figure(one.planned))
        left = self.tr("待排 {left}").format(left=figure(one.remaining_to_schedule))
        bar.setAccessibleName(
            self.tr("{name}：完成 {done}，已排 {scheduled}，还差 {remaining}，{left}").format(
                name=class_word(one.customer_class), done=done, scheduled=figure(one.scheduled),
                remaining=figure(one.remaining), left=left,
            )
        )  # fmt: skip
        name = _ClassChip(one.customer_class, self.chosen not in ("", one.customer_class))
        name.clicked.connect(lambda: self.picked.emit("" if self.chosen == one.customer_class else one.customer_class))
        figures, lacking = Label(done, "body"), Label(left, "muted")
        lacking.setObjectName(f"plan_left_{one.customer_class}_label")
        for column, widget in enumerate((name, bar, figures, lacking)):
            side = Qt.AlignmentFlag.AlignRight if column > 1 else Qt.AlignmentFlag(0)
            self._grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignVCenter | side)
        return name


class CycleHead(QFrame):
    """The head of the side: which cycle, how far it is, what is left."""

    picked = Signal(str)
    class_picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "list-head")
        self._words = PlanWords(self)
        self.name, self.week = ElidedLabel("", "strong"), Label("", "muted")
        self.name.setObjectName("plan_cycle_label")
        self.others = DropDown()
        self.others.setObjectName("plan_cycle_combo")
        self.others.activated.connect(lambda _at: self.picked.emit(str(self.others.currentData())))
        self.edit = Button.for_action("plan_cycle", small=True)
        self.lines = _ClassLines(self.others)
        self.lines.picked.connect(self._class_picked)
        self.foot = Label("", "muted", wrap=True)
        self.foot.setObjectName("plan_capacity_label")
        top = SqueezedRow()
        top.setSpacing(space.INSIDE)
        top.addWidget(self.name, 1)
        top.addWidget(self.week)
        top.spare(self.week)  # which goes before the name of the cycle does
        top.addWidget(self.edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space.APART, space.ROOMY, space.APART, space.BETWEEN)
        layout.setSpacing(space.NEAR)
        layout.addLayout(top)
        layout.addWidget(self.others)
        layout.addWidget(self.lines)
        layout.addWidget(self.foot)

    def _class_picked(self, customer_class: str) -> None:
        self.lines.chosen = customer_class
        self.class_picked.emit(customer_class)

    def show_cycle(self, view: CycleView, may_edit: bool) -> None:
        """Show a cycle, or say that there is none."""
        row = view.row
        self.edit.setVisible(may_edit)
        self.name.setText(str(row["name"]) if row else self.tr("没有周期计划"))
        self.name.setMinimumWidth(min(self.name.sizeHint().width(), theme.px(_LEAST_NAME)))
        self.week.setText(
            self.tr("第 {week} 周，共 {weeks} 周").format(week=view.week, weeks=view.weeks) if row else ""
        )
        self.lines.show_classes(view.classes)
        self.lines.setVisible(bool(view.classes))
        self._show_others(view)
        self.foot.setText(self._sentence(view, may_edit))

    def _show_others(self, view: CycleView) -> None:
        self.others.clear()
        for one in view.others if view.row else ():
            self.others.addItem(view.territories.get(one["territory_id"], str(one["name"])), one.id)
        self.others.setVisible(self.others.count() > 1)
        self.others.setAccessibleName(self.tr("辖区的周期计划"))
        if view.row:
            self.others.setCurrentIndex(max(0, self.others.findData(view.row.id)))

    def _sentence(self, view: CycleView, may_edit: bool) -> str:
        if view.row is None:
            return (
                self.tr("按“周期计划”定下目标。")
                if may_edit
                else self.tr("经理定下周期计划后，这里会显示目标和还差的次数。")
            )
        parts = [
            self.tr("还剩 %n 个工作日", "", view.workdays_left),
            self.tr("还能排 %n 次", "", view.capacity_left),
        ]
        if view.unknown_years:
            years = self.tr("、").join(map(str, view.unknown_years))
            parts.append(self.tr("{years} 年的放假安排未知").format(years=years))
        if view.above_maximum:
            parts.append(self.tr("%n 位医生超过最多次数", "", view.above_maximum))
        if view.without_class:
            parts.append(self.tr("%n 位医生未分类", "", view.without_class))
        return dotted(*parts)


class PlanSide(QWidget):
    """The head of the cycle above the three lists; what is chosen in them is asked by the page."""

    schedule = Signal(str)  # doctor id
    tab_changed = Signal(int)
    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._words = PlanWords(self)
        self.suggestions: Sequence[SuggestionItem] = ()
        self.targets: Sequence[TargetItem] = ()
        self.days_off: Sequence[DayOff] = ()
        self.head = CycleHead()
        self.tabs = Tabs()
        self.tabs.setObjectName("plan_tabs")
        self.models = (DoctorRowModel(self), RowModel(self), RowModel(self))
        self.lists = tuple(RowList(model, lines=lines) for model, lines in zip(self.models, (3, 3, 2), strict=True))
        for rows, name in zip(self.lists, ("suggestions", "targets", "days_off"), strict=True):
            rows.setObjectName(f"plan_{name}_list")
            rows.chosen.connect(lambda _key: self.chosen.emit())
        self.lists[SUGGESTIONS].setDragEnabled(True)
        self.lists[SUGGESTIONS].setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.lists[SUGGESTIONS].opened.connect(self.schedule)
        self.empty = tuple(EmptyState(icon, awaiting=True) for icon in ("done", "calendar", "calendar"))
        self._stacks = tuple(self._stack(rows, empty) for rows, empty in zip(self.lists, self.empty, strict=True))
        self._pages = PageStack()  # Qt's own is as high as the highest of its pages
        for stack in self._stacks:
            self._pages.addWidget(stack)
        self.foot = SqueezedRow()
        self.foot.setContentsMargins(space.APART, space.NEAR, space.APART, space.NEAR)
        self.foot.setSpacing(space.INSIDE)
        self.foot.addStretch(1)
        self._lay_out()
        self.tabs.currentChanged.connect(self._turn)

    @property
    def customer_class(self) -> str:
        """Return the class that the suggestions are narrowed to, '' for all."""
        return self.head.lines.chosen

    @staticmethod
    def _stack(rows: RowList, empty: EmptyState) -> PageStack:
        stack = PageStack()
        stack.addWidget(rows)
        stack.addWidget(empty)
        return stack

    def _lay_out(self) -> None:
        frame, inner = pane("side")
        inner.setContentsMargins(space.LINE, 0, 0, 0)  # room for the line at its left
        inner.addWidget(self.head)
        bar, bar_layout = pane("list-head")
        bar_layout.addWidget(self.tabs)
        bar_layout.setContentsMargins(space.APART, space.HAIR, space.APART, 0)
        inner.addWidget(bar)
        inner.addWidget(self._pages, 1)
        inner.addLayout(self.foot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)

    @override
    def sizeHint(self) -> QSize:
        return QSize(theme.px(SIDE_WIDTHS[1]), super().sizeHint().height())

    def _turn(self, tab: int) -> None:
        if tab >= 0:
            self._pages.setCurrentIndex(tab)
            self.tab_changed.emit(tab)

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_cycle(self, view: CycleView, may_edit: bool) -> None:
        """Show the cycle; where there is none, nothing can be suggested."""
        self.head.show_cycle(view, may_edit)
        done, none = self.tr("本周期要排的都排上了。"), self.tr("没有周期计划，也就没有建议。")
        self.empty[SUGGESTIONS].say(done if view.row else none)

    def show_lists(
        self, suggestions: Sequence[SuggestionItem], targets: Sequence[TargetItem], days_off: Sequence[DayOff]
    ) -> None:
        """Show all three lists."""
        self.suggestions, self.targets, self.days_off = suggestions, targets, days_off
        for empty in self.empty:
            empty.answered()
        self.retranslate()

    def show_suggestions(self, items: Sequence[SuggestionItem]) -> None:
        """Show whom to visit next."""
        self.suggestions = items
        rows = [
            ListRow(
                key=item.doctor_id, name=item.name, chip=class_word(item.customer_class),
                second=dotted(item.institution_name, item.department_name), third=self._words.why(item),
            )
            for item in items
        ]  # fmt: skip
        self._show(SUGGESTIONS, rows)

    def _target_row(self, item: TargetItem) -> ListRow:
        word, tone = self._words.target_state(item)
        if item.sync_state != ACCEPTED and item.mine:
            word, tone = state_word(item.sync_state), STATE_TONES[item.sync_state]
        return ListRow(
            key=item.id, name=item.doctor_name, chip=class_word(item.customer_class),
            second=self._words.asked(item), third=self._words.answered(item), state=word, state_tone=tone,
        )  # fmt: skip

    def _day_off_row(self, item: DayOff) -> ListRow:
        days, what = self._words.day_off(item)
        state = "" if item.sync_state == ACCEPTED else state_word(item.sync_state)
        return ListRow(item.id, days, second=what, state=state, state_tone="info")

    def _show(self, tab: int, rows: Sequence[ListRow]) -> None:
        kept = self.lists[tab].current_key()
        self.models[tab].set_rows(rows)
        self._stacks[tab].setCurrentIndex(0 if rows else 1)
        if rows and not (kept and self.lists[tab].choose(kept)):
            self.lists[tab].choose_row(0)

    # --- what is chosen -------------------------------------------------------------------------------------------

    @property
    def tab(self) -> int:
        """Return which list is shown."""
        return self.tabs.currentIndex()

    def suggestion(self) -> SuggestionItem | None:
        """Return the suggestion that is chosen."""
        key = self.lists[SUGGESTIONS].current_key()
        return next((one for one in self.suggestions if one.doctor_id == key), None)

    def target(self) -> TargetItem | None:
        """Return the proposal that is chosen."""
        key = self.lists[TARGETS].current_key()
        return next((one for one in self.targets if one.id == key), None)

    def day_off(self) -> DayOff | None:
        """Return the days off that are chosen."""
        key = self.lists[DAYS_OFF].current_key()
        return next((one for one in self.days_off if one.id == key), None)

    def retranslate(self) -> None:
        """Set every text anew."""
        waiting = sum(one.state == "proposed" for one in self.targets)
        targets = self.tr("目标 {count}").format(count=waiting) if waiting else self.tr("目标")
        narrowed = class_word(self.customer_class)
        self.tabs.set_tabs([dotted(self.tr("建议"), narrowed), targets, self.tr("不在岗")])
        self.tabs.setAccessibleName(self.tr("计划旁边的列表"))
        names = (self.tr("建议拜访的医生"), self.tr("目标申请"), self.tr("不在岗的日子"))
        for rows, name in zip(self.lists, names, strict=True):
            rows.setAccessibleName(name)
        self.show_suggestions(self.suggestions)
        self._show(TARGETS, [self._target_row(item) for item in self.targets])
        self._show(DAYS_OFF, [self._day_off_row(item) for item in self.days_off])
