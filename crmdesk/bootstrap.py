"""Builds the objects of a laptop and hands them to each other; nothing global, every object belongs to its `Laptop`."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmdesk.domain.brought_back import BackedUp, Brought
from crmdesk.domain.clock import Clock, to_text, utc_now
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.ids import made_at_ms, new_id
from crmdesk.protocol.messages import SignIn, Tokens
from crmdesk.services.commands import ChangeSet
from crmdesk.services.desk import Desk
from crmdesk.services.listeners import Listeners
from crmdesk.storage import journal, put_aside
from crmdesk.storage.folder_lock import FolderLock
from crmdesk.storage.keys import KeyVault
from crmdesk.storage.store import FILE_NAME, ROOM_NAME, Store
from crmdesk.sync import accounts
from crmdesk.sync.accounts import AccountBook
from crmdesk.sync.engine import SyncEngine, SyncStatus
from crmdesk.sync.session import Session
from crmdesk.sync.transport import Deadlines, Transport
from crmdesk.ui.ports import Account, Device, Look, PutAside, Signed, SyncState

if TYPE_CHECKING:
    from crmdesk.storage.backup import GoOn

_KEYS = "keys"
_WINDOWS_LOCK = "windows.lock"
_UNREADABLE = frozenset({"key_missing", "wrong_key", "store_damaged"})
"""A store in this state is put aside at sign-in, and what it held is fetched anew."""
_OLD_STORE = {"key_missing": "put_aside_key", "wrong_key": "put_aside_key", "store_damaged": "put_aside_damaged"}
"""What is said of a store that was put aside: nothing is lost of the present one, and nothing mends the old one."""
_log = journal.logger("crmdesk.bootstrap")


def _this_device() -> str:
    import platform  # lazy: only who signs in names the device

    return platform.node()


_LOOK_S = 0.1
"""How often it is looked whether what is on the way has ended, where the store is to be closed."""
SYNC_WAITED_FOR_S = 60.0
"""So long the lock waits for a sync, then it is cut and goes on after unlocking: a bad line must not keep data open."""
UNDO_OFFERED_S = 7.0
"""A little longer than a toast offers to undo."""


class SyncDesk:
    """The sync engine as the windows see it (`crmdesk.ui.ports.SyncPort`), and the engine's listener."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._listeners: Listeners[SyncState] = Listeners(_log)
        self._engine: SyncEngine | None = None
        self._later: threading.Timer | None = None
        self._kept_back = False

    def drive(self, engine: SyncEngine) -> None:
        """Hand over the engine; the engine in turn tells this object."""
        self._engine = engine

    @property
    def engine(self) -> SyncEngine:
        """Return the engine, for commands that go beyond the window's port."""
        if self._engine is None:
            raise RuntimeError("no engine was handed over")
        return self._engine

    def state(self) -> SyncState:
        """Return the present state."""
        return self._shown(self.engine.status())

    def request(self) -> None:
        """Ask for a sync as soon as may be."""
        self.engine.request()

    def cancel(self) -> None:
        """Stop the running sync within a second."""
        self.engine.cancel()

    def accept_removals(self) -> None:
        """Let the next sync take away more than a fifth of a scope, because the person said so."""
        self.engine.accept_removals()

    def subscribe(self, listener: Callable[[SyncState], None]) -> Callable[[], None]:
        """Call `listener` on each change of state, on the sync's thread; returns what ends it."""
        return self._listeners.add(listener)

    def work_offline(self, offline: bool) -> None:
        """Stay off the network until told otherwise."""
        self.engine.work_offline(offline)

    def status_changed(self, status: SyncStatus) -> None:
        """Pass a change of state on; a listener that fails does not stop the sync."""
        self._listeners.tell(self._shown(status))

    def rows_changed(self, changed: Mapping[str, tuple[str, ...]]) -> None:
        """Publish what the server changed, on the same way as the person's own changes."""
        self._desk.publish(ChangeSet(changed, "remote"))

    def local_change(self, changes: ChangeSet) -> None:
        """Wake the sync when the person's own change went into the queue, or a file is wanted.

        What can be undone only here stays for as long as the window offers that, and what follows waits with it.
        """
        wanted = "attachments" in changes.changed.get("sync_state", ())
        if changes.origin != "local" or not (wanted or "outbox" in changes.changed):
            return
        with self._lock:
            waiting = self._kept_back
            if changes.fleeting and not waiting:
                self._kept_back = True
                self._later = threading.Timer(UNDO_OFFERED_S, self._wake)
                self._later.daemon = True
                self._later.start()
        if changes.fleeting and not waiting:
            self.status_changed(self.engine.status())
        elif not changes.fleeting and not waiting:
            self.engine.local_change()

    def _wake(self) -> None:
        with self._lock:
            self._kept_back = False
        self.engine.local_change()

    def _shown(self, status: SyncStatus) -> SyncState:
        return SyncState(
            status.phase, status.code, status.params, status.online, status.progress_done, status.progress_total,
            status.last_sync_at, status.since, status.next_try_at, status.sending, status.repairing,
            self._kept_back, status.clock_off_s,
        )  # fmt: skip

    def close(self) -> None:
        """Wait for nothing any more."""
        with self._lock:
            if self._later is not None:
                self._later.cancel()


