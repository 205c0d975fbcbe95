"""Taking an import back in the window: offered with the result and later, said beforehand, done by keys."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.services import import_undo
from crmdesk.services.commands import ChangeSet, EditRow
from crmdesk.services.import_undo import Stay, TakenBack
from crmdesk.ui import language
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.import_back import BackDialog, BackWords
from crmdesk.ui.pages.import_page import EMPTY, PREVIEW, RESULT, RUNNING, ImportPage
from tests.ui.customers.laptop import Laptop

CTRL = Qt.KeyboardModifier.ControlModifier


def imported(page: ImportPage, qtbot: QtBot, path: Path) -> None:
    page.open_file(path)
    qtbot.waitUntil(lambda: page.state == PREVIEW and page.preview is not None)
    qtbot.keyClick(page.start_button, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page.state == RESULT and page.back_button.isVisible())


def asked(page: ImportPage, qtbot: QtBot) -> BackDialog:
    """Press the key and wait until the dialog has looked."""
    qtbot.waitUntil(lambda: page.findChild(BackDialog) is None)
    page.window().activateWindow()  # no window manager does it after a dialog
    qtbot.waitUntil(page.window().isActiveWindow)
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_B, CTRL)
    dialog = page.findChild(BackDialog)
    assert isinstance(dialog, BackDialog)
    qtbot.waitUntil(lambda: dialog._found is not None)
    return dialog


def _wait(event: threading.Event) -> None:
    event.wait(20)


def touched(laptop: Laptop, name: str) -> None:
    """Change a doctor after the import."""
    row_id = next(one.id for one in laptop.ask(lambda reads: reads.customers("doctor")) if one.name == name)
    laptop.desk.submit(EditRow("doctor", row_id, {"mobile": "13811112222"}, 99)).result(20)


def staying(dialog: BackDialog) -> list[tuple[str, str]]:
    """Return what the dialog says stays: name and reason."""
    return [(one.name, one.state) for one in map(dialog._model.row, range(dialog._model.rowCount()))]


def doctors_of(laptop: Laptop) -> set[str]:
    return {item.name for item in laptop.ask(lambda reads: reads.customers("doctor"))}


@pytest.mark.parametrize(
    ("code", "offer", "figure", "told"),
    [
        ("zh", "撤回本次导入…", "会删除：医生 2", "已撤回，删除了"),
        ("en", "Take this import back…", "Will be deleted: Doctor 2", "Taken back. Deleted"),
    ],
)
def test_it_is_offered_said_and_done_by_keys_in_both_languages(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, doctors: Path, code: str, offer: str, figure: str, told: str
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    language.apply_language(application, code)
    try:
        before = doctors_of(laptop)
        imported(page, qtbot, doctors)
        made = doctors_of(laptop)
        assert page.back_button.text() == offer
        dialog = asked(page, qtbot)
        assert figure in dialog.figure.text()
        assert ("不能再撤销" if code == "zh" else "cannot be undone") in dialog.final.text()
        assert dialog.final.isVisible()
        assert doctors_of(laptop) != before, "nothing happens before it is said yes to"
        qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
        qtbot.waitUntil(lambda: page.state == PREVIEW)
        assert told in page.banner.text
        assert doctors_of(laptop) == before
        assert page.start_button.isEnabled(), "the file can be imported again with other columns"
        again = asked(page, qtbot)
        assert not again.save_button.isEnabled()
        assert not again.final.isVisible()
        assert ("没有可以撤回的内容" if code == "zh" else "There is nothing to take back") in again.figure.text()
        qtbot.keyClick(again, Qt.Key.Key_Escape)
        page.start()
        qtbot.waitUntil(lambda: page.state == RESULT)
        assert doctors_of(laptop) == made, "what is said to bring it back does"
    finally:
        language.apply_language(application, "zh")


def test_what_stays_is_named_with_its_reason(page: ImportPage, laptop: Laptop, qtbot: QtBot, doctors: Path) -> None:
    imported(page, qtbot, doctors)
    touched(laptop, "欧阳锋")
    dialog = asked(page, qtbot)
    assert ("欧阳锋", "后来改过") in staying(dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page.state == PREVIEW)
    assert "后来改过" in page.banner.text
    assert "欧阳锋" in doctors_of(laptop)
    assert "<b>李</b>四" not in doctors_of(laptop)


def test_it_is_there_later_on_an_empty_page(
    page: ImportPage, window: MainWindow, laptop: Laptop, qtbot: QtBot, doctors: Path
) -> None:
    assert not page.back_button.isVisible()
    before = doctors_of(laptop)
    preview = laptop.desk.imports.preview(doctors)
    laptop.desk.imports.run(preview, preview.mapping).result(60)
    window.navigate("today")
    window.navigate("import")
    qtbot.waitUntil(page.back_button.isVisible)
    assert page.state == EMPTY
    assert doctors.name in page._about.text()
    dialog = asked(page, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page._taken is not None)
    assert page.state == EMPTY
    assert doctors_of(laptop) == before


def test_it_is_stopped_by_escape_and_taken_back_to_the_end(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = doctors_of(laptop)
    path = tmp_path / "many.csv"
    lines = "".join(f"医生{chr(0x4E00 + number)},上海市东方医院\n" for number in range(60))
    path.write_text(f"姓名,医院\n{lines}", "utf-8")
    imported(page, qtbot, path)
    made = doctors_of(laptop)
    monkeypatch.setattr(import_undo, "COMMIT_ROWS", 2)
    begun, stopped = threading.Event(), threading.Event()

    def hold(_changes: ChangeSet) -> None:
        begun.set()
        _wait(stopped)  # no commit follows the first before Escape

    laptop.desk.subscribe(hold)
    dialog = asked(page, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page.state == RUNNING and page.progress.bar.isVisible())
    page.window().activateWindow()
    qtbot.waitUntil(page.progress.cancel_button.hasFocus)
    qtbot.waitUntil(begun.is_set)  # and none comes too late for it
    qtbot.keyClick(page.progress.cancel_button, Qt.Key.Key_Escape)
    stopped.set()
    qtbot.waitUntil(lambda: page.state == PREVIEW)
    assert "已停下" in page.banner.text
    left = doctors_of(laptop) - before
    assert left < made - before
    assert left, "the rest waits for the next time"
    dialog = asked(page, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: doctors_of(laptop) == before)


def test_escape_in_the_dialog_changes_nothing(page: ImportPage, laptop: Laptop, qtbot: QtBot, doctors: Path) -> None:
    imported(page, qtbot, doctors)
    made = doctors_of(laptop)
    dialog = asked(page, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert page.state == RESULT
    assert doctors_of(laptop) == made


def test_the_result_of_another_import_stays_on_the_page(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, doctors: Path, tmp_path: Path
) -> None:
    other = tmp_path / "二.csv"
    other.write_text("姓名,医院\n上官婉,上海市东方医院\n", "utf-8")
    imported(page, qtbot, doctors)
    imported(page, qtbot, other)
    made = doctors_of(laptop)
    dialog = asked(page, qtbot)
    qtbot.keyClick(dialog.which, Qt.Key.Key_Down)
    dialog.which.activated.emit(dialog.which.currentIndex())
    qtbot.waitUntil(lambda: dialog._found is not None and not dialog._found.nothing)
    qtbot.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page._taken is not None)
    assert page.state == RESULT
    assert page.customers_button.isVisible()
    assert "已撤回，删除了" in page.banner.text
    assert "上官婉" in made & doctors_of(laptop)
    assert "欧阳锋" not in doctors_of(laptop)


def test_why_a_department_stays_is_said_as_people_say_it(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "新科室.csv"
    path.write_text("姓名,医院,科室\n上官婉,上海市东方医院,疼痛门诊\n", "utf-8")
    imported(page, qtbot, path)
    touched(laptop, "上官婉")
    dialog = asked(page, qtbot)
    assert ("疼痛门诊", "有医生在这里执业") in staying(dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_whole_sentences_of_a_banner_have_no_space_between_them_in_chinese(qapp: QApplication) -> None:
    stay = Stay("doctor", "", "欧阳锋", "changed")
    taken = TakenBack({"doctor": 4}, 0, (stay, stay))
    assert BackWords().done(taken) == "已撤回，删除了医生 4。2 条留下：后来改过。"
    language.apply_language(qapp, "en")
    assert BackWords().done(taken) == "Taken back. Deleted: Doctor 4. 2 stay: changed since."


def test_how_many_rows_there_are_is_not_said_before_it_is_known(page: ImportPage) -> None:
    page.progress.begin(0, back=True)
    assert page.progress.count.text() == "正在核对…"
    page.progress.show_progress(30, 3000)
    assert page.progress.count.text() == "已处理 30 / 3,000 行"
    page.progress.begin(0)
    assert page.progress.count.text() == "已处理 0 / 0 行"
