"""Writing in sets: what the driver takes is what was given, whatever stands in it; on both databases."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crmdesk.server.bulk import bulk_insert, bulk_update, bulk_upsert
from crmdesk.server.database import Database
from crmdesk.server.tables import SCOPE_DIGEST, SCOPE_HEAD, SIGN_IN_FAILURE

NAMES = ("scope", "record", "count", "digest")
_TEXTS = st.text(
    st.characters(blacklist_characters="\x00", blacklist_categories=("Cs",)), max_size=30
) | st.sampled_from(["%s", "%(scope)s", "?", ":scope", "'; DROP TABLE scope_digest; --", '"', "%", "%%", "\\", "🏥"])
_ROWS = st.dictionaries(
    st.tuples(_TEXTS, _TEXTS), st.tuples(st.integers(-(2**62), 2**62), _TEXTS), min_size=1, max_size=6
)


def _stored(database: Database) -> dict[tuple[str, str], tuple[int, str]]:
    with database.reading() as connection:
        return {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(select(SCOPE_DIGEST))}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(first=_ROWS, second=_ROWS)
def test_any_values_go_in_and_are_renewed(database: Database, first: object, second: object) -> None:
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    with database.engine.begin() as connection:
        connection.execute(SCOPE_DIGEST.delete())
        bulk_insert(connection, SCOPE_DIGEST, NAMES, [(*key, *values) for key, values in first.items()])
        bulk_upsert(connection, SCOPE_DIGEST, NAMES[:2], NAMES, [(*key, *values) for key, values in second.items()])
    assert _stored(database) == first | second


def test_an_update_changes_the_named_rows_alone(database: Database) -> None:
    from crmdesk.domain.ids import new_id
    from crmdesk.server.tables import ROWS
    from crmdesk.server.work import SYSTEM

    ids = [new_id() for _ in range(5)]
    rows = [(one, {"name": f"药{at}"}) for at, one in enumerate(ids)]
    database.run(lambda work: work.insert_many("product", rows, SYSTEM))
    table = ROWS["product"]
    with database.engine.begin() as connection:
        bulk_update(connection, table, ("generic_name", "name"), [("%s", "甲", ids[1]), (None, "乙", ids[3])])
        bulk_update(connection, table, ("name",), [("nobody", new_id())])
    with database.reading() as connection:
        found = {row.id: (row.name, row.generic_name) for row in connection.execute(select(table))}
    assert [found[one] for one in ids] == [("药0", None), ("甲", "%s"), ("药2", None), ("乙", None), ("药4", None)]


def test_nothing_to_write_is_no_statement(database: Database) -> None:
    with database.engine.begin() as connection:
        bulk_insert(connection, SCOPE_HEAD, ("scope", "position"), [])
        bulk_upsert(connection, SCOPE_HEAD, ("scope",), ("scope", "position"), [])
        assert connection.execute(select(SCOPE_HEAD)).all() == []


def test_a_row_that_is_there_is_an_error_and_takes_the_set_along(database: Database) -> None:
    names = ("key", "failures", "last_at")
    with database.engine.begin() as connection:
        bulk_insert(connection, SIGN_IN_FAILURE, names, [("a", 1, "x")])
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        bulk_insert(connection, SIGN_IN_FAILURE, names, [("b", 1, "x"), ("a", 2, "x")])
    with database.reading() as connection:
        assert [row.key for row in connection.execute(select(SIGN_IN_FAILURE))] == ["a"]
