"""Push: each operation judged for itself, merged or refused, answered the same again; on both databases."""

import random
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from crmdesk.domain.claims import content_hash
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.protocol import frames
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.server.grace import GRACE_DAYS
from crmdesk.server.tables import OPERATION_LOG, ROWS
from crmdesk.server.work import ServerWork
from tests.server.company import Company, Laptop, assert_same, visit_values


def _count(company: Company, record: str) -> int:
    with company.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(ROWS[record])).scalar_one())


def _codes(answers: list[Answer]) -> list[str]:
    return [answer.code or answer.outcome for answer in answers]


def test_a_new_doctor_waits_for_review_and_reaches_the_colleague(company: Company) -> None:
    rep, colleague = company.laptop("rep"), company.laptop("colleague")
    doctor = rep.create("doctor", {"name": "李娜", "territory_id": company["north"], "tags": ["b", "a"]})
    pair = {"doctor_id": doctor.row_id, "institution_id": company["north_hospital"]}
    answers = rep.push(doctor, rep.create("affiliation", pair))
    assert _codes(answers) == ["applied", "applied"]
    assert answers[0].row is not None
    assert answers[0].row["status"] == "under_review"
    assert answers[0].row["tags"] == ["a", "b"]
    assert_same(colleague, colleague.sync().end.digests)
    assert colleague.replica.get("doctor", doctor.row_id) == answers[0].row


def test_a_manager_makes_active_doctors(company: Company) -> None:
    manager = company.laptop("manager")
    answer = manager.push(manager.create("doctor", {"name": "李娜", "territory_id": company["north"]}))[0]
    assert answer.row is not None
    assert answer.row["status"] == "active"


def test_one_poisoned_operation_costs_its_neighbours_nothing(company: Company) -> None:
    rep = company.laptop("rep")
    place = {"territory_id": company["north"]}
    operations = [rep.create("doctor", {"name": f"王{number}", **place}) for number in range(40)]
    operations[17] = rep.create("doctor", {"name": "x" * 1000, **place})
    answers = rep.push(*operations)
    assert [number for number, one in enumerate(answers) if one.outcome != "applied"] == [17]
    assert (answers[17].code, answers[17].params["code"], answers[17].field) == ("invalid", "too_long", "name")
    assert len(rep.replica.ids("doctor")) == 40
    assert_same(rep, rep.sync().end.digests)


def test_two_edits_of_one_doctor_merge_and_the_lost_value_is_kept(company: Company) -> None:
    rep, colleague, doctor = company.laptop("rep"), company.laptop("colleague"), company["north_doctor"]
    rep.sync(), colleague.sync()
    company.clock.move(60)
    first = colleague.push(
        colleague.edit("doctor", doctor, 1, mobile=("13800000000", "13911111111"), note=(None, "周二在"))
    )
    assert _codes(first) == ["applied"]
    company.clock.move(60)
    made = rep.edit("doctor", doctor, 1, mobile=("13800000000", "13722222222"), title=(None, "chief"))
    second = rep.sync([made])
    assert _codes(second.answers) == ["merged"]
    row = company.row("doctor", doctor)
    assert (row["mobile"], row["note"], row["title"], row["revision"]) == ("13722222222", "周二在", "chief", 3)
    colleague.sync()
    for laptop in (rep, colleague):
        (conflict_id,) = laptop.replica.ids("conflict")
        conflict = laptop.replica.get("conflict", conflict_id)
        assert conflict is not None
        assert conflict["base_value"] == {"value": "13800000000"}
        assert (conflict["winner_value"], conflict["winner_by"]) == ({"value": "13722222222"}, company["rep"])
        assert (conflict["loser_value"], conflict["loser_by"]) == ({"value": "13911111111"}, company["colleague"])
        assert (conflict["winner_at"], conflict["loser_at"]) == (made.made_at, "2026-11-22T02:01:00.000Z")
        assert (conflict["field"], conflict["state"]) == ("mobile", "open")
    back = colleague.edit("doctor", doctor, 3, mobile=("13722222222", "13911111111"))
    settle = colleague.edit("conflict", conflict_id, 1, state=("open", "resolved"))
    assert _codes(colleague.push(back, settle)) == ["applied", "applied"]
    assert company.row("doctor", doctor)["mobile"] == "13911111111"
    assert company.row("conflict", conflict_id)["state"] == "resolved"
    assert _count(company, "conflict") == 1


