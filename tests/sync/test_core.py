"""The pure core, step by step, and under any order of events."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.protocol.messages import MAX_REQUEST_OPERATIONS, Answer, Page, RowGroup, SyncEnd, SyncHead
from crmdesk.sync import core
from crmdesk.sync.core import (
    Applied,
    ApplyEnd,
    ApplyHead,
    ApplyPage,
    Cancelled,
    DropStream,
    End,
    Failed,
    Head,
    LocalChange,
    Network,
    PageArrived,
    RemovalAccepted,
    Renumber,
    Report,
    SaveTries,
    SendRequest,
    SetAside,
    Start,
    SyncCore,
    Tick,
    TransferFiles,
    Wait,
)  # fmt: skip

ME = "u1"


def head(**changes) -> Head:
    known = {"epoch": "e", "server_time": "t", "user_id": ME, "scopes": ["c", f"p:{ME}"]} | changes
    return Head(SyncHead(**known), ME)


def page(rows: int = 0, left: int = 0, scope: str = "c", **changes) -> Page:
    group = RowGroup("doctor", ["id"], [[str(n)] for n in range(rows)], [f"x{n}" for n in range(left)])
    return Page(scope, [group], "cursor", **changes)


def arrived(one: Page, held: int) -> PageArrived:
    """A page arrived at a laptop that holds all that goes by it."""
    return PageArrived(one, held, sum(len(group.left) + len(group.deleted) for group in one.groups))


def kinds(effects) -> list[type]:
    return [type(effect) for effect in effects]


def only(effects, kind):
    found = [effect for effect in effects if isinstance(effect, kind)]
    assert len(found) == 1, effects
    return found[0]


def through(machine: SyncCore, answers: int = 0, waiting: int = 0, more: bool = False, differing=None, pages=()):
    """Play one good exchange and return the effects of its end."""
    settled = [Answer(str(n), "applied") for n in range(answers)]
    assert kinds(machine.step(head(answers=settled))) == [ApplyHead]
    for one in pages:
        assert kinds(machine.step(arrived(one, 1000))) == [ApplyPage]
    assert kinds(machine.step(End(SyncEnd("c", more=more)))) == [ApplyEnd]
    return machine.step(Applied(differing or {}, waiting, 0.5))


def test_a_quiet_sync_is_one_request_then_files_then_rest():
    machine = SyncCore()
    assert machine.step(Start()) == [Report("syncing"), SendRequest(MAX_REQUEST_OPERATIONS, 1 << 20)]
    assert through(machine) == [Report("idle"), TransferFiles(), Wait(300.0)]


def test_what_remains_in_the_outbox_is_sent_at_once_while_the_server_takes_it():
    machine = SyncCore()
    machine.step(Start())
    assert kinds(through(machine, answers=500, waiting=200)) == [SendRequest]
    assert kinds(through(machine, answers=0, waiting=200)) == [Report, TransferFiles, Wait], "'later' never spins"


def test_a_server_that_always_says_more_cannot_keep_it_busy():
    machine = SyncCore()
    machine.step(Start())
    rounds = 0
    while kinds(through(machine, more=True)) == [SendRequest]:
        rounds += 1
        assert rounds < 10
    assert rounds == core.EMPTY_ROUNDS - 1


def test_more_with_pages_goes_on():
    machine = SyncCore()
    machine.step(Start())
    for _ in range(20):
        assert kinds(through(machine, more=True, pages=[page(5)])) == [SendRequest]


def test_a_local_change_is_sent_at_once_but_never_cuts_a_back_off_short():
    machine = SyncCore()
    assert kinds(machine.step(LocalChange())) == [Report, SendRequest]
    assert machine.step(LocalChange()) == []
    assert kinds(through(machine)) == [SendRequest], "the change made meanwhile goes at once"
    machine.step(Failed("server_away", 0.5))
    assert machine.step(LocalChange()) == []
    assert kinds(machine.step(Start())) == [Report, SendRequest], "a person may always ask"


def test_backoff_is_bounded_jittered_and_honours_retry_after():
    assert [core.backoff_s(n, 0.999999) for n in (1, 2, 3)] == pytest.approx([4, 8, 16], rel=1e-3)
    assert core.backoff_s(1000, 0.999999) <= core.LONGEST_BACKOFF_S
    assert core.backoff_s(5, 0.0) == 1.0
    assert 60 <= core.backoff_s(1, 0.3, 60) <= 70
    assert core.backoff_s(1, 0.3, 1e9) == 3600.0
    assert core.backoff_s(1, 0.3, -5) >= 1.0


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True), st.none() | st.floats(-1e12, 1e12))
def test_every_wait_is_between_a_second_and_an_hour(failures, draw, retry_after):
    assert 1.0 <= core.backoff_s(failures, draw, retry_after) <= 3600.0
    assert core.SHORTEST_TIMER_S <= core.timer_s(int(draw * 10**9), draw) <= 3600.0 * 1.25


@pytest.mark.parametrize("kind", sorted(core.CANNOT_TAKE))
def test_a_batch_that_cannot_be_taken_is_halved_down_to_one_which_is_set_aside(kind):
    machine = SyncCore()
    sent = only(machine.step(Start()), SendRequest).max_operations
    sizes = []
    while True:
        effects = machine.step(Failed(kind, 0.5, carried=sent))
        sent = only(effects, SendRequest).max_operations
        if not sent:
            break
        sizes.append(sent)
    tries = [1] * core.TRIES_OF_ONE if kind == "bad_request" else []  # damaged on the way perhaps
    assert sizes == [1000, 500, 250, 125, 62, 31, 15, 7, 3, 1, *tries]
    assert kinds(machine.step(Failed(kind, 0.5))) == [Report, Wait], "no request gets through: it is not its fault"
    machine.step(Tick())
    for carried in [1, *tries]:
        effects = machine.step(Failed(kind, 0.5, carried=carried))
    assert only(effects, SendRequest).max_operations == 0
    assert through(machine)[0] == SetAside(kind)
    assert kinds(through(machine, answers=1, waiting=5)) == [SendRequest]


def test_one_damaged_request_after_the_other_sets_nothing_aside_while_some_arrive():
    machine = SyncCore()
    machine.step(Start())
    for _ in range(5):
        for _ in range(core.TRIES_OF_ONE):
            assert kinds(machine.step(Failed("bad_request", 0.5, carried=1))) == [SendRequest]
        assert SetAside not in kinds(through(machine, answers=1, waiting=1))


CHOKES = [Failed("server_error", 0.5), Failed("server_away", 0.5, params={"reason": core.HUNG_UP})]


@pytest.mark.parametrize("failure", CHOKES, ids=["server", "way"])
def test_what_breaks_server_or_way_is_laid_on_an_operation_only_if_requests_get_through_without_it(failure):
    def failed(carried):
        return machine.step(msgspec.structs.replace(failure, carried=carried))

    machine = SyncCore()
    machine.step(Start())
    for carried in (4, 2):
        assert kinds(failed(carried)) == [Report, Wait]
        assert only(machine.step(Tick()), SendRequest).max_operations == carried // 2
    assert failed(1) == [SendRequest(0, 1 << 20)], "asks without any operation"
    assert kinds(failed(0)) == [Report, Wait], "nothing gets through at all: nothing is set aside"
    machine.step(Tick())
    for _ in range(core.TRIES_BEFORE_BLAME - 4):
        assert failed(1) == [SendRequest(0, 1 << 20)]
        assert kinds(through(machine)) == [SendRequest], "the line may have broken a few times in a row"
    failed(1)
    effects = through(machine)
    assert effects[0] == SetAside("server_cannot_take")
    assert only(effects, SendRequest).max_operations >= 1


def test_who_is_next_is_not_blamed_for_one_that_waits_no_more():
    machine = SyncCore()
    machine.step(Start())
    for alone in ["first"] * (core.TRIES_BEFORE_BLAME - 1) + ["second"] * core.TRIES_BEFORE_BLAME:
        if machine.step(Failed("server_error", 0.5, carried=1, alone=alone)) == [SendRequest(0, 1 << 20)]:
            effects = through(machine)
        else:
            machine.step(Tick())
            continue
        assert (effects[0] == SetAside("server_cannot_take", "second")) == (SetAside in kinds(effects))
    assert effects[0] == SetAside("server_cannot_take", "second"), "at its own sixth failure"


def test_an_operation_is_not_blamed_for_a_night_without_a_network():
    machine = SyncCore()
    machine.step(Start())
    for _ in range(20):
        assert kinds(machine.step(Failed("server_away", 0.5, carried=4))) == [Report, Wait]
        machine.step(Tick())
    assert kinds(machine.step(Failed("server_error", 0.5, carried=1))) == [Report, Wait]


def test_what_a_restored_server_lost_is_not_taken_for_the_operation_that_breaks_it():
    machine = SyncCore()
    machine.step(Start())
    for _ in range(core.TRIES_OF_ONE + 1):
        effects = machine.step(Failed("server_error", 0.5, carried=1))
        if kinds(effects) == [SendRequest]:
            break
        machine.step(Tick())
    assert effects == [SendRequest(0, 1 << 20)], "asks without any operation"
    again = Head(head().head, ME, restored=True)
    assert machine.step(again) == [ApplyHead(again.head, send_again=True)]
    machine.step(End(SyncEnd("c")))
    effects = machine.step(Applied({}, 5, 0.5))
    assert kinds(effects) == [SendRequest], "the oldest is another one by now: nothing is set aside"
    assert effects[0].max_operations > 0


def test_a_fork_renumbers_and_sends_again_but_not_for_ever():
    machine = SyncCore()
    machine.step(Start())
    for _ in range(core.FORKS_A_SYNC):
        assert kinds(machine.step(head(fork=True))) == [DropStream, Renumber, SendRequest]
    assert kinds(machine.step(head(fork=True))) == [DropStream, Report, Wait]
    assert machine.phase == "blocked"


@pytest.mark.parametrize("changes", [{"scopes": []}, {"scopes": ["c"]}, {"scopes": [f"p:{ME}"]}, {"user_id": "u2"}])
def test_an_implausible_head_changes_nothing(changes):
    machine = SyncCore()
    machine.step(Start())
    effects = machine.step(head(**changes))
    assert kinds(effects) == [DropStream, Report, Wait]
    assert effects[1].code == "foreign_user"


@pytest.mark.parametrize(
    ("one", "held", "stops"),
    [
        (page(left=201), 1000, True),
        (page(left=200), 1000, False),
        (page(left=19), 20, False),
        (page(left=20), 20, True),
        (page(rows=100, first=True, remaining=900), 1000, False),
        (page(rows=100, first=True, remaining=699), 1000, True),
        (page(rows=0, first=True, remaining=0, complete=True), 1000, True),
        (page(rows=5, first=True, remaining=0, complete=True), 0, False),
    ],
)
def test_a_fifth_of_a_scope_may_go_more_stops_and_asks(one, held, stops):
    machine = SyncCore()
    machine.step(Start())
    machine.step(head())
    effects = machine.step(arrived(one, held))
    assert kinds(effects) == ([DropStream, Report, Wait] if stops else [ApplyPage])
    if stops:
        assert effects[1].code == "shrunk"
        assert effects[2] == Wait(None)
        assert kinds(machine.step(LocalChange())) == [Report, SendRequest], "changes still go up"
        assert kinds(machine.step(head())) == [ApplyHead]
        assert kinds(machine.step(arrived(one, held))) == [DropStream, Report, Wait], "and nothing goes by that"
        assert kinds(machine.step(RemovalAccepted())) == [Report, SendRequest]
        machine.step(head())
        assert kinds(machine.step(arrived(one, held))) == [ApplyPage]


def test_vanishing_is_counted_over_the_pages_of_a_pull():
    machine = SyncCore()
    machine.step(Start())
    machine.step(head())
    assert kinds(machine.step(arrived(page(left=150), 1000))) == [ApplyPage]
    assert kinds(machine.step(arrived(page(left=40), 850))) == [ApplyPage]
    assert kinds(machine.step(arrived(page(left=40, scope="t:2"), 1000))) == [ApplyPage]
    assert kinds(machine.step(arrived(page(left=11), 810))) == [DropStream, Report, Wait]


def test_what_a_page_says_is_gone_counts_only_where_it_is_held():
    machine = SyncCore()
    machine.step(Start())
    machine.step(head())
    assert kinds(machine.step(PageArrived(page(rows=1000, first=True, remaining=900), 0, 0))) == [ApplyPage]
    assert kinds(machine.step(PageArrived(page(rows=500, left=400), 1000, 0))) == [ApplyPage]
    assert kinds(machine.step(PageArrived(page(left=301), 1500, 299))) == [ApplyPage], "they came and went meanwhile"
    assert kinds(machine.step(PageArrived(page(left=2), 1201, 2))) == [DropStream, Report, Wait]


def test_differing_digests_fetch_the_scope_anew_twice_then_tell_a_person():
    machine = SyncCore()
    machine.step(Start())
    tries = 0
    for _ in range(core.REFETCH_TRIES):
        effects = through(machine, differing={"c": tries})
        again = SendRequest(MAX_REQUEST_OPERATIONS, 1 << 20, ("c",), tries == 1)
        assert effects == [SaveTries({"c": tries + 1}), again]
        tries += 1
    effects = through(machine, differing={"c": tries})
    assert kinds(effects) == [Report, TransferFiles, Wait]
    assert effects[0] == Report("blocked", "replica_differs", {"scopes": ["c"]})
    assert kinds(machine.step(LocalChange())) == [Report, SendRequest], "changes still go up"


def test_the_last_try_is_made_once_more_after_a_start_of_the_app():
    """A crash in the midst of it left it written down, and nobody would ever try again."""
    machine = SyncCore()
    machine.step(Start())
    effects = through(machine, differing={"c": core.REFETCH_TRIES})
    whole = SendRequest(MAX_REQUEST_OPERATIONS, 1 << 20, ("c",), True)
    assert effects == [SaveTries({"c": core.REFETCH_TRIES}), whole]
    assert kinds(through(machine, differing={"c": core.REFETCH_TRIES})) == [Report, TransferFiles, Wait], "once"


def test_a_laptop_that_still_differs_tries_again_when_a_person_asks_and_now_and_then_by_the_clock():
    machine = SyncCore()
    given_up, once_more = [Report, TransferFiles, Wait], [SaveTries, SendRequest]
    steps = [Start()] + [Tick()] * core.TICKS_BETWEEN_LAST_TRIES + [LocalChange(), Tick(), Start()]
    seen = []
    for event in steps:
        machine.step(event)
        first = kinds(through(machine, differing={"c": core.REFETCH_TRIES}))
        if first == once_more:
            assert kinds(through(machine, differing={"c": core.REFETCH_TRIES})) == given_up, "once each"
        seen.append(first == once_more)
    by_clock = [False] * (core.TICKS_BETWEEN_LAST_TRIES - 1) + [True]
    assert seen == [True, *by_clock, False, False, True]


def test_asking_while_the_last_try_travels_does_not_make_it_two():
    machine = SyncCore()
    machine.step(Start())
    through(machine, differing={"c": core.REFETCH_TRIES})
    machine.step(Start())
    assert SendRequest not in kinds(through(machine, differing={"c": core.REFETCH_TRIES}))


def test_a_last_try_that_the_line_cut_short_is_made_again():
    machine = SyncCore()
    machine.step(Start())
    through(machine, differing={"c": core.REFETCH_TRIES})
    machine.step(Failed("timeout", 0.5))
    machine.step(Start())
    assert kinds(through(machine, differing={"c": core.REFETCH_TRIES})) == [SaveTries, SendRequest]


def test_what_was_held_back_goes_with_the_next_request():
    machine = SyncCore()
    machine.step(Start())
    for held_back, waiting, then in ((True, 2, [SendRequest]), (True, 0, [Report, TransferFiles, Wait])):
        assert kinds(machine.step(head())) == [ApplyHead]
        machine.step(End(SyncEnd("c")))
        assert kinds(machine.step(Applied({}, waiting, 0.5, held_back=held_back))) == then


def test_agreeing_digests_clear_the_tries():
    machine = SyncCore()
    machine.step(Start())
    through(machine, differing={"c": 0})
    effects = through(machine)
    assert effects[0] == SaveTries({})


def test_tries_of_an_earlier_sync_are_forgotten_once_nothing_differs():
    machine = SyncCore()
    machine.step(Start())
    for event in (head(), End(SyncEnd("c"))):
        machine.step(event)
    assert machine.step(Applied({}, 0, 0.5, tried=True))[0] == SaveTries({})


@pytest.mark.parametrize("kind", ["server_away", "timeout", "answer_cut", "captive_portal", "too_many", "signed_out"])
def test_a_try_that_the_line_cut_short_was_none(kind):
    machine = SyncCore()
    machine.step(Start())
    through(machine, differing={"c": 1, "t:1": 0})
    effects = machine.step(Failed(kind, 0.5))
    assert effects[0] == SaveTries({"c": 1, "t:1": 0})
    assert kinds(machine.step(Failed(kind, 0.5))) == [Report, Wait], "once"


def test_a_try_that_the_store_cut_short_counts():
    machine = SyncCore()
    machine.step(Start())
    through(machine, differing={"c": 1})
    assert kinds(machine.step(Failed("store_damaged", 0.5))) == [Report, Wait]


def test_a_cancelled_try_was_none():
    machine = SyncCore()
    machine.step(Start())
    through(machine, differing={"c": 1})
    assert kinds(machine.step(Cancelled(0.5))) == [DropStream, SaveTries, Report, Wait]


def test_a_scope_fetched_anew_that_shrinks_asks_and_once_accepted_goes_through_the_repair():
    machine = SyncCore()
    machine.step(Start())
    through(machine, differing={"c": 0})
    machine.step(head())
    shrunk = arrived(page(rows=1, first=True), 1000)
    assert kinds(machine.step(shrunk)) == [DropStream, Report, Wait]
    machine.step(RemovalAccepted())
    assert kinds(through(machine, differing={"c": 1})) == [SaveTries, SendRequest]
    machine.step(head())
    assert kinds(machine.step(shrunk)) == [ApplyPage]
    machine.step(End(SyncEnd("c")))
    assert kinds(machine.step(Applied({}, 0, 0.5))) == [SaveTries, Report, TransferFiles, Wait]
    machine.step(Start())
    machine.step(head())
    assert kinds(machine.step(shrunk)) == [DropStream, Report, Wait], "it was accepted for that sync"


@pytest.mark.parametrize("kind", sorted(core.NEEDS_PERSON))
def test_what_only_a_person_can_mend_blocks(kind):
    machine = SyncCore()
    machine.step(Start())
    effects = machine.step(Failed(kind, 0.5))
    assert kinds(effects) == [Report, Wait]
    assert effects[0].phase == "blocked"
    assert effects[0].code == kind
    assert machine.step(LocalChange()) == []
    assert kinds(machine.step(Start())) == [Report, SendRequest]


def test_working_offline_stops_and_starts_again():
    machine = SyncCore()
    machine.step(Start())
    assert kinds(machine.step(Network(False))) == [DropStream, Report, Wait]
    assert machine.step(LocalChange()) == []
    assert kinds(machine.step(Start())) == [Report, Wait]
    assert kinds(machine.step(Network(True))) == [Report, SendRequest]


def test_cancel_leaves_a_core_that_can_start_again():
    machine = SyncCore()
    machine.step(Start())
    assert kinds(machine.step(Cancelled(0.5))) == [DropStream, Report, Wait]
    assert kinds(machine.step(Start())) == [Report, SendRequest]


EVENTS = st.one_of(
    st.just(Start()), st.just(LocalChange()), st.just(Tick()), st.just(RemovalAccepted()), st.just(head()),
    st.just(head(fork=True)), st.just(head(scopes=[])), st.just(Cancelled(0.5)),
    st.builds(Network, st.booleans()),
    st.builds(lambda rows, left, first, held: arrived(page(rows, left, first=first), held),
              st.integers(0, 30), st.integers(0, 300), st.booleans(), st.integers(0, 1000)),
    st.builds(lambda more, next_s: End(SyncEnd("c", more=more, next_sync_s=next_s)),
              st.booleans(), st.integers(-9, 10**9)),
    st.builds(Applied, st.dictionaries(st.sampled_from(["c", "t:1"]), st.integers(0, 5)), st.integers(0, 999),
              st.floats(0, 1, exclude_max=True)),
    st.builds(Failed, st.sampled_from(["server_away", "server_error", "too_large", "too_many", "signed_out", "new"]),
              st.floats(0, 1, exclude_max=True), st.integers(0, 500), st.none() | st.floats(-1e9, 1e9)),
)  # fmt: skip


@given(st.lists(EVENTS, max_size=60))
def test_any_events_in_any_order(events):
    """Whatever happens: at most one request a step, bounded waits, one page applied per page, and always a way on."""
    machine, again = SyncCore(), SyncCore()
    for event in events:
        effects = machine.step(event)
        assert effects == again.step(event), "the same events give the same effects"
        assert sum(isinstance(effect, SendRequest) for effect in effects) <= 1
        assert not (
            any(isinstance(one, SendRequest) for one in effects) and any(isinstance(one, Wait) for one in effects)
        )
        for effect in effects:
            if isinstance(effect, SendRequest):
                assert 0 <= effect.max_operations <= MAX_REQUEST_OPERATIONS
            if isinstance(effect, Wait) and effect.seconds is not None:
                assert 1.0 <= effect.seconds <= 3600.0 * 1.25
    machine.step(Network(True))
    machine.step(Cancelled(0.5))
    assert SendRequest in kinds(machine.step(Start()))
