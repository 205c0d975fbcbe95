"""Grace and the book of holders: who held what from when until when, by the server's clock alone."""

import pytest
from sqlalchemy import delete, select

from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Operation
from crmdesk.server import admin, holdings, territories
from crmdesk.server.grace import GRACE_DAYS
from crmdesk.server.holdings import Held
from crmdesk.server.tables import TERRITORY_HELD
from crmdesk.server.work import SYSTEM
from tests.server.company import Company, Laptop, visit_values

DAY_S = 86_400
START, NEXT_NOON = "2026-11-22T02:00:00.000Z", "2026-11-23T04:00:00.000Z"


def codes(laptop: Laptop, *operations: Operation) -> list[str]:
    return [one.code or one.outcome for one in laptop.push(*operations)]


def book(company: Company, who: str, *, look: bool = True) -> list[Held]:
    """Return what the book says of a person; without `look` as it stands."""
    if look:
        company.database.run(lambda work: holdings.held_by(work.connection, company[who], work.now))
    table = TERRITORY_HELD
    columns = (table.c.territory_id, table.c.since, table.c.until, table.c.withdrawn)
    with company.database.reading() as connection:
        query = select(*columns).where(table.c.user_id == company[who]).order_by(table.c.since, table.c.territory_id)
        return [Held(*row) for row in connection.execute(query)]


def move(company: Company, doctor: str, territory: str) -> None:
    company.edit("doctor", doctor, {"territory_id": company[territory]})


# --- the book -------------------------------------------------------------------------------------------------------


def test_an_assignment_opens_a_stretch_and_its_end_closes_it(company: Company) -> None:
    assert book(company, "rep") == [Held(company["north"], START, None, False)]
    company.clock.move(26 * 3600)
    company.database.run(lambda work: admin.end_assignment(work, "rep", "north"))
    assert book(company, "rep", look=False) == [Held(company["north"], START, NEXT_NOON, False)]


def test_an_assignment_that_ends_by_its_date_ends_at_midnight_of_the_company(company: Company) -> None:
    company.edit("assignment", company["rep_assignment"], {"valid_to": "2026-11-25"})
    assert book(company, "rep") == [Held(company["north"], START, None, False)]
    company.clock.move(30 * DAY_S)
    # nobody looked for a month: it is still known when it ended
    assert book(company, "rep") == [Held(company["north"], START, "2026-11-25T16:00:00.000Z", False)]


def test_an_assignment_that_begins_later_is_not_held_before(company: Company) -> None:
    company.database.run(lambda work: admin.assign(work, "other", "north", "2026-11-25"))
    assert [one.territory_id for one in book(company, "other")] == [company["south"]]
    company.clock.move(10 * DAY_S)
    assert Held(company["north"], "2026-11-24T16:00:00.000Z", None, False) in book(company, "other")


def test_a_region_counts_as_all_below_it(company: Company) -> None:
    assert {one.territory_id for one in book(company, "manager")} == {company["region"], company["north"]}
    company.clock.move(60)
    company.database.run(lambda work: territories.put_under(work, "south", "华北"))
    assert company["south"] in {one.territory_id for one in book(company, "manager", look=False)}
    company.clock.move(60)
    company.database.run(lambda work: territories.put_under(work, "south", ""))
    (south,) = [one for one in book(company, "manager", look=False) if one.territory_id == company["south"]]
    assert (south.since, south.until) == ("2026-11-22T02:01:00.000Z", "2026-11-22T02:02:00.000Z")


@pytest.mark.parametrize("change", [{"role": "finance"}, {"active": False}], ids=["role", "disabled"])
def test_who_may_not_write_any_more_holds_nothing(company: Company, change: dict[str, object]) -> None:
    company.clock.move(60)
    company.edit("user", company["rep"], change)
    assert [one.until for one in book(company, "rep", look=False)] == ["2026-11-22T02:01:00.000Z"]
    assert book(company, "finance") == []


def test_a_book_that_was_never_kept_is_written_from_the_assignments(company: Company) -> None:
    """As in a database of an earlier version."""
    with company.database.engine.begin() as connection:
        connection.execute(delete(TERRITORY_HELD))
    assert book(company, "rep") == [Held(company["north"], START, None, False)]
    company.database.run(lambda work: admin.end_assignment(work, "colleague", "north"))
    assert [one.until for one in book(company, "colleague", look=False)] == [START]


def test_looking_again_changes_nothing(company: Company) -> None:
    for _ in range(3):
        assert len(book(company, "manager")) == 2
        company.clock.move(DAY_S)


