"""The tabs of a page: words on a line, the open one underlined in the accent."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QTabBar, QWidget
from typing_extensions import override

from crmdesk.ui import theme
from crmdesk.ui.parts.cut_words import tool_tip
from crmdesk.ui.parts.focus_ring import FocusRing

_OUTSET = 8
_GAP, _TIGHT_GAP = 24, 14
"""Between two tabs, and where there is little room; the style sheet has the same."""


class Tabs(QTabBar):
    """Ctrl+Tab and the arrows move; `set_tabs` keeps the open one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "tabs")
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._ring = FocusRing(self, outset=_OUTSET)
        self._whole: tuple[str, ...] = ()
        self._short: tuple[str, ...] = ()

    def set_tabs(self, names: Sequence[str], short: Sequence[str] = ()) -> None:
        """Set the words of the tabs; `short` are those without figures, for where there is little room."""
        self._whole, self._short = tuple(names), tuple(short)
        for index, name in enumerate(names):
            if index >= self.count():
                self.addTab(name)
        while self.count() > len(names):
            self.removeTab(self.count() - 1)
        self._fit()

    def _fit(self) -> None:
        """Stand closer where there is little room, then leave the figures out; arrows come only after that."""
        tight = self._needs(self._whole, _GAP) > self.width()
        shown = self._short if self._short and self._needs(self._whole, _TIGHT_GAP) > self.width() else self._whole
        for index, name in enumerate(shown):
            shown_now = (name.replace("&", "&&"), tool_tip(self._whole[index]) if name != self._whole[index] else "")
            if shown_now != (self.tabText(index), self.tabToolTip(index)):
                self.setTabText(index, shown_now[0])
                self.setTabToolTip(index, shown_now[1])
        if bool(self.property("tight")) != tight:
            self.setProperty("tight", tight)
            self.style().unpolish(self)
            self.style().polish(self)
            self.updateGeometry()

    def _needs(self, names: Sequence[str], gap: int) -> int:
        return sum(int(theme.text_width(name, bold=True) + 0.5) + gap for name in names)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # it scrolls the page

    @override
    def resizeEvent(self, arg__1: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(arg__1)
