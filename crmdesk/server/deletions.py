"""Delete against edit: a conflict keeps both for a person to decide; nothing rises from the dead by itself."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from crmdesk.domain.errors import RefusedError
from crmdesk.domain.fields import Record
from crmdesk.domain.ids import new_id
from crmdesk.domain.merge import DELETED, Merged, merge_edit
from crmdesk.protocol.messages import Operation
from crmdesk.server import lives, merging
from crmdesk.server.tables import ERASED, ROWS
from crmdesk.server.work import CHANGES_NOTHING, SYSTEM, Authorship, ServerActor, ServerWork

_TITLE_FIELDS = ("name", "title", "doctor_id", "doctor_ids", "institution_id", "starts_at")
"""What people know a row by; kept with the conflict, because a laptop holds no deleted rows."""

Changes = dict[str, list[Any]]


def is_erased(work: ServerWork, record: str, row_id: str) -> bool:
    """Say whether a row was erased: nothing is taken about it any more."""
    query = select(ERASED.c.row_id).where(ERASED.c.record == record, ERASED.c.row_id == row_id)
    return work.connection.execute(query).first() is not None


def keep_edit(
    work: ServerWork, record: Record, row: Mapping[str, Any], operation: Operation, changes: Changes, actor: ServerActor
) -> None:
    """Keep an edit of a deleted row; a later one of the same person joins the one that waits already.

    It does where its author had seen what the earlier one wrote: another laptop of the same person had not.
    """
    waiting = _open_edit(work, row["id"], actor, changes)
    if waiting is not None:
        earlier = _edit_in(waiting)
        joined = {name: [earlier.get(name, pair)[0], pair[1]] for name, pair in changes.items()}
        value = {"changes": earlier | joined}
        work.update(
            "conflict", waiting["id"], {"loser_value": value, "loser_at": merging.made_at(work, operation)}, SYSTEM
        )
        return
    values = {
        "base_value": _known_by(row) | {"revision": min(lives.seen_revision(work, row, operation), row["revision"])},
        "winner_value": {DELETED: True},
        "winner_by": row["updated_by"],
        "winner_at": row["updated_at"],
        "loser_value": {"changes": changes},
        "loser_by": actor.user_id,
        "loser_at": merging.made_at(work, operation),
    }
    _open(work, record, row, values)


def keep_deletion(
    work: ServerWork, record: Record, row: Mapping[str, Any], operation: Operation, actor: ServerActor
) -> bool:
    """Say whether somebody else changed the row since it was seen; then it stays, and the wish to delete it is kept."""
    seen = lives.seen_revision(work, row, operation)
    unseen = [one for one in changes_since(work, record, row, seen) if one.by_id != actor.user_id]
    if not unseen:
        return False
    edits: Changes = {}
    for one in reversed(unseen):
        for name, pair in one.changes.items():
            if name in record.by_name:
                edits[name] = [edits.get(name, pair)[0], row[name]]
    values = {
        "base_value": _known_by(row),
        "winner_value": {"changes": edits},
        "winner_by": unseen[0].by_id,
        "winner_at": unseen[0].at,
        "loser_value": {DELETED: True},
        "loser_by": actor.user_id,
        "loser_at": merging.made_at(work, operation),
    }
    _open(work, record, row, values)
    return True


def changes_since(work: ServerWork, record: Record, row: Mapping[str, Any], revision: int) -> list[Authorship]:
    """Return who changed a row after a revision, the newest first; what no trail is kept of is its last author's."""
    count = row["revision"] - revision
    if count <= 0:
        return []
    here = [
        Authorship(item.by_id or None, item.at, item.changes, item.device_id)
        for item in reversed(work.queued_audits)
        if (item.parent_record, item.parent_id) == (record.name, row["id"]) and item.action not in CHANGES_NOTHING
    ]
    found = (here if len(here) >= count else here + work.trail(record.name, row["id"]))[:count]
    return found or [Authorship(row["updated_by"], row["updated_at"], {})]


def kept_edit(conflict: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the edit {field: (old, new)} that an open conflict keeps of a deleted row.

    Raises RefusedError 'already_settled', or 'not_in_this_state' for a conflict of another kind.
    """
    if conflict["deleted"] or conflict["state"] != "open":
        raise RefusedError("already_settled")
    changes = (conflict["loser_value"] or {}).get("changes")
    if conflict["field"] != DELETED or changes is None:
        raise RefusedError("not_in_this_state", state=conflict["state"], event="restore")
    return {name: (pair[0], pair[1]) for name, pair in changes.items()}


def brought_back(record: Record, row: Mapping[str, Any], conflict: Mapping[str, Any]) -> Merged:
    """Merge the edit that a conflict keeps into its row as it is now; raises as `kept_edit`."""
    revision = int((conflict["base_value"] or {}).get("revision") or row["revision"])
    return merge_edit(record, row, row["field_revisions"], kept_edit(conflict), revision)


def restore(
    work: ServerWork,
    record: Record,
    row: Mapping[str, Any],
    conflict: Mapping[str, Any],
    merged: Merged,
    actor: ServerActor,
) -> dict[str, Any]:
    """Bring a deleted row back with the edit that a conflict keeps (as `brought_back` merged it, and as it was checked
    since), settle the conflict, and return the latter."""
    merging.keep_clashes(work, record, row, merged.clashes, (actor.user_id, conflict["loser_at"]))
    reason = f"conflict {conflict['id']}"
    if row["deleted"]:
        work.revive(record.name, row["id"], merged.changes, actor, reason)
    else:
        work.update(record.name, row["id"], merged.changes, actor, reason=reason)
    return work.update("conflict", conflict["id"], {"state": "resolved"}, actor)


def _open_edit(work: ServerWork, row_id: str, actor: ServerActor, changes: Changes) -> dict[str, Any] | None:
    """Return the conflict that an edit of a deleted row joins, None where it needs one of its own."""
    table = ROWS["conflict"]
    mine = (table.c.parent_id == row_id) & (table.c.field == DELETED) & (table.c.loser_by == actor.user_id)
    query = select(table.c.id).where(mine, table.c.state == "open", table.c.deleted.is_(False)).order_by(table.c.id)
    for (found,) in work.connection.execute(query).all():
        conflict = work.get("conflict", found, lock=True)
        if conflict is None or "changes" not in (conflict["loser_value"] or {}):
            continue
        earlier = _edit_in(conflict)
        if all(earlier[name][1] in pair for name, pair in changes.items() if name in earlier):
            return conflict
    return None


def _edit_in(conflict: Mapping[str, Any]) -> Changes:
    return (conflict["loser_value"] or {}).get("changes") or {}


def _open(work: ServerWork, record: Record, row: Mapping[str, Any], values: dict[str, Any]) -> None:
    place = {"parent_record": record.name, "parent_id": row["id"], "field": DELETED, "state": "open"}
    work.insert("conflict", new_id(), place | values, SYSTEM)


def _known_by(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"row": {name: row[name] for name in _TITLE_FIELDS if row.get(name)}}