@dataclass(slots=True)
class Laptop:
    """One person's open store with all that works on it; close it once."""

    account: accounts.Account
    store: Store
    session: Session
    desk: Desk
    sync: SyncDesk
    sealed: bool = False

    @property
    def engine(self) -> SyncEngine:
        """Return the sync engine."""
        return self.sync.engine

    def start(self) -> None:
        """Sync in the background from now on."""
        self.engine.start()

    def seal(self, given_up: threading.Event) -> bool:
        """Close the store and forget its key, once what is on the way has ended; the threads wait from then on.

        An import, an export or a change of many is waited for, a sync for `SYNC_WAITED_FOR_S`; False: it was given up
        meanwhile.
        """
        until = time.monotonic() + SYNC_WAITED_FOR_S
        while not self.sealed and (self.desk.works or not (self.engine.at_rest or time.monotonic() > until)):
            if given_up.wait(_LOOK_S):
                return False
        if not self.sealed:
            self.engine.stop()
            self.desk.rest()
            self.sealed = True  # also where the next fails half-way: what is closed then is opened by `unseal`
            self.store.seal()
        return True

    def unseal(self, key: bytes) -> None:
        """Go on with everything where `seal` ended it."""
        if self.sealed:
            self.store.unseal(key)
            self.sealed = False
            self.desk.wake()
            self.engine.start()

    def close(self) -> None:
        """End the threads in order and close the store."""
        self.sync.close()
        self.engine.stop()
        self.desk.close()
        self.session.transport.close()
        self.store.close()


