"""The company's calendar on the laptop: the week, capacity and repeated visits follow it as it came with the sync."""

from crmdesk.domain.company_calendar import Day, values_of
from crmdesk.services.plan_views import PlanWeek
from tests.services.small_territory import Laptop, an_id
from tests.services.test_plans import PLANNED_VISIT, receive_cycle


def week(laptop: Laptop, day: str) -> PlanWeek:
    return laptop.ask(lambda reads: reads.plan_week(day))


def give(laptop: Laptop, year: int, *days: tuple[str, str, bool]) -> None:
    from datetime import date

    given = [Day(date.fromisoformat(day), name, worked) for day, name, worked in days]
    laptop.receive("company_calendar", {"id": an_id(880), **values_of(year, given)})


def test_a_week_of_a_year_that_nobody_knows_says_so_until_it_comes(laptop: Laptop) -> None:
    assert week(laptop, "2027-01-01").unknown_years == (2027,)
    give(laptop, 2027, ("2027-01-01", "new_year", False), ("2027-01-03", "厂庆补班", True))
    found = week(laptop, "2027-01-01")
    assert found.unknown_years == ()
    assert [(one.kind, one.holiday) for one in found.days][4:] == [
        ("holiday", "new_year"), ("weekend", ""), ("make_up", "厂庆补班"),
    ]  # fmt: skip
    assert [one.capacity for one in found.days][4:] == [0, 0, 8]


def test_capacity_working_days_and_repeating_follow_it(laptop: Laptop) -> None:
    receive_cycle(laptop)
    before = laptop.ask(lambda reads: reads.plan_cycle())
    again = laptop.ask(lambda reads: reads.plan_repeat(PLANNED_VISIT, 1, "2026-12-04"))
    assert (len(again.visits), dict(again.skipped)) == (2, {})
    give(laptop, 2026, ("2026-11-27", "厂庆", False), ("2026-12-25", "厂庆", False), ("2026-12-26", "厂庆", True))
    after = laptop.ask(lambda reads: reads.plan_cycle())
    assert (before.workdays_left - after.workdays_left, before.capacity_left - after.capacity_left) == (1, 6)
    again = laptop.ask(lambda reads: reads.plan_repeat(PLANNED_VISIT, 1, "2026-12-04"))
    assert (len(again.visits), dict(again.skipped)) == (1, {"holiday": 1})


def test_a_cycle_that_reaches_into_an_unknown_year_says_so(laptop: Laptop) -> None:
    receive_cycle(laptop, ends_on="2027-01-31")
    assert laptop.ask(lambda reads: reads.plan_cycle()).unknown_years == (2027,)
