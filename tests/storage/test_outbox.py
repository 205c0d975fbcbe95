"""The queue: batches, answers, what needs the person with what waits beside it, retry, drop, renumbering."""

from typing import Any

import pytest
import time_machine

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Answer
from crmdesk.storage import digests, inbox, outbox, settling
from crmdesk.storage.store import Store


def shown(store: Store, record: str, row_id: str) -> dict[str, Any] | None:
    with store.writing() as work:
        return work.get(record, row_id)


def kinds(store: Store) -> list[tuple[str, str]]:
    with store.reading() as connection:
        return [(one.operation.record, one.operation.kind) for one in outbox.pending_operations(connection)]


def needs(store: Store) -> list[tuple[str, str, str, bool]]:
    with store.reading() as connection:
        return [
            (one.operation.record, one.operation.kind, one.code, bool(one.waits_for))
            for one in outbox.needs_you(connection)
        ]


def ids(store: Store) -> list[str]:
    with store.reading() as connection:
        return [one.operation.id for one in outbox.pending_operations(connection)]


def test_batches_keep_order_and_bounds_and_never_stand_still(store: Store, wire: Any) -> None:
    with store.writing() as work:
        for number in range(20):
            work.create("doctor", new_id(), {"name": "王", "note": "x" * 1000 * (number == 0)}, wire.me)
    with store.reading() as connection:
        every = outbox.next_batch(connection, 500, 1 << 20)
        assert [one.seq for one in every] == list(range(1, 21))
        assert [one.seq for one in outbox.next_batch(connection, 7, 1 << 20)] == list(range(1, 8))
        assert [one.seq for one in outbox.next_batch(connection, 7, 100)] == [1]
        assert outbox.counts(connection)["waiting"] == 20


