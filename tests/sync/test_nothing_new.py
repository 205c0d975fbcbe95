"""What a sync costs on the wire when there is nothing new, and what is said again only where it differs."""

from collections.abc import Iterator

import pytest

from tests.sync.counting import CountingRelay
from tests.sync.field import Field, ask, synced


@pytest.fixture
def relay(field: Field) -> Iterator[CountingRelay]:
    made = CountingRelay(field.address)
    field.address = made.address
    yield made
    for laptop in field.opened:
        laptop.close()
    field.opened.clear()
    made.close()


@pytest.mark.parametrize("name", ["rep", "manager", "finance", "auditor", "admin"])
def test_nothing_new_is_one_round_trip_below_a_kilobyte_headers_included(
    field: Field, relay: CountingRelay, name: str
) -> None:
    for number in range(14):
        field.company.insert("territory", {"name": f"片区{number}", "kind": "territory"})
    laptop = field.laptop(name)
    synced(laptop)
    for _ in range(2):
        before = (relay.requests, relay.connections, len(relay.up), len(relay.down))
        synced(laptop)
        assert (relay.requests - before[0], relay.connections - before[1]) == (1, 0)
        up, down = len(relay.up) - before[2], len(relay.down) - before[3]
        assert up + down <= 1024, (up, down)


def test_a_new_scope_is_told_whole_and_its_rows_come(field: Field, relay: CountingRelay) -> None:
    auditor = field.laptop("auditor")
    synced(auditor)
    territory = field.company.insert("territory", {"name": "新区", "kind": "territory"})
    field.company.insert("institution", {"name": "新区医院", "territory_id": territory})
    synced(auditor)
    assert [item.name for item in ask(auditor, lambda reads: reads.customers("institution", "新区"))] == ["新区医院"]
