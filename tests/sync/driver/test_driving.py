"""What the driver does with what the server says: taken in whole, in order, told, and never in a circle."""

from datetime import timedelta

import msgspec
import pytest

from crmdesk.domain.clock import from_text, to_text
from crmdesk.domain.errors import WorldError
from crmdesk.domain.ids import new_id
from crmdesk.domain.scopes import territory_scope
from crmdesk.protocol.messages import Answer, Answers, Page, RowGroup, SyncEnd
from crmdesk.storage import digests, health, inbox, lately, outbox, settings
from crmdesk.sync import core
from tests.sync.driver.scripted import AT, Desk


def test_a_first_sync_is_told_page_by_page_and_rests_with_a_timer(desk: Desk) -> None:
    rows = [desk.row(name=f"王{number}") for number in range(60)]
    status = desk.sync(
        [
            desk.head(),
            desk.page(*rows[:50], complete=False, first=True, remaining=10),
            desk.page(*rows[50:]),
            desk.end(),
        ]
    )
    assert (status.phase, status.code, status.online, status.last_sync_at) == ("idle", "", True, AT)
    assert {(one.progress_done, one.progress_total) for one in desk.heard} == {(0, 0), (50, 60), (60, 60)}
    assert len(desk.names()) == 60
    assert desk.transfers == 1
    assert desk.driver.wait_s == core.timer_s(300, 0.5)
    assert desk.lately() == [lately.SYNCED]
    assert set().union(*(one.get("doctor", ()) for one in desk.told)) == set(desk.rows)


def test_many_changed_rows_are_told_as_many(desk: Desk) -> None:
    rows = [desk.row(name=f"王{number}") for number in range(501)]
    desk.sync([desk.head(), desk.page(*rows, first=True), desk.end()])
    assert {one["doctor"] for one in desk.told if "doctor" in one} == {()}


def test_a_token_that_runs_out_on_the_way_is_traded_once(desk: Desk) -> None:
    row_id = desk.made()
    expired = [WorldError("token_expired")]
    status = desk.sync(expired, [desk.taken(), desk.page(desk.row(id=row_id), first=True), desk.end()])
    assert status.phase == "idle"
    assert desk.person.renewed == 1
    first, again = desk.script.requests[:2]
    assert first.operations == again.operations != []
    assert desk.sync(expired, expired).code == "signed_out"


def test_an_answer_without_its_end_counts_for_what_came_whole(desk: Desk) -> None:
    row = desk.row(name="王")
    status = desk.sync([desk.head(), desk.page(row, first=True)])
    assert (status.phase, status.code) == ("offline", "answer_cut")
    assert desk.names() == {row["id"]: "王"}
    assert desk.cursor() == "cursor"
    assert desk.sync(desk.quiet()).phase == "idle"


def test_what_proves_that_a_change_was_taken_is_kept_with_its_answer(desk: Desk) -> None:
    """No page came, so the cursor of before would not know of it; and none of a life that is over is kept."""
    desk.sync(desk.quiet())
    desk.made()
    with_proof = msgspec.structs.replace
    assert desk.sync([lambda asked: with_proof(desk.taken()(asked), cursor="proof")]).code == "answer_cut"
    assert (desk.cursor(), desk.waiting()) == ("proof", [])
    desk.sync([desk.head(epoch="epoch-2", cursor="of that life")])
    assert desk.cursor() == ""


def test_what_comes_after_the_end_is_no_answer(desk: Desk) -> None:
    assert desk.sync([desk.head(), desk.end(), desk.page(desk.row(name="王"))]).code == "answer_cut"
    assert desk.names() == {}


@pytest.mark.parametrize(
    "order", ["page first", "end alone", "answers first", "two heads", "foreign page", "request", "nothing"]
)
def test_messages_out_of_their_order_change_nothing(desk: Desk, order: str) -> None:
    before = desk.everything()
    page = desk.page(desk.row(name="王"), first=True)
    stream = {
        "page first": [page, desk.end()],
        "end alone": [desk.end()],
        "answers first": [Answers([Answer(new_id(), "applied")]), desk.end()],
        "two heads": [lambda _: WorldError("answer_cut")],
        "foreign page": [lambda _: WorldError("answer_cut")],
        "request": [lambda request: request],
        "nothing": [],
    }[order]
    if order == "two heads":
        desk.sync(desk.quiet()[:1])
        before = desk.everything()
        stream = [desk.head(), desk.head(new_id())]
    if order == "foreign page":
        desk.sync(desk.quiet()[:1])
        before = desk.everything()
        stream = [desk.head(), desk.page(desk.row(name="王"), scope=territory_scope(new_id()), first=True)]
    status = desk.sync(stream)
    assert (status.phase, status.code) == ("offline", "answer_cut" if order == "nothing" else "server_error")
    assert desk.everything() == before


