"""How late a visit report may come."""

from datetime import date
from typing import Any

import pytest

from crmdesk.domain.clock import from_text
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.visit_rules import USUAL, Backdating, backdating_of, check_in_time, last_day

VISIT = {"state": "submitted", "starts_at": "2026-11-10T15:30:00.000Z", "zone": "Asia/Shanghai"}  # 23:30 there
OLD = {**VISIT, "starts_at": "2026-01-01T00:00:00.000Z"}


def test_the_last_day_counts_in_the_zone_of_the_visit() -> None:
    assert USUAL.days == 7
    assert last_day("2026-11-10T15:30:00.000Z", "Asia/Shanghai") == date(2026, 11, 17)
    assert last_day("2026-11-10T16:30:00.000Z", "Asia/Shanghai") == date(2026, 11, 18)
    assert last_day("2026-11-10T16:30:00.000Z", "UTC") == date(2026, 11, 17)
    assert last_day("2026-11-10T16:30:00.000Z") == date(2026, 11, 18)


@pytest.mark.parametrize(
    ("before", "after", "at", "refused"),
    [
        (None, VISIT, "2026-11-17T15:59:59.999Z", False),
        (None, VISIT, "2026-11-17T16:00:00.000Z", True),
        (None, {**VISIT, "state": "draft"}, "2027-01-01T00:00:00.000Z", False),
        ({**VISIT, "state": "planned"}, VISIT, "2026-11-18T00:00:00.000Z", True),
        (VISIT, {**VISIT, "note": "x"}, "2027-01-01T00:00:00.000Z", False),
        (VISIT, OLD, "2026-11-11T00:00:00.000Z", True),  # an amendment is no way around the limit
        (OLD, VISIT, "2027-01-01T00:00:00.000Z", False),
        (None, VISIT, "2026-11-01T00:00:00.000Z", False),  # planned ahead
    ],
)
def test_a_report_comes_in_time_or_is_refused(
    before: dict[str, Any] | None, after: dict[str, Any], at: str, refused: bool
) -> None:
    if not refused:
        check_in_time(before, after, from_text(at))
        return
    with pytest.raises(RefusedError, match="too_late"):
        check_in_time(before, after, from_text(at))


def test_the_company_sets_the_days_and_a_stricter_rule_does_not_reach_back() -> None:
    rule = backdating_of({"value": 3, "earlier": 14, "since": "2026-11-20T02:00:00.000Z"})
    assert rule == Backdating(3, 14, "2026-11-20T02:00:00.000Z")
    assert [rule.at(from_text(f"2026-11-20T0{hour}:00:00.000Z")) for hour in (1, 2, 3)] == [14, 3, 3]
    check_in_time(None, VISIT, from_text("2026-11-20T01:59:59.999Z"), rule)
    with pytest.raises(RefusedError, match="too_late") as caught:
        check_in_time(None, VISIT, from_text("2026-11-20T02:00:00.000Z"), rule)
    assert (caught.value.params["days"], caught.value.params["last"]) == (3, "2026-11-13")
    milder = backdating_of({"value": 30, "earlier": 7, "since": "2026-11-20T02:00:00.000Z"})
    check_in_time(None, VISIT, from_text("2026-11-19T02:00:00.000Z"), milder)  # what is allowed now was fair before
    assert backdating_of(None) == USUAL
    assert backdating_of({"value": 0}).at(from_text("2026-11-20T02:00:00.000Z")) == 0
