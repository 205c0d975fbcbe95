"""What an administrator does at the server: people, passwords, territories and who works where."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import ASSIGNMENT, TERRITORY, USER
from crmdesk.domain.roles import IN_TERRITORIES
from crmdesk.domain.validation import check_changes, check_new
from crmdesk.server import auth
from crmdesk.server.devices import today_of
from crmdesk.server.settings import Settings
from crmdesk.server.tables import ROWS, SHAPES, TOKEN_FAMILY
from crmdesk.server.work import SYSTEM, ServerWork

Row = dict[str, Any]
_USER, _TERRITORY, _ASSIGNMENT = ROWS["user"], ROWS["territory"], ROWS["assignment"]
_NEVER = "9999-12-31"


def add_user(work: ServerWork, values: Mapping[str, Any], password: str, settings: Settings) -> Row:
    """Make a person with a password; raises InputError for bad values, RefusedError('login_taken')."""
    given = {"active": True, "approval_limit_fen": None} | dict(values)
    given["login"] = str(given.get("login") or "").strip()
    check_new(USER, given)
    if _user_by_login(work.connection, given["login"]) is not None:
        raise RefusedError("login_taken", login=given["login"])
    auth.check_password(password, given["login"])
    row = work.insert("user", new_id(), given, SYSTEM)
    auth.set_password(work, row["id"], password, settings, given["login"])
    return row


def users(connection: sa.Connection) -> list[Row]:
    """Return every person by login."""
    query = sa.select(_USER).where(_USER.c.deleted.is_(False)).order_by(_USER.c.login)
    return [SHAPES["user"].as_dict(row) for row in connection.execute(query)]


def disable_user(work: ServerWork, login: str) -> Row:
    """Take a person's access away at once, on every device; raises InputError('unknown_login')."""
    user = known_user(work, login)
    _sign_out(work, user["id"])
    return work.update("user", user["id"], {"active": False}, SYSTEM, action="disable")


def enable_user(work: ServerWork, login: str) -> Row:
    """Give a person's access back; raises InputError('unknown_login')."""
    user = known_user(work, login)
    auth.forget_failures(work, user["login"])
    return work.update("user", user["id"], {"active": True}, SYSTEM, action="enable")


def change_user(work: ServerWork, login: str, changes: Mapping[str, Any]) -> tuple[Row, list[Row]]:
    """Give a person another name, role or approval limit; another role signs all devices out.

    A laptop learns its person's role at sign-in. With a role that stands in no territory the person's assignments end;
    returns the person and these. Raises InputError for unknown logins and bad values.
    """
    user = known_user(work, login)
    check_changes(USER, changes)
    role = changes.get("role", user["role"])
    if role != user["role"]:
        _sign_out(work, user["id"])
    ended = [] if role in IN_TERRITORIES else _end(work, _ASSIGNMENT.c.user_id == user["id"])
    return work.update("user", user["id"], dict(changes), SYSTEM), ended


def _sign_out(work: ServerWork, user_id: str) -> None:
    families = sa.update(TOKEN_FAMILY).where(TOKEN_FAMILY.c.user_id == user_id, TOKEN_FAMILY.c.revoked_at.is_(None))
    work.connection.execute(families.values(revoked_at=work.at))


def change_password(work: ServerWork, login: str, password: str, settings: Settings) -> None:
    """Set a person's password and sign all devices out; raises InputError('unknown_login')."""
    user = known_user(work, login)
    auth.set_password(work, user["id"], password, settings, login)
    auth.forget_failures(work, user["login"])
    work.audit("password", SYSTEM, "user", user["id"], {}, scoped=False)


def known_user(work: ServerWork, login: str) -> Row:
    """Return a person by login; raises InputError('unknown_login')."""
    return known_login(work.connection, login)


def known_login(connection: sa.Connection, login: str) -> Row:
    """Return a person by login; raises InputError('unknown_login')."""
    user = _user_by_login(connection, login)
    if user is None:
        raise InputError("unknown_login", login=login[:80])
    return user


def add_territory(work: ServerWork, name: str, kind: str, parent: str = "") -> Row:
    """Make a territory under `parent` (name or id); raises InputError for bad values, RefusedError('name_taken')."""
    parent_id = known_territory(work.connection, parent)["id"] if parent else None
    values = {"name": name.strip(), "kind": kind, "parent_id": parent_id}
    check_new(TERRITORY, values)
    if any(row["name"] == values["name"] for row in territories(work.connection)):
        raise RefusedError("name_taken", name=values["name"])
    return work.insert("territory", new_id(), values, SYSTEM)


def territories(connection: sa.Connection) -> list[Row]:
    """Return every territory by name."""
    query = sa.select(_TERRITORY).where(_TERRITORY.c.deleted.is_(False)).order_by(_TERRITORY.c.name)
    return [SHAPES["territory"].as_dict(row) for row in connection.execute(query)]


