"""Frames: what was sent is read again; anything else is refused before it is parsed."""

import io

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.protocol import frames
from crmdesk.protocol.digest import row_digest, to_text
from crmdesk.protocol.messages import Answer, Operation, Page, RowGroup, SignIn, SyncEnd, SyncHead, SyncRequest

CELLS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=20)
    | st.lists(st.text(max_size=5), max_size=3)
)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=20), st.text(max_size=30))
def test_a_page_is_read_as_it_was_sent(rows: list[list[object]], cursor: str) -> None:
    page = Page("t:1", [RowGroup("doctor", ["id", "name"], rows, left=["x"])], cursor, complete=True)
    assert frames.decode(frames.encode(page), Page) == page


def test_a_stream_yields_its_messages_in_order() -> None:
    messages = [SyncHead("e", "now", "u", ["c"]), Page("c", [], "1"), SyncEnd("1")]
    stream = io.BytesIO(b"".join(frames.encode(message) for message in messages))
    assert list(frames.read_frames(stream)) == messages


@given(st.integers(1, 10_000), st.integers(0, 7))
def test_a_flipped_bit_is_always_seen(position: int, bit: int) -> None:
    data = bytearray(frames.encode(SyncHead("e", "now", "u", ["c"])))
    data[position % len(data)] ^= 1 << bit
    with pytest.raises(frames.FrameError):
        list(frames.read_frames(io.BytesIO(bytes(data))))


@given(st.integers(1, 60))
def test_a_cut_stream_is_seen(cut: int) -> None:
    data = frames.encode(SyncHead("e", "now", "u", ["c"]))
    with pytest.raises(frames.FrameError):
        list(frames.read_frames(io.BytesIO(data[: max(1, len(data) - cut)])))


@pytest.mark.parametrize("data", [b"<html>login</html>", b"{}", b"H", b"H" + b"\xff" * 12, b"\x00" * 64])
def test_foreign_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(frames.FrameError):
        list(frames.read_frames(io.BytesIO(data)))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    for kind in frames.KINDS:
        with pytest.raises(frames.FrameError):
            frames.decode(frames.wrap(kind, data), SyncRequest)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zstandard.ZstdCompressor().compress(b"\x00" * (frames.MAX_PLAIN_BYTES + 1))
    with pytest.raises(frames.FrameError, match="too large"):
        frames.decode(frames.wrap(b"H", bomb), SyncHead)
    deep = zstandard.ZstdCompressor().compress(b"\x91" * 100_000)
    with pytest.raises(frames.FrameError):
        frames.decode(frames.wrap(b"H", deep), SyncHead)


@pytest.mark.parametrize("value", [b"\x90", b"\x80", b"\x91\x00", b"\xa2ab"])
def test_millions_of_values_in_a_few_bytes_are_refused_before_they_are_made(value: bytes) -> None:
    count = (frames.MAX_PLAIN_BYTES - 100) // len(value)
    head = b"\x83\xa5scope\xa1c\xa6cursor\xa1x\xa6groups\x91\x83\xa6record\xa6doctor\xa7columns\x90\xa4rows\x91"
    plain = head + b"\xdd" + count.to_bytes(4, "big") + value * count
    with pytest.raises(frames.FrameError, match="too many values"):
        frames.decode(frames.wrap(b"P", zstandard.ZstdCompressor().compress(plain)), Page)


def test_of_a_name_that_stands_twice_the_last_counts_as_the_page_says() -> None:
    """The decoder does not tell; to look for it would be to read every message a second time, in Python."""
    parts = [msgspec.msgpack.encode({"protocol": 1, "schema": 6, "device_id": "d", "cursor": one}) for one in "ab"]
    twice = b"\x88" + parts[0][1:] + parts[1][1:]
    read = frames.decode(frames.wrap(b"R", zstandard.ZstdCompressor().compress(twice)), SyncRequest)
    assert read == SyncRequest(1, 6, "d", "b")
    body = b'{"login": "a", "login": "b", "password": "p", "device_id": "d"}'
    assert msgspec.json.decode(body, type=SignIn) == SignIn("b", "p", "d")


def test_a_request_carries_two_long_notes_and_not_millions_of_values() -> None:
    note = "\U0001f600" * 200_000
    asked = SyncRequest(
        1, 1, "d", operations=[Operation("o", 1, "visit", "r", "edit", "t", fields={"note": (note, note)})]
    )
    assert frames.decode(frames.encode(asked), SyncRequest) == asked
    asked.operations[0].args["x"] = [[]] * (2 << 20)
    with pytest.raises(frames.FrameError, match="too many values"):
        frames.decode(frames.encode(asked), SyncRequest)


@pytest.mark.parametrize("sign", ["x", "中", "\U0001f600"])
def test_as_much_text_as_an_answer_carries_is_read(sign: str) -> None:
    answers = [Answer("o", "applied", 1, {"note": sign * 200_000}) for _ in range((4 << 20) // 600_000)]
    head = SyncHead("e", "now", "u", ["c"], answers)
    assert frames.decode(frames.encode(head), SyncHead) == head


def test_what_stands_behind_the_stored_value_is_refused() -> None:
    stored = frames.encode(SyncEnd("x"))[frames.HEADER_BYTES :]
    for more in (b"\x00", stored):
        with pytest.raises(frames.FrameError):
            frames.decode(frames.wrap(b"E", stored + more), SyncEnd)


def test_requests_refuse_what_they_do_not_know() -> None:
    plain = msgspec.to_builtins(SyncRequest(1, 1, "d", operations=[Operation("o", 1, "doctor", "r", "edit", "now")]))
    plain["role"] = "admin"
    stored = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(plain))
    with pytest.raises(frames.FrameError):
        frames.decode(frames.wrap(b"R", stored), SyncRequest)


@given(st.sets(st.tuples(st.text(min_size=1, max_size=5), st.integers(1, 9)), min_size=1), st.randoms())
def test_digests_do_not_depend_on_order(rows: set[tuple[str, int]], chance: object) -> None:
    forward = sum(row_digest(*row) for row in sorted(rows))
    assert to_text(forward) == to_text(sum(row_digest(*row) for row in sorted(rows, reverse=True)))
    changed = sum(row_digest(row_id, revision + 1) for row_id, revision in rows)
    assert to_text(forward) != to_text(changed)
