"""Expense claims of the demo company in every state, each taken there step by step through the workflow itself."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crmdesk.company.call_backs import CallBackMaker
from crmdesk.company.model import Maker, Row, TrailEntry, at_local
from crmdesk.company.people import FINANCE_LIMIT_FEN, MANAGER_LIMIT_FEN, Organisation, Territory
from crmdesk.company.receipts import pdf_invoice, png_ticket
from crmdesk.company.words import words
from crmdesk.domain import claims
from crmdesk.domain.call_backs import EVENTS
from crmdesk.domain.claims import Actor, Event
from crmdesk.domain.clock import from_text, local_date, to_text
from crmdesk.domain.money import CURRENCY, format_fen
from crmdesk.domain.roles import Role

CLAIMS_A_TERRITORY = 44
_NO_SECRET = b""
"""The sample of a company that is made up is nobody's to foretell."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a claim goes: its events with the days after the visit, whether it is called back, a large one or not."""

    weight: int
    least_days: int
    most_days: int
    events: tuple[tuple[Event, int], ...] = ()
    called_back: bool = False
    large: bool = False


_SUBMIT = (Event.SUBMIT, 1)
_APPROVE = (Event.APPROVE, 2)
_DISPUTED = (_SUBMIT, _APPROVE, (Event.CALL_BACK_DISPUTED, 5))
_CONFIRMED = (_SUBMIT, _APPROVE, (Event.CALL_BACK_CONFIRMED, 5))
_PAY = (Event.PAY, 9)
COURSES: dict[str, Course] = {
    "draft": Course(3, 1, 5),
    "submitted": Course(6, 2, 7, (_SUBMIT,)),
    "second step": Course(1, 4, 9, (_SUBMIT, _APPROVE), called_back=True, large=True),
    "returned": Course(2, 4, 12, (_SUBMIT, (Event.SEND_BACK, 2))),
    "recalled": Course(1, 3, 9, (_SUBMIT, (Event.RECALL, 2))),
    "rejected": Course(3, 4, 300, (_SUBMIT, (Event.REJECT, 2))),
    "to_call_back": Course(3, 4, 12, (_SUBMIT, _APPROVE), called_back=True),
    "disputed": Course(1, 7, 20, _DISPUTED, called_back=True),
    "payable": Course(5, 4, 14, (_SUBMIT, _APPROVE)),
    "payable after call-back": Course(2, 7, 16, _CONFIRMED, called_back=True),
    "clawback": Course(1, 12, 200, (*_DISPUTED, (Event.SETTLE, 10)), called_back=True),
    "paid": Course(60, 11, 360, (_SUBMIT, _APPROVE, _PAY)),
    "paid after call-back": Course(6, 11, 360, (*_CONFIRMED, _PAY), called_back=True),
    "paid large": Course(
        3, 12, 360, (_SUBMIT, _APPROVE, (Event.APPROVE, 3), (Event.CALL_BACK_CONFIRMED, 5), _PAY), True, True
    ),
}


