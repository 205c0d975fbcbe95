"""The tabs of a page: words on a line, the open one underlined in the accent."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar, QWidget

from crmdesk.ui.parts.focus_ring import FocusRing


class Tabs(QTabBar):
    """Ctrl+Tab and the arrows move; `set_tabs` keeps the open one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "tabs")
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._ring = FocusRing(self)

    def set_tabs(self, names: list[str]) -> None:
        """Set the words of the tabs."""
        for index, name in enumerate(names):
            shown = name.replace("&", "&&")
            if index < self.count():
                self.setTabText(index, shown)
            else:
                self.addTab(shown)
        while self.count() > len(names):
            self.removeTab(self.count() - 1)
