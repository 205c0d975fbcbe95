"""Company fields as what a column becomes: guessed by name, offered by name in both languages, imported with checks."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crmdesk.ui import app, language, theme
from crmdesk.ui.pages.import_page import ImportPage
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.own_fields import define
from tests.ui.intake.test_import_page import imported, previewed

SHEET = (
    "姓名,医院,科室,爱好,管床数,讲课主题,经理评估,處 方 量\n"
    "欧阳锋,上海市东方医院,心血管内科,蛇,40,高血压、Lipids,高,9\n"
    "洪七,上海市东方医院,心血管内科,,很多,厨艺,,\n"
)


def test_columns_become_company_fields_and_what_does_not_fit_is_listed(
    page: ImportPage, laptop: Laptop, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    define(laptop, qtbot)
    path = tmp_path / "名单.csv"
    path.write_text(SHEET, "utf-8")
    previewed(page, qtbot, path)
    mapping = page.table.mapping()
    assert mapping[3] == "doctor.custom.hobby"
    assert 6 not in mapping  # the assessment is the manager's
    assert 7 not in page.table._combos
    combo = page.table._combos[4]
    offered = [combo.itemText(place) for place in range(combo.count())]
    assert {"爱好", "管床数", "讲课主题"} <= set(offered)
    assert "经理评估" not in offered
    app.dress(qapp, language.ENGLISH, theme.LIGHT)
    qtbot.waitUntil(lambda: "Lecture topics" in [combo.itemText(place) for place in range(combo.count())])
    for column, target in ((4, "doctor.custom.beds"), (5, "doctor.custom.topics")):
        chosen = page.table._combos[column]
        chosen.setCurrentIndex(chosen.findData(target))
    imported(page, qtbot)
    (found,) = laptop.ask(lambda reads: reads.customers(text="欧阳锋"))
    assert found.custom == {"hobby": "蛇", "beds": 40, "topics": ["血脂管理", "高血压"]}
    (other,) = laptop.ask(lambda reads: reads.customers(text="洪七"))
    assert other.custom == {}
