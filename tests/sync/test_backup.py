"""A backup by way of a real server: work off-line, a copy, the laptop is lost; a new one sends each change once."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from keyring.backends import fail

from crmdesk.bootstrap import Laptop, Premises, WindowSessions
from crmdesk.commandline.app import main
from crmdesk.domain.brought_back import Brought
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.ids import new_id
from crmdesk.server.tables import ROWS
from crmdesk.services.commands import AttachFile, CreateRow, DiscardDraft, SaveDraft
from crmdesk.storage import health, keys
from crmdesk.storage.store import ROOM_NAME
from tests.server.company import PASSWORD
from tests.sync.field import QUICK, Field, ask, do, edit, synced

HERE, SECRET = "a sentence for this winter", "走廊里只有我说得出的一句话"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 12_000  # 3 MB
HELD = Brought(changes=3, drafts=1, files=1)


def on(_done: int, _total: int) -> bool:
    return True


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive keys cheaply: what Argon2id costs is measured elsewhere."""

    def cheaply(place: Any, passphrase: str) -> bytes:
        return hashlib.sha256(f"{place.salt} {passphrase}".encode()).digest()

    monkeypatch.setattr(keys, "_derive", cheaply)


@pytest.fixture
def opened() -> Iterator[list[Laptop]]:
    """The laptops that a test opens; closed at its end."""
    laptops: list[Laptop] = []
    yield laptops
    for one in laptops:
        one.close()


@pytest.fixture
def stick(field: Field) -> Path:
    folder = field.folder / "stick"
    folder.mkdir()
    return folder


def premises(folder: Path) -> Premises:
    return Premises(folder, fail.Keyring(), deadlines=QUICK)


def signed_in(field: Field, folder: Path, who: str = "rep") -> Laptop:
    laptop = premises(folder).sign_in(field.address, who, PASSWORD, HERE)
    synced(laptop)
    return laptop


def work(field: Field, laptop: Laptop) -> str:
    """Leave a doctor, an edit, a file and a draft that the server never saw; return the doctor's id."""
    doctor = do(laptop, CreateRow("doctor", {"name": "李不见", "territory_id": field.company["north"]})).created_id
    edit(laptop, field.company["north_doctor"], mobile="13700001111")
    do(laptop, AttachFile("doctor", doctor, "consent.png", PICTURE))
    do(laptop, SaveDraft(f"visit:{new_id()}", {"note": "halb"}))
    return doctor


def count(field: Field, doctor: str) -> int:
    """Return how many rows the server has of what was made: the doctor and the file."""
    with field.database.reading() as connection:
        names = connection.execute(sa.select(ROWS["doctor"].c.name)).scalars().all()
        parents = connection.execute(sa.select(ROWS["attachment"].c.parent_id)).scalars().all()
    return sum(name.startswith("李不见") for name in names) + parents.count(doctor)


def at_rest(laptop: Laptop) -> tuple[int, int, int, int]:
    found = ask(laptop, lambda reads: reads.sync_summary())
    return found.waiting, found.refused, found.conflicts, found.attachments_waiting


def test_a_lost_laptop_costs_nothing_that_was_backed_up(field: Field, opened: list[Laptop], stick: Path) -> None:
    folder = field.folder / "data"
    laptop = signed_in(field, folder)
    doctor = work(field, laptop)
    made = premises(folder).make_backup(laptop, str(stick), SECRET, on)
    assert made is not None
    assert made.held == HELD
    assert ask(laptop, lambda reads: reads.backup_stand()).last_path == made.path
    laptop.close()
    shutil.rmtree(folder)
    laptop = signed_in(field, folder)
    opened.append(laptop)
    assert premises(folder).put_back(laptop, made.path, SECRET, on) == HELD
    assert premises(folder).put_back(laptop, made.path, SECRET, on) == Brought()
    assert ask(laptop, lambda reads: reads.row("doctor", doctor))["name"] == "李不见"
    assert next(one.code for one in ask(laptop, lambda reads: reads.happenings())) == "put_back"
    synced(laptop)
    synced(laptop)
    assert field.company.row("doctor", doctor)["name"] == "李不见"
    assert field.company.row("doctor", field.company["north_doctor"])["mobile"] == "13700001111"
    assert count(field, doctor) == 2
    assert at_rest(laptop) == (0, 0, 0, 0)
    assert len(ask(laptop, lambda reads: reads.drafts())) == 1
    assert health.check(laptop.store).sound


def test_what_was_sent_after_the_backup_is_answered_as_known(field: Field, opened: list[Laptop], stick: Path) -> None:
    """The laptop synced once more before it was lost, and the doctor was changed since."""
    folder = field.folder / "data"
    laptop = signed_in(field, folder)
    doctor = work(field, laptop)
    made = premises(folder).make_backup(laptop, str(stick), SECRET, on)
    assert made is not None
    synced(laptop)
    edit(laptop, doctor, name="李不见了")
    synced(laptop)
    laptop.close()
    shutil.rmtree(folder)
    laptop = signed_in(field, folder)
    opened.append(laptop)
    assert premises(folder).put_back(laptop, made.path, SECRET, on) == HELD
    synced(laptop)
    synced(laptop)
    assert field.company.row("doctor", doctor)["name"] == "李不见了"
    assert count(field, doctor) == 2
    assert at_rest(laptop) == (0, 0, 0, 0)
    assert ask(laptop, lambda reads: reads.row("doctor", doctor))["name"] == "李不见了"


