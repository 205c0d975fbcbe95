"""What proves a claim: its own attachments, each for one claim; what is odd about it is told to whoever decides."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select

from crmdesk.domain.claims import content_hash
from crmdesk.domain.errors import RefusedError
from crmdesk.server import attachments, receipts
from crmdesk.server.money_tables import RECEIPT
from crmdesk.server.tables import ROWS
from crmdesk.server.work import SYSTEM, ServerWork
from tests.server.access.firms import attachment_of
from tests.server.company import Company, visit_values
from tests.server.money.paperwork import attach, command, edit, line, new_claim

PHOTO = "0123456789abcdef" * 4


def refused(act: Callable[[], object]) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        act()
    return caught.value


def test_a_receipt_that_is_not_attached_proves_nothing(company: Company) -> None:
    lines = [line(company, 20_00), line(company, 80_00, receipt_sha256s=[PHOTO])]
    claim_id = new_claim(company, lines, attached=False)
    attach(company, new_claim(company, lines, "colleague", attached=False), lines)  # somebody else's
    error = refused(lambda: command(company, "rep", claim_id, "submit"))
    assert (error.code, error.params) == ("incomplete", {"field": "receipt_sha256s", "line": 2})
    attach(company, claim_id, lines)
    assert command(company, "rep", claim_id, "submit")["state"] == "submitted"


def test_a_receipt_that_was_taken_away_proves_nothing_any_more(sqlite_company: Company) -> None:
    company = sqlite_company
    claim_id = new_claim(company, [line(company, 80_00)])
    command(company, "rep", claim_id, "submit")
    command(company, "rep", claim_id, "recall")
    rows = company.database.run(lambda work: list(work.connection.execute(select(ROWS["attachment"].c.id)).scalars()))
    company.database.run(lambda work: [work.delete("attachment", one, SYSTEM) for one in rows])
    assert refused(lambda: command(company, "rep", claim_id, "submit")).code == "incomplete"


def test_claim_receipt_and_submission_in_one_batch(company: Company) -> None:
    rep = company.laptop("rep")
    values = {"territory_id": company["north"], "owner_id": company["rep"], "title": "场地", "reason": "会"}
    values |= {"currency": "CNY", "lines": [line(company, 80_00, receipt_sha256s=[PHOTO])]}
    claim = rep.create("claim", values)
    receipt = rep.create("attachment", attachment_of("claim", claim.row_id, PHOTO))
    args = {"seen_hash": content_hash(values)}
    submit = rep.operation("claim", claim.row_id, "command", command="submit", args=args)
    assert [one.outcome for one in rep.tell(claim, receipt, submit)] == ["applied"] * 3
    assert company.row("claim", claim.row_id)["state"] == "submitted"


def test_one_receipt_proves_one_claim_and_is_named_to_those_who_may_see(company: Company) -> None:
    lines = [line(company, 80_00, receipt_sha256s=[PHOTO]), line(company, 90_00, receipt_sha256s=[PHOTO])]
    first = new_claim(company, lines)
    command(company, "rep", first, "submit")
    mine = new_claim(company, [line(company, 20_00), line(company, 80_00, receipt_sha256s=[PHOTO])])
    error = refused(lambda: command(company, "rep", mine, "submit"))
    assert (error.code, error.params) == ("receipt_used", {"line": 2, "claim_id": first, "title": "午餐"})
    hers = new_claim(company, lines, "colleague")
    assert refused(lambda: command(company, "colleague", hers, "submit")).params == {"line": 1}
    assert company.row("claim", hers)["state"] == "draft"


def test_a_receipt_becomes_free_with_its_claim(sqlite_company: Company) -> None:
    company = sqlite_company
    lines = [line(company, 80_00, receipt_sha256s=[PHOTO])]
    first, second = new_claim(company, lines), new_claim(company, lines, "colleague")
    command(company, "rep", first, "submit")
    command(company, "manager", first, "send_back", comment="x")
    assert refused(lambda: command(company, "colleague", second, "submit")).code == "receipt_used"
    edit(company, first, lines=[line(company)])
    command(company, "colleague", second, "submit")
    command(company, "manager", second, "reject", comment="x", reason_code="other")
    with company.database.reading() as connection:
        assert connection.execute(select(RECEIPT)).all() == []


def test_claims_split_over_one_visit_show_their_sum(sqlite_company: Company) -> None:
    company = sqlite_company
    visit = company.insert("visit", visit_values(company))
    first, second = (new_claim(company, [line(company, 4_900_00)], visit_id=visit) for _ in range(2))
    assert command(company, "rep", first, "submit")["findings"] == company.row("claim", first)["findings"]
    found = {one["code"]: one["params"] for one in command(company, "rep", second, "submit")["findings"]}
    assert found["visit_claimed"] == {"count": 1, "other_fen": 4_900_00, "together_fen": 9_800_00}
    again = new_claim(company, [line(company)], "colleague", visit_id=visit)
    codes = [one["code"] for one in command(company, "colleague", again, "submit")["findings"]]
    assert "visit_claimed" not in codes


@pytest.mark.parametrize(
    ("spent_on", "odd"),
    [("1970-01-01", True), ("2026-05-25", True), ("2026-05-26", False), ("2026-11-23", False), ("2026-11-24", True),
     ("9999-12-31", True)],
)  # fmt: skip
def test_a_date_that_is_unlikely_is_told(sqlite_company: Company, spent_on: str, odd: bool) -> None:
    row = command(sqlite_company, "rep", new_claim(sqlite_company, [line(sqlite_company, spent_on=spent_on)]), "submit")
    found = [one["params"] for one in row["findings"] if one["code"] == "unlikely_date"]
    assert found == ([{"line": 1, "spent_on": spent_on}] if odd else [])


def test_what_nobody_can_look_at_is_not_approved(company: Company) -> None:
    claim_id = new_claim(company, [line(company), line(company, 6_000_00, receipt_sha256s=[PHOTO])], attached=False)
    attach(company, claim_id, [line(company, 90_00, receipt_sha256s=[PHOTO])], "rep")
    command(company, "rep", claim_id, "submit")
    error = refused(lambda: command(company, "manager", claim_id, "approve"))
    assert (error.code, error.params) == ("receipt_awaited", {"line": 2})
    company.database.run(lambda work: attachments.note_brought(work, company["colleague"], PHOTO))  # not its author
    assert refused(lambda: command(company, "manager", claim_id, "approve")).code == "receipt_awaited"
    assert company.row("claim", claim_id)["step"] == 0
    company.database.run(lambda work: attachments.note_brought(work, company["rep"], PHOTO))
    assert command(company, "manager", claim_id, "approve")["step"] == 1
    assert command(company, "finance", claim_id, "approve")["state"] == "to_call_back"


def test_what_nobody_can_look_at_is_sent_back_or_rejected(sqlite_company: Company) -> None:
    company = sqlite_company
    for event in ("send_back", "reject"):
        claim_id = new_claim(company, [line(company, 80_00)], attached=False)
        attach(company, claim_id, company.row("claim", claim_id)["lines"], "rep")
        command(company, "rep", claim_id, "submit")
        command(company, "manager", claim_id, event, comment="看不到凭证", reason_code="not_proven")


def test_receipts_of_claims_of_before_are_registered_once(company: Company) -> None:
    entry, other = line(company, 80_00, receipt_sha256s=[PHOTO]), "fedcba98" * 8
    first, second, draft, rejected = (new_claim(company, [entry]) for _ in range(4))
    later = new_claim(company, [line(company), line(company, 90_00, receipt_sha256s=[other])], title="后来")
    command(company, "rep", first, "submit")
    command(company, "manager", first, "approve")
    command(company, "rep", later, "submit")
    state = {second: "payable", rejected: "rejected"}

    def before(work: ServerWork) -> None:
        work.connection.execute(delete(RECEIPT))
        for claim_id in (second, rejected):  # as a server without a register took them, an hour later
            given = {"state": state[claim_id], "submission": 1, "submitted_at": "2026-11-22T03:00:00.000Z"}
            work.update("claim", claim_id, given, SYSTEM)

    company.database.run(before)
    for _ in range(2):
        (twice,) = company.database.run(receipts.register_earlier)
        assert (twice.line, twice.claim_id, twice.other_id) == (1, second, first)
        with company.database.reading() as connection:
            held = dict(connection.execute(select(RECEIPT.c.sha256, RECEIPT.c.claim_id)).all())
        assert held == {PHOTO: first, other: later}
    assert refused(lambda: command(company, "rep", draft, "submit")).params["claim_id"] == first
