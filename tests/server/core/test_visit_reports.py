"""What the server binds about reports: in time, adverse events with a task whose clock nobody moves or deletes."""

from typing import Any

import pytest
import sqlalchemy as sa

from crmdesk.domain.adverse_events import task_id
from crmdesk.domain.clock import to_text
from crmdesk.domain.ids import new_id
from crmdesk.domain.visit_rules import SUBMITTED_TWICE
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.server.money_tables import AUDIT_CHAIN
from crmdesk.server.tables import decode_json
from crmdesk.server.work import IN_TIME_BY_LAPTOP
from tests.server.company import Company, Laptop, adverse_event_of, visit_values

HEARD = {"state": "submitted", "adverse_event": True}


def codes(answers: list[Answer]) -> list[str]:
    return [str(one.params.get("code") or one.code or one.outcome) for one in answers]


def told_in_trail(company: Company, action: str) -> list[dict[str, Any]]:
    with company.database.reading() as connection:
        entries = connection.execute(sa.select(AUDIT_CHAIN.c.content)).scalars().all()
    return [entry for entry in map(decode_json, entries) if entry["action"] == action]


def opened(laptop: Laptop, visit_id: str, **more: Any) -> Operation:
    return laptop.create("adverse_event", adverse_event_of(visit_id, **more), task_id(visit_id))


def test_a_report_that_heard_one_is_taken_with_its_task_only(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    alone = rep.create("visit", visit_values(company, **HEARD))
    visit = rep.create("visit", visit_values(company, adverse_event=True))
    submitted = {"state": ("draft", "submitted")}
    answers = rep.tell(
        alone,
        visit,
        rep.edit("visit", visit.row_id, 1, **submitted),
        opened(rep, visit.row_id, heard="皮疹", doctor_ids=[company["north_doctor"]]),
        rep.edit("visit", visit.row_id, 1, **submitted),
    )
    assert codes(answers) == ["task_missing", "applied", "task_missing", "applied", "applied"]
    manager.sync()
    task = manager.replica.get("adverse_event", task_id(visit.row_id))
    assert task is not None
    assert (task["heard"], task["due_at"]) == ("皮疹", "2026-11-23T01:00:00.000Z")


def test_an_amendment_that_heard_one_after_all_needs_its_task(company: Company) -> None:
    rep = company.laptop("rep")
    visit = rep.create("visit", visit_values(company, state="submitted", adverse_event=False))
    amended = {"adverse_event": (False, True), "reason": "补充"}
    answers = rep.tell(
        visit,
        rep.edit("visit", visit.row_id, 1, **amended),
        opened(rep, visit.row_id),
        rep.edit("visit", visit.row_id, 1, **amended),
        rep.edit("visit", visit.row_id, 2, note=("first paragraph", "x"), reason="更正"),
    )
    assert codes(answers) == ["applied", "task_missing", "applied", "applied", "applied"]


def test_nobody_deletes_a_task_or_moves_its_clock(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company, adverse_event=True))
    rep = company.laptop("rep")
    assert codes(rep.tell(opened(rep, visit_id))) == ["applied"]
    later = "2026-11-25T01:00:00.000Z"
    for who in ("rep", "colleague", "manager", "admin"):
        laptop = company.laptop(who)
        made = task_id(visit_id)
        answers = laptop.tell(
            laptop.operation("adverse_event", made, "delete", base_revision=1),
            laptop.operation("adverse_event", made, "delete", base_revision=1, reason="写错了"),
            laptop.edit("adverse_event", made, 1, due_at=("2026-11-23T01:00:00.000Z", later)),
            laptop.edit("adverse_event", made, 1, heard_at=("2026-11-22T01:00:00.000Z", later), reason="写错了"),
            laptop.edit("adverse_event", made, 1, parent_id=(visit_id, new_id())),
        )
        assert codes(answers) == ["kept", "kept", "given_once", "given_once", "given_once"], who
    row = company.row("adverse_event", task_id(visit_id))
    assert (row["revision"], row["deleted"], row["due_at"]) == (1, False, "2026-11-23T01:00:00.000Z")


