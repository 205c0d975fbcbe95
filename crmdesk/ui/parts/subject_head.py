"""The head of a customer's page: picture, name with what stands beside it, a second line, buttons, tabs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.ui import space
from crmdesk.ui.parts.avatar import Avatar
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.flow import FlowLayout
from crmdesk.ui.parts.fold_row import FoldRow
from crmdesk.ui.parts.label import ElidedLabel, FewLinesLabel
from crmdesk.ui.parts.squeezed_row import SqueezedRow
from crmdesk.ui.parts.tabs import Tabs

_AVATAR_PX, _LEAST_WORDS = 48, 360
"""The picture, and what picture and words keep of the width before the buttons go below them."""


class SubjectHead(QWidget):
    """A name that is too long ends in dots; what has no room beside it goes into the next line, the buttons, too."""

    def __init__(self, name: str, buttons: Sequence[Button], chips: int, picture: str = "") -> None:
        super().__init__()
        self.avatar = Avatar(_AVATAR_PX, picture)
        self.name, self.beside = ElidedLabel("", "subject"), ElidedLabel("", "faint")
        self.name.setObjectName(f"{name}_name_label")
        self.second = FewLinesLabel("", "secondary")  # a doctor may work at a second place: it is not cut off
        self.chips = [Chip(parent=self) for _place in range(chips)]
        self.tabs = Tabs()
        self.tabs.setObjectName(f"{name}_tabs")
        for label in (self.name, self.beside):
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        first = FlowLayout(spacing=space.NEAR)
        for widget in (self.name, self.beside, *self.chips):
            first.addWidget(widget)
        lines = QVBoxLayout()
        lines.setSpacing(space.LINE)
        lines.addLayout(first)
        lines.addWidget(self.second)
        words = QHBoxLayout()
        words.setSpacing(space.ROOMY)
        words.addWidget(self.avatar)
        words.addLayout(lines, 1)
        beside = SqueezedRow()
        beside.setSpacing(space.ROOMY)
        for button in buttons:
            beside.addWidget(button)
        self.row = FoldRow(words, beside, _LEAST_WORDS)
        self.row.setSpacing(space.ROOMY)
        rule = QFrame()
        rule.setProperty("part", "rule")
        rule.setFixedHeight(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space.EDGE, space.RIM, space.EDGE, 0)
        outer.setSpacing(space.INSIDE)
        outer.addLayout(self.row)
        outer.addWidget(self.tabs)
        outer.addSpacing(-space.INSIDE - space.LINE)
        outer.addWidget(rule)

    def say(self, name: str, second: str, chips: Iterable[tuple[str, str]], beside: str = "") -> None:
        """Show a name, its second line, and chips, (words, tone) each; empty ones take no room."""
        self.name.setText(name)
        self.beside.setText(beside)
        self.beside.setVisible(bool(beside))
        self.second.setText(second)
        for chip, (text, tone) in zip(self.chips, chips, strict=True):
            chip.set(text, tone)
