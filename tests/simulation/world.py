"""A run: five laptops and a server, one entry of the script after the other, everything that happens in one log."""

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.records import RECORDS
from crmdesk.protocol.messages import Answer, Answers, Page, SyncHead, SyncRequest
from crmdesk.server import horizon
from crmdesk.server.work import SYSTEM, ServerActor
from crmdesk.services.commands import DeleteRow, DropRefused
from crmdesk.sync import core
from tests.fixtures.memory import memory_folder
from tests.simulation import acts, disasters, oracle, truth
from tests.simulation.founding import LAPTOPS, founding
from tests.simulation.laptop import Laptop, Saved, person_of_laptop
from tests.simulation.line import Late, Line, Witness
from tests.simulation.model import Broken, Life, Model
from tests.simulation.script import Entry
from tests.simulation.seeded import Time
from tests.simulation.server import Server

Fields = dict[str, tuple[Any, Any]]
ENOUGH_STEPS = 400
"""More steps than any sync without end needs; one that takes more spins."""


class World(Witness):
    """The state of a run. Made for a seed, `close` takes its files away."""

    def __init__(self, seed: int, laptops: Iterable[str] = LAPTOPS) -> None:
        first = founding()
        self.seed, self.ids = seed, first.ids
        self.time = Time(seed)
        self.folder = Path(tempfile.mkdtemp(prefix="crmdesk-run-", dir=memory_folder()))
        self.database_path = self.folder / "server.db"
        shutil.copy(first.database, self.database_path)
        self.server = Server(self.database_path, self.time)
        self.model = Model(_founded(first.database))
        self.log: list[str] = []
        self.faults: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.late: list[Late] = []
        self.laptops: dict[str, Laptop] = {}
        self.backup: Life | None = None
        self.copies: dict[str, disasters.Copy] = {}
        self.pills: set[str] = set()
        self.spoilt: set[str] = set()
        self.healed = 0
        for name in laptops:
            shutil.copytree(first.laptop_folder(name), self.folder / name)
            self.add_laptop(name)

    def add_laptop(self, name: str) -> None:
        """Switch a laptop on, whose folder is there."""
        line = Line(name, self.server, self.time, self, late=self.late, pills=self.pills)
        self.laptops[name] = Laptop(name, person_of_laptop(name), self.folder / name, line, self.time)

    def close(self) -> None:
        for laptop in self.laptops.values():
            laptop.close()
        self.server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # the log ---------------------------------------------------------------------------------------------------------

    def note(self, words: str) -> None:
        """Write a line of the log."""
        self.log.append(words)

    @property
    def fingerprint(self) -> str:
        """Return the hash of the log."""
        return hashlib.sha256("\n".join(self.log).encode()).hexdigest()

    # what the line tells ---------------------------------------------------------------------------------------------

    @override
    def asked(self, laptop: str, body: bytes) -> None:
        self.note(f"  > {laptop} {len(body)} {hashlib.blake2b(body, digest_size=6).hexdigest()}")

    @override
    def answered(self, laptop: str, user_id: str, request: SyncRequest, head: SyncHead) -> None:
        self.note(f"  < {laptop} {_told(head.answers)} scopes={len(head.scopes)} restart={len(head.restart)}")
        if head.fork:
            self.note(f"  < {laptop} fork")
        else:
            self.model.arrived(request.operations[: len(head.answers)], head.answers, user_id)

    @override
    def further(self, laptop: str, user_id: str, request: SyncRequest, answers: Answers) -> None:
        self.note(f"  < {laptop} {_told(answers.answers)}")
        told = {one.op_id for one in answers.answers}
        self.model.arrived([one for one in request.operations if one.id in told], answers.answers, user_id)

    @override
    def crashed(self, request: SyncRequest, user_id: str) -> None:
        known = truth.known_operations(self.database_path, [one.id for one in request.operations])
        there = [one for one in request.operations if one.id in known and one.id not in self.model.life.answers]
        now = truth.read(self.database_path, self.time, tuple({one.record for one in there if one.record in RECORDS}))
        answers = [msgspec.msgpack.decode(known[one.id], type=Answer) for one in there]
        for operation, answer in zip(there, answers, strict=True):
            answer.row = now.rows.get((operation.record, operation.row_id))
        self.model.arrived(there, answers, user_id)

    @override
    def places(self) -> truth.Truth:
        return self.server.onlooker.places()

    @override
    def page(self, actor: ServerActor, page: Page, seen: list[truth.Truth]) -> None:
        digest = hashlib.blake2b(msgspec.msgpack.encode(page), digest_size=6).hexdigest()
        self.note(f"  < page {page.scope[:10]} {len(page.groups)} {digest}")
        for group in page.groups:
            for wire in group.by_row():
                row = dict(zip(group.columns, wire, strict=True))
                key = (group.record, row["id"])
                # a packed row may be as it was then, and comes again: where it is now decides who may get it
                if not any(page.scope in one.scopes(group.record, one.rows.get(key, row)) for one in seen):
                    raise Broken("nothing_outside", f"{group.record} {row['id']} went out with {page.scope}")
        if page.scope not in actor.scopes:
            raise Broken("nothing_outside", f"a page of {page.scope} went to {actor.name}")

    @override
    def spoiled(self, laptop: str) -> None:
        self.spoilt.add(laptop)

    @override
    def fault(self, kind: str) -> None:
        self.faults[kind] += 1
        self.note(f"  ! {kind}")

    # what happens ----------------------------------------------------------------------------------------------------

    def happen(self, entry: Entry) -> bool:
        """Let one entry happen; say whether it did anything."""
        self.time.enter(entry.key, entry.at)
        self.note(entry.words())
        did = _KINDS[entry.kind](self, entry)
        self.done[entry.kind] += did
        return did

    def _act(self, entry: Entry) -> bool:
        laptop = self.laptops.get(entry.laptop)
        if laptop is None:
            return False
        before, waited = self._refused_ids(laptop), {one.id: one.fields for one in laptop.waiting()}
        crashed, meant = laptop.crashed, _given_up_by(laptop, entry)
        saved: Saved | None = None
        with laptop.may_crash(entry.crash):
            try:
                saved = acts.perform(laptop, entry.what, entry.args)
            except CrmdeskError as error:
                self.note(f"  no: {error.code}")
        if laptop.crashed > crashed:
            self.fault("laptop_crash")
            self._after_crash(laptop, entry, before, waited, meant)
            return True
        if saved is None:
            return False
        self._keep(laptop, entry, saved)
        gone = before - self._refused_ids(laptop) - self._waiting_ids(laptop)
        self.model.given_up(gone, meant, saved.operation_ids)
        if entry.what == "poison":
            self.fault("poison")
        if entry.args.get("pill"):
            self.fault("pill")
            self.pills.update(saved.operation_ids)
        return True

    def _keep(self, laptop: Laptop, entry: Entry, saved: Saved) -> None:
        """Take note of what the app said is saved: from now on it may not be lost."""
        kept = [one for one in laptop.waiting() if one.id in saved.operation_ids]
        kept += [one for one in laptop.refused() if one.id in saved.refused_ids]
        for operation in kept:
            self.model.saved(laptop.name, entry.key, operation)
        self.model.excuse(set(saved.operation_ids) - {one.id for one in kept}, "taken back")
        token = entry.args.get("token")
        if token and not any(token in repr(one.fields) for one in kept):
            raise Broken("saved_is_queued", f"{laptop.name} saved {token}, and no operation says so")
        self.note(f"  saved {' '.join(f'{one.kind}:{one.record}:{one.seq}' for one in kept)}")

    def _after_crash(
        self, laptop: Laptop, entry: Entry, refused: set[str], waited: dict[str, Fields], meant: set[str]
    ) -> None:
        """The app died while saving: it either is saved or is not; what is, binds, as if it had been told.

        What waited before and is as it was is no news: on an old copy that was put back an operation may wait with
        another body than the one that the server took under its id.
        """
        fresh = []
        for operation in laptop.waiting():
            if waited.get(operation.id) != operation.fields:
                self.model.saved(laptop.name, entry.key, operation)
            if operation.id not in waited:
                fresh.append(operation.id)
        still = self._refused_ids(laptop) | self._waiting_ids(laptop)
        self.model.given_up(refused - still, meant, fresh)
        if entry.what == "undo" or meant:
            self.model.excuse(waited.keys() - still, "taken back")

    def _refused_ids(self, laptop: Laptop) -> set[str]:
        return {row[0] for row in laptop.look("SELECT id FROM needs_you")}

    def _waiting_ids(self, laptop: Laptop) -> set[str]:
        return {row[0] for row in laptop.look("SELECT id FROM outbox")}

    def _sync(self, entry: Entry) -> bool:
        laptop = self.laptops.get(entry.laptop)
        if laptop is None:
            return False
        if entry.kind == "sync":
            laptop.begin(_EVENTS[entry.what or "start"]())
        return self.go_on(laptop, entry)

    def go_on(self, laptop: Laptop, entry: Entry) -> bool:
        """Let a sync go on for the steps of the entry (0: to its end), with the fates and the crash of it."""
        if laptop.following is None:
            return False
        laptop.line.fates = list(entry.fates)
        crashed, steps = laptop.crashed, entry.args.get("steps", 0) or ENOUGH_STEPS
        with laptop.may_crash(entry.crash):
            if laptop.advance(steps) == ENOUGH_STEPS and laptop.following is not None:
                raise Broken("finishes", f"the sync of {laptop.name} spins")
        laptop.line.fates = []
        if laptop.crashed > crashed:
            self.fault("laptop_crash")
        if laptop.following is None:
            self.note(f"  {laptop.name} rests: {laptop.status.phase} {laptop.status.code}")
            self._person_answers(laptop)
        self.model.of_itself([*laptop.waiting(), *laptop.refused()])
        oracle.still_shown(laptop, self.model.ever_answered)
        if laptop.name not in self.spoilt:
            oracle.nothing_to_repair(laptop)
        return True

    def _person_answers(self, laptop: Laptop) -> None:
        """A person who is asked to sign in again does so, and accepts that rows go."""
        if laptop.status.code == "signed_out":
            with laptop.may_crash(None):
                self.note(f"  {laptop.name} signs in: {laptop.sign_in_again()}")

    def _late(self, entry: Entry) -> bool:
        if not self.late:
            return False
        one = self.late.pop(entry.args["place"] % len(self.late))
        line = Line(one.laptop, self.server, self.time, self, pills=self.pills)
        self.fault("reordered")
        line.deliver(one)
        return True

    def _away(self, _entry: Entry) -> bool:
        """Much time has passed, every laptop was off; the company's backups are never as old as that."""
        self.fault("away")
        for laptop in self.laptops.values():
            laptop.restart()
        with self.time.acting(""):
            # somebody has been at the server: where nobody was it does not believe its clock
            self.server.database.run(lambda work: work.audit("sign_in", SYSTEM, "user", "", {}, scoped=False))
            horizon.forget(self.server.database)
        if self.backup is not None:
            disasters.back_up(self)
        return True


