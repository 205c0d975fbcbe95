"""Loads the demo company into an empty database: rows, feed, digests, trail, money and receipts in one transaction."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crmdesk.company import Company
from crmdesk.domain import claims as workflow
from crmdesk.domain.claims import State, period_of
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.server import audit, auth, fapiao, feed
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.server.database import Database
from crmdesk.server.money_tables import BUDGET_HOLD, FAPIAO, RECEIPT
from crmdesk.server.settings import Settings
from crmdesk.server.tables import ATTACHMENT_HOLDER, CREDENTIAL, ROWS, encode_values
from crmdesk.server.work import AuditItem, ServerWork

Row = Mapping[str, Any]
_BATCH = 5000
_PUBLIC = Settings(argon2_time_cost=1, argon2_memory_kib=1024, argon2_lanes=1)
"""What hashing costs unless it is said: everybody is told the demo's passwords, so that nobody needs to guess them."""
_HOLDS = {
    State.SUBMITTED: "reserved_fen",
    State.TO_CALL_BACK: "committed_fen",
    State.DISPUTED: "committed_fen",
    State.PAYABLE: "committed_fen",
    State.PAID: "spent_fen",
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came in: rows by record."""

    rows: dict[str, int]


def load(
    database: Database, company: Company, folder: AttachmentFolder, seed: int, settings: Settings | None = None
) -> Loaded:
    """Write the whole company at once; raises RefusedError('not_empty') where there are people already."""
    # Files first: bytes without a row hurt nobody, a row without its bytes would.
    for _name, _media_type, content in company.receipts.values():
        folder.put(content)
    hasher = auth.hasher_of(settings or _PUBLIC)
    hashes = {login.user_id: hasher.hash(login.password) for login in company.logins}
    return database.run(lambda work: _load(work, company, hashes, seed))


def _load(work: ServerWork, company: Company, hashes: Mapping[str, str], seed: int) -> Loaded:
    if work.connection.execute(sa.select(ROWS["user"].c.id).limit(1)).first() is not None:
        raise RefusedError("not_empty")
    tables = {record: [dict(row) for row in rows] for record, rows in company.tables.items()}
    for claim in tables.get("claim", ()):
        claim["content_hash"] = workflow.content_hash(claim)
    entries = _trail(company)
    tables["audit_entry"] = [_travelling(entry) for entry in entries]
    keys: set[tuple[str, str]] = set()
    for record, rows in tables.items():
        _insert_rows(work, record, rows)
        keys |= {(record, row["id"]) for row in rows}
    _insert(work, CREDENTIAL, _credentials(work, hashes))
    _insert(work, BUDGET_HOLD, _holds(tables))
    _insert(work, FAPIAO, _taken(tables.get("claim", ()), "number", fapiao.numbers_of))
    _insert(work, RECEIPT, _taken(tables.get("claim", ()), "sha256", workflow.receipts_of))
    _insert(work, ATTACHMENT_HOLDER, _holders(tables.get("attachment", ())))
    feed.publish(work.connection, keys, [], keys)
    counts = {record: len(rows) for record, rows in tables.items()}
    audit.append_chain(work, [*entries, _summary(work, counts, seed)])
    return Loaded(counts)


def _insert_rows(work: ServerWork, record: str, rows: Iterable[Row]) -> None:
    """Insert rows that bring their own house-keeping columns (dates of a year past)."""
    declared = RECORDS[record]
    names = frozenset(declared.field_names)
    stored = []
    for row in rows:
        house = {name: value for name, value in row.items() if name not in names}
        fields = encode_values(declared, {name: row.get(name) for name in declared.field_names})
        stored.append(house | fields | {"field_revisions": _field_revisions(row, names)})
    _insert(work, ROWS[record], stored)


def _field_revisions(row: Row, names: frozenset[str]) -> str:
    """A row past its first revision counts every field as changed last, so that no stale edit slips in."""
    return "{}" if row["revision"] == 1 else json.dumps(dict.fromkeys(sorted(names), row["revision"]))


def _insert(work: ServerWork, table: sa.Table, rows: Iterable[Row]) -> None:
    listed = [dict(row) for row in rows]
    for start in range(0, len(listed), _BATCH):
        work.connection.execute(sa.insert(table), listed[start : start + _BATCH])


def _trail(company: Company) -> list[AuditItem]:
    return [
        AuditItem(
            id=new_id(),
            at=entry.at,
            by_id=entry.by_id,
            on_behalf_of_id="",
            device_id="",
            action=entry.action,
            parent_record=entry.record,
            parent_id=entry.row_id,
            changes=dict(entry.changes),
            reason=entry.reason,
            scoped=True,
        )
        for entry in company.trail
    ]


def _travelling(entry: AuditItem) -> dict[str, Any]:
    house = {"id": entry.id, "revision": 1, "deleted": False, "created_at": entry.at, "created_by": None}
    fields = {name: getattr(entry, name) or None for name in RECORDS["audit_entry"].field_names}
    return house | {"updated_at": entry.at, "updated_by": None} | fields


def _summary(work: ServerWork, counts: Mapping[str, int], seed: int) -> AuditItem:
    """One entry says that the other rows came from the generator, and from which seed."""
    changes = {record: [None, count] for record, count in counts.items()} | {"seed": [None, seed]}
    return AuditItem(new_id(), work.at, "", "", "", "demo_company", "", "", changes, "", False)


def _credentials(work: ServerWork, hashes: Mapping[str, str]) -> Iterable[Row]:
    for user_id, password_hash in hashes.items():
        yield {"user_id": user_id, "password_hash": password_hash, "changed_at": work.at}


def _holds(tables: Mapping[str, list[dict[str, Any]]]) -> Iterable[Row]:
    """Yield what each claim holds of each budget, as `budgets` would have written it step by step."""
    budgets = {(row["territory_id"], row["period"], row["category"]): row["id"] for row in tables.get("budget", ())}
    for claim in tables.get("claim", ()):
        column = _HOLDS.get(State(claim["state"]))
        if column is None:
            continue
        amounts = claim["lines"] if column == "reserved_fen" else claim["approved_lines"]
        sums: dict[str, int] = {}
        for line, amount in zip(claim["lines"], amounts, strict=True):
            budget_id = budgets[claim["territory_id"], period_of(line["spent_on"]), line["category"]]
            sums[budget_id] = sums.get(budget_id, 0) + amount["amount_fen"]
        for budget_id, total in sums.items():
            blank = dict.fromkeys(("reserved_fen", "committed_fen", "spent_fen", "over_fen"), 0)
            names = {"claim_id": claim["id"], "budget_id": budget_id, "override_by": "", "override_why": ""}
            yield blank | names | {column: total}


def _holders(attachments: Iterable[Row]) -> Iterable[Row]:
    """The authors of the receipts have brought their bytes."""
    for sha256, user_id in sorted({(row["sha256"], row["created_by"]) for row in attachments if row["created_by"]}):
        yield {"sha256": sha256, "user_id": user_id}


def _taken(claims: Iterable[Row], column: str, marks_of: Callable[[Any], Mapping[str, int]]) -> Iterable[Row]:
    """What submitted claims hold in a register."""
    for claim in claims:
        if claim["submission"] and claim["state"] != State.REJECTED:
            for mark in marks_of(claim["lines"]):
                yield {column: mark, "claim_id": claim["id"], "taken_at": claim["submitted_at"]}
