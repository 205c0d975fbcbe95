"""From handing over a visit's note to its being saved for good, against a bare durable commit on the same disk.

Saved means: the visit changed, the operation queued and the draft gone in one commit that the disk confirmed. The bare
commit changes one row of an encrypted file with the same pragmas. Both in turns; the store holds 100,000 doctors.
"""

import statistics
import tempfile
import time
from pathlib import Path

from bench import replica, visited, window_task
from crmdesk.services.commands import SaveDraft, SaveVisit
from crmdesk.services.desk import Desk
from crmdesk.storage import driver as raw
from crmdesk.storage import outbox
from crmdesk.storage.store import Store

TIMES = 200
_NOTE = "谈了指南更新，认可证据；约下周带肾功能数据的全文再来"


def measure(out: Path) -> dict[str, float]:
    """Save so many notes in the large store and commit as often; medians in ms and their ratio."""
    return compare(window_task.large_store(out), out, TIMES)


def compare(folder: Path, out: Path, times: int) -> dict[str, float]:
    """Save and commit in turns; the first of each warms up and does not count."""
    note: list[float] = []
    draft: list[float] = []
    bare: list[float] = []
    with tempfile.TemporaryDirectory(dir=out) as name:
        plain = raw.connect(Path(name) / "bare.db", replica.KEY)
        store = Store.open(folder, replica.KEY)
        desk = Desk(store)
        try:
            plain.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT)")
            plain.execute("INSERT INTO note VALUES (1, '')")
            for number in range(times + 1):
                note.append(_saved(desk, number))
                draft.append(_drafted(desk, number))
                bare.append(_committed(plain, number))
        finally:
            _take_back(store)
            desk.close()
            store.close()
            plain.close()
    ours, kept, theirs = (statistics.median(some[1:]) * 1000 for some in (note, draft, bare))
    return {
        "save_note_ms": ours,
        "save_draft_ms": kept,
        "bare_commit_ms": theirs,
        "save_note_vs_commit": ours / theirs,
        "save_draft_vs_commit": kept / theirs,
    }


def _take_back(store: Store) -> None:
    """Leave the store as it was: the notes of earlier runs would lie over those of later ones."""
    with store.writing() as work:
        for one in outbox.pending_operations(work.connection):
            if one.operation.seq > work.handed_out.up_to:
                work.take_back(one.operation.id)


def _saved(desk: Desk, number: int) -> float:
    begun = time.perf_counter()
    visit_id = visited.PLANNED[number % len(visited.PLANNED)]
    desk.submit(SaveVisit(visit_id, {"note": f"{_NOTE}（{number}）"}, f"visit:{visit_id}")).result()
    return time.perf_counter() - begun


def _drafted(desk: Desk, number: int) -> float:
    begun = time.perf_counter()
    visit_id = visited.PLANNED[number % len(visited.PLANNED)]
    desk.submit(SaveDraft(f"visit:{visit_id}", {"note": f"{_NOTE}（{number}）"})).result()
    return time.perf_counter() - begun


def _committed(plain: raw.Driver, number: int) -> float:
    begun = time.perf_counter()
    plain.execute("BEGIN IMMEDIATE")
    plain.execute("UPDATE note SET words = ? WHERE id = 1", (f"{_NOTE}（{number}）",))
    plain.execute("COMMIT")
    return time.perf_counter() - begun
