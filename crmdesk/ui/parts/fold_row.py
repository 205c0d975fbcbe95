"""Words with buttons beside them; where the words would have too little room, the buttons stand below."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QLayout
from typing_extensions import override

from crmdesk.ui import theme

_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class FoldRow(QBoxLayout):
    """`words` keep `least` pixels at 100 % before `rest` goes into a line of its own."""

    def __init__(self, words: QLayout, rest: QLayout, least: int) -> None:
        super().__init__(_ACROSS)
        self._words, self._rest, self._least = words, rest, theme.px(least)
        self.addLayout(words, 1)
        self.addLayout(rest)

    def keep(self, least: int) -> None:
        """Let the words keep so many pixels before the rest goes below them."""
        self._least = least
        self.invalidate()

    @property
    def folded(self) -> bool:
        """Say whether the rest stands below the words."""
        return self.direction() == _DOWN

    def _folds_at(self, width: int) -> bool:
        return width < self._least + self.spacing() + self._rest.sizeHint().width()

    @override
    def minimumSize(self) -> QSize:
        words, rest = self._words.minimumSize(), self._rest.minimumSize()
        return QSize(max(words.width(), rest.width()), super().minimumSize().height())

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, arg__1: int) -> int:
        rest = self._rest.sizeHint()
        if self._folds_at(arg__1):
            return self._height_of_words(arg__1) + self.spacing() + rest.height()
        return max(self._height_of_words(arg__1 - self.spacing() - rest.width()), rest.height())

    @override
    def minimumHeightForWidth(self, arg__1: int) -> int:
        return self.heightForWidth(arg__1)

    def _height_of_words(self, width: int) -> int:
        if self._words.hasHeightForWidth():
            return self._words.heightForWidth(width)
        return self._words.sizeHint().height()

    @override
    def setGeometry(self, arg__1: QRect) -> None:
        direction = _DOWN if self._folds_at(arg__1.width()) else _ACROSS
        if direction != self.direction():
            self.setDirection(direction)
            self.setAlignment(self._rest, Qt.AlignmentFlag.AlignLeft if self.folded else Qt.AlignmentFlag(0))
            self.update()
        super().setGeometry(arg__1)
