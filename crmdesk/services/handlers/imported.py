"""The handlers that write a checked batch of imported rows in one commit, and that take rows of an import back."""

from collections.abc import Mapping
from typing import Any

import msgspec

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import is_id
from crmdesk.domain.records import RECORDS
from crmdesk.services import import_undo, shown
from crmdesk.services.commands import ImportRows, TakeImportBack
from crmdesk.services.handlers.rows import checked_new, delete, edit
from crmdesk.services.handling import Done, Handling, changed_only, check_edit, check_rights, tidy
from crmdesk.services.undo import RestoreFields
from crmdesk.storage import import_runs
from crmdesk.storage.import_runs import Entry
from crmdesk.storage.work import NewRow

MAX_ROWS = 500


def import_rows(handling: Handling, command: ImportRows) -> Done:
    """Write up to 500 rows; each {"id": …, "values": {…}} and, where it belongs to another record, "record".

    A row whose id is known here is changed where it differs, another one is made. What was written is noted under the
    command's `run_id`, in this commit, so that the import can be taken back as one.
    """
    if len(command.rows) > MAX_ROWS:
        raise InputError("too_many_rows", limit=MAX_ROWS, length=len(command.rows))
    run = 0
    if command.run_id:
        run = import_runs.begin(handling.work.connection, command.run_id, command.file_name, handling.work.now())
    keys = [(str(entry.get("record") or command.record), str(entry["id"])) for entry in command.rows]
    known = handling.work.held(keys)
    fresh: list[NewRow] = []
    for (name, row_id), entry in zip(keys, command.rows, strict=True):
        if (name, row_id) in known:
            _make(handling, fresh, run)  # it may be a row of this very batch
            _change(handling, name, row_id, entry["values"], run)
            continue
        if not is_id(row_id):
            raise InputError("wrong_kind", field="id", kind="ref")
        fresh.append(NewRow(name, row_id, checked_new(handling, RECORDS[name], entry["values"])))
        known.add((name, row_id))
    _make(handling, fresh, run)
    return Done()


def _make(handling: Handling, fresh: list[NewRow], run: int) -> None:
    if fresh:
        handling.work.create_many(fresh, handling.person.user_id)
        made = [Entry(one.record, one.id, import_runs.row_print(RECORDS[one.record], one.values)) for one in fresh]
        _note(handling, run, made)
        fresh.clear()


def _change(handling: Handling, name: str, row_id: str, values: Mapping[str, Any], run: int) -> None:
    record = RECORDS[name]
    row = handling.work.get(name, row_id)
    if row is None:  # deleted here, and the server has not said yes yet
        raise InputError("exists", record=name, row_id=row_id)
    changes = changed_only(row, tidy(record, values, row))
    if changes:
        check_edit(handling, record, row, changes)
        for step in edit(handling, record, row, changes).inverse:
            if isinstance(step, RestoreFields):
                _note(handling, run, [_changed(handling, step, run)])


def _changed(handling: Handling, step: RestoreFields, run: int) -> Entry:
    """Return what is to be noted of a row that was changed; one that this run made stays one that it made."""
    one = Entry(step.record, step.row_id)
    before = next(iter(import_runs.entries_of(handling.work.connection, run, [one])), one)
    if before.made:
        row = shown.select_one(handling.work.connection, step.record, step.row_id) or {}
        now = import_runs.row_print(RECORDS[step.record], row)
        return msgspec.structs.replace(before, fingerprint=now, revision=before.revision + 1)
    pairs = {
        name: (before.earlier[name][0] if name in before.earlier else step.earlier[name], import_runs.value_print(new))
        for name, new in step.expected.items()
    }
    return msgspec.structs.replace(before, earlier={**before.earlier, **pairs})


def _note(handling: Handling, run: int, entries: list[Entry]) -> None:
    if run:
        import_runs.note(handling.work.connection, run, entries)


def take_import_back(handling: Handling, command: TakeImportBack) -> Done:
    """Take up to 500 rows of an import back in one commit; what something was done with since is left out.

    Raises InputError('unknown_import').
    """
    if len(command.rows) > MAX_ROWS:
        raise InputError("too_many_rows", limit=MAX_ROWS, length=len(command.rows))
    connection = handling.work.connection
    run = import_runs.number_of(connection, command.run_id)
    if not run:
        raise InputError("unknown_import", id=command.run_id[:60])
    asked = import_runs.entries_of(connection, run, [Entry(*key) for key in command.rows])
    found = import_undo.standing(connection, handling.person, asked)
    for one in found.leaves:
        _unmake(handling, one, command)
    done = [*found.leaves, *found.gone]
    for one in found.restores:
        left = _set_back(handling, one)
        import_runs.note(connection, run, left)
        done += [] if left else [one]
    import_runs.forget(connection, run, done)
    return Done(left_out=tuple((one.row_id, one.why) for one in found.stays))


def _unmake(handling: Handling, one: Entry, command: TakeImportBack) -> None:
    if one.row_id in command.unsent and handling.work.unmake(one.record, one.row_id):
        return
    row = handling.work.get(one.record, one.row_id)
    if row is not None:  # a part goes with the refused creation that it waited for
        check_rights(handling, RECORDS[one.record], {})
        delete(handling, RECORDS[one.record], row)


def _set_back(handling: Handling, one: Entry) -> list[Entry]:
    """Set back what still is as the import wrote it; return the entry with what is not, if there is any."""
    record, row = RECORDS[one.record], handling.work.get(one.record, one.row_id)
    if row is None:
        return []
    back = import_undo.as_written(one, row)
    earlier = tidy(record, back, row)
    check_rights(handling, record, earlier)
    edit(handling, record, row, changed_only(row, earlier))
    left = {name: pair for name, pair in one.earlier.items() if name not in back}
    return [msgspec.structs.replace(one, earlier=left)] if left else []
