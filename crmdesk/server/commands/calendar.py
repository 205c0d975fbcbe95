"""The commands about the company's calendar: `calendar import`, `show`, `export`, `forget`."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from crmdesk.domain.company_calendar import Day, days_of, words_of
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.formulas import neutral
from crmdesk.domain.icalendar import CalendarEvent, write_calendar
from crmdesk.domain.workdays import CalendarYear
from crmdesk.server import company_calendar
from crmdesk.server.commands.place import Place, placed
from crmdesk.server.commands.sentences import EXIT_INPUT, sentence

calendar = typer.Typer(help="Public holidays and make-up days as the company keeps them.", no_args_is_help=True)
_Year = Annotated[int, typer.Argument(min=2000, max=2100, help="The year, like 2027.")]
_KIND_WORDS = {False: "休", True: "班"}


@calendar.command("import")
@placed
def import_file(
    here: Place,
    file: Annotated[Path, typer.Argument(help="csv, xlsx, xls or ods (日期, 名称, 类型: 休 or 班), or ics.")],
    year: Annotated[
        int | None, typer.Option(min=2000, max=2100, help="The year. Default: the one in which most of its days lie.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Read and check the file, change nothing.")] = False,
) -> None:
    """Let the file be the whole calendar of its year. Where one row is wrong nothing is changed, and each is said."""
    from crmdesk.server import calendar_file  # reading sheets is wanted by this command only

    store = here.database()
    found = calendar_file.read(file, year or 0)
    refused = [{"row": one.row_number, "code": one.code, **dict(one.params)} for one in found.refused]
    data: dict[str, Any] = {"year": found.year, "days": len(found.days), "refused": refused}
    if refused:
        lines = [f"row {one.row_number}: {sentence(one.code, one.params)}" for one in found.refused]
        here.answer(data | {"outcome": "refused"}, [*lines, "Nothing was changed: a year is taken as a whole."])
        raise typer.Exit(EXIT_INPUT)
    if not found.days:
        raise InputError("no_rows")
    outcome = "checked" if check else store.run(lambda work: company_calendar.put(work, found.year, found.days))
    here.answer(data | {"outcome": outcome}, [_said(outcome, found.year, found.days)])


def _said(outcome: str, year: int, days: list[Day]) -> str:
    worked = sum(one.worked for one in days)
    counts = f"{year}: {len(days) - worked} days off, {worked} make-up days"
    endings = {
        company_calendar.MADE: "taken; each laptop knows them with its next sync.",
        company_calendar.REPLACED: "taken instead of what was there; each laptop knows them with its next sync.",
        company_calendar.SAME: "the same as what is there.",
    }
    return f"{counts}, {endings.get(outcome, 'all right; nothing was changed.')}"


@calendar.command("show")
@placed
def show(
    here: Place,
    year: Annotated[int | None, typer.Argument(help="One year with its days. Default: all years.")] = None,
) -> None:
    """Show which years are known and where they come from, or the days of one."""
    if year:
        one = _known(here, year)
        here.answer([_as_data(day) for day in days_of(one)], [_line(day) for day in days_of(one)] or ["No day."])
        return
    with here.database().reading() as connection:
        own = {row["year"] for row in company_calendar.listed(connection)}
        known = company_calendar.years(connection)
    data = [
        {"year": number, "own": number in own, "off": len(one.off), "worked": len(one.worked)}
        for number, one in sorted(known.items())
    ]
    here.answer(data, [_year_line(one) for one in data])


@calendar.command("export")
@placed
def export(
    here: Place,
    year: _Year,
    file: Annotated[Path, typer.Argument(help="Where to: a .csv or .ics file; `calendar import` reads it again.")],
) -> None:
    """Write the days of a year to a file, to be looked at, changed and imported again."""
    days = days_of(_known(here, year))
    writers = {".csv": _as_csv, ".ics": _as_ics}
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise InputError("calendar_file_kind", suffix=file.suffix[:20])
    try:
        file.write_bytes(writer(days))
    except OSError as error:
        raise WorldError("file_not_written", name=str(file), reason=error.strerror or "") from error
    here.answer({"file": str(file), "year": year, "days": len(days)}, [f"{len(days)} days of {year} are in {file}."])


@calendar.command("forget")
@placed
def forget(here: Place, year: _Year) -> None:
    """Give up the company's own calendar of a year; what comes with the program holds again."""
    here.database().run(lambda work: company_calendar.forget(work, year))
    here.answer({"year": year}, [f"The company has no calendar of its own for {year} any more."])


def _known(here: Place, year: int) -> CalendarYear:
    with here.database().reading() as connection:
        known = company_calendar.years(connection)
    if year not in known:
        raise InputError("unknown_calendar_year", year=year)
    return known[year]


def _as_data(day: Day) -> dict[str, Any]:
    return {"date": day.day.isoformat(), "name": words_of(day.name), "worked": day.worked}


def _line(day: Day) -> str:
    return f"{day.day}  {_KIND_WORDS[day.worked]}  {words_of(day.name)}"


def _year_line(one: dict[str, Any]) -> str:
    source = "the company's own" if one["own"] else "comes with the program"
    return f"{one['year']}  {one['off']:>3} days off  {one['worked']:>2} make-up days  ({source})"


def _as_csv(days: list[Day]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("日期", "名称", "类型"))
    writer.writerows((one.day.isoformat(), neutral(words_of(one.name)), _KIND_WORDS[one.worked]) for one in days)
    return text.getvalue().encode("utf-8-sig")


def _as_ics(days: list[Day]) -> bytes:
    events = [
        CalendarEvent(
            uid=f"{one.day:%Y%m%d}@calendar.crmdesk",
            sequence=0,
            starts=one.day,
            ends=one.day + timedelta(days=1),
            summary=f"{words_of(one.name)}（{_KIND_WORDS[one.worked]}）",
            free=not one.worked,
        )
        for one in days
    ]
    return write_calendar("工作日历", events, datetime.now(UTC))
