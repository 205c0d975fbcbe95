"""The commands that bring data in: `demo` (the demo company) and `import` (customers from a sheet)."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.domain.clock import local_date, utc_now
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.import_sentences import ACTIONS
from crmdesk.domain.roles import Role
from crmdesk.server import admin, custom_fields
from crmdesk.server.commands.place import Place, placed
from crmdesk.server.commands.sentences import sentence

if TYPE_CHECKING:
    from crmdesk.intake import Preview, Report, ReportLine

SMALL_SCALE = 0.04
_SHOWN_LINES = 30


class Kind(StrEnum):
    """What a sheet lists."""

    INSTITUTION = "institution"
    DOCTOR = "doctor"


class Dates(StrEnum):
    """What stands first in 02.03.2026 (`intake.dates.Order`, as it is typed)."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


@placed
def demo(
    here: Place,
    seed: Annotated[int, typer.Option(help="The same seed gives the same company.")] = 1,
    small: Annotated[bool, typer.Option("--small", help="A few hundred customers instead of 12,000.")] = False,
    today: Annotated[str, typer.Option(help="The day on which the company's year ends. Default: today.")] = "",
) -> None:
    """Make the database and fill it with the demo company; prints the logins. For trying out, never for real work."""
    # Both are wanted by this command only, and the generator reads its word lists at import.
    from crmdesk.company import generate
    from crmdesk.server import demo as loader

    store = here.database(create=True)
    company = generate(seed, _day(today), SMALL_SCALE if small else 1.0)
    loaded = loader.load(store, company, here.attachments, seed)
    logins = [
        {"login": login.login, "password": login.password, "role": login.role, "user_id": login.user_id}
        for login in company.logins
    ]
    lines = [f"{count:>7}  {record}" for record, count in loaded.rows.items()]
    lines += ["", "Sign in with:"]
    lines += [f"  {login['login']:<10} {login['password']:<24} {login['role']}" for login in logins]
    here.answer({"seed": seed, "rows": loaded.rows, "logins": logins}, lines)


def _day(text: str) -> date:
    if not text:
        return local_date(utc_now())
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError("wrong_kind", field="--today") from error


@placed
def import_file(
    here: Place,
    file: Annotated[Path, typer.Argument(help="csv, xlsx, xls or ods.")],
    territory: Annotated[str, typer.Option(help="Territory of the new customers (name or id).")],
    kind: Annotated[Kind | None, typer.Option(help="What the rows are. Default: guessed from the columns.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write every refused or parked row to this csv file.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Which sheet of the file. Default: the likeliest.")] = None,
    dates: Annotated[
        Dates | None, typer.Option(help="How 02.03.2026 is meant, where no column says it: day-first or month-first.")
    ] = None,
    from_above: Annotated[
        bool | None,
        typer.Option(help="Whether doctors without a hospital have the one above them. Default: in a list in blocks."),
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show the guessed columns and change nothing.")] = False,
) -> None:
    """Import customers from a sheet; running it again changes nothing. Duplicates are parked, bad rows refused."""
    from crmdesk.intake import OwnFields  # reading sheets is wanted by this command only
    from crmdesk.intake import preview as look
    from crmdesk.intake.dates import Order
    from crmdesk.server import imports

    store = here.database()
    with store.reading() as connection:
        territory_id = admin.known_territory(connection, territory)["id"]
        own = OwnFields.of(custom_fields.definitions(connection), Role.ADMIN)
    seen = look(file, kind.value if kind else None, sheet=sheet, own=own)
    if preview:
        here.answer(_preview_data(seen, from_above), _preview_lines(seen, from_above))
        return
    order = Order(dates.value.replace("-", "_")) if dates else None
    done = imports.run(store, seen, territory_id, date_order=order, from_above=from_above)
    if report is not None:
        _save(done, report)
    here.answer(_report_data(done), _report_lines(done))


def _preview_data(seen: "Preview", from_above: bool | None) -> dict[str, Any]:
    columns = [{"header": column.header, "target": column.target, "refused": column.refused} for column in seen.columns]
    told = seen.blocks(seen.mapping).told(from_above)
    above = [{**params, "taken": code == "hospital_above"} for code, params in told]
    listed = {"kind": seen.kind, "rows": seen.row_count, "encoding": seen.encoding}
    return listed | {"columns": columns, "from_above": above}


def _preview_lines(seen: "Preview", from_above: bool | None) -> list[str]:
    lines = [f"{seen.row_count} rows of {seen.kind or 'unknown kind'}, {seen.file_kind} {seen.encoding}".rstrip()]
    for column in seen.columns:
        refused = sentence(column.refused, {"column": column.header}) if column.refused else ""
        lines.append(f"  {column.header} → {refused or column.target or 'left out'}")
    lines += [sentence(one.code, one.params) for one in (*seen.notices, *seen.doubtful(seen.mapping))]
    return lines + [sentence(code, params) for code, params in seen.blocks(seen.mapping).told(from_above)]


def _save(done: "Report", path: Path) -> None:
    try:
        done.save(path, ("row", "what", "name", "why", "code"), _cells)
    except OSError as error:
        raise WorldError("file_not_written", name=str(path), reason=error.strerror or "") from error


def _cells(line: "ReportLine") -> tuple[str, ...]:
    said = sentence(line.code, line.params)
    return str(line.row_number), ACTIONS[line.action.value][1], line.name, said, line.code


def _report_data(done: "Report") -> dict[str, Any]:
    from crmdesk.intake import Action

    lines = [
        {"row": line.row_number, "action": line.action.value, "code": line.code, "name": line.name, **dict(line.params)}
        for line in done.lines
    ]
    return {"counts": {action.value: done.counts[action] for action in Action}, "made": dict(done.made), "lines": lines}


def _report_lines(done: "Report") -> list[str]:
    from crmdesk.intake import Action

    counts = done.counts
    lines = [
        f"{counts[Action.CREATE]} made, {counts[Action.SAME]} there already,"
        f" {counts[Action.DUPLICATE_PARKED]} parked, {counts[Action.REFUSED]} refused"
    ]
    noted = done.lines
    for line in noted[:_SHOWN_LINES]:
        lines.append(
            f"  row {line.row_number}: {f'{line.name}: ' if line.name else ''}{sentence(line.code, line.params)}"
        )
    if len(noted) > _SHOWN_LINES:
        lines.append(f"  … and {len(noted) - _SHOWN_LINES} more: --report FILE")
    return lines
