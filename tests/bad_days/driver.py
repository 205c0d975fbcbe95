"""Runs `crmdesk` without a command in a process of its own and works its windows by key strokes as told on the line.

`python -m tests.bad_days.driver DATA_DIR PLAN …`: plans are `front` (says SHOWN, then FRONT when the window that was
put into the task bar is called), `close` (says SHOWN and closes the window by its own close), `write DOCTOR TEXT`
(unlocks, types a note and says KEPT), `read DOCTOR` (unlocks, opens the report and says its note), `type PLACE DOCTOR`
(unlocks and types one key after the other into a place, saying for each `KEY number moment`) and `again PLACE DOCTOR`
(unlocks, opens the place and says what stands there), `lock DOCTOR TEXT` (unlocks, types a note, locks with the next
key and says LOCKED when the data is closed). Places: note, doctor, claim, new_doctor, new_institution.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from crmdesk.commandline.app import main
from crmdesk.ui.app import make_application
from crmdesk.ui.lock_window import LockWindow
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.parts.chips import Chip
from tests.bad_days.seat import PASSPHRASE

Step = Callable[[], bool]


_LOOKS = 500
"""A field that is empty so many turns after it can be typed into stays so."""


class Driver(QObject):
    """Does one step after the other; a step that returns False is tried again at the next turn of the loop."""

    def __init__(self, plan: list[str]) -> None:
        super().__init__()
        self._plan = plan
        name, *self._words = plan
        self._pressed: list[str] = []
        self._typed_keys = self._empty_looks = 0
        self._steps: list[Step] = {
            "front": [self._shown, self._minimised, self._at_front],
            "close": [self._shown, self._closed],
            "write": [self._unlocked, self._opened, self._typed, self._kept],
            "lock": [self._unlocked, self._opened, self._typed, self._lock_pressed, self._locked],
            "read": [self._unlocked, self._opened, self._said],
            "type": [self._unlocked, self._at_place, self._in_field, self._key],
            "again": [self._unlocked, self._at_place, self._restored],
        }[name]
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        self._timer.start(10)

    def _go_on(self) -> None:
        if self._steps and self._steps[0]():
            del self._steps[0]

    def _at_place(self) -> bool:
        """Open the place that the plan names."""
        window, (place, doctor) = self._main(), self._words
        if window is None or window.context.desk.person.role != "rep":
            return False
        if place == "note":
            window.navigate("visit", doctor_id=doctor)
        elif place == "doctor":
            window.navigate("doctor", id=doctor)
        elif place.startswith("new_"):
            window.navigate("customers")
        else:
            window.navigate("expenses")
        return True

    def _in_field(self) -> bool:
        """Go into the field, making what it belongs to where it is not there yet."""
        field = self._field()
        if field is None:
            self._make_field()
            return False
        field.setFocus()
        return True

    def _make_field(self) -> None:
        window, place = self._main(), self._words[0]
        wanted = {
            "doctor": ("doctor_edit",), "claim": ("expenses_new",),
            "new_doctor": ("customers_new_doctor",), "new_institution": ("customers_new_institution",),
        }.get(place, ())  # fmt: skip
        left = [name for name in wanted if name not in self._pressed]
        action = window.findChild(QAction, f"{left[0]}_action") if window is not None and left else None
        if action is not None and action.isEnabled() and self._ready():
            self._pressed.append(left[0])
            action.trigger()

    def _ready(self) -> bool:
        window = self._main()
        return window is not None and not window.bridge.waiting

    def _field(self) -> QWidget | None:
        """Return the field of the place, once it can be typed into and shows what was kept."""
        names = {
            "note": "visit_note_edit", "doctor": "doctor_note_edit", "claim": "line_1_description_edit",
            "new_doctor": "doctor_note_edit", "new_institution": "institution_address_edit",
        }  # fmt: skip
        window = self._main()
        found = window.findChildren(QWidget, names[self._words[0]]) if window is not None and self._ready() else []
        return next((one for one in found if one.isVisible() and one.isEnabled()), None)

    def _key(self) -> bool:
        """Type one key more, at each turn of the timer, until the process is killed."""
        field = self._field() if self._typed_keys == 0 else QApplication.focusWidget()
        assert field is not None
        QTest.keyClick(field, "abcdefghij"[self._typed_keys % 10])
        self._typed_keys += 1
        _say(f"KEY {self._typed_keys} {time.monotonic():.3f}")
        return False

    def _restored(self) -> bool:
        field = self._field()
        text = _content(field) if field is not None else ""
        if not text and self._empty_looks < _LOOKS:
            self._empty_looks += field is not None
            if self._words[0] in ("doctor", "new_doctor", "new_institution"):
                self._make_field()
            return False
        _say(f"TEXT {text}")
        window = self._main()
        return window is not None and window.close()

    def _window(self, name: str) -> QWidget | None:
        found = (one for one in QApplication.topLevelWidgets() if one.objectName() == name and one.isVisible())
        return next(found, None)

    def _main(self) -> MainWindow | None:
        window = self._window("main_window")
        return window if isinstance(window, MainWindow) else None

    def _shown(self) -> bool:
        window = self._window("sign_in_window")
        if window is None:
            return False
        _say(f"SHOWN {window.windowTitle()}")
        return True

    def _minimised(self) -> bool:
        window = self._window("sign_in_window")
        assert window is not None
        window.showMinimized()
        _say("MINIMISED")
        return True

    def _at_front(self) -> bool:
        window = self._window("sign_in_window")
        if window is None or window.isMinimized() or not window.isActiveWindow():
            return False
        _say("FRONT")
        return True

    def _closed(self) -> bool:
        window = self._window("sign_in_window")
        assert window is not None
        return window.close()

    def _unlocked(self) -> bool:
        door = self._window("sign_in_window")
        edit = door.findChild(QLineEdit, "sign_in_passphrase_edit") if door is not None else None
        if edit is None or not edit.isVisible():
            return False
        QTest.keyClicks(edit, PASSPHRASE + "\r")
        return True

    def _opened(self) -> bool:
        window = self._main()
        if window is None:
            return False
        if window.shown != "visit":
            window.navigate("visit", doctor_id=self._words[0])
        return self._note() is not None

    def _note(self) -> QPlainTextEdit | None:
        window = self._main()
        notes = window.findChildren(QPlainTextEdit, "visit_note_edit") if window is not None else []
        chosen = next((one for one in notes if one.isVisible() and one.isEnabled()), None)
        focus = QApplication.focusWidget()
        return chosen if focus is not None and focus.window() is window else None

    def _typed(self) -> bool:
        note, window = self._note(), self._main()
        assert note is not None
        assert window is not None
        if not _text_of(window, "visit_doctor_label"):
            return False
        QTest.keyClicks(note, self._words[1])
        return True

    def _kept(self) -> bool:
        window = self._main()
        chip = window.findChild(Chip, "visit_draft_chip") if window is not None else None
        if chip is None or not chip.text:
            return False
        _say(f"KEPT {chip.text}")
        return True

    def _lock_pressed(self) -> bool:
        """Press the keys of the lock, at the next turn after the last letter: no draft was kept by then."""
        note = self._note()
        assert note is not None
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(note, Qt.Key.Key_K, both)
        return True

    def _locked(self) -> bool:
        window = self._window("lock_window")
        if not isinstance(window, LockWindow) or window.closing:
            return False
        _say("LOCKED")
        return True

    def _said(self) -> bool:
        note = self._note()
        if note is None or not note.toPlainText():
            return False
        _say(f"NOTE {note.toPlainText()}")
        window = self._main()
        return window is not None and window.close()


def _content(field: QWidget) -> str:
    return field.toPlainText() if isinstance(field, QPlainTextEdit) else str(field.property("text"))


def _text_of(window: QWidget, name: str) -> str:
    label = window.findChild(QWidget, name)
    return str(label.property("text")) if label is not None else ""


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    make_application()
    driver = Driver(sys.argv[2:])
    sys.exit(main(["--data-dir", sys.argv[1], "--language", "en"]))
