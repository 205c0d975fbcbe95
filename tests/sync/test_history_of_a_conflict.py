"""Every value that lost is in the history of the row on every laptop, whoever settled the conflict, and comes back."""

from crmdesk.services.commands import EditRow, ResolveConflict
from tests.sync.field import Field, ask, do, edit, synced


def test_what_lost_stays_in_the_history_and_can_be_taken_back(field: Field) -> None:
    one, two = field.laptop("rep"), field.laptop("colleague")
    doctor = field.company["north_doctor"]
    for laptop in (one, two):
        synced(laptop)
    before = ask(one, lambda reads: reads.row("doctor", doctor))["mobile"]
    edit(one, doctor, mobile="13900000001")
    edit(two, doctor, mobile="13900000002")
    for laptop in (one, two, one):
        synced(laptop)
    do(two, ResolveConflict(ask(two, lambda reads: reads.conflicts())[0].id, "keep"))
    for laptop in (two, one):
        synced(laptop)
        history = ask(laptop, lambda reads: reads.doctor(doctor)).history
        pairs = [(entry.who, *entry.changes["mobile"]) for entry in history if "mobile" in entry.changes]
        assert [(old, new) for _, old, new in pairs] == [("13900000001", "13900000002"), (before, "13900000001")]
        assert pairs[0][0] != pairs[1][0]
        assert all(who for who, _, _ in pairs)
    row = ask(one, lambda reads: reads.row("doctor", doctor))
    do(one, EditRow("doctor", doctor, {"mobile": "13900000001"}, row.revision))
    synced(one)
    synced(two)
    assert ask(two, lambda reads: reads.row("doctor", doctor))["mobile"] == "13900000001"
    assert ask(two, lambda reads: reads.conflicts()) == [], "who saw the other value and took it back is no conflict"
