"""Text on a page: always plain (never read as HTML), in one of the roles of the type scale."""

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override

from crmdesk.ui.parts.cut_words import CutWords

_LONG_WORD = re.compile(r"[!-~]{20,}|(?=[!-~]*@)[!-~]{14,}")
_MAY_BREAK, _MAY_NOT_BREAK = "\u200b", "\u00a0"
_UNIT = re.compile(r"(?<=\d) (?=(?:s|min)(?!\w)|秒)|(?<=[^\W\d]) (?=\d[\d,]*(?: ·|$))")
"""Before a unit, and before the count of what is counted: 'Doctor 5 · Affiliation 5'."""


def breakable(text: str) -> str:
    """Return a text in which an address or a number without end may be broken: else its end would have no room.

    A figure and its unit stay together: '0.1' in one line and 's' in the next is read as two things.
    """
    return _LONG_WORD.sub(lambda found: _broken(found.group()), _UNIT.sub(_MAY_NOT_BREAK, text))


def _broken(word: str) -> str:
    """Let a word break after its signs, and within a part only where that is endless itself."""
    parts = re.sub(r"(?<=[@./_:-])", _MAY_BREAK, word)
    return re.sub(rf"([^{_MAY_BREAK}]{{24}})(?=[^{_MAY_BREAK}])", rf"\1{_MAY_BREAK}", parts)


class Label(QLabel):
    """A plain-text label. `role`: subject, title, section, name, strong, body, muted, faint, figure, warn, bad, ok."""

    _plain = ""

    def __init__(self, text: str = "", role: str = "body", wrap: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setWordWrap(wrap)
        self.setText(text)

    @override
    def setText(self, arg__1: str) -> None:
        self._plain = arg__1
        super().setText(breakable(arg__1) if self.wordWrap() else arg__1)

    @override
    def text(self) -> str:
        return self._plain

    def set_role(self, role: str) -> None:
        """Change the role of the text (its size and colour)."""
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)


class ElidedLabel(CutWords, Label):
    """A label of one line that ends in … where it has no room; the whole text stands in the tool tip."""

    def __init__(self, text: str = "", role: str = "body", parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(24)

    @override
    def sizeHint(self) -> QSize:
        self.ensurePolished()  # before it is shown first it has the size of no role yet
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height())

    @override
    def cut_words(self) -> str:
        cut = QFontMetrics(self.font()).horizontalAdvance(self.text()) > self.width()
        return self.text() if cut else ""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        line = QFontMetrics(self.font()).elidedText(
            self.text().replace("\n", " "), Qt.TextElideMode.ElideRight, self.contentsRect().width()
        )
        painter.drawText(self.contentsRect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), line)


class FewLinesLabel(ElidedLabel):
    """A label that goes on in a next line where it has no room, and ends in … in its last one."""

    def __init__(self, text: str = "", role: str = "body", lines: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent)
        self._most = lines
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _broken(self, width: int) -> list[str]:
        """Return the lines at a width, all that has no room in the last one."""
        text = self.text().replace("\n", " ")
        layout = QTextLayout(text, self.font())
        starts: list[int] = []
        layout.beginLayout()
        while len(starts) < self._most and (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            starts.append(line.textStart())
        layout.endLayout()
        return [text[at:end].rstrip() for at, end in zip(starts, [*starts[1:], len(text)], strict=True)]

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, arg__1: int) -> int:
        self.ensurePolished()
        return max(1, len(self._broken(arg__1))) * QFontMetrics(self.font()).height()

    @override
    def cut_words(self) -> str:
        last = self._broken(self.width())[-1:]
        cut = any(QFontMetrics(self.font()).horizontalAdvance(line) > self.width() for line in last)
        return self.text() if cut else ""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, metrics, room = QPainter(self), QFontMetrics(self.font()), self.contentsRect()
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        for number, line in enumerate(self._broken(room.width())):
            shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room.adjusted(0, number * metrics.height(), 0, 0), int(Qt.AlignmentFlag.AlignLeft), shown)
