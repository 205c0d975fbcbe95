"""A store of before the company fields gets their table and columns, and fetches its customers once more."""

from typing import Any

from crmdesk.domain.ids import new_id
from crmdesk.storage import driver as raw
from crmdesk.storage import inbox, migrations, rows
from crmdesk.storage.tables import ROWS


def older(open_store: Any, wire: Any, key: bytes) -> tuple[Any, str]:
    """Return the folder of a store as version 7 left it, with a doctor in it, and the doctor's id."""
    store = open_store()
    doctor = wire.row("doctor", name="王伟")
    with store.writing() as work:
        inbox.apply_head(work, wire.head("c", wire.scope))
        inbox.apply_page(work, wire.page({"doctor": [doctor]}, first=True))
    store.close()
    driver = raw.connect(store.folder / "crmdesk.db", key)
    driver.execute("DROP TABLE row_custom_field")
    for record in ("doctor", "institution"):
        driver.execute(f"ALTER TABLE row_{record} DROP COLUMN custom")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name >= '0008'")
    driver.execute("PRAGMA user_version = 7")
    driver.close()
    return store.folder, doctor["id"]


def test_an_older_store_gets_the_table_and_the_columns_and_keeps_its_rows(
    open_store: Any, wire: Any, key: bytes
) -> None:
    folder, doctor = older(open_store, wire, key)
    store = open_store(folder)
    with store.writing() as work:
        assert work.driver.execute("PRAGMA user_version").fetchone() == (len(migrations.STEPS),)
        names = [row[1] for row in work.driver.execute("PRAGMA table_info(row_custom_field)").fetchall()]
        assert names == [column.name for column in ROWS["custom_field"].columns]
        held = rows.read(work.driver, "doctor", doctor)
        assert held is not None
        assert (held.values["name"], held.values["custom"]) == ("王伟", None)
        work.edit("doctor", doctor, {"custom": {"hobby": "跑步"}}, 1, new_id())
        held = rows.read(work.driver, "doctor", doctor)
        assert held is not None
        assert held.values["custom"] == {"hobby": "跑步"}


def test_its_customers_are_fetched_once_more_and_a_new_store_fetches_nothing_twice(
    open_store: Any, wire: Any, key: bytes
) -> None:
    folder, doctor = older(open_store, wire, key)
    store = open_store(folder)
    with store.reading() as connection:
        assert inbox.purged_scopes(connection) == ["c", wire.scope]
    again = wire.row("doctor", name="王伟", custom={"hobby": "下棋"}) | {"id": doctor}
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [again]}, first=True))
        held = rows.read(work.driver, "doctor", doctor)
        assert held is not None
        assert held.values["custom"] == {"hobby": "下棋"}
    with store.reading() as connection:
        assert inbox.purged_scopes(connection) == []
    store.close()
    with open_store(folder).reading() as connection:
        assert inbox.purged_scopes(connection) == []


def test_a_store_of_before_the_fields_of_visits_gets_their_column_and_fetches_anew(
    open_store: Any, wire: Any, key: bytes
) -> None:
    store, visit = open_store(), wire.row("visit", note="写过的")
    with store.writing() as work:
        inbox.apply_head(work, wire.head("c", wire.scope))
        inbox.apply_page(work, wire.page({"visit": [visit]}, first=True))
    store.close()
    driver = raw.connect(store.folder / "crmdesk.db", key)
    driver.execute("ALTER TABLE row_visit DROP COLUMN custom")
    for column in ("unit", "unit_en", "places"):
        driver.execute(f"ALTER TABLE row_custom_field DROP COLUMN {column}")
    driver.execute("DROP TABLE row_company_rule")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name >= '0012'")
    driver.execute("PRAGMA user_version = 11")
    driver.close()
    store = open_store(store.folder)
    with store.reading() as connection:
        assert inbox.purged_scopes(connection) == ["c", wire.scope]
    with store.writing() as work:
        work.edit("visit", visit["id"], {"custom": {"waited": 10}}, 1, new_id())
        held = rows.read(work.driver, "visit", visit["id"])
        assert held is not None
        assert (held.values["note"], held.values["custom"]) == ("写过的", {"waited": 10})


def test_pending_edits_are_laid_over_key_by_key(open_store: Any, wire: Any) -> None:
    store, doctor, me = open_store(), wire.row("doctor", name="王伟", custom={"hobby": "跑步"}), new_id()
    with store.writing() as work:
        inbox.apply_head(work, wire.head("c", wire.scope))
        inbox.apply_page(work, wire.page({"doctor": [doctor]}, first=True))
        work.edit("doctor", doctor["id"], {"custom": {"beds": 40, "hobby": "跑步"}}, 1, me)
        newer = doctor | {"revision": 2, "custom": {"hobby": "下棋", "topics": ["心衰"]}}
        inbox.apply_page(work, wire.page({"doctor": [newer]}, cursor="c2"))
        held = rows.read(work.driver, "doctor", doctor["id"])
        assert held is not None
        assert held.values["custom"] == {"beds": 40, "hobby": "下棋", "topics": ["心衰"]}


def test_a_store_of_before_the_calendar_gets_its_table_and_fetches_the_companys_rows_anew(
    open_store: Any, wire: Any, key: bytes
) -> None:
    store = open_store()
    with store.writing() as work:
        inbox.apply_head(work, wire.head("c", wire.scope))
        inbox.apply_page(work, wire.page({"doctor": [wire.row("doctor", name="王伟")]}, first=True))
    store.close()
    driver = raw.connect(store.folder / "crmdesk.db", key)
    driver.execute("DROP TABLE row_company_calendar")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name >= '0015'")
    driver.execute("PRAGMA user_version = 14")
    driver.close()
    with open_store(store.folder).reading() as connection:
        assert inbox.purged_scopes(connection) == ["c"], "not the territories"
        assert connection.execute("SELECT count(*) FROM row_company_calendar").scalar() == 0


def test_what_was_typed_before_drafts_moved_is_still_there(open_store: Any, key: bytes) -> None:
    store = open_store()
    store.close()
    driver = raw.connect(store.folder / "crmdesk.db", key)
    driver.execute("DROP TABLE draft")
    driver.execute("CREATE TABLE draft (key TEXT NOT NULL PRIMARY KEY, content TEXT NOT NULL, saved_at TEXT NOT NULL)")
    driver.execute("INSERT INTO draft VALUES ('visit:new', '{\"note\":\"谈了指南\"}', '2026-11-20T08:00:00.000Z')")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name >= '0018'")
    driver.execute("PRAGMA user_version = 17")
    driver.close()
    with open_store(store.folder).writing() as work:
        assert work.draft("visit:new") == {"note": "谈了指南"}
        work.save_draft("visit:new", {"note": "谈了指南更新"})
        made = work.driver.execute("SELECT sql FROM sqlite_master WHERE tbl_name LIKE 'draft%'").fetchall()
    assert len(made) == 1
    assert "WITHOUT ROWID" in made[0][0]
