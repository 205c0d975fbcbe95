"""Hands at a window: key strokes, an input method, clicks, and waiting for what is to be seen."""

import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

W = TypeVar("W", bound=QWidget)
PATIENCE_S = 30.0
_PAUSE_S = 0.005


class NotSeenError(AssertionError):
    """What the day waits for did not come to be seen in time."""


def wait_until(seen: Callable[[], object], words: str, patience_s: float = PATIENCE_S) -> None:
    """Let the windows work until `seen` says so; raises NotSeenError with `words` after `patience_s` seconds."""
    deadline = time.monotonic() + patience_s
    while not seen():
        if time.monotonic() > deadline:
            raise NotSeenError(f"not seen within {patience_s:.0f} s: {words}")
        pause()


def settle(milliseconds: int = 0) -> None:
    """Let the windows draw what they have."""
    end = time.monotonic() + milliseconds / 1000
    for _round in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    while time.monotonic() < end:
        pause()


def pause() -> None:
    """Let the windows work, then the other threads.

    `QTest.qWait` keeps Python's lock while it sleeps: the threads that sync and read for the windows get one step of
    SQLite done between two of its sleeps.
    """
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    time.sleep(_PAUSE_S)


def find(root: QWidget, kind: type[W], name: str) -> W:
    """Return the visible widget of that object name; raises NotSeenError where there is none."""
    for widget in root.findChildren(kind, name):
        if widget.isVisible():
            return widget
    raise NotSeenError(f"no visible {kind.__name__} named {name}")


def await_widget(root: QWidget, kind: type[W], name: str) -> W:
    """Wait for a widget to be seen and return it."""
    wait_until(lambda: any(one.isVisible() for one in root.findChildren(kind, name)), f"{kind.__name__} {name}")
    return find(root, kind, name)


def press(widget: QWidget, keys: str) -> None:
    """Press a key or a chord (`Ctrl+Return`) with the focus where the person would have it."""
    if not widget.window().isActiveWindow():  # keys go to the window in front, as on a desk
        widget.window().activateWindow()
        wait_until(widget.window().isActiveWindow, "the window is in front")
    if widget is not widget.window() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
    target = widget.window().focusWidget() or widget
    QTest.keySequence(target, QKeySequence(keys))
    settle()


def type_text(widget: QWidget, text: str, replace: bool = False) -> None:
    """Type into a widget: ASCII by key strokes, everything else committed by an input method, as people do."""
    widget.setFocus(Qt.FocusReason.MouseFocusReason)
    if replace:
        QTest.keySequence(widget, QKeySequence(QKeySequence.StandardKey.SelectAll))
    if text.isascii():
        QTest.keyClicks(widget, text)
    else:
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(widget, event)
    settle()


def click(widget: QWidget, at: QPoint | None = None) -> None:
    """Click a widget in its middle, or at a point of it."""
    place = at or widget.rect().center()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    settle()
