"""A territory that moves away while the laptop was offline: what goes, what stays for a decision, what comes (C7)."""

from collections.abc import Callable

import pytest

from crmdesk.bootstrap import Laptop
from crmdesk.domain.clock import to_text
from crmdesk.domain.records import RECORDS
from crmdesk.server import admin, pull, territories
from crmdesk.server.work import ServerWork
from crmdesk.services.commands import AttachFile, CreateRow, NoteOpened
from crmdesk.storage import health
from tests.server.company import TestClock, visit_values
from tests.sync.field import Field, ask, do, edit, synced

NAME, NOTE, PLACE = "欧阳明珠金丝雀", "只有我看过的笔记金丝雀", "北山金丝雀医院"
PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 500

Move = Callable[[ServerWork], object]


def hand_over(work: ServerWork) -> None:
    territories.hand_over(work, "north", "rep", "other")


def end(work: ServerWork) -> None:
    admin.end_assignment(work, "rep", "north")


def withdraw(work: ServerWork) -> None:
    territories.withdraw(work, "rep", "north")


MOVES: dict[str, Move] = {"handed over": hand_over, "ended": end, "withdrawn": withdraw}


def held(laptop: Laptop) -> dict[str, set[str]]:
    """Return the ids that a laptop holds of each record."""
    with laptop.store.reading() as connection:
        return {record: {row[0] for row in connection.execute(f"SELECT id FROM row_{record}")} for record in RECORDS}


