"""Lists as offices send them, through the wizard: every one goes in with each row explained or says why not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.ui import language
from crmdesk.ui.pages import import_words
from crmdesk.ui.pages.import_page import EMPTY, PREVIEW, RESULT, ImportPage
from tests.intake.office_lists import LISTS, written
from tests.ui.customers.laptop import Laptop
from tests.ui.intake.test_real_files_in_words import plain

UNCLEAR = "german, semicolons, unclear.csv"


def opened(page: ImportPage, qtbot: QtBot, path: Path) -> None:
    page.open_file(path)
    qtbot.waitUntil(lambda: page.state == PREVIEW or (page.state == EMPTY and page.banner.isVisible()))


def imported(page: ImportPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.start_button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.state == RESULT)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_list_goes_in_explained_or_is_refused_with_a_sentence(
    name: str, page: ImportPage, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    opened(page, qtbot, written(tmp_path, name))
    for lang in (language.ENGLISH, language.CHINESE):
        language.apply_language(qapp, lang)
        if page.state == EMPTY:
            assert page._error is not None
            plain(import_words.error_sentence(page._error), lang, name)
            continue
        assert page.preview is not None
        for notice in page.preview.notices:
            plain(import_words.sentence(notice.code, notice.params), lang, name)
    if page.state == EMPTY:
        return
    if page.dates.isVisible():
        page.dates.choice.choose("day_first")
    imported(page, qtbot)
    report = page.result.report
    assert report is not None
    assert page.preview is not None
    assert sum(report.counts.values()) == page.preview.row_count
    for lang in (language.ENGLISH, language.CHINESE):
        language.apply_language(qapp, lang)
        for line in report.lines:
            plain(import_words.line_sentence(line), lang, f"{name}: {line.row_number}")


def test_a_date_that_may_be_two_days_keeps_the_import_until_it_is_answered(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(page, qtbot, written(tmp_path, UNCLEAR))
    assert page.dates.isVisible()
    assert not page.start_button.isEnabled()
    qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert page.state == PREVIEW
    qtbot.waitUntil(page.dates.choice.hasFocus)
    qtbot.keyClick(page.dates.choice, Qt.Key.Key_Right)
    qtbot.keyClick(page.dates.choice, Qt.Key.Key_Left)
    assert page.dates.choice.value() == "day_first"
    assert page.start_button.isEnabled()
    imported(page, qtbot)
    found = laptop.ask(lambda reads: reads.search("Müller", 5))
    assert laptop.ask(lambda reads: reads.row("doctor", found[0].id))["consent_on"] == "2026-03-02"
    page.open_file(written(tmp_path, UNCLEAR))
    qtbot.waitUntil(lambda: page.state == PREVIEW)
    assert page.dates.isVisible(), "what is proposed from before is to be seen"
    assert page.dates.choice.value() == "day_first"
    page.forget()
    qtbot.waitUntil(lambda: page.dates.is_open)


def test_a_column_that_is_left_out_asks_nothing(page: ImportPage, qtbot: QtBot, tmp_path: Path) -> None:
    opened(page, qtbot, written(tmp_path, UNCLEAR))
    combo = page.table._combos[4]
    combo.setCurrentIndex(0)
    assert page.dates.isHidden()
    assert page.start_button.isEnabled()
    combo.setCurrentIndex(combo.findData("doctor.consent_on"))
    assert page.dates.isVisible()
    assert not page.start_button.isEnabled()


def test_what_was_answered_for_one_file_does_not_hold_for_the_next(
    page: ImportPage, qtbot: QtBot, tmp_path: Path
) -> None:
    for _time in range(2):
        opened(page, qtbot, written(tmp_path, UNCLEAR))
        qtbot.waitUntil(page.dates.isVisible)
        assert page.dates.is_open
        page.dates.choice.choose("month_first")
        page._show_state(EMPTY)


def test_the_saved_result_says_it_in_words(page: ImportPage, qtbot: QtBot, tmp_path: Path) -> None:
    opened(page, qtbot, written(tmp_path, "titles, merged cells, a total.xlsx"))
    imported(page, qtbot)
    page.write_report(tmp_path / "结果.csv")
    rows = list(csv.reader((tmp_path / "结果.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["行号", "结果", "名称", "原因", "代码"]
    assert rows[1:] == [
        ["6", "请核对", "李敏", "已新建。没有带入：“手机”的“1.38E+10”不像电话号码。", "value_left_out"],
        ["7", "请核对", "王二", "已新建。没有带入：“手机”的“12”不像电话号码。", "value_left_out"],
        ["8", "没有导入", "3人", "这一行是“合计”，不是某个人或某家机构，没有导入。", "total_row"],
    ]
