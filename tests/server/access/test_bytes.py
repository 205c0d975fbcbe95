"""The routes of attachments by chance: any order of pieces, proofs and reads ends whole or not at all.

The model knows who brought what. Bytes are given only to whoever sees a row whose author has brought them in full or
shown to hold them; what was sent wrong is never kept as what it was named.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import CHUNK_BYTES, MAX_ATTACHMENT_BYTES
from crmdesk.server.app import create_app
from crmdesk.server.routes.files import WORTH_A_PROOF
from tests.server.access.firms import attachment_of
from tests.server.company import CLOCK_START, PASSWORD, SETTINGS, Company, TestClock
from tests.server.founded import company_in

PEOPLE = ("rep", "other", "finance")


@dataclass
class Desk:
    """The application, signed-in people, and fresh contents of which two people hold a row each."""

    company: Company
    client: TestClient[Any]
    tokens: dict[str, str] = field(default_factory=dict)

    def call(self, who: str, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
        """Send a request as a person."""
        given_headers = {"Authorization": f"Bearer {self.tokens[who]}"} | (headers or {})
        return self.client.request(method, f"/attachments/{path}", headers=given_headers, **more)

    def content(self, length: int) -> bytes:
        """Make bytes that nobody has sent; the representatives of both territories name them in a row of their own."""
        made = (new_id().encode() * (length // 36 + 1))[:length]
        sha256 = hashlib.sha256(made).hexdigest()
        for who, doctor in (("rep", "north_doctor"), ("other", "south_doctor")):
            laptop = self.company.laptop(who)
            operation = laptop.create("attachment", attachment_of("doctor", self.company[doctor], sha256))
            assert [one.outcome for one in laptop.tell(operation)] == ["applied"]
        return made


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One application for all tests of this file; no database decides about bytes."""
    folder: Path = tmp_path_factory.mktemp("bytes")
    settings = replace(SETTINGS, attachment_folder=str(folder / "bytes"))
    with (
        company_in(folder, TestClock(CLOCK_START)) as company,
        TestClient(create_app(company.database, settings)) as client,
    ):
        made = Desk(company, client)
        for who in PEOPLE:
            body = {"login": who, "password": PASSWORD, "device_id": new_id()}
            made.tokens[who] = client.post("/auth/sign-in", json=body).json()["access_token"]
        yield made


_WHO = st.sampled_from(PEOPLE)
_ACTS = st.one_of(
    st.tuples(st.just("put"), _WHO, st.booleans(), st.integers(0, 90), st.booleans(), st.booleans()),
    st.tuples(st.just("put_next"), _WHO, st.booleans(), st.integers(1, 60), st.booleans(), st.just(True)),
    st.tuples(st.just("proof"), _WHO, st.sampled_from(["right", "wrong", "of another", "", "x" * 900])),
    st.tuples(st.just("get"), _WHO, st.sampled_from(["", "bytes=0-0", "bytes=3-", "bytes=-4", "bytes=999-", "x"])),
    st.tuples(st.just("state"), _WHO, st.sampled_from([0, 1, 64, WORTH_A_PROOF, MAX_ATTACHMENT_BYTES])),
)


