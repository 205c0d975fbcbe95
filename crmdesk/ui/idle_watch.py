"""Tells when nobody has touched keys, mouse or screen for a while; it costs nothing while somebody types."""

import sys
import time
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from typing_extensions import override

LOOK_S = 5.0
"""How often it looks, in seconds; it tells at most so much late, and never early."""
_TOUCHES = frozenset({
    QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseMove, QEvent.Type.Wheel, QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TabletPress,
    QEvent.Type.TabletMove, QEvent.Type.InputMethod,
})  # fmt: skip


def seconds_awake_or_asleep() -> float:
    """Return seconds of a clock that nobody sets and that goes on while the laptop is closed."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":  # what Python calls monotonic stands still there while the laptop sleeps
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


class IdleWatch(QObject):
    """Emits `idle` once `limit_s()` seconds have gone by since the last touch of any window; 0: never.

    It listens at the windows themselves, and where an input method writes, only until the first touch after each look:
    of all the keys of a sentence it sees one. What was touched since then counts as if it went on until the next look.
    """

    idle = Signal()

    def __init__(self, limit_s: Callable[[], float], clock: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._limit_s, self._clock = limit_s, clock
        self._touched_at = self._known_at = clock()
        self._listened: list[QObject] = []
        self._timer = QTimer(self)
        self._timer.setInterval(int(LOOK_S * 1000))
        self._timer.timeout.connect(self.look)

    @property
    def listening(self) -> bool:
        """Say whether it waits for a touch just now."""
        return bool(self._listened)

    def begin(self) -> None:
        """Count from now."""
        self._touched_at = self._known_at = self._clock()
        self._timer.start()
        self._listen()

    def end(self) -> None:
        """Count no more."""
        self._timer.stop()
        self._leave()

    def look(self) -> None:
        """Tell where it is time, else listen for the next touch."""
        now = self._clock()
        if not self._listened:  # touched since the last look, at least once
            self._known_at = min(now, self._touched_at + LOOK_S)
        if not self._told(now):
            self._listen()

    def _told(self, now: float) -> bool:
        limit = self._limit_s()
        if not limit or now - self._known_at < limit:
            return False
        self._known_at = now
        self.idle.emit()
        return True

    def _listen(self) -> None:
        self._leave()
        places: list[QObject | None] = [*QGuiApplication.topLevelWindows(), QGuiApplication.focusObject()]
        self._listened = [one for one in places if one is not None]
        for place in self._listened:
            place.installEventFilter(self)

    def _leave(self) -> None:
        listened, self._listened = self._listened, []
        for place in listened:
            if shiboken6.isValid(place):
                place.removeEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _TOUCHES:
            return False
        now = self._clock()
        if self._told(now) and not self._timer.isActive():  # a laptop that was closed for an hour, and that locked:
            return True  # this key is not yet its owner's; where nothing locks it is a key like any other
        self._touched_at = self._known_at = now
        self._leave()
        return False
