"""The audit chain: whatever somebody with full access to the tables does to it is found and named."""

import json
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from crmdesk.server import audit
from crmdesk.server.audit import Head
from crmdesk.server.database import Database
from crmdesk.server.money_tables import AUDIT_CHAIN, AUDIT_HEAD
from crmdesk.server.tables import ROWS
from crmdesk.server.work import SYSTEM
from tests.server.company import Company
from tests.server.money.paperwork import line, new_claim


def add_entries(database: Database, count: int) -> None:
    """Chain some entries that don't travel, in one transaction."""
    database.run(
        lambda work: [
            work.audit("test", SYSTEM, "user", "x", {"at": [None, f"{number} 张"]}, scoped=False)
            for number in range(count)
        ]
    )


def verify(database: Database, expected: Head | None = None) -> audit.Verification:
    with database.reading() as connection:
        return audit.verify(connection, expected)


def head_of(database: Database) -> Head:
    with database.reading() as connection:
        return audit.read_head(connection)


def tamper(database: Database, *statements: Any) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def at(seq: int) -> Any:
    return AUDIT_CHAIN.c.seq == seq


def faults(database: Database, expected: Head | None = None) -> set[tuple[str, int]]:
    return {(fault.code, fault.seq) for fault in verify(database, expected).faults}


def test_an_untouched_chain_is_sound_and_grows_by_batches(company: Company) -> None:
    before = verify(company.database)
    add_entries(company.database, 500)
    new_claim(company, [line(company)])
    after = verify(company.database, before.head)
    assert after.faults == []
    assert after.entries == before.entries + 501 == after.head.seq
    assert head_of(company.database) == after.head


def test_an_empty_chain_is_sound(database: Database) -> None:
    found = verify(database, Head(0, audit.GENESIS))
    assert (found.entries, found.faults) == (0, [])


def test_each_edit_is_named(company: Company) -> None:
    add_entries(company.database, 40)
    for seq, values in {
        5: {"content": '{"id":"x"}'},
        9: {"content": "not json"},
        12: {"prev_hash": "0" * 64},
        15: {"hash": "0" * 64},
        20: {"content_hash": "0" * 64},
        25: {"entry_id": "another"},
        30: {"scoped": True},
    }.items():
        tamper(company.database, update(AUDIT_CHAIN).where(at(seq)).values(**values))
    named = {seq for code, seq in faults(company.database) if code == "altered"}
    assert named == {5, 9, 12, 15, 20, 25, 30}


def test_an_entry_rewritten_with_a_fitting_hash_is_named(company: Company) -> None:
    add_entries(company.database, 20)
    with company.database.reading() as connection:
        row = connection.execute(select(AUDIT_CHAIN).where(at(10))).one()
    content = json.loads(row.content) | {"action": "nothing"}
    words = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    content_hash = audit.sha256_text(words)
    forged = {"content": words, "content_hash": content_hash, "hash": audit.link(row.prev_hash, content_hash)}
    tamper(company.database, update(AUDIT_CHAIN).where(at(10)).values(**forged))
    assert ("altered", 10) in faults(company.database)


def test_deleted_and_swapped_entries_are_named(company: Company) -> None:
    add_entries(company.database, 30)
    tamper(company.database, delete(AUDIT_CHAIN).where(AUDIT_CHAIN.c.seq.in_([7, 8, 12])))
    swap = [
        update(AUDIT_CHAIN).where(at(20)).values(seq=-1),
        update(AUDIT_CHAIN).where(at(25)).values(seq=20),
        update(AUDIT_CHAIN).where(at(-1)).values(seq=25),
    ]
    tamper(company.database, *swap)
    found = verify(company.database).faults
    assert {(fault.seq, fault.until) for fault in found if fault.code == "missing"} == {(7, 8), (12, 12)}
    assert {fault.seq for fault in found if fault.code == "out_of_place"} == {20, 25}


def test_closing_the_gap_by_renumbering_is_seen(company: Company) -> None:
    add_entries(company.database, 10)
    last = head_of(company.database).seq
    moves = [update(AUDIT_CHAIN).where(at(seq)).values(seq=seq - 1) for seq in range(last - 4, last + 1)]
    tamper(company.database, delete(AUDIT_CHAIN).where(at(last - 5)), *moves)
    assert ("out_of_place", last - 5) in faults(company.database)


