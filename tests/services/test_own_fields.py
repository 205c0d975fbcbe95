"""Company fields on the laptop: edited and undone by key, filtered and sorted by, exported and imported."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.intake import Action
from crmdesk.services.commands import CreateDoctor, EditRow, ResolveConflict, RetryRefused, Undo
from crmdesk.services.customer_filter import Conditions, conditions_of
from crmdesk.services.exports import export_customers
from crmdesk.services.own_conditions import FROM, HAS, IS, TO, Own
from tests.services.small_territory import LI, MANAGER, TERRITORY, WANG, ZHANG, Laptop, an_id, days

CHOICES = [{"zh": "心衰", "en": "Heart failure"}, {"zh": "高血压", "en": "Hypertension"}]
SCOPE = f"t:{TERRITORY}"


def definition(number: int, key: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
    """Return a definition row for doctors."""
    return {"id": an_id(800 + number), "for_record": "doctor", "key": key, "name": name, "kind": kind,
            "position": number, **more}  # fmt: skip


ROWS = [
    definition(1, "hobby", "爱好", "text", name_en="Hobby"),
    definition(2, "beds", "管床数", "number"),
    definition(3, "since", "从业日期", "date"),
    definition(4, "interest", "学术兴趣", "choice", choices=CHOICES),
    definition(5, "topics", "讲课主题", "choices", choices=CHOICES),
    definition(6, "speaker", "院内讲者", "yes_no"),
    definition(7, "trust", "信任度", "text", roles=["manager"]),
    definition(8, "old", "旧字段", "text", retired=True),
    definition(9, "funds", "课题经费", "decimal", places=2, unit="万元", unit_en="10,000 yuan"),
]
ALL = {"hobby": "-跑步; 下棋", "beds": -3, "since": "2001-07-01", "interest": "心衰", "topics": ["心衰", "高血压"],
       "speaker": False, "funds": -1250}  # fmt: skip


@pytest.fixture
def own(laptop: Laptop) -> Laptop:
    """The rep's laptop, on which the company fields have arrived."""
    laptop.receive("custom_field", *ROWS)
    return laptop


def row_of(laptop: Laptop, row_id: str = ZHANG) -> Any:
    return laptop.ask(lambda reads: reads.row("doctor", row_id))


def edit(laptop: Laptop, row_id: str = ZHANG, **values: Any) -> Any:
    row = row_of(laptop, row_id)
    changes = {f"custom.{key}": value for key, value in values.items()}
    return laptop.do(EditRow("doctor", row_id, changes, row.revision))


def test_the_fields_arrive_and_change_with_the_sync(own: Laptop) -> None:
    defined = own.ask(lambda reads: reads.custom_fields())
    assert [one.zh for one in defined.offered("doctor")] == [row["name"] for row in ROWS[:7]] + ["课题经费（万元）"]
    own.receive("custom_field", {**ROWS[0], "retired": True})
    assert own.ask(lambda reads: reads.custom_fields()).offered("doctor")[0].zh == "管床数"


def test_a_field_is_set_read_and_undone_by_its_key(own: Laptop) -> None:
    first = edit(own, hobby="跑步")
    second = edit(own, beds=40, topics=["高血压", "心衰"])
    row = row_of(own)
    assert row["custom"] == {"beds": 40, "hobby": "跑步", "topics": ["心衰", "高血压"]}
    assert (row["custom.beds"], row["custom.since"]) == (40, None)
    (operation,) = own.waiting()
    assert operation.fields == {"custom": (None, row["custom"])}
    own.do(Undo(first.undo_token))  # the other keys stay
    assert row_of(own)["custom"] == {"beds": 40, "topics": ["心衰", "高血压"]}
    own.do(Undo(second.undo_token))
    assert row_of(own)["custom"] is None
    assert own.waiting() == []


