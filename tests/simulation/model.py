"""What must be true in the end, kept apart from the code of laptop and server: what was saved, what arrived, in order.

The model sees three things only: what the app said was saved, the bodies that reached the server with the answers that
it gave, and what an administrator did.
"""

import copy
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

import msgspec

from crmdesk.domain import customer_merge
from crmdesk.domain.claims import content_hash
from crmdesk.domain.clock import from_text
from crmdesk.domain.fields import Merge
from crmdesk.domain.records import RECORDS
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.storage.outbox import KEPT_DAYS
from tests.simulation import calls, own_fields

TAKEN = ("applied", "merged", "duplicate")
Key = tuple[str, str]


class Broken(AssertionError):
    """A promise was broken; `check` names which."""

    def __init__(self, check: str, words: str) -> None:
        super().__init__(f"{check}: {words}")
        self.check = check


@dataclass(slots=True)
class Promise:
    """An operation that the app said was saved; `excused` says why it may be gone ('' for: it may not).

    `held` says that a laptop still has it, to be sent again to a server that lost it.
    """

    laptop: str
    key: int
    operation: Operation
    excused: str = ""
    held: bool = True


@dataclass(slots=True)
class Row:
    """A row as the operations that arrived make it, field by field; `losers` are values that a later one replaced.

    `edits` are (revision, person) of each edit.
    """

    values: dict[str, Any]
    deleted: bool = False
    losers: list[tuple[str, Any]] = field(default_factory=list)
    edits: list[tuple[int, str]] = field(default_factory=list)
    known: bool = True


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge of two doctors that was done: who is kept, who went into that one, what fields were taken over."""

    kept: str
    other: str
    fields: tuple[str, ...]


@dataclass(slots=True)
class Life:
    """What one life of the server has taken; a backup copies it, putting the backup back goes on from the copy."""

    answers: dict[str, str] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)
    commands: Counter[tuple[str, str]] = field(default_factory=Counter)
    deleted: set[Key] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)  # edits that met a deletion: each waits in a conflict for a decision
    merges: dict[str, Merged] = field(default_factory=dict)
    rested_on: set[str] = field(default_factory=set)


class Model:
    """The oracle's memory of a run."""

    def __init__(self, founding: Mapping[Key, dict[str, Any]]) -> None:
        self.promises: dict[str, Promise] = {}
        self.life = Life({}, {key: Row(dict(values)) for key, values in founding.items()})
        self.ever_answered: set[str] = set()
        self.to_give_again: set[str] = set()
        self.copies = self.restored = False

    def backup(self) -> Life:
        """Return what the server has taken so far."""
        return copy.deepcopy(self.life)

    def put_back(self, life: Life) -> None:
        """The server goes on from a backup: what only the lost part held is lost with it."""
        self.restored = True
        lost = self.life.answers.keys() - life.answers.keys()
        self.life = copy.deepcopy(life)
        self.excuse((op_id for op_id in lost if op_id in self.promises and not self.promises[op_id].held), "two disks")

    # what people saved -----------------------------------------------------------------------------------------------

    def saved(self, laptop: str, key: int, operation: Operation) -> None:
        """The app said that this is saved; an operation that another edit joined is told again."""
        known = self.promises.get(operation.id)
        self.promises[operation.id] = Promise(laptop, known.key if known else key, operation)

    def excuse(self, op_ids: Iterable[str], why: str) -> None:
        """A person gave these up, or lost them with a disk: no promise binds any more."""
        for op_id in op_ids:
            if op_id in self.promises:
                self.promises[op_id].excused = why

    def lost_with_a_disk(self, op_ids: Iterable[str], waiting: Iterable[Operation]) -> None:
        """An older state of a laptop was put back: what came later is gone with it, unless the server has it."""
        for op_id in op_ids:
            promise = self.promises.get(op_id)
            if promise is None:
                continue
            if self.life.answers.get(op_id) == "taken":
                promise.held = False
            else:
                promise.excused = "old copy put back"
        for operation in waiting:
            if self.life.answers.get(operation.id) != "taken":
                self.saved(self.promises[operation.id].laptop, 0, operation)

    def given_up(self, gone: Iterable[str], meant: Set[str], instead: Iterable[str]) -> None:
        """Refused operations left the list of what needs the person: given up, or sent again as new ones.

        `meant` are the ids of operations that were dropped and of rows that were deleted: with a creation all goes.
        """
        again = {(one.record, one.row_id, one.kind) for one in (self.promises[op_id].operation for op_id in instead)}
        again |= {(record, row_id, "create") for record, row_id, kind in again if kind == "edit"}  # it was made before
        left = {op_id: self.promises[op_id].operation for op_id in gone}
        whole = any({op_id, one.row_id} & meant for op_id, one in left.items() if one.kind == "create")
        for op_id, old in left.items():
            dropped = whole or op_id in meant
            if self._stands(old):
                self.promises[op_id].excused = "there already"
                continue
            if not dropped and (old.record, old.row_id, old.kind) not in again:
                raise Broken("nothing_lost", f"{old.kind} of {old.record} {old.row_id} left the list by itself")
            self.promises[op_id].excused = "dropped" if dropped else "sent again"

    def _stands(self, old: Operation) -> bool:
        """Say whether a refused creation has nothing left to say: another copy of the laptop made the row, as it is."""
        row = self.life.rows.get((old.record, old.row_id)) if old.kind == "create" else None
        return row is not None and not row.deleted and all(row.values.get(n) == v for n, (_, v) in old.fields.items())

    def of_itself(self, operations: Iterable[Operation]) -> None:
        """A sync sends again as new ones what lacked a row of another laptop at a server that was put back."""
        for operation in operations:
            if operation.id in self.promises:
                continue
            for old in list(self.promises.values()):
                if old.operation.id != operation.id and _says_the_same(old.operation, operation):
                    old.excused = old.excused or "sent again"
                    self.saved(old.laptop, old.key, operation)

    def needs_nobody(self, operation: Operation) -> bool:
        """Say whether an operation is of a row that the server never made and that the person has deleted.

        Or of a row made here that names such a one: with the doctor go his target and all edits of that target.
        """
        mine = [one.operation for one in self.promises.values()]
        deleted = {one.row_id for one in mine if one.kind == "delete"} - {row_id for _, row_id in self.life.rows}
        made = [one for one in mine if one.kind == "create" and self.life.answers.get(one.id) != "taken"]
        gone = deleted & {one.row_id for one in made}
        while fallen := {one.row_id for one in made if not gone.isdisjoint(_named(one))} - gone:
            gone |= fallen
        return operation.row_id in gone

    # what arrived ----------------------------------------------------------------------------------------------------

    def arrived(self, operations: Iterable[Operation], answers: Iterable[Answer], user_id: str) -> None:
        """The server committed answers to operations, in this order."""
        told = {answer.op_id: answer for answer in answers}
        operations = list(operations)
        self.of_itself(operations)
        for operation in operations:
            answer = told.get(operation.id)
            if answer is None:
                raise Broken("answered", f"no answer to operation {operation.id}")
            self._answered(operation, answer, user_id)

    def _answered(self, operation: Operation, answer: Answer, user_id: str) -> None:
        before = self.life.answers.get(operation.id)
        outcome = "taken" if answer.outcome in TAKEN else answer.outcome
        if outcome == "later":
            return
        if before is not None:
            if before != outcome and answer.code != "body_mismatch":
                raise Broken("one_answer", f"operation {operation.id} was {before}, now it is {outcome} {answer.code}")
            if answer.outcome in ("applied", "merged"):
                raise Broken("one_effect", f"operation {operation.id} was {answer.outcome} a second time")
            return
        if answer.outcome == "duplicate":
            raise Broken("one_effect", f"operation {operation.id} never arrived, and the server calls it a duplicate")
        self._no_needless_refusal(operation, answer)
        self._in_order(operation, answer)
        self.life.answers[operation.id] = outcome
        self.ever_answered.add(operation.id)
        if outcome == "taken":
            self.to_give_again.add(operation.id)
            self._effect(operation, answer, user_id)
        else:
            self.to_give_again.discard(operation.id)  # taken in a lost life, refused by this one: it is with the person

    def _no_needless_refusal(self, operation: Operation, answer: Answer) -> None:
        """The app never makes what the server finds malformed, poison apart: a class that does not exist.

        Of two copies of a laptop either may make what the other one has made already; two texts may be too long as one.
        A creation whose answers were all lost may be corrected and sent again as a new one, although it was taken.
        """
        poison = any(str(one).startswith("q") for one in operation.fields.get("customer_class", ()))
        twice = answer.code == "body_mismatch" or answer.params.get("code") == "exists"
        corrected = twice and self._made_before(operation)
        merged = answer.params.get("code") == "too_long"
        locked = operation.fields.get("state", ("", ""))[1] == "submitted" and not (self.copies or self.restored)
        if answer.code == "locked" and locked:
            raise Broken("needless_refusal", f"{operation.id} submits {operation.row_id} a second time and was refused")
        if answer.code in ("invalid", "body_mismatch") and not (
            poison or merged or corrected or (twice and self.copies)
        ):
            raise Broken("needless_refusal", f"{operation.id} was refused: {answer.code} {answer.params}")

    def _made_before(self, operation: Operation) -> bool:
        sent_again = [one.operation for one in self.promises.values() if one.excused]
        mine = [one for one in sent_again if (one.row_id, one.kind) == (operation.row_id, "create")]
        return any(self.life.answers.get(one.id) == "taken" for one in mine)

    def _in_order(self, operation: Operation, answer: Answer) -> None:
        """What a restored server lost comes to it again before what was done with it afterwards on the same laptop.

        A laptop keeps for so many days what was taken: what it made before that it can't give again.
        """
        mine = self.promises.get(operation.id)
        if mine is None or answer.code not in ("unknown_row", "out_of_scope"):
            return
        for op_id in self.to_give_again - self.life.answers.keys() - {operation.id}:
            made = self.promises.get(op_id)
            if made is None or made.excused or not made.held or made.laptop != mine.laptop:
                continue
            if _days_apart(made.operation, operation) >= KEPT_DAYS:
                continue
            if made.operation.kind == "create" and made.operation.row_id == operation.row_id:
                raise Broken(
                    "needless_refusal", f"{operation.id} came before {op_id}, which made its row: {answer.code}"
                )

    def _effect(self, operation: Operation, answer: Answer, user_id: str) -> None:
        key = (operation.record, operation.row_id)
        if operation.kind == "create":
            if key in self.life.rows and RECORDS[key[0]].one_for:
                self._joined(key, operation, answer, user_id)
                return
            if key in self.life.rows:
                raise Broken("one_effect", f"{key} was made twice")
            values = {name: new for name, (_, new) in operation.fields.items()}
            for name in _SERVER_MAY_MOVE.get(operation.record, ()):
                values.pop(name, None)
            self.life.rows[key] = Row(values)
        elif operation.kind == "delete":
            self._deleted(key, operation, answer, user_id)
        elif operation.kind == "edit":
            self._edited(key, operation, answer, user_id)
        else:
            self._decided(key, operation, answer, user_id)

    def _decided(self, key: Key, operation: Operation, answer: Answer, user_id: str) -> None:
        if operation.record == "conflict":
            self._restored(answer)
            return
        self._commanded(key, operation)
        if operation.record == "doctor_merge":
            self._merged(key, operation)
        elif operation.command.startswith("call_back_"):
            self._rested(operation, user_id)
        elif operation.command == "withdraw":
            self.row(key).values.pop("wanted", None)  # back to what was agreed before

    def row(self, key: Key) -> Row:
        """Return what is known of a row."""
        return self.life.rows.setdefault(key, Row({}, known=False))

    def _deleted(self, key: Key, operation: Operation, answer: Answer, user_id: str) -> None:
        """A deletion that met somebody's edit is only a wish, kept beside the row; every other one holds."""
        lives = answer.row is not None and not answer.row.get("deleted")
        unseen = [by for revision, by in self.row(key).edits if revision > operation.base_revision and by != user_id]
        if unseen and not lives and key not in self.life.deleted and key[0] != "claim":
            raise Broken("unseen_deleted", f"{key} was deleted with an edit that the person had not seen")
        if lives and answer.outcome != "merged":
            raise Broken("no_rising", f"the deletion of {key} was {answer.outcome}, and the row lives")
        if not lives:
            self.row(key).deleted = True
            self.life.deleted.add(key)

    def _edited(self, key: Key, operation: Operation, answer: Answer, user_id: str) -> None:
        row = self.row(key)
        if key in self.life.deleted:
            if answer.row is not None and not answer.row.get("deleted"):
                raise Broken("no_rising", f"an edit brought {key} back, which is deleted")
            self.life.beside.add(operation.id)
            return  # the edit is kept in a conflict: the words of it are looked for there
        declared = RECORDS[key[0]]
        if answer.revision not in (revision for revision, _ in row.edits):  # else it found all as it wants it
            row.edits.append((answer.revision, user_id))
        if key[1] in self.life.rested_on:
            raise Broken("rests_on_a_call", f"call-back {key[1]} was changed after a result rested on it")
        twice = row.values.get("state") == "submitted" and not operation.reason
        heard = twice and row.values.get("adverse_event")  # it stays heard
        for name, (old, new) in operation.fields.items():
            if name in _SERVER_MAY_MOVE.get(key[0], ()) or (heard and name == "adverse_event"):
                continue
            self._edited_field(row, name, declared.field(name).merge, (old, new))

    def _edited_field(self, row: Row, name: str, merge: Merge, pair: tuple[Any, Any]) -> None:
        old, new = pair
        if merge is Merge.SET:
            self._set(row, name, old, new)
        elif merge is Merge.KEYS and (row.known or name in row.values):
            row.values[name], lost = own_fields.merged(row.values.get(name), old, new)
            row.losers += [(f"{name}.{key}", value) for key, value in lost]
        elif merge in (Merge.LAST_WINS, Merge.OWNER):
            now = row.values.get(name, _UNKNOWN)
            if merge is Merge.LAST_WINS and now is not _UNKNOWN and now != new and (now or None) != (old or None):
                row.losers.append((name, now))
            row.values[name] = new

    def _joined(self, key: Key, operation: Operation, answer: Answer, user_id: str) -> None:
        """The one row that there is for another was made a second time: an edit by somebody who had seen nothing."""
        fixed = {one.name for one in RECORDS[key[0]].fields if one.once}
        told = {name: pair for name, pair in operation.fields.items() if name not in fixed and pair[1]}
        self._edited(key, msgspec.structs.replace(operation, fields=told), answer, user_id)

    def _set(self, row: Row, name: str, old: Any, new: Any) -> None:
        if not row.known and name not in row.values:
            return  # brought back from its end: what stood in it is not known here
        present = set(row.values.get(name) or ())
        row.values[name] = sorted((present | (set(new or ()) - set(old or ()))) - (set(old or ()) - set(new or ())))

    def _commanded(self, key: Key, operation: Operation) -> None:
        """A decision counts only for exactly the content that it was made on."""
        row = self.row(key)
        self.life.commands[operation.row_id, operation.command] += 1
        seen = operation.args.get("seen_hash")
        bound = operation.command in _BOUND
        if bound and row.known and seen != content_hash(row.values):
            raise Broken("exact_content", f"{operation.command} of {key} was taken for a content nobody saw")

    def _rested(self, operation: Operation, user_id: str) -> None:
        """The result of a claim rests on a call-back of the same person that says so, and each on one of its own."""
        call_id = str(operation.args.get("call_back_id"))
        call = self.row(("call_back", call_id))
        if call_id in self.life.rested_on:
            raise Broken("rests_on_a_call", f"a second result rests on call-back {call_id}")
        if not calls.supports(call.values, operation.row_id, operation.command, user_id):
            raise Broken("rests_on_a_call", f"{operation.command} of {operation.row_id} rests on {call.values}")
        self.life.rested_on.add(call_id)

    def _merged(self, key: Key, operation: Operation) -> None:
        """A manager put two doctors together, or apart again: what was taken over stands as it was there or before."""
        pair = self.row(key).values
        if operation.command == "merge":
            take = [*customer_merge.DOCTORS.chosen(operation.args["take"])]
            self.row(key).values.pop("take", None)  # the manager chooses
            names = tuple(part for name in take for part in customer_merge.DOCTORS.parts(name))
            self.life.merges[key[1]] = Merged(pair["doctor_id"], pair["other_id"], names)
        done = self.life.merges.get(key[1])
        if done is None:
            return  # declined
        kept = self.row(("doctor", done.kept))
        kept.known = False
        for name in done.fields:
            kept.values.pop(name, None)
        self.row(("doctor", done.other)).values.pop("status", None)
        if operation.command == "restore":
            # affiliations that ended with the merge come back, also one that somebody had deleted since
            for one in [one for one in self.life.deleted if one[0] == "affiliation"]:
                if self.row(one).values.get("doctor_id") == done.other:
                    self.life.deleted.discard(one)
                    self.row(one).deleted = False

    def _restored(self, answer: Answer) -> None:
        """A person brought a deleted row back, with the edit that the conflict kept."""
        conflict = answer.row or {}
        key = (str(conflict.get("parent_record")), str(conflict.get("parent_id")))
        self.life.deleted.discard(key)
        self.life.rows[key] = Row({}, known=False)

    def moved_by_admin(self, record: str, row_id: str, **values: Any) -> None:
        """An administrator changed a row at the server."""
        row = self.row((record, row_id))
        row.values |= values


def _days_apart(one: Operation, other: Operation) -> int:
    """Return the days between two operations by the clock of their laptop, wrong as it may be."""
    return abs((from_text(one.made_at) - from_text(other.made_at)).days)


_UNKNOWN = object()
_BOUND = ("submit", "approve", "send_back", "reject", "pay", "call_back_confirmed", "call_back_disputed")
_SERVER_MAY_MOVE = {"adverse_event": ("heard_at", "due_at", "state"), "call_back": ("called_at",)}
"""What the server sets right: a clock that is ahead gains no time, a report counts where it told everything."""


def _says_the_same(one: Operation, other: Operation) -> bool:
    mine, theirs = ((op.record, op.row_id, op.kind, op.command, op.args) for op in (one, other))
    news = [{name: new for name, (_, new) in op.fields.items()} for op in (one, other)]
    return mine == theirs and news[0] == news[1]


def _named(operation: Operation) -> set[str]:
    """Return the texts that an operation writes: among them the ids of rows that it names."""
    return {new for _, new in operation.fields.values() if isinstance(new, str)}