def test_answers_of_further_batches_settle_as_they_come(desk: Desk) -> None:
    one, two = desk.made(), desk.made()
    status = desk.sync(
        [
            lambda request: desk.head(answers=[Answer(request.operations[0].id, "applied", 1)]),
            lambda _: WorldError("server_away") if desk.waiting() != [two] else Answers([]),
            lambda _: Answers([Answer(desk.script.requests[0].operations[1].id, "applied", 1)]),
            desk.page(desk.row(id=one, name="一"), desk.row(id=two, name="二"), first=True),
            desk.end(),
        ]
    )
    assert (status.phase, status.code) == ("idle", "")
    assert desk.waiting() == []
    assert desk.names() == {one: "一", two: "二"}


def test_a_cursor_beside_further_answers_counts_although_nothing_else_comes(desk: Desk) -> None:
    """It alone tells a server that is put back to a backup between two batches that it lost the second."""
    proven = [desk.head(), Answers([], cursor="proven")]
    desk.sync(proven)
    assert desk.cursor() == "", "of a laptop that holds nothing yet it proves nothing"
    desk.sync(desk.quiet())
    assert desk.cursor() != "proven"
    desk.sync(proven)
    assert desk.cursor() == "proven"


def test_a_word_that_only_a_newer_laptop_knows_leaves_the_change_waiting(desk: Desk) -> None:
    row_id = desk.made()
    desk.sync([desk.taken("postponed"), desk.end(desk.row())])
    assert desk.waiting() == [row_id]
    assert desk.refused() == []


def test_what_cannot_be_taken_is_found_alone_and_needs_you_while_the_others_go(desk: Desk) -> None:
    ids = [desk.made(name=f"新{number}") for number in range(4)]

    def take(request):
        if ids[2] in [one.row_id for one in request.operations]:
            return WorldError("too_large")
        return desk.taken()(request)

    exchange = [take, lambda _: SyncEnd("cursor")]
    status = desk.sync(*[exchange] * 6)
    assert (status.phase, status.code) == ("idle", "")
    assert desk.refused() == [(ids[2], "too_large")]
    assert desk.waiting() == []
    assert [len(one.operations) for one in desk.script.requests] == [4, 2, 2, 1, 0, 1]


def test_who_is_next_is_not_laid_aside_for_one_that_waits_no_more(desk: Desk) -> None:
    first, second = desk.made(), desk.made()

    def refuse(_request):
        return WorldError("too_large")

    def without_it(request):
        assert request.operations == []
        with desk.store.writing() as work:
            outbox.settle(work, [Answer(outbox.next_batch(work.connection, 1, 1 << 20)[0].id, "applied", 1)])
        return desk.head()

    status = desk.sync([refuse], [refuse], [without_it, SyncEnd("cursor")], [desk.taken(), SyncEnd("cursor")])
    assert (status.phase, status.code, desk.refused(), desk.waiting()) == ("idle", "", [], [])
    assert [[one.row_id for one in request.operations] for request in desk.script.requests] == [
        [first, second], [first], [], [second]
    ]  # fmt: skip


def test_a_copied_laptop_takes_a_new_device_and_sends_the_same_again(desk: Desk) -> None:
    row_id = desk.made()
    fork = lambda _: desk.head(fork=True)  # noqa: E731
    status = desk.sync([fork], [desk.taken(), desk.page(desk.row(id=row_id), first=True), desk.end()])
    assert (status.phase, status.code) == ("idle", "")
    before, after = desk.script.requests
    assert before.device_id != after.device_id
    assert [one.id for one in before.operations] == [one.id for one in after.operations]
    assert [one.seq for one in after.operations] == [1]
    assert lately.RENUMBERED in desk.lately()


def test_a_server_that_came_back_from_a_backup_is_sent_what_it_may_have_lost(desk: Desk) -> None:
    row_id = desk.made()
    desk.sync([desk.taken(), desk.page(desk.row(id=row_id, name="新"), first=True), desk.end()])
    assert desk.waiting() == []
    desk.epoch = "epoch-2"
    status = desk.sync(
        [desk.head(restart=[desk.scope]), SyncEnd("cursor")],
        [desk.taken("duplicate"), desk.page(desk.rows[row_id], first=True), desk.end()],
    )
    assert (status.phase, status.code) == ("idle", "")
    assert [[one.row_id for one in request.operations] for request in desk.script.requests] == [[], [row_id]]
    assert desk.lately()[:2] == [lately.SYNCED, lately.RESTORED]
    assert desk.names() == {row_id: "新"}


