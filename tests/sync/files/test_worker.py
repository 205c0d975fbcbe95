"""When the files rest and when they go on: tries, back-off, pauses, and a bug that ends nothing for good."""

import threading
from collections.abc import Callable, Iterator

import pytest

from crmdesk.domain.errors import WorldError
from crmdesk.sync import core
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.file_worker import FileWorker, rest_s
from crmdesk.sync.files import FileTransfer, Walked
from tests.sync.field import Field


@pytest.mark.parametrize(
    ("walked", "next_due_s", "rest"),
    [
        (Walked(0), None, None),
        (Walked(9), None, None),
        (Walked(0), 7.0, 7.0),
        (Walked(0), -5.0, 0.2),
        (Walked(0), 9e9, 3_600.0),  # a try put off by a clock that was ahead; no thread can wait for centuries
        (Walked(5_000, WorldError("server_away")), None, 0.0),
        (Walked(0, WorldError("server_away")), None, 2.0),
        (Walked(0, WorldError("timeout")), 1.0, 2.0),
        (Walked(5_000, WorldError("too_many", retry_after_s=60)), None, 62.0),
        (Walked(0, WorldError("cancelled")), 3.0, None),
        *[(Walked(5_000, WorldError(code)), 3.0, None) for code in ("signed_out", "disk_full", "device_revoked")],
    ],
)
def test_how_long_they_rest(walked: Walked, next_due_s: float | None, rest: float | None) -> None:
    assert rest_s(walked, 1, 0.5, next_due_s) == rest


def test_what_brings_nothing_waits_longer_each_time() -> None:
    rests = [rest_s(Walked(0, WorldError("server_away")), failures, 0.5, None) for failures in range(1, 20)]
    assert rests == sorted(rests, key=lambda one: one or 0)
    assert rests[-1] == core.LONGEST_BACKOFF_S / 2


Walk = Callable[[], Walked]


@pytest.fixture
def worker(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[FileWorker, list[Walk], threading.Semaphore]]:
    """A worker whose walks are written down; the semaphore counts those that were begun."""
    laptop = field.laptop("rep")
    walks: list[Walk] = []
    begun = threading.Semaphore(0)

    def walk(_transfer: FileTransfer, *_args: object, **_more: object) -> Walked:
        begun.release()
        return walks.pop(0)() if walks else Walked(0)

    monkeypatch.setattr(FileTransfer, "walk", walk)
    made = FileWorker(laptop.store, laptop.session, draw=lambda: 0.0)
    yield made, walks, begun
    made.stop()


def broke(moved: int) -> Walk:
    return lambda: Walked(moved, WorldError("server_away"))


def go(worker: FileWorker, cancellation: Cancellation | None = None, interrupted: bool = False) -> None:
    worker.run(cancellation or Cancellation(), lambda: interrupted, lambda _through: None)


def test_on_the_callers_thread_a_line_that_brings_nothing_is_tried_three_times(worker) -> None:
    made, walks, _ = worker
    walks += [broke(0), broke(10_000), broke(0), broke(0), broke(0), broke(0)]
    go(made)
    assert len(walks) == 1, "what brought something begins to count anew"


def test_on_the_callers_thread_it_stops_for_a_person_and_for_a_change(worker) -> None:
    made, walks, _ = worker
    cancellation = Cancellation()
    cancellation.cancel()
    walks += [broke(10_000)]
    go(made, cancellation)
    go(made, interrupted=True)
    assert len(walks) == 1


def test_the_thread_goes_on_by_itself_and_a_bug_ends_it_for_that_time_only(worker, caplog) -> None:
    made, walks, begun = worker

    def bug() -> Walked:
        raise ZeroDivisionError

    walks += [broke(10_000), broke(10_000), bug]
    made.start(lambda: False)
    go(made)
    for _ in range(3):
        assert begun.acquire(timeout=10), "a line that broke and brought something is tried again at once"
    assert not begun.acquire(timeout=0.3), "after the bug it waits for the next sync"
    go(made)
    assert begun.acquire(timeout=10)
    made.stop()
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()


def test_cancelled_it_rests_until_the_next_sync(worker) -> None:
    made, walks, begun = worker
    there, may_go = threading.Event(), threading.Event()

    def long() -> Walked:
        there.set()
        may_go.wait(10)
        return Walked(5, WorldError("cancelled"))

    walks += [long]
    made.start(lambda: False)
    go(made)
    assert there.wait(10)
    made.cancel()
    may_go.set()
    assert begun.acquire(timeout=10)
    assert not begun.acquire(timeout=0.3)
    go(made)
    assert begun.acquire(timeout=10)


def test_stopping_twice_and_before_the_start_does_nothing(worker) -> None:
    made, _, _ = worker
    made.stop()
    made.start(lambda: False)
    made.stop()
    made.stop()
    assert "crmdesk-files" not in {thread.name for thread in threading.enumerate()}
