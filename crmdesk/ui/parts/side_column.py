"""A column beside the main part of a page, a third of it wide; where there is no room for both it lies below."""

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from crmdesk.ui import theme
from crmdesk.ui.parts.room import ANY_WIDTH, width_in_sight
from crmdesk.ui.parts.two_parts import TwoParts

_HEIGHTS = (300, 380)
"""The least that the main part and the column take below each other, at 100 %; the page scrolls then."""


class SideColumn(TwoParts):
    """`main` takes what is left; the column is `least` to `widest` pixels wide at 100 %, all there is below."""

    def __init__(self, main: QWidget, column: QWidget, least: int, widest: int) -> None:
        super().__init__(main, column)
        self._parts, self._least, self._widest = (main, column), least, widest
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)

    @override
    def give_room(self) -> None:
        main, column = self._parts
        least, room = theme.px(self._least), width_in_sight(self)
        beside = max(least, min(theme.px(self._widest), room // 3))
        needed = max(least, column.minimumSizeHint().width())
        self.turn(room < main.minimumSizeHint().width() + needed)
        column.setMinimumWidth(0 if self.below else least)
        column.setMaximumWidth(ANY_WIDTH if self.below else beside)
        for part, height in zip(self._parts, _HEIGHTS, strict=True):
            part.setMinimumHeight(theme.px(height) if self.below else 0)
