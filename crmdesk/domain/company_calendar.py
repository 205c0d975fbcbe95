"""The calendar that a company gives itself, a year as a whole: rows of `company_calendar`, and what holds with them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from crmdesk.domain import picklists
from crmdesk.domain.errors import InputError
from crmdesk.domain.public_calendar import published
from crmdesk.domain.workdays import CalendarYear, Holidays, holidays_of

Row = Mapping[str, Any]


class Day(NamedTuple):
    """One day of a calendar: off, or worked instead of another one."""

    day: date
    name: str
    worked: bool


def name_of(words: str) -> str:
    """Return the code of a holiday that has words in both languages; any other name stays as it is written."""
    return picklists.code_for("holiday", words) or words


def words_of(name: str) -> str:
    """Return what stands for the name of a holiday in a file."""
    return picklists.choice("holiday", name).zh


def year_of(days: Iterable[date]) -> int:
    """Return the year in which most of the days lie; raises InputError('no_rows') where there are none."""
    found = Counter(day.year for day in days)
    if not found:
        raise InputError("no_rows")
    return max(found, key=lambda year: (found[year], year))


def belongs(day: date, year: int) -> bool:
    """Say whether the calendar of a year may name the day: New Year's Day may begin in the December before."""
    return day.year == year or (day.year, day.month) == (year - 1, 12)


def values_of(year: int, days: Iterable[Day]) -> dict[str, Any]:
    """Return the declared values of a year's row, its days in order."""
    ordered = sorted(days)
    return {
        "year": year,
        "days": [{"day": one.day.isoformat(), "name": one.name, "worked": one.worked} for one in ordered],
    }


def days_of(year: CalendarYear) -> list[Day]:
    """Return the days of a year in order."""
    off = (Day(day, name, False) for day, name in year.off.items())
    return sorted((*off, *(Day(day, name, True) for day, name in year.worked.items())))


def years_of(rows: Iterable[Row]) -> dict[int, CalendarYear]:
    """Return the years that hold: those of the company's rows, the published ones for the others."""
    return dict(published()) | {int(row["year"]): _year_of(row) for row in rows}


def holidays_with(rows: Iterable[Row]) -> Holidays:
    """Return the calendar that holds for a company with these rows."""
    return holidays_of(years_of(rows).values())


def _year_of(row: Row) -> CalendarYear:
    days = [(date.fromisoformat(one["day"]), str(one["name"]), one.get("worked") is True) for one in row["days"] or ()]
    return CalendarYear(
        int(row["year"]),
        {day: name for day, name, worked in days if not worked},
        {day: name for day, name, worked in days if worked},
    )
