"""What reads keep in memory follows every change, and an older look at the store never makes it stale."""

from crmdesk.services.commands import ChangeSet, DeleteRow, EditRow, SaveVisit, Undo
from crmdesk.services.customer_order import CustomerOrders, Filter
from crmdesk.services.visit_index import VisitIndex
from tests.services.small_territory import (
    HOSPITAL,
    LI,
    OLD_VISIT,
    PLANNED_VISIT,
    TERRITORY,
    WANG,
    ZHANG,
    Laptop,
    an_id,
    days,
)


def last_visits(laptop: Laptop) -> dict[str, str]:
    items = laptop.ask(lambda reads: reads.customers())
    return {item.id: item.last_visit_at for item in items if item.last_visit_at}


def visits_of(laptop: Laptop, doctor_id: str) -> set[str]:
    return {entry.id for entry in laptop.ask(lambda reads: reads.doctor(doctor_id)).timeline if entry.record == "visit"}


def test_a_visit_that_changes_its_doctor_moves_over(laptop: Laptop) -> None:
    assert last_visits(laptop) == {ZHANG: days(-3)}
    assert visits_of(laptop, ZHANG) == {OLD_VISIT, PLANNED_VISIT}
    laptop.do(EditRow("visit", OLD_VISIT, {"doctor_ids": [LI]}, 1, "写错了"))
    assert last_visits(laptop) == {LI: days(-3)}
    assert (visits_of(laptop, ZHANG), visits_of(laptop, LI)) == ({PLANNED_VISIT}, {OLD_VISIT})


def test_an_earlier_visit_becomes_the_last_one_again(laptop: Laptop) -> None:
    early = {"id": an_id(540), "territory_id": TERRITORY, "doctor_ids": [ZHANG, WANG], "starts_at": days(-40)}
    laptop.receive("visit", {**early, "state": "submitted", "zone": "UTC"}, scope=f"t:{TERRITORY}")
    assert last_visits(laptop) == {ZHANG: days(-3), WANG: days(-40)}
    laptop.receive("visit", {"id": OLD_VISIT, "doctor_ids": [LI]}, scope=f"t:{TERRITORY}")
    assert last_visits(laptop) == {LI: days(-3), ZHANG: days(-40), WANG: days(-40)}


def test_a_deleted_visit_is_gone_and_its_undo_brings_it_back(laptop: Laptop) -> None:
    assert visits_of(laptop, ZHANG) == {OLD_VISIT, PLANNED_VISIT}
    outcome = laptop.do(DeleteRow("visit", PLANNED_VISIT))
    assert visits_of(laptop, ZHANG) == {OLD_VISIT}
    laptop.do(Undo(outcome.undo_token))
    assert visits_of(laptop, ZHANG) == {OLD_VISIT, PLANNED_VISIT}


def test_a_new_visit_is_on_the_page_at_once(laptop: Laptop) -> None:
    assert visits_of(laptop, WANG) == set()
    laptop.do(SaveVisit(an_id(541), {"doctor_ids": [WANG], "institution_id": HOSPITAL}))
    assert visits_of(laptop, WANG) == {an_id(541)}


def test_an_older_look_never_makes_the_list_stale(laptop: Laptop) -> None:
    orders = CustomerOrders(VisitIndex())
    with laptop.store.reading() as old:
        old.execute("SELECT count(*) FROM row_doctor").scalar()
        laptop.do(DeleteRow("doctor", WANG))
        orders.forget(ChangeSet({"doctor": (WANG,)}, "local"), 1)
        assert WANG in orders.ids(old, 0, Filter("doctor"))
    with laptop.store.reading() as new:
        assert WANG not in orders.ids(new, 1, Filter("doctor"))
