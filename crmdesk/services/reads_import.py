"""Reads for imports: what stands on this laptop already, in the few columns that matching needs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmdesk.services import import_undo
from crmdesk.services.reads_base import ReadBase
from crmdesk.storage import import_runs
from crmdesk.storage.json_text import from_json

if TYPE_CHECKING:
    from crmdesk.intake import KnownDoctor, KnownInstitution


class ImportReads(ReadBase):
    """What the import asks before it plans."""

    def import_runs(self) -> list[import_runs.Run]:
        """Return the last imports on this laptop, the newest first."""
        return import_runs.runs(self._connection)

    def import_standing(self, run_id: str) -> import_undo.Standing:
        """Return what taking an import back would do; raises InputError('unknown_import')."""
        return import_undo.of_run(self._connection, self._person, run_id)

    def known_institutions(self, where: str = "1", params: Mapping[str, Any] | None = None) -> "list[KnownInstitution]":
        """Return every institution held here, or those that a condition (of this package) names."""
        from crmdesk.intake import KnownInstitution  # lazy, as below: most days nothing is imported

        rows = self._fetch(f"SELECT id, name, aliases, city FROM row_institution WHERE deleted = 0 AND {where}", params)
        return [
            KnownInstitution(row["id"], row["name"] or "", tuple(from_json(row["aliases"] or "[]")), row["city"] or "")
            for row in rows
        ]

    def known_doctors(self) -> "list[KnownDoctor]":
        """Return every doctor held here, one entry for each affiliation, one for a doctor without any."""
        from crmdesk.intake import KnownDoctor

        rows = self._fetch(
            "SELECT r.id, r.name, a.institution_id, d.name AS department FROM row_doctor r"
            " LEFT JOIN row_affiliation a ON a.doctor_id = r.id AND a.deleted = 0"
            " LEFT JOIN row_department d ON d.id = a.department_id WHERE r.deleted = 0"
        )
        return [
            KnownDoctor(row["id"], row["name"] or "", row["institution_id"] or "", row["department"] or "")
            for row in rows
        ]

    def known_departments(self) -> list[tuple[str, str, str]]:
        """Return (id, institution id, name) of every department held here."""
        rows = self._fetch("SELECT id, institution_id, name FROM row_department WHERE deleted = 0")
        return [(row["id"], row["institution_id"], row["name"] or "") for row in rows]
