"""The import page: preview, columns chosen, prescription counts refused, run, stop, result, files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.domain.errors import InputError
from crmdesk.intake import Action
from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import import_words
from crmdesk.ui.pages.import_hospitals import HospitalDialog
from crmdesk.ui.pages.import_page import EMPTY, PREVIEW, RESULT, RUNNING, ImportPage
from crmdesk.ui.parts.room import Room
from tests.ui.customers.laptop import Laptop

CTRL = Qt.KeyboardModifier.ControlModifier
CODES = (
    "too_many_rows", "file_too_large", "empty_file", "not_a_sheet", "damaged_file", "encrypted_file", "zip_bomb",
    "file_unreadable", "cell_too_long", "too_many_columns", "too_many_cells", "unknown_sheet", "no_rows", "no_header",
    "rows_above_header", "damaged_characters", "encoding_uncertain", "no_customers", "counts_prescriptions",
    "unknown_column", "target_twice", "unknown_field", "no_name_column", "duplicate_in_file", "hospital_ambiguous",
    "same_name_other_department", "same_name_spelled_otherwise", "alias_of_other", "hospital_uncertain",
    "hospital_unsure", "hospital_matched", "not_a_person", "several_people", "total_row", "only_a_place",
    "formulas_not_calculated", "hospital_from_above", "names_in_columns", "names_left_out", "hidden_rows",
    "parts_of_a_cell", "not_a_hospital", "not_a_department", "value_doubtful", "name_cleaned", "numbers_doubtful",
    "number_doubtful", "parts_of_contacts", "sheet_turned", "hidden_sheet", "cards_turned", "value_finer",
    "value_left_out", "required", "too_long", "wrong_kind", "not_in_list", "out_of_range", "no_territory", "forbidden",
    "out_of_scope",
)  # fmt: skip


def previewed(page: ImportPage, qtbot: QtBot, path: Path) -> None:
    page.open_file(path)
    qtbot.waitUntil(lambda: page.state == PREVIEW and page.preview is not None)


def imported(page: ImportPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.start_button, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page.state == RESULT)


def test_the_page_begins_empty_and_asks_for_a_file_by_key(page: ImportPage, qtbot: QtBot) -> None:
    assert page.state == EMPTY
    assert not page.start_button.isVisible()
    qtbot.keyClick(page, Qt.Key.Key_O, CTRL)
    dialog = page.findChild(QFileDialog, "import_dialog")
    assert isinstance(dialog, QFileDialog)
    dialog.reject()


def test_a_preview_shows_encoding_columns_and_rows(page: ImportPage, qtbot: QtBot, doctors: Path) -> None:
    previewed(page, qtbot, doctors)
    about = page._about.text()
    assert "GB18030" in about
    assert "5 行数据" in about
    assert page.kind.value() == "doctor"
    assert page.table.mapping() == {
        0: "doctor.name", 1: "institution.name", 2: "department.name", 3: "doctor.title"
    }  # fmt: skip
    item = page.table.item(1, 0)
    assert item is not None
    assert item.text() == "曾庆华"


def test_prescription_counts_are_refused_with_the_reason(page: ImportPage, qtbot: QtBot, doctors: Path) -> None:
    previewed(page, qtbot, doctors)
    assert "处方数量" in page._notices.text()
    assert 4 not in page.table._combos
    item = page.table.item(0, 4)
    assert item is not None
    assert item.text() == "不能导入"


def test_the_import_runs_by_key_and_says_what_came_of_each_row(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, doctors: Path
) -> None:
    previewed(page, qtbot, doctors)
    before = laptop.ask(lambda reads: reads.customer_count("doctor"))
    imported(page, qtbot)
    report = page.result.report
    assert report is not None
    counted = (Action.CREATE, Action.SAME, Action.DUPLICATE_PARKED, Action.REFUSED)
    assert [report.counts[action] for action in counted] == [2, 1, 1, 1]
    assert laptop.ask(lambda reads: reads.customer_count("doctor")) == before + 2
    model = page.result._model
    shown = {str(model.index(row, 0).data()): str(model.index(row, 3).data()) for row in range(model.rowCount())}
    assert "第 3 行" in shown["4"]
    assert "没有“姓名”" in shown["5"]
    page.result.group.choose("refused")
    assert model.rowCount() == 1
    names = [item.name for item in laptop.ask(lambda reads: reads.customers("doctor"))]
    assert "<b>李</b>四" in names


def test_the_same_file_again_makes_nothing_twice(page: ImportPage, laptop: Laptop, qtbot: QtBot, doctors: Path) -> None:
    previewed(page, qtbot, doctors)
    imported(page, qtbot)
    count = laptop.ask(lambda reads: reads.customer_count("doctor"))
    previewed(page, qtbot, doctors)
    imported(page, qtbot)
    assert laptop.ask(lambda reads: reads.customer_count("doctor")) == count
    report = page.result.report
    assert report is not None
    assert report.counts[Action.CREATE] == 0


def test_the_first_thing_needed_has_the_focus(
    page: ImportPage, window: MainWindow, qtbot: QtBot, doctors: Path
) -> None:
    assert window.focusWidget() is page._empty.focusProxy()
    previewed(page, qtbot, doctors)
    window.navigate("today")
    window.navigate("import")
    assert window.focusWidget() is page.start_button
    imported(page, qtbot)
    window.navigate("today")
    window.navigate("import")
    assert window.focusWidget() is page.customers_button


def test_after_a_file_that_is_none_another_one_can_be_chosen_by_enter(
    page: ImportPage, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "照片.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    page.open_file(path)
    qtbot.waitUntil(lambda: page.banner.isVisible() and page.state == EMPTY)
    assert window.focusWidget() is page._empty.focusProxy()


def test_the_own_columns_come_back_are_said_and_forgotten_by_a_key(
    page: ImportPage, qtbot: QtBot, doctors: Path
) -> None:
    previewed(page, qtbot, doctors)
    assert not page._remembered.isVisible()
    title = page.table._combos[3]
    title.setCurrentIndex(title.findData("doctor.good_at"))
    chosen = page.table.mapping()
    imported(page, qtbot)
    previewed(page, qtbot, doctors)
    assert page.table.mapping() == chosen
    assert "沿用" in page._remembered.text()
    assert page.forget_button.isVisible()
    qtbot.keyClick(page.start_button, Qt.Key.Key_Delete, CTRL)
    qtbot.waitUntil(lambda: not page.forget_button.isVisible())
    assert page.table.mapping()[3] == "doctor.title"
    previewed(page, qtbot, doctors)
    assert page.table.mapping()[3] == "doctor.title"


DOUBTS = "姓名,医院,手机,备注\n张伟（主任）,上海市东方医院,1381234567,1391234567\n李娜,上海市东方医院,13812345678,\n"


def test_a_number_that_nobody_can_call_and_a_title_in_brackets_are_named(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(DOUBTS, "utf-8")
    previewed(page, qtbot, path)
    assert "“手机”里有 1 个不像打得通的号码，如第 2 行的“1381234567”" in page._notices.text()
    language.apply_language(qapp, language.ENGLISH)
    qtbot.waitUntil(lambda: "such as '1381234567' in row 2. They are imported as they are" in page._notices.text())
    note = page.table._combos[3]
    note.setCurrentIndex(note.findData("doctor.phone"))
    assert "such as '1391234567' in row 2" in page._notices.text()
    note.setCurrentIndex(note.findData(""))
    assert "1391234567" not in page._notices.text()
    language.apply_language(qapp, language.CHINESE)
    imported(page, qtbot)
    assert page.result.report is not None
    (line,) = page.result.report.lines
    said = (
        "已新建。请核对：“手机”的“1381234567”，不像打得通的号码，照原样保留。"
        "姓名后括号里的内容已归位：“主任”归入“职称”。"
    )
    assert (import_words.line_sentence(line), line.name) == (said, "张伟")
    (made,) = laptop.ask(lambda reads: reads.customers(text="张伟"))
    row = laptop.ask(lambda reads: reads.row("doctor", made.id))
    assert (row["mobile"], row["title"]) == ("1381234567", "chief")
    language.apply_language(qapp, language.ENGLISH)
    assert import_words.line_sentence(line) == (
        "Made. Check '1381234567' of 'Mobile': not like a number to be called, kept as it is."
        " Taken out of the brackets behind the name: '主任' as 'Title'."
    )


def test_unsure_hospitals_are_decided_by_digits_and_imported(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "名单.csv"
    lines = ("姓名,医院", "周一,上海市东方医院南院", "吴二,上海市东方医院南院", "郑三,上海市周浦医院分院")
    path.write_text("\n".join(lines), "utf-8")
    previewed(page, qtbot, path)
    imported(page, qtbot)
    report = page.result.report
    assert report is not None
    assert report.counts == {Action.DUPLICATE_PARKED: 3}
    assert page.result.group.accessibleName() == "结果"
    institutions = laptop.ask(lambda reads: reads.customer_count("institution"))
    assert page.decide_button.isVisible()
    qtbot.keyClick(page.decide_button, Qt.Key.Key_D, CTRL)
    dialog = page.findChild(HospitalDialog)
    assert isinstance(dialog, HospitalDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    assert "上海市东方医院南院" in dialog.heading.text()
    assert "2" in dialog.explanation.text()
    qtbot.keyClick(dialog.list, Qt.Key.Key_1)
    assert "上海市周浦医院分院" in dialog.heading.text()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Backspace)
    assert "上海市东方医院南院" in dialog.heading.text()
    qtbot.keyClick(dialog.list, Qt.Key.Key_1)
    qtbot.keyClick(dialog.list, Qt.Key.Key_0)
    assert dict(dialog.answers)["上海市周浦医院分院"] == ""
    assert dialog.save_button.hasFocus(), "nothing is left to be asked: Enter does what stands on the button"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backspace)
    assert dialog.list.hasFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert dict(dialog.answers)["上海市周浦医院分院"] == "", "Enter on what was answered leaves it so"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.state == RESULT and page.result.report is not report)
    done = page.result.report
    assert done is not None
    assert done.counts == {Action.CREATE: 3}
    assert not page.decide_button.isVisible()
    assert laptop.ask(lambda reads: reads.customer_count("institution")) == institutions + 1


def test_columns_are_changed_and_what_does_not_fit_is_said(page: ImportPage, qtbot: QtBot, doctors: Path) -> None:
    previewed(page, qtbot, doctors)
    title = page.table._combos[3]
    title.setCurrentIndex(title.findData("doctor.name"))
    assert "姓名" in page._problem.text()
    assert not page.start_button.isEnabled()
    title.setCurrentIndex(0)
    assert page.start_button.isEnabled()
    name = page.table._combos[0]
    name.setCurrentIndex(0)
    assert "名称" in page._problem.text()
    page.start()
    assert page.state == PREVIEW


def test_another_kind_of_list_is_read_anew(page: ImportPage, qtbot: QtBot, doctors: Path) -> None:
    previewed(page, qtbot, doctors)
    page.kind.choose("institution")
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.kind == "institution")
    qtbot.waitUntil(lambda: page.state == PREVIEW)
    assert page.table._combos[0].findData("doctor.name") < 0


def test_a_long_import_is_stopped_by_escape_and_keeps_what_it_wrote(
    page: ImportPage, window: MainWindow, laptop: Laptop, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "医院.csv"
    rows = (f"第{number}测试医院,上海市" for number in range(6000))
    path.write_text("医院名称,城市\n" + "\n".join(rows), "utf-8")
    previewed(page, qtbot, path)
    qtbot.keyClick(page.start_button, Qt.Key.Key_Return, CTRL)
    assert page.state == RUNNING
    qtbot.waitUntil(lambda: page.progress._done > 0, timeout=15000)
    assert page.progress.isVisible()
    window.navigate("customers")  # the window stays alive meanwhile
    window.navigate("import")
    qtbot.keyClick(page.progress.cancel_button, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.state == RESULT, timeout=15000)
    report = page.result.report
    assert report is not None
    assert report.cancelled
    assert 0 < report.counts[Action.CREATE] < 6000
    assert "已停止" in page.result._banner.text
    assert laptop.ask(lambda reads: reads.customer_count("institution")) >= report.counts[Action.CREATE]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("照片.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), "不是表格"),
        ("空.csv", b"", "空的"),
        ("坏.xlsx", b"PK\x03\x04" + bytes(100), "损坏"),
    ],
)
def test_foreign_and_damaged_files_give_a_sentence(
    page: ImportPage, qtbot: QtBot, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    page.open_file(path)
    qtbot.waitUntil(lambda: words in page.banner.text)
    assert name in page.banner.text
    assert page.state == EMPTY
    page.open_file(tmp_path / "fort.csv")
    qtbot.waitUntil(lambda: "打不开" in page.banner.text)


def test_a_file_is_dropped_on_the_page(page: ImportPage, qtbot: QtBot, doctors: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(doctors))])
    none = Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPoint(10, 10), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    page.dropEvent(event)
    qtbot.waitUntil(lambda: page.state == PREVIEW)
    label = page.findChild(QLabel, "import_file_label")
    assert isinstance(label, QLabel)
    assert label.text() == "医生名单.csv"


def test_the_result_is_saved_as_csv_and_a_bad_folder_is_said(
    page: ImportPage, qtbot: QtBot, doctors: Path, tmp_path: Path
) -> None:
    previewed(page, qtbot, doctors)
    imported(page, qtbot)
    page.write_report(tmp_path / "结果.csv")
    text = (tmp_path / "结果.csv").read_text("utf-8-sig")
    assert "duplicate_in_file" in text
    page.write_report(tmp_path / "没有" / "结果.csv")
    assert "没有写成" in page.banner.text


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_an_import_has_words_in_both_languages(code: str, qapp: object) -> None:
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    named = {"hospital": "A", "name": "B", "reason": "branch", "candidates": [["id", "C", ""]]}
    params = {**named, "field": "doctor.mobile", "column": "x", "row": 3, "count": 2, "limit": 5, "limit_bytes": 2**20}
    chinese = import_words.error_sentence(InputError(code, **params))
    language.apply_language(application, language.ENGLISH)
    english = import_words.error_sentence(InputError(code, **params))
    assert code not in chinese
    assert code not in english
    assert chinese != english
    assert not any("\u4e00" <= character <= "\u9fff" for character in english)


def test_cards_have_headings_in_the_language_of_the_window(
    page: ImportPage, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "cards.vcf"
    path.write_text("BEGIN:VCARD\nVERSION:3.0\nN:慕容;雪;;;\nFN:慕容雪\nORG:上海市东方医院\nEND:VCARD\n", "utf-8")
    page.open_file(path)
    qtbot.waitUntil(lambda: page.state == PREVIEW)

    def headings() -> set[str]:
        model = page.table.model()
        return {str(model.headerData(at, Qt.Orientation.Horizontal)) for at in range(model.columnCount())}

    assert "手机" in headings()
    language.apply_language(qapp, "en")
    qtbot.waitUntil(lambda: "Mobile" in headings())
    assert not [one for one in headings() if any("\u4e00" <= sign <= "\u9fff" for sign in one)]


def test_a_result_without_rows_to_look_at_offers_no_empty_choices(
    page: ImportPage, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "one.csv"
    path.write_text("姓名,医院\n上官婉,上海市东方医院\n", "utf-8")
    page.open_file(path)
    qtbot.waitUntil(lambda: page.state == PREVIEW)
    page.start()
    qtbot.waitUntil(lambda: page.state == RESULT and page.result._none.isVisible())
    assert not page.result.group.isVisible()
    heading = page.result._list.mapTo(page, page.result._list.rect().topLeft()).y()
    said = page.result._none.mapTo(page, page.result._none.rect().topLeft()).y()
    assert said - heading < 120, "below its heading, not in the middle of an empty card"


def test_the_reason_of_the_chosen_row_stands_whole_below_the_list(
    page: ImportPage, doctors: Path, qtbot: QtBot
) -> None:
    previewed(page, qtbot, doctors)
    imported(page, qtbot)
    whole, table = page.result._whole, page.result.table
    assert page.result.report is not None
    for at, line in enumerate(page.result.report.lines):
        assert table.currentIndex().row() == at
        assert whole.isVisible()
        assert import_words.line_sentence(line) in whole.text()
        assert whole.text().startswith(f"第 {line.row_number} 行")
        qtbot.keyClick(table, Qt.Key.Key_Down)
    page.result.group.choose("duplicate_parked")
    assert "放在一边" in whole.text(), "the first of those that are left"


@pytest.mark.parametrize("lang", [language.ENGLISH, language.CHINESE])
def test_nothing_of_an_import_lies_beyond_the_edge_at_200_percent(
    lang: str, page: ImportPage, window: MainWindow, doctors: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    language.apply_language(qapp, lang)
    window.setMinimumSize(0, 0)
    window.resize(667, 304)
    around = next(one for one in window.findChildren(Room) if one.isAncestorOf(page))
    previewed(page, qtbot, doctors)
    qtbot.waitUntil(lambda: around.viewport().width() < 667)
    assert around.horizontalScrollBar().maximum() == 0, "the preview"
    page.start()
    qtbot.waitUntil(lambda: page.state == RESULT)
    qtbot.waitUntil(lambda: around.horizontalScrollBar().maximum() == 0)


def test_tab_goes_from_choice_to_choice_in_the_order_of_the_eye_and_on(
    page: ImportPage, doctors: Path, qtbot: QtBot
) -> None:
    previewed(page, qtbot, doctors)
    combos = list(page.table._combos.values())
    seen: list[QWidget] = []
    combos[0].setFocus()  # somewhere among them: Tab comes around
    for _step in range(60):
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus is not page.table
        seen.append(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    begin = seen.index(page.start_button)
    visited = [one for one in seen[begin:] if one in combos][: len(combos)]
    assert visited == sorted(combos, key=lambda one: one.mapTo(page.table, QPoint()).x())
    assert len(visited) == len(combos)
