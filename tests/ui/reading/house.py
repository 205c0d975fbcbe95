"""Every page and every dialog of the program: how each is opened, over a company in which none of them is empty."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from crmdesk.domain.adverse_events import due_at, task_id
from crmdesk.fieldday.shots import rest
from crmdesk.services.commands import SetPreference
from crmdesk.services.customer_filter import Conditions, SavedFilter, kept_filters
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import registry
from crmdesk.ui.pages.customers_page import CustomersPage
from crmdesk.ui.pages.import_page import PREVIEW, RESULT
from crmdesk.ui.pages.plan_side import TARGETS
from crmdesk.ui.pages.sync_put_aside import PutAsideCard
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.ports import Account, PutAside, SyncState
from tests.ui.customers.laptop import Laptop
from tests.ui.customers.small_company import Company, at
from tests.ui.money.money_company import money_company
from tests.ui.plan.planned import add_plans, work_week

REP, MANAGER = ("周晓岚", "rep"), ("王建国", "manager")


def whole_company() -> Company:
    """Return a company with plans, claims, a doctor who is there twice, and an adverse event to report."""
    company = money_company()
    add_plans(company)
    here = {"territory_id": company.ids["浦东一区"], "status": "under_review"}
    company.add("doctor", "twin", name="曾庆华", title="resident", note="下午在", **here)
    pair = {"doctor_id": company.ids["twin"], "institution_id": company.ids["上海市东方医院"], "is_primary": True}
    company.add("affiliation", "twin place", **pair)
    visit = company.ids["v4"]
    company.ids["ae2"] = task_id(visit)
    company.add(
        "adverse_event", "ae2", parent_record="visit", parent_id=visit, doctor_ids=[company.ids["曾庆华"]],
        product_ids=[company.ids["安络平"]], heard_at=at(0, 0), due_at=due_at(at(0, 0)), heard="皮疹", state="open",
    )  # fmt: skip
    mine = here | {"owner_id": company.ids["周晓岚"]}
    mine.pop("status")
    off = {"starts_on": work_week().isoformat(), "ends_on": work_week().isoformat(), "part": "morning"}
    company.add("day_off", "off", kind="training", **off, **mine)
    return company


@dataclass(frozen=True, slots=True)
class Place:
    """A page as it can be met: `args` are keys of the company's ids; `tab` presses what shows another part of it."""

    name: str
    page: str
    role: tuple[str, str] = REP
    args: tuple[tuple[str, str], ...] = ()

    def show(self, window: MainWindow, laptop: Laptop) -> None:
        """Go there."""
        ids = laptop.company.ids
        window.navigate(self.page, **{name: ids.get(key, key) for name, key in self.args})


def places() -> list[Place]:
    """Return every page of the registry, those with several faces several times."""
    week = work_week().isoformat()
    return [
        Place("today", "today"),
        Place("today_manager", "today", MANAGER),
        Place("customers", "customers"),
        Place("doctor", "doctor", args=(("id", "曾庆华"),)),
        Place("doctor_manager", "doctor", MANAGER, (("id", "曾庆华"),)),
        Place("institution", "institution", args=(("id", "上海市东方医院"),)),
        Place("plan", "plan", args=(("date", week),)),
        Place("plan_manager", "plan", MANAGER, (("date", week),)),
        Place("duplicates", "duplicates"),
        Place("duplicates_manager", "duplicates", MANAGER),
        Place("visit", "visit"),
        Place("visit_report", "visit", args=(("id", "p1"),)),
        Place("visit_submitted", "visit", args=(("id", "v1"),)),
        Place("expenses", "expenses"),
        Place("expense_draft", "expenses", args=(("id", "指南解读会草稿"),)),
        Place("approvals", "approvals", MANAGER),
        Place("team", "team", MANAGER),
        Place("import", "import"),
        Place("sync", "sync"),
        Place("settings", "settings"),
    ]


