"""Runs inside the peer's own environment: Anki's sync server and client with a number of notes, near and on the line.

`anki_peer.py first NOTES ROUNDS` times full downloads into empty collections, `anki_peer.py push NOTES ROUNDS` syncs of
so many changed notes; both print one JSON object: seconds by `near` and `wan`. Called by `bench.peer`.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from line import line

_START_S = 20.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    port = _free_port()
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
    try:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            time.sleep(0.05)
        else:
            raise SystemExit("the peer's server did not start")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.kill()
        server.wait()


def _fill(collection: Any, notes: int) -> None:
    from anki.decks import DeckId

    model = collection.models.by_name("Basic")
    for number in range(notes):
        note = collection.new_note(model)
        note["Front"] = f"医生{number} 主任医师 心血管内科"
        note["Back"] = f"虚构第{number % 900}医院 138 0000 {number % 10_000:04d} A 类 区域专家 周二、周四上午"
        collection.add_note(note, DeckId(1))


def _uploaded(folder: Path, url: str, notes: int) -> Any:
    """Return a filled collection that the server holds as well."""
    from anki.collection import Collection

    first = Collection(str(folder / "first.anki2"))
    _fill(first, notes)
    auth = first.sync_login("bench", "bench", url)
    first.sync_collection(auth, False)
    first.close_for_full_sync()
    first.full_upload_or_download(auth=auth, server_usn=None, upload=True)
    first.reopen(after_full_sync=True)
    return first


def _download(path: Path, url: str, notes: int) -> float:
    from anki.collection import Collection

    second = Collection(str(path))
    begun = time.perf_counter()
    auth = second.sync_login("bench", "bench", url)
    second.sync_collection(auth, False)
    second.close_for_full_sync()
    second.full_upload_or_download(auth=auth, server_usn=None, upload=False)
    second.reopen(after_full_sync=True)
    seconds = time.perf_counter() - begun
    if second.note_count() != notes:
        raise SystemExit(f"the peer got {second.note_count()} notes")
    second.close()
    return seconds


def _push(collection: Any, url: str, words: str) -> float:
    ids = collection.find_notes("")
    changed = []
    for note_id in ids:
        note = collection.get_note(note_id)
        note["Back"] = f"{note['Back']} {words}"
        changed.append(note)
    collection.update_notes(changed)
    auth = collection.sync_login("bench", "bench", url)
    begun = time.perf_counter()
    output = collection.sync_collection(auth, False)
    seconds = time.perf_counter() - begun
    if output.required != output.NO_CHANGES:
        raise SystemExit(f"the peer wants another sync: {output.required}")
    return seconds


def main() -> None:
    """Do what the arguments say and print what it took."""
    task, notes, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    seconds: dict[str, list[float]] = {"near": [], "wan": []}
    with tempfile.TemporaryDirectory() as name, _serving(Path(name)) as url, line(url) as wan:
        first = _uploaded(Path(name), url, notes)
        before = wan.counts()
        for number in range(rounds):
            for place, where in (("near", url), ("wan", f"{wan.url}/")):
                if task == "first":
                    seconds[place].append(_download(Path(name) / f"{place}{number}.anki2", where, notes))
                else:
                    seconds[place].append(_push(first, where, f"回访 {place} {number}"))
        counted = {key: (value - before[key]) / rounds for key, value in wan.counts().items()}
        first.close()
    print(json.dumps(seconds | {"line": counted}))


if __name__ == "__main__":
    main()