def test_a_key_that_somebody_else_changed_is_asked_about_and_the_others_are_not(own: Laptop) -> None:
    seen = row_of(own)
    own.receive("doctor", {"id": ZHANG, "custom": {"hobby": "下棋"}}, scope=SCOPE)
    row_of(own)
    own.do(EditRow("doctor", ZHANG, {"custom.beds": 40}, seen.revision))
    with pytest.raises(InputError, match="changed_meanwhile") as caught:
        own.do(EditRow("doctor", ZHANG, {"custom.hobby": "跑步"}, seen.revision))
    assert caught.value.params["fields"] == ["custom.hobby"]
    assert row_of(own)["custom"] == {"beds": 40, "hobby": "下棋"}


def test_an_undo_waits_for_nobody_but_the_same_key(own: Laptop) -> None:
    done = edit(own, hobby="跑步")
    own.answer()
    own.receive("doctor", {"id": ZHANG, "custom": {"hobby": "跑步", "beds": 7}}, scope=SCOPE)
    again = edit(own, beds=8)
    own.do(Undo(done.undo_token))
    assert row_of(own)["custom"] == {"beds": 8}
    own.answer()
    own.revisions["doctor", ZHANG] = row_of(own).revision
    own.receive("doctor", {"id": ZHANG, "custom": {"beds": 9}}, scope=SCOPE)
    with pytest.raises(InputError, match="changed_meanwhile"):
        own.do(Undo(again.undo_token))


@pytest.mark.parametrize(
    ("values", "code"),
    [({"nobody": "x"}, "unknown_field"), ({"beds": "40"}, "wrong_kind"), ({"interest": "别的"}, "not_in_list"),
     ({"trust": "高"}, "field_not_allowed"), ({"old": "x"}, "field_retired"), ({"hobby": "x" * 501}, "too_long")],
)  # fmt: skip
def test_what_the_server_would_refuse_is_refused_here(own: Laptop, values: dict[str, Any], code: str) -> None:
    with pytest.raises((InputError, RefusedError), match=code):
        edit(own, **values)
    values = {f"custom.{key}": value for key, value in values.items()}
    with pytest.raises((InputError, RefusedError), match=code):
        own.do(CreateDoctor({"name": "赵六", **values}))
    assert own.waiting() == []


def test_a_new_doctor_has_them_too(own: Laptop) -> None:
    made = own.do(CreateDoctor({"name": "赵六", "custom.hobby": "跑步", "custom.topics": []}))
    assert row_of(own, made.created_id)["custom"] == {"hobby": "跑步"}


def test_history_and_conflicts_speak_of_keys_and_the_loser_comes_back(own: Laptop) -> None:
    entry = {"id": an_id(900), "parent_record": "doctor", "parent_id": ZHANG, "at": days(-1), "by_id": MANAGER,
             "action": "edit", "changes": {"custom": [{"hobby": "跑步"}, {"hobby": "下棋", "beds": 2}]}}  # fmt: skip
    own.receive("audit_entry", entry, scope=SCOPE)
    own.receive("doctor", {"id": ZHANG, "custom": {"hobby": "下棋", "beds": 2}}, scope=SCOPE)
    conflict = {"id": an_id(901), "parent_record": "doctor", "parent_id": ZHANG, "field": "custom.hobby",
                "base_value": {"value": None}, "winner_value": {"value": "下棋"}, "loser_value": {"value": "跑步"},
                "winner_at": days(-1), "loser_at": days(-2), "state": "open"}  # fmt: skip
    own.receive("conflict", conflict, scope=SCOPE)
    view = own.ask(lambda reads: reads.doctor(ZHANG))
    assert view.history[0].changes == {"custom.beds": (None, 2), "custom.hobby": ("跑步", "下棋")}
    assert "custom.hobby" in {one.field for one in view.conflicts}
    done = own.do(ResolveConflict(an_id(901), "loser"))
    assert row_of(own)["custom"] == {"beds": 2, "hobby": "跑步"}
    own.do(Undo(done.undo_token))
    assert row_of(own)["custom"] == {"beds": 2, "hobby": "下棋"}


