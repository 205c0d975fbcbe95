"""The budgets: what claims reserve, commit and spend, by territory, quarter and category, exact to the fen.

Every claim's share of a budget stands in `budget_hold`, so that giving back frees exactly what was taken, and the three
sums of a budget row are at any time the sums of its holds. A budget that goes over its plan under the rules *warn* and
*ignore* keeps who let it pass and why beside the hold; *stop* refuses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crmdesk.domain.claims import finding_of, period_of
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.scopes import budget_scope
from crmdesk.server.money_tables import BUDGET_HOLD
from crmdesk.server.tables import ROWS
from crmdesk.server.work import ServerActor, ServerWork

SUMS = ("reserved_fen", "committed_fen", "spent_fen")
Key = tuple[str, str]
"""A budget within a territory: (period, category)."""


@dataclass(frozen=True, slots=True)
class _Hold:
    """What one claim takes of one budget, in fen."""

    budget_id: str
    reserved_fen: int = 0
    committed_fen: int = 0
    spent_fen: int = 0
    over_fen: int = 0
    why: str = ""


def amounts_by_key(
    lines: Iterable[Mapping[str, Any]], approved: Iterable[Mapping[str, Any]] | None = None
) -> dict[Key, int]:
    """Return fen by (period, category) of a claim's lines, or of what was approved of each line."""
    listed = list(lines)
    amounts = [int(line["amount_fen"]) for line in (listed if approved is None else approved)]
    sums: dict[Key, int] = {}
    for line, amount in zip(listed, amounts, strict=True):
        key = (period_of(line["spent_on"]), line["category"])
        sums[key] = sums.get(key, 0) + amount
    return sums


