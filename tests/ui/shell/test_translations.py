"""Both languages are whole: nothing untranslated, nothing left over, nothing that Qt extracts and never matches."""

import ast
import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QFileInfo, Qt
from PySide6.QtGui import QRawFont
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QFileIconProvider, QLabel, QTreeView
from pytestqt.qtbot import QtBot

import crmdesk
from crmdesk.ui import language, theme, translate
from crmdesk.ui.resources import resources_folder

_UI = Path(crmdesk.__file__).parent / "ui"
_FOLDER = resources_folder() / "translations"
_Message = tuple[str, str, list[str]]


def _messages(path: Path) -> list[_Message]:
    """Return (context, source, translations) of a .ts file."""
    found = []
    for context in ElementTree.parse(path).iter("context"):
        for message in context.iter("message"):
            node = message.find("translation")
            forms = [] if node is None else [form.text or "" for form in node.iter("numerusform")] or [node.text or ""]
            found.append((context.findtext("name") or "", message.findtext("source") or "", forms))
    return found


@pytest.fixture(scope="module")
def shipped() -> list[_Message]:
    return _messages(_FOLDER / "crmdesk_en.ts")


def test_the_translation_is_that_of_the_sources(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    translate.extract(fresh)
    found = translate.fill(fresh, translate.dictionaries(_FOLDER / "en"))
    assert found.missing == []
    assert found.unused == []
    assert fresh.read_text("utf-8") == (_FOLDER / "crmdesk_en.ts").read_text("utf-8"), (
        "run python -m crmdesk.ui.translate"
    )


def test_nothing_is_unfinished_or_vanished(shipped: list[_Message]) -> None:
    text = (_FOLDER / "crmdesk_en.ts").read_text("utf-8")
    assert 'type="' not in text
    assert [source for _context, source, forms in shipped if not all(forms) or not forms] == []


def test_english_holds_what_chinese_holds(shipped: list[_Message]) -> None:
    differing = []
    for _context, source, forms in shipped:
        wanted = sorted(re.findall(r"{\w+}", source))
        differing += [source for form in forms if sorted(re.findall(r"{\w+}", form)) != wanted]
        if "%n" in source:
            assert len(forms) == 2, source
            differing += [source for form in forms[1:] if "%n" not in form]
    assert differing == []


def test_english_is_english(shipped: list[_Message]) -> None:
    # Examples of what to type stay Chinese: that is what people type.
    chinese = [form for _c, source, forms in shipped for form in forms if re.search("[\u4e00-\u9fff]", form)]
    assert all(re.search("张|协和|王", form) for form in chinese), chinese


def _translated_calls() -> list[tuple[str, ast.Call]]:
    found = []
    for path in sorted(_UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "tr":
                found.append((f"{path.relative_to(_UI)}:{node.lineno}", node))
    return found


def test_only_literals_of_the_object_itself_are_translated() -> None:
    wrong = [
        place
        for place, call in _translated_calls()
        if not (isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name))
        or call.func.value.id != "self"
        or not isinstance(call.args[0], ast.Constant)
    ]
    assert wrong == []


def test_every_sign_of_the_texts_is_in_the_font(qapp: QApplication, shipped: list[_Message]) -> None:
    raw = QRawFont.fromFont(qapp.font())
    signs = {sign for _context, source, forms in shipped for text in (source, *forms) for sign in text if sign.strip()}
    assert sorted(sign for sign in signs if not raw.supportsCharacter(ord(sign))) == []


def test_the_language_switches_live_and_back(qapp: QApplication) -> None:
    language.apply_language(qapp, "en")
    assert QCoreApplication.translate("pages", "同步") == "Sync"
    assert language.field_word("doctor", "mobile") == "Mobile"
    assert language.choice_word("channel", "phone") == "Phone"
    language.apply_language(qapp, "zh")
    assert QCoreApplication.translate("pages", "同步") == "同步"
    assert language.field_word("doctor", "mobile") == "手机"
    assert language.field_word("doctor", "no_such_field") == "no_such_field"
    assert theme.theme_name() == "light"


def test_days_and_times_read_as_people_say_them(qapp: QApplication) -> None:
    from datetime import date

    today = date(2026, 11, 22)
    assert language.moment_word("2026-11-22T01:12:00.000Z", today) == "今天 09:12"
    assert language.moment_word("2026-11-21T17:30:00.000Z", today) == "今天 01:30"
    assert language.moment_word("2026-11-19T02:35:00.000Z", today) == "11 月 19 日 10:35"
    assert language.day_word(today, weekday=True) == "11 月 22 日 周日"
    assert language.day_word(date(2025, 3, 2), today) == "2025 年 3 月 2 日"
    assert language.span_words(date(2026, 12, 28), date(2027, 1, 3), today) == ("12 月 28 日", "2027 年 1 月 3 日")
    assert language.span_words(date(2027, 2, 15), date(2027, 2, 21), today) == ("2027 年 2 月 15 日", "2 月 21 日")
    language.apply_language(qapp, "en")
    assert language.moment_word("2026-11-20T17:30:00.000Z", today) == "yesterday 01:30"
    assert language.day_word(today, weekday=True) == "Sun 22 Nov"
    assert language.day_word(date(2025, 3, 2), today) == "2 Mar 2025"
    assert language.span_words(date(2026, 12, 28), date(2027, 1, 3), today) == ("28 Dec", "3 Jan 2027")
    assert language.span_words(date(2027, 2, 15), date(2027, 2, 21), today) == ("15 Feb", "21 Feb 2027")
    assert language.span_words(date(2026, 11, 23), date(2026, 11, 29), today) == ("23 Nov", "29 Nov")
    assert language.parted("4920 doctors", 4920) == "4,920 doctors"
    assert (language.starting("yesterday 01:30"), language.moment_label("")) == ("Yesterday 01:30", "")
    assert language.moment_word("") == ""
    assert language.size_word(2150) == "2.1 KB"
    assert [language.seconds_word(one) for one in (3, 340, 12_060)] == ["0.1", "0.3", "12.1"]


def test_chinese_has_no_spaces_but_around_figures(qapp: QApplication) -> None:
    assert language.closed_up("排入 今天") == "排入今天"
    assert language.closed_up("可能与 张三（东方医院） 是同一人") == "可能与张三（东方医院）是同一人"
    for kept in ("排入 11 月 30 日", "Schedule today", "可能与 Wei Li 是同一人", "主任医师 · 内科"):
        assert language.closed_up(kept) == kept


def test_what_waits_says_the_time_of_today_alone(qapp: QApplication) -> None:
    now = datetime.now(UTC)
    assert ":" in language.since_word(now.isoformat())
    assert language.since_word((now - timedelta(days=1)).isoformat()) == "昨天"
    assert ":" not in language.since_word((now - timedelta(days=9)).isoformat())
    assert language.since_word("") == ""


@pytest.mark.parametrize("accept", list(QFileDialog.AcceptMode))
def test_the_file_dialog_that_is_qts_own_is_chinese_throughout(
    qapp: QApplication, qtbot: QtBot, accept: QFileDialog.AcceptMode
) -> None:
    """Qt's own translation leaves 'Look in' and 'Files of type' in English."""
    language.apply_language(qapp, language.CHINESE)
    dialog = QFileDialog(None, "导出到")
    qtbot.addWidget(dialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAcceptMode(accept)
    tree = dialog.findChild(QTreeView)
    assert tree is not None
    columns = [str(tree.model().headerData(at, Qt.Orientation.Horizontal)) for at in range(4)]
    words = [one.text() for one in [*dialog.findChildren(QLabel), *dialog.findChildren(QAbstractButton)]]
    hints = [one.toolTip() for one in dialog.findChildren(QAbstractButton)]
    kinds = [QFileIconProvider().type(QFileInfo("/")), QCoreApplication.translate("QAbstractFileIconProvider", "File")]
    told = [one for one in [*columns, *words, *hints, *kinds] if one]
    assert len(told) > 15
    assert [one for one in told if not any("\u4e00" <= char <= "\u9fff" for char in one)] == []
