"""The company's calendar over laptops and a real server: it arrives with a sync, and both reckon with the same days."""

from datetime import date

from crmdesk.domain.company_calendar import Day
from crmdesk.domain.workdays import days_between, holidays_of
from crmdesk.server import company_calendar
from crmdesk.services.calendar_data import holidays
from crmdesk.storage import health
from tests.sync.field import Field, ask, synced

YEAR = days_between(date(2026, 12, 1), date(2027, 12, 31))


def put(field: Field, *days: Day) -> None:
    field.database.run(lambda work: company_calendar.put(work, 2027, days))


def test_laptop_and_server_come_to_the_same_days(field: Field) -> None:
    laptop = field.laptop("rep")
    synced(laptop)
    assert ask(laptop, lambda reads: reads.plan_week("2027-02-06")).unknown_years == (2027,)
    for days in (
        [Day(date(2026, 12, 31), "new_year", False), Day(date(2027, 2, 6), "spring_festival", False)],
        [Day(date(2027, 2, 8), "spring_festival", False), Day(date(2027, 2, 20), "厂庆", True)],
    ):
        put(field, *days)
        synced(laptop)
        with field.database.reading() as connection:
            there = holidays_of(company_calendar.years(connection).values())
        with laptop.store.reading() as connection:
            here = holidays(connection)
        assert here == there
        assert {day for day in YEAR if here.name(day)} == {one.day for one in days}
        assert ask(laptop, lambda reads: reads.plan_week("2027-02-06")).unknown_years == ()
    field.database.run(lambda work: company_calendar.forget(work, 2027))
    synced(laptop)
    assert ask(laptop, lambda reads: reads.plan_week("2027-02-06")).unknown_years == (2027,)
    assert health.check(laptop.store).sound
