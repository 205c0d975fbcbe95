"""The first sync of a territory of 20,000 doctors against a bare loop and against Anki, and a sync of nothing new."""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import requests

from bench import central, replica
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
_PEER_LIMIT_S = 240


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
    """Fill a server, sync from it in turns with the bare loop, then sync again with nothing new, then ask the peer."""
    with tempfile.TemporaryDirectory(dir=out) as name:
        folder = Path(name)
        made = central.make_database(folder / "server", DOCTORS)
        print("  on the server: " + ", ".join(f"{count} {record}" for record, count in made.items() if count))
        with central.serving(folder / "server") as url:
            figures = compare(folder, url, DOCTORS, ROUNDS)
            figures |= nothing_new(folder / "ours0", url)
    peer = peer_seconds(out / "peer", DOCTORS)
    if peer:
        figures["anki_first_sync_s"] = peer
        figures["first_sync_vs_anki"] = peer / figures["first_sync_signed_in_s"]
    return figures


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
    print(f"  seconds: ours {_listed(ours)}; bare loop {_listed(bare)}; answer thrown away {_listed(server_alone)}")
    seconds = statistics.median(ours)
    return {
        "first_sync_s": seconds,
        "first_sync_signed_in_s": statistics.median(with_sign_in),
        "first_sync_bare_s": statistics.median(bare),
        "first_sync_server_s": statistics.median(server_alone),
        "first_sync_doctors_per_s": doctors / seconds,
        "first_sync_pages_vs_bare": statistics.median(bare) / seconds,
    }


def _listed(seconds: list[float]) -> str:
    return ", ".join(f"{one:.2f}" for one in seconds)


def first_sync(folder: Path, url: str, doctors: int) -> tuple[float, float]:
    """Sign in and sync into a new store with the real engine; return seconds of the sync, and with the sign-in."""
    store = Store.open(folder, replica.KEY)
    transport = Transport(url)
    try:
        begun = time.perf_counter()
        session = Session(store, transport)
        session.sign_in(central.LOGIN, central.PASSWORD, "bench")
        signed = time.perf_counter()
        status = SyncEngine(store, session, Quiet()).sync_once()
        ended = time.perf_counter()
        if status.code or _held(store) != doctors:
            raise RuntimeError(f"the first sync did not work: {status.code}, {_held(store)} doctors")
        return ended - signed, ended - begun
    finally:
        transport.close()
        store.close()


def _held(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM row_doctor").scalar_one())


def bare_loop(folder: Path, url: str, doctors: int) -> float:
    """Fetch the same answer with `requests`, decode it and insert it with `executemany`, one commit a page.

    The store has the same key, tables and indexes. What goes into search index and sort column is worked out before
    the clock starts: the bare loop only inserts it.
    """
    device = signed_in(url)
    ready = {group_key(group): _entries(group) for page in _pages(url, device) for group in page.groups}
    Store.open(folder, replica.KEY).close()
    driver = raw.connect(folder / FILE_NAME, replica.KEY)
    raw.prepare(driver, replica.KEY, cache_kib=24_000)
    next_rowid: dict[str, int] = {}
    try:
        begun = time.perf_counter()
        for page in _pages(url, device):
            driver.execute("BEGIN IMMEDIATE")
            for group in page.groups:
                first = next_rowid.get(group.record, 1)
                _insert(driver, page.scope, group, first, ready[group_key(group)])
                next_rowid[group.record] = first + len(group.rows)
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
    return group.record, str(group.rows[0][0]) if group.rows else ""


Entries = list[tuple[tuple[str, str, str], str]]


def _entries(group: RowGroup) -> Entries:
    if not rows.shape(group.record).indexed:
        return []
    make = search_index.of_wire(group.record, group.columns)
    return [make(one) for one in group.rows]


def _insert(driver: raw.Driver, scope: str, group: RowGroup, first: int, ready: Entries) -> None:
    form = rows.shape(group.record)
    keys = (key for _, key in ready) if ready else iter("" for _ in group.rows)
    stored = [
        form.stored(at, wire, scope, 0, key) for at, (wire, key) in enumerate(zip(group.rows, keys, strict=True), first)
    ]
    driver.executemany(form.insert, stored)
    if ready:
        search_index.put(driver, group.record, [(at, *columns) for at, (columns, _) in enumerate(ready, first)])


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
        with central.counting_proxy(url) as (near, line):
            transport = Transport(near)
            try:
                engine = SyncEngine(store, Session(store, transport), Quiet())
                begun = time.perf_counter()
                status = engine.sync_once()
                seconds = time.perf_counter() - begun
            finally:
                transport.close()
        if status.code:
            raise RuntimeError(f"the sync of nothing new did not work: {status.code}")
    finally:
        store.close()
    print(
        f"  nothing new: requests {line.requests}, bytes {line.sent} up, {line.received} down, {seconds * 1000:.0f} ms"
    )
    return {"noop_round_trips": float(line.requests), "noop_bytes": float(line.sent + line.received), "noop_s": seconds}


def peer_seconds(folder: Path, notes: int) -> float:
    """Return what Anki takes from sign-in to the last note, 0 where it can't be installed or run (and say so)."""
    try:
        python = _peer_python(folder)
        script = Path(__file__).with_name("anki_peer.py")
        done = _run([str(python), str(script), str(notes)])
        told = json.loads(done)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        print(f"  Anki could not be measured, its figure is left out: {type(error).__name__}: {str(error)[:300]}")
        return 0.0
    print(f"  Anki: {told['notes']} notes in {told['download_s']:.2f} s down, {told['upload_s']:.2f} s up")
    return float(told["download_s"])


def _peer_python(folder: Path) -> Path:
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "anki"])
        (folder / "installed").touch()
    return python


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PEER_LIMIT_S).stdout
