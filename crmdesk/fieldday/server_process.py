"""The central server of the field day: a process of its own on loopback, started, stopped and started again."""

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

from crmdesk.domain.errors import WorldError

_READY_S = 60.0


class ServerProcess:
    """`crmdesk-server` on a data folder; stopping it is how the network goes away."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = _port_of(data_dir)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address that people type at sign-in."""
        return f"http://127.0.0.1:{self.port}"

    def make_company(self, seed: int, small: bool) -> None:
        """Fill the folder with the demo company, anew."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        arguments = ["demo", "--seed", str(seed), *(["--small"] if small else [])]
        done = subprocess.run(self._command(*arguments), capture_output=True, text=True, check=False)
        if done.returncode:
            raise WorldError("demo_failed", words=done.stderr.strip() or done.stdout.strip())

    def start(self) -> None:
        """Start serving and wait until it answers; raises WorldError('server_not_started')."""
        (self.data_dir / "serve.port").write_text(str(self.port), "ascii")
        log = (self.data_dir / "serve.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                self._command("serve", "--port", str(self.port)), stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + _READY_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/health", timeout=2).status_code == 200:
                    return
            time.sleep(0.05)
        self.stop()
        raise WorldError("server_not_started", log=str(self.data_dir / "serve.log"))

    def stop(self) -> None:
        """Stop serving: for the laptops the network has gone."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
            self._process = None

    def run(self, *arguments: str) -> str:
        """Run another command of `crmdesk-server` on the same folder and return what it printed."""
        done = subprocess.run(self._command(*arguments), capture_output=True, text=True, check=False)
        if done.returncode:
            raise WorldError("demo_failed", words=done.stderr.strip() or done.stdout.strip())
        return done.stdout.strip()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "crmdesk.server", "--data-dir", str(self.data_dir), *arguments]


def _port_of(data_dir: Path) -> int:
    """Return the port of the last time: laptops of this folder have signed in there and would find nobody elsewhere."""
    kept = data_dir / "serve.port"
    port = int(kept.read_text("ascii")) if kept.exists() else 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            if port:
                probe.bind(("127.0.0.1", port))
                return port
    return free_port()


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
