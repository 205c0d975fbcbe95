"""Cycle plans of the demo company with goals by class, the reps' proposals with answers, and days off."""

import random
from datetime import date, timedelta

from crmdesk.company.customers import Customers
from crmdesk.company.model import Maker, Row, at_local
from crmdesk.company.people import Organisation, Territory
from crmdesk.company.words import words
from crmdesk.domain import targets
from crmdesk.domain.clock import to_text
from crmdesk.domain.roles import Role

GOALS = (("A", 2, 4), ("B", 1, 2))
WEIGHTS = {"face_to_face": 100, "meeting": 100, "phone": 50, "wechat": 25, "mail": 25}
VISITS_A_DAY = 8
_PROPOSED = ((4, "proposed"), (3, "proposed"), (0, "declined"), (5, "agreed"))


def make_plans(maker: Maker, organisation: Organisation, customers: dict[str, Customers]) -> None:
    """Make the plans of this quarter and the next, and what the reps have asked for in this one."""
    first = _quarter(maker.today)
    for territory in organisation.territories:
        present = _cycle(maker, territory, first)
        _cycle(maker, territory, _next_quarter(first))
        _ended(maker, territory)
        _proposals(maker, territory, customers[territory.id], present)
        _days_off(maker, territory)


def _quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _next_quarter(first: date) -> date:
    return _quarter(first + timedelta(days=95))


def earlier_cycle(today: date) -> date:
    """Return the first day of the cycle before the one of a day."""
    return _quarter(_quarter(today) - timedelta(days=1))


def _ended(maker: Maker, territory: Territory) -> None:
    """Make the plan of the quarter that is over; its id is drawn apart, so that all the others stay as they are."""
    first = earlier_cycle(maker.today)
    row_id = maker.drawn_id(at_local(first, 10), random.Random(territory.id))
    _cycle(maker, territory, first, row_id)


def _cycle(maker: Maker, territory: Territory, first: date, row_id: str = "") -> Row:
    values = {
        "territory_id": territory.id,
        "name": f"{first.year} 年第 {(first.month + 2) // 3} 季度",
        "starts_on": first.isoformat(),
        "ends_on": (_next_quarter(first) - timedelta(days=1)).isoformat(),
        "visits_per_day": VISITS_A_DAY,
        "goals": [{"customer_class": name, "goal": goal, "maximum": most} for name, goal, most in GOALS],
        "channel_weights": [{"channel": channel, "percent": percent} for channel, percent in WEIGHTS.items()],
    }
    made = at_local(min(first, maker.today) - timedelta(days=14), 10)
    return maker.row("cycle_plan", made, territory.manager_id, values, row_id)


def _proposals(maker: Maker, territory: Territory, customers: Customers, cycle: Row) -> None:
    source = words("plan_words")
    visitable = [doctor for doctor in customers.doctors if doctor["status"] == "active"]
    chosen = maker.rng.sample(visitable, min(len(_PROPOSED), len(visitable)))
    for number, (doctor, (wanted, state)) in enumerate(zip(chosen, _PROPOSED, strict=False)):
        values = {
            "territory_id": territory.id,
            "owner_id": territory.rep_ids[0],
            "cycle_plan_id": cycle["id"],
            "doctor_id": doctor["id"],
            "wanted": wanted,
            "grounds": source["grounds"][number],
        }
        values |= targets.on_write(values, Role.REP)
        asked = at_local(maker.today - timedelta(days=6 - number), 18)
        if state != "proposed":
            values |= {"state": state, "answer": source["answers"][state], "decided_by": territory.manager_id}
            values |= {"decided_at": to_text(asked + timedelta(hours=20)), "agreed": 4 if state == "agreed" else None}
        maker.row("plan_target", asked, territory.rep_ids[0], values)


def _days_off(maker: Maker, territory: Territory) -> None:
    for one in words("plan_words")["days_off"]:
        starts = maker.today + timedelta(days=one["in_days"])
        ends = starts + timedelta(days=one["length"] - 1)
        values = {"territory_id": territory.id, "owner_id": territory.rep_ids[0], "part": one["part"]}
        values |= {"kind": one["kind"], "note": one["note"] or None}
        values |= {"starts_on": starts.isoformat(), "ends_on": ends.isoformat()}
        maker.row("day_off", at_local(maker.today - timedelta(days=2), 17), territory.rep_ids[0], values)
