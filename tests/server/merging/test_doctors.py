"""Merging two doctors at the server, on both databases: what follows, who may, what a restoration puts back."""

from typing import Any

import pytest

from crmdesk.domain.customer_merge import DOCTORS, Choice, taken
from crmdesk.protocol.messages import Answer
from crmdesk.server import audit
from tests.server.company import Company, Laptop, visit_values
from tests.server.merging.material import SHA256, Material


@pytest.fixture
def company(material: Material) -> Company:
    """The company with a second northern doctor who is the first one again."""
    made = material.company
    place = {"territory_id": made["north"]}
    again = {"name": "张伟", "mobile": "13900000001", "title": "chief", "tags": ["讲者"], "note": "爱喝茶"}
    made.insert("doctor", again | {"status": "under_review"} | place, "again")
    known = {"name": "张伟", "mobile": "13800000000", "tags": ["专家"], "note": "周三出诊", "status": "active"}
    made.insert("doctor", known | place, "kept")
    pair = {"doctor_id": made["kept"], "institution_id": made["north_hospital"], "is_primary": True}
    made.insert("affiliation", pair, "kept_place")
    same = {"doctor_id": made["again"], "institution_id": made["north_hospital"]}
    made.insert("affiliation", same | {"is_primary": True}, "same_place")
    made.insert("institution", {"name": "北区二院", **place}, "second_hospital")
    made.insert("affiliation", same | {"institution_id": made["second_hospital"]}, "other_place")
    visits = {"only": [made["again"]], "both": sorted([made["again"], made["kept"]])}
    for name, doctors in visits.items():
        made.insert("visit", visit_values(made, doctor_ids=doctors, state="submitted"), f"visit of {name}")
    parent = {"parent_record": "doctor", "parent_id": made["again"], "sha256": SHA256}
    made.insert("attachment", parent | {"file_name": "a.pdf", "media_type": "application/pdf", "size_bytes": 1}, "file")
    return made


def proposal(company: Company, laptop: Laptop, **more: Any) -> str:
    values = {"territory_id": company["north"], "owner_id": company[laptop.name], "take": ["mobile", "tags:both"]}
    values |= {"doctor_id": company["kept"], "other_id": company["again"], "note": "同一个人"} | more
    operation = laptop.create("doctor_merge", values)
    (answer,) = laptop.push(operation)
    assert answer.outcome == "applied", answer
    return operation.row_id


def decide(company: Company, laptop: Laptop, row_id: str, event: str, **args: Any) -> Answer:
    pair = (company.row("doctor", company[name]) for name in ("kept", "again"))
    given = {"seen_hash": DOCTORS.pair_hash(*pair)} | args
    (answer,) = laptop.push(laptop.operation("doctor_merge", row_id, "command", command=event, args=given))
    return answer


def picture(company: Company) -> dict[str, Any]:
    """Return everything that a merge touches, house-keeping aside."""
    names = {"doctor": ("kept", "again"), "affiliation": ("kept_place", "same_place", "other_place"),
             "visit": ("visit of only", "visit of both"), "attachment": ("file",)}  # fmt: skip
    house = {"revision", "updated_at", "updated_by", "field_revisions"}
    return {
        name: {key: value for key, value in company.row(record, company[name]).items() if key not in house}
        for record, some in names.items()
        for name in some
    }