def test_a_refused_value_is_shown_by_its_key_corrected_and_sent_again(own: Laptop) -> None:
    edit(own, hobby="跑步", beds=3)
    own.answer("refused", code="invalid", params={"code": "too_long", "field": "custom.hobby"}, field="custom.hobby")
    (refused,) = own.ask(lambda reads: reads.refused())
    assert refused.fields == {"custom.beds": 3, "custom.hobby": "跑步"}
    own.do(RetryRefused(refused.operation_id, {"custom.hobby": "走路"}))
    (operation,) = own.waiting()
    assert operation.fields["custom"][1] == {"beds": 3, "hobby": "走路"}


def found(laptop: Laptop, *conditions: tuple[str, str, str]) -> set[str]:
    where = Conditions(custom=tuple(Own(*one) for one in conditions))
    return set(laptop.ask(lambda reads: reads.customer_ids("doctor", where=where)))


def test_the_list_is_narrowed_by_each_kind(own: Laptop) -> None:
    edit(own, ZHANG, **ALL)
    edit(own, LI, beds=12, interest="高血压", topics=["高血压"], speaker=True, hobby="100%下棋", since="2020-01-01")
    assert found(own, ("custom.interest", IS, "心衰")) == {ZHANG}
    assert found(own, ("custom.interest", IS, "心衰"), ("custom.interest", IS, "高血压")) == {ZHANG, LI}
    assert found(own, ("custom.topics", IS, "高血压")) == {ZHANG, LI}
    assert found(own, ("custom.topics", IS, "心衰"), ("custom.interest", IS, "高血压")) == set()
    assert found(own, ("custom.speaker", IS, "yes")) == {LI}
    assert found(own, ("custom.speaker", IS, "no")) == {ZHANG}
    assert found(own, ("custom.speaker", IS, "no"), ("custom.speaker", IS, "yes")) == {ZHANG, LI}
    assert found(own, ("custom.hobby", HAS, "下棋")) == {ZHANG, LI}
    assert found(own, ("custom.hobby", HAS, "%")) == {LI}
    assert found(own, ("custom.beds", FROM, "-3")) == {ZHANG, LI}
    assert found(own, ("custom.beds", FROM, "-2"), ("custom.beds", TO, "12")) == {LI}
    edit(own, LI, funds=90)
    assert found(own, ("custom.funds", FROM, "-1249")) == {LI}
    assert found(own, ("custom.funds", TO, "89")) == {ZHANG}
    assert found(own, ("custom.since", TO, "2010-01-01")) == {ZHANG}
    assert found(own, ("custom.since", FROM, "2010-01-01"), ("custom.since", TO, "2020-01-01")) == {LI}


def test_the_list_is_sorted_by_a_field_and_items_carry_the_values(own: Laptop) -> None:
    edit(own, ZHANG, beds=40), edit(own, LI, beds=5)
    for sort, order in (("custom.beds", [LI, ZHANG, WANG]), ("-custom.beds", [WANG, ZHANG, LI])):
        ids = own.ask(lambda reads, sort=sort: reads.customer_ids("doctor", sort=sort))
        assert list(ids) == order
    (item,) = own.ask(lambda reads: reads.customers(text="张三"))
    assert item.custom == {"beds": 40}
    with pytest.raises(InputError, match="unknown_sort"):
        own.ask(lambda reads: reads.customer_ids("doctor", sort="custom.x') --"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12) | st.integers() | st.just("custom.hobby"), max_size=4), max_size=4))
