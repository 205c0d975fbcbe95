"""The main window by key strokes: navigation, palette, language and theme live, undo, sync state in words."""

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.domain.clock import utc_now
from crmdesk.domain.roles import Role
from crmdesk.services.commands import ChangeSet, EditRow
from crmdesk.ui import actions, language, theme
from crmdesk.ui.actions import Actions
from crmdesk.ui.key_map import KeyMapDialog
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import registry
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.header import SearchField
from crmdesk.ui.parts.rail import RailItem
from crmdesk.ui.parts.rows import ROW_ROLE, RowList
from crmdesk.ui.parts.split import ScrollArea
from crmdesk.ui.parts.status_bar import StatusBar
from crmdesk.ui.ports import Signed, SyncState
from tests.services.small_territory import ZHANG, Laptop
from tests.ui.shell.conftest import Sessions, StillSync

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _status(window: MainWindow) -> StatusBar:
    found = window.findChild(StatusBar)
    assert found is not None
    return found


def _field(window: MainWindow) -> QLineEdit:
    found = window.findChild(QLineEdit, "palette_field")
    assert found is not None
    return found


def _listed(window: MainWindow) -> RowList:
    found = window.findChild(RowList, "palette_list")
    assert found is not None
    return found


def test_every_page_of_the_rail_opens_by_its_key(qtbot: QtBot, window: MainWindow) -> None:
    keys = {"today": Qt.Key.Key_1, "customers": Qt.Key.Key_2, "visit": Qt.Key.Key_4, "expenses": Qt.Key.Key_5,
            "sync": Qt.Key.Key_6, "plan": Qt.Key.Key_3, "settings": Qt.Key.Key_Comma}  # fmt: skip
    for spec in registry.in_rail("rep"):
        qtbot.keyClick(window, keys[spec.name], CTRL)
        assert window.shown == spec.name
        item = window.findChild(RailItem, f"rail_{spec.name}")
        assert item is not None
        assert item.lit


