"""The rules of an adverse event: its clock, when a task is needed, what 'reported' needs."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crmdesk.domain import adverse_events
from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.ids import id_for, is_id, new_id
from crmdesk.domain.records import ADVERSE_EVENT, RECORDS

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HEARD, DUE = "2026-11-20T01:00:00.000Z", "2026-11-21T01:00:00.000Z"
TASK = {"parent_record": "visit", "heard_at": HEARD, "due_at": DUE, "state": "open"}
DONE = {"state": "reported", "reported_at": DUE, "reported_by": "x", "reported_how": "phone"}


def test_the_id_of_a_task_follows_from_its_visit_and_is_one_for_each() -> None:
    visits = [new_id() for _ in range(50)]
    made = [adverse_events.task_id(one) for one in visits]
    assert all(map(is_id, made))
    assert len({*made, *visits}) == 100
    assert made == [adverse_events.task_id(one) for one in visits]
    assert id_for("claim", visits[0]) != made[0]


@pytest.mark.parametrize(
    ("starts_at", "heard"),
    [
        (HEARD, HEARD),
        ("2026-11-20T02:00:00.000Z", "2026-11-20T02:00:00.000Z"),
        ("2026-11-20T09:00:00.000Z", "2026-11-20T02:00:00.000Z"),  # planned for the afternoon, reported before
    ],
)
def test_the_clock_starts_with_the_visit_at_the_latest_now(starts_at: str, heard: str) -> None:
    assert adverse_events.heard_at(starts_at, NOW) == heard


def test_the_clock_runs_for_a_day() -> None:
    assert adverse_events.due_at(HEARD) == DUE


@pytest.mark.parametrize(
    ("visit", "needed"),
    [
        ({"state": "submitted", "adverse_event": True}, True),
        ({"state": "submitted", "adverse_event": False}, False),
        ({"state": "submitted", "adverse_event": None}, False),
        ({"state": "draft", "adverse_event": True}, False),
    ],
)
def test_a_task_is_needed_where_one_was_heard(visit: dict[str, Any], needed: bool) -> None:
    assert adverse_events.needs_task(visit) is needed


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ""),
        (DONE, ""),
        ({"parent_record": "doctor"}, "not_in_list"),
        ({"due_at": "2026-11-21T01:00:00.001Z"}, "clock_changed"),
        ({"heard_at": "2026-11-20T02:00:00.000Z"}, "clock_changed"),
        ({"due_at": "2026-11-21T09:00:00+08:00"}, ""),
        *(({**DONE, name: None}, "required") for name in ("reported_at", "reported_by", "reported_how")),
    ],
)
def test_a_task_is_checked(changed: dict[str, Any], code: str) -> None:
    if not code:
        adverse_events.check_task({**TASK, **changed})
        return
    with pytest.raises(CrmdeskError) as error:
        adverse_events.check_task({**TASK, **changed})
    assert error.value.code == code


def test_the_declaration_keeps_tasks_and_their_clock() -> None:
    assert ADVERSE_EVENT.kept
    once = {field.name for field in ADVERSE_EVENT.fields if field.once}
    assert once == {"parent_record", "parent_id", "heard_at", "due_at"}
    kept = [name for name, record in RECORDS.items() if record.kept]
    assert kept == ["adverse_event", "call_back", "export_note"]