def test_kept_conditions_of_any_shape_open_and_hurt_nothing(laptop: Laptop, kept: Any) -> None:
    where = conditions_of({"custom": [*kept, ["custom.hobby", "has", "跑'; --"], ["custom.a') --", "is", "x"]]})
    assert Own("custom.hobby", HAS, "跑'; --") in where.custom
    assert all(one.name.removeprefix("custom.").isidentifier() for one in where.custom)
    assert conditions_of(where.plain()) == where
    assert laptop.ask(lambda reads: reads.customer_ids("doctor", where=where)) == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_an_export_holds_them_and_comes_in_again_as_it_was(
    own: Laptop, tmp_path: Path, language: str, suffix: str
) -> None:
    edit(own, ZHANG, **ALL)
    own.do(EditRow("doctor", ZHANG, {"mobile": "+86 138", "note": "=1+1"}, row_of(own).revision))
    own.answer()
    path = tmp_path / f"doctors{suffix}"
    export_customers(own.desk, path, "doctor", language=language).result(60)
    preview = own.desk.imports.preview(path, "doctor")
    targets = set(preview.mapping.values())
    assert {f"doctor.custom.{key}" for key in ALL} <= targets
    report = own.desk.imports.run(preview, preview.mapping).result(60)
    assert report.counts[Action.CREATE] == 0
    assert [one for one in own.waiting() if one.record != "export_note"] == []
    bare = Laptop(tmp_path / "bare")
    bare.sign_in(an_id(11), "rep")
    bare.receive("territory", {"id": TERRITORY, "name": "上海一区", "kind": "territory"})
    bare.receive("assignment", {"id": an_id(91), "user_id": an_id(11), "territory_id": TERRITORY,
                                "valid_from": "2026-01-01"})  # fmt: skip
    bare.receive("custom_field", *ROWS)
    preview = bare.desk.imports.preview(path, "doctor")
    assert bare.desk.imports.run(preview, preview.mapping).result(60).counts[Action.CREATE] == 3
    (item,) = bare.ask(lambda reads: reads.customers(text="张三"))
    assert item.custom == ALL
    row = row_of(bare, item.id)
    assert (row["mobile"], row["note"]) == ("+86 138", "=1+1")
    bare.close()


SHEET = """姓名,爱好,管床数,从业日期,学术兴趣,讲课主题,院内讲者,信任度,旧字段,处方量,每月盒数
赵六,跑步,"1,200",2001年7月1日,HEART FAILURE,心衰、高血压,是,高,x,30,2
钱七,,四十,某天,别的,心衰、别的,也许,,,,
孙八,{long},,,,,,,,,
"""


def test_columns_are_guessed_by_name_and_values_checked(own: Laptop) -> None:
    preview = own.desk.imports.preview(SHEET.format(long="长" * 501).encode(), "doctor")
    by_header = {column.header: column for column in preview.columns}
    assert by_header["爱好"].target == "doctor.custom.hobby"
    assert by_header["信任度"].target == ""  # not a representative's to write
    assert by_header["旧字段"].target == ""  # retired
    assert by_header["处方量"].refused == by_header["每月盒数"].refused == "counts_prescriptions"
    mapping = preview.mapping
    for header, name in (("管床数", "beds"), ("从业日期", "since"), ("学术兴趣", "interest"), ("讲课主题", "topics"),
                         ("院内讲者", "speaker")):  # fmt: skip
        mapping[by_header[header].index] = f"doctor.custom.{name}"
    report = own.desk.imports.run(preview, mapping).result(60)
    assert (report.counts[Action.CREATE], report.counts[Action.REFUSED]) == (2, 1)
    assert [(line.code, line.params["field"]) for line in report.refused] == [("too_long", "custom.hobby")]
    (zhao,) = own.ask(lambda reads: reads.customers(text="赵六"))
    assert zhao.custom == {"hobby": "跑步", "beds": 1200, "since": "2001-07-01", "interest": "心衰",
                           "topics": ["心衰", "高血压"], "speaker": True}  # fmt: skip
    (qian,) = own.ask(lambda reads: reads.customers(text="钱七"))
    assert qian.custom == {"topics": ["心衰"]}
    with pytest.raises(InputError, match="unknown_field"):
        own.desk.imports.run(preview, {0: "doctor.name", 1: "doctor.custom.trust"}).result(60)
