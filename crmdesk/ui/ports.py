"""What the windows need from outside the services: the sync engine and the session, handed in by bootstrap."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from crmdesk.domain.brought_back import BackedUp, Brought
    from crmdesk.services.desk import Desk


class SyncState(msgspec.Struct, frozen=True):
    """Where the sync engine stands; `code` and `params` name what went wrong last (words: `crmdesk.ui.situations`)."""

    phase: str = "idle"  # idle | syncing | offline | blocked
    code: str = ""
    params: Mapping[str, Any] = msgspec.field(default_factory=dict)
    online: bool = True
    progress_done: int = 0
    progress_total: int = 0  # 0: not known yet
    last_sync_at: str = ""
    since: str = ""  # when the trouble that lasts began
    next_try_at: str = ""
    sending: int = 0  # changes on the way
    repairing: bool = False  # a part is fetched anew because it differed
    undoable: bool = False  # what was done last is kept back for as long as the window offers to undo it
    clock_off_s: int = 0  # how much the clock here is ahead of the server's


class SyncPort(Protocol):
    """The sync engine as the windows see it; every method returns at once."""

    def state(self) -> SyncState:
        """Return the present state."""

    def request(self) -> None:
        """Ask for a sync as soon as may be."""

    def cancel(self) -> None:
        """Stop the running sync within a second."""

    def accept_removals(self) -> None:
        """Let the next sync take away more than a fifth of a scope, because the person said so (code `shrunk`)."""

    def subscribe(self, listener: Callable[[SyncState], None]) -> Callable[[], None]:
        """Call `listener` on each change of state, on any thread; returns what ends it."""

    def work_offline(self, offline: bool) -> None:
        """Stay off the network until told otherwise."""


class Account(msgspec.Struct, frozen=True):
    """The account that this laptop holds."""

    login: str
    server: str
    name: str
    needs_passphrase: bool


class PutAside(msgspec.Struct, frozen=True):
    """An older store of the account, put aside at an instant (text); `key` says where what opens it is.

    `passphrase`: it is asked for; `keyring`: the key ring had it; `none`: nobody can open it any more.
    """

    name: str
    at: str
    key: str


class Device(msgspec.Struct, frozen=True):
    """This laptop as the server knows it: what it is called ('' where that is not known), since when, and the room
    that its store takes.
    """

    name: str
    since: str
    store_bytes: int


class Look(msgspec.Struct, frozen=True):
    """The language and the theme that were chosen here, '' where none was: the sign-in window knows no store yet."""

    language: str = ""
    theme: str = ""


class Signed(msgspec.Struct, frozen=True):
    """What signing in or unlocking opens."""

    desk: "Desk"
    sync: SyncPort


class SessionPort(Protocol):
    """Signing in, unlocking and signing out; the futures carry CrmdeskErrors with codes for words."""

    def known_account(self) -> Account | None:
        """Return the account whose data is on this laptop, or None before the first sign-in."""

    def sign_in(
        self, server: str, login: str, password: str, passphrase: str, forgotten: bool = False
    ) -> "Future[Signed]":
        """Sign in at the server and open (or make) the local store; no `passphrase` where a key ring keeps the key.

        `forgotten`: the old passphrase is; a new store begins with this one, the other is put aside.
        """

    def unlock(self, passphrase: str) -> "Future[Signed]":
        """Open the local store without the network."""

    def change_passphrase(self, old: str, new: str) -> "Future[None]":
        """Protect the data on this computer by another passphrase."""

    def set_passphrase(self, new: str) -> "Future[None]":
        """Protect the data on this computer by a passphrase, where the key ring did so far."""

    def device(self) -> "Future[Device]":
        """Return what this laptop is to the server."""

    def lock(self) -> "Future[bool]":
        """Close the store and forget its key once what runs has ended; False: it was unlocked before that.

        WorldError('lock_needs_passphrase') where none protects it.
        """

    def unlock_again(self, passphrase: str) -> "Future[None]":
        """Open what `lock` closed, with everything that was open in it.

        A `lock` that still waits for something to end gives up at once; where this fails, it has to be asked again.
        """

    def put_aside(self) -> "Future[list[PutAside]]":
        """Return the older stores of the person that were put aside, oldest first."""

    def bring_back(self, name: str, passphrase: str) -> "Future[Brought]":
        """Bring what was not sent out of one of them; where all of it came it is gone then."""

    def throw_away(self, name: str) -> "Future[None]":
        """Delete one of them, with what was not sent in it, for good."""

    def make_backup(self, place: str, passphrase: str, go_on: Callable[[int, int], bool]) -> "Future[BackedUp | None]":
        """Write what was not sent into a new folder at a place, under a passphrase.

        `go_on` is told from the worker how many bytes of how many are done and says whether to go on; None where it
        said no.
        """

    def put_back(self, folder: str, passphrase: str, go_on: Callable[[int, int], bool]) -> "Future[Brought | None]":
        """Bring what a backup holds into the present data, each thing once; `go_on` and None as above."""

    def look(self) -> Look:
        """Return how the person who was here last wants the windows, also after a sign-out."""

    def remember_look(self, look: Look) -> None:
        """Let the sign-in window of the next start look so; what is '' stays as it was chosen before."""

    def sign_out(self) -> "Future[None]":
        """Sign out; unsent work is kept."""