class Premises:
    """A data folder: its accounts, keys and stores, and how a laptop is opened from them."""

    def __init__(
        self,
        data_dir: Path,
        keyring_backend: Any = None,
        ca_bundle: str = "",
        clock: Clock = utc_now,
        deadlines: Deadlines | None = None,
    ) -> None:
        self.book = AccountBook(data_dir)
        self._vault = KeyVault(data_dir / _KEYS, keyring_backend)
        self._ca_bundle = ca_bundle
        self._clock, self._deadlines = clock, deadlines

    def hold_windows(self) -> FolderLock:
        """Be the one program that shows windows on this folder; WorldError('in_use') where another one is.

        The system drops the lock with the program that held it, however that ended.
        """
        return FolderLock(self.book.data_dir / _WINDOWS_LOCK)

    def account(self, login: str = "", server: str = "") -> accounts.Account | None:
        """Return the account used last, or the one that was asked for."""
        for one in self.book.all():
            if (not login or one.login.casefold() == login.casefold()) and (not server or one.server == server):
                return one
        return None

    def remember_look(self, look: Look) -> None:
        """Note beside the account used last what was chosen, outside the store that is still locked."""
        known = self.account()
        if known is not None and (chosen := accounts.looking(known, look.language, look.theme)) != known:
            self.book.remember(chosen)

    def needs_passphrase(self, account: accounts.Account) -> bool:
        """Say whether the key of an account is wrapped with a passphrase instead of lying in a key ring."""
        return self._vault.state(account.key) == "passphrase"

    def change_passphrase(self, account: accounts.Account, old: str, new: str) -> None:
        """Keep the key of an account by another passphrase from now on; raises as `KeyVault.change_passphrase`."""
        self._vault.change_passphrase(account.key, old, new)
        put_aside.settle(self.book.folder(account), account.key)

    def set_passphrase(self, account: accounts.Account, new: str) -> None:
        """Keep a key of the key ring by a passphrase from now on; raises as `KeyVault.set_passphrase`."""
        self._vault.set_passphrase(account.key, new)
        put_aside.settle(self.book.folder(account), account.key)

    def wrapped_key(self, account: accounts.Account, passphrase: str) -> bytes:
        """Return the key of an account that a passphrase keeps.

        Raises WorldError: `passphrase_wrong`, `passphrase_missing`, `lock_needs_passphrase` where a key ring keeps it.
        """
        if not self.needs_passphrase(account):
            raise WorldError("lock_needs_passphrase")
        return self._vault.load(account.key, passphrase)

    def device(self, laptop: Laptop) -> Device:
        """Return what this laptop is to the server, and how much room the store takes."""
        made = datetime.fromtimestamp(made_at_ms(laptop.session.device_id()) / 1_000, UTC)
        files = (path for path in laptop.store.folder.iterdir() if path.is_file())
        return Device(laptop.session.device_name(), to_text(made), sum(path.stat().st_size for path in files))

    def sign_in(
        self, server: str, login: str, password: str, passphrase: str = "", *, forgotten: bool = False
    ) -> Laptop:
        """Sign in at the server and open (or make) the local store.

        `forgotten`: nobody knows the passphrase any more. Once the server has said yes the store that it protects is
        put aside with its wrapped key, a new key is made and everything is fetched anew; what was not sent lies in the
        store put aside, until `bring_back` is given the passphrase.
        Raises WorldError of the network or the store, `passphrase_needed` where no key ring can keep the key,
        `passphrase_missing` where one was chosen before.
        """
        if not login.strip() or not password:
            raise InputError("password_missing" if login.strip() else "login_missing")
        transport = self._transport(server, self._ca_bundle)
        fresh = accounts.Account(transport.server, login.strip(), ca_bundle=self._ca_bundle)
        known = self.book.find(fresh.server, fresh.login)
        if known is not None and self._openable(known) and not forgotten:
            try:
                return self._sign_in_again(known, transport, password, passphrase)
            except WorldError as error:
                if error.code not in _UNREADABLE:
                    raise
        return self._sign_in_first(known or fresh, transport, password, passphrase)

    def _sign_in_again(self, account: accounts.Account, transport: Transport, password: str, passphrase: str) -> Laptop:
        laptop = self._open(account, transport, self._vault.load(account.key, passphrase or None))
        try:
            tokens = laptop.session.sign_in(account.login, password, _this_device())
        except BaseException:
            laptop.close()
            raise
        laptop.account = self._remember(account, tokens)
        return laptop

    def _sign_in_first(self, account: accounts.Account, transport: Transport, password: str, passphrase: str) -> Laptop:
        """The password is tried before a key is made: a mistyped login leaves nothing behind."""
        device_id = account.device_id or new_id()
        tokens = transport.sign_in(SignIn(account.login, password, device_id, _this_device()))
        account = accounts.with_device(self._remember(account, tokens), device_id)
        self.book.remember(account)
        # The new key stands before anything is moved: what is wrong with the passphrase is said while all is as it was.
        made = self._vault.make(account.key, passphrase or None)
        put_aside.put(self.book.folder(account), account.key, self._vault, to_text(self._clock()))
        laptop = self._open(account, transport, self._vault.take(account.key, made))
        laptop.session.take_device(device_id)
        laptop.session.keep(tokens, account.login, device_id, _this_device())
        return laptop

    def unlock(self, passphrase: str = "", login: str = "", server: str = "") -> Laptop:
        """Open the local store without the network; WorldError('not_signed_in') where there is none."""
        account = self.account(login, server)
        if account is None or account.signed_out or not self._openable(account):
            raise WorldError("not_signed_in")
        transport = self._transport(account.server, self._ca_bundle or account.ca_bundle)
        return self._open(account, transport, self._vault.load(account.key, passphrase or None))

    def sign_out(self, laptop: Laptop) -> None:
        """Forget the tokens and close; the store stays, with everything that was not sent."""
        laptop.session.sign_out()
        self.book.remember(accounts.signed_out(laptop.account))
        laptop.close()

    def put_aside(self, account: accounts.Account) -> list[PutAside]:
        """Return the older stores of an account that could not be opened once, oldest first."""
        folder = self.book.folder(account)
        put_aside.sweep(folder, account.key, self._vault)
        return [
            PutAside(one.name, one.at, self._vault.of_folder(one.folder).state(account.key))
            for one in put_aside.listed(folder)
        ]

    def bring_back(self, laptop: Laptop, name: str, passphrase: str = "") -> Brought:
        """Bring what was not sent out of a store put aside into the present one; then the old one and its key go.

        It stays where a draft in it could not come, and where it can't be deleted (`stays`). Raises
        InputError('unknown_put_aside'), WorldError: `passphrase_missing`, `passphrase_wrong`, `keyring_locked`,
        `in_use`, `put_aside_key`, `put_aside_damaged`, `put_aside_foreign`; then nothing has changed.
        """
        account = laptop.account
        aside = put_aside.named(self.book.folder(account), name)
        try:
            key = self._vault.of_folder(aside.folder).load(account.key, passphrase or None)
            old = Store.open(aside.folder, key, self._clock)
        except WorldError as error:
            raise _of_old_store(error) from error
        try:
            brought, changes = _brought(old, laptop.store)
        finally:
            old.close()
        laptop.desk.publish(changes)
        if brought.left:
            return brought
        try:
            self.throw_away(account, name)
        except WorldError as error:  # all has come: that is what counts, and nothing comes twice
            _log.info("put_aside_stays", code=error.code)
            return brought._replace(stays=True)
        return brought

    def throw_away(self, account: accounts.Account, name: str) -> None:
        """Delete a store that was put aside, and its key, for good; raises InputError('unknown_put_aside')."""
        put_aside.throw_away(put_aside.named(self.book.folder(account), name), account.key, self._vault)

    def make_backup(self, laptop: Laptop, place: str, passphrase: str, go_on: "GoOn") -> BackedUp | None:
        """Write what was not sent into a folder of its own at a place, under a passphrase; raises as `backup.make`."""
        from crmdesk.storage import backup  # lazy: hardly ever asked for

        login = laptop.account.login
        return backup.make(laptop.store, self.book.data_dir, _typed(place), login, passphrase, go_on)

    def put_back(self, laptop: Laptop, folder: str, passphrase: str, go_on: "GoOn") -> Brought | None:
        """Bring what a backup holds into the present store, each thing once; raises as `backup.put_back`."""
        from crmdesk.storage import backup  # lazy: as above

        came = backup.put_back(_typed(folder), passphrase, laptop.store, go_on)
        if came is None:
            return None
        brought, changed = came
        laptop.desk.publish(ChangeSet(changed, "local"))
        return brought

    def _openable(self, account: accounts.Account) -> bool:
        return (self.book.folder(account) / FILE_NAME).exists() and self._vault.state(account.key) != "none"

    def _remember(self, account: accounts.Account, tokens: Tokens) -> accounts.Account:
        remembered = accounts.signed_in(account, tokens.name, self._ca_bundle or account.ca_bundle)
        self.book.remember(remembered)
        return remembered

    def _transport(self, server: str, ca_bundle: str) -> Transport:
        return Transport(server, ca_bundle, self._deadlines, self._clock)

    def _open(self, account: accounts.Account, transport: Transport, key: bytes) -> Laptop:
        store = Store.open(self.book.folder(account), key, self._clock)
        put_aside.settle(store.folder, account.key)
        _sweep(store)
        session = Session(store, transport, self._clock)
        desk = Desk(store, self._clock)
        sync = SyncDesk(desk)
        sync.drive(SyncEngine(store, session, sync, self._clock))
        desk.subscribe(sync.local_change)
        return Laptop(account, store, session, desk, sync)


