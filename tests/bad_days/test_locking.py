"""Locking: the store is closed and its key gone, every window hidden, and the passphrase brings back what was open."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from keyring.backends import fail
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QLineEdit, QMenu
from pytestqt.qtbot import QtBot
from typing_extensions import override

from crmdesk import bootstrap
from crmdesk.bootstrap import Laptop, Premises, WindowSessions
from crmdesk.domain.errors import WorldError
from crmdesk.domain.ids import new_id
from crmdesk.services import desk as services
from crmdesk.services.batch import BatchChange
from crmdesk.services.commands import EditRow
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.engine import SyncEngine
from crmdesk.ui import words
from crmdesk.ui.idle_watch import IdleWatch
from crmdesk.ui.lock_window import LockWindow
from crmdesk.ui.locking import Locking
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.passphrase_dialog import PassphraseDialog
from crmdesk.ui.pages.settings_page import SettingsPage
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.windows import Windows
from tests.bad_days.seat import PASSPHRASE, PATIENCE_MS, Seat
from tests.server.company import PASSWORD
from tests.sync.field import QUICK, Field

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Desk:
    """The windows over a data folder that a passphrase protects, with a clock that the test sets."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot, self.now = qtbot, 1_000.0
        self.sessions = WindowSessions(Premises(folder, fail.Keyring(), deadlines=QUICK))
        self.windows = Windows(self.sessions, tour=False, clock=lambda: self.now)
        self.windows.open(self.sessions.unlock(PASSPHRASE).result(20))
        self.main.activateWindow()
        self.qtbot.waitUntil(lambda: not self.main.bridge.waiting, timeout=PATIENCE_MS)
        self.windows._watch()

    @property
    def main(self) -> MainWindow:
        assert self.windows.main is not None
        return self.windows.main

    @property
    def locking(self) -> Locking:
        assert self.windows.locking is not None
        return self.windows.locking

    @property
    def lock(self) -> LockWindow:
        assert self.locking.window is not None
        return self.locking.window

    @property
    def laptop(self) -> Laptop:
        assert self.sessions._laptop is not None
        return self.sessions._laptop

    def wait_closed(self) -> None:
        self.qtbot.waitUntil(lambda: not self.lock.closing, timeout=PATIENCE_MS)

    def type(self, text: str) -> None:
        edit = self.lock.findChild(QLineEdit, "lock_passphrase_edit")
        assert edit is not None
        edit.clear()
        self.qtbot.keyClicks(edit, text)
        self.qtbot.keyClick(edit, Qt.Key.Key_Return)

    def hint(self) -> str:
        label = self.lock.findChild(QLabel, "lock_hint")
        assert label is not None
        return label.text()

    def said(self) -> str:
        banner = self.lock.findChild(Banner, "lock_banner")
        assert banner is not None
        return banner.text

    def close(self) -> None:
        if self.windows.main is not None:
            self.windows.main.close()
        self.sessions.close()


@pytest.fixture
def desk(qtbot: QtBot, data_dir: Path, dressed: object) -> Iterator[Desk]:
    made = Desk(qtbot, data_dir)
    yield made
    made.close()


def _visible() -> set[str]:
    return {one.objectName() for one in QApplication.topLevelWidgets() if one.isVisible()}