def test_territories_that_come_and_go_are_noted_but_not_those_of_the_first_sync(desk: Desk) -> None:
    desk.sync(desk.quiet())
    assert desk.lately() == []
    desk.sync([desk.head(new_id()), SyncEnd("cursor")])
    assert set(desk.lately()) == {lately.ARRIVED, lately.LEFT}


def test_a_bad_row_is_left_out_told_and_fetched_again(desk: Desk) -> None:
    good, bad = desk.row(name="好"), desk.row(name="坏")
    broken = bad | {"name": ["no", "name"]}
    status = desk.sync(
        [desk.head(), desk.page(good, broken, first=True), desk.end()],
        [desk.head(), desk.page(good, bad, first=True), desk.end()],
    )
    assert (status.phase, status.code) == ("idle", "")
    assert desk.script.requests[1].refetch == [desk.scope]
    assert desk.names() == {good["id"]: "好", bad["id"]: "坏"}
    assert desk.lately()[0] == lately.REPAIRED
    assert {lately.UNREADABLE, lately.DIFFERS} < set(desk.lately())


def test_a_row_too_many_is_found_where_the_server_has_none_of_that_record(desk: Desk) -> None:
    row = desk.row(name="王")
    desk.sync([desk.head(), desk.page(row, first=True), desk.end()])
    columns = ["id", "revision", "deleted", "name"]
    with desk.store.writing() as work:
        group = RowGroup("institution", columns, [[new_id(), 1, False, "多出来的"]])
        inbox.apply_page(work, Page(desk.scope, [group], "cursor", complete=True))
    status = desk.sync(desk.quiet(), [desk.head(), desk.page(row, first=True), desk.end()])
    assert (status.phase, status.code) == ("idle", "")
    assert desk.script.requests[1].refetch == [desk.scope]
    assert desk.everything()["row_institution"] == []


def test_a_bad_row_that_stays_bad_stops_nobody_and_a_person_is_told(desk: Desk) -> None:
    good, bad = desk.row(name="好"), desk.row(name="坏")
    again = [desk.head(), desk.page(good, bad | {"revision": "seven"}, first=True), desk.end()]
    status = desk.sync(again, again, again)
    assert (status.phase, status.code) == ("blocked", "replica_differs")
    assert desk.names() == {good["id"]: "好"}
    row_id = desk.made()
    mended = [desk.taken(), desk.page(bad, desk.row(id=row_id, name="新")), desk.end()]
    assert desk.sync(mended, event=core.LocalChange()).phase == "idle", "changes still go, and the row may be mended"
    assert desk.names() == {good["id"]: "好", bad["id"]: "坏", row_id: "新"}


def test_a_newer_row_in_no_form_is_told_and_what_is_held_of_it_stays(desk: Desk) -> None:
    good, held = desk.row(name="好"), desk.row(name="王", consent_on="2026-01-02")
    desk.sync([desk.head(), desk.page(good, held, first=True), desk.end()])
    newer = desk.row(id=held["id"], name="王二", revision=2, consent_on="soon")
    again = [desk.head(), desk.page(good, newer, first=True), desk.end()]
    status = desk.sync([desk.head(), desk.page(newer), desk.end()], again, again)
    assert (status.phase, status.code) == ("blocked", "replica_differs")
    assert desk.names() == {good["id"]: "好", held["id"]: "王"}
    assert desk.lately().count(lately.UNREADABLE) == 3
    assert health.check(desk.store).sound
    mended = [desk.head(), desk.page(newer | {"consent_on": "2026-01-03"}), desk.end()]
    assert desk.sync(mended).phase == "idle"
    assert desk.names() == {good["id"]: "好", held["id"]: "王二"}


def test_the_ladder_goes_on_where_it_stood_when_the_app_was_closed(desk: Desk) -> None:
    wrong = [desk.head(), desk.wrong_end()]
    away = [WorldError("server_away")]
    desk.sync([desk.head(), desk.page(desk.row(name="王"), first=True), desk.end()])
    desk.sync(wrong, away)
    assert desk.tries() == {desk.scope: 0}, "a try that the line cut short was none"
    desk.sync(wrong, [desk.head(), desk.wrong_end()], away)
    assert [one.refetch for one in desk.script.requests] == [[], [desk.scope], [desk.scope]]
    assert [one.cursor for one in desk.script.requests][2] == "", "the last rung asks for everything"
    desk.start()
    status = desk.sync(wrong, wrong)
    assert (status.phase, status.code) == ("blocked", "replica_differs")
    assert [one.refetch for one in desk.script.requests] == [[], [desk.scope]]
    assert desk.sync(wrong, event=core.Tick()).code == "replica_differs", "never in a circle"
    assert desk.sync(wrong, wrong).code == "replica_differs"
    assert [one.refetch for one in desk.script.requests] == [[], [desk.scope]], "once more where a person asks"
    desk.start()
    assert desk.sync(wrong, wrong).code == "replica_differs"
    assert [one.refetch for one in desk.script.requests] == [[], [desk.scope]], "once more, it may have been cut short"
    assert desk.sync(wrong, event=core.Tick()).code == "replica_differs"
    assert desk.sync([*desk.quiet()[:1], SyncEnd("cursor")]).phase == "idle"
    assert desk.tries() == {}