def reserve(work: ServerWork, actor: ServerActor, claim: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Reserve a claim's amounts; returns findings (`over_budget`, `no_budget`), each {code, severity, params}.

    Raises RefusedError('over_budget') with the figures where the rule says stop.
    """
    wanted = amounts_by_key(claim["lines"])
    rows = _locked_budgets(work, claim["territory_id"], wanted)
    findings, holds = [], []
    for key in sorted(wanted):
        budget = rows.get(key)
        if budget is None:
            findings.append(finding_of("no_budget", period=key[0], category=key[1]))
            continue
        over = _over(budget, wanted[key])
        if over > 0 and budget["rule"] == "stop":
            raise RefusedError("over_budget", **_figures(actor, budget, wanted[key]))
        if over > 0 and budget["rule"] == "warn":
            findings.append(finding_of("over_budget", **_figures(actor, budget, wanted[key])))
        why = f"rule:{budget['rule']}" if over > 0 else ""
        holds.append(_Hold(budget["id"], reserved_fen=wanted[key], over_fen=max(over, 0), why=why))
    _write(work, actor, claim, holds, {row["id"]: row for row in rows.values()}, "reserve")
    return findings


def release(work: ServerWork, actor: ServerActor, claim: Mapping[str, Any]) -> None:
    """Give back all that a claim holds, reserved or committed (recall, sent back, rejected, clawed back)."""
    _rewrite(work, actor, claim, "release", lambda _key, _hold: (0, 0, 0))


def commit(
    work: ServerWork, actor: ServerActor, claim: Mapping[str, Any], approved: Iterable[Mapping[str, Any]] | None
) -> None:
    """Turn the reservation into a commitment of what was approved; the rest is given back."""
    granted = amounts_by_key(claim["lines"], approved)
    _rewrite(work, actor, claim, "commit", lambda key, _hold: (0, granted.get(key, 0), 0))


def spend(work: ServerWork, actor: ServerActor, claim: Mapping[str, Any]) -> None:
    """Turn what was committed into money spent."""
    _rewrite(work, actor, claim, "spend", lambda _key, hold: (0, 0, hold.committed_fen))


def _used(budget: Mapping[str, Any]) -> int:
    return sum(int(budget[name] or 0) for name in SUMS)


def _over(budget: Mapping[str, Any], amount_fen: int) -> int:
    """Return by how many fen the plan would be passed (≤ 0: it fits)."""
    return _used(budget) + amount_fen - int(budget["planned_fen"] or 0)


def _figures(actor: ServerActor, budget: Mapping[str, Any], amount_fen: int) -> dict[str, Any]:
    """Return which budget it is and, for those who hold it (not who has left the territory), its figures in fen."""
    named = {"period": budget["period"], "category": budget["category"]}
    if budget_scope(budget["territory_id"]) not in actor.scopes:
        return named
    used, planned = _used(budget), int(budget["planned_fen"] or 0)
    return named | {
        "planned_fen": planned,
        "used_fen": used,
        "left_fen": planned - used,
        "asked_fen": amount_fen,
    }


def _locked_budgets(work: ServerWork, territory_id: str, keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
    """Return the budget rows of a territory for these keys, locked in the order of their ids."""
    table = ROWS["budget"]
    query = sa.select(table.c.id).where(
        table.c.territory_id == territory_id,
        table.c.deleted.is_(False),
        table.c.period.in_({period for period, _ in keys}),
    )
    rows = _locked(work, work.connection.execute(query).scalars())
    wanted = set(keys)
    found: dict[Key, dict[str, Any]] = {}
    for row in rows:
        key = (row["period"], row["category"])
        if key in wanted:
            found.setdefault(key, row)
    return found


def _locked(work: ServerWork, ids: Iterable[str]) -> list[dict[str, Any]]:
    rows = (work.get("budget", row_id, lock=True) for row_id in sorted(ids))
    return [row for row in rows if row is not None]


def _rewrite(work: ServerWork, actor: ServerActor, claim: Mapping[str, Any], action: str, new: Any) -> None:
    """Lock the budgets that a claim holds and set each hold to `new(key, hold)` → (reserved, committed, spent)."""
    held = _holds_of(work, claim["id"])
    budgets = {row["id"]: row for row in _locked(work, held)}
    holds = []
    for budget_id, hold in held.items():
        budget = budgets[budget_id]
        reserved, committed, spent = new((budget["period"], budget["category"]), hold)
        holds.append(_Hold(budget_id, reserved, committed, spent, hold.over_fen, hold.why))
    _write(work, actor, claim, holds, budgets, action)


def _holds_of(work: ServerWork, claim_id: str) -> dict[str, _Hold]:
    rows = work.connection.execute(sa.select(BUDGET_HOLD).where(BUDGET_HOLD.c.claim_id == claim_id))
    return {
        row.budget_id: _Hold(
            row.budget_id, row.reserved_fen, row.committed_fen, row.spent_fen, row.over_fen, row.override_why
        )
        for row in rows
    }


def _write(
    work: ServerWork,
    actor: ServerActor,
    claim: Mapping[str, Any],
    holds: list[_Hold],
    budgets: Mapping[str, dict[str, Any]],
    action: str,
) -> None:
    """Write holds and move the sums of the (locked) budgets by the differences."""
    before = _holds_of(work, claim["id"])
    for hold in holds:
        old = before.get(hold.budget_id, _Hold(hold.budget_id))
        budget = budgets[hold.budget_id]
        moved = {name: getattr(hold, name) - getattr(old, name) for name in SUMS}
        changes = {name: int(budget[name] or 0) + step for name, step in moved.items() if step}
        _keep(work, actor, claim["id"], hold)
        if changes:
            reason = f"claim {claim['id']}" + (f", {hold.why}, over by {hold.over_fen} fen" if hold.why else "")
            work.update("budget", hold.budget_id, changes, actor, action=action, reason=reason)


def _keep(work: ServerWork, actor: ServerActor, claim_id: str, hold: _Hold) -> None:
    mine = (BUDGET_HOLD.c.claim_id == claim_id) & (BUDGET_HOLD.c.budget_id == hold.budget_id)
    work.connection.execute(sa.delete(BUDGET_HOLD).where(mine))
    if not any(getattr(hold, name) for name in SUMS):
        return
    values = {name: getattr(hold, name) for name in SUMS} | {"over_fen": hold.over_fen, "override_why": hold.why}
    values |= {"claim_id": claim_id, "budget_id": hold.budget_id, "override_by": actor.user_id if hold.why else ""}
    work.connection.execute(sa.insert(BUDGET_HOLD).values(**values))
