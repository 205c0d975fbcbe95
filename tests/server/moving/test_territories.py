"""Territories that move while laptops are offline with unsent work: what arrives, what leaves, what waits."""

from typing import Any

import pytest
from sqlalchemy import select

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.server import admin, territories
from crmdesk.server.grace import GRACE_DAYS
from crmdesk.server.tables import METADATA
from crmdesk.server.work import SYSTEM
from tests.server.company import Company, Laptop, assert_same, visit_values

DAY_S = 86_400
_OF_THE_TRAIL = {"territory_held", "audit_chain", "audit_head"}
_IN_THE_COMPANY_ONLY = {"feed", "scope_head", "scope_digest"}


def dump(company: Company) -> dict[str, list[Any]]:
    """Return every table's rows; of the feed's tables only what is not the company's."""
    found = {}
    with company.database.reading() as connection:
        for table in METADATA.sorted_tables:
            rows = [tuple(row) for row in connection.execute(select(table))]
            kept = [row for row in rows if table.name not in _IN_THE_COMPANY_ONLY or row[0] != "c"]
            found[table.name] = sorted(kept, key=repr)
    return found


def hand_over(company: Company, giver: str = "rep", taker: str = "other") -> None:
    company.database.run(lambda work: territories.hand_over(work, "north", giver, taker))


def codes(laptop: Laptop, *operations: Any) -> list[str]:
    return [one.code or one.outcome for one in laptop.push(*operations)]


def a_life(company: Company) -> dict[str, str]:
    """Give the northern doctor a history: a visit with a receipt, an edit, a conflict; ids by what they are."""
    rep, colleague, doctor = company.laptop("rep"), company.laptop("colleague"), company["north_doctor"]
    visit = rep.create("visit", visit_values(company))
    file = {"parent_record": "visit", "parent_id": visit.row_id, "sha256": "0" * 64, "file_name": "卡.jpg"}
    photo = rep.create("attachment", file | {"media_type": "image/jpeg", "size_bytes": 3})
    rep.push(visit, photo)
    colleague.push(colleague.edit("doctor", doctor, 1, phone=(None, "010-1")))
    rep.push(rep.edit("doctor", doctor, 1, phone=(None, "010-2")))
    (conflict,) = rep.replica.ids("conflict")
    return {"visit": visit.row_id, "attachment": photo.row_id, "conflict": conflict, "doctor": doctor}


def test_a_hand_over_writes_no_customer(company: Company) -> None:
    a_life(company)
    before = dump(company)
    hand_over(company)
    after = dump(company)
    assert {name for name in before if before[name] != after[name]} == {"row_assignment"} | _OF_THE_TRAIL


def test_a_territory_goes_with_its_whole_history(company: Company) -> None:
    life = a_life(company)
    old, new = company.laptop("rep"), company.laptop("other")
    old.sync(), new.sync()
    held = {record: old.replica.ids(record) for record in life}
    hand_over(company)
    for laptop in (old, new):
        assert_same(laptop, laptop.sync().end.digests)
    for record, row_id in life.items():
        assert old.replica.ids(record) == set()
        assert row_id in held[record] <= new.replica.ids(record)
    assert len(new.replica.ids("audit_entry")) == 2


def test_what_was_unsent_at_the_hand_over_reaches_the_successor(company: Company) -> None:
    life = a_life(company)
    old, new = company.laptop("rep"), company.laptop("other")
    old.sync(), new.sync()
    edit = old.edit("doctor", life["doctor"], 3, title=(None, "chief"))
    report = old.edit("visit", life["visit"], 1, note=("first paragraph", "second"))
    fresh = old.create("doctor", {"name": "周杰", "territory_id": company["north"]})
    pair = old.create("affiliation", {"doctor_id": fresh.row_id, "institution_id": company["north_hospital"]})
    gone = old.operation("affiliation", company["north_affiliation"], "delete", base_revision=1)
    hand_over(company)
    new.sync()
    company.clock.move(GRACE_DAYS * DAY_S - 60)
    assert codes(old, edit, report, fresh, pair, gone) == ["applied"] * 4 + ["out_of_scope"]
    assert old.replica.ids("doctor") == old.replica.ids("visit") == set()
    assert_same(new, new.sync().end.digests)
    rows = [new.replica.get("doctor", life["doctor"]), new.replica.get("visit", life["visit"])]
    assert [row and row[name] for row, name in zip(rows, ("title", "note"), strict=True)] == ["chief", "second"]
    assert fresh.row_id in new.replica.ids("doctor")
    assert pair.row_id in new.replica.ids("affiliation")
    assert not company.row("affiliation", company["north_affiliation"])["deleted"]


