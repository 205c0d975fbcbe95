"""A backup of what was not sent: whole or not there, opened by its passphrase alone, put back once, never touched."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crmdesk import durable
from crmdesk.domain.brought_back import BackedUp, Brought
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Answer
from crmdesk.storage import attachments, backup, health, lately, outbox, settings
from crmdesk.storage.store import ROOM_NAME, Store
from tests.fixtures.new_store import laid
from tests.storage.test_bringing import _belongs_to, picture, waiting

Opened = Callable[..., Store]
PASSPHRASE = "走廊里只有我说得出的一句话"
CANARIES = ("曾见雪", "canary-note", "13899990001", "canary-draft", "canary-face.png")
PHOTO = os.urandom(3_000_000 - 11) + b"canary-file"
ALL = Brought(changes=2, needs_you=1, given_up=1, drafts=1, files=1)


class KilledError(BaseException):
    """The power goes: no handler is to take it for a failure."""


def on(_done: int, _total: int) -> bool:
    return True


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder, with the store in it as a laptop has it."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "stick").mkdir()
    yield tmp_path / "stick"
    for path in [tmp_path / "stick", *(tmp_path / "stick").rglob("*")]:
        path.chmod(0o700)


@pytest.fixture
def old(open_store: Opened, data: Path, wire: Any) -> Store:
    """A store with something in each table that no server may have."""
    store = open_store(laid(data / "old"))
    store.clock = lambda: datetime(2026, 11, 28, 3, tzinfo=UTC)
    _belongs_to(store, wire.me)
    refused, given_up, made = new_id(), new_id(), new_id()
    with store.writing() as work:
        work.create("doctor", refused, {"name": "李拒"}, wire.me)
        work.create("doctor", given_up, {"name": "赵弃"}, wire.me)
        outbox.next_batch(work.connection, 10, 10_000)
        first, second = [one.operation.id for one in outbox.pending_operations(work.connection)]
        outbox.settle(work, [Answer(first, "refused", code="wrong_kind"), Answer(second, "refused", code="forbidden")])
        outbox.drop(work, second)
        work.create("doctor", made, {"name": "曾见雪", "note": "canary-note"}, wire.me)
        work.edit("doctor", made, {"mobile": "13899990001"}, 0, wire.me)
        picture(work, wire, made, PHOTO)
        work.save_draft("visit:1", {"note": "canary-draft"})
    return store


@pytest.fixture
def here(open_store: Opened, data: Path, wire: Any) -> Store:
    """The store of the same person on the new laptop."""
    store = open_store(laid(data / "here"))
    _belongs_to(store, wire.me)
    return store


def made(old: Store, data: Path, stick: Path) -> BackedUp:
    found = backup.make(old, data, stick, "rep01", PASSPHRASE, on)
    assert found is not None
    return found


def put_back(one: BackedUp, store: Store, passphrase: str = PASSPHRASE) -> Brought:
    found = backup.put_back(Path(one.path), passphrase, store, on)
    assert found is not None
    return found[0]


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_that_was_not_sent_comes_back_once(old: Store, here: Store, data: Path, stick: Path) -> None:
    one = made(old, data, stick)
    assert one == BackedUp(str(stick / "crmdesk-backup-rep01-2026-11-28"), "2026-11-28T03:00:00.000Z", ALL)
    with old.reading() as connection:
        assert settings.last_backup(connection) == (one.at, one.path)
    before = content(stick)
    assert put_back(one, here) == ALL
    assert content(stick) == before, "the backup stays as it is"
    with old.reading() as theirs, here.reading() as ours:
        for table in (outbox.pending_operations, outbox.needs_you, outbox.given_up):
            assert [item.operation.id for item in table(ours)] == [item.operation.id for item in table(theirs)]
        assert settings.drafts(ours) == settings.drafts(theirs)
        [owed] = attachments.queue(ours, attachments.UP)
        assert here.attachment(owed.sha256) == PHOTO
        assert [code for code, _, _ in lately.read(ours)] == [lately.PUT_BACK]
    assert put_back(one, here) == Brought()
    assert len(waiting(here)) == 2
    assert health.check(here).sound
    assert not list(data.glob(f"*/{ROOM_NAME}"))


def test_a_second_one_of_the_day_gets_a_number_and_whatever_is_there_stays(old: Store, data: Path, stick: Path) -> None:
    first = made(old, data, stick)
    (stick / "crmdesk-backup-rep01-2026-11-28-2").write_text("somebody's file")
    before = content(stick)
    assert Path(made(old, data, stick).path).name == "crmdesk-backup-rep01-2026-11-28-3"
    assert {name: kept for name, kept in content(stick).items() if name in before} == before
    assert Path(first.path).is_dir()


def test_nothing_in_a_backup_can_be_read(old: Store, data: Path, stick: Path) -> None:
    made(old, data, stick)
    assert PHOTO[-11:] == b"canary-file"
    kept = content(stick)
    assert sum(map(len, kept.values())) > len(PHOTO)
    for canary in (*CANARIES, "canary-file", PASSPHRASE, "visit:1", "doctor"):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            found = [name for name, held in kept.items() if canary.encode(encoding) in held]
            assert found == [], canary


def test_a_wrong_passphrase_or_another_person_changes_nothing(old: Store, here: Store, data: Path, stick: Path) -> None:
    one = made(old, data, stick)
    with pytest.raises(WorldError, match="backup_passphrase_wrong"):
        put_back(one, here, "another sentence")
    with pytest.raises(WorldError, match="backup_passphrase_missing"):
        put_back(one, here, "")
    _belongs_to(here, new_id())
    with pytest.raises(WorldError, match="backup_foreign"):
        put_back(one, here)
    with here.reading() as connection:
        assert (outbox.pending_operations(connection), settings.drafts(connection)) == ([], [])


def test_what_nobody_may_write_to_is_read_all_the_same(
    old: Store, here: Store, data: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's own guard does not hold back an administrator, who runs tests now and then: nor is it needed."""
    one = made(old, data, stick)
    for path in [*stick.rglob("*"), stick]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    stood = {path: path.stat().st_mtime_ns for path in [stick, *stick.rglob("*")]}
    assert put_back(one, here) == ALL
    assert {path: path.stat().st_mtime_ns for path in [stick, *stick.rglob("*")]} == stood
    monkeypatch.setattr(Path, "mkdir", _refusing(Path.mkdir, stick, errno.EROFS))
    with pytest.raises(WorldError, match="backup_closed"):
        made(old, data, stick)


