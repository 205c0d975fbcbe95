"""Rights that end while a push is under way hold from its next transaction on; on both databases."""

import io
from collections.abc import Callable, Iterator

import pytest

from crmdesk.domain.errors import RefusedError
from crmdesk.protocol import frames
from crmdesk.protocol.messages import Answer, Answers, Operation, Page, SyncEnd, SyncHead, SyncRequest
from crmdesk.server import admin, devices, sync_service, territories
from crmdesk.server.sync_service import SyncService
from crmdesk.server.work import SYSTEM, ServerActor
from tests.server.company import SETTINGS, Company, Laptop


@pytest.fixture(autouse=True)
def _one_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_service, "MAX_BATCH_OPERATIONS", 1)


class Push:
    """An answer that is taken message by message."""

    def __init__(self, company: Company, name: str, laptop: Laptop, operations: list[Operation]) -> None:
        self.actor: ServerActor = company.actor(name, laptop.device_id)
        self._request = SyncRequest(1, 1, laptop.device_id, laptop.cursor, operations)
        self._service = SyncService(company.database, SETTINGS)

    def begin(self) -> Iterator[object]:
        for frame in self._service.answer(self.actor, self._request):
            yield from frames.read_frames(io.BytesIO(frame))


def _doctors(company: Company, laptop: Laptop, count: int) -> list[Operation]:
    place = {"territory_id": company["north"]}
    return [laptop.create("doctor", {"name": f"医生{number}", **place}) for number in range(count)]


def _answers(messages: list[object]) -> list[Answer]:
    return [answer for one in messages if isinstance(one, Answers) for answer in one.answers]


def _cell(company: Company) -> str:
    return str(company.row("doctor", company["north_doctor"])["mobile"])


def test_what_was_withdrawn_in_the_midst_of_a_push_is_refused_from_then_on(company: Company) -> None:
    laptop = company.laptop("rep")
    operations = [*_doctors(company, laptop, 2), laptop.edit("doctor", company["north_doctor"], 1, mobile=("", "1"))]
    stream = Push(company, "rep", laptop, operations).begin()
    head = next(stream)
    assert isinstance(head, SyncHead)
    assert [one.outcome for one in head.answers] == ["applied"]
    company.database.run(lambda work: territories.withdraw(work, "rep", "north"))
    rest = list(stream)
    assert [one.code for one in _answers(rest)] == ["out_of_scope", "out_of_scope"]
    assert _cell(company) == "13800000000"
    assert not [one for one in rest if isinstance(one, Page | SyncEnd)], "the laptop asks again, as who it is by now"


def test_a_role_that_was_taken_decides_nothing_from_then_on(company: Company) -> None:
    laptop = company.laptop("manager")
    here = {"territory_id": company["north"], "starts_on": "2027-01-01", "ends_on": "2027-03-31"}
    plans = [laptop.create("cycle_plan", {"name": str(one), "visits_per_day": 6, **here}) for one in range(2)]
    stream = Push(company, "manager", laptop, plans).begin()
    next(stream)
    company.edit("user", company["manager"], {"role": "rep"})
    assert [one.code for one in _answers(list(stream))] == ["forbidden"]


@pytest.mark.parametrize("case", ["disabled", "device revoked"])
def test_who_may_not_sign_in_any_more_writes_nothing_more(company: Company, case: str) -> None:
    laptop = company.laptop("rep")
    ends: dict[str, Callable[[], object]] = {
        "disabled": lambda: company.database.run(lambda work: admin.disable_user(work, "rep")),
        "device revoked": lambda: company.database.run(lambda work: devices.revoke(work, laptop.device_id, SYSTEM)),
    }
    edit = laptop.edit("doctor", company["north_doctor"], 1, mobile=("", "1"))
    stream = Push(company, "rep", laptop, [*_doctors(company, laptop, 1), edit]).begin()
    next(stream)
    ends[case]()
    assert list(stream) == [], "the answer is cut: the next request is told why"
    assert _cell(company) == "13800000000"


def test_rights_that_end_while_the_body_comes_in_count_for_the_first_batch(company: Company) -> None:
    laptop = company.laptop("rep")
    push = Push(company, "rep", laptop, _doctors(company, laptop, 1))
    company.database.run(lambda work: territories.withdraw(work, "rep", "north"))
    head = next(push.begin())
    assert isinstance(head, SyncHead)
    assert [one.code for one in head.answers] == ["out_of_scope"]
    assert f"t:{company['north']}" not in head.scopes

    other = company.laptop("other")
    late = Push(company, "other", other, [other.edit("doctor", company["south_doctor"], 1, mobile=("", "1"))])
    company.database.run(lambda work: devices.revoke(work, other.device_id, SYSTEM))
    with pytest.raises(RefusedError, match="device_revoked"):
        next(late.begin())


def test_a_territory_that_comes_in_the_midst_is_there_for_the_next_batch(company: Company) -> None:
    laptop = company.laptop("rep")
    here = _doctors(company, laptop, 1)
    there = laptop.create("doctor", {"name": "南", "territory_id": company["south"]})
    stream = Push(company, "rep", laptop, [*here, there]).begin()
    next(stream)
    company.insert("assignment", {"user_id": company["rep"], "territory_id": company["south"]})
    assert [one.outcome for one in _answers(list(stream))] == ["applied"]
