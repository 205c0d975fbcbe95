"""Plans at the server: proposals and answers, the server's own fields, rules of whole rows; on both databases."""

from typing import Any

import pytest

from crmdesk.domain import targets
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Answer
from tests.server.company import Company, Laptop, assert_same


def _codes(answers: list[Answer]) -> list[str]:
    return [str(one.params.get("code", "")) or one.code or one.outcome for one in answers]


def cycle_values(company: Company, territory: str = "north", **more: Any) -> dict[str, Any]:
    values = {"territory_id": company[territory], "name": "Q4", "starts_on": "2026-10-01", "ends_on": "2026-12-31"}
    return values | {"goals": [{"customer_class": "A", "goal": 4, "maximum": 6}], **more}


@pytest.fixture
def cycle(company: Company) -> str:
    """A cycle plan of the northern territory, made by its manager."""
    manager = company.laptop("manager")
    made = manager.create("cycle_plan", cycle_values(company))
    assert _codes(manager.push(made)) == ["applied"]
    return made.row_id


def propose(company: Company, laptop: Laptop, cycle: str, wanted: int = 6, **more: Any) -> str:
    values = {"territory_id": company["north"], "owner_id": company[laptop.name], "cycle_plan_id": cycle}
    values |= {"doctor_id": company["north_doctor"], "wanted": wanted}
    made = laptop.create("plan_target", values | more)
    assert _codes(laptop.push(made)) == ["applied"]
    return made.row_id


def answer(company: Company, who: str, target: str, command: str, **args: Any) -> str:
    laptop = company.laptop(who)
    given = {"seen_hash": company.row("plan_target", target)["content_hash"], **args}
    return _codes(laptop.push(laptop.operation("plan_target", target, "command", command=command, args=given)))[0]


def test_a_plan_reaches_the_representative_and_the_answer_comes_back(company: Company, cycle: str) -> None:
    rep = company.laptop("rep")
    rep.sync()
    assert rep.replica.ids("cycle_plan") == {cycle}
    target = propose(company, rep, cycle, grounds="新指南")
    row = company.row("plan_target", target)
    assert (row["state"], row["agreed"], row["content_hash"]) == ("proposed", None, targets.content_hash(row))
    assert answer(company, "manager", target, "accept", visits=5, comment="先五次") == "applied"
    rep.sync()
    row = rep.replica.get("plan_target", target) or {}
    assert (row["state"], row["agreed"], row["wanted"], row["answer"]) == ("agreed", 5, 6, "先五次")
    assert (row["decided_by"], row["decided_at"]) == (company["manager"], "2026-11-22T02:00:00.000Z")
    assert_same(rep, rep.sync().end.digests)
    assert company.laptop("other").sync().end is not None
    stranger = company.laptop("other")
    stranger.sync()
    assert stranger.replica.ids("plan_target") | stranger.replica.ids("cycle_plan") == set()


def test_an_answer_is_bound_to_what_was_seen(company: Company, cycle: str) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    target = propose(company, rep, cycle)
    seen = company.row("plan_target", target)["content_hash"]
    assert _codes(rep.push(rep.edit("plan_target", target, 1, wanted=(6, 9)))) == ["applied"]
    late = manager.operation("plan_target", target, "command", command="accept", args={"seen_hash": seen})
    assert _codes(manager.push(late)) == ["changed_since_seen"]
    assert company.row("plan_target", target)["state"] == "proposed"
    assert answer(company, "manager", target, "accept") == "applied"
    assert company.row("plan_target", target)["agreed"] == 9


def test_a_fresh_wish_waits_again_and_what_was_agreed_holds_meanwhile(company: Company, cycle: str) -> None:
    rep = company.laptop("rep")
    target = propose(company, rep, cycle)
    assert answer(company, "manager", target, "accept") == "applied"
    assert answer(company, "manager", target, "decline", comment="x") == "not_in_this_state"
    assert _codes(rep.push(rep.edit("plan_target", target, 2, wanted=(6, 0)))) == ["applied"]
    row = company.row("plan_target", target)
    assert (row["state"], row["agreed"], row["wanted"]) == ("proposed", 6, 0)
    assert _codes(rep.push(rep.operation("plan_target", target, "delete", base_revision=3))) == ["not_in_this_state"]
    assert answer(company, "rep", target, "withdraw") == "applied"
    row = company.row("plan_target", target)
    assert (row["state"], row["agreed"], row["wanted"]) == ("agreed", 6, 6)
    assert row["content_hash"] == targets.content_hash(row)
    assert answer(company, "manager", target, "decline") == "not_in_this_state"