def test_an_accepted_edit_becomes_the_base_and_later_ones_stay_over_it(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟", mobile="1", phone="7")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row]}))
        work.edit("doctor", row["id"], {"mobile": "2"}, 1, wire.me)
        outbox.next_batch(work.connection, 10, 10_000)
        work.edit("doctor", row["id"], {"phone": "8"}, 1, wire.me)
    first = ids(store)[0]
    with store.writing() as work:
        outbox.settle(work, [Answer(first, "merged", 3, row | {"mobile": "2", "title": "chief", "revision": 3})])
    now = shown(store, "doctor", row["id"])
    assert now is not None
    assert (now["mobile"], now["phone"], now["title"], now["revision"]) == ("2", "8", "chief", 3)
    assert kinds(store) == [("doctor", "edit")]
    with store.reading() as connection:
        driver = connection.driver
        assert driver.execute("SELECT id, outcome FROM outbox_done").fetchall() == [(first, "merged")]
        assert digests.stored(driver) == digests.recounted(driver) != {}


def test_later_stays_and_an_unknown_answer_is_passed_over(store: Store, wire: Any) -> None:
    with store.writing() as work:
        work.create("doctor", new_id(), {"name": "王"}, wire.me)
    [waiting] = ids(store)
    with store.writing() as work:
        outbox.settle(work, [Answer(waiting, "later"), Answer(new_id(), "applied")])
    assert ids(store) == [waiting]


def test_an_applied_answer_without_a_row_still_keeps_the_edit(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟", mobile="1")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row]}))
        work.edit("doctor", row["id"], {"mobile": "2"}, 1, wire.me)
    with store.writing() as work:
        outbox.settle(work, [Answer(ids_of(work)[0], "duplicate", 2)])
    now = shown(store, "doctor", row["id"])
    assert now is not None
    assert (now["mobile"], now["revision"]) == ("2", 2)


def ids_of(work: Any) -> list[str]:
    return [one.operation.id for one in outbox.pending_operations(work.connection)]


def refused_doctor(store: Store, wire: Any) -> tuple[str, str]:
    """A new doctor with an affiliation and an edit, another doctor beside; the first is refused."""
    made, other, affiliation = new_id(), new_id(), new_id()
    with store.writing() as work:
        work.create("doctor", made, {"name": "王伟"}, wire.me)
        work.create("affiliation", affiliation, {"doctor_id": made}, wire.me)
        work.create("doctor", other, {"name": "李四"}, wire.me)
        outbox.next_batch(work.connection, 10, 100_000)
        work.edit("doctor", made, {"mobile": "1"}, 0, wire.me)
        first = ids_of(work)[0]
        outbox.settle(work, [Answer(first, "refused", code="out_of_scope", params={"territory": "x"}, field="name")])
    return made, first


def test_a_refused_row_keeps_its_text_and_what_depends_waits_beside_it(store: Store, wire: Any) -> None:
    made, _ = refused_doctor(store, wire)
    assert kinds(store) == [("doctor", "create")]
    assert needs(store) == [
        ("doctor", "create", "out_of_scope", False),
        ("affiliation", "create", "", True),
        ("doctor", "edit", "", True),
    ]
    now = shown(store, "doctor", made)
    assert now is not None
    assert (now["name"], now["mobile"]) == ("王伟", "1")


def test_retry_sends_it_again_corrected_with_what_waited_behind_it(store: Store, wire: Any) -> None:
    made, refused = refused_doctor(store, wire)
    with store.writing() as work:
        again = outbox.retry(work, refused, {"territory_id": wire.territory})
    assert again != refused
    assert kinds(store) == [("doctor", "create"), ("doctor", "create"), ("affiliation", "create"), ("doctor", "edit")]
    assert needs(store) == []
    now = shown(store, "doctor", made)
    assert now is not None
    assert (now["territory_id"], now["mobile"]) == (wire.territory, "1")
    with store.reading() as connection:
        seqs = [one.operation.seq for one in outbox.pending_operations(connection)]
    assert seqs == sorted(set(seqs))


def test_dropping_a_row_drops_what_depends_on_it(store: Store, wire: Any) -> None:
    made, refused = refused_doctor(store, wire)
    with store.writing() as work:
        outbox.drop(work, refused)
    assert shown(store, "doctor", made) is None
    assert needs(store) == []
    assert kinds(store) == [("doctor", "create")]
    with store.reading() as connection:
        kept = connection.execute("SELECT count(*) FROM outbox_done WHERE outcome = 'dropped'").scalar()
    assert kept == 3


@pytest.mark.parametrize("given_up", [True, False])
def test_a_refused_row_that_was_made_all_the_same_loses_nothing_of_what_is_written_on_it(
    store: Store, wire: Any, given_up: bool
) -> None:
    """The server took it, its answers were lost, it was corrected and sent as a new one: 'exists'."""
    made, refused = refused_doctor(store, wire)
    with store.writing() as work:
        again = outbox.retry(work, refused, {"title": "chief"})
    with store.writing() as work:
        outbox.settle(work, [Answer(again, "refused", code="invalid", params={"code": "exists", "field": "id"})])
        inbox.apply_page(work, wire.page({"doctor": [wire.row("doctor", id=made, name="王伟", phone="7")]}))
        work.edit("doctor", made, {"good_at": "心内"}, 1, wire.me)
    with store.writing() as work:
        (outbox.drop if given_up else outbox.retry)(work, again)
    assert needs(store) == []
    now = shown(store, "doctor", made)
    assert now is not None
    assert (now["name"], now["phone"], now["mobile"], now["good_at"]) == ("王伟", "7", "1", "心内")
    assert now["title"] == (None if given_up else "chief")
    with store.reading() as connection:
        sent = [one.operation for one in outbox.pending_operations(connection) if one.operation.row_id == made]
    assert {one.kind for one in sent} == {"edit"}
    assert any(one.fields == {"title": (None, "chief")} and one.base_revision == 1 for one in sent) is not given_up


def test_a_creation_refused_for_another_reason_stays_one_though_a_row_of_a_lost_life_is_held(
    store: Store, wire: Any
) -> None:
    """What is held was given by a server that lost it: only 'exists' says that it is there."""
    made, refused = refused_doctor(store, wire)
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [wire.row("doctor", id=made, name="王伟")]}))
        outbox.retry(work, refused)
    with store.reading() as connection:
        sent = [one.operation for one in outbox.pending_operations(connection) if one.operation.row_id == made]
    assert [one.kind for one in sent] == ["create", "edit"]
    assert sent[0].fields["name"] == (None, "王伟")


