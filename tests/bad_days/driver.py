"""Runs `crmdesk` without a command in a process of its own and works its windows by key strokes as told on the line.

`python -m tests.bad_days.driver DATA_DIR PLAN …`: plans are `front` (says SHOWN, then FRONT when the window that was
put into the task bar is called), `close` (says SHOWN and closes the window by its own close), `write DOCTOR TEXT`
(unlocks, types a note and says KEPT) and `read DOCTOR` (unlocks, opens the report and says its note).
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from crmdesk.commandline.app import main
from crmdesk.ui.app import make_application
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.parts.chips import Chip
from tests.bad_days.seat import PASSPHRASE

Step = Callable[[], bool]


class Driver(QObject):
    """Does one step after the other; a step that returns False is tried again at the next turn of the loop."""

    def __init__(self, plan: list[str]) -> None:
        super().__init__()
        self._plan = plan
        name, *self._words = plan
        self._steps: list[Step] = {
            "front": [self._shown, self._minimised, self._at_front],
            "close": [self._shown, self._closed],
            "write": [self._unlocked, self._opened, self._typed, self._kept],
            "read": [self._unlocked, self._opened, self._said],
        }[name]
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        self._timer.start(10)

    def _go_on(self) -> None:
        if self._steps and self._steps[0]():
            del self._steps[0]

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

    def _said(self) -> bool:
        note = self._note()
        if note is None or not note.toPlainText():
            return False
        _say(f"NOTE {note.toPlainText()}")
        window = self._main()
        return window is not None and window.close()


def _text_of(window: QWidget, name: str) -> str:
    label = window.findChild(QWidget, name)
    return str(label.property("text")) if label is not None else ""


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    make_application()
    driver = Driver(sys.argv[2:])
    sys.exit(main(["--data-dir", sys.argv[1], "--language", "en"]))