class Model:
    """Who has brought the bytes, and what of them the server has of whom."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.content = desk, desk.content(64)
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        self.parts: dict[str, bytes] = {}
        self.brought: set[str] = set()

    @property
    def here(self) -> bool:
        return bool(self.brought)

    def put(self, who: str, right: bool, offset: int, fits: bool, whole: bool) -> None:
        """Send a piece: of the right or of other bytes, at a place, of the true or of another size."""
        source = self.content if right else b"\x00" * 64
        size = 64 if fits else 65
        piece = source[offset:] if whole else source[offset : offset + 7]
        answer = self.desk.call(who, "PUT", self.sha256, params={"offset": offset, "size": size}, content=piece)
        if who == "finance":
            assert answer.status_code == 404
            return
        if offset > size:
            assert answer.status_code in (413, 416), answer.text
            return
        key = f"{who}{size}"
        had = self.parts.get(key, b"")
        if who in self.brought:
            assert answer.json()["complete"] is True
            return
        if offset == len(had):
            had += piece
        if len(had) == size:
            self.parts.pop(key, None)
            if had != self.content:
                assert (answer.status_code, answer.json()["code"]) == (422, "hash_mismatch")
                return
            self.brought.add(who)
            assert answer.json()["complete"] is True
            return
        self.parts[key] = had
        assert answer.status_code == 200, answer.text
        assert (answer.json()["complete"], answer.json()["received"]) == (False, len(had))

    def put_next(self, who: str, right: bool, length: int, fits: bool, _whole: bool) -> None:
        """Go on where it stopped."""
        had = len(self.parts.get(f"{who}{64 if fits else 65}", b""))
        self.put(who, right, had, fits, length > 30)

    def proof(self, who: str, kind: str) -> None:
        """Answer the challenge, whether one was given or not."""
        asked = self.desk.call(who, "GET", f"{self.sha256}/state", params={"size": WORTH_A_PROOF})
        challenge = bytes.fromhex(asked.json().get("challenge", "")) if asked.status_code == 200 else b""
        held = {"right": self.content, "of another": b"x"}.get(kind)
        proof = kind if held is None else hmac.new(challenge or b"x", held, "sha256").hexdigest()
        answer = self.desk.call(who, "POST", f"{self.sha256}/proof", json={"proof": proof})
        if who == "finance":
            assert answer.status_code == 404
        elif who in self.brought:
            assert answer.json()["complete"] is True
        elif kind == "right" and self.here:
            assert answer.json()["complete"] is True
            self.brought.add(who)
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "wrong_proof"), answer.text

    def get(self, who: str, asked: str) -> None:
        """Read, whole or a range."""
        answer = self.desk.call(who, "GET", self.sha256, {"Range": asked} if asked else {})
        if who not in self.brought:
            assert answer.status_code == 404
            assert answer.json()["code"] == ("not_found" if who == "finance" else "not_arrived")
            return
        if asked == "bytes=999-":
            assert (answer.status_code, answer.json()["code"]) == (416, "out_of_range")
            return
        ranges = {"bytes=0-0": self.content[:1], "bytes=3-": self.content[3:], "bytes=-4": self.content[-4:]}
        assert answer.status_code == (206 if asked in ranges else 200)
        assert answer.content == ranges.get(asked, self.content)

    def state(self, who: str, size: int) -> None:
        """Ask how far it has come."""
        answer = self.desk.call(who, "GET", f"{self.sha256}/state", params={"size": size})
        if who == "finance":
            assert answer.status_code == 404
            return
        told = answer.json()
        assert told["complete"] is (who in self.brought)
        if who not in self.brought:
            # alike whether somebody else has sent these bytes or not
            assert ("challenge" in told) == (size >= WORTH_A_PROOF)
            assert told["received"] == len(self.parts.get(f"{who}{size}", b""))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(acts=st.lists(_ACTS, min_size=3, max_size=14))
@example(
    acts=[("put_next", "rep", False, 31, True, True), ("state", "rep", 64), ("put_next", "rep", True, 31, True, True)]
)
@example(
    acts=[("put_next", "rep", True, 31, True, True), ("proof", "other", "right"), ("put", "rep", True, 0, True, True)]
)
def test_any_order_of_pieces_proofs_and_reads(desk: Desk, acts: list[tuple[Any, ...]]) -> None:
    model = Model(desk)
    for name, *given_values in acts:
        getattr(model, name)(*given_values)
    for who in PEOPLE:
        model.get(who, "")


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    method=st.sampled_from(["GET", "PUT", "POST"]),
    name=st.text(max_size=70)
    | st.sampled_from(["0" * 64, "A" * 64, "0" * 63, "0" * 65, "..", "%2e%2e", "0" * 64 + "\n"]),
    tail=st.sampled_from(["", "/state", "/proof", "/other"]),
    params=st.dictionaries(
        st.sampled_from(["offset", "size", "x"]),
        st.sampled_from(["", "-1", "0", "1", "x", "1e3", "9" * 30, "NaN", "0x10", " 1"]) | st.integers().map(str),
        max_size=3,
    ),
    body=st.binary(max_size=40) | st.sampled_from([b"{}", b'{"proof": 1}', b'{"proof": "x", "y": 1}', b"[", b"\xff"]),
)
def test_strange_calls_are_refused_precisely(
    desk: Desk, method: str, name: str, tail: str, params: dict[str, str], body: bytes
) -> None:
    from urllib.parse import quote

    path = f"{quote(name, safe='')}{tail}"
    answer = desk.call("rep", method, path, params=params, content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500, answer.text
    assert set(answer.json()) <= {"code", "message", "params"}


def test_bytes_of_somebody_else_are_shown_to_be_held_instead_of_sent(desk: Desk) -> None:
    content = desk.content(WORTH_A_PROOF + 10)
    sha256 = hashlib.sha256(content).hexdigest()
    for offset in range(0, len(content), CHUNK_BYTES):
        piece, params = content[offset : offset + CHUNK_BYTES], {"offset": offset, "size": len(content)}
        assert desk.call("rep", "PUT", sha256, params=params, content=piece).status_code == 200
    challenge = desk.call("other", "GET", f"{sha256}/state", params={"size": len(content)}).json()["challenge"]
    assert desk.call("other", "GET", sha256).json()["code"] == "not_arrived", "naming a hash opens nothing"
    stolen = desk.call("rep", "GET", f"{sha256}/state", params={"size": len(content)}).json()
    assert "challenge" not in stolen
    proof = hmac.new(bytes.fromhex(challenge), content, "sha256").hexdigest()
    answer = desk.call("other", "POST", f"{sha256}/proof", json={"proof": proof})
    assert (answer.status_code, answer.json()["complete"]) == (200, True)
    assert desk.call("other", "GET", sha256).content == content


def test_a_proof_is_of_use_to_its_maker_alone(desk: Desk) -> None:
    content = desk.content(WORTH_A_PROOF)
    sha256 = hashlib.sha256(content).hexdigest()
    asked = {who: desk.call(who, "GET", f"{sha256}/state", params={"size": len(content)}).json()["challenge"]
             for who in ("rep", "other")}  # fmt: skip
    assert asked["rep"] != asked["other"]
    desk.call("rep", "PUT", sha256, params={"offset": 0, "size": len(content)}, content=content)
    proof = hmac.new(bytes.fromhex(asked["rep"]), content, "sha256").hexdigest()
    answer = desk.call("other", "POST", f"{sha256}/proof", json={"proof": proof})
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_proof")


def test_a_file_at_the_limit_and_one_over(desk: Desk) -> None:
    sha256 = hashlib.sha256(desk.content(8)).hexdigest()
    most = {"offset": 0, "size": MAX_ATTACHMENT_BYTES}
    assert desk.call("rep", "PUT", sha256, params=most, content=b"x").json()["received"] == 1
    over = most | {"size": MAX_ATTACHMENT_BYTES + 1}
    assert desk.call("rep", "PUT", sha256, params=over, content=b"x").status_code == 422
    assert (
        desk.call("rep", "PUT", sha256, params=most | {"offset": 1}, content=b"x" * (CHUNK_BYTES + 1)).status_code
        == 413
    )
    far = most | {"offset": 1, "size": 8}
    assert desk.call("rep", "PUT", sha256, params=far, content=b"x" * 20).status_code == 416
