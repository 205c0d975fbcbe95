"""Institutions, departments, doctors and affiliations of the demo company."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crmdesk.company.model import Maker, Row, at_local
from crmdesk.company.people import Names, Organisation, Territory, mobile
from crmdesk.company.words import words

INSTITUTIONS_A_TERRITORY = 172
DOCTORS_A_TERRITORY = 860
_TITLES = {"chief": 18, "associate_chief": 27, "attending": 36, "resident": 19}
_PHARMACY_TITLES = {"chief_pharmacist": 15, "associate_chief_pharmacist": 30, "pharmacist": 55}
_CLASSES = {"A": 18, "B": 34, "C": 48}


@dataclass(slots=True)
class Customers:
    """What visits and claims need of a territory's customers."""

    doctors: list[Row] = field(default_factory=list)
    workplace: dict[str, str] = field(default_factory=dict)  # doctor id → institution id of the primary affiliation
    institutions: list[Row] = field(default_factory=list)
    departments: dict[str, list[Row]] = field(default_factory=dict)


def make_customers(maker: Maker, organisation: Organisation) -> dict[str, Customers]:
    """Make the customers of every territory; returns them by territory id."""
    names = Names(maker.rng)
    found: dict[str, Customers] = {}
    for territory in organisation.territories:
        customers = Customers()
        found[territory.id] = customers
        _institutions(maker, organisation, territory, customers)
        _departments(maker, organisation, customers)
    _anchors(maker, organisation, found[organisation.territories[0].id])
    for territory in organisation.territories:
        _doctors(maker, organisation, territory, found[territory.id], names)
    _second_hospitals(maker, organisation, found)
    return found


def _institutions(maker: Maker, organisation: Organisation, territory: Territory, customers: Customers) -> None:
    places, rng = words("places"), maker.rng
    kinds = places["kinds"]
    weights = [kind["weight"] for kind in kinds]
    used: set[str] = set()
    for number in range(maker.count(INSTITUTIONS_A_TERRITORY, 6)):
        # The first few are hospitals at any scale: there must be somewhere to visit.
        kind = kinds[0] if number < 3 else rng.choices(kinds, weights)[0]
        district = rng.choice(list(territory.place["districts"]))
        name = _unused_name(rng, territory, district, kind, used)
        values = _institution_values(maker, territory, district, kind["kind"], name, rng.choice(kind["levels"]))
        began = at_local(maker.today - timedelta(days=rng.randint(380, 420)), 11)
        customers.institutions.append(maker.row("institution", began, organisation.admin_id, values))


def _unused_name(rng: random.Random, territory: Territory, district: str, kind: dict[str, Any], used: set[str]) -> str:
    stems = words("places")["stems"]
    while True:
        stem, suffix = rng.choice(stems), rng.choice(kind["suffixes"])
        small = kind["kind"] != "hospital"
        name = f"{territory.place['short']}{district if small else ''}{stem}{suffix}"
        if name not in used:
            used.add(name)
            return name


def _institution_values(
    maker: Maker, territory: Territory, district: str, kind: str, name: str, level: str
) -> dict[str, Any]:
    places, rng, place = words("places"), maker.rng, territory.place
    hospital = kind == "hospital"
    specialities = rng.sample([entry[0] for entry in places["departments"]["hospital"]], 3) if hospital else []
    address = f"{place['city']}{district}{rng.choice(places['streets'])}{rng.randint(1, 399)}号"
    return {
        "name": name,
        "aliases": [name.removeprefix(place["short"])] if hospital else [],
        "kind": kind,
        "level": level,
        "province": place["province"],
        "city": place["city"],
        "area_code": place["districts"][district],
        "address": address,
        "phone": f"{place['code']}-0000{rng.randint(0, 9999):04d}",
        "specialities": sorted(specialities),
        "customer_class": maker.weighted(_CLASSES) if hospital else "C",
        "reception_rules": rng.choice(places["reception_rules"]) or None,
        "territory_id": territory.id,
        "under_review": False,
    }


def _departments(maker: Maker, organisation: Organisation, customers: Customers) -> None:
    choices = words("places")["departments"]
    for institution in customers.institutions:
        offered = choices.get(institution["kind"], [])
        if not offered:
            continue
        count = maker.rng.randint(5, 8) if institution["kind"] == "hospital" else maker.rng.randint(1, len(offered))
        chosen = offered[:2] + maker.rng.sample(offered[2:], max(0, min(count, len(offered)) - 2))
        for name, specialty in chosen[: max(count, 1)]:
            _department(maker, organisation, customers, institution, name, specialty)


def _department(
    maker: Maker, organisation: Organisation, customers: Customers, institution: Row, name: str, specialty: str
) -> Row:
    values = {"institution_id": institution["id"], "name": name, "specialty": specialty}
    began = datetime.fromisoformat(institution["created_at"]) + timedelta(minutes=5)
    made = maker.row("department", began, organisation.admin_id, values)
    customers.departments.setdefault(institution["id"], []).append(made)
    return made


def _anchors(maker: Maker, organisation: Organisation, customers: Customers) -> None:
    """Make the hospital and doctors that the guided day looks for, in the first territory."""
    places, territory = words("places"), organisation.territories[0]
    anchor = places["anchor_hospital"]
    values = _institution_values(maker, territory, anchor["district"], "hospital", anchor["name"], anchor["level"])
    values |= {"aliases": sorted(anchor["aliases"]), "customer_class": "A"}
    began = at_local(maker.today - timedelta(days=420), 11)
    hospital = maker.row("institution", began, organisation.admin_id, values)
    customers.institutions.insert(0, hospital)
    rooms = {
        name: _department(maker, organisation, customers, hospital, name, specialty)
        for name, specialty in places["departments"]["hospital"]
    }
    for number, entry in enumerate(places["anchor_doctors"]):
        room = rooms[entry["department"]]
        values = doctor_values(maker.rng, maker.today, entry["name"], room["specialty"], territory.id, number)
        values |= {"title": entry["title"], "customer_class": "A"}
        _keep_doctor(maker, organisation, customers, values, room)