def everywhere(laptop: Laptop) -> dict[str, str]:
    """Return the content of every table of the store that holds texts of rows, search index included."""
    with laptop.store.unshared() as driver:
        names = [row[0] for row in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        found = {}
        for name in names:
            rows = driver.execute(f'SELECT * FROM "{name}"').fetchall()
            found[name] = "\n".join(
                one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for row in rows for one in row
            )
    return found


def worked_in(field: Field) -> tuple[Laptop, str, str]:
    """Return a rep's laptop on which the territory was worked in, with a doctor and a visit with a photo."""
    laptop = field.laptop("rep")
    synced(laptop)
    doctor = do(
        laptop, CreateRow("doctor", {"name": NAME, "note": NOTE, "territory_id": field.company["north"]})
    ).created_id
    hospital = do(laptop, CreateRow("institution", {"name": PLACE, "territory_id": field.company["north"]})).created_id
    values = visit_values(field.company, doctor_ids=[doctor], institution_id=hospital, note=NOTE)
    values["starts_at"] = to_text(field.clock())
    visit = do(laptop, CreateRow("visit", values)).created_id
    do(laptop, AttachFile("visit", visit, "photo.jpg", PHOTO))
    do(laptop, NoteOpened("doctor", doctor))
    synced(laptop)
    synced(laptop)
    assert doctor
    assert visit
    assert ask(laptop, lambda reads: reads.search("oymz"))
    assert ask(laptop, lambda reads: reads.customer_count("doctor")) == 2
    return laptop, doctor, visit


@pytest.mark.parametrize("move", MOVES)
def test_nothing_of_it_stays_and_the_laptop_holds_what_a_new_one_would(field: Field, move: str) -> None:
    laptop, doctor, visit = worked_in(field)
    [photo] = ask(laptop, lambda reads: reads.receipts("visit", visit))
    field.database.run(MOVES[move])
    synced(laptop)
    fresh = field.premises("fresh").sign_in(field.address, "rep", "seven green lanterns")
    field.opened.append(fresh)
    synced(fresh)
    assert held(laptop) == held(fresh)
    assert ask(laptop, lambda reads: reads.search("oymz")) == []
    assert ask(laptop, lambda reads: reads.customers("doctor")) == []
    assert ask(laptop, lambda reads: reads.visits()) == []
    assert ask(laptop, lambda reads: reads.attachment(photo.sha256)) is None
    assert laptop.store.blobs.present() == set()
    left = {name for name, text in everywhere(laptop).items() for one in (NAME, NOTE, PLACE, "ouyang") if one in text}
    assert left <= {"outbox_done"}, "what the person sent is kept for thirty days, for a server that loses it"
    assert health.check(laptop.store).sound
    assert doctor not in held(laptop)["doctor"]


@pytest.mark.parametrize("move", MOVES)
def test_unsent_edits_reach_the_new_owner_or_wait_for_a_decision(field: Field, move: str, clock: TestClock) -> None:
    laptop, doctor, visit = worked_in(field)
    edit(laptop, doctor, mobile="13700000001")
    edit(laptop, visit, "visit", note="还没有发出的话")
    new = do(laptop, CreateRow("doctor", {"name": "没发出的", "territory_id": field.company["north"]})).created_id
    field.database.run(MOVES[move])
    synced(laptop)
    refused = {one.row_id: one for one in ask(laptop, lambda reads: reads.refused())}
    assert ask(laptop, lambda reads: reads.sync_summary()).waiting == 0
    if move == "withdrawn":
        assert {row_id: (one.code, one.title) for row_id, one in refused.items()} == {
            doctor: ("out_of_scope", NAME), visit: ("out_of_scope", NAME), new: ("out_of_scope", "没发出的"),
        }  # fmt: skip
        assert dict(refused[doctor].fields) == {"mobile": "13700000001"}
        assert field.company.row("doctor", doctor)["mobile"] is None
    else:
        assert refused == {}, "taken within the time of grace"
        assert field.company.row("doctor", doctor)["mobile"] == "13700000001"
        assert field.company.row("visit", visit)["note"] == "还没有发出的话"
        assert field.company.row("doctor", new)["name"] == "没发出的"
        assert new not in held(laptop)["doctor"]
    assert doctor not in held(laptop)["doctor"]
    if move == "handed over":
        other = field.laptop("other")
        synced(other)
        assert ask(other, lambda reads: reads.row("doctor", doctor))["mobile"] == "13700000001"
        assert ask(other, lambda reads: reads.doctor(doctor)).timeline, "with its whole history"
    clock.move(60)
    synced(laptop)
    assert {one.row_id for one in ask(laptop, lambda reads: reads.refused())} == set(refused)


def test_what_comes_back_is_whole_again(field: Field) -> None:
    laptop, doctor, visit = worked_in(field)
    before = held(laptop)
    field.database.run(end)
    synced(laptop)
    field.database.run(lambda work: admin.assign(work, "rep", "north"))
    synced(laptop)
    assert {record: ids - {one for one in ids if record == "assignment"} for record, ids in held(laptop).items()} == {
        record: ids - {one for one in ids if record == "assignment"} for record, ids in before.items()
    }
    assert [hit.id for hit in ask(laptop, lambda reads: reads.search("oymz"))] == [doctor]
    assert (
        ask(laptop, lambda reads: reads.attachment(ask(laptop, lambda r: r.receipts("visit", visit))[0].sha256))
        == PHOTO
    )
    assert health.check(laptop.store).sound


def test_a_doctor_of_two_territories_stays_with_the_one_that_is_left(field: Field) -> None:
    company = field.company
    field.database.run(lambda work: admin.assign(work, "rep", "south"))
    pair = {"doctor_id": company["north_doctor"], "institution_id": company["south_hospital"]}
    both = company.insert("affiliation", pair)
    laptop = field.laptop("rep")
    synced(laptop)
    edit(laptop, company["north_doctor"], mobile="13700000002")
    field.database.run(end)
    synced(laptop)
    assert ask(laptop, lambda reads: reads.row("doctor", company["north_doctor"]))["mobile"] == "13700000002"
    assert both in held(laptop)["affiliation"]
    assert company["north_hospital"] not in held(laptop)["institution"]
    fresh = field.premises("fresh").sign_in(field.address, "rep", "seven green lanterns")
    field.opened.append(fresh)
    synced(fresh)
    assert held(laptop) == held(fresh)


def test_a_manager_loses_a_region_and_gains_another(field: Field) -> None:
    company = field.company
    laptop = field.laptop("manager")
    synced(laptop)
    assert company["north_doctor"] in held(laptop)["doctor"]
    field.database.run(lambda work: admin.end_assignment(work, "manager", company["region"]))
    field.database.run(lambda work: admin.assign(work, "manager", "south"))
    synced(laptop)
    assert held(laptop)["doctor"] == {company["south_doctor"]}
    assert health.check(laptop.store).sound


def test_more_than_a_fifth_that_goes_row_by_row_asks_first(field: Field) -> None:
    doctors = field.add_doctors(60)
    laptop = field.laptop("rep")
    synced(laptop)
    place = {"territory_id": field.company["south"]}
    for row_id in doctors[:40]:
        field.company.edit("doctor", row_id, place)
    status = laptop.engine.sync_once()
    assert (status.phase, status.code) == ("blocked", "shrunk")
    assert (status.params["gone"], status.params["scope"]) == (40, f"t:{field.company['north']}")
    assert ask(laptop, lambda reads: reads.customer_count("doctor")) == 61
    assert laptop.engine.sync_once().code == "shrunk", "it asks as long as nobody has said yes"
    edit(laptop, doctors[50], mobile="13700000003")
    status = laptop.engine.sync_once(accept_removals=True)
    assert (status.phase, status.code) == ("idle", "")
    assert ask(laptop, lambda reads: reads.customer_count("doctor")) == 21
    assert field.company.row("doctor", doctors[50])["mobile"] == "13700000003"


def test_a_first_sync_never_asks_about_rows_that_left_before_the_laptop_came(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages behind the first one also tell what left or was deleted long ago; a new laptop holds none of it."""
    monkeypatch.setattr(pull, "PACKED_ROWS", 30)
    doctors = field.add_doctors(90)
    for row_id in doctors[:40]:
        field.company.edit("doctor", row_id, {"territory_id": field.company["south"]})
    status = field.laptop("rep").engine.sync_once()
    assert (status.phase, status.code) == ("idle", "")
