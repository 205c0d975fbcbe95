"""The pure core of the sync: what to do next, given what happened; no clock, randomness, threads, sockets or paths.

The driver feeds one event to `SyncCore.step` and performs the effects that it returns, in their order. Whatever depends
on chance arrives as `draw`, a number in [0, 1). Nothing but the try counts of scopes is persisted by the driver; a core
that is made anew after a crash goes on from outbox and cursor alone.
"""

from typing import Any

import msgspec

from crmdesk.domain.scopes import COMPANY, person_scope
from crmdesk.protocol.messages import (
    MAX_BATCH_BYTES,
    MAX_REQUEST_OPERATIONS,
    Answer,
    Answers,
    Page,
    SyncEnd,
    SyncHead,
)

IDLE, SYNCING, OFFLINE, BLOCKED = "idle", "syncing", "offline", "blocked"
"""The phases that people see."""

FIRST_BACKOFF_S = 2.0
LONGEST_BACKOFF_S = 300.0
LONGEST_RETRY_AFTER_S = 3600.0
SHORTEST_TIMER_S = 15.0
VANISHING_SHARE = 0.2
VANISHING_FLOOR = 20
REFETCH_TRIES = 2
TICKS_BETWEEN_LAST_TRIES = 24
"""A scope that still differs is fetched as a whole again after so many syncs by the clock: a few times a day."""
FORKS_A_SYNC = 2
EMPTY_ROUNDS = 3
MOST_ROUNDS = 30
"""So often a server may ask to come again at once; then the laptop rests like after any sync."""
RESTORES_IN_A_ROW = 2
"""So many exchanges in a row may bring another life of the server; then it is asked seldom: two of them may answer by
turns, and each time everything is fetched and sent again."""
TRIES_OF_ONE = 2
TRIES_BEFORE_BLAME = 6
"""So often an operation must fail, while requests get through without it, until it is laid aside: a line may break, or
a server be starting again, a few times in a row."""
HUNG_UP = "hung_up"
"""The reason of a `server_away` that took the connection and let it go: so do some proxies with what is too large."""

OF_THE_STORE = frozenset({"disk_full", "store_damaged", "store_busy", "wrong_key"})
"""Failures of this laptop: a scope that was being fetched anew met one of these has had its try."""

CANNOT_TAKE = frozenset({"too_large", "bad_request"})
"""Failures that say: this batch as it stands will never be taken."""

NEEDS_PERSON = frozenset({
    "signed_out", "wrong_credentials", "device_revoked", "upgrade_needed", "tls_untrusted", "not_https", "forbidden",
    "https_required", "foreign_user", "disk_full", "store_damaged", "wrong_key", "fork",
})  # fmt: skip
"""Failures that waiting alone seldom mends: tell the person, look again only rarely."""
_LOOK_AGAIN = frozenset({"upgrade_needed", "tls_untrusted", "not_https", "disk_full"})
"""Those that may mend without the person."""


class Start(msgspec.Struct, frozen=True):
    """A sync is wanted now: at the start, on wake-up, by the button."""


class LocalChange(msgspec.Struct, frozen=True):
    """Something was written to the outbox."""


class Tick(msgspec.Struct, frozen=True):
    """The time of the last `Wait` has passed."""


class Network(msgspec.Struct, frozen=True):
    """The person chose to work offline, or to be reachable again."""

    available: bool


class Head(msgspec.Struct, frozen=True):
    """The first frame arrived. `user_id` is the signed-in person; `restored` that the server's epoch is a new one."""

    head: SyncHead
    user_id: str
    restored: bool = False


class Answered(msgspec.Struct, frozen=True):
    """The answers to a further batch of the request arrived."""

    answers: Answers


class PageArrived(msgspec.Struct, frozen=True):
    """A page arrived. `held` is the number of rows that the laptop holds in its scope, `going` how many of those the
    page says are gone: a page also names what left before the laptop came, or what went with an earlier try."""

    page: Page
    held: int
    going: int


class End(msgspec.Struct, frozen=True):
    """The last frame arrived."""

    end: SyncEnd


