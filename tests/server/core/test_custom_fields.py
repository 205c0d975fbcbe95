"""Company fields at the server, on both databases: definitions travel, values are judged one operation at a time."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.protocol.messages import Answer
from crmdesk.server import custom_fields
from crmdesk.server.__main__ import app
from crmdesk.server.money_tables import AUDIT_CHAIN
from tests.server.company import Company, Laptop, assert_same, visit_values

CHOICES = [{"zh": "心衰", "en": "Heart failure"}, {"zh": "高血压", "en": "Hypertension"}]


def define(company: Company, key: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    """Define a field of the doctors."""
    values = {"for_record": "doctor", "key": key, "name": f"{key} 名", "kind": kind, **more}
    return company.database.run(lambda work: custom_fields.add(work, values))


def change(company: Company, key: str, **changes: Any) -> dict[str, Any]:
    """Change a field of the doctors."""
    return company.database.run(lambda work: custom_fields.change(work, "doctor", key, changes))


def set_custom(laptop: Laptop, old: Any, new: Any, base: int = 1, doctor: str = "north_doctor") -> Answer:
    """Let a laptop write the company fields of a doctor."""
    return laptop.push(laptop.edit("doctor", laptop.company[doctor], base, custom=(old, new)))[0]


def custom_of(company: Company) -> Any:
    """Return the company fields of the northern doctor as the server has them."""
    return company.row("doctor", company["north_doctor"])["custom"]


def test_definitions_reach_every_laptop_and_no_laptop_makes_one(company: Company) -> None:
    row = define(company, "hobby")
    for name in ("rep", "manager", "finance"):
        laptop = company.laptop(name)
        assert_same(laptop, laptop.sync().end.digests)
        held = laptop.replica.get("custom_field", row["id"])
        assert held is not None
        assert (held["key"], held["kind"], held["position"], held["retired"]) == ("hobby", "text", 10, False)
    admin = company.laptop("admin")
    made = admin.create("custom_field", {"for_record": "doctor", "key": "x", "name": "x", "kind": "text"})
    edited = admin.edit("custom_field", row["id"], 1, name=("hobby 名", "处方量"))
    assert [one.code for one in admin.push(made, edited)] == ["forbidden", "forbidden"]


def test_a_value_travels_and_two_keys_of_two_people_both_stay(company: Company) -> None:
    define(company, "hobby"), define(company, "topics", "choices", choices=CHOICES)
    rep, colleague = company.laptop("rep"), company.laptop("colleague")
    rep.sync(), colleague.sync()
    assert set_custom(rep, None, {"hobby": "跑步", "topics": ["高血压"]}).outcome == "applied"
    assert set_custom(colleague, None, {"topics": ["心衰"]}).outcome == "merged"
    assert custom_of(company) == {"hobby": "跑步", "topics": ["心衰", "高血压"]}
    rep.sync()
    doctor = rep.replica.get("doctor", company["north_doctor"])
    assert doctor is not None
    assert doctor["custom"] == {"hobby": "跑步", "topics": ["心衰", "高血压"]}
    assert rep.replica.ids("conflict") == set()


def test_one_key_of_two_people_is_a_conflict_under_its_own_name(company: Company) -> None:
    define(company, "hobby"), define(company, "beds", "number")
    rep, colleague, manager = (company.laptop(name) for name in ("rep", "colleague", "manager"))
    assert set_custom(colleague, None, {"hobby": "下棋"}).outcome == "applied"
    company.clock.move(60)
    assert set_custom(manager, {"hobby": "下棋"}, {"hobby": "下棋", "beds": 40}, base=2).outcome == "applied"
    company.clock.move(60)
    assert set_custom(rep, None, {"hobby": "跑步"}).outcome == "merged"
    assert custom_of(company) == {"beds": 40, "hobby": "跑步"}
    rep.sync()
    (conflict_id,) = rep.replica.ids("conflict")
    conflict = rep.replica.get("conflict", conflict_id)
    assert conflict is not None
    assert conflict["field"] == "custom.hobby"
    assert [conflict[f"{part}_value"]["value"] for part in ("base", "winner", "loser")] == [None, "跑步", "下棋"]
    assert (conflict["loser_by"], conflict["winner_by"]) == (company["colleague"], company["rep"])


REFUSED: list[tuple[Any, str, str]] = [
    ({"nobody": "x"}, "unknown_field", "custom.nobody"),
    ({"Bad key": "x"}, "unknown_field", "custom.Bad key"),
    ({"beds": "40"}, "wrong_kind", "custom.beds"),
    ({"beds": 4.5}, "wrong_kind", "custom.beds"),
    ({"since": "2026-13-01"}, "wrong_kind", "custom.since"),
    ({"interest": "别的"}, "not_in_list", "custom.interest"),
    ({"topics": ["心衰", "别的"]}, "not_in_list", "custom.topics"),
    ({"hobby": "x" * 501}, "too_long", "custom.hobby"),
    ({"hobby": {"a": 1}}, "wrong_kind", "custom.hobby"),
    ({f"k{number}": "x" for number in range(61)}, "too_long", "custom"),
    (["hobby"], "wrong_kind", "custom"),
    ("hobby", "wrong_kind", "custom"),
    ({"speaker": True}, "field_not_allowed", "custom.speaker"),
    ({"old": "x"}, "field_retired", "custom.old"),
]


def test_what_is_wrong_is_refused_for_its_operation_alone_and_changes_nothing(company: Company) -> None:
    define(company, "hobby"), define(company, "beds", "number"), define(company, "since", "date")
    define(company, "interest", "choice", choices=CHOICES), define(company, "topics", "choices", choices=CHOICES)
    (
        define(company, "speaker", "yes_no", roles=["manager"]),
        define(company, "old"),
        change(company, "old", retired=True),
    )
    rep, before = company.laptop("rep"), company.row("doctor", company["north_doctor"])
    doctor, place = company["north_doctor"], {"name": "李", "territory_id": company["north"]}
    operations = []
    for new, _code, _field in REFUSED:
        operations += [
            rep.edit("doctor", doctor, 1, custom=(None, new)),
            rep.create("doctor", {**place, "custom": new}),
        ]
    operations.append(rep.create("doctor", {**place, "custom": {"hobby": "跑步", "beds": 2}}))
    answers = rep.push(*operations)
    for number, answer in enumerate(answers[:-1]):
        _new, code, field = REFUSED[number // 2]
        assert answer.outcome == "refused", (number, answer)
        assert (answer.params.get("code", answer.code), answer.field) == (code, field), (number, answer)
    assert answers[-1].outcome == "applied"
    assert company.row("doctor", doctor) == before
    assert set_custom(company.laptop("manager"), None, {"speaker": True}).outcome == "applied"


def test_a_field_of_another_record_and_an_old_value_that_lies_give_nothing(company: Company) -> None:
    define(company, "hobby"), define(company, "speaker", "yes_no", roles=["manager"])
    assert set_custom(company.laptop("manager"), None, {"speaker": True}).outcome == "applied"
    rep = company.laptop("rep")
    hospital = rep.edit("institution", company["north_hospital"], 1, custom=(None, {"hobby": "x"}))
    assert rep.push(hospital)[0].params["code"] == "unknown_field"
    # old and new agree on what the person may not write: the standing value stays
    assert set_custom(rep, {"speaker": False}, {"speaker": False, "hobby": "x"}, base=2).outcome == "applied"
    assert custom_of(company) == {"hobby": "x", "speaker": True}
    assert set_custom(rep, {"speaker": True}, {"hobby": "x"}, base=3).code == "field_not_allowed"
    assert set_custom(rep, {"hobby": "x" * 501}, {}, base=3).params["code"] == "too_long"
    assert custom_of(company) == {"hobby": "x", "speaker": True}


def test_retired_fields_and_choices_taken_away_keep_their_values(company: Company) -> None:
    define(company, "hobby"), define(company, "topics", "choices", choices=CHOICES)
    rep = company.laptop("rep")
    assert set_custom(rep, None, {"hobby": "跑步", "topics": ["心衰"]}).outcome == "applied"
    change(company, "hobby", retired=True), change(company, "topics", choices=[{"zh": "高血压"}])
    old = {"hobby": "跑步", "topics": ["心衰"]}
    assert set_custom(rep, old, {**old, "topics": ["心衰", "高血压"]}, base=2).outcome == "applied"
    assert custom_of(company) == {"hobby": "跑步", "topics": ["心衰", "高血压"]}
    assert set_custom(rep, custom_of(company), {"topics": ["心衰"]}, base=3).outcome == "applied"
    assert set_custom(rep, {"topics": ["心衰"]}, {"topics": None}, base=4).outcome == "applied"
    assert custom_of(company) is None
    assert set_custom(rep, None, {"topics": ["心衰"]}, base=5).params["code"] == "not_in_list"


def test_an_edit_of_a_deleted_doctor_is_judged_again_when_it_is_brought_back(company: Company) -> None:
    define(company, "hobby")
    rep, colleague, doctor = company.laptop("rep"), company.laptop("colleague"), company["north_doctor"]
    rep.sync()
    assert colleague.push(colleague.operation("doctor", doctor, "delete", base_revision=1))[0].outcome == "applied"
    assert set_custom(rep, None, {"hobby": "跑步"}).outcome == "merged"
    rep.sync()
    (conflict,) = rep.replica.ids("conflict")
    change(company, "hobby", retired=True)
    again = rep.operation("conflict", conflict, "command", base_revision=1, command="restore")
    assert rep.push(again)[0].code == "field_retired"
    change(company, "hobby", retired=False)
    again = rep.operation("conflict", conflict, "command", base_revision=1, command="restore")
    assert rep.push(again)[0].outcome == "applied"
    assert custom_of(company) == {"hobby": "跑步"}


def test_a_definition_changes_but_not_its_key_and_is_audited(company: Company) -> None:
    define(company, "hobby")
    row = change(company, "hobby", name="爱好", name_en="Hobby", position=3)
    assert (row["name"], row["name_en"], row["position"], row["revision"]) == ("爱好", "Hobby", 3, 2)
    with pytest.raises(InputError, match="unknown_custom_field"):
        change(company, "nothing", name="x")
    with pytest.raises(RefusedError, match="counts_prescriptions"):
        change(company, "hobby", name="处方量")
    with pytest.raises(RefusedError, match="field_key_taken"):
        define(company, "hobby")
    change(company, "hobby", retired=True)
    with company.database.reading() as connection:
        texts = connection.execute(sa.select(AUDIT_CHAIN.c.content).order_by(AUDIT_CHAIN.c.seq)).scalars()
        entries = [json.loads(text) for text in texts]
    assert [one["action"] for one in entries if one["parent_record"] == "custom_field"] == ["create", "edit", "retire"]


def test_the_fields_of_a_visit_merge_by_key_and_its_report_locks_them(company: Company) -> None:
    for key, kind, more in (("waited", "number", {"unit": "分钟"}), ("talked", "decimal", {"unit": "小时"})):
        row = define(company, key, kind, for_record="visit", **more)
        assert row["places"] == (2 if kind == "decimal" else None)
    rep = company.laptop("rep")
    made = rep.create("visit", visit_values(company, state="draft", custom={"waited": 10}))
    assert rep.push(made)[0].outcome == "applied"
    visit = made.row_id
    first = rep.edit("visit", visit, 1, custom=({"waited": 10}, {"waited": 10, "talked": 150}))
    second = rep.edit("visit", visit, 1, custom=({"waited": 10}, {"waited": 25}))  # of another laptop of the same rep
    assert {rep.push(one)[0].outcome for one in (first, second)} <= {"applied", "merged"}
    assert company.row("visit", visit)["custom"] == {"talked": 150, "waited": 25}
    wrong: list[tuple[Any, str]] = [
        ({"talked": "1.5"}, "decimal_form"), ({"talked": 1.5}, "wrong_kind"), ({"hobby": "x"}, "unknown_field"),
    ]  # fmt: skip
    for new, code in wrong:
        answer = rep.push(rep.edit("visit", visit, 3, custom=({"talked": 150, "waited": 25}, new)))[0]
        assert (answer.outcome, answer.params.get("code", answer.code)) == ("refused", code)
    submitted = rep.edit("visit", visit, 3, state=("draft", "submitted"), adverse_event=(None, False))
    assert rep.push(submitted)[0].outcome == "applied"
    late = rep.edit("visit", visit, 4, custom=({"talked": 150, "waited": 25}, None))
    assert rep.push(late)[0].code == "locked"
    assert company.row("visit", visit)["custom"] == {"talked": 150, "waited": 25}


def run(folder: Path, *arguments: str, status: int = 0) -> Any:
    """Run a command of the server in a data folder."""
    result = CliRunner().invoke(app, [*arguments, "--data-dir", str(folder)])
    assert result.exit_code == status, (result.output, result.stderr, result.exception)
    return result


def test_the_commands_of_an_administrator(tmp_path: Path) -> None:
    run(tmp_path, "init")
    assert "No field yet" in run(tmp_path, "field", "list").stdout
    kind = ("--kind", "choice", "--choice", "心衰=Heart failure", "--choice", "高血压")
    run(tmp_path, "field", "add", "doctor", "interest", "--name", "学术兴趣", "--english", "Interest", *kind)
    run(tmp_path, "field", "add", "institution", "beds", "--name", "床位数", "--kind", "number", "--role", "manager")
    (interest, beds) = json.loads(run(tmp_path, "field", "list", "--json").stdout)
    assert interest["choices"] == [{"en": "Heart failure", "zh": "心衰"}, {"zh": "高血压"}]
    assert (beds["roles"], beds["position"]) == (["manager"], 10)
    run(tmp_path, "field", "change", "doctor", "interest", "--choice", "心衰", "--name", "兴趣")
    run(tmp_path, "field", "change", "institution", "beds", "--everybody")
    assert "no longer offered" in run(tmp_path, "field", "retire", "doctor", "interest").stdout
    funds = (
        "--name",
        "经费",
        "--kind",
        "decimal",
        "--unit",
        "万元",
        "--unit-english",
        "10,000 yuan",
        "--decimals",
        "3",
    )
    run(tmp_path, "field", "add", "institution", "funds", *funds)
    run(tmp_path, "field", "add", "visit", "waited", "--name", "候诊", "--kind", "number", "--unit", "分钟")
    held = {one["key"]: one for one in json.loads(run(tmp_path, "field", "list", "--json").stdout)}
    assert (held["funds"]["places"], held["funds"]["unit_en"]) == (3, "10,000 yuan")
    assert (held["waited"]["for_record"], held["waited"]["unit"], held["waited"]["places"]) == ("visit", "分钟", None)
    run(tmp_path, "field", "change", "visit", "waited", "--unit", "刻钟")
    assert "候诊 [刻钟]" in run(tmp_path, "field", "list").stdout
    boxes = ("--name", "留下", "--kind", "number", "--unit", "盒")
    assert "no setting" in run(tmp_path, "field", "add", "visit", "left", *boxes, status=1).stderr
    lines = run(tmp_path, "field", "list").stdout
    assert "兴趣 (Interest)  心衰  (retired)" in lines
    assert "manager" not in lines
    assert "offered again" in run(tmp_path, "field", "retire", "doctor", "interest", "--undo").stdout
    refused = run(tmp_path, "field", "add", "doctor", "rx", "--name", "處方 量", "--kind", "number", status=1)
    assert "統方" in refused.stderr.replace("统", "統")
    assert "no setting" in refused.stderr
    assert (
        "can't be a key"
        in run(tmp_path, "field", "add", "doctor", "A b", "--name", "x", "--kind", "text", status=2).stderr
    )
    assert "There is no field nothing" in run(tmp_path, "field", "retire", "doctor", "nothing", status=2).stderr
