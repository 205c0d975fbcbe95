"""Many rows made at once: the same rows, operations and search entries as one by one, or none of them."""

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.storage import pending, pinyin, search
from crmdesk.storage.driver import insert_many
from crmdesk.storage.store import Store
from crmdesk.storage.work import NewRow

AUTHOR = new_id()
VALUES = {"name": "女子医院重庆院区", "aliases": ["东单协和"], "city": "重庆", "note": None}


def test_many_rows_are_like_rows_made_one_by_one(store: Store) -> None:
    one, other, doctor = new_id(), new_id(), new_id()
    with store.writing() as work:
        work.create("institution", one, VALUES, AUTHOR)
        work.create_many([NewRow("institution", other, VALUES), NewRow("doctor", doctor, {"name": "曾庆华"})], AUTHOR)
        single, many = work.get("institution", one), work.get("institution", other)
        operations = [stored.operation for stored in pending.after(work.driver, 0)]
        assert work.changed["institution"] == {one, other}
        assert len(work.changed["outbox"]) == 3
    assert single is not None
    assert many is not None
    differing = {"id", "created_at", "updated_at"}
    assert {name: many[name] for name in many if name not in differing} == {
        name: single[name] for name in single if name not in differing
    }
    assert [(op.seq, op.row_id) for op in operations] == [(1, one), (2, other), (3, doctor)]
    assert operations[0].fields == operations[1].fields
    with store.reading() as connection:
        assert {hit.id for hit in search.find(connection, "chongqing")} == {one, other}
        assert [hit.id for hit in search.find(connection, "zengqinghua")] == [doctor]


@pytest.mark.parametrize("held_before", [True, False])
def test_a_taken_id_takes_the_whole_batch_back(store: Store, held_before: bool) -> None:
    taken, fresh = new_id(), new_id()
    if held_before:
        with store.writing() as work:
            work.create("doctor", taken, {"name": "张三"}, AUTHOR)
    batch = [NewRow("doctor", one, {"name": "李四"}) for one in (fresh, taken, *([] if held_before else [taken]))]
    with pytest.raises(InputError, match="exists"), store.writing() as work:
        work.create_many(batch, AUTHOR)
    with store.writing() as work:
        assert work.get("doctor", fresh) is None
        assert len(list(pending.after(work.driver, 0))) == int(held_before)


def test_names_are_read_by_words_and_the_longest_word_counts() -> None:
    assert pinyin.phrase_reading("重庆女子医院") == ("chong", "qing", "nv", "zi", "yi", "yuan")
    assert pinyin.phrase_reading("长沙长城骨科") == ("chang", "sha", "chang", "cheng", "gu", "ke")
    assert pinyin.phrase_reading("ABC-9") == ()


@pytest.mark.parametrize("count", [0, 1, 999, 1_000, 2_345])
@pytest.mark.parametrize("width", [1, 4, 61])
@pytest.mark.parametrize("fixed", [0, 3])
def test_rows_that_go_in_together_are_all_there_in_their_order(
    store: Store, count: int, width: int, fixed: int
) -> None:
    """As many to a statement as SQLite takes values, the rest one by one; what all have is handed over once."""
    each = {f"c{at}": [f"{row}:{at}" if at % 3 else None for row in range(count)] for at in range(width)}
    same = {f"same{at}": f"all {at}" for at in range(fixed)}
    names = ", ".join((*each, *same))
    with store.writing() as work:
        work.driver.execute(f"CREATE TEMP TABLE many ({names})")
        insert_many(work.driver, "many", each, same)
        found = work.driver.execute(f"SELECT {names} FROM many ORDER BY rowid").fetchall()
        assert found == [(*row, *same.values()) for row in zip(*each.values(), strict=True)]
        work.driver.execute("DROP TABLE many")