def test_a_refused_edit_takes_only_what_depends_along(store: Store, wire: Any) -> None:
    row = wire.row("doctor", name="王伟", mobile="1", phone="7")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [row]}))
        for changes in ({"mobile": "2"}, {"phone": "8"}, {"mobile": "3"}):
            work.edit("doctor", row["id"], changes, 1, wire.me)
            outbox.next_batch(work.connection, 10, 100_000)
        outbox.settle(work, [Answer(ids_of(work)[0], "refused", code="forbidden")])
    now = shown(store, "doctor", row["id"])
    assert now is not None
    assert (now["mobile"], now["phone"]) == ("1", "8")
    assert len(kinds(store)) == 1
    assert [one[3] for one in needs(store)] == [False, True]
    with store.writing() as work:
        refused = outbox.needs_you(work.connection)[0].operation
        assert refused.fields["mobile"] == ("1", "2")
        outbox.drop(work, refused.id)
    now = shown(store, "doctor", row["id"])
    assert now is not None
    assert now["mobile"] == "3"


def test_acting_on_an_operation_that_is_not_refused_says_so(store: Store) -> None:
    for act in (outbox.retry, outbox.drop):
        with pytest.raises(InputError, match="unknown_operation"), store.writing() as work:
            act(work, new_id())


def test_a_new_device_numbers_what_is_unsent_from_one(store: Store, wire: Any) -> None:
    with store.writing() as work:
        for _ in range(5):
            work.create("doctor", new_id(), {"name": "王"}, wire.me)
    before = ids(store)
    with store.writing() as work:
        outbox.settle(work, [Answer(before[0], "applied", 1)])
        outbox.renumber(work, "another-device")
    with store.reading() as connection:
        after = [one.operation for one in outbox.pending_operations(connection)]
    assert ([one.id for one in after], [one.seq for one in after]) == (before[1:], [1, 2, 3, 4])
    with store.writing() as work:
        work.create("doctor", new_id(), {"name": "王"}, wire.me)
        assert work.meta("device_id") == "another-device"
    assert [one.seq for one in (stored.operation for stored in pending_of(store))] == [1, 2, 3, 4, 5]


def pending_of(store: Store) -> list[Any]:
    with store.reading() as connection:
        return outbox.pending_operations(connection)


def test_what_was_taken_is_kept_thirty_days_and_can_be_sent_again(store: Store, wire: Any) -> None:
    with time_machine.travel("2026-10-01T00:00:00Z", tick=False):
        with store.writing() as work:
            work.create("doctor", new_id(), {"name": "老"}, wire.me)
            outbox.settle(work, [Answer(ids_of(work)[0], "applied", 1)])
    with time_machine.travel("2026-11-10T00:00:00Z", tick=False), store.writing() as work:
        work.create("doctor", new_id(), {"name": "新"}, wire.me)
        outbox.settle(work, [Answer(ids_of(work)[0], "applied", 1)])
        work.create("doctor", new_id(), {"name": "更新"}, wire.me)
        outbox.forget_old(work)
        assert outbox.send_again(work) == 1
    assert [one.operation.fields["name"][1] for one in pending_of(store)] == ["新", "更新"]


def test_a_server_whose_clock_is_ahead_makes_nobody_forget_what_it_was_told(store: Store, wire: Any) -> None:
    """It may come back from a backup an hour later, and then it is told all of it again."""
    with time_machine.travel("2026-11-20T00:00:00Z", tick=False), store.writing() as work:
        work.create("doctor", new_id(), {"name": "新"}, wire.me)
        outbox.settle(work, [Answer(ids_of(work)[0], "applied", 1)])
        settling.note_server_time(work, "2027-11-20T00:00:00.000Z")
        outbox.forget_old(work)
        assert outbox.send_again(work) == 1


