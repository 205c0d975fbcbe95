"""Hospitals written otherwise: what is taken, what is only offered, what is never one; figures on real names."""

from pathlib import Path

import pytest

from crmdesk.domain.ids import new_id
from crmdesk.intake import Action, KnownInstitution, plan, preview
from crmdesk.intake.hospital_finder import Finding, HospitalFinder
from crmdesk.intake.hospital_likeness import Reason
from crmdesk.intake.hospital_names import forms, squeezed
from tests.intake.ledger import TERRITORY, Ledger

TAKEN = (
    ("重慶醫科大學附屬第一醫院", "重庆医科大学附属第一医院"),
    ("沈阳市辽中区人民医院", "辽中区人民医院"),
    ("江西省乐平市妇幼保健院", "乐平市妇幼保健院"),
    ("邢台市清河县人民医院", "清河县人民医院"),
    ("无锡安民康复医院", "无锡市安民康复医院"),
    ("平山县医院", "平山县人民医院"),
    ("首都医科大学附属北京朝阳医院", "北京朝阳医院"),
    ("复旦大学附属上海市第五人民医院", "上海市第五人民医院"),
    ("温州医科大学附属第一医院", "温州医科大学第一附属医院"),
    ("鼓楼医院（南京市第一医院）", "南京市第一医院"),
    ("合肥市第三人民医院〓合肥市职业病防治院", "合肥市第三人民医院合肥市职业病防治院"),
    ("西安市第８医院", "西安市第八医院"),
    ("解放军第47医院", "中国人民解放军第四七医院"),
    ("成都新生堂妇产医院(民营)", "成都新生堂妇产医院"),
    ("上海第十人民医院有限公司", "上海市第十人民医院"),
    ("绍兴市上虞区人民医院", "绍兴市上虞人民医院"),
    ("南阳方城县人民医院", "方城县人民医院"),
    ("户县新区医院(原:户县人民医院)", "户县人民医院"),
    ("北京市中医医院", "北京市中医院"),
)
OFFERED = (
    ("富阳市第二人民医院", "杭州市富阳区第二人民医院"),
    ("廊坊市人民医院第一分院", "廊坊市人民医院"),
    ("山东大学齐鲁医院(青岛)", "山东大学齐鲁医院"),
    ("启东市妇幼保健所", "启东市妇幼保健院"),
    ("邯郸市永年区第一医院", "永年区第一人民医院"),
    ("阜南中医院", "阜南县中医院"),
    ("青岛大学附属医院", "青岛大学医学院附属医院"),
)
NEVER = (
    ("平山县人民医院", "平江县人民医院"),
    ("长治市第一人民医院", "长治市第二人民医院"),
    ("平山县人民医院", "平山县中医院"),
    ("石家庄市长安区中医院", "石家庄市中医院"),
    ("本溪市平山区人民医院", "石家庄市平山县人民医院"),
    ("北京朝阳医院", "北京市朝阳区医院"),
    ("中南大学湘雅二医院", "中南大学湘雅医院"),
    ("中国医学科学院阜外医院", "中国医学科学院血液病医院"),
    ("常熟瑞丽医院", "瑞丽市人民医院"),
    ("人民医院", "万宁市人民医院"),
    ("丹东市公安医院", "公安县人民医院"),
)


def found(name: str, known: str, city: str = "", known_city: str = "") -> Finding:
    finder = HospitalFinder()
    finder.add("id", known, (), known_city)
    return finder.find(name, city)


@pytest.mark.parametrize(("name", "known"), TAKEN)
def test_another_spelling_is_taken_in_both_directions(name: str, known: str) -> None:
    for one, other in ((name, known), (known, name)):
        if "原:" in other:
            continue  # the former name of another hospital says less than the other way round
        taken = found(one, other).taken
        assert taken is not None, f"{one} → {other}: {found(one, other)}"
        assert taken.name == other


@pytest.mark.parametrize(("name", "known"), OFFERED)
def test_what_may_be_one_is_offered_and_not_taken(name: str, known: str) -> None:
    finding = found(name, known)
    assert finding.taken is None
    assert [one.name for one in finding.offers] == [known]


@pytest.mark.parametrize(("name", "known"), NEVER)
def test_another_hospital_is_not_even_offered(name: str, known: str) -> None:
    assert found(name, known) == Finding()
    assert found(known, name) == Finding()