def test_a_task_belongs_to_an_own_visit_once(company: Company) -> None:
    rep, colleague = company.laptop("rep"), company.laptop("colleague")
    visit_id = company.insert("visit", visit_values(company))
    elsewhere = company.insert("visit", visit_values(company, "other", territory_id=company["south"], doctor_ids=[]))
    answers = rep.tell(
        rep.create("adverse_event", adverse_event_of(visit_id)),
        opened(rep, elsewhere),
        opened(rep, new_id()),
        opened(rep, visit_id, doctor_ids=[company["south_doctor"]]),
        opened(rep, visit_id, due_at="2026-12-22T01:00:00.000Z"),
        rep.create(
            "adverse_event",
            adverse_event_of(company["north_doctor"]) | {"parent_record": "doctor"},
            task_id(company["north_doctor"]),
        ),
        opened(rep, visit_id),
        opened(rep, visit_id),
    )
    refused = ["wrong_kind", "out_of_scope", "out_of_scope", "out_of_scope", "clock_changed", "out_of_scope"]
    assert codes(answers) == [*refused, "applied", "merged"]
    mine = company.insert("visit", visit_values(company))
    assert codes(colleague.tell(opened(colleague, mine))) == ["not_yours"]


def test_a_clock_that_is_ahead_gains_no_time(company: Company) -> None:
    rep = company.laptop("rep")
    visit_id = company.insert("visit", visit_values(company))
    (answer,) = rep.tell(opened(rep, visit_id, heard_at="2026-12-24T01:00:00.000Z"))
    assert answer.row is not None
    assert (answer.row["heard_at"], answer.row["due_at"]) == ("2026-11-22T02:00:00.000Z", "2026-11-23T02:00:00.000Z")


def test_whoever_reports_it_signs_for_it(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company))
    rep, colleague, manager = company.laptop("rep"), company.laptop("colleague"), company.laptop("manager")
    rep.tell(opened(rep, visit_id))
    done: dict[str, Any] = {"state": ("open", "reported"), "reported_at": (None, "2026-11-22T01:30:00.000Z")}
    how = {"reported_how": (None, "phone")}
    made = task_id(visit_id)
    answers = colleague.tell(
        colleague.edit("adverse_event", made, 1, **done, **how, reported_by=(None, company["rep"])),
        colleague.edit("adverse_event", made, 1, **done, reported_by=(None, company["colleague"])),
        colleague.edit("adverse_event", made, 1, **done, **how),
    )
    assert codes(answers) == ["not_yours", "required", "required"]
    assert codes(
        manager.tell(manager.edit("adverse_event", made, 1, **done, **how, reported_by=(None, company["manager"])))
    ) == ["applied"]
    assert company.row("adverse_event", made)["state"] == "reported"


def test_a_report_has_to_come_in_time_by_the_day_on_which_it_was_submitted(company: Company) -> None:
    rep = company.laptop("rep")
    old = visit_values(company, starts_at="2026-11-10T01:00:00.000Z")
    draft, late = rep.create("visit", old), rep.create("visit", old | {"state": "submitted"})
    submitted = rep.edit("visit", draft.row_id, 1, state=("draft", "submitted"))
    ahead = rep.edit("visit", draft.row_id, 1, state=("draft", "submitted"))
    today = rep.create("visit", visit_values(company, state="submitted"))
    ahead.made_at = today.made_at = "2030-01-01T00:00:00.000Z"  # a clock that is ahead counts as now
    offline = rep.edit("visit", draft.row_id, 1, state=("draft", "submitted"))
    offline.made_at = "2026-11-17T01:00:00.000Z"
    answers = rep.tell(draft, late, submitted, ahead, offline, today)
    assert codes(answers) == ["applied", "too_late", "too_late", "too_late", "applied", "applied"]
    [said] = told_in_trail(company, IN_TIME_BY_LAPTOP)
    assert (said["parent_id"], said["by_id"]) == (draft.row_id, company["rep"])
    assert said["changes"] == {"made_at": [offline.made_at, to_text(company.clock())]}, "its clock may be set back"
    back = {"starts_at": ("2026-11-10T01:00:00.000Z", "2026-11-01T01:00:00.000Z")}
    assert codes(rep.tell(rep.edit("visit", draft.row_id, 2, **back, reason="写错了日期"))) == ["too_late"]


