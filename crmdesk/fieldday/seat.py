"""A seat of the field day: one person's laptop with its data folder, its windows and its own passphrase."""

from pathlib import Path

from keyring.backends import fail
from PySide6.QtWidgets import QLineEdit

from crmdesk.bootstrap import Premises, WindowSessions
from crmdesk.fieldday.hands import await_widget, click, find, press, settle, type_text, wait_until
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.windows import Windows

PASSPHRASE = "corridor laptop demo"


class Seat:
    """Opens the sign-in window of a data folder and works its windows; `main` is the main window once signed in."""

    def __init__(self, data_dir: Path, server: str) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        # The demo never touches the person's own key ring: the key is wrapped by a passphrase, as where there is none.
        no_key_ring = fail.Keyring()  # type: ignore[no-untyped-call]  # the library has no types
        self._sessions = WindowSessions(Premises(data_dir, keyring_backend=no_key_ring))
        self.windows = Windows(self._sessions, server, tour=False)
        self.windows.start()

    @property
    def main(self) -> MainWindow:
        """Return the main window; raises AssertionError before anybody has signed in."""
        assert self.windows.main is not None
        return self.windows.main

    def activate(self) -> MainWindow:
        """Bring the window to the front, as a person who turns to this laptop."""
        self.main.show()
        self.main.activateWindow()
        settle()
        return self.main

    def sign_in(self, login: str, password: str) -> MainWindow:
        """Type login, password and a new passphrase, and wait for the main window."""
        window = self.windows.sign_in
        assert window is not None
        window.activateWindow()
        for name, text in (("login", login), ("password", password)):
            type_text(find(window, QLineEdit, f"sign_in_{name}_edit"), text, replace=True)
        press(window, "Return")
        wait_until(lambda: self.windows.main or self._asks_passphrase(), "the first sign-in")
        if self.windows.main is None:
            for name in ("passphrase", "passphrase_again"):
                type_text(await_widget(window, QLineEdit, f"sign_in_{name}_edit"), PASSPHRASE, replace=True)
            click(find(window, Button, "sign_in_button"))
        wait_until(lambda: self.windows.main, f"the window of {login}")
        return self.activate()

    def _asks_passphrase(self) -> bool:
        window = self.windows.sign_in
        if window is None:
            return False
        return any(edit.isVisible() for edit in window.findChildren(QLineEdit, "sign_in_passphrase_edit"))

    def wait_synced(self, words: str, patience_s: float = 120.0) -> None:
        """Wait until the replica is complete and nothing waits to be sent."""

        def rests() -> bool:
            summary = self.main.summary
            state = self.main.context.sync.state()
            quiet = state.phase == "idle" and bool(state.last_sync_at)
            return bool(quiet and summary is not None and not summary.waiting and not summary.loading_scopes)

        wait_until(rests, words, patience_s)

    def sync(self, words: str) -> None:
        """Press F5 and wait until nothing waits any more."""
        before = self.main.context.sync.state().last_sync_at
        self.activate()
        press(self.main, "F5")
        wait_until(lambda: self.main.context.sync.state().last_sync_at != before, words)
        self.wait_synced(words)

    def close(self) -> None:
        """Close the windows and what they stand on."""
        if self.windows.main is not None:
            self.windows.main.close()
        if self.windows.sign_in is not None:
            self.windows.sign_in.close()
        settle()
        self._sessions.close()
