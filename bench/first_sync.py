"""First sync of 20,000 doctors against a bare loop, against Anki and against the bytes alone; then nothing new.

Near is loopback, the line is `bench.line`. A territory with all that hangs on its doctors is measured beside them.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

import requests

from bench import central, peer, replica, territory
from bench.line import OPEN, bytes_alone, line
from crmdesk.domain.ids import new_id
from crmdesk.protocol import frames
from crmdesk.protocol.messages import MEDIA_TYPE, PROTOCOL, SCHEMA, Page, RowGroup, SignIn, SyncRequest
from crmdesk.storage import driver as raw
from crmdesk.storage import rows, search_index
from crmdesk.storage.store import FILE_NAME, Store
from crmdesk.sync.engine import SyncEngine, SyncStatus
from crmdesk.sync.session import Session
from crmdesk.sync.transport import Transport

DOCTORS = 20_000
ROUNDS = 3


class SignedIn(NamedTuple):
    """A device with a token of its own."""

    device_id: str
    token: str


class Quiet:
    """A listener that does nothing with what it hears."""

    def status_changed(self, status: SyncStatus) -> None:
        """Hear that the sync stands elsewhere."""

    def rows_changed(self, changed: dict[str, tuple[str, ...]]) -> None:
        """Hear that rows changed."""


def measure(out: Path) -> dict[str, float]:
    """Measure doctors near and far, the peer, nothing new, and at last a whole territory."""
    with tempfile.TemporaryDirectory(dir=out) as name:
        folder = Path(name)
        central.make_database(folder / "server", territory.doctors_alone(DOCTORS, replica.TERRITORY))
        with central.serving(folder / "server") as url:
            cold = drained(url)
            print(f"  the server reads and packs {DOCTORS} rows for the first time: {cold:.2f} s")
            figures = compare(folder, url, DOCTORS, ROUNDS) | far(folder, url, DOCTORS, ROUNDS)
            figures |= nothing_new(folder / "ours0", url)
    figures["first_sync_cold_server_s"] = cold
    figures |= against_peer(peer.told(out / "peer", "first", str(DOCTORS), str(ROUNDS)), figures)
    return figures | whole_territory(out)


def compare(folder: Path, url: str, doctors: int, rounds: int) -> dict[str, float]:
    """Run our first sync and the bare loop in turns, each into a new store; medians."""
    ours: list[float] = []
    with_sign_in: list[float] = []
    bare: list[float] = []
    server_alone: list[float] = []
    for number in range(rounds):
        synced, total = first_sync(folder / f"ours{number}", url, doctors)
        ours.append(synced)
        with_sign_in.append(total)
        bare.append(bare_loop(folder / f"bare{number}", url, doctors))
        server_alone.append(drained(url))
    print(f"  near, seconds: ours {listed(ours)}; bare loop {listed(bare)}; thrown away {listed(server_alone)}")
    seconds = statistics.median(ours)
    return {
        "first_sync_s": seconds,
        "first_sync_signed_in_s": statistics.median(with_sign_in),
        "first_sync_bare_s": statistics.median(bare),
        "first_sync_server_s": statistics.median(server_alone),
        "first_sync_doctors_per_s": doctors / seconds,
        "first_sync_pages_vs_bare": statistics.median(bare) / seconds,
    }


def far(folder: Path, url: str, doctors: int, rounds: int) -> dict[str, float]:
    """Run our first sync over the line; with the sign-in, and the sync alone against the time of its bytes."""
    total: list[float] = []
    over_bytes: list[float] = []
    counted: dict[str, int] = {}
    with line(url) as wan:
        for number in range(rounds):
            began = wan.counts()
            synced, whole = first_sync(folder / f"far{number}", wan.url, doctors)
            counted = {name: value - began[name] for name, value in wan.counts().items()}
            alone = bytes_alone(counted["sent"], counted["received"])
            total.append(whole)
            over_bytes.append(synced / alone)
    shown = ", ".join(f"{value} {name}" for name, value in counted.items())
    print(f"  on the line, seconds with sign-in: {listed(total)}; of the bytes alone {alone:.2f} ({shown})")
    return {
        "wan_first_sync_s": statistics.median(total),
        "wan_first_sync_bytes": float(counted["received"]),
        "wan_first_sync_vs_bytes": statistics.median(over_bytes),
    }


def against_peer(told: dict[str, list[float]] | None, ours: dict[str, float]) -> dict[str, float]:
    """Return our doctors a second over the peer's notes a second, near and on the line; nothing without a peer."""
    if told is None:
        return {}
    print(f"  Anki, seconds: near {listed(told['near'])}; on the line {listed(told['wan'])}")
    near, wan = statistics.median(told["near"]), statistics.median(told["wan"])
    return {
        "anki_first_sync_s": near,
        "wan_anki_first_sync_s": wan,
        "first_sync_vs_anki": near / ours["first_sync_signed_in_s"],
        "wan_first_sync_vs_anki": wan / ours["wan_first_sync_s"],
    }