def test_a_managers_target_is_agreed_at_once(company: Company, cycle: str) -> None:
    target = propose(company, company.laptop("manager"), cycle, wanted=3)
    row = company.row("plan_target", target)
    assert (row["state"], row["agreed"], row["decided_by"]) == ("agreed", 3, company["manager"])


@pytest.mark.parametrize("name", ["state", "agreed", "answer", "decided_by", "decided_at", "content_hash"])
def test_no_laptop_writes_the_answer_itself(company: Company, cycle: str, name: str) -> None:
    values: dict[str, Any] = {"agreed": 9, "decided_by": company["rep"], "decided_at": "2026-11-22T02:00:00.000Z"}
    value = values.get(name, "agreed")
    for who in ("rep", "manager"):
        laptop = company.laptop(who)
        target = propose(company, laptop, cycle)
        edit = laptop.edit("plan_target", target, 1, **{name: (None, value)})
        assert _codes(laptop.push(edit)) == ["field_not_allowed"]
        new = laptop.create("plan_target", dict(company.row("plan_target", target)) and {
            "territory_id": company["north"], "owner_id": company[who], "cycle_plan_id": cycle,
            "doctor_id": company["north_doctor"], "wanted": 1, name: value,
        })  # fmt: skip
        assert _codes(laptop.push(new)) == ["field_not_allowed"]


def test_whole_rows_are_checked_at_the_server_too(company: Company, cycle: str) -> None:
    manager, rep = company.laptop("manager"), company.laptop("rep")
    bad = [
        cycle_values(company, ends_on="2026-09-30"),
        cycle_values(company, goals=[{"customer_class": "A", "goal": 4, "maximum": 3}]),
        cycle_values(company, goals=[{"customer_class": "A", "goal": 61}]),
        cycle_values(company, goals=[{"customer_class": "A", "goal": 1}] * 2),
        cycle_values(company, channel_weights=[{"channel": "phone", "percent": -1}]),
        cycle_values(company, visits_per_day=0),
    ]
    answers = manager.push(*(manager.create("cycle_plan", values) for values in bad))
    expected = ["ends_before_start", "maximum_below_goal", "out_of_range", "named_twice"]
    assert _codes(answers) == [*expected, "out_of_range", "out_of_range"]
    # one field alone may contradict what the row holds already
    edit = manager.edit("cycle_plan", cycle, 1, ends_on=("2026-12-31", "2026-01-01"))
    assert _codes(manager.push(edit)) == ["ends_before_start"]
    off = {"territory_id": company["north"], "owner_id": company["rep"], "part": "whole", "kind": "leave"}
    days = off | {"starts_on": "2026-12-02", "ends_on": "2026-12-01"}
    assert _codes(rep.push(rep.create("day_off", days))) == ["ends_before_start"]


def test_a_target_belongs_to_a_cycle_of_its_own_territory(company: Company, cycle: str) -> None:
    manager = company.laptop("manager")
    values = {"owner_id": company["manager"], "cycle_plan_id": cycle, "doctor_id": company["north_doctor"], "wanted": 1}
    company.ids["second"] = company.insert(
        "territory", {"name": "二区", "kind": "territory", "parent_id": company["region"]}
    )
    manager = company.laptop("manager")
    wrong = manager.create("plan_target", values | {"territory_id": company["second"]})
    unknown = manager.create("plan_target", values | {"territory_id": company["north"], "cycle_plan_id": new_id()})
    assert _codes(manager.push(wrong, unknown)) == ["out_of_scope", "out_of_scope"]


def test_an_unknown_command_is_refused_and_other_plan_records_take_none(company: Company, cycle: str) -> None:
    target = propose(company, company.laptop("rep"), cycle)
    assert answer(company, "manager", target, "approve") == "unknown_command"
    manager = company.laptop("manager")
    command = manager.operation("cycle_plan", cycle, "command", command="accept")
    assert _codes(manager.push(command)) == ["forbidden"]


def test_the_trail_names_the_answer_and_what_was_seen(company: Company, cycle: str) -> None:
    target = propose(company, company.laptop("rep"), cycle)
    seen = company.row("plan_target", target)["content_hash"]
    assert answer(company, "manager", target, "decline", comment="不够") == "applied"
    trail = company.database.run(lambda work: work.trail("plan_target", target))
    assert trail[0].changes["seen_hash"] == [None, seen]
    assert trail[0].by_id == company["manager"]
    row = company.row("plan_target", target)
    assert (row["state"], row["answer"]) == ("declined", "不够")
