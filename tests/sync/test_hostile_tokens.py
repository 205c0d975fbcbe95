"""Tokens that can be none are not taken: else each later request, or the clock, would break on them."""

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from crmdesk.domain.errors import WorldError
from crmdesk.protocol.messages import Refresh, SignIn, Tokens
from crmdesk.sync.transport import Deadlines, Transport
from tests.sync.bad_server import BadServer, always, answer

TOKENS = Tokens("access", 900, "refresh", "01a213ec-656b-7000-adc9-ae353f232ef1", "Li", "rep", "e")
STRANGE: list[dict[str, Any]] = [
    {"access_token": ""},
    {"access_token": "a b"},
    {"access_token": "令牌"},
    {"access_token": "a\r\nX-Evil: b"},
    {"access_token": "x" * 100_000},
    {"refresh_token": ""},
    {"refresh_token": "\x00"},
    {"access_expires_in_s": 10**18},
    {"access_expires_in_s": -1},
    {"access_expires_in_s": 86_401},
    {"user_id": ""},
    {"user_id": "../../other"},
]


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    with contextlib.ExitStack() as stack:
        content = msgspec.json.encode(msgspec.structs.replace(TOKENS, **request.param))
        server = BadServer(always(answer(200, content)))
        stack.callback(server.close)
        made = Transport(server.address, deadlines=Deadlines(2, 2, 2, 2, 2))
        stack.callback(made.close)
        yield made


@pytest.mark.parametrize("transport", STRANGE, indirect=True)
def test_they_are_no_answer_of_a_server(transport: Transport) -> None:
    for call in (
        lambda: transport.sign_in(SignIn("rep", "password", "device")),
        lambda: transport.refresh(Refresh("refresh", "device")),
    ):
        with pytest.raises(WorldError, match="not_crmdesk"):
            call()


@pytest.mark.parametrize("transport", [{}], indirect=True)
def test_ordinary_ones_are_taken(transport: Transport) -> None:
    assert transport.sign_in(SignIn("rep", "password", "device")) == TOKENS
