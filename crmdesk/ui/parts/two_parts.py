"""Two parts of a page side by side; where there is no room for both, the second lies below the first."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget
from typing_extensions import override


class TwoParts(QWidget):
    """The first part takes what is left. Subclasses say in `give_room` where the second one is, and how large both are.

    It is asked whenever the width changes, and whenever what is shown needs more room or less: another tab, longer
    words.
    """

    def __init__(self, first: QWidget, second: QWidget) -> None:
        super().__init__()
        self.below = False
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.addWidget(first, 1)
        self._row.addWidget(second)

    def give_room(self) -> None:
        """Put the parts where they have room, with `turn`."""
        raise NotImplementedError

    def turn(self, below: bool) -> None:
        """Put the second part below the first or beside it."""
        self.below = below
        across = QBoxLayout.Direction.LeftToRight
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if below else across)

    @override
    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.give_room()
        return done

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.give_room()
