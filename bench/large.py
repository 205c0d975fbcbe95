"""What a sync of nothing new and one of 100 changes cost where 10,000 rows are held, and where 1,000,000 are.

Server and laptop hold the same, a tenth doctors and the rest visits; the laptop is up to date. The changes are another
laptop's: notes of 50 doctors and of 50 visits, with their history. Both sizes are asked in turns.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import requests

from bench import central, replica, territory
from bench.first_sync import Quiet, SignedIn, signed_in
from crmdesk.domain.clock import to_text, utc_now
from crmdesk.domain.ids import new_id
from crmdesk.protocol import digest, frames
from crmdesk.protocol.messages import (
    MEDIA_TYPE,
    PROTOCOL,
    SCHEMA,
    Operation,
    Page,
    RowGroup,
    SyncHead,
    SyncRequest,
)
from crmdesk.server import horizon, lives
from crmdesk.server.bulk import bulk_insert
from crmdesk.server.commands.place import place_in
from crmdesk.server.cursor import Cursor
from crmdesk.server.feed import head_positions
from crmdesk.server.tables import FEED, PRESENT, ROWS, SCOPE_DIGEST, SCOPE_HEAD, SHAPES
from crmdesk.server.work import ServerWork
from crmdesk.storage import inbox, rows, settings
from crmdesk.storage.store import Store
from crmdesk.sync.engine import SyncEngine
from crmdesk.sync.session import Session
from crmdesk.sync.transport import Transport

SMALL, LARGE = 10_000, 1_000_000
ROUNDS = 25
ASKED = 3
CHANGES = 100
_AT_ONCE = 20_000
_FIRST_VISIT = 200_000_000
_NOTE = "介绍新的临床数据，约定下次带资料"


def measure(out: Path) -> dict[str, float]:
    """Fill both, then measure in turns."""
    with tempfile.TemporaryDirectory(dir=out) as name:
        small, large = Path(name) / "small", Path(name) / "large"
        for folder in (small, large):
            central.make_database(folder / "server", [])
        with central.serving(small / "server") as near, central.serving(large / "server") as far:
            pair = Laptop(small, near, SMALL), Laptop(large, far, LARGE)
            try:
                return compare(*pair, ROUNDS)
            finally:
                for one in pair:
                    one.close()


def compare(small: "Laptop", large: "Laptop", rounds: int) -> dict[str, float]:
    """Ask both in turns, so many times; medians and their ratios, large over small."""
    taken: dict[str, list[float]] = {"noop_10k": [], "noop_1m": [], "delta100_10k": [], "delta100_1m": []}
    for number in range(rounds + 1):  # the first round warms up and does not count
        for laptop, name in ((small, "10k"), (large, "1m")):
            laptop.others_edit(f"第{number}次回访")
            delta, noop = laptop.sync(), [laptop.sync() for _ in range(ASKED)]
            if number:
                taken[f"delta100_{name}"].append(delta)
                taken[f"noop_{name}"] += noop
    figures = {f"{name}_ms": statistics.median(some) * 1000 for name, some in taken.items()}
    figures["noop_1m_vs_10k"] = figures["noop_1m_ms"] / figures["noop_10k_ms"]
    figures["delta100_1m_vs_10k"] = figures["delta100_1m_ms"] / figures["delta100_10k_ms"]
    return figures


class Laptop:
    """A laptop and its server, both filled with so many rows and at one."""

    def __init__(self, folder: Path, url: str, count: int) -> None:
        begun = time.perf_counter()
        self._url, self._doctors, self._visits = url, count // 10, count - count // 10
        self._store, self._transport = Store.open(folder / "laptop", replica.KEY), Transport(url)
        session = Session(self._store, self._transport)
        session.sign_in(central.LOGIN, central.PASSWORD, "bench")
        self._engine = SyncEngine(self._store, session, Quiet())
        self.sync()
        self._fill(folder / "server")
        self._colleague: SignedIn = signed_in(url)
        self._edits, self._notes = 0, dict[str, tuple[str | None, int]]()
        received = self._transport.traffic.bytes_received
        self.sync()
        if self._transport.traffic.bytes_received - received > 1_000:
            raise RuntimeError("server and laptop do not hold the same")
        print(f"  {count} rows on server and laptop: filled in {time.perf_counter() - begun:.0f} s")

    def close(self) -> None:
        """Close line and store."""
        self._transport.close()
        self._store.close()

    def sync(self) -> float:
        """Sync once and return the seconds."""
        begun = time.perf_counter()
        status = self._engine.sync_once()
        if status.code:
            raise RuntimeError(f"the sync did not work: {status.code}")
        return time.perf_counter() - begun

    def others_edit(self, words: str) -> None:
        """Let another laptop of the same person change the notes of doctors and visits, another stretch each time."""
        operations = []
        for record, ids in self._chosen().items():
            for row_id in ids:
                old, revision = self._notes.get(row_id, (self._note_of(record, row_id), 1))
                self._notes[row_id] = words, revision + 1
                self._edits += 1
                operations.append(
                    Operation(new_id(), self._edits, record, row_id, "edit", to_text(utc_now()),
                              base_revision=revision, fields={"note": (old, words)})
                )  # fmt: skip
        body = frames.encode(
            SyncRequest(PROTOCOL, SCHEMA, self._colleague.device_id, operations=operations, pull=False)
        )
        headers = {"Authorization": f"Bearer {self._colleague.token}", "Content-Type": MEDIA_TYPE}
        answer = requests.post(f"{self._url}/sync", data=body, headers=headers, stream=True, timeout=60)
        head = next(iter(frames.read_frames(answer.raw)))
        if not isinstance(head, SyncHead) or any(one.outcome != "applied" for one in head.answers):
            raise RuntimeError("the other laptop's edits were not taken")

    def _chosen(self) -> dict[str, list[str]]:
        half, at = CHANGES // 2, self._edits // 2
        with self._store.reading() as connection:
            found = {
                record: connection.execute(
                    f"SELECT id FROM row_{record} WHERE rowid > ? ORDER BY rowid LIMIT ?", (at % (most - half), half)
                ).scalars()
                for record, most in (("doctor", self._doctors), ("visit", self._visits))
            }
            return {record: [str(one) for one in ids] for record, ids in found.items()}

    def _note_of(self, record: str, row_id: str) -> str | None:
        with self._store.reading() as connection:
            note = connection.execute(f"SELECT note FROM row_{record} WHERE id = ?", (row_id,)).scalar()
        return None if note is None else str(note)

    def _fill(self, server: Path) -> None:
        """Pour the rows into the server and into the laptop, and let the cursor stand after them."""
        database = place_in(server).database()
        try:
            database.run(self._pour)
            with database.reading() as connection, self._store.writing() as work:
                scopes = sorted(inbox.scope_states(work.connection))
                heads = head_positions(connection, scopes)
                positions = {scope: heads.get(scope, 0) for scope in scopes}
                link = lives.link_of(connection)
                cursor = Cursor(database.epoch, positions, horizon.day_of(database.clock()), link)
                settings.set_meta(work.connection, "cursor", cursor.text(database.seal))
                for scope in scopes:
                    work.driver.execute("UPDATE scope SET state = ? WHERE name = ?", (inbox.COMPLETE, scope))
        finally:
            database.dispose()

    def _pour(self, work: ServerWork) -> None:
        """Write rows, feed, head and digests as they are after a push, in sets; the laptop gets each set as a page."""
        position = 0
        counts: dict[str, int] = {"doctor": 0, "visit": 0}
        totals = dict(counts)
        for record, columns in self._sets():
            names, ids = SHAPES[record].columns, columns[0]
            stored = rows.shape(record).stored_columns(columns)
            blank = repeat("{}", len(ids))
            bulk_insert(
                work.connection, ROWS[record], (*names, "field_revisions"), list(zip(*stored, blank, strict=True))
            )
            entries = [(replica.SCOPE, record, one, at, PRESENT, 1) for at, one in enumerate(ids, position + 1)]
            bulk_insert(work.connection, FEED, _FEED, entries)
            position += len(ids)
            counts[record] += len(ids)
            totals[record] += digest.rows_digest(ids, repeat(1, len(ids)))
            with self._store.writing(comes_again=True) as laptop:
                inbox.apply_page(laptop, Page(replica.SCOPE, [RowGroup(record, list(names), values=columns)], "0"))
        lines = [(replica.SCOPE, record, counts[record], digest.to_text(total)) for record, total in totals.items()]
        bulk_insert(work.connection, SCOPE_DIGEST, ("scope", "record", "count", "digest"), lines)
        bulk_insert(work.connection, SCOPE_HEAD, ("scope", "position"), [(replica.SCOPE, position)])

    def _sets(self) -> Iterator[tuple[str, list[list[Any]]]]:
        """Yield sets of rows, column by column."""
        names = rows.shape("doctor").columns
        for _, doctors in territory.doctors_alone(self._doctors, replica.TERRITORY):
            for start in range(0, len(doctors), _AT_ONCE):
                some = [list(map(one.get, names)) for one in doctors[start : start + _AT_ONCE]]
                yield "doctor", list(map(list, zip(*some, strict=True)))
        for start in range(0, self._visits, _AT_ONCE):
            yield "visit", _visits(start, min(self._visits, start + _AT_ONCE))


_FEED = ("scope", "record", "row_id", "position", "state", "revision")
_DAYS = [f"2025-{month:02d}-{day:02d}T01:00:00.000Z" for day in range(1, 29) for month in range(1, 13)]


def _visits(start: int, end: int) -> list[list[Any]]:
    """Return the columns of visits number `start` to `end`."""
    one = replica.row(
        "", territory_id=replica.TERRITORY, owner_id=replica.REP, state="planned", doctor_ids=[], starts_at="",
        zone="Asia/Shanghai", duration_min=15, channel="face_to_face", note=_NOTE,
    )  # fmt: skip
    columns = {name: [one.get(name)] * (end - start) for name in rows.shape("visit").columns}
    columns["id"] = [replica.fixed_id(_FIRST_VISIT + number) for number in range(start, end)]
    columns["starts_at"] = [_DAYS[number % len(_DAYS)] for number in range(start, end)]
    return list(columns.values())
