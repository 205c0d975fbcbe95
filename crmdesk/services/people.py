"""Who is signed in on this laptop and which territories that person holds today."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from crmdesk.domain.errors import WorldError
from crmdesk.services.shown import select
from crmdesk.services.views import Person
from crmdesk.storage import settings
from crmdesk.storage.connection import Connection


def person_of(connection: Connection, today: date) -> Person:
    """Return the signed-in person; raises WorldError('not_signed_in') where the store has none yet."""
    known = settings.meta_json(connection, "person")
    if not isinstance(known, dict) or not known.get("user_id"):
        raise WorldError("not_signed_in")
    territories = {row["id"]: row for row in select(connection, "territory")}
    assigned = _assigned(connection, str(known["user_id"]), today)
    ids = _leaves(territories, assigned)
    return Person(
        user_id=str(known["user_id"]),
        login=str(known.get("login") or ""),
        name=str(known.get("name") or ""),
        role=str(known.get("role") or ""),
        territory_ids=ids,
        territory_names=tuple(str(territories[one]["name"]) for one in ids if one in territories),
        place=next((str(territories[one]["name"]) for one in assigned if one in territories), ""),
    )


def _assigned(connection: Connection, user_id: str, today: date) -> list[str]:
    day = today.isoformat()
    rows = select(
        connection,
        "assignment",
        "AND r.user_id = :user AND r.valid_from <= :day AND coalesce(nullif(r.valid_to, ''), '9999') >= :day"
        " ORDER BY r.valid_from, r.id",
        {"user": user_id, "day": day},
    )
    return [row["territory_id"] for row in rows]


def _leaves(territories: dict[str, dict[str, Any]], assigned: Iterable[str]) -> tuple[str, ...]:
    """Return the assigned territories and all below them, those that hold customers first, each once.

    A territory always comes before the region that it lies in, so the first one is a place to put new rows.
    """
    below: dict[str, list[str]] = {}
    for row in territories.values():
        below.setdefault(str(row.get("parent_id") or ""), []).append(row["id"])
    found: list[str] = []
    open_ids = list(assigned)
    while open_ids:
        one = open_ids.pop(0)
        if one not in found:
            found.append(one)
            open_ids += sorted(below.get(one, ()))
    return tuple(sorted(found, key=lambda one: territories.get(one, {}).get("kind") != "territory"))
