"""Malformed, oversized, foreign, stale, replayed, reordered, forged messages: each is told and changes nothing."""

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient
from sqlalchemy import select

from crmdesk.domain.ids import new_id
from crmdesk.protocol import frames
from crmdesk.protocol.messages import MEDIA_TYPE, Answer, Answers, Operation, Page, SyncEnd, SyncHead, SyncRequest
from crmdesk.server.app import create_app
from crmdesk.server.tables import METADATA, OPERATION_LOG
from tests.server.company import (
    CLOCK_START,
    PASSWORD,
    SETTINGS,
    Company,
    Laptop,
    TestClock,
    visit_values,
)
from tests.server.founded import company_on

_OF_SIGNING_IN = {"access_token", "refresh_token", "token_family", "sign_in_failure", "device"}
Tables = dict[str, list[Any]]


@dataclass
class Door:
    """The application over a company, and the laptops of people who are signed in at it."""

    company: Company
    client: TestClient[Any]
    tokens: dict[str, str] = field(default_factory=dict)
    laptops: dict[str, Laptop] = field(default_factory=dict)

    def sign_in(self, who: str) -> Laptop:
        """Return the laptop of a person, signed in once."""
        if who not in self.laptops:
            laptop = self.laptops[who] = self.company.laptop(who)
            body = {"login": who, "password": PASSWORD, "device_id": laptop.device_id}
            self.tokens[who] = self.client.post("/auth/sign-in", json=body).json()["access_token"]
        return self.laptops[who]

    def send(self, body: bytes, who: str = "rep", media_type: str = MEDIA_TYPE) -> Any:
        """Send a body to `/sync` as a person."""
        self.sign_in(who)
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Content-Type": media_type}
        return self.client.post("/sync", content=body, headers=headers)

    def plain(self, who: str = "rep", **more: Any) -> dict[str, Any]:
        """Return a sound request as plain values."""
        return {"protocol": 1, "schema": 2, "device_id": self.sign_in(who).device_id, "pull": False, **more}

    def push(self, operations: list[Operation], who: str = "rep", **more: Any) -> list[Answer]:
        """Push operations over HTTP and return the answers."""
        asked = SyncRequest(1, 2, self.sign_in(who).device_id, operations=operations, pull=False, **more)
        answer = self.send(frames.encode(asked), who)
        assert answer.status_code == 200, answer.text
        found: list[Answer] = []
        for message in frames.read_frames(io.BytesIO(answer.content)):
            if isinstance(message, SyncHead | Answers):
                assert not message.fork
                found += message.answers
        return found

    def tables(self, *, log: bool = True) -> Tables:
        """Return all that the server holds, signing in left out (and the log of operations where `log` is not set)."""
        left_out = _OF_SIGNING_IN if log else _OF_SIGNING_IN | {OPERATION_LOG.name}
        with self.company.database.reading() as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
                for table in METADATA.sorted_tables
                if table.name not in left_out
            }


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One application over each database for all tests of this file."""
    folder: Path = tmp_path_factory.mktemp("messages")
    settings = replace(SETTINGS, attachment_folder=str(folder / "bytes"), failures_per_address=10**6)
    with (
        company_on(request, folder, TestClock(CLOCK_START)) as company,
        TestClient(create_app(company.database, settings)) as client,
    ):
        made = Door(company, client)
        for who in ("rep", "colleague", "other"):
            made.sign_in(who)
        yield made


def framed(plain: Any, kind: bytes = b"R") -> bytes:
    return frames.wrap(kind, zstandard.compress(msgspec.msgpack.encode(plain)))


# --- a whole request ------------------------------------------------------------------------------------------------


def _damaged(door: Door) -> bytes:
    body = bytearray(framed(door.plain()))
    body[-1] ^= 1
    return bytes(body)


def _too_long(door: Door) -> bytes:
    return framed(door.plain(cursor="x" * (5 << 20)))


REFUSED_WHOLE: dict[str, tuple[int, str, Callable[[Door], bytes]]] = {
    "nothing": (400, "bad_request", lambda _d: b""),
    "a page of a portal": (400, "bad_request", lambda _d: b"<html><body>Sign in to the Wi-Fi</body></html>"),
    "JSON": (400, "bad_request", lambda _d: b'{"protocol": 1}'),
    "half a header": (400, "bad_request", lambda d: framed(d.plain())[:7]),
    "half a frame": (400, "bad_request", lambda d: framed(d.plain())[:-5]),
    "a flipped bit": (400, "bad_request", _damaged),
    "two frames": (400, "bad_request", lambda d: framed(d.plain()) * 2),
    "something behind the frame": (400, "bad_request", lambda d: framed(d.plain()) + b"\x00"),
    "an answer instead of a question": (400, "bad_request", lambda _d: frames.encode(SyncEnd("x"))),
    "a page instead of a question": (400, "bad_request", lambda _d: frames.encode(Page("c", [], "1"))),
    "bytes that are not compressed": (
        400,
        "bad_request",
        lambda d: frames.wrap(b"R", msgspec.msgpack.encode(d.plain())),
    ),
    "a list": (400, "bad_request", lambda _d: framed([1, 2])),
    "a number": (400, "bad_request", lambda _d: framed(7)),
    "a name that nobody knows": (400, "bad_request", lambda d: framed(d.plain(role="admin"))),
    "no device": (400, "bad_request", lambda _d: framed({"protocol": 1, "schema": 1})),
    "operations that are none": (400, "bad_request", lambda d: framed(d.plain(operations=[{"id": "x"}]))),
    "fields without an old value": (
        400,
        "bad_request",
        lambda d: framed(d.plain(operations=[_plain_edit(d) | {"fields": {"name": ["x"]}}])),
    ),
    "an operation that asks for more": (
        400,
        "bad_request",
        lambda d: framed(d.plain(operations=[_plain_edit(d) | {"user_id": d.company["manager"]}])),
    ),
    "a number for a text": (400, "bad_request", lambda d: framed(d.plain(cursor=7))),
    "a protocol of the future": (426, "upgrade_needed", lambda d: framed(d.plain(protocol=2))),
    "a protocol of the past": (426, "upgrade_needed", lambda d: framed(d.plain(protocol=0))),
    "another shape of the future": (426, "upgrade_needed", lambda _d: framed({"protocol": 7, "question": {}})),
    "a device that is no id": (422, "wrong_kind", lambda d: framed(d.plain() | {"device_id": "../../etc"})),
    "the device of a colleague": (
        403,
        "device_mismatch",
        lambda d: framed(d.plain() | {"device_id": d.sign_in("colleague").device_id}),
    ),
    "more than any batch": (413, "too_large", _too_long),
    "more than any frame": (413, "too_large", lambda _d: b"R" * (frames.MAX_STORED_BYTES + 14)),
    "too many operations": (413, "too_large", lambda d: framed(d.plain(operations=[_plain_edit(d)] * 2_001))),
}


def _plain_edit(door: Door, **more: Any) -> dict[str, Any]:
    operation = {"id": new_id(), "seq": 1, "record": "doctor", "row_id": door.company["north_doctor"], "kind": "edit"}
    operation |= {"made_at": "2026-11-22T02:00:00.000Z", "base_revision": 1, "fields": {"note": [None, "x"]}}
    return operation | more


@pytest.mark.parametrize("case", REFUSED_WHOLE)
def test_a_request_that_is_none_is_told_and_changes_nothing(door: Door, case: str) -> None:
    status, code, make = REFUSED_WHOLE[case]
    body = make(door)
    before = door.tables()
    answer = door.send(body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert set(answer.json()) <= {"code", "message", "params"}
    assert door.tables() == before


def test_other_media_types_are_told(door: Door) -> None:
    for media_type in ("application/json", "text/html", "", "application/vnd.crmdesk.sync.v2"):
        answer = door.send(framed(door.plain()), media_type=media_type)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        found += _places(one, (*path, key))
    return found


def _put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _put(copy[path[0]], path[1:], new)
    return copy


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(new=_VALUES, data=st.data())
def test_a_request_with_one_strange_value_is_refused_or_answered(door: Door, new: Any, data: st.DataObject) -> None:
    """Whatever stands where: never a server error, and what is refused has changed nothing."""
    edit = _plain_edit(door, seq=data.draw(st.integers(2**40, 2**50)), args={"a": [1]}, reason="x", zone="UTC")
    plain = door.plain(operations=[edit], cursor="x", refetch=["c"], subscription=b"1", summary=b"2", acknowledged=3)
    changed = _put(plain, data.draw(st.sampled_from(_places(plain))), new)
    try:
        body = framed(changed)
    except UnicodeEncodeError:
        return
    before, log = door.tables(log=False), door.tables()[OPERATION_LOG.name]
    answer = door.send(body)
    assert answer.status_code in (200, 400, 403, 413, 422, 426), answer.text
    if answer.status_code != 200:
        assert (door.tables(log=False), door.tables()[OPERATION_LOG.name]) == (before, log)
        return
    head, *_ = frames.read_frames(io.BytesIO(answer.content))
    assert isinstance(head, SyncHead)
    if all(one.outcome == "refused" for one in head.answers):
        assert {name: rows for name, rows in door.tables(log=False).items() if name != "territory_held"} == {
            name: rows for name, rows in before.items() if name != "territory_held"
        }
        assert all(one.code and one.row is None for one in head.answers)


# --- stale and forged cursors ---------------------------------------------------------------------------------------


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    cursor=st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
    refetch=st.lists(st.text(max_size=20) | st.sampled_from(["c", "t:x", "m:", "p:"]), max_size=4),
)
def test_any_cursor_is_a_place_to_start_and_opens_nothing(door: Door, cursor: str, refetch: list[str]) -> None:
    south = f"t:{door.company['south']}"
    try:
        body = framed(door.plain(cursor=cursor, refetch=[*refetch, south]) | {"pull": True})
    except UnicodeEncodeError:
        return
    answer = door.send(body)
    assert answer.status_code == 200, answer.text
    messages = list(frames.read_frames(io.BytesIO(answer.content)))
    pages = [one for one in messages if isinstance(one, Page)]
    head = messages[0]
    assert isinstance(head, SyncHead)
    assert isinstance(messages[-1], SyncEnd)
    assert {page.scope for page in pages} <= set(head.scopes)
    assert south not in head.scopes
    if cursor:
        assert set(head.restart) == set(head.scopes), "a clear restart, not silence"


# --- operations -----------------------------------------------------------------------------------------------------


def _sound_operations(door: Door, rng: Any) -> list[Operation]:
    """Return operations of one laptop of which some are refused, each naming no other one."""
    company, mine = door.company, door.sign_in("rep")
    doctor = company.insert("doctor", {"name": "x", "territory_id": company["north"]})
    visit = company.insert("visit", visit_values(company))
    made = [
        mine.edit("doctor", doctor, 1, phone=(None, "1")),
        mine.edit("doctor", doctor, 1, title=(None, "chief")),
        mine.edit("doctor", doctor, 1, tags=(None, ["a"])),
        mine.edit("doctor", doctor, 1, tags=(None, ["b"])),
        mine.edit("visit", visit, 1, next_step=(None, "x")),
        mine.create("doctor", {"name": "周", "territory_id": company["north"]}),
        mine.create("doctor", {"name": "", "territory_id": company["north"]}),
        mine.edit("doctor", company["south_doctor"], 1, phone=(None, "1")),
        mine.operation("doctor", company["north_doctor"], "erase"),
    ]
    return [one for one in made if rng.random() < 0.8]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rng=st.randoms(use_true_random=False), data=st.data())
def test_replayed_and_reordered_operations_have_one_effect_and_one_answer(
    door: Door, rng: Any, data: st.DataObject
) -> None:
    operations = _sound_operations(door, rng)
    first: dict[str, Answer] = {}
    sent = 0
    while operations and (len(first) < len(operations) or data.draw(st.booleans())):
        chosen = data.draw(st.lists(st.sampled_from(operations), min_size=1, max_size=6))
        if sent > 12:
            chosen = operations
        new_here = [one.id for one in chosen if one.id not in first]
        before = door.tables()
        answers = door.push(chosen)
        sent += 1
        assert [one.op_id for one in answers] == [one.id for one in chosen]
        for answer in answers:
            known = first.setdefault(answer.op_id, answer)
            if known is answer:
                continue
            expected = "refused" if known.outcome == "refused" else "duplicate"
            assert (answer.outcome, answer.code, answer.params) == (expected, known.code, known.params)
        if not new_here:
            assert door.tables() == before, "a repeat has changed something"
    for one in operations:
        unsound = one.kind == "erase" or "" in [new for _, new in one.fields.values()]
        refused = unsound or one.row_id == door.company["south_doctor"]
        assert (first[one.id].outcome == "refused") == refused, first[one.id]


FORGED: dict[str, tuple[str, Callable[[Door, Laptop], Operation]]] = {
    "an id that is none": ("invalid", lambda d, _m: msgspec.convert(_plain_edit(d, id="x"), Operation)),
    "a row id that is none": (
        "invalid",
        lambda d, m: _with(m.edit("doctor", d.company["north_doctor"], 1), row_id="'--"),
    ),
    "a sequence of zero": ("invalid", lambda d, m: _with(m.edit("doctor", d.company["north_doctor"], 1), seq=0)),
    "a sequence below zero": ("invalid", lambda d, m: _with(m.edit("doctor", d.company["north_doctor"], 1), seq=-7)),
    "a sequence beyond all": ("invalid", lambda d, m: _with(m.edit("doctor", d.company["north_doctor"], 1), seq=2**60)),
    "a revision of the future": (
        "invalid",
        lambda d, m: m.edit("doctor", d.company["north_doctor"], 2**31, note=(None, "x")),
    ),
    "a revision below zero": (
        "invalid",
        lambda d, m: m.edit("doctor", d.company["north_doctor"], -1, note=(None, "x")),
    ),
    "a time that is none": (
        "invalid",
        lambda d, m: _with(m.edit("doctor", d.company["north_doctor"], 1, note=(None, "x")), made_at="yesterday"),
    ),
    "a record that there is not": ("unknown_record", lambda _d, m: m.create("password", {"login": "x"})),
    "a kind that there is not": ("invalid", lambda d, m: m.operation("doctor", d.company["north_doctor"], "upsert")),
    "a row of another territory": (
        "unknown_row",
        lambda d, m: m.edit("doctor", d.company["south_doctor"], 1, note=(None, "x")),
    ),
    "the house-keeping of the server": (
        "field_not_allowed",
        lambda d, m: m.edit("doctor", d.company["north_doctor"], 1, created_by=(None, d.company["manager"])),
    ),
    "an owner that is not the sender": (
        "not_yours",
        lambda d, m: m.create("visit", visit_values(d.company, "manager")),
    ),
    "a command in another's name": (
        "unknown_row",
        lambda _d, m: m.operation("claim", new_id(), "command", command="approve", args={"seen_hash": "0" * 64}),
    ),
    "arguments without end": (
        "invalid",
        lambda _d, m: m.operation("claim", new_id(), "command", command="approve", args={"x": "y" * 70_000}),
    ),
    "a life that can be none": (
        "invalid",
        lambda d, m: m.operation("doctor", d.company["north_doctor"], "delete", base_revision=1, life="x" * 41),
    ),
    "fields without end": (
        "invalid",
        lambda d, m: m.edit("doctor", d.company["north_doctor"], 1, **{f"f{n}": (None, 1) for n in range(201)}),
    ),
    "a note without end": (
        "invalid",
        lambda d, m: m.edit("doctor", d.company["north_doctor"], 1, note=(None, "x" * 20_001)),
    ),
    "an old value of a new row": (
        "invalid",
        lambda d, m: m.operation(
            "doctor",
            new_id(),
            "create",
            fields={"territory_id": (None, d.company["north"]), "custom": ("x", {"a": 1})} | {"name": (None, "x")},
        ),
    ),
    "an old value without end": (
        "invalid",
        lambda d, m: m.edit("doctor", d.company["north_doctor"], 1, note=("x" * 20_001, "x")),
    ),
}


def _with(operation: Operation, **more: Any) -> Operation:
    return msgspec.structs.replace(operation, **more)


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_operation_is_refused_beside_a_sound_one(door: Door, case: str) -> None:
    code, make = FORGED[case]
    mine = door.sign_in("rep")
    before = door.tables(log=False)
    forged = make(door, mine)
    (answer,) = door.push([forged])
    assert (answer.outcome, answer.code, answer.row) == ("refused", code, None)
    after = door.tables(log=False)
    assert {name for name in after if after[name] != before[name]} <= {"territory_held"}
    doctor = door.company.insert("doctor", {"name": "x", "territory_id": door.company["north"]})
    sound = mine.edit("doctor", doctor, 1, phone=(None, "1"))
    assert [one.outcome for one in door.push([make(door, mine), sound])] == ["refused", "applied"]


def test_an_operation_of_somebody_else_is_no_way_to_their_answers(door: Door) -> None:
    mine, doctor = door.sign_in("rep"), door.company["north_doctor"]
    made = mine.edit("doctor", doctor, 1, email=(None, "secret@x"))
    door.push([made])
    thief = door.sign_in("other")
    before = door.tables()
    stolen = _with(made, seq=thief.seq + 1)
    (answer,) = door.push([stolen], "other")
    assert (answer.outcome, answer.code, answer.row, answer.revision) == ("refused", "body_mismatch", None, 0)
    assert door.tables() == before


def test_a_known_id_with_another_body_changes_nothing(door: Door) -> None:
    mine = door.sign_in("rep")
    doctor = door.company.insert("doctor", {"name": "x", "territory_id": door.company["north"]})
    made = mine.edit("doctor", doctor, 1, phone=(None, "1"))
    door.push([made])
    before = door.tables()
    for changed in (
        _with(made, fields={"phone": (None, "2")}),
        _with(made, row_id=door.company["north_doctor"]),
        _with(made, kind="delete"),
        _with(made, base_revision=2),
        _with(made, made_at="2026-11-22T02:00:01.000Z"),
        _with(made, reason="x"),
    ):
        assert [(one.outcome, one.code) for one in door.push([changed])] == [("refused", "body_mismatch")]
    assert [one.outcome for one in door.push([_with(made, seq=mine.seq + 900)])] == ["duplicate"], (
        "renumbered by a fork"
    )
    assert door.tables() == before


def test_a_sequence_that_was_passed_is_a_fork_and_changes_nothing(door: Door) -> None:
    mine = door.sign_in("rep")
    doctor = door.company.insert("doctor", {"name": "x", "territory_id": door.company["north"]})
    first = mine.edit("doctor", doctor, 1, phone=(None, "1"))
    door.push([first])
    fresh = [mine.edit("doctor", doctor, 2, title=(None, "chief")) for _ in range(3)]
    fresh[1] = _with(fresh[1], seq=first.seq)
    before = door.tables()
    answer = door.send(framed(door.plain(operations=msgspec.to_builtins(fresh))))
    head, *_ = frames.read_frames(io.BytesIO(answer.content))
    assert isinstance(head, SyncHead)
    assert (head.fork, head.answers) == (True, [])
    assert door.tables() == before