def test_a_copied_laptop_gives_a_restored_server_all_in_the_order_of_the_acts(store: Store, wire: Any) -> None:
    doctor = new_id()
    with store.writing() as work:
        for name in ("王", "张"):
            work.create("doctor", new_id(), {"name": name}, wire.me)
        work.create("doctor", doctor, {"name": "李"}, wire.me)
        outbox.settle(work, [Answer(one, "applied", 1) for one in ids_of(work)])
        outbox.renumber(work, "another-device")
        work.edit("doctor", doctor, {"mobile": "2"}, 1, wire.me)
        outbox.settle(work, [Answer(ids_of(work)[0], "applied", 2)])
        assert outbox.send_again(work) == 4
    sent = [one.operation for one in pending_of(store)]
    assert [one.kind for one in sent] == ["create", "create", "create", "edit"]
    assert [one.seq for one in sent] == [2, 3, 4, 5]


def test_two_lives_of_a_server_in_a_row_get_all_in_the_order_of_the_acts(store: Store, wire: Any) -> None:
    """An answer that comes late from the first one may have settled the edit, while the creation waits again."""
    doctor = new_id()
    with store.writing() as work:
        work.create("doctor", doctor, {"name": "李"}, wire.me)
        outbox.settle(work, [Answer(ids_of(work)[0], "applied", 1)])
        work.edit("doctor", doctor, {"mobile": "2"}, 1, wire.me)
        outbox.settle(work, [Answer(ids_of(work)[0], "applied", 2)])
        assert outbox.send_again(work) == 2
        outbox.settle(work, [Answer(ids_of(work)[1], "duplicate", 2)])
        assert outbox.send_again(work) == 1
    assert [one.operation.kind for one in pending_of(store)] == ["create", "edit"]


def test_on_a_copied_laptop_what_follows_a_refused_row_still_waits_beside_it(store: Store, wire: Any) -> None:
    doctor = new_id()
    with store.writing() as work:
        for _ in range(3):
            work.create("doctor", new_id(), {"name": "王"}, wire.me)
        work.create("doctor", doctor, {"name": "李"}, wire.me)
        *others, refused = ids_of(work)
        outbox.settle(work, [Answer(one, "applied", 1) for one in others])
        outbox.settle(work, [Answer(refused, "refused", code="invalid")])
        outbox.renumber(work, "another-device")
        work.create("visit", new_id(), {"doctor_ids": [doctor]}, wire.me)
        outbox.settle(work, [Answer(ids_of(work)[0], "refused", code="out_of_scope")])
    assert needs(store) == [("doctor", "create", "invalid", False), ("visit", "create", "out_of_scope", True)]


def test_what_was_refused_in_a_later_batch_while_it_waited_is_sent_again_as_a_new_operation(
    store: Store, wire: Any
) -> None:
    doctor = new_id()
    with store.writing() as work:
        work.create("doctor", doctor, {"name": "李"}, wire.me)
        work.create("visit", new_id(), {"doctor_ids": [doctor]}, wire.me)
        first, second = ids_of(work)
        outbox.settle(work, [Answer(first, "refused", code="invalid")])
    assert needs(store) == [("doctor", "create", "invalid", False), ("visit", "create", "", True)]
    with store.writing() as work:
        outbox.settle(work, [Answer(second, "refused", code="out_of_scope")])
        outbox.retry(work, first, {"name": "李明"})
        again = ids_of(work)
    assert kinds(store) == [("doctor", "create"), ("visit", "create")]
    assert second not in again, "under the id that was refused the server would only repeat its refusal"
    assert needs(store) == []


def test_a_row_whose_edit_waits_beside_something_refused_is_shown_as_the_server_has_it(store: Store, wire: Any) -> None:
    doctor, unmade = wire.row("doctor", name="王"), new_id()
    at = wire.row("affiliation", doctor_id=doctor["id"], institution_id=new_id(), duty="主任")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [doctor], "affiliation": [at]}))
        work.create("doctor", unmade, {"name": "李"}, wire.me)
        work.edit("affiliation", at["id"], {"doctor_id": unmade}, 1, wire.me)
        refused, _ = outbox.next_batch(work.connection, 9, 1 << 20)
        outbox.settle(work, [Answer(refused.id, "refused", code="forbidden")])
        assert work.get("affiliation", at["id"]) == at
        found = work.driver.execute("SELECT dirty FROM row_affiliation WHERE id = ?", (at["id"],)).fetchall()
        assert found == [(0,)], "nothing of it is on its way"
        assert work.driver.execute("SELECT count(*) FROM base_row WHERE id = ?", (at["id"],)).fetchone() == (0,)
