"""A main window over a real desk with a small company, and ports that do what a test says."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from crmdesk.domain.clock import to_text, utc_now
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.ports import Account, Device, Look, PutAside, Signed, SyncState
from tests.services.small_territory import MANAGER, REP, Laptop, fill


@dataclass
class StillSync:
    """A sync port that only remembers what it was asked."""

    shown: SyncState = field(default_factory=SyncState)
    asked: list[str] = field(default_factory=list)
    listeners: list[Callable[[SyncState], None]] = field(default_factory=list)

    def state(self) -> SyncState:
        return self.shown

    def request(self) -> None:
        self.asked.append("request")

    def cancel(self) -> None:
        self.asked.append("cancel")

    def accept_removals(self) -> None:
        self.asked.append("accept_removals")

    def subscribe(self, listener: Callable[[SyncState], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def work_offline(self, offline: bool) -> None:
        self.asked.append("offline" if offline else "online")

    def become(self, state: SyncState) -> None:
        """Be in another state and tell the listeners, as the engine does."""
        self.shown = state
        for listener in list(self.listeners):
            listener(state)


@dataclass
class Sessions:
    """A session port whose futures a test settles itself."""

    account: Account | None = None
    kept: Look = field(default_factory=Look)
    older: list[PutAside] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    pending: "list[Future[Signed]]" = field(default_factory=list)
    go_on: Callable[[int, int], bool] = lambda _done, _total: True

    def known_account(self) -> Account | None:
        return self.account

    def sign_in(
        self, server: str, login: str, password: str, passphrase: str, forgotten: bool = False
    ) -> "Future[Signed]":
        return self._ask("sign_in", server, login, password, passphrase, *(["forgotten"] if forgotten else []))

    def unlock(self, passphrase: str) -> "Future[Signed]":
        return self._ask("unlock", passphrase)

    def change_passphrase(self, old: str, new: str) -> "Future[Signed]":
        return self._ask("change_passphrase", old, new)

    def set_passphrase(self, new: str) -> "Future[Any]":
        return self._ask("set_passphrase", new)

    def device(self) -> "Future[Device]":
        known: Future[Device] = Future()
        known.set_result(Device("ZHOU-LAPTOP", "2026-09-01T01:12:00.000Z", 48_300_000))
        return known

    def lock(self) -> "Future[Any]":
        return self._ask("lock")

    def unlock_again(self, passphrase: str) -> "Future[Any]":
        return self._ask("unlock_again", passphrase)

    def put_aside(self) -> "Future[list[PutAside]]":
        found: Future[list[PutAside]] = Future()
        found.set_result(list(self.older))
        return found

    def bring_back(self, name: str, passphrase: str) -> "Future[Any]":
        return self._ask("bring_back", name, passphrase)

    def throw_away(self, name: str) -> "Future[Any]":
        return self._ask("throw_away", name)

    def make_backup(self, place: str, passphrase: str, go_on: Callable[[int, int], bool]) -> "Future[Any]":
        self.go_on = go_on
        return self._ask("make_backup", place, passphrase)

    def put_back(self, folder: str, passphrase: str, go_on: Callable[[int, int], bool]) -> "Future[Any]":
        self.go_on = go_on
        return self._ask("put_back", folder, passphrase)

    def look(self) -> Look:
        return self.kept

    def remember_look(self, look: Look) -> None:
        self.kept = Look(look.language or self.kept.language, look.theme or self.kept.theme)

    def sign_out(self) -> "Future[None]":
        self.asked.append(("sign_out",))
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def _ask(self, *words: str) -> "Future[Signed]":
        self.asked.append(words)
        self.pending.append(Future())
        return self.pending[-1]


@pytest.fixture
def sync() -> StillSync:
    return StillSync(SyncState("idle", last_sync_at=to_text(utc_now())))


@pytest.fixture
def sessions() -> Sessions:
    return Sessions()


def _laptop(folder: Path, user_id: str, role: str, name: str) -> Laptop:
    made = Laptop(folder)
    made.sign_in(user_id, role, name)
    fill(made)
    return made


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    made = _laptop(tmp_path / "store", REP, "rep", "周晓岚")
    yield made
    made.close()


@pytest.fixture
def manager_laptop(tmp_path: Path) -> Iterator[Laptop]:
    made = _laptop(tmp_path / "store", MANAGER, "manager", "王建国")
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot, laptop: Laptop, sync: StillSync, sessions: Sessions) -> Iterator[MainWindow]:
    """The rep's window on its Sync page."""
    made = MainWindow(Signed(laptop.desk, sync), sessions)
    qtbot.addWidget(made)
    made.navigate("sync")
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made
    made.close()
