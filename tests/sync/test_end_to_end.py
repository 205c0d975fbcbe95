"""Laptops and the real server over HTTP."""

import threading

import pytest

from crmdesk.bootstrap import Laptop
from crmdesk.domain.errors import WorldError
from crmdesk.server import admin
from crmdesk.services.commands import AttachFile, DropRefused, ResolveConflict, SaveClaim
from crmdesk.storage import health, inbox, settings
from crmdesk.ui.ports import SyncState
from tests.server.company import PASSWORD
from tests.sync.field import Field, ask, do, edit, synced

LINE = {"category": "meal", "spent_on": "2026-11-22", "amount_fen": 16800, "staff_count": 1}


def test_first_sync_brings_the_territory_and_the_next_moves_nothing(field: Field):
    laptop = field.laptop("rep")
    synced(laptop)
    summary = ask(laptop, lambda reads: reads.sync_summary())
    assert summary.customers == 2
    assert summary.loading_scopes == 0
    assert ask(laptop, lambda reads: reads.search("zhang"))
    traffic = laptop.session.transport.traffic
    before = (traffic.round_trips, traffic.bytes_sent + traffic.bytes_received)
    synced(laptop)
    assert traffic.round_trips - before[0] == 1
    assert traffic.bytes_sent + traffic.bytes_received - before[1] <= 1024


def test_two_laptops_merge_conflict_and_restore(field: Field):
    one, two = field.laptop("rep"), field.laptop("colleague")
    doctor = field.company["north_doctor"]
    synced(one)
    synced(two)
    edit(one, doctor, mobile="13911110000")
    edit(two, doctor, mobile="13922220000", preferred_time="周二上午")
    synced(one)
    synced(two)
    synced(one)
    for laptop in (one, two):
        row = ask(laptop, lambda reads: reads.row("doctor", doctor))
        assert (row["mobile"], row["preferred_time"]) == ("13922220000", "周二上午")
        conflict = ask(laptop, lambda reads: reads.conflicts())[0]
        assert (conflict.winner_value, conflict.loser_value, conflict.base_value) == (
            "13922220000", "13911110000", "13800000000",
        )  # fmt: skip
    do(one, ResolveConflict(ask(one, lambda reads: reads.conflicts())[0].id, "loser"))
    synced(one)
    synced(two)
    for laptop in (one, two):
        assert ask(laptop, lambda reads: reads.row("doctor", doctor))["mobile"] == "13911110000"
        assert ask(laptop, lambda reads: reads.conflicts()) == []


def test_a_refused_change_needs_you_and_the_others_go_on(field: Field):
    laptop = field.laptop("rep")
    synced(laptop)
    doctor, hospital = field.company["north_doctor"], field.company["north_hospital"]
    edit(laptop, hospital, "institution", phone="010-11112222")
    with laptop.store.writing() as work:  # a modified client writes what the window would refuse
        work.edit("doctor", doctor, {"status": "left"}, 1, laptop.desk.person.user_id)
    edit(laptop, field.company["north_affiliation"], "affiliation", duty="主任")
    synced(laptop)
    refused = ask(laptop, lambda reads: reads.refused())
    assert [(one.code, one.field, dict(one.fields)) for one in refused] == [
        ("field_not_allowed", "status", {"status": "left"})
    ]
    assert field.company.row("institution", hospital)["phone"] == "010-11112222"
    assert field.company.row("affiliation", field.company["north_affiliation"])["duty"] == "主任"
    assert field.company.row("doctor", doctor)["status"] == "active"
    assert ask(laptop, lambda reads: reads.sync_summary()).waiting == 0
    do(laptop, DropRefused(refused[0].operation_id))
    assert ask(laptop, lambda reads: reads.row("doctor", doctor))["status"] == "active"


def test_the_first_sync_goes_on_where_it_was_cut(field: Field):
    field.add_doctors(7000)
    laptop, uncut = field.laptop("rep"), field.laptop("colleague")
    pages = 0
    for _ in range(40):
        seen = _cut_after_one_page(laptop)
        pages += seen
        if not seen:
            break
        laptop = field.reopen(laptop, "rep")
    synced(laptop)
    assert ask(laptop, lambda reads: reads.customer_count("doctor")) == 7001
    assert pages == _pages_of(uncut), "no page came twice"
    assert health.check(laptop.store).sound


def _pages_of(laptop: Laptop) -> int:
    """Sync without a cut and return how many pages that took."""
    reached: set[int] = set()
    unsubscribe = laptop.sync.subscribe(lambda state: reached.add(state.progress_done))
    synced(laptop)
    unsubscribe()
    return len(reached - {0})


def _cut_after_one_page(laptop: Laptop) -> int:
    """Sync, and cancel as soon as one page was applied; return how many pages were."""
    applied = 0
    engine = laptop.engine

    def watch(state: SyncState) -> None:
        nonlocal applied
        if state.progress_done and not engine.cancelled:
            applied += 1
            engine.cancel()

    unsubscribe = laptop.sync.subscribe(watch)
    status = engine.sync_once()
    unsubscribe()
    assert status.code == ("cancelled" if applied else "")
    return applied


def test_receipts_follow_the_rows_and_reach_the_manager(field: Field):
    rep, manager = field.laptop("rep"), field.laptop("manager")
    synced(rep)
    receipt = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3000
    made = do(rep, SaveClaim("", {"title": "午餐", "reason": "拜访", "lines": [dict(LINE)]})).created_id
    do(rep, AttachFile("claim", made, "小票.png", receipt))
    synced(rep)
    assert ask(rep, lambda reads: reads.sync_summary()).attachments_waiting == 0
    synced(manager)
    shown = ask(manager, lambda reads: reads.receipts("claim", made))
    assert [one.present for one in shown] == [True]
    assert ask(manager, lambda reads: reads.attachment(shown[0].sha256)) == receipt


