"""A line that hangs up in the middle of an answer, where the test says."""

import socket

from typing_extensions import override

from tests.sync.counting import CountingRelay


class CuttingRelay(CountingRelay):
    """Forwards to a server; hangs up after `cut_after` more bytes came down (None: never), once, and counts `cuts`."""

    def __init__(self, address: str) -> None:
        self.cut_after: int | None = None
        self.cuts = 0
        super().__init__(address)

    @override
    def _pump(self, source: socket.socket, target: socket.socket, seen: bytearray) -> None:
        if seen is not self.down:
            super()._pump(source, target, seen)
            return
        try:
            while data := source.recv(65536):
                if self.cut_after is not None and len(data) > self.cut_after:
                    data, self.cut_after = data[: self.cut_after], None
                    seen += data
                    target.sendall(data)
                    self.cuts += 1
                    for one in (target, source):
                        one.shutdown(socket.SHUT_RDWR)
                    return
                if self.cut_after is not None:
                    self.cut_after -= len(data)
                seen += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # one of the two hung up first
            return
