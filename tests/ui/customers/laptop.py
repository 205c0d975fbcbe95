"""A laptop with the small company on it, brought there through the inbox, and the real main window before it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.domain.brought_back import BackedUp, Brought
from crmdesk.domain.clock import to_text, utc_now
from crmdesk.domain.records import RECORDS, wire_columns
from crmdesk.protocol.messages import Page, RowGroup, SyncHead
from crmdesk.services.commands import ChangeSet
from crmdesk.services.desk import Desk
from crmdesk.services.reads_sync import Reads
from crmdesk.storage import inbox
from crmdesk.storage.store import Store
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.ports import Account, Device, Look, PutAside, Signed, SyncState
from tests.fixtures.new_store import KEY, laid
from tests.ui.customers.small_company import Company, Rows

T = TypeVar("T")


class QuietSync:
    """A sync port of a laptop without network."""

    def state(self) -> SyncState:
        return SyncState(phase="offline", online=False)

    def request(self) -> None:
        """There is nobody to sync with."""

    def cancel(self) -> None:
        """Nothing runs."""

    def subscribe(self, listener: Callable[[SyncState], None]) -> Callable[[], None]:
        return lambda: None

    def work_offline(self, offline: bool) -> None:
        """It is offline anyway."""

    def accept_removals(self) -> None:
        """Nothing is ever asked."""


class NoSession:
    """A session port that knows no account."""

    def known_account(self) -> Account | None:
        return None

    def sign_in(
        self, server: str, login: str, password: str, passphrase: str, forgotten: bool = False
    ) -> Future[Signed]:
        raise AssertionError("no test here signs in")

    def unlock(self, passphrase: str) -> Future[Signed]:
        raise AssertionError("no test here unlocks")

    def change_passphrase(self, old: str, new: str) -> Future[None]:
        raise AssertionError("no test here changes it")

    def set_passphrase(self, new: str) -> Future[None]:
        raise AssertionError("no test here sets one")

    def device(self) -> Future[Device]:
        known: Future[Device] = Future()
        known.set_result(Device("ZHOU-LAPTOP", "2026-09-01T01:12:00.000Z", 48_300_000))
        return known

    def lock(self) -> Future[bool]:
        raise AssertionError("no test here locks")

    def unlock_again(self, passphrase: str) -> Future[None]:
        raise AssertionError("no test here unlocks")

    def put_aside(self) -> Future[list[PutAside]]:
        nothing: Future[list[PutAside]] = Future()
        nothing.set_result([])
        return nothing

    def bring_back(self, name: str, passphrase: str) -> Future[Brought]:
        raise AssertionError("there is no older data here")

    def throw_away(self, name: str) -> Future[None]:
        raise AssertionError("there is no older data here")

    def make_backup(self, place: str, passphrase: str, go_on: Callable[[int, int], bool]) -> Future[BackedUp | None]:
        raise AssertionError("no test here makes one")

    def put_back(self, folder: str, passphrase: str, go_on: Callable[[int, int], bool]) -> Future[Brought | None]:
        raise AssertionError("no test here puts one back")

    def look(self) -> Look:
        return Look()

    def remember_look(self, look: Look) -> None:
        """Nothing outlives a test."""

    def sign_out(self) -> Future[None]:
        raise AssertionError("no test here signs out")


class Laptop:
    """The store and the desk of one person; `receive` takes rows as a pull would."""

    def __init__(self, folder: Path, company: Company, user: str = "周晓岚", role: str = "rep") -> None:
        self.company = company
        self.store = Store.open(laid(folder), KEY)
        self._revisions: dict[str, int] = {}
        self._cursor = 0
        with self.store.writing() as work:
            person = {"user_id": company.ids[user], "login": "zhou.xl", "name": user, "role": role}
            work.set_meta("person", json.dumps(person))
            work.set_meta("last_sync_at", to_text(utc_now()))
        scopes = ["c", f"t:{company.ids['浦东一区']}"]
        with self.store.writing() as work:
            inbox.apply_head(work, SyncHead("epoch", to_text(utc_now()), company.ids[user], scopes))
        self.receive(company.rows)
        self.desk = Desk(self.store)

    def receive(self, rows: Rows) -> None:
        """Take rows from the server in one page a scope; a row seen before gets its next revision."""
        company_wide = {"territory", "user", "assignment", "product", "custom_field", "company_calendar"}
        for scope, here in (("c", True), (f"t:{self.company.ids['浦东一区']}", False)):
            groups = [
                self._group(record, found)
                for record, found in rows.items()
                if (record in company_wide) is here and found
            ]
            self._cursor += 1
            with self.store.writing() as work:
                inbox.apply_page(work, Page(scope, groups, str(self._cursor), complete=True))

    def _group(self, record: str, rows: list[dict[str, Any]]) -> RowGroup:
        columns = list(wire_columns(RECORDS[record]))
        wire = [self._wire(row) for row in rows]
        return RowGroup(record, columns, [[row.get(name) for name in columns] for row in wire])

    def _wire(self, row: dict[str, Any]) -> dict[str, Any]:
        self._revisions[row["id"]] = self._revisions.get(row["id"], 0) + 1
        moment = to_text(utc_now())
        house = {"revision": self._revisions[row["id"]], "deleted": False, "created_at": moment, "updated_at": moment}
        person = self.company.ids["陈立"]
        return {**house, "created_by": person, "updated_by": person, **row}

    def server_edits(self, record: str, key: str, **changes: Any) -> None:
        """Change a row as somebody else's accepted edit, and tell the desk of it."""
        row = next(one for one in self.company.rows[record] if one["id"] == self.company.ids[key])
        row.update(changes)
        self.receive({record: [row]})
        self.desk.publish(ChangeSet({record: (row["id"],)}, "remote"))

    def ask(self, read: Callable[[Reads], T]) -> T:
        """Read and wait for the answer."""
        return self.desk.ask(read).result(10)

    def close(self) -> None:
        self.desk.close()
        self.store.close()


@contextmanager
def window_before(laptop: Laptop, qtbot: QtBot) -> Iterator[MainWindow]:
    """Show the main window over a laptop, ready for keys."""
    window = MainWindow(Signed(laptop.desk, QuietSync()), NoSession())
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield window
    window.close()
    window.deleteLater()
    QApplication.processEvents()


@contextmanager
def seated(folder: Path, company: Company, user: str, role: str, qtbot: QtBot) -> Iterator[tuple[MainWindow, Laptop]]:
    """Seat a person before the window of a laptop of their own."""
    with closing(Laptop(folder, company, user, role)) as laptop, window_before(laptop, qtbot) as window:
        yield window, laptop


def type_text(widget: QWidget, text: str) -> None:
    """Type text as an input method commits it (`keyClicks` cannot type Chinese)."""
    widget.setFocus()
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def undo(window: MainWindow, qtbot: QtBot, after: str = "") -> None:
    """Press undo once it is offered: what a command changed may be on the page before its outcome is there.

    `after` is what was offered before the command.
    """
    qtbot.waitUntil(lambda: window._undo_token not in ("", after))
    window.undo()
