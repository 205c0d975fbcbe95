"""Merging doctors on a laptop: suggestions, proposals, a decision that waits for the server, and taking it back."""

from typing import Any

import pytest

from crmdesk.domain.duplicates import dismissed_pairs, pair_key
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.services.commands import (
    CreateDoctor,
    DecideMerge,
    DeleteRow,
    EditMany,
    EditRow,
    MergeCustomers,
    ProposeMerge,
    SetPreference,
    Undo,
)
from tests.services.small_territory import HOSPITAL, LI, REP, TERRITORY, WANG, ZHANG, Laptop, an_id

TWIN = an_id(340)
SCOPE = f"t:{TERRITORY}"


def twin(laptop: Laptop, **more: Any) -> None:
    """Let there be a second 张三 at the hospital of the first."""
    values = {"name": "张三", "mobile": "+86 138-0000-0001", "tags": ["带教"], "status": "active"}
    laptop.receive("doctor", {"id": TWIN, "territory_id": TERRITORY, **values, **more}, scope=SCOPE)
    place = {"doctor_id": TWIN, "institution_id": HOSPITAL, "is_primary": True}
    laptop.receive("affiliation", {"id": an_id(341), **place}, scope=SCOPE)


def pairs(laptop: Laptop) -> list[tuple[set[str], tuple[str, ...]]]:
    return [({one.first.id, one.second.id}, one.reasons) for one in laptop.ask(lambda reads: reads.duplicates())]


def seen_hash(laptop: Laptop, kept: str = ZHANG, other: str = TWIN) -> str:
    return laptop.ask(lambda reads: reads.merge_view(kept, other)).seen_hash


def test_two_of_one_name_hospital_and_number_are_suggested_with_the_reason(laptop: Laptop) -> None:
    assert pairs(laptop) == []
    twin(laptop)
    wanted = ({ZHANG, TWIN}, ("same_name", "same_institution", "same_phone"))
    assert pairs(laptop) == [wanted]
    (one,) = laptop.ask(lambda reads: reads.duplicates_of(ZHANG))
    assert {one.first.id, one.second.id} == {ZHANG, TWIN}
    assert laptop.ask(lambda reads: reads.duplicates_of(LI)) == []


def test_a_pair_that_is_two_people_is_not_suggested_again(laptop: Laptop) -> None:
    twin(laptop)
    laptop.do(SetPreference("not_duplicates", f'["{pair_key(TWIN, ZHANG)}"]'))
    assert pairs(laptop) == []
    assert dismissed_pairs("{") == dismissed_pairs("3") == frozenset()


def test_side_by_side_shows_what_differs_and_what_would_follow(laptop: Laptop) -> None:
    twin(laptop)
    view = laptop.ask(lambda reads: reads.merge_view(ZHANG, TWIN))
    assert view.reasons == ("same_name", "same_institution", "same_phone")
    assert set(view.differing) == {"mobile", "tags"}
    assert (view.kept.visits, view.other.visits, len(view.kept.affiliations)) == (2, 0, 2)
    with pytest.raises(InputError, match="unknown_row"):
        laptop.ask(lambda reads: reads.merge_view(ZHANG, an_id(9999)))


def test_a_representative_proposes_and_cannot_decide(laptop: Laptop) -> None:
    twin(laptop)
    outcome = laptop.do(ProposeMerge(ZHANG, TWIN, ("tags:both",), "同一位"))
    (item,) = laptop.ask(lambda reads: reads.merges())
    assert (item.row.id, item.state, item.kept_name, item.mine) == (outcome.created_id, "proposed", "张三", True)
    assert pairs(laptop) == []  # it is on its way
    assert [(one.kind, one.record) for one in laptop.waiting()] == [("create", "doctor_merge")]
    with pytest.raises(RefusedError, match="forbidden"):
        laptop.do(MergeCustomers(ZHANG, TWIN, (), seen_hash(laptop)))
    with pytest.raises(RefusedError, match="forbidden"):
        laptop.do(DecideMerge(outcome.created_id, "decline"))
    laptop.do(Undo(outcome.undo_token))
    assert laptop.ask(lambda reads: reads.merges()) == []
    assert pairs(laptop) != []


