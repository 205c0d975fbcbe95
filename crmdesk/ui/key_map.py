"""The keyboard map (F1): every action with its keys, by the place where it works."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

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
        self.resize(900, 620)
        self._page = ScrollPage()
        self._all = QWidget()
        self._close, self._how = Button("", key="Esc"), Label("", "muted", wrap=True)
        self._close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(space.EDGE, space.NEAR, space.EDGE, space.ROOMY)
        foot.addWidget(self._how, 1)
        foot.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._page, 1)
        layout.addLayout(foot)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.setWindowTitle(self.tr("键盘快捷键"))
        self._close.setText(self.tr("关闭"))
        self._how.setText(self.tr("在选项组上：数字键选一组，左右箭头选一项；正在写字时按 Alt + 数字"))
        self._all.hide()
        self._all.deleteLater()
        self._all = self._cards()
        self._page.content.addWidget(self._all)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _cards(self) -> QWidget:
        """Return the cards in two columns of about the same height."""
        whole = QWidget()
        columns = QHBoxLayout(whole)
        columns.setContentsMargins(0, 0, 0, 0)
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
        return whole

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