def _open_files(folder: Path) -> set[str]:
    found = (Path(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd"))
    return {os.readlink(one) for one in found if one.is_symlink() and str(folder) in os.readlink(one)}


def test_what_is_locked_cannot_be_read_and_comes_back_as_it_was(desk: Desk, field: Field, data_dir: Path) -> None:
    desk.main.navigate("doctor", id=field.company["north_doctor"])
    desk.qtbot.waitUntil(lambda: not desk.main.bridge.waiting, timeout=PATIENCE_MS)
    desk.qtbot.keyClick(desk.main, Qt.Key.Key_E)
    phone = next(one for one in desk.main.findChildren(QLineEdit, "doctor_mobile_edit") if one.isVisible())
    phone.setFocus()
    phone.selectAll()
    desk.qtbot.keyClicks(phone, "13900001111")
    desk.main.show_keys()
    store = desk.laptop.store
    desk.qtbot.keyClick(QApplication.activeModalWidget() or desk.main, Qt.Key.Key_K, CONTROL_SHIFT)
    assert _visible() == {"lock_window"}, "also the dialog, and at once"
    desk.wait_closed()
    for look in (store.reading, store.writing, store.unshared):
        with pytest.raises(WorldError, match="sealed"), look():
            pass
    with pytest.raises(WorldError, match="sealed"):
        store.attachment("0" * 64)
    assert (store._key, store.blobs._key) == (b"", b"")
    if sys.platform == "linux":
        assert {one for one in _open_files(data_dir) if one.endswith((".db", "-wal", "-shm"))} == set()
    asked = desk.laptop.desk.ask(lambda reads: reads.drafts())
    desk.type(PASSPHRASE)
    desk.qtbot.waitUntil(lambda: desk.locking.window is None, timeout=PATIENCE_MS)
    kept = [content for _key, content, _at in asked.result(20)]
    assert any("13900001111" in str(one) for one in kept), "the last key was kept before the store was closed"
    assert "main_window" in _visible()
    assert (desk.main.shown, phone.isVisible(), phone.text()) == ("doctor", True, "13900001111")


class _InputMethod(QObject):
    """Writes what is being composed into a field when the field loses the focus, as those of the systems do."""

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            watched.removeEventFilter(self)
            written = QInputMethodEvent()
            written.setCommitString("刚拼完")
            QApplication.sendEvent(watched, written)
        return False


@pytest.mark.parametrize("by", ["key", "idle"])
def test_what_was_typed_last_survives_a_crash_while_it_is_locked(
    desk: Desk, field: Field, data_dir: Path, tmp_path: Path, by: str
) -> None:
    desk.main.navigate("doctor", id=field.company["north_doctor"])
    desk.qtbot.waitUntil(lambda: not desk.main.bridge.waiting, timeout=PATIENCE_MS)
    desk.qtbot.keyClick(desk.main, Qt.Key.Key_E)
    phone = next(one for one in desk.main.findChildren(QLineEdit, "doctor_mobile_edit") if one.isVisible())
    phone.setFocus()
    desk.qtbot.waitUntil(phone.hasFocus, timeout=PATIENCE_MS)
    composing = _InputMethod()
    phone.installEventFilter(composing)
    if by == "key":
        desk.qtbot.keyClick(desk.main, Qt.Key.Key_K, CONTROL_SHIFT)
    else:
        desk.now += 16 * 60
        desk.locking.watch.look()
    desk.wait_closed()
    left = tmp_path / "as a kill -9 leaves it"
    shutil.copytree(data_dir, left)
    after = Premises(left, fail.Keyring(), deadlines=QUICK).unlock(PASSPHRASE)
    kept = [content for _key, content, _at in after.desk.ask(lambda reads: reads.drafts()).result(20)]
    after.close()
    assert any("刚拼完" in str(one) for one in kept), kept
    desk.type(PASSPHRASE)
    desk.qtbot.waitUntil(lambda: desk.locking.window is None and phone.hasFocus(), timeout=PATIENCE_MS)
    assert "刚拼完" in phone.text(), "who comes back types on where the cursor stood"


def test_two_windows_an_undo_and_staying_offline_outlive_the_lock(desk: Desk, field: Field) -> None:
    main = desk.main
    main.toggle_offline()
    main.navigate("doctor", id=field.company["north_doctor"])
    desk.qtbot.waitUntil(lambda: not main.bridge.waiting, timeout=PATIENCE_MS)
    main.open_window()
    desk.qtbot.waitUntil(lambda: bool(main.beside.windows), timeout=PATIENCE_MS)
    beside = main.beside.windows[0]
    desk.qtbot.waitUntil(lambda: not beside.bridge.waiting and not main.bridge.waiting, timeout=PATIENCE_MS)
    row = desk.laptop.desk.ask(lambda reads: reads.doctor(field.company["north_doctor"])).result(20).row
    edit = EditRow("doctor", field.company["north_doctor"], {"mobile": "13900002222"}, row["revision"])
    main.context.submit(main, edit, lambda outcome: main.toast("changed", outcome.undo_token))
    desk.qtbot.waitUntil(lambda: main.toast_part.isVisible(), timeout=PATIENCE_MS)
    chooser = QFileDialog(main)
    chooser.setOption(QFileDialog.Option.DontUseNativeDialog)
    chooser.open()
    desk.qtbot.keyClick(beside, Qt.Key.Key_K, CONTROL_SHIFT)
    assert _visible() == {"lock_window"}
    assert {one.title() for one in QGuiApplication.topLevelWindows() if one.isVisible()} == {"crmdesk"}
    desk.wait_closed()
    desk.type(PASSPHRASE)
    desk.qtbot.waitUntil(lambda: desk.locking.window is None, timeout=PATIENCE_MS)
    assert _visible() == {"main_window", "side_window"}
    assert main.context.sync.state().code == "work_offline"
    main.undo()
    desk.qtbot.waitUntil(lambda: not main.bridge.waiting, timeout=PATIENCE_MS)
    after = desk.laptop.desk.ask(lambda reads: reads.doctor(field.company["north_doctor"])).result(20).row
    assert after["mobile"] == row["mobile"]


def test_nothing_comes_before_the_lock_but_what_belongs_to_it(desk: Desk) -> None:
    desk.windows.lock()
    desk.wait_closed()
    late = QDialog(desk.main)
    late.setObjectName("late")
    late.show()
    desk.qtbot.waitUntil(lambda: _visible() == {"lock_window"}, timeout=PATIENCE_MS)
    edit = desk.lock.findChild(QLineEdit, "lock_passphrase_edit")
    assert edit is not None
    menu = QMenu(edit)
    menu.addAction("paste")
    menu.popup(desk.lock.pos())
    desk.locking._hide()
    desk.locking._focused(menu.windowHandle())
    assert menu.isVisible(), "a passphrase is pasted by it"
    menu.close()
    desk.type(PASSPHRASE)
    desk.qtbot.waitUntil(lambda: desk.locking.window is None, timeout=PATIENCE_MS)
    assert late.isVisible(), "it waited behind the lock"
    late.close()


def test_the_lock_goes_with_the_window_that_it_hid(desk: Desk) -> None:
    desk.windows.lock()
    desk.wait_closed()
    desk.main.close()  # signed out while it locked
    assert _visible() == set()
    assert desk.windows.main is None


def test_a_wrong_passphrase_waits_longer_each_time(desk: Desk) -> None:
    desk.windows.lock()
    desk.wait_closed()
    go = desk.lock.findChild(Button, "lock_open_button")
    assert go is not None
    for wait in (1.0, 2.0, 4.0):
        desk.type("not the passphrase")
        desk.qtbot.waitUntil(lambda: words.sentence("passphrase_wrong") in desk.said(), timeout=PATIENCE_MS)
        assert not go.isEnabled()
        desk.now += wait - 0.01
        desk.type(PASSPHRASE)
        assert not desk.lock._busy, "too early: it is not even tried"
        desk.now += 0.02
        desk.qtbot.waitUntil(go.isEnabled, timeout=PATIENCE_MS)
    desk.type(PASSPHRASE)
    desk.qtbot.waitUntil(lambda: desk.locking.window is None, timeout=PATIENCE_MS)


def test_it_locks_when_nobody_touched_a_window_and_not_before(desk: Desk) -> None:
    watch = desk.locking.watch
    watch.begin()
    desk.now += 14 * 60
    handle = desk.main.windowHandle()
    QTest.keyClick(handle, Qt.Key.Key_Shift)
    assert not watch.listening, "of all the keys between two looks it sees one"
    desk.now += 5
    watch.look()
    desk.now += 14 * 60
    watch.look()
    assert desk.locking.window is None
    desk.now += 61
    watch.look()
    assert desk.locking.window is not None
    desk.wait_closed()
    desk.windows.to_front()
    assert _visible() == {"lock_window"}, "a second start of the program opens nothing"


def test_the_first_key_after_a_laptop_was_closed_locks(desk: Desk) -> None:
    desk.locking.watch.begin()
    desk.now += 3 * 3600
    QTest.keyClick(desk.main.windowHandle(), Qt.Key.Key_Shift)
    assert desk.locking.window is not None
    desk.wait_closed()


def test_where_nothing_locks_the_first_key_after_a_pause_counts(qtbot: QtBot, dressed: object) -> None:
    now = 0.0
    edit = QLineEdit()
    qtbot.addWidget(edit)
    edit.show()
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    watch = IdleWatch(lambda: 900.0, lambda: now, edit)
    told: list[float] = []
    watch.idle.connect(lambda: told.append(now))
    watch.begin()
    now = 3_600.0
    QTest.keyClick(edit.windowHandle(), Qt.Key.Key_A)
    assert (told, edit.text()) == ([3_600.0], "a")
    watch.idle.connect(watch.end)
    now = 7_200.0
    watch.begin()
    now = 10_800.0
    QTest.keyPress(edit.windowHandle(), Qt.Key.Key_B)
    assert (told, edit.text()) == ([3_600.0, 10_800.0], "a"), "who locks ends the watch: the key goes nowhere"


def test_without_a_passphrase_nothing_is_locked_until_one_is_set(
    seat: Callable[..., Seat], qtbot: QtBot, field: Field
) -> None:
    here = seat(field.address)
    here.sign_in("rep", PASSWORD)
    main = here.wait_open()
    here.windows.lock()
    dialog = main.findChild(PassphraseDialog)
    assert dialog is not None
    assert here.windows.locking is not None
    assert here.windows.locking.window is None
    for name in ("new", "again"):
        edit = dialog.findChild(QLineEdit, f"passphrase_{name}_edit")
        assert edit is not None
        qtbot.keyClicks(edit, PASSPHRASE)
    dialog.save()
    qtbot.waitUntil(lambda: main.findChild(PassphraseDialog) is None, timeout=PATIENCE_MS)
    account = here.sessions.known_account()
    assert account is not None
    assert account.needs_passphrase
    assert here.sessions._premises._vault._given.kept == {}, "the key ring has the key no more"
    here.windows.lock()
    locking = here.windows.locking
    qtbot.waitUntil(lambda: locking.window is not None and not locking.window.closing, timeout=PATIENCE_MS)
    with pytest.raises(WorldError, match="passphrase_wrong"):
        here.sessions.unlock_again("not the passphrase").result(20)
    here.sessions.unlock_again(PASSPHRASE).result(20)


@pytest.mark.parametrize("comes_back", [False, True])
def test_an_import_that_runs_is_waited_for_unless_its_owner_comes_back(desk: Desk, comes_back: bool) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def told(_done: int, _total: int) -> None:
        begun.set()
        go_on.wait(PATIENCE_MS / 1_000)

    imports = desk.laptop.desk.imports
    preview = imports.preview("姓名,医院\n周一,第九医院\n".encode())
    report = imports.run(preview, preview.mapping, told)
    assert begun.wait(PATIENCE_MS / 1_000)
    desk.windows.lock()
    assert _visible() == {"lock_window"}, "nobody reads on meanwhile"
    if comes_back:
        desk.type(PASSPHRASE)
        desk.qtbot.waitUntil(lambda: desk.locking.window is None, timeout=PATIENCE_MS)
        assert not desk.laptop.sealed
        assert not report.done()
    assert desk.laptop.desk.works
    go_on.set()
    assert report.result(20).cancelled is False
    if not comes_back:
        desk.wait_closed()
        assert desk.laptop.sealed


def test_a_change_of_many_ends_before_the_data_is_closed(
    desk: Desk, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, sealed_then = threading.Event(), threading.Event(), []
    works = services.Desk.works.fget
    assert works is not None

    def look(one: services.Desk) -> bool:
        go_on.set()  # the lock looks whether something runs: from now on it would not wait for it
        return bool(works(one))

    monkeypatch.setattr(services.Desk, "works", property(look))

    def told(_done: int, _total: int) -> None:
        begun.set()
        go_on.wait(PATIENCE_MS / 1_000)
        sealed_then.append(desk.laptop.sealed)

    ids = [field.company["north_doctor"]] * 401  # three commits
    report = desk.laptop.desk.batches.run("doctor", ids, BatchChange({"customer_class": "B"}), told)
    assert begun.wait(PATIENCE_MS / 1_000)
    desk.windows.lock()
    assert _visible() == {"lock_window"}
    desk.wait_closed()
    assert sealed_then == [False] * 3, "none of its commits waits for the passphrase"
    assert report.result(20).cancelled is False
    assert desk.laptop.sealed


def test_a_sync_that_runs_is_waited_for_and_not_cut(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = desk.laptop.engine
    desk.qtbot.waitUntil(lambda: engine.at_rest, timeout=PATIENCE_MS)
    begun, looked_twice, looks, cut = threading.Event(), threading.Event(), [], []
    real, at_rest = engine._driver.drive, SyncEngine.at_rest.fget
    assert at_rest is not None

    def slow(event: Any, cancellation: Cancellation) -> None:
        begun.set()
        looked_twice.wait(PATIENCE_MS / 1_000)
        cut.append(cancellation.cancelled)
        real(event, cancellation)

    def look(engine: SyncEngine) -> bool:
        looks.append(at_rest(engine))
        if len(looks) >= 2:
            looked_twice.set()
        return bool(looks[-1])

    monkeypatch.setattr(engine._driver, "drive", slow)
    monkeypatch.setattr(SyncEngine, "at_rest", property(look))
    engine.request()
    assert begun.wait(PATIENCE_MS / 1_000)
    desk.windows.lock()
    assert _visible() == {"lock_window"}
    desk.wait_closed()
    assert (cut[0], looks[:2]) == (False, [False, False])
    assert desk.laptop.sealed


def test_a_sync_without_end_does_not_keep_the_data_open(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, begun, ended = desk.laptop.engine, threading.Event(), []

    def stuck(_event: Any, cancellation: Cancellation) -> None:
        begun.set()
        ended.append(cancellation._set.wait(PATIENCE_MS / 1_000))

    monkeypatch.setattr(engine._driver, "drive", stuck)
    monkeypatch.setattr(bootstrap, "SYNC_WAITED_FOR_S", 0.3)
    engine.request()
    assert begun.wait(PATIENCE_MS / 1_000)
    desk.windows.lock()
    desk.wait_closed()
    assert desk.laptop.sealed
    assert ended[0], "it was cut: nobody waited for its end"


def test_a_wrong_passphrase_does_not_end_the_wait_for_an_import(desk: Desk) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def told(_done: int, _total: int) -> None:
        begun.set()
        go_on.wait(PATIENCE_MS / 1_000)

    imports = desk.laptop.desk.imports
    preview = imports.preview("姓名,医院\n周一,第九医院\n".encode())
    imports.run(preview, preview.mapping, told)
    assert begun.wait(PATIENCE_MS / 1_000)
    desk.windows.lock()
    said = desk.hint()
    desk.type("not the passphrase")
    desk.qtbot.waitUntil(lambda: words.sentence("passphrase_wrong") in desk.said(), timeout=PATIENCE_MS)
    assert (desk.lock.closing, desk.hint(), desk.laptop.sealed) == (True, said, False), "nothing is closed yet"
    go_on.set()
    desk.wait_closed()
    assert desk.laptop.sealed
    assert desk.hint() != said


def test_a_store_that_cannot_be_closed_is_open_again_after_the_passphrase(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk.laptop.store

    def broken() -> None:
        store._reader.close("sealed")
        raise WorldError("disk_full")

    monkeypatch.setattr(store, "seal", broken)
    desk.windows.lock()
    desk.qtbot.waitUntil(lambda: words.sentence("disk_full") in desk.said(), timeout=PATIENCE_MS)
    assert _visible() == {"lock_window"}
    desk.type(PASSPHRASE)
    desk.qtbot.waitUntil(lambda: desk.locking.window is None, timeout=PATIENCE_MS)
    assert desk.laptop.desk.ask(lambda reads: reads.drafts()).result(20) == []


@pytest.mark.parametrize("by", ["frame", "key", "button"])
def test_the_program_ends_while_it_is_locked(desk: Desk, by: str) -> None:
    desk.windows.lock()
    desk.wait_closed()
    waiting = desk.laptop.desk.ask(lambda reads: reads.drafts())
    desk.qtbot.keyClick(QApplication.focusWidget() or desk.lock, Qt.Key.Key_Escape)
    assert _visible() == {"lock_window"}, "Escape leads nowhere"
    leave = desk.lock.findChild(Button, "lock_quit_button")
    assert leave is not None
    if by == "frame":
        desk.lock.close()
    elif by == "key":
        desk.qtbot.keyClick(QApplication.focusWidget() or desk.lock, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    else:
        leave.click()
    assert _visible() == set()
    assert desk.windows.main is None
    desk.sessions.close()
    assert isinstance(waiting.exception(20) if not waiting.cancelled() else WorldError("closed"), WorldError)
    desk.sessions = WindowSessions(desk.sessions._premises)
    desk.sessions.unlock(PASSPHRASE).result(20)


def _reachable() -> Iterator[object]:
    """Give everything that Python can still reach, values in frames of every thread, too."""
    seen: set[int] = set()
    queue: list[object] = [*gc.get_objects(), *sys.modules.values()]
    for frame in sys._current_frames().values():
        at: FrameType | None = frame
        while at is not None:
            queue += at.f_locals.values()
            at = at.f_back
    while queue:
        one = queue.pop()
        if id(one) not in seen and one is not seen and one is not queue:
            seen.add(id(one))
            queue += gc.get_referents(one)
            yield one


def test_while_it_is_locked_nothing_holds_the_key_or_a_passphrase(desk: Desk) -> None:
    own = f"of this test alone: {new_id()}"
    desk.sessions.change_passphrase(PASSPHRASE, own).result(20)
    desk.windows.lock()
    desk.wait_closed()
    desk.type("not the passphrase")
    desk.qtbot.waitUntil(lambda: words.sentence("passphrase_wrong") in desk.said(), timeout=PATIENCE_MS)
    desk.now += 2
    desk.type(own)
    desk.qtbot.waitUntil(lambda: desk.locking.window is None, timeout=PATIENCE_MS)
    key = bytearray(desk.laptop.store._key)  # no bytes: the search must not find its own
    hexed = bytearray(key.hex().encode())
    desk.windows.lock()
    desk.wait_closed()
    gc.collect()
    held = []
    for one in _reachable():
        if isinstance(one, bytes) and (one == key or hexed in one):
            held.append(("the key", one))
        elif isinstance(one, str) and one is not own:
            if one == own:
                held.append(("the passphrase", one))
            elif len(one) < 1000 and hexed.decode() in one:
                held.append(("the key in hex", one))
    holders = [(what, [type(who) for who in gc.get_referrers(one)]) for what, one in held]
    assert holders == []


def test_the_buttons_of_the_lock_card_stand_below_each_other_where_words_are_large(desk: Desk) -> None:
    desk.main.navigate("settings")
    page = desk.main.page("settings")
    assert isinstance(page, SettingsPage)
    buttons = [one for one in page.lock.findChildren(Button) if one.isVisible() and one.text()]
    together = sum(one.sizeHint().width() for one in buttons)
    assert len(buttons) == 2
    assert page.lock.minimumSizeHint().width() < together, "else the page is wider than the window at 150 %"