def test_a_managers_merge_waits_for_the_server_and_can_be_taken_back(manager_laptop: Laptop) -> None:
    laptop = manager_laptop
    twin(laptop)
    outcome = laptop.do(MergeCustomers(ZHANG, TWIN, ("tags:both",), seen_hash(laptop)))
    assert [(one.kind, one.command) for one in laptop.waiting()] == [("create", ""), ("command", "merge")]
    (item,) = laptop.ask(lambda reads: reads.merges())
    assert (item.state, item.pending) == ("proposed", "merge")
    assert laptop.ask(lambda reads: reads.row("doctor", TWIN))["status"] == "active"  # nothing moves before its answer
    with pytest.raises(RefusedError, match="already_queued"):
        laptop.do(DecideMerge(outcome.created_id, "decline"))
    laptop.do(Undo(outcome.undo_token))
    assert [one.kind for one in laptop.waiting()] == ["create", "delete"]  # a proposal, withdrawn; no command
    assert laptop.ask(lambda reads: reads.merges()) == []


def test_a_proposal_of_somebody_else_is_decided(manager_laptop: Laptop) -> None:
    laptop = manager_laptop
    twin(laptop)
    row = {"id": an_id(350), "territory_id": TERRITORY, "owner_id": REP, "doctor_id": ZHANG, "other_id": TWIN}
    laptop.receive("doctor_merge", row | {"take": ["mobile"], "state": "proposed"}, scope=SCOPE)
    (item,) = laptop.ask(lambda reads: reads.merges())
    assert (item.owner_name, item.mine) == ("张伟", False)
    outcome = laptop.do(DecideMerge(an_id(350), "decline"))
    laptop.do(Undo(outcome.undo_token))
    laptop.do(MergeCustomers(ZHANG, TWIN, ("mobile",), seen_hash(laptop), an_id(350)))
    assert [(one.row_id, one.command) for one in laptop.waiting()] == [(an_id(350), "merge")]


def test_what_changed_since_it_was_compared_is_not_merged(manager_laptop: Laptop) -> None:
    laptop = manager_laptop
    twin(laptop)
    seen = seen_hash(laptop)
    laptop.do(EditRow("doctor", TWIN, {"mobile": "13900000009"}, 1))
    with pytest.raises(RefusedError, match="changed_since_seen"):
        laptop.do(MergeCustomers(ZHANG, TWIN, (), seen))
    with pytest.raises(RefusedError, match="merge_impossible"):
        laptop.do(MergeCustomers(ZHANG, ZHANG, (), seen))
    with pytest.raises(InputError, match="not_in_list"):
        laptop.do(MergeCustomers(ZHANG, TWIN, ("status",), seen_hash(laptop)))


def test_a_merged_doctor_leaves_list_and_search_and_is_found_by_its_state(manager_laptop: Laptop) -> None:
    from crmdesk.services.customer_filter import Conditions

    laptop = manager_laptop
    twin(laptop, status="merged")
    merge = {"id": an_id(350), "territory_id": TERRITORY, "owner_id": REP, "doctor_id": ZHANG, "other_id": TWIN}
    laptop.receive("doctor_merge", merge | {"state": "done"}, scope=SCOPE)
    assert set(laptop.ask(lambda reads: reads.customer_ids())) == {ZHANG, LI, WANG}
    assert laptop.ask(lambda reads: reads.customer_ids(text="张三")) == [ZHANG]
    assert [one.id for one in laptop.ask(lambda reads: reads.search("张三")) if one.record == "doctor"] == [ZHANG]
    assert laptop.ask(lambda reads: reads.customer_ids(where=Conditions(status=("merged",)))) == [TWIN]
    assert pairs(laptop) == []
    assert [one.state for one in laptop.ask(lambda reads: reads.merges_of(TWIN))] == ["done"]
    laptop.do(DecideMerge(an_id(350), "restore"))
    assert [one.command for one in laptop.waiting()] == ["restore"]


def test_a_proposal_can_be_withdrawn(laptop: Laptop) -> None:
    twin(laptop)
    outcome = laptop.do(ProposeMerge(ZHANG, TWIN))
    laptop.do(DeleteRow("doctor_merge", outcome.created_id))
    assert laptop.ask(lambda reads: reads.merges()) == []


