"""A merge of two institutions from the proposal to the way back, over two laptops and a real server."""

from crmdesk.services.commands import CreateRow, DecideMerge, EditRow, MergeCustomers, ProposeMerge, SaveVisit
from crmdesk.storage import health
from tests.sync.field import Field, ask, do, synced

OF = "institution"


def test_a_proposal_is_merged_and_restored_and_what_was_offline_follows(field: Field) -> None:
    rep, manager, kept = field.laptop("rep"), field.laptop("manager"), field.company["north_hospital"]
    synced(rep)
    values = {"name": "north附属医院", "city": "沈阳市", "phone": "024-1", "territory_id": field.company["north"]}
    other = do(rep, CreateRow(OF, values)).created_id
    report = {"institution_id": other, "doctor_ids": [field.company["north_doctor"]], "state": "draft"}
    visit = do(rep, SaveVisit("", report | {"starts_at": "2026-11-20T01:00:00.000Z"})).created_id
    proposal = do(rep, ProposeMerge(kept, other, ("phone",), "同一家", of=OF)).created_id
    synced(rep), synced(manager)
    (item,) = ask(manager, lambda reads: reads.merges(OF))
    assert (item.row["note"], item.kept_id, item.other_id, item.state) == ("同一家", kept, other, "proposed")
    view = ask(manager, lambda reads: reads.merge_view(kept, other, proposal, OF))
    do(manager, MergeCustomers(kept, other, ("city", "phone"), view.seen_hash, proposal, of=OF))
    phone = ask(rep, lambda reads: reads.row(OF, other))
    do(rep, EditRow(OF, other, {"phone": "024-2"}, phone.revision))
    late = do(rep, SaveVisit("", report | {"starts_at": "2026-11-21T01:00:00.000Z"})).created_id
    synced(manager), synced(rep), synced(manager)
    for laptop in (rep, manager):
        assert ask(laptop, lambda reads: reads.customer_ids(OF)) == [kept]
        row = ask(laptop, lambda reads: reads.row(OF, kept))
        assert (row["phone"], row["city"], row["aliases"]) == ("024-1", "沈阳市", ["north附属医院"])
        assert {
            ask(laptop, lambda reads, one=one: reads.row("visit", one))["institution_id"] for one in (visit, late)
        } == {kept}
        assert health.check(laptop.store).sound
    (refused,) = ask(rep, lambda reads: reads.refused())
    assert (refused.code, refused.fields) == ("institution_merged", {"phone": "024-2"})
    done = ask(rep, lambda reads: reads.merge_view(kept, other, proposal, OF))
    assert (done.other.row["name"], done.differing, done.merge.state) == ("north附属医院", (), "done")
    do(manager, DecideMerge(proposal, "restore", OF))
    synced(manager), synced(rep)
    for laptop in (rep, manager):
        assert set(ask(laptop, lambda reads: reads.customer_ids(OF))) == {kept, other}
        assert ask(laptop, lambda reads: reads.row("visit", visit))["institution_id"] == other
        assert ask(laptop, lambda reads: reads.row("visit", late))["institution_id"] == kept, "made since, it stays"
        row = ask(laptop, lambda reads: reads.row(OF, kept))
        assert (row["phone"], row["city"], row["aliases"]) == (None, None, None)
        assert health.check(laptop.store).sound
