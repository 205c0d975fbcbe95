"""Call-backs in a run: whom the manager calls about which claim or visit, and what the judge asks of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmdesk.services import commands
from crmdesk.services.claim_state import shown_hash
from crmdesk.services.commands import Command

if TYPE_CHECKING:
    from tests.simulation.laptop import Laptop
    from tests.simulation.planner import Planner

Args = dict[str, Any]
_POINTS = ("attendees", "fee", "material", "meal", "visit")
_OUTCOMES = ("confirmed", "confirmed", "confirmed", "disputed", "disputed", "not_reached", "declined")


def note(laptop: Laptop, args: Args, shown: Any) -> Command:
    """Note a call; its outcome decides about a claim as it is shown now."""
    claim_id = args["values"].get("claim_id")
    seen = shown_hash(shown(laptop, "claim", claim_id).values) if claim_id else ""
    return commands.NoteCallBack(args["values"], seen, args.get("comment", ""))


def correct(laptop: Laptop, args: Args, shown: Any) -> Command:
    """Correct an own call-back as it is shown now."""
    held = shown(laptop, "call_back", args["row_id"]).values
    return commands.CorrectCallBack(args["row_id"], args["values"], held["revision"])


def choose(planner: Planner, laptop: Laptop) -> tuple[str, Args] | None:
    """Choose a claim that waits for a call, a visit that was reported, or any claim that was decided."""
    rng = planner.rng
    if laptop.person != "mei":
        return None
    others = f"AND owner_id <> '{planner.world.ids[laptop.person]}'"
    waiting = planner.visible(laptop, "claim", f"{others} AND state = 'to_call_back'")
    if waiting and rng.random() < 0.75:
        return _about(planner, laptop, "claim", rng.choice(waiting))
    visits = planner.visible(laptop, "visit", f"{others} AND state = 'submitted'")
    if visits and rng.random() < 0.6:
        return _about(planner, laptop, "visit", rng.choice(visits))
    claims = planner.visible(laptop, "claim", f"{others} AND state NOT IN ('draft', 'submitted')")
    return _about(planner, laptop, "claim", rng.choice(claims)) if claims else None


def _about(planner: Planner, laptop: Laptop, record: str, row_id: str) -> tuple[str, Args]:
    values: Args = {f"{record}_id": row_id, **_answers(planner)}
    doctors = _doctors(laptop, record, row_id)
    if doctors:
        values["doctor_id"] = planner.rng.choice(doctors)
    by_phone = doctors and "phone" in _consent(laptop, values["doctor_id"]) and planner.rng.random() < 0.7
    values["way"] = "phone" if by_phone else "face_to_face"
    args: Args = {"values": values, "token": planner.token}
    return "call", args | ({"comment": planner.token} if planner.rng.random() < 0.3 else {})


def _answers(planner: Planner) -> Args:
    outcome, note = planner.rng.choice(_OUTCOMES), f"said {planner.token} of it"
    if outcome not in ("confirmed", "disputed"):
        return {"outcome": outcome, "note": note}
    asked = sorted(planner.rng.sample(_POINTS, planner.rng.choice((1, 2, 3))))
    return {
        "outcome": outcome,
        "note": note,
        "asked": asked,
        "confirmed": asked if outcome == "confirmed" else asked[1:],
    }


def _doctors(laptop: Laptop, record: str, row_id: str) -> list[str]:
    column = "lines" if record == "claim" else "doctor_ids"
    [(stored,)] = laptop.look(f"SELECT {column} FROM row_{record} WHERE id = ?", row_id)
    found = json.loads(stored or "[]")
    return sorted({one for line in found for one in line["doctor_ids"]}) if record == "claim" else found


def _consent(laptop: Laptop, doctor_id: str) -> list[str]:
    found = laptop.look("SELECT consent FROM row_doctor WHERE id = ?", doctor_id)
    consent: list[str] = json.loads(found[0][0] or "[]") if found else []
    return consent


def choose_correction(planner: Planner, laptop: Laptop) -> tuple[str, Args] | None:
    """Choose an own call-back; that one may rest a decision by now is the app's and the server's to see."""
    held = planner.visible(laptop, "call_back", planner.own(laptop))
    if not held:
        return None
    args = {"row_id": planner.rng.choice(held), "values": _answers(planner), "token": planner.token}
    return "correct_call", args


# the judge ------------------------------------------------------------------------------------------------------------


def supports(call: Mapping[str, Any], claim_id: str, command: str, user_id: str) -> bool:
    """Say whether a result of a claim may rest on a call-back, by what it said when the result arrived."""
    said = call.get("claim_id"), f"call_back_{call.get('outcome')}", call.get("owner_id")
    return said == (claim_id, command, user_id)
