"""What workers finish arrives in the GUI thread, newest question only, and never at a page that is gone."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

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
