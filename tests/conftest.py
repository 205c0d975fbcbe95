"""What every test stands on: a printed seed, a place for the real data, and no quiet warnings in the log."""

import gc
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from crmdesk.ui import theme
from tests.fixtures import commands, statements
from tests.fixtures.memory import memory_folder

ROOT = Path(__file__).resolve().parents[1]
_THRESHOLD = gc.get_threshold()
PATIENCE_MS = 30_000
"""How long a test waits for what comes, unless it says otherwise: only a test that fails ever waits so long."""
settings.register_profile("test", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("test")


def pytest_configure() -> None:
    """Put the tests' folders into memory, and leave the garbage to the pauses between tests.

    Cyclic garbage is collected in the main thread alone: a server's thread must not destroy a test's widgets.
    """
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory_folder()))
    statements.share()
    commands.share()
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with those that ask for more time: one of them at the end would keep the whole waiting for one worker."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


def pytest_collection_finish() -> None:
    """Keep what lives as long as the process out of each later pass: a quarter of a second at a time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Collect what is due by the thresholds, as the application's own timer does.

    A server that ran in this process has set them as its own process needs it: set back first.
    """
    gc.set_threshold(*_THRESHOLD)
    for generation, limit in reversed(list(enumerate(gc.get_threshold()))):
        if limit and gc.get_count()[generation] > limit:
            gc.collect(generation)
            return


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real public data; in a clone without it the test is left out with one sentence."""
    folder = Path(os.environ.get("CRMDESK_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        words = f"The real public data is not here ({folder.name} beside the repository): this test is left out."
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    return folder


class PatientBot(QtBot):
    """Waits for a machine that is slow or has other things to do; the usual five seconds were not enough for all.

    A part that stands by itself in a test is dressed as the windows of the program are.
    """

    @override
    def addWidget(self, widget: QWidget, **named: Any) -> None:
        super().addWidget(widget, **named)
        if widget.parentWidget() is None and not widget.styleSheet():
            theme.dress(widget)

    @override
    def mouseClick(self, widget: QWidget, *how: Any, **named: Any) -> None:  # type: ignore[override]
        """Click once the part has room: one that was just made has no height yet, and nothing in it could be hit."""
        self.waitUntil(lambda: not widget.rect().isEmpty())
        QTest.mouseClick(widget, *how, **named)

    @override
    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    @override
    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **named: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **named)

    @override
    def waitExposed(self, widget: QWidget, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)

    @override
    def waitActive(self, widget: QWidget, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitActive(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Drive the windows, with patience."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    """Fail a test that turned the collector on: any thread would destroy the widgets that earlier tests left."""
    yield
    running = gc.isenabled()
    gc.disable()
    assert not running, "the garbage collector was turned on in the tests' own process"


@pytest.fixture(autouse=True)
def no_log_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logged a warning or worse which it did not expect (`caplog.clear()` says 'expected')."""
    yield
    loud = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert loud == [], [f"{record.name}: {record.getMessage()}" for record in loud]
