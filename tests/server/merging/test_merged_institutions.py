"""Merging two institutions by proposal and decision, on both databases: who may, what follows, the way back."""

from typing import Any

import pytest
from sqlalchemy import select

from crmdesk.domain.customer_merge import INSTITUTIONS
from crmdesk.protocol.messages import Answer
from crmdesk.server import audit
from crmdesk.server.tables import ROWS
from tests.server.company import Company, Laptop, visit_values
from tests.server.merging.test_institutions import live, put, twin

HANGING = ("institution", "department", "affiliation", "visit", "attachment", "procurement")
HOUSE = {"revision", "updated_at", "updated_by", "field_revisions"}
Picture = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture
def company(company: Company) -> Company:
    """The company with a second northern hospital, which is the first one again."""
    company.ids["other"] = twin(company)
    both = {"doctor_id": company["north_doctor"], "department_id": company["north_ward"], "is_primary": False}
    put(company, "affiliation", both | {"institution_id": company["north_hospital"]})
    return company


def proposal(company: Company, laptop: Laptop, **more: Any) -> str:
    pair = {"institution_id": company["north_hospital"], "other_id": company["other"]}
    values = {"territory_id": company["north"], "owner_id": company[laptop.name], "take": ["phone"], **pair} | more
    made = laptop.create("institution_merge", values)
    (answer,) = laptop.push(made)
    assert answer.outcome == "applied", answer
    return made.row_id


def decide(company: Company, laptop: Laptop, row_id: str, event: str, **args: Any) -> Answer:
    pair = (company.row("institution", company[name]) for name in ("north_hospital", "other"))
    given = {"seen_hash": INSTITUTIONS.pair_hash(*pair)} | args
    (answer,) = laptop.push(laptop.operation("institution_merge", row_id, "command", command=event, args=given))
    return answer


def picture(company: Company) -> Picture:
    """Return every row that a merge can touch, house-keeping aside."""
    found: Picture = {}
    for record in HANGING:
        with company.database.reading() as connection:
            ids = list(connection.execute(select(ROWS[record].c.id)).scalars())
        for one in ids:
            row = company.row(record, one)
            found[record, one] = {name: value for name, value in row.items() if name not in HOUSE}
    return found


