"""The routes over real loopback HTTP: who may use them, limits, malformed bodies, problems instead of 5xx."""

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.routes import HTTPRoute
from sqlalchemy import event

from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.ids import new_id
from crmdesk.protocol import frames
from crmdesk.protocol.loopback import is_loopback
from crmdesk.protocol.messages import MEDIA_TYPE, SyncEnd, SyncHead, SyncRequest
from crmdesk.server import serve
from crmdesk.server.app import create_app
from crmdesk.server.settings import Settings
from tests.server.company import CLOCK_START, PASSWORD, SETTINGS, Company, TestClock
from tests.server.founded import company_in


@dataclass
class Online:
    """A running server and one signed-in laptop."""

    company: Company
    address: str
    device_id: str
    token: str

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        """Send a request as the representative (a `headers` argument replaces the token)."""
        more.setdefault("headers", {"Authorization": f"Bearer {self.token}"})
        answer = requests.request(method, self.address + path, timeout=20, **more)
        assert answer.headers["Cache-Control"] == "no-store", "no proxy hands an answer to somebody else, or again"
        return answer

    def sync(self, body: bytes, media_type: str = MEDIA_TYPE) -> requests.Response:
        """Send a body to /sync."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": media_type}
        return self.call("POST", "/sync", data=body, headers=headers)

    def request(self, **more: Any) -> bytes:
        """Return the frame of a request."""
        fields: dict[str, Any] = {"protocol": 1, "schema": 1, "device_id": self.device_id, **more}
        return frames.encode(SyncRequest(**fields))


@pytest.fixture(scope="module")
def online(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Online]:
    """One server for all tests of this file."""
    with (
        company_in(tmp_path_factory.mktemp("http"), TestClock(CLOCK_START)) as company,
        serve.running(company.database, SETTINGS) as address,
    ):
        device_id = new_id()
        body = {"login": "rep", "password": PASSWORD, "device_id": device_id, "device_name": "笔记本"}
        given_tokens = requests.post(address + "/auth/sign-in", json=body, timeout=20).json()
        yield Online(company, address, device_id, given_tokens["access_token"])


ANY_ID = "0" * 64
OPEN_TO_ALL = {("GET", "/health"), ("POST", "/auth/sign-in"), ("POST", "/auth/refresh")}
NEEDS_TOKEN = {
    ("POST", "/auth/sign-out"),
    ("POST", "/sync"),
    ("GET", "/attachments/{sha256}"),
    ("PUT", "/attachments/{sha256}"),
    ("GET", "/attachments/{sha256}/state"),
    ("POST", "/attachments/{sha256}/proof"),
}


def _routes(online: Online) -> set[tuple[str, str]]:
    app = create_app(online.company.database, SETTINGS)
    found: set[tuple[str, str]] = set()
    for route in app.routes:
        if isinstance(route, HTTPRoute) and not route.path.startswith("/schema"):
            path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
            found |= {(str(method), path) for method in route.methods if method not in ("OPTIONS", "HEAD")}
    return found


def test_every_route_has_its_row_in_the_matrix(online: Online) -> None:
    assert _routes(online) == OPEN_TO_ALL | NEEDS_TOKEN


@pytest.mark.parametrize(("method", "path"), sorted(NEEDS_TOKEN))
@pytest.mark.parametrize("header", ["", "Bearer never-given", "Basic cmVwOng=", "Bearer " + "x" * 5000])
def test_without_a_token_nothing_opens(online: Online, method: str, path: str, header: str) -> None:
    if (path, header) == ("/auth/sign-out", "Bearer never-given"):
        return  # an unknown token is out already
    more: dict[str, Any] = {"params": {"offset": 0, "size": 1}} if method == "PUT" else {}
    more |= {"json": {"proof": "0" * 64}} if path.endswith("/proof") else {}
    headers = {"Authorization": header, "Content-Type": MEDIA_TYPE}
    answer = online.call(method, path.replace("{sha256}", ANY_ID), headers=headers, **more)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_health_and_the_description_are_open(online: Online) -> None:
    assert online.call("GET", "/health").json() == {"service": "crmdesk", "protocol": 1}
    described = online.call("GET", "/schema/openapi.json").json()
    assert {"/sync", "/auth/sign-in", "/attachments/{sha256}"} <= set(described["paths"])


def test_a_sync_goes_over_the_wire(online: Online) -> None:
    answer = online.sync(online.request())
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    head = next(frames.read_frames(io.BytesIO(answer.content)))
    assert isinstance(head, SyncHead)
    assert head.user_id == online.company["rep"]


def test_who_only_asks_for_news_costs_one_look_at_the_database(online: Online) -> None:
    """2,000 laptops ask within a minute: who asks and what is new for them is read in one transaction."""
    looks: list[object] = []
    note = looks.append
    engine = online.company.database.engine
    end = _last_frame(online.sync(online.request()).content)
    event.listen(engine, "begin", note)
    try:
        counts = []
        for _again in range(3):  # the life of the database is looked up once a second beside it
            looks.clear()
            answer = online.sync(online.request(cursor=end.cursor))
            counts.append(len(looks))
            assert _last_frame(answer.content).cursor == end.cursor
    finally:
        event.remove(engine, "begin", note)
    assert min(counts) == 1


def _last_frame(answer: bytes) -> SyncEnd:
    last = list(frames.read_frames(io.BytesIO(answer)))[-1]
    assert isinstance(last, SyncEnd)
    return last


def test_wrong_credentials_and_back_off_over_http(online: Online) -> None:
    body = {"login": "auditor", "password": "not the password", "device_id": new_id()}
    answers = [online.call("POST", "/auth/sign-in", json=body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[0].json()["code"] == "wrong_credentials"
    assert answers[-1].json()["code"] == "too_many"
    assert int(answers[-1].headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"{}",
        b"null",
        b'{"login": 1}',
        b'{"login":"rep","password":"x","device_id":"y","role":"admin"}',
        b"[" * 10_000,
        b'{"login":"\xff"}',
        b'{"login":"rep","password":"\\ud800seven green","device_id":"y"}',
        b'{"login":"rep","password":NaN,"device_id":"y"}',
    ],
)
def test_bad_json_is_told_and_never_a_server_error(online: Online, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/auth/sign-in", "/auth/refresh"):
        answer = online.call("POST", path, data=body, headers=headers)
        assert 400 <= answer.status_code < 500, answer.text
        assert set(answer.json()) <= {"code", "message", "params"}


def test_a_device_id_of_another_shape_is_refused(online: Online) -> None:
    body = {"login": "colleague", "password": PASSWORD, "device_id": "../../etc"}
    answer = online.call("POST", "/auth/sign-in", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_kind")


def test_bodies_over_the_limit_are_refused(online: Online) -> None:
    answer = online.sync(b"R" + b"x" * (frames.MAX_STORED_BYTES + 100))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    headers = {"Content-Type": "application/json"}
    assert online.call("POST", "/auth/sign-in", data=b"x" * 20_000, headers=headers).status_code == 413


def test_a_small_body_that_unpacks_to_much_is_refused(online: Online) -> None:
    bomb = zstandard.ZstdCompressor(level=3).compress(b"\x00" * (64 << 20))
    assert len(bomb) < 100_000
    assert online.sync(frames.wrap(b"R", bomb)).status_code == 400
    unsized = zstandard.ZstdCompressor(level=3, write_content_size=False).compress(b"\x00" * (64 << 20))
    assert online.sync(frames.wrap(b"R", unsized)).status_code == 400


def test_too_many_operations_are_refused_whole(online: Online) -> None:
    laptop = online.company.laptop("rep")
    operations = [laptop.create("doctor", {"name": "x"}) for _ in range(2_001)]
    answer = online.sync(online.request(operations=operations))
    assert (answer.status_code, answer.json()["params"]) == (413, {"limit": 2_000, "length": 2_001})
    assert answer.json()["code"] == "too_large"


def test_other_media_types_and_versions_are_told_apart(online: Online) -> None:
    answer = online.sync(b"{}", "application/json")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    answer = online.sync(online.request(protocol=2))
    assert (answer.status_code, answer.json()["code"]) == (426, "upgrade_needed")
    newer = msgspec.msgpack.encode({"protocol": 9, "what": "a shape of the future"})
    assert online.sync(frames.wrap(b"R", zstandard.compress(newer))).status_code == 426


def test_another_device_of_the_same_person_needs_its_own_token(online: Online) -> None:
    other = online.company.laptop("rep")
    edit = other.edit("doctor", online.company["north_doctor"], 1, note=(None, "x"))
    for operations in ([], [edit]):
        answer = online.sync(online.request(device_id=other.device_id, operations=operations))
        assert (answer.status_code, answer.json()["code"]) == (403, "device_mismatch")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_frames_are_bad_requests(online: Online, data: st.DataObject) -> None:
    sound = bytearray(online.request(cursor="x" * 30))
    kind = data.draw(st.sampled_from(["flip", "cut", "noise", "more"]))
    if kind == "flip":
        sound[data.draw(st.integers(0, len(sound) - 1))] ^= data.draw(st.integers(1, 255))
    elif kind == "cut":
        del sound[data.draw(st.integers(0, len(sound) - 1)) :]
    elif kind == "noise":
        sound = bytearray(data.draw(st.binary(max_size=300)))
    else:
        sound += data.draw(st.binary(min_size=1, max_size=20))
    answer = online.sync(bytes(sound))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_OPERATION = st.fixed_dictionaries(
    {
        "id": st.builds(new_id) | st.text(max_size=40),
        "seq": st.integers(-5, 2**63 - 1),
        "record": st.sampled_from(["doctor", "visit", "claim", "conflict", "attachment", "user", "", "x\x00"]),
        "row_id": st.builds(new_id) | st.text(max_size=40),
        "kind": st.sampled_from(["create", "edit", "delete", "command", ""]),
        "made_at": st.sampled_from(["2026-11-22T01:00:00.000Z", "", "9999-99-99", "2026-11-22"]) | st.text(max_size=30),
    },
    optional={
        "base_revision": st.integers(-1, 2**40),
        "fields": st.dictionaries(
            st.sampled_from(["name", "territory_id", "owner_id", "lines", "tags", "note", "state", "parent_id"])
            | st.text(max_size=8),
            st.tuples(_JSON, _JSON),
            max_size=4,
        ),
        "command": st.sampled_from(["submit", "approve", "", "x" * 100]),
        "args": st.dictionaries(st.text(max_size=8), _JSON, max_size=3),
        "reason": st.text(max_size=10),
        "zone": st.text(max_size=10),
    },
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=st.lists(_OPERATION, max_size=6), on_known=st.booleans())
def test_no_operation_makes_a_server_error(online: Online, operations: list[dict[str, Any]], on_known: bool) -> None:
    if on_known:
        for operation in operations:
            operation |= {"id": new_id(), "row_id": online.company["north_doctor"], "record": "doctor"}
    message = {"protocol": 1, "schema": 1, "device_id": online.device_id, "operations": operations, "pull": False}
    answer = online.sync(frames.wrap(b"R", zstandard.compress(msgspec.msgpack.encode(message))))
    assert answer.status_code == 200, answer.text
    head = next(frames.read_frames(io.BytesIO(answer.content)))
    assert isinstance(head, SyncHead)
    assert head.fork or len(head.answers) == len(operations)


def test_unknown_paths_and_methods_are_problems(online: Online) -> None:
    for method, path, status in [("GET", "/nothing", 404), ("GET", "/sync", 405), ("GET", "/attachments/xyz", 404)]:
        answer = online.call(method, path)
        assert answer.status_code in (status, 422)
        assert answer.json()["code"]


@pytest.mark.parametrize("path", ["/health", "/sync", "/auth/sign-in", "/attachments/" + ANY_ID])
@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "TRACE", "DELETE"])
def test_a_method_that_a_path_does_not_have_is_a_refusal(online: Online, path: str, method: str) -> None:
    answer = online.call(method, path)
    assert answer.status_code == 405
    if method != "HEAD":  # which has no body to tell it in
        assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("coding", ["gzip", "zstd", "identity, gzip", "unheard-of"])
def test_a_body_in_a_coding_of_its_own_is_a_refusal(online: Online, coding: str) -> None:
    """Taken as it stands it would be another body than the one that was meant."""
    headers = {"Authorization": f"Bearer {online.token}", "Content-Encoding": coding, "Content-Type": MEDIA_TYPE}
    tokens = {"login": "rep", "password": PASSWORD, "device_id": online.device_id}
    for answer in (
        online.call("POST", "/sync", data=online.request(), headers=headers),
        online.call("POST", "/auth/sign-in", json=tokens, headers={"Content-Encoding": coding}),
        online.call("PUT", f"/attachments/{ANY_ID}?offset=0&size=1", data=b"x", headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    headers["Content-Encoding"] = "Identity"
    assert online.call("POST", "/sync", data=online.request(), headers=headers).status_code == 200


def test_an_attachment_goes_up_in_chunks_and_comes_down_by_range(online: Online) -> None:
    company = online.company
    content = bytes(range(256)) * 1500
    sha256 = hashlib.sha256(content).hexdigest()
    assert online.call("GET", f"/attachments/{sha256}/state").status_code == 404
    values = {"parent_record": "doctor", "parent_id": company["north_doctor"], "sha256": sha256, "file_name": "卡.bin"}
    company.insert("attachment", values | {"media_type": "image/png", "size_bytes": len(content)})
    where, received = f"/attachments/{sha256}", 0
    while received < len(content):
        params = {"offset": received, "size": len(content)}
        answer = online.call("PUT", where, params=params, data=content[received : received + (256 << 10)])
        received = answer.json()["received"]
    assert answer.json()["complete"] is True
    assert online.call("GET", f"{where}/state").json()["complete"] is True
    assert online.call("GET", where).content == content
    part = online.call("GET", where, headers={"Authorization": f"Bearer {online.token}", "Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    too_much = online.call("PUT", where, params={"offset": 0, "size": 10}, data=b"x" * ((256 << 10) + 1))
    assert too_much.status_code == 413
    body = {"login": "other", "password": PASSWORD, "device_id": new_id()}
    stranger = online.call("POST", "/auth/sign-in", json=body).json()["access_token"]
    assert online.call("GET", where, headers={"Authorization": f"Bearer {stranger}"}).status_code == 404


def test_plain_http_off_loopback_is_refused(sqlite_company: Company) -> None:
    with pytest.raises(InputError, match="tls_needed"):
        serve.serve(sqlite_company.database, Settings(host="0.0.0.0"), lambda _address: None)
    assert is_loopback("127.0.0.1")
    assert is_loopback("localhost")
    assert is_loopback("::1")
    assert not is_loopback("crm.example")


def test_a_taken_port_is_told(online: Online, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    port = int(online.address.rpartition(":")[2])
    with pytest.raises(WorldError, match=r"server_did_not_start|port_in_use"):
        with serve.running(online.company.database, SETTINGS, port):
            pytest.fail("two servers on one port")
    caplog.clear()
