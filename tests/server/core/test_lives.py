"""A database that was put back to a backup: laptops give it away; what was seen in a life that is over is no more."""

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from crmdesk.protocol.messages import Answer
from crmdesk.server import audit, sync_service
from crmdesk.server.cursor import Cursor, Link
from crmdesk.server.database import Database
from crmdesk.server.horizon import day_of
from crmdesk.server.money_tables import AUDIT_CHAIN, AUDIT_HEAD
from crmdesk.server.sync_service import SyncService
from tests.server.company import Company, Laptop, visit_values


def chain_put_back(database: Database, head: audit.Head) -> None:
    """Let the database have lost what was written since: to whoever asks it was put back to a backup."""
    with database._begin(writing=True) as connection:
        connection.execute(sa.delete(AUDIT_CHAIN).where(AUDIT_CHAIN.c.seq > head.seq))
        connection.execute(sa.update(AUDIT_HEAD).values(seq=head.seq, hash=head.hash))
    database.epoch_now()  # as every process does within a second


def head_of(company: Company) -> audit.Head:
    with company.database.reading() as connection:
        return audit.read_head(connection)


def renamed(company: Company, name: str) -> None:
    company.edit("doctor", company["north_doctor"], {"name": name})


@pytest.mark.parametrize(
    ("says", "passed_by"),
    [(True, False), (True, True), (False, True), (False, False)],
    ids=["says", "says, passed by", "passed by", "asks at the same positions"],
)
def test_a_laptop_that_knows_more_than_the_server_begins_a_new_life(
    company: Company, caplog: pytest.LogCaptureFixture, says: bool, passed_by: bool
) -> None:
    """Nobody said that the database was put back; also where others have written more than that since, or as much."""
    rep, epoch, before = company.laptop("rep"), company.database.epoch, head_of(company)
    renamed(company, "王一")
    rep.sync()
    chain_put_back(company.database, before)
    if passed_by:
        renamed(company, "王二")
        renamed(company, "王三")
    edit = rep.edit("doctor", company["north_doctor"], 2, phone=(None, "1"))
    answer = rep.sync([edit] if says else [])
    assert "put back to a backup" in caplog.text
    caplog.clear()
    assert answer.head.epoch != epoch
    assert set(answer.head.restart) == set(answer.head.scopes)
    assert [one.outcome for one in answer.answers] == ["later"] * says
    [taken] = rep.push(edit)
    assert (taken.outcome, taken.code) == ("merged" if passed_by else "applied", "")
    assert rep.sync().head.epoch == answer.head.epoch
    assert not caplog.text, "a new life begins once"


@pytest.mark.parametrize("outcome", ["applied", "duplicate"])
@pytest.mark.parametrize("pulls", [True, False], ids=["cut behind the head", "without a pull"])
def test_what_was_answered_without_a_page_is_proven_all_the_same(
    company: Company, caplog: pytest.LogCaptureFixture, pulls: bool, outcome: str
) -> None:
    """The answers came, the line broke before any page: nobody else knows of the edit that the server then loses.

    A duplicate is proven as well: the answer before it may not have come.
    """
    rep, epoch = company.laptop("rep"), company.database.epoch
    rep.sync()
    before, known = head_of(company), rep.cursor
    edit = rep.edit("doctor", company["north_doctor"], 1, phone=(None, "1"))
    if outcome == "duplicate":
        rep.sync([edit])
        rep.cursor = known
    assert [one.outcome for one in rep.sync([edit], pull=pulls, pages=0).answers] == [outcome]
    chain_put_back(company.database, before)
    assert rep.sync().head.epoch != epoch
    assert "put back to a backup" in caplog.text
    caplog.clear()


@pytest.mark.parametrize("pulls", [True, False], ids=["cut behind the answers", "without a pull"])
def test_each_batch_of_a_request_is_proven_by_itself(
    company: Company, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, pulls: bool
) -> None:
    """The backup was made between two batches of one request: only the second one is lost."""
    monkeypatch.setattr(sync_service, "MAX_BATCH_OPERATIONS", 1)
    rep, epoch, heads = company.laptop("rep"), company.database.epoch, list[audit.Head]()
    rep.sync()
    edits = [rep.edit("doctor", company["north_doctor"], 1, **{name: (None, "1")}) for name in ("phone", "mobile")]
    original = SyncService._push

    def noting(*given: Any) -> Any:
        heads.append(head_of(company))
        return original(*given)

    monkeypatch.setattr(SyncService, "_push", noting)
    assert [one.outcome for one in rep.sync(edits, pull=pulls, pages=1).answers] == ["applied", "applied"]
    chain_put_back(company.database, heads[1])
    assert rep.sync().head.epoch != epoch
    assert "put back to a backup" in caplog.text
    caplog.clear()


def test_what_the_server_did_not_seal_proves_nothing(company: Company) -> None:
    rep, epoch = company.laptop("rep"), company.database.epoch
    scopes = rep.sync().head.scopes
    scope, key = f"t:{company['north']}", company.database.seal
    for forged_key in (b"", b"x" * 16):
        known = Cursor.read(rep.cursor, epoch, scopes, key)
        assert known is not None
        assert known.link is not None, "the server's own cursor is sealed"
        known.positions[scope] += 1000
        known.link = Link(known.link.seq + 1000, known.link.hash)
        rep.cursor = known.text(forged_key)
        answer = rep.sync([rep.edit("doctor", company["north_doctor"], 1, phone=(None, forged_key.hex() or "0"))])
        assert (answer.head.epoch, answer.head.restart) == (epoch, [scope])
        assert [one.outcome for one in answer.answers] == ["applied"]


