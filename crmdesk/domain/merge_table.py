"""What becomes of each change that meets another one, worked out from the declarations: the table of docs/sync.md.

`python -m crmdesk.domain.merge_table --write` puts the table between its two markers in docs/sync.md.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from crmdesk.domain.fields import Merge, Record, ScopeRule
from crmdesk.domain.page_table import PageTable
from crmdesk.domain.records import RECORDS


class Local(StrEnum):
    """What the laptop sends."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Remote(StrEnum):
    """What had happened to the row at the server by then, unseen by the laptop."""

    NONE = "nothing"
    UPDATE = "updated"
    DELETE = "deleted"
    OUT_OF_SCOPE = "out of scope"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server answers and does. `code` is that of a refusal ('' otherwise); `words` explain it in the docs."""

    name: str
    words: str
    code: str = ""

    @property
    def refused(self) -> bool:
        """Say whether the change waits under 'needs you' afterwards."""
        return bool(self.code)


APPLIED = Outcome("applied", "taken as it is")
MERGED = Outcome(
    "merged",
    "fields that nobody else touched are taken; a field that was touched follows its rule (the table below), always in"
    " the order of arrival",
)
DECIDE = Outcome(
    "decide",
    "both are kept: the row stays as it is (deleted, or alive with the edit) and a conflict 'deleted by …, edited by …'"
    " waits on the Sync page for a person; nothing rises from the dead by itself",
)
NOTHING_LEFT = Outcome("nothing left", "taken: it is deleted already, there is one end and no conflict")
JOINED = Outcome(
    "joined",
    "taken into the one row that there is: texts and sets of both, the earlier clock; of a field that can hold one"
    " value the later arrival's, the other is kept as a conflict",
)
EXISTS = Outcome("exists", "refused: an id is used once, also that of a row which was deleted", "exists")
DELETED = Outcome("deleted", "refused: the row was deleted; the text waits under 'needs you'", "deleted")
LOCKED = Outcome("locked", "refused: such a row never changes once it is made", "locked")
KEPT = Outcome("kept", "refused: such a row is never deleted, by nobody", "kept")
FORBIDDEN = Outcome("forbidden", "refused: not a laptop's to write", "forbidden")
OUT_OF_SCOPE = Outcome(
    "out of scope",
    "refused: the row, or a row that it refers to, is not the person's any more (after the time of grace, see Scopes);"
    " the text waits under 'needs you'",
    "out_of_scope",
)
OUTCOMES = (APPLIED, MERGED, DECIDE, NOTHING_LEFT, JOINED, EXISTS, DELETED, LOCKED, KEPT, OUT_OF_SCOPE, FORBIDDEN)

RULES = {
    Merge.LAST_WINS: "the later arrival is used, the other value is kept as a conflict and can be taken with one click",
    Merge.TEXT: "three-way merge; a paragraph that both changed stands twice, divided by a line",
    Merge.SET: "what either side added is in, what either side took out is out",
    Merge.KEYS: "each key for itself: what only one side changed is that side's, choices that either side added are in;"
    " of a key that both changed the later arrival is used, the other value is kept as a conflict of that key",
    Merge.OWNER: "only one person's to say, or nothing to keep of the other: the later arrival is used",
    Merge.COMMAND: "only commands change it, bound to the content that was on the screen",
}


def outcome(record: Record, local: Local, remote: Remote) -> Outcome:
    """Return what becomes of a change by somebody whose role may write the record."""
    if not record.writers:
        return FORBIDDEN
    if record.scope is ScopeRule.OWN and remote is Remote.OUT_OF_SCOPE:
        remote = Remote.NONE  # it stays with its author, wherever the author works
    return {Local.CREATE: _of_create, Local.UPDATE: _of_update, Local.DELETE: _of_delete}[local](record, remote)


def _of_create(record: Record, remote: Remote) -> Outcome:
    if record.server_made:
        return FORBIDDEN
    met = JOINED if record.one_for else EXISTS
    return {Remote.NONE: APPLIED, Remote.UPDATE: met, Remote.OUT_OF_SCOPE: OUT_OF_SCOPE}.get(remote, EXISTS)


def _of_update(record: Record, remote: Remote) -> Outcome:
    if remote is Remote.OUT_OF_SCOPE:
        return OUT_OF_SCOPE
    if remote is Remote.DELETE:
        return DELETED if record.server_made or record.by_command or record.fixed else DECIDE
    if record.fixed:
        return LOCKED
    return APPLIED if remote is Remote.NONE else MERGED


def _of_delete(record: Record, remote: Remote) -> Outcome:
    if record.server_made:
        return FORBIDDEN
    if remote is Remote.OUT_OF_SCOPE:
        return OUT_OF_SCOPE
    if record.kept:
        return KEPT
    if remote is Remote.DELETE:
        return NOTHING_LEFT
    # what only its owner writes met an own edit from another computer of the same person: the later arrival counts
    return DECIDE if remote is Remote.UPDATE and not (record.owner or record.fixed) else APPLIED


def markdown() -> str:
    """Return the table, what its words mean, and the rule of every field that a laptop may write."""
    return "\n".join([*_cells(), "", *_meanings(), "", *_rules()])


def _cells() -> Iterator[str]:
    yield "| record | this laptop | " + " | ".join(f"at the server: {one}" for one in Remote) + " |"
    yield "|---" * (2 + len(Remote)) + "|"
    for record in RECORDS.values():
        for local in Local:
            cells = " | ".join(outcome(record, local, remote).name for remote in Remote)
            yield f"| {record.name} | {local} | {cells} |"


def _meanings() -> Iterator[str]:
    for one in OUTCOMES:
        yield f"- **{one.name}**: {one.words}."


def _rules() -> Iterator[str]:
    yield "| rule where both changed one field | what happens | fields |"
    yield "|---|---|---|"
    for rule, words in RULES.items():
        named = []
        for record in RECORDS.values():
            if not record.writers or record.fixed:
                continue
            fields = [
                f.name
                for f in record.fields
                if f.merge is rule and not f.once and (rule is Merge.COMMAND or not f.server_owned)
            ]
            if fields:
                named.append(f"{record.name}: {', '.join(fields)}")
        yield f"| {rule.value} | {words} | {'; '.join(named)} |"


TABLE = PageTable("sync.md", "merge table", markdown)


if __name__ == "__main__":
    sys.exit(TABLE.command(sys.argv[1:]))
