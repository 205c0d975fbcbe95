"""A merge from the proposal to its restoration over two laptops and a real server, made offline and sent together."""

from crmdesk.bootstrap import Laptop
from crmdesk.services.commands import CreateDoctor, DecideMerge, MergeCustomers, ProposeMerge, SaveVisit
from crmdesk.storage import health
from tests.sync.field import Field, ask, do, edit, synced


def _again(field: Field, laptop: Laptop) -> str:
    """Make the northern doctor once more, at the same hospital, with a visit; without the server."""
    values = {"name": "张伟", "mobile": "+86 138 0000 0000", "tags": ["讲者"], "consent": ["phone"]}
    made = do(laptop, CreateDoctor(values, field.company["north_hospital"], "心内科")).created_id
    visit = {"doctor_ids": [made], "starts_at": "2026-11-20T01:00:00.000Z", "zone": "Asia/Shanghai", "state": "draft"}
    do(laptop, SaveVisit("", visit))
    return made


def _decide(laptop: Laptop, kept: str, other: str, merge_id: str = "") -> None:
    view = ask(laptop, lambda reads: reads.merge_view(kept, other))
    do(laptop, MergeCustomers(kept, other, ("consent", "mobile", "tags:both"), view.seen_hash, merge_id))


def test_a_proposal_is_merged_and_restored(field: Field):
    rep, manager, kept = field.laptop("rep"), field.laptop("manager"), field.company["north_doctor"]
    synced(rep)
    other = _again(field, rep)
    assert [one.reasons for one in ask(rep, lambda reads: reads.duplicates())] == [
        ("same_name", "same_institution", "same_phone")
    ]
    proposal = do(rep, ProposeMerge(kept, other, ("tags:both",), "同一位")).created_id
    synced(rep)
    synced(manager)
    assert [one.row["note"] for one in ask(manager, lambda reads: reads.merges())] == ["同一位"]
    _decide(manager, kept, other, proposal)
    synced(manager)
    synced(rep)
    for laptop in (rep, manager):
        assert ask(laptop, lambda reads: reads.customer_ids("doctor")) == [kept]
        row = ask(laptop, lambda reads: reads.row("doctor", kept))
        assert (row["mobile"], row["tags"], row["consent"]) == ("+86 138 0000 0000", ["讲者"], ["phone"])
        assert len(ask(laptop, lambda reads: reads.doctor(kept)).timeline) == 1
        assert ask(laptop, lambda reads: reads.refused()) == []
        assert health.check(laptop.store).sound
    do(manager, DecideMerge(proposal, "restore"))
    synced(manager)
    synced(rep)
    assert set(ask(rep, lambda reads: reads.customer_ids("doctor"))) == {kept, other}
    assert len(ask(rep, lambda reads: reads.doctor(other)).timeline) == 1
    assert ask(rep, lambda reads: reads.row("doctor", other))["status"] == "under_review"
    assert ask(rep, lambda reads: reads.row("doctor", kept))["tags"] in (None, [])


def test_a_manager_merges_offline_what_was_made_and_changed_there(field: Field):
    manager, kept = field.laptop("manager"), field.company["north_doctor"]
    synced(manager)
    other = _again(field, manager)
    edit(manager, kept, title="chief")
    _decide(manager, kept, other)
    synced(manager)
    assert ask(manager, lambda reads: reads.refused()) == []
    assert field.company.row("doctor", other)["status"] == "merged"
    assert field.company.row("doctor", kept)["mobile"] == "+86 138 0000 0000"


def test_what_somebody_else_changed_meanwhile_comes_back(field: Field):
    rep, manager, kept = field.laptop("rep"), field.laptop("manager"), field.company["north_doctor"]
    synced(rep)
    other = _again(field, rep)
    synced(rep)
    synced(manager)
    _decide(manager, kept, other)
    edit(rep, other, mobile="13911112222")
    synced(rep)
    synced(manager)
    assert [one.code for one in ask(manager, lambda reads: reads.refused())] == ["changed_since_seen"]
    assert field.company.row("doctor", other)["status"] == "under_review"
