"""What each task may cost on the wire, headers included: round trips, bytes up, bytes down; one table for all."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from crmdesk.bootstrap import Laptop
from crmdesk.protocol.messages import MAX_BATCH_OPERATIONS
from crmdesk.server.work import SYSTEM, ServerWork
from tests.sync.counting import CountingRelay
from tests.sync.field import Field, ask, synced

DOCTORS = 2_000
EDITS = 4 * MAX_BATCH_OPERATIONS
BUDGETS = {
    # task: round trips, bytes up, bytes down
    "first sync of 2,000 doctors": (1, 400, 45_000),
    "nothing new": (1, 500, 460),
    "100 changes of others": (1, 500, 6_500),
    "500 edits": (1, 25_000, 48_000),
    "2,000 edits": (1, 75_000, 140_000),
    "nothing new after all of it": (1, 500, 460),
}
"""About half as much again as what was measured; sign-in is not counted."""


@dataclass(frozen=True)
class Cost:
    """What went over the line for one task."""

    round_trips: int
    up: int
    down: int
    connections: int


@pytest.fixture
def relay(field: Field) -> Iterator[CountingRelay]:
    made = CountingRelay(field.address)
    field.address = made.address
    yield made
    for laptop in field.opened:
        laptop.close()
    field.opened.clear()
    made.close()


def cost_of(laptop: Laptop, relay: CountingRelay) -> Cost:
    """Sync and return what that cost."""
    before = (relay.requests, len(relay.up), len(relay.down), relay.connections)
    synced(laptop)
    after = (relay.requests, len(relay.up), len(relay.down), relay.connections)
    return Cost(*(now - then for then, now in zip(before, after, strict=True)))


def edit_many(laptop: Laptop, doctors: list[str]) -> None:
    """Edit the note of each, as a person would over weeks offline."""
    with laptop.store.writing() as work:
        for number, row_id in enumerate(doctors):
            row = work.get("doctor", row_id)
            assert row is not None
            work.edit(
                "doctor", row_id, {"note": f"第 {number} 次拜访之后的记录"}, row["revision"], laptop.session.user_id
            )


def change_at_server(field: Field, doctors: list[str]) -> None:
    def change(work: ServerWork) -> None:
        for row_id in doctors:
            work.update("doctor", row_id, {"preferred_time": "周二上午"}, SYSTEM)

    field.database.run(change)


def test_every_task_stays_within_its_budget(field: Field, relay: CountingRelay) -> None:
    doctors = field.add_doctors(DOCTORS)
    laptop = field.laptop("rep")
    costs = {"first sync of 2,000 doctors": cost_of(laptop, relay), "nothing new": cost_of(laptop, relay)}
    change_at_server(field, doctors[:100])
    costs["100 changes of others"] = cost_of(laptop, relay)
    edit_many(laptop, doctors[:MAX_BATCH_OPERATIONS])
    costs["500 edits"] = cost_of(laptop, relay)
    edit_many(laptop, doctors[:EDITS])
    costs["2,000 edits"] = cost_of(laptop, relay)
    assert ask(laptop, lambda reads: reads.sync_summary()).waiting == 0
    costs["nothing new after all of it"] = cost_of(laptop, relay)
    for task, cost in costs.items():
        print(f"{task:30} {cost.round_trips} round trips  {cost.up:8,} up  {cost.down:8,} down")
    assert costs.keys() == BUDGETS.keys()
    over = {
        task: cost
        for task, cost in costs.items()
        if any(
            spent > allowed
            for spent, allowed in zip((cost.round_trips, cost.up, cost.down), BUDGETS[task], strict=True)
        )
    }
    assert over == {}
    assert sum(cost.connections for cost in costs.values()) == 0, "the connection of the sign-in serves them all"