def test_what_pointed_at_the_one_follows_to_the_other(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    row_id = proposal(company, rep)
    assert company.row("doctor_merge", row_id)["state"] == "proposed"
    answer = decide(company, manager, row_id, "merge")
    assert (answer.outcome, answer.row and answer.row["state"]) == ("applied", "done"), answer
    now, kept = picture(company), company["kept"]
    assert (now["kept"]["mobile"], now["kept"]["title"]) == ("13900000001", None)
    assert (now["kept"]["tags"], now["kept"]["note"]) == (["专家", "讲者"], "周三出诊")
    assert (now["kept"]["status"], now["again"]["status"]) == ("active", "merged")
    assert now["same_place"]["deleted"]
    assert (now["other_place"]["doctor_id"], now["other_place"]["deleted"]) == (kept, False)
    assert now["kept_place"]["is_primary"]
    assert not now["other_place"]["is_primary"]
    assert (now["visit of only"]["doctor_ids"], now["visit of both"]["doctor_ids"]) == ([kept], [kept])
    assert now["file"]["parent_id"] == kept


def test_the_laptops_of_the_territory_get_all_of_it(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    rep.sync()
    row_id = proposal(company, manager)
    decide(company, manager, row_id, "merge")
    rep.sync()
    for record, name in (("doctor", "again"), ("visit", "visit of only"), ("attachment", "file")):
        held, there = rep.replica.get(record, company[name]), company.row(record, company[name])
        assert held is not None
        assert {key: there[key] for key in held} == held
    assert company["same_place"] not in rep.replica.ids("affiliation")
    held = rep.replica.get("doctor_merge", row_id)
    assert held is not None
    assert held["state"] == "done"


def test_a_restoration_puts_everything_back(company: Company) -> None:
    before, manager = picture(company), company.laptop("manager")
    row_id = proposal(company, manager, take=["mobile", "title", "tags:both", "note:both"])
    decide(company, manager, row_id, "merge")
    assert picture(company) != before
    answer = decide(company, manager, row_id, "restore")
    assert answer.outcome == "applied", answer
    assert picture(company) == before
    assert company.row("doctor_merge", row_id)["state"] == "undone"
    assert decide(company, manager, row_id, "restore").code == "merge_decided"


def test_a_restoration_leaves_alone_what_was_changed_since(company: Company) -> None:
    manager, kept = company.laptop("manager"), company["kept"]
    row_id = proposal(company, manager, take=["mobile", "title"])
    decide(company, manager, row_id, "merge")
    company.edit("doctor", kept, {"title": "resident"})
    company.edit("visit", company["visit of only"], {"doctor_ids": []})
    decide(company, manager, row_id, "restore")
    now = picture(company)
    assert (now["kept"]["title"], now["kept"]["mobile"]) == ("resident", "13800000000")
    assert now["visit of only"]["doctor_ids"] == []
    assert now["again"]["status"] == "under_review"


def test_a_merge_of_something_else_than_was_compared_comes_back(company: Company) -> None:
    manager = company.laptop("manager")
    row_id, before = proposal(company, manager), picture(company)
    assert decide(company, manager, row_id, "merge", seen_hash="0" * 64).code == "changed_since_seen"
    assert decide(company, manager, row_id, "merge", take=["mobile:both"]).params["code"] == "not_in_list"
    assert decide(company, manager, row_id, "merge", take="mobile").params["code"] == "wrong_kind"
    assert decide(company, manager, row_id, "approve").params["code"] == "unknown_command"
    assert decide(company, manager, row_id, "restore").code == "merge_decided"
    assert picture(company) == before


def test_nobody_is_merged_twice_and_no_proposal_is_about_one_doctor(company: Company) -> None:
    manager = company.laptop("manager")
    first, second = proposal(company, manager), proposal(company, manager)
    decide(company, manager, first, "merge")
    assert decide(company, manager, second, "merge").code == "merge_impossible"
    values = {"territory_id": company["north"], "owner_id": company["manager"], "doctor_id": company["again"]}
    (answer,) = manager.push(manager.create("doctor_merge", values | {"other_id": company["again"]}))
    assert answer.code == "merge_impossible"


def test_a_representative_proposes_and_withdraws_but_does_not_decide(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    row_id = proposal(company, rep)
    assert decide(company, rep, row_id, "merge").code == "forbidden"
    values = {"territory_id": company["north"], "owner_id": company["rep"], "state": "done"}
    state = rep.create("doctor_merge", values | {"doctor_id": company["again"], "other_id": company["kept"]})
    assert rep.push(state)[0].code == "field_not_allowed"
    assert rep.push(rep.operation("doctor_merge", row_id, "delete", base_revision=1))[0].outcome == "applied"
    decided = proposal(company, rep)
    assert decide(company, manager, decided, "decline").outcome == "applied"
    assert rep.push(rep.operation("doctor_merge", decided, "delete", base_revision=2))[0].code == "locked"
    assert decide(company, manager, decided, "merge").code == "merge_decided"


def test_a_manager_decides_about_the_own_territories_only(company: Company) -> None:
    company.edit("doctor", company["again"], {"territory_id": company["south"]})
    manager = company.laptop("manager")  # still holds the doctor, through the affiliation with a northern hospital
    assert decide(company, manager, proposal(company, manager), "merge").code == "not_yours"


def test_the_trail_tells_of_it_and_still_verifies(company: Company) -> None:
    manager = company.laptop("manager")
    row_id = proposal(company, manager)
    decide(company, manager, row_id, "merge")
    decide(company, manager, row_id, "restore")
    with company.database.reading() as connection:
        assert audit.verify(connection).faults == []
    entries = [row for row in map(dict, manager_rows(manager)) if row["parent_id"] == company["again"]]
    assert {(one["action"], one["reason"]) for one in entries} >= {("merge", f"merge {row_id}"),
                                                                   ("restore", f"merge {row_id}")}  # fmt: skip


def manager_rows(laptop: Laptop) -> list[dict[str, Any]]:
    laptop.sync()
    return [row for key, row in laptop.replica.rows.items() if key[1] == "audit_entry"]


def test_sending_the_same_merge_again_changes_nothing(company: Company) -> None:
    manager = company.laptop("manager")
    row_id = proposal(company, manager)
    pair = (company.row("doctor", company[name]) for name in ("kept", "again"))
    args = {"seen_hash": DOCTORS.pair_hash(*pair), "take": taken({"mobile": Choice.OTHER})}
    operation = manager.operation("doctor_merge", row_id, "command", command="merge", args=args)
    assert [one.outcome for one in manager.push(operation)] == ["applied"]
    once = picture(company)
    assert [one.outcome for one in manager.push(operation)] == ["duplicate"]
    assert picture(company) == once


def test_what_comes_late_for_the_merged_one_goes_to_the_kept_one(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    rep.sync()
    decide(company, manager, proposal(company, manager), "merge")
    doctors = sorted([company["again"], company["north_doctor"]])
    visit = rep.create("visit", visit_values(company, doctor_ids=doctors))
    place = rep.create("affiliation", {"doctor_id": company["again"], "institution_id": company["second_hospital"]})
    file = {"parent_record": "doctor", "parent_id": company["again"], "sha256": SHA256, "size_bytes": 1}
    attached = rep.create("attachment", file | {"file_name": "b.pdf", "media_type": "application/pdf"})
    assert [one.outcome for one in rep.push(visit, place, attached)] == ["applied"] * 3
    kept = company["kept"]
    assert company.row("visit", visit.row_id)["doctor_ids"] == sorted([kept, company["north_doctor"]])
    assert company.row("affiliation", place.row_id)["doctor_id"] == kept
    assert company.row("attachment", attached.row_id)["parent_id"] == kept
    late = rep.edit("visit", visit.row_id, 1, doctor_ids=(doctors, [company["again"]]))
    assert rep.push(late)[0].outcome == "applied"
    assert company.row("visit", visit.row_id)["doctor_ids"] == [kept]


def test_an_edit_of_the_merged_one_comes_back_to_its_author(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    rep.sync()
    decide(company, manager, proposal(company, manager), "merge")
    (answer,) = rep.push(rep.edit("doctor", company["again"], 1, mobile=("13900000001", "13700000000")))
    assert answer.code == "doctor_merged"


def test_a_merge_of_the_kept_one_is_followed_to_its_end(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    decide(company, manager, proposal(company, manager), "merge")
    place = {"territory_id": company["north"], "status": "active"}
    company.insert("doctor", {"name": "张伟", **place}, "third")
    pair = (company.row("doctor", company[name]) for name in ("third", "kept"))
    row_id = proposal(company, manager, doctor_id=company["third"], other_id=company["kept"], take=[])
    args = {"seen_hash": DOCTORS.pair_hash(*pair)}
    command = manager.operation("doctor_merge", row_id, "command", command="merge", args=args)
    assert manager.push(command)[0].outcome == "applied"
    visit = rep.create("visit", visit_values(company, doctor_ids=[company["again"]]))
    rep.sync([visit])
    assert company.row("visit", visit.row_id)["doctor_ids"] == [company["third"]]


def test_nobody_is_called_merged_without_having_been_merged(company: Company) -> None:
    """Not by a reviewer either, who may set the other states: such a doctor could never be changed again."""
    manager, kept = company.laptop("manager"), company["kept"]
    new = manager.create("doctor", {"name": "王芳", "territory_id": company["north"], "status": "merged"})
    edited = manager.edit("doctor", kept, 1, status=("active", "merged"))
    assert [(one.code, one.field) for one in manager.push(new, edited)] == [("field_not_allowed", "status")] * 2
    assert manager.push(manager.edit("doctor", kept, 1, status=("active", "left")))[0].outcome == "applied"


def test_an_edit_of_a_place_of_work_that_ended_with_the_other_one_comes_back_to_its_author(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    rep.sync()
    decide(company, manager, proposal(company, manager), "merge")
    (answer,) = rep.push(rep.edit("affiliation", company["same_place"], 1, duty=(None, "主任")))
    assert answer.code == "doctor_merged"
    assert rep.replica.ids("conflict") == set()