class _ClaimMaker:
    """Makes the claims of one territory."""

    def __init__(
        self, maker: Maker, organisation: Organisation, territory: Territory, visits: list[Row], calls: CallBackMaker
    ) -> None:
        self._maker, self._rng, self._calls = maker, maker.rng, calls
        self._territory = territory
        self._finance_id = organisation.finance_id
        self._rep_id = territory.rep_ids[0]
        self._visits = [(local_date(from_text(visit["starts_at"])), visit) for visit in visits]
        self._now = at_local(maker.today, 7)

    def make(self, course: Course) -> None:
        """Make one claim and take it along its course."""
        day, visit = self._visit(course)
        began = from_text(visit["starts_at"]) + timedelta(hours=2)
        claim_id = self._maker.new_id(began)
        # Whether a small claim is called back is drawn from its id: draw again until it suits the course.
        while not course.large and claims.must_be_called_back(claim_id, 0, _NO_SECRET) != course.called_back:
            claim_id = self._maker.new_id(began)
        claim = self._draft(claim_id, day, visit, course.large, began)
        for number, (event, days) in enumerate(course.events):
            moment = at_local(day + timedelta(days=days), 17, self._rng.randint(0, 50))
            self._apply(claim, event, min(moment, self._now + timedelta(minutes=number)))
        if claim["state"] == claims.State.TO_CALL_BACK:
            self._calls.not_reached(claim, self._territory.manager_id, self._now - timedelta(hours=15))

    def _visit(self, course: Course) -> tuple[date, Row]:
        last = self._maker.today - timedelta(days=course.least_days)
        first = self._maker.today - timedelta(days=course.most_days)
        alone = [one for one in self._visits if not (course.called_back and one[1]["joint_with_ids"])]
        fitting = [entry for entry in alone if first <= entry[0] <= last]
        older = [entry for entry in alone if entry[0] <= last]
        return self._rng.choice(fitting) if fitting else older[-1]

    def _draft(self, claim_id: str, day: date, visit: Row, large: bool, began: datetime) -> Row:
        source = words("claim_words")
        category = "speaker_fee" if large else self._maker.weighted(_CATEGORIES)
        alone = category in ("material", "other") and self._rng.random() < 0.6
        values: dict[str, Any] = {
            "territory_id": self._territory.id,
            "owner_id": self._rep_id,
            "title": source["titles"][category],
            "visit_id": None if alone else visit["id"],
            "reason": self._rng.choice(source["reasons"]) if alone else None,
            "attendees": "代表一人" if category == "transport" else "科室医生与代表",
            "currency": CURRENCY,
            "state": claims.State.DRAFT.value,
            "submission": 0,
            "step": 0,
        }
        claim = self._maker.row("claim", began, self._rep_id, values, claim_id)
        lines = [self._line(claim, category, day, visit, large)]
        if category != "transport" and self._rng.random() < 0.4:
            lines.append(self._line(claim, "transport", day, visit, False))
        claim["lines"] = lines
        claim["total_fen"] = claims.total_fen(claim)
        self._trail(claim, began, self._rep_id, "create", {"state": [None, claim["state"]]})
        return claim

    def _line(self, claim: Row, category: str, day: date, visit: Row, large: bool) -> dict[str, Any]:
        low, high = (5_200, 9_600) if large else _AMOUNTS_YUAN[category]
        amount_fen = self._rng.randint(low * 10, high * 10) * 10
        number = f"{day.year % 100:02d}00000000{len(self._maker.receipts) + 1:010d}"
        line: dict[str, Any] = {
            "category": category,
            "spent_on": day.isoformat(),
            "amount_fen": amount_fen,
            "description": self._rng.choice(words("claim_words")["descriptions"][category]),
            "doctor_ids": sorted(visit["doctor_ids"]) if category in ("meal", "speaker_fee") else [],
            "staff_count": 1 if category == "meal" else None,
            "fapiao_number": None,
            "receipt_sha256s": [],
        }
        if amount_fen >= claims.RECEIPT_THRESHOLD_FEN:
            line["fapiao_number"] = number
            line["receipt_sha256s"] = [self._receipt(claim, line, number)]
        return line

    def _receipt(self, claim: Row, line: Mapping[str, Any], number: str) -> str:
        text = [
            f"NO {number}",
            f"DATE {line['spent_on']}",
            f"ITEM {line['category'].replace('_', ' ').upper()}",
            "",
            f"TOTAL CNY {format_fen(line['amount_fen']).replace(',', '')}",
        ]
        paper = self._rng.random() < 0.8
        content = png_ticket(text) if paper else pdf_invoice(text)
        name, media_type = (
            (f"receipt-{number}.png", "image/png") if paper else (f"fapiao-{number}.pdf", "application/pdf")
        )
        sha256 = hashlib.sha256(content).hexdigest()
        self._maker.receipts[sha256] = (name, media_type, content)
        values = {
            "parent_record": "claim",
            "parent_id": claim["id"],
            "sha256": sha256,
            "file_name": name,
            "media_type": media_type,
            "size_bytes": len(content),
        }
        self._maker.row("attachment", from_text(claim["created_at"]), self._rep_id, values)
        return sha256

    def _apply(self, claim: Row, event: Event, moment: datetime) -> None:
        """Take one step of the workflow as the server would, with the rules of the domain."""
        actor = self._actor(claim, event)
        args = self._args(claim, event)
        if event in EVENTS.values():
            args["call_back_id"] = self._calls.about_claim(claim, event, actor.user_id, moment)
        step = claims.advance(claim, event, actor, args)
        before = {name: claim[name] for name in _TRACED}
        claim["state"], claim["step"] = step.state.value, step.step
        if event is Event.SUBMIT:
            claim["content_hash"] = claims.content_hash(claim)
            claim["total_fen"] = claims.total_fen(claim)
            claim["steps_needed"] = claims.steps_needed(claim["total_fen"])
            claim["submission"] += 1
            claim["submitted_at"] = to_text(moment)
            claim["findings"] = claims.findings(claim)
        elif event is Event.APPROVE:
            approved = args.get("approved_lines") or [line["amount_fen"] for line in claim["approved_lines"]]
            claim["approved_fen"] = sum(approved)
            claim["approved_lines"] = [{"amount_fen": amount} for amount in approved]
        if event in claims.DECISIONS:
            claim["decision_comment"] = args["comment"]
        claim["revision"] += 1
        claim["updated_at"], claim["updated_by"] = to_text(moment), actor.user_id
        changes = {name: [old, claim[name]] for name, old in before.items() if old != claim[name]}
        self._trail(claim, moment, actor.user_id, event.value, changes, args.get("comment", ""))

    def _actor(self, claim: Row, event: Event) -> Actor:
        if event in (Event.SUBMIT, Event.RECALL):
            return Actor(self._rep_id, Role.REP, supervises=True)
        by_finance = event in (Event.PAY, Event.SETTLE) or (event is Event.APPROVE and claim["step"] >= 1)
        if by_finance:
            return Actor(self._finance_id, Role.FINANCE, True, FINANCE_LIMIT_FEN, secret=_NO_SECRET)
        return Actor(self._territory.manager_id, Role.MANAGER, True, MANAGER_LIMIT_FEN, secret=_NO_SECRET)

    def _args(self, claim: Row, event: Event) -> dict[str, Any]:
        args: dict[str, Any] = {"seen_hash": claims.content_hash(claim), "comment": self._comment(event)}
        if event is Event.APPROVE and claim["step"] == 0:
            amounts = [line["amount_fen"] for line in claim["lines"]]
            if self._rng.random() < 0.06:
                amounts[0] = amounts[0] * 4 // 5 // 100 * 100
            args["approved_lines"] = amounts
        elif event is Event.REJECT:
            args["reason_code"] = "not_allowed"
        elif event is Event.SETTLE:
            args["outcome"] = "clawback"
        return args

    def _comment(self, event: Event) -> str:
        choices = words("claim_words").get(event.value)
        if isinstance(choices, dict):
            return str(choices["clawback"])
        return str(self._rng.choice(choices)) if choices else ""

    def _trail(
        self, claim: Row, moment: datetime, by_id: str, action: str, changes: dict[str, Any], reason: str = ""
    ) -> None:
        self._maker.trail.append(
            TrailEntry(claim["id"], to_text(moment.astimezone(UTC)), by_id, action, changes, reason)
        )


_TRACED = ("state", "step", "total_fen", "approved_fen", "submission")
_CATEGORIES = {"meal": 46, "transport": 26, "material": 12, "venue": 8, "other": 8}
_AMOUNTS_YUAN = {
    "meal": (80, 680),
    "transport": (18, 220),
    "material": (60, 900),
    "venue": (600, 2_600),
    "other": (20, 380),
}


def make_claims(maker: Maker, organisation: Organisation, visits: dict[str, list[Row]]) -> None:
    """Make every territory's claims: one in each course first, the rest drawn by weight."""
    weights = {name: course.weight for name, course in COURSES.items()}
    calls = CallBackMaker(maker)
    for territory in organisation.territories:
        one = _ClaimMaker(maker, organisation, territory, visits[territory.id], calls)
        more = maker.count(CLAIMS_A_TERRITORY, 0) - len(COURSES)
        for name in [*COURSES, *(maker.weighted(weights) for _ in range(max(0, more)))]:
            one.make(COURSES[name])
        calls.about_visits(visits[territory.id], territory.manager_id)
