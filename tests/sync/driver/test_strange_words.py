"""Whatever a server says: the laptop stays sound, keeps what the person wrote, and an honest word heals it.

Messages are taken apart and put together with other values in any place, as a server of another version, a damaged one
or a hostile one would send them; then they go through the real decoder and the real driver.
"""

import io
import os
import shutil
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmdesk.domain.errors import WorldError
from crmdesk.protocol import frames
from crmdesk.protocol.messages import Answer, Answers
from crmdesk.storage import digests, health, rows
from crmdesk.storage.store import Store
from crmdesk.storage.work import driver_of
from crmdesk.sync import core
from tests.sync.driver.scripted import Desk

KEY = bytes(range(32))
SOAK = bool(os.environ.get("CRMDESK_SOAK"))
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text(max_size=8), st.binary(max_size=4),
    st.just([]), st.just({}), st.lists(st.text(max_size=3), max_size=2), st.just([[[[]]]]), st.just({"a": {"b": [1]}}),
    st.just("x" * 70_000), st.datetimes(timezones=st.just(UTC)),
    st.just(msgspec.msgpack.Ext(7, b"x")), st.just("t:\u0000 \ufeff"), st.just("01a213ec-656b-7000-adc9-ae353f232ef1"),
)  # fmt: skip


class Template:
    """A laptop that has synced a little territory and has unsent work, to be copied for each example."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "template"
        self.copy = folder / "copy"
        store = Store.open(self.folder, KEY)
        self.desk = desk = Desk(store)
        self.held = [desk.row(name=f"王{number}", tags=["a"]) for number in range(5)]
        assert desk.sync([desk.head(), desk.page(*self.held, first=True), desk.end()]).phase == "idle"
        with store.writing() as work:
            work.edit("doctor", self.held[0]["id"], {"note": "my words"}, 1, desk.me)
        self.mine = desk.made(name="新来的")
        self.waiting = desk.waiting()
        with store.reading() as connection:
            self.operations = [row[0] for row in connection.execute("SELECT id FROM outbox ORDER BY seq")]
        store.close()

    def open(self) -> Desk:
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.folder, self.copy)
        desk = Desk(Store.open(self.copy, KEY), me=self.desk.me, territory=self.desk.territory)
        desk.rows = dict(self.desk.rows)
        return desk

    def stream(self) -> list[Any]:
        """Return an honest answer to the unsent work, as plain values with the kinds of their frames."""
        desk = self.desk
        edited = self.held[0] | {"note": "my words", "revision": 2}
        made = self.held[1] | {"id": self.mine, "name": "新来的"}
        messages = [
            desk.head(answers=[Answer(self.operations[0], "applied", 2, row=edited)]),
            Answers([Answer(self.operations[1], "merged", 1, row=made)]),
            desk.page(edited, made, *self.held[2:], first=True, complete=False, remaining=1),
            desk.page(self.held[1]),
            desk.end(edited, made, *self.held[1:]),
        ]
        return [(frames._KIND_OF[type(one)], msgspec.to_builtins(one)) for one in messages]

    def heal(self, desk: Desk) -> None:
        """Let an honest server speak until the laptop rests."""

        def head(request):
            return desk.head(answers=[Answer(one.id, "refused", code="forbidden") for one in request.operations])

        everything = [head, desk.page(*self.held, first=True), desk.end(*self.held)]
        status = desk.play([everything] * 8, core.RemovalAccepted())
        assert (status.phase, status.code) == ("idle", ""), status


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("strange"))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to every place of a plain value."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from places(one, (*path, at))


def put(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """Return a plain value with another one at a place."""
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], other)
    return copy


def framed(kind: bytes, plain: Any) -> bytes:
    return frames.wrap(kind, zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(plain)))


def heard(data: bytes) -> Iterator[frames.Message]:
    """Read a stream as the transport does."""
    try:
        yield from frames.read_frames(io.BytesIO(data))
    except frames.FrameError as error:
        raise WorldError("answer_cut") from error


def assert_whole(desk: Desk, template: Template) -> None:
    """Nothing of the person is lost and the store contradicts itself nowhere."""
    with desk.store.reading() as connection:
        driver = driver_of(connection)
        assert digests.stored(driver) == digests.recounted(driver)
        settled = {row[0] for row in driver.execute("SELECT id FROM outbox_done")}
        open_ = {row[0] for row in driver.execute("SELECT id FROM outbox UNION SELECT id FROM needs_you")}
        assert set(template.operations) <= settled | open_
        for record in ("doctor", "institution"):
            for row in driver.execute(f"SELECT id FROM row_{record}").fetchall():
                assert rows.read(driver, record, row[0]) is not None
    assert health.check(desk.store).sound


@settings(max_examples=600 if SOAK else 40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_in_any_place(template: Template, data: st.DataObject) -> None:
    stream = template.stream()
    for _ in range(data.draw(st.integers(1, 3), "changes")):
        at = data.draw(st.integers(0, len(stream) - 1), "message")
        kind, plain = stream[at]
        path = data.draw(st.sampled_from(list(places(plain))), "place")
        stream[at] = (kind, put(plain, path, data.draw(VALUES, "value")))
    run(template, b"".join(framed(*one) for one in stream))


@settings(max_examples=300 if SOAK else 20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_messages_left_out_twice_and_in_any_order_and_cut_anywhere(template: Template, data: st.DataObject) -> None:
    parts = [framed(*one) for one in template.stream()]
    order = data.draw(st.lists(st.integers(0, len(parts) - 1), max_size=7), "order")
    stream = b"".join(parts[at] for at in order)
    cut = data.draw(st.integers(0, len(stream)), "cut")
    run(template, stream[:cut] if data.draw(st.booleans(), "cut at all") else stream)


@settings(max_examples=300 if SOAK else 20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
@example(b"<html>please log in</html>")
@example(b"{}")
@example(b"")
def test_any_bytes_change_nothing(template: Template, data: bytes) -> None:
    desk = template.open()
    before = desk.everything()
    status = desk.sync([*[lambda _: next(heard(data))][: bool(data)]])
    assert (status.phase, status.code) == ("offline", "answer_cut")
    assert desk.everything() == before
    desk.store.close()


@pytest.mark.parametrize(
    ("message", "place", "number"),
    [
        (0, ("answers", 0, "revision"), 2**60),
        (0, ("answers", 0, "revision"), -1),
        (2, ("remaining",), -5),
        (4, ("digests", 0, "count"), 2**63),
    ],
)
def test_a_number_that_counts_nothing_makes_the_message_none(
    template: Template, message: int, place: tuple[Any, ...], number: int
) -> None:
    stream = template.stream()
    kind, plain = stream[message]
    stream[message] = (kind, put(plain, place, number))
    with pytest.raises(WorldError, match="answer_cut"):
        list(heard(b"".join(framed(*one) for one in stream)))
    run(template, b"".join(framed(*one) for one in stream))


def run(template: Template, stream: bytes) -> None:
    desk = template.open()
    try:
        assert desk.play([Stream(stream)], core.Start()).code != "internal"
        assert_whole(desk, template)
        template.heal(desk)
        assert_whole(desk, template)
        names = desk.names()
        assert {row["id"]: row["name"] for row in template.held}.items() <= names.items()
        assert set(names) - {row["id"] for row in template.held} <= {template.mine}
    finally:
        desk.store.close()


class Stream(list):  # type: ignore[type-arg]
    """The frames of an answer, read as they are taken."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __iter__(self) -> Iterator[Any]:
        return heard(self.data)
