"""The commands that make and run a server: `init` and `serve`."""

import shlex
import signal
from dataclasses import asdict
from typing import Annotated, Any

import typer

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.roles import Role
from crmdesk.server import admin, backups, horizon, receipts
from crmdesk.server.commands.place import PasswordStdin, Place, placed, read_password
from crmdesk.server.settings import Settings


@placed
def init(
    here: Place,
    admin_login: Annotated[str, typer.Option("--admin", help="Login of a first administrator to add.")] = "",
    admin_name: Annotated[str, typer.Option("--admin-name", help="The administrator's name.")] = "",
    password_stdin: PasswordStdin = False,
) -> None:
    """Make the database (again: adds what is missing). There is no default account: add people with `user add`."""
    if password_stdin and not admin_login:
        raise InputError("admin_needed")
    store = here.database(create=True)
    twice = store.run(receipts.register_earlier)
    lines = [f"The database is ready in {here.data_dir}.", *map(_twice_line, twice)]
    if admin_login:
        password = read_password(password_stdin, admin_login)
        values = {"login": admin_login, "name": admin_name or admin_login, "role": Role.ADMIN.value}
        store.run(lambda work: admin.add_user(work, values, password, Settings()))
        lines.append(f"{admin_login} can sign in.")
    else:
        where = shlex.quote(str(here.data_dir))
        lines.append(f"Next: crmdesk-server --data-dir {where} user add LOGIN --name NAME --role admin")
    data = {"data_dir": str(here.data_dir), "admin": admin_login or None, "epoch": store.epoch}
    here.answer(data | {"receipts_twice": [asdict(one) for one in twice]}, lines)


def _twice_line(one: receipts.Twice) -> str:
    return (
        f"A receipt of line {one.line} of the claim {one.title} ({one.claim_id}) proves an earlier one, too:"
        f" {one.other_title} ({one.other_id})."
    )


@placed
def serve(
    here: Place,
    host: Annotated[str, typer.Option(help="Address to listen on; off this machine a certificate is needed.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8765,
    certificate: Annotated[str, typer.Option(help="PEM file with the certificate chain, for https.")] = "",
    key: Annotated[str, typer.Option(help="PEM file with the private key.")] = "",
) -> None:
    """Serve until stopped (Ctrl+C). Prints one line with the address once it listens."""
    from crmdesk.server.serve import serve as serve_until_interrupted  # lazy: no other command speaks HTTP

    store = here.database()
    with store.reading() as connection:
        if backups.copied_at(connection):
            raise RefusedError("database_is_backup", at=backups.copied_at(connection))
    folder = here.attachments
    folder.discard_old_parts()
    horizon.forget(store)
    settings = Settings(
        host=host, port=port, certificate_file=certificate, key_file=key, attachment_folder=str(folder.folder)
    )

    def ready(address: str) -> None:
        here.answer({"listening": address}, [f"crmdesk-server listens on {address}"], goes_on=True)

    # uvicorn raises the signal once more after its own orderly end: that is 'done', not a failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _finish)
    try:
        serve_until_interrupted(store, settings, ready)
    finally:
        store.dispose()


@placed
def tidy(here: Place) -> None:
    """Forget what no laptop asks for any more: uploads that nobody goes on with, and news of rows long gone.

    `serve` does the same when it starts; a server that runs for months wants it now and then, while it serves.
    """
    parts, entries = here.attachments.discard_old_parts(), horizon.forget(here.database())
    words = f"{parts} unfinished uploads and {entries} entries about rows long gone are removed."
    here.answer({"parts": parts, "entries": entries}, [words])


def _finish(_number: int, _frame: Any) -> None:
    raise typer.Exit(0)
