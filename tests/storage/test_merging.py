"""The parts of the search index: not merged while a large scope comes in, merged in short commits after it."""

from collections.abc import Callable
from typing import Any

import pytest

from crmdesk.protocol.messages import Page
from crmdesk.storage import inbox, search, search_index
from crmdesk.storage.store import Store
from crmdesk.storage.work import driver_of

PAGES, ROWS = 24, 60


def parts(store: Store) -> int:
    """Return of how many parts the index of the doctors is."""
    with store.reading() as connection:
        found = driver_of(connection).execute("SELECT count(DISTINCT segid) FROM search_doctor_idx").fetchone()
    return int(found[0]) if found else 0


def merges(store: Store) -> bool:
    with store.reading() as connection:
        return search_index.is_merging(driver_of(connection))


def pages(wire: Any) -> list[Page]:
    """Return the pages of a scope that says it starts with many rows."""
    made = []
    for number in range(PAGES):
        rows = [wire.row("doctor", name=f"医生{number}之{at}") for at in range(ROWS)]
        page = wire.page({"doctor": rows}, complete=number == PAGES - 1)
        page.first, page.remaining = number == 0, 5_000 if number == 0 else (PAGES - 1 - number) * ROWS
        made.append(page)
    return made


def take(store: Store, page: Page) -> None:
    with store.writing(comes_again=True) as work:
        inbox.apply_page(work, page)


def test_they_are_merged_after_the_last_page_and_not_before(store: Store, wire: Any) -> None:
    *most, last = pages(wire)
    for page in most:
        take(store, page)
    assert not merges(store)
    assert parts(store) == PAGES - 1
    take(store, last)
    assert merges(store)
    store.merged()
    assert parts(store) <= 4
    with store.reading() as connection:
        assert len(search.find(connection, "医生")) > 0


def test_a_small_scope_is_merged_as_ever(store: Store, wire: Any) -> None:
    page = pages(wire)[0]
    page.remaining = 100
    take(store, page)
    assert merges(store)


def test_a_store_that_is_closed_meanwhile_ends_its_thread(
    open_store: Callable[[], Store], wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    steps: list[int] = []
    monkeypatch.setattr(search_index, "merge_step", lambda _driver: steps.append(1) is None)  # there is always more
    for page in pages(wire):
        take(store, page)
    store.close()
    done = len(steps)
    again = open_store()
    assert len(steps) == done, "nobody merges any more"
    assert merges(again)