class Applied(msgspec.Struct, frozen=True):
    """The end was applied. `differing` scopes with the persisted tries of each; `waiting` operations remain.

    `tried` says that tries are persisted at all: they are forgotten once nothing differs. `held_back` says that the
    request went without operations, although some may wait, or that some were queued at its end.
    """

    differing: dict[str, int]
    waiting: int
    draw: float
    tried: bool = False
    held_back: bool = False


class Failed(msgspec.Struct, frozen=True):
    """The exchange failed. `carried` operations were in the request; `retry_after_s` is the server's wish.

    `alone` is the id of the operation where it was the only one.
    """

    kind: str
    draw: float
    carried: int = 0
    retry_after_s: float | None = None
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    alone: str = ""


class Cancelled(msgspec.Struct, frozen=True):
    """The person stopped the sync."""

    draw: float


class RemovalAccepted(msgspec.Struct, frozen=True):
    """The person accepted that much of a scope goes."""


Event = (
    Start | LocalChange | Tick | Network | Head | Answered | PageArrived | End | Applied | Failed | Cancelled
    | RemovalAccepted
)  # fmt: skip


class SendRequest(msgspec.Struct, frozen=True):
    """Send one request: oldest operations within the limits, the cursor, and the scopes wanted anew.

    `whole` asks for everything anew, as if there were no cursor.
    """

    max_operations: int
    max_bytes: int
    refetch: tuple[str, ...] = ()
    whole: bool = False


class ApplyHead(msgspec.Struct, frozen=True):
    """Settle the answers and take over the subscription, in one transaction; queue again what a lost life had taken."""

    head: SyncHead
    send_again: bool = False


class TakeAnswers(msgspec.Struct, frozen=True):
    """Settle further answers, in one transaction with the cursor that proves them ('': none)."""

    answers: list[Answer]
    cursor: str = ""


class ApplyPage(msgspec.Struct, frozen=True):
    """Commit a page with its cursor, in one transaction; in several if it is long, the last with the cursor."""

    page: Page


class ApplyEnd(msgspec.Struct, frozen=True):
    """Commit the last cursor and compare digests; the driver answers with `Applied`."""

    end: SyncEnd


class DropStream(msgspec.Struct, frozen=True):
    """Close the running exchange without reading on."""


class Renumber(msgspec.Struct, frozen=True):
    """Take a new device id and renumber what is unsent."""


class SetAside(msgspec.Struct, frozen=True):
    """This operation can't be taken: if it still waits it goes to 'needs you' with this code, its text intact."""

    code: str
    op_id: str = ""


class SaveTries(msgspec.Struct, frozen=True):
    """Persist how often each scope was fetched anew for differing digests ({} clears)."""

    tries: dict[str, int]


class Report(msgspec.Struct, frozen=True):
    """Tell the person how it stands; `code` is '' when all is well."""

    phase: str
    code: str = ""
    params: dict[str, Any] = msgspec.field(default_factory=dict)


class TransferFiles(msgspec.Struct, frozen=True):
    """The rows are done: send and fetch attachments."""


class Wait(msgspec.Struct, frozen=True):
    """The sync is at rest; send `Tick` after this many seconds. None: only a person or a change goes on."""

    seconds: float | None


Effect = (
    SendRequest | ApplyHead | TakeAnswers | ApplyPage | ApplyEnd | DropStream | Renumber | SetAside | SaveTries | Report
    | TransferFiles | Wait
)  # fmt: skip


def backoff_s(failures: int, draw: float, retry_after_s: float | None = None) -> float:
    """Return how long to wait after the n-th failure in a row: full jitter below a bounded power of two.

    A Retry-After is a floor, honoured up to an hour, with jitter on top so that not everybody returns at once.
    Source: 'Exponential Backoff And Jitter', AWS Architecture Blog, 2015 (full jitter).
    """
    ceiling = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(max(failures, 1), 16))
    jittered = max(1.0, ceiling * draw)
    if retry_after_s is None:
        return jittered
    floor = min(max(retry_after_s, 0.0), LONGEST_RETRY_AFTER_S)
    return min(LONGEST_RETRY_AFTER_S, floor + min(jittered, FIRST_BACKOFF_S * 4))