def test_after_the_time_of_grace_unsent_work_waits_for_its_author(company: Company) -> None:
    old = company.laptop("rep")
    old.sync()
    edit = old.edit("doctor", company["north_doctor"], 1, title=(None, "chief"))
    fresh = old.create("doctor", {"name": "周杰", "territory_id": company["north"]})
    visit = old.create("visit", visit_values(company, doctor_ids=[company["north_doctor"]]))
    hand_over(company)
    company.clock.move(GRACE_DAYS * DAY_S + 1)
    assert codes(old, edit, fresh, visit) == ["out_of_scope"] * 3
    assert company.row("doctor", company["north_doctor"])["title"] is None


def test_a_withdrawn_territory_has_no_grace(company: Company) -> None:
    old = company.laptop("rep")
    old.sync()
    edit = old.edit("doctor", company["north_doctor"], 1, title=(None, "chief"))
    fresh = old.create("doctor", {"name": "周杰", "territory_id": company["north"]})
    company.database.run(lambda work: territories.withdraw(work, "rep", "north", "离职调查"))
    assert codes(old, edit, fresh) == ["out_of_scope"] * 2
    assert old.replica.ids("doctor") == set()
    company.clock.move(60)
    company.database.run(lambda work: admin.assign(work, "rep", "north"))
    again = old.edit("doctor", company["north_doctor"], 1, title=(None, "chief"))
    assert codes(old, again) == ["applied"]
    assert company["north_doctor"] in old.replica.ids("doctor")
    company.clock.move(2 * DAY_S)
    company.database.run(lambda work: admin.end_assignment(work, "rep", "north"))
    # what was given anew and ended in the ordinary way has its grace again
    assert codes(old, old.edit("doctor", company["north_doctor"], 2, note=(None, "x"))) == ["applied"]


def test_a_territory_that_had_ended_can_still_be_withdrawn(company: Company) -> None:
    old = company.laptop("rep")
    old.sync()
    company.database.run(lambda work: admin.end_assignment(work, "rep", "north"))
    assert codes(old, old.edit("doctor", company["north_doctor"], 1, note=(None, "x"))) == ["applied"]
    company.database.run(lambda work: territories.withdraw(work, "rep", "north"))
    late = old.edit("doctor", company["north_doctor"], 2, note=("x", "y"))
    fresh = old.create("doctor", {"name": "周杰", "territory_id": company["north"]})
    assert codes(old, late, fresh) == ["out_of_scope"] * 2
    with pytest.raises(InputError, match="no_assignment"):
        company.database.run(lambda work: territories.withdraw(work, "rep", "north"))


def test_a_disabled_person_has_no_grace(company: Company) -> None:
    company.database.run(lambda work: admin.disable_user(work, "rep"))
    with pytest.raises(AssertionError):
        company.actor("rep")


def test_a_doctor_of_two_territories_stays_with_the_one_that_is_left(company: Company) -> None:
    doctor = company["north_doctor"]
    link = company.insert("affiliation", {"doctor_id": doctor, "institution_id": company["south_hospital"]})
    north, south, third = company.laptop("rep"), company.laptop("other"), company.laptop("colleague")
    for laptop in (north, south, third):
        laptop.sync()
    assert doctor in south.replica.ids("doctor") & third.replica.ids("doctor")
    unsent = north.edit("doctor", doctor, 1, title=(None, "chief"))
    hand_over(company, "rep", "other")
    assert codes(north, unsent) == ["applied"]
    assert doctor not in north.replica.ids("doctor")
    for laptop in (south, third):
        assert_same(laptop, laptop.sync().end.digests)
        row = laptop.replica.get("doctor", doctor)
        assert row is not None
        assert row["title"] == "chief"
    company.database.run(lambda work: admin.end_assignment(work, "other", "north"))
    south.sync()
    assert doctor in south.replica.ids("doctor"), "still held through the southern hospital"
    company.database.run(lambda work: work.delete("affiliation", link, SYSTEM))
    assert_same(south, south.sync().end.digests)
    assert doctor not in south.replica.ids("doctor")
    late = south.edit("doctor", doctor, 2, note=(None, "x"))
    assert codes(south, late) == ["applied"], "it left a moment ago"


