"""Words and figures that are drawn keep the room they need: counts in the rail, names beside long states, toasts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QCalendarWidget, QLabel, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import language, theme
from crmdesk.ui.pages import registry
from crmdesk.ui.pages.claim_line_editor import ClaimLineEditor
from crmdesk.ui.parts.buttons import QUIET, Button, hanging
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.date_field import DateField
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.month_calendar import dress
from crmdesk.ui.parts.notices import Toast
from crmdesk.ui.parts.property_rows import PropertyRows
from crmdesk.ui.parts.rail import RailItem
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.week_grid import Block, DayColumn, WeekGrid

_FREE = (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday)
LONG_STATE = "Confirmed by call-back, waiting to sync"


def _drawn(widget: QWidget, box: QRect | None = None) -> QImage:
    return widget.grab(box or widget.rect()).toImage()


@pytest.mark.parametrize(("one", "other"), [(3, 4), (16, 91), (100, 42)])
def test_a_count_in_the_rail_is_drawn_whole(qtbot: QtBot, one: int, other: int) -> None:
    """A ground without its figure looks the same for every count."""
    rail = QWidget()
    qtbot.addWidget(rail)
    item = RailItem(registry.SPECS[0], "", rail)
    item.resize(160, 36)
    pictures = []
    for count in (one, other):
        item.set_count(count)
        pictures.append(_drawn(item))
    assert pictures[0] != pictures[1]


def test_a_long_state_leaves_the_name_its_room(qtbot: QtBot) -> None:
    pictures = []
    for state in ("Clean", LONG_STATE):
        model = RowModel()
        model.set_rows([ListRow("1", "欧阳泽宇", second="学术交流工作餐", figure="¥5,683.10", state=state)])
        rows = RowList(model, lines=2)
        qtbot.addWidget(rows)
        rows.resize(330, 70)
        pictures.append(_drawn(rows, QRect(0, 0, 200, 33)))
    assert pictures[0] == pictures[1]


def test_a_value_takes_the_room_of_a_chip_that_is_not_there(qtbot: QtBot) -> None:
    rows = PropertyRows()
    qtbot.addWidget(rows)
    rows.add("手机", "138 0000 4471", chip="2 个值")
    plain = rows.add("偏好", "上午 08:30–09:30，面对面")
    rows.resize(300, 80)
    rows.show()
    qtbot.waitUntil(lambda: plain.width() > 0)
    assert plain.geometry().right() >= rows.width() - 2


def test_chips_and_quiet_words_end_where_a_card_does(qtbot: QtBot) -> None:
    """A chip behind a value and the words of a button without a frame are flush with the lines below them."""
    rows = PropertyRows()
    chip = Button("全部 3 次拜访", QUIET, small=True)
    card, plain = QWidget(), QLabel("全宽")
    qtbot.addWidget(card)
    column = QVBoxLayout(card)
    for left in (False, True):
        line = hanging(chip) if not left else hanging(Button("改回", QUIET, small=True), left=True)
        line.addStretch(1) if left else line.insertStretch(0, 1)
        column.addLayout(line)
    column.addWidget(plain)
    rows.add("手机", "138 0000 4471", chip="2 个值")
    rows.add("邮箱", "someone@example.org")
    column.addWidget(rows)
    card.resize(320, 200)
    card.show()
    qtbot.waitUntil(lambda: plain.width() > 200)
    assert chip.geometry().right() == plain.geometry().right() + 10
    back = card.findChildren(Button)[1]
    assert back.x() == plain.x() - 10
    value = rows.findChildren(Chip)[0]
    assert rows.x() + value.geometry().right() == plain.geometry().right()


def test_a_field_for_a_fapiao_keeps_room_for_its_twenty_digits(qtbot: QtBot) -> None:
    line = ClaimLineEditor(1)
    qtbot.addWidget(line)
    line.fapiao.ensurePolished()
    assert line.fapiao.minimumWidth() >= line.fapiao.fontMetrics().horizontalAdvance("25312000000477182093") + 24


def _beside(line: ClaimLineEditor) -> bool:
    return line.description.mapTo(line, QPoint()).y() == line.amount.mapTo(line, QPoint()).y()


def test_what_was_paid_for_has_room_beside_a_fapiao_or_a_row_of_its_own(qtbot: QtBot) -> None:
    line = ClaimLineEditor(1)
    qtbot.addWidget(line)
    line.show()
    for width, beside in ((1000, True), (670, False), (560, False), (1000, True)):
        line.resize(width, 160)
        qtbot.waitUntil(lambda width=width: line.width() == width)
        qtbot.waitUntil(lambda beside=beside: _beside(line) == beside and line.description.width() >= 150)


@pytest.mark.parametrize("width", [700, 740, 780, 820])
def test_what_was_paid_for_keeps_its_room_in_another_language(qtbot: QtBot, width: int) -> None:
    line = ClaimLineEditor(1)
    qtbot.addWidget(line)
    line.resize(width, 160)
    line.show()
    for chosen in (language.ENGLISH, language.CHINESE, language.ENGLISH):
        language.choose(chosen)
        line.retranslate()
        qtbot.waitUntil(lambda: line.category.width() == line.category.sizeHint().width())
        assert line.description.width() >= 150


def test_without_doctors_to_choose_from_a_line_says_where_they_are_added(qtbot: QtBot) -> None:
    line = ClaimLineEditor(1)
    qtbot.addWidget(line)
    line.show()
    line.set_doctors([])
    assert not line.doctors.isVisible(), "Tab would stop at nothing"
    assert any(one.text() == "先在上面添加" and one.isVisible() for one in line.findChildren(Label))
    line.set_doctors([("1", "曾庆华")])
    assert line.doctors.isVisible()
    assert not any(one.text() == "先在上面添加" and one.isVisible() for one in line.findChildren(Label))


def test_a_narrow_block_of_the_calendar_says_who_before_it_says_when(qtbot: QtBot) -> None:
    grid = WeekGrid()
    qtbot.addWidget(grid)
    grid.resize(620, 1400)
    _drawn(grid)  # it lays its blocks out once more when it is drawn first
    pictures = []
    for name in ("曾庆华", "单志远"):
        grid.show_week([DayColumn()] * 7, [Block("1", 0, 9 * 60, 40, name, "上海市东方医院")])
        block = grid.block("1")
        assert block is not None
        block.resize(56, 38)
        pictures.append(_drawn(block))
    assert pictures[0] != pictures[1]


def test_the_calendar_of_a_month_begins_on_monday_as_the_plan(qtbot: QtBot, dressed: QApplication) -> None:
    calendar = QCalendarWidget()
    qtbot.addWidget(calendar)
    calendar.setLocale(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    assert calendar.firstDayOfWeek() == Qt.DayOfWeek.Sunday
    assert dress(calendar).firstDayOfWeek() == Qt.DayOfWeek.Monday


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK])
def test_the_calendar_of_a_month_wears_the_theme(qtbot: QtBot, dressed: QApplication, look: str) -> None:
    theme.apply_theme(dressed, look)
    field = DateField("day")
    qtbot.addWidget(field)
    calendar = field.menu_for().findChild(QCalendarWidget)
    assert calendar is not None
    colors = theme.tokens()
    quiet = {calendar.weekdayTextFormat(day).foreground().color().name() for day in _FREE}
    assert quiet == {colors.color("muted").name()}
    for name in ("qt_calendar_prevmonth", "qt_calendar_nextmonth"):
        arrow = calendar.findChild(QToolButton, name)
        assert arrow is not None
        drawn = arrow.icon().pixmap(16, 16).toImage()
        points = (drawn.pixelColor(x, y) for x in range(16) for y in range(16))
        inks = {point.name() for point in points if point.alpha() > 200}
        assert inks
        assert max(theme.contrast(ink, colors.raised) for ink in inks) >= 4.5


def test_a_toast_makes_way_at_once_for_a_button_that_a_longer_language_brings(
    qtbot: QtBot, dressed: QApplication
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(500, 300)
    toast, button = Toast(window), Button("")
    layout = QVBoxLayout(window)
    layout.addStretch(1)
    layout.addWidget(button)
    window.show()
    toast._looking.setInterval(60_000)  # what it sees at its next look is another matter
    toast.say(lambda: "已保存")
    button.setFixedSize(480, 60)
    language.apply_language(dressed, language.ENGLISH)
    qtbot.waitUntil(lambda: button.height() == 60 and not toast.geometry().intersects(button.geometry()))


def test_a_toast_stands_beside_the_chips_of_a_low_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(700, 200)
    low, high = Button("保存", parent=window), Button("筛选", parent=window)
    toast = Toast(window)
    window.show()
    toast.say("已保存")
    corner = toast.geometry()
    low.setGeometry(corner.translated(0, 4))
    high.setGeometry(corner.translated(0, -corner.height() - 10))
    assert high.y() < window.height() // 2 < low.y()
    toast.say("已保存")
    assert not any(toast.geometry().intersects(one.geometry()) for one in (low, high))
    low.hide()
    toast.say("已保存")
    assert toast.geometry() == corner, "back in its corner"