def _given_up_by(laptop: Laptop, entry: Entry) -> set[str]:
    """Return what an act may give up: refused operations that it drops, rows that it deletes; by their ids."""
    if entry.what == "undo":
        undoing = laptop.undo[-1] if laptop.undo else ()
        dropped = {one.operation_id for one in undoing if isinstance(one, DropRefused)}
        return dropped | {one.row_id for one in undoing if isinstance(one, DeleteRow)}
    if entry.what == "drop":
        return {entry.args["operation_id"]}
    return {entry.args["row_id"]} if entry.what in ("delete", "answer") else set()


@cache
def _founded(database: Path) -> dict[truth.Key, dict[str, Any]]:
    """Return the customers that a run starts with, by their declared fields."""
    rows = truth.read(database, Time(0), ("doctor", "institution", "affiliation", "department")).rows
    return {key: {name: row[name] for name in RECORDS[key[0]].field_names} for key, row in rows.items()}


def _told(answers: Iterable[Answer]) -> str:
    outcomes = Counter(answer.outcome for answer in answers)
    return " ".join(f"{name}:{count}" for name, count in sorted(outcomes.items()))


_EVENTS: dict[str, Callable[[], core.Event]] = {
    "start": core.Start,
    "tick": core.Tick,
    "change": core.LocalChange,
    "accept": core.RemovalAccepted,
}
_Happening = Callable[[World, Entry], bool]
_KINDS: dict[str, _Happening] = {
    "act": World._act,
    "sync": World._sync,
    "step": World._sync,
    "late": World._late,
    "away": World._away,
    **disasters.KINDS,
}
