"""Call-backs of the demo company: before each result of a claim, to nobody in vain, about visits alone."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from crmdesk.company.model import Maker, Row, TrailEntry
from crmdesk.company.words import words
from crmdesk.domain import call_backs as rules
from crmdesk.domain.call_backs import Outcome
from crmdesk.domain.claims import Event
from crmdesk.domain.clock import DEFAULT_ZONE, to_text

_POINTS = {"meal": "meal", "material": "material", "speaker_fee": "fee"}
_VISITS_A_TERRITORY = 3


class CallBackMaker:
    """Makes call-backs; what is drawn hangs on the row that they are about: nothing else of the company moves."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._doctors = {row["id"]: row for row in maker.tables["doctor"]}
        self._visits = {row["id"]: row for row in maker.tables["visit"]}

    def about_claim(self, claim: Row, event: Event, by_id: str, moment: datetime) -> str:
        """Make the call-back that a result rests on and return its id."""
        outcome = next(code for code, one in rules.EVENTS.items() if one is event)
        row = self._make(claim, self._visits.get(claim["visit_id"]), by_id, moment - timedelta(minutes=10), outcome)
        row |= {"decided_at": to_text(moment), "revision": 2, "updated_at": to_text(moment)}
        return str(row["id"])

    def not_reached(self, claim: Row, by_id: str, moment: datetime) -> None:
        """Make a call that reached nobody: the claim keeps waiting."""
        self._make(claim, self._visits.get(claim["visit_id"]), by_id, moment, Outcome.NOT_REACHED)

    def about_visits(self, visits: list[Row], by_id: str) -> None:
        """Make some call-backs about visits of the last weeks alone."""
        alone = [visit for visit in visits[-60:] if by_id not in visit["joint_with_ids"]]
        now = datetime.fromisoformat(f"{self._maker.today.isoformat()}T00:00:00+08:00")
        for visit in alone[:: max(1, len(alone) // _VISITS_A_TERRITORY)][:_VISITS_A_TERRITORY]:
            called = min(datetime.fromisoformat(visit["starts_at"]) + timedelta(hours=27), now)
            self._make(None, visit, by_id, max(called, datetime.fromisoformat(visit["starts_at"])), Outcome.CONFIRMED)

    def _make(self, claim: Row | None, visit: Row | None, by_id: str, moment: datetime, outcome: str) -> Row:
        subject = claim or visit or {}
        rng = random.Random(subject["id"])
        doctor_id = next(iter(rules.doctors_of(claim, visit)), None)
        consent = self._doctors[doctor_id]["consent"] or [] if doctor_id else []
        answered = outcome in rules.EVENTS
        asked = sorted(_asked(claim, visit)) if answered else []
        values: dict[str, Any] = {
            "territory_id": subject["territory_id"],
            "owner_id": by_id,
            "doctor_id": doctor_id,
            "claim_id": claim["id"] if claim else None,
            "visit_id": visit["id"] if visit else None,
            "called_at": to_text(moment.astimezone(UTC)),
            "zone": DEFAULT_ZONE,
            "way": "phone" if "phone" in consent else "face_to_face",
            "asked": asked,
            "confirmed": asked[1:] if outcome == Outcome.DISPUTED else asked,
            "outcome": str(outcome),
            "note": rng.choice(words("claim_words")["call_backs"][str(outcome)]) if answered or not doctor_id else None,
        }
        self._check(values, claim, visit, by_id, consent)
        row = self._maker.row("call_back", moment, by_id, values, self._maker.drawn_id(moment, rng))
        if visit is not None and answered:
            self._trail(visit["id"], row)
        return row

    def _check(self, values: Row, claim: Row | None, visit: Row | None, by_id: str, consent: list[str]) -> None:
        rules.check_answers(values)
        rules.check_author(by_id, claim, visit)
        rules.check_subject(values, claim, visit)
        rules.check_consent(values["way"], [consent])

    def _trail(self, visit_id: str, row: Row) -> None:
        changes: Mapping[str, Any] = {"outcome": [None, row["outcome"]]}
        entry = TrailEntry(visit_id, row["created_at"], row["owner_id"], "called_back", changes, record="visit")
        self._maker.trail.append(entry)


def _asked(claim: Row | None, visit: Row | None) -> set[str]:
    spent = {_POINTS.get(line["category"], "") for line in (claim or {}).get("lines") or ()} - {""}
    return spent | ({"visit"} if visit is not None or not spent else set())
