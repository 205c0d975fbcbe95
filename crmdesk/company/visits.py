"""Products and a year of visits of the demo company, planned ones for today and the days ahead included."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from crmdesk.company.customers import Customers
from crmdesk.company.model import Maker, Row, at_local, working_days
from crmdesk.company.people import Organisation, Territory
from crmdesk.company.words import words
from crmdesk.domain import adverse_events
from crmdesk.domain.clock import DEFAULT_ZONE, to_text
from crmdesk.domain.ids import new_id

_SLOTS = ((9, 0), (9, 40), (10, 20), (11, 0), (14, 10), (15, 0), (15, 50), (16, 30))
VISITS_A_DAY = 6


def make_products(maker: Maker, admin_id: str) -> list[Row]:
    """Make the invented products with their approved messages."""
    began = at_local(maker.today - timedelta(days=425), 9)
    products = []
    for entry in words("products"):
        messages = [{"code": code, "zh": zh, "en": en} for code, zh, en in entry["messages"]]
        until = (maker.today + timedelta(days=entry["valid_days"])).isoformat()
        values = {
            "name": entry["name"],
            "generic_name": entry["generic_name"],
            "messages": messages,
            "filed_until": until,
        }
        products.append(maker.row("product", began, admin_id, values))
    return products


def make_visits(
    maker: Maker, organisation: Organisation, customers: dict[str, Customers], products: list[Row]
) -> dict[str, list[Row]]:
    """Make the visits of every territory's own rep; returns the submitted ones by territory id, oldest first."""
    past = working_days(maker.today - timedelta(days=365), maker.today - timedelta(days=1))
    ahead = working_days(maker.today + timedelta(days=1), maker.today + timedelta(days=7))
    kept = [day for day in past if maker.scale >= 1 or maker.rng.random() < max(maker.scale, 0.08)]
    submitted: dict[str, list[Row]] = {}
    for territory in organisation.territories:
        mine = customers[territory.id]
        visitable = [doctor for doctor in mine.doctors if doctor["status"] == "active"]
        weights = [{"A": 5, "B": 2, "C": 1}[doctor["customer_class"]] for doctor in visitable]
        done = submitted.setdefault(territory.id, [])
        for day in kept:
            chosen = maker.rng.choices(visitable, weights, k=maker.rng.randint(VISITS_A_DAY - 2, VISITS_A_DAY + 1))
            for slot, doctor in zip(_SLOTS, _distinct(chosen), strict=False):
                done.append(_submitted(maker, territory, mine, doctor, at_local(day, *slot), products))
        _planned(maker, territory, mine, visitable, maker.today, VISITS_A_DAY)
        for day in ahead:
            _planned(maker, territory, mine, visitable, day, 3)
    _anchor_day(maker, organisation, customers)
    return submitted


def _distinct(doctors: list[Row]) -> list[Row]:
    return list({doctor["id"]: doctor for doctor in doctors}.values())


def _base(territory: Territory, customers: Customers, doctor: Row, starts: datetime, state: str) -> dict[str, Any]:
    return {
        "territory_id": territory.id,
        "owner_id": territory.rep_ids[0],
        "state": state,
        "doctor_ids": [doctor["id"]],
        "institution_id": customers.workplace[doctor["id"]],
        "starts_at": to_text(starts),
        "zone": DEFAULT_ZONE,
        "absent_ids": [],
        "joint_with_ids": [],
        "products": [],
    }


def _submitted(
    maker: Maker, territory: Territory, customers: Customers, doctor: Row, starts: datetime, products: list[Row]
) -> Row:
    rng, source = maker.rng, words("visit_words")
    values = _base(territory, customers, doctor, starts, "submitted")
    values |= {
        "duration_min": rng.choice([5, 10, 10, 15, 20, 30]),
        "channel": rng.choices(["face_to_face", "wechat", "phone", "meeting"], [86, 6, 4, 4])[0],
        "joint_with_ids": [territory.manager_id] if rng.random() < 0.04 else [],
        "products": [_detailed(maker, product) for product in rng.sample(products, rng.choice([1, 1, 2]))],
        "questions": rng.choice(source["questions"]) or None,
        "questions_done": starts.date() < maker.today - timedelta(days=10),
        "competitor": rng.choice(source["competitors"]) or None,
        "adverse_event": rng.random() < 0.004,
        "note": rng.choice(source["notes"]),
    }
    if rng.random() < 0.35:
        values |= _promise(maker, starts.date())
    made = maker.row("visit", starts + timedelta(minutes=35), territory.rep_ids[0], values)
    if values["adverse_event"]:
        _reported(maker, made, starts)
    return made