def test_a_manager_gains_and_loses_a_region(company: Company) -> None:
    manager, doctor = company.laptop("manager"), company["south_doctor"]
    manager.sync()
    assert doctor not in manager.replica.ids("doctor")
    before = dump(company)
    company.database.run(lambda work: territories.put_under(work, "south", "华北"))
    changed = {name for name, rows in dump(company).items() if rows != before[name]}
    assert changed == {"row_territory"} | _OF_THE_TRAIL
    assert_same(manager, manager.sync().end.digests)
    assert doctor in manager.replica.ids("doctor")
    unsent = manager.edit("doctor", doctor, 1, status=("active", "left"))
    company.database.run(lambda work: territories.put_under(work, "south", ""))
    assert codes(manager, unsent) == ["applied"]
    assert manager.replica.ids("doctor") == {company["north_doctor"]}
    assert_same(manager, manager.sync().end.digests)
    assert company.row("doctor", doctor)["status"] == "left"
    company.clock.move(GRACE_DAYS * DAY_S + 1)
    assert codes(manager, manager.edit("doctor", doctor, 2, note=(None, "x"))) == ["out_of_scope"]


def test_a_territory_is_not_put_under_itself(sqlite_company: Company) -> None:
    for parent in ("华北", "north"):
        with pytest.raises(RefusedError, match="below_itself"):
            sqlite_company.database.run(lambda work, parent=parent: territories.put_under(work, "华北", parent))
    with pytest.raises(InputError, match="unknown_territory"):
        sqlite_company.database.run(lambda work: territories.put_under(work, "north", "Atlantis"))


def test_a_hand_over_that_makes_no_sense_changes_nothing(sqlite_company: Company) -> None:
    before = dump(sqlite_company)
    for giver, taker, code in (
        ("rep", "rep", "assigned_already"),
        ("rep", "colleague", "assigned_already"),
        ("other", "rep", "no_assignment"),
        ("rep", "nobody", "unknown_login"),
    ):
        with pytest.raises((InputError, RefusedError), match=code):
            hand_over(sqlite_company, giver, taker)
    assert dump(sqlite_company) == before


def test_a_region_is_not_handed_over_to_a_rep_who_would_hold_all_below_it(sqlite_company: Company) -> None:
    company = sqlite_company
    before = dump(company)
    with pytest.raises(RefusedError, match="region_to_a_rep"):
        company.database.run(lambda work: territories.hand_over(work, "华北", "manager", "other"))
    assert dump(company) == before
    company.edit("user", company["other"], {"role": "manager"})
    company.database.run(lambda work: territories.hand_over(work, "华北", "manager", "other"))
    assert company["north"] in company.actor("other").territory_ids


# --- split and merge ------------------------------------------------------------------------------------------------


def _two_hospitals(company: Company) -> dict[str, str]:
    """Put a second hospital with two doctors and three visits into the north; one doctor works in both."""
    place = {"territory_id": company["north"]}
    hospital = company.insert("institution", {"name": "二院", **place})
    found = {"hospital": hospital}
    for name, primary in (("moving", True), ("staying", False)):
        found[name] = company.insert("doctor", {"name": name, "status": "active", **place})
        pair = {"doctor_id": found[name], "institution_id": hospital, "is_primary": primary}
        company.insert("affiliation", pair)
    first = {"doctor_id": found["staying"], "institution_id": company["north_hospital"], "is_primary": True}
    company.insert("affiliation", first)
    for name, where, doctors in (
        ("visit_there", hospital, [found["moving"]]),
        ("visit_nowhere", None, [found["moving"]]),
        ("visit_both", None, [found["moving"], found["staying"]]),
    ):
        found[name] = company.insert("visit", visit_values(company, institution_id=where, doctor_ids=doctors))
    return found