def test_a_manager_merges_what_a_representative_proposed(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    row_id = proposal(company, rep, note="同一家")
    assert decide(company, rep, row_id, "merge").code == "forbidden"
    answer = decide(company, manager, row_id, "merge", take=["phone", "name"])
    assert (answer.outcome, answer.row and answer.row["state"]) == ("applied", "done"), answer
    kept = company.row("institution", company["north_hospital"])
    assert (kept["name"], kept["phone"], kept["aliases"]) == ("市北院", "021-1", sorted(["north医院", "北院"]))
    assert company.row("institution", company["other"])["deleted"]
    for record in ("department", "affiliation", "visit"):
        assert list(live(company, record, institution_id=company["other"])) == []
    assert [one["parent_id"] for one in live(company, "procurement")] == [company["north_hospital"]]
    assert [one["parent_id"] for one in live(company, "attachment")] == [company["north_hospital"]]
    assert (company.row("institution_merge", row_id)["decided_by"]) == company["manager"]


def test_the_laptops_get_all_of_it_and_all_of_the_way_back(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    rep.sync()
    before = {record: rep.replica.ids(record) for record in HANGING}
    row_id = proposal(company, manager)
    decide(company, manager, row_id, "merge")
    rep.sync()
    assert company["other"] not in rep.replica.ids("institution")
    assert (rep.replica.get("institution_merge", row_id) or {})["state"] == "done"
    decide(company, manager, row_id, "restore")
    rep.sync()
    assert {record: rep.replica.ids(record) for record in HANGING} == before
    for record in HANGING:
        for one in rep.replica.ids(record):
            held, there = rep.replica.get(record, one), company.row(record, one)
            assert held is not None
            assert {key: there[key] for key in held} == held


def test_a_restoration_puts_everything_back(company: Company) -> None:
    before, manager = picture(company), company.laptop("manager")
    row_id = proposal(company, manager)
    decide(company, manager, row_id, "merge", take=["city", "name", "phone"])
    assert picture(company) != before
    assert decide(company, manager, row_id, "restore").outcome == "applied"
    after = picture(company)
    made = [key for key in after if key not in before]
    assert [(key[0], after[key]["deleted"]) for key in made] == [("procurement", True)]
    assert {key: after[key] for key in before} == before
    assert company.row("institution_merge", row_id)["state"] == "undone"
    assert decide(company, manager, row_id, "restore").code == "merge_decided"
    with company.database.reading() as connection:
        assert audit.verify(connection).faults == []


def test_what_people_changed_since_stays(company: Company) -> None:
    manager = company.laptop("manager")
    row_id = proposal(company, manager)
    decide(company, manager, row_id, "merge")
    kept = company["north_hospital"]
    company.edit("institution", kept, {"phone": "021-9"})
    (figure,) = live(company, "procurement")
    company.edit("procurement", figure["id"], {"purchased": 9_000})
    (visit,) = live(company, "visit")
    company.edit("visit", visit["id"], {"institution_id": None})
    assert decide(company, manager, row_id, "restore").outcome == "applied"
    assert company.row("institution", kept)["phone"] == "021-9"
    assert company.row("procurement", figure["id"])["purchased"] == 9_000
    assert company.row("visit", visit["id"])["institution_id"] is None


def test_a_merge_is_of_what_was_compared(company: Company) -> None:
    manager = company.laptop("manager")
    row_id = proposal(company, manager)
    assert decide(company, manager, row_id, "merge", seen_hash="0" * 64).code == "changed_since_seen"
    assert decide(company, manager, row_id, "merge", take=["aliases"]).params["code"] == "not_in_list"
    assert decide(company, manager, row_id, "approve").params["code"] == "unknown_command"
    company.database.run(lambda work: work.delete("institution", company["other"], company.actor("manager")))
    assert decide(company, manager, row_id, "merge").code == "unknown_row"


def test_a_proposal_is_declined_or_withdrawn(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    row_id = proposal(company, rep)
    assert rep.push(rep.operation("institution_merge", row_id, "delete", base_revision=1))[0].outcome == "applied"
    decided = proposal(company, rep)
    assert decide(company, manager, decided, "decline").outcome == "applied"
    assert rep.push(rep.operation("institution_merge", decided, "delete", base_revision=2))[0].code == "locked"
    assert decide(company, manager, decided, "merge").code == "merge_decided"
    assert not company.row("institution", company["other"])["deleted"]


def test_only_the_own_territories_are_decided_about(company: Company) -> None:
    manager, other = company.laptop("manager"), company["other"]
    company.edit("institution", other, {"territory_id": company["south"]})  # held all the same: a doctor works there
    row_id = proposal(company, manager)
    assert decide(company, manager, row_id, "merge").code == "not_yours"
    company.edit("institution_merge", row_id, {"state": "done", "moved": {}})
    assert decide(company, manager, row_id, "restore").code == "not_yours"
    company.database.run(lambda work: work.delete("institution", other, company.actor("admin")))
    assert decide(company, manager, row_id, "restore").code == "unknown_row"
    assert company.row("institution", other)["deleted"]


def test_one_merge_of_a_pair_only(company: Company) -> None:
    manager = company.laptop("manager")
    first, second = proposal(company, manager), proposal(company, manager)
    decide(company, manager, first, "merge")
    assert decide(company, manager, second, "merge").code in ("merge_impossible", "unknown_row")
    same = {"institution_id": company["north_hospital"], "other_id": company["north_hospital"]}
    values = {"territory_id": company["north"], "owner_id": company["manager"], **same}
    assert [one.code for one in manager.push(manager.create("institution_merge", values))] == ["merge_impossible"]


def test_what_a_laptop_wrote_of_the_one_that_ended_follows_or_comes_back(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    rep.sync()
    kept, other = company["north_hospital"], company["other"]
    decide(company, manager, proposal(company, manager), "merge")
    visit = rep.create("visit", visit_values(company, state="submitted", institution_id=other))
    place = rep.create("affiliation", {"doctor_id": company["north_doctor"], "institution_id": other, "duty": "会诊"})
    edit = rep.edit("institution", other, 1, phone=("021-1", "021-2"))
    answers = rep.push(visit, place, edit)
    assert [one.code or one.outcome for one in answers] == ["applied", "applied", "institution_merged"]
    assert company.row("visit", visit.row_id)["institution_id"] == kept
    assert company.row("affiliation", place.row_id)["institution_id"] == kept


def test_the_command_is_answered_once(company: Company) -> None:
    manager = company.laptop("manager")
    row_id = proposal(company, manager)
    pair = (company.row("institution", company[name]) for name in ("north_hospital", "other"))
    args = {"seen_hash": INSTITUTIONS.pair_hash(*pair)}
    command = manager.operation("institution_merge", row_id, "command", command="merge", args=args)
    assert [manager.push(command)[0].outcome for _ in range(3)] == ["applied", "duplicate", "duplicate"]


def test_a_file_that_was_hung_on_the_other_one_meanwhile_follows(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    decide(company, manager, proposal(company, manager), "merge")
    parent = {"parent_record": "institution", "parent_id": company["other"], "sha256": "0" * 64}
    values = parent | {"file_name": "门诊时间.pdf", "media_type": "application/pdf", "size_bytes": 3}
    made = rep.create("attachment", values)
    assert rep.push(made)[0].outcome == "applied"
    assert company.row("attachment", made.row_id)["parent_id"] == company["north_hospital"]


def test_who_was_put_into_a_department_that_ended_meanwhile_is_in_the_kept_one(company: Company) -> None:
    """A laptop that does not know of the merge yet names the other institution and its department."""
    rep, manager = company.laptop("rep"), company.laptop("manager")
    (ended,) = [one["id"] for one in live(company, "department", institution_id=company["other"], name="心内 科")]
    (moved,) = [one["id"] for one in live(company, "department", institution_id=company["other"], name="肾内科")]
    doctor = put(company, "doctor", {"name": "陈静", "territory_id": company["north"]})
    before = put(company, "affiliation", {"doctor_id": doctor, "institution_id": company["other"]})
    rep.sync()
    decide(company, manager, proposal(company, manager), "merge")
    new = [rep.create("doctor", {"name": name, "territory_id": company["north"]}) for name in ("王芳", "李静")]
    rooms = [
        rep.create(
            "affiliation", {"doctor_id": doctor.row_id, "institution_id": company["other"], "department_id": room}
        )
        for doctor, room in zip(new, (ended, moved), strict=True)
    ]
    old = rep.edit("affiliation", before, 1, department_id=(None, ended))
    assert [one.outcome for one in rep.push(*new, *rooms, old)] == ["applied"] * 4 + ["merged"]
    for row_id, room in (
        (rooms[0].row_id, company["north_ward"]),
        (rooms[1].row_id, moved),
        (before, company["north_ward"]),
    ):
        row = company.row("affiliation", row_id)
        assert (row["institution_id"], row["department_id"]) == (company["north_hospital"], room)


def test_an_edit_of_what_ended_with_the_other_one_comes_back_to_its_author(company: Company) -> None:
    """As a deletion against an edit it could be brought back, below an institution that nobody sees any more."""
    rep, manager = company.laptop("rep"), company.laptop("manager")
    (room,) = [one["id"] for one in live(company, "department", institution_id=company["other"], name="心内 科")]
    doctor = put(company, "doctor", {"name": "陈静", "territory_id": company["north"]})
    for place in ("other", "north_hospital"):
        work = put(company, "affiliation", {"doctor_id": doctor, "institution_id": company[place]})
        company.ids.setdefault("ended", work)
    rep.sync()
    decide(company, manager, proposal(company, manager), "merge")
    renamed = rep.edit("department", room, 1, name=("心内 科", "心血管内科"))
    promoted = rep.edit("affiliation", company["ended"], 1, duty=(None, "主任"))
    assert [one.code for one in rep.push(renamed, promoted)] == ["institution_merged"] * 2
    assert rep.replica.ids("conflict") == set()
