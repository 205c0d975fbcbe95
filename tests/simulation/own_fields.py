"""The company's own fields in a run: what is defined, what people fill in, what an administrator retires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from crmdesk.server import custom_fields
from crmdesk.server.work import ServerWork
from crmdesk.services import commands
from crmdesk.services.commands import Command

if TYPE_CHECKING:
    from tests.simulation.laptop import Laptop
    from tests.simulation.planner import Planner

Args = dict[str, Any]
_GRADES = ("甲", "乙", "丙")
_CIRCLES = ("东", "南", "西", "北")


def _named(words: Iterable[str]) -> list[dict[str, str]]:
    return [{"zh": one} for one in words]


DEFINED: tuple[Args, ...] = (
    {"for_record": "doctor", "key": "nick", "name": "绰号", "kind": "text"},
    {"for_record": "doctor", "key": "grade", "name": "院内评级", "kind": "choice", "choices": _named(_GRADES)},
    {"for_record": "doctor", "key": "circles", "name": "圈子", "kind": "choices", "choices": _named(_CIRCLES)},
    {"for_record": "institution", "key": "parking", "name": "停车", "kind": "text"},
    {"for_record": "institution", "key": "beds", "name": "编制床位", "kind": "number"},
)


def define(work: ServerWork) -> None:
    """Define the fields."""
    for one in DEFINED:
        custom_fields.add(work, one)


def retire(work: ServerWork, args: Args) -> None:
    """Take a field out of use, or into use again."""
    custom_fields.change(work, args["record"], args["key"], {"retired": args["retired"]})


def fill_in(laptop: Laptop, args: Args, shown: Any) -> Command:
    """Write company fields by their names; a field with several choices goes on from what stands there."""
    held = shown(laptop, args["record"], args["row_id"]).values
    changes: Args = {f"custom.{key}": value for key, value in args["values"].items()}
    for key, word in args.get("turned", {}).items():
        there = (held["custom"] or {}).get(key) or []
        changes[f"custom.{key}"] = sorted(set(there) ^ {word}) or None
    return commands.EditRow(args["record"], args["row_id"], changes, held["revision"])


def choose(planner: Planner, laptop: Laptop) -> tuple[str, Args] | None:
    """Choose one or two fields of a customer, so that two people often meet in one of them."""
    rng = planner.rng
    record = rng.choice(("doctor", "doctor", "institution"))
    row_id = planner.one(laptop, record)
    if not row_id:
        return None
    args: Args = {"record": record, "row_id": row_id, "values": {}}
    if record == "institution":
        token = rng.random() < 0.7
        args["values"] = {"parking": planner.token} if token else {"beds": rng.choice((None, planner.key))}
    else:
        token = rng.random() < 0.5
        args["values"] = {"nick": planner.token} if token else {"grade": rng.choice((*_GRADES, None))}
        if rng.random() < 0.5:
            args["turned"] = {"circles": rng.choice(_CIRCLES)}
    return "own_field", args | ({"token": planner.token} if token else {})


def choose_retired(planner: Planner) -> Args:
    """Choose a field for an administrator to retire, or mostly to take into use again."""
    one = planner.rng.choice(DEFINED)
    return {"record": one["for_record"], "key": one["key"], "retired": planner.rng.random() < 0.4}


# the judge ------------------------------------------------------------------------------------------------------------


def merged(there: Any, old: Any, new: Any) -> tuple[dict[str, Any] | None, list[tuple[str, Any]]]:
    """Return what a mapping is after an edit that arrived, and (key, value) of each value that it replaced unseen."""
    result, before, after = dict(there or {}), dict(old or {}), dict(new or {})
    losers = []
    for key in sorted({*before, *after}):
        was, will, now = before.get(key), after.get(key), result.get(key)
        if was == will:
            continue
        if all(isinstance(one, list | None) for one in (was, will, now)):
            members = set(now or ()) | (set(will or ()) - set(was or ()))
            will = sorted(members - (set(was or ()) - set(will or ()))) or None
        elif now not in (was, will):
            losers.append((key, now))
        result[key] = will
    return {key: value for key, value in result.items() if value is not None} or None, losers


def shows(there: Any, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Say whether a page shows what an edit of a mapping wrote: each key that it changed, of choices those added."""
    before, after, on_page = dict(old or {}), dict(new or {}), dict(there or {})
    for key in {*before, *after}:
        was, will, now = before.get(key), after.get(key), on_page.get(key)
        if was == will:
            continue
        if isinstance(will, list):
            if not set(will) - set(was or ()) <= set(now or ()):
                return False
        elif not isinstance(was, list) and now != will:
            return False
    return True
