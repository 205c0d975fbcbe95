"""The handler that notes an export, for the person's own list and the server's trail; nothing takes it back."""

from crmdesk.domain.exports import check_export
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.services.commands import NoteExport
from crmdesk.services.handling import Done, Handling, Values, check_new

_NOTE = RECORDS["export_note"]


def note_export(handling: Handling, command: NoteExport) -> Done:
    """Note an export; RefusedError('may_not_export') where the role has no right to it."""
    check_export(handling.role, command.what)
    values: Values = {
        "owner_id": handling.person.user_id,
        "what": command.what,
        "row_count": command.row_count,
        "file_name": command.file_name[: _NOTE.field("file_name").max_length],
        "exported_at": command.exported_at,
    }
    if command.narrowed_by:
        values["narrowed_by"] = command.narrowed_by[: _NOTE.field("narrowed_by").max_length]
    check_new(handling, _NOTE, values)
    made = new_id()
    handling.work.create(_NOTE.name, made, values, handling.person.user_id)
    return Done(made)
