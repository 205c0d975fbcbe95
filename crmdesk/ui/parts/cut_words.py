"""Words that had no room stand whole in the tool tip, worked out when somebody asks for it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

_AS_ITSELF = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
"""As `html.escape` has it, which would bring the names of two thousand signs along into each start."""

if TYPE_CHECKING:
    _Widget = QWidget
else:
    _Widget = object


def tool_tip(text: str) -> str:
    """Return a text for a tool tip, which reads what looks like HTML as HTML: every sign is shown as itself."""
    return f"<span style='white-space: pre-wrap'>{text.translate(_AS_ITSELF)}</span>" if text else ""


class CutWords(_Widget):
    """Beside a widget's class: words that may be cut, which `cut_words` says whole.

    The widget sees its own events only while the pointer is over it. One that overrides `event` has each of its
    events pass through Python, which makes showing it nearly half as dear again, and a window has hundreds.
    """

    def cut_words(self) -> str | None:
        """Return the whole words where they are cut, '' where they stand whole, None to leave the tool tip alone."""
        raise NotImplementedError

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self.installEventFilter(self)
        super().enterEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self.removeEventFilter(self)
        super().leaveEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and (words := self.cut_words()) is not None:
            self.setToolTip(tool_tip(words))
        return super().eventFilter(watched, event)