def known_territory(connection: sa.Connection, name_or_id: str) -> Row:
    """Return a territory by id or name; raises InputError `unknown_territory` or `ambiguous_territory`."""
    found = [row for row in territories(connection) if name_or_id in (row["id"], row["name"])]
    if not found:
        raise InputError("unknown_territory", name=name_or_id[:200])
    if len(found) > 1:
        raise InputError("ambiguous_territory", name=name_or_id[:200])
    return found[0]


def assign(work: ServerWork, login: str, territory: str, valid_from: str = "", valid_to: str = "") -> Row:
    """Give a territory to a person from a date on (today); raises InputError for unknown names or bad dates.

    RefusedError('holds_no_territory') for a role that sees what it sees everywhere.
    """
    user = known_user(work, login)
    if user["role"] not in IN_TERRITORIES:
        raise RefusedError("holds_no_territory", login=login, role=user["role"], roles=" and ".join(IN_TERRITORIES))
    values = {
        "user_id": user["id"],
        "territory_id": known_territory(work.connection, territory)["id"],
        "valid_from": valid_from or today_of(work),
        "valid_to": valid_to or None,
    }
    check_new(ASSIGNMENT, values)
    if values["valid_to"] is not None and str(values["valid_to"]) < str(values["valid_from"]):
        raise InputError("ends_before_start")
    return work.insert("assignment", new_id(), values, SYSTEM)


def assign_once(work: ServerWork, login: str, territory: str, valid_from: str = "", valid_to: str = "") -> Row:
    """Do what `assign` does, or return the assignment that gives the person all of these days already."""
    mine = (_ASSIGNMENT.c.user_id == known_user(work, login)["id"]) & _ASSIGNMENT.c.deleted.is_(False)
    same = mine & (_ASSIGNMENT.c.territory_id == known_territory(work.connection, territory)["id"])
    begun = _ASSIGNMENT.c.valid_from <= (valid_from or today_of(work))
    lasts = sa.func.coalesce(_ASSIGNMENT.c.valid_to, _NEVER) >= (valid_to or _NEVER)
    found = work.connection.execute(sa.select(_ASSIGNMENT).where(same, begun, lasts).limit(1)).first()
    return SHAPES["assignment"].as_dict(found) if found else assign(work, login, territory, valid_from, valid_to)


def assignments(connection: sa.Connection) -> list[Row]:
    """Return every assignment with login and name of the territory, by login, territory and first day."""
    columns = (_ASSIGNMENT.c.id, _USER.c.login, _TERRITORY.c.name.label("territory"))
    query = sa.select(*columns, _ASSIGNMENT.c.valid_from, _ASSIGNMENT.c.valid_to)
    query = query.join(_USER, _USER.c.id == _ASSIGNMENT.c.user_id)
    query = query.join(_TERRITORY, _TERRITORY.c.id == _ASSIGNMENT.c.territory_id).where(
        _ASSIGNMENT.c.deleted.is_(False)
    )
    ordered = query.order_by(_USER.c.login, _TERRITORY.c.name, _ASSIGNMENT.c.valid_from)
    return [dict(row._mapping) for row in connection.execute(ordered)]


def end_assignment(work: ServerWork, login: str, territory: str, on: str = "") -> list[Row]:
    """End a person's running assignments to a territory; `on` is the last day (default: yesterday, so at once).

    Raises InputError('no_assignment') where there is none.
    """
    user_id, territory_id = known_user(work, login)["id"], known_territory(work.connection, territory)["id"]
    mine = (_ASSIGNMENT.c.user_id == user_id) & (_ASSIGNMENT.c.territory_id == territory_id)
    ended = _end(work, mine, on)
    if not ended:
        raise InputError("no_assignment", login=login, name=territory)
    return ended


def _end(work: ServerWork, chosen: sa.ColumnElement[bool], last_day: str = "") -> list[Row]:
    """End those of the chosen assignments that run or are to begin; yesterday was the last day unless one is given."""
    last_day = last_day or day_before(today_of(work))
    runs = sa.or_(_ASSIGNMENT.c.valid_to.is_(None), _ASSIGNMENT.c.valid_to > last_day)
    query = sa.select(_ASSIGNMENT).where(chosen, runs, _ASSIGNMENT.c.deleted.is_(False)).order_by(_ASSIGNMENT.c.id)
    running = [SHAPES["assignment"].as_dict(row) for row in work.connection.execute(query)]
    return [work.update("assignment", row["id"], {"valid_to": last_day}, SYSTEM, action="end") for row in running]


def _user_by_login(connection: sa.Connection, login: str) -> Row | None:
    """Return a person by login, in whatever case it is typed; an exact one of before goes first."""
    query = sa.select(_USER).where(auth.typed_login(login), _USER.c.deleted.is_(False))
    found = connection.execute(query.order_by(_USER.c.login != login)).first()
    return None if found is None else SHAPES["user"].as_dict(found)


def day_before(day: str) -> str:
    """Return the ISO date before another one."""
    return date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()