def timer_s(proposed_s: int, draw: float) -> float:
    """Return when to ask again after a good sync: the server's proposal, bounded, spread by a quarter either way."""
    return max(SHORTEST_TIMER_S, min(LONGEST_RETRY_AFTER_S, float(proposed_s)) * (0.75 + draw / 2))


def vanishing(page: Page, held: int, gone: int) -> int:
    """Return how many rows of the scope go in this pull if `page` is applied, 0 where that is ordinary.

    `gone` counts those that go by name, of this page and those before it. Ordinary is up to a fifth of what is held,
    and fewer than 20 rows. A scope that starts anew is judged by what it is going to have.
    """
    if page.first:
        gone = held - page.remaining - sum(group.size for group in page.groups)
    return gone if gone >= VANISHING_FLOOR and gone > held * VANISHING_SHARE else 0


class SyncCore:
    """One laptop's sync, driven step by step."""

    def __init__(self) -> None:
        self.phase = IDLE
        self._network = True
        self._travelling = False
        self._wanted = False
        self._failures = 0
        self._turned_down = self._choked = 0
        self._limit = MAX_REQUEST_OPERATIONS
        self._probing = self._suspect = ""
        self._forks = 0
        self._empty_rounds = self._rounds = 0
        self._restores, self._restored = 0, False
        self._settled = 0
        self._moved = False
        self._gone: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._removal_accepted = False
        self._refetching: tuple[str, ...] = ()
        self._tries_before: dict[str, int] | None = None
        self._tried: set[str] = set()
        self._ticks_differing = 0
        self._next_s = 300
        self._more = False
        self._needs_person = False

    def step(self, event: Event) -> list[Effect]:
        """Take one event and return what is to be done, in order."""
        effects: list[Effect] = self._STEPS[type(event)](self, event)
        return effects

    def _asked(self, event: Start) -> list[Effect]:
        """A person, or the start of the app: what was given up is tried once more."""
        if not self._travelling:
            self._try_again()
        return self._begin(event)

    def _ticked(self, event: Tick) -> list[Effect]:
        """By the clock alone a laptop that still differs asks for all of it again some times a day, at most."""
        self._ticks_differing += 1 if self._tried else 0
        if self._ticks_differing >= TICKS_BETWEEN_LAST_TRIES:
            self._try_again()
        return self._begin(event)

    def _try_again(self) -> None:
        self._ticks_differing = 0
        self._tried.clear()

    def _begin(self, _event: Start | Tick) -> list[Effect]:
        if not self._network:
            return [Report(self._rest(OFFLINE), "work_offline"), Wait(None)]
        if self._travelling:
            self._wanted = True
            return []
        self._forks = self._empty_rounds = self._rounds = 0
        self._gone.clear()
        self._held.clear()
        self._probing = ""
        self._needs_person = False
        return [Report(self._rest(SYNCING)), self._send()]

    def _local_change(self, _event: LocalChange) -> list[Effect]:
        """A change is sent at once, but never cuts a back-off short."""
        if self._travelling:
            self._wanted = True
            return []
        resting = self._failures or self._needs_person or not self._network
        return [] if resting else self._begin(Start())

    def _network_changed(self, event: Network) -> list[Effect]:
        self._network = event.available
        if event.available:
            return [] if self._travelling else self._begin(Start())
        stop: list[Effect] = [DropStream()] if self._travelling else []
        self._travelling = False
        return [*stop, Report(self._rest(OFFLINE), "work_offline"), Wait(None)]

    def _send(self, refetch: tuple[str, ...] = (), whole: bool = False) -> SendRequest:
        self._travelling = True
        self._rounds += 1
        self._settled, self._moved, self._restored = 0, False, False
        self._refetching = refetch
        return SendRequest(0 if self._probing else self._limit, MAX_BATCH_BYTES, refetch, whole)

    def _head(self, event: Head) -> list[Effect]:
        head = event.head
        if head.user_id != event.user_id or not {COMPANY, person_scope(event.user_id)} <= set(head.scopes):
            return [DropStream(), *self._stop("foreign_user", {})]
        if head.fork:
            return self._forked()
        self._settled = sum(answer.outcome != "later" for answer in head.answers)
        if event.restored:
            # what that life had taken goes in front of the operation that was asked about: it is asked about anew
            self._wanted, self._probing, self._choked = True, "", 0
            self._restored = True
            self._restores += 1
        return [ApplyHead(head, event.restored)]

    def _answered(self, event: Answered) -> list[Effect]:
        if event.answers.fork:
            return self._forked()
        self._settled += sum(answer.outcome != "later" for answer in event.answers.answers)
        return [TakeAnswers(event.answers.answers, event.answers.cursor)]

    def _forked(self) -> list[Effect]:
        self._forks += 1
        if self._forks > FORKS_A_SYNC:
            return [DropStream(), *self._stop("fork", {})]
        return [DropStream(), Renumber(), self._send()]

    def _page(self, event: PageArrived) -> list[Effect]:
        page = event.page
        # what came in this pull counts as well: of a scope that is new here it is all there is
        held = self._held[page.scope] = max(self._held.get(page.scope, 0), event.held)
        by_name = self._gone.get(page.scope, 0) + event.going
        gone = vanishing(page, held, by_name)
        if gone and not self._removal_accepted:
            asked = self._stop("shrunk", {"scope": page.scope, "gone": gone, "held": held})
            self._needs_person = False  # what goes up comes before the pages: nobody's work waits for the word
            return [DropStream(), *asked]
        self._gone[page.scope] = by_name
        self._moved = True
        return [ApplyPage(page)]

    def _end(self, event: End) -> list[Effect]:
        self._next_s, self._more = event.end.next_sync_s, event.end.more
        return [ApplyEnd(event.end)]

    def _applied(self, event: Applied) -> list[Effect]:
        self._travelling = False
        self._failures = self._turned_down = 0
        if self._probing:
            return self._through_without()
        self._choked = 0
        self._limit = min(MAX_REQUEST_OPERATIONS, self._limit * 2)
        self._tries_before = None
        self._restores = self._restores if self._restored else 0
        if self._restores > RESTORES_IN_A_ROW:
            return self._unsteady(event)
        if event.differing:
            return self._differing(event)
        self._tried.clear()
        cleared: list[Effect] = [SaveTries({})] if event.tried or self._refetching else []
        return [*cleared, *self._again_or_rest(event)]

    def _through_without(self) -> list[Effect]:
        """A request got through without the operation that is under suspicion."""
        code, self._probing = self._probing, ""
        if code not in CANNOT_TAKE and self._choked < TRIES_BEFORE_BLAME:
            return [self._send()]
        self._choked = 0
        return [SetAside(code, self._suspect), self._send()]

    def _again_or_rest(self, event: Applied) -> list[Effect]:
        """Go on at once only while that brings something; `later` answers and empty `more` never spin."""
        wanted, self._wanted = self._wanted or (event.held_back and event.waiting > 0), False
        brought = self._settled > 0 or self._moved
        self._empty_rounds = 0 if brought else self._empty_rounds + 1
        left_over = bool(event.waiting and self._settled)
        more = self._more and self._rounds < MOST_ROUNDS
        if (left_over or more or wanted) and self._empty_rounds < EMPTY_ROUNDS:
            return [self._send()]
        self._gone.clear()
        self._held.clear()
        self._removal_accepted = False
        return [Report(self._rest(IDLE)), TransferFiles(), Wait(timer_s(self._next_s, event.draw))]

    def _unsteady(self, event: Applied) -> list[Effect]:
        """Rest from a server that lives another life each time; no change of the person's cuts that short."""
        self._failures, self._wanted = self._restores, False
        wait = LONGEST_BACKOFF_S * (0.75 + event.draw / 2)
        return [Report(self._rest(OFFLINE), "server_error", {"reason": "lives"}), Wait(wait)]

    def _differing(self, event: Applied) -> list[Effect]:
        """Fetch anew what differs. The last try is made once more whenever a person asks or the app starts, and by the
        clock now and then: the one that is written down may have been cut short by a crash or got a damaged answer,
        and a laptop that nobody mends must not stay so for good.
        """
        again = {
            scope: min(tries + 1, REFETCH_TRIES)
            for scope, tries in event.differing.items()
            if tries < REFETCH_TRIES or scope not in self._tried
        }
        if not again:
            self._removal_accepted = False
            params = {"scopes": sorted(event.differing)}
            return [Report(self._rest(BLOCKED), "replica_differs", params), TransferFiles(),
                    Wait(timer_s(self._next_s, event.draw))]  # fmt: skip
        whole = max(again.values()) == REFETCH_TRIES  # the last rung before a person is told
        self._tries_before = dict(event.differing)
        self._tried |= again.keys()
        return [SaveTries({**event.differing, **again}), self._send(tuple(sorted(again)), whole)]

    def _failed(self, event: Failed) -> list[Effect]:
        return [*self._tries_back(event.kind), *self._after_failure(event)]

    def _tries_back(self, kind: str) -> list[Effect]:
        """A try that the line cut short was none: else two bad moments of a network would end the recovery."""
        before, self._tries_before = self._tries_before, None
        if before is None or kind in OF_THE_STORE:
            return []
        self._tried -= before.keys()
        return [SaveTries(before)]

    def _after_failure(self, event: Failed) -> list[Effect]:
        self._travelling = False
        if event.kind in CANNOT_TAKE and event.carried:
            return self._halve(event)
        self._failures = 1 if self._moved or self._settled else self._failures + 1
        if event.kind in NEEDS_PERSON:
            return self._stop(event.kind, event.params)
        choked = event.carried > 0 and (event.kind == "server_error" or event.params.get("reason") == HUNG_UP)
        if choked:
            self._suspect_batch(event)
        self._probing = self._probing if choked else ""
        wait = backoff_s(self._failures, event.draw, event.retry_after_s)
        if self._probing:
            return [self._send()]
        return [Report(self._rest(OFFLINE), event.kind, event.params), Wait(wait)]

    def _halve(self, event: Failed) -> list[Effect]:
        self._look_at(event)
        if event.carried > 1:
            self._limit = max(1, event.carried // 2)
            return [self._send()]
        if event.kind == "bad_request" and self._turned_down < TRIES_OF_ONE:
            self._turned_down += 1  # damaged on the way perhaps: what the server took already must not be asked about
            return [self._send()]
        self._turned_down = 0
        self._probing = event.kind  # something on the way may take no request at all: ask without it whose fault it is
        return [self._send()]

    def _look_at(self, event: Failed) -> None:
        """Another one that went alone begins anew: the one that failed before may wait no more."""
        if event.carried == 1 and event.alone != self._suspect:
            if self._suspect:
                self._turned_down = self._choked = 0
            self._suspect = event.alone

    def _suspect_batch(self, event: Failed) -> None:
        """What was aboard may be why it failed: fewer next time; with one alone, ask without it whose fault it is."""
        self._look_at(event)
        self._choked += 1
        if event.carried > 1:
            self._limit = max(1, event.carried // 2)
        elif self._choked > TRIES_OF_ONE:
            self._probing = "server_cannot_take"

    def _stop(self, code: str, params: dict[str, Any]) -> list[Effect]:
        self._travelling = False
        self._needs_person = True
        look_again = LONGEST_RETRY_AFTER_S if code in _LOOK_AGAIN else None
        return [Report(self._rest(BLOCKED), code, params), Wait(look_again)]

    def _cancelled(self, event: Cancelled) -> list[Effect]:
        self._travelling = self._wanted = False
        self._probing = ""
        stopped: list[Effect] = [DropStream(), *self._tries_back("cancelled"), Report(self._rest(IDLE), "cancelled")]
        return [*stopped, Wait(timer_s(self._next_s, event.draw))]

    def _accepted(self, _event: RemovalAccepted) -> list[Effect]:
        self._removal_accepted = True
        return self._begin(Start())

    def _rest(self, phase: str) -> str:
        self.phase = phase
        return phase

    _STEPS: dict[type[Any], Any] = {
        Start: _asked,
        Tick: _ticked,
        LocalChange: _local_change,
        Network: _network_changed,
        Head: _head,
        Answered: _answered,
        PageArrived: _page,
        End: _end,
        Applied: _applied,
        Failed: _failed,
        Cancelled: _cancelled,
        RemovalAccepted: _accepted,
    }
