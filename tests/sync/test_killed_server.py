"""A server that is killed at the worst moment: after its commit, before its answer."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.domain.clock import utc_now
from crmdesk.services.views import SAVED_HERE
from tests.server.founded import company_in
from tests.sync.field import Field, ask, edit, synced
from tests.sync.killing_relay import KillingRelay


@pytest.fixture
def relay_and_field(tmp_path: Path) -> Iterator[tuple[KillingRelay, Field]]:
    with company_in(tmp_path, utc_now) as company, closing(KillingRelay(company.database.url)) as relay:
        field = Field(tmp_path, company, relay.address)
        yield relay, field
        field.close()


def test_a_push_whose_answer_was_lost_has_exactly_one_effect(relay_and_field):
    relay, field = relay_and_field
    laptop = field.laptop("rep")
    synced(laptop)
    doctor = field.company["north_doctor"]
    edit(laptop, doctor, mobile="13966660000")
    relay.armed = True
    status = laptop.engine.sync_once()
    assert (status.phase, status.code) in (("offline", "server_away"), ("offline", "answer_cut"))
    assert relay.killed == 1
    assert field.company.row("doctor", doctor)["revision"] == 2, "the commit was before the kill"
    assert ask(laptop, lambda reads: reads.sync_summary()).waiting == 1, "without an answer it still waits"
    away = laptop.engine.sync_once()
    assert away.code == "server_away"
    (item,) = ask(laptop, lambda reads: reads.waiting())
    assert item.state == SAVED_HERE, "what nobody took is not said to be sent"
    relay.start_server()
    synced(laptop)
    row = field.company.row("doctor", doctor)
    assert (row["mobile"], row["revision"]) == ("13966660000", 2), "exactly one effect"
    assert ask(laptop, lambda reads: reads.sync_summary()).waiting == 0
    assert ask(laptop, lambda reads: reads.refused()) == []
    assert ask(laptop, lambda reads: reads.conflicts()) == []
