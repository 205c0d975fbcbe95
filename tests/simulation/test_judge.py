"""The judge asks only for what was promised: histories that are right, and that it once called wrong, pass."""

import pytest

from crmdesk.protocol.messages import Answer, Operation
from tests.simulation.model import Broken, Model

ANN, MEI = "ann-id", "mei-id"
DOCTOR = ("doctor", "doctor-id")


def _made(op_id: str, seq: int, kind: str, **more: object) -> Operation:
    given = {"record": "claim", "row_id": "claim-id", "made_at": "2026-11-22T02:00:00.000Z"} | more
    return Operation(id=op_id, seq=seq, kind=kind, **given)  # type: ignore[arg-type]


def _saved(model: Model, *operations: Operation) -> None:
    for operation in operations:
        model.saved("ann", 1, operation)


def _taken_then_lost(model: Model, create: Operation) -> None:
    """The server takes a new claim and goes back to a backup of before."""
    before = model.backup()
    model.arrived([create], [Answer(create.id, "applied", revision=1)], ANN)
    model.put_back(before)


def test_what_a_restored_server_refuses_is_with_the_person_and_is_not_asked_for_again() -> None:
    """Seed 52155: lost, refused when it came again, the refusal lost in turn; then a command of it arrives."""
    model, create, submit = Model({}), _made("create", 1, "create"), _made("submit", 2, "command", command="submit")
    _saved(model, create, submit)
    _taken_then_lost(model, create)
    before = model.backup()
    model.arrived([create], [Answer("create", "refused", code="out_of_scope")], ANN)
    model.put_back(before)
    model.arrived([submit], [Answer("submit", "refused", code="unknown_row")], ANN)
    assert model.life.answers == {"submit": "refused"}


def test_what_was_lost_has_to_come_again_before_what_was_done_with_it() -> None:
    model, create, submit = Model({}), _made("create", 1, "create"), _made("submit", 2, "command", command="submit")
    _saved(model, create, submit)
    _taken_then_lost(model, create)
    with pytest.raises(Broken, match="came before create"):
        model.arrived([submit], [Answer("submit", "refused", code="unknown_row")], ANN)


def _doctor_edited(model: Model, op_id: str, by: str, revision: int) -> None:
    edit = _made(op_id, 1, "edit", record=DOCTOR[0], row_id=DOCTOR[1], fields={"consent": (["phone"], ["phone"])})
    model.arrived([edit], [Answer(op_id, "applied", revision=revision)], by)


def _doctor_deleted(model: Model, base_revision: int) -> None:
    delete = _made("delete", 9, "delete", record=DOCTOR[0], row_id=DOCTOR[1], base_revision=base_revision)
    model.arrived([delete], [Answer("delete", "applied", revision=4, row={"deleted": True})], ANN)


def test_an_edit_that_found_everything_as_it_wants_it_is_none_that_a_deletion_must_have_seen() -> None:
    """Seed 50240: Mei added a channel that was there already; the row stayed at its revision."""
    model = Model({DOCTOR: {}})
    _doctor_edited(model, "ann", ANN, revision=3)
    _doctor_edited(model, "mei", MEI, revision=3)
    _doctor_deleted(model, base_revision=2)
    assert DOCTOR in model.life.deleted


def test_an_edit_that_changed_the_row_must_have_been_seen_by_who_deletes_it() -> None:
    model = Model({DOCTOR: {}})
    _doctor_edited(model, "mei", MEI, revision=3)
    with pytest.raises(Broken, match="had not seen"):
        _doctor_deleted(model, base_revision=2)


@pytest.mark.parametrize("deleted", [True, False])
def test_with_a_doctor_who_was_never_made_go_the_edits_of_his_target(deleted: bool) -> None:
    """Seed 71418: he was deleted before the server refused him; his target was edited before it ever went."""
    model, target = Model({}), {"record": "plan_target", "row_id": "target-id"}
    edit = _made("edit", 3, "edit", fields={"wanted": (7, 5)}, **target)
    create = _made("create", 1, "create", record=DOCTOR[0], row_id=DOCTOR[1])
    aim = _made("aim", 2, "create", fields={"doctor_id": (None, DOCTOR[1]), "wanted": (None, 7)}, **target)
    _saved(model, create, aim, edit)
    if deleted:
        _saved(model, _made("delete", 4, "delete", record=DOCTOR[0], row_id=DOCTOR[1]))
    assert model.needs_nobody(edit) is deleted


@pytest.mark.parametrize(("there", "lost"), [("王", False), ("李", True)])
def test_a_refused_creation_that_another_copy_made_has_nothing_left_to_say(there: str, lost: bool) -> None:
    """Seed 72476: an old copy of a laptop sends it again and finds the row; only as it was written is nothing lost."""
    model, place = Model({}), {"record": DOCTOR[0], "row_id": DOCTOR[1]}
    made = _made("made", 1, "create", fields={"name": (None, there)}, **place)
    refused = _made("refused", 2, "create", fields={"name": (None, "王")}, **place)
    _saved(model, made, refused)
    model.arrived([made], [Answer("made", "applied", revision=1)], ANN)
    if lost:
        with pytest.raises(Broken, match="left the list by itself"):
            model.given_up(["refused"], set(), [])
    else:
        model.given_up(["refused"], set(), [])
