"""The codec by chance: each message comes back as it was sent, and anything else is a FrameError, nothing worse."""

import io
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.protocol import frames
from crmdesk.protocol.frames import FrameError, Message
from crmdesk.protocol.messages import (
    Answer,
    Answers,
    Operation,
    Page,
    RowGroup,
    ScopeDigest,
    SyncEnd,
    SyncHead,
    SyncRequest,
)

TEXT = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)
NUMBER = st.integers(0, 2**53 - 1)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
MAPS = st.dictionaries(TEXT, ANY, max_size=3)
PLACES = st.integers(0, 2**20)
"""A place in encoded bytes, by remainder. Their number must not bound the draw: a default is left out only where it is
the very object of the declaration, so that equal messages may be encoded in different lengths."""
OPERATIONS = st.builds(
    Operation,
    id=TEXT,
    seq=NUMBER,
    record=TEXT,
    row_id=TEXT,
    kind=TEXT,
    made_at=TEXT,
    zone=TEXT,
    base_revision=NUMBER,
    fields=st.dictionaries(TEXT, st.tuples(ANY, ANY), max_size=3),
    command=TEXT,
    args=MAPS,
    reason=TEXT,
)
ANSWERS = st.builds(
    Answer,
    op_id=TEXT,
    outcome=TEXT,
    revision=NUMBER,
    row=st.none() | MAPS,
    code=TEXT,
    params=MAPS,
    field=TEXT,
)


@st.composite
def groups(draw: st.DrawFn, with_gone: bool = True) -> RowGroup:
    """A group of rows under one column header."""
    columns = draw(st.lists(TEXT, min_size=1, max_size=4))
    rows = draw(st.lists(st.lists(ANY, min_size=len(columns), max_size=len(columns)), max_size=4))
    gone = draw(st.lists(TEXT, max_size=2)) if with_gone else []
    return RowGroup(draw(TEXT), columns, rows, left=gone, deleted=gone[:1])


PAGES = st.builds(
    Page,
    scope=TEXT,
    groups=st.lists(groups(), max_size=3),
    cursor=TEXT,
    complete=st.booleans(),
    first=st.booleans(),
    remaining=NUMBER,
)
MESSAGES = st.one_of(
    st.builds(
        SyncRequest,
        protocol=NUMBER,
        schema=NUMBER,
        device_id=TEXT,
        cursor=TEXT,
        operations=st.lists(OPERATIONS, max_size=3),
        acknowledged=NUMBER,
        pull=st.booleans(),
        refetch=st.lists(TEXT, max_size=3),
        subscription=st.binary(max_size=9),
        summary=st.binary(max_size=9),
    ),
    st.builds(
        SyncHead,
        epoch=TEXT,
        server_time=TEXT,
        user_id=TEXT,
        scopes=st.lists(TEXT, max_size=3),
        answers=st.lists(ANSWERS, max_size=3),
        restart=st.lists(TEXT, max_size=3),
        fork=st.booleans(),
        cursor=TEXT,
        same_scopes=st.booleans(),
    ),
    st.builds(Answers, answers=st.lists(ANSWERS, max_size=3), fork=st.booleans()),
    PAGES,
    st.builds(
        SyncEnd,
        cursor=TEXT,
        more=st.booleans(),
        digests=st.lists(st.builds(ScopeDigest, scope=TEXT, record=TEXT, count=NUMBER, digest=TEXT), max_size=3),
        next_sync_s=NUMBER,
        same=st.booleans(),
    ),
)


