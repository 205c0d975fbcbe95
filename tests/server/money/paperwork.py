"""Claims for the tests of money: made, submitted and decided as the operations of laptops would do it."""

import hashlib
from typing import Any

from sqlalchemy import func, select

from crmdesk.domain.clock import to_text
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Operation
from crmdesk.server import claims
from crmdesk.server.money_tables import BUDGET_HOLD
from crmdesk.server.tables import ROWS
from crmdesk.server.work import SYSTEM, ServerWork
from tests.server.company import Company

SUMS = ("reserved_fen", "committed_fen", "spent_fen")
Row = dict[str, Any]
OUTCOMES = {"call_back_confirmed": "confirmed", "call_back_disputed": "disputed"}


def line(company: Company, amount_fen: int = 40_00, **more: Any) -> Row:
    """Return one line of a claim; below the receipt threshold unless told otherwise."""
    values: Row = {"category": "meal", "spent_on": "2026-11-20", "amount_fen": amount_fen, "staff_count": 1}
    values["doctor_ids"] = [company["north_doctor"]]
    if amount_fen >= 50_00:
        values["receipt_sha256s"] = [hashlib.sha256(new_id().encode()).hexdigest()]
    return values | more


def new_claim(company: Company, lines: list[Row], owner: str = "rep", *, attached: bool = True, **more: Any) -> str:
    """Make a draft of a person, the receipts of its lines `attached` to it, and return its id."""
    claim_id = new_id()
    values = {
        "territory_id": company["north"],
        "owner_id": company[owner],
        "title": "午餐",
        "reason": "科室会",
        "lines": lines,
        "currency": "CNY",
    } | more

    def make(work: ServerWork) -> None:
        actor = company.actor(owner)
        work.insert("claim", claim_id, claims.before_write(work, actor, None, values), actor)

    company.database.run(make)
    if attached:
        attach(company, claim_id, lines)
    return claim_id


def attach(company: Company, claim_id: str, lines: list[Row], by: str = "") -> None:
    """Attach the receipts that lines name to a claim; by a person, who still owes the bytes, where one is named."""
    about = {"parent_record": "claim", "parent_id": claim_id, "file_name": "a.png", "media_type": "image/png"}
    actor = company.actor(by) if by else SYSTEM
    for sha256 in {one for entry in lines for one in entry.get("receipt_sha256s") or ()}:
        values = about | {"sha256": sha256, "size_bytes": 5}
        company.database.run(lambda work, values=values: work.insert("attachment", new_id(), values, actor))


def edit(company: Company, claim_id: str, who: str = "rep", **changes: Any) -> Row:
    """Edit a claim as a person would, through the guard."""

    def change(work: ServerWork) -> Row:
        actor = company.actor(who)
        current = work.get("claim", claim_id, lock=True)
        assert current is not None
        return work.update("claim", claim_id, claims.before_write(work, actor, current, changes), actor)

    return company.database.run(change)


def command(company: Company, who: str, claim_id: str, event: str, **args: Any) -> Row:
    """Let a person command a claim; `seen_hash` is the current one unless given."""
    args.setdefault("seen_hash", company.row("claim", claim_id)["content_hash"])
    if event in OUTCOMES:
        args.setdefault("call_back_id", call_back(company, claim_id, who, OUTCOMES[event]))
    actor = company.actor(who)
    operation = Operation(new_id(), 1, "claim", claim_id, "command", to_text(company.clock()), command=event, args=args)
    return company.database.run(lambda work: claims.apply_command(work, actor, operation))


def call_back(company: Company, claim_id: str, who: str = "manager", outcome: str = "confirmed", **more: Any) -> str:
    """Make a call-back of a person about a claim and return its id."""
    answers = {"asked": ["meal"], "confirmed": ["meal"] if outcome == "confirmed" else [], "note": "没有参加"}
    values = {"territory_id": company["north"], "owner_id": company[who], "doctor_id": company["north_doctor"]}
    values |= {"claim_id": claim_id, "called_at": to_text(company.clock()), "zone": "Asia/Shanghai"}
    return company.insert("call_back", values | {"way": "face_to_face", "outcome": outcome} | answers | more)


def budget(company: Company, planned_fen: int, rule: str = "stop", **more: Any) -> str:
    """Make a budget of the northern territory for meals of the quarter and return its id."""
    values = {"territory_id": company["north"], "period": "2026Q4", "category": "meal", "rule": rule}
    return company.insert("budget", values | {"planned_fen": planned_fen} | dict.fromkeys(SUMS, 0) | more)


def used(company: Company, budget_id: str) -> tuple[int, int, int]:
    """Return reserved, committed and spent of a budget."""
    row = company.row("budget", budget_id)
    return (row["reserved_fen"], row["committed_fen"], row["spent_fen"])


def assert_sums(company: Company) -> None:
    """Every budget's sums are those of its holds, and within the plan or with a recorded override."""
    with company.database.reading() as connection:
        sums = [func.coalesce(func.sum(BUDGET_HOLD.c[name]), 0).label(name) for name in SUMS]
        holds = {
            row.budget_id: row
            for row in connection.execute(
                select(BUDGET_HOLD.c.budget_id, func.max(BUDGET_HOLD.c.over_fen).label("over"), *sums).group_by(
                    BUDGET_HOLD.c.budget_id
                )
            )
        }
        for row in connection.execute(select(ROWS["budget"])):
            held = holds.get(row.id)
            expected = [int(getattr(held, name)) if held else 0 for name in SUMS]
            assert [getattr(row, name) for name in SUMS] == expected
            assert sum(expected) <= row.planned_fen or (held is not None and held.over > 0)