def whole_territory(out: Path) -> dict[str, float]:
    """Sync the doctors with institutions, departments and affiliations once the server has it packed."""
    with tempfile.TemporaryDirectory(dir=out) as name:
        folder = Path(name)
        made = central.make_database(folder / "server", territory.customers(DOCTORS, replica.TERRITORY))
        with central.serving(folder / "server") as url:
            drained(url)
            seconds, _ = first_sync(folder / "ours", url, DOCTORS)
            bare = bare_loop(folder / "bare", url, DOCTORS)
    count = sum(made.values())
    print("  a whole territory: " + ", ".join(f"{value} {record}" for record, value in made.items() if value))
    return {"territory_sync_s": seconds, "territory_sync_rows_per_s": count / seconds,
            "territory_sync_vs_bare": bare / seconds}  # fmt: skip


def listed(seconds: list[float]) -> str:
    """Return seconds as a list for people."""
    return ", ".join(f"{one:.3f}" for one in seconds)


def first_sync(folder: Path, url: str, doctors: int) -> tuple[float, float]:
    """Sign in and sync into a new store with the real engine; return seconds of the sync, and with the sign-in."""
    store = Store.open(folder, replica.KEY)
    transport = Transport(url)
    try:
        with replica.as_in_the_app():
            begun = time.perf_counter()
            session = Session(store, transport)
            session.sign_in(central.LOGIN, central.PASSWORD, "bench")
            signed = time.perf_counter()
            status = SyncEngine(store, session, Quiet()).sync_once()
            ended = time.perf_counter()
        if status.code or held(store) != doctors:
            raise RuntimeError(f"the first sync did not work: {status.code}, {held(store)} doctors")
        return ended - signed, ended - begun
    finally:
        transport.close()
        store.close()


def held(store: Store) -> int:
    """Return how many doctors a store holds."""
    with store.reading() as connection:
        return int(connection.execute("SELECT count(*) FROM row_doctor").scalar())


def bare_loop(folder: Path, url: str, doctors: int) -> float:
    """Fetch the same answer with `requests`, decode it and insert it with `executemany`, one commit a page.

    The store has the same key, tables and indexes, and its commits wait for the disk as little as ours do. What goes
    into search index and sort column is worked out before the clock starts: the bare loop only inserts it.
    """
    device = signed_in(url)
    ready = {group_key(group): _ready(group) for page in _pages(url, device) for group in page.groups}
    Store.open(folder, replica.KEY).close()
    driver = raw.connect(folder / FILE_NAME, replica.KEY)
    raw.prepare(driver, replica.KEY, cache_kib=24_000)
    for pragma in ("synchronous = NORMAL", "wal_autocheckpoint = 0"):
        driver.execute(f"PRAGMA {pragma}")
    next_rowid: dict[str, int] = {}
    try:
        with replica.as_in_the_app():
            begun = time.perf_counter()
            for page in _pages(url, device):
                driver.execute("BEGIN IMMEDIATE")
                for group in page.groups:
                    first = next_rowid.get(group.record, 1)
                    _insert(driver, page.scope, group, first, ready[group_key(group)])
                    next_rowid[group.record] = first + group.size
                driver.execute("COMMIT")
            seconds = time.perf_counter() - begun
        counted = driver.execute("SELECT count(*) FROM row_doctor").fetchone()
        if counted is None or counted[0] != doctors:
            raise RuntimeError("the bare loop did not get the same rows")
        return seconds
    finally:
        driver.close()


