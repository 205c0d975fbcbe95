"""What workers finish arrives in the GUI thread, newest question only, and never at a page that is gone."""

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui.bridge import Bridge


def _never(error: BaseException) -> None:
    raise AssertionError(error)


def test_an_answer_of_a_worker_comes_in_the_gui_thread(qtbot: QtBot) -> None:
    bridge, threads = Bridge(), []
    with ThreadPoolExecutor(1) as workers:
        future = workers.submit(threading.get_ident)

        def took(worker: int) -> None:
            threads.append((worker, threading.get_ident()))

        bridge.run(bridge, future, took, _never)
        qtbot.waitUntil(lambda: bool(threads))
    worker, here = threads[0]
    assert here == threading.get_ident() != worker


def test_an_error_goes_to_failed(qtbot: QtBot) -> None:
    bridge, seen = Bridge(), []
    future: Future[int] = Future()
    bridge.run(bridge, future, lambda _value: pytest.fail("no value"), seen.append)
    future.set_exception(ValueError("x"))
    qtbot.waitUntil(lambda: bool(seen))
    assert isinstance(seen[0], ValueError)


def test_only_the_newest_question_is_answered(qtbot: QtBot) -> None:
    bridge, seen = Bridge(), []
    first: Future[str] = Future()
    second: Future[str] = Future()
    bridge.run(bridge, first, seen.append, _never, "search")
    bridge.run(bridge, second, seen.append, _never, "search")
    second.set_result("second")
    first.set_result("first")
    after: Future[str] = Future()
    after.set_result("after")
    bridge.run(bridge, after, seen.append, _never)  # delivered last: what comes before it has come or never will
    qtbot.waitUntil(lambda: "after" in seen)
    assert seen == ["second", "after"]


def test_a_page_that_is_gone_gets_no_answer(qtbot: QtBot) -> None:
    bridge, owner, seen = Bridge(), QObject(), []
    future: Future[str] = Future()
    bridge.run(owner, future, seen.append, _never)
    shiboken6.delete(owner)
    future.set_result("late")
    after: Future[str] = Future()
    after.set_result("after")
    bridge.run(bridge, after, seen.append, _never)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["after"]


class _Worker(threading.Thread):
    """Holds on to what a worker of an executor does, and lets go of it when it is told to."""

    def __init__(self, held: list[object], done: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._held, self._done, self._go = held, done, threading.Event()

    def run(self) -> None:
        """Do what makes the answer, then wait."""
        self._done()
        self._go.wait()
        self._held.clear()

    def let_go(self) -> None:
        """Return when this thread holds nothing any more."""
        self._go.set()
        self.join()


def _ends_of(dialog: QWidget, threads: list[int]) -> None:
    weakref.finalize(dialog, lambda: threads.append(threading.get_ident()))


def test_a_dialog_ends_in_the_gui_thread_although_a_worker_lets_go_last(qtbot: QtBot) -> None:
    ended: list[int] = []
    seen: list[int] = []
    bridge, dialog, future = Bridge(), QWidget(), Future[int]()
    _ends_of(dialog, ended)
    bridge.run(dialog, future, lambda value, dialog=dialog: seen.append(value), _never)  # type: ignore[misc]
    worker = _Worker([future], partial(future.set_result, 7))
    del future
    worker.start()
    qtbot.waitUntil(lambda: seen == [7])
    del dialog
    worker.let_go()
    assert ended == [threading.get_ident()]


def test_a_dialog_whose_worker_tells_how_far_it_is_ends_in_the_gui_thread(qtbot: QtBot) -> None:
    ended: list[int] = []
    seen: list[tuple[int, int]] = []
    bridge, dialog = Bridge(), QWidget()
    _ends_of(dialog, ended)
    told = bridge.shown_by(dialog, lambda done, total, dialog=dialog: seen.append((done, total)))  # type: ignore[misc]
    worker = _Worker([told], partial(told, 3, 9))
    del told
    worker.start()
    qtbot.waitUntil(lambda: seen == [(3, 9)])
    del dialog
    bridge.close()
    worker.let_go()
    assert ended == [threading.get_ident()]


def test_the_error_of_a_worker_holds_on_to_no_dialog(qtbot: QtBot) -> None:
    ended: list[int] = []
    seen: list[BaseException] = []
    bridge, dialog, future = Bridge(), QWidget(), Future[int]()
    _ends_of(dialog, ended)
    bridge.run(dialog, future, lambda _value: pytest.fail("no value"), seen.append)
    future.set_exception(ValueError("x"))
    qtbot.waitUntil(lambda: bool(seen))
    del dialog
    assert ended == [threading.get_ident()], "without looking for garbage"


@pytest.mark.parametrize("close", [True, False])
def test_a_bridge_that_is_gone_is_never_told_anything(close: bool) -> None:
    parent = QObject()
    bridge = Bridge(parent)
    publish, told, future = bridge.publish, bridge.shown_by(parent, _never_shown), Future[int]()
    bridge.run(parent, future, lambda _value: pytest.fail("no value"), _never)
    if close:
        bridge.close()
    shiboken6.delete(parent)
    workers = [
        _Worker([], act) for act in (partial(publish, "news"), partial(told, 1, 2), partial(future.set_result, 1))
    ]
    for worker in workers:
        worker.start()
        worker.let_go()
    assert future.result() == 1


def _never_shown(_done: int, _total: int) -> None:
    raise AssertionError


def test_changes_from_any_thread_arrive_here(qtbot: QtBot) -> None:
    bridge, seen = Bridge(), []
    bridge.changed.connect(lambda changes: seen.append((changes, threading.get_ident())))
    sender = threading.Thread(target=bridge.publish, args=("changes",))
    sender.start()
    sender.join()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("changes", threading.get_ident())]
    bridge.close()
    bridge.publish("after closing")
    assert len(seen) == 1


def test_what_may_wait_comes_after_the_painting_and_counts_as_waited_for(qtbot: QtBot) -> None:
    class Painted(QWidget):
        """Says when it is painted."""

        def paintEvent(self, _event: object) -> None:
            told.append("painted")

    told: list[str] = []
    bridge, widget, gone = Bridge(), Painted(), QWidget()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitUntil(lambda: "painted" in told)
    told.clear()
    widget.update()
    bridge.later(widget, lambda: told.append("later"))
    bridge.later(gone, lambda: told.append("never"))
    shiboken6.delete(gone)
    assert (bridge.waiting, told) == (2, [])
    qtbot.waitUntil(lambda: not bridge.waiting)
    assert told == ["painted", "later"]
