"""A card of one figure: large what it comes to, below it a bar, who or what it consists of, and how far it reaches."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.ui import space, theme
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.charts import BudgetBar, ColumnChart
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.split import ScrollPage

FIGURES = ("coverage", "frequency", "adherence", "timeliness", "budget", "call_backs")
_TWO_COLUMNS, _MOST_NAME = 620, 120


class Shares(msgspec.Struct, frozen=True):
    """The lengths of a bar: in full colour, in a paler one, of a whole."""

    whole: int
    full: int
    pale: int = 0


class FigureLine(msgspec.Struct, frozen=True):
    """One of those of whom a figure consists: name, bar, words."""

    name: str
    shares: Shares
    words: str


class Figure(msgspec.Struct, frozen=True):
    """What a card shows; `columns` are days 0, 1, 2 … with so many reports, `columns_said` the same in words."""

    heading: str
    figure: str
    said: tuple[str, ...]
    foot: str
    shares: Shares | None = None
    lines: tuple[FigureLine, ...] = ()
    columns: tuple[int, ...] = ()
    columns_said: str = ""


class FigureCard(Card):
    """Shows a `Figure`, again after each change."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(f"team_{name}_card")
        self.figure = Label("", "title")
        self.figure.setObjectName(f"team_{name}_figure")
        self._bar = BudgetBar()
        self._chart = ColumnChart(strong=1)
        self.said = Label("", "body", wrap=True)
        self.said.setObjectName(f"team_{name}_said")
        self._lines = QWidget()
        self._grid = QGridLayout(self._lines)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space.NEAR)
        self._grid.setVerticalSpacing(space.TINY)
        self._grid.setColumnStretch(1, 1)
        self.foot = Label("", "muted", wrap=True)
        self.foot.setObjectName(f"team_{name}_foot")
        for widget in (self.figure, self._bar, self._chart, self.said, self._lines):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.body.addWidget(self.foot)

    def show_figure(self, one: Figure) -> None:
        """Show this figure."""
        self.set_heading(one.heading)
        self.figure.setText(one.figure)
        self.said.setText("\n".join(one.said))
        self.said.setVisible(bool(one.said))
        self._bar.setVisible(one.shares is not None)
        if one.shares is not None:
            _set(self._bar, one.shares)
            self._bar.setAccessibleName(f"{one.heading}: {one.figure}")
        self._chart.setVisible(bool(one.columns))
        self._chart.set_named(one.columns, one.columns_said)
        self._show_lines(one)
        self.foot.setText(one.foot)

    def _show_lines(self, figure: Figure) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        metrics, widest = QFontMetrics(theme.font(theme.NAME_PX)), 0  # before it is shown a label knows no size
        for row, one in enumerate(figure.lines):
            name, bar, words = ElidedLabel(one.name, "body"), BudgetBar(), Label(one.words, "body")
            _set(bar, one.shares)
            bar.setAccessibleName(f"{one.name}: {one.words}")
            self._grid.addWidget(name, row, 0)
            widest = max(widest, min(metrics.horizontalAdvance(one.name) + 2, theme.px(_MOST_NAME)))
            self._grid.addWidget(bar, row, 1, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(words, row, 2, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        self._grid.setColumnMinimumWidth(0, widest)
        self._lines.setVisible(bool(figure.lines))


def _set(bar: BudgetBar, shares: Shares) -> None:
    bar.set(shares.whole, shares.full, shares.pale, 0)


class FigureCards(ScrollPage):
    """All figures, two beside each other where there is room; add to `head` what stands above them."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("team_figures")
        self.head = QVBoxLayout()
        self.head.setSpacing(space.INSIDE)
        self.content.addLayout(self.head)
        self.cards = {name: FigureCard(name) for name in FIGURES}
        self._pairs: list[QBoxLayout] = []
        for left, right in zip(FIGURES[::2], FIGURES[1::2], strict=True):
            pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
            pair.setSpacing(space.APART)
            pair.addWidget(self.cards[left], 1)
            pair.addWidget(self.cards[right], 1)
            self.content.addLayout(pair)
            self._pairs.append(pair)

    @override
    def resizeEvent(self, arg__1: QResizeEvent) -> None:
        super().resizeEvent(arg__1)
        narrow = self.viewport().width() < theme.px(_TWO_COLUMNS)
        for pair in self._pairs:
            pair.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
