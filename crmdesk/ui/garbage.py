"""Collecting of cyclic garbage in the GUI thread only: no worker thread may ever destroy a widget that it finds there.

CPython collects in whichever thread happens to allocate. A window that was closed and stands in a reference cycle
would then be destroyed by the store's or the sync's thread, and Qt's `destroyed` signal would reach a style or parent
that has gone by the time it is delivered: the process dies.
"""

import gc
import time

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 500
"""How often the GUI thread looks whether collecting is due, ms."""
_STILL_S, _MOST = 0.6, 200_000
"""So long after the last step of a list or key in a field it is put off, unless so many objects wait for it."""


def collect_due() -> int:
    """Collect the oldest generation that is due by CPython's thresholds, in the GUI thread; return it, -1 for none."""
    due = -1
    for generation, limit in enumerate(gc.get_threshold()):
        if limit and gc.get_count()[generation] > limit:
            due = generation
    if due >= 0:
        gc.collect(due)
    return due


def put_off() -> None:
    """Leave the next moments to somebody who scrolls or types: collecting would be one frame that is seen."""
    GarbageTimer.moved_at = time.monotonic()


class GarbageTimer(QObject):
    """Takes over from the automatic collector for as long as the application lives."""

    moved_at = 0.0

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        # What was made up to here (modules, no window yet) stays for good: the collector need not walk through it,
        # which takes a tenth of a second and would be seen while scrolling.
        gc.freeze()
        timer = QTimer(self)
        timer.setInterval(LOOK_MS)
        timer.timeout.connect(look)
        timer.start()


def look() -> int:
    """Collect what is due, unless somebody scrolls or types just now; return the generation, -1 for none."""
    moving = time.monotonic() - GarbageTimer.moved_at < _STILL_S
    return -1 if moving and gc.get_count()[0] < _MOST else collect_due()
