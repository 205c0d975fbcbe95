"""Boxes for numbers and times whose text keeps the distance from the edge that every other field has."""

from PySide6.QtCore import Qt, QTime
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QSpinBox, QTimeEdit
from typing_extensions import override

from crmdesk.ui import theme

_SIDE, _HEIGHT, _BORDER = 9, 32, 1


def _give_room(box: QAbstractSpinBox) -> None:
    """The style sheet's padding does not reach the text of a spin box, and its own hint is higher than other fields."""
    side = theme.px(_SIDE)
    box.lineEdit().setTextMargins(side, 0, side, 0)
    box.setFixedHeight(theme.px(_HEIGHT) + 2 * _BORDER)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel


class NumberBox(QSpinBox):
    """A whole number between two limits."""

    def __init__(self, name: str, lowest: int, highest: int, value: int) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setRange(lowest, highest)
        self.setValue(value)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        _give_room(self)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # it scrolls what is around: a number changed by the way nobody would see


class TimeBox(QTimeEdit):
    """A time of day, `09:30`."""

    def __init__(self, name: str, minute: int) -> None:
        super().__init__(QTime(minute // 60, minute % 60))
        self.setObjectName(name)
        self.setDisplayFormat("HH:mm")
        _give_room(self)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
