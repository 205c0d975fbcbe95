"""Hospital, department and name in one query, where each stands for more than is gone through at a time."""

from __future__ import annotations

import random
from itertools import permutations
from typing import Any

import pytest

from crmdesk.storage import inbox, search, search_places
from crmdesk.storage.store import Store

HOSPITALS = (
    "江城协和医院",
    "江城中山医院",
    "江北协和医院",
    "湖东中山医院",
    "湖东第一医院",
    "江北第一医院",
    "湖西协和医院",
)
ROOMS = ("心内科", "心外科", "骨科", "肾内科")
FAMILIES, GIVEN = "张王李赵", ("一鸣", "小东", "心怡", "中山")


@pytest.fixture(params=[0, 1_000], ids=["listed", "asked one by one"])
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything be too much to be gone through at once."""
    for name, value in (("STEP", 2), ("_PAGE", 2), ("_EVERY", request.param)):
        monkeypatch.setattr(search_places, name, value)


def _doctors(store: Store, wire: Any, rng: random.Random) -> list[dict[str, str]]:
    hospitals = [wire.row("institution", name=name) for name in HOSPITALS]
    rooms = [wire.row("department", institution_id=one["id"], name=name) for one in hospitals for name in ROOMS]
    doctors = [wire.row("doctor", name=family + given) for family in FAMILIES for given in GIVEN]
    places = {one["id"]: one["name"] for one in [*hospitals, *rooms]}
    affiliations, told = [], []
    for one in doctors:
        room = rng.choice(rooms)
        affiliations.append(
            wire.row(
                "affiliation", doctor_id=one["id"], department_id=room["id"], institution_id=room["institution_id"],
                is_primary=True,
            )
        )  # fmt: skip
        told.append(
            {"id": one["id"], "name": one["name"], "place": f"{places[room['institution_id']]} {places[room['id']]}"}
        )
    rows = {"institution": hospitals, "department": rooms, "doctor": doctors, "affiliation": affiliations}
    pages = list(rows.items())
    rng.shuffle(pages)  # whatever comes last is found by what came before
    for record, some in pages:
        with store.writing() as work:
            inbox.apply_page(work, wire.page({record: some}))
    return told


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("seed", range(3))
def test_all_who_fit_are_found_however_many_hospitals_departments_and_people_a_word_stands_for(
    store: Store, wire: Any, seed: int
) -> None:
    doctors = _doctors(store, wire, random.Random(seed))
    words = ("协和", "中山", "江", "湖东", "心", "心内", "肾内", "张", "一鸣", "山")
    asked = [(one,) for one in words] + list(permutations(words, 2)) + list(permutations(words[:8], 3))
    with store.reading() as connection:
        for terms in asked:
            fitting = {
                one["id"] for one in doctors if all(term in one["name"] or term in one["place"] for term in terms)
            }
            hits = search.find(connection, " ".join(terms), limit=100, records=("doctor",))
            assert {hit.id for hit in hits} == fitting, terms
