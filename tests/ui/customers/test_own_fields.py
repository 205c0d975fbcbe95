"""Company fields in the windows: filled in by keys, undone, disputed, narrowed by, shown as columns."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from crmdesk.domain.clock import to_text, utc_now
from crmdesk.ui import app, language, theme, words
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import form_dialog
from crmdesk.ui.pages.customer_columns import Shown, columns_of
from crmdesk.ui.pages.doctor_new import NewDoctorDialog
from crmdesk.ui.pages.institution_page import InstitutionPage
from crmdesk.ui.pages.own_filter import OwnFilterWords
from crmdesk.ui.pages.own_form import OwnForm
from crmdesk.ui.parts import room
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.date_field import DateField
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.text_field import TextLine
from tests.ui.customers.laptop import Laptop, type_text, undo
from tests.ui.customers.own_fields import define
from tests.ui.customers.test_customers_page import names
from tests.ui.customers.test_customers_page import opened as opened_list
from tests.ui.customers.test_doctor_page import opened

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def defined(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    """The fields have arrived."""
    define(laptop, qtbot)


def custom_of(laptop: Laptop, name: str = "曾庆华") -> Any:
    return laptop.ask(lambda reads: reads.row("doctor", laptop.company.ids[name]))["custom"]


def test_each_kind_is_filled_in_by_keys_saved_and_undone(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot, laptop)
    page.edit()
    editors = {name: editor.control for name, editor in page.editor.editors.items() if name.startswith("custom.")}
    kinds = [TextLine, TextLine, DateField, Picklist, Picklist, Picklist, DropDown]
    assert [type(one) for one in editors.values()] == kinds
    type_text(editors["custom.hobby"], "跑步")
    qtbot.keyClicks(editors["custom.beds"], "40")
    qtbot.keyClick(editors["custom.since"], Qt.Key.Key_PageUp)
    for name in ("interest", "speaker"):
        editors[f"custom.{name}"].setFocus()
        qtbot.keyClick(editors[f"custom.{name}"], Qt.Key.Key_Right)
    editors["custom.topics"].setFocus()
    qtbot.keyClick(editors["custom.topics"], Qt.Key.Key_Space)
    qtbot.keyClick(editors["custom.topics"], Qt.Key.Key_Right)
    qtbot.keyClick(editors["custom.topics"], Qt.Key.Key_Space)
    editors["custom.city"].setFocus()
    qtbot.keyClick(editors["custom.city"], Qt.Key.Key_Down)
    qtbot.keyClick(editors["custom.city"], Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: not page.editing)
    saved = custom_of(laptop)
    since = saved.pop("since")
    assert since > to_text(utc_now())[:10]
    assert saved == {
        "hobby": "跑步", "beds": 40, "city": "城市甲", "interest": "高血压", "speaker": False,
        "topics": ["心力衰竭", "高血压"],
    }  # fmt: skip
    shown = page.findChild(Label, "doctor_profile_custom_hobby")
    assert shown is not None
    qtbot.waitUntil(lambda: page.findChild(Label, "doctor_profile_custom_hobby").text() == "跑步")  # type: ignore[union-attr]
    undo(window, qtbot)
    qtbot.waitUntil(lambda: custom_of(laptop) is None)


def test_the_tab_key_reaches_every_field_and_each_has_a_name(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot, laptop)
    page.edit()
    own = [editor.control for name, editor in page.editor.editors.items() if name.startswith("custom.")]
    assert [one.accessibleName() for one in own] == [
        "爱好", "管床数", "从业日期", "学术兴趣", "讲课主题", "院内讲者", "求学城市",
    ]  # fmt: skip
    own[0].setFocus()
    for before, after in pairwise(own):
        qtbot.keyClick(before, Qt.Key.Key_Tab)
        assert after.hasFocus(), after.objectName()


def test_what_is_wrong_is_said_at_its_field_in_the_language_shown(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, qapp: QApplication
) -> None:
    page = opened(window, qtbot, laptop)
    page.edit()
    beds = page.editor.editors["custom.beds"]
    qtbot.keyClicks(beds.control, "many")
    page.editor.save()
    assert page.editing
    assert beds.error_label.text() == "“管床数”的格式不对。请改成示例那样再保存。"
    assert beds.control.hasFocus()
    app.dress(qapp, language.ENGLISH, theme.DARK)
    qtbot.waitUntil(lambda: beds.control.accessibleName() == "Beds")
    page.editor.save()
    assert beds.error_label.text() == "'Beds' has the wrong form. Correct it and save again."
    assert beds.control.accessibleName() == "Beds"
    assert page.editor.editors["custom.speaker"].name_label.text() == "院内讲者"  # no English name: the Chinese one
    chips = page.editor.editors["custom.topics"].control
    assert isinstance(chips, Picklist)
    assert [pick.text() for pick in chips._picks] == ["Heart failure", "Hypertension", "Lipids"]
    beds.set_value(None)
    page.editor.leave()


def test_a_change_made_meanwhile_offers_the_merge_of_that_key_alone(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    page = opened(window, qtbot, laptop)
    page.edit()
    page.editor.editors["custom.hobby"].set_value("跑步")
    page.editor.editors["custom.topics"].set_value(["高血压"])
    laptop.server_edits("doctor", "曾庆华", custom={"hobby": "下棋", "topics": ["血脂管理"], "beds": 7})
    qtbot.waitUntil(lambda: "custom.hobby" in page.editor._choices)
    assert list(page.editor._choices) == ["custom.hobby"]
    page.editor._choices["custom.hobby"].choose("theirs")
    page.editor.save()
    qtbot.waitUntil(lambda: not page.editing)
    assert custom_of(laptop) == {"hobby": "下棋", "topics": ["血脂管理", "高血压"], "beds": 7}


def test_a_draft_comes_back_with_its_company_fields(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page = opened(window, qtbot, laptop)
    page.edit()
    type_text(page.editor.editors["custom.hobby"].control, "钓鱼")
    page.editor.leave()
    qtbot.waitUntil(lambda: laptop.ask(lambda reads: reads.draft(f"doctor:{laptop.company.ids['曾庆华']}")) is not None)
    page.edit()
    qtbot.waitUntil(lambda: page.editor.editors["custom.hobby"].value() == "钓鱼")


def test_definitions_that_change_are_followed_and_retired_values_stay_in_sight(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    laptop.server_edits("doctor", "曾庆华", custom={"hobby": "跑步", "topics": ["血脂管理"]})
    page = opened(window, qtbot, laptop)
    define(laptop, qtbot, hobby={"retired": True}, topics={"choices": [{"zh": "高血压"}], "name": "题目"})
    page.edit()
    assert "custom.hobby" not in page.editor.editors
    topics = page.editor.editors["custom.topics"]
    assert topics.name_label.text() == "题目"
    assert topics.value() == ["血脂管理"]  # taken away meanwhile: it stays until somebody takes it off
    chips = topics.control
    assert isinstance(chips, Picklist)
    chips.choose("高血压")
    page.editor.save()
    qtbot.waitUntil(lambda: not page.editing)
    assert custom_of(laptop) == {"hobby": "跑步", "topics": ["血脂管理", "高血压"]}
    qtbot.waitUntil(lambda: page.findChild(Label, "doctor_profile_custom_hobby") is not None)


def test_a_new_doctor_is_made_with_them(
    window: MainWindow, laptop: Laptop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = QSize(1350, 700)  # 1366 x 768 with a task bar
    for module in (room, form_dialog):
        monkeypatch.setattr(module, "room_for", lambda _window: screen)
    page = opened_list(window, qtbot)
    page.new_doctor()
    dialog = page.findChild(NewDoctorDialog)
    assert isinstance(dialog, NewDoctorDialog)
    assert dialog.height() <= 700
    type_text(dialog.editors["name"].control, "曾庆华")
    qtbot.waitUntil(lambda: dialog.banner.isVisible())  # somebody of that name: the form grows and still fits
    qtbot.waitUntil(lambda: dialog.height() <= screen.height())
    for seen in (dialog.banner, dialog.save_button):
        assert seen.visibleRegion().boundingRect().size() == seen.size()
    dialog.editors["name"].set_value("")
    type_text(dialog.editors["name"].control, "欧阳锋")
    type_text(dialog.editors["custom.hobby"].control, "书法")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(laptop.ask(lambda reads: reads.customers(text="欧阳锋"))))
    (item,) = laptop.ask(lambda reads: reads.customers(text="欧阳锋"))
    assert item.custom == {"hobby": "书法"}


def test_an_institution_shows_and_edits_its_own(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    window.navigate("institution", id=laptop.company.ids["周浦医院"])
    page = window.page("institution")
    assert isinstance(page, InstitutionPage)
    qtbot.waitUntil(lambda: page.title == "周浦医院")
    page.edit()
    own = page.editor.findChild(OwnForm)
    assert own is not None
    assert list(own.editors) == ["custom.floors", "custom.teaching"]
    qtbot.keyClicks(own.editors["custom.floors"].control, "12")
    page.editor.save()
    qtbot.waitUntil(lambda: not page.editing)
    qtbot.waitUntil(lambda: page.findChild(Label, "institution_profile_custom_floors").text() == "12")  # type: ignore[union-attr]


def test_conditions_of_each_kind_narrow_the_list_and_say_so(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    laptop.server_edits("doctor", "曾庆华", custom={"hobby": "跑步", "beds": 40, "topics": ["高血压"], "speaker": True})
    laptop.server_edits("doctor", "仇丽萍", custom={"hobby": "下棋", "beds": 5, "since": "2001-07-01"})
    page = opened_list(window, qtbot)
    page.toggle_panel()
    own = page.panel.own.groups
    assert [group.heading.text() for group in own.values()] == [
        "爱好", "管床数", "从业日期", "学术兴趣", "讲课主题", "院内讲者", "求学城市", "经理评估",
    ]  # fmt: skip
    own["custom.topics"].chips.setFocus()  # type: ignore[attr-defined]
    qtbot.keyClick(own["custom.topics"].chips, Qt.Key.Key_Right)  # type: ignore[attr-defined]
    qtbot.keyClick(own["custom.topics"].chips, Qt.Key.Key_Space)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: names(page) == ["曾庆华"])
    assert page.strip._sentence.text() == "讲课主题：高血压"
    page.clear_filter()
    qtbot.keyClicks(own["custom.beds"]._edit("to"), "9")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: names(page) == ["仇丽萍"])
    assert page.strip._sentence.text() == "管床数 ≤ 9"
    page.clear_filter()
    assert own["custom.beds"].wanted() == []
    type_text(own["custom.hobby"].edit, "步")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: names(page) == ["曾庆华"])
    assert page.strip._sentence.text() == "爱好 含“步”"
    page.clear_filter()
    own["custom.since"]._day("from").pick("2001-01-01")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: names(page) == ["仇丽萍"])
    page.clear_filter()
    own["custom.speaker"].chips.choose("yes")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: names(page) == ["曾庆华"])
    assert OwnFilterWords().phrases("doctor", page.model.shown.where.custom) == ["院内讲者：是"]
    for group in own.values():
        for control in group.findChildren(QLineEdit) + group.findChildren(Picklist) + group.findChildren(DateField):
            assert group.heading.text() in control.accessibleName(), control.objectName()


def test_a_kept_filter_holds_them_and_institutions_have_their_own(
    window: MainWindow, laptop: Laptop, qtbot: QtBot
) -> None:
    laptop.server_edits("doctor", "曾庆华", custom={"speaker": True})
    page = opened_list(window, qtbot)
    page.toggle_panel()
    page.panel.own.groups["custom.speaker"].chips.choose("yes")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: names(page) == ["曾庆华"])
    page.kept.keep("讲者", page.model.shown)
    page.clear_filter()
    qtbot.waitUntil(lambda: page.model.rowCount() == 7)
    page._pick_kept(0)
    qtbot.waitUntil(lambda: names(page) == ["曾庆华"])
    assert [one.value for one in page.panel.own.conditions()] == ["yes"]
    page.bar.kinds.choose("institution")
    assert list(page.panel.own.groups) == ["custom.floors", "custom.teaching"]


def test_the_list_shows_them_as_columns_and_sorts_by_them(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    laptop.server_edits("doctor", "曾庆华", custom={"beds": 40, "topics": ["血脂管理", "高血压"]})
    laptop.server_edits("doctor", "仇丽萍", custom={"beds": 5})
    page = opened_list(window, qtbot)
    assert {"custom.beds", "custom.topics"} <= {one.code for one in columns_of("doctor")}
    page._layouts["doctor"] = (Shown("name"), Shown("custom.beds"), Shown("custom.topics", 200))
    page.table.show_columns(page._layouts["doctor"])
    page._sort_by(1)
    qtbot.waitUntil(lambda: names(page)[:2] == ["仇丽萍", "曾庆华"])
    cells = [page.model.index(1, column).data() for column in (1, 2)]
    assert cells == ["40", "血脂管理、高血压"]
    assert page.model.headerData(1, Qt.Orientation.Horizontal) == "管床数 ↑"


def test_a_conflict_and_a_refusal_are_named_by_the_field(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    doctor = laptop.company.ids["曾庆华"]
    values = {name: {"value": value} for name, value in
              (("base_value", None), ("winner_value", "高血压"), ("loser_value", "心力衰竭"))}  # fmt: skip
    laptop.company.add(
        "conflict", "own", parent_record="doctor", parent_id=doctor, field="custom.interest", state="open", **values
    )
    laptop.server_edits("conflict", "own", winner_at=to_text(utc_now()), loser_at=to_text(utc_now()))
    page = opened(window, qtbot, laptop)
    qtbot.waitUntil(lambda: any("学术兴趣有冲突" in chip.text or "学术兴趣" in chip.text for chip in page.head.chips))
    window.navigate("sync")
    sync = window.page("sync")
    qtbot.waitUntil(lambda: any("学术兴趣" in one.text() for one in sync.findChildren(Label)))
    assert any(one.text() == "心力衰竭" for one in sync.findChildren(Label))
    refused = {"code": "not_in_list", "field": "custom.interest", "record": "doctor"}
    assert words.sentence("invalid", refused, "en").startswith("'Academic interest' is not one of the choices")
    assert "“学术兴趣”已停用" in words.sentence("field_retired", {"field": "custom.interest"}, "zh")