SAME = an_id(350)


def institution_twin(laptop: Laptop) -> str:
    """Let there be the hospital a second time; returns its name."""
    kept = laptop.ask(lambda reads: reads.row("institution", HOSPITAL))
    values = {"name": kept["name"], "city": kept["city"], "postcode": "200000", "aliases": ["旧名"]}
    laptop.receive("institution", {"id": SAME, "territory_id": TERRITORY, **values}, scope=SCOPE)
    return str(values["name"])


def test_institutions_take_the_same_way_by_declaration(manager_laptop: Laptop) -> None:
    laptop, of = manager_laptop, "institution"
    assert laptop.ask(lambda reads: reads.duplicates(of=of)) == []
    name = institution_twin(laptop)
    (pair,) = laptop.ask(lambda reads: reads.duplicates(of=of))
    assert ({pair.first.id, pair.second.id}, pair.reasons) == ({HOSPITAL, SAME}, ("same",))
    view = laptop.ask(lambda reads: reads.merge_view(HOSPITAL, SAME, of=of))
    assert (view.differing, view.reasons) == (("postcode",), ("same",))
    assert len(view.kept.affiliations) > 0
    with pytest.raises(RefusedError, match="changed_since_seen"):
        laptop.do(MergeCustomers(HOSPITAL, SAME, ("postcode",), "0" * 64, of=of))
    with pytest.raises(InputError, match="not_in_list"):
        laptop.do(MergeCustomers(HOSPITAL, SAME, ("aliases:both",), view.seen_hash, of=of))
    outcome = laptop.do(MergeCustomers(HOSPITAL, SAME, ("postcode",), view.seen_hash, of=of))
    waiting = laptop.ask(lambda reads: reads.waiting())
    assert [(one.record, one.kind, one.command) for one in laptop.waiting()] == [
        ("institution_merge", "create", ""),
        ("institution_merge", "command", "merge"),
    ]
    assert {one.title for one in waiting} == {name}
    (item,) = laptop.ask(lambda reads: reads.merges(of))
    assert (item.kept_id, item.other_id, item.pending, item.mine) == (HOSPITAL, SAME, "merge", True)
    assert laptop.ask(lambda reads: reads.institution(HOSPITAL)).merges == (item,)
    assert laptop.ask(lambda reads: reads.duplicates(of=of)) == []
    assert laptop.ask(lambda reads: reads.merges()) == []
    with pytest.raises(RefusedError, match="already_queued"):
        laptop.do(DecideMerge(outcome.created_id, "decline", of))
    laptop.do(Undo(outcome.undo_token))
    assert laptop.ask(lambda reads: reads.merges(of)) == []


def test_a_representative_only_proposes_institutions(laptop: Laptop) -> None:
    institution_twin(laptop)
    view = laptop.ask(lambda reads: reads.merge_view(HOSPITAL, SAME, of="institution"))
    with pytest.raises(RefusedError, match="forbidden"):
        laptop.do(MergeCustomers(HOSPITAL, SAME, (), view.seen_hash, of="institution"))
    with pytest.raises(RefusedError, match="merge_impossible"):
        laptop.do(ProposeMerge(HOSPITAL, HOSPITAL, of="institution"))
    with pytest.raises(InputError, match="unknown_record"):
        laptop.do(ProposeMerge(HOSPITAL, SAME, of="visit"))
    made = laptop.do(ProposeMerge(HOSPITAL, SAME, ("postcode",), "同一家", of="institution")).created_id
    with pytest.raises(RefusedError, match="forbidden"):
        laptop.do(DecideMerge(made, "decline", "institution"))
    laptop.do(DeleteRow("institution_merge", made))
    assert laptop.ask(lambda reads: reads.merges("institution")) == []


def test_nobody_is_called_merged_without_having_been_merged(manager_laptop: Laptop) -> None:
    for command in (
        EditRow("doctor", ZHANG, {"status": "merged"}, 1),
        EditMany("doctor", (ZHANG,), {"status": "merged"}),
        CreateDoctor({"name": "王芳", "status": "merged"}, HOSPITAL),
    ):
        with pytest.raises(RefusedError, match="field_not_allowed"):
            manager_laptop.do(command)
