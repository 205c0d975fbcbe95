"""One adverse event opened on two laptops: the second creation joins the first, and nothing that was heard waits."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import select

from crmdesk.domain.adverse_events import due_at, task_id
from crmdesk.domain.records import ADVERSE_EVENT
from crmdesk.domain.text_merge import MARK
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.server.money_tables import AUDIT_CHAIN
from crmdesk.server.tables import ROWS
from tests.server.company import Company, Laptop, adverse_event_of, visit_values

EARLY, LATE = "2026-11-21T23:00:00.000Z", "2026-11-22T01:00:00.000Z"


def opened(laptop: Laptop, visit_id: str, **more: Any) -> Operation:
    return laptop.create("adverse_event", adverse_event_of(visit_id, **more), task_id(visit_id))


def reported(company: Company, **more: Any) -> dict[str, Any]:
    done = {"state": "reported", "reported_at": "2026-11-22T01:30:00.000Z", "reported_by": company["rep"]}
    return done | {"reported_how": "phone"} | more


def conflicts(company: Company, row_id: str) -> list[dict[str, Any]]:
    table = ROWS["conflict"]
    with company.database.reading() as connection:
        ids = list(connection.execute(table.select().where(table.c.parent_id == row_id)).scalars())
    return [company.row("conflict", one) for one in ids]


def both(company: Company, first: dict[str, Any], second: dict[str, Any]) -> tuple[dict[str, Any], Answer]:
    """Open the event of one visit on two laptops of its owner, one after the other; the row and the second answer."""
    visit_id = company.insert("visit", visit_values(company))
    one, other = company.laptop("rep"), company.laptop("rep")
    (taken,) = one.tell(opened(one, visit_id, **first))
    assert taken.outcome == "applied"
    (answer,) = other.tell(opened(other, visit_id, **second))
    return company.row("adverse_event", task_id(visit_id)), answer


def test_both_texts_both_products_and_the_earlier_clock_hold(company: Company) -> None:
    more = company.insert("product", {"name": "第二种"})
    row, answer = both(
        company,
        {"heard": "皮疹两例", "heard_at": LATE, "product_ids": [company["product"]]},
        {"heard": "头晕", "heard_at": EARLY, "product_ids": [more]},
    )
    assert (answer.outcome, answer.revision) == ("merged", row["revision"])
    assert answer.row is not None
    assert answer.row["heard"] == row["heard"] == f"皮疹两例{MARK}头晕"
    assert row["product_ids"] == sorted([company["product"], more])
    assert (row["heard_at"], row["due_at"], row["state"]) == (EARLY, due_at(EARLY), "open")
    assert conflicts(company, row["id"]) == []


def test_the_clock_of_the_first_stays_where_it_is_the_earlier_one(company: Company) -> None:
    row, _ = both(company, {"heard": "甲", "heard_at": EARLY}, {"heard": "乙", "heard_at": LATE})
    assert (row["heard_at"], row["due_at"]) == (EARLY, due_at(EARLY))


def test_the_trail_keeps_who_heard_it_when_on_which_laptop(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company))
    one, other = company.laptop("rep"), company.laptop("rep")
    one.tell(opened(one, visit_id, heard="皮疹", heard_at=EARLY))
    other.tell(opened(other, visit_id, heard="皮疹", heard_at=LATE))
    with company.database.reading() as connection:
        contents = connection.execute(select(AUDIT_CHAIN.c.content).order_by(AUDIT_CHAIN.c.seq)).scalars()
        chain = [json.loads(one) for one in contents]
    entries = [one for one in chain if one["parent_id"] == task_id(visit_id)]
    told = [(one["action"], one["by_id"], one["device_id"]) for one in entries]
    assert told == [("create", company["rep"], one.device_id), ("join", company["rep"], other.device_id)]
    assert LATE in str(entries[1]["changes"]), "when the second laptop heard it"


def test_the_same_twice_changes_nothing_and_is_no_refusal(company: Company) -> None:
    row, answer = both(company, {"heard": "皮疹"}, {"heard": "皮疹"})
    assert (answer.outcome, row["revision"], row["heard"]) == ("merged", 1, "皮疹")


def test_a_creation_that_is_sent_again_has_one_effect(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company))
    one, other = company.laptop("rep"), company.laptop("rep")
    first, second = opened(one, visit_id, heard="皮疹"), opened(other, visit_id, heard="头晕")
    outcomes = [laptop.tell(it)[0].outcome for laptop, it in 2 * ((one, first), (other, second), (other, second))]
    assert outcomes == ["applied", "merged", "duplicate", "duplicate", "duplicate", "duplicate"]
    row = company.row("adverse_event", task_id(visit_id))
    assert (row["heard"], row["revision"]) == (f"皮疹{MARK}头晕", 2)


def test_what_waits_behind_the_second_creation_goes_on(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company, adverse_event=True))
    one, other = company.laptop("rep"), company.laptop("rep")
    one.tell(opened(one, visit_id, heard="皮疹两例"))
    made = task_id(visit_id)
    answers = other.tell(
        opened(other, visit_id, heard="头晕"),
        other.edit("adverse_event", made, 0, heard=("头晕", "头晕，已停药")),
        other.edit("visit", visit_id, 1, state=("draft", "submitted")),
    )
    assert [one.outcome for one in answers] == ["merged", "applied", "applied"]
    text = company.row("adverse_event", made)["heard"]
    assert "皮疹两例" in text
    assert "头晕，已停药" in text


def test_a_report_counts_where_it_told_everything(company: Company) -> None:
    told = reported(company, heard="皮疹两例")
    row, _ = both(company, told, {"heard": "皮疹两例"})
    assert (row["state"], row["reported_how"]) == ("reported", "phone")
    row, _ = both(company, {"heard": "皮疹两例"}, told)
    assert (row["state"], row["reported_by"]) == ("reported", company["rep"])
    row, _ = both(company, told, told | {"reported_how": "mail"})
    assert (row["state"], row["reported_how"]) == ("reported", "mail")
    (lost,) = conflicts(company, row["id"])
    assert (lost["field"], lost["loser_value"]) == ("reported_how", {"value": "phone"})


def test_what_nobody_reported_opens_the_task_again(company: Company) -> None:
    told = reported(company, heard="皮疹两例")
    for first, second in ((told, {"heard": "头晕"}), ({"heard": "头晕"}, told)):
        row, answer = both(company, first, second)
        assert (answer.outcome, row["state"], row["reported_how"]) == ("merged", "open", "phone")
        assert {"皮疹两例", "头晕"} == set(row["heard"].split(MARK))


def test_two_texts_that_are_too_long_as_one_are_a_conflict_and_no_refusal(company: Company) -> None:
    limit = ADVERSE_EVENT.field("heard").max_length
    first, second = "甲" * limit, "乙" * limit
    row, answer = both(company, {"heard": first}, {"heard": second})
    assert (answer.outcome, row["heard"], row["state"]) == ("merged", second, "open")
    (lost,) = conflicts(company, row["id"])
    assert (lost["loser_value"], lost["winner_value"]) == ({"value": first}, {"value": second})


def test_nobody_joins_the_event_of_a_visit_that_is_not_theirs(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company))
    rep = company.laptop("rep")
    rep.tell(opened(rep, visit_id, heard="皮疹"))
    for who, code in (("colleague", "not_yours"), ("manager", "not_yours"), ("other", "out_of_scope")):
        laptop = company.laptop(who)
        (answer,) = laptop.tell(opened(laptop, visit_id, heard="别的"))
        assert (answer.code, answer.row) == (code, None), who
    assert company.row("adverse_event", task_id(visit_id))["revision"] == 1


def test_two_at_the_very_same_moment_are_one(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company))
    laptops = [company.laptop("rep") for _ in range(4)]
    made = [opened(one, visit_id, heard=f"第{at}句") for at, one in enumerate(laptops)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda pair: pair[0].tell(pair[1])[0], zip(laptops, made, strict=True)))
    assert sorted(one.outcome for one in answers) == ["applied", "merged", "merged", "merged"]
    text = company.row("adverse_event", task_id(visit_id))["heard"]
    assert set(text.split(MARK)) == {f"第{at}句" for at in range(4)}


def test_a_report_that_did_not_know_all_leaves_the_task_open(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company))
    one, other, made = company.laptop("rep"), company.laptop("rep"), task_id(visit_id)
    one.tell(opened(one, visit_id, heard="皮疹"))
    one.tell(one.edit("adverse_event", made, 1, heard=("皮疹", "皮疹，已住院")))
    done = {name: (None, value) for name, value in reported(company).items()} | {"state": ("open", "reported")}
    other.tell(other.edit("adverse_event", made, 1, **done, heard=("皮疹", "皮疹")))
    row = company.row("adverse_event", made)
    assert (row["state"], row["heard"], row["reported_how"]) == ("open", "皮疹，已住院", "phone")
    other.tell(
        other.edit("adverse_event", made, row["revision"], state=("open", "reported"), heard=2 * (row["heard"],))
    )
    assert company.row("adverse_event", made)["state"] == "reported"


def test_what_is_added_to_a_full_text_by_two_is_a_conflict_and_no_refusal(company: Company) -> None:
    visit_id, limit = company.insert("visit", visit_values(company)), ADVERSE_EVENT.field("heard").max_length
    rep, manager, made = company.laptop("rep"), company.laptop("manager"), task_id(visit_id)
    rep.tell(opened(rep, visit_id, heard="皮疹"))
    first, second = "甲" * (limit - 9), "乙" * (limit - 9)
    rep.tell(rep.edit("adverse_event", made, 1, heard=("皮疹", first)))
    (answer,) = manager.tell(manager.edit("adverse_event", made, 1, heard=("皮疹", second)))
    assert answer.outcome == "merged", answer
    assert company.row("adverse_event", made)["heard"] == second
    (lost,) = conflicts(company, made)
    assert (lost["base_value"], lost["loser_value"]) == ({"value": "皮疹"}, {"value": first})
    assert (lost["loser_by"], lost["winner_by"]) == (company["rep"], company["manager"])