def test_two_own_edits_made_offline_are_no_conflict(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company["north_doctor"]
    first = rep.edit("doctor", doctor, 1, mobile=("13800000000", "1"))
    second = rep.edit("doctor", doctor, 1, mobile=("1", "2"))
    assert _codes(rep.push(first, second)) == ["applied", "applied"]
    assert company.row("doctor", doctor)["mobile"] == "2"
    assert _count(company, "conflict") == 0


def test_texts_and_sets_of_both_sides_hold(company: Company) -> None:
    company.edit("doctor", company["north_doctor"], {"tags": ["a", "b"], "note": "one\ntwo\nthree\n"})
    rep, colleague, doctor = company.laptop("rep"), company.laptop("colleague"), company["north_doctor"]
    before = "one\ntwo\nthree\n"
    rep.push(rep.edit("doctor", doctor, 2, tags=(["a", "b"], ["b", "c"]), note=(before, "ONE\ntwo\nthree\n")))
    colleague.push(
        colleague.edit("doctor", doctor, 2, tags=(["a", "b"], ["a", "b", "d"]), note=(before, "one\ntwo\nTHREE\n"))
    )
    row = company.row("doctor", doctor)
    assert (row["tags"], row["note"]) == (["b", "c", "d"], "ONE\ntwo\nTHREE\n")
    assert _count(company, "conflict") == 0


def test_the_same_operation_has_one_effect_and_the_same_answer(company: Company) -> None:
    rep = company.laptop("rep")
    create = rep.create("doctor", {"name": "周杰", "territory_id": company["north"]})
    bad = rep.create("doctor", {"name": "", "territory_id": company["north"]})
    first, again = rep.push(create, bad), rep.push(create, bad)
    assert _codes(first) == ["applied", "invalid"]
    assert [one.outcome for one in again] == ["duplicate", "refused"]
    assert (again[0].revision, again[0].row, again[1]) == (first[0].revision, first[0].row, first[1])
    assert _count(company, "doctor") == 3


def test_a_known_id_with_another_body_is_refused(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company["north_doctor"]
    edit = rep.edit("doctor", doctor, 1, mobile=("13800000000", "1"))
    rep.push(edit)
    edit.fields = {"mobile": ("13800000000", "2")}
    assert _codes(rep.push(edit)) == ["body_mismatch"]
    assert company.row("doctor", doctor)["mobile"] == "1"


def test_an_old_copy_of_a_laptop_is_noticed_and_goes_on_as_another_device(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company["north_doctor"]
    sent = rep.edit("doctor", doctor, 1, mobile=("13800000000", "1"))
    rep.push(sent)
    rep.seq = 0  # the copy was made before that edit
    other = rep.edit("doctor", doctor, 1, phone=(None, "010-1"))
    answer = rep.sync([other])
    assert (answer.head.fork, answer.answers, answer.pages) == (True, [], [])
    assert company.row("doctor", doctor)["phone"] is None
    token_device, rep.device_id = rep.device_id, new_id()
    service_actor = company.actor("rep", token_device)
    from crmdesk.protocol.messages import SyncRequest
    from crmdesk.server.sync_service import SyncService
    from tests.server.company import SETTINGS

    sent.seq, other.seq = 1, 2
    request = SyncRequest(1, 1, rep.device_id, rep.cursor, [sent, other])
    taken = rep._take(list(SyncService(company.database, SETTINGS).answer(service_actor, request)))
    assert [one.outcome for one in taken.answers] == ["duplicate", "applied"]
    assert company.row("doctor", doctor)["phone"] == "010-1"


REFUSED: dict[str, tuple[str, Any]] = {
    "a colleague's doctor elsewhere": (
        "unknown_row",
        lambda c, mine: mine.edit("doctor", c["south_doctor"], 1, note=(None, "x")),
    ),
    "a doctor that does not exist": (
        "unknown_row",
        lambda _c, mine: mine.edit("doctor", new_id(), 1, note=(None, "x")),
    ),
    "a territory that is not one's own": (
        "out_of_scope",
        lambda c, mine: mine.create("doctor", {"name": "x", "territory_id": c["south"]}),
    ),
    "moving a doctor into another territory": (
        "out_of_scope",
        lambda c, mine: mine.edit("doctor", c["north_doctor"], 1, territory_id=(c["north"], c["south"])),
    ),
    "a visit to somebody else's doctor": (
        "out_of_scope",
        lambda c, mine: mine.create("visit", visit_values(c, doctor_ids=[c["south_doctor"]])),
    ),
    "a product that does not exist, nested": (
        "out_of_scope",
        lambda c, mine: mine.create("visit", visit_values(c, products=[{"product_id": new_id()}])),
    ),
    "a visit in another's name": ("not_yours", lambda c, mine: mine.create("visit", visit_values(c, "colleague"))),
    "a field of the server": (
        "field_not_allowed",
        lambda c, mine: mine.edit("doctor", c["north_doctor"], 1, status=("active", "merged")),
    ),
    "a field that is not declared": (
        "field_not_allowed",
        lambda c, mine: mine.edit("doctor", c["north_doctor"], 1, prescriptions=(None, 3)),
    ),
    "house-keeping columns": (
        "field_not_allowed",
        lambda c, mine: mine.edit("doctor", c["north_doctor"], 1, revision=(1, 99)),
    ),
    "a record of the server": (
        "forbidden",
        lambda c, mine: mine.edit("user", c["rep"], 1, role=("rep", "admin")),
    ),
    "an assignment to oneself": (
        "forbidden",
        lambda c, mine: mine.create(
            "assignment", {"user_id": c["rep"], "territory_id": c["south"], "valid_from": "2026-01-01"}
        ),
    ),
    "a budget": ("forbidden", lambda c, mine: mine.create("budget", {"territory_id": c["north"]})),
    "a record that there is not": ("unknown_record", lambda _c, mine: mine.create("prescription", {"doctor": "x"})),
    "an old value of another kind": (
        "invalid",
        lambda c, mine: mine.edit("doctor", c["north_doctor"], 1, note=(7, "x")),
    ),
    "a wrong kind": ("invalid", lambda c, mine: mine.edit("doctor", c["north_doctor"], 1, note=(None, ["x"]))),
    "a kind of operation that there is not": (
        "invalid",
        lambda c, mine: mine.operation("doctor", c["north_doctor"], "erase"),
    ),
    "a NUL": ("invalid", lambda c, mine: mine.edit("doctor", c["north_doctor"], 1, note=(None, "a\x00b"))),
    "a NUL in the reason": (
        "invalid",
        lambda c, mine: mine.edit("doctor", c["north_doctor"], 1, note=(None, "a"), reason="\x00"),
    ),
    "a revision out of range": (
        "invalid",
        lambda c, mine: mine.edit("doctor", c["north_doctor"], 2**40, note=(None, "a")),
    ),
    "a row that is there already": (
        "invalid",
        lambda c, mine: mine.create("doctor", {"name": "x", "territory_id": c["north"]}, c["north_doctor"]),
    ),
    "a command on something else": (
        "forbidden",
        lambda c, mine: mine.operation("doctor", c["north_doctor"], "command", command="submit"),
    ),
    "a conflict of one's own making": (
        "field_not_allowed",
        lambda c, mine: mine.create("conflict", {"parent_id": c["north_doctor"]}),
    ),
    "an attachment to a hidden row": (
        "out_of_scope",
        lambda c, mine: mine.create(
            "attachment",
            {
                "parent_record": "doctor",
                "parent_id": c["south_doctor"],
                "sha256": "0" * 64,
                "file_name": "x",
                "media_type": "image/png",
            },
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_representative_may_not_do(sqlite_company: Company, case: str) -> None:
    code, make = REFUSED[case]
    laptop = sqlite_company.laptop("rep")
    with sqlite_company.database.reading() as connection:
        before = {name: connection.execute(select(table).order_by(table.c.id)).all() for name, table in ROWS.items()}
    answer = laptop.push(make(sqlite_company, laptop))[0]
    assert (answer.outcome, answer.code) == ("refused", code), answer
    assert answer.row is None
    with sqlite_company.database.reading() as connection:
        after = {name: connection.execute(select(table).order_by(table.c.id)).all() for name, table in ROWS.items()}
    assert before == after


@pytest.mark.parametrize("person", ["finance", "auditor"])
def test_who_only_reads_may_not_write(sqlite_company: Company, person: str) -> None:
    laptop, doctor = sqlite_company.laptop(person), sqlite_company["north_doctor"]
    operations = [
        laptop.create("doctor", {"name": "x", "territory_id": sqlite_company["north"]}),
        laptop.edit("doctor", doctor, 1, note=(None, "x")),
        laptop.operation("doctor", doctor, "delete", base_revision=1),
        laptop.create("visit", visit_values(sqlite_company, person)),
    ]
    assert set(_codes(laptop.push(*operations))) == {"forbidden"}


def test_a_submitted_visit_is_amended_only_with_a_reason(company: Company) -> None:
    rep, manager = company.laptop("rep"), company.laptop("manager")
    visit = rep.create("visit", visit_values(company, state="submitted"))
    rep.push(visit)
    edit = {"note": ("first paragraph", "second")}
    answers = rep.push(
        rep.edit("visit", visit.row_id, 1, **edit),
        rep.edit("visit", visit.row_id, 1, **edit, reason="补充"),
        rep.edit("visit", visit.row_id, 2, state=("submitted", "draft"), reason="撤回"),
        rep.operation("visit", visit.row_id, "delete", base_revision=2),
    )
    assert _codes(answers) == ["locked", "applied", "locked", "locked"]
    manager.sync()
    (trail_id,) = manager.replica.ids("audit_entry")
    trail = manager.replica.get("audit_entry", trail_id)
    assert trail is not None
    assert (trail["reason"], trail["changes"], trail["by_id"]) == ("补充", {"note": list(edit["note"])}, company["rep"])
    assert _codes(manager.push(manager.edit("visit", visit.row_id, 2, note=("second", "x"), reason="y"))) == [
        "not_yours"
    ]


def test_delete_against_edit_waits_for_a_person(company: Company) -> None:
    rep, colleague, doctor = company.laptop("rep"), company.laptop("colleague"), company["north_doctor"]
    colleague.push(colleague.edit("doctor", doctor, 1, phone=(None, "010")))
    assert _codes(rep.push(rep.operation("doctor", doctor, "delete", base_revision=1))) == ["merged"]
    assert not company.row("doctor", doctor)["deleted"], "the edit lives on"
    assert _codes(rep.push(rep.operation("doctor", doctor, "delete", base_revision=2))) == ["applied"]
    answer = colleague.push(colleague.edit("doctor", doctor, 2, phone=("010", "020")))[0]
    assert (answer.outcome, answer.row and answer.row["deleted"]) == ("merged", True)
    assert _codes(rep.push(rep.operation("doctor", doctor, "delete", base_revision=3))) == ["applied"]
    assert doctor not in rep.replica.ids("doctor") | colleague.replica.ids("doctor")
    assert_same(rep, rep.sync().end.digests)
    assert [one["loser_by"] for one in _conflicts(rep)] == [company["rep"], company["colleague"]]
    assert [one["field"] for one in _conflicts(rep)] == ["deleted", "deleted"]


def _conflicts(laptop: Laptop) -> list[dict[str, Any]]:
    found = [laptop.replica.get("conflict", one) for one in sorted(laptop.replica.ids("conflict"))]
    return [one for one in found if one is not None]


def test_what_was_edited_after_its_deletion_comes_back_by_a_persons_decision(company: Company) -> None:
    rep, colleague, doctor = company.laptop("rep"), company.laptop("colleague"), company["north_doctor"]
    colleague.push(colleague.edit("doctor", doctor, 1, title=(None, "chief")))
    assert _codes(rep.push(rep.operation("doctor", doctor, "delete", base_revision=2))) == ["applied"]
    first = colleague.edit("doctor", doctor, 2, phone=(None, "010"), note=(None, "周二"))
    second = colleague.edit("doctor", doctor, 2, phone=("010", "020"))
    assert [one.outcome for one in colleague.push(first, second)] == ["merged", "merged"]
    assert company.row("doctor", doctor)["deleted"]
    (kept,) = _conflicts(colleague)
    assert kept["winner_value"] == {"deleted": True}
    assert (kept["winner_by"], kept["loser_by"]) == (company["rep"], company["colleague"])
    assert kept["loser_value"] == {"changes": {"phone": [None, "020"], "note": [None, "周二"]}}
    assert kept["base_value"]["row"]["name"] == "张伟"
    restore = colleague.operation("conflict", kept["id"], "command", command="restore")
    assert _codes(colleague.push(restore)) == ["applied"]
    row = company.row("doctor", doctor)
    assert (row["deleted"], row["phone"], row["note"], row["title"]) == (False, "020", "周二", "chief")
    again = rep.operation("conflict", kept["id"], "command", command="restore")
    other = rep.operation("conflict", kept["id"], "command", command="settle")
    assert _codes(rep.push(again, other)) == ["already_settled", "invalid"]
    for laptop in (rep, colleague):
        assert_same(laptop, laptop.sync().end.digests)
        shown = laptop.replica.get("doctor", doctor)
        assert shown is not None
        assert shown["phone"] == "020"
    trail = [rep.replica.get("audit_entry", one) for one in sorted(rep.replica.ids("audit_entry"))]
    assert [one["action"] for one in trail if one] == ["edit", "delete", "restore"]


def test_a_deletion_after_own_and_others_edits_waits_for_a_person(company: Company) -> None:
    rep, colleague, doctor = company.laptop("rep"), company.laptop("colleague"), company["north_doctor"]
    colleague.push(colleague.edit("doctor", doctor, 1, phone=(None, "010")))
    own = rep.edit("doctor", doctor, 1, title=(None, "chief"))
    gone = rep.operation("doctor", doctor, "delete", base_revision=1)
    assert [one.outcome for one in rep.push(own, gone)] == ["merged", "merged"]
    (kept,) = _conflicts(rep)
    assert kept["winner_value"] == {"changes": {"phone": [None, "010"]}}
    assert (kept["winner_by"], kept["loser_value"]) == (company["colleague"], {"deleted": True})
    wrong = rep.operation("conflict", kept["id"], "command", command="restore")
    assert _codes(rep.push(wrong)) == ["not_in_this_state"]


def test_only_who_may_edit_it_brings_a_deleted_row_back(company: Company) -> None:
    rep, colleague, doctor = company.laptop("rep"), company.laptop("colleague"), company["north_doctor"]
    rep.push(rep.operation("doctor", doctor, "delete", base_revision=1))
    colleague.push(colleague.edit("doctor", doctor, 1, phone=(None, "010")))
    (kept,) = _conflicts(colleague)
    for person, code in (("other", "unknown_row"), ("finance", "forbidden"), ("auditor", "forbidden")):
        laptop = company.laptop(person)
        assert _codes(laptop.push(laptop.operation("conflict", kept["id"], "command", command="restore"))) == [code]
    assert company.row("doctor", doctor)["deleted"]
    manager = company.laptop("manager")
    assert _codes(manager.push(manager.operation("conflict", kept["id"], "command", command="restore"))) == ["applied"]


def test_a_report_may_name_whom_a_colleague_deleted_meanwhile(company: Company) -> None:
    rep, colleague, doctor = company.laptop("rep"), company.laptop("colleague"), company["north_doctor"]
    rep.sync()
    visit = rep.create("visit", visit_values(company, doctor_ids=[doctor]))
    pair = {"doctor_id": doctor, "institution_id": company["north_hospital"]}
    link = rep.create("affiliation", pair)
    assert _codes(colleague.push(colleague.operation("doctor", doctor, "delete", base_revision=1))) == ["applied"]
    assert _codes(rep.push(visit, link)) == ["applied", "out_of_scope"]
    assert company.row("visit", visit.row_id)["doctor_ids"] == [doctor]
    # the same within one batch
    fresh = rep.create("doctor", {"name": "周", "territory_id": company["north"]})
    gone = rep.operation("doctor", fresh.row_id, "delete", base_revision=1)
    later = rep.create("visit", visit_values(company, doctor_ids=[fresh.row_id]))
    link = rep.create("affiliation", pair | {"doctor_id": fresh.row_id})
    assert _codes(rep.push(fresh, gone, later, link)) == ["applied"] * 3 + ["out_of_scope"]


def test_an_edit_of_a_row_that_left_says_so(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company["north_doctor"]
    rep.sync()
    company.edit("affiliation", company["north_affiliation"], {"institution_id": company["south_hospital"]})
    company.edit("doctor", doctor, {"territory_id": company["south"]})
    company.clock.move(GRACE_DAYS * 86_400 + 1)
    assert _codes(rep.push(rep.edit("doctor", doctor, 1, phone=(None, "010")))) == ["out_of_scope"]
    assert company.row("doctor", doctor)["phone"] is None


def test_an_operation_that_fails_after_writing_leaves_nothing(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    rep, inner = company.laptop("rep"), ServerWork.insert
    poison = rep.create("doctor", {"name": "毒", "territory_id": company["north"]})
    good = rep.create("doctor", {"name": "好", "territory_id": company["north"]})

    def insert_then_refuse(work: ServerWork, record: str, row_id: str, *rest: Any, **more: Any) -> dict[str, Any]:
        row = inner(work, record, row_id, *rest, **more)
        if row_id == poison.row_id:
            raise RefusedError("over_budget")
        return row

    monkeypatch.setattr(ServerWork, "insert", insert_then_refuse)
    assert _codes(rep.push(poison, good)) == ["over_budget", "applied"]
    assert rep.replica.ids("doctor") == {company["north_doctor"], good.row_id}
    assert _count(company, "doctor") == 3


def test_the_log_keeps_every_answer_with_its_device_and_sequence(company: Company) -> None:
    rep = company.laptop("rep")
    operations: list[Operation] = [rep.create("doctor", {"name": "甲", "territory_id": company["north"]}) for _ in "ab"]
    rep.push(*operations)
    with company.database.reading() as connection:
        kept = connection.execute(select(OPERATION_LOG).order_by(OPERATION_LOG.c.seq)).all()
    assert [(row.op_id, row.device_id, row.seq) for row in kept] == [
        (one.id, rep.device_id, one.seq) for one in operations
    ]


def test_a_claim_goes_from_draft_to_approved_through_commands(company: Company) -> None:
    rep, manager, finance = company.laptop("rep"), company.laptop("manager"), company.laptop("finance")
    category = {"territory_id": company["north"], "period": "2026Q4", "category": "transport", "rule": "warn"}
    figures = {"planned_fen": 10_000, "reserved_fen": 0, "committed_fen": 0, "spent_fen": 0}
    company.insert("budget", category | figures)
    line = {"category": "transport", "spent_on": "2026-11-20", "amount_fen": 4_000, "description": "车费"}
    values = {"territory_id": company["north"], "owner_id": company["rep"], "title": "出差", "reason": "学术会议"}
    draft = rep.create("claim", values | {"lines": [line], "currency": "CNY"})
    made = rep.push(draft)[0]
    assert made.row is not None
    assert (made.row["state"], made.row["total_fen"]) == ("draft", 4_000)
    seen = content_hash(made.row)
    submit = rep.operation("claim", draft.row_id, "command", command="submit", args={"seen_hash": seen})
    edit = rep.edit("claim", draft.row_id, 2, title=("出差", "x"))
    answers = rep.push(submit, edit)
    assert [one.outcome for one in answers] == ["applied", "refused"]
    manager.sync()
    claim = manager.replica.get("claim", draft.row_id)
    assert claim is not None
    old = manager.operation("claim", draft.row_id, "command", command="approve", args={"seen_hash": "0" * 64})
    args = {"seen_hash": claim["content_hash"]}
    approve = manager.operation("claim", draft.row_id, "command", command="approve", args=args)
    own = rep.operation("claim", draft.row_id, "command", command="approve", args=args)
    assert _codes(rep.push(own)) == ["own_claim"]
    assert _codes(manager.push(old, approve)) == ["changed_since_seen", "applied"]
    for laptop in (rep, finance):
        laptop.sync()
        row = laptop.replica.get("claim", draft.row_id)
        assert row is not None
        assert (row["state"] in ("payable", "to_call_back"), row["approved_fen"]) == (True, 4_000)
        trail = sorted(laptop.replica.ids("audit_entry"))
        actions = [laptop.replica.get("audit_entry", one) for one in trail]
        assert [one["action"] for one in actions if one] == ["create", "submit", "approve"]
    assert_same(finance, finance.sync().end.digests)


def test_answers_fit_a_frame_whatever_the_rows_hold(sqlite_company: Company) -> None:
    """A few bytes of edits, and rows of hundreds of kilobytes: what has no room comes with the pull."""
    company, rep = sqlite_company, sqlite_company.laptop("rep")
    rng = random.Random(7)
    note = "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(150_000))
    visits = [company.insert("visit", visit_values(company, note=note[at:])) for at in range(40)]
    edits = [rep.edit("visit", one, 1, next_step=(None, "x")) for one in visits]
    answer = rep.sync(edits)
    assert _codes(answer.answers) == ["applied"] * 40
    with_row = [one for one in answer.answers if one.row is not None]
    assert 0 < len(with_row) < 40
    assert {(one.revision, one.row is None) for one in answer.answers} == {(2, False), (0, True)}
    assert max(map(len, _frames(answer.raw))) <= frames.MAX_STORED_BYTES
    assert_same(rep, answer.end.digests)
    assert {row["next_step"] for key, row in rep.replica.rows.items() if key[1] == "visit"} == {"x"}
    again = rep.sync(edits)
    assert _codes(again.answers) == ["duplicate"] * 40
    assert any(one.row is None for one in again.answers)


def _frames(raw: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(raw):
        length = int.from_bytes(raw[at + 1 : at + 5], "big")
        found.append(raw[at + frames.HEADER_BYTES : at + frames.HEADER_BYTES + length])
        at += frames.HEADER_BYTES + length
    return found


@pytest.mark.parametrize("told_first", [True, False])
def test_a_default_that_is_told_is_the_default_that_is_left_out(sqlite_company: Company, told_first: bool) -> None:
    """Another client may send members that have their default, or not; it is the same operation either way."""
    rep = sqlite_company.laptop("rep")
    # both read from the line: a text of this program's own may be left out again as it is written
    plain = rep.edit("doctor", sqlite_company["north_doctor"], 1, mobile=("13800000000", "139"))
    bare = {"id": plain.id, "seq": plain.seq, "record": plain.record, "row_id": plain.row_id, "kind": plain.kind}
    bare |= {"made_at": plain.made_at, "base_revision": 1, "fields": {"mobile": ["13800000000", "139"]}}
    told = bare | {"zone": "Asia/Shanghai", "life": "", "command": "", "args": {}, "reason": ""}
    first, again = (told, bare) if told_first else (bare, told)
    asked = [msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=Operation) for one in (first, again)]
    assert _codes(rep.push(asked[0])) == ["applied"]
    assert _codes(rep.push(asked[1])) == ["duplicate"]
