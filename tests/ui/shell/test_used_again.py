"""Parts that are filled again change their words and keep their widgets; nothing of before stays, nor a stale size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.ui import space, theme
from crmdesk.ui.parts.chips import Chip, ChipRow, Pick, Picklist
from crmdesk.ui.parts.flow import FlowLayout
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.property_rows import PropertyRows
from crmdesk.ui.parts.timeline import Timeline, TimelineRow, _Entry


def shown(widget: QWidget, kind: type[QWidget]) -> list[str]:
    """Return the words of the visible parts of a kind in the order in which a screen reader finds them."""
    found = [one for one in widget.findChildren(kind) if one.isVisible()]
    return [one.text() if isinstance(one, Label | Pick) else getattr(one, "text", "") for one in found]


def test_property_rows_show_the_next_customer_and_nothing_of_the_one_before(qtbot: QtBot) -> None:
    rows = PropertyRows()
    qtbot.addWidget(rows)
    rows.show()

    def fill(*entries: tuple[str, str, str, str]) -> None:
        with rows.filling():
            for name, value, chip, hint in entries:
                rows.add(name, value, chip, hint=hint)

    fill(("手机", "138", "", ""), ("电话", "021", "2 个值", ""), ("邮箱", "a@b", "", "昨天"))
    first = rows.findChildren(Label)[1]
    qtbot.waitUntil(lambda: shown(rows, Label) == ["手机", "138", "电话", "021", "邮箱", "a@b", "昨天"])
    fill(("手机", "139", "", ""), ("邮箱", "c@d", "", ""))
    qtbot.waitUntil(lambda: shown(rows, Label) == ["手机", "139", "邮箱", "c@d"])
    assert rows.findChildren(Label)[1] is first, "used again"
    assert shown(rows, Chip) == []
    fill(("手机", "", "", ""))
    qtbot.waitUntil(lambda: shown(rows, Label) == ["手机", "—"])
    assert first.textInteractionFlags() == Qt.TextInteractionFlag.NoTextInteraction
    assert (first.property("role"), first.accessibleName()) == ("faint", "手机 ")
    fill()
    assert shown(rows, Label) == []


def test_a_timeline_shows_the_next_customer_and_nothing_of_the_one_before(qtbot: QtBot) -> None:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.show()
    plain = TimelineRow("visit:1", "昨天", "谈了新数据", "草稿", "info", (("甲", "ok"), ("乙", "warn")))
    bare = TimelineRow("", "今天", "")
    acted = TimelineRow("visit:3", "上周", "三", actions=(("call_back:3", "回访…"),))
    timeline.set_rows([plain, plain, plain])
    kept = list(timeline._entries)
    qtbot.waitUntil(lambda: shown(timeline, Chip) == ["草稿", "甲", "乙"] * 3)
    timeline.set_rows([bare, TimelineRow("visit:2", "周一", "二", chips=(("丙", "ok"),))])
    assert timeline._entries == kept[:2]
    qtbot.waitUntil(lambda: shown(timeline, Chip) == ["丙"])
    qtbot.waitUntil(lambda: shown(timeline, Label) == ["今天", "周一", "二"])
    assert [one.accessibleName() for one in timeline._entries] == ["今天", "周一 二 丙"]
    assert [one.focusPolicy() for one in timeline._entries] == [Qt.FocusPolicy.NoFocus, Qt.FocusPolicy.TabFocus]
    with qtbot.waitSignal(timeline.opened) as heard:
        qtbot.mouseClick(timeline._entries[1], Qt.MouseButton.LeftButton)
    assert heard.args == ["visit:2"]
    with qtbot.assertNotEmitted(timeline.opened):
        qtbot.mouseClick(timeline._entries[0], Qt.MouseButton.LeftButton)
    timeline.set_rows([plain, acted, plain])  # what has actions is made anew, and what follows it, too
    assert timeline._entries[0] is kept[0]
    assert kept[1] not in timeline._entries
    order = [one for one in timeline.findChildren(_Entry) if one in timeline._entries]
    assert order == timeline._entries, "read in the order in which they stand"


def test_keys_do_not_stay_on_an_entry_that_leads_nowhere_any_more(qtbot: QtBot) -> None:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.show()
    timeline.activateWindow()
    rows = [TimelineRow(f"visit:{number}", "昨天", "谈了新数据") for number in range(2)]
    timeline.set_rows(rows)
    first, second = timeline._entries
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    timeline.set_rows([TimelineRow("", "今天", "改了手机"), rows[1]])
    assert second.hasFocus()
    with qtbot.assertNotEmitted(timeline.opened):
        qtbot.keyClick(first, Qt.Key.Key_Return)


def test_an_entry_is_as_high_as_one_made_for_it(qtbot: QtBot) -> None:
    rows = [
        TimelineRow("1", "昨天", "一", "草稿", "info", (("甲", "ok"),)),
        TimelineRow("1", "昨天", "一"),
        TimelineRow("1", "昨天", "", chips=(("甲", "ok"),)),
        TimelineRow("1", "昨天", ""),
    ]
    for before in rows:
        for after in rows:
            used, fresh = Timeline(), Timeline()
            for one in (used, fresh):
                qtbot.addWidget(one)
                one.resize(400, 300)
                one.show()
            used.set_rows([before])
            used.set_rows([after])
            fresh.set_rows([after])
            qtbot.waitUntil(lambda a=used, b=fresh: a.sizeHint() == b.sizeHint())  # type: ignore[misc]
            qtbot.waitUntil(lambda a=used, b=fresh: a.grab().toImage() == b.grab().toImage())  # type: ignore[misc]
    (entry,) = used._entries
    entry.show_row(rows[0])
    qtbot.waitUntil(lambda: entry._chips.y() - entry._text.geometry().bottom() - 1 == space.TINY + space.HAIR)


def test_chips_and_choices_are_used_again(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    row, choices = ChipRow((("一", "ok"), ("二", "warn"))), Picklist()
    layout = QVBoxLayout(holder)
    layout.addWidget(row)
    layout.addWidget(choices)
    holder.show()
    chips = row.findChildren(Chip)
    row.set([("三", "bad")])
    qtbot.waitUntil(lambda: shown(row, Chip) == ["三"])
    assert row.findChildren(Chip)[0] is chips[0]
    row.set([("三", "bad"), ("四", "ok"), ("五", "ok")])
    qtbot.waitUntil(lambda: shown(row, Chip) == ["三", "四", "五"])
    row.set([])
    qtbot.waitUntil(lambda: shown(row, Chip) == [])
    choices.set_choices([("a", "甲"), ("b", "乙"), ("c", "丙")])
    choices.set_value("b")
    pick = choices.findChildren(Pick)[1]
    choices.set_choices([("b", "乙"), ("d", "丁")])
    assert choices.value() == "b", "what is chosen stays chosen, wherever it stands now"
    assert choices.findChildren(Pick)[1] is pick
    assert (pick.code, pick.text(), pick.accessibleName(), pick.objectName()) == ("d", "丁", "丁", "pick_d")
    with qtbot.waitSignal(choices.changed):
        pick.click()
    assert choices.value() == "d"
    narrow = choices.sizeHint().width()
    choices.set_choices([("x", "很长很长的一个选项"), ("d", "丁")])
    assert choices.sizeHint().width() > narrow + 60, "asked at once, with the room that the new words need"


def test_lines_of_chips_follow_their_words(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder, spacing=6)
    chips = [Chip("一", parent=holder), Chip("二", parent=holder)]
    for chip in chips:
        flow.addWidget(chip)
    holder.resize(120, 100)
    holder.show()
    qtbot.waitUntil(lambda: chips[0].y() == chips[1].y())
    low, narrow = flow.heightForWidth(120), flow.sizeHint().width()
    chips[0].set("比从前长得多的一句话")
    qtbot.waitUntil(lambda: chips[0].y() < chips[1].y())
    assert flow.heightForWidth(120) > low
    assert flow.sizeHint().width() > narrow
    flow.removeWidget(chips[0])
    assert flow.heightForWidth(120) == low


@pytest.fixture
def other_look(qapp: QApplication) -> Iterator[None]:
    """Give the application its font and scale back."""
    font, scale = qapp.font(), theme.scale()
    yield
    qapp.setFont(font)
    theme.set_scale(scale)


def test_widths_follow_font_and_scale(qapp: QApplication, other_look: None) -> None:
    def measured() -> float:
        return QFontMetricsF(theme.font()).horizontalAdvance("上次拜访 Last visit")

    before = theme.text_width("上次拜访 Last visit")
    assert before == measured()
    theme.set_scale(1.6)
    assert theme.px(10) == 16
    assert theme.text_width("上次拜访 Last visit") == measured() > before * 1.3
    theme.set_scale(1.0)
    assert theme.text_width("上次拜访 Last visit") == before
    wide = QFont(qapp.font())
    wide.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 5)
    qapp.setFont(wide)
    assert theme.text_width("上次拜访 Last visit") == measured() > before + 50