def test_pages_open_by_a_click_in_the_rail_and_back_returns(qtbot: QtBot, window: MainWindow) -> None:
    item = window.findChild(RailItem, "rail_settings")
    assert item is not None
    qtbot.mouseClick(item, Qt.MouseButton.LeftButton)
    assert window.shown == "settings"
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.shown == "sync"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_page_opens_by_enter_on_its_picture_in_the_rail(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    item = window.findChild(RailItem, "rail_settings")
    assert item is not None
    while window.focusWidget() is not item:
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
    QTest.keyClick(item, key)
    assert window.shown == "settings"


def test_a_group_that_its_digit_leads_to_is_scrolled_to(qtbot: QtBot, window: MainWindow) -> None:
    """On a low screen the language changed where nobody saw what had the keys."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keySequence(window, "Ctrl+,")
    page = window.page("settings")
    area = page.findChild(ScrollArea)
    assert area is not None
    area.setFixedHeight(200)
    groups = [one for one in page.findChildren(Picklist) if one.digit in ("1", "2")]
    assert len(groups) == 2
    last = page.findChild(QWidget, "sign_out_button")
    assert last is not None
    while window.focusWidget() is not last:
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
    assert all(one.visibleRegion().isEmpty() for one in groups)
    for group in groups:
        QTest.keyClicks(window.focusWidget() or window, group.digit)
        assert group.hasFocus()
        qtbot.waitUntil(lambda group=group: group.visibleRegion().boundingRect().size() == group.size())


def test_the_key_map_is_read_to_its_end_by_keys(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    dialog = window.findChild(QDialog, "key_map")
    assert dialog is not None
    area = dialog.findChild(ScrollArea)
    assert area is not None
    qtbot.waitUntil(area.hasFocus)
    bar = area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    for key, place in ((Qt.Key.Key_End, bar.maximum()), (Qt.Key.Key_Home, 0)):
        QTest.keyClick(dialog.focusWidget(), key)
        assert bar.value() == place
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Escape)


def test_a_page_of_another_role_is_refused_in_words(window: MainWindow) -> None:
    window.navigate("approvals")
    assert window.shown == "sync"
    assert window.toast_part.text


def test_the_palette_finds_a_doctor_by_initials(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    field, listed = _field(window), _listed(window)
    assert field.hasFocus()
    qtbot.keyClicks(field, "zs")
    qtbot.waitUntil(lambda: listed.current_key() == f"doctor:{ZHANG}")
    assert listed.model().index(0, 0).data() == "张三"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.shown == "doctor"


@pytest.mark.parametrize("typed", ["138 0000 0001", "0001"])
def test_the_palette_finds_a_doctor_by_the_number_and_shows_it(qtbot: QtBot, window: MainWindow, typed: str) -> None:
    window.open_palette()
    field, listed = _field(window), _listed(window)
    qtbot.keyClicks(field, typed)
    qtbot.waitUntil(lambda: listed.current_key() == f"doctor:{ZHANG}")
    assert listed.model().index(0, 0).data(ROW_ROLE).state == "手机 138 0000 0001"


@pytest.mark.parametrize("text", ['"', "*", "(", "%", "AND", "🙂", " ", "x" * 500])
def test_the_palette_takes_any_text(qtbot: QtBot, window: MainWindow, text: str) -> None:
    window.open_palette(text)
    qtbot.waitUntil(lambda: _field(window).text() == text)
    assert window.toast_part.text == ""
    qtbot.keyClick(_field(window), Qt.Key.Key_Escape)
    assert not window.palette_part.isVisible()


def test_the_palette_runs_an_action_and_escape_gives_the_focus_back(
    qtbot: QtBot, window: MainWindow, sync: StillSync
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(_field(window), "sync now")
    qtbot.waitUntil(lambda: _listed(window).current_key() == "action:sync_now")
    qtbot.keyClick(_field(window), Qt.Key.Key_Return)
    assert sync.asked == ["request"]


def test_every_usable_action_stands_in_the_palette(qtbot: QtBot, window: MainWindow) -> None:
    window.open_palette()
    model = _listed(window).model()
    shown = {model.index(row, 0).data() for row in range(model.rowCount())}
    missing = {actions.text(spec.name) for spec, _action in window.context.actions.usable()} - shown
    assert missing <= {actions.text("open_palette")}


def test_the_palette_opens_on_every_page_whatever_can_be_done_there(
    qtbot: QtBot, window: MainWindow, sessions: Sessions
) -> None:
    """The page that changes the passphrase had no name in the palette, which failed to open there."""
    for page in (one.name for one in registry.in_rail("rep")):
        window.navigate(page)
        for action in window.page(page).actions():
            action.setEnabled(True)
        window.open_palette()
        assert window.palette_part.isVisible(), page
        qtbot.keyClick(_field(window), Qt.Key.Key_Escape)


@pytest.mark.parametrize("spec", [one for one in actions.SPECS if one.begins], ids=lambda one: one.name)
def test_what_begins_something_is_begun_from_any_page_by_the_palette(
    qtbot: QtBot, window: MainWindow, spec: actions.ActionSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From Today 'new doctor' found nothing: only what worked on the page that was shown stood in the palette."""
    window.navigate("sync")
    triggered: list[str] = []
    bind = Actions.bind

    def noting(bound: Actions, owner: QWidget, name: str, trigger: Callable[[], object]) -> QAction:
        return bind(bound, owner, name, lambda: triggered.append(name) if name == spec.name else trigger())

    monkeypatch.setattr(Actions, "bind", noting)
    window.open_palette()
    assert f"action:{spec.name}" not in {row.key for row in window.palette_part._model._rows}, "only when asked for"
    qtbot.keyClicks(_field(window), spec.name.replace("_", " "))
    listed = _listed(window)
    qtbot.waitUntil(lambda: not window.bridge.waiting and listed.choose(f"action:{spec.name}"))
    qtbot.keyClick(_field(window), Qt.Key.Key_Return)
    assert triggered == [spec.name]
    assert window.shown == spec.place


def test_who_only_pays_is_not_led_to_what_reps_begin(window: MainWindow) -> None:
    window.person = msgspec.structs.replace(window.person, role="finance")
    assert not any(window._leads_to(spec.place) for spec in actions.SPECS if spec.begins)


def test_every_action_has_a_key_but_the_one_that_needs_a_network_to_come_back() -> None:
    actions.number_pages(one.name for one in registry.in_rail("rep"))
    bare = {spec.name for spec in actions.SPECS if not actions.shortcuts(spec)}
    assert bare == {"sign_out", "go_approvals", "go_team"}, "a stray key would lock a rep out in a corridor"
    assert {spec.place for spec in actions.SPECS} <= set(actions.PLACES)


def test_an_open_palette_follows_a_switch_of_the_language(qtbot: QtBot, window: MainWindow) -> None:
    window.open_palette("没有这个人")
    empty = window.palette_part._empty
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    assert empty.text().startswith("没有找到")
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    language.apply_language(application, "en")
    qtbot.waitUntil(lambda: empty.text().startswith("Nothing found"))
    assert window.palette_part.isVisible()


def test_typing_into_the_search_field_goes_on_in_the_palette(qtbot: QtBot, window: MainWindow) -> None:
    field = window.page("sync").findChild(SearchField)
    assert field is not None
    pressed: list[str] = []
    for key in ("Z", "Return"):
        QShortcut(QKeySequence(key), window.page("sync"), lambda key=key: pressed.append(key))
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return)
    assert _field(window).hasFocus()
    QTest.keyClick(_field(window), Qt.Key.Key_Escape)
    field.setFocus()
    QTest.keyClick(window.windowHandle(), "z")
    assert _field(window).text() == "z"
    assert _field(window).hasFocus()
    assert pressed == [], "a key of the page settled a conflict or approved a claim while somebody searched"


