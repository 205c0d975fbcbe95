"""What all rows of a page have in common stands in the statement; what it says is what was sent, whatever that is."""

from typing import Any

import pytest

from crmdesk.storage import inbox, rows
from crmdesk.storage.store import Store


@pytest.mark.parametrize(
    "shared",
    [
        {"note": "O'Neil'); DROP TABLE row_doctor; --", "title": "chief"},
        {"note": 'say "yes"\n?', "title": None},
        {"note": "", "tags": ["讲者"], "mobile": "007"},
        {"note": "x" * 200, "tags": [], "email": "NULL"},
    ],
)
def test_values_that_all_rows_share_arrive_as_they_are(store: Store, wire: Any, shared: dict[str, Any]) -> None:
    sent = [wire.row("doctor", name=f"医生{at}", **shared) for at in range(60)]
    said: list[str] = []
    with store.writing() as work:
        driver: Any = work.driver
        driver.set_trace_callback(said.append)
        inbox.apply_page(work, wire.page({"doctor": sent}))
        driver.set_trace_callback(None)
        held = [rows.read(work.driver, "doctor", one["id"]) for one in sent]
    assert any(one.startswith("INSERT INTO row_doctor") for one in said)
    for one, row in zip(sent, held, strict=True):
        assert row is not None
        assert {name: row.values[name] for name in shared} == shared
        assert (row.values["name"], row.values["revision"], row.values["deleted"]) == (one["name"], 1, False)
        assert row.scopes == (wire.page({}).scope,)


def test_only_plain_text_and_numbers_stand_in_a_statement() -> None:
    alike = {"active": "'active'", "": "''", 1: "1", None: "NULL"}
    assert {one: rows._same([one, one, one]) for one in alike} == alike
    assert [rows._same([one, one]) for one in ("it's", "曾", "a b", "a\n", 'a"')] == [""] * 5
    assert [rows._same(column) for column in ([1, 2], ["a", "b", "a"], [None, "a", None])] == [""] * 3
