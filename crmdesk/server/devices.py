"""Devices and the person behind a request: which scopes and territories somebody holds today."""

from typing import Any

from sqlalchemy import Connection, insert, select, update

from crmdesk.domain.clock import local_date, to_text
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.ids import is_id
from crmdesk.domain.roles import Role
from crmdesk.domain.scopes import subscription
from crmdesk.server import holdings
from crmdesk.server.tables import DEVICE, ROWS, TOKEN_FAMILY
from crmdesk.server.work import ServerActor, ServerWork

_USER, _ASSIGNMENT = ROWS["user"], ROWS["assignment"]


def actor_of(
    connection: Connection, user_id: str, device_id: str, today: str, tree: holdings.Tree | None = None
) -> ServerActor | None:
    """Return the actor with the rights of the given ISO date, or None where there is no such active user.

    `tree` are the territories where the caller has read them already.
    """
    columns = (_USER.c.name, _USER.c.role, _USER.c.approval_limit_fen, _USER.c.active, _USER.c.deleted)
    person = connection.execute(select(*columns).where(_USER.c.id == user_id)).first()
    if person is None or person.deleted or person.active is False:
        return None
    role = Role(person.role)
    tree = holdings.tree_of(connection) if tree is None else tree
    everything = [territory for territory, _ in tree]
    mine = holdings.with_those_below(_assigned(connection, user_id, today), tree)
    territories = frozenset(everything) if role is Role.ADMIN else mine
    scopes = subscription(role, user_id, mine, everything)
    return ServerActor(user_id, role, device_id, person.name, scopes, territories, person.approval_limit_fen)


def today_of(work: ServerWork) -> str:
    """Return the company's calendar date of a unit of work."""
    return local_date(work.now).isoformat()


def _assigned(connection: Connection, user_id: str, today: str) -> set[str]:
    query = select(_ASSIGNMENT.c.territory_id, _ASSIGNMENT.c.valid_from, _ASSIGNMENT.c.valid_to).where(
        _ASSIGNMENT.c.user_id == user_id, _ASSIGNMENT.c.deleted.is_(False)
    )
    return {
        territory
        for territory, start, end in connection.execute(query)
        if (start or "") <= today and (not end or today <= end)
    }


def register(work: ServerWork, device_id: str, user_id: str, name: str, forked_from: str | None = None) -> None:
    """Note a device of a person, or that it was seen.

    Raises RefusedError `device_revoked`, and `device_mismatch` for one of a colleague: whoever took it over could use
    up its sequence. A device of somebody who has gone is handed over (a laptop passed on).
    """
    if not is_id(device_id):
        raise InputError("wrong_kind", field="device_id")
    clean = name.replace("\x00", "")[:80]
    found = work.connection.execute(select(DEVICE).where(DEVICE.c.id == device_id).with_for_update()).first()
    if found is None:
        row = {"id": device_id, "user_id": user_id, "name": clean, "forked_from": forked_from}
        work.connection.execute(insert(DEVICE).values(row | {"created_at": work.at, "last_seen_at": work.at}))
        return
    if found.revoked_at is not None:
        raise RefusedError("device_revoked")
    if found.user_id != user_id and actor_of(work.connection, found.user_id, device_id, today_of(work)) is not None:
        raise RefusedError("device_mismatch")
    changes = {"user_id": user_id, "last_seen_at": work.at} | ({"name": clean} if clean else {})
    work.connection.execute(update(DEVICE).where(DEVICE.c.id == device_id).values(changes))


def claim_device(work: ServerWork, token_device: str, device_id: str, user_id: str) -> None:
    """Let a signed-in laptop speak as `device_id`: the token's own, or a new one that it took after a fork.

    Raises RefusedError('device_mismatch') for a device that did not come out of the token's.
    """
    if device_id == token_device:
        return
    if not is_id(device_id):
        raise InputError("wrong_kind", field="device_id")
    found = work.connection.execute(select(DEVICE).where(DEVICE.c.id == device_id)).first()
    if found is None:
        register(work, device_id, user_id, "", forked_from=token_device)
    elif found.user_id != user_id or found.revoked_at is not None or found.forked_from != token_device:
        raise RefusedError("device_mismatch")


def is_revoked(connection: Connection, device_id: str) -> bool:
    """Say whether a device was revoked."""
    query = select(DEVICE.c.id).where(DEVICE.c.id == device_id, DEVICE.c.revoked_at.is_not(None))
    return connection.execute(query).first() is not None


def known(connection: Connection) -> list[dict[str, Any]]:
    """Return every device with the login of its person, the latest seen first."""
    columns = (DEVICE.c.id, _USER.c.login, DEVICE.c.name, DEVICE.c.created_at, DEVICE.c.last_seen_at)
    query = select(*columns, DEVICE.c.revoked_at).join(_USER, _USER.c.id == DEVICE.c.user_id)
    return [dict(row._mapping) for row in connection.execute(query.order_by(DEVICE.c.last_seen_at.desc()))]


def revoke(work: ServerWork, device_id: str, actor: ServerActor) -> None:
    """Revoke a device and everything signed in on it; raises KeyError for an unknown one."""
    found = work.connection.execute(select(DEVICE.c.user_id).where(DEVICE.c.id == device_id)).first()
    if found is None:
        raise KeyError(device_id)
    work.connection.execute(update(DEVICE).where(DEVICE.c.id == device_id).values(revoked_at=work.at))
    families = update(TOKEN_FAMILY).where(TOKEN_FAMILY.c.device_id == device_id, TOKEN_FAMILY.c.revoked_at.is_(None))
    work.connection.execute(families.values(revoked_at=to_text(work.now)))
    work.audit("revoke_device", actor, "user", found.user_id, {"device": [device_id, None]}, scoped=False)
