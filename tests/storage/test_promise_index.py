"""The index of open promises: those of one person come in their order, without reading the visits of others."""

from collections.abc import Callable

from crmdesk.storage import driver as raw
from crmdesk.storage import migrations
from crmdesk.storage.store import Store
from crmdesk.storage.visits_of import PROMISED

QUERY = (
    f"SELECT r.note FROM row_visit r WHERE r.deleted = 0 AND +r.owner_id = ? AND r.next_step_on <= ? AND {PROMISED}"
    " ORDER BY r.next_step_on, r.starts_at LIMIT 50"
)


def plan(store: Store) -> list[str]:
    """Return how the store looks for the promises of a person."""
    with store.reading() as connection:
        found = connection.execute(f"EXPLAIN QUERY PLAN {QUERY}", ("me", "2026-01-01"))
        return [str(row[3]) for row in found]


def columns(store: Store) -> list[str]:
    """Return the columns of the index."""
    with store.reading() as connection:
        return [str(row[2]) for row in connection.execute("PRAGMA index_info(row_visit_promised)")]


def test_promises_come_from_the_index_in_their_order(store: Store) -> None:
    assert plan(store) == ["SEARCH r USING INDEX row_visit_promised (next_step_on<?)"], "and nothing is sorted"
    assert columns(store) == ["next_step_on", "starts_at", "owner_id"]


def test_an_older_store_gets_the_wider_index(open_store: Callable[..., Store], key: bytes) -> None:
    store = open_store()
    folder, number = store.folder, migrations.STEPS.index("0013_promises_in_order")
    store.close()
    driver = raw.connect(folder / "crmdesk.db", key)
    driver.execute("DROP INDEX row_visit_promised")
    driver.execute(f"CREATE INDEX row_visit_promised ON row_visit (next_step_on) WHERE {PROMISED}")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name > ?", (migrations.STEPS[number - 1],))
    driver.execute(f"PRAGMA user_version = {number}")
    driver.close()
    again = open_store(folder)
    assert columns(again) == ["next_step_on", "starts_at", "owner_id"]
