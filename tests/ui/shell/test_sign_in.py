"""Signing in and unlocking by key strokes; every failure is a sentence and what was typed stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from crmdesk.domain.errors import WorldError
from crmdesk.services.commands import SetPreference
from crmdesk.ui import language, lent_copies, theme, words
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.settings_page import SettingsPage
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.ports import Account, Look, Signed
from crmdesk.ui.sign_in import SignInAgainDialog, SignInWindow
from crmdesk.ui.windows import Windows
from tests.services.small_territory import Laptop
from tests.ui.shell.conftest import Sessions, StillSync

ACCOUNT = Account("zhou.xl", "https://crm.example.com", "周晓岚", needs_passphrase=True)


def _edit(window: SignInWindow, name: str) -> QLineEdit:
    found = window.findChild(QLineEdit, f"sign_in_{name}_edit")
    assert found is not None
    return found


def _button(window: SignInWindow, name: str) -> Button:
    found = window.findChild(Button, name)
    assert found is not None
    return found


def _banner(window: SignInWindow) -> str:
    found = window.findChild(Banner, "sign_in_banner")
    assert found is not None
    return found.text if not found.isHidden() else ""


def _type(qtbot: QtBot, window: SignInWindow, **texts: str) -> None:
    for name, text in texts.items():
        _edit(window, name).clear()
        qtbot.keyClicks(_edit(window, name), text)


@pytest.fixture
def window(qtbot: QtBot, sessions: Sessions) -> Iterator[SignInWindow]:
    made = SignInWindow(sessions)
    qtbot.addWidget(made)
    made.begin()
    yield made
    made.close()


def test_what_is_missing_is_said_before_anything_is_sent(
    qtbot: QtBot, window: SignInWindow, sessions: Sessions
) -> None:
    lacking = ["server", "login", "password"]
    for name, text in (("server", "https://crm.example.com"), ("login", "zhou.xl"), ("password", "")):
        qtbot.keyClick(window, Qt.Key.Key_Return)
        assert _banner(window).splitlines() == [words.sentence(f"{one}_missing") for one in lacking], "all at once"
        marked = [one for one in ("server", "login", "password") if _edit(window, one).property("wrong")]
        assert marked == lacking
        assert window.focusWidget() is _edit(window, name), "the next key goes where something is missing"
        _type(qtbot, window, **{name: text})
        lacking.remove(name)
    assert sessions.asked == []


def test_a_wrong_password_keeps_what_was_typed(qtbot: QtBot, window: SignInWindow, sessions: Sessions) -> None:
    _type(qtbot, window, server="https://crm.example.com", login="zhou.xl", password="not the one")
    _edit(window, "password").setFocus()
    qtbot.keyClick(_edit(window, "password"), Qt.Key.Key_Return)
    button = window.findChild(Button, "sign_in_button")
    assert button is not None
    assert not button.isEnabled(), "one sign-in at a time"
    assert window.focusWidget() is _edit(window, "password"), "keys pressed meanwhile press no other button"
    qtbot.keyClicks(window.focusWidget(), "x y")
    assert _edit(window, "password").text() == "not the one"
    sessions.pending[0].set_exception(WorldError("wrong_credentials"))
    qtbot.waitUntil(lambda: _banner(window) == words.sentence("wrong_credentials"))
    assert _edit(window, "login").text() == "zhou.xl"
    assert button.isEnabled()
    qtbot.keyClicks(window.focusWidget(), "the one")
    assert _edit(window, "password").text() == "the one", "what was wrong is typed over"


@pytest.mark.parametrize(
    "code", ["server_away", "tls_untrusted", "not_https", "captive_portal", "disk_full", "in_use", "timeout"]
)
def test_each_failure_of_the_world_is_a_sentence(
    qtbot: QtBot, window: SignInWindow, sessions: Sessions, code: str
) -> None:
    _type(qtbot, window, server="https://x.example", login="a", password="b")
    window.submit()
    sessions.pending[0].set_exception(WorldError(code))
    qtbot.waitUntil(lambda: _banner(window) == words.sentence(code))
    about = "server" if code in ("server_away", "not_https") else "password"
    assert window.focusWidget() is _edit(window, about), "the next key goes where the fault may be"


def test_without_a_key_ring_a_passphrase_is_asked_for_twice(
    qtbot: QtBot, window: SignInWindow, sessions: Sessions
) -> None:
    _type(qtbot, window, server="https://crm.example.com", login="zhou.xl", password="secret words")
    assert _edit(window, "passphrase").isHidden()
    window.submit()
    sessions.pending[0].set_exception(WorldError("passphrase_needed"))
    qtbot.waitUntil(lambda: not _edit(window, "passphrase").isHidden())
    _type(qtbot, window, passphrase="short", passphrase_again="short")
    window.submit()
    assert _banner(window) == words.sentence("passphrase_too_short", {"minimum": 12})
    _type(qtbot, window, passphrase="a long sentence", passphrase_again="")
    window.submit()
    assert _banner(window) == words.sentence("passphrase_again_missing"), "Enter after the first is no difference yet"
    assert window.focusWidget() is _edit(window, "passphrase_again")
    _type(qtbot, window, passphrase_again="another sentence")
    window.submit()
    assert _banner(window) == words.sentence("passphrase_differs")
    _type(qtbot, window, passphrase_again="a long sentence")
    window.submit()
    assert sessions.asked[-1] == ("sign_in", "https://crm.example.com", "zhou.xl", "secret words", "a long sentence")


def test_a_passphrase_that_was_chosen_before_is_asked_for_once(
    qtbot: QtBot, window: SignInWindow, sessions: Sessions
) -> None:
    _type(qtbot, window, server="https://crm.example.com", login="zhou.xl", password="secret words")
    window.submit()
    sessions.pending[0].set_exception(WorldError("passphrase_missing"))
    qtbot.waitUntil(lambda: not _edit(window, "passphrase").isHidden())
    assert _banner(window) == words.sentence("passphrase_missing")
    assert _edit(window, "passphrase_again").isHidden()
    window.submit()
    assert len(sessions.asked) == 1, "an empty one is not sent"
    _type(qtbot, window, passphrase="a long sentence")
    window.submit()
    assert sessions.asked[-1] == ("sign_in", "https://crm.example.com", "zhou.xl", "secret words", "a long sentence")


def test_a_forgotten_passphrase_is_replaced_after_a_warning(qtbot: QtBot, sessions: Sessions) -> None:
    sessions.account = ACCOUNT
    made = SignInWindow(sessions)
    qtbot.addWidget(made)
    made.begin()
    other = _button(made, "sign_in_other_button")
    qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    assert other.isHidden(), "to sign in needs the password first"
    _type(qtbot, made, password="secret words")
    made.submit()
    sessions.pending[0].set_exception(WorldError("passphrase_missing"))
    qtbot.waitUntil(other.isVisible)
    qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    assert _banner(made) == words.sentence("passphrase_forgotten")
    _type(qtbot, made, passphrase="a new long sentence", passphrase_again="a new long sentence")
    made.submit()
    assert sessions.asked[-1][-2:] == ("a new long sentence", "forgotten")
    assert len(sessions.asked) == 2, "nothing was asked of the server before the new one was there"
    made.close()


def test_the_language_of_the_sign_in_window_is_that_of_the_main_window_and_of_the_next_start(
    qtbot: QtBot, sessions: Sessions, laptop: Laptop, sync: StillSync
) -> None:
    windows = Windows(sessions, tour=False)
    windows.start()
    assert windows.sign_in is not None
    _type(qtbot, windows.sign_in, server="https://crm.example.com", login="zhou.xl", password="secret words")
    assert language.current() == language.CHINESE
    qtbot.keyClick(_button(windows.sign_in, "sign_in_language_button"), Qt.Key.Key_Space)
    assert _edit(windows.sign_in, "password").text() == "secret words", "nothing is lost"
    windows.sign_in.submit()
    sessions.pending[0].set_result(Signed(laptop.desk, sync))
    qtbot.waitUntil(lambda: windows.main is not None)
    assert windows.main is not None
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.preference("language", "")) == "en")
    assert language.current() == language.ENGLISH
    assert sessions.kept.language == language.ENGLISH
    windows.main.close()
    language.choose(language.CHINESE)
    sessions.account = Account("zhou.xl", "https://crm.example.com", "周晓岚", True)
    SignInWindow(sessions).close()
    assert language.current() == language.ENGLISH, "the next start asks for the passphrase in the language chosen here"


def test_a_language_asked_for_at_the_start_reaches_all_windows_and_is_not_kept(
    qtbot: QtBot, dressed: QApplication, sessions: Sessions, laptop: Laptop, sync: StillSync
) -> None:
    sessions.kept = Look(language.CHINESE)
    laptop.do(SetPreference("language", language.CHINESE))
    windows = Windows(sessions, tour=False, speaks=language.ENGLISH)
    windows.start()
    assert windows.sign_in is not None
    assert language.current() == language.ENGLISH
    windows.open(Signed(laptop.desk, sync))
    assert windows.main is not None
    qtbot.waitUntil(lambda: windows.main is not None and not windows.main.bridge.waiting)
    assert language.current() == language.ENGLISH
    assert laptop.ask(lambda reads: reads.preference("language", "")) == language.CHINESE
    assert sessions.kept.language == language.CHINESE
    windows.main.signed_out.emit()
    assert language.current() == language.ENGLISH
    windows.open(Signed(laptop.desk, sync))
    windows.main.choose_language(language.CHINESE)
    windows.main.signed_out.emit()
    assert language.current() == language.CHINESE, "what was chosen since then stays"
    assert windows.sign_in is not None
    windows.sign_in.close()


def test_copies_for_other_programs_go_at_the_start_and_with_the_window(
    qtbot: QtBot, sessions: Sessions, laptop: Laptop, sync: StillSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "lent" / "receipt.pdf"
    monkeypatch.setattr(lent_copies, "folder", lambda: copy.parent)
    windows = Windows(sessions, tour=False)
    for leave in (windows.start, lambda: windows.main and windows.main.close()):
        copy.parent.mkdir()
        copy.write_bytes(b"%PDF-")
        leave()
        assert not copy.exists()
        windows.open(Signed(laptop.desk, sync))
    assert windows.main is not None
    windows.main.close()


@pytest.mark.parametrize("account", [None, ACCOUNT], ids=["signed_out", "locked"])
@pytest.mark.parametrize("key", ["by_key", "in_settings"])
def test_the_sign_in_window_looks_as_was_chosen_last_time(
    qtbot: QtBot, dressed: QApplication, laptop: Laptop, sync: StillSync, account: Account | None, key: str
) -> None:
    sessions = Sessions(account)
    main = MainWindow(Signed(laptop.desk, sync), sessions)
    qtbot.addWidget(main)
    if key == "by_key":
        main.switch_theme()
    else:
        page = main.page("settings")
        assert isinstance(page, SettingsPage)
        page._theme.set_value(theme.DARK)
        page._choose_theme()
    main.close()
    theme.apply_theme(dressed, theme.SYSTEM)
    window = SignInWindow(sessions)
    qtbot.addWidget(window)
    assert window.grab().toImage().pixelColor(2, 2).name().upper() == theme.load_tokens("dark").background


def test_unlocking_with_a_wrong_and_then_the_right_passphrase(
    qtbot: QtBot, sessions: Sessions, laptop: Laptop, sync: StillSync
) -> None:
    sessions.account = ACCOUNT
    made = SignInWindow(sessions)
    qtbot.addWidget(made)
    made.begin()
    assert _edit(made, "password").isHidden()
    _type(qtbot, made, passphrase="wrong one")
    qtbot.keyClick(_edit(made, "passphrase"), Qt.Key.Key_Return)
    sessions.pending[0].set_exception(WorldError("passphrase_wrong"))
    qtbot.waitUntil(lambda: _banner(made) == words.sentence("passphrase_wrong"))
    _type(qtbot, made, passphrase="right one")
    qtbot.keyClick(_edit(made, "passphrase"), Qt.Key.Key_Return)
    with qtbot.waitSignal(made.signed):
        sessions.pending[1].set_result(Signed(laptop.desk, sync))
    assert _edit(made, "passphrase").text() == ""
    made.close()


def test_a_lost_key_leads_to_signing_in_again(qtbot: QtBot, sessions: Sessions) -> None:
    sessions.account = Account("zhou.xl", "https://crm.example.com", "周晓岚", needs_passphrase=False)
    made = SignInWindow(sessions)
    qtbot.addWidget(made)
    made.begin()
    assert sessions.asked == [("unlock", "")]
    sessions.pending[0].set_exception(WorldError("key_missing"))
    qtbot.waitUntil(lambda: not _edit(made, "password").isHidden())
    assert _edit(made, "login").text() == "zhou.xl"
    assert _banner(made) == words.sentence("key_missing")
    made.close()


def test_the_window_speaks_both_languages(qtbot: QtBot, window: SignInWindow) -> None:
    button = window.findChild(Button, "sign_in_button")
    switch = window.findChild(Button, "sign_in_language_button")
    assert button is not None
    assert switch is not None
    assert button.text() == "登录"
    window.submit()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: button.text() == "Sign in")
    assert _banner(window).splitlines()[0] == words.sentence("server_missing", language="en")


def test_after_sign_in_the_main_window_opens_and_sign_out_comes_back(
    qtbot: QtBot, sessions: Sessions, laptop: Laptop, sync: StillSync
) -> None:
    windows = Windows(sessions)
    windows.start()
    sign_in = windows.sign_in
    assert sign_in is not None
    _type(qtbot, sign_in, server="https://crm.example.com", login="zhou.xl", password="secret words")
    sign_in.submit()
    with qtbot.waitSignal(windows.opened):
        sessions.pending[0].set_result(Signed(laptop.desk, sync))
    main = windows.main
    assert main is not None
    assert main.isVisible()
    with qtbot.waitSignal(windows.left):
        main.sign_out()
    assert windows.sign_in is not None
    assert windows.sign_in.isVisible()
    qtbot.addWidget(windows.sign_in)
    windows.sign_in.close()


def test_signing_in_again_asks_for_the_password_only(qtbot: QtBot, window: SignInWindow, sessions: Sessions) -> None:
    sessions.account = ACCOUNT
    dialog = SignInAgainDialog(sessions, window)
    qtbot.addWidget(dialog)
    dialog.show()
    edit = dialog.findChild(QLineEdit, "sign_in_again_password_edit")
    assert edit is not None
    qtbot.keyClicks(edit, "secret words")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert sessions.asked == [("sign_in", ACCOUNT.server, "zhou.xl", "secret words", "")]
    sessions.pending[0].set_exception(WorldError("wrong_credentials"))
    qtbot.waitUntil(lambda: dialog.findChild(Banner).text == words.sentence("wrong_credentials"))


def test_signing_in_again_follows_a_switch_of_the_language(
    qtbot: QtBot, qapp: QApplication, window: SignInWindow, sessions: Sessions
) -> None:
    sessions.account = ACCOUNT
    dialog = SignInAgainDialog(sessions, window)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.submit()
    sessions.pending[0].set_exception(WorldError("wrong_credentials"))
    qtbot.waitUntil(lambda: dialog.findChild(Banner).text != "")
    chinese = _shown(dialog)
    language.apply_language(qapp, language.ENGLISH)
    qtbot.waitUntil(lambda: dialog.windowTitle() == "Sign in again")
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in "".join(_shown(dialog)))
    assert ACCOUNT.login in "".join(_shown(dialog))
    language.apply_language(qapp, language.CHINESE)
    qtbot.waitUntil(lambda: _shown(dialog) == chinese)


def _shown(dialog: SignInAgainDialog) -> list[str]:
    """Return every text of the dialog, what a screen reader says of the field included."""
    edit = dialog.findChild(QLineEdit, "sign_in_again_password_edit")
    assert edit is not None
    labels = [one.text() for one in dialog.findChildren(Label)]
    buttons = [one.text() for one in dialog.findChildren(QPushButton)]
    return [dialog.windowTitle(), edit.accessibleName(), dialog.findChild(Banner).text, *labels, *buttons]


def test_the_card_grows_with_the_words(qtbot: QtBot, sessions: Sessions) -> None:
    widths = []
    for scale in (1.0, 1.5):
        before = theme.scale()
        theme.set_scale(scale)
        try:
            made = SignInWindow(sessions)
            qtbot.addWidget(made)
            made.begin()
            widths.append(_edit(made, "server").width())
            made.close()
        finally:
            theme.set_scale(before)
    assert widths[1] > widths[0] * 1.3
