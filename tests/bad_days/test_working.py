"""In the middle of the work: a portal on the way, a server killed after its commit; said, and all arrives."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from crmdesk.domain.clock import utc_now
from crmdesk.server.database import Database
from tests.bad_days.seat import PATIENCE_MS, Seat
from tests.bad_days.street import Street
from tests.bad_days.test_signing_in import PORTAL
from tests.server.company import PASSWORD, Company
from tests.server.founded import company_in
from tests.sync.field import Field
from tests.sync.killing_relay import KillingRelay

Sit = Callable[..., Seat]


@pytest.fixture
def street(field: Field) -> Iterator[Street]:
    with contextlib.closing(Street(int(field.address.rsplit(":", 1)[1]))) as made:
        yield made


def _type_phone(here: Seat, doctor_id: str, phone: str) -> None:
    window = here.main
    window.navigate("doctor", id=doctor_id)
    here.qtbot.waitUntil(lambda: bool(here.text("doctor_name_label")), timeout=PATIENCE_MS)
    here.qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_E)
    here.qtbot.waitUntil(lambda: _phone(here) is not None, timeout=PATIENCE_MS)
    edit = _phone(here)
    assert edit is not None
    edit.selectAll()
    here.qtbot.keyClicks(edit, phone)
    here.qtbot.keyClick(edit, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    here.qtbot.waitUntil(lambda: _phone(here) is None, timeout=PATIENCE_MS)


def _phone(here: Seat) -> QLineEdit | None:
    return next((one for one in here.main.findChildren(QLineEdit, "doctor_mobile_edit") if one.isVisible()), None)


def _wait_status(here: Seat, *beginnings: str) -> None:
    """Wait until the status bar says one of these, with what waits here beside it."""

    def it_is_said() -> None:
        assert here.status().startswith(beginnings)
        assert "1 项更改已保存在本机" in here.status()

    here.qtbot.waitUntil(it_is_said, timeout=PATIENCE_MS)


def test_a_portal_on_the_way_is_said_and_nothing_is_lost(seat: Sit, field: Field, street: Street) -> None:
    here = seat(street.address)
    here.sign_in("rep", PASSWORD)
    here.wait_open()
    street.turn(PORTAL)
    _type_phone(here, field.company["north_doctor"], "13966660000")
    here.qtbot.keyClick(here.main, Qt.Key.Key_F5)
    _wait_status(here, "这个网络要先在浏览器里登录")
    assert field.company.row("doctor", field.company["north_doctor"])["mobile"] != "13966660000"
    street.turn()
    here.qtbot.keyClick(here.main, Qt.Key.Key_F5)
    here.wait_synced()
    assert field.company.row("doctor", field.company["north_doctor"])["mobile"] == "13966660000"


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[tuple[KillingRelay, Company]]:
    with company_in(tmp_path, utc_now) as company, contextlib.closing(KillingRelay(company.database.url)) as made:
        yield made, company


def test_the_server_is_killed_in_the_middle_of_a_push(seat: Sit, relay: tuple[KillingRelay, Company]) -> None:
    way, company = relay
    here = seat(way.address)
    here.sign_in("rep", PASSWORD)
    here.wait_open()
    doctor = company["north_doctor"]
    way.armed = True
    _type_phone(here, doctor, "13966660000")
    here.qtbot.keyClick(here.main, Qt.Key.Key_F5)
    here.qtbot.waitUntil(lambda: way.killed == 1, timeout=PATIENCE_MS)
    _wait_status(here, "网络太慢或断了", "离线 · 1 项")
    assert company.row("doctor", doctor)["revision"] == 2, "the commit was before the kill"
    way.start_server()
    here.qtbot.keyClick(here.main, Qt.Key.Key_F5)
    here.wait_synced()
    row = company.row("doctor", doctor)
    assert (row["mobile"], row["revision"]) == ("13966660000", 2), "exactly one effect"
