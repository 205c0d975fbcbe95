"""A person at a laptop: the sign-in window over a real data folder, worked by key strokes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from crmdesk.bootstrap import Premises, WindowSessions
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.sign_in import SignInWindow
from crmdesk.ui.windows import Windows
from tests.sync.field import QUICK, MemoryKeyring

PASSPHRASE = "corridor laptop words"
PATIENCE_MS = 20_000


class Seat:
    """Owns the windows and what they stand on."""

    def __init__(self, qtbot: QtBot, folder: Path, server: str, ca_bundle: str = "") -> None:
        self.qtbot, self.folder = qtbot, folder
        self.sessions = WindowSessions(Premises(folder, MemoryKeyring(), ca_bundle, deadlines=QUICK))
        self.windows = Windows(self.sessions, server)
        self.windows.start()

    @property
    def door(self) -> SignInWindow:
        """The sign-in window."""
        assert self.windows.sign_in is not None
        return self.windows.sign_in

    @property
    def main(self) -> MainWindow:
        """The main window."""
        assert self.windows.main is not None
        return self.windows.main

    def field(self, name: str) -> QLineEdit:
        """Return a field of the sign-in window."""
        found = self.door.findChild(QLineEdit, f"sign_in_{name}_edit")
        assert found is not None
        return found

    def sign_in(self, login: str, password: str) -> None:
        """Type both anew and press Enter."""
        for name, text in (("login", login), ("password", password)):
            self.field(name).clear()
            self.qtbot.keyClicks(self.field(name), text)
        self.qtbot.keyClick(self.field("password"), Qt.Key.Key_Return)

    def wait_for(self, sentence: str) -> None:
        """Wait until the sign-in window says that sentence."""
        banner = self.door.findChild(Banner, "sign_in_banner")
        assert banner is not None
        self.qtbot.waitUntil(lambda: banner.isVisible() and banner.text == sentence, timeout=PATIENCE_MS)

    def wait_open(self) -> MainWindow:
        """Wait for the main window with everything synced."""
        self.qtbot.waitUntil(lambda: self.windows.main is not None, timeout=PATIENCE_MS)
        self.wait_synced()
        self.main.activateWindow()
        return self.main

    def wait_synced(self) -> None:
        """Wait until nothing waits to be sent and the status bar says so."""
        self.qtbot.waitUntil(lambda: self.status().startswith("已同步"), timeout=PATIENCE_MS)

    def status(self) -> str:
        """Return the sentence of the status bar."""
        return self.text("status_sentence")

    def text(self, name: str) -> str:
        """Return the text of a label of the main window."""
        label = self.main.findChild(QLabel, name)
        return label.text() if label is not None else ""

    def close(self) -> None:
        """Close the windows, then the laptop."""
        for window in (self.windows.main, self.windows.sign_in):
            if window is not None:
                self.qtbot.addWidget(window)
                window.close()
        self.sessions.close()