def test_the_language_changes_at_once_and_is_remembered(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    assert window.page("sync").title == "同步"
    qtbot.keyClick(window, Qt.Key.Key_L, CTRL | SHIFT)
    qtbot.waitUntil(lambda: window.page("sync").title == "Sync")
    item = window.findChild(RailItem, "rail_settings")
    assert item is not None
    assert item.text() == "Settings"
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.preference("language", "")) == "en")
    qtbot.keyClick(window, Qt.Key.Key_L, CTRL | SHIFT)
    qtbot.waitUntil(lambda: window.page("sync").title == "同步")


def test_the_theme_changes_at_once_and_is_remembered(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    before = window.grab().toImage().pixelColor(700, 735)
    qtbot.keyClick(window, Qt.Key.Key_D, CTRL | SHIFT)
    assert theme.theme_name() == "dark"
    assert window.grab().toImage().pixelColor(700, 735) != before
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.preference("theme", "")) == "dark")


def test_what_was_remembered_comes_back(
    qtbot: QtBot, window: MainWindow, laptop: Laptop, sync: StillSync, sessions: Sessions
) -> None:
    window.choose_language("en")
    window.choose_theme("dark")
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.preference("theme", "")) == "dark")
    window.close()
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    language.apply_language(application, "zh")
    theme.apply_theme(application, "light")
    again = MainWindow(Signed(laptop.desk, sync), sessions)
    qtbot.addWidget(again)
    qtbot.waitUntil(lambda: language.current() == "en" and theme.theme_name() == "dark")
    again.close()


def test_undo_takes_back_the_newest_edit(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    outcome = laptop.do(EditRow("doctor", ZHANG, {"mobile": "13811112222"}, row.revision))
    window.toast("已保存在本机", outcome.undo_token)
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == "13800000001")
    qtbot.waitUntil(lambda: window.toast_part.text == "已撤销")
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert window.toast_part.text == "没有可以撤销的更改"


def test_undo_goes_back_step_by_step_and_says_what_is_next(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    def mobile() -> str:
        return str(laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"])

    first = mobile()
    for number in ("13811112222", "13833334444"):
        row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
        outcome = laptop.do(EditRow("doctor", ZHANG, {"mobile": number}, row.revision))
        window.toast(lambda number=number: f"已改为 {number}。", outcome.undo_token)
    window.toast("别的事")  # what is taken back is no longer in sight
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: window.toast_part.text == "已撤销：已改为 13833334444。再撤销一步：已改为 13811112222")
    assert mobile() == "13811112222"
    window.choose_language("en")
    qtbot.waitUntil(lambda: window.toast_part.text.startswith("Undone: 已改为 13833334444. One step back: "))
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)  # as the toast offers it
    qtbot.waitUntil(lambda: window.toast_part.text == "Undone")
    assert mobile() == first
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert window.toast_part.text == "There is nothing to undo"


