"""The file: keys, damage, foreign and newer files, a second instance, a full disk, kills, nothing readable on disk."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmdesk.domain.errors import WorldError
from crmdesk.domain.ids import new_id
from crmdesk.storage import attachments, health, inbox, migrations, outbox
from crmdesk.storage import driver as raw
from crmdesk.storage import store as store_module
from crmdesk.storage.folder_lock import FolderLock
from crmdesk.storage.store import Store

KILLS = 20


def code_of(open_store: Any, *args: Any, **kwargs: Any) -> tuple[str, str]:
    with pytest.raises(WorldError) as caught:
        open_store(*args, **kwargs)
    return caught.value.code, str(caught.value.params.get("reason", ""))


def filled(open_store: Any, wire: Any) -> Path:
    """Return the folder of a closed store that holds a doctor."""
    store = open_store()
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [wire.row("doctor", name="王伟")]}))
    store.close()
    return store.folder


def test_a_wrong_key_is_told_from_damage_and_from_a_foreign_file(open_store: Any, wire: Any) -> None:
    folder = filled(open_store, wire)
    assert code_of(open_store, folder, b"x" * 32) == ("wrong_key", "")
    assert code_of(open_store, folder, b"short") == ("wrong_key", "")
    path = folder / "crmdesk.db"
    whole = path.read_bytes()
    path.write_bytes(bytes([whole[0] ^ 0xFF]) + whole[1:])
    assert code_of(open_store, folder) == ("store_damaged", "header")
    path.write_bytes(whole[:100] + b"\xff" * 200 + whole[300:])
    assert code_of(open_store, folder) == ("store_damaged", "page")
    path.unlink()
    with sqlite3.connect(path) as foreign:
        foreign.execute("CREATE TABLE t(x)")
    foreign.close()
    assert code_of(open_store, folder) == ("store_damaged", "foreign")
    path.write_bytes(whole)
    open_store(folder).close()


def test_a_lost_marker_is_written_again(open_store: Any, wire: Any) -> None:
    folder = filled(open_store, wire)
    (folder / "store.json").write_text("{")
    open_store(folder).close()
    assert code_of(open_store, folder, b"x" * 32) == ("wrong_key", "")


def test_a_file_of_a_newer_version_is_refused_and_left_alone(open_store: Any, wire: Any, key: bytes) -> None:
    folder = filled(open_store, wire)
    driver = raw.connect(folder / "crmdesk.db", key)
    driver.execute("PRAGMA user_version = 99")
    driver.close()
    assert code_of(open_store, folder) == ("store_newer", "")


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path, key: bytes, monkeypatch: Any) -> None:
    def half(database: Any) -> None:
        database.execute("CREATE TABLE half(x)")
        raise RuntimeError("cut")

    monkeypatch.setitem(migrations._BODIES, "0001_first_tables", half)
    driver = raw.connect(tmp_path / "x.db", key)
    with pytest.raises(RuntimeError, match="cut"):
        migrations.migrate(driver)
    assert driver.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
    assert driver.execute("PRAGMA user_version").fetchone() == (0,)
    driver.close()


def test_a_second_instance_is_kept_out_and_a_closed_one_is_not(open_store: Any) -> None:
    first = open_store()
    assert code_of(open_store) == ("in_use", "")
    first.close()
    open_store().close()


def test_a_program_that_was_just_started_does_not_keep_the_folder(tmp_path: Path) -> None:
    """Until it runs its own code it has a copy of every open file."""
    lock = FolderLock(tmp_path / "store.lock")
    assert lock._handle is not None
    copy = os.dup(lock._handle)
    lock.release()
    FolderLock(tmp_path / "store.lock").release()
    os.close(copy)


def test_a_full_disk_saves_nothing_and_works_again_later(store: Store, wire: Any) -> None:
    with store.writing() as work:
        pages = work.driver.execute("PRAGMA page_count").fetchone()
        assert pages is not None
        work.driver.execute(f"PRAGMA max_page_count = {pages[0] + 2}")
    row_id = new_id()
    with pytest.raises(WorldError, match="disk_full"), store.writing() as work:
        work.create("visit", row_id, {"note": "x" * 200_000}, wire.me)
    with store.writing() as work:
        assert work.get("visit", row_id) is None
        assert outbox.pending_operations(work.connection) == []
        work.driver.execute("PRAGMA max_page_count = 1073741823")
    with store.writing() as work:
        work.create("visit", row_id, {"note": "x" * 200_000}, wire.me)
    assert health.check(store).sound


def test_reading_sees_one_state_and_cannot_write(store: Store) -> None:
    with store.writing() as work:
        work.set_meta("a", "1")
    with store.reading() as connection:
        assert connection.execute("SELECT value FROM meta WHERE name = 'a'").scalar() == "1"
        with store.writing() as work:
            work.set_meta("a", "2")
        assert connection.execute("SELECT value FROM meta WHERE name = 'a'").scalar() == "1"
    with pytest.raises(Exception, match="readonly"), store.reading() as connection:
        connection.execute("DELETE FROM meta")


CANARY = "金丝雀诊疗Canary7391"


def test_nothing_readable_lies_on_the_disk(open_store: Any, wire: Any, tmp_path: Path) -> None:
    store = open_store()
    with store.writing() as work:
        inbox.apply_page(
            work, wire.page({"doctor": [wire.row("doctor", name=CANARY[:5], note=CANARY, mobile="Canary7391")]})
        )
        visit = new_id()
        work.create("visit", visit, {"note": CANARY * 3000, "territory_id": wire.territory}, wire.me)
        work.edit("visit", visit, {"next_step": CANARY}, 0, wire.me)
        work.save_draft("visit:1", {"note": CANARY})
        work.set_preference("canary", CANARY)
        work.set_meta("tokens", CANARY)
        attachments.put(work, CANARY.encode() * 2000)
    forms = [part.encode(code) for part in ("金丝雀诊疗", "Canary7391") for code in ("utf-8", "utf-16-le", "gb18030")]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"crmdesk.db", "crmdesk.db-wal", "attachments.db"}
    for path in files:
        content = path.read_bytes()
        assert [form for form in forms if form in content] == [], path.name
    assert "金丝雀诊疗".encode() in CANARY.encode()
    health.export_outbox(store, tmp_path / "plain")
    assert "金丝雀诊疗".encode() in (tmp_path / "plain").read_bytes()


WRITER = """
import os, sys
from pathlib import Path
from crmdesk.domain.ids import new_id
from crmdesk.storage import attachments, pinyin
from crmdesk.storage.store import Store