def test_a_split_takes_hospitals_with_their_doctors_and_visits(company: Company) -> None:
    found = _two_hospitals(company)
    north, south = company.laptop("rep"), company.laptop("other")
    north.sync(), south.sync()
    unsent = north.edit("doctor", found["moving"], 1, title=(None, "chief"))
    moved = territories.split(company.database, "north", "south", ["二院"])
    assert moved.counts == {"institution": 1, "doctor": 1, "visit": 2}
    assert codes(north, unsent) == ["applied"]
    for laptop in (north, south):
        assert_same(laptop, laptop.sync().end.digests)
    went = {found["moving"], found["visit_there"], found["visit_nowhere"]}
    for laptop, holds in ((north, False), (south, True)):
        held = laptop.replica.ids("doctor") | laptop.replica.ids("visit")
        assert (went <= held, bool(went & held)) == (holds, holds)
    row = south.replica.get("doctor", found["moving"])
    assert row is not None
    assert (row["territory_id"], row["title"]) == (company["south"], "chief")
    # who works in both hospitals is seen from both sides, and so are these
    assert found["staying"] in north.replica.ids("doctor") & south.replica.ids("doctor")
    assert found["hospital"] in north.replica.ids("institution") & south.replica.ids("institution")
    assert territories.split(company.database, "north", "south", [found["hospital"]]).total == 0


def test_a_split_that_was_cut_goes_on_where_it_stopped(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _two_hospitals(company)
    south = company.laptop("other")
    south.sync()

    def cut(*_given: Any, **_named: Any) -> Any:
        raise RuntimeError("power cut")

    inner = territories._move_some
    for before_it in (0, 1, 1):
        done: list[int] = []

        def some(work: Any, rows: Any, from_id: str, to_id: str, *, left: int = before_it, done: Any = done) -> int:
            done.append(1)
            return int(inner(work, rows, from_id, to_id)) if len(done) <= left else cut()

        monkeypatch.setattr(territories, "_move_some", some)
        with pytest.raises(RuntimeError, match="power cut"):
            territories.split(company.database, "north", "south", ["二院"])
        assert_same(south, south.sync().end.digests)
    monkeypatch.setattr(territories, "_move_some", inner)
    territories.split(company.database, "north", "south", ["二院"])
    assert_same(south, south.sync().end.digests)
    assert {found["visit_there"], found["visit_nowhere"]} == south.replica.ids("visit")
    assert found["moving"] in south.replica.ids("doctor")


def test_a_merge_brings_everything_and_what_comes_later(company: Company) -> None:
    found = _two_hospitals(company)
    old, new = company.laptop("rep"), company.laptop("other")
    old.sync(), new.sync()
    fresh = old.create("doctor", {"name": "周杰", "territory_id": company["north"]})
    moved = territories.merge(company.database, "north", "south")
    assert moved.counts == {"institution": 2, "doctor": 3, "visit": 3}
    assert codes(old, fresh) == ["applied"]
    assert old.replica.ids("doctor") == old.replica.ids("visit") == old.replica.ids("institution") == set()
    assert_same(new, new.sync().end.digests)
    assert {found["visit_both"], found["visit_there"], found["visit_nowhere"]} == new.replica.ids("visit")
    everybody = {company["north_doctor"], company["south_doctor"], found["moving"], found["staying"], fresh.row_id}
    assert everybody == new.replica.ids("doctor")
    assert territories.merge(company.database, "north", "south").counts["doctor"] == 1, "the one that came later"
    assert territories.merge(company.database, "north", "south").total == 0


def test_many_rows_move_in_bounded_transactions(sqlite_company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company = sqlite_company
    monkeypatch.setattr(territories, "ROWS_A_COMMIT", 7)
    for number in range(20):
        company.insert("doctor", {"name": f"医生{number}", "territory_id": company["north"]})
    south = company.laptop("other")
    south.sync()
    assert territories.merge(company.database, "north", "south").counts["doctor"] == 21
    assert_same(south, south.sync().end.digests)
    assert len(south.replica.ids("doctor")) == 22


def test_what_can_not_be_split_is_told(sqlite_company: Company) -> None:
    company = sqlite_company
    for source, target, names, code in (
        ("north", "south", ["没有的医院"], "unknown_institution"),
        ("north", "north", ["north医院"], "same_territory"),
        ("north", "Atlantis", ["north医院"], "unknown_territory"),
        ("north", "south", [], "nothing_to_move"),
    ):
        with pytest.raises(InputError, match=code):
            territories.split(company.database, source, target, names)
    with pytest.raises(RefusedError, match="below_itself"):
        territories.merge(company.database, "华北", "north")
