"""A store of before a record was declared gets its table when it is opened, whichever of the older versions made it."""

from typing import Any

import pytest

from crmdesk.storage import driver as raw
from crmdesk.storage import migrations
from crmdesk.storage.tables import ROWS
from crmdesk.storage.work import UnitOfWork

PLANS = ("cycle_plan", "plan_target", "day_off")
CALL_BACKS = migrations.STEPS.index("0010_call_backs")


def _tables(driver: Any) -> set[str]:
    return {
        row[0] for row in driver.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'index')").fetchall()
    }


@pytest.mark.parametrize(
    ("version", "records"), [(2, PLANS), (3, PLANS), (3, (*PLANS, "call_back")), (CALL_BACKS, ("call_back",))]
)
def test_an_older_store_gets_the_tables_declared_since(
    open_store: Any, key: bytes, version: int, records: tuple[str, ...]
) -> None:
    store = open_store()
    folder = store.folder
    store.close()
    driver = raw.connect(folder / "crmdesk.db", key)
    before = _tables(driver)
    for record in records:
        driver.execute(f"DROP TABLE row_{record}")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name > ?", (migrations.STEPS[version - 1],))
    driver.execute(f"PRAGMA user_version = {version}")
    driver.close()
    again = open_store(folder)
    with again.writing() as work:
        assert isinstance(work, UnitOfWork)
        assert _tables(work.driver) == before
        assert work.driver.execute("PRAGMA user_version").fetchone() == (len(migrations.STEPS),)
        for record in records:
            names = [row[1] for row in work.driver.execute(f"PRAGMA table_info(row_{record})").fetchall()]
            assert names == [column.name for column in ROWS[record].columns]
