"""Company fields: what may be defined, what a value may be, and that each key merges for itself in any order."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.custom_fields import NONE, Definitions, check_definition, check_values, folded, tidy, value_of
from crmdesk.domain.errors import CrmdeskError, InputError, RefusedError
from crmdesk.domain.market_rules import counted_by_doctor, counts_prescriptions
from crmdesk.domain.merge import Clash, by_key, merge_edit
from crmdesk.domain.records import DOCTOR
from crmdesk.domain.roles import Role

KEYS = st.sampled_from(["hobby", "since", "topics"])
VALUES = st.none() | st.sampled_from(["跑步", "下棋", "钓鱼"]) | st.integers(0, 3)
MAPS = st.dictionaries(KEYS, VALUES, max_size=3).map(tidy)


def defined(key: str = "hobby", kind: str = "text", **more: Any) -> dict[str, Any]:
    """Return a definition for doctors."""
    return {"for_record": "doctor", "key": key, "name": f"{key} 名", "kind": kind, **more}


CHOICES = [{"zh": "心衰", "en": "Heart failure"}, {"zh": "高血压"}]
ROWS = [
    defined(),
    defined("beds", "number", position=5),
    defined("since", "date"),
    defined("funds", "decimal", places=2, unit="万元", unit_en="10,000 yuan"),
    defined("interest", "choice", choices=CHOICES),
    defined("topics", "choices", choices=CHOICES),
    defined("speaker", "yes_no", roles=["manager"]),
    defined("old", retired=True),
]
FIELDS = Definitions(ROWS)


def merged(current: Any, old: Any, new: Any) -> tuple[Any, list[Clash]]:
    """Merge an edit of the mapping that met another one."""
    result = merge_edit(DOCTOR, {"custom": current}, {"custom": 9}, {"custom": (old, new)}, 1)
    return result.changes.get("custom", current), result.clashes


def test_keys_are_independent_and_a_key_that_both_changed_keeps_the_loser() -> None:
    value, clashes = merged({"hobby": "下棋", "since": "2020-01-01"}, {"hobby": "跑步"}, {"hobby": "钓鱼", "beds": 3})
    assert value == {"beds": 3, "hobby": "钓鱼", "since": "2020-01-01"}
    assert clashes == [Clash("custom.hobby", "跑步", "钓鱼", "下棋")]


def test_choices_of_both_hold_and_what_was_cleared_goes() -> None:
    assert merged({"topics": ["a", "b"]}, {"topics": ["a"]}, {"topics": ["a", "c"]}) == (
        {"topics": ["a", "b", "c"]},
        [],
    )
    assert merged({"topics": ["a"], "hobby": "x"}, {"topics": ["a"], "hobby": "x"}, {"hobby": "x"}) == (
        {"hobby": "x"},
        [],
    )
    assert merged({"hobby": "x"}, {"hobby": "x"}, None) == (None, [])


@given(MAPS, st.lists(MAPS, min_size=2, max_size=3), st.data())
def test_edits_of_different_keys_come_to_the_same_in_any_order(
    base: Any, edits: list[Any], data: st.DataObject
) -> None:
    """Each edit changes a key of its own, all from one base: the order of arrival must not matter."""
    names = data.draw(st.permutations(["hobby", "since", "topics"]))
    pairs = []
    for name, edit in zip(names, edits, strict=False):
        pairs.append(tidy({**(base or {}), name: (edit or {}).get(name, "新")}))
    ends = []
    for order in permutations(pairs):
        current: Any = base
        for new in order:
            current, clashes = merged(current, base, new)
            assert clashes == []
        ends.append(current)
    assert all(end == ends[0] for end in ends)
    for name, new in zip(names, pairs, strict=False):
        assert (ends[0] or {}).get(name) == (new or {}).get(name)


@given(MAPS, MAPS, MAPS)
def test_only_keys_that_the_edit_changed_are_touched(base: Any, theirs: Any, mine: Any) -> None:
    value, clashes = merged(theirs, base, mine)
    changed = {name for name in ("hobby", "since", "topics") if (base or {}).get(name) != (mine or {}).get(name)}
    for name in ("hobby", "since", "topics"):
        expected = (mine if name in changed else theirs) or {}
        assert (value or {}).get(name) == expected.get(name)
    assert {one.field for one in clashes} <= {f"custom.{name}" for name in changed}
    for clash in clashes:
        assert clash.loser == (theirs or {}).get(clash.field.removeprefix("custom."))


def test_a_trail_entry_is_told_by_key() -> None:
    changes = {"custom": ({"hobby": "x"}, {"hobby": "y", "beds": 2}), "name": ("a", "b")}
    assert by_key(DOCTOR, changes) == {"custom.beds": (None, 2), "custom.hobby": ("x", "y"), "name": ("a", "b")}


def test_changes_by_key_are_folded_into_the_mapping_of_the_row() -> None:
    row = {"name": "李", "custom": {"hobby": "x", "beds": 1}}
    changes = {"custom.hobby": "", "custom.topics": ["b", "a", "b"], "name": "王"}
    assert folded(row, changes) == {"name": "王", "custom": {"beds": 1, "topics": ["a", "b"]}}
    assert folded({"custom": {"hobby": "x"}}, {"custom.hobby": None}) == {"custom": None}
    assert value_of(row, "custom.hobby") == "x"
    assert value_of({"custom": None}, "custom.hobby") is None


def test_fields_come_in_their_order_and_retired_ones_are_not_offered() -> None:
    assert [one.name for one in FIELDS.offered("doctor")] == [
        "custom.funds", "custom.hobby", "custom.interest", "custom.since", "custom.speaker", "custom.topics",
        "custom.beds",
    ]  # fmt: skip
    assert FIELDS.find("doctor", "custom.old") is not None
    assert FIELDS.offered("institution") == ()
    assert Definitions(ROWS) == FIELDS
    assert Definitions(ROWS[1:]) != FIELDS
    assert Definitions([*ROWS[1:], {**ROWS[0], "position": 9}]) != FIELDS


GOOD: list[tuple[Any, Any]] = [
    (None, {"hobby": "跑步"}),
    (None, {"beds": 40, "since": "2026-11-25", "interest": "心衰", "topics": ["心衰", "高血压"]}),
    ({"old": "留着"}, {"old": "留着", "hobby": "跑步"}),  # what is retired keeps its value
    (None, {"funds": 1250}),
    (None, {"funds": -5}),
    ({"old": "留着"}, None),  # and may be cleared
    ({"interest": "没有了的选项"}, {"interest": "没有了的选项", "hobby": "x"}),
    ({"topics": ["没有了的选项"]}, {"topics": ["心衰", "没有了的选项"]}),
]
BAD: list[tuple[Any, Any, str, str]] = [
    (None, {"nobody": "x"}, "unknown_field", "custom.nobody"),
    (None, {"beds": "40"}, "wrong_kind", "custom.beds"),
    (None, {"beds": True}, "wrong_kind", "custom.beds"),
    (None, {"funds": "12.5"}, "decimal_form", "custom.funds"),
    (None, {"funds": 12.5}, "decimal_form", "custom.funds"),
    (None, {"funds": True}, "decimal_form", "custom.funds"),
    (None, {"funds": 2**53 + 1}, "out_of_range", "custom.funds"),
    (None, {"since": "25.11.2026"}, "wrong_kind", "custom.since"),
    (None, {"interest": "别的"}, "not_in_list", "custom.interest"),
    (None, {"topics": ["心衰", "别的"]}, "not_in_list", "custom.topics"),
    (None, {"topics": "心衰"}, "wrong_kind", "custom.topics"),
    (None, {"hobby": "x" * 501}, "too_long", "custom.hobby"),
    (None, {"hobby": ["x"]}, "wrong_kind", "custom.hobby"),
    (None, {"old": "x"}, "field_retired", "custom.old"),
    (None, {"speaker": True}, "field_not_allowed", "custom.speaker"),
    ({"speaker": True}, None, "field_not_allowed", "custom.speaker"),
]


@pytest.mark.parametrize(("old", "new"), GOOD)
def test_sound_values_pass(old: Any, new: Any) -> None:
    check_values(FIELDS, "doctor", Role.REP, old, new)


@pytest.mark.parametrize(("old", "new", "code", "field"), BAD)
def test_bad_values_are_refused_with_a_code_and_the_field(old: Any, new: Any, code: str, field: str) -> None:
    with pytest.raises(CrmdeskError) as caught:
        check_values(FIELDS, "doctor", Role.REP, old, new)
    assert (caught.value.code, caught.value.params["field"]) == (code, field)


def test_the_role_that_may_write_writes() -> None:
    check_values(FIELDS, "doctor", Role.MANAGER, None, {"speaker": True})
    with pytest.raises(InputError, match="unknown_field"):
        check_values(NONE, "doctor", Role.MANAGER, None, {"speaker": True})


def test_sound_definitions_pass() -> None:
    for row in ROWS:
        check_definition(row, [one for one in ROWS if one is not row])


DEFINED_BADLY: list[tuple[dict[str, Any], str]] = [
    (defined("Hobby"), "field_key"),
    (defined("1st"), "field_key"),
    (defined("x" * 41), "too_long"),
    (defined("beds"), "field_key_taken"),
    (defined("new", name="BEDS 名"), "field_name_taken"),
    (defined("new", name="职称"), "field_name_taken"),
    (defined("new", name="新", name_en="E-mail"), "field_name_taken"),
    (defined("new", name="医院"), "field_name_taken"),
    (defined("new", "choice"), "choices_needed"),
    (defined("new", "text", choices=CHOICES), "choices_unwanted"),
    (defined("new", "choice", choices=[{"zh": "甲"}, {"zh": " 甲"}]), "named_twice"),
    (defined("new", "choices", choices=[{"zh": "甲、乙"}]), "choice_mark"),
    (defined("new", "colour"), "not_in_list"),
    (defined("new", roles=["finance"]), "role_never_writes"),
    (defined("new", roles=["nobody"]), "not_in_list"),
    (defined("new", name=""), "required"),
    (defined("new", "decimal"), "required"),
    (defined("new", "decimal", places=7), "out_of_range"),
    (defined("new", "number", places=2), "unit_unwanted"),
    (defined("new", "text", unit="张"), "unit_unwanted"),
    (defined("new", "number", unit_en="pieces"), "unit_unwanted"),
    (defined("new", "number", unit=" 张"), "unit_unwanted"),
    (defined("new", "number", unit="张\n"), "unit_unwanted"),
    (defined("new", name="funds 名（万元）"), "field_name_taken"),
]


@pytest.mark.parametrize(("values", "code"), DEFINED_BADLY, ids=lambda one: one if isinstance(one, str) else one["key"])
def test_a_bad_definition_is_refused(values: dict[str, Any], code: str) -> None:
    with pytest.raises(CrmdeskError) as caught:
        check_definition(values, ROWS)
    assert caught.value.code == code


EVASIONS = [
    "处方量", "處方量", "處方數", "处 方 量", "处　方　量", "处-方.量", "处​方量", "开單数", "统 方", "統方", "R x",
    "R.x.", "Ｒｘ", "rX Count", "N R x", "Rх", "monthly_rx", "Scripts per month",
    "prescribed units", "chufangliang", "ChuFang Liang",
    "chǔfāng liàng", "kaidanshu", "Tong Fang", "每月处方", "月均处方", "处方次数", "开药盒数", "用药量", "医生产出",
]  # fmt: skip
COUNTED_CHOICES = ["处方>20", "10-20张处方", "處方 <10", "Rx 5+", "10 scripts"]
BY_DRUG = ["药品用量", "安博销量", "Drug qty", "產品數量", "每月盒数", "片 数", "Sales", "boxes per month"]


@pytest.mark.parametrize("word", EVASIONS)
@pytest.mark.parametrize("part", ["name", "name_en"])
@pytest.mark.parametrize("record", ["doctor", "institution"])
def test_no_name_hides_a_count_of_prescriptions(word: str, part: str, record: str) -> None:
    with pytest.raises(RefusedError, match="counts_prescriptions"):
        check_definition({**defined("new"), "for_record": record, part: word}, [])


@pytest.mark.parametrize("word", [*EVASIONS, *COUNTED_CHOICES])
def test_no_choice_hides_a_count_of_prescriptions(word: str) -> None:
    for choices in ([{"zh": "少"}, {"zh": word}], [{"zh": "少"}, {"zh": "多", "en": word}]):
        with pytest.raises(RefusedError, match="counts_prescriptions"):
            check_definition(defined("new", "choice", choices=choices), [])


@pytest.mark.parametrize(
    "key", ["rx", "rx_count", "chufangliang", "monthly_scripts", "prescription_volume", "tongfang"]
)
def test_no_key_hides_a_count_of_prescriptions(key: str) -> None:
    with pytest.raises(RefusedError, match="counts_prescriptions"):
        check_definition(defined(key, name="新"), [])


@pytest.mark.parametrize("word", BY_DRUG)
def test_drug_by_quantity_is_refused_for_doctors(word: str) -> None:
    with pytest.raises(RefusedError, match="counts_prescriptions"):
        check_definition(defined("new", "number", name=word), [])
    check_definition({**defined("new", "number", name=word), "for_record": "institution"}, [])


def test_two_fields_may_not_make_drug_by_quantity_together() -> None:
    drug, quantity = defined("drug", name="关注产品"), defined("amount", "number", name="每月数量")
    check_definition(drug, [])
    check_definition(quantity, [])
    with pytest.raises(RefusedError, match="counts_prescriptions"):
        check_definition(quantity, [drug])
    with pytest.raises(RefusedError, match="counts_prescriptions"):
        check_definition(drug, [quantity])
    check_definition(quantity, [{**drug, "retired": True}])


@pytest.mark.parametrize(
    "word",
    [
        "学术兴趣",
        "论文篇数",
        "处方权",
        "X 线片",
        "带教人数",
        "prefers e-mail",
        "manuscripts",
        "prescribing habits",
        "卡片数字化",
    ],
)
def test_harmless_names_pass(word: str) -> None:
    assert not counts_prescriptions(word)
    assert not counted_by_doctor([word])
    check_definition(defined("new", name=word), [])


def test_a_unit_stands_with_the_name_wherever_it_is_read() -> None:
    funds, beds = (FIELDS.find("doctor", f"custom.{key}") for key in ("funds", "beds"))
    assert funds is not None
    assert beds is not None
    assert (funds.zh, funds.en, funds.places) == ("funds 名（万元）", "funds 名 (10,000 yuan)", 2)
    assert (beds.zh, beds.en) == ("beds 名", "beds 名")


@pytest.mark.parametrize(
    "unit", ["盒", "支", "片", "mg", "Boxes", "tablets", "张处方", "处方", "Rx", "scripts", "ampoules a month", "粒"]
)
@pytest.mark.parametrize("record", ["doctor", "visit"])
def test_no_unit_makes_a_number_count_drugs(unit: str, record: str) -> None:
    for parts in ({"unit": unit}, {"unit": "个", "unit_en": unit}):
        with pytest.raises(RefusedError, match="counts_prescriptions"):
            check_definition({**defined("new", "decimal", places=1), "for_record": record, **parts}, [])


@pytest.mark.parametrize("unit", ["张处方", "Rx", "scripts"])
def test_an_institution_counts_no_prescriptions_by_unit_either(unit: str) -> None:
    beds = {**defined("new", "number"), "for_record": "institution"}
    with pytest.raises(RefusedError, match="counts_prescriptions"):
        check_definition({**beds, "unit": unit}, [])
    check_definition({**beds, "unit": "张"}, [])


@pytest.mark.parametrize("word", [*EVASIONS, *BY_DRUG, "留下的数量", "Amount"])
def test_a_visit_names_its_doctor_and_its_products_so_it_counts_neither(word: str) -> None:
    with pytest.raises(RefusedError, match="counts_prescriptions"):
        check_definition({**defined("new", "number", name=word), "for_record": "visit"}, [])


@pytest.mark.parametrize("word", ["候诊时间", "留下的资料", "Waited", "陪同人数"])
def test_harmless_fields_of_a_visit_pass(word: str) -> None:
    check_definition({**defined("new", "number", name=word, unit="分钟"), "for_record": "visit"}, [])
