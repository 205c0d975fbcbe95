"""An answer that is read slowly ends where the rights end that it was begun with; on both databases."""

import io
from collections.abc import Callable, Iterator

import pytest

from crmdesk.domain.ids import new_id
from crmdesk.protocol import frames
from crmdesk.protocol.messages import Page, SyncEnd, SyncRequest
from crmdesk.server import admin, devices, territories
from crmdesk.server import pull as pull_module
from crmdesk.server.sync_service import RIGHTS_KEPT, SyncService
from crmdesk.server.work import SYSTEM
from tests.server.company import SETTINGS, Company, Laptop

CANARY = "nicht mehr deins"


@pytest.fixture
def stream(company: Company, monkeypatch: pytest.MonkeyPatch) -> tuple[Laptop, Iterator[bytes]]:
    """The first sync of a representative, its first page of the territory read, many still to come."""
    monkeypatch.setattr(pull_module, "MAX_PAGE_ROWS", 5)
    rows = [(new_id(), {"name": f"医生{number}", "territory_id": company["north"]}) for number in range(40)]
    company.database.run(lambda work: work.insert_many("doctor", rows, SYSTEM))
    laptop = company.laptop("rep")
    actor = company.actor("rep", laptop.device_id)
    answer = iter(SyncService(company.database, SETTINGS).answer(actor, SyncRequest(1, 1, laptop.device_id)))
    for frame in answer:
        message = _read(frame)[0]
        if isinstance(message, Page) and message.scope.startswith("t:"):
            break
    return laptop, answer


def _read(frame: bytes) -> list[object]:
    return list(frames.read_frames(io.BytesIO(frame)))


def _rest(answer: Iterator[bytes]) -> list[object]:
    return [message for frame in answer for message in _read(frame)]


ENDS: dict[str, Callable[[Company, Laptop], object]] = {
    "ended": lambda c, _l: c.database.run(lambda work: admin.end_assignment(work, "rep", "north")),
    "withdrawn": lambda c, _l: c.database.run(lambda work: territories.withdraw(work, "rep", "north")),
    "handed over": lambda c, _l: c.database.run(lambda work: territories.hand_over(work, "north", "rep", "other")),
    "disabled": lambda c, _l: c.database.run(lambda work: admin.disable_user(work, "rep")),
    "device revoked": lambda c, laptop: c.database.run(lambda work: devices.revoke(work, laptop.device_id, SYSTEM)),
}


@pytest.mark.parametrize("case", ENDS)
def test_a_slow_reader_gets_no_further_page(
    company: Company, stream: tuple[Laptop, Iterator[bytes]], case: str
) -> None:
    laptop, answer = stream
    ENDS[case](company, laptop)
    company.insert("doctor", {"name": CANARY, "territory_id": company["north"]})
    company.clock.move(RIGHTS_KEPT.total_seconds() + 1)
    rest = _rest(answer)
    assert rest == [], "not even an end: the laptop asks again"


def test_a_slow_reader_whose_rights_stand_gets_everything(
    company: Company, stream: tuple[Laptop, Iterator[bytes]]
) -> None:
    _, answer = stream
    rest = []
    for frame in answer:
        company.clock.move(RIGHTS_KEPT.total_seconds() + 1)
        rest += _read(frame)
    assert isinstance(rest[-1], SyncEnd)
    assert len(rest) > 5
