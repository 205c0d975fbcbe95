"""Finds institutions by a short form of their name (重医附一院), asked only where nothing was found by the name."""

from __future__ import annotations

from crmdesk.intake.hospital_names import forms, squeezed
from crmdesk.intake.hospital_short import is_short, reads_as
from crmdesk.storage.driver import Driver
from crmdesk.storage.pinyin import is_han

_SHORTEST, _MOST = 2, 200


def short_rows(driver: Driver, text: str, limit: int) -> list[tuple[str, str, str, str]]:
    """Return (id, name, class, level) of the institutions of which a text is a short form."""
    key = squeezed(text)
    written = [char for char in key if char not in "第附"]
    if len(key) < _SHORTEST or not written or not is_short(key) or not all(map(is_han, written)):
        return []
    found = driver.execute(
        "SELECT id, name, customer_class, level FROM row_institution WHERE rowid IN "
        "(SELECT rowid FROM search_institution WHERE search_institution MATCH ?) "
        "AND deleted = 0 AND name LIKE ? LIMIT ?",
        (" AND ".join(f'name : "{char}"' for char in written), f"%{'%'.join(written)}%", _MOST),
    ).fetchall()
    fitting = [row for row in found if (names := forms(str(row[1]))) and reads_as(key, names[0]) is not None]
    return [(str(row[0]), str(row[1]), str(row[2] or ""), str(row[3] or "")) for row in fitting[:limit]]
