"""Reads about expense claims: lists, the page that a decision is made on, budgets and what a claim does to them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import msgspec

from crmdesk.domain import claims
from crmdesk.domain.claims import Actor, Event, State, finding_of
from crmdesk.domain.errors import InputError
from crmdesk.services import shown, waiting
from crmdesk.services.claim_state import actor_of, allowed_events, effective, shown_hash
from crmdesk.services.reads_visits import VisitReads
from crmdesk.services.shown import Values
from crmdesk.services.views import BudgetEffect, ClaimItem, ClaimView, HistoryEntry
from crmdesk.services.waiting import UNREFUSED
from crmdesk.storage import settings

_DECISIONS = frozenset(
    {
        Event.APPROVE,
        Event.SEND_BACK,
        Event.REJECT,
        Event.CALL_BACK_CONFIRMED,
        Event.CALL_BACK_DISPUTED,
        Event.SETTLE,
        Event.PAY,
    }
)
_WAITING_STATES = (State.SUBMITTED, State.TO_CALL_BACK, State.DISPUTED, State.PAYABLE)
_UNCOUNTED = frozenset({State.DRAFT, State.RETURNED, State.REJECTED, State.CLAWBACK})
_WITH_PROOFS = """AND (r.lines LIKE '%fapiao_number":"_%' OR r.lines LIKE '%receipt_sha256s":["_%')"""


class MoneyReads(VisitReads):
    """What the Expenses and Approvals pages ask."""

    def claims(self, own: bool = True, states: Sequence[str] = ()) -> list[ClaimItem]:
        """Return claims, latest change first: the person's own or all that are here; `states` '' for none named.

        The state is the server's; `pending` names what is queued here.
        """
        where = "AND r.owner_id = :me" if own else ""
        params: dict[str, Any] = {"me": self._person.user_id} if own else {}
        if states:
            marks, named = shown.in_list(list(states), "s")
            where += f" AND coalesce(r.state, 'draft') IN ({marks})"
            params |= named
        rows = shown.select(self._connection, "claim", f"{where} ORDER BY r.updated_at DESC, r.id DESC", params)
        return self._claim_items(rows)

    def approvals(self) -> list[ClaimItem]:
        """Return the claims that wait for this person, longest waiting first.

        A decision queued here keeps its claim in the list, marked by `pending`, until the server has answered.
        """
        marks, params = shown.in_list([state.value for state in _WAITING_STATES], "s")
        rows = shown.select(
            self._connection, "claim", f"AND r.state IN ({marks}) ORDER BY r.submitted_at, r.id", params
        )
        waiting_rows = [row for row in rows if self._waits_for_me(row)]
        visit_ids = [row["visit_id"] for row in waiting_rows if row.get("visit_id")]
        visits = shown.select_ids(self._connection, "visit", visit_ids)
        found = {
            row["id"]: len(self._in_the_way(row, row, self._actor(row, visits.get(row.get("visit_id") or ""))))
            for row in waiting_rows
        }
        items = self._claim_items(waiting_rows)
        return [msgspec.structs.replace(one, findings=one.findings + found[one.id]) for one in items]

    def _actor(self, row: Values, visit: Values | None) -> Actor:
        return actor_of(self._person, row, self._limit_fen, visit)

    def _waits_for_me(self, row: Values) -> bool:
        actor = self._actor(row, None)
        return bool(allowed_events(row, actor) & _DECISIONS)

    @cached_property
    def _limit_fen(self) -> int | None:
        user = shown.select_one(self._connection, "user", self._person.user_id) or {}
        limit = user.get("approval_limit_fen")
        return None if limit is None else int(limit)

    def _claim_items(self, rows: Iterable[Values]) -> list[ClaimItem]:
        refused = waiting.refusals(self._connection, "claim")
        return [
            ClaimItem(
                id=row["id"],
                title=row.get("title") or "",
                owner_name=self._name_of(row.get("owner_id")),
                total_fen=claims.total_fen(row),
                state=row.get("state") or State.DRAFT.value,
                pending=self._pending(row["id"]),
                sync_state=self._sync_state("claim", row),
                submitted_at=row.get("submitted_at") or "",
                updated_at=row.get("updated_at") or "",
                findings=len(self._findings(row)),
                refusal=refused.get(row["id"], UNREFUSED).code,
                refusal_params=refused.get(row["id"], UNREFUSED).params,
                approved_fen=row.get("approved_fen"),
            )
            for row in rows
        ]

    def _pending(self, row_id: str) -> str:
        """Return the newest queued event of a claim, or ''."""
        if ("claim", row_id) not in self._command_rows:
            return ""
        queued = waiting.queued_commands(self._connection, row_id)
        return queued[-1].command if queued else ""

    def claim(self, row_id: str) -> ClaimView:
        """Return all that a decision needs on one screen; raises InputError('unknown_row')."""
        row = shown.select_one(self._connection, "claim", row_id)
        if row is None:
            raise InputError("unknown_row", record="claim", row_id=row_id)
        queued = waiting.queued_commands(self._connection, row_id)
        refused = waiting.refusals(self._connection, "claim").get(row_id, UNREFUSED)
        visit = shown.select_one(self._connection, "visit", row.get("visit_id")) or {}
        actor = self._actor(row, visit)
        now = effective(row, queued, actor)
        in_lines = [one for line in row.get("lines") or () for one in line.get("doctor_ids") or ()]
        doctor_ids = list(dict.fromkeys([*(visit.get("doctor_ids") or ()), *in_lines]))  # the visit's doctors first
        return ClaimView(
            row=self._as_row("claim", row),
            seen_hash=shown_hash(now),
            owner_name=self._name_of(row.get("owner_id")),
            visit_title=self._visit_title(row.get("visit_id")),
            doctor_names=self._names("doctor", doctor_ids),
            receipts=self.receipts("claim", row_id),
            findings=(*self._in_the_way(row, now, actor), *self._findings(row)),
            budgets=tuple(self._effects(row)),
            trail=self._trail(row_id),
            pending=queued[-1].command if queued else "",
            allowed=allowed_events(now, actor),
            refusal=refused.code,
            refusal_params=refused.params,
            call_backs=self.call_backs_of(row_id),
        )

    def _in_the_way(self, row: Values, now: Values, actor: Actor) -> list[Mapping[str, Any]]:
        """Return what keeps whoever decides from approving: a meal that the person was at, receipts not here yet."""
        if Event.APPROVE not in allowed_events(now, replace(actor, joined=False)):
            return []
        if Event.APPROVE not in allowed_events(now, actor):
            return [finding_of("beneficiary", "stop")]
        absent = {line for sha256, line in claims.receipts_of(row.get("lines")).items() if not self._blobs.has(sha256)}
        return [finding_of("receipt_awaited", "stop", line=line) for line in sorted(absent)]

    def _trail(self, row_id: str) -> tuple[HistoryEntry, ...]:
        """Return the trail oldest first, as a decision is read."""
        return tuple(reversed(self.history("claim", row_id)))

    def _visit_title(self, visit_id: str | None) -> str:
        if not visit_id:
            return ""
        rows = shown.select_ids(self._connection, "visit", [visit_id])
        return self._visit_titles(rows).get(visit_id, "")

    def _findings(self, row: Values) -> list[Mapping[str, Any]]:
        """Return the server's findings of a submitted claim; of a draft what the same rules say here, as advice."""
        if (row.get("state") or State.DRAFT) not in claims.EDITABLE:
            return list(row.get("findings") or ())
        return [*claims.findings(row), *self._fapiao_twice(row), *self._receipts_twice(row)]

    def _fapiao_twice(self, row: Values) -> list[Mapping[str, Any]]:
        """Return a finding `fapiao_used` for each line whose fapiao stands in another claim or line held here."""
        found: list[Mapping[str, Any]] = []
        own: set[str] = set()
        for number, line in enumerate(row.get("lines") or (), 1):
            fapiao = str(line.get("fapiao_number") or "").strip()
            if not fapiao:
                continue
            if fapiao in own or self._used[fapiao] - {row["id"]}:
                found.append(finding_of("fapiao_used", "stop", line=number, fapiao_number=fapiao))
            own.add(fapiao)
        return found

    def _receipts_twice(self, row: Values) -> list[Mapping[str, Any]]:
        """Return a finding `receipt_used` for each line of which a receipt stands in another claim held here."""
        return [
            finding_of("receipt_used", "stop", line=number)
            for number, line in enumerate(row.get("lines") or (), 1)
            if any(self._used[sha256] - {row["id"]} for sha256 in line.get("receipt_sha256s") or ())
        ]

    @cached_property
    def _used(self) -> dict[str, set[str]]:
        """The claims held here by fapiao number and by receipt; rejected ones have given theirs back."""
        used: dict[str, set[str]] = defaultdict(set)
        for row in shown.select(self._connection, "claim", _WITH_PROOFS):
            if row.get("state") == State.REJECTED:
                continue
            for line in row.get("lines") or ():
                number = str(line.get("fapiao_number") or "").strip()
                for mark in (number, *(line.get("receipt_sha256s") or ())):
                    used[mark].add(row["id"])
        return used

    def _effects(self, row: Values) -> list[BudgetEffect]:
        """Return what the claim takes from each budget (territory, quarter, category) that is held here."""
        shares: dict[tuple[str, str], int] = defaultdict(int)
        approved = row.get("approved_lines") or row.get("lines") or ()
        for line, given in zip(row.get("lines") or (), approved, strict=False):
            if line.get("spent_on") and line.get("category"):
                shares[claims.period_of(line["spent_on"]), line["category"]] += int(given.get("amount_fen") or 0)
        counted = State(row.get("state") or State.DRAFT) not in _UNCOUNTED
        budgets = shown.select(
            self._connection, "budget", "AND r.territory_id = :id", {"id": row.get("territory_id") or ""}
        )
        by_key = {(one["period"], one["category"]): one for one in budgets}
        return [self._effect(by_key[key], amount, counted) for key, amount in sorted(shares.items()) if key in by_key]

    def _effect(self, budget: Values, this_fen: int, counted: bool) -> BudgetEffect:
        return BudgetEffect(
            budget_id=budget["id"],
            territory_name=self._territory_names.get(budget["territory_id"], ""),
            period=budget["period"],
            category=budget["category"],
            rule=budget["rule"],
            planned_fen=budget.get("planned_fen") or 0,
            reserved_fen=budget.get("reserved_fen") or 0,
            committed_fen=budget.get("committed_fen") or 0,
            spent_fen=budget.get("spent_fen") or 0,
            this_fen=this_fen,
            counted=counted,
            as_of=settings.meta(self._connection, "last_sync_at"),
        )

    def budgets(self) -> list[BudgetEffect]:
        """Return the budgets of the present quarter that are held here, with nothing more taken from them."""
        period = claims.period_of(self._today.isoformat())
        rows = shown.select(
            self._connection, "budget", "AND r.period = :period ORDER BY r.territory_id, r.category", {"period": period}
        )
        return [self._effect(row, 0, True) for row in rows]

    def attachment(self, sha256: str) -> bytes | None:
        """Return the bytes of an attachment, or None where they are not on this laptop yet."""
        return self._blobs.sound(sha256)