def write(folder):
    store = Store.open(Path(folder), bytes(range(32)))
    me = new_id()
    print("ready", os.getpid(), flush=True)
    number = 0
    while True:
        number += 1
        visit, doctor = new_id(), new_id()
        with store.writing() as work:
            work.create("visit", visit, {"note": "n" * (number % 50) * 400, "territory_id": me}, me)
            work.create("doctor", doctor, {"name": "张伟", "territory_id": me}, me)
            if number % 5 == 0:
                work.create("attachment", new_id(), {"sha256": attachments.put(work, visit.encode() * 3000)}, me)
            work.save_draft("visit:1", {"note": visit})
        print(visit, doctor, flush=True)

pinyin.syllable("张")  # slow to load: once, here, so that the kills fall into the writing
for line in sys.stdin:
    if os.fork() == 0:
        write(line.strip())
    os.wait()
    print("killed", flush=True)
"""


def test_what_a_large_sort_spills_stays_in_memory(store: Store) -> None:
    with store.writing() as work, store.reading() as connection, store.unshared() as other:
        drivers = (work.driver, connection.driver, other)
        assert [one.execute("PRAGMA temp_store").fetchone()[0] for one in drivers] == [2, 2, 2]


@pytest.fixture
def writer() -> Iterator[subprocess.Popen[str]]:
    """A process that starts a writer of its own for each folder that it is told."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )  # fmt: skip
    with process:
        yield process


def killed_after(writer: subprocess.Popen[str], folder: Path, seconds: float) -> list[str]:
    """Let a writer write, kill it, and return the ids that it acknowledged."""
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdin.write(f"{folder}\n")
    writer.stdin.flush()
    _, pid = writer.stdout.readline().split()
    killer = threading.Timer(seconds, os.kill, (int(pid), signal.SIGKILL))
    killer.start()
    lines = [writer.stdout.readline()]
    while lines[-1] and not lines[-1].endswith("killed\n"):  # the kill may have cut a line before it
        lines.append(writer.stdout.readline())
    killer.join()
    # A line that was cut by the kill has "killed" behind it and no second id: it was not acknowledged.
    return [row_id for line in lines if line.count(" ") == 1 and "killed" not in line for row_id in line.split()]


@pytest.mark.skipif(sys.platform == "win32", reason="the writer forks")
def test_what_was_acknowledged_stands_after_any_kill(
    open_store: Any, tmp_path: Path, writer: subprocess.Popen[str]
) -> None:
    folder = tmp_path / "killed"
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    acknowledged: list[str] = []
    for _ in range(KILLS):
        acknowledged += killed_after(writer, folder, chance.uniform(0.001, 0.25))
        store = open_store(folder)
        with store.reading() as connection:
            held = {
                (row[0]) for record in ("visit", "doctor")
                for row in connection.execute(f"SELECT id FROM row_{record}")
            }  # fmt: skip
            sent = {row[0] for row in connection.execute("SELECT row_id FROM outbox")}
        assert set(acknowledged) <= held, f"seed {seed}"
        assert set(acknowledged) <= sent, f"seed {seed}"
        store.close()
    assert acknowledged
    store = open_store(folder)
    assert health.check(store) == health.Health(rows=health.check(store).rows), f"seed {seed}"


