"""Two institutions that are one: everything of the other follows to the kept one, whose aliases keep its names.

Run again it moves what arrived from laptops since: a report made offline may still name the other one. There is no way
back but by hand; the audit chain has every step.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crmdesk.domain.errors import RefusedError
from crmdesk.domain.procurement import row_id
from crmdesk.domain.records import INSTITUTION, RECORDS
from crmdesk.intake import KnownInstitution
from crmdesk.intake.hospital_finder import Candidate, HospitalFinder
from crmdesk.intake.matching import name_key
from crmdesk.server.tables import ROWS
from crmdesk.server.work import SYSTEM, ServerActor, ServerWork

_FIGURE = RECORDS["procurement"].field_names
_STAY = frozenset({"name", "aliases", "territory_id", "under_review"})
Row = dict[str, Any]


def duplicates(known: list[KnownInstitution]) -> Iterator[tuple[Candidate, Candidate]]:
    """Yield the institutions that are most likely one."""
    finder = HospitalFinder()
    for one in known:
        finder.add(one.id, one.name, tuple(one.aliases), one.city)
    yield from finder.pairs()


def merge(work: ServerWork, kept_id: str, other_id: str, actor: ServerActor = SYSTEM) -> Counter[str]:
    """Merge `other_id` into `kept_id` and return how many rows moved, by record.

    Raises RefusedError('merge_impossible') for one institution twice, one that is not there, a kept one that is gone.
    """
    kept, other = (work.get("institution", one, lock=True) for one in (kept_id, other_id))
    if kept is None or other is None or kept["deleted"] or kept_id == other_id:
        raise RefusedError("merge_impossible")
    return _Merging(work, actor, dict(kept), dict(other)).run()


@dataclass(slots=True)
class _Merging:
    work: ServerWork
    actor: ServerActor
    kept: Row
    other: Row

    def run(self) -> Counter[str]:
        """Move everything; the other one ends last."""
        moved: Counter[str] = Counter()
        moved["department"] = self._departments()
        moved["affiliation"] = self._affiliations()
        for record, column in (("visit", "institution_id"), ("attachment", "parent_id")):
            rows = self._live(record, ROWS[record].c[column] == self.other["id"])
            for row in rows:
                self._update(record, row["id"], {column: self.kept["id"]})
            moved[record] = len(rows)
        moved["procurement"] = self._figures()
        self._update("institution", self.kept["id"], self._fields())
        if not self.other["deleted"]:
            self.work.delete("institution", self.other["id"], self.actor, self._reason)
        return +moved

    @property
    def _reason(self) -> str:
        return f"merged into {self.kept['id']}"

    def _update(self, record: str, row_id: str, changes: Mapping[str, Any]) -> None:
        self.work.update(record, row_id, changes, self.actor, reason=self._reason)

    def _live(self, record: str, where: Any) -> list[Row]:
        table = ROWS[record]
        query = sa.select(table.c.id).where(where, table.c.deleted.is_(False)).order_by(table.c.id)
        ids = list(self.work.connection.execute(query).scalars())
        return [dict(row) for one in ids if (row := self.work.get(record, one, lock=True)) is not None]

    def _departments(self) -> int:
        """A department of the same name is the same one: its people go to the kept one's; the others move."""
        table = ROWS["department"]
        mine = {name_key(row["name"]): row["id"] for row in self._live("department", self._of(table, self.kept))}
        theirs = self._live("department", self._of(table, self.other))
        for row in theirs:
            same = mine.get(name_key(row["name"]))
            if same is None:
                self._update("department", row["id"], {"institution_id": self.kept["id"]})
                continue
            for one in self._live("affiliation", ROWS["affiliation"].c.department_id == row["id"]):
                self._update("affiliation", one["id"], {"department_id": same})
            self.work.delete("department", row["id"], self.actor, self._reason)
        return len(theirs)

    def _affiliations(self) -> int:
        """A doctor who has worked at both in one department works there once."""
        table = ROWS["affiliation"]
        mine = self._live("affiliation", self._of(table, self.kept))
        places = {(row["doctor_id"], row["department_id"]): row for row in mine}
        theirs = self._live("affiliation", self._of(table, self.other))
        for row in theirs:
            same = places.get((row["doctor_id"], row["department_id"]))
            if same is None:
                self._update("affiliation", row["id"], {"institution_id": self.kept["id"]})
                continue
            self.work.delete("affiliation", row["id"], self.actor, self._reason)
            if row["is_primary"] and not same["is_primary"]:
                self._update("affiliation", same["id"], {"is_primary": True})
        return len(theirs)

    def _figures(self) -> int:
        """A figure's id follows from its institution: it is made anew there, the kept one's own figure comes first."""
        table = ROWS["procurement"]
        theirs = self._live("procurement", table.c.parent_id == self.other["id"])
        for row in theirs:
            made = row_id(self.kept["id"], row["round_name"], row["product_name"], row["strength"] or "")
            if self.work.get("procurement", made) is None:
                values = {name: row[name] for name in _FIGURE if row[name] is not None}
                self.work.insert("procurement", made, values | {"parent_id": self.kept["id"]}, self.actor)
            self.work.delete("procurement", row["id"], self.actor, self._reason)
        return len(theirs)

    def _fields(self) -> Row:
        """What the kept one lacks comes from the other; its names become aliases, while there is room."""
        changes = {
            field.name: self.other[field.name]
            for field in INSTITUTION.fields
            if field.name not in _STAY
            and self.kept[field.name] in (None, "", [])
            and self.other[field.name] not in (None, "", [])
        }
        held = list(self.kept["aliases"] or ())
        new = [one for one in (self.other["name"], *(self.other["aliases"] or ())) if one != self.kept["name"]]
        aliases = sorted(dict.fromkeys([*held, *new]).keys() - {""})[: INSTITUTION.field("aliases").max_length]
        return changes | ({"aliases": aliases} if aliases != held else {})

    @staticmethod
    def _of(table: sa.Table, row: Row) -> Any:
        return table.c.institution_id == row["id"]
