"""The commands about the audit chain: `audit verify`, `audit head`, `audit export`, and `audit exports`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.picklists import choice
from crmdesk.server import audit as chain
from crmdesk.server.commands.place import Newest, Place, placed
from crmdesk.server.commands.sentences import EXIT_REFUSED
from crmdesk.server.tables import ROWS

audit = typer.Typer(help="The trail of every change, chained by hashes.", no_args_is_help=True)
_SHOWN_FAULTS = 100
_FAULTS = {
    "altered": "entry {seq} was altered",
    "out_of_place": "entry {seq} stands in another's place",
    "missing": "entries {seq} to {until} are missing",
    "cut": "the end is cut off: entries {seq} to {until} are missing",
    "head_altered": "the head of the chain was altered",
    "other_head": "entry {seq} is not the one whose head was kept",
    "copy_altered": "the copy of entry {seq} that laptops get was altered ({entry_id})",
    "copy_missing": "the copy of entry {seq} that laptops get is missing ({entry_id})",
    "copy_unknown": "laptops get an entry that is not in the chain ({entry_id})",
}


@audit.command("verify")
@placed
def verify(
    here: Place,
    expect_head: Annotated[
        str, typer.Option("--expect-head", help="A head kept outside earlier: finds a cut or rewritten chain.")
    ] = "",
) -> None:
    """Walk the whole chain and name whatever was altered, moved or removed; status 1 where something was."""
    expected = _head(expect_head) if expect_head else None
    with here.database().reading() as connection:
        found = chain.verify(connection, expected)
    data = {
        "sound": not found.faults,
        "entries": found.entries,
        "head": str(found.head),
        "faults": [asdict(fault) for fault in found.faults],
    }
    lines = [_FAULTS[fault.code].format(**asdict(fault)) for fault in found.faults[:_SHOWN_FAULTS]]
    if len(found.faults) > _SHOWN_FAULTS:
        lines.append(f"… and {len(found.faults) - _SHOWN_FAULTS} more (--json names all)")
    verdict = f"{len(found.faults)} faults in" if found.faults else "Sound:"
    here.answer(data, [*lines, f"{verdict} {found.entries} entries, head {found.head}"])
    if found.faults:
        raise typer.Exit(EXIT_REFUSED)


@audit.command("head")
@placed
def head(here: Place) -> None:
    """Print the end of the chain; keep it where nobody who can change the database can change it too."""
    with here.database().reading() as connection:
        found = chain.read_head(connection)
    here.answer({"head": str(found), "entries": found.seq}, [str(found)])


@audit.command("export")
@placed
def export(
    here: Place,
    file: Annotated[Path, typer.Argument(help="Where to: one entry a line, JSON.")],
) -> None:
    """Write the whole chain to a file that anybody can check without crmdesk (docs/server.md says how)."""
    try:
        with here.database().reading() as connection, file.open("w", encoding="utf-8") as out:
            for entry in chain.entries(connection):
                out.write(json.dumps(entry) + "\n")
            head = chain.read_head(connection)
    except OSError as error:
        raise WorldError("file_not_written", name=str(file), reason=error.strerror or "") from error
    here.answer({"entries": head.seq, "head": str(head)}, [f"{head.seq} entries are in {file}, head {head}"])


@audit.command("exports")
@placed
def exports(
    here: Place,
    limit: Newest = 100,
) -> None:
    """List who exported what: when it reached the server, when the laptop says it was, how many rows, how narrowed."""
    note, user = ROWS["export_note"], ROWS["user"]
    columns = (note.c.created_at, note.c.exported_at, user.c.login, note.c.what, note.c.row_count)
    query = sa.select(*columns, note.c.file_name, note.c.narrowed_by).join(user, user.c.id == note.c.owner_id)
    with here.database().reading() as connection:
        found = [dict(row._mapping) for row in connection.execute(query.order_by(note.c.id.desc()).limit(limit))]
    lines = [
        "{created_at}  {login}  {what}  rows: {row_count}  {file_name}  {narrowed_by}".format(
            **{**one, "what": choice("exported", one["what"]).en, "narrowed_by": one["narrowed_by"] or ""}
        ).rstrip()
        for one in found
    ]
    here.answer({"exports": found}, lines or ["Nothing was exported yet."])


def _head(text: str) -> chain.Head:
    try:
        return chain.Head.parse(text)
    except ValueError as error:
        raise InputError("bad_head", value=text[:90]) from error
