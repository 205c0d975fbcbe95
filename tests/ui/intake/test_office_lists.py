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


def cell(page: ImportPage, row: int, target: str) -> str:
    column = next(index for index, to in page.table.mapping().items() if to == target)
    item = page.table.item(row, column)
    return item.text() if item is not None else ""


def hospital_of(laptop: Laptop, name: str) -> list[str]:
    found = laptop.ask(lambda reads: reads.search(name, 5))
    doctor = next(hit.id for hit in found if hit.title == name)
    return [place.institution_name for place in laptop.ask(lambda reads: reads.doctor(doctor)).affiliations]


def test_a_hospital_that_stands_above_is_shown_in_the_rows_that_have_it_from_there(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(page, qtbot, written(tmp_path, "blocks, first rows, GBK.csv"))
    assert page.above.isVisible()
    assert page.above.choice.value() == "taken"
    assert [cell(page, row, "institution.name") for row in (1, 2, 4, 5)] == [
        "明泉医院", "↑ 明泉医院", "云杉医院", "↑ 云杉医院",
    ]  # fmt: skip
    imported(page, qtbot)
    assert hospital_of(laptop, "王强") == ["明泉医院"]
    assert hospital_of(laptop, "孙立") == ["云杉医院"]


def test_what_stands_above_can_be_refused_by_keys(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(page, qtbot, written(tmp_path, "blocks, first rows, GBK.csv"))
    page.above.choice.setFocus()
    qtbot.keyClick(page.above.choice, Qt.Key.Key_Right)
    assert cell(page, 2, "institution.name") == ""
    imported(page, qtbot)
    assert hospital_of(laptop, "张硕") == ["明泉医院"]
    assert hospital_of(laptop, "李敏") == []


def test_headings_are_counted_as_nobody_and_their_hospital_is_told_in_both_languages(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    opened(page, qtbot, written(tmp_path, "blocks with headings.xlsx"))
    english, chinese = (
        "3 rows name no hospital; above them stands '明泉市第一人民医院' (row 2)",
        "“明泉市第一人民医院”（第 2 行）",
    )
    for lang, words in ((language.ENGLISH, english), (language.CHINESE, chinese)):
        language.apply_language(qapp, lang)
        qtbot.waitUntil(lambda words=words: words in page.above.choice.accessibleName())
    imported(page, qtbot)
    assert page.result.report is not None
    assert [line.code for line in page.result.report.lines] == ["hospital_from_above"] * 2
    assert hospital_of(laptop, "李敏") == ["明泉市第一人民医院"]


def test_in_a_list_that_is_not_in_blocks_empty_is_proposed(page: ImportPage, qtbot: QtBot, tmp_path: Path) -> None:
    opened(page, qtbot, written(tmp_path, "not in blocks.csv"))
    assert page.above.choice.value() == "empty"
    page.table._combos[1].setCurrentIndex(0)
    qtbot.waitUntil(lambda: not page.above.looks)
    assert not page.above.isVisible(), "a column that is left out asks nothing"


def test_what_is_taken_from_above_is_shown_for_each_cell_that_counts_as_empty_in_both_languages(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    lines = ("姓名,医院,手机", "明泉医院,,", "张硕,同上,1", '李敏,"=""""",2', "云杉医院,,", "王强,,3")
    path.write_text("\n".join(lines))
    opened(page, qtbot, path)
    page.above.choice.set_value("taken")
    page.above.choice.changed.emit()
    assert [cell(page, row, "institution.name") for row in (2, 3, 5)] == ["↑ 明泉医院", "↑ 明泉医院", "↑ 云杉医院"]
    column = next(index for index, to in page.table.mapping().items() if to == "institution.name")
    shown = page.table.item(2, column)
    assert shown is not None
    assert "取自上面" in shown.toolTip()
    language.apply_language(qapp, "en")
    try:
        qtbot.waitUntil(lambda: "取自上面" not in shown.toolTip() and bool(shown.toolTip()))
    finally:
        language.apply_language(qapp, "zh")
    imported(page, qtbot)
    assert hospital_of(laptop, "张硕") == hospital_of(laptop, "李敏") == ["明泉医院"]
    assert hospital_of(laptop, "王强") == ["云杉医院"]


def test_a_department_that_was_left_out_is_called_one(page: ImportPage, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名,科室\n张硕,心内科\n", "utf-8")
    opened(page, qtbot, tmp_path / "a.csv")
    imported(page, qtbot)
    report = page.result.report
    assert report is not None
    assert "“科室”的“心内科”没有医院" in import_words.line_sentence(report.lines[0])
