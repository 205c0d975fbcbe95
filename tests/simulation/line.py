"""The line between a laptop and the server: real frames, and every way in which a network can go wrong."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from crmdesk.domain.errors import CrmdeskError, WorldError
from crmdesk.protocol import frames
from crmdesk.protocol.frames import FrameError
from crmdesk.protocol.messages import Answers, Page, Refresh, SignIn, SyncHead, SyncRequest, Tokens
from crmdesk.server.work import ServerActor
from crmdesk.sync.cancellation import Cancellation
from tests.simulation.script import Fate
from tests.simulation.seeded import Time
from tests.simulation.server import Server, ServerCrash, refused
from tests.simulation.truth import Truth

NOTHING = Fate()


@dataclass(slots=True)
class Late:
    """A request that arrives long after it was sent."""

    laptop: str
    token: str
    body: bytes


class Witness:
    """Who watches the line; the run's log and model."""

    def asked(self, laptop: str, body: bytes) -> None:
        """A request reached the server."""

    def answered(self, laptop: str, user_id: str, request: SyncRequest, head: SyncHead) -> None:
        """The server committed what the request brought."""

    def further(self, laptop: str, user_id: str, request: SyncRequest, answers: Answers) -> None:
        """The server committed a further batch of what the request brought."""

    def crashed(self, request: SyncRequest, user_id: str) -> None:
        """The server died over a request: some of it may be committed and not answered."""

    def places(self) -> Truth:
        """Return where the server's rows are now."""
        return Truth()

    def page(self, actor: ServerActor, page: Page, seen: list[Truth]) -> None:
        """The server made a page; `seen` are the states that the server was in while it answered."""

    def fault(self, kind: str) -> None:
        """A fault struck."""

    def spoiled(self, laptop: str) -> None:
        """The laptop got what no server sends: its rows may be wrong until they are repaired."""


@dataclass(slots=True)
class Traffic:
    """What one laptop sent and got since the run began."""

    requests: int = 0
    expired: int = 0
    sent: int = 0
    received: int = 0
    rows: int = 0


class Exchange:
    """The answer to one request, read frame by frame as it is made."""

    def __init__(self, messages: Iterator[frames.Message]) -> None:
        self._messages = messages

    def __iter__(self) -> Iterator[frames.Message]:
        return self._messages

    def close(self) -> None:
        close = getattr(self._messages, "close", None)
        if close is not None:
            close()


class _Stream:
    """The bytes of an answer as a line that breaks after `limit` bytes or flips one byte."""

    def __init__(
        self, parts: Iterator[bytes], limit: int | None, flip: int | None, count: Callable[[int], None]
    ) -> None:
        self._parts, self._limit, self._flip, self._count = parts, limit, flip, count
        self._held, self._at = b"", 0

    def read(self, size: int, /) -> bytes:
        while not self._held:
            part = next(self._parts, None)
            if part is None:
                return b""
            self._held = part
        piece, self._held = self._held[:size], self._held[size:]
        if self._limit is not None:
            piece = piece[: max(0, self._limit - self._at)]
        if self._flip is not None and self._at <= self._flip < self._at + len(piece):
            place = self._flip - self._at
            piece = piece[:place] + bytes([piece[place] ^ 0x10]) + piece[place + 1 :]
        self._at += len(piece)
        self._count(len(piece))
        return piece


