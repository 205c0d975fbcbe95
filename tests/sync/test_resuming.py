"""A first sync that is cut goes on where it stood, and what a person needs first is there first (A10)."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crmdesk.bootstrap import Laptop
from crmdesk.domain.clock import to_text
from crmdesk.domain.scopes import is_territory
from crmdesk.protocol.messages import Page
from crmdesk.server import pull, segments
from crmdesk.storage import health, settings
from crmdesk.sync.core import ApplyPage
from tests.server.company import visit_values
from tests.sync.cutting import CuttingRelay
from tests.sync.field import Field, ask, edit, synced

CUTS = 100
SEED = int(os.environ.get("CRMDESK_SEED") or random.randrange(2**32))


@pytest.fixture
def line(field: Field) -> Iterator[CuttingRelay]:
    made = CuttingRelay(field.address)
    field.address = made.address
    yield made
    for laptop in field.opened:
        laptop.close()
    field.opened.clear()
    made.close()


def applied_pages(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> list[Page]:
    """Return the list that every page which the laptop applies goes into."""
    pages: list[Page] = []
    apply = type(laptop.engine._driver)._apply_page

    def note(driver, effect: ApplyPage) -> None:
        apply(driver, effect)
        pages.append(effect.page)

    monkeypatch.setitem(laptop.engine._driver._EFFECTS, ApplyPage, note)
    return pages


def test_cut_at_a_hundred_points_at_most_a_page_is_sent_again_for_each(
    field: Field, line: CuttingRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    monkeypatch.setattr(pull, "PACKED_ROWS", 40)
    monkeypatch.setattr(segments, "FEWEST_ROWS", 30)
    field.add_doctors(2400)
    uncut, laptop = field.laptop("colleague"), field.laptop("rep")
    uncut_pages = applied_pages(uncut, monkeypatch)
    whole, overhead = _bytes_of_a_sync(uncut, line), _bytes_of_a_sync(uncut, line)
    page_bytes = whole // len(uncut_pages)
    pages = applied_pages(laptop, monkeypatch)
    before = len(line.down)
    while line.cuts < CUTS:
        line.cut_after = chance.randrange(overhead + page_bytes)
        status = laptop.engine.sync_once()
        assert status.code in ("answer_cut", "server_away"), f"seed {SEED}: {status}"
    line.cut_after = None
    synced(laptop)
    sent = len(line.down) - before
    told = f"seed {SEED}: {line.cuts} cuts, {len(pages)} pages, {sent} bytes for {whole}"
    print(told)
    assert len({one.cursor for one in pages}) == len(pages) == len(uncut_pages), told
    assert sent <= whole + CUTS * (overhead + 2 * page_bytes), told
    assert ask(laptop, lambda reads: reads.customer_count("doctor")) == 2401, told
    assert health.check(laptop.store).sound, told


def _bytes_of_a_sync(laptop: Laptop, line: CuttingRelay) -> int:
    before = len(line.down)
    synced(laptop)
    return len(line.down) - before


@pytest.mark.parametrize("arrived", [0, 300])
def test_a_lost_answer_to_the_trade_of_tokens_signs_nobody_out(field: Field, line: CuttingRelay, arrived: int) -> None:
    laptop = field.laptop("rep")
    synced(laptop)
    with laptop.store.writing() as work:
        tokens = settings.meta_json(work.connection, "tokens")
        settings.set_meta_json(work.connection, "tokens", tokens | {"expires_at": "2020-01-01T00:00:00.000Z"})
    line.cut_after = arrived
    status = laptop.engine.sync_once()
    assert (status.phase, line.cuts) == ("offline", 1)
    synced(laptop)
    with laptop.store.reading() as connection:
        assert settings.meta_json(connection, "tokens")["refresh_token"] != tokens["refresh_token"]


def test_next_visits_and_their_customers_are_there_before_the_rest_of_the_territory(
    field: Field, line: CuttingRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, doctors = field.company, field.add_doctors(3000)
    wanted = doctors[2500]
    company.edit("doctor", wanted, {"name": "欧阳明珠"})
    tomorrow = to_text(datetime.now(UTC) + timedelta(hours=20))
    visit = company.insert("visit", visit_values(company, doctor_ids=[wanted], starts_at=tomorrow, state="planned"))
    laptop = field.laptop("rep")
    pages = applied_pages(laptop, monkeypatch)
    laptop.sync.subscribe(lambda _: laptop.engine.cancel() if any(is_territory(p.scope) for p in pages) else None)
    before = len(line.down)
    assert laptop.engine.sync_once().code == "cancelled"
    assert sum(is_territory(one.scope) for one in pages) == 1
    assert len(line.down) - before < 400_000
    summary = ask(laptop, lambda reads: reads.sync_summary())
    assert summary.loading_scopes > 0, "figures and digests wait for the rest"
    assert summary.customers < 1000
    assert [hit.id for hit in ask(laptop, lambda reads: reads.search("oymz"))] == [wanted]
    assert ask(laptop, lambda reads: reads.visit(visit))["starts_at"] == tomorrow
    edit(laptop, wanted, preferred_time="周五上午")
    laptop = field.reopen(laptop, "rep")
    synced(laptop)
    assert ask(laptop, lambda reads: reads.customer_count("doctor")) == 3001
    assert company.row("doctor", wanted)["preferred_time"] == "周五上午"
    assert health.check(laptop.store).sound
