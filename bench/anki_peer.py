"""Runs inside the peer's own environment: Anki's sync server and client with the given number of notes.

Prints one JSON line: seconds of a full upload and of a first (full) download. Called by `bench.first_sync`.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _server(folder: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "SYNC_USER1": "bench:bench",
        "SYNC_HOST": "127.0.0.1",
        "SYNC_PORT": str(port),
        "SYNC_BASE": str(folder / "server"),
        "MAX_SYNC_PAYLOAD_MEGS": "500",
    }
    quiet = subprocess.DEVNULL
    server = subprocess.Popen([sys.executable, "-m", "anki.syncserver"], env=environment, stdout=quiet, stderr=quiet)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return server
        time.sleep(0.05)
    raise SystemExit("the peer's server did not start")


def _fill(collection: object, notes: int) -> None:
    from anki.decks import DeckId

    model = collection.models.by_name("Basic")
    for number in range(notes):
        note = collection.new_note(model)
        note["Front"] = f"医生{number} 主任医师 心血管内科"
        note["Back"] = f"虚构第{number % 900}医院 138 0000 {number % 10_000:04d} A 类 区域专家 周二、周四上午"
        collection.add_note(note, DeckId(1))


def main() -> None:
    """Fill, upload, download into an empty collection, and print what it took."""
    from anki.collection import Collection

    notes = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), _free_port()
        server = _server(folder, port)
        try:
            endpoint = f"http://127.0.0.1:{port}/"
            first = Collection(str(folder / "first.anki2"))
            _fill(first, notes)
            auth = first.sync_login("bench", "bench", endpoint)
            first.sync_collection(auth, False)
            first.close_for_full_sync()
            begun = time.perf_counter()
            first.full_upload_or_download(auth=auth, server_usn=None, upload=True)
            uploaded = time.perf_counter() - begun
            second = Collection(str(folder / "second.anki2"))
            begun = time.perf_counter()
            auth = second.sync_login("bench", "bench", endpoint)
            second.sync_collection(auth, False)
            second.close_for_full_sync()
            second.full_upload_or_download(auth=auth, server_usn=None, upload=False)
            second.reopen(after_full_sync=True)
            downloaded = time.perf_counter() - begun
            count = second.note_count()
            second.close()
        finally:
            server.kill()
    print(json.dumps({"notes": count, "upload_s": uploaded, "download_s": downloaded}))


if __name__ == "__main__":
    main()
