"""The commands about people and their territories: `user`, `territory`, `assign`."""

from typing import Annotated, Any

import typer

from crmdesk.domain.money import format_fen, parse_fen
from crmdesk.domain.roles import Role
from crmdesk.server import admin
from crmdesk.server.commands.place import PasswordStdin, Place, given_day, placed, read_password
from crmdesk.server.settings import Settings

user = typer.Typer(help="The people who may sign in.", no_args_is_help=True)
territory = typer.Typer(help="The tree of regions and territories.", no_args_is_help=True)
assign = typer.Typer(help="Who works in which territory.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="The login of the person.")]
TerritoryName = Annotated[str, typer.Argument(help="Name or id of the territory.")]


def _shown(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in ("id", *names)}


@user.command("add")
@placed
def user_add(
    here: Place,
    login: Login,
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[Role, typer.Option(help="What the person is in the company.")],
    approval_limit: Annotated[str, typer.Option(help="Most that one approval may pass, in yuan. Default: none.")] = "",
    password_stdin: PasswordStdin = False,
) -> None:
    """Add a person. The password is asked for, at least 12 characters."""
    store = here.database()
    limit = parse_fen(approval_limit) if approval_limit else None
    password = read_password(password_stdin, login)
    values = {"login": login, "name": name, "role": role.value, "approval_limit_fen": limit}
    row = store.run(lambda work: admin.add_user(work, values, password, Settings()))
    here.answer(_shown(row, "login", "name", "role"), [f"{row['name']} can sign in as {row['login']} ({role.value})."])


@user.command("list")
@placed
def user_list(here: Place) -> None:
    """List everybody."""
    with here.database().reading() as connection:
        rows = admin.users(connection)
    shown = [_shown(row, "login", "name", "role", "active", "approval_limit_fen") for row in rows]
    here.answer(shown, [_user_line(row) for row in rows] or ["Nobody yet: crmdesk-server user add"])


def _user_line(row: dict[str, Any]) -> str:
    limit = "" if row["approval_limit_fen"] is None else f"  up to {format_fen(row['approval_limit_fen'])}"
    return f"{row['login']:<16} {row['role']:<8} {row['name']}{limit}{'' if row['active'] else '  (disabled)'}"


@user.command("disable")
@placed
def user_disable(here: Place, login: Login) -> None:
    """Take a person's access away, on every device and at once."""
    row = here.database().run(lambda work: admin.disable_user(work, login))
    here.answer(_shown(row, "login", "active"), [f"{login} can't sign in any more."])


@user.command("enable")
@placed
def user_enable(here: Place, login: Login) -> None:
    """Let a person sign in again, with the password of before."""
    row = here.database().run(lambda work: admin.enable_user(work, login))
    here.answer(_shown(row, "login", "active"), [f"{login} can sign in again."])


@user.command("change")
@placed
def user_change(
    here: Place,
    login: Login,
    name: Annotated[str, typer.Option(help="Another name.")] = "",
    role: Annotated[Role | None, typer.Option(help="Another role; signs the person out everywhere.")] = None,
    approval_limit: Annotated[str, typer.Option(help="Most that one approval may pass, in yuan; none: no limit.")] = "",
) -> None:
    """Change a person; what is not named stays.

    A role that stands in no territory (finance, auditor, admin) ends the person's work in all of them.
    """
    changes: dict[str, Any] = {"name": name} if name else {}
    changes |= {"role": role.value} if role else {}
    if approval_limit:
        changes["approval_limit_fen"] = None if approval_limit == "none" else parse_fen(approval_limit)
    store = here.database()
    row, ended = store.run(lambda work: admin.change_user(work, login, changes))
    with store.reading() as connection:
        names = {str(one["id"]): str(one["name"]) for one in admin.territories(connection)}
    left = sorted({names.get(one["territory_id"], str(one["territory_id"])) for one in ended})
    words = [f"{login} leaves {', '.join(left)}: a person with the role {row['role']} stands in no territory."]
    shown = _shown(row, "login", "name", "role", "approval_limit_fen") | {"left": left}
    here.answer(shown, [_user_line(row), *(words if left else [])])


@user.command("password")
@placed
def user_password(
    here: Place,
    login: Login,
    password_stdin: PasswordStdin = False,
) -> None:
    """Set a person's password and sign all of the person's devices out."""
    store = here.database()
    store.run(lambda work: admin.known_user(work, login))
    password = read_password(password_stdin, login)
    store.run(lambda work: admin.change_password(work, login, password, Settings()))
    here.answer({"login": login, "changed": True}, [f"The password of {login} is changed."])


@territory.command("add")
@placed
def territory_add(
    here: Place,
    name: Annotated[str, typer.Argument(help="Name of the territory.")],
    kind: Annotated[str, typer.Option(help="company, region or territory.")] = "territory",
    parent: Annotated[str, typer.Option(help="Name or id of the one above.")] = "",
) -> None:
    """Add a territory to the tree."""
    row = here.database().run(lambda work: admin.add_territory(work, name, kind, parent))
    here.answer(_shown(row, "name", "kind", "parent_id"), [f"{row['name']} is there: {row['id']}"])


@territory.command("list")
@placed
def territory_list(here: Place) -> None:
    """List the tree."""
    with here.database().reading() as connection:
        rows = admin.territories(connection)
    shown = [_shown(row, "name", "kind", "parent_id") for row in rows]
    here.answer(shown, _tree(rows, None, 0) or ["No territory yet: crmdesk-server territory add"])


def _tree(rows: list[dict[str, Any]], parent_id: str | None, depth: int) -> list[str]:
    known = {row["id"] for row in rows}
    lines = []
    for row in rows:
        above = row["parent_id"] if row["parent_id"] in known else None
        if above == parent_id and depth <= len(rows):
            lines += [f"{'  ' * depth}{row['name']}  ({row['kind']}, {row['id']})", *_tree(rows, row["id"], depth + 1)]
    return lines


@assign.command("add")
@placed
def assign_add(
    here: Place,
    login: Login,
    territory_name: TerritoryName,
    valid_from: Annotated[str, typer.Option("--from", help="First day, 2026-11-22. Default: today.")] = "",
    valid_to: Annotated[str, typer.Option("--to", help="Last day. Default: open.")] = "",
) -> None:
    """Give a territory (or a whole region) to a person."""
    first, last = given_day("--from", valid_from), given_day("--to", valid_to)
    row = here.database().run(lambda work: admin.assign_once(work, login, territory_name, first, last))
    words = f"{login} works in {territory_name} from {row['valid_from']}."
    here.answer(_shown(row, "user_id", "territory_id", "valid_from", "valid_to"), [words])


@assign.command("list")
@placed
def assign_list(
    here: Place,
    login: Annotated[str, typer.Argument(help="Only those of one person.")] = "",
) -> None:
    """List who works where, with the first and the last day."""
    with here.database().reading() as connection:
        if login:
            admin.known_login(connection, login)
        rows = [row for row in admin.assignments(connection) if login in ("", row["login"])]
    lines = [f"{row['login']:<16} {row['territory']}  {row['valid_from']} to {row['valid_to'] or '…'}" for row in rows]
    here.answer(rows, lines or ["Nobody works anywhere yet: crmdesk-server assign add"])


@assign.command("end")
@placed
def assign_end(
    here: Place,
    login: Login,
    territory_name: TerritoryName,
    last_day: Annotated[str, typer.Option("--on", help="Last day. Default: yesterday, so at once.")] = "",
) -> None:
    """End a person's work in a territory; its customers leave the laptop at its next sync."""
    day = given_day("--on", last_day)
    rows = here.database().run(lambda work: admin.end_assignment(work, login, territory_name, day))
    shown = [_shown(row, "user_id", "territory_id", "valid_from", "valid_to") for row in rows]
    here.answer(shown, [f"{login} leaves {territory_name} after {rows[0]['valid_to']}."])