class Dripping(io.RawIOBase):
    """A source that gives its bytes in pieces of the given sizes, over and over."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data, self._sizes, self._turn = io.BytesIO(data), sizes, 0

    def read(self, size: int = -1, /) -> bytes:
        self._turn += 1
        return self._data.read(min(size, self._sizes[self._turn % len(self._sizes)]))


@given(MESSAGES)
def test_every_message_comes_back_as_it_was_sent(message: Message) -> None:
    assert frames.decode(frames.encode(message), type(message)) == message


@given(st.lists(MESSAGES, max_size=5), st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_a_stream_comes_back_in_order_however_it_drips(messages: list[Message], sizes: list[int]) -> None:
    data = b"".join(map(frames.encode, messages))
    assert list(frames.read_frames(Dripping(data, sizes))) == messages


@given(st.lists(MESSAGES, min_size=1, max_size=3), st.data())
def test_a_cut_stream_gives_what_came_whole_and_then_says_so(messages: list[Message], data: st.DataObject) -> None:
    parts = [frames.encode(one) for one in messages]
    whole = b"".join(parts)
    cut = data.draw(PLACES) % len(whole)
    ends = [sum(map(len, parts[: at + 1])) for at in range(len(parts))]
    found: list[Message] = []
    if cut == 0 or cut in ends:
        found = list(frames.read_frames(io.BytesIO(whole[:cut])))
    else:
        with pytest.raises(FrameError):
            found.extend(frames.read_frames(io.BytesIO(whole[:cut])))
    assert found == messages[: sum(1 for end in ends if end <= cut)]


@given(MESSAGES, st.data())
def test_a_changed_byte_is_always_seen(message: Message, data: st.DataObject) -> None:
    damaged = bytearray(frames.encode(message))
    damaged[data.draw(PLACES) % len(damaged)] ^= data.draw(st.integers(1, 255))
    with pytest.raises(FrameError):
        frames.decode(bytes(damaged), type(message))


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every node of a plain value."""
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _places(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            found += _places(inner, (*path, at))
    return found


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _with(copy[path[0]], path[1:], new)
    return copy


def _framed(kind: bytes, plain: Any) -> bytes:
    return frames.wrap(kind, zstandard.compress(msgspec.msgpack.encode(plain)))


_KIND_OF = {message: kind for kind, message in frames.KINDS.items()}


@settings(max_examples=300)
@given(MESSAGES, ANY | st.binary(max_size=5), st.data())
def test_a_message_of_another_shape_is_a_frame_error_or_a_message(
    message: Message, new: Any, data: st.DataObject
) -> None:
    plain = msgspec.msgpack.decode(msgspec.msgpack.encode(message))
    changed = _with(plain, data.draw(st.sampled_from(_places(plain))), new)
    if isinstance(changed, dict) and data.draw(st.booleans()):
        changed = {**changed, data.draw(TEXT): new}
    kind = data.draw(st.sampled_from([_KIND_OF[type(message)], *frames.KINDS]))
    try:
        read = frames.decode(_framed(kind, changed), frames.KINDS[kind])
    except FrameError:
        return
    assert isinstance(read, frames.KINDS[kind])
    if isinstance(read, SyncRequest):
        assert set(changed) <= {field.name for field in msgspec.structs.fields(SyncRequest)}, "a name nobody knows"
    if isinstance(read, Page):
        assert all(len(group.columns) == len(group.values) for group in read.groups if group.values)


@given(st.sampled_from(sorted(frames.KINDS)), st.binary(max_size=60))
def test_any_message_pack_is_a_frame_error_or_a_message(kind: bytes, noise: bytes) -> None:
    try:
        read = frames.decode(frames.wrap(kind, zstandard.compress(noise)), frames.KINDS[kind])
    except FrameError:
        return
    assert isinstance(read, frames.KINDS[kind])


@pytest.mark.parametrize("kind", sorted(frames.KINDS))
@pytest.mark.parametrize("depth", [2_000, 100_000])
def test_depth_is_a_frame_error(kind: bytes, depth: int) -> None:
    for plain in (b"\x91" * depth + b"\x00", b"\x81\xa1x" * depth + b"\x00"):
        with pytest.raises(FrameError):
            frames.decode(frames.wrap(kind, zstandard.compress(plain)), frames.KINDS[kind])


def test_depth_within_a_value_is_a_frame_error() -> None:
    plain = msgspec.msgpack.encode({"protocol": 1, "schema": 1, "device_id": "d", "operations": [77]})
    operation = msgspec.msgpack.encode(
        {"id": "o", "seq": 1, "record": "r", "row_id": "w", "kind": "k", "made_at": "m", "args": {"x": 77}}
    )
    deep = operation.replace(b"\xa1x\x4d", b"\xa1x" + b"\x91" * 100_000 + b"\x00")
    with pytest.raises(FrameError):
        frames.decode(frames.wrap(b"R", zstandard.compress(plain.replace(b"\x91\x4d", b"\x91" + deep))), SyncRequest)


# --- packed groups --------------------------------------------------------------------------------------------------


@given(st.lists(groups(with_gone=False), max_size=3), PAGES)
def test_packed_rows_come_back_beside_the_others(packed: list[RowGroup], page: Page) -> None:
    sent = msgspec.structs.replace(page, packed=frames.pack(packed))
    read = frames.decode(frames.encode(sent), Page)
    with_rows = [one for one in packed if one.rows]
    assert [(one.record, one.columns, one.by_row()) for one in read.groups[: len(with_rows)]] == [
        (one.record, one.columns, one.rows) for one in with_rows
    ]
    assert read.groups[len(with_rows) :] == page.groups
    assert read.packed == b""
    assert [one.size for one in read.groups] == [one.size for one in (*with_rows, *page.groups)]


_WRONG = {
    "columns of other lengths": [RowGroup("doctor", ["a", "b"], values=[[1, 2], [3]])],
    "fewer columns than named": [RowGroup("doctor", ["a", "b"], values=[[1]])],
    "more columns than named": [RowGroup("doctor", ["a"], values=[[1], [2]])],
    "rows beside columns": [RowGroup("doctor", ["a"], rows=[[1]], values=[[1]])],
    "ids that go": [RowGroup("doctor", ["a"], values=[[1]], left=["x"])],
    "ids that are deleted": [RowGroup("doctor", ["a"], values=[[1]], deleted=["x"])],
    "no list": {"record": "doctor"},
}


@pytest.mark.parametrize("case", _WRONG)
def test_packed_rows_of_another_shape_are_refused(case: str) -> None:
    packed = zstandard.compress(msgspec.msgpack.encode(_WRONG[case]))
    with pytest.raises(FrameError):
        frames.decode(frames.encode(Page("c", [], "1", packed=packed)), Page)


def test_rows_by_column_stand_in_packed_groups_alone() -> None:
    with pytest.raises(FrameError, match="outside"):
        frames.decode(frames.encode(Page("c", [RowGroup("doctor", ["a"], values=[[1]])], "1")), Page)


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_as_packed_rows_are_a_frame_error_or_groups(noise: bytes, squeezed: bool) -> None:
    try:
        found = frames.unpack(zstandard.compress(noise) if squeezed else noise)
    except FrameError:
        return
    assert all(isinstance(one, RowGroup) for one in found)


def test_a_bomb_in_packed_rows_is_refused_before_it_is_unpacked() -> None:
    bomb = zstandard.compress(b"\x00" * (frames.MAX_PLAIN_BYTES + 1))
    with pytest.raises(FrameError, match="too large"):
        frames.decode(frames.encode(Page("c", [], "1", packed=bomb)), Page)


# --- sizes ----------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_that_nobody_would_read() -> None:
    fits = SyncEnd("x" * (frames.MAX_PLAIN_BYTES - 100))
    assert frames.decode(frames.encode(fits), SyncEnd) == fits
    with pytest.raises(FrameError, match="too large"):
        frames.encode(SyncEnd("x" * frames.MAX_PLAIN_BYTES))


@pytest.mark.parametrize("length", [frames.MAX_STORED_BYTES + 1, 2**32 - 1])
def test_a_length_over_the_limit_is_refused_before_it_is_read(length: int) -> None:
    asked: list[int] = []

    class Source:
        def read(self, size: int, /) -> bytes:
            asked.append(size)
            return (b"P" + length.to_bytes(4, "big") + b"\x00" * 8)[:size]

    with pytest.raises(FrameError, match="too large"):
        next(frames.read_frames(Source()))
    assert sum(asked) == frames.HEADER_BYTES
