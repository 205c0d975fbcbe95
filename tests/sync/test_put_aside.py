"""A store that was put aside because nobody knew its passphrase: what was not sent in it comes back, once."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from keyring.backends import fail

from crmdesk import durable
from crmdesk.bootstrap import Laptop, Premises, WindowSessions
from crmdesk.domain.brought_back import Brought
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.ids import new_id
from crmdesk.services.commands import AttachFile, CreateRow, DiscardDraft, SaveDraft
from crmdesk.services.views import SyncSummary
from crmdesk.storage import health, keys
from crmdesk.storage.store import Store
from crmdesk.ui.ports import Signed, SyncState
from tests.server.company import PASSWORD
from tests.sync.field import QUICK, Field, ask, do, edit, synced

OLD, NEW = "走廊里只有我说得出的一句话", "a sentence for this winter"


PICTURE = b"\x89PNG\r\n\x1a\n" + b"the nurse's signature"


Step = Callable[..., Any]


class KilledError(BaseException):
    """The power goes: no handler is to take it for a failure."""


@pytest.fixture
def opened() -> Iterator[list[Laptop]]:
    """The laptops that a test opens; closed at its end."""
    laptops: list[Laptop] = []
    yield laptops
    for one in laptops:
        one.close()


def premises(folder: Path) -> Premises:
    return Premises(folder, fail.Keyring(), deadlines=QUICK)


def signed_in(field: Field, folder: Path, passphrase: str, **options: Any) -> Laptop:
    return premises(folder).sign_in(field.address, "rep", PASSWORD, passphrase, **options)


def worked(field: Field, folder: Path) -> str:
    """Leave a doctor, an edit, a file and a draft that the server never saw in a store; return the doctor's id."""
    laptop = signed_in(field, folder, OLD)
    synced(laptop)
    doctor = do(laptop, CreateRow("doctor", {"name": "李不见", "territory_id": field.company["north"]})).created_id
    edit(laptop, field.company["north_doctor"], mobile="13700001111")
    do(laptop, AttachFile("doctor", doctor, "consent.png", PICTURE))
    do(laptop, SaveDraft(f"visit:{new_id()}", {"note": "halb"}))
    laptop.close()
    return doctor


def forgotten(field: Field, folder: Path, passphrase: str = NEW) -> Laptop:
    laptop = signed_in(field, folder, passphrase, forgotten=True)
    synced(laptop)
    return laptop


def test_what_was_not_sent_comes_back_with_the_old_passphrase(field: Field, opened: list[Laptop]) -> None:
    folder = field.folder / "data"
    doctor = worked(field, folder)
    laptop = forgotten(field, folder)
    opened.append(laptop)
    with pytest.raises(InputError, match="unknown_row"):
        ask(laptop, lambda reads: reads.row("doctor", doctor))
    here = premises(folder)
    [aside] = here.put_aside(laptop.account)
    assert (aside.name, aside.key) == ("1", "passphrase")
    with pytest.raises(WorldError, match="passphrase_wrong"):
        here.bring_back(laptop, "1", NEW)
    assert here.put_aside(laptop.account) == [aside]
    assert ask(laptop, lambda reads: reads.sync_summary()).waiting == 0
    brought = here.bring_back(laptop, "1", OLD)
    assert brought == Brought(changes=3, drafts=1, files=1)
    assert ask(laptop, lambda reads: reads.row("doctor", doctor))["name"] == "李不见"
    assert (here.put_aside(laptop.account), list((folder / "stores").glob("*.unreadable*"))) == ([], [])
    synced(laptop)
    synced(laptop)
    assert field.company.row("doctor", doctor)["name"] == "李不见"
    assert field.company.row("doctor", field.company["north_doctor"])["mobile"] == "13700001111"
    summary = ask(laptop, lambda reads: reads.sync_summary())
    assert (summary.waiting, summary.refused, summary.attachments_waiting) == (0, 0, 0)
    assert health.check(laptop.store).sound


def test_a_second_try_brings_nothing_twice(field: Field, opened: list[Laptop], monkeypatch: pytest.MonkeyPatch) -> None:
    """The power goes between the commit and the end of the old store; meanwhile the person goes on working."""
    folder = field.folder / "data"
    doctor = worked(field, folder)
    laptop = forgotten(field, folder)
    opened.append(laptop)
    here = premises(folder)
    with monkeypatch.context() as patched:
        patched.setattr(durable, "rename", _killed)
        with pytest.raises(KilledError):
            here.bring_back(laptop, "1", OLD)
    assert ask(laptop, lambda reads: reads.sync_summary()).waiting == 3
    synced(laptop)
    edit(laptop, doctor, name="李又见")
    assert here.bring_back(laptop, "1", OLD) == Brought()
    assert here.put_aside(laptop.account) == []
    assert ask(laptop, lambda reads: reads.sync_summary()).waiting == 1
    assert ask(laptop, lambda reads: len(reads.drafts())) == 1
    synced(laptop)
    assert field.company.row("doctor", doctor)["name"] == "李又见"