def shown(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until nothing that was asked is still on its way, and the layouts have followed."""
    rest()
    qtbot.waitUntil(lambda: not window.bridge.waiting)


@dataclass(frozen=True, slots=True)
class Asked:
    """A dialog: the page on which its action stands, and what has to be so before."""

    name: str
    place: Place
    action: str
    before: Callable[[MainWindow, Laptop, QtBot], None] = lambda _window, _laptop, _qtbot: None

    def open(self, window: MainWindow, laptop: Laptop, qtbot: QtBot) -> QDialog:
        """Open it; returns the dialog."""
        self.place.show(window, laptop)
        shown(qtbot, window)
        self.before(window, laptop, qtbot)
        shown(qtbot, window)
        action = window.findChild(QAction, f"{self.action}_action")
        assert action is not None, self.action
        assert action.isEnabled(), self.action
        action.trigger()
        found: list[QDialog] = []

        def there() -> bool:
            found[:] = [one for one in window.findChildren(QDialog) if one.isVisible()]
            return bool(found)

        qtbot.waitUntil(there)
        shown(qtbot, window)
        return found[0]


def _first_row(window: MainWindow, _laptop: Laptop, qtbot: QtBot) -> None:
    page = window.page("customers")
    assert isinstance(page, CustomersPage)
    qtbot.waitUntil(lambda: page.table.model().rowCount() > 0)
    page.table.selectAll()


def _kept_filter(window: MainWindow, laptop: Laptop, _qtbot: QtBot) -> None:
    kept = kept_filters((SavedFilter("到期", "doctor", where=Conditions(due=("visit",))),))
    laptop.desk.submit(SetPreference("customer_filters", kept)).result(10)
    window.navigate("customers")


def _narrowed(window: MainWindow, _laptop: Laptop, _qtbot: QtBot) -> None:
    page = window.page("customers")
    assert isinstance(page, CustomersPage)
    page.filter.setText("曾")


def _block(key: str) -> Callable[[MainWindow, Laptop, QtBot], None]:
    def choose(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
        page: Any = window.page("plan")
        qtbot.waitUntil(lambda: page.grid.block(laptop.company.ids[key]) is not None)
        page.grid.choose(laptop.company.ids[key])

    return choose


def _unsure_hospital(window: MainWindow, _laptop: Laptop, qtbot: QtBot) -> None:
    page: Any = window.page("import")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "名单.csv"
        path.write_text("姓名,医院\n周一,上海市东方医院南院\n", "utf-8")
        page.open_file(path)
        qtbot.waitUntil(lambda: page.state == PREVIEW and page.preview is not None)
        page.start()
        qtbot.waitUntil(lambda: page.state == RESULT)


def _imported(window: MainWindow, laptop: Laptop, qtbot: QtBot) -> None:
    page: Any = window.page("import")
    preview = laptop.desk.imports.preview("姓名,医院\n周一,上海市东方医院\n".encode())
    laptop.desk.imports.run(preview, preview.mapping).result(60)
    page.enter()
    qtbot.waitUntil(page.back_button.isVisible)


def _signed_out(window: MainWindow, _laptop: Laptop, _qtbot: QtBot) -> None:
    page: Any = window.page("sync")
    page.sync_changed(SyncState("blocked", "signed_out"))


def _older_data(window: MainWindow, _laptop: Laptop, qtbot: QtBot) -> None:
    session, page = window.context.session, cast(Any, window.page("sync"))
    found: Future[list[PutAside]] = Future()
    found.set_result([PutAside("1", "2026-11-20T01:02:03.004Z", "passphrase")])
    cast(Any, session).put_aside = lambda: found
    page.enter()
    qtbot.waitUntil(lambda: page.findChild(PutAsideCard) is not None)


def _no_key_ring(window: MainWindow, _laptop: Laptop, _qtbot: QtBot) -> None:
    session: Any = window.context.session
    session.known_account = lambda: Account("zhou.xl", "https://crm.example.com", "周晓岚", True)
    window.page("settings").enter()


def dialogs() -> list[Asked]:
    """Return every dialog that an action opens."""
    by_name = {one.name: one for one in places()}
    return [
        Asked("key_map", by_name["settings"], "show_keys"),
        Asked("passphrase", by_name["settings"], "change_passphrase", _no_key_ring),
        Asked("backup", by_name["settings"], "backup_make"),
        Asked("put_back", by_name["settings"], "backup_put_back"),
        Asked("plan_visit", by_name["today"], "today_plan"),
        Asked("new_visit", by_name["visit"], "visit_new"),
        Asked("adverse_event", by_name["today"], "today_start", _event_first),
        Asked("new_doctor", by_name["customers"], "customers_new_doctor"),
        Asked("new_institution", by_name["customers"], "customers_new_institution"),
        Asked("columns", by_name["customers"], "customers_columns"),
        Asked("doctor_place", by_name["doctor"], "doctor_place"),
        Asked("filter_name", by_name["customers"], "customers_save_filter", _narrowed),
        Asked("filters", by_name["customers"], "customers_arrange_filters", _kept_filter),
        Asked("batch", by_name["customers"], "customers_batch", _first_row),
        Asked("move", by_name["plan"], "plan_move", _block("w1")),
        Asked("repeat", by_name["plan"], "plan_repeat", _block("w1")),
        Asked("day_off", by_name["plan"], "plan_day_off"),
        Asked("propose", by_name["plan"], "plan_propose"),
        Asked("answer", by_name["plan_manager"], "plan_answer", _targets),
        Asked("cycle", by_name["plan_manager"], "plan_cycle"),
        Asked("export", by_name["customers"], "customers_export"),
        Asked("call_back", by_name["doctor_manager"], "doctor_call_back"),
        Asked("hospitals", by_name["import"], "import_decide", _unsure_hospital),
        Asked("take_back", by_name["import"], "import_take_back", _imported),
        Asked("bring_back", by_name["sync"], "sync_bring_back", _older_data),
        Asked("throw_away", by_name["sync"], "sync_throw_away", _older_data),
        Asked("sign_in_again", by_name["sync"], "sync_sign_in", _signed_out),
    ]


def _event_first(window: MainWindow, _laptop: Laptop, _qtbot: QtBot) -> None:
    page: Any = window.page("today")
    page.rows.choose_row(0)


def _targets(window: MainWindow, _laptop: Laptop, _qtbot: QtBot) -> None:
    page: Any = window.page("plan")
    page.side.tabs.setCurrentIndex(TARGETS)
    page.side.lists[TARGETS].choose_row(0)


def day_before(days: int) -> date:
    """Return the date so many days ago."""
    return today() - timedelta(days=days)


def pages_without_a_place() -> set[str]:
    """Return the pages of the registry that `places` forgets."""
    return {spec.name for spec in registry.SPECS} - {one.page for one in places()}


def every_dialog_class(base: type[QWidget] = QDialog) -> set[str]:
    """Return the names of the program's dialog classes that people meet."""
    found = set()
    for one in base.__subclasses__():
        found |= every_dialog_class(one)
        if one.__module__.startswith("crmdesk.") and not one.__subclasses__():
            found.add(one.__name__)
    return found