def test_an_edit_that_cannot_be_undone_any_more_does_not_stand_before_the_others(
    qtbot: QtBot, window: MainWindow, laptop: Laptop
) -> None:
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    outcome = laptop.do(EditRow("doctor", ZHANG, {"mobile": "13811112222"}, row.revision))
    window.toast("已保存在本机", outcome.undo_token)
    window.toast("一项已经不能撤销的", "gone/1")
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: window.toast_part.text not in ("", "一项已经不能撤销的"))
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: window.toast_part.text == "已撤销：已保存在本机")
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == row["mobile"]


def test_the_status_bar_says_what_is(qtbot: QtBot, window: MainWindow, laptop: Laptop, sync: StillSync) -> None:
    status = _status(window)
    qtbot.waitUntil(lambda: status.sentence == "1 件事需要你处理，在“同步”页 · 没有待发送的更改")
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    laptop.now = utc_now()  # else the change would be days old, which is another situation
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "13811112222"}, row.revision))
    sync.become(msgspec.structs.replace(sync.shown, phase="offline", code="server_away", online=False))
    qtbot.waitUntil(lambda: status.sentence.startswith("离线 · 1 项更改已保存在本机（最早 "))
    assert status.sentence.endswith("，联网后自动发送")
    sync.become(SyncState("syncing", progress_done=1200, progress_total=2400))
    qtbot.waitUntil(lambda: status.sentence == "正在接收 · 1,200 / 2,400 条")
    sync.become(SyncState("blocked", "device_revoked"))
    qtbot.waitUntil(lambda: status.sentence.startswith("这台电脑已被停用"))
    item = window.findChild(RailItem, "rail_sync")
    assert item is not None
    assert item.count == 1


def test_sync_keys_reach_the_engine(qtbot: QtBot, window: MainWindow, sync: StillSync) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.keyClick(window, Qt.Key.Key_F5, SHIFT)
    qtbot.keyClick(window, Qt.Key.Key_O, CTRL | SHIFT)
    assert sync.asked == ["request", "cancel", "offline"]


def test_the_digits_follow_the_rail_and_the_key_map_names_no_page_of_another_role(
    qtbot: QtBot, window: MainWindow
) -> None:
    pages = [one.name for one in registry.in_rail("rep")]
    for digit, name in enumerate(pages, 1):
        QTest.keySequence(window, f"Ctrl+{digit}")
        assert window.shown == name
        assert actions.keys(f"go_{name}") == ("Ctrl ," if name == "settings" else f"Ctrl {digit}")
    numbered = [spec.name for spec in actions.SPECS if spec.name.startswith("go_") and actions.shortcuts(spec)]
    assert numbered[: len(pages)] == [f"go_{name}" for name in pages], "F1 lists them in this order"
    dialog = KeyMapDialog(window, "rep")
    qtbot.addWidget(dialog)
    assert actions.text("go_approvals") not in {label.text() for label in dialog.findChildren(QLabel)}


def test_the_key_map_is_no_wider_for_its_hint_in_large_text(large: None, qtbot: QtBot, window: MainWindow) -> None:
    dialog = KeyMapDialog(window, "rep")
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    assert dialog.width() == 900


def test_the_key_map_lists_every_action_with_keys_in_both_languages(qtbot: QtBot, window: MainWindow) -> None:
    for wanted in ("zh", "en"):
        window.choose_language(wanted)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.keyClick(window, Qt.Key.Key_F1)
        dialog = window.findChild(QDialog, "key_map")
        assert dialog is not None
        texts = {
            label.text() for label in dialog.findChildren(QWidget) if hasattr(label, "text") and callable(label.text)
        }
        others = ("approvals", "go_approvals", "team", "go_team")
        mine = [
            spec
            for spec in actions.SPECS
            if actions.shortcuts(spec) and spec.place not in others and spec.name not in others
        ]
        assert {actions.text(spec.name) for spec in mine} <= texts
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: window.findChild(QDialog, "key_map") is None)


def test_a_managers_sixth_page_is_approvals_by_key_rail_and_key_map() -> None:
    actions.number_pages(one.name for one in registry.in_rail("manager"))
    assert [actions.keys(f"go_{name}") for name in ("approvals", "team", "sync")] == ["Ctrl 6", "Ctrl 7", "Ctrl 8"]
    actions.number_pages(one.name for one in registry.in_rail("finance"))
    assert [actions.keys(f"go_{name}") for name in ("expenses", "approvals", "sync", "today")] == [
        "Ctrl 1", "Ctrl 2", "Ctrl 3", "",
    ]  # fmt: skip


