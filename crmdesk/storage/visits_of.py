"""Which visits a customer had and when the last one was: a table that triggers keep beside the rows of visits.

By trigger, because visits are written in several ways (pages, edits, undo, purges) and none of them may be forgotten.
"""

import json
from collections.abc import Iterable

from crmdesk.storage.driver import Driver

PROMISED = "next_step_on <> '' AND coalesce(next_step, '') <> '' AND coalesce(next_step_done, 0) = 0 AND deleted = 0"
"""Which visits hold an open promise; a query that says the same, word by word, is answered by the index."""
_FIELDS = ("deleted", "doctor_ids", "institution_id", "starts_at", "state", "absent_ids")
"""The fields of a visit that the table depends on."""


_CAME = "NOT EXISTS (SELECT 1 FROM json_each(new.absent_ids) AS absent WHERE absent.value = one.value)"
_SENT, _START = "coalesce(new.state, '') = 'submitted'", "coalesce(new.starts_at, '')"


def _filling(visits: str = "") -> tuple[str, str]:
    """Return the statements that enter a visit `new` by its doctors and by its institution; `visits` names many."""
    by_doctor = f"FROM {visits + ', ' if visits else ''}json_each(new.doctor_ids) AS one"
    by_place = f"FROM {visits}" if visits else ""
    return (
        f"INSERT OR IGNORE INTO visit_of SELECT one.value, {_SENT} AND {_CAME}, {_START}, new.rowid {by_doctor}"
        " WHERE new.deleted = 0 AND one.value IS NOT NULL",
        f"INSERT OR IGNORE INTO visit_of SELECT new.institution_id, {_SENT}, {_START}, new.rowid {by_place}"
        " WHERE new.deleted = 0 AND new.institution_id IS NOT NULL",
    )


_WHOLE_KEY = "seen IN (0, 1) AND starts_at = coalesce(old.starts_at, '') AND visit = old.rowid"
_ENTER = "".join(f"{one};" for one in _filling())
_TAKE_OUT = (
    f"DELETE FROM visit_of WHERE customer IN (SELECT value FROM json_each(old.doctor_ids)) AND {_WHOLE_KEY};"
    f"DELETE FROM visit_of WHERE customer = old.institution_id AND {_WHOLE_KEY};"
)
_MOVED = " OR ".join(f"old.{name} IS NOT new.{name}" for name in ("rowid", *_FIELDS))
STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS visit_of (customer TEXT NOT NULL, seen INTEGER NOT NULL, starts_at TEXT NOT NULL,"
    " visit INTEGER NOT NULL, PRIMARY KEY (customer, seen, starts_at, visit)) WITHOUT ROWID",
    f"CREATE TRIGGER IF NOT EXISTS visit_of_insert AFTER INSERT ON row_visit BEGIN {_ENTER} END",
    f"CREATE TRIGGER IF NOT EXISTS visit_of_update AFTER UPDATE ON row_visit WHEN {_MOVED}"
    f" BEGIN {_TAKE_OUT} {_ENTER} END",
    f"CREATE TRIGGER IF NOT EXISTS visit_of_delete AFTER DELETE ON row_visit BEGIN {_TAKE_OUT} END",
)
"""What makes the table and its triggers in a store that holds the table of visits.

`customer` is the id of a doctor or an institution, `visit` a row number, `seen` says whether a submitted visit met the
customer (a doctor invited who did not come was not seen).
"""
FILL = _filling("row_visit AS new")
"""What enters the visits that a store held before it had the table."""


def rowids(driver: Driver, customers: Iterable[str]) -> list[int]:
    """Return the row numbers of the visits of doctors or institutions, each once, in no particular order."""
    found = driver.execute(
        "SELECT DISTINCT visit FROM visit_of WHERE customer IN (SELECT value FROM json_each(?))",
        (json.dumps(list(customers)),),
    )
    return [row[0] for row in found]


def visited(driver: Driver, customers: Iterable[str]) -> list[str]:
    """Return those of doctors or institutions that any visit names, planned ones and drafts too."""
    found = driver.execute(
        "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM visit_of WHERE customer = value)",
        (json.dumps(list(customers)),),
    )
    return [row[0] for row in found]


def last_of(driver: Driver, customers: Iterable[str]) -> dict[str, str]:
    """Return the start of the last visit at which each was seen, by customer id, of those who were ever seen."""
    found = driver.execute(
        "SELECT value, (SELECT max(starts_at) FROM visit_of WHERE customer = value AND seen = 1) FROM json_each(?)",
        (json.dumps(list(customers)),),
    )
    return {row[0]: row[1] for row in found if row[1] is not None}


def seen_between(driver: Driver, customers: Iterable[str], low: str, high: str) -> list[str]:
    """Return those of doctors or institutions who were seen from an instant on and before another one."""
    found = driver.execute(
        "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM visit_of WHERE customer = value AND seen = 1"
        " AND starts_at >= ? AND starts_at < ?)",
        (json.dumps(list(customers)), low, high),
    )
    return [row[0] for row in found]


def last_of_all(driver: Driver, since: str = "") -> dict[str, str]:
    """Return the start of the last visit at which each customer was seen, of those seen from an instant on.

    Doctors and institutions stand in one map.
    """
    found = driver.execute(
        "SELECT customer, max(starts_at) FROM visit_of WHERE seen = 1 AND starts_at >= ? GROUP BY customer", (since,)
    )
    return dict(found)
