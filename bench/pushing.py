"""Push of 2,000 edits made offline, against Anki's incremental sync of 2,000 changed notes; on loopback and on a line.

An edit changes a doctor's note. The clock runs from the start of the sync until the answer to the last edit is stored
on the laptop: by then each edit is merged, in the history and durable on the server. The whole sync, which then brings
the history down, is printed beside it. Anki's clock runs over its whole incremental sync.
"""

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import central, first_sync, peer, replica, territory
from bench.line import line
from crmdesk.storage import outbox
from crmdesk.storage.store import Store
from crmdesk.sync.engine import SyncEngine, SyncStatus
from crmdesk.sync.session import Session
from crmdesk.sync.transport import Transport

EDITS = 2_000
ROUNDS = 3


class Pushes:
    """A listener that notes when answers were stored."""

    def __init__(self) -> None:
        self.answered_at = 0.0

    def status_changed(self, status: SyncStatus) -> None:
        """Hear that the sync stands elsewhere."""

    def rows_changed(self, changed: dict[str, tuple[str, ...]]) -> None:
        """Hear that rows changed; after answers the outbox is among them."""
        if "outbox" in changed:
            self.answered_at = time.perf_counter()


def measure(out: Path) -> dict[str, float]:
    """Push in turns over loopback and over the line, then let the peer do the same."""
    with tempfile.TemporaryDirectory(dir=out) as name:
        folder = Path(name)
        central.make_database(folder / "server", territory.doctors_alone(EDITS, replica.TERRITORY))
        with central.serving(folder / "server") as url, line(url) as wan:
            first_sync.first_sync(folder / "laptop", url, EDITS)
            near, far = pushed(folder / "laptop", (url, wan.url), ROUNDS)
    figures = {"push_s": near[0], "push_synced_s": near[1], "push_edits_per_s": EDITS / near[0]}
    figures |= {"wan_push_s": far[0], "wan_push_synced_s": far[1]}
    return figures | against_peer(peer.told(out / "peer", "push", str(EDITS), str(ROUNDS)), figures)


def against_peer(told: dict[str, list[float]] | None, ours: dict[str, float]) -> dict[str, float]:
    """Return our edits a second over the peer's notes a second, near and on the line; nothing without a peer."""
    if told is None:
        return {}
    listed = first_sync.listed
    print(f"  Anki, seconds: near {listed(told['near'])}; on the line {listed(told['wan'])}")
    near, wan = statistics.median(told["near"]), statistics.median(told["wan"])
    return {
        "anki_push_s": near,
        "wan_anki_push_s": wan,
        "push_vs_anki": near / ours["push_s"],
        "wan_push_vs_anki": wan / ours["wan_push_s"],
    }


def pushed(folder: Path, places: Sequence[str], rounds: int) -> list[tuple[float, float]]:
    """Edit every doctor of a synced store and sync, at each address in turn, so many times.

    Return the medians of seconds until (answered, at rest) by address.
    """
    taken: dict[str, list[tuple[float, float]]] = {url: [] for url in places}
    for number in range(rounds):
        for url in places:
            store = Store.open(folder, replica.KEY)
            try:
                edit_all(store, f"回访 {number}")
                taken[url].append(push(store, url))
            finally:
                store.close()
    for url, name in zip(places, ("near", "on the line"), strict=False):
        shown = ", ".join(f"{answered:.3f} ({rested:.3f})" for answered, rested in taken[url])
        print(f"  {name}, seconds until all are answered (until the sync rests): {shown}")
    return [(statistics.median(one[0] for one in some), statistics.median(one[1] for one in some)) for some in
            taken.values()]  # fmt: skip


def edit_all(store: Store, words: str) -> int:
    """Change the note of every doctor, as the window does; return how many."""
    with store.writing() as work:
        found = work.driver.execute("SELECT id, note, revision FROM row_doctor ORDER BY id").fetchall()
        for row_id, note, revision in found:
            work.edit("doctor", row_id, {"note": f"{note or ''} {words}".strip()}, revision, replica.REP)
    return len(found)


def push(store: Store, url: str) -> tuple[float, float]:
    """Sync what waits; return the seconds until the last answer was stored, and until the sync rested."""
    transport, heard = Transport(url), Pushes()
    try:
        session = Session(store, transport)
        session.sign_in(central.LOGIN, central.PASSWORD, "bench")
        engine = SyncEngine(store, session, heard)
        with replica.as_in_the_app():
            begun = time.perf_counter()
            status = engine.sync_once()
            ended = time.perf_counter()
    finally:
        transport.close()
    with store.reading() as connection:
        waiting = outbox.counts(connection)
    if status.code or waiting["waiting"] or waiting["refused"]:
        raise RuntimeError(f"the push did not work: {status.code}, {waiting}")
    return heard.answered_at - begun, ended - begun
