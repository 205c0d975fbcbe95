"""What a modified client tries: reading and taking what is another's, moving claims past rules, poisoning a batch."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from crmdesk.domain.claims import content_hash, must_be_called_back
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Operation, Refresh, SignIn, UploadState
from crmdesk.server import attachments, auth
from crmdesk.server.attachments import AttachmentFolder, Upload
from crmdesk.server.cursor import Cursor
from crmdesk.server.grace import GRACE_DAYS
from crmdesk.server.horizon import day_of
from crmdesk.server.routes import files
from crmdesk.server.tables import OPERATION_LOG, ROWS
from tests.server.access.firms import attachment_of, share_a_doctor
from tests.server.company import CLOCK_START, PASSWORD, SETTINGS, Company, Laptop, visit_values
from tests.server.money.paperwork import budget, command, line, new_claim


def codes(laptop: Laptop, *operations: Operation) -> list[str]:
    """Push and return the code of each answer, or its outcome."""
    return [one.code or one.outcome for one in laptop.push(*operations)]


def submitted(company: Company, amount_fen: int, **more: Any) -> str:
    claim_id = new_claim(company, [line(company, amount_fen, **more)])
    command(company, "rep", claim_id, "submit")
    return claim_id


# --- rows of others -------------------------------------------------------------------------------------------------


def test_a_shared_doctor_is_not_pulled_into_the_own_territory(company: Company) -> None:
    doctor = share_a_doctor(company)
    rep = company.laptop("rep")
    move = rep.edit("doctor", doctor, 1, territory_id=(company["south"], company["north"]))
    assert codes(rep, move) == ["out_of_scope"]
    assert company.row("doctor", doctor)["territory_id"] == company["south"]


def test_a_shared_doctor_is_edited_but_not_deleted_from_elsewhere(company: Company) -> None:
    doctor = share_a_doctor(company)
    rep, other = company.laptop("rep"), company.laptop("other")
    assert codes(rep, rep.edit("doctor", doctor, 1, phone=(None, "010"))) == ["applied"]
    assert codes(rep, rep.operation("doctor", doctor, "delete", base_revision=2)) == ["not_yours"]
    assert codes(other, other.operation("doctor", doctor, "delete", base_revision=2)) == ["applied"]


def test_a_row_that_left_stays_unknown_after_its_deletion(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company["north_doctor"]
    company.edit("affiliation", company["north_affiliation"], {"institution_id": company["south_hospital"]})
    company.edit("doctor", doctor, {"territory_id": company["south"]})
    company.edit("doctor", doctor, {"mobile": "13999999999"})
    other = company.laptop("other")
    lately = rep.push(rep.edit("doctor", doctor, 1, phone=(None, "010")))
    seen = company.row("doctor", doctor)["revision"]
    assert codes(other, other.operation("doctor", doctor, "delete", base_revision=seen)) == ["applied"]
    lately += rep.push(rep.edit("doctor", doctor, 1, note=(None, "x")))
    # taken for its new owner, and told alike whether the row is still there
    assert [(one.outcome, one.revision, one.row, one.params) for one in lately] == [("applied", 2, None, {})] * 2
    assert company.row("doctor", doctor)["deleted"]
    assert codes(rep, rep.operation("doctor", doctor, "delete", base_revision=9)) == ["out_of_scope"]
    company.clock.move(GRACE_DAYS * 86_400 + 1)
    answers = rep.push(
        rep.operation("doctor", doctor, "delete", base_revision=9), rep.edit("doctor", doctor, 1, note=(None, "x"))
    )
    assert [(one.code, one.row, one.params) for one in answers] == [("out_of_scope", None, {})] * 2


def test_an_operation_of_somebody_else_says_nothing_when_replayed(company: Company) -> None:
    rep, thief = company.laptop("rep"), company.laptop("other")
    made = rep.create("doctor", {"name": "周杰", "territory_id": company["north"]})
    refused = rep.edit("doctor", company["south_doctor"], 1, note=(None, "x"))
    assert [one.outcome for one in rep.push(made, refused)] == ["applied", "refused"]
    answers = thief.push(made, refused)
    assert [(one.outcome, one.code, one.revision, one.row) for one in answers] == [
        ("refused", "body_mismatch", 0, None)
    ] * 2


def test_an_ended_assignment_ends_rights_at_the_next_sync(company: Company) -> None:
    rep = company.laptop("rep")
    visit = rep.create("visit", visit_values(company))
    rep.sync([visit])
    assert rep.replica.ids("doctor") == {company["north_doctor"]}
    old_cursor = rep.cursor
    company.edit("assignment", company["rep_assignment"], {"valid_to": "2026-11-21"})
    company.edit("doctor", company["north_doctor"], {"mobile": "13999999999"})
    rep.cursor = old_cursor
    # nothing is told from the next sync on; edits and new rows are taken for the successor until the grace is over
    for code, outcome in (("", "applied"), ("out_of_scope", "refused")):
        answer = rep.sync(
            [
                rep.edit("doctor", company["north_doctor"], 1, note=(None, "x")),
                rep.edit("visit", visit.row_id, 1, note=("first paragraph", "x")),
                rep.create("doctor", {"name": "x", "territory_id": company["north"]}),
            ]
        )
        assert answer.head.scopes == sorted(["c", f"p:{company['rep']}"])
        assert [(one.outcome, one.code, one.row) for one in answer.answers] == [(outcome, code, None)] * 3
        gone = rep.push(
            rep.operation("doctor", company["north_doctor"], "delete", base_revision=9),
            rep.operation("visit", visit.row_id, "delete", base_revision=9),
        )
        assert [one.code for one in gone] == ["out_of_scope"] * 2
        assert not any(group.record in ("doctor", "visit") for page in answer.pages for group in page.groups)
        assert rep.replica.ids("doctor") == rep.replica.ids("visit") == set()
        company.clock.move(GRACE_DAYS * 86_400 + 1)


def test_a_forged_cursor_opens_no_scope(company: Company) -> None:
    rep = company.laptop("rep")
    foreign = [f"t:{company['south']}", f"m:{company['north']}", f"p:{company['manager']}"]
    forged = [dict.fromkeys(foreign, 0), dict.fromkeys(foreign, 2**62), {"c": 2**62 - 1}, {"c": 2**64 - 1}]
    for cursor in [Cursor(company.database.epoch, one, day_of(CLOCK_START)).text() for one in forged] + [
        "A" * 100_000,
        "é",
        "\x00",
        "====",
    ]:
        rep.cursor = cursor
        answer = rep.sync()
        rep.cursor = ""
        rep.sync()
        assert {page.scope for page in answer.pages} <= set(answer.head.scopes)
        assert not set(answer.head.scopes) & set(foreign)
        assert company["south_doctor"] not in rep.replica.ids("doctor")
        assert company["rep"] in rep.replica.ids("user")


# --- claims ---------------------------------------------------------------------------------------------------------


def test_who_changes_roles_still_settles_and_pays_no_own_claim(company: Company) -> None:
    claim_id = submitted(company, 4_000_00)
    command(company, "manager", claim_id, "approve")
    command(company, "manager", claim_id, "call_back_disputed", comment="没有参加")
    for role in ("finance", "auditor"):
        company.edit("user", company["rep"], {"role": role})
        with pytest.raises(RefusedError, match="own_claim"):
            command(company, "rep", claim_id, "settle", outcome="payable", comment="我自己")
    assert company.row("claim", claim_id)["state"] == "disputed"


def test_two_steps_are_two_people(company: Company) -> None:
    claim_id = submitted(company, 6_000_00)
    command(company, "manager", claim_id, "approve")
    company.edit("user", company["manager"], {"role": "finance"})
    with pytest.raises(RefusedError, match="not_yours"):
        command(company, "manager", claim_id, "approve")
    assert command(company, "finance", claim_id, "approve")["state"] == "to_call_back"


def test_a_claim_whose_id_was_picked_is_called_back_like_any_other(company: Company) -> None:
    """The laptop makes the id: whoever could work the draw out of it would choose who is never called about."""
    picked, rep, secret = "", company.laptop("rep"), company.database.seal
    while not picked or must_be_called_back(picked, 40_00, b"") or not must_be_called_back(picked, 40_00, secret):
        picked = new_id()
    values = {"title": "工作餐", "reason": "会", "currency": "CNY", "lines": [line(company, 40_00)]}
    values |= {"territory_id": company["north"], "owner_id": company["rep"]}
    assert codes(rep, rep.create("claim", values, picked)) == ["applied"]
    command(company, "rep", picked, "submit")
    assert command(company, "manager", picked, "approve")["state"] == "to_call_back"


def test_figures_of_a_budget_stay_with_those_who_hold_it(company: Company) -> None:
    budget(company, 10_00)
    claim_id = new_claim(company, [line(company, 40_00)])
    with pytest.raises(RefusedError, match="over_budget") as told:
        command(company, "rep", claim_id, "submit")
    assert told.value.params["left_fen"] == 10_00
    company.edit("assignment", company["rep_assignment"], {"valid_to": "2026-11-21"})
    with pytest.raises(RefusedError, match="over_budget") as hidden:
        command(company, "rep", claim_id, "submit")
    assert set(hidden.value.params) == {"period", "category"}


@pytest.mark.parametrize("spelled", ["１２３４５６７８", "No. 1234 5678", "١٢٣٤٥٦٧٨", "१२३४-५६७८", "①②③④⑤⑥⑦⑧"])
def test_the_same_fapiao_in_other_digits_is_the_same(sqlite_company: Company, spelled: str) -> None:
    submitted(sqlite_company, 40_00, fapiao_number="12345678")
    second = new_claim(sqlite_company, [line(sqlite_company, fapiao_number=spelled)])
    with pytest.raises(RefusedError, match="fapiao_used"):
        command(sqlite_company, "rep", second, "submit")


def test_server_fields_hide_nowhere_in_a_claim(sqlite_company: Company) -> None:
    company, rep = sqlite_company, sqlite_company.laptop("rep")
    values: dict[str, Any] = {"territory_id": company["north"], "owner_id": company["rep"], "title": "x", "reason": "y"}
    values |= {"currency": "CNY", "lines": [line(company)]}
    owned = {"state": "payable", "approved_fen": 1, "content_hash": "0" * 64, "step": 9, "findings": [], "revision": 7}
    owned |= {"created_by": company["manager"], "field_revisions": {}, "deleted": False, "submission": 1}
    for name, value in owned.items():
        assert codes(rep, rep.create("claim", values | {name: value})) == ["field_not_allowed"], name
    for name in ("approved_fen", "state", "id", "__class__"):
        nested = [line(company) | {name: 1}]
        assert codes(rep, rep.create("claim", values | {"lines": nested})) == ["invalid"], name
    sound = rep.create("claim", values)
    assert codes(rep, sound) == ["applied"]
    for name, value in owned.items():
        assert codes(rep, rep.edit("claim", sound.row_id, 1, **{name: (None, value)})) == ["field_not_allowed"], name
    assert company.row("claim", sound.row_id)["revision"] == 1


def test_a_submitted_claim_yields_to_no_ordinary_operation(company: Company) -> None:
    rep, claim_id = company.laptop("rep"), submitted(company, 60_00)
    receipt = attachment_of("claim", claim_id, "ab" * 32)
    assert codes(
        rep,
        rep.edit("claim", claim_id, 9, title=("午餐", "x")),
        rep.edit("claim", claim_id, 9, territory_id=(company["north"], company["north"]), reason="x"),
        rep.operation("claim", claim_id, "delete", base_revision=9),
        rep.create("claim", {"title": "x"}, claim_id),
        rep.create("attachment", receipt),
    ) == ["not_in_this_state", "applied", "not_in_this_state", "invalid", "locked"]
    row = company.row("claim", claim_id)
    assert (row["state"], row["content_hash"]) == ("submitted", content_hash(row))


# --- attachments ----------------------------------------------------------------------------------------------------


def _bring(company: Company, folder: AttachmentFolder, who: str, content: bytes) -> UploadState:
    """Send bytes as a person, in one chunk, through what the route calls."""
    actor = company.actor(who)
    upload = Upload(hashlib.sha256(content).hexdigest(), len(content), actor.user_id)
    incoming, proven = files.begin(company.database, folder, actor, upload, 0, len(content))
    assert incoming is not None
    incoming.write(content)
    return files.end(company.database, folder, actor, upload, incoming, proven)


def test_knowing_a_hash_opens_no_bytes(company: Company, tmp_path: Path) -> None:
    secret = b"a receipt of the north"
    digest, folder = hashlib.sha256(secret).hexdigest(), AttachmentFolder(tmp_path / "bytes")
    rep, thief = company.laptop("rep"), company.laptop("other")
    assert codes(rep, rep.create("attachment", attachment_of("doctor", company["north_doctor"], digest))) == ["applied"]
    assert _bring(company, folder, "rep", secret).complete
    assert files.read(company.database, folder, company.actor("colleague"), digest, "").content == secret
    mine = attachment_of("doctor", company["south_doctor"], digest)
    assert codes(thief, thief.create("attachment", mine)) == ["applied"]
    with pytest.raises(RefusedError, match="not_arrived"):
        files.read(company.database, folder, company.actor("other"), digest, "")
    state = files.state_of(company.database, folder, company.actor("other"), digest, len(secret))
    assert (state.complete, state.received) == (False, 0)
    assert _bring(company, folder, "other", secret).complete
    assert files.read(company.database, folder, company.actor("other"), digest, "").content == secret


def test_a_claim_that_names_a_hash_does_not_tell_whether_it_is_here(company: Company, tmp_path: Path) -> None:
    folder = AttachmentFolder(tmp_path / "bytes")
    digest = folder.put(b"somebody else's receipt")
    new_claim(company, [line(company, receipt_sha256s=[digest])], attached=False)
    state = files.state_of(company.database, folder, company.actor("rep"), digest, 0)
    assert (state.complete, state.received, state.size) == (False, 0, 0)
    with company.database.reading() as connection:
        assert not attachments.may_read(connection, company.actor("rep"), digest)


def test_nobody_sends_files_to_the_whole_company(company: Company) -> None:
    budget_id = budget(company, 10_00)
    rep, targets = company.laptop("rep"), {"product": "product", "user": "rep", "territory": "north"}
    rows = [(record, company[name]) for record, name in targets.items()]
    rows += [("assignment", company["rep_assignment"]), ("budget", budget_id)]
    for record, row_id in rows:
        assert codes(rep, rep.create("attachment", attachment_of(record, row_id, "cd" * 32))) == ["out_of_scope"]


def test_an_own_attachment_can_be_taken_back_until_its_visit_is_submitted(company: Company) -> None:
    rep = company.laptop("rep")
    visit = rep.create("visit", visit_values(company))
    photo = rep.create("attachment", attachment_of("visit", visit.row_id, "ef" * 32))
    second = rep.create("attachment", attachment_of("visit", visit.row_id, "aa" * 32))
    assert codes(rep, visit, photo, second) == ["applied"] * 3
    assert codes(rep, rep.operation("attachment", photo.row_id, "delete", base_revision=1)) == ["applied"]
    colleague = company.laptop("colleague")
    assert codes(colleague, colleague.operation("attachment", second.row_id, "delete", base_revision=1)) == [
        "not_yours"
    ]
    rep.push(rep.edit("visit", visit.row_id, 1, state=("draft", "submitted")))
    bare = rep.operation("attachment", second.row_id, "delete", base_revision=1)
    with_reason = rep.operation("attachment", second.row_id, "delete", base_revision=1, reason="拍错了")
    assert codes(rep, bare, with_reason) == ["locked", "applied"]


# --- devices and sign-in --------------------------------------------------------------------------------------------


def test_nobody_takes_over_the_device_of_a_colleague(company: Company) -> None:
    desk, rep = auth.Authentication(company.database, SETTINGS), company.laptop("rep")
    with pytest.raises(RefusedError, match="device_mismatch"):
        desk.sign_in(SignIn("other", PASSWORD, rep.device_id), "10.0.0.1")
    assert codes(rep, rep.edit("doctor", company["north_doctor"], 1, phone=(None, "1"))) == ["applied"]
    company.edit("user", company["rep"], {"active": False})
    assert desk.sign_in(SignIn("other", PASSWORD, rep.device_id), "10.0.0.1").user_id == company["other"]


def test_a_refresh_from_a_strange_device_name_revokes_and_never_breaks(company: Company) -> None:
    desk = auth.Authentication(company.database, SETTINGS)
    for strange in ("a\x00b", "", "x" * 70_000, new_id()):
        tokens = desk.sign_in(SignIn("rep", PASSWORD, new_id()), "10.0.0.1")
        with pytest.raises(RefusedError, match="token_expired"):
            desk.refresh(Refresh(tokens.refresh_token, strange))
        with pytest.raises(RefusedError, match="token_expired"):
            desk.actor(tokens.access_token)


# --- poison ---------------------------------------------------------------------------------------------------------


def test_a_poisoned_operation_leaves_its_neighbours_alone(company: Company) -> None:
    rep = company.laptop("rep")
    good = rep.create("doctor", {"name": "好", "territory_id": company["north"]})
    bad = [
        rep.operation("x\x00", new_id(), "create"),
        rep.operation("doctor", new_id(), "cre\x00ate"),
        rep.edit("doctor", company["north_doctor"], 1, **{"no\x00te": (None, "x")}),
        rep.edit("doctor", company["north_doctor"], 1, note=("\x00", "x")),
        rep.operation("claim", new_id(), "command", command="sub\x00mit", args={"a\x00": "\x00"}),
        rep.edit("doctor", company["north_doctor"], 1, tags=(None, [float("nan")])),
        rep.edit("doctor", company["north_doctor"], 1, tags=(None, [{}])),
        rep.edit("doctor", company["north_doctor"], 1, tags=({"a": []}, ["x"])),
        rep.create("visit", visit_values(company, duration_min=float("inf"))),
        rep.create("visit", visit_values(company, duration_min=10**18)),
    ]
    answers = rep.push(*bad, good)
    assert [one.outcome for one in answers] == ["refused"] * len(bad) + ["applied"]
    assert [one.outcome for one in rep.push(*bad, good)] == ["refused"] * len(bad) + ["duplicate"]
    with company.database.reading() as connection:
        kept = connection.execute(select(OPERATION_LOG.c.record)).scalars().all()
    assert len(kept) == len(bad) + 1


def test_instants_are_kept_in_one_form_that_every_laptop_can_read(company: Company) -> None:
    rep, colleague, doctor = company.laptop("rep"), company.laptop("colleague"), company["north_doctor"]
    visit = rep.create("visit", visit_values(company, starts_at="2026-11-22T09:00:00+08:00"))
    early = rep.create("visit", visit_values(company, starts_at="0001-01-01T00:00:00Z"))
    assert codes(rep, visit, early) == ["applied", "invalid"]
    assert company.row("visit", visit.row_id)["starts_at"] == "2026-11-22T01:00:00.000Z"
    colleague.push(colleague.edit("doctor", doctor, 1, phone=(None, "1")))
    clash = rep.edit("doctor", doctor, 1, phone=(None, "2"))
    clash.made_at = "0001-01-02T00:00:00Z"
    assert codes(rep, clash) == ["merged"]
    with company.database.reading() as connection:
        at = connection.execute(select(ROWS["conflict"].c.winner_at)).scalar_one()
    assert at == "2026-11-22T02:00:00.000Z"


def test_a_zone_that_no_clock_knows_is_refused(sqlite_company: Company) -> None:
    rep = sqlite_company.laptop("rep")
    for zone in ("../../etc/passwd", "Nowhere/Land", "Asia", "/etc/localtime"):
        assert codes(rep, rep.create("visit", visit_values(sqlite_company, zone=zone))) == ["invalid"], zone
    assert codes(rep, rep.create("visit", visit_values(sqlite_company, zone="Europe/Berlin"))) == ["applied"]


@pytest.mark.parametrize("made_at", ["9999-12-31T23:59:59.999Z", "2026-11-22T02:00:00.001Z", "0001-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_is_told_to_nobody(company: Company, made_at: str) -> None:
    doctor, rep, colleague = company["north_doctor"], company.laptop("rep"), company.laptop("colleague")
    rep.push(rep.edit("doctor", doctor, 1, mobile=("13800000000", "1")))
    forged = msgspec.structs.replace(colleague.edit("doctor", doctor, 1, mobile=("13800000000", "2")), made_at=made_at)
    assert [one.outcome for one in colleague.push(forged)] == ["merged"]
    rep.sync()
    (conflict,) = [row for key, row in rep.replica.rows.items() if key[1] == "conflict"]
    assert conflict["winner_at"] == "2026-11-22T02:00:00.000Z"


@pytest.mark.parametrize(
    "name", ["../../evil.exe", "C:\\Users\\x\\evil.exe", "a\u202egpj.exe", "a\x1b[2J", "\ufeffa.png", " a", ".", "a\nb"]
)
def test_a_file_name_neither_leads_elsewhere_nor_hides_its_end(sqlite_company: Company, name: str) -> None:
    rep = sqlite_company.laptop("rep")
    values = attachment_of("doctor", sqlite_company["north_doctor"], "a" * 64) | {"file_name": name}
    (answer,) = rep.push(rep.create("attachment", values))
    assert (answer.outcome, answer.code, answer.field) == ("refused", "invalid", "file_name")
    (answer,) = rep.push(rep.create("attachment", values | {"file_name": "发票 2026 (1).jpg"}))
    assert answer.outcome == "applied"
