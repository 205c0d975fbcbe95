"""A proxy on loopback before the server workers that breaks requests and answers, by seed, until it is healed."""

import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

WEIGHTS: dict[str, int] = {
    "none": 60,
    "refuse": 5,  # the connection is reset before a byte was read
    "reset_up": 6,  # the server gets the first n bytes of the request, both sides a reset
    "truncate_up": 4,  # the same, with an orderly end
    "stall_up": 2,  # the first n bytes, then nothing more
    "drip_up": 3,  # byte by byte at first
    "delay_up": 5,
    "corrupt_up": 4,  # one byte is another one
    "vanish": 10,  # the server takes the request and works; its answer never arrives
    "reset_down": 8,
    "truncate_down": 8,
    "stall_down": 2,
    "drip_down": 3,
    "delay_down": 4,
    "corrupt_down": 6,
    "throttle": 4,  # the answer in pieces of 700 bytes with pauses
    "again_before": 6,  # the request is delivered to other workers first, one to four times
    "again_beside": 6,  # all at the same moment
    "late": 8,  # delivered again after later requests, or after the healing
}
"""How often each fault of a request comes, relative to each other."""
FAULTS = tuple(name for name in WEIGHTS if name != "none")
_PROVED = (b"POST /sync ", b"PUT /attachments/")
"""What carries a hash of itself. The rest, the trade of tokens, relies on TLS, which lets nothing repeated or altered
through: it is only cut, lost and held up."""
_AGAINST_TLS = ("again_before", "again_beside", "late", "corrupt_up", "corrupt_down")
_AGAIN = (1, 1, 2, 3, 4)
"""How often a request that is delivered more than once comes again: all in all two to five times."""
_LONGEST_STALL_S = 2.0
_PAUSE_S = 0.004


@dataclass
class Plan:
    """What happens to one request: the kind of fault, at which byte, and how often again."""

    kind: str = "none"
    at: int = 0
    mask: int = 1
    again: int = 1


