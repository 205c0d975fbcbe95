"""Editing beside others: what counts as a change, what clashes, what the merge writes."""

from typing import Any

from crmdesk.domain.records import DOCTOR
from crmdesk.domain.roles import Role
from crmdesk.services.views import Row
from crmdesk.ui.pages import edit_session


def row(revision: int, **values: Any) -> Row:
    return Row("doctor", "018f0000-0000-7000-8000-000000000001", revision, values)


def test_nothing_and_empty_are_no_change() -> None:
    base = {"name": "曾庆华", "note": None, "tags": None, "mobile": ""}
    assert edit_session.changes_of(base, {"name": "曾庆华", "note": "", "tags": [], "mobile": None}) == {}
    assert edit_session.changes_of(base, {"name": "曾庆", "tags": ["a"]}) == {"name": "曾庆", "tags": ["a"]}


def test_only_fields_changed_on_both_sides_clash() -> None:
    base, theirs = row(1, mobile="1", email="a", tags=["x"]), row(2, mobile="2", email="a", tags=["x", "y"])
    mine = {"mobile": "3", "email": "b", "tags": ["x", "z"]}
    assert [clash.field.name for clash in edit_session.clashes(DOCTOR, base, theirs, mine)] == ["mobile"]


def test_merge_keeps_theirs_unless_mine_is_chosen_and_joins_sets_and_texts() -> None:
    base = row(1, mobile="1", email="a", tags=["x"], note="第一段\n第二段")
    theirs = row(2, mobile="2", email="a", tags=["x", "y"], note="第一段\n第二段\n他们的")
    mine = {"mobile": "3", "email": "b", "tags": ["x", "z"], "note": "我的\n第一段\n第二段"}
    kept = edit_session.merged(DOCTOR, base, theirs, mine, ())
    assert kept == {"email": "b", "tags": ["x", "y", "z"], "note": "我的\n第一段\n第二段\n他们的"}
    assert edit_session.merged(DOCTOR, base, theirs, mine, {"mobile"})["mobile"] == "3"


def test_a_form_has_no_links_and_nothing_that_the_role_may_not_write() -> None:
    names = {field.name for field in edit_session.editable_fields(DOCTOR, Role.REP)}
    assert "mobile" in names
    assert "note" in names
    assert not names & {"territory_id", "status"}
    assert "status" in {field.name for field in edit_session.editable_fields(DOCTOR, Role.MANAGER)}


def test_problems_name_the_field() -> None:
    found = edit_session.problems(DOCTOR, {"name": "", "note": "x" * 20_001, "mobile": "1"})
    assert {name: error.code for name, error in found.items()} == {
        "name": "required",
        "note": "too_long",
        "mobile": "not_a_phone",
    }