def test_a_full_disk_while_a_page_is_written_stops_says_so_and_goes_on(desk: Desk, monkeypatch) -> None:
    row = desk.row(name="王")

    def full(*_args):
        raise WorldError("disk_full")

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "apply_page", full)
        status = desk.sync([desk.head(), desk.page(row, first=True), desk.end()])
    assert (status.phase, status.code) == ("blocked", "disk_full")
    assert status.next_try_at == to_text(from_text(AT) + timedelta(hours=1))
    assert desk.sync([desk.head(), desk.page(row, first=True), desk.end()]).phase == "idle"


def test_a_page_that_is_cut_has_its_cursor_with_the_last_part_and_comes_again_after_a_crash(
    desk: Desk, monkeypatch
) -> None:
    rows = [desk.row(name=f"王{number}") for number in range(700)]
    gone = desk.row(name="李")
    desk.sync([desk.head(), desk.page(gone, *rows[:30], first=True), desk.end(gone, *rows[:30])])
    del desk.rows[gone["id"]]
    page = desk.page(*rows, first=True)
    page.cursor = "cursor-2"
    apply, parts = inbox.apply_page, []

    def dies_with_the_third(work, part, ready):
        parts.append((part.groups[0].size, part.first, part.complete, part.cursor))
        if len(parts) == 3:
            raise WorldError("disk_full")
        return apply(work, part, ready)

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "apply_page", dies_with_the_third)
        desk.told.clear()
        assert desk.sync([desk.head(), page, desk.end()]).code == "disk_full"
    assert parts == [(250, True, False, ""), (250, False, False, ""), (200, False, True, "cursor-2")]
    assert (desk.cursor(), len(desk.names())) == ("cursor", 501)
    assert [set(one["doctor"]) for one in desk.told if "doctor" in one] == [{row["id"] for row in rows[:500]}]
    desk.start()
    assert desk.sync([desk.head(), page, desk.end()]).code == ""
    assert (desk.cursor(), set(desk.names())) == ("cursor", set(desk.rows))
    with desk.store.reading() as connection:
        assert digests.recounted(connection.driver) == digests.stored(connection.driver)


def test_a_bug_of_ours_is_said_and_tried_again(desk: Desk, monkeypatch, caplog) -> None:
    def broken(*_args):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "apply_end", broken)
        status = desk.sync(desk.quiet())
    assert (status.phase, status.code) == ("offline", "internal")
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()
    assert desk.driver.wait_s is not None
    assert desk.sync(desk.quiet()).phase == "idle"


def test_trouble_is_told_with_its_beginning_and_the_next_try(desk: Desk) -> None:
    status = desk.sync([WorldError("server_away")])
    assert (status.phase, status.online, status.since) == ("offline", False, AT)
    assert status.next_try_at > AT
    status = desk.sync(desk.quiet())
    assert (status.since, status.next_try_at, status.online) == ("", "", True)


def test_a_clock_that_is_off_is_told_and_decides_nothing(desk: Desk) -> None:
    for told, off in (("2026-11-20T00:02:03.004Z", 3600), ("2027-11-20T01:02:03.004Z", -31_536_000), ("soon", 0)):
        assert desk.sync([desk.head(server_time=told), SyncEnd("cursor")]).phase == "idle"
        assert desk.driver.status.clock_off_s == off


def test_what_is_on_the_way_is_counted_until_it_is_answered(desk: Desk) -> None:
    desk.made()
    desk.sync([desk.taken(), SyncEnd("cursor")])
    assert [one.sending for one in desk.heard if one.phase == "syncing"][:3] == [0, 1, 0]


def test_sync_is_remembered_over_a_restart(desk: Desk) -> None:
    desk.sync(desk.quiet())
    desk.start()
    assert desk.driver.status.last_sync_at == AT
    with desk.store.reading() as connection:
        assert settings.meta(connection, "last_sync_ms") == "0"