def test_a_life_ends_once_for_all_processes(company: Company) -> None:
    other = Database(company.database.url, company.clock)
    epoch = company.database.epoch
    assert other.epoch == epoch
    fresh = company.database.renew_epoch(epoch)
    assert other.renew_epoch(epoch) == fresh, "somebody was faster"
    other.dispose()


def test_a_cursor_of_a_life_that_another_process_has_just_begun_is_known(company: Company) -> None:
    """A laptop that fetches anew asks again at once, and another process may answer that has not heard of it."""
    rep, other = company.laptop("rep"), Database(company.database.url, company.clock)
    company.database.epoch_now()
    fresh = other.renew_epoch()
    rep.cursor = Cursor(fresh, {}, day_of(company.clock())).text()
    answer = rep.sync([rep.edit("doctor", company["north_doctor"], 1, phone=(None, "1"))])
    assert (answer.head.epoch, [one.outcome for one in answer.answers]) == (fresh, ["applied"])
    other.dispose()


def deleted(company: Company, rep: Laptop, seen: int, life: str) -> Answer:
    [answer] = rep.push(rep.operation("doctor", company["north_doctor"], "delete", base_revision=seen, life=life))
    return answer


@pytest.mark.parametrize(
    ("life", "outcome"),
    [("known", "merged"), ("unheard of", "merged"), ("present", "applied"), ("", "applied")],
)
def test_a_revision_of_a_life_that_is_over_hides_no_edit(company: Company, life: str, outcome: str) -> None:
    """Three revisions were seen in the life that was lost; by now there are three again, and two of them are others."""
    rep, lost = company.laptop("rep"), company.database.epoch
    names = {"known": lost, "unheard of": "0123456789ab", "present": company.database.renew_epoch(), "": ""}
    company.edit("doctor", company["north_doctor"], {"mobile": "1"})
    company.edit("doctor", company["north_doctor"], {"mobile": "2"})
    answer = deleted(company, rep, 3, names[life])
    assert answer.outcome == outcome
    row = company.row("doctor", company["north_doctor"])
    assert row["deleted"] == (outcome == "applied")
    if outcome == "merged":
        with company.database.reading() as connection:
            found = connection.execute(sa.text("SELECT winner_value, loser_value FROM row_conflict")).all()
        assert [('"2"' in one.winner_value, one.loser_value) for one in found] == [(True, '{"deleted":true}')]


def test_what_both_lives_have_was_seen(company: Company) -> None:
    company.edit("doctor", company["north_doctor"], {"mobile": "1"})
    rep, lost = company.laptop("rep"), company.database.epoch
    company.database.renew_epoch()
    assert deleted(company, rep, 2, lost).outcome == "applied"


def test_the_life_is_no_part_of_what_an_operation_says(company: Company) -> None:
    """It is told only after a restore, and the operation is the same as before: known ones stay answered."""
    rep: Any = company.laptop("rep")
    operation = rep.operation("doctor", company["north_doctor"], "delete", base_revision=1)
    first = rep.push(operation)
    again = rep.push(msgspec.structs.replace(operation, life=company.database.epoch))
    assert [one.outcome for one in (*first, *again)] == ["applied", "duplicate"]


@pytest.mark.parametrize("life", ["", "present"])
def test_a_revision_that_the_row_has_not_come_to_hides_no_edit(company: Company, life: str) -> None:
    """A laptop of before lives tells it after a restore, and a broken client at any time: nobody saw the edit there."""
    rep = company.laptop("rep")
    company.edit("doctor", company["north_doctor"], {"mobile": "1"})
    answer = deleted(company, rep, 3, company.database.epoch if life else "")
    assert answer.outcome == "merged"
    assert not company.row("doctor", company["north_doctor"])["deleted"]


def test_an_edit_on_a_revision_that_the_row_has_not_come_to_is_merged_by_its_values(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company["north_doctor"]
    company.edit("doctor", doctor, {"mobile": "1"})
    [answer] = rep.push(rep.edit("doctor", doctor, 99, mobile=("13800000000", "2"), phone=(None, "3")))
    assert (answer.outcome, answer.code) == ("merged", "")
    assert answer.row is not None
    assert (answer.row["mobile"], answer.row["phone"]) == ("2", "3")
    with company.database.reading() as connection:
        [kept] = connection.execute(sa.text("SELECT loser_value FROM row_conflict")).all()
    assert '"1"' in str(kept.loser_value)


def test_a_person_alone_deletes_on_any_revision(company: Company) -> None:
    """Only what somebody else wrote asks for a decision: an own edit that is answered as lost does not."""
    rep = company.laptop("rep")
    made = rep.create("doctor", {"name": "李娜", "territory_id": company["north"]})
    rep.push(made, rep.edit("doctor", made.row_id, 1, phone=(None, "1")))
    [answer] = rep.push(rep.operation("doctor", made.row_id, "delete", base_revision=9))
    assert answer.outcome == "applied"


def test_who_saw_a_report_only_in_a_life_that_is_over_did_not_see_it_submitted(company: Company) -> None:
    """The laptop saw five revisions of a draft that were lost; by now another one has submitted it, at the second."""
    rep, other, lost = company.laptop("rep"), company.laptop("rep"), company.database.epoch
    draft = rep.create("visit", visit_values(company))
    rep.push(draft)
    company.database.renew_epoch()
    rep.sync(), other.sync()
    done = {"state": ("draft", "submitted"), "adverse_event": (None, False)}
    assert other.push(other.edit("visit", draft.row_id, 1, **done))[0].outcome == "applied"
    again = msgspec.structs.replace(rep.edit("visit", draft.row_id, 5, **done, next_step=(None, "送资料")), life=lost)
    assert [(one.outcome, one.code) for one in rep.push(again)] == [("merged", "")]
    assert company.row("visit", draft.row_id)["next_step"] == "送资料"
