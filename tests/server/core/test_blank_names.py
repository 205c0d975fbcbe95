"""A required text of which nothing can be seen is missing; a row that has one from before can be put right."""

from typing import Any

import pytest

from crmdesk.protocol.messages import Answer
from tests.server.company import Company, visit_values

BLANKS = pytest.mark.parametrize("blank", [" ", "\u3000", "\u200b\u2060", "\u3164"])


def why(answer: Answer) -> tuple[str, str, str, Any]:
    return answer.outcome, answer.code, answer.field, answer.params.get("code")


MISSING = ("refused", "invalid", "name", "required")


@BLANKS
def test_no_name_is_made_of_blanks(company: Company, blank: str) -> None:
    rep, doctor = company.laptop("rep"), company["north_doctor"]
    place = {"territory_id": company["north"]}
    made = rep.tell(
        rep.create("doctor", {"name": blank, **place}),
        rep.create("institution", {"name": blank, **place}),
        rep.edit("doctor", doctor, 1, name=("张伟", blank)),
        rep.create("visit", visit_values(company, next_step=blank)),
    )
    assert [why(one) for one in made[:3]] == [MISSING] * 3
    assert made[3].outcome == "applied", "what is not required may be anything"
    assert company.row("doctor", doctor)["name"] == "张伟"


@BLANKS
def test_a_blank_name_of_before_is_no_obstacle(company: Company, blank: str) -> None:
    """An older server took it: everything else of that doctor can be edited, and the name can be given."""
    doctor = company.insert("doctor", {"name": blank, "status": "active", "territory_id": company["north"]})
    rep = company.laptop("rep")
    answers = rep.tell(
        rep.edit("doctor", doctor, 1, phone=(None, "1")),
        rep.edit("doctor", doctor, 2, name=(blank, "李娜")),
    )
    assert [one.outcome for one in answers] == ["applied", "applied"], answers
    assert company.row("doctor", doctor)["name"] == "李娜"
