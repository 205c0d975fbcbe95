"""Plans between two laptops and a server: a proposal made offline, an answer made offline, what changed meanwhile."""

from datetime import date

from crmdesk.domain.clock import at_minute, local_date, utc_now
from crmdesk.services.commands import CreateRow, MoveVisit, PlanVisits, ProposeTarget, TargetCommand
from tests.sync.field import Field, ask, do, synced

GOALS = [{"customer_class": "A", "goal": 4, "maximum": 6}]


def cycle_of(field: Field) -> dict[str, object]:
    """Return a cycle plan of this year for the northern territory."""
    year = local_date(utc_now()).year
    values = {"territory_id": field.company["north"], "name": "全年", "goals": GOALS}
    return values | {"starts_on": f"{year}-01-01", "ends_on": f"{year + 1}-12-31"}


def test_a_proposal_goes_to_the_manager_and_the_answer_comes_back(field: Field):
    manager, rep = field.laptop("manager"), field.laptop("rep")
    synced(manager)
    cycle = do(manager, CreateRow("cycle_plan", cycle_of(field))).created_id
    for laptop in (manager, rep):
        synced(laptop)
    doctor = field.company["north_doctor"]
    do(rep, ProposeTarget(cycle, doctor, 7, "新指南"))
    day = date(local_date(utc_now()).year + 1, 3, 1)
    visit = do(rep, PlanVisits(({"doctor_ids": [doctor], "starts_at": at_minute(day, 540)},))).created_id
    for laptop in (rep, manager):
        synced(laptop)
    (seen,) = ask(manager, lambda reads: reads.plan_targets())
    assert (seen.state, seen.wanted, seen.owner_name != "", seen.allowed) == (
        "proposed",
        7,
        True,
        {"accept", "decline"},
    )
    do(manager, TargetCommand(seen.id, "accept", seen.seen_hash, {"visits": 5, "comment": "先五次"}))
    assert ask(manager, lambda reads: reads.plan_targets())[0].pending == "accept"
    do(rep, MoveVisit(visit, at_minute(day.replace(day=2), 540), "医生没空"))
    for laptop in (manager, rep):
        synced(laptop)
    (answered,) = ask(rep, lambda reads: reads.plan_targets())
    assert (answered.state, answered.agreed, answered.answer, answered.sync_state) == (
        "agreed",
        5,
        "先五次",
        "accepted",
    )
    assert ask(rep, lambda reads: reads.plan_cycle()).row is not None
    changes = field.company.database.run(lambda work: work.trail("visit", visit))
    assert [one.changes["starts_at"][1] for one in changes] == [at_minute(day.replace(day=2), 540)]


def test_an_answer_to_what_changed_meanwhile_comes_back(field: Field):
    manager, rep = field.laptop("manager"), field.laptop("rep")
    synced(manager)
    cycle = do(manager, CreateRow("cycle_plan", cycle_of(field))).created_id
    for laptop in (manager, rep):
        synced(laptop)
    doctor = field.company["north_doctor"]
    do(rep, ProposeTarget(cycle, doctor, 7))
    for laptop in (rep, manager):
        synced(laptop)
    (seen,) = ask(manager, lambda reads: reads.plan_targets())
    do(manager, TargetCommand(seen.id, "accept", seen.seen_hash))
    do(rep, ProposeTarget(cycle, doctor, 9))
    synced(rep)
    status = manager.engine.sync_once()
    assert status.phase == "idle"
    (item,) = ask(manager, lambda reads: reads.plan_targets())
    assert (item.state, item.wanted, item.agreed, item.refusal) == ("proposed", 9, None, "changed_since_seen")
    (refused,) = ask(manager, lambda reads: reads.refused())
    assert (refused.record, refused.command, refused.code) == ("plan_target", "accept", "changed_since_seen")
    assert refused.title
