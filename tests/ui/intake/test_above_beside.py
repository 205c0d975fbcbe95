"""What stands above rows is looked for beside the window's thread: the last choice counts, nothing outdated goes in."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.intake import Preview
from crmdesk.intake.blocks import Blocks, StoppedError, blocks
from crmdesk.intake.model import Table
from crmdesk.ui import language
from crmdesk.ui.pages.import_page import PREVIEW, RESULT, ImportPage
from tests.ui.customers.laptop import Laptop
from tests.ui.intake.test_office_lists import cell, hospital_of

_LINES = ("姓名,医院,单位", "张硕,明泉医院,云杉医院", "李敏,,", "王强,,", "赵六,安平医院,长宁医院", "孙立,,")
HOSPITAL, OTHER = 1, 2
"""Two columns with hospitals: the guess takes the first."""


class Slow:
    """Looks for blocks no sooner than it is let; remembers on which threads and for which columns it was asked."""

    def __init__(self) -> None:
        self.let, self.asked, self.threads, self.stopped = threading.Event(), 0, set[int](), 0
        self.error: Exception | None = None

    def __call__(self, table: Table, mapping: Mapping[int, str], stopped: Callable[[], bool] = lambda: False) -> Blocks:
        self.asked += 1
        self.threads.add(threading.get_ident())
        assert self.let.wait(60)
        if self.error is not None:
            raise self.error
        try:
            return blocks(table, mapping, stopped)
        except StoppedError:
            self.stopped += 1
            raise


@pytest.fixture
def opened(page: ImportPage, qtbot: QtBot, tmp_path: Path) -> ImportPage:
    """The page with the preview of a list in blocks."""
    path = tmp_path / "list.csv"
    path.write_text("\n".join(_LINES))
    page.open_file(path)
    qtbot.waitUntil(lambda: page.state == PREVIEW)
    page.table._combos[OTHER].setCurrentIndex(0)
    assert page.above.isVisible()
    return page


@pytest.fixture
def slow(opened: ImportPage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """From here on looking lasts until it is let go on."""
    made = Slow()
    monkeypatch.setattr(sys.modules[Preview.__module__], "blocks", made)
    yield made
    made.let.set()


def choose(page: ImportPage, column: int, target: str) -> None:
    combo = page.table._combos[column]
    combo.setCurrentIndex(combo.findData(target) if target else 0)


def test_a_choice_is_looked_through_beside_the_window_and_nothing_goes_in_before_the_answer(
    opened: ImportPage, slow: Slow, qtbot: QtBot, qapp: QApplication
) -> None:
    choose(opened, HOSPITAL, "")
    assert not opened.start_button.isEnabled()
    assert cell(opened, 2, "doctor.name") == "李敏"
    for lang, words in ((language.ENGLISH, "Looking which hospital"), (language.CHINESE, "正在看每一行")):
        language.apply_language(qapp, lang)
        qtbot.waitUntil(lambda words=words: opened.above._words.text().startswith(words))
    assert opened.above.isVisible()
    assert not opened.above.choice.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert opened.state == PREVIEW
    slow.let.set()
    qtbot.waitUntil(opened.start_button.isEnabled)
    assert not opened.above.isVisible(), "no column names a hospital"
    assert slow.threads
    assert threading.get_ident() not in slow.threads


def test_of_several_choices_the_last_one_is_answered_and_imported(
    opened: ImportPage, slow: Slow, laptop: Laptop, qtbot: QtBot
) -> None:
    choose(opened, HOSPITAL, "")
    choose(opened, OTHER, "institution.name")
    qtbot.waitUntil(lambda: slow.asked == 2)
    slow.let.set()
    qtbot.waitUntil(lambda: not opened.context.bridge.waiting)
    assert slow.stopped == 1, "nobody waits for the first one any more"
    assert cell(opened, 2, "institution.name") == "↑ 云杉医院"
    assert opened.above.choice.isVisible()
    qtbot.keyClick(opened.start_button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: opened.state == RESULT)
    assert hospital_of(laptop, "李敏") == ["云杉医院"]


def test_going_back_to_what_is_known_is_answered_at_once_with_the_answer_of_before(
    opened: ImportPage, slow: Slow, qtbot: QtBot
) -> None:
    opened.above.choice.choose("empty")
    choose(opened, HOSPITAL, "")
    assert opened.above.looks
    choose(opened, HOSPITAL, "institution.name")
    assert not opened.above.looks
    assert opened.start_button.isEnabled()
    assert opened.above.choice.value() == "empty"
    slow.let.set()
    qtbot.waitUntil(lambda: not opened.context.bridge.waiting)
    assert opened.above.choice.value() == "empty"
    assert opened.above.isVisible()
    assert cell(opened, 2, "institution.name") == ""


def test_what_cannot_be_looked_for_is_said_and_not_imported(opened: ImportPage, slow: Slow, qtbot: QtBot) -> None:
    slow.error = MemoryError("no room")
    slow.let.set()
    choose(opened, HOSPITAL, "")
    qtbot.waitUntil(opened.banner.isVisible)
    assert not opened.start_button.isEnabled()
    choose(opened, HOSPITAL, "institution.name")
    assert opened.start_button.isEnabled(), "what is known can be imported"


def test_the_answer_of_before_is_proposed_said_and_forgotten(
    page: ImportPage, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("姓名,医院\n张硕,明泉医院\n李敏,\n王强,\n")
    for proposed in ("taken", "empty"):
        page.open_file(path)
        qtbot.waitUntil(lambda: page.state == PREVIEW)
        assert page.above.choice.value() == proposed
        page.above.choice.choose("empty")
        if proposed == "taken":
            qtbot.keyClick(page.start_button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            qtbot.waitUntil(lambda: page.state == RESULT)
    assert cell(page, 2, "institution.name") == ""
    for lang, words in ((language.ENGLISH, "As you answered on 2"), (language.CHINESE, "沿用你 2")):
        language.apply_language(qapp, lang)
        qtbot.waitUntil(lambda words=words: words in page.above._words.text())
    page.forget()
    qtbot.waitUntil(lambda: page.above.choice.value() == "taken")
    assert "沿用你" not in page.above._words.text()
    assert cell(page, 2, "institution.name") == "↑ 明泉医院"


def test_a_switch_of_the_language_asks_nothing_anew_and_keeps_the_answers(
    opened: ImportPage, slow: Slow, qtbot: QtBot, qapp: QApplication
) -> None:
    opened.above.choice.choose("empty")
    chosen: list[None] = []
    opened.table.changed.connect(lambda: chosen.append(None))
    for lang in (language.ENGLISH, language.CHINESE):
        language.apply_language(qapp, lang)
        assert opened.above.choice.value() == "empty"
        assert opened.start_button.isEnabled()
    assert (slow.asked, chosen) == (0, [])


def test_another_file_is_looked_through_once(opened: ImportPage, slow: Slow, qtbot: QtBot, tmp_path: Path) -> None:
    slow.let.set()
    opened.open_file(tmp_path / "list.csv")
    qtbot.waitUntil(lambda: opened.state == PREVIEW)
    assert slow.asked == 1
