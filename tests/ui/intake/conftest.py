"""The real window of the representative for the tests of the import page, and small files to import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.import_page import ImportPage
from tests.ui.customers.laptop import Laptop, window_before
from tests.ui.customers.small_company import small_company


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    """The representative's laptop with the small company."""
    with closing(Laptop(tmp_path / "store", small_company())) as made:
        yield made


@pytest.fixture
def window(qtbot: QtBot, laptop: Laptop) -> Iterator[MainWindow]:
    """The main window, shown and ready for keys."""
    with window_before(laptop, qtbot) as made:
        yield made


@pytest.fixture
def page(window: MainWindow) -> ImportPage:
    """The import page, shown."""
    window.navigate("import")
    made = window.page("import")
    assert isinstance(made, ImportPage)
    return made


@pytest.fixture
def doctors(tmp_path: Path) -> Path:
    """Four doctors in GB18030: one known already, one twice, one without a name, one with HTML for a name."""
    path = tmp_path / "医生名单.csv"
    lines = (
        "医生姓名,医院,科室,职称,处方数量",
        "曾庆华,上海市东方医院,心血管内科,主任医师,12",
        "欧阳锋,上海市东方医院,心血管内科,主治医师,7",
        "欧阳锋,上海市东方医院,心血管内科,主治医师,7",
        ",上海市东方医院,心血管内科,主治医师,3",
        "<b>李</b>四,周浦医院,肾内科,主治医师,1",
    )
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    return path
