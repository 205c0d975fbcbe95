"""Handlers for plain rows: create, edit, delete and what undoes them."""

from collections.abc import Iterable, Mapping
from typing import Any

from crmdesk.domain import targets
from crmdesk.domain.custom_fields import is_custom, value_of
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Record
from crmdesk.domain.ids import is_id, new_id
from crmdesk.domain.merge import by_key
from crmdesk.services.claim_state import check_editable
from crmdesk.services.commands import CreateRow, DeleteRow, EditRow, PutBackRefused
from crmdesk.services.handling import (
    Done,
    Handling,
    Values,
    changed_only,
    check_edit,
    check_new,
    check_owner,
    check_rights,
    home_territory,
    record_of,
    row_of,
    tidy,
)
from crmdesk.services.undo import RestoreFields, RestoreRow
from crmdesk.storage import outbox


def create_row(handling: Handling, command: CreateRow) -> Done:
    """Make a row; the owner and the territory are filled in where the record has them."""
    record = record_of(command.record)
    done = create(handling, record, command.values, command.row_id)
    if command.draft_key:
        handling.work.discard_draft(command.draft_key)
    return done


def create(handling: Handling, record: Record, given: Mapping[str, Any], row_id: str = "") -> Done:
    """Check and make a row of any record; returns its id and the deletion that undoes it."""
    values = checked_new(handling, record, given)
    made = row_id or new_id()
    if not is_id(made):
        raise InputError("wrong_kind", field="id", kind="ref")
    if handling.work.get(record.name, made) is not None:
        raise InputError("exists", record=record.name, row_id=made)
    handling.work.create(record.name, made, values, handling.person.user_id)
    return Done(made, (DeleteRow(record.name, made),))


def checked_new(handling: Handling, record: Record, given: Mapping[str, Any]) -> Values:
    """Return the values of a new row in their stored form, owner and territory filled in, after every check."""
    tidied = tidy(record, given)
    check_rights(handling, record, tidied)
    values = {name: value for name, value in tidied.items() if value is not None}
    if record.owner:
        values.setdefault(record.owner, handling.person.user_id)
    if "territory_id" in record.by_name:
        values["territory_id"] = home_territory(handling, values.get("territory_id"))
    check_new(handling, record, values)
    return values


def edit_row(handling: Handling, command: EditRow) -> Done:
    """Change fields; InputError('changed_meanwhile', fields=…) where others changed one of them since it was shown."""
    record = record_of(command.record)
    row = row_of(handling, record, command.row_id)
    given = tidy(record, meant(record, row, command.changes, command.base), row)
    check_edit(handling, record, row, given, command.reason)
    if record.name == "claim":
        check_editable(handling, row)
    changes = changed_only(row, given)
    refuse_stale(handling, record, row, changes, command.base_revision)
    return edit(handling, record, row, changes, command.reason)


def refuse_stale(
    handling: Handling, record: Record, row: Mapping[str, Any], changes: Mapping[str, Any], base_revision: int
) -> None:
    """Raise InputError('changed_meanwhile') for fields that are no longer as shown at `base_revision`.

    A revision that nobody here looked at counts as changed: better to ask than to write over somebody's work.
    """
    if base_revision >= row["revision"]:
        return
    shown = handling.seen.at(record.name, row["id"], base_revision)
    names = by_key(record, {name: (row.get(name), new) for name, new in changes.items()})
    stale = [name for name in names if shown is None or changed_only(shown, {name: value_of(row, name)})]
    if stale:
        raise InputError(
            "changed_meanwhile", record=record.name, row_id=row["id"], fields=stale, revision=row["revision"]
        )


def meant(
    record: Record,
    row: Mapping[str, Any],
    given: Mapping[str, Any],
    base: Mapping[str, Any] | None,
    *,
    whole: bool = False,
) -> Mapping[str, Any]:
    """Return those given values that the person changed from what was seen (`base`); all of them where that is None.

    Raises InputError('changed_meanwhile', fields=…) where the row holds something else than was seen and is meant. A
    field that `base` does not name was not on the screen: it is written as given. `whole`: all that was on the screen
    is meant, as where a report is submitted. Fields that say something only as one are meant all or none.
    """
    if base is None:
        return given
    after = {name: _as_stored(record, name, value) for name, value in given.items()}
    seen = [name for name in given if name in base or is_custom(name)]  # a company field without a value has no name
    before = {name: _as_stored(record, name, base.get(name)) for name in seen}
    changed = {
        name: value for name, value in given.items() if name not in before or not _alike(before[name], after[name])
    }
    now = {name: _as_stored(record, name, value_of(row, name)) for name in before}
    bound = changed.keys() | (record.together if not record.together.isdisjoint(changed) else set())
    stale = sorted(
        name
        for name in before
        if (whole or name in bound) and not _alike(now[name], before[name]) and not _alike(now[name], after[name])
    )
    if stale:
        raise InputError(
            "changed_meanwhile", record=record.name, row_id=row["id"], fields=stale, revision=row["revision"]
        )
    return changed


