"""A piece that broke on its way: what arrived is asked for until it stands still, and goes on from there."""

from typing import Any

import pytest
import sqlalchemy as sa

from crmdesk.bootstrap import Laptop
from crmdesk.domain.errors import WorldError
from crmdesk.protocol.messages import UploadState
from crmdesk.server.tables import TOKEN_FAMILY
from crmdesk.server.work import ServerWork
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.files import FileTransfer
from tests.server.company import PASSWORD
from tests.sync.field import Field, synced
from tests.sync.files.photos import attach, held_by_server, photo, queue, sha256_of

SIZE = 900_000


class Wire:
    """A transport whose first pieces break, after some bytes; `told` is what the server says it has, in turn.

    A piece of more than `width` bytes never gets through.
    """

    def __init__(self, told: list[int | str], breaks: int, brings: int = 0, width: int = SIZE) -> None:
        self.told, self.breaks, self.brings, self.width = told, breaks, brings, width
        self.received = 0
        self.offsets: list[int] = []

    def upload_state(self, sha256: str, size: int, _token: str, _cancellation: object) -> UploadState:
        said = self.told.pop(0) if self.told else self.received
        if isinstance(said, str):
            raise WorldError(said)
        self.received = said
        return UploadState(sha256, size, said, said == size)

    def upload_chunk(
        self, sha256: str, offset: int, size: int, chunk: bytes, _token: str, _cancellation: object
    ) -> UploadState:
        self.offsets.append(offset)
        if len(chunk) > self.width:
            raise WorldError("too_large", reason="narrow_way")
        if self.breaks:
            self.breaks -= 1
            self.received += self.brings
            raise WorldError("server_away")
        assert offset == self.received
        self.received = offset + len(chunk)
        return UploadState(sha256, size, self.received, self.received == size)


@pytest.fixture
def laptop(field: Field) -> Laptop:
    """A laptop with a photo that waits to be sent, its row sent."""
    rep = field.laptop("rep")
    synced(rep)
    attach(field, rep, photo(1, SIZE))
    real, rep.engine._files.run = rep.engine._files.run, lambda *_args: None  # type: ignore[method-assign]
    synced(rep)
    rep.engine._files.run = real  # type: ignore[method-assign]
    return rep


def walked(laptop: Laptop, wire: Wire) -> Any:
    transfer = FileTransfer(laptop.store, laptop.session, wire)  # type: ignore[arg-type]
    return transfer.walk(Cancellation(), lambda: False, lambda _through: None)


@pytest.mark.parametrize(
    ("told", "goes_on_at"),
    [
        ([0, 0, 200_000, 200_000], 200_000),  # the first answer was given before anything was put down
        ([0, 150_000, 220_000, 220_000], 220_000),
        ([0, 262_144], 262_144),  # the whole piece arrived, only its answer did not
        ([0, "server_away", 90_000, 90_000], 90_000),
        ([0, "timeout", "server_away", 70_000], 70_000),
        ([0, 0, 0], 0),
    ],
)
def test_it_is_asked_until_it_stands_still(laptop: Laptop, told: list[int | str], goes_on_at: int) -> None:
    wire = Wire(told, breaks=1)
    assert walked(laptop, wire).failure is None
    assert wire.offsets[:2] == [0, goes_on_at]
    assert wire.received == SIZE
    assert queue(laptop) == []


def test_where_nobody_answers_it_is_tried_later_from_where_it_stood(laptop: Laptop) -> None:
    wire = Wire([0, "server_away", "server_away", "server_away"], breaks=1)
    assert walked(laptop, wire).failure.code == "server_away"
    assert wire.offsets == [0]
    assert [one.sha256 for one in queue(laptop)] == [sha256_of(photo(1, SIZE))]


@pytest.mark.parametrize(("brings", "arrives"), [(0, False), (1_000, False), (5_000, True)])
def test_smallest_pieces_that_bring_next_to_nothing_end_the_walk(laptop: Laptop, brings: int, arrives: bool) -> None:
    wire = Wire([], breaks=20, brings=brings)
    failure = walked(laptop, wire).failure
    assert (failure is None) is arrives
    assert (wire.received == SIZE) is arrives
    assert arrives or len(wire.offsets) <= 8, "256 KiB halved down to the smallest piece, and no further"


def test_tokens_that_are_revoked_within_an_upload_ask_for_a_sign_in_and_it_goes_on(
    field: Field, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, offsets = laptop.session.transport.upload_chunk, []

    def sent(sha256: str, offset: int, *more: Any) -> UploadState:
        state = send(sha256, offset, *more)
        offsets.append(offset)
        if len(offsets) == 1:
            field.database.run(revoked)
        return state

    def revoked(work: ServerWork) -> None:
        work.connection.execute(sa.update(TOKEN_FAMILY).values(revoked_at=work.at))

    monkeypatch.setattr(laptop.session.transport, "upload_chunk", sent)
    laptop.engine.sync_once()
    [waiting] = queue(laptop)
    assert (offsets, waiting.tries) == ([0], 0), "it is the person, not the file, that something is wanted of"
    assert laptop.engine.sync_once().code == "signed_out"
    laptop.session.sign_in("rep", PASSWORD, "laptop")
    synced(laptop)
    assert queue(laptop) == []
    assert offsets[1] > 0, "what had arrived is not sent again"
    assert held_by_server(field, sha256_of(photo(1, SIZE))) == photo(1, SIZE)


@pytest.mark.parametrize(("width", "failure"), [(20_000, ""), (10_000, "narrow_way")])
def test_a_proxy_that_takes_little_at_once_gets_smaller_pieces(laptop: Laptop, width: int, failure: str) -> None:
    wire = Wire([0], breaks=0, width=width)
    assert walked(laptop, wire).failure is None, "others would go on"
    assert wire.received == (0 if failure else SIZE)
    assert [one.code for one in queue(laptop)] == ([failure] if failure else [])
