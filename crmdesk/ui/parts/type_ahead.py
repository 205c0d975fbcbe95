"""Finding an entry of a long list by typing while the list has the keys: characters, pinyin or initials."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from crmdesk.ui.parts.field_hint import FieldHint

FEW = 8
"""So many entries are in sight at once, and letters belong to the page; of more, one is found by typing."""
_FORGOTTEN_MS = 1500
_WITH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class TypeAhead:
    """What is typed in one go, said below the list; `go(place)` is told of the entry that fits best.

    Typing again after a moment begins anew; Backspace takes the last sign back, Escape all of them.
    """

    def __init__(
        self, widget: QWidget, texts: Callable[[], Sequence[str]], go: Callable[[int], None], *, silent: bool = False
    ) -> None:
        self._widget, self._texts, self._go, self._silent = widget, texts, go, silent
        self._typed = ""
        self._hint = FieldHint(widget)
        self._timer: QTimer | None = None  # most lists are never typed into

    def entries_changed(self) -> None:
        """Let an input method come in where there are many entries: Chinese characters are typed through it."""
        self._widget.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, self._many)

    @property
    def _many(self) -> bool:
        return len(self._texts()) > FEW

    def wants(self, event: QKeyEvent) -> bool:
        """Say whether a key is part of what is typed, before the page's shortcuts get it."""
        if event.modifiers() & _WITH or not self._many:
            return False
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Escape):
            return bool(self._typed)
        return event.text().isprintable() and any(one.isalpha() for one in event.text())

    def key(self, event: QKeyEvent) -> bool:
        """Take a key; returns whether it was one."""
        if not self.wants(event):
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.forget()
        elif event.key() == Qt.Key.Key_Backspace:
            self._seek(self._typed[:-1])
        else:
            self._seek(self._typed + event.text())
        return True

    def commit(self, event: QInputMethodEvent) -> None:
        """Take what an input method hands over."""
        if event.commitString().strip() and self._many:
            self._seek(self._typed + event.commitString().strip())
        event.accept()

    def forget(self) -> None:
        """Begin anew."""
        self._typed = ""
        if self._timer is not None:
            self._timer.stop()
        self._hint.hide()

    def _seek(self, typed: str) -> None:
        from crmdesk.services.choices import best_fit  # lazy: no list is long at the start

        self._typed = typed
        if not typed:
            self.forget()
            return
        self._wait()
        place = best_fit(typed, self._texts())
        if place >= 0:
            self._go(place)
        if self._silent:
            return
        if place >= 0:
            self._hint.say(typed)
        else:
            said = QCoreApplication.translate("type_ahead", "没有找到“{text}”").format(text=typed)
            self._hint.say(said, "warn")

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = QTimer(self._widget)
            self._timer.setSingleShot(True)
            self._timer.setInterval(_FORGOTTEN_MS)
            self._timer.timeout.connect(self.forget)
        self._timer.start()
