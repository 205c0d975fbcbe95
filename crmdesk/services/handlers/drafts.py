"""Handlers for what stays on this laptop: drafts of editors, preferences, which customers were opened."""

import json

from crmdesk.domain.errors import InputError
from crmdesk.services.commands import DiscardDraft, NoteOpened, SaveDraft, SetPreference
from crmdesk.services.handling import Done, Handling, record_of
from crmdesk.services.undo import RestoreDraft
from crmdesk.storage import attachments

MAX_DRAFT_CHARACTERS = 2_000_000


def save_draft(handling: Handling, command: SaveDraft) -> Done:
    """Keep what is being typed; InputError('too_long') beyond 2,000,000 characters, 'wrong_kind' for foreign values."""
    if not command.key:
        raise InputError("required", field="key")
    try:
        size = len(json.dumps(dict(command.content), ensure_ascii=False))
    except (TypeError, ValueError) as error:
        raise InputError("wrong_kind", field="content", kind="map") from error
    if size > MAX_DRAFT_CHARACTERS:
        raise InputError("too_long", field="content", limit=MAX_DRAFT_CHARACTERS, length=size)
    handling.work.save_draft(command.key, dict(command.content))
    return Done()


def discard_draft(handling: Handling, command: DiscardDraft) -> Done:
    """Forget a draft; undo brings it back."""
    content = handling.work.draft(command.key)
    if content is None:
        return Done()
    handling.work.discard_draft(command.key)
    return Done(inverse=(RestoreDraft(command.key, content),))


def restore_draft(handling: Handling, command: RestoreDraft) -> Done:
    """Put a discarded draft back."""
    handling.work.save_draft(command.key, dict(command.content))
    return Done()


def set_preference(handling: Handling, command: SetPreference) -> Done:
    """Keep a preference of this person on this laptop; where that was a decision, undo brings the former one back."""
    if not command.name:
        raise InputError("required", field="name")
    before = handling.work.preference(command.name)
    handling.work.set_preference(command.name, command.value)
    return Done(inverse=(SetPreference(command.name, before, undoable=True),) if command.undoable else ())


def note_opened(handling: Handling, command: NoteOpened) -> Done:
    """Remember that a customer's page was opened; of a claim, put the receipts that are not here yet in front."""
    if command.record == "claim":
        attachments.want_of_row(handling.work, "claim", command.row_id)
    elif handling.work.get(record_of(command.record).name, command.row_id) is not None:
        handling.work.touch_recent(command.record, command.row_id)
    return Done()
