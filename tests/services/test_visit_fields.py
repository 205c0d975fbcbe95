"""Company fields of visits on the laptop: kept with the report, merged by key, amended with a reason, exported."""

import csv
from pathlib import Path
from typing import Any

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.services.commands import AmendVisit, ResolveConflict, SaveVisit, SubmitVisit, Undo
from crmdesk.services.customer_order import Filter
from crmdesk.services.exports import export_list
from tests.services.small_territory import PLANNED_VISIT, TERRITORY, Laptop, an_id
from tests.services.test_visits import NEW, REPORT

FIELDS: list[dict[str, Any]] = [
    {"id": an_id(851), "for_record": "visit", "key": "waited", "name": "候诊时间", "name_en": "Waited",
     "kind": "number", "unit": "分钟", "unit_en": "minutes", "position": 1},
    {"id": an_id(852), "for_record": "visit", "key": "talked", "name": "交谈", "kind": "decimal", "places": 2,
     "unit": "小时", "position": 2},
    {"id": an_id(853), "for_record": "visit", "key": "material", "name": "留下的资料", "name_en": "Left",
     "kind": "choice", "choices": [{"zh": "指南", "en": "Guideline"}], "position": 3},
]  # fmt: skip


@pytest.fixture
def own(laptop: Laptop) -> Laptop:
    """The rep's laptop, on which the fields of visits have arrived."""
    laptop.receive("custom_field", *FIELDS)
    return laptop


def custom_of(laptop: Laptop, visit: str = NEW) -> Any:
    return laptop.ask(lambda reads: reads.visit(visit))["custom"]


def test_a_report_is_saved_with_them_and_one_key_leaves_the_others(own: Laptop) -> None:
    own.do(SaveVisit(NEW, {**REPORT, "custom.waited": 10, "custom.material": "指南"}))
    own.do(SaveVisit(NEW, {"custom.talked": 75, "custom.material": None}))
    assert custom_of(own) == {"talked": 75, "waited": 10}
    own.do(SubmitVisit(NEW, {**REPORT, "custom.waited": 15}))
    assert custom_of(own) == {"talked": 75, "waited": 15}
    (operation,) = own.waiting()
    assert operation.fields["custom"] == (None, {"talked": 75, "waited": 15})


@pytest.mark.parametrize(
    ("value", "code"),
    [({"custom.talked": "0.75"}, "decimal_form"), ({"custom.waited": "ten"}, "wrong_kind"),
     ({"custom.nobody": "x"}, "unknown_field"), ({"custom.material": "别的"}, "not_in_list")],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_is_saved(own: Laptop, value: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError, match=code):
        own.do(SubmitVisit(NEW, {**REPORT, **value}))
    assert own.waiting() == []


def test_an_amendment_changes_a_key_with_a_reason_and_is_undone(own: Laptop) -> None:
    own.do(SubmitVisit(NEW, {**REPORT, "custom.waited": 10, "custom.talked": 50}))
    own.answer()
    row = own.ask(lambda reads: reads.visit(NEW))
    done = own.do(AmendVisit(NEW, {"custom.waited": 20}, row.revision, "看错了时间"))
    assert custom_of(own) == {"talked": 50, "waited": 20}
    (operation,) = own.waiting()
    assert operation.reason == "看错了时间"
    own.do(Undo(done.undo_token))
    assert custom_of(own) == {"talked": 50, "waited": 10}


def test_what_another_laptop_of_the_person_filled_in_stays(own: Laptop) -> None:
    own.do(SaveVisit(PLANNED_VISIT, {"custom.waited": 10}))
    own.receive("visit", {"id": PLANNED_VISIT, "custom": {"talked": 25}}, scope=f"t:{TERRITORY}")
    assert custom_of(own, PLANNED_VISIT) == {"talked": 25, "waited": 10}


@pytest.mark.parametrize(
    ("language", "header", "cells"),
    [("zh", ["候诊时间（分钟）", "交谈（小时）", "留下的资料"], ["10", "0.75", "指南"]),
     ("en", ["Waited (minutes)", "交谈 (小时)", "Left"], ["10", "0.75", "Guideline"])],
)  # fmt: skip
def test_the_export_of_visits_holds_them_with_their_units(
    own: Laptop, tmp_path: Path, language: str, header: list[str], cells: list[str]
) -> None:
    own.do(SaveVisit(NEW, {**REPORT, "custom.waited": 10, "custom.talked": 75, "custom.material": "指南"}))
    path = tmp_path / "visits.csv"
    export_list(own.desk, path, Filter("visit"), language=language).result(60)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, *rows = list(csv.reader(file))
    assert first[-4:-1] == header
    assert next(row for row in rows if row[0] == NEW)[-3:] == cells


def test_what_lost_on_a_submitted_report_is_taken_back_with_a_reason(own: Laptop) -> None:
    own.do(SubmitVisit(NEW, {**REPORT, "custom.waited": 10}))
    own.answer()
    conflict = {"id": an_id(861), "parent_record": "visit", "parent_id": NEW, "field": "custom.waited",
                "base_value": {"value": None}, "winner_value": {"value": 10}, "loser_value": {"value": 25},
                "state": "open"}  # fmt: skip
    own.receive("conflict", conflict, scope=f"t:{TERRITORY}")
    own.do(ResolveConflict(an_id(861), "loser"))
    assert custom_of(own) == {"waited": 25}
    edit = next(one for one in own.waiting() if one.record == "visit")
    assert edit.reason == f"conflict {an_id(861)}"


def test_one_that_came_meanwhile_where_none_was_seen_is_not_written_over(own: Laptop) -> None:
    seen = {"note": own.ask(lambda reads: reads.visit(PLANNED_VISIT))["note"]}
    own.do(SaveVisit(PLANNED_VISIT, {"custom.waited": 10}))
    with pytest.raises(InputError, match="changed_meanwhile"):
        own.do(SaveVisit(PLANNED_VISIT, {"custom.waited": 20}, base=seen))
    own.do(SaveVisit(PLANNED_VISIT, {"custom.talked": 75}, base=seen))
    assert custom_of(own, PLANNED_VISIT) == {"talked": 75, "waited": 10}
