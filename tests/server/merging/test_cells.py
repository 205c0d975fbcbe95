"""Every cell of the table local × remote × record: what the server does is what docs/sync.md says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmdesk.domain import merge_table
from crmdesk.domain.fields import Merge, ScopeRule
from crmdesk.domain.merge_table import APPLIED, DECIDE, JOINED, MERGED, NOTHING_LEFT, Local, Outcome, Remote, outcome
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.server.work import SYSTEM
from tests.server.company import Company, Laptop, new_row_id
from tests.server.merging.material import OF_THE_SERVER, Material

CELLS = [(record, local, remote) for record in RECORDS for local in Local for remote in Remote]
GRACE_S = 100 * 86_400
DOCS = Path(__file__).parents[3] / "docs" / "sync.md"


def test_the_table_in_the_docs_is_that_of_the_declarations() -> None:
    text = DOCS.read_text("utf-8")
    assert merge_table.TABLE.written_into(text) == text, "python -m crmdesk.domain.merge_table --write"


@pytest.mark.parametrize(("record", "local", "remote"), CELLS, ids=lambda one: str(one).replace(" ", "_"))
def test_a_change_that_meets_another_one(material: Material, record: str, local: Local, remote: Remote) -> None:
    company = material.company
    mine, expected = company.laptop(material.writer(record)), outcome(RECORDS[record], local, remote)
    row_id = _row_before(material, record, local, remote)
    change = _local_change(material, mine, record, local, row_id)
    row_id = change.row_id
    _remote_change(material, record, remote, row_id, change)
    before = _state(company, record, row_id)
    (answer,) = mine.tell(change)
    _check(company, mine, expected, change, answer, before)
    if expected is MERGED:
        _every_field_follows_its_rule(material, record)


def _row_before(material: Material, record: str, local: Local, remote: Remote) -> str:
    """Return the id of the row that the change is about: made already, except where nothing is there to meet."""
    if local is Local.CREATE and remote in (Remote.NONE, Remote.OUT_OF_SCOPE):
        return ""
    return material.server_row(record)


def _local_change(material: Material, mine: Laptop, record: str, local: Local, row_id: str) -> Operation:
    if local is Local.CREATE:
        values = material.values(record)
        one_for = RECORDS[record].one_for
        if row_id and one_for:
            values[one_for] = material.company.row(record, row_id)[one_for]
        return mine.create(record, values, row_id or new_row_id(record, values))
    if local is Local.DELETE:
        return mine.operation(record, row_id, "delete", base_revision=1)
    name, old, new = _one_field(material, record)
    return mine.edit(record, row_id, 1, **{name: (old, new)})


def _one_field(material: Material, record: str) -> tuple[str, Any, Any]:
    """Return a field to change with its old and its new value."""
    if record in ("conflict", "audit_entry"):
        return ("state", "open", "resolved") if record == "conflict" else ("action", "edit", "x")
    if record in OF_THE_SERVER:
        declared = RECORDS[record].fields[0]
        return declared.name, None, "x"
    declared = next(one for one in reversed(material.writable(record)) if one.name != "size_bytes")
    return declared.name, None, material.three(declared)[2]


def _remote_change(material: Material, record: str, remote: Remote, row_id: str, change: Operation) -> None:
    """Let happen at the server what the laptop did not see; people where people may, else the server itself."""
    company = material.company
    if remote is Remote.UPDATE:
        _remote_update(material, record, row_id)
    elif remote is Remote.DELETE:
        company.database.run(lambda work: work.delete(record, row_id, company.actor(_somebody(record))))
    elif remote is Remote.OUT_OF_SCOPE:
        _move_away(company, record, row_id, change)
        company.clock.move(GRACE_S)


def _somebody(record: str) -> str:
    """Return who else may write a row: its owner on another computer, or somebody with the same right."""
    if RECORDS[record].owner:
        return "rep" if Role.REP in RECORDS[record].writers else "manager"
    return "colleague" if not RECORDS[record].writers or Role.REP in RECORDS[record].writers else "admin"


def _remote_update(material: Material, record: str, row_id: str) -> None:
    company, declared = material.company, RECORDS[record]
    if not declared.writers or declared.fixed or declared.server_made:
        names = {"attachment": "file_name", "conflict": "state", "audit_entry": "reason", "budget": "planned_fen"}
        names |= {
            "doctor_merge": "note",
            "institution_merge": "note",
            "export_note": "file_name",
            "procurement": "source",
            "company_calendar": "year",
        }
        values = {"conflict": "resolved", "budget": 7, "assignment": "2027-01-01", "company_calendar": 2028}
        name = names.get(record, "valid_to" if record == "assignment" else "name")
        company.database.run(lambda work: work.update(record, row_id, {name: values.get(record, "y")}, SYSTEM))
        return
    other = company.laptop(_somebody(record))
    first = material.writable(record)[0]
    (answer,) = other.tell(other.edit(record, row_id, 1, **{first.name: (None, material.three(first)[1])}))
    assert answer.outcome == "applied", answer


def _move_away(company: Company, record: str, row_id: str, change: Operation) -> None:
    """Take the row, or what a new one would refer to, out of the northern territory."""
    fields = {name: pair[1] for name, pair in change.fields.items()}
    south = {"territory_id": company["south"]}
    made = change.kind == "create"
    rule = RECORDS[record].scope
    if rule is ScopeRule.COMPANY or not RECORDS[record].writers:
        return
    row = fields if made else company.row(record, row_id)
    parents = (("doctor_id", "doctor"), ("institution_id", "institution"), ("parent_id", row.get("parent_record", "")))
    for name, parent in parents:
        if rule in (ScopeRule.CUSTOMER, ScopeRule.PARENT) and row.get(name):
            company.edit(parent, row[name], south)
    if "territory_id" in RECORDS[record].by_name:
        if made:
            change.fields["territory_id"] = (None, company["south"])
        else:
            moved = south | ({"owner_id": company["other"]} if RECORDS[record].owner else {})
            company.edit(record, row_id, moved)


_State = tuple[dict[str, Any] | None, list[dict[str, Any]]]


def _state(company: Company, record: str, row_id: str) -> _State:
    """Return the row and its conflicts as the server has them."""
    row = company.database.run(lambda work: work.get(record, row_id))
    return row, list(_conflicts_of(company, row_id))


def _conflicts_of(company: Company, row_id: str) -> Iterator[dict[str, Any]]:
    from sqlalchemy import select

    from crmdesk.server.tables import ROWS

    table = ROWS["conflict"]
    with company.database.reading() as connection:
        ids = connection.execute(select(table.c.id).where(table.c.parent_id == row_id).order_by(table.c.id)).scalars()
        found = list(ids)
    for one in found:
        yield company.row("conflict", one)


def _check(
    company: Company, mine: Laptop, expected: Outcome, change: Operation, answer: Answer, before: _State
) -> None:
    row, conflicts = _state(company, change.record, change.row_id)
    if expected.refused:
        assert answer.outcome == "refused", answer
        codes = {answer.code, str(answer.params.get("code", ""))}
        assert expected.code in codes or (expected.code == "forbidden" and answer.code == "field_not_allowed"), answer
        assert (row, conflicts) == before, "nothing has happened"
        return
    assert row is not None
    assert answer.outcome == ("merged" if expected in (MERGED, DECIDE, JOINED) else "applied"), answer
    if expected is DECIDE:
        assert row == before[0], "the row stays as it is until a person decides"
        _both_are_kept(company, mine, change, row, conflicts[-1])
        assert mine.sync().head.answers == []
        assert conflicts[-1]["id"] in mine.replica.ids("conflict"), "it reaches the Sync page"
        return
    assert conflicts == before[1]
    if change.kind == "delete":
        assert row["deleted"]
        assert row["revision"] == (before[0] or row)["revision"] + (0 if expected is NOTHING_LEFT else 1)
    else:
        assert expected in (APPLIED, MERGED, JOINED)
        assert not row["deleted"]
        assert {name: row[name] for name in change.fields} == {name: pair[1] for name, pair in change.fields.items()}


def _both_are_kept(
    company: Company, mine: Laptop, change: Operation, row: dict[str, Any], conflict: dict[str, Any]
) -> None:
    assert (conflict["field"], conflict["state"]) == ("deleted", "open")
    assert (conflict["loser_by"], conflict["winner_by"]) == (company[mine.name], company[_somebody(change.record)])
    if row["deleted"]:
        kept = {name: list(pair) for name, pair in change.fields.items()}
        assert (conflict["winner_value"], conflict["loser_value"]) == ({"deleted": True}, {"changes": kept})
    else:
        assert conflict["loser_value"] == {"deleted": True}
        assert {name: pair[1] for name, pair in conflict["winner_value"]["changes"].items()}.items() <= row.items()


def _every_field_follows_its_rule(material: Material, record: str) -> None:
    """Both change every field: the later arrival, both texts, both sets; a value that lost is a conflict."""
    company, fields = material.company, material.writable(record)
    three = {one.name: material.three(one) for one in fields}
    row_id = material.server_row(record, **{name: values[0] for name, values in three.items()})
    first, later = company.laptop(_somebody(record)), company.laptop(material.writer(record))
    company.clock.move(60)
    theirs_ = {name: (values[0], values[1]) for name, values in three.items()}
    mine_ = {name: (values[0], values[2]) for name, values in three.items()}
    (answer,) = first.tell(first.operation(record, row_id, "edit", base_revision=1, fields=theirs_))
    assert answer.outcome == "applied", answer
    company.clock.move(60)
    edit = later.operation(record, row_id, "edit", base_revision=1, fields=mine_)
    edit.made_at = "2020-01-01T00:00:00.000Z"  # a clock that is years behind decides nothing
    (answer,) = later.tell(edit)
    assert answer.row is not None, answer
    row, lost = company.row(record, row_id), {one["field"]: one for one in _conflicts_of(company, row_id)}
    for one in fields:
        base, theirs, mine = three[one.name]
        if one.merge is Merge.TEXT:
            assert row[one.name] == "乙，一。\n二。\n三，甲。"
        elif one.merge is Merge.SET:
            assert row[one.name] == sorted({*theirs, *mine})
        else:
            assert row[one.name] == mine, one.name
        if one.merge is Merge.KEYS:
            assert one.name not in lost
            assert lost[f"{one.name}.hobby"]["loser_value"] == {"value": theirs["hobby"]}
            assert lost[f"{one.name}.hobby"]["loser_by"] == company[_somebody(record)]
            continue
        assert (one.name in lost) is (one.merge is Merge.LAST_WINS), one.name
        if one.name in lost:
            kept = lost[one.name]
            assert [kept[f"{name}_value"]["value"] for name in ("base", "winner", "loser")] == [base, mine, theirs]
            assert (kept["loser_by"], kept["winner_by"]) == (company[_somebody(record)], company[later.name])
