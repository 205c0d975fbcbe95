"""Rules that bind several fields of one row, asked on the laptop and again by the server before a row is written."""

from collections.abc import Callable, Mapping
from typing import Any

from crmdesk.domain import custom_fields, validation
from crmdesk.domain.adverse_events import check_task
from crmdesk.domain.call_backs import check_answers
from crmdesk.domain.clock import FIRST_YEAR, LAST_YEAR
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Record
from crmdesk.domain.file_names import check_file_name

Row = Mapping[str, Any]
_FIRST_DAY, _LAST_DAY = f"{FIRST_YEAR}-01-01", f"{LAST_YEAR}-12-31"
"""Whoever counts days from a period on must not run off the calendar's ends."""


def check_row(record: str, row: Row) -> None:
    """Raise InputError or RefusedError where the fields of a whole row contradict each other; most have no rule."""
    rule = _RULES.get(record)
    if rule is not None:
        rule(row)


def may_become(record: Record, row: Row, changes: Mapping[str, Any]) -> bool:
    """Say whether a row would still keep the rules of its fields and its own with these changes."""
    given = custom_fields.folded(row, changes)
    try:
        validation.check_changes(record, given)
        check_row(record.name, {**row, **given})
    except (InputError, RefusedError):
        return False
    return True


def _dates_in_order(row: Row) -> None:
    starts_on, ends_on = row.get("starts_on"), row.get("ends_on")
    for name, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day and not _FIRST_DAY <= day <= _LAST_DAY:
            raise InputError("out_of_range", field=name, minimum=_FIRST_DAY, maximum=_LAST_DAY)
    if starts_on and ends_on and ends_on < starts_on:
        raise InputError("ends_before_start", field="ends_on")


def _cycle_plan(row: Row) -> None:
    _dates_in_order(row)
    for name, key in (("goals", "customer_class"), ("channel_weights", "channel")):
        named = [entry.get(key) for entry in row.get(name) or ()]
        if len(set(named)) != len(named):
            raise InputError("named_twice", field=name)
    for entry in row.get("goals") or ():
        maximum = entry.get("maximum")
        if maximum is not None and maximum < entry["goal"]:
            raise InputError("maximum_below_goal", field="maximum", goal=entry["goal"])


_RULES: dict[str, Callable[[Row], None]] = {
    "adverse_event": check_task,
    "attachment": check_file_name,
    "call_back": check_answers,
    "cycle_plan": _cycle_plan,
    "day_off": _dates_in_order,
    "procurement": _dates_in_order,
}
