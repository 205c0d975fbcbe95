"""Small pictures of figures: a progress bar, the bar of a budget with its shares, columns of the last months."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from crmdesk.ui import theme
from crmdesk.ui.parts.spoken import Role


class ProgressBar(QWidget):
    """A thin bar: how much of a whole is done."""

    spoken_role = Role.ProgressBar

    def __init__(self, value: int = 0, maximum: int = 100, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value, self._maximum = value, maximum
        self.setAccessibleName(self.spoken_value)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, value: int, maximum: int) -> None:
        """Show `value` of `maximum` (0: nothing known, an empty bar)."""
        self._value, self._maximum = value, maximum
        self.setAccessibleName(self.spoken_value)
        self.update()

    @property
    def spoken_value(self) -> str:
        """Return the figure in words."""
        return f"{self._value} / {self._maximum}"

    @override
    def sizeHint(self) -> QSize:
        return QSize(120, 6)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        share = min(1.0, max(0.0, self._value / self._maximum)) if self._maximum else 0.0
        _paint_shares(self, [(share, colors.color("accent"))])


class BudgetBar(QWidget):
    """A bar of shares of a budget: spent, reserved, this claim; what is left stays empty. Its owner names it."""

    spoken_role = Role.Chart

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: list[tuple[float, QColor]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, planned: int, spent: int, reserved: int, this: int) -> None:
        """Show amounts (any one unit): spent and committed, reserved, and this claim where not yet within them."""
        colors = theme.tokens()
        whole = max(planned, spent + reserved + this, 1)
        fill = theme.mixed(colors.accent, colors.surface, 0.4)
        over = spent + reserved + this > planned
        self._shares = [
            (spent / whole, colors.color("accent")),
            (reserved / whole, fill),
            (this / whole, colors.color("bad" if over else "warn")),
        ]
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(120, 8)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        _paint_shares(self, self._shares)


def _paint_shares(widget: QWidget, shares: Sequence[tuple[float, QColor]]) -> None:
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(widget.rect()), 3, 3)
    painter.setClipPath(shape)
    painter.fillRect(widget.rect(), theme.tokens().color("line"))
    left = 0.0
    for share, color in shares:
        width = widget.width() * share
        painter.fillRect(QRectF(left, 0, width, widget.height()), color)
        left += width


class ColumnChart(QWidget):
    """Visits of the last months as columns, oldest first; the last `strong` ones in full colour."""

    spoken_role = Role.Chart

    def __init__(self, strong: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: Sequence[int] = ()
        self._strong = strong
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, values: Sequence[int]) -> None:
        """Show these figures."""
        figures = " ".join(str(value) for value in values)
        name = self.tr("近 %n 个月每月的拜访，从早到晚：{figures}", "", len(values))
        self.set_named(values, name.format(figures=figures))

    def set_named(self, values: Sequence[int], name: str) -> None:
        """Show figures that are no visits of months; `name` says them in words."""
        self._values = values
        self.setAccessibleName(name)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(160, 44)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._values:
            return
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        count, gap = len(self._values), 4
        width = (self.width() - gap * (count - 1)) / count
        highest = max(*self._values, 1)
        pale = theme.mixed(colors.accent, colors.surface, 0.65)
        for index, value in enumerate(self._values):
            height = max(2.0, (self.height() - 1) * value / highest)
            painter.setBrush(colors.color("accent") if index >= count - self._strong else pale)
            painter.drawRoundedRect(QRectF(index * (width + gap), self.height() - height, width, height), 2, 2)
