"""What leaves the laptop: rows that no scope holds any more, and whole scopes, taken out part by part.

A scope that the person holds no more is marked in the transaction that takes over the subscription; its rows go
afterwards in parts, each a short transaction of its own, so that nobody waits for the lock of the one writer. The mark
stands until the last row has gone: whatever ends the purge, it goes on when the store is opened or synced again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crmdesk.domain.records import RECORDS
from crmdesk.storage import overlay, rows, search_index
from crmdesk.storage.connection import Connection
from crmdesk.storage.driver import Driver
from crmdesk.storage.json_text import to_json
from crmdesk.storage.search_index import SEARCHED
from crmdesk.storage.work import UnitOfWork, driver_of

LEAVING = "leaving"
"""The state of a scope that is being taken out; it is no part of the subscription any more."""

PART = 1_500
"""What one part takes: a row counts 1, one with a search entry 2. Measured: 15 ms to 30 ms on a laptop's disk."""

_TOLD = 501
"""So many ids of a record are named as changed; more are told as 'many' by whoever syncs."""

_FIRST = ("doctor", "institution", "department", "affiliation", "visit")
_ORDER = (*_FIRST, *(record for record in RECORDS if record not in _FIRST))
_ROWIDS = "rowid IN (SELECT value FROM json_each(?))"
_IN = "IN (SELECT value FROM json_each(?))"


def scopes_leaving(driver: Driver) -> list[str]:
    """Return the scopes that were marked and are not out yet."""
    return [row[0] for row in driver.execute("SELECT name FROM scope WHERE state = ? ORDER BY name", (LEAVING,))]


def texts_with(driver: Driver, record: str, scopes: Iterable[str]) -> list[str]:
    """Return the values of the column `scopes` of a record that name any of `scopes`: a look at the index only."""
    wanted = frozenset(scopes)
    found = driver.execute(
        f"WITH RECURSIVE seen(text) AS (SELECT min(scopes) FROM row_{record} UNION ALL SELECT "
        f"(SELECT min(scopes) FROM row_{record} WHERE scopes > seen.text) FROM seen WHERE seen.text IS NOT NULL) "
        "SELECT text FROM seen WHERE text IS NOT NULL"
    )
    return [row[0] for row in found if not wanted.isdisjoint(row[0].split())]


def mark(work: UnitOfWork, scope: str) -> None:
    """Mark a scope as leaving: it counts no more, and the store takes its rows out after this commit."""
    driver = work.driver
    work.digests.flush(driver)
    _keep_titles_of_scope(driver, scope)
    for record in _ORDER:
        told = work.changed.setdefault(record, set())
        for text in texts_with(driver, record, (scope,)):
            found = driver.execute(f"SELECT id FROM row_{record} WHERE scopes = ? LIMIT {_TOLD}", (text,))
            told.update(row[0] for row in found)
    driver.execute("DELETE FROM digest WHERE scope = ?", (scope,))
    driver.execute(
        "INSERT INTO scope(name, state) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET state = excluded.state",
        (scope, LEAVING),
    )
    search_index.merging(driver, False)
    work.leaving = True


