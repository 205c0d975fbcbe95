"""An import is taken back at a real server: before it was sent, after, half sent, and against a colleague's edit."""

from typing import Any

import pytest
from sqlalchemy import select

from crmdesk.bootstrap import Laptop
from crmdesk.server.tables import ROWS
from crmdesk.services.import_undo import TakenBack, told
from crmdesk.storage import health, outbox
from tests.sync.field import Field, ask, edit, synced

CUSTOMERS = ("institution", "department", "doctor", "affiliation")
SHEET = "姓名,医院,科室,床位\n甲一,远山医院,心内科,30\n乙二,远山医院,肾内科,20\n丙三,河口医院,骨科,10\n"
OWN_FIELD = {
    "for_record": "doctor",
    "key": "beds",
    "name": "床位",
    "name_en": "Beds",
    "kind": "number",
    "roles": ["rep"],
}


def at_the_server(field: Field) -> dict[str, set[str]]:
    """Return the ids of the customers that live at the server, by record."""

    def living(work: Any) -> dict[str, set[str]]:
        tables = ((name, ROWS[name]) for name in CUSTOMERS)
        return {
            name: {row[0] for row in work.connection.execute(select(table.c.id).where(table.c.deleted.is_(False)))}
            for name, table in tables
        }

    found: dict[str, set[str]] = field.database.run(living)
    return found


def imported(laptop: Laptop) -> str:
    preview = laptop.desk.imports.preview(SHEET.encode())
    assert "doctor.custom.beds" in preview.mapping.values()
    report = laptop.desk.imports.run(preview, preview.mapping).result(60)
    assert report.made["doctor"] == 3
    return report.run_id


def take_back(laptop: Laptop, run_id: str) -> TakenBack:
    return laptop.desk.imports.take_back(run_id).result(60)


def named(laptop: Laptop, name: str) -> str:
    return next(one.id for one in ask(laptop, lambda reads: reads.customers("doctor")) if one.name == name)


@pytest.fixture
def laptop(field: Field) -> Laptop:
    field.company.insert("custom_field", OWN_FIELD)
    made = field.laptop("rep")
    synced(made)
    return made


def whole(laptop: Laptop) -> None:
    """Insist that nothing waits, nothing was refused, and the store fits the server's digests."""
    assert not ask(laptop, lambda reads: reads.refused())
    with laptop.store.reading() as connection:
        assert not outbox.pending_operations(connection)
    assert health.check(laptop.store).sound


def test_what_was_never_sent_never_reaches_the_server(field: Field, laptop: Laptop) -> None:
    before = at_the_server(field)
    take_back(laptop, imported(laptop))
    synced(laptop)
    assert at_the_server(field) == before
    with field.database.engine.connect() as connection:
        found = connection.execute(select(ROWS["doctor"].c.id).where(ROWS["doctor"].c.name == "甲一"))
        assert found.first() is None, "not even as a deleted one"
    whole(laptop)


def test_what_was_sent_goes_from_everybody(field: Field, laptop: Laptop) -> None:
    before = at_the_server(field)
    run_id = imported(laptop)
    synced(laptop)
    colleague = field.laptop("colleague")
    synced(colleague)
    assert named(colleague, "甲一")
    report = take_back(laptop, run_id)
    assert (report.deleted["doctor"], report.stays) == (3, ())
    synced(laptop)
    synced(colleague)
    assert at_the_server(field) == before
    assert "甲一" not in {one.name for one in ask(colleague, lambda reads: reads.customers("doctor"))}
    whole(laptop)
    whole(colleague)


def test_half_sent_before_a_restart_leaves_no_half(field: Field, laptop: Laptop) -> None:
    before = at_the_server(field)
    run_id = imported(laptop)
    with laptop.store.reading() as connection:
        outbox.next_batch(connection, 4, 1 << 20)
    take_back(laptop, run_id)
    laptop = field.reopen(laptop, "rep")
    synced(laptop)
    assert at_the_server(field) == before
    whole(laptop)


def test_what_a_colleague_edited_meanwhile_lives_on(field: Field, laptop: Laptop) -> None:
    run_id = imported(laptop)
    synced(laptop)
    seen, unseen = named(laptop, "甲一"), named(laptop, "乙二")
    colleague = field.laptop("colleague")
    synced(colleague)
    edit(colleague, seen, mobile="13911110000")
    synced(colleague)
    synced(laptop)
    edit(colleague, unseen, mobile="13922220000")
    synced(colleague)
    report = take_back(laptop, run_id)
    assert {one.name: one.why for one in told(report.stays) if one.record == "doctor"} == {"甲一": "changed"}
    synced(laptop)
    living = at_the_server(field)["doctor"]
    assert {seen, unseen} <= living, "the edit that was not seen is kept for a person to decide"
    assert len(ask(laptop, lambda reads: reads.conflicts())) == 1
    assert "丙三" not in {one.name for one in ask(laptop, lambda reads: reads.customers("doctor"))}
    whole(laptop)