def test_a_report_that_was_submitted_on_two_laptops_alike_amends_nothing(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company, adverse_event=False))
    one, other = company.laptop("rep"), company.laptop("rep")
    given = {"state": ("draft", "submitted"), "next_step": (None, "送资料")}
    assert codes(one.tell(one.edit("visit", visit_id, 1, **given))) == ["applied"]
    assert codes(other.tell(other.edit("visit", visit_id, 1, **given))) == ["merged"]
    assert company.row("visit", visit_id)["revision"] == 2


def test_a_report_that_was_submitted_twice_amends_itself(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company, adverse_event=None, note="一起见了主任。"))
    one, other = company.laptop("rep"), company.laptop("rep")
    submitted = {"state": ("draft", "submitted"), "adverse_event": (None, False)}
    first = submitted | {"note": ("一起见了主任。", "上午见的。\n一起见了主任。"), "next_step": (None, "送资料")}
    assert codes(one.tell(one.edit("visit", visit_id, 1, **first))) == ["applied"]
    second = submitted | {"note": ("一起见了主任。", "一起见了主任。\n他要文献。"), "next_step": (None, "打电话")}
    assert codes(other.tell(other.edit("visit", visit_id, 1, **second))) == ["merged"]
    row = company.row("visit", visit_id)
    assert (row["note"], row["next_step"]) == ("上午见的。\n一起见了主任。\n他要文献。", "打电话")
    one.sync()
    [told] = [row for key, row in one.replica.rows.items() if key[1] == "audit_entry" and row["reason"]]
    assert (told["reason"], told["changes"]["next_step"]) == (SUBMITTED_TWICE, ["送资料", "打电话"])


def test_what_was_heard_stays_heard_in_a_report_that_was_submitted_twice(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company, adverse_event=None))
    one, other = company.laptop("rep"), company.laptop("rep")
    heard = {"state": ("draft", "submitted"), "adverse_event": (None, True)}
    assert codes(one.tell(opened(one, visit_id), one.edit("visit", visit_id, 1, **heard))) == ["applied", "applied"]
    not_heard = heard | {"adverse_event": (None, False), "next_step": (None, "打电话")}
    assert codes(other.tell(other.edit("visit", visit_id, 1, **not_heard))) == ["merged"]
    row = company.row("visit", visit_id)
    assert (row["adverse_event"], row["next_step"]) == (True, "打电话")


def test_whoever_had_seen_the_report_gives_a_reason(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company, adverse_event=False))
    one, other = company.laptop("rep"), company.laptop("rep")
    submitted = {"state": ("draft", "submitted")}
    assert codes(one.tell(one.edit("visit", visit_id, 1, **submitted))) == ["applied"]
    changed = {"next_step": (None, "打电话")}
    answers = other.tell(
        other.edit("visit", visit_id, 2, **submitted, **changed),
        other.edit("visit", visit_id, 1, **changed),
        other.edit("visit", visit_id, 1, **changed, reason="补充"),
    )
    assert codes(answers) == ["locked", "locked", "merged"]


def test_what_was_saved_before_the_second_submission_goes_with_it(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company, adverse_event=None, note="见主任。"))
    one, other = company.laptop("rep"), company.laptop("rep")
    submitted = {"state": ("draft", "submitted"), "adverse_event": (None, False)}
    first = submitted | {"note": ("见主任。", "上午。\n见主任。")}
    assert codes(one.tell(one.edit("visit", visit_id, 1, **first))) == ["applied"]
    answers = other.tell(
        other.edit("visit", visit_id, 1, note=("见主任。", "见主任。\n要文献。")),
        other.edit("visit", visit_id, 1, **submitted, note=("见主任。\n要文献。", "见主任。\n要文献。\n再约。")),
        other.edit("visit", visit_id, 2, next_step=(None, "打电话")),
    )
    assert codes(answers) == ["merged", "merged", "locked"]
    assert company.row("visit", visit_id)["note"] == "上午。\n见主任。\n要文献。\n再约。"


