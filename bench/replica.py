"""Makes local stores to measure on: a signed-in rep with a territory, and rows put in as pages of the server would."""

import gc
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS, wire_columns
from crmdesk.protocol.messages import MAX_PAGE_ROWS, Page, RowGroup, SyncHead
from crmdesk.services.desk import Desk
from crmdesk.storage import inbox
from crmdesk.storage.store import Store

KEY = bytes(range(32))
AT = "2026-01-05T00:00:00.000Z"


def fixed_id(number: int) -> str:
    """Return the same UUIDv7 for a number in every run."""
    return new_id(1_767_571_200_000 + number, number.to_bytes(8, "big"))


REP, TERRITORY = fixed_id(1), fixed_id(2)
SCOPE = f"t:{TERRITORY}"
_HOUSE = {"revision": 1, "deleted": False, "created_at": AT, "created_by": REP, "updated_at": AT, "updated_by": REP}


def row(row_id: str, **fields: Any) -> dict[str, Any]:
    """Return a row by name with house-keeping columns."""
    return {"id": row_id, **_HOUSE, **fields}


def receive(store: Store, record: str, rows: Iterable[dict[str, Any]], scope: str = SCOPE) -> int:
    """Put rows in by pages, as a first sync does; return how many."""
    columns = list(wire_columns(RECORDS[record]))
    source = iter(rows)
    count = 0
    while chunk := list(islice(source, MAX_PAGE_ROWS)):
        count += len(chunk)
        wire = [[one.get(name) for name in columns] for one in chunk]
        with store.writing() as work:
            inbox.apply_page(work, Page(scope, [RowGroup(record, columns, wire)], cursor=f"{record}{count}"))
    return count


def sign_in(store: Store) -> None:
    """Let the store be that of a rep who holds the one territory."""
    person = {"user_id": REP, "login": "rep1", "name": "张伟", "role": "rep"}
    with store.writing() as work:
        work.set_meta("person", json.dumps(person))
        work.set_meta("last_sync_at", AT)
        inbox.apply_head(work, SyncHead("epoch", AT, REP, ["c", SCOPE], cursor="0"))
    receive(store, "territory", [row(TERRITORY, name="华东一区", kind="territory")], "c")
    receive(store, "user", [row(REP, login="rep1", name="张伟", role="rep", active=True)], "c")
    assigned = row(fixed_id(3), user_id=REP, territory_id=TERRITORY, valid_from="2020-01-01")
    receive(store, "assignment", [assigned], "c")


@contextmanager
def as_in_the_app() -> Iterator[None]:
    """Keep the automatic collection of garbage away meanwhile: the app collects by itself, between events."""
    collecting = gc.isenabled()
    gc.collect()
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def desk(folder: Path) -> Iterator[tuple[Store, Desk]]:
    """Open a signed-in store in a new folder and the desk over it."""
    store = Store.open(folder, KEY)
    try:
        sign_in(store)
        made = Desk(store)
        try:
            yield store, made
        finally:
            made.close()
    finally:
        store.close()