SHORT = (
    ("重医附一院", "重庆医科大学附属第一医院"),
    ("重医大附一院", "重庆医科大学附属第一医院"),
    ("浙大一院", "浙江大学医学院附属第一医院"),
    ("浙大二院", "浙江大学医学院附属第二医院"),
    ("郑大一附院", "郑州大学第一附属医院"),
    ("郑大附一院", "郑州大学第一附属医院"),
    ("西交一附院", "西安交通大学第一附属医院"),
    ("广医一院", "广州医科大学附属第一医院"),
    ("福医附一", "福建医科大学附属第一医院"),
    ("哈医大二院", "哈尔滨医科大学附属第二医院"),
    ("华西", "四川大学华西医院?"),
    ("浙二", "浙江大学医学院附属第二医院?"),
    ("湘雅二院", "中南大学湘雅二医院?"),
    ("瑞金", "上海交通大学医学院附属瑞金医院?"),
    ("省人民医院", "浙江省人民医院?"),
    ("浙江省人医", "浙江省人民医院?"),
    ("大医二院", "大连医科大学附属第二医院"),
    ("安平十院", "安平市第十人民医院?"),
    ("安平市十", "安平市第十人民医院?"),
    ("宣武", "首都医科大学附属北京宣武医院?"),
    ("复旦儿科", "复旦大学附属儿科医院?"),
    ("西京", "空军军医大学西京医院?"),
    ("阜外", "中国医学科学院阜外医院?"),
    ("重医附三院", ""),
    ("重医", ""),
    ("一院", ""),
    ("附属医院", ""),
    ("浙大", ""),
    ("华东", ""),
    ("中南二院", ""),
)
"""A short form and what it means, with ? where it is only offered: nothing tells it from another one elsewhere."""


@pytest.fixture(scope="module")
def universities() -> HospitalFinder:
    finder = HospitalFinder()
    for name in sorted({full.rstrip("?") for _, full in SHORT if full}):
        finder.add(name, name, (), "浙江省-杭州市" if name.startswith("浙江") else "")
    finder.add("branch", "重庆医科大学附属第一医院金山分院")
    return finder


@pytest.mark.parametrize(("name", "full"), SHORT)
def test_a_short_form_is_read_as_the_heads_of_the_words(universities: HospitalFinder, name: str, full: str) -> None:
    finding = universities.find(name)
    taken = finding.taken.name if finding.taken else ""
    assert (taken, [one.name for one in finding.offers]) == (
        ("", [full.rstrip("?")] if full else []) if full.endswith("?") or not full else (full, [])
    )


def test_a_short_form_is_asked_for_where_two_fit_and_taken_in_its_own_city(universities: HospitalFinder) -> None:
    assert found("广医一院", "广州医科大学附属第一医院").taken is not None
    finder = HospitalFinder()
    for name in ("广州医科大学附属第一医院", "广西医科大学第一附属医院"):
        finder.add(name, name)
    assert len(finder.find("广医一院").offers) == 2
    taken = universities.find("省人民医院", "浙江省-杭州市").taken
    assert taken is not None
    assert (taken.name, taken.reason) == ("浙江省人民医院", Reason.SHORT_FORM)
    assert universities.find("浙二", "四川省-成都市") == Finding()


@pytest.mark.parametrize(
    ("name", "city", "known", "known_city", "offered"),
    [
        ("重庆医科大学附属第一医院", "", "重医附一院", "", True),
        ("重庆医科大学附属第一医院", "重庆市", "重医附一院", "", True),
        ("重庆医科大学附属第二医院", "", "重医附一院", "", False), ("安平市第一医院", "", "市一医院", "", False),
        ("安平市第一医院", "安平市", "市一医院", "安平市", True),
        ("浙江大学医学院附属第二医院", "", "浙二", "成都市", True),
        ("浙江大学医学院附属第二医院", "杭州市", "浙二", "成都市", False),
        ("重庆医科大学附属第一医院金山分院", "", "重医附一院", "", False),
    ],
)  # fmt: skip
def test_a_full_name_is_asked_about_where_a_short_form_of_it_is_known(
    name: str, city: str, known: str, known_city: str, offered: bool
) -> None:
    finding = found(name, known, city, known_city)
    assert finding.taken is None, "the short form may have meant another one"
    assert [one.name for one in finding.offers] == [known] * offered


def test_one_name_that_says_no_place_is_another_hospital_in_another_city() -> None:
    assert found("云杉医院", "云杉医院", "武汉市", "北京市") == Finding()
    assert found("安平县云杉医院", "安平县云杉医院", "衡水市", "安平县").taken is not None, "the name says where"
    assert found("云杉医院", "云杉医院", "武汉市", "").taken is not None


def test_the_city_confirms_and_the_city_belies() -> None:
    assert found("张家港市福康医院", "福康医院", known_city="江苏省-张家港市").taken is not None
    assert found("张家港市福康医院", "福康医院").taken is None
    assert found("石家庄市平山县人民医院", "平山县人民医院", known_city="辽宁省-本溪市") == Finding()


def test_two_that_fit_alike_are_offered_both() -> None:
    finder = HospitalFinder()
    finder.add("a", "桂东县人民医院")
    finder.add("b", "湖南省桂东县人民医院")
    finding = finder.find("郴州市桂东县人民医院")
    assert finding.taken is None
    assert {one.id for one in finding.offers} == {"a", "b"}


