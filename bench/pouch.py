"""A second peer: PouchDB with express-pouchdb from their packages where node is there; left out, with words, where not.

It replicates as it comes: documents of the size of ours, in its own batches of 100, over HTTP with its revisions. On
the line only 2,000 documents travel: a round trip for each of its many requests makes 20,000 a matter of minutes.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.line import line
from bench.peer import run

DOCS, FEW = 20_000, 2_000
_SCRIPT = Path(__file__).with_name("pouch_peer.cjs")
_PACKAGES = ("pouchdb@9", "express@4", "express-pouchdb@4")
_LIMIT_S = 240


def measure(out: Path) -> dict[str, float]:
    """Return what a first replication and a push of edits take, near and on the line; nothing where it can't be had."""
    folder = out / "pouch"
    try:
        _install(folder)
        theirs = compare(folder, DOCS, FEW)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        reason = (getattr(error, "stderr", None) or str(error)).strip()[-300:]
        print(f"  PouchDB can't be measured here, its figures are left out: {type(error).__name__}: {reason}")
        return {}
    kept = out / "figures.json"  # of the parts of this run that came before
    return theirs | against(theirs, json.loads(kept.read_text("utf-8")) if kept.exists() else {})


def against(theirs: dict[str, float], ours: dict[str, float]) -> dict[str, float]:
    """Return our rows a second over the peer's documents a second, of what was measured of ours."""
    pairs = {
        "first_sync_vs_pouchdb": ("first_sync_s", "pouchdb_first_sync_s"),
        "push_vs_pouchdb": ("push_s", "pouchdb_push_s"),
        "wan_push_vs_pouchdb": ("wan_push_s", "wan_pouchdb_push_s"),
    }
    return {name: theirs[their] / ours[our] for name, (our, their) in pairs.items() if our in ours}


def compare(folder: Path, docs: int, few: int) -> dict[str, float]:
    """Replicate so many documents near, and few near and on the line; seconds by name."""
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        with _serving(folder, here / "many", docs) as url:
            figures = {"pouchdb_first_sync_s": _told(folder, "pull", url, here / "near", docs)}
        with _serving(folder, here / "few", few) as url, line(url) as far:
            figures["pouchdb_first_sync_2000_s"] = _told(folder, "pull", url, here / "few-near", few)
            figures["wan_pouchdb_first_sync_2000_s"] = _told(folder, "pull", far.url, here / "few-far", few)
            figures["pouchdb_push_s"] = _told(folder, "push", url, here / "push-near", few)
            figures["wan_pouchdb_push_s"] = _told(folder, "push", far.url, here / "push-far", few)
    return figures


def _install(folder: Path) -> None:
    if not (folder / "installed").exists():
        if shutil.which("npm") is None:
            raise FileNotFoundError("there is no node here")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true}\n', "utf-8")
        run(["npm", "install", "--prefix", str(folder), "--no-fund", "--no-audit", "--loglevel=error", *_PACKAGES])
        (folder / "installed").touch()


@contextmanager
def _serving(folder: Path, data: Path, docs: int) -> Iterator[str]:
    data.mkdir()
    command = ["node", str(_SCRIPT), "serve", str(data), str(docs)]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{int(json.loads(server.stdout.readline()))}"
        finally:
            server.kill()


def _told(folder: Path, task: str, url: str, data: Path, docs: int) -> float:
    done = subprocess.run(
        ["node", str(_SCRIPT), task, url, str(data)], cwd=folder, check=True, capture_output=True, text=True,
        timeout=_LIMIT_S,
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    if told["docs"] < docs:
        raise ValueError(f"the peer has {told['docs']} documents")
    return float(told["seconds"])
