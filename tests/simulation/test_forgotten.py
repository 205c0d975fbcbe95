"""Whole runs in which each laptop that dies begins with a new store, and what was not sent comes out of the old one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crmdesk.storage import bringing, settings
from crmdesk.storage.store import Store
from tests.simulation.founding import KEY
from tests.simulation.laptop import Laptop
from tests.simulation.run import run_seed
from tests.simulation.server import Server

_SEEDS = {102: 15, 107: 20, 913: 5}
"""Seeds with many deaths of laptops, and how many stores are put aside in each at least."""


@pytest.mark.parametrize("seed", [107, *(pytest.param(seed, marks=pytest.mark.soak) for seed in (102, 913))])
def test_no_promise_breaks_where_stores_are_put_aside_and_opened_again(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought: list[bringing.Brought] = []
    put_back = Server.put_back

    def announced(server: Server, copy: Path) -> None:
        """What a new store knows of the server tells it of no restore that nobody speaks of (decision 0049)."""
        server._put_back = 0
        put_back(server, copy)

    monkeypatch.setattr(Server, "put_back", announced)
    monkeypatch.setattr(Laptop, "restart", lambda laptop: brought.extend(_begun_anew(laptop)))
    outcome = run_seed(seed)
    assert not outcome.broken, outcome.words
    assert len(brought) >= _SEEDS[seed]
    assert sum(one.changes for one in brought) > 0


def _begun_anew(laptop: Laptop) -> list[bringing.Brought]:
    """Die, and start with a new store of the same person and device; where that can't be, with the one of before."""
    with laptop.store.reading() as connection:
        person, tokens = (settings.meta_json(connection, name) for name in ("person", "tokens"))
    laptop.close()
    if laptop.full or not person or not tokens:
        laptop._open()
        return []
    aside = laptop.folder.with_name(f"{laptop.folder.name}.aside")
    laptop.folder.rename(aside)
    laptop._open()
    with laptop.store.writing() as work:
        settings.set_meta(work.connection, "device_id", tokens["device_id"])
        for name, value in (("person", person), ("tokens", tokens)):
            settings.set_meta_json(work.connection, name, value)
    old = Store.open(aside, KEY, laptop.clock)
    unsent = bringing.read(old)
    with laptop.time.acting(laptop.name), laptop.store.writing() as work:
        brought = bringing.bring(unsent, old, work)
    old.close()
    shutil.rmtree(aside)
    return [brought]
