"""The commands for what the server refused: given up, listed with its text, put back, sent again with a reason."""

import json
from collections.abc import Iterator

import pytest

from crmdesk.commandline import sync
from crmdesk.services.commands import EditRow, SaveVisit
from tests.commandline.seat import run, seated
from tests.services.small_territory import LI, Laptop


@pytest.fixture
def laptop(tmp_path, monkeypatch) -> Iterator[Laptop]:
    with seated(tmp_path / "store", monkeypatch, sync) as made:
        yield made


def test_what_was_given_up_is_listed_and_put_back(laptop, capsys):
    assert "Nothing was given up" in run(capsys, "refused", "given-up")[1]
    laptop.do(EditRow("doctor", LI, {"mobile": "13900001111"}, 1))
    laptop.answer("refused", code="forbidden", field="mobile")
    [refused] = json.loads(run(capsys, "--json", "refused")[1])
    assert run(capsys, "refused", "drop", refused["operation_id"])[0] == 0
    code, out, _ = run(capsys, "refused", "given-up")
    assert (code, "13900001111" in out, "You gave this change up" in out) == (0, True, True)
    assert "放弃过" in run(capsys, "refused", "given-up", language="zh")[1]
    assert "Back among the refused" in run(capsys, "refused", "put-back", refused["operation_id"])[1]
    [back] = json.loads(run(capsys, "--json", "refused")[1])
    assert (back["operation_id"], back["fields"]) == (refused["operation_id"], {"mobile": "13900001111"})
    code, _, err = run(capsys, "refused", "put-back", refused["operation_id"])
    assert code != 0
    assert err.strip()


def test_a_change_to_a_submitted_report_goes_again_with_its_reason(laptop, capsys):
    visit = laptop.do(SaveVisit("", {"doctor_ids": [LI], "note": "来访"})).created_id
    laptop.answer()
    laptop.do(SaveVisit(visit, {"note": "来访两次"}))
    laptop.answer("refused", code="locked")
    [refused] = json.loads(run(capsys, "--json", "refused")[1])
    assert run(capsys, "refused", "retry", refused["operation_id"], "--reason", "补记")[0] == 0
    [sent] = laptop.waiting()
    assert (sent.reason, sent.fields["note"]) == ("补记", ("来访", "来访两次"))