def test_a_colleague_with_the_passphrase_puts_nothing_back(field: Field, opened: list[Laptop], stick: Path) -> None:
    mine, theirs = signed_in(field, field.folder / "mine"), signed_in(field, field.folder / "theirs", "colleague")
    opened += [mine, theirs]
    work(field, mine)
    made = premises(field.folder / "mine").make_backup(mine, f"  {stick} ", SECRET, on)
    assert made is not None
    with pytest.raises(WorldError, match="backup_foreign"):
        premises(field.folder / "theirs").put_back(theirs, made.path, SECRET, on)
    assert at_rest(theirs) == (0, 0, 0, 0)


def test_the_windows_put_back_and_send_and_the_end_of_the_app_ends_a_backup(field: Field, stick: Path) -> None:
    folder = field.folder / "data"
    sessions = WindowSessions(premises(folder))
    closing: list[threading.Thread] = []
    try:
        signed = sessions.sign_in(field.address, "rep", PASSWORD, HERE, False).result(30)
        signed.sync.work_offline(True)
        with pytest.raises(InputError, match="backup_nothing"):
            sessions.make_backup(str(stick), SECRET, on).result(60)
        signed.desk.submit(SaveDraft("visit:1", {"note": "halb"})).result(20)
        made = sessions.make_backup(str(stick), SECRET, on).result(60)
        assert made is not None
        signed.desk.submit(DiscardDraft("visit:1")).result(20)
        told: list[str] = []
        signed.desk.subscribe(lambda changes: told.extend(changes.changed))
        assert sessions.put_back(made.path, SECRET, on).result(60) == Brought(drafts=1)
        assert "draft" in told, "the pages show it"
        # The app is closed while a stick takes its time: it does not wait for that, and leaves nothing half.
        begun, ended = threading.Event(), threading.Event()

        def slow(_done: int, _total: int) -> bool:
            begun.set()
            return ended.wait(60)

        future = sessions.make_backup(str(stick), SECRET, slow)
        assert begun.wait(60)
        closing.append(threading.Thread(target=sessions.close))
        closing[0].start()
        while not sessions._ending.is_set():
            ended.wait(0.01)
        ended.set()
        assert future.result(60) is None
    finally:
        if closing:
            closing[0].join(60)
        else:
            sessions.close()
    assert [path.name for path in stick.iterdir()] == [Path(made.path).name]


def test_a_lock_waits_until_a_backup_is_whole(field: Field, stick: Path) -> None:
    sessions = WindowSessions(premises(field.folder / "data"))
    try:
        signed = sessions.sign_in(field.address, "rep", PASSWORD, HERE, False).result(30)
        signed.sync.work_offline(True)
        signed.desk.submit(SaveDraft("visit:1", {"note": "halb"})).result(20)
        begun, on_with_it = threading.Event(), threading.Event()

        def slow(_done: int, _total: int) -> bool:
            begun.set()
            return on_with_it.wait(60)

        future = sessions.make_backup(str(stick), SECRET, slow)
        assert begun.wait(60)
        locked = sessions.lock()
        assert not locked.done()
        on_with_it.set()
        assert locked.result(90)
        made = future.result(60)
        assert made is not None
        with pytest.raises(WorldError, match="sealed"):
            sessions.make_backup(str(stick), SECRET, on).result(60)
        sessions.unlock_again(HERE).result(60)
        assert sessions.put_back(made.path, SECRET, on).result(60) == Brought()
    finally:
        sessions.close()
    assert len(list(stick.iterdir())) == 1


def test_what_a_crash_left_beside_the_store_is_gone_at_the_next_start(field: Field, opened: list[Laptop]) -> None:
    folder = field.folder / "data"
    laptop = signed_in(field, folder)
    laptop.close()
    room = laptop.store.folder / ROOM_NAME
    room.mkdir()
    (room / "crmdesk.db").write_bytes(b"half")
    opened.append(premises(folder).unlock(HERE))
    assert not room.exists()


def commanded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str, lines: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    code = main([*words])
    return (code, *capsys.readouterr())


def test_the_command_line_makes_one_and_puts_it_back(
    field: Field, stick: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = field.folder / "data"
    monkeypatch.setattr("keyring.get_keyring", fail.Keyring)
    laptop = signed_in(field, folder)
    work(field, laptop)
    laptop.close()
    at, both = ("--data-dir", str(folder), "--language"), f"{HERE}\n{SECRET}\n"
    code, out, err = commanded(
        monkeypatch, capsys, *at, "en", "backup", "make", str(stick), "--passphrase-stdin", lines=f"{HERE}\nshort\n"
    )
    assert (code, out, "at least 12 characters" in err) == (1, "", True)
    code, out, err = commanded(
        monkeypatch, capsys, *at, "en", "backup", "make", str(stick), "--passphrase-stdin", lines=both
    )
    [made] = stick.iterdir()
    held = "3 changes, 0 that need you, 0 given up before, 1 draft, 1 file"
    assert (code, out, err) == (0, f"Backed up to {made}: {held}.\n", "")
    code, out, err = commanded(
        monkeypatch, capsys, *at, "zh", "--passphrase-stdin", "backup", "put-back", str(stick), lines=both
    )
    assert (code, out, "不是 crmdesk 备份" in err) == (1, "", True)
    shutil.rmtree(folder)
    signed_in(field, folder).close()
    put_back = ("--passphrase-stdin", "backup", "put-back", str(made))
    code, out, _ = commanded(monkeypatch, capsys, *at, "en", *put_back, lines=both)
    assert (code, out) == (0, f"Put back: {held}.\n")
    code, out, _ = commanded(monkeypatch, capsys, *at, "zh", *put_back, lines=both)
    assert (code, out) == (0, "备份里的内容都已在这台电脑上。\n")
    code, out, _ = commanded(monkeypatch, capsys, *at, "en", "--json", *put_back, lines=both)
    assert json.loads(out)["changes"] == 0
