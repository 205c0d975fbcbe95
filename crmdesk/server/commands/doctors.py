"""The commands about what is held on one doctor: `doctor find`, `doctor report`, `doctor erase`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crmdesk.domain.errors import WorldError
from crmdesk.server import persons
from crmdesk.server.commands.place import Place, placed

doctor = typer.Typer(help="What is held on one doctor: found, reported, erased on request.", no_args_is_help=True)
DoctorId = Annotated[str, typer.Argument(help="Id of the doctor (`doctor find`).")]


@doctor.command("find")
@placed
def doctor_find(
    here: Place,
    text: Annotated[str, typer.Argument(help="A part of the name.")],
) -> None:
    """List doctors by a part of the name, with id and hospital."""
    with here.database().reading() as connection:
        rows = persons.find(connection, text)
    lines = [
        f"{row['id']}  {row['name']}  {row['institution'] or ''}{'  (ended)' if row['deleted'] else ''}" for row in rows
    ]
    here.answer(rows, lines or ["Nobody is called so."])


@doctor.command("report")
@placed
def doctor_report(
    here: Place,
    doctor_id: DoctorId,
    file: Annotated[Path, typer.Argument(help="Where to, JSON.")],
) -> None:
    """Write everything that is held on a doctor to a file, the trail included."""
    with here.database().reading() as connection:
        found = persons.report(connection, doctor_id)
    try:
        file.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    except OSError as error:
        raise WorldError("file_not_written", name=str(file), reason=error.strerror or "") from error
    counts = {record: len(rows) for record, rows in found["rows"].items()}
    words = ", ".join(f"{count} {record}" for record, count in counts.items())
    here.answer({"file": str(file), "rows": counts}, [f"{file} holds what is known: {words}."])


@doctor.command("erase")
@placed
def doctor_erase(
    here: Place,
    doctor_id: DoctorId,
    reason: Annotated[str, typer.Option(help="Who asked for it and when; kept in the audit trail, so name nobody.")],
) -> None:
    """Erase a doctor for good: rows, files, and what the trail tells of them. Laptops forget with their next sync.

    Visits, claims and call-backs stay and name the person by an id that says nothing any more; their texts are not
    searched. There is no way back but an older backup.
    """
    done = persons.erase(here.database(), here.attachments, doctor_id, reason)
    rows = ", ".join(f"{count} {record}" for record, count in done.rows.items())
    lines = [f"Erased: {rows}; {done.files} files; {done.entries} entries of the trail."]
    if done.naming:
        naming = ", ".join(f"{count} {record}" for record, count in done.naming.items())
        lines.append(f"Still there, by an id that says nothing any more: {naming}. Look through their texts by hand.")
    here.answer(asdict(done), lines)
