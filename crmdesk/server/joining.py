"""A row of which there is one for another row, made on two laptops: the second joins the first (decision 0020).

What both wrote is kept: texts and sets are merged, the later arrival is used where one value can stand only, and what
lost is a conflict that can be taken back.
"""

from collections.abc import Mapping
from typing import Any

from crmdesk.domain import adverse_events
from crmdesk.domain.fields import Record
from crmdesk.domain.merge import Merged, merge_edit
from crmdesk.domain.text_merge import Budget
from crmdesk.protocol.messages import Operation
from crmdesk.server import merging
from crmdesk.server.work import ServerActor, ServerWork

JOINED = "join"
"""The action of the trail entry, which keeps when it was heard by either side."""
_RULES = {"adverse_event": adverse_events.joined}
"""What the records of which there is one for another row have of their own: (row, values, changes) to changes."""

Values = dict[str, Any]


def joins(record: Record, row: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Say whether a creation belongs to a row that stands: both are the one row that there is for a third."""
    return bool(record.one_for) and not row["deleted"] and row[record.one_for] == values.get(record.one_for)


def join(
    work: ServerWork,
    actor: ServerActor,
    record: Record,
    operation: Operation,
    values: Mapping[str, Any],
    budget: Budget | None = None,
) -> Values:
    """Take the values of a second creation into the row that stands, and return it as it is now."""
    row = work.get(record.name, operation.row_id, lock=True)
    if row is None:
        raise KeyError(operation.row_id)
    merged = _merged(record, row, values, budget)
    changes = _RULES[record.name](row, values, merged.changes)
    merging.keep_losers(work, record, row, merged.clashes, operation, actor)
    told = {name: [row[name], values[name]] for name in record.field_names if record.field(name).once}
    told = {f"joined_{name}": pair for name, pair in told.items() if pair[0] != pair[1]}
    if any(row[name] != value for name, value in changes.items()):
        return work.update(record.name, row["id"], changes, actor, action=JOINED, details=told)
    work.audit(JOINED, actor, record.name, row["id"], told, scoped=True)
    return row


def _merged(record: Record, row: Mapping[str, Any], values: Mapping[str, Any], budget: Budget | None) -> Merged:
    """Merge as an edit of somebody who had seen nothing."""
    told = {name: value for name, value in values.items() if value not in (None, "", [])}
    edits = {name: (None, value) for name, value in told.items() if not record.field(name).once}
    return merging.fitted(record, row, edits, merge_edit(record, row, row["field_revisions"], edits, 0, budget))
