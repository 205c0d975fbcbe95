"""Two institutions that are one: everything of the other follows to the kept one, whose aliases keep its names.

The other one ends (a tombstone), so that no list, search or import finds it; the way back revives it. Run again by the
command it moves what arrived from laptops since: a report made offline may still name the other one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select
from typing_extensions import override

from crmdesk.domain import validation
from crmdesk.domain.customer_merge import INSTITUTIONS, Choice, Event, State, advance, taken
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.fields import Kind
from crmdesk.domain.ids import new_id
from crmdesk.domain.procurement import row_id
from crmdesk.domain.records import INSTITUTION, RECORDS
from crmdesk.intake import KnownInstitution
from crmdesk.intake.hospital_finder import Candidate, HospitalFinder
from crmdesk.intake.matching import name_key
from crmdesk.server.merge_lock import keep_apart
from crmdesk.server.merge_steps import Steps, Values
from crmdesk.server.tables import ROWS, SHAPES
from crmdesk.server.work import SYSTEM, ServerActor, ServerWork

_MERGE = INSTITUTIONS.record.name
_FIGURE = RECORDS["procurement"].field_names
_BY_THEMSELVES = frozenset({"department", "affiliation"})


def duplicates(known: list[KnownInstitution]) -> Iterator[tuple[Candidate, Candidate]]:
    """Yield the institutions that are most likely one."""
    finder = HospitalFinder()
    for one in known:
        finder.add(one.id, one.name, tuple(one.aliases), one.city)
    yield from finder.pairs()


def merge(work: ServerWork, kept_id: str, other_id: str, actor: ServerActor = SYSTEM) -> Counter[str]:
    """Merge `other_id` into `kept_id` by command and return how many rows moved, by record.

    It leaves the journal that a merge decided in the window leaves; again it moves what came since into the same one.
    Raises RefusedError('merge_impossible') for one institution twice, one that is not there, a kept one that is gone.
    """
    keep_apart(work.connection, merging=True)
    kept, other = (work.get("institution", one, lock=True) for one in (kept_id, other_id))
    if kept is None or other is None or kept["deleted"] or kept_id == other_id:
        raise RefusedError("merge_impossible")
    lacking = {name: Choice.OTHER for name in INSTITUTIONS.differing(kept, other) if kept[name] in (None, "", [], {})}
    before = _journal(work, kept_id, other_id)
    merge_id = new_id() if before is None else str(before["id"])
    steps = Institutions(INSTITUTIONS, work, actor, merge_id, dict(kept), dict(other))
    take = taken(lacking)
    moved = steps.merge(take)
    decided: Values = {"decided_by": actor.user_id or None, "decided_at": work.at}
    if before is None:
        pair = {"territory_id": kept["territory_id"], "institution_id": kept_id, "other_id": other_id, "take": take}
        work.insert(_MERGE, merge_id, {"state": State.DONE.value, "moved": moved, **pair, **decided}, actor)
    elif +steps.moved:
        work.update(_MERGE, merge_id, {"moved": _together(before["moved"] or {}, moved), **decided}, actor)
    return +steps.moved


def restore(work: ServerWork, merge_id: str, actor: ServerActor = SYSTEM) -> tuple[Values, Values]:
    """Take a merge back, whoever decided it, and return (kept, other); what people changed since stays.

    Raises RefusedError: `unknown_row`, `merge_decided` for one that is not done.
    """
    keep_apart(work.connection, merging=True)
    row = work.get(_MERGE, merge_id, lock=True)
    if row is None or row["deleted"]:
        raise RefusedError("unknown_row", record=_MERGE)
    after = advance(row["state"], Event.RESTORE, actor.role)
    kept, other = (work.get("institution", row[name], lock=True) for name in ("institution_id", "other_id"))
    if kept is None or other is None:
        raise RefusedError("merge_impossible")
    Institutions(INSTITUTIONS, work, actor, merge_id, dict(kept), dict(other)).restore(row["moved"] or {})
    decided = {"state": after.value, "decided_by": actor.user_id or None, "decided_at": work.at}
    work.update(_MERGE, merge_id, decided, actor, action=Event.RESTORE.value)
    return kept, other


def done(connection: Connection) -> list[Values]:
    """Return the merges that stand, the newest first."""
    table = ROWS[_MERGE]
    query = select(table).where(table.c.state == State.DONE.value, table.c.deleted.is_(False))
    return [SHAPES[_MERGE].as_dict(row) for row in connection.execute(query.order_by(table.c.decided_at.desc()))]


def room_like(connection: Connection, institution_id: str, name: str) -> str:
    """Return the department of an institution that has the same name, as a merge finds it; '' where there is none."""
    table = ROWS["department"]
    query = select(table.c.id, table.c.name).where(table.c.institution_id == institution_id, table.c.deleted.is_(False))
    same = [row_id for row_id, its in connection.execute(query.order_by(table.c.id)) if name_key(its) == name_key(name)]
    return same[-1] if same else ""


def _journal(work: ServerWork, kept_id: str, other_id: str) -> Values | None:
    """Return the merge of the two that stands."""
    table = ROWS[_MERGE]
    pair = (table.c.institution_id == kept_id, table.c.other_id == other_id, table.c.deleted.is_(False))
    found = work.connection.execute(select(table.c.id).where(*pair, table.c.state == State.DONE.value)).scalar()
    return None if found is None else work.get(_MERGE, found, lock=True)


def _together(before: Values, since: Values) -> Values:
    """Return one journal of two: what came first is put back last, and the fields were taken at the first time."""
    lists = {name: [*before.get(name, ()), *value] for name, value in since.items() if isinstance(value, list)}
    return {**before, **lists, "fields": {**since["fields"], **before.get("fields", {})}}


class Institutions(Steps):
    """Departments, affiliations and figures need care of their own; whatever else names the other one follows."""

    @override
    def merge(self, take: list[str]) -> Values:
        changes = self.kind.merged(self.kept, self.other, take)
        validation.check_changes(INSTITUTION, changes)
        self.moved: Counter[str] = Counter()
        self._changed: list[list[Any]] = []
        self._ended: list[list[str]] = []
        self._departments()
        self._affiliations()
        moved: Values = {
            "name": self.other["name"],
            "refs": list(self._refs()),
            "attachments": self._attachments(),
            "made": self._figures(),
            "fields": {name: [self.kept.get(name), value] for name, value in changes.items()},
        }
        self.update("institution", self.kept["id"], changes, "merge")
        if not self.other["deleted"]:
            self._end("institution", self.other["id"])
        return moved | {"changed": self._changed, "ended": self._ended}

    def _change(self, record: str, row: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
        self._changed.append([record, row["id"], {name: [row[name], value] for name, value in changes.items()}])
        self.update(record, row["id"], changes)

    def _end(self, record: str, row_id: str) -> None:
        self._ended.append([record, row_id])
        self.work.delete(record, row_id, self.actor, self.reason)

    def _of(self, record: str, institution: Mapping[str, Any]) -> list[Values]:
        return self.live(record, ROWS[record].c.institution_id == institution["id"])

    def _departments(self) -> None:
        """A department of the same name is the same one: its people go to the kept one's; the others move."""
        mine = {name_key(row["name"]): row["id"] for row in self._of("department", self.kept)}
        for row in self._of("department", self.other):
            self.moved["department"] += 1
            same = mine.get(name_key(row["name"]))
            if same is None:
                self._change("department", row, {"institution_id": self.kept["id"]})
                continue
            for one in self.live("affiliation", ROWS["affiliation"].c.department_id == row["id"]):
                self._change("affiliation", one, {"department_id": same})
            self._end("department", row["id"])

    def _affiliations(self) -> None:
        """A doctor who has worked at both in one department works there once."""
        places = {(row["doctor_id"], row["department_id"]): row for row in self._of("affiliation", self.kept)}
        for row in self._of("affiliation", self.other):
            self.moved["affiliation"] += 1
            same = places.get((row["doctor_id"], row["department_id"]))
            if same is None:
                self._change("affiliation", row, {"institution_id": self.kept["id"]})
                continue
            self._end("affiliation", row["id"])
            if row["is_primary"] and not same["is_primary"]:
                self._change("affiliation", same, {"is_primary": True})

    def _refs(self) -> Iterator[list[Any]]:
        """Whatever else names one institution by a declared field (visits): record, field, ids."""
        for record, declared in self.pointing(Kind.REF):
            rows = self.naming(record, declared) if record not in _BY_THEMSELVES else []
            for row in rows:
                self.update(record, row["id"], {declared.name: self.kept["id"]})
            self.moved[record] += len(rows)
            if rows:
                yield [record, declared.name, [row["id"] for row in rows]]

    def _attachments(self) -> list[str]:
        rows = self.attached()
        for row in rows:
            self.update("attachment", row["id"], {"parent_id": self.kept["id"]})
        self.moved["attachment"] += len(rows)
        return [row["id"] for row in rows]

    def _figures(self) -> list[list[str]]:
        """A figure's id follows from its institution: it is made anew there, the kept one's own figure comes first."""
        made: list[list[str]] = []
        theirs = self.live("procurement", ROWS["procurement"].c.parent_id == self.other["id"])
        for row in theirs:
            fresh = row_id(self.kept["id"], row["round_name"], row["product_name"], row["strength"] or "")
            values = {name: row[name] for name in _FIGURE if row[name] is not None} | {"parent_id": self.kept["id"]}
            if self.work.get("procurement", fresh) is None:
                self.work.insert("procurement", fresh, values, self.actor)
                made.append(["procurement", fresh])
            self._end("procurement", row["id"])
        self.moved["procurement"] += len(theirs)
        return made

    @override
    def restore(self, moved: Mapping[str, Any]) -> None:
        self._revive(moved.get("ended") or ())
        for record, one, changes in reversed(moved.get("changed") or ()):
            self._back(record, one, changes)
        for record, name, ids in moved.get("refs") or ():
            for one in ids:
                self._back(record, one, {name: [self.other["id"], self.kept["id"]]})
        for one in moved.get("attachments") or ():
            self._back("attachment", one, {"parent_id": [self.other["id"], self.kept["id"]]})
        for record, one in moved.get("made") or ():
            row = self.work.get(record, one, lock=True)
            if row is not None and not row["deleted"] and row["revision"] == 1:  # what came since is newer than either
                self.work.delete(record, one, self.actor, self.reason)
        self._back("institution", self.kept["id"], moved.get("fields") or {}, "restore")

    def _revive(self, ended: Sequence[Sequence[str]]) -> None:
        for record, one in reversed(ended):
            row = self.work.get(record, one, lock=True)
            if row is not None and row["deleted"]:
                self.work.revive(record, one, {}, self.actor, self.reason)

    def _back(self, record: str, row_id: str, changes: Mapping[str, Any], action: str = "edit") -> None:
        """Put back those fields of a row that are still as the merge left them."""
        row = self.work.get(record, row_id, lock=True)
        if row is None or row["deleted"]:
            return
        earlier = {name: pair[0] for name, pair in changes.items() if row[name] == pair[1]}
        if earlier:
            self.update(record, row_id, earlier, action)
