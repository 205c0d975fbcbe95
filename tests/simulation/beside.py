"""What people do beside customers, visits and claims: merges, adverse events, targets, days off, calls, own fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from crmdesk.domain import customer_merge, targets
from crmdesk.services import commands
from crmdesk.services.commands import Command
from crmdesk.storage.rows import Held
from tests.simulation import calls, own_fields

if TYPE_CHECKING:
    from tests.simulation.laptop import Laptop
    from tests.simulation.planner import Planner

Args = dict[str, Any]
Shown = Callable[["Laptop", str, str], Held]
_TAKE = ("custom", "good_at:both", "mobile", "name", "note:both", "preferred_time", "tags:both")
_WAYS = ("system", "phone", "mail", "paper")


# what is done ---------------------------------------------------------------------------------------------------------


def _merge(laptop: Laptop, args: Args, shown: Shown) -> Command:
    kept, other = (shown(laptop, "doctor", args[name]).values for name in ("doctor_id", "other_id"))
    take = tuple(args["take"])
    if args.get("propose"):
        return commands.ProposeMerge(kept["id"], other["id"], take, args["token"])
    seen = customer_merge.DOCTORS.pair_hash(kept, other)
    return commands.MergeCustomers(kept["id"], other["id"], take, seen, args.get("row_id", ""), args.get("token", ""))


def _decide(_laptop: Laptop, args: Args, _shown: Shown) -> Command:
    return commands.DecideMerge(args["row_id"], args["event"])


def _report(_laptop: Laptop, args: Args, _shown: Shown) -> Command:
    return commands.ReportAdverseEvent(args["row_id"], args["how"], args["token"])


def _target(_laptop: Laptop, args: Args, _shown: Shown) -> Command:
    return commands.ProposeTarget(args["cycle_plan_id"], args["doctor_id"], args["wanted"], args["token"])


def _answer(laptop: Laptop, args: Args, shown: Shown) -> Command:
    seen = targets.content_hash(shown(laptop, "plan_target", args["row_id"]).values)
    return commands.TargetCommand(args["row_id"], args["event"], seen, args.get("args", {}))


COMMANDS: Mapping[str, Callable[[Laptop, Args, Shown], Command]] = {
    "merge": _merge,
    "decide": _decide,
    "report": _report,
    "target": _target,
    "answer": _answer,
    "own_field": own_fields.fill_in,
    "call": calls.note,
    "correct_call": calls.correct,
}


# what is chosen -------------------------------------------------------------------------------------------------------

Chosen = tuple[str, Args] | None


def _choose_merge(planner: Planner, laptop: Laptop) -> Chosen:
    """A representative proposes, the manager merges, with a proposal or without."""
    rng = planner.rng
    doctors = planner.visible(laptop, "doctor", "AND status <> 'merged'")
    proposed = planner.visible(laptop, "doctor_merge", "AND state = 'proposed'")
    if laptop.person == "mei" and proposed and rng.random() < 0.6:
        row_id = rng.choice(proposed)
        pair = laptop.look("SELECT doctor_id, other_id FROM row_doctor_merge WHERE id = ?", row_id)[0]
        return "merge", {"doctor_id": pair[0], "other_id": pair[1], "take": _some(planner), "row_id": row_id}
    if len(doctors) < 2:
        return None
    kept, other = rng.sample(doctors, 2)
    args = {"doctor_id": kept, "other_id": other, "take": _some(planner), "token": planner.token}
    return "merge", args | ({} if laptop.person == "mei" else {"propose": True})


def _some(planner: Planner) -> list[str]:
    return sorted(planner.rng.sample(_TAKE, planner.rng.randrange(4)))


def _choose_decision(planner: Planner, laptop: Laptop) -> Chosen:
    event = planner.rng.choice(("decline", "restore", "restore"))
    state = "proposed" if event == "decline" else "done"
    held = planner.visible(laptop, "doctor_merge", f"AND state = '{state}'") if laptop.person == "mei" else []
    return ("decide", {"row_id": planner.rng.choice(held), "event": event}) if held else None


def _choose_report(planner: Planner, laptop: Laptop) -> Chosen:
    held = planner.visible(laptop, "adverse_event")
    if not held:
        return None
    return "report", {"row_id": planner.rng.choice(held), "how": planner.rng.choice(_WAYS), "token": planner.token}


def _choose_target(planner: Planner, laptop: Laptop) -> Chosen:
    plan, doctor = planner.one(laptop, "cycle_plan"), planner.one(laptop, "doctor")
    if not plan or not doctor:
        return None
    wanted = planner.rng.randrange(12)
    args = {"cycle_plan_id": plan, "doctor_id": doctor, "wanted": wanted, "token": planner.token}
    return "target", args


def _choose_answer(planner: Planner, laptop: Laptop) -> Chosen:
    manager = laptop.person == "mei"
    where = "" if manager else planner.own(laptop)
    held = planner.visible(laptop, "plan_target", f"{where} AND state = 'proposed'")
    if not held:
        return None
    event = planner.rng.choice(("accept", "decline")) if manager else "withdraw"
    more = {"comment": planner.token} if event == "decline" else {}
    return "answer", {"row_id": planner.rng.choice(held), "event": event} | ({"args": more} if more else {})


def _choose_day_off(planner: Planner, laptop: Laptop) -> Chosen:
    day = f"2026-12-{planner.rng.randrange(1, 29):02}"
    held = planner.visible(laptop, "day_off", planner.own(laptop))
    if held and planner.rng.random() < 0.4:
        changes = {"note": planner.token, "starts_on": day, "ends_on": day}
        args = {"record": "day_off", "row_id": planner.rng.choice(held), "changes": changes}
        return "edit", args | {"token": planner.token}
    values = {"starts_on": day, "ends_on": day, "part": "whole", "kind": "leave", "note": planner.token}
    return "create", {"record": "day_off", "values": values, "token": planner.token}


WEIGHTS = {
    "merge": 3, "decide": 2, "report": 2, "target": 3, "answer": 3, "day_off": 2, "own_field": 10, "call": 24,
    "correct_call": 8,
}  # fmt: skip
MAKERS: dict[str, Callable[[Planner, Laptop], Chosen]] = {
    "merge": _choose_merge,
    "decide": _choose_decision,
    "report": _choose_report,
    "target": _choose_target,
    "answer": _choose_answer,
    "day_off": _choose_day_off,
    "own_field": own_fields.choose,
    "call": calls.choose,
    "correct_call": calls.choose_correction,
}
