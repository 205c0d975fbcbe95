"""Where doctors work, as row numbers side by side: a table that triggers keep beside the rows of affiliations.

A word that thousands have (王) and another one that stands for thousands of departments (心内) are two sets of row
numbers, of the index's. Through the rows themselves the way from one to the other takes several pages for each person.
By trigger, because the rows are written in several ways (pages, edits, undo, purges) and in any order.
"""

_NUMBERS = (
    "coalesce((SELECT rowid FROM row_institution WHERE id = a.institution_id), 0), "
    "coalesce((SELECT rowid FROM row_department WHERE id = a.department_id), 0)"
)
_OF_AFFILIATION = (
    f"INSERT INTO works_at SELECT d.rowid, a.rowid, {_NUMBERS} "
    "FROM (SELECT new.rowid, new.doctor_id, new.institution_id, new.department_id) AS a "
    "JOIN row_doctor AS d ON d.id = a.doctor_id WHERE new.deleted = 0;"
)
_OF_DOCTOR = (
    f"INSERT INTO works_at SELECT new.rowid, a.rowid, {_NUMBERS} "
    "FROM row_affiliation AS a WHERE a.doctor_id = new.id AND a.deleted = 0;"
)
_TAKE_OUT = (
    "DELETE FROM works_at WHERE doctor = (SELECT rowid FROM row_doctor WHERE id = old.doctor_id) "
    "AND affiliation = old.rowid;"
)
_FIELDS = ("rowid", "deleted", "doctor_id", "institution_id", "department_id")
_MOVED = " OR ".join(f"old.{name} IS NOT new.{name}" for name in _FIELDS)


def _trigger(name: str, event: str, body: str) -> str:
    return f"CREATE TRIGGER IF NOT EXISTS works_at_{name} AFTER {event} BEGIN {body} END"


def _named(place: str, row: str, number: str) -> str:
    """Return what gives a hospital or department, that came or went, its number in the entries of who works there."""
    return (
        f"UPDATE works_at SET {place} = {number} WHERE (doctor, affiliation) IN (SELECT d.rowid, a.rowid "
        f"FROM row_affiliation AS a JOIN row_doctor AS d ON d.id = a.doctor_id WHERE a.{place}_id = {row}.id);"
    )


STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS works_at (doctor INTEGER NOT NULL, affiliation INTEGER NOT NULL,"
    " institution INTEGER NOT NULL, department INTEGER NOT NULL, PRIMARY KEY (doctor, affiliation)) WITHOUT ROWID",
    _trigger("insert", "INSERT ON row_affiliation", _OF_AFFILIATION),
    _trigger("update", f"UPDATE ON row_affiliation WHEN {_MOVED}", _TAKE_OUT + _OF_AFFILIATION),
    _trigger("delete", "DELETE ON row_affiliation", _TAKE_OUT),
    _trigger("doctor_insert", "INSERT ON row_doctor", _OF_DOCTOR),
    _trigger("doctor_delete", "DELETE ON row_doctor", "DELETE FROM works_at WHERE doctor = old.rowid;"),
    *(
        _trigger(f"{place}_{event.lower()}", f"{event} ON row_{place}", _named(place, row, number))
        for place in ("institution", "department")
        for event, row, number in (("INSERT", "new", "new.rowid"), ("DELETE", "old", "0"))
    ),
)
"""What makes the table and its triggers in a store that holds the tables of the rows.

All columns are row numbers. An affiliation that is deleted, or whose doctor the store does not hold, has no entry; a
hospital or department that it does not hold is 0.
"""
_ALL = (
    f"SELECT d.rowid, a.rowid, {_NUMBERS} "
    "FROM row_affiliation AS a JOIN row_doctor AS d ON d.id = a.doctor_id WHERE a.deleted = 0"
)
FILL = ("DELETE FROM works_at", f"INSERT INTO works_at {_ALL}")
"""What enters the affiliations that a store holds, anew."""
DRIFT = (
    f"SELECT * FROM (SELECT * FROM ({_ALL}) EXCEPT SELECT * FROM works_at) "
    f"UNION ALL SELECT * FROM (SELECT * FROM works_at EXCEPT SELECT * FROM ({_ALL})) LIMIT 1"
)
"""What finds an entry that lacks or is too many."""
