"""The steps of merging two doctors at the server, and the way back."""

from collections.abc import Iterator, Mapping
from typing import Any

from typing_extensions import override

from crmdesk.domain import validation
from crmdesk.domain.customer_merge import MERGED
from crmdesk.domain.fields import Kind
from crmdesk.domain.records import DOCTOR
from crmdesk.server.merge_steps import Steps, Values
from crmdesk.server.tables import ROWS


class Doctors(Steps):
    """The other doctor stays, marked as merged; visits, affiliations and files follow to the kept one."""

    @override
    def merge(self, take: list[str]) -> Values:
        changes = self.kind.merged(self.kept, self.other, take)
        validation.check_changes(DOCTOR, changes)
        moved: Values = {
            "fields": {name: [self.kept.get(name), value] for name, value in changes.items()},
            "status": self.other["status"],
            "affiliations": self._affiliations(),
            "refs": list(self._refs()),
            "sets": list(self._sets()),
            "attachments": self._attachments(),
        }
        self.update("doctor", self.kept["id"], changes, "merge")
        self.update("doctor", self.other["id"], {"status": MERGED}, "merge")
        return moved

    def _affiliations(self) -> Values:
        """Where the kept one works too, the other's affiliation ends; the others move, and one stays the main one."""
        table = ROWS["affiliation"]
        mine = self.live("affiliation", table.c.doctor_id == self.kept["id"])
        places = {(row["institution_id"], row["department_id"]) for row in mine}
        has_main = any(row["is_primary"] for row in mine)
        moved, ended = [], []
        for row in self.live("affiliation", table.c.doctor_id == self.other["id"]):
            place = (row["institution_id"], row["department_id"])
            if place in places:
                self.work.delete("affiliation", row["id"], self.actor, self.reason)
                ended.append(row["id"])
                continue
            main = bool(row["is_primary"]) and not has_main
            moved.append([row["id"], row["is_primary"]])
            self.update("affiliation", row["id"], {"doctor_id": self.kept["id"], "is_primary": main})
            places.add(place)
            has_main = has_main or main
        return {"moved": moved, "ended": ended}

    def _refs(self) -> Iterator[list[str]]:
        """Whatever names one doctor by a declared field, affiliations aside."""
        for record, declared in self.pointing(Kind.REF):
            for row in self.naming(record, declared) if record != "affiliation" else ():
                self.update(record, row["id"], {declared.name: self.kept["id"]})
                yield [record, row["id"], declared.name]

    def _sets(self) -> Iterator[list[Any]]:
        """Whatever names several doctors (visits): the kept one takes the other's place among them."""
        for record, declared in self.pointing(Kind.REFS):
            column = ROWS[record].c[declared.name]
            for row in self.live(record, column.contains(f'"{self.other["id"]}"', autoescape=True)):
                held = set(row[declared.name] or ())
                both = self.kept["id"] in held
                self.update(record, row["id"], {declared.name: sorted(held - {self.other["id"]} | {self.kept["id"]})})
                yield [record, row["id"], declared.name, both]

    def _attachments(self) -> list[str]:
        rows = self.attached()
        for row in rows:
            self.update("attachment", row["id"], {"parent_id": self.kept["id"]})
        return [row["id"] for row in rows]

    @override
    def restore(self, moved: Mapping[str, Any]) -> None:
        affiliations = moved.get("affiliations") or {}
        for row_id, was_main in affiliations.get("moved") or ():
            changes = {"doctor_id": self.other["id"], "is_primary": was_main}
            self._back("affiliation", row_id, "doctor_id", changes)
        for row_id in affiliations.get("ended") or ():
            row = self.work.get("affiliation", row_id, lock=True)
            if row is not None and row["deleted"]:
                self.work.revive("affiliation", row_id, {}, self.actor, self.reason)
        for record, row_id, name in moved.get("refs") or ():
            self._back(record, row_id, name, {name: self.other["id"]})
        for record, row_id, name, both in moved.get("sets") or ():
            self._set_back(record, row_id, name, both)
        for row_id in moved.get("attachments") or ():
            self._back("attachment", row_id, "parent_id", {"parent_id": self.other["id"]})
        earlier = {
            name: pair[0] for name, pair in (moved.get("fields") or {}).items() if self.kept.get(name) == pair[1]
        }
        self.update("doctor", self.kept["id"], earlier, "restore")
        if self.other["status"] == MERGED:
            self.update("doctor", self.other["id"], {"status": moved.get("status") or "active"}, "restore")

    def _back(self, record: str, row_id: str, name: str, changes: Mapping[str, Any]) -> None:
        row = self.work.get(record, row_id, lock=True)
        if row is not None and not row["deleted"] and row[name] == self.kept["id"]:
            self.update(record, row_id, changes)

    def _set_back(self, record: str, row_id: str, name: str, both: bool) -> None:
        row = self.work.get(record, row_id, lock=True)
        held = set(row[name] or ()) if row is not None and not row["deleted"] else set()
        if self.kept["id"] in held:
            without = held if both else held - {self.kept["id"]}
            self.update(record, row_id, {name: sorted(without | {self.other["id"]})})
