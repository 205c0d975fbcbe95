"""Import of customers at the server: read and matched as on the laptop, written in bounded transactions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import sqlalchemy as sa

from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.intake import KnownDoctor, KnownInstitution, NewRow, Planned, Preview, Report, plan
from crmdesk.intake.dates import Order
from crmdesk.server import merges
from crmdesk.server.database import Database
from crmdesk.server.merge_lock import keep_apart
from crmdesk.server.tables import ROWS, decode_json
from crmdesk.server.work import SYSTEM, ServerActor, ServerWork

ROWS_A_COMMIT = 1000
_INSTITUTION, _DEPARTMENT = ROWS["institution"], ROWS["department"]
_DOCTOR, _AFFILIATION = ROWS["doctor"], ROWS["affiliation"]


class _Known:
    """The customers of the whole company, read at once: no read transaction stays open while batches are written."""

    def __init__(self, connection: sa.Connection) -> None:
        self._institutions = known_institutions(connection)
        self._doctors = list(_doctors(connection))
        self._departments = list(_departments(connection))

    def institutions(self) -> Iterable[KnownInstitution]:
        """Yield every institution."""
        return self._institutions

    def doctors(self) -> Iterable[KnownDoctor]:
        """Yield every doctor, one entry for each affiliation."""
        return self._doctors

    def departments(self) -> Iterable[tuple[str, str, str]]:
        """Yield (id, institution id, name) of every department."""
        return self._departments


def known_institutions(connection: sa.Connection) -> list[KnownInstitution]:
    """Return every institution, as matching needs it."""
    return list(_institutions(connection))


def _institutions(connection: sa.Connection) -> Iterator[KnownInstitution]:
    columns = (_INSTITUTION.c.id, _INSTITUTION.c.name, _INSTITUTION.c.aliases, _INSTITUTION.c.city)
    query = sa.select(*columns).where(_INSTITUTION.c.deleted.is_(False))
    for row_id, name, aliases, city in connection.execute(query):
        yield KnownInstitution(row_id, name, tuple(decode_json(aliases) or ()), city or "")


def _doctors(connection: sa.Connection) -> Iterator[KnownDoctor]:
    live = sa.and_(_AFFILIATION.c.doctor_id == _DOCTOR.c.id, _AFFILIATION.c.deleted.is_(False))
    query = (
        sa.select(_DOCTOR.c.id, _DOCTOR.c.name, _AFFILIATION.c.institution_id, _DEPARTMENT.c.name)
        .outerjoin(_AFFILIATION, live)
        .outerjoin(_DEPARTMENT, _DEPARTMENT.c.id == _AFFILIATION.c.department_id)
        .where(_DOCTOR.c.deleted.is_(False))
    )
    for row_id, name, institution_id, department in connection.execute(query):
        yield KnownDoctor(row_id, name, institution_id or "", department or "")


def _departments(connection: sa.Connection) -> Iterator[tuple[str, str, str]]:
    query = sa.select(_DEPARTMENT.c.id, _DEPARTMENT.c.institution_id, _DEPARTMENT.c.name)
    for row in connection.execute(query.where(_DEPARTMENT.c.deleted.is_(False))):
        yield row.id, row.institution_id, row.name


def run(
    database: Database,
    source: Preview,
    territory_id: str,
    mapping: Mapping[int, str] | None = None,
    actor: ServerActor = SYSTEM,
    date_order: Order | None = None,
    from_above: bool | None = None,
) -> Report:
    """Import a previewed file and return the report; `mapping` overrides the guessed columns.

    `date_order` answers `Preview.unclear_dates`, `from_above` `Preview.blocks` (None: as the list is written).

    What was committed stays where a later part fails; running it again goes on from there. Raises InputError for a
    mapping that can't be used, WorldError where the database fails.
    """
    report, import_id = Report(), new_id()
    with database.reading() as connection:
        known = _Known(connection)
    chosen = source.mapping if mapping is None else mapping
    planned = plan(source, chosen, known, territory_id, date_order=date_order, from_above=from_above)
    for batch in _batches(planned):
        rows = [row for entry in batch for row in entry.rows]
        if rows:
            database.run(partial(_write, rows=rows, actor=actor, import_id=import_id))
        for entry in batch:
            report.add(entry)
    return report


def _batches(planned: Iterator[Planned]) -> Iterator[list[Planned]]:
    while batch := list(islice(planned, ROWS_A_COMMIT)):
        yield batch


def _write(work: ServerWork, rows: Sequence[NewRow], actor: ServerActor, import_id: str) -> None:
    """Write the rows of a batch with one audit entry that names them; they follow what was merged since the reading."""
    keep_apart(work.connection, merging=False)
    merged = merges.merged_into(work.connection, [key for row in rows for key in _named(row)])
    by_record: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for row in rows:
        declared, values = RECORDS[row.record], _reviewed(row, actor)
        if merged:
            values = merges.in_standing_room(work, declared, values, lambda *_: True)
        by_record.setdefault(declared.name, []).append((row.id, merges.followed(declared, values, merged)))
    for record in ("institution", "department", "doctor", "affiliation"):
        work.insert_many(record, by_record.get(record, ()), actor)
    changes = {record: [None, [row_id for row_id, _ in listed]] for record, listed in by_record.items()}
    work.audit("import", actor, "import", import_id, changes, scoped=False)


def _named(row: NewRow) -> Iterator[tuple[str, str]]:
    for name in ("institution", "doctor"):
        if row.values.get(f"{name}_id"):
            yield name, str(row.values[f"{name}_id"])


def _reviewed(row: NewRow, actor: ServerActor) -> dict[str, Any]:
    """A customer that an administrator imports is accepted at once, as in push."""
    new = actor.role is Role.REP
    if row.record == "doctor":
        return {"status": "under_review" if new else "active"} | dict(row.values)
    if row.record == "institution":
        return {"under_review": new} | dict(row.values)
    return dict(row.values)
