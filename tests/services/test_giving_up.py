"""Giving up what the server refused: by a deletion, by hand, and back again, as the pages ask for it."""

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.services.commands import CreateDoctor, DeleteRow, DropRefused, EditRow, PutBackRefused, Undo
from tests.services.small_territory import LI, Laptop


def refused_doctor(laptop: Laptop) -> str:
    """A new doctor whom the server does not take; the affiliation waits beside."""
    made = laptop.do(CreateDoctor({"name": "王伟", "note": "新来的"}, laptop.ask(_hospital))).created_id
    laptop.answer("refused", code="out_of_scope")
    return made


def _hospital(reads: object) -> str:
    return str(reads.rows("institution")[0].id)  # type: ignore[attr-defined]


def needs(laptop: Laptop) -> list[str]:
    return [f"{one.kind} {one.record} {one.code}" for one in laptop.ask(lambda reads: reads.refused())]


def given_up(laptop: Laptop) -> list[tuple[str, str]]:
    return [(one.title, one.record) for one in laptop.ask(lambda reads: reads.given_up())]


def test_to_delete_what_the_server_never_took_gives_its_creation_up(laptop: Laptop) -> None:
    made = refused_doctor(laptop)
    before = needs(laptop)
    assert before[0] == "create doctor out_of_scope"
    outcome = laptop.do(DeleteRow("doctor", made))
    assert (laptop.waiting(), needs(laptop)) == ([], [])
    assert given_up(laptop) == [("王伟", "doctor")]
    with pytest.raises(InputError, match="unknown_row"):
        laptop.do(DeleteRow("doctor", made))

    again = laptop.do(Undo(outcome.undo_token))
    assert needs(laptop) == before
    assert laptop.ask(lambda reads: reads.row("doctor", made))["note"] == "新来的"
    assert given_up(laptop) == []
    laptop.do(Undo(again.undo_token))
    assert (needs(laptop), given_up(laptop)) == ([], [("王伟", "doctor")])


def test_what_was_given_up_by_hand_is_listed_and_comes_back(laptop: Laptop) -> None:
    laptop.do(EditRow("doctor", LI, {"mobile": "13900001111"}, 1))
    laptop.answer("refused", code="forbidden", field="mobile")
    [item] = laptop.ask(lambda reads: reads.refused())
    outcome = laptop.do(DropRefused(item.operation_id))
    [listed] = laptop.ask(lambda reads: reads.given_up())
    assert (listed.operation_id, listed.fields) == (item.operation_id, {"mobile": "13900001111"})
    laptop.do(Undo(outcome.undo_token))
    [back] = laptop.ask(lambda reads: reads.refused())
    assert (back.code, back.field, back.fields) == ("forbidden", "mobile", {"mobile": "13900001111"})

    laptop.do(DropRefused(item.operation_id))
    laptop.do(PutBackRefused(item.operation_id))
    assert needs(laptop) == ["edit doctor given_up"]
    with pytest.raises(InputError, match="unknown_operation"):
        laptop.do(PutBackRefused(item.operation_id))
    assert laptop.ask(lambda reads: reads.given_up()) == []