def _reported(maker: Maker, visit: Row, heard: datetime) -> None:
    """Make the task that a visit opened, reported some hours later."""
    rng = random.Random(visit["id"])
    report = {
        "state": adverse_events.REPORTED,
        "reported_at": to_text(heard + timedelta(hours=rng.randint(2, 20))),
        "reported_by": visit["owner_id"],
        "reported_how": rng.choice(["system", "phone", "mail"]),
        "reported_where": f"PV-{rng.randint(10_000, 99_999)}",
    }
    _task(maker, visit, heard, report)


def _task(maker: Maker, visit: Row, heard: datetime, report: dict[str, Any]) -> None:
    values = {
        "parent_record": "visit",
        "parent_id": visit["id"],
        "doctor_ids": visit["doctor_ids"],
        "product_ids": sorted({one["product_id"] for one in visit["products"]}),
        "heard_at": to_text(heard),
        "due_at": adverse_events.due_at(to_text(heard)),
        "heard": random.Random(visit["id"]).choice(words("visit_words")["heard"]),
        "state": adverse_events.OPEN,
    }
    made = heard + timedelta(minutes=35)
    maker.row("adverse_event", made, visit["owner_id"], values | report, adverse_events.task_id(visit["id"]))


def _detailed(maker: Maker, product: Row) -> dict[str, Any]:
    codes = [message["code"] for message in product["messages"]]
    reaction = maker.rng.choices(["positive", "neutral", "objection"], [5, 4, 1])[0]
    return {
        "product_id": product["id"],
        "messages": sorted(maker.rng.sample(codes, maker.rng.randint(1, len(codes)))),
        "reaction": reaction,
    }


def _promise(maker: Maker, day: date) -> dict[str, Any]:
    due = day + timedelta(days=maker.rng.randint(3, 21))
    overdue = due <= maker.today
    done = overdue and maker.rng.random() < 0.97
    text = maker.rng.choice(words("visit_words")["next_steps"])
    return {"next_step": text, "next_step_on": due.isoformat(), "next_step_done": done}


def _planned(
    maker: Maker, territory: Territory, customers: Customers, doctors: list[Row], day: date, count: int
) -> None:
    made = at_local(maker.today - timedelta(days=3), 17)
    chosen = maker.rng.sample(doctors, min(count, len(doctors)))
    for (hour, minute), doctor in zip(_SLOTS, chosen, strict=False):
        values = _base(territory, customers, doctor, at_local(day, hour, minute), "planned")
        values |= {"channel": "face_to_face", "duration_min": 15}
        maker.row("visit", made, territory.rep_ids[0], values)


def _anchor_day(maker: Maker, organisation: Organisation, customers: dict[str, Customers]) -> None:
    """Plan a visit today, late in the afternoon, to the first named doctor."""
    territory = organisation.territories[0]
    mine = customers[territory.id]
    values = _base(territory, mine, mine.doctors[0], at_local(maker.today, 17, 10), "planned")
    values |= {"channel": "face_to_face", "duration_min": 20}
    maker.row("visit", at_local(maker.today - timedelta(days=3), 17), territory.rep_ids[0], values)
    _open_task(maker, territory, mine)


def _open_task(maker: Maker, territory: Territory, customers: Customers) -> None:
    """Make yesterday's visit at which something was heard that is still to be reported."""
    heard = at_local(maker.today - timedelta(days=1), 17, 10)
    doctor, product = customers.doctors[0], maker.tables["product"][0]
    values = _base(territory, customers, doctor, heard, "submitted")
    text = words("visit_words")["heard"][0]
    talk = {"product_id": product["id"], "messages": [], "reaction": "neutral"}
    values |= {"products": [talk], "adverse_event": True, "note": text, "duration_min": 10, "channel": "face_to_face"}
    row_id = new_id(int(heard.timestamp() * 1000), random.Random(doctor["id"]).randbytes(8))
    _task(maker, maker.row("visit", heard, territory.rep_ids[0], values, row_id), heard, {})
