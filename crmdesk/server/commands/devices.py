"""The commands about the computers that people sign in on: `device list`, `device lock`."""

from typing import Annotated, Any

import typer

from crmdesk.domain.errors import InputError
from crmdesk.server import admin, devices
from crmdesk.server.commands.place import Place, placed
from crmdesk.server.work import SYSTEM

device = typer.Typer(help="The computers that people sign in on.", no_args_is_help=True)


@device.command("list")
@placed
def device_list(
    here: Place,
    login: Annotated[str, typer.Argument(help="Only those of one person.")] = "",
) -> None:
    """List computers with whom they belong to and when they were here last, the latest first."""
    with here.database().reading() as connection:
        if login:
            admin.known_login(connection, login)
        rows = [row for row in devices.known(connection) if login in ("", row["login"])]
    here.answer(rows, [_line(row) for row in rows] or ["Nobody has signed in yet."])


def _line(row: dict[str, Any]) -> str:
    locked = f"  (locked {row['revoked_at']})" if row["revoked_at"] else ""
    return f"{row['id']}  {row['login']:<16} {row['name']}  last here {row['last_seen_at']}{locked}"


@device.command("lock")
@placed
def device_lock(
    here: Place,
    device_id: Annotated[str, typer.Argument(help="Id of the computer (`device list`).")],
) -> None:
    """Lock a computer that was lost: signed out at once, never signed in again; nothing is taken from it any more.

    What its disk holds stays encrypted. Give the person a new password (`user password`) where it may be known.
    """
    try:
        here.database().run(lambda work: devices.revoke(work, device_id, SYSTEM))
    except KeyError as error:
        raise InputError("unknown_device", device=device_id[:40]) from error
    here.answer({"id": device_id, "locked": True}, ["The computer is locked."])
