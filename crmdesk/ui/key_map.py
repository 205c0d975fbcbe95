"""The keyboard map (F1): every action with its keys, by the place where it works."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui import actions, space
from crmdesk.ui.pages import registry
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import KeyCap
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.room import Dialog
from crmdesk.ui.parts.split import ScrollPage


class KeyMapDialog(Dialog):
    """The keys of what a role can reach. Read only; Escape closes it."""

    def __init__(self, parent: QWidget, role: str) -> None:
        super().__init__(parent)
        self._role = role
        self.setObjectName("key_map")
        self.setWindowTitle(self.tr("键盘快捷键"))
        self.resize(900, 620)
        page = ScrollPage()
        columns = QHBoxLayout()
        columns.setSpacing(space.APART)
        sides = (QVBoxLayout(), QVBoxLayout())
        heights = [0, 0]
        for side in sides:
            side.setSpacing(space.APART)
            columns.addLayout(side, 1)
        for place in filter(self._mine, actions.PLACES):
            card, lines = self._card(place)
            lower = heights.index(min(heights))
            sides[lower].addWidget(card)
            heights[lower] += lines + 2
        for side in sides:
            side.addStretch(1)
        page.content.addLayout(columns)
        close = Button(self.tr("关闭"), key="Esc")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(space.EDGE, space.NEAR, space.EDGE, space.ROOMY)
        foot.addWidget(Label(self.tr("在选项组上：数字键选一组，左右箭头选一项"), "muted"))
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(page, 1)
        layout.addLayout(foot)

    def _mine(self, name: str) -> bool:
        """Say whether an action or a place is for this role: what leads to a page goes by the page's name."""
        page = name.removeprefix("go_")
        return not registry.available(page) or registry.allowed(page, self._role)

    def _card(self, place: str) -> tuple[Card, int]:
        card = Card(actions.place_word(place))
        grid = QGridLayout()
        grid.setVerticalSpacing(space.TIGHT)
        grid.setColumnStretch(0, 1)
        here = [spec for spec in actions.SPECS if spec.place == place and self._mine(spec.name)]
        specs = [spec for spec in here if actions.shortcuts(spec)]
        for row, spec in enumerate(specs):
            grid.addWidget(Label(actions.text(spec.name)), row, 0)
            grid.addWidget(KeyCap(actions.keys(spec.name)), row, 1, Qt.AlignmentFlag.AlignRight)
        card.body.addLayout(grid)
        return card, len(specs)
