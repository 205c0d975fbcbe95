"""Fields for typed text that leave the keys to an input method while it composes: half-typed pinyin does nothing."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget
from typing_extensions import override

from crmdesk.ui.garbage import put_off

_COMING_BACK = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""Another window or a menu: the field has the keys again in a moment, where they were."""
_SENT = (Qt.FocusReason.OtherFocusReason, Qt.FocusReason.ShortcutFocusReason)
"""Neither by Tab, which selects all, nor by the mouse, which says where: what is typed goes on at the end."""
_KEYS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)


def _is_undo(event: QEvent) -> bool:
    """Say whether a field is asked to keep Ctrl+Z for itself: one in which nothing was typed leaves it to the toast."""
    keys = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
    return keys and event.type() == QEvent.Type.ShortcutOverride


def begins_word(event: QKeyEvent) -> bool:
    """Say whether a key is the beginning of a text: a letter, with Shift or without."""
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
    return plain and bool(event.text()) and event.text().isprintable() and not event.text().isspace()


class TextLine(QLineEdit):
    """One line. While `composing`, Enter, Escape, Space and shortcuts belong to the input method.

    A text longer than the field shows its beginning unless somebody is typing there.
    """

    composing = False

    @override
    def setText(self, arg__1: str | None) -> None:
        super().setText(arg__1)
        if self.window().focusWidget() is not self:  # its window may be about to be the active one
            self.setCursorPosition(0)

    @override
    def changeEvent(self, arg__1: QEvent) -> None:
        super().changeEvent(arg__1)
        _wear(self, arg__1)

    @override
    def inputMethodEvent(self, arg__1: QInputMethodEvent) -> None:
        super().inputMethodEvent(arg__1)
        self.composing = bool(arg__1.preeditString())

    @override
    def focusInEvent(self, arg__1: QFocusEvent) -> None:
        super().focusInEvent(arg__1)
        if arg__1.reason() in _SENT and not self.hasSelectedText():
            self.end(False)

    @override
    def focusOutEvent(self, arg__1: QFocusEvent) -> None:
        self.composing = False
        super().focusOutEvent(arg__1)
        if arg__1.reason() not in _COMING_BACK:
            self.setCursorPosition(0)

    @override
    def event(self, arg__1: QEvent) -> bool:
        if arg__1.type() in _KEYS:
            put_off()
        if self.composing and arg__1.type() in _KEYS:
            arg__1.accept()
            return True
        if _is_undo(arg__1) and not self.isUndoAvailable():
            arg__1.ignore()
            return False
        return super().event(arg__1)


class TextBox(QPlainTextEdit):
    """Several lines, with the same manners; Tab goes on to the next field."""

    composing = False

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setPlainText(text)
        self.setTabChangesFocus(True)

    @override
    def setPlainText(self, text: str) -> None:
        """Show a text from its beginning, with the cursor behind it: who goes on with a draft writes on at its end."""
        super().setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)
        if not self.hasFocus():
            self.verticalScrollBar().setValue(self.verticalScrollBar().minimum())

    @override
    def inputMethodEvent(self, arg__1: QInputMethodEvent) -> None:
        super().inputMethodEvent(arg__1)
        self.composing = bool(arg__1.preeditString())

    @override
    def changeEvent(self, e: QEvent) -> None:
        super().changeEvent(e)
        _wear(self, e)

    @override
    def focusOutEvent(self, e: QFocusEvent) -> None:
        self.composing = False
        super().focusOutEvent(e)

    @override
    def event(self, e: QEvent) -> bool:
        if e.type() in _KEYS:
            put_off()
        if self.composing and e.type() in _KEYS:
            e.accept()
            return True
        if _is_undo(e) and not self.document().isUndoAvailable():
            e.ignore()
            return False
        return super().event(e)


def _wear(widget: QWidget, event: QEvent) -> None:
    """Let a field that may only be read look so: the style sheet asks once, before it was locked."""
    if event.type() == QEvent.Type.ReadOnlyChange:
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def mark_wrong(widget: QWidget, wrong: bool) -> None:
    """Let a control look wrong, or right again; what is wrong is said beside it."""
    if bool(widget.property("wrong")) != wrong:
        widget.setProperty("wrong", wrong)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()