def _refusing(step: Callable[..., Any], place: Path, code: int) -> Callable[..., Any]:
    def refused(path: Path, *given: Any, **more: Any) -> Any:
        if path.is_relative_to(place):
            raise OSError(code, os.strerror(code))
        return step(path, *given, **more)

    return refused


def test_where_nothing_waits_nothing_is_written(here: Store, data: Path, stick: Path) -> None:
    with pytest.raises(InputError, match="backup_nothing"):
        made(here, data, stick)
    assert list(stick.iterdir()) == []
    assert not list(data.glob(f"*/{ROOM_NAME}"))


@pytest.mark.parametrize(
    ("place", "code"),
    [("", "backup_no_folder"), ("stick/gone", "backup_no_place"), ("data", "backup_inside"), ("\0", "backup_no_place"),
     ("data/old", "backup_inside"), ("stick/file", "backup_no_place"), ("link", "backup_inside")],
)  # fmt: skip
def test_a_place_that_cannot_be_is_named(
    old: Store, data: Path, stick: Path, tmp_path: Path, place: str, code: str
) -> None:
    (stick / "file").write_text("a file")
    (tmp_path / "link").symlink_to(data)
    with pytest.raises(InputError, match=code):
        backup.make(old, data, tmp_path / place if place else Path(), "rep01", PASSPHRASE, on)
    with pytest.raises(InputError, match="passphrase_too_short"):
        backup.make(old, data, stick, "rep01", "short", on)


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "backup_full"), (errno.EFBIG, "backup_full"), (errno.EIO, "backup_gone")]
)
def test_a_stick_that_is_full_or_pulled_in_the_midst_has_nothing_half(
    old: Store, data: Path, stick: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    """It takes the first files, and of the large one some pieces."""
    synced: list[int] = []

    def full(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(backup, "_synced", full)
        with pytest.raises(WorldError, match=code):
            made(old, data, stick)
    assert len(synced) == 2
    assert (list(stick.iterdir()), list(data.glob(f"*/{ROOM_NAME}"))) == ([], [])
    with old.reading() as connection:
        assert settings.last_backup(connection) == ("", "")
    assert made(old, data, stick).held == ALL


def test_whoever_changes_their_mind_has_nothing_half(old: Store, here: Store, data: Path, stick: Path) -> None:
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 1_000_000

    assert backup.make(old, data, stick, "rep01", PASSPHRASE, stop) is None
    assert list(stick.iterdir()) == []
    assert 1_000_000 <= told[-1][0] < told[-1][1]
    one = made(old, data, stick)
    assert backup.put_back(Path(one.path), PASSPHRASE, here, stop) is None
    assert waiting(here) == []
    assert not list(data.glob(f"*/{ROOM_NAME}"))


def test_wherever_making_is_ended_there_is_a_whole_backup_or_none(
    old: Store, here: Store, data: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power goes before each step; what it left is gone with the next one, and what has the name is whole."""
    number, ended = 0, False
    while not ended:
        number += 1
        with monkeypatch.context() as patched:
            steps: list[str] = []
            for where, name in ((durable, "write"), (durable, "replace"), (durable, "rename"), (backup, "_synced"),
                                (Path, "mkdir"), (Path, "rename"), (Store, "open"), (Store, "close")):  # fmt: skip
                patched.setattr(where, name, _ending(name, getattr(where, name), steps, number))
            patched.setattr(backup, "_remove", _ending("_remove", backup._remove, steps, number))
            try:
                backup.make(old, data, stick, "rep01", PASSPHRASE, on)
                ended = True
            except KilledError:
                pass
        whole = [path for path in stick.iterdir() if not path.name.endswith(".half")]
        assert all((path / backup.NOTE).exists() for path in whole), steps
        for path in whole:
            assert put_back(BackedUp(str(path), "", ALL), here) in (ALL, Brought())
    assert number > 8
    assert {"mkdir", "_synced", "write", "rename", "open", "close"} <= set(steps)
    assert not list(stick.glob("*.half"))
    assert put_back(BackedUp(str(whole[-1]), "", ALL), here) == Brought(), "it was put back above"
    assert len(waiting(here)) == 2


def _ending(name: str, step: Callable[..., Any], steps: list[str], number: int) -> Callable[..., Any]:
    def taken(*given: Any, **more: Any) -> Any:
        steps.append(name)
        if len(steps) >= number:
            raise KilledError(name)
        return step(*given, **more)

    return taken


def _shorter(folder: Path) -> None:
    path = folder / "attachments.db"
    path.write_bytes(path.read_bytes()[:-4096])


def _turned(folder: Path) -> None:
    path = folder / "crmdesk.db"
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(bytes(held))


def _without_key(folder: Path) -> None:
    next(folder.glob("*.key")).unlink()


def _noted(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        note = msgspec.json.decode((folder / backup.NOTE).read_bytes())
        change(note)
        (folder / backup.NOTE).write_bytes(msgspec.json.encode(note))

    return write


def _of_another(name: str) -> Callable[[Path], None]:
    """Put something else in the place of a file, and let the note say that it is the right one."""

    def change(folder: Path) -> None:
        [path] = folder.glob(name)
        path.write_bytes(os.urandom(8192))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        _noted(
            lambda note: next(one for one in note["files"] if one["name"] == path.name).update(size=8192, sha256=sha256)
        )(folder)

    return change


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_shorter, "backup_damaged"),
        (_turned, "backup_damaged"),
        (_without_key, "backup_damaged"),
        (_of_another("crmdesk.db"), "backup_damaged"),
        (_of_another("key-*.json"), "backup_damaged"),
        (_noted(lambda note: note["files"].pop(0)), "backup_damaged"),
        (_noted(lambda note: note["files"].clear()), "backup_damaged"),
        (_noted(lambda note: note["files"][0].update(name="../old/crmdesk.db")), "backup_damaged"),
        (_noted(lambda note: note["files"][0].update(size=-1)), "backup_unknown"),
        (_noted(lambda note: note.update(crmdesk_backup=2, files="in another form")), "backup_newer"),
        (_noted(lambda note: note.pop("crmdesk_backup")), "backup_unknown"),
        (lambda folder: (folder / backup.NOTE).write_bytes(b"\xff\xfe"), "backup_unknown"),
        (lambda folder: (folder / backup.NOTE).unlink(), "backup_unknown"),
        (shutil.rmtree, "backup_unknown"),
    ],
)
def test_what_is_no_whole_backup_is_named_and_changes_nothing(
    old: Store, here: Store, data: Path, stick: Path, spoil: Callable[[Path], object], code: str
) -> None:
    one = made(old, data, stick)
    spoil(Path(one.path))
    with pytest.raises((InputError, WorldError), match=code):
        put_back(one, here)
    assert waiting(here) == []
    assert not list(data.glob(f"*/{ROOM_NAME}"))


def test_a_backup_of_a_newer_crmdesk_says_so(
    old: Store, here: Store, data: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made(old, data, stick)

    def newer(*_given: Any) -> Store:
        raise WorldError("store_newer")

    monkeypatch.setattr(Store, "open", newer)
    with pytest.raises(WorldError, match="backup_newer"):
        put_back(one, here)


def test_a_full_disk_of_the_laptop_is_told_apart_from_a_full_stick(
    old: Store, here: Store, data: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made(old, data, stick)

    def full(*_given: Any) -> None:
        raise WorldError("disk_full")

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "queue", full)
        with pytest.raises(WorldError, match="backup_no_room"):
            made(old, data, stick)
        with pytest.raises(WorldError, match="backup_no_room"):
            put_back(one, here)
    assert waiting(here) == []
    assert len(list(stick.iterdir())) == 1
    assert put_back(one, here) == ALL


def test_what_the_server_has_taken_is_in_no_backup(old: Store, here: Store, data: Path, stick: Path) -> None:
    """The laptop keeps it for a month, with the names of customers; here a restored server is no reason to."""
    with old.writing() as work:
        settings.set_meta(work.connection, "epoch", "life")
        sent = outbox.next_batch(work.connection, 10, 10_000_000)
        outbox.settle(work, [Answer(item.id, "applied", 1) for item in sent])
    one = made(old, data, stick)
    assert one.held == ALL._replace(changes=0)
    assert put_back(one, here) == one.held
    with here.reading() as connection:
        done = connection.execute("SELECT outcome FROM outbox_done").scalars()
        assert ([*done], settings.meta(connection, "epoch")) == ([outbox.DROPPED], "")


def test_what_the_server_took_since_is_settled_by_its_ids(old: Store, data: Path, stick: Path) -> None:
    """Put back into the store that it came from: what was answered meanwhile stays answered."""
    one = made(old, data, stick)
    with old.writing() as work:
        sent = outbox.next_batch(work.connection, 10, 10_000_000)
        outbox.settle(work, [Answer(item.id, "applied", 1) for item in sent])
        work.discard_draft("visit:1")
    assert len(sent) == 2
    assert put_back(one, old) == Brought(drafts=1, files=1), "the server is asked once more for the bytes"
    assert waiting(old) == []
