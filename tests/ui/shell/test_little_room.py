"""Little room: heads fold, tabs stand closer, notes lose their edges, and what is drawn follows the theme."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import theme
from crmdesk.ui.parts.buttons import ICONS, KEYLESS, Button
from crmdesk.ui.parts.chips_fold import FoldedPicklist
from crmdesk.ui.parts.date_field import DateField
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import Label, breakable
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.parts.number_box import NumberBox, TimeBox
from crmdesk.ui.parts.picture import Picture
from crmdesk.ui.parts.rows import ListRow, RowDelegate, RowList, RowModel
from crmdesk.ui.parts.squeezed_row import SqueezedRow
from crmdesk.ui.parts.subject_head import SubjectHead
from crmdesk.ui.parts.text_field import TextLine
from crmdesk.ui.parts.week_calendar import DayHead, _Head


def _head(qtbot: QtBot, width: int) -> SubjectHead:
    head = SubjectHead("doctor", (Button("编辑", key="E"), Button("计划", key="P"), Button("拜访", key="V")), chips=1)
    head.say("Maximilian Alexander Featherstonehaugh", "主任医师", [("A 类", "accent")])
    head.tabs.set_tabs(["Timeline", "Profile", "Expenses ¥3,086,422.38", "Consent"], ["Timeline", "", "Expenses", ""])
    qtbot.addWidget(head)
    head.resize(width, 200)
    head.show()
    return head


def test_buttons_go_below_a_name_that_they_would_squeeze(qtbot: QtBot) -> None:
    narrow, wide = _head(qtbot, 600), _head(qtbot, 1000)
    for head in (narrow, wide):
        qtbot.waitUntil(lambda head=head: head.name.width() >= head.name.sizeHint().width())
    buttons = [head.findChildren(Button) for head in (narrow, wide)]
    assert all(one.y() > narrow.second.geometry().bottom() for one in buttons[0])
    assert all(one.y() < wide.second.geometry().bottom() for one in buttons[1])
    wide.resize(600, 200)
    qtbot.waitUntil(lambda: all(one.y() > wide.second.geometry().bottom() for one in buttons[1]))


def test_tabs_stand_closer_and_leave_their_figures_out_before_they_need_arrows(qtbot: QtBot) -> None:
    head = _head(qtbot, 600)
    assert head.tabs.tabText(2) == "Expenses ¥3,086,422.38"
    for width, text in ((440, "Expenses ¥3,086,422.38"), (350, "Expenses")):
        head.resize(width, 200)
        qtbot.waitUntil(lambda width=width: head.tabs.width() <= width)
        assert head.tabs.tabText(2) == text
        assert not any(one.isVisible() for one in head.tabs.findChildren(QToolButton)), width
    assert "3,086,422.38" in head.tabs.tabToolTip(2)


def test_a_note_of_a_day_loses_its_edges_before_its_end(qtbot: QtBot) -> None:
    above = QWidget()
    qtbot.addWidget(above)
    head = _Head(above)
    head.show_day(DayHead("Mon", "30", note="Training · morning", short="Training"))
    needed = QFontMetrics(theme.font(theme.SMALL_PX)).horizontalAdvance("Training")
    assert head._note(400)[0] == "Training · morning"
    assert head._note(needed + 8) == ("Training", needed + 8)
    assert head._note(needed)[0].endswith("…")


def test_the_icon_of_a_banner_wears_the_theme_that_comes_later(qtbot: QtBot, dressed: QApplication) -> None:
    before, after = Banner(), Banner()
    qtbot.addWidget(before)
    qtbot.addWidget(after)
    before.say("x", "warn")
    theme.apply_theme(dressed, theme.DARK)
    after.say("x", "warn")
    for banner in (before, after):
        banner.resize(300, 40)
    assert before.grab().toImage() == after.grab().toImage()


def test_an_entry_of_an_open_list_is_as_high_as_a_line_that_is_clicked_at(qtbot: QtBot) -> None:
    box = DropDown()
    qtbot.addWidget(box)
    box.addItems(["A", "B"])
    assert box.view().sizeHintForRow(0) >= 30


def test_fields_of_a_line_are_equally_high(qtbot: QtBot) -> None:
    fields = [TextLine(), DateField("day"), DropDown(), NumberBox("number", 0, 9, 1), TimeBox("time", 540)]
    for field in fields:
        qtbot.addWidget(field)
        field.ensurePolished()
    assert {min(field.sizeHint().height(), field.maximumHeight()) for field in fields} == {34}


def test_folded_chips_ask_for_the_height_that_they_have_at_a_width(qtbot: QtBot) -> None:
    """Asked for more lines than they take once folded, they made a scroll bar come and go without end."""
    group = FoldedPicklist("A", "1")
    qtbot.addWidget(group)
    group.set_choices([(str(number), f"Companion {number}") for number in range(4)])
    group.set_value("0")
    group.resize(600, 60)
    group.show()
    layout = group.layout()
    assert layout is not None
    assert not group.findChild(QWidget, "_more").isVisible()
    asked = layout.totalHeightForWidth(250)
    group.resize(250, asked)
    qtbot.waitUntil(group.findChild(QWidget, "_more").isVisible)
    assert layout.totalHeightForWidth(250) == asked
    assert asked == layout.totalHeightForWidth(600)
    group.unfold()
    assert layout.totalHeightForWidth(250) > asked


def test_a_sentence_stands_in_the_middle_beside_its_action_and_the_icon_beside_its_first_line(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.resize(420, 40)
    banner.show()
    for text, action in (("x", ""), ("x", "Compare"), ("x " * 100, "")):
        banner.say(text, "warn", action)
        layout = banner.layout()
        assert layout is not None
        layout.activate()
        banner.resize(420, max(40, banner.heightForWidth(420)))
        picture, words, button = (banner.findChild(kind) for kind in (Picture, Label, Button))
        first = words.geometry().top() + words.fontMetrics().height() / 2
        assert abs(picture.geometry().center().y() - first) <= 2
        assert not action or abs(button.geometry().center().y() - first) <= 2


def test_a_figure_and_its_unit_stay_together_and_are_read_as_they_are(qtbot: QtBot) -> None:
    for text in ("Last today 20:45 · took 0.1 s", "上次 今天 20:45 · 用时 0.1 秒"):
        label = Label(text, wrap=True)
        qtbot.addWidget(label)
        assert label.text() == text
        assert QLabel.text(label).endswith(text[-5:].replace(" ", "\u00a0"))
    assert breakable("3 summaries in 2 lines") == "3 summaries in 2 lines"
    assert breakable("Doctor 1,200 · Affiliation 5") == "Doctor\u00a01,200 · Affiliation\u00a05"
    assert breakable("医生 2 · 执业机构 2") == "医生\u00a02 · 执业机构\u00a02"
    assert breakable("2 Dec 10:00 · 30") == "2 Dec 10:00 · 30"


def test_a_short_address_breaks_too_where_it_has_no_room(qtbot: QtBot) -> None:
    label = Label("someone@example.org", wrap=True)
    qtbot.addWidget(label)
    whole = label.fontMetrics().horizontalAdvance(label.text())
    assert label.minimumSizeHint().width() < whole * 3 // 4, "at 150 % its end was cut off beside the doctor"
    assert label.heightForWidth(whole * 3 // 4) > label.heightForWidth(whole * 2)
    assert label.text() == "someone@example.org"


def test_a_doctors_second_place_goes_into_the_next_line_before_it_is_cut(qtbot: QtBot) -> None:
    head = _head(qtbot, 600)
    line = head.second.fontMetrics().height()
    first, second, third = (
        "Chief physician · Cardiology · 上海市东方医院 (main)",
        "上海市第七人民医院 (出诊 周三)",
        "周浦医院",
    )
    head.say("Maximilian", first, [("A", "")])
    assert head.second.heightForWidth(head.second.width()) == line
    head.say("Maximilian", f"{first} · {second} · {third}", [("A", "")])
    qtbot.waitUntil(lambda: head.second.height() >= 2 * line)
    assert "".join(head.second._broken(head.second.width())).endswith(third)
    head.say("Maximilian", " · ".join([first, *[second] * 20]), [("A", "")])
    assert head.second.heightForWidth(head.second.width()) == 2 * line, "the page is not for the head alone"


def test_as_many_words_beside_icons_stay_as_there_is_room_for(qtbot: QtBot) -> None:
    bar = QWidget()
    qtbot.addWidget(bar)
    row = SqueezedRow(bar)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    buttons = [Button(words, key="Ctrl B", icon_name="file") for words in ("Take back", "Choose file", "Save result")]
    for button in buttons:
        row.addWidget(button)
    whole = sum(button.hint_at(KEYLESS).width() for button in buttons)
    bare = [button.hint_at(ICONS).width() for button in buttons]
    bar.show()
    for width, shown in ((whole, 3), (whole - 1, 2), (sum(bare), 0)):
        bar.resize(width, 50)
        qtbot.waitUntil(lambda width=width: row.geometry().width() == width)
        assert sum(button.width() > least for button, least in zip(buttons, bare, strict=True)) == shown
    assert [button.toolTip() for button in buttons] == [f"{button.text()} (Ctrl B)" for button in buttons]
    assert [button.accessibleName() for button in buttons] == ["Take back", "Choose file", "Save result"]


def test_the_word_at_the_left_of_a_line_has_the_room_that_large_text_needs(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, room = theme.scale(), dict[str, int]()
    paint = RowDelegate._text

    def note(self: RowDelegate, painter: QPainter, place: QRect, text: str, *rest: Any) -> None:
        room[text] = place.width()
        paint(self, painter, place, text, *rest)

    monkeypatch.setattr(RowDelegate, "_text", note)
    theme.set_scale(1.5)
    try:
        model = RowModel()
        rows = RowList(model, with_time=True)
        qtbot.addWidget(rows)
        model.set_rows([ListRow("1", "曾庆华", time="Report")])
        rows.resize(500, 200)
        rows.grab()
        assert QFontMetrics(theme.font(theme.NAME_PX - 1)).horizontalAdvance("Report") <= room["Report"]
    finally:
        theme.set_scale(before)


def test_a_choice_is_as_wide_as_its_entries_are_now(qtbot: QtBot) -> None:
    box, fresh = DropDown(), DropDown()
    for one in (box, fresh):
        qtbot.addWidget(one)
    box.addItems(["Meal with physicians at a meeting", "Taxi"])
    box.show()  # Qt's own way keeps the width of the first time
    wide = box.sizeHint().width()
    box.clear()
    for one in (box, fresh):
        one.addItems(["餐费", "交通"])
        one.show()
    assert box.sizeHint().width() == fresh.sizeHint().width() < wide