def test_the_ends_of_the_calendar_are_nobodys_day(sqlite_company: Company) -> None:
    """No zone can show them, and nothing counts days from them: they are refused, and end nobody's batch."""
    company = sqlite_company
    rep, manager = company.laptop("rep"), company.laptop("manager")
    last, first = "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z"
    reports = [
        rep.create("visit", visit_values(company, state="submitted", starts_at=at, zone=zone))
        for at, zone in ((last, "Pacific/Kiritimati"), (last, "Asia/Shanghai"), (first, "America/New_York"))
    ]
    early = rep.create("visit", visit_values(company, state="submitted", zone="America/New_York"))
    early.made_at = first
    period = {"territory_id": company["north"], "starts_on": "0001-01-01", "ends_on": "9999-12-31"}
    off = rep.create("day_off", period | {"owner_id": company["rep"], "part": "whole", "kind": "leave"})
    assert codes(rep.tell(*reports, early, off)) == [*["out_of_range"] * 3, "applied", "out_of_range"]
    for day in ("0001-01-01", "9999-12-31", "2200-01-01"):
        plan = manager.create("cycle_plan", period | {"name": "周期", "starts_on": day, "ends_on": day})
        assert codes(manager.tell(plan)) == ["out_of_range"], day


def kept_report(company: Company, began: str, **submitted: Any) -> tuple[Laptop, str, str]:
    """Submit on one laptop what was deleted on another; return the former, the visit and the conflict of the two."""
    rep, second = company.laptop("rep"), company.laptop("rep")
    visit = rep.create("visit", visit_values(company, starts_at=began))
    rep.push(visit), second.sync()
    rep.push(rep.operation("visit", visit.row_id, "delete", base_revision=1))
    fields = {name: (visit.fields.get(name, (None, None))[1], value) for name, value in submitted.items()}
    assert codes(second.push(second.edit("visit", visit.row_id, 1, **fields))) == ["merged"]
    (conflict,) = second.replica.ids("conflict")
    return second, visit.row_id, conflict


def bring_back(laptop: Laptop, conflict: str) -> list[str]:
    return codes(laptop.push(laptop.operation("conflict", conflict, "command", command="restore")))


@pytest.mark.parametrize(
    ("began", "heard", "state"),
    [
        ("2026-11-22T01:00:00.000Z", False, "submitted"),
        ("2026-09-01T01:00:00.000Z", False, "draft"),
        ("2026-11-22T01:00:00.000Z", True, "draft"),
    ],
)
def test_a_deleted_visit_comes_back_as_a_report_only_where_it_could_be_one(
    company: Company, began: str, heard: bool, state: str
) -> None:
    """Else deleting it, submitting it and taking that back would be a way around every rule of reports."""
    laptop, visit, conflict = kept_report(company, began, state="submitted", adverse_event=heard, note="补记")
    assert bring_back(laptop, conflict) == ["applied"]
    row = company.row("visit", visit)
    assert (row["deleted"], row["state"], row["note"]) == (False, state, "补记")
    if heard:  # nothing is in the way of the report any more
        submitted = laptop.edit("visit", visit, row["revision"], state=("draft", "submitted"))
        assert codes(laptop.tell(opened(laptop, visit), submitted)) == ["applied", "applied"]


def test_a_report_that_was_in_time_when_it_was_submitted_still_is_when_it_comes_back(company: Company) -> None:
    none_heard = {"state": "submitted", "adverse_event": False}
    laptop, visit, conflict = kept_report(company, "2026-11-22T01:00:00.000Z", **none_heard)
    company.clock.move(30 * 86_400)
    assert bring_back(laptop, conflict) == ["applied"]
    assert company.row("visit", visit)["state"] == "submitted"
    assert len(told_in_trail(company, IN_TIME_BY_LAPTOP)) == 1