@pytest.mark.parametrize(
    ("field", "day"), [("valid_to", "2027-03-01"), ("valid_from", "2027-03-01")], ids=["ends", "begins"]
)
def test_a_clock_that_was_a_year_ahead_leaves_the_book_as_it_was(company: Company, field: str, day: str) -> None:
    """An assignment ended or began in that year: by the right clock it is as if nobody had looked."""
    who = "rep" if field == "valid_to" else "other"
    if who == "rep":
        company.edit("assignment", company["rep_assignment"], {"valid_to": day})
    else:
        company.database.run(lambda work: admin.assign(work, "other", "north", day))
    company.clock.move(365 * DAY_S)
    book(company, who)
    company.clock.move(-364 * DAY_S)
    book(company, who)
    if who == "rep":
        assert [one.until for one in book(company, who)] == [None]
        company.database.run(lambda work: admin.end_assignment(work, "rep", "north"))
        assert [one.until for one in book(company, who)] == [NEXT_NOON.replace("T04", "T02")]
    else:
        company.clock.move(120 * DAY_S)
        north = [one for one in book(company, who) if one.territory_id == company["north"]]
        assert north == [Held(company["north"], "2027-02-28T16:00:00.000Z", None, False)]


# --- what is taken --------------------------------------------------------------------------------------------------


