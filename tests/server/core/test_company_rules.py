"""The company's own rules: set at the server, audited, sent to every laptop, held to at each report."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from crmdesk.domain.errors import InputError
from crmdesk.server import company_rules
from crmdesk.server.__main__ import app
from crmdesk.server.money_tables import AUDIT_CHAIN
from tests.server.company import Company, Laptop, visit_values

OLD = "2026-11-10T01:00:00.000Z"


def let(company: Company, days: int) -> None:
    company.database.run(lambda work: company_rules.set_rule(work, "backdating_days", days))


def submitted(laptop: Laptop, company: Company, made_at: str = "") -> str:
    """Let a laptop submit the report of an old visit; return what the server says."""
    operation = laptop.create("visit", visit_values(company, starts_at=OLD, state="submitted"))
    operation.made_at = made_at or operation.made_at
    answer = laptop.push(operation)[0]
    return answer.code or answer.outcome


def test_another_limit_holds_at_once_and_reaches_every_laptop(company: Company) -> None:
    rep = company.laptop("rep")
    assert submitted(rep, company) == "too_late"
    let(company, 30)
    assert submitted(rep, company) == "applied"
    for name in ("rep", "finance"):
        laptop = company.laptop(name)
        laptop.sync()
        (row_id,) = laptop.replica.ids("company_rule")
        row = laptop.replica.get("company_rule", row_id)
        assert row is not None
        assert (row["name"], row["value"], row["earlier"]) == ("backdating_days", 30, 7)


def test_a_stricter_limit_does_not_reach_back(company: Company) -> None:
    let(company, 30)
    company.clock.move(3600)
    let(company, 2)
    rep = company.laptop("rep")
    assert submitted(rep, company, "2026-11-20T00:00:00.000Z") == "applied"
    assert submitted(rep, company) == "too_late"
    ahead = "2030-01-01T00:00:00.000Z"
    assert submitted(rep, company, ahead) == "too_late", "a clock that is ahead counts as now"


def test_no_laptop_sets_a_rule(company: Company) -> None:
    let(company, 30)
    admin = company.laptop("admin")
    admin.sync()
    (row_id,) = admin.replica.ids("company_rule")
    made = admin.create("company_rule", {"name": "backdating_days", "value": 90})
    assert [one.code for one in admin.push(made, admin.edit("company_rule", row_id, 1, value=(30, 90)))] == [
        "forbidden", "forbidden",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("backdating_days", -1, "rule_out_of_range"), ("backdating_days", 91, "rule_out_of_range"),
     ("forwarding_days", 3, "not_in_list")],
)  # fmt: skip
def test_what_no_rule_can_be_is_refused(company: Company, name: str, value: int, code: str) -> None:
    with pytest.raises(InputError, match=code):
        company.database.run(lambda work: company_rules.set_rule(work, name, value))


def test_the_same_value_again_changes_nothing_and_each_change_is_audited(company: Company) -> None:
    for days in (14, 14, 3):
        let(company, days)
    with company.database.reading() as connection:
        texts = connection.execute(sa.select(AUDIT_CHAIN.c.content).order_by(AUDIT_CHAIN.c.seq)).scalars()
        entries = [one for one in map(json.loads, texts) if one["parent_record"] == "company_rule"]
    assert [one["action"] for one in entries] == ["create", "edit"]


def run(folder: Path, *arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["rule", *arguments, "--data-dir", str(folder)])
    assert result.exit_code == status, (result.output, result.stderr, result.exception)
    return result.stdout + result.stderr


def test_the_commands_of_an_administrator(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["init", "--data-dir", str(tmp_path)])
    assert json.loads(run(tmp_path, "list", "--json")) == {"backdating_days": 7}
    assert "is 14 now" in run(tmp_path, "set", "backdating_days", "14")
    assert "14  (0 to 90, usually 7)" in run(tmp_path, "list")
    assert "from 0 to 90" in run(tmp_path, "set", "backdating_days", "400", status=2)
    assert "not one of the choices" in run(tmp_path, "set", "anything", "4", status=2)