def _doctors(
    maker: Maker, organisation: Organisation, territory: Territory, customers: Customers, names: Names
) -> None:
    rng = maker.rng
    rooms = [
        room for institution in customers.institutions for room in customers.departments.get(institution["id"], [])
    ]
    hospitals = {row["id"] for row in customers.institutions if row["kind"] == "hospital"}
    weights = [6 if room["institution_id"] in hospitals else 1 for room in rooms]
    count = maker.count(DOCTORS_A_TERRITORY, 12)
    for room in rng.choices(rooms, weights, k=count):
        number = len(maker.tables.get("doctor", ()))
        values = doctor_values(rng, maker.today, names.draw(), room["specialty"], territory.id, number)
        _keep_doctor(maker, organisation, customers, values, room)


def _keep_doctor(maker: Maker, organisation: Organisation, customers: Customers, values: Row, room: Row) -> None:
    began = at_local(maker.today - timedelta(days=maker.rng.randint(370, 410)), 14)
    doctor = maker.row("doctor", began, organisation.admin_id, values)
    _affiliate(maker, organisation, doctor, room, primary=True)
    customers.doctors.append(doctor)
    customers.workplace[doctor["id"]] = room["institution_id"]


def _affiliate(maker: Maker, organisation: Organisation, doctor: Row, room: Row, primary: bool) -> None:
    began = datetime.fromisoformat(doctor["created_at"]) + timedelta(minutes=1)
    values = {
        "doctor_id": doctor["id"],
        "institution_id": room["institution_id"],
        "department_id": room["id"],
        "duty": "科主任" if primary and doctor["title"] == "chief" and maker.rng.random() < 0.2 else None,
        "is_primary": primary,
        "valid_from": (maker.today - timedelta(days=maker.rng.randint(400, 2500))).isoformat(),
    }
    maker.row("affiliation", began, organisation.admin_id, values)


def _second_hospitals(maker: Maker, organisation: Organisation, found: dict[str, Customers]) -> None:
    """Give some doctors a second hospital, now and then in a neighbouring territory."""
    rng, territories = maker.rng, organisation.territories
    for index, territory in enumerate(territories):
        customers = found[territory.id]
        beside = found[territories[index ^ 1].id]
        for doctor in rng.sample(customers.doctors, max(2, len(customers.doctors) // 14)):
            target = beside if rng.random() < 0.15 else customers
            hospitals = [row for row in target.institutions if row["id"] in target.departments]
            hospital = rng.choice(hospitals)
            if hospital["id"] != customers.workplace[doctor["id"]]:
                _affiliate(maker, organisation, doctor, rng.choice(target.departments[hospital["id"]]), primary=False)


def doctor_values(
    rng: random.Random, today: date, name: str, specialty: str, territory_id: str, number: int
) -> dict[str, Any]:
    """Return the declared fields of one invented doctor; `number` decides the (unassignable) mobile number."""
    source = words("visit_words")
    titles = _PHARMACY_TITLES if specialty == "pharmacy" else _TITLES
    lines = source["good_at"].get(specialty) or source["good_at"]["general_medicine"]
    consent = sorted(rng.sample(["mail", "phone", "sms", "wechat"], rng.choice([0, 1, 1, 2, 3])))
    given = (today - timedelta(days=rng.randint(20, 360))).isoformat() if consent else None
    return {
        "name": name,
        "title": rng.choices(list(titles), list(titles.values()))[0],
        "specialty": specialty,
        "customer_class": rng.choices("ABC", list(_CLASSES.values()))[0],
        "influence": rng.choices(["national", "regional", "local"], [2, 10, 88])[0],
        "mobile": mobile(number * 7 + 13) if rng.random() < 0.8 else None,
        "phone": None,
        "email": f"doctor{number:05d}@mail.example" if rng.random() < 0.4 else None,
        "good_at": "、".join(rng.sample(lines, min(2, len(lines)))),
        "preferred_time": rng.choice(source["preferred_times"]) or None,
        "preferred_channel": rng.choices(["face_to_face", "wechat", "meeting"], [8, 3, 1])[0],
        "consent": consent,
        "consent_on": given,
        "consent_evidence": "书面签字，扫描件存档" if consent else None,
        "tags": sorted(rng.sample(source["tags"], rng.choice([0, 0, 1, 2]))),
        "note": rng.choice(source["doctor_notes"]) if rng.random() < 0.3 else None,
        "status": rng.choices(["active", "under_review", "left"], [955, 25, 20])[0],
        "territory_id": territory_id,
    }


_BULK_TODAY = date(2026, 1, 5)
_BULK_ADMIN = "00000000-0000-7000-8000-000000000001"


def bulk_doctors(count: int, territory_id: str, seed: int) -> Iterator[Row]:
    """Yield `count` doctor rows of one territory, with house-keeping columns, for benchmarks; the same for a seed."""
    maker = Maker(random.Random(seed), _BULK_TODAY, 1.0)
    names = Names(maker.rng)
    specialties = list(words("visit_words")["good_at"])
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    for number in range(count):
        specialty = maker.rng.choice(specialties)
        values = doctor_values(maker.rng, _BULK_TODAY, names.draw(), specialty, territory_id, number)
        made = maker.row("doctor", moment + timedelta(milliseconds=number), _BULK_ADMIN, values)
        maker.tables["doctor"].clear()
        yield made
