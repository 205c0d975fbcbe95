"""A doctor named by blanks on a laptop of before: nothing of it is lost, and it goes out once it has a name."""

from typing import Any

import pytest

from crmdesk.domain import validation
from crmdesk.domain.errors import InputError
from crmdesk.services.commands import CreateDoctor
from tests.sync.field import Field, ask, do, edit, synced


def test_what_an_older_laptop_queued_waits_for_its_name(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    company, rep = field.company, field.laptop("rep")
    synced(rep)
    given: Any = {"name": " \u3000", "mobile": "13900000000", "territory_id": company["north"]}
    hospital = company["north_hospital"]
    with pytest.raises(InputError, match="required"):
        do(rep, CreateDoctor(given, institution_id=hospital))
    with monkeypatch.context() as before:
        before.setattr(validation, "shows", lambda text: True)
        doctor = do(rep, CreateDoctor(given, institution_id=hospital)).created_id
    synced(rep)
    [waiting] = [one for one in ask(rep, lambda reads: reads.refused()) if one.row_id == doctor]
    assert (waiting.record, waiting.code, waiting.params["code"]) == ("doctor", "invalid", "required")
    assert ask(rep, lambda reads: reads.row("doctor", doctor))["mobile"] == "13900000000"
    edit(rep, doctor, name="李娜")
    synced(rep)
    assert ask(rep, lambda reads: reads.sync_summary()).refused == 0
    row = company.row("doctor", doctor)
    assert (row["name"], row["mobile"]) == ("李娜", "13900000000")
