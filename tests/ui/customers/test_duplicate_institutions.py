"""Institutions that may be one: found, compared, proposed by a representative, merged and restored by a manager."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from crmdesk.domain.clock import to_text, utc_now
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import INSTITUTION, wire_columns
from crmdesk.protocol.messages import Page, RowGroup
from crmdesk.services import reads_merges
from crmdesk.services.commands import ChangeSet
from crmdesk.storage import inbox, outbox, search
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.duplicates_page import DuplicatesPage
from crmdesk.ui.parts.notices import Banner
from tests.ui.customers.duplicates import duplicates_page
from tests.ui.customers.laptop import Laptop, undo
from tests.ui.customers.small_company import Company, small_company

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
KEPT, OTHER = "上海市东方医院", "东方医院"


def twin(company: Company) -> None:
    """Let a hospital of the company be there twice, with a department and a doctor of its own."""
    place = {"territory_id": company.ids["浦东一区"], "under_review": True}
    own = {"phone": "021-38804518", "postcode": "200120", "specialities": ["心血管"], "reception_rules": "周五下午"}
    company.add("institution", OTHER, name=OTHER, city="上海市", aliases=["同济附属东方"], **own, **place)
    company.add("department", "room", institution_id=company.ids[OTHER], name="心血管内科")
    pair = {"doctor_id": company.ids["解明"], "institution_id": company.ids[OTHER], "is_primary": False}
    company.add("affiliation", "place", department_id=company.ids["room"], **pair)


@pytest.fixture
def company() -> Company:
    """The small company, in which a hospital is there twice."""
    made = small_company()
    twin(made)
    return made


@pytest.fixture
def page(qtbot: QtBot, desk: Laptop) -> Iterator[DuplicatesPage]:
    """The page in the real window, opened by Alt+D from the institutions."""
    with duplicates_page(desk, qtbot, "institution", 5) as made:
        yield made


def commands(laptop: Laptop) -> list[tuple[str, str, str]]:
    with laptop.store.reading() as connection:
        pending = [one.operation for one in outbox.pending_operations(connection)]
    return [(one.record, one.kind, one.command) for one in pending]


def test_the_pair_is_found_with_its_reason_and_both_sides(page: DuplicatesPage, desk: Laptop, role: str) -> None:
    assert page.header.title == "可能重复的机构"
    assert [page._model.row(at).key for at in range(page._model.rowCount())] == [
        ":".join(sorted(desk.company.ids[name] for name in (KEPT, OTHER)))
    ]
    view = page._view
    assert view is not None
    assert (view.kept.row["name"], view.other.row["name"]) == (KEPT, OTHER), "the reviewed one is kept at first"
    assert (view.other.departments, len(view.other.affiliations)) == (1, 1)
    names = [line.name for line in page.compare.lines]
    assert names == ["name", "postcode", "phone", "specialities", "reception_rules"]
    assert page.buttons["duplicates_merge"].isVisible() is (role == "manager")
    assert page.buttons["duplicates_propose"].isVisible() is (role == "rep")
    assert "1 个科室、1 位医生" in page._result.text()
    assert "别名" in page._result.text()


@pytest.mark.parametrize("role", ["rep"], indirect=True)
def test_a_representative_proposes_and_withdraws(page: DuplicatesPage, desk: Laptop, qtbot: QtBot) -> None:
    qtbot.keyClick(page.list, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: commands(desk) == [("institution_merge", "create", "")])
    qtbot.waitUntil(lambda: [one.state for one in page._merges.values()] == ["proposed"])
    (merge,) = page._merges.values()
    assert (merge.kept_name, merge.other_name) == (KEPT, OTHER)
    assert set(merge.row["take"]) == {"postcode", "reception_rules:both", "specialities:both"}
    page.list.choose(merge.row.id)
    qtbot.waitUntil(lambda: page.buttons["duplicates_withdraw"].isVisible())
    qtbot.keyClick(page.list, Qt.Key.Key_B, CTRL)
    qtbot.waitUntil(lambda: desk.ask(lambda reads: reads.merges("institution")) == [])


@pytest.mark.parametrize("role", ["manager"], indirect=True)
def test_a_manager_chooses_and_merges_and_takes_it_back(page: DuplicatesPage, desk: Laptop, qtbot: QtBot) -> None:
    line = next(one for one in page.compare.lines if one.name == "name")
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(line.width() // 2 + 120, line.height() // 2))
    qtbot.keyClick(page.list, Qt.Key.Key_Return, CTRL)
    wanted = [("institution_merge", "create", ""), ("institution_merge", "command", "merge")]
    qtbot.waitUntil(lambda: commands(desk) == wanted)
    with desk.store.reading() as connection:
        args = outbox.pending_operations(connection)[-1].operation.args
    assert "name" in args["take"]
    window = page.window()
    assert isinstance(window, MainWindow)
    qtbot.waitUntil(lambda: page._model.rowCount() == 1 and page._model.row(0).state == "等待发送")  # type: ignore[union-attr]
    undo(window, qtbot)
    qtbot.waitUntil(lambda: desk.ask(lambda reads: reads.merges("institution")) == [])


@pytest.mark.parametrize("role", ["manager"], indirect=True)
def test_what_was_merged_is_told_on_both_pages_and_can_be_restored(
    page: DuplicatesPage, desk: Laptop, qtbot: QtBot
) -> None:
    ids, merge_id = desk.company.ids, new_id()
    moved = {"name": OTHER, "fields": {}, "changed": [], "ended": [["institution", ids[OTHER]]]}
    row = {
        "id": merge_id, "territory_id": ids["浦东一区"], "owner_id": ids["周晓岚"], "institution_id": ids[KEPT],
        "other_id": ids[OTHER], "take": [], "state": "done", "decided_by": ids["王建国"], "moved": moved,
        "decided_at": to_text(utc_now()),
    }  # fmt: skip
    desk.receive({"institution_merge": [row]})
    group = RowGroup("institution", list(wire_columns(INSTITUTION)), [], deleted=[ids[OTHER]])
    with desk.store.writing() as work:
        inbox.apply_page(work, Page(f"t:{ids['浦东一区']}", [group], "99", complete=True))
    desk.desk.publish(ChangeSet({"institution": (ids[OTHER],), "institution_merge": (merge_id,)}, "remote"))
    qtbot.waitUntil(lambda: [one.state for one in page._merges.values()] == ["done"])
    page.list.choose(merge_id)
    qtbot.waitUntil(lambda: page.buttons["duplicates_restore"].isVisible())
    view = page._view
    assert view is not None
    assert (view.other.row["name"], view.differing) == (OTHER, ())
    assert not page.buttons["duplicates_merge"].isVisible()
    window = page.window()
    assert isinstance(window, MainWindow)
    window.navigate("institution", id=ids[KEPT])
    banner = window.page("institution").findChild(Banner, "institution_banner")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: banner.text == "东方医院 已合并进来，可以恢复。")
    window.navigate("duplicates")
    qtbot.waitUntil(lambda: page.buttons["duplicates_restore"].isVisible())
    qtbot.keyClick(page.list, Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: commands(desk) == [("institution_merge", "command", "restore")])


def test_a_pair_that_is_two_is_put_away_and_the_other_kind_is_a_click_away(
    page: DuplicatesPage, desk: Laptop, qtbot: QtBot
) -> None:
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page._empty.isVisible())
    assert commands(desk) == []
    page.kinds.choose("doctor")
    assert page.header.title == "可能重复的医生"
    page.kinds.choose("institution")
    qtbot.waitUntil(lambda: page._empty.isVisible())
    assert page.header.title == "可能重复的机构"


@pytest.mark.parametrize("role", ["manager"], indirect=True)
def test_the_page_of_the_institution_tells_of_a_proposal(page: DuplicatesPage, desk: Laptop, qtbot: QtBot) -> None:
    ids, window = desk.company.ids, page.window()
    row = {
        "id": new_id(), "territory_id": ids["浦东一区"], "owner_id": ids["周晓岚"], "institution_id": ids[KEPT],
        "other_id": ids[OTHER], "take": [], "state": "proposed",
    }  # fmt: skip
    desk.receive({"institution_merge": [row]})
    desk.desk.publish(ChangeSet({"institution_merge": (row["id"],)}, "remote"))
    assert isinstance(window, MainWindow)
    window.navigate("institution", id=ids[KEPT])
    banner = window.page("institution").findChild(Banner, "institution_banner")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: banner.isVisible() and "周晓岚 提议把 东方医院 合并到 上海市东方医院" in banner.text)
    qtbot.keyClick(window.page("institution").people, Qt.Key.Key_D, ALT)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: window.shown == "duplicates")
    qtbot.waitUntil(lambda: page.buttons["duplicates_decline"].isVisible())
    qtbot.keyClick(page.list, Qt.Key.Key_D, CTRL)
    qtbot.waitUntil(lambda: commands(desk) == [("institution_merge", "command", "decline")])


def test_the_page_of_the_institution_says_which_may_be_the_same(
    page: DuplicatesPage, desk: Laptop, qtbot: QtBot
) -> None:
    ids, window = desk.company.ids, page.window()
    assert isinstance(window, MainWindow)
    window.navigate("institution", id=ids[OTHER])
    banner = window.page("institution").findChild(Banner, "institution_banner")  # type: ignore[attr-defined]
    wanted = "可能与上海市东方医院（上海市）是同一家机构：只多了或少了上级地名。"
    qtbot.waitUntil(lambda: banner.text == wanted)
    window.navigate("institution", id=ids["周浦医院"])
    qtbot.waitUntil(lambda: window.page("institution").title == "周浦医院")
    assert not banner.isVisible(), "what was said of another one is not said here"
    window.navigate("institution", id=ids[KEPT])
    qtbot.waitUntil(lambda: "东方医院" in banner.text)
    banner.acted.emit()
    qtbot.waitUntil(lambda: window.shown == "duplicates" and page._view is not None)
    assert page._view is not None
    assert {page._view.kept.row.id, page._view.other.row.id} == {ids[KEPT], ids[OTHER]}


def test_who_opens_an_institution_that_was_merged_comes_to_the_one_that_is_kept(
    page: DuplicatesPage, desk: Laptop, qtbot: QtBot
) -> None:
    ids, window = desk.company.ids, page.window()
    assert isinstance(window, MainWindow)
    window.navigate("institution", id=ids[OTHER])
    qtbot.waitUntil(lambda: window.page("institution").title == OTHER)
    row = {
        "id": new_id(), "territory_id": ids["浦东一区"], "owner_id": ids["王建国"], "institution_id": ids[KEPT],
        "other_id": ids[OTHER], "take": [], "state": "done", "moved": {"name": OTHER}, "decided_at": to_text(utc_now()),
    }  # fmt: skip
    desk.receive({"institution_merge": [row]})
    desk.server_edits("institution", OTHER, deleted=True)
    qtbot.waitUntil(lambda: window.page("institution").title == KEPT)
    assert "东方医院 已合并到 上海市东方医院" in window.toast_part.text
    banner = window.page("institution").findChild(Banner, "institution_banner")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: banner.text == "东方医院 已合并进来，可以恢复。")


def test_in_a_city_with_thousands_of_others_it_is_looked_for_among_those_that_share_rare_characters(
    desk: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = desk.company.ids
    with desk.store.reading() as connection:
        likely = search.sharing(connection, KEPT, 3)
        assert set(likely[:2]) == {ids[KEPT], ids[OTHER]}, "the rarest pair of characters first"
        assert search.sharing(connection, "人民医院", 3) == [], "half of all would be"
    monkeypatch.setattr(reads_merges, "_NEAR", 1)
    (pair,) = desk.ask(lambda reads: reads.duplicates_of(ids[KEPT], "institution"))
    assert {pair.first.id, pair.second.id} == {ids[KEPT], ids[OTHER]}
