"""The card in the middle of a window that stands before the data: who is at it, what is typed, what was wrong."""

from PySide6.QtWidgets import QHBoxLayout, QLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from crmdesk.ui import space, theme
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.faults import FaultMarks
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.parts.room import Room

_WIDTH = 400


class GateCard(Card):
    """From above: the program's name, `title`, `hint`, `banner` with `marks`, then what is added; `close_with` ends it.

    `progress` is a bar without an end, hidden at first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(theme.px(_WIDTH))
        self.body.setContentsMargins(space.FAR, space.EDGE, space.FAR, space.EDGE)
        self.body.setSpacing(space.TINY)
        brand = QHBoxLayout()
        brand.setSpacing(0)
        brand.addWidget(Label("crm", "brand-accent"))
        brand.addWidget(Label("desk", "brand"))
        brand.addStretch(1)
        self.body.addLayout(brand)
        self.body.addSpacing(space.INSIDE)
        self.title, self.hint = Label("", "subject"), Label("", "secondary", wrap=True)
        self.body.addWidget(self.title)
        self.body.addWidget(self.hint)
        self.body.addSpacing(space.TIGHT)
        self.banner = Banner()
        self.marks = FaultMarks(self.banner)
        self.body.addWidget(self.banner)
        self.progress = QProgressBar()

    def add_field(self, label: Label, edit: QLineEdit) -> None:
        """Add a field with its label above it."""
        label.setContentsMargins(0, space.TINY, 0, 0)
        label.setBuddy(edit)
        self.body.addWidget(label)
        self.body.addWidget(edit)

    def close_with(self, buttons: QLayout) -> None:
        """Add the bar and, below all, the buttons."""
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.body.addSpacing(space.TIGHT)
        self.body.addWidget(self.progress)
        self.body.addSpacing(space.TIGHT)
        self.body.addLayout(buttons)

    def stand_in(self, window: QWidget, foot: QLayout | None = None) -> None:
        """Stand in the middle of a window, and scroll where that is low; `foot` stands at its lower edge."""
        inner = QWidget()
        inner.setProperty("part", "page")
        whole = QVBoxLayout(window)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(Room(inner))
        outer = QVBoxLayout(inner)
        outer.setContentsMargins(space.EDGE, space.APART, space.EDGE, space.BETWEEN if foot else space.APART)
        middle = QHBoxLayout()  # not an alignment: an aligned card would ignore how high its wrapped text is
        middle.addStretch(1)
        middle.addWidget(self)
        middle.addStretch(1)
        outer.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(1)
        if foot is not None:
            outer.addLayout(foot)