class FaultProxy:
    """Listens on loopback; `ports` tells where the workers are now. `fired` counts what really happened."""

    def __init__(self, ports: Callable[[], list[int]]) -> None:
        self._ports = ports
        self.fired: Counter[str] = Counter()
        self._chance = random.Random(0)
        self._healed = threading.Event()
        self._healed.set()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._late: list[bytes] = []
        self._struck: dict[str, tuple[Callable[[], None], threading.Event]] = {}
        self.broken: list[str] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.spawn(self._accept)

    def seed(self, seed: int) -> None:
        """Draw the faults from this seed from now on."""
        self._chance = random.Random(seed)

    def break_things(self) -> None:
        """Break requests from now on."""
        self._healed.clear()

    def heal(self) -> int:
        """Break nothing more; requests that were held back are delivered now. Returns how many those were."""
        self._healed.set()
        with self._lock:
            late, self._late = self._late, []
            self._struck.clear()
        for request in late:
            self.deliver(request)
        return len(late)

    def strike(self, moment: str, action: Callable[[], None]) -> threading.Event:
        """Do something once at a moment of the next sync: `forwarded` (the server works on it) or `answering`.

        The event says that it was done; what it raised is in `broken`.
        """
        done = threading.Event()
        with self._lock:
            self._struck[moment] = (action, done)
        return done

    def close(self) -> None:
        self._healed.set()
        with self._lock:
            sockets = [self._listener, *self._open]
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def spawn(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, name="fault-proxy", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def plan(self, size: int, proved: bool) -> Plan:
        """Draw what happens to a request of `size` bytes."""
        if self._healed.is_set():
            return Plan()
        with self._lock:
            chance = self._chance
            kind = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            if not proved and kind in _AGAINST_TLS:
                kind = "none"
            at = chance.randrange(size) if kind.endswith("_up") else int(10 ** chance.uniform(0, 4.6))
            return Plan(kind, at, 1 << chance.randrange(8), chance.choice(_AGAIN))

    def note(self, kind: str) -> None:
        with self._lock:
            self.fired[kind] += 1

    def struck(self, moment: str) -> None:
        """Carry out what was to happen at this moment."""
        with self._lock:
            action, done = self._struck.pop(moment, (None, None))
            pause = self._chance.uniform(0, 0.03) if action and moment == "forwarded" else 0.0
        if action is None or done is None:
            return
        self._healed.wait(pause)
        try:
            action()
        except Exception as error:  # of a thread that nobody waits for: told with the run
            self.broken.append(f"{type(error).__name__}: {error}")
        finally:
            done.set()

    def wait(self, seconds: float) -> None:
        """Pause, but not beyond the healing."""
        self._healed.wait(seconds)

    def connect(self) -> socket.socket:
        """Connect to one of the workers that listen; raises OSError where none does."""
        ports = self._ports()
        with self._lock:
            self._chance.shuffle(ports)
        for port in ports:
            with contextlib.suppress(OSError):
                made = socket.create_connection(("127.0.0.1", port), timeout=30)
                self.keep(made)
                return made
        raise ConnectionRefusedError("no worker listens")

    def keep(self, opened: socket.socket) -> None:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open = {one for one in self._open if one.fileno() >= 0} | {opened}

    def send_later(self, request: bytes) -> None:
        with self._lock:
            self._late.append(request)

    def late_one(self) -> bytes | None:
        """Take a request that was held back, now and then."""
        with self._lock:
            ready = bool(self._late) and not self._healed.is_set() and self._chance.random() < 0.3
            return self._late.pop(self._chance.randrange(len(self._late))) if ready else None

    def deliver(self, request: bytes) -> None:
        """Send recorded bytes once more, on a connection of their own, and wait for the end of the answer."""
        head, _, rest = request.partition(b"\r\n")
        with contextlib.suppress(OSError), self.connect() as server:
            server.sendall(head + b"\r\nConnection: close\r\n" + rest)
            while server.recv(65536):
                continue

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                client.settimeout(30)
                self.keep(client)
                self.spawn(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            if self.plan(1, False).kind == "refuse":
                self.note("refuse")
                return reset(client)
            try:
                server = self.connect()
            except OSError:
                return reset(client)
            with server:
                try:
                    _Line(self, client, server).carry()
                finally:
                    server.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads the answers
        return None


class _Line:
    """One connection of a laptop and its connection to a worker."""

    def __init__(self, proxy: FaultProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._plan, self._down = Plan(), 0

    def carry(self) -> None:
        """Carry requests up and answers down until one side goes."""
        self._proxy.spawn(self._answers)
        for request in _requests(self._client):
            self._plan, self._down = self._proxy.plan(len(request), request.startswith(_PROVED)), 0
            old = self._proxy.late_one()
            if old is not None:
                self._proxy.deliver(old)
            if not self._send(request):
                return
            if request.startswith(b"POST /sync "):
                self._proxy.struck("forwarded")

    def _send(self, request: bytes) -> bool:
        plan = self._plan
        if plan.kind in ("again_before", "again_beside", "late") or plan.kind.endswith("_up"):
            self._proxy.note(plan.kind)
        up = _UP.get(plan.kind)
        if up is not None:
            return up(self, request, plan)
        if plan.kind == "late":
            self._proxy.send_later(request)
        elif plan.kind == "again_before":
            for _ in range(plan.again):
                self._proxy.deliver(request)
        elif plan.kind == "again_beside":
            for _ in range(plan.again):
                self._proxy.spawn(self._proxy.deliver, request)
        self._server.sendall(request)
        return True

    def _reset_up(self, request: bytes, plan: Plan) -> bool:
        self._server.sendall(request[: plan.at])
        reset(self._server)
        reset(self._client)
        return False

    def _truncate_up(self, request: bytes, plan: Plan) -> bool:
        self._server.sendall(request[: plan.at])
        self._server.shutdown(socket.SHUT_WR)
        self._client.shutdown(socket.SHUT_RDWR)
        return False

    def _stall_up(self, request: bytes, plan: Plan) -> bool:
        self._server.sendall(request[: plan.at])
        self._proxy.wait(_LONGEST_STALL_S)
        reset(self._client)
        return False

    def _drip_up(self, request: bytes, plan: Plan) -> bool:
        for at in range(min(len(request), 40)):
            self._server.sendall(request[at : at + 1])
            self._proxy.wait(_PAUSE_S)
        self._server.sendall(request[40:])
        return True

    def _delay_up(self, request: bytes, plan: Plan) -> bool:
        self._proxy.wait(plan.mask / 1000)
        self._server.sendall(request)
        return True

    def _corrupt_up(self, request: bytes, plan: Plan) -> bool:
        self._server.sendall(_flipped(request, plan.at, plan.mask))
        return True

    def _answers(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._server.recv(65536):
                self._proxy.struck("answering")
                if not self._pass_down(data):
                    return
            self._client.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):  # the worker was killed: its reset is the laptop's too
            self._client.shutdown(socket.SHUT_RDWR)

    def _pass_down(self, data: bytes) -> bool:
        """Pass a piece of an answer on as planned; returns whether the line still stands."""
        plan, before = self._plan, self._down
        self._down += len(data)
        hit = before <= plan.at < self._down
        if plan.kind == "vanish":
            self._proxy.note(plan.kind)
            reset(self._client)
            return False
        down = _DOWN.get(plan.kind)
        if down is not None and hit:
            self._proxy.note(plan.kind)
            return down(self, data, plan.at - before)
        if plan.kind == "throttle":
            return self._throttle(data)
        self._client.sendall(data)
        return True

    def _reset_down(self, data: bytes, at: int) -> bool:
        self._client.sendall(data[:at])
        reset(self._client)
        return False

    def _truncate_down(self, data: bytes, at: int) -> bool:
        self._client.sendall(data[:at])
        self._client.shutdown(socket.SHUT_RDWR)
        return False

    def _stall_down(self, data: bytes, at: int) -> bool:
        self._client.sendall(data[:at])
        self._proxy.wait(_LONGEST_STALL_S)
        reset(self._client)
        return False

    def _drip_down(self, data: bytes, at: int) -> bool:
        self._client.sendall(data[:at])
        for one in range(at, min(len(data), at + 40)):
            self._client.sendall(data[one : one + 1])
            self._proxy.wait(_PAUSE_S)
        self._client.sendall(data[at + 40 :])
        return True

    def _delay_down(self, data: bytes, at: int) -> bool:
        self._proxy.wait(self._plan.mask / 1000)
        self._client.sendall(data)
        return True

    def _corrupt_down(self, data: bytes, at: int) -> bool:
        self._client.sendall(_flipped(data, at, self._plan.mask))
        return True

    def _throttle(self, data: bytes) -> bool:
        self._proxy.note("throttle")
        for start in range(0, len(data), 700):
            self._client.sendall(data[start : start + 700])
            self._proxy.wait(_PAUSE_S / 2)
        return True


_UP: dict[str, Callable[[_Line, bytes, Plan], bool]] = {
    "reset_up": _Line._reset_up,
    "truncate_up": _Line._truncate_up,
    "stall_up": _Line._stall_up,
    "drip_up": _Line._drip_up,
    "delay_up": _Line._delay_up,
    "corrupt_up": _Line._corrupt_up,
}
_DOWN: dict[str, Callable[[_Line, bytes, int], bool]] = {
    "reset_down": _Line._reset_down,
    "truncate_down": _Line._truncate_down,
    "stall_down": _Line._stall_down,
    "drip_down": _Line._drip_down,
    "delay_down": _Line._delay_down,
    "corrupt_down": _Line._corrupt_down,
}


def reset(line: socket.socket) -> None:
    """Hang up with a reset instead of an orderly end; whoever reads from it in another thread is woken."""
    with contextlib.suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.shutdown(socket.SHUT_RD)
        line.close()


def _flipped(data: bytes, at: int, mask: int) -> bytes:
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def _requests(client: socket.socket) -> Iterator[bytes]:
    """Yield whole requests, head and body by Content-Length, until the laptop goes."""
    buffer = b""
    while True:
        while b"\r\n\r\n" not in buffer:
            piece = client.recv(65536)
            if not piece:
                return
            buffer += piece
        head, _, _ = buffer.partition(b"\r\n\r\n")
        size = len(head) + 4 + _length(head)
        while len(buffer) < size:
            piece = client.recv(65536)
            if not piece:
                return
            buffer += piece
        yield buffer[:size]
        buffer = buffer[size:]


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
