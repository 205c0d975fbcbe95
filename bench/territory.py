"""One large territory as rows: institutions, departments and affiliations around the generator's doctors."""

import random
from collections.abc import Iterator
from typing import Any

from bench.replica import fixed_id, row
from crmdesk.company.customers import bulk_doctors
from crmdesk.company.words import words

Row = dict[str, Any]
DOCTORS_AN_INSTITUTION = 5
"""As in the demo company: 860 doctors in 172 institutions."""
_CITIES = (("江苏省", "苏州市", "320500"), ("浙江省", "杭州市", "330100"), ("湖北省", "武汉市", "420100"))
_CHARACTERS = "东南西北华安平康宁德福仁和济民永兴新长春明光瑞祥同心海山江河湖城关桥门"
_UNION = "协和医院"


def doctors_alone(doctors: int, territory_id: str, seed: int = 11) -> Iterator[tuple[str, list[Row]]]:
    """Yield (record, rows) of a territory that holds so many doctors and nothing else."""
    yield "doctor", list(bulk_doctors(doctors, territory_id, seed))


def customers(doctors: int, territory_id: str, seed: int = 11) -> Iterator[tuple[str, list[Row]]]:
    """Yield (record, rows) of a territory with so many doctors, each row after those that it names."""
    rng = random.Random(seed)
    institutions = [
        _institution(rng, number, territory_id) for number in range(max(3, doctors // DOCTORS_AN_INSTITUTION))
    ]
    yield "institution", institutions
    departments = [made for one in institutions for made in _departments(rng, one)]
    yield "department", departments
    people = list(bulk_doctors(doctors, territory_id, seed))
    yield "doctor", people
    # Most doctors work in hospitals, as in the demo company.
    hospitals = {one["id"] for one in institutions if one["kind"] == "hospital"}
    weights = [6 if one["institution_id"] in hospitals else 1 for one in departments]
    rooms = rng.choices(departments, weights, k=doctors)
    yield (
        "affiliation",
        [_affiliation(number, one, room) for number, (one, room) in enumerate(zip(people, rooms, strict=True))],
    )


def _institution(rng: random.Random, number: int, territory_id: str) -> Row:
    kind = words("places")["kinds"][0 if number < 3 else rng.choices(range(3), (24, 40, 36))[0]]
    province, city, area = rng.choice(_CITIES)
    stem = "".join(rng.choices(_CHARACTERS, k=rng.choice((2, 3))))
    suffix = _UNION if number % 200 == 0 else rng.choice(kind["suffixes"])
    name = f"{city[:2]}{stem}{suffix}"
    return row(
        fixed_id(10_000_000 + number),
        name=name,
        aliases=[f"{stem}{suffix}"] if kind["kind"] == "hospital" else [],
        kind=kind["kind"],
        level=rng.choice(kind["levels"]),
        province=province,
        city=city,
        area_code=area,
        address=f"{city}{stem}路{rng.randint(1, 399)}号",
        specialities=[],
        customer_class=rng.choice("ABC"),
        territory_id=territory_id,
        under_review=False,
    )


def _departments(rng: random.Random, institution: Row) -> list[Row]:
    offered = words("places")["departments"].get(institution["kind"], [])
    chosen = rng.sample(offered, min(len(offered), rng.randint(5, 8) if institution["kind"] == "hospital" else 2))
    base = int(institution["id"].replace("-", "")[-12:], 16)
    return [
        row(
            fixed_id(100_000_000 + base * 16 + number), institution_id=institution["id"], name=name, specialty=specialty
        )
        for number, (name, specialty) in enumerate(chosen)
    ]


def _affiliation(number: int, doctor: Row, room: Row) -> Row:
    return row(
        fixed_id(50_000_000 + number),
        doctor_id=doctor["id"],
        institution_id=room["institution_id"],
        department_id=room["id"],
        is_primary=True,
        valid_from="2024-01-01",
    )
