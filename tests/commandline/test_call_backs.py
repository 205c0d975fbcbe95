"""The command call-back over a small territory, in this process."""

import json
from collections.abc import Iterator

import pytest

from crmdesk.commandline import call_backs, claims
from tests.commandline.seat import run, seated
from tests.services.small_territory import LI, MANAGER, OLD_VISIT, TERRITORY, ZHANG, Laptop, an_id, claim_values

CLAIM = an_id(640)


@pytest.fixture
def manager(tmp_path, monkeypatch) -> Iterator[Laptop]:
    modules = (call_backs, claims)
    with seated(tmp_path / "store", monkeypatch, *modules, user=MANAGER, role="manager", name="李强") as laptop:
        claim = {"id": CLAIM, **claim_values("to_call_back", approved_fen=240_00)}
        laptop.receive("claim", claim, scope=f"m:{TERRITORY}")
        yield laptop


def test_one_line_confirms_a_claim(manager, capsys):
    code, out, _ = run(capsys, "--json", "call-back", CLAIM, "--confirmed", "--note", "都对")
    made = json.loads(out)
    assert (code, made["outcome"], made["claim_id"]) == (0, "confirmed", CLAIM)
    create, command = manager.waiting()
    values = {name: pair[1] for name, pair in create.fields.items()}
    assert (create.record, create.row_id, values["doctor_id"]) == ("call_back", made["id"], ZHANG)
    assert (values["way"], values["asked"], values["confirmed"]) == (
        "face_to_face",
        *[["attendees", "meal", "visit"]] * 2,
    )
    assert (command.command, command.args) == (
        "call_back_confirmed",
        {"seen_hash": made["seen_hash"], "call_back_id": made["id"]},
    )
    shown = run(capsys, "claim", "show", CLAIM)[1]
    assert "☎" in shown
    assert "Face to face · 张三 · Confirmed · 都对" in shown


def test_a_dispute_names_what_was_not_so(manager, capsys):
    assert "REQUIRED" in run(capsys, "call-back", CLAIM, "--disputed", "--but", "meal")[2]
    assert run(capsys, "call-back", CLAIM, "--disputed", "--but", "meal", "--note", "没吃")[0] == 0
    create, command = manager.waiting()
    assert create.fields["confirmed"][1] == ["attendees", "visit"]
    assert command.command == "call_back_disputed"


def test_nobody_reached_and_a_visit_alone(manager, capsys):
    assert run(capsys, "call-back", CLAIM, "--outcome", "not_reached")[0] == 0
    assert run(capsys, "call-back", "--visit", OLD_VISIT, "--confirmed", "--doctor", ZHANG)[0] == 0
    assert [one.record for one in manager.waiting()] == ["call_back", "call_back"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((CLAIM, "--confirmed", "--way", "phone"), "NO-CONSENT"),
        ((CLAIM, "--confirmed", "--doctor", LI), "NOT-ITS-DOCTOR"),
        ((CLAIM, "--confirmed", "--called-at", "2030-01-01T00:00:00Z"), "IN-FUTURE"),
        ((CLAIM, "--confirmed", "--asked", "weather"), "NOT-A-CHOICE"),
        ((CLAIM,), "REQUIRED"),
        ((an_id(9), "--confirmed"), "UNKNOWN-ROW"),
    ],
)
def test_what_cannot_be_is_told(manager, capsys, arguments, code):
    status, _, err = run(capsys, "call-back", *arguments)
    assert (status, code in err, manager.waiting()) == (1, True, []), err
