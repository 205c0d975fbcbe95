"""One check of values for the window, imports, sync and server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.domain.money_records import CLAIM
from crmdesk.domain.records import DOCTOR, RECORDS, VISIT
from crmdesk.domain.validation import check_changes, check_new, check_seen

BLANKS = [
    "  ", "\u3000\u00a0", "\t\n", "\u200b\u200d\ufeff", "\u3164", "\u2800\u115f\u1160\uffa0",
    "\u202e", "\ufe0f \u034f", "\u0301"
]  # fmt: skip
"""Texts of which nothing can be seen."""
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(sorted(RECORDS)), st.data())
def test_any_value_is_taken_or_refused_with_a_code(record_name: str, data: st.DataObject) -> None:
    record = RECORDS[record_name]
    field = data.draw(st.sampled_from(record.field_names))
    value, refusal = data.draw(ANYTHING), None
    try:
        check_changes(record, {field: value})
    except InputError as error:
        refusal = error
    if refusal is not None:
        assert refusal.code in {"required", "too_long", "wrong_kind", "not_in_list", "out_of_range", "unknown_field"}
        assert refusal.params["field"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "required"),
        ({"name": None}, "required"),
        *(({"name": blank}, "required") for blank in BLANKS),
        ({"name": "x" * 81}, "too_long"),
        ({"name": "\x00"}, "wrong_kind"),
        ({"name": "\ud800"}, "wrong_kind"),
        ({"name": 7}, "wrong_kind"),
        ({"title": "king"}, "not_in_list"),
        ({"title": ["chief"]}, "wrong_kind"),
        ({"consent": ["fax"]}, "not_in_list"),
        ({"consent": ["sms", "sms"]}, "wrong_kind"),
        ({"consent_on": "2026-02-30"}, "wrong_kind"),
        ({"consent_on": "20260201"}, "wrong_kind"),
        ({"territory_id": "1"}, "wrong_kind"),
        ({"prescriptions": 3}, "unknown_field"),
        ({"note": "x" * 10_000_000}, "too_long"),
    ],
)
def test_bad_values_have_their_code(changes: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as caught:
        check_changes(DOCTOR, changes)
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["李", " 李 ", "\ue863", "\U00030edd", "·", "e\u0301", "א\u200f", "👩\u200d⚕️"])
def test_a_name_that_shows_anything_is_one(name: str) -> None:
    """Private signs and such as are newer than this Python count: rare characters of names are written with them."""
    check_changes(DOCTOR, {"name": name})


@pytest.mark.parametrize("blank", BLANKS)
def test_blanks_stay_what_they_are_where_nothing_is_required(blank: str) -> None:
    check_changes(DOCTOR, {"note": blank, "preferred_time": blank})
    check_seen(DOCTOR.field("name"), blank)


def test_good_values_pass() -> None:
    check_changes(DOCTOR, {"name": "<b>单</b>志远", "title": "chief", "mobile": None, "consent": [], "tags": ["指南"]})
    check_changes(VISIT, {"adverse_event": True, "starts_at": "2026-11-22T02:00:00.000Z", "doctor_ids": [new_id()]})


def test_money_is_whole_fen_within_bounds() -> None:
    for bad in (1.5, "1", True, 0, -5, 10**20):
        line = {"category": "meal", "spent_on": "2026-11-22", "amount_fen": bad}
        with pytest.raises(InputError):
            check_changes(CLAIM, {"lines": [line]})


def test_a_new_row_needs_its_required_fields() -> None:
    with pytest.raises(InputError) as caught:
        check_new(DOCTOR, {"name": "张三"})
    assert caught.value.params == {"field": "territory_id"}
    check_new(DOCTOR, {"name": "张三", "territory_id": new_id()})
