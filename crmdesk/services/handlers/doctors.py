"""The handlers that make a doctor with the department and the affiliation, and another affiliation."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from crmdesk.domain.errors import InputError
from crmdesk.domain.records import AFFILIATION, DEPARTMENT, DOCTOR, INSTITUTION, REVIEWERS
from crmdesk.services.commands import AddPlace, Command, CreateDoctor
from crmdesk.services.handlers.rows import create
from crmdesk.services.handling import Done, Handling
from crmdesk.services.shown import select, select_one


def create_doctor(handling: Handling, command: CreateDoctor) -> Done:
    """Make a doctor, usable at once; one made by a representative is under review until a reviewer accepts it.

    Representatives may not send a status: the server sets it, and reads show 'under_review' until its answer.
    """
    values = dict(command.values)
    institution, undo_institution = _institution(handling, command)
    if institution is not None and not values.get("territory_id"):
        values["territory_id"] = institution.get("territory_id")
    if handling.role in REVIEWERS:
        values.setdefault("status", "active")
    doctor = create(handling, DOCTOR, values)
    if command.draft_key:
        handling.work.discard_draft(command.draft_key)
    if institution is None:
        return doctor
    department_id, undo_department = _department(handling, institution["id"], command.department_name)
    affiliation = create(
        handling,
        AFFILIATION,
        {
            "doctor_id": doctor.created_id,
            "institution_id": institution["id"],
            "department_id": department_id,
            "is_primary": True,
        },
    )
    undo = (*affiliation.inverse, *undo_department, *doctor.inverse, *undo_institution)
    return Done(doctor.created_id, undo)


def add_place(handling: Handling, command: AddPlace) -> Done:
    """Add an affiliation; the same department of the same institution twice is refused."""
    connection = handling.work.connection
    for record, row_id in (("doctor", command.doctor_id), ("institution", command.institution_id)):
        if select_one(connection, record, row_id) is None:
            raise InputError("unknown_row", record=record, row_id=row_id)
    department_id, undo_department = _department(handling, command.institution_id, command.department_name)
    known = select(connection, "affiliation", "AND r.doctor_id = :id", {"id": command.doctor_id})
    place = (command.institution_id, department_id)
    if place in [(row["institution_id"], row["department_id"]) for row in known]:
        raise InputError("place_known")
    values = {
        "doctor_id": command.doctor_id,
        "institution_id": command.institution_id,
        "department_id": department_id,
        "duty": command.duty.strip(),
        "is_primary": not known,
    }
    made = create(handling, AFFILIATION, values)
    return Done(made.created_id, (*made.inverse, *undo_department))


def _institution(handling: Handling, command: CreateDoctor) -> tuple[Mapping[str, Any] | None, tuple[Command, ...]]:
    """Return the institution that a command names, made where it has a name only, and what undoes the making."""
    connection, name = handling.work.connection, command.institution_name.strip()
    if command.institution_id:
        found = select_one(connection, "institution", command.institution_id)
        if found is None:
            raise InputError("unknown_row", record="institution", row_id=command.institution_id)
        return found, ()
    if not name:
        if command.department_name.strip():
            raise InputError("department_alone", name=command.department_name.strip()[:60])
        return None, ()
    from crmdesk.intake.clean import institution_kind  # lazy: most new doctors work where others do

    place = {"name": name, "kind": institution_kind(name), "territory_id": command.values.get("territory_id")}
    made = create(handling, INSTITUTION, {field: value for field, value in place.items() if value})
    return select_one(connection, "institution", made.created_id), made.inverse


def _department(handling: Handling, institution_id: str, name: str) -> tuple[str | None, tuple[Command, ...]]:
    """Return the id of the department of that name, made where the institution has none, and what undoes the making."""
    wanted = _folded(name)
    if not wanted:
        return None, ()
    for row in select(handling.work.connection, "department", "AND r.institution_id = :id", {"id": institution_id}):
        if _folded(row["name"]) == wanted:
            return row["id"], ()
    made = create(handling, DEPARTMENT, {"institution_id": institution_id, "name": name.strip()})
    return made.created_id, made.inverse


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
