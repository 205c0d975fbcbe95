"""A company in memory for import tests: keeps what a plan makes and tells the next import about it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crmdesk.domain.ids import new_id
from crmdesk.intake import KnownDoctor, KnownInstitution, Planned, Report, plan, preview

TERRITORY = new_id()


class Ledger:
    """Implements `KnownCustomers` over what was imported."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Mapping[str, Any]]] = {
            name: {} for name in ("institution", "department", "doctor", "affiliation")
        }

    def institutions(self) -> list[KnownInstitution]:
        return [
            KnownInstitution(row_id, row["name"], row.get("aliases") or (), row.get("city") or "")
            for row_id, row in self.rows["institution"].items()
        ]

    def departments(self) -> list[tuple[str, str, str]]:
        return [(row_id, row["institution_id"], row["name"]) for row_id, row in self.rows["department"].items()]

    def doctors(self) -> list[KnownDoctor]:
        rooms = {row_id: name for row_id, _, name in self.departments()}
        names = {row_id: row["name"] for row_id, row in self.rows["doctor"].items()}
        working = {row["doctor_id"] for row in self.rows["affiliation"].values()}
        at_work = [
            KnownDoctor(
                row["doctor_id"],
                names[row["doctor_id"]],
                row["institution_id"],
                rooms.get(row.get("department_id", ""), ""),
            )
            for row in self.rows["affiliation"].values()
        ]
        return at_work + [KnownDoctor(row_id, name) for row_id, name in names.items() if row_id not in working]

    def take(self, planned: Planned) -> None:
        for row in planned.rows:
            assert row.id not in self.rows[row.record]
            for name, value in row.values.items():
                if name in ("institution_id", "doctor_id", "department_id"):
                    assert value in self.rows[name.removesuffix("_id")], f"{row.record}.{name} before its row"
            self.rows[row.record][row.id] = row.values

    def load(
        self,
        source: Path | str | bytes,
        mapping: Mapping[int, str] | None = None,
        hospitals: Mapping[str, str] | None = None,
    ) -> tuple[Report, list[Planned]]:
        """Import a file; return the report and what was planned."""
        seen = preview(source)
        report, planned = Report(), []
        for one in plan(seen, seen.mapping if mapping is None else mapping, self, TERRITORY, hospitals):
            self.take(one)
            report.add(one)
            planned.append(one)
        return report, planned
