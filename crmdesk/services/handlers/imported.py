"""The handler that writes a checked batch of imported rows in one commit."""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import is_id
from crmdesk.domain.records import RECORDS
from crmdesk.services.commands import ImportRows
from crmdesk.services.handlers.rows import checked_new, edit
from crmdesk.services.handling import Done, Handling, changed_only, check_edit, tidy
from crmdesk.storage.work import NewRow

MAX_ROWS = 500


def import_rows(handling: Handling, command: ImportRows) -> Done:
    """Write up to 500 rows; each {"id": …, "values": {…}} and, where it belongs to another record, "record".

    A row whose id is known here is changed where it differs, another one is made. There is no undo.
    """
    if len(command.rows) > MAX_ROWS:
        raise InputError("too_many_rows", limit=MAX_ROWS, length=len(command.rows))
    keys = [(str(entry.get("record") or command.record), str(entry["id"])) for entry in command.rows]
    known = handling.work.held(keys)
    fresh: list[NewRow] = []
    for (name, row_id), entry in zip(keys, command.rows, strict=True):
        if (name, row_id) in known:
            _make(handling, fresh)  # it may be a row of this very batch
            _change(handling, name, row_id, entry["values"])
            continue
        if not is_id(row_id):
            raise InputError("wrong_kind", field="id", kind="ref")
        fresh.append(NewRow(name, row_id, checked_new(handling, RECORDS[name], entry["values"])))
        known.add((name, row_id))
    _make(handling, fresh)
    return Done()


def _make(handling: Handling, fresh: list[NewRow]) -> None:
    if fresh:
        handling.work.create_many(fresh, handling.person.user_id)
        fresh.clear()


def _change(handling: Handling, name: str, row_id: str, values: Mapping[str, Any]) -> None:
    record = RECORDS[name]
    row = handling.work.get(name, row_id)
    if row is None:  # deleted here, and the server has not said yes yet
        raise InputError("exists", record=name, row_id=row_id)
    changes = changed_only(row, tidy(record, values, row))
    if changes:
        check_edit(handling, record, row, changes)
        edit(handling, record, row, changes)