def test_a_cut_tail_is_seen_by_the_head_and_by_one_kept_outside(company: Company) -> None:
    add_entries(company.database, 30)
    kept = head_of(company.database)
    tamper(company.database, delete(AUDIT_CHAIN).where(AUDIT_CHAIN.c.seq > kept.seq - 3))
    assert ("cut", kept.seq - 2) in faults(company.database)
    shorter = verify(company.database).head
    tamper(company.database, update(AUDIT_HEAD).values(seq=shorter.seq, hash=shorter.hash))
    assert faults(company.database) == set()
    assert ("cut", kept.seq - 2) in faults(company.database, kept)


def test_a_rewritten_chain_is_seen_by_a_head_kept_outside(sqlite_company: Company) -> None:
    database = sqlite_company.database
    add_entries(database, 5)
    kept = head_of(database)
    with database.engine.begin() as connection:
        rows = [row._asdict() for row in connection.execute(select(AUDIT_CHAIN).order_by(AUDIT_CHAIN.c.seq))]
        previous = audit.GENESIS
        for row in rows:
            row["content"] = row["content"].replace('"test"', '"rest"')
            row["content_hash"], row["prev_hash"] = audit.sha256_text(row["content"]), previous
            row["hash"] = previous = audit.link(previous, row["content_hash"])
        connection.execute(delete(AUDIT_CHAIN))
        connection.execute(insert(AUDIT_CHAIN), rows)
        connection.execute(update(AUDIT_HEAD).values(hash=previous))
    assert faults(database) == set()
    assert faults(database, kept) == {("other_head", kept.seq)}


def test_the_copies_that_laptops_get_are_compared(company: Company) -> None:
    ids = [new_claim(company, [line(company)]) for _ in range(3)]
    table = ROWS["audit_entry"]
    with company.database.reading() as connection:
        copies = [connection.execute(select(table.c.id).where(table.c.parent_id == one)).scalar() for one in ids]
    tamper(
        company.database,
        update(table).where(table.c.id == copies[0]).values(reason="anders"),
        delete(table).where(table.c.id == copies[1]),
        update(table).where(table.c.id == copies[2]).values(changes="{broken"),
    )
    found = {(fault.code, fault.entry_id) for fault in verify(company.database).faults}
    assert found == {("copy_altered", copies[0]), ("copy_missing", copies[1]), ("copy_altered", copies[2])}


@pytest.mark.parametrize("seed", range(20))
def test_random_harm_never_passes(sqlite_company: Company, seed: int) -> None:
    rng, database = random.Random(seed), sqlite_company.database
    add_entries(database, 30)
    last = head_of(database).seq
    seq = rng.randint(1, last - 1)
    column = rng.choice(["content", "content_hash", "prev_hash", "hash", "entry_id"])
    harm = rng.choice(
        [
            f"UPDATE audit_chain SET {column} = replace({column}, substr({column}, 6, 1), '~') WHERE seq = {seq}",
            f"DELETE FROM audit_chain WHERE seq = {seq}",
            f"UPDATE audit_chain SET seq = {last + 5} WHERE seq = {seq}",
        ]
    )
    tamper(database, text(harm))
    assert any(fault.seq in (seq, last + 1, last + 5) for fault in verify(database).faults), harm


def test_writers_side_by_side_make_one_chain(company: Company, new_database: Callable[[], Database]) -> None:
    before = head_of(company.database).seq
    stores = [company.database, new_database(), new_database()]
    threads = [threading.Thread(target=add_entries, args=(stores[number % 3], 7)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    found = verify(company.database)
    assert (found.faults, found.entries) == ([], before + 84)


@pytest.mark.parametrize("typed", ["", "12", "12:abc", "x:" + "0" * 64, "-1:" + "0" * 64, "1:" + "G" * 64])
def test_a_head_has_one_form(typed: str) -> None:
    with pytest.raises(ValueError, match="a head looks like"):
        Head.parse(typed)


def test_a_head_reads_what_it_prints() -> None:
    assert Head.parse(str(Head(12, "ab" * 32))) == Head(12, "ab" * 32)
