"""What holds where a company gave itself a year: that year as a whole, the published ones beside it."""

from datetime import date

from crmdesk.domain.company_calendar import Day, days_of, holidays_with, values_of, years_of
from crmdesk.domain.public_calendar import published
from crmdesk.domain.workdays import CalendarYear, DayKind, holidays_of


def test_an_own_year_stands_instead_of_the_published_one() -> None:
    own = values_of(2026, [Day(date(2026, 10, 1), "national_day", False)])
    known = holidays_with([own])
    assert known.kind(date(2026, 10, 1)) is DayKind.HOLIDAY
    assert known.kind(date(2026, 10, 2)) is DayKind.WORKDAY, "2026 is the company's, as a whole"
    assert known.kind(date(2026, 10, 10)) is DayKind.WEEKEND
    assert known.kind(date(2025, 10, 2)) is DayKind.HOLIDAY
    assert known.unknown_years([date(2026, 1, 1), date(2027, 1, 1)]) == (2027,)


def test_days_of_the_december_before_do_not_take_the_year_before_away() -> None:
    days = [Day(date(2026, 12, 31), "new_year", False), Day(date(2027, 1, 1), "new_year", False)]
    known = holidays_with([values_of(2027, days)])
    assert known.kind(date(2026, 12, 31)) is DayKind.HOLIDAY
    assert known.kind(date(2026, 10, 2)) is DayKind.HOLIDAY


def test_where_two_notices_name_a_day_the_later_year_holds() -> None:
    day = date(2026, 12, 27)
    known = holidays_of([CalendarYear(2027, {}, {day: "later"}), CalendarYear(2026, {day: "earlier"}, {})])
    assert (known.kind(day), known.name(day)) == (DayKind.MAKE_UP, "later")
    assert not set(known.off) & set(known.worked)


def test_a_row_holds_what_the_year_holds() -> None:
    for year, one in published().items():
        assert years_of([values_of(year, days_of(one))])[year] == one