@dataclass
class Line:
    """One laptop's way to the server; `fates` are taken by its next requests, one each."""

    laptop: str
    server: Server
    time: Time
    witness: Witness
    cut: bool = False
    fates: list[Fate] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    pills: set[str] = field(default_factory=set)
    traffic: Traffic = field(default_factory=Traffic)
    _whole: bytes = b""

    def sync(self, message: SyncRequest, access_token: str, cancellation: Cancellation) -> Exchange:
        """Send one request; what becomes of it is decided by the next fate."""
        fate = self.fates.pop(0) if self.fates else NOTHING
        for kind in fate.faults:
            self.witness.fault(kind)
        body = frames.encode(message)
        self.traffic.requests += 1
        self.traffic.sent += len(body)
        return Exchange(self._messages(body, access_token, fate))

    def sign_in(self, message: SignIn, cancellation: Cancellation | None = None) -> Tokens:
        """Sign in over the line."""
        return self._call(lambda: self.server.sign_in(message))

    def refresh(self, message: Refresh, cancellation: Cancellation | None = None) -> Tokens:
        """Trade tokens over the line."""
        return self._call(lambda: self.server.refresh(message))

    def deliver(self, late: Late) -> None:
        """Let an old request arrive; nobody waits for its answer."""
        try:
            for _ in self._served(late.body, late.token, NOTHING):
                pass
        except WorldError:
            pass

    def _call(self, ask: Callable[[], Tokens]) -> Tokens:
        if self.cut:
            self.witness.fault("partition")
            raise WorldError("server_away")
        try:
            return ask()
        except CrmdeskError as error:
            raise refused(error, self.time) from error

    def _messages(self, body: bytes, token: str, fate: Fate) -> Iterator[frames.Message]:
        if self.cut:
            self.witness.fault("partition")
            raise WorldError("server_away")
        arrived = self._on_the_way(body, token, fate)
        parts = self._served(arrived, token, fate)
        if fate.request == "twice":
            for _ in parts:
                pass
            parts = self._served(arrived, token, fate)
        yield from self._received(parts, fate)

    def _on_the_way(self, body: bytes, token: str, fate: Fate) -> bytes:
        if fate.request == "drop":
            raise WorldError("timeout")
        if fate.request in ("late", "echo"):
            self.late.append(Late(self.laptop, token, body))
        if fate.request == "late":
            raise WorldError("timeout")
        if fate.request == "cut":
            return body[: len(body) * fate.where // 1000]
        if fate.request == "corrupt":
            at = len(body) * fate.where // 1000
            return body[:at] + bytes([body[at] ^ 0x01]) + body[at + 1 :]
        return body

    def _served(self, body: bytes, token: str, fate: Fate) -> Iterator[bytes]:
        """Let the server answer; what it can't take becomes the WorldError that the laptop makes of the answer."""
        self.witness.asked(self.laptop, body)
        self._strange_server(fate)
        try:
            actor = self.server.actor(token)
            request = self.server.asked(body)
            if self.pills & {one.id for one in request.operations}:
                raise WorldError("server_error", status=500)
            answered = self._answered(actor, request, fate)
            head = next(answered)
        except (CrmdeskError, FrameError) as error:
            if isinstance(error, WorldError):
                raise
            known = refused(error, self.time)
            # a copied laptop goes by the clock of the first: its token may be over so long that the server forgot it
            self.traffic.expired += known.code in ("token_expired", "signed_out")
            raise known from error
        return itertools.chain([head], answered)

    def _answered(self, actor: ServerActor, request: SyncRequest, fate: Fate) -> Iterator[bytes]:
        """Yield the frames of the answer; a server that dies meanwhile is started again."""
        crash = fate.server if fate.server in ("crash_before", "crash_after") else ""
        parts = whole_frames(self.server.answer(actor, request, crash, fate.where % 3))
        if fate.server == "crash_midway":
            parts = _some(parts, fate.where % 6, ServerCrash)
        try:
            yield from self._watched(parts, request, actor)
        except ServerCrash as died:
            self.server.restart()
            self.witness.crashed(request, actor.user_id)
            raise WorldError("server_away") from died

    def _strange_server(self, fate: Fate) -> None:
        if fate.server == "too_busy":
            raise WorldError("too_many", retry_after_s=7.0)
        if fate.server == "broken":
            raise WorldError("server_error", status=502)
        if fate.server == "portal":
            raise WorldError("captive_portal")

    def _watched(self, parts: Iterator[bytes], request: SyncRequest, actor: ServerActor) -> Iterator[bytes]:
        seen: list[Truth] = []
        for part in parts:
            now = self.witness.places()
            if not seen or now is not seen[-1]:
                seen.append(now)
            if part[:1] == b"H":
                self.witness.answered(self.laptop, actor.user_id, request, frames.decode(part, SyncHead))
            elif part[:1] == b"A":
                self.witness.further(self.laptop, actor.user_id, request, frames.decode(part, Answers))
            elif part[:1] == b"P":
                self.witness.page(actor, frames.decode(part, Page), seen)
            yield part

    def _received(self, parts: Iterator[bytes], fate: Fate) -> Iterator[frames.Message]:
        if fate.answer == "drop":
            for _ in parts:
                pass
            raise WorldError("timeout")
        parts, limit, flip = self._damaged(self._kept(parts), fate)
        stream = _Stream(parts, limit, flip, self._count)
        try:
            for message in frames.read_frames(stream):
                yield self._spoiled(message, fate) if isinstance(message, Page) else message
        except FrameError as error:
            raise WorldError("answer_cut", reason=str(error)) from error

    def _damaged(self, parts: Iterator[bytes], fate: Fate) -> tuple[Iterator[bytes], int | None, int | None]:
        """Return what reaches the laptop: parts, the byte at which they end, the byte that is another."""
        if fate.answer == "cut_frame":
            return _some(parts, fate.where % 4), None, None
        if fate.answer == "repeat":
            return _repeating(parts, fate.where % 6), None, None
        if fate.answer == "stale" and self._whole:
            before = self._whole
            for _ in parts:
                pass
            self.witness.spoiled(self.laptop)
            return iter([before]), None, None
        if fate.answer in ("cut_byte", "corrupt"):
            whole = b"".join(parts)
            place = len(whole) * fate.where // 1000
            return iter([whole]), *((place, None) if fate.answer == "cut_byte" else (None, place))
        return parts, None, None

    def _kept(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        """Keep an answer that was made to its end, for the day on which something on the way repeats it."""
        made: list[bytes] = []
        for part in parts:
            made.append(part)
            if part[:1] == b"E":
                self._whole = b"".join(made)
            yield part

    def _count(self, size: int) -> None:
        self.traffic.received += size

    def _spoiled(self, page: Page, fate: Fate) -> Page:
        """Return the page, one row of it unreadable where that is planned."""
        self.traffic.rows += sum(group.size + len(group.left) + len(group.deleted) for group in page.groups)
        groups = [group for group in page.groups if group.size]
        if fate.answer != "bad_row" or not groups:
            return page
        self.witness.spoiled(self.laptop)
        group = groups[fate.where % len(groups)]
        rows = group.by_row()
        row: list[Any] = rows[fate.where % len(rows)]
        row[group.columns.index("revision")] = "third" if fate.where % 2 else -1
        spoiled = msgspec.structs.replace(group, rows=rows, values=[])
        return msgspec.structs.replace(page, groups=[spoiled if one is group else one for one in page.groups])


def whole_frames(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the frames of an answer one by one, however its parts are cut."""
    held = b""
    for part in parts:
        held += part
        while len(held) >= frames.HEADER_BYTES:
            size = frames.HEADER_BYTES + int.from_bytes(held[1:5], "big")
            if len(held) < size:
                break
            yield held[:size]
            held = held[size:]
    assert not held, "the server's answer ended within a frame"


def _some(parts: Iterator[bytes], count: int, end: type[BaseException] | None = None) -> Iterator[bytes]:
    yield from itertools.islice(parts, count)
    if end is not None:
        raise end


def _repeating(parts: Iterator[bytes], place: int) -> Iterator[bytes]:
    for number, part in enumerate(parts):
        yield part
        if number == place:
            yield part
