"""What a page is about, and cards beside it; where there is no room for both, the cards stand below and all scrolls."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.ui import space, theme
from crmdesk.ui.parts.room import ANY_WIDTH, width_in_sight
from crmdesk.ui.parts.split import ScrollArea
from crmdesk.ui.parts.two_parts import TwoParts

_BAR, _LEAST_MAIN, _LEAST_BESIDE = space.BETWEEN, 320, 200
"""Room for the side's scroll bar, the least width and height of the main part, its height beside."""


class MainAndSide(TwoParts):
    """`main` takes what is left; `cards` stand right of it, `width` pixels wide, and scroll by themselves there."""

    def __init__(self, name: str, main: QWidget, cards: list[QWidget], width: int) -> None:
        side = ScrollArea()
        super().__init__(main, side)
        self.side = side
        self.side.setObjectName(name)
        self._main, self._cards, self._width = main, cards, theme.px(width)
        self._holder = QWidget()
        self._holder.setProperty("part", "page")
        self._holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space.APART)
        for card in cards:
            column.addWidget(card)
        column.addStretch(1)
        self.side.setWidget(self._holder)
        self._row.setSpacing(space.RIM)
        self._place()

    def _place(self) -> None:
        """Give the cards their width beside the main part, or all there is below it, and there their whole height."""
        widest = ANY_WIDTH if self.below else self._width
        for card in self._cards:
            card.setMinimumWidth(0 if self.below else self._width)
            card.setMaximumWidth(widest)
        self.side.setMinimumWidth(0 if self.below else self._width + _BAR)
        self.side.setMaximumWidth(ANY_WIDTH if self.below else self._width + _BAR)
        self._row.setContentsMargins(space.EDGE, space.APART, space.EDGE if self.below else _BAR, space.RIM)
        self._main.setMinimumHeight(theme.px(_LEAST_MAIN if self.below else _LEAST_BESIDE))
        self._fit_height()

    def _fit_height(self) -> None:
        layout = self._holder.layout()
        assert layout is not None
        whole = max(layout.minimumSize().height(), layout.heightForWidth(self.side.viewport().width()))
        self.side.setMinimumHeight(whole if self.below else 0)

    @override
    def give_room(self) -> None:
        beside = self._width + _BAR + self._row.spacing() + space.EDGE + _BAR
        below = width_in_sight(self) < max(self._main.minimumSizeHint().width(), theme.px(_LEAST_MAIN)) + beside
        if below != self.below:
            self.turn(below)
            self._place()
        elif below:
            self._fit_height()