def test_the_background_sync_sends_what_is_saved_and_shows_what_comes(field: Field):
    one, two = field.laptop("rep"), field.laptop("colleague")
    synced(two)
    doctor = field.company["north_doctor"]
    came, seen = threading.Event(), threading.Event()
    one.desk.subscribe(
        lambda changes: came.set() if changes.origin == "remote" and "doctor" in changes.changed else None
    )
    one.sync.subscribe(lambda state: seen.set() if state.phase == "idle" and state.last_sync_at else None)
    one.start()
    assert came.wait(20)
    assert seen.wait(20)
    accepted = threading.Event()
    one.desk.subscribe(
        lambda changes: accepted.set() if changes.origin == "remote" and "outbox" in changes.changed else None
    )
    edit(one, doctor, mobile="13944440000")
    assert accepted.wait(20), "the change was sent without anybody asking"
    synced(two)
    assert ask(two, lambda reads: reads.row("doctor", doctor))["mobile"] == "13944440000"


def test_signing_out_keeps_what_was_not_sent(field: Field):
    laptop = field.laptop("rep")
    synced(laptop)
    edit(laptop, field.company["north_doctor"], mobile="13955550000")
    premises = field.premises("rep")
    premises.sign_out(laptop)
    field.opened.remove(laptop)
    with pytest.raises(WorldError, match="not_signed_in"):
        premises.unlock()
    again = field.laptop("rep")
    assert ask(again, lambda reads: reads.sync_summary()).waiting == 1
    synced(again)
    assert field.company.row("doctor", field.company["north_doctor"])["mobile"] == "13955550000"


def test_wrong_password_leaves_nothing_behind(field: Field):
    with pytest.raises(WorldError, match="wrong_credentials"):
        field.premises("rep").sign_in(field.address, "rep", "not the password")
    assert field.premises("rep").account() is None
    assert field.keyring.kept == {}
    laptop = field.laptop("rep")
    synced(laptop)
    laptop.close()
    field.opened.remove(laptop)
    with pytest.raises(WorldError, match="wrong_credentials"):
        field.premises("rep").sign_in(field.address, "rep", "not the password")
    field.opened.append(field.premises("rep").unlock())


def test_a_lost_key_is_mended_by_signing_in_again(field: Field):
    laptop = field.laptop("rep")
    synced(laptop)
    laptop.close()
    field.opened.remove(laptop)
    field.keyring.kept.clear()
    with pytest.raises(WorldError, match="key_missing"):
        field.premises("rep").unlock()
    again = field.laptop("rep")
    synced(again)
    assert ask(again, lambda reads: reads.sync_summary()).customers == 2
    assert list((field.folder / "rep" / "stores").glob("*.unreadable-1")), "the old store was kept, not deleted"


def test_an_expired_token_is_traded_and_the_refresh_rotates(field: Field):
    laptop = field.laptop("rep")
    with laptop.store.reading() as connection:
        before = settings.meta_json(connection, "tokens")
    with laptop.store.writing() as work:
        settings.set_meta_json(work.connection, "tokens", before | {"expires_at": "2020-01-01T00:00:00.000Z"})
    synced(laptop)
    with laptop.store.reading() as connection:
        after = settings.meta_json(connection, "tokens")
    assert after["refresh_token"] != before["refresh_token"]
    with laptop.store.writing() as work:  # an old copy of the tokens: its refresh token was used already
        settings.set_meta_json(work.connection, "tokens", before | {"expires_at": "2020-01-01T00:00:00.000Z"})
    status = laptop.engine.sync_once()
    assert (status.phase, status.code) == ("blocked", "signed_out")


def test_tokens_lie_only_inside_the_encrypted_store(field: Field):
    laptop = field.laptop("rep")
    synced(laptop)
    with laptop.store.reading() as connection:
        tokens = settings.meta_json(connection, "tokens")
    laptop.close()
    field.opened.remove(laptop)
    secrets = [tokens["access_token"].encode(), tokens["refresh_token"].encode(), PASSWORD.encode()]
    for path in (field.folder / "rep").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path


def test_rows_that_differ_are_fetched_anew_and_the_queue_is_kept(field: Field):
    laptop = field.laptop("rep")
    synced(laptop)
    doctor = field.company["north_doctor"]
    with laptop.store.writing() as work:
        inbox._deleted(work, "doctor", [doctor])  # a row lost here that the server still has
    edit(laptop, field.company["north_hospital"], "institution", phone="010-12345678")
    synced(laptop)
    assert ask(laptop, lambda reads: reads.row("doctor", doctor))["name"] == "张伟"
    assert field.company.row("institution", field.company["north_hospital"])["phone"] == "010-12345678"
    with laptop.store.reading() as connection:
        assert not settings.meta_json(connection, "refetch_tries")


def test_a_territory_that_moves_takes_its_customers_along(field: Field):
    laptop = field.laptop("rep")
    synced(laptop)
    field.database.run(lambda work: admin.end_assignment(work, "rep", "north"))
    synced(laptop)
    assert ask(laptop, lambda reads: reads.sync_summary()).customers == 0
    assert ask(laptop, lambda reads: reads.search("张")) == []
    assert health.check(laptop.store).sound
