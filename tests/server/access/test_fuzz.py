"""Hostile HTTP: whatever comes in, no answer is a server error, sizes are bounded, and nobody holds a connection."""

import io
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
import requests
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.protocol import frames
from crmdesk.protocol.messages import MEDIA_TYPE, SyncHead
from crmdesk.server import serve
from crmdesk.server.app import create_app
from tests.server.company import CLOCK_START, PASSWORD, SETTINGS, Company, TestClock
from tests.server.founded import company_on


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def open_door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The application over each database, a token and a device, for all tests of this file."""
    folder = tmp_path_factory.mktemp("fuzz")
    settings = replace(SETTINGS, attachment_folder=str(folder / "bytes"), failures_per_address=10**6)
    with (
        company_on(request, folder, TestClock(CLOCK_START)) as company,
        TestClient(create_app(company.database, settings)) as client,
    ):
        device_id = new_id()
        body = {"login": "rep", "password": PASSWORD, "device_id": device_id}
        token = client.post("/auth/sign-in", json=body).json()["access_token"]
        yield {"client": client, "token": token, "device_id": device_id, "company": company}


_WEIRD = st.text(max_size=30) | st.sampled_from(
    [
        "\x00",
        "\u202e",
        "\ufeff",
        "🏥" * 30,
        "e\u0301",
        "%",
        "_",
        "'; --",
        "NaN",
        "-0",
        "1e309",
        "0" * 64,
        "../..",
        "x" * 9000,
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | _WEIRD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WEIRD, inner, max_size=4),
    max_leaves=8,
)
_CALL = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]),
        "path": st.sampled_from(["/health", "/auth/sign-in", "/auth/refresh", "/sync", "/schema/openapi.json"])
        | _WEIRD.map(lambda text: "/attachments/" + quote(text, safe=""))
        | st.sampled_from(
            ["/attachments/" + "0" * 64, "/attachments/" + "0" * 64 + "/state", "/attachments/" + "0" * 64 + "%0a"]
        )
        | _WEIRD.map(lambda text: "/" + quote(text)),
        "params": st.dictionaries(
            st.sampled_from(["offset", "size", "x"]), _WEIRD | st.integers().map(str), max_size=3
        ),
        "type": st.sampled_from(["application/json", MEDIA_TYPE, "text/plain", "", "application/json; charset=x"]),
        "range": st.sampled_from(["", "bytes=0-", "bytes=-0", "bytes=" + "9" * 400 + "-", "x"]),
    }
)
_SIGN_IN = st.fixed_dictionaries(
    {}, optional={name: _JSON for name in ("login", "password", "device_id", "device_name", "refresh_token")}
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call=_CALL, body=st.binary(max_size=60) | _SIGN_IN, with_token=st.booleans())
def test_no_call_makes_a_server_error(
    open_door: dict[str, Any], call: dict[str, Any], body: Any, with_token: bool
) -> None:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    headers = {"Content-Type": call["type"], "Range": call["range"]}
    headers |= {"Authorization": f"Bearer {open_door['token']}"} if with_token else {}
    answer = open_door["client"].request(
        call["method"], call["path"], params=call["params"], content=content, headers=headers
    )
    assert answer.status_code < 500, (call, answer.text)
    if answer.status_code >= 400 and call["method"] != "HEAD":
        assert set(answer.json()) <= {"code", "message", "params"}


_NAMES = sorted({field.name for record in RECORDS.values() for field in record.fields})
_OPERATION = st.fixed_dictionaries(
    {
        "id": st.builds(new_id),
        "seq": st.integers(1, 2**53 - 1),
        "record": st.sampled_from([*RECORDS, "x\x00"]),
        "row_id": st.builds(new_id) | st.sampled_from(["known"]),
        "kind": st.sampled_from(["create", "edit", "delete", "command"]),
        "made_at": st.sampled_from(
            ["2026-11-22T01:00:00.000Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
        ),
    },
    optional={
        "base_revision": st.integers(0, 9),
        "fields": st.dictionaries(st.sampled_from(_NAMES) | _WEIRD, st.tuples(_JSON, _JSON), max_size=5),
        "command": st.sampled_from(["submit", "approve", "settle"]) | _WEIRD,
        "args": st.dictionaries(
            st.sampled_from(["seen_hash", "comment", "approved_lines"]) | _WEIRD, _JSON, max_size=3
        ),
        "reason": _WEIRD,
        "zone": _WEIRD,
    },
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=st.lists(_OPERATION, max_size=8))
def test_no_operation_makes_a_server_error(open_door: dict[str, Any], operations: list[dict[str, Any]]) -> None:
    company: Company = open_door["company"]
    known = {"doctor": "north_doctor", "institution": "north_hospital", "affiliation": "north_affiliation"}
    for one in operations:
        if one["row_id"] == "known":
            one["row_id"] = company[known.get(one["record"], "north_ward")]
    message = {"protocol": 1, "schema": 1, "device_id": open_door["device_id"], "operations": operations, "pull": False}
    try:
        plain = msgspec.msgpack.encode(message)
    except UnicodeEncodeError:
        return
    headers = {"Authorization": f"Bearer {open_door['token']}", "Content-Type": MEDIA_TYPE}
    answer = open_door["client"].post("/sync", content=frames.wrap(b"R", zstandard.compress(plain)), headers=headers)
    assert answer.status_code == 200, answer.text
    head = next(frames.read_frames(io.BytesIO(answer.content)))
    assert isinstance(head, SyncHead)
    assert head.fork or len(head.answers) == len(operations)


def _sync(open_door: dict[str, Any], plain: bytes) -> int:
    headers = {"Authorization": f"Bearer {open_door['token']}", "Content-Type": MEDIA_TYPE}
    body = frames.wrap(b"R", zstandard.compress(plain))
    return int(open_door["client"].post("/sync", content=body, headers=headers).status_code)


def test_millions_of_empty_lists_are_refused_before_they_are_made(open_door: dict[str, Any]) -> None:
    for size in (5 << 20, 15 << 20):
        assert _sync(open_door, b"\xdd" + (size).to_bytes(4, "big") + b"\x90" * size) == 413


def test_deep_values_are_a_bad_request_or_a_refusal(open_door: dict[str, Any]) -> None:
    operation = {"id": new_id(), "seq": 1, "record": "doctor", "row_id": new_id(), "kind": "create", "made_at": "x"}
    for depth in (50, 200, 900, 5_000, 400_000):
        head = msgspec.msgpack.encode(
            {"protocol": 1, "schema": 1, "device_id": open_door["device_id"], "pull": False}
            | {"operations": [operation | {"id": new_id(), "seq": depth, "args": {"x": 77}}]}
        )
        assert head.count(b"\xa1x\x4d") == 1
        assert _sync(open_door, head.replace(b"\xa1x\x4d", b"\xa1x" + b"\x91" * depth + b"\x00")) in (200, 400)


def _dripping(address: str, start: bytes, drip: bytes) -> float:
    """Send `start`, then `drip` every 50 ms; returns after how many seconds the server hung up (10: it did not)."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        begun = time.monotonic()
        line.sendall(start)
        line.settimeout(0.05)
        while time.monotonic() - begun < 10:
            try:
                line.sendall(drip)
                if line.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        return time.monotonic() - begun


def test_who_drips_a_head_or_a_body_is_cut_off(sqlite_company: Company) -> None:
    quick = replace(SETTINGS, request_head_s=0.4, request_body_s=0.6)
    with serve.running(sqlite_company.database, quick) as address:
        assert _dripping(address, b"", b"") < 5
        assert _dripping(address, b"GET /health HTTP/1.1\r\nHost: x\r\n", b"x-a: b\r\n") < 5
        sent = (
            b"POST /auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
        )
        assert _dripping(address, sent, b" ") < 5
        with requests.Session() as session:
            for _ in range(3):
                assert session.get(address + "/health", timeout=5).status_code == 200


def test_long_heads_are_refused(sqlite_company: Company, caplog: pytest.LogCaptureFixture) -> None:
    with serve.running(sqlite_company.database, SETTINGS) as address:
        for headers in ({"x": "y" * 300_000}, {f"x-{n}": "y" * 1000 for n in range(300)}):
            try:
                status = requests.get(address + "/health", headers=headers, timeout=10).status_code
            except requests.RequestException:  # hung up while we were still sending
                continue
            assert status in (400, 431)
    caplog.clear()
