"""Exports at the server: noted in the audit chain with person, device and the server's time; no right, no note."""

from typing import Any

import sqlalchemy as sa

from crmdesk.domain.clock import to_text
from crmdesk.server.money_tables import AUDIT_CHAIN
from tests.server.company import Company

_EXPORTED_AT = "2026-11-20T02:00:00.000Z"


def _note(company: Company, who: str, what: str) -> dict[str, Any]:
    return {
        "owner_id": company[who], "what": what, "row_count": 12, "file_name": "医生.xlsx", "narrowed_by": "A 类",
        "exported_at": _EXPORTED_AT,
    }  # fmt: skip


def _push(company: Company, who: str, values: dict[str, Any]) -> str:
    laptop = company.laptop(who)
    (answer,) = laptop.push(laptop.create("export_note", values))
    return answer.code or answer.outcome


def test_the_chain_says_who_exported_what_and_when_by_the_servers_clock(company: Company) -> None:
    assert _push(company, "rep", _note(company, "rep", "doctor")) == "applied"
    with company.database.reading() as connection:
        content = connection.execute(
            sa.select(AUDIT_CHAIN.c.content).order_by(AUDIT_CHAIN.c.seq.desc()).limit(1)
        ).scalar_one()
    for part in (company["rep"], "export_note", "医生.xlsx", "A 类", to_text(company.clock()), _EXPORTED_AT):
        assert part in content


def test_a_client_that_pretends_is_refused(company: Company) -> None:
    assert _push(company, "finance", _note(company, "finance", "doctor")) == "may_not_export"
    assert _push(company, "finance", _note(company, "finance", "claim")) == "applied"
    assert _push(company, "admin", _note(company, "admin", "claim")) == "may_not_export"
    assert _push(company, "rep", _note(company, "colleague", "doctor")) == "not_yours"
    assert _push(company, "rep", _note(company, "rep", "user")) == "invalid"


def test_the_note_is_its_authors_alone(company: Company) -> None:
    assert _push(company, "rep", _note(company, "rep", "doctor")) == "applied"
    held = {}
    for who in ("rep", "colleague", "manager", "auditor", "admin"):
        laptop = company.laptop(who)
        laptop.sync()
        held[who] = len(laptop.replica.ids("export_note"))
    assert held == {"rep": 1, "colleague": 0, "manager": 0, "auditor": 0, "admin": 0}