@pytest.mark.parametrize("role", [one.value for one in Role])
def test_no_two_actions_of_one_place_share_a_key(role: str) -> None:
    actions.number_pages(one.name for one in registry.in_rail(role))
    for place in actions.PLACES:
        used: dict[str, str] = {}
        for spec in actions.SPECS:
            if spec.place in (place, actions.EVERYWHERE):
                for keys in actions.shortcuts(spec):
                    assert keys not in used, f"{place}: {keys} is {used.get(keys)} and {spec.name}"
                    used[keys] = spec.name


def test_signing_out_asks_the_session_and_says_so(qtbot: QtBot, window: MainWindow, sessions: Sessions) -> None:
    with qtbot.waitSignal(window.signed_out):
        window.sign_out()
    assert sessions.asked == [("sign_out",)]


def test_a_change_after_closing_touches_nothing(window: MainWindow, laptop: Laptop, sync: StillSync) -> None:
    window.close()
    laptop.desk.publish(ChangeSet({"doctor": (ZHANG,)}, "remote"))
    assert sync.listeners == []


def test_a_manager_sees_approvals(qtbot: QtBot, manager_laptop: Laptop, sync: StillSync, sessions: Sessions) -> None:
    made = MainWindow(Signed(manager_laptop.desk, sync), sessions)
    qtbot.addWidget(made)
    made.show()
    item = made.findChild(RailItem, "rail_approvals")
    assert item is not None
    qtbot.waitUntil(lambda: item.count == 1)
    qtbot.keyClick(made, Qt.Key.Key_6, CTRL)
    assert made.shown == "approvals"
    made.close()


def test_a_toast_follows_the_language(qtbot: QtBot, window: MainWindow, laptop: Laptop) -> None:
    window.undo()
    assert window.toast_part.text == "没有可以撤销的更改"
    window.choose_language("en")
    qtbot.waitUntil(lambda: window.toast_part.text == "There is nothing to undo")
    window.toast("一句不会翻译的话")
    window.choose_language("zh")
    qtbot.waitUntil(lambda: window.toast_part.text == "")
    row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
    outcome = laptop.do(EditRow("doctor", ZHANG, {"mobile": "13811112222"}, row.revision))
    window.toast("一句不会翻译的话", outcome.undo_token)
    window.choose_language("en")
    qtbot.waitUntil(lambda: window.toast_part.text == "The last change can be undone")
    assert window.toast_part.undo_token == outcome.undo_token


@pytest.mark.parametrize("width", [1280, 560])
def test_that_nothing_was_found_is_read_whole_and_begins_below_what_was_typed(
    qtbot: QtBot, window: MainWindow, width: int
) -> None:
    window.setMinimumSize(0, 0)
    window.resize(width, 600)
    window.open_palette("zzzz")
    part = window.palette_part
    qtbot.waitUntil(lambda: part._empty.isVisible() and part.width() <= width)
    qtbot.waitUntil(lambda: part._empty.height() >= part._empty.heightForWidth(part._empty.width()))
    assert part._empty.mapTo(part, QPoint()).x() >= 12
    assert part._empty.mapTo(part, part._empty.rect().bottomLeft()).y() <= part.height()


def test_the_keys_of_a_page_work_in_the_rail_too(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.navigate("customers")
    item = window.findChild(RailItem, "rail_plan")
    field = window.findChild(QLineEdit, "customers_filter_edit")
    assert item is not None
    assert field is not None
    qtbot.waitUntil(lambda: not window.bridge.waiting)
    item.setFocus()
    QTest.keyClick(item, Qt.Key.Key_F, CTRL)
    qtbot.waitUntil(field.hasFocus)
    item.setFocus()
    QTest.keyClick(item, Qt.Key.Key_Return)
    assert window.shown == "plan", "a plain key is the rail's own"
    assert not window.findChildren(QDialog)
    window.navigate("today")
    item.setFocus()
    QTest.keyClick(item, Qt.Key.Key_F, CTRL)
    assert item.hasFocus(), "what is not shown has no keys"
