"""The rules of a call-back (回访): whom one may call how, what an outcome needs, when nothing of it changes any more.

Pure functions, asked on the laptop as advice and by the server bindingly.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from crmdesk.domain.claims import Event
from crmdesk.domain.clock import from_text
from crmdesk.domain.errors import InputError, RefusedError

Row = Mapping[str, Any]


class Outcome(StrEnum):
    """What came of a call; codes of the picklist `call_back_outcome`."""

    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"


EVENTS = {Outcome.CONFIRMED.value: Event.CALL_BACK_CONFIRMED, Outcome.DISPUTED.value: Event.CALL_BACK_DISPUTED}
"""The outcomes that decide about a claim, with what they do to it; after the others it keeps waiting."""
CONSENT = {"phone": "phone", "sms": "sms", "wechat": "wechat", "mail": "mail"}
"""The ways that need the doctor's consent to a channel (domain rule 7); to meet somebody needs none."""


def event_of(outcome: object) -> Event | None:
    """Return what an outcome does to a claim that waits for it; None for one that decides nothing."""
    return EVENTS.get(str(outcome))


def doctors_of(claim: Row | None, visit: Row | None) -> list[str]:
    """Return the doctors whom a call may go to, those of the visit first: the claim's and the visit's."""
    in_lines = [one for line in (claim or {}).get("lines") or () for one in line.get("doctor_ids") or ()]
    return list(dict.fromkeys([*((visit or {}).get("doctor_ids") or ()), *in_lines]))


def check_answers(row: Row) -> None:
    """Raise InputError where outcome and answers contradict each other, or nothing says what it was about."""
    if not row.get("claim_id") and not row.get("visit_id"):
        raise InputError("call_back_about_nothing", field="visit_id")
    asked, confirmed = set(row.get("asked") or ()), set(row.get("confirmed") or ())
    outcome = row.get("outcome")
    if outcome not in EVENTS:
        if asked or confirmed:
            raise InputError("nobody_answered", field="outcome")
        return
    if not asked:
        raise InputError("required", field="asked")
    _check_confirmed(row, asked, confirmed)


def _check_confirmed(row: Row, asked: set[str], confirmed: set[str]) -> None:
    outcome = row.get("outcome")
    if confirmed - asked:
        raise InputError("confirmed_unasked", field="confirmed")
    if outcome == Outcome.CONFIRMED and confirmed != asked:
        raise InputError("not_all_confirmed", field="confirmed")
    if outcome == Outcome.DISPUTED and confirmed == asked:
        raise InputError("nothing_disputed", field="confirmed")
    if outcome == Outcome.DISPUTED and not str(row.get("note") or "").strip():
        raise InputError("required", field="note")


def check_subject(row: Row, claim: Row | None, visit: Row | None, also: Collection[str] = ()) -> None:
    """Raise RefusedError where a new call-back does not fit the claim and visit that it is about.

    `also` are doctors who took over from those of the claim and visit (merged). Codes: not_its_visit, out_of_scope,
    not_its_doctor, and those of `check_said`.
    """
    if claim is not None and row.get("visit_id") and claim.get("visit_id") != row["visit_id"]:
        raise RefusedError("not_its_visit", field="visit_id")
    subject = claim if claim is not None else visit
    if subject is not None and subject.get("territory_id") != row.get("territory_id"):
        raise RefusedError("out_of_scope", field="territory_id")
    doctor_id = row.get("doctor_id")
    if doctor_id and doctor_id not in doctors_of(claim, visit) and doctor_id not in also:
        raise RefusedError("not_its_doctor", field="doctor_id")
    check_said(row, claim, visit)


def check_said(row: Row, claim: Row | None, visit: Row | None) -> None:
    """Raise where what a call-back says cannot be, a corrected one too: what it is about is given once.

    Codes: visit_not_reported, before_visit; InputError('required') for the doctor, or, where there is none to call,
    for the note that says who it was.
    """
    if visit is not None and claim is None:  # money may be claimed for a visit that nobody has reported yet
        _check_visit(row, visit)
    if row.get("doctor_id"):
        return
    if doctors_of(claim, visit):
        raise InputError("required", field="doctor_id")
    if not str(row.get("note") or "").strip():
        raise InputError("required", field="note")


def _check_visit(row: Row, visit: Row) -> None:
    if visit.get("state") != "submitted":
        raise RefusedError("visit_not_reported", field="visit_id")
    if from_text(row["called_at"]) < from_text(visit["starts_at"]):
        raise RefusedError("before_visit", field="called_at")


def check_author(user_id: str, claim: Row | None, visit: Row | None) -> None:
    """Raise RefusedError where the caller has a part in what is asked about: `own_claim` or `took_part`.

    Whoever claims the money, wrote the claim, paid the visit or joined it is a beneficiary.
    """
    if claim is not None and user_id in (claim.get("owner_id"), claim.get("created_by")):
        raise RefusedError("own_claim")
    if visit is not None and user_id in (visit.get("owner_id"), *(visit.get("joint_with_ids") or ())):
        raise RefusedError("took_part")


def check_time(called_at: str, now: datetime) -> None:
    """Raise RefusedError('in_future') for a call that did not take place yet."""
    if from_text(called_at) > now:
        raise RefusedError("in_future", field="called_at")


def check_consent(way: object, consents: Iterable[Collection[str]]) -> None:
    """Raise RefusedError('no_consent') where none of `consents` (as of the call, as of now) allows the way."""
    channel = CONSENT.get(str(way))
    if channel is not None and not any(channel in one for one in consents):
        raise RefusedError("no_consent", field="way", channel=channel)


def check_open(row: Row) -> None:
    """Raise RefusedError('call_back_bound') once a decision about a claim rests on it."""
    if row.get("decided_at"):
        raise RefusedError("call_back_bound")


def check_binds(row: Row | None, claim: Row, event: Event, user_id: str) -> None:
    """Raise RefusedError where a result does not rest on such a call-back.

    `call_back_missing`: there is none of this person about this claim; `call_back_differs`: it says something else.
    """
    if row is None or row.get("deleted") or row["owner_id"] != user_id or row.get("claim_id") != claim["id"]:
        raise RefusedError("call_back_missing")
    check_open(row)
    if event_of(row["outcome"]) is not event:
        raise RefusedError("call_back_differs")