def _brought(old: Store, store: Store) -> tuple[Brought, ChangeSet]:
    """Read all of the old store before anything is written; return what came and what it changed."""
    from crmdesk.storage import bringing  # lazy: hardly ever asked for

    try:
        unsent = bringing.read(old)
    except WorldError as error:
        raise _of_old_store(error) from error
    with store.writing() as work:
        brought = bringing.bring(unsent, old, work)
        changed = {record: tuple(sorted(ids)) for record, ids in work.changed.items()}
    return brought, ChangeSet(changed, "local")


def _sweep(store: Store) -> None:
    """Remove what a crash left of a backup."""
    if (store.folder / ROOM_NAME).exists():
        from crmdesk.storage import backup  # lazy: as above

        backup.sweep(store)


def _typed(path: str) -> Path:
    """Return a path that a person typed or chose."""
    return Path(path.strip()).expanduser()


def _of_old_store(error: WorldError) -> WorldError:
    code = _OLD_STORE.get(error.code)
    return WorldError(code, **error.params) if code else error


class WindowSessions:
    """Signing in and out as the windows see it (`crmdesk.ui.ports.SessionPort`); everything off their thread."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._laptop: Laptop | None = None
        self._unlocking = threading.Event()  # whoever comes back does not wait for an import to end
        self._ending = threading.Event()  # nor does the end of the app for a slow stick
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="crmdesk-session")

    def known_account(self) -> Account | None:
        """Return the account whose data is on this laptop, or None before the first sign-in and after a sign-out."""
        known = self._premises.account()
        if known is None or known.signed_out:
            return None
        return Account(known.login, known.server, known.name, self._premises.needs_passphrase(known))

    def look(self) -> Look:
        """Return how the person who was here last wants the windows, also after a sign-out."""
        last = self._premises.account()
        return Look(last.language, last.theme) if last is not None else Look()

    def remember_look(self, look: Look) -> None:
        """Let the sign-in window of the next start look so."""
        self._worker.submit(self._premises.remember_look, look)

    def sign_in(
        self, server: str, login: str, password: str, passphrase: str, forgotten: bool = False
    ) -> "Future[Signed]":
        """Sign in at the server; where a laptop is open already, its session is renewed."""
        return self._worker.submit(self._sign_in, server, login, password, passphrase, forgotten)

    def unlock(self, passphrase: str) -> "Future[Signed]":
        """Open the local store without the network."""
        return self._worker.submit(self._started, lambda: self._premises.unlock(passphrase))

    def change_passphrase(self, old: str, new: str) -> "Future[None]":
        """Keep the key of what is open by another passphrase; nothing else changes."""
        return self._worker.submit(self._change_passphrase, old, new)

    def set_passphrase(self, new: str) -> "Future[None]":
        """Keep the key of what is open by a passphrase from now on, no more by the key ring."""
        return self._worker.submit(lambda: self._premises.set_passphrase(self._opened().account, new))

    def device(self) -> "Future[Device]":
        """Return what this laptop is to the server."""
        return self._worker.submit(lambda: self._premises.device(self._opened()))

    def lock(self) -> "Future[bool]":
        """Close the store and forget its key, as `Laptop.seal`; only where a passphrase opens it again."""
        self._unlocking.clear()
        return self._worker.submit(self._lock)

    def unlock_again(self, passphrase: str) -> "Future[None]":
        """Open what `lock` closed; a `lock` that still waits gives up, and is asked for anew where this fails."""
        self._unlocking.set()
        return self._worker.submit(self._unlock_again, passphrase)

    def put_aside(self) -> "Future[list[PutAside]]":
        """Return the older stores of the account that is open, which could not be opened once, oldest first."""
        return self._worker.submit(lambda: self._premises.put_aside(self._opened().account))

    def bring_back(self, name: str, passphrase: str) -> "Future[Brought]":
        """Bring what was not sent out of one of them into what is open; then it is gone."""
        return self._worker.submit(lambda: self._premises.bring_back(self._opened(), name, passphrase))

    def throw_away(self, name: str) -> "Future[None]":
        """Delete one of them for good."""
        return self._worker.submit(lambda: self._premises.throw_away(self._opened().account, name))

    def make_backup(self, place: str, passphrase: str, go_on: "GoOn") -> "Future[BackedUp | None]":
        """Write what was not sent into a folder of its own at a place; a lock waits until it has ended."""
        asked = self._until_the_end(go_on)
        return self._worker.submit(lambda: self._premises.make_backup(self._opened(), place, passphrase, asked))

    def put_back(self, folder: str, passphrase: str, go_on: "GoOn") -> "Future[Brought | None]":
        """Bring what a backup holds into what is open; the backup stays."""
        asked = self._until_the_end(go_on)
        return self._worker.submit(lambda: self._premises.put_back(self._opened(), folder, passphrase, asked))

    def _until_the_end(self, go_on: "GoOn") -> "GoOn":
        return lambda done, total: go_on(done, total) and not self._ending.is_set()

    def sign_out(self) -> "Future[None]":
        """Sign out; unsent work is kept."""
        return self._worker.submit(self._sign_out)

    def close(self) -> None:
        """Close what is open, at the end of the app."""
        self._unlocking.set()
        self._ending.set()
        self._worker.submit(self._close).result()
        self._worker.shutdown()

    def _sign_in(self, server: str, login: str, password: str, passphrase: str, forgotten: bool) -> Signed:
        laptop = self._laptop
        if laptop is not None and laptop.account.login.casefold() == login.strip().casefold():
            laptop.session.sign_in(laptop.account.login, password, _this_device())
            laptop.sync.request()
            return Signed(laptop.desk, laptop.sync)
        return self._started(lambda: self._premises.sign_in(server, login, password, passphrase, forgotten=forgotten))

    def _started(self, opening: Callable[[], Laptop]) -> Signed:
        self._close()
        laptop = opening()
        self._laptop = laptop
        laptop.start()
        return Signed(laptop.desk, laptop.sync)

    def _change_passphrase(self, old: str, new: str) -> None:
        self._premises.change_passphrase(self._opened().account, old, new)

    def _lock(self) -> bool:
        laptop = self._opened()
        if not self._premises.needs_passphrase(laptop.account):
            raise WorldError("lock_needs_passphrase")
        return laptop.seal(self._unlocking)

    def _unlock_again(self, passphrase: str) -> None:
        laptop = self._opened()
        laptop.unseal(self._premises.wrapped_key(laptop.account, passphrase))

    def _opened(self) -> Laptop:
        if self._laptop is None:
            raise WorldError("not_signed_in")
        return self._laptop

    def _sign_out(self) -> None:
        laptop, self._laptop = self._laptop, None
        if laptop is not None:
            self._premises.sign_out(laptop)

    def _close(self) -> None:
        laptop, self._laptop = self._laptop, None
        if laptop is not None:
            laptop.close()
