"""The card: a surface with a thin line around it and, mostly, a heading."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui import space
from crmdesk.ui.parts.label import Label


class Card(QFrame):
    """A card; add to `body`, and to `top` what stands right of the heading."""

    def __init__(self, heading: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(
            space.APART + space.LINE, space.ROOMY + space.LINE, space.APART + space.LINE, space.ROOMY + space.LINE
        )
        self.body.setSpacing(space.INSIDE)
        self._heading = Label(heading, "strong")
        self.top = QHBoxLayout()
        self.top.setSpacing(space.INSIDE)
        self.top.addWidget(self._heading)
        self.top.addStretch(1)
        self.body.addLayout(self.top)
        self._heading.setVisible(bool(heading))

    def set_heading(self, heading: str) -> None:
        """Change the heading."""
        self._heading.setText(heading)
        self._heading.setVisible(bool(heading))


def rule(parent: QWidget | None = None) -> QFrame:
    """Return a thin horizontal line."""
    line = QFrame(parent)
    line.setProperty("part", "rule")
    line.setFixedHeight(1)
    return line