def synchronous(work: Any) -> int:
    return int(work.driver.execute("PRAGMA synchronous").fetchone()[0])


def test_only_what_comes_again_is_committed_without_waiting_for_the_disk(store: Store) -> None:
    full, normal = 2, 1
    with store.writing() as work:
        assert synchronous(work) == full
    with store.writing(comes_again=True) as work:
        assert synchronous(work) == normal
    with pytest.raises(ZeroDivisionError), store.writing(comes_again=True):
        raise ZeroDivisionError
    with store.writing() as work:
        assert synchronous(work) == full


def test_what_was_not_waited_for_is_brought_to_the_disk_before_the_lock_is_taken(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    free: list[bool] = []

    def other_thread() -> None:
        free.append(store.handed_out.writer.acquire(blocking=False))
        if free[-1]:
            store.handed_out.writer.release()

    def fsync(_descriptor: int) -> None:
        thread = threading.Thread(target=other_thread)
        thread.start()
        thread.join()

    monkeypatch.setattr(os, "fsync", fsync)
    for _ in range(2):
        with store.writing(comes_again=True) as work:
            work.set_meta("any", "page")
    assert free == []
    for _ in range(2):
        with store.writing() as work:
            work.set_meta("any", "thing")
    assert free == [True], "once, and whoever wanted the writer could have had it"


def test_a_log_that_has_grown_is_brought_into_the_file_and_begins_anew(
    store: Store, wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "CHECKPOINT_BYTES", 200_000)
    log = store.path.with_name(store.path.name + "-wal")
    before = store.path.stat().st_size
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [wire.row("doctor", name=f"医生{at}") for at in range(1_500)]}))
    assert log.stat().st_size > 200_000
    with store.checkpointing:  # the thread that brings it in has ended
        assert store.path.stat().st_size > before + 200_000
    with store.writing() as work:
        work.set_meta("any", "thing")
    assert log.stat().st_size < 100_000


def test_a_log_that_grew_by_many_small_commits_is_brought_into_the_file_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "CHECKPOINT_BYTES", 20_000)
    brought_in = threading.Event()
    bring_in = store._bring_in
    monkeypatch.setattr(store, "_bring_in", lambda: (bring_in(), brought_in.set()))
    for at in range(store_module.LOOKED_AFTER):
        with store.writing() as work:
            work.set_meta("any", f"thing {at}")
    assert brought_in.wait(30)


def test_a_store_of_before_doctors_were_merged_gets_the_table_and_the_index(
    open_store: Any, wire: Any, key: bytes
) -> None:
    folder = filled(open_store, wire)
    driver = raw.connect(folder / "crmdesk.db", key)
    driver.execute("DROP TABLE row_doctor_merge")
    driver.execute("DROP INDEX row_doctor_merged")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name >= '0003'")
    driver.execute("PRAGMA user_version = 2")
    driver.commit()
    driver.close()
    store = open_store(folder)
    with store.reading() as connection:
        names = set(connection.execute("SELECT name FROM sqlite_master").scalars())
    store.close()
    assert {"row_doctor_merge", "row_doctor_merge_doctor_id", "row_doctor_merged"} <= names


def test_a_store_of_before_indexes_were_fewer_is_as_a_new_one(open_store: Any, wire: Any, key: bytes) -> None:
    def indexes(driver: raw.Driver) -> set[tuple[Any, ...]]:
        return set(driver.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'").fetchall())

    folder = filled(open_store, wire)
    driver = raw.connect(folder / "crmdesk.db", key)
    of_today = indexes(driver)
    driver.execute("DROP INDEX row_doctor_merged")
    driver.execute("CREATE INDEX row_doctor_status ON row_doctor (status)")
    driver.execute("CREATE INDEX row_visit_territory_id ON row_visit (territory_id)")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name >= '0015'")
    driver.execute("PRAGMA user_version = 14")
    driver.close()
    open_store(folder).close()
    driver = raw.connect(folder / "crmdesk.db", key)
    assert indexes(driver) == of_today
    driver.close()


@pytest.mark.parametrize("comes_again", [False, True])
def test_a_connection_that_can_not_take_back_is_given_up(store: Store, comes_again: bool) -> None:
    """Interrupted in its rollback too: what went wrong is told, and whoever writes next writes for good as ever."""
    with pytest.raises(raw.DriverError, match="interrupted"), store.writing(comes_again=comes_again) as work:
        work.driver.set_progress_handler(lambda: 1, 1)  # type: ignore[attr-defined]
        work.driver.execute("SELECT count(*) FROM sqlite_master").fetchone()
    with store.writing() as work:
        assert work.driver.execute("PRAGMA synchronous").fetchone() == (2,)
        work.set_meta("person", "{}")
    with store.reading() as connection:
        assert connection.execute("SELECT value FROM meta WHERE name = 'person'").scalar() == "{}"