def test_older_data_that_cannot_be_deleted_after_all_came_is_no_failure(
    field: Field, opened: list[Laptop], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows any program that has a file of it open keeps it from being renamed."""
    folder = field.folder / "data"
    worked(field, folder)
    laptop = forgotten(field, folder)
    opened.append(laptop)
    here = premises(folder)

    def held(*_given: Any) -> None:
        raise PermissionError(13, "another program has it open")

    with monkeypatch.context() as patched:
        patched.setattr(durable, "rename", held)
        assert here.bring_back(laptop, "1", OLD) == Brought(changes=3, drafts=1, files=1, stays=True)
    assert here.bring_back(laptop, "1", OLD) == Brought()
    assert here.put_aside(laptop.account) == []


def test_a_draft_that_cannot_come_keeps_the_older_data_until_it_can(field: Field, opened: list[Laptop]) -> None:
    folder = field.folder / "data"
    worked(field, folder)
    laptop = premises(folder).unlock(OLD)
    [(key, before, _)] = ask(laptop, lambda reads: reads.drafts())
    laptop.close()
    laptop = forgotten(field, folder)
    opened.append(laptop)
    do(laptop, SaveDraft(key, {"note": "ganz"}))
    here = premises(folder)
    assert here.bring_back(laptop, "1", OLD) == Brought(changes=3, files=1, left=1)
    assert len(here.put_aside(laptop.account)) == 1
    do(laptop, DiscardDraft(key))
    assert here.bring_back(laptop, "1", OLD) == Brought(drafts=1)
    assert ask(laptop, lambda reads: reads.draft(key)) == before
    assert here.put_aside(laptop.account) == []


def _until(signed: Signed, reached: Callable[[SyncState, SyncSummary], bool]) -> None:
    """Wait until the sync has come to something; it is looked at again whenever the engine tells of a change."""
    told = threading.Event()
    end = signed.sync.subscribe(lambda _state: told.set())
    while not reached(signed.sync.state(), signed.desk.ask(lambda reads: reads.sync_summary()).result(20)):
        assert told.wait(60)
        told.clear()
    end()


def test_what_was_brought_back_in_the_windows_is_sent_without_asking(field: Field) -> None:
    folder, north = field.folder / "data", field.company["north_doctor"]
    doctor = worked(field, folder)
    sessions = WindowSessions(premises(folder))
    try:
        signed = sessions.sign_in(field.address, "rep", PASSWORD, NEW, True).result(30)
        _until(signed, lambda state, summary: state.phase == "idle" and bool(summary.last_sync_at))
        [one] = sessions.put_aside().result(30)
        with pytest.raises(WorldError, match="passphrase_wrong"):
            sessions.bring_back(one.name, NEW).result(30)
        assert sessions.bring_back(one.name, OLD).result(30) == Brought(changes=3, drafts=1, files=1)
        assert sessions.put_aside().result(30) == []
        _until(signed, lambda _state, summary: not summary.waiting)
    finally:
        sessions.close()
    assert field.company.row("doctor", doctor)["name"] == "李不见"
    assert field.company.row("doctor", north)["mobile"] == "13700001111"


def _killed(*_given: Any) -> None:
    raise KilledError


def test_what_the_server_had_taken_already_has_one_effect(field: Field, opened: list[Laptop]) -> None:
    """The answer never arrived: the old store holds as unsent what the server has."""
    folder = field.folder / "data"
    doctor = worked(field, folder)
    shutil.copytree(folder, field.folder / "copy")
    laptop = premises(folder).unlock(OLD)
    synced(laptop)
    laptop.close()
    shutil.rmtree(folder)
    shutil.copytree(field.folder / "copy", folder)
    laptop = forgotten(field, folder)
    opened.append(laptop)
    edit(laptop, doctor, name="李已改")
    assert premises(folder).bring_back(laptop, "1", OLD).changes == 3
    assert ask(laptop, lambda reads: reads.row("doctor", doctor))["name"] == "李已改"
    synced(laptop)
    synced(laptop)
    assert field.company.row("doctor", doctor)["name"] == "李已改"
    summary = ask(laptop, lambda reads: reads.sync_summary())
    assert (summary.waiting, summary.refused, summary.conflicts) == (0, 0, 0)
    assert health.check(laptop.store).sound


def test_what_somebody_else_changed_meanwhile_is_a_conflict_as_ever(field: Field, opened: list[Laptop]) -> None:
    folder, north = field.folder / "data", field.company["north_doctor"]
    worked(field, folder)
    colleague = field.laptop("colleague")
    synced(colleague)
    edit(colleague, north, mobile="13988880000", title="chief")
    synced(colleague)
    laptop = forgotten(field, folder)
    opened.append(laptop)
    edit(laptop, north, title="attending")
    premises(folder).bring_back(laptop, "1", OLD)
    synced(laptop)
    row = field.company.row("doctor", north)
    assert (row["mobile"], row["title"]) == ("13700001111", "attending")
    [conflict] = ask(laptop, lambda reads: reads.conflicts())
    assert (conflict.field, conflict.winner_value, conflict.loser_value) == ("mobile", "13700001111", "13988880000")


def _cheaply(place: Any, passphrase: str) -> bytes:
    """Argon2id for hurried tests: what is tried is where keys lie, not what they cost."""
    return hashlib.sha256(f"{place.salt} {passphrase}".encode()).digest()


def _unsent_is_reachable(field: Field, folder: Path, doctor: str) -> None:
    """Sign in by whichever passphrase is in use; what was not sent is there, or comes with the old passphrase."""
    try:
        laptop = signed_in(field, folder, OLD)
    except WorldError as error:
        if error.code != "passphrase_wrong":
            raise
        laptop = signed_in(field, folder, NEW)
    try:
        here = premises(folder)
        for aside in here.put_aside(laptop.account):
            here.bring_back(laptop, aside.name, OLD)
        assert ask(laptop, lambda reads: reads.row("doctor", doctor))["name"] == "李不见"
        assert ask(laptop, lambda reads: reads.sync_summary()).waiting == 3
        assert len(laptop.store.blobs.present()) == 1
        assert not list(laptop.store.folder.glob("*.key")), "a key that is not in use opens nothing"
    finally:
        laptop.close()


def _killed_at(number: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the power go before the step of that number, counted from 0; returns the steps that were begun."""
    steps: list[str] = []

    def before(name: str, step: Step) -> Step:
        def taken(*given: Any, **more: Any) -> Any:
            steps.append(name)
            if len(steps) > number:
                raise KilledError(name)
            return step(*given, **more)

        return taken

    for name in ("write", "replace", "rename"):
        monkeypatch.setattr(durable, name, before(name, getattr(durable, name)))
    monkeypatch.setattr(Path, "unlink", before("unlink", Path.unlink))
    monkeypatch.setattr(Store, "open", before("open", Store.open))
    return steps


def test_wherever_forgetting_is_ended_neither_store_nor_key_is_lost(
    field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_derive", _cheaply)
    doctor = worked(field, tmp_path / "before")
    ended = False
    number = 0
    while not ended:
        folder = tmp_path / f"killed{number}"
        shutil.copytree(tmp_path / "before", folder)
        with monkeypatch.context() as patched:
            steps = _killed_at(number, patched)
            after = tmp_path / f"after{number}"  # what is left of the program holds nothing of a copy
            try:
                signed_in(field, folder, NEW, forgotten=True).close()
                ended = True
            except KilledError:
                number += 1
        shutil.copytree(folder, after)
        _unsent_is_reachable(field, after, doctor)
    assert {"write", "replace", "rename", "unlink", "open"} <= set(steps)
    assert number > 8


def test_a_key_ring_that_comes_back_opens_what_was_put_aside_without_it(field: Field) -> None:
    """The key ring lost its key and a new one was made: the old one, back again, is the old store's alone."""
    laptop = field.laptop("rep")
    synced(laptop)
    edit(laptop, field.company["north_doctor"], mobile="13700003333")
    laptop.close()
    field.opened.remove(laptop)
    lost = dict(field.keyring.kept)
    field.keyring.kept.clear()
    again = field.laptop("rep")
    here = field.premises("rep")
    assert [(one.name, one.key) for one in here.put_aside(again.account)] == [("1", "keyring")]
    with pytest.raises(WorldError, match="put_aside_key"):
        here.bring_back(again, "1")
    field.keyring.kept.update(lost)
    again = field.reopen(again, "rep")
    assert here.bring_back(again, "1") == Brought(changes=1)
    assert not lost.keys() & field.keyring.kept.keys(), "its key went with it"
    again = field.reopen(again, "rep")
    synced(again)
    assert field.company.row("doctor", field.company["north_doctor"])["mobile"] == "13700003333"


def test_what_a_version_of_before_put_aside_is_told_and_keeps_the_present_key(field: Field) -> None:
    """No key lies beside it; the key ring has one under the name that all keys shared then."""
    laptop = field.laptop("rep")
    synced(laptop)
    folder = field.folder / "rep" / "stores"
    shutil.copytree(laptop.store.folder, folder / f"{laptop.store.folder.name}.unreadable-1")
    here = field.premises("rep")
    assert [(one.name, one.key) for one in here.put_aside(laptop.account)] == [("1", "none")]
    with pytest.raises(WorldError, match="put_aside_key"):
        here.bring_back(laptop, "1", OLD)
    here.throw_away(laptop.account, "1")
    assert here.put_aside(laptop.account) == []
    synced(field.reopen(laptop, "rep"))