def step(work: UnitOfWork) -> bool:
    """Take the next part out; returns False once no scope is leaving any more."""
    driver = work.driver
    leaving = frozenset(scopes_leaving(driver))
    if not leaving:
        return False
    room = PART
    for record in _ORDER:
        cost = 2 if record in SEARCHED else 1
        for text in texts_with(driver, record, leaving):
            staying = " ".join(one for one in text.split() if one not in leaving)
            found = driver.execute(
                f"SELECT rowid, id, dirty FROM row_{record} WHERE scopes = ? LIMIT ?", (text, max(1, room // cost))
            ).fetchall()
            if staying:
                _rescope(driver, record, [row[0] for row in found], staying)
            else:
                _take_out(work, record, found)
            room -= len(found) * cost
            if room < cost:
                return True
        _forget_search(driver, record)
    search_index.merging(driver, True)
    for scope in leaving:
        for table, column in (("digest", "scope"), ("stale", "scope"), ("scope", "name")):
            driver.execute(f"DELETE FROM {table} WHERE {column} = ?", (scope,))
    return False


def _rescope(driver: Driver, record: str, rowids: Sequence[int], scopes: str) -> None:
    driver.execute(f"UPDATE row_{record} SET scopes = ? WHERE {_ROWIDS}", (scopes, to_json(list(rowids))))


def _take_out(work: UnitOfWork, record: str, found: Sequence[Sequence[Any]]) -> None:
    """Take rows (rowid, id, dirty) out with everything that hangs on them; unsent edits stay in the outbox."""
    driver = work.driver
    owed = _owed_uploads(driver, record, [row[1] for row in found])
    if owed:
        _rescope(driver, record, [row[0] for row in found if row[1] in owed], "")
        found = [row for row in found if row[1] not in owed]
    rowids = [int(row[0]) for row in found]
    if record in SEARCHED:
        search_index.forget(driver, record, rowids)
    driver.execute(f"DELETE FROM row_{record} WHERE {_ROWIDS}", (to_json(rowids),))
    dirty = [row[1] for row in found if row[2]]
    if dirty:
        driver.execute(f"DELETE FROM base_row WHERE record = ? AND id {_IN}", (record, to_json(dirty)))
        _keep_unsent(driver, record, dirty)
    if record in ("doctor", "institution"):
        driver.execute(
            f"DELETE FROM recent WHERE record = ? AND id {_IN}", (record, to_json([row[1] for row in found]))
        )


def _forget_recent(driver: Driver, record: str, row_ids: Sequence[str]) -> None:
    if record in ("doctor", "institution"):
        driver.execute(f"DELETE FROM recent WHERE record = ? AND id {_IN}", (record, to_json(list(row_ids))))


def _forget_search(driver: Driver, record: str) -> None:
    if record in SEARCHED and driver.execute(f"SELECT 1 FROM row_{record} LIMIT 1").fetchone() is None:
        search_index.clear(driver, record)


def remove(work: UnitOfWork, record: str, row_ids: Sequence[str], *, ended: bool = False) -> None:
    """Take single rows out that no scope holds any more; what needs the person keeps what the row was called.

    An attachment whose bytes still have to be sent stays, in no scope, until they are, and so does a row that is queued
    to be made; not so where it has `ended` (the server holds a tombstone).
    """
    if not row_ids:
        return
    owed = set() if ended else _owed_uploads(work.driver, record, row_ids)
    if owed:
        work.driver.execute(f"UPDATE row_{record} SET scopes = '' WHERE id {_IN}", (to_json(sorted(owed)),))
    going = [one for one in row_ids if one not in owed]
    _keep_titles(work.driver, record, going)
    rows.remove(work.driver, record, going)
    if not ended:
        _keep_unsent(work.driver, record, going)
    _forget_recent(work.driver, record, going)
    work.changed.setdefault(record, set()).update(row_ids)


def _keep_unsent(driver: Driver, record: str, row_ids: Sequence[str]) -> None:
    """A row that the server lost and that is queued to be made again stays on the page meanwhile."""
    found = driver.execute(
        f"SELECT DISTINCT row_id FROM outbox WHERE record = ? AND kind = 'create' AND row_id {_IN}",
        (record, to_json(list(row_ids))),
    ).fetchall()
    for row in found:
        driver.execute("DELETE FROM base_row WHERE record = ? AND id = ?", (record, row[0]))
        overlay.lay_again(driver, record, row[0])


def _owed_uploads(driver: Driver, record: str, row_ids: Sequence[str]) -> set[str]:
    """Return the attachments among the rows whose bytes still wait to be sent: without the row they would be swept."""
    if record != "attachment":
        return set()
    found = driver.execute(
        f"SELECT id FROM row_attachment WHERE id {_IN} AND deleted = 0 AND revision > 0 "
        "AND sha256 IN (SELECT sha256 FROM transfer WHERE direction = 'up')",
        (to_json(list(row_ids)),),
    )
    return {row[0] for row in found}


def strays(driver: Driver, record: str) -> list[str]:
    """Return the rows that the server has taken and that no scope of this person holds."""
    found = driver.execute(f"SELECT id FROM row_{record} WHERE scopes = '' AND revision > 0 AND dirty = 0").fetchall()
    ids = [row[0] for row in found]
    owed = _owed_uploads(driver, record, ids)
    return [one for one in ids if one not in owed]


# what rows were called --------------------------------------------------------------------------------------------


def kept_titles(connection: Connection) -> dict[tuple[str, str], str]:
    """Return what rows were called that left while something of the person's on them was not settled."""
    found = driver_of(connection).execute("SELECT record, id, title FROM kept_title")
    return {(row[0], row[1]): row[2] for row in found}


def forget_titles(driver: Driver) -> None:
    """Forget the titles that nothing in the outbox or with the person needs any more."""
    driver.execute(
        "DELETE FROM kept_title WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.record = kept_title.record "
        "AND o.row_id = kept_title.id) AND NOT EXISTS (SELECT 1 FROM needs_you n "
        "WHERE n.record = kept_title.record AND n.row_id = kept_title.id)"
    )


def _keep_titles_of_scope(driver: Driver, scope: str) -> None:
    """Done before the first row goes: a visit is called by its doctors, and those may go before it."""
    unsettled: dict[str, list[str]] = {}
    for record, row_id in driver.execute(
        "SELECT record, row_id FROM outbox UNION SELECT record, row_id FROM needs_you"
    ):
        if record in RECORDS:
            unsettled.setdefault(record, []).append(row_id)
    for record, ids in unsettled.items():
        texts = set(texts_with(driver, record, (scope,)))
        found = driver.execute(f"SELECT id, scopes FROM row_{record} WHERE id {_IN}", (to_json(ids),)).fetchall()
        _keep_titles(driver, record, [row[0] for row in found if row[1] in texts])


def _keep_titles(driver: Driver, record: str, row_ids: Sequence[str]) -> None:
    if not row_ids:
        return
    wanted = to_json(list(row_ids))
    found = driver.execute(
        f"SELECT row_id FROM outbox WHERE record = ?1 AND row_id {_IN.replace('?', '?2')} "
        f"UNION SELECT row_id FROM needs_you WHERE record = ?1 AND row_id {_IN.replace('?', '?2')}",
        (record, wanted),
    ).fetchall()
    for (row_id,) in found:
        title = title_of(driver, record, row_id)
        if title:
            driver.execute(
                "INSERT INTO kept_title(record, id, title) VALUES (?, ?, ?) "
                "ON CONFLICT(record, id) DO UPDATE SET title = excluded.title",
                (record, row_id, title),
            )


def title_of(driver: Driver, record: str, row_id: str) -> str:
    """Return what people call a row: its name, a visit's doctors, an affiliation's doctor; '' where it is not held."""
    held = rows.read(driver, record, row_id)
    return "" if held is None else _title(driver, record, held.values)


def _title(driver: Driver, record: str, values: Mapping[str, Any]) -> str:
    if record == "visit":
        doctors = "、".join(_names(driver, "doctor", values.get("doctor_ids") or ()))
        return doctors or "".join(_names(driver, "institution", [values.get("institution_id")]))
    if record == "affiliation":
        return "".join(_names(driver, "doctor", [values.get("doctor_id")]))
    named = (values.get(name) for name in ("name", "title", "file_name"))
    return next((str(one) for one in named if one), "")


def _names(driver: Driver, record: str, row_ids: Iterable[Any]) -> list[str]:
    """Return the names of rows, of those that are gone the kept ones."""
    names: list[str] = []
    for row_id in row_ids:
        found = driver.execute(
            f"SELECT name FROM row_{record} WHERE id = ?2 UNION ALL "
            "SELECT title FROM kept_title WHERE record = ?1 AND id = ?2",
            (record, row_id or ""),
        ).fetchone()
        if found and found[0]:
            names.append(str(found[0]))
    return names
