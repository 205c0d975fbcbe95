"""A row of labels and buttons that asks for little: where it is narrow, what is spare goes, then key caps, then words.

The words go one by one, from the first button on, so that as many stay as there is room for.
"""

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from crmdesk.ui.parts.buttons import BARE, FULL, ICONS, KEYLESS, LEVELS, Button
from crmdesk.ui.parts.room import ANY_WIDTH

_ALL = FULL - 1
"""The level at which also what is spare is shown."""


class SqueezedRow(QHBoxLayout):
    """Widgets and stretches side by side; the row asks for what it needs with its buttons as narrow as they can be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent) if parent is not None else super().__init__()
        self._spare: list[QWidget] = []
        self._widths: dict[int, int] = {}  # by level, until something changes

    @override
    def invalidate(self) -> None:
        """Work the widths out anew: Qt asks for them many times before it places anything."""
        self._widths = {}
        super().invalidate()

    def spare(self, widget: QWidget) -> None:
        """Let a widget go before the key caps do: a figure that is nice to have, while a key is how some work."""
        widget.setMinimumWidth(0)
        self._spare.append(widget)

    def _width(self, level: int) -> int:
        if level not in self._widths:
            self._widths[level] = self._width_at(level)
        return self._widths[level]

    def _width_at(self, level: int) -> int:
        widths = [self._item_width(index, level) for index in range(self.count())]
        margins, shown = self.contentsMargins(), [one for one in widths if one >= 0]
        return sum(shown) + self.spacing() * max(0, len(shown) - 1) + margins.left() + margins.right()

    def _item_width(self, index: int, level: int) -> int:
        """Return the width of an item, -1 for one that takes no room."""
        item = self.itemAt(index)
        if item is None or (item.isEmpty() and item.spacerItem() is None):
            return -1
        widget = item.widget()
        if widget is not None and widget in self._spare:
            return widget.minimumSizeHint().width() if level == _ALL else 0  # whatever room it is given just now
        if isinstance(widget, Button):
            return widget.hint_at(max(level, FULL)).width()
        return item.minimumSize().width()

    @override
    def minimumSize(self) -> QSize:
        return QSize(self._width(BARE), super().minimumSize().height())

    @override
    def sizeHint(self) -> QSize:
        return QSize(max(self._width(_ALL), super().sizeHint().width()), super().sizeHint().height())

    @override
    def setGeometry(self, arg__1: QRect) -> None:
        roomy = self._width(_ALL) <= arg__1.width()
        level = next((one for one in LEVELS if self._width(one) <= arg__1.width()), BARE)
        over = self._width(KEYLESS) - arg__1.width() if level == ICONS else 0
        for button in self._buttons():
            bare = level != ICONS or over > 0
            over -= button.hint_at(KEYLESS).width() - button.hint_at(ICONS).width()
            button.squeeze(level if bare else KEYLESS)
        for widget in self._spare:
            widget.setMaximumWidth(ANY_WIDTH if roomy else 0)
        super().setGeometry(arg__1)

    def _buttons(self) -> list[Button]:
        widgets: list[QWidget | None] = []
        for index in range(self.count()):
            item = self.itemAt(index)
            widgets.append(item.widget() if item is not None else None)
        return [one for one in widgets if isinstance(one, Button)]