def test_names_are_taken_apart() -> None:
    main, alias, former = forms("济南市第二中医院〓济南市章丘区中医院(原:章丘市中医院)")
    assert [place.whole for place in alias.places] == ["济南市", "章丘区"]
    assert main.numbers == ("二",)
    assert (former.former, former.key) == (True, "章丘市中医院")
    assert squeezed("中国人民解放军第４７医院 ") == squeezed("解放军第四十七医院")
    assert forms("   ") == ()
    assert [form.key for form in forms("北京大学第三医院延庆医院")] == ["北京大学第三医院延庆医院"]


@pytest.mark.parametrize("name", ["", "(((", "））（", "〓〓", "医院", "第医院", "=HYPERLINK(1)", "😀医院", "a" * 5000])
def test_any_text_is_looked_for_without_an_error(name: str) -> None:
    finder = HospitalFinder()
    finder.add("odd", name)
    finder.add("id", "平山县人民医院")
    finder.find(name)


@pytest.mark.realdata
def test_precision_and_recall_on_the_labelled_names(shared_data: Path) -> None:
    """The labels are a tool's output: docs/matching.md says where we disagree and who is right."""
    folder = shared_data / "hospitals"
    known = [line for line in (folder / "hospital_name_labels.txt").read_text("utf-8").splitlines() if line.strip()]
    lines = (folder / "hospital_name_variants.tsv").read_text("utf-8").splitlines()
    asked = [(name, label) for name, _, label in (line.partition("\t") for line in lines) if name]
    finder = HospitalFinder()
    for number, name in enumerate(known):
        finder.add(str(number), name)
    results = [(name, label, finder.find(name)) for name, label in asked]
    taken = [(name, label, one.taken.name) for name, label, one in results if one.taken is not None]
    agreed = [name for name, label, ours in taken if ours == label]
    labelled = [label for _, label, _ in results if label]
    identical = sum(name == label for name, label in asked)
    precision, recall = len(agreed) / len(taken), len(agreed) / len(labelled)
    offered = [(label, one.offers) for _, label, one in results if one.offers]
    holding = sum(any(offer.name == label for offer in offers) for label, offers in offered)
    figures = f"taken {len(taken)}, agreed {len(agreed)}, offered {len(offered)}, of which {holding} hold the label"
    print(f"{len(asked)} names, {len(labelled)} labelled, {identical} identical; {figures}")
    print(f"precision {precision:.4f}, recall {recall:.4f}")
    assert len(asked) == 12_000
    assert precision >= 0.97
    assert recall >= 0.86
    assert len(offered) <= 400, "a person must not be asked about everything"
    missed_identical = [name for name, label, one in results if name == label and one.taken is None]
    assert missed_identical == []


DOCTORS = """姓名,医院,科室
王一,沈阳市辽中区人民医院,心内科
李二,富阳市第二人民医院,心内科
赵三,富阳市第二人民医院,肾内科
"""


def rows(ledger: Ledger, answers: dict[str, str]) -> list[tuple[Action, str]]:
    seen = preview(DOCTORS.encode())
    listed = []
    for one in plan(seen, seen.mapping, ledger, TERRITORY, answers):
        ledger.take(one)
        listed.append((one.action, one.code))
    return listed


def known_ledger() -> Ledger:
    ledger = Ledger()
    for name in ("辽中区人民医院", "杭州市富阳区第二人民医院"):
        ledger.rows["institution"][new_id()] = {"name": name}
    return ledger


def test_doctors_are_linked_parked_with_candidates_and_linked_by_an_answer() -> None:
    ledger = known_ledger()
    liaozhong, fuyang = ledger.rows["institution"]
    assert rows(ledger, {}) == [
        (Action.CREATE, "hospital_matched"),
        (Action.DUPLICATE_PARKED, "hospital_unsure"),
        (Action.DUPLICATE_PARKED, "hospital_unsure"),
    ]
    assert list(ledger.rows["institution"]) == [liaozhong, fuyang], "none is made in double"
    (first,) = ledger.rows["affiliation"].values()
    assert first["institution_id"] == liaozhong
    answered = rows(ledger, {"富阳市第二人民医院": fuyang})
    assert answered == [(Action.SAME, ""), (Action.CREATE, ""), (Action.CREATE, "")]
    assert [one["institution_id"] for one in ledger.rows["affiliation"].values()] == [liaozhong, fuyang, fuyang]


def test_the_answer_that_it_is_another_hospital_makes_it_once() -> None:
    ledger = known_ledger()
    answered = rows(ledger, {"富阳市第二人民医院": ""})
    assert [action for action, _ in answered] == [Action.CREATE] * 3
    assert [one["name"] for one in ledger.rows["institution"].values()][2:] == ["富阳市第二人民医院"]
    assert rows(ledger, {}) == [(Action.SAME, "")] * 3


def test_an_answer_that_names_nothing_known_is_asked_again() -> None:
    ledger = Ledger()
    ledger.rows["institution"][new_id()] = KnownInstitution("", "杭州市富阳区第二人民医院")._asdict()
    assert rows(ledger, {"富阳市第二人民医院": new_id()})[1] == (Action.DUPLICATE_PARKED, "hospital_unsure")