def test_a_doctor_that_left_is_edited_for_thirty_days_and_not_a_second_longer(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company.insert("doctor", {"name": "x", "territory_id": company["north"]})
    rep.sync()
    move(company, doctor, "south")
    company.clock.move(GRACE_DAYS * DAY_S)
    assert codes(rep, rep.edit("doctor", doctor, 1, note=(None, "a"))) == ["applied"]
    company.clock.move(1)
    assert codes(rep, rep.edit("doctor", doctor, 1, note=("a", "b"))) == ["out_of_scope"]


def test_what_was_never_held_stays_unknown(company: Company) -> None:
    rep, elsewhere = company.laptop("rep"), company["south_doctor"]
    company.database.run(lambda work: admin.end_assignment(work, "rep", "north"))
    company.clock.move(60)
    later = company.insert("doctor", {"name": "x", "territory_id": company["north"]})
    for doctor in (elsewhere, later, new_id()):
        assert codes(rep, rep.edit("doctor", doctor, 1, note=(None, "a"))) == ["unknown_row"]


def test_what_came_in_after_the_person_had_gone_stays_unknown(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company["south_doctor"]
    company.database.run(lambda work: admin.end_assignment(work, "rep", "north"))
    company.clock.move(60)
    move(company, doctor, "north")
    assert codes(rep, rep.edit("doctor", doctor, 1, note=(None, "a"))) == ["unknown_row"]


def test_what_had_left_before_the_person_came_stays_unknown(company: Company) -> None:
    doctor = company.insert("doctor", {"name": "x", "territory_id": company["north"]})
    move(company, doctor, "south")
    company.clock.move(60)
    company.database.run(lambda work: admin.assign(work, "other", "north"))
    company.database.run(lambda work: admin.end_assignment(work, "other", "south"))
    company.clock.move(GRACE_DAYS * DAY_S + 1)
    other = company.laptop("other")
    assert codes(other, other.edit("doctor", doctor, 2, note=(None, "a"))) == ["out_of_scope"], "held in the south"
    company.insert("user", {"login": "new", "name": "x", "role": "rep", "active": True}, "new")
    company.database.run(lambda work: admin.assign(work, "new", "north"))
    new = company.laptop("new")
    assert codes(new, new.edit("doctor", doctor, 2, note=(None, "a"))) == ["unknown_row"]


def test_a_clock_of_the_device_decides_nothing(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company["north_doctor"]
    company.database.run(lambda work: admin.end_assignment(work, "rep", "north"))
    company.clock.move((GRACE_DAYS + 1) * DAY_S)
    edit = rep.edit("doctor", doctor, 1, note=(None, "a"))
    edit.made_at = START
    assert codes(rep, edit) == ["out_of_scope"]


def test_what_is_taken_is_told_to_its_holders_alone(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company["north_doctor"]
    company.edit("doctor", doctor, {"phone": "010-secret"})
    company.database.run(lambda work: territories.hand_over(work, "north", "rep", "other"))
    company.edit("doctor", doctor, {"mobile": "139-secret"})
    edits = [
        rep.edit("doctor", doctor, 1, mobile=("13800000000", "1")),
        rep.edit("doctor", doctor, 1, note=(None, "a")),
    ]
    answers = rep.push(*edits)
    assert [(one.outcome, one.row, one.params, one.revision) for one in answers] == [("applied", None, {}, 2)] * 2
    again = rep.push(*edits)
    assert [(one.outcome, one.row) for one in again] == [("duplicate", None)] * 2
    other = company.laptop("other")
    other.sync()
    (conflict,) = [other.replica.get("conflict", one) for one in other.replica.ids("conflict")]
    assert conflict is not None
    assert (conflict["loser_value"], conflict["winner_by"]) == ({"value": "139-secret"}, company["rep"])


def test_own_rows_made_in_the_time_of_grace_can_be_worked_on(company: Company) -> None:
    rep = company.laptop("rep")
    rep.sync()
    company.database.run(lambda work: territories.hand_over(work, "north", "rep", "other"))
    company.clock.move(60)
    doctor = rep.create("doctor", {"name": "周杰", "territory_id": company["north"]})
    visit = rep.create("visit", visit_values(company, doctor_ids=[doctor.row_id]))
    assert codes(rep, doctor, visit) == ["applied"] * 2
    company.clock.move(60)
    more = [
        rep.edit("doctor", doctor.row_id, 1, note=(None, "a")),
        rep.edit("visit", visit.row_id, 1, state=("draft", "submitted")),
    ]
    assert codes(rep, *more) == ["applied"] * 2
    other = company.laptop("other")
    other.sync()
    assert {doctor.row_id} < other.replica.ids("doctor")
    assert visit.row_id in other.replica.ids("visit")


def test_nobody_moves_a_former_customer_or_takes_it_over(company: Company) -> None:
    rep, doctor = company.laptop("rep"), company["north_doctor"]
    company.database.run(lambda work: territories.hand_over(work, "north", "rep", "other"))
    company.database.run(lambda work: admin.assign(work, "rep", "south"))
    company.clock.move(60)
    both = company.insert("doctor", {"name": "x", "territory_id": company["south"]})
    pair = {"doctor_id": doctor, "institution_id": company["south_hospital"]}
    mine = company.insert("affiliation", {"doctor_id": both, "institution_id": company["south_hospital"]})
    turn = rep.edit("affiliation", mine, 1, doctor_id=(both, doctor))
    take = rep.edit("doctor", doctor, 1, territory_id=(company["north"], company["south"]))
    link = rep.create("affiliation", pair)
    assert codes(rep, take) == ["out_of_scope"]
    assert company.row("doctor", doctor)["territory_id"] == company["north"]
    # a new affiliation would bring the doctor back by the door of the own hospital
    assert codes(rep, link, turn) == ["out_of_scope"] * 2
    assert doctor not in rep.replica.ids("doctor")
    assert company.row("affiliation", mine)["doctor_id"] == both


def test_who_lost_a_territory_hears_of_files_that_they_are_no_longer_theirs(company: Company) -> None:
    rep = company.laptop("rep")
    values = {"parent_record": "doctor", "parent_id": company["north_doctor"], "sha256": "0" * 64, "file_name": "x"}
    photo = rep.create("attachment", values | {"media_type": "image/png", "size_bytes": 5})
    rep.push(photo)
    company.database.run(lambda work: territories.hand_over(work, "north", "rep", "other"))
    assert codes(rep, rep.operation("attachment", photo.row_id, "delete", base_revision=1)) == ["out_of_scope"]
    other = company.laptop("colleague")
    assert codes(other, other.operation("attachment", photo.row_id, "delete", base_revision=1)) == ["applied"]


def test_an_ordinary_push_asks_no_book(company: Company) -> None:
    rep, seen = company.laptop("rep"), list[object]()
    rep.sync()
    inner = holdings.held_by
    pair = {"doctor_id": company["north_doctor"], "institution_id": company["north_hospital"]}
    operations = [
        rep.edit("doctor", company["north_doctor"], 1, note=(None, "a")),
        rep.create("doctor", {"name": "x", "territory_id": company["north"]}),
        rep.create("affiliation", pair),
        rep.create("department", {"institution_id": company["north_hospital"], "name": "x"}),
        rep.create("visit", visit_values(company)),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holdings, "held_by", lambda *given: seen.append(given) or inner(*given))
        assert codes(rep, *operations) == ["applied"] * 5
        assert seen == []
        assert codes(rep, rep.edit("doctor", new_id(), 1, note=(None, "a"))) == ["unknown_row"]
        assert len(seen) == 1


def test_a_deleted_assignment_and_a_deleted_territory_end_what_they_gave(company: Company) -> None:
    company.clock.move(60)
    company.database.run(lambda work: work.delete("territory", company["south"], SYSTEM))
    (held,) = book(company, "other", look=False)
    assert (held.until, held.withdrawn) == ("2026-11-22T02:01:00.000Z", False)
    company.database.run(lambda work: work.delete("assignment", company["rep_assignment"], SYSTEM))
    (held,) = book(company, "rep", look=False)
    assert (held.until, held.withdrawn) == ("2026-11-22T02:01:00.000Z", True)
