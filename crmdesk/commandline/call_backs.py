"""The command about call-backs: call-back, about a claim or a visit, with what was asked and what was not confirmed."""

from typing import Annotated, Any

import typer

from crmdesk.bootstrap import Laptop
from crmdesk.commandline.opening import ask, codes, find_customer, given_moment, one_of, opened, options_of, submit
from crmdesk.commandline.output import Output
from crmdesk.domain import call_backs as rules
from crmdesk.domain.call_backs import Outcome
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.services.commands import NoteCallBack
from crmdesk.services.views import CallBackItem, CallBackSubject


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("call-back")(call_back)


def call_back(
    context: typer.Context,
    claim_id: Annotated[str, typer.Argument(help="Id of the claim; '' where it is about a visit alone.")] = "",
    visit: Annotated[str, typer.Option(help="Id of the visit, where it is not about a claim.")] = "",
    confirmed: Annotated[bool | None, typer.Option("--confirmed/--disputed", help="What the doctor said.")] = None,
    outcome: Annotated[str, typer.Option(help="confirmed, disputed, not_reached or declined.")] = "",
    doctor: Annotated[str, typer.Option(help="Id or text of the doctor; without it the only one.")] = "",
    way: Annotated[
        str, typer.Option(help="phone, face_to_face, wechat, sms or mail; without it one that is open.")
    ] = "",
    asked: Annotated[
        str, typer.Option(help="visit,meal,attendees,material,fee; without it what the claim needs.")
    ] = "",
    but: Annotated[str, typer.Option(help="What of it was not confirmed; disputed without it: nothing was.")] = "",
    note: Annotated[str, typer.Option(help="What was said; never a number.")] = "",
    called_at: Annotated[str, typer.Option(help="'2026-11-26 10:30'; without it now.")] = "",
    comment: Annotated[str, typer.Option(help="Comment, seen by the claimant.")] = "",
) -> None:
    """Note a call-back; its outcome confirms or disputes a claim that waits for it."""
    output = options_of(context).output
    one_of("--outcome", outcome, codes("call_back_outcome"))
    one_of("--way", way, codes("call_back_way"))
    for point in (*_listed(asked), *_listed(but)):
        one_of("--asked", point, codes("call_back_point"))
    said = outcome or {True: Outcome.CONFIRMED.value, False: Outcome.DISPUTED.value, None: ""}[confirmed]
    with opened(context) as laptop:
        subject = ask(laptop, lambda reads: reads.call_back_subject(claim_id, visit))
        if subject.refusal:
            raise RefusedError(subject.refusal)
        values: dict[str, Any] = {"claim_id": claim_id, "visit_id": subject.visit_id, "outcome": said, "note": note}
        values |= {"called_at": given_moment("--called-at", called_at), **_whom(laptop, subject, doctor, way)}
        values |= _answers(said, _listed(asked) or list(subject.points), _listed(but))
        seen = ask(laptop, lambda reads: reads.claim(claim_id)).seen_hash if claim_id else ""
        made = submit(laptop, NoteCallBack(values, seen, comment))
    text = output.pick("已记下，等待同步。", "Noted, waiting to sync.")
    output.result({"id": made.created_id, "claim_id": claim_id, "outcome": said, "seen_hash": seen}, [text])


def _listed(text: str) -> list[str]:
    return sorted({part.strip() for part in text.split(",") if part.strip()})


def _whom(laptop: Laptop, subject: CallBackSubject, wanted: str, way: str) -> dict[str, Any]:
    """Return the doctor and a way; InputError('required') where there are several and none is named."""
    known = {one.id: one for one in subject.doctors}
    if not wanted and len(known) > 1:
        raise InputError("required", record="call_back", field="doctor_id")
    doctor_id = find_customer(laptop, "doctor", wanted) if wanted else next(iter(known), "")
    consent = known[doctor_id].consent if doctor_id in known else frozenset[str]()
    return {"doctor_id": doctor_id, "way": way or ("phone" if "phone" in consent else "face_to_face")}


def _answers(outcome: str, asked: list[str], but: list[str]) -> dict[str, Any]:
    if outcome not in rules.EVENTS:
        return {}
    if outcome == Outcome.DISPUTED:
        return {"asked": asked, "confirmed": [one for one in asked if but and one not in but]}
    return {"asked": asked, "confirmed": [one for one in asked if one not in but]}


def call_back_line(output: Output, item: CallBackItem) -> str:
    """Return a call-back in one line."""
    row = item.row
    way, outcome = (
        output.choice("call_back_way", str(row["way"])),
        output.choice("call_back_outcome", str(row["outcome"])),
    )
    state = output.state(row.sync_state)
    parts = (str(row["called_at"]), item.who, way, item.doctor_name, outcome, str(row["note"] or ""), state)
    return "  ☎ " + " · ".join(part for part in parts if part)
