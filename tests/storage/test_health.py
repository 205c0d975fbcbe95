"""The health check finds what it is for, and the search index can be made anew."""

from typing import Any

from crmdesk.storage import health, inbox, search
from crmdesk.storage.store import Store


def filled(store: Store, wire: Any) -> None:
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [wire.row("doctor", name="王伟") for _ in range(5)]}))


def test_a_sound_store_says_so(store: Store, wire: Any) -> None:
    filled(store, wire)
    found = health.check(store)
    assert found.sound
    assert found.rows["doctor"] == 5


def test_drift_in_digests_and_search_is_found_and_search_mended(store: Store, wire: Any, monkeypatch: Any) -> None:
    filled(store, wire)
    with store.writing() as work:
        work.driver.execute("UPDATE row_doctor SET revision = 9 WHERE rowid = 1")
        work.driver.execute("DELETE FROM search_doctor WHERE rowid = 1")
        # as many entries as rows, and yet a doctor that nobody finds
        work.driver.execute("INSERT INTO search_doctor(rowid, name, py, tail) VALUES (99, '', '', '')")
    found = health.check(store)
    assert (found.sound, found.digests, found.search) == (False, [f"{wire.scope} doctor"], ["search_doctor"])
    monkeypatch.setattr(health, "_ENTRIES_AT_ONCE", 2)
    health.rebuild_search(store)
    assert health.check(store).search == []
    with store.reading() as connection:
        assert len(search.find(connection, "ww")) == 5


def test_a_page_with_a_flipped_byte_is_found(open_store: Any, wire: Any) -> None:
    store = open_store()
    filled(store, wire)
    assert health.check(store).sound
    with store.reading() as connection:  # a page that opening the store does not read
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'row_department'"
        page = int(connection.execute(root).scalar())
    store.close()
    path = store.folder / "crmdesk.db"
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 + 2000] ^= 1
    path.write_bytes(content)
    again = open_store()
    with again.unshared() as driver:
        assert driver.execute("PRAGMA cipher_integrity_check").fetchall() != []