def group_key(group: RowGroup) -> tuple[str, str]:
    """Name a group of a page: its record and its first row."""
    first = _columns(group)[0]
    return group.record, str(first[0]) if first else ""


def _columns(group: RowGroup) -> list[list[object]]:
    return group.values or list(map(list, zip(*group.rows, strict=True)))


def _ready(group: RowGroup) -> search_index.Entries | None:
    if not rows.shape(group.record).indexed:
        return None
    return search_index.of_columns(group.record, dict(zip(group.columns, _columns(group), strict=True)))


def _insert(driver: raw.Driver, scope: str, group: RowGroup, first: int, entries: search_index.Entries | None) -> None:
    form, rowids = rows.shape(group.record), range(first, first + group.size)
    stored = [rowids, *form.stored_columns(_columns(group)), repeat(scope), repeat(0)]
    if form.searched:
        stored.append(entries.sort_keys if entries else repeat(""))
    driver.executemany(form.insert, zip(*stored, strict=False))
    if entries:
        search_index.put_columns(driver, group.record, rowids, entries)


def signed_in(url: str) -> SignedIn:
    """Sign in as a device that has nothing; return its id and token."""
    device_id = new_id()
    transport = Transport(url)
    try:
        tokens = transport.sign_in(SignIn(central.LOGIN, central.PASSWORD, device_id, "bench"))
    finally:
        transport.close()
    return SignedIn(device_id, tokens.access_token)


def _answer(url: str, device: SignedIn) -> requests.Response:
    """Ask for everything with `requests` alone."""
    headers = {"Authorization": f"Bearer {device.token}", "Content-Type": MEDIA_TYPE, "Accept-Encoding": "identity"}
    body = frames.encode(SyncRequest(PROTOCOL, SCHEMA, device.device_id))
    answer = requests.post(f"{url}/sync", data=body, headers=headers, stream=True, timeout=120)
    answer.raise_for_status()
    return answer


def _pages(url: str, device: SignedIn) -> Iterator[Page]:
    with _answer(url, device) as answer:
        for message in frames.read_frames(answer.raw):
            if isinstance(message, Page):
                yield message


def drained(url: str) -> float:
    """Return the seconds that the server alone takes: the same answer, read and thrown away."""
    device = signed_in(url)
    begun = time.perf_counter()
    with _answer(url, device) as answer:
        while answer.raw.read(1 << 20):
            pass
    return time.perf_counter() - begun


def nothing_new(folder: Path, url: str) -> dict[str, float]:
    """Sync a store that is up to date through a counting proxy; requests, and bytes both ways with all of HTTP."""
    store = Store.open(folder, replica.KEY)
    try:
        with line(url, OPEN) as counted:
            transport = Transport(counted.url)
            try:
                engine = SyncEngine(store, Session(store, transport), Quiet())
                begun = time.perf_counter()
                status = engine.sync_once()
                seconds = time.perf_counter() - begun
            finally:
                transport.close()
            counts = counted.counts()
        if status.code:
            raise RuntimeError(f"the sync of nothing new did not work: {status.code}")
    finally:
        store.close()
    up, down, asked = counts["sent"], counts["received"], counts["requests"]
    print(f"  nothing new: requests {asked}, bytes {up} up, {down} down, {seconds * 1000:.0f} ms")
    return {"noop_round_trips": float(asked), "noop_bytes": float(up + down), "noop_s": seconds}