def _as_stored(record: Record, name: str, value: Any) -> Any:
    return value_of(tidy(record, {name: value}), name)


def _alike(left: Any, right: Any) -> bool:
    return not changed_only({"value": left}, {"value": right})


def edit(
    handling: Handling,
    record: Record,
    row: Mapping[str, Any],
    changes: Values,
    reason: str = "",
    *,
    apart: bool = False,
    told: Iterable[str] = (),
) -> Done:
    """Write checked changes on the row as it stands; nothing to change is no operation.

    A new row that the server refused is corrected by it and sent again. `apart`: sent after what was written just now.
    `told`: fields that go along unchanged, because the change rests on what they hold.
    """
    if not changes:
        return Done()
    if not row["revision"] and outbox.correct_unmade(handling.work, record.name, row["id"], changes):
        return Done()
    user_id = handling.person.user_id
    handling.work.edit(record.name, row["id"], changes, row["revision"], user_id, reason, apart=apart, told=told)
    pairs = by_key(record, {name: (row.get(name), new) for name, new in changes.items()})
    expected, earlier = ({name: pair[side] for name, pair in pairs.items()} for side in (1, 0))
    return Done(inverse=(RestoreFields(record.name, row["id"], expected, earlier, reason),))


def delete_row(handling: Handling, command: DeleteRow) -> Done:
    """Delete a row; a submitted visit and a claim under way stay ('locked', 'not_in_this_state')."""
    record = record_of(command.record)
    row = row_of(handling, record, command.row_id)
    check_rights(handling, record, {})
    check_owner(handling, record, row)
    if record.kept:
        raise RefusedError("kept", record=record.name)
    if record.name == "visit" and row.get("state") == "submitted":
        raise RefusedError("locked", record=record.name)
    if record.name == "claim":
        check_editable(handling, row)
    if record.name == "plan_target" and not targets.may_delete(row, handling.role):
        raise RefusedError("not_in_this_state", state=str(row.get("state") or ""), event="delete")
    return delete(handling, record, row)


def delete(handling: Handling, record: Record, row: Mapping[str, Any]) -> Done:
    """Delete a row after every check; of a new row that the server refused the creation is given up instead."""
    if not row["revision"]:
        given_up = outbox.drop_unmade(handling.work, record.name, row["id"])
        if given_up is not None:
            return Done(inverse=(put_back(given_up),))
    handling.work.delete(record.name, row["id"], handling.person.user_id)
    return Done(inverse=(RestoreRow(record.name, row["id"]),))


def put_back(given_up: outbox.Refused) -> PutBackRefused:
    """Return what takes a refused operation back that was given up, with the reason of its refusal."""
    return PutBackRefused(given_up.operation.id, given_up.code, given_up.params, given_up.field)


def restore_fields(handling: Handling, command: RestoreFields) -> Done:
    """Put earlier values back; InputError('changed_meanwhile') where the row moved on since."""
    record = record_of(command.record)
    row = row_of(handling, record, command.row_id)
    moved_on = sorted(changed_only(row, command.expected))
    if moved_on:
        raise InputError("changed_meanwhile", record=record.name, row_id=row["id"], fields=moved_on)
    earlier = tidy(record, command.earlier, row)
    check_edit(handling, record, row, earlier, command.reason)
    if record.name == "claim":
        check_editable(handling, row)
    return edit(handling, record, row, earlier, command.reason)


def restore_row(handling: Handling, command: RestoreRow) -> Done:
    """Bring a deleted row back while its deletion waits here; RefusedError('already_sent') after it was sent."""
    handling.work.undelete(command.record, command.row_id)
    return Done(command.row_id, (DeleteRow(command.record, command.row_id),))
