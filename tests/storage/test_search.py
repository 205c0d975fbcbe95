"""The search: every kind of query, why it hit, what comes first, and texts that break other searches."""

import random
import re
from typing import Any

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.storage import driver as raw
from crmdesk.storage import health, inbox, migrations, pinyin, search, search_index, search_numbers
from crmdesk.storage.store import Store

NAMES = (
    "张三", "张三丰", "章思", "赵晓松", "曾小贤", "单雄信", "仇英", "解珍", "查良镛", "区志明", "任我行", "吕布",
    "欧阳锋",    "尉迟恭", "小张三", "李乐", "王行长", "John Smith",
    "Sarah O'Connor-Müller", "陳美齡", "王𠮷", "單國慶", "买买提·吐尔逊",
)  # fmt: skip

NUMBERS = {
    "张三": {"mobile": "13812345678"}, "章思": {"mobile": "+86 139-1234-5678", "phone": "(0571) 8723-6114"},
    "仇英": {"mobile": "wechat: qiuying"}, "解珍": {"mobile": ""}, "李乐": {"mobile": "13856781234"},
}  # fmt: skip


@pytest.fixture
def company(store: Store, wire: Any) -> tuple[Store, dict[str, str]]:
    """A store with two hospitals, two departments each, and the doctors of NAMES in turn among them."""
    hospitals = [
        wire.row("institution", name="中国医学科学院北京协和医院", aliases=["东单协和", "301医院"], city="北京"),
        wire.row("institution", name="重庆市第一人民医院", city="重庆"),
    ]
    departments = [
        wire.row("department", institution_id=one["id"], name=name) for one in hospitals for name in ("心内科", "骨科")
    ]
    doctors = [wire.row("doctor", name=name, **NUMBERS.get(name, {})) for name in NAMES]
    affiliations = [
        wire.row(
            "affiliation", doctor_id=one["id"], department_id=departments[at % 4]["id"],
            institution_id=departments[at % 4]["institution_id"], is_primary=True,
        )
        for at, one in enumerate(doctors)
    ]  # fmt: skip
    rows = {"institution": hospitals, "department": departments, "doctor": doctors, "affiliation": affiliations}
    with store.writing() as work:
        inbox.apply_page(work, wire.page(rows))
    ids = {one["name"]: one["id"] for one in [*doctors, *hospitals]}
    return store, ids


def found(store: Store, text: str, **more: Any) -> list[tuple[str, str]]:
    with store.reading() as connection:
        return [(hit.name, hit.reason) for hit in search.find(connection, text, **more)]


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("张", "张三", "name"),
        ("三丰", "张三丰", "name"),
        ("丰", "张三丰", "name"),
        ("zhang", "张三", "pinyin"),
        ("ZHANG", "张三", "pinyin"),
        ("zhāng", "张三", "pinyin"),
        ("zhang1", "张三", "pinyin"),
        ("zhangs", "张三", "pinyin"),
        ("zhangsanfeng", "张三丰", "pinyin"),
        ("sanf", "张三丰", "pinyin"),
        ("zs", "张三", "initials"),
        ("zsf", "张三丰", "initials"),
        ("zhangsf", "张三丰", "mixed"),
        ("zengxx", "曾小贤", "mixed"),
        ("cengxx", "曾小贤", "mixed"),
        ("ZHANGSF", "张三丰", "mixed"),
        ("张s", "张三", "mixed"),
        ("zhang三", "张三", "mixed"),
        ("张 san", "张三", "name"),
        ("zeng", "曾小贤", "pinyin"),
        ("ceng", "曾小贤", "pinyin"),
        ("zxx", "曾小贤", "initials"),
        ("shan", "单雄信", "pinyin"),
        ("dan", "单雄信", "pinyin"),
        ("qiu", "仇英", "pinyin"),
        ("chou", "仇英", "pinyin"),
        ("xie", "解珍", "pinyin"),
        ("zha", "查良镛", "pinyin"),
        ("ou", "区志明", "pinyin"),
        ("qu", "区志明", "pinyin"),
        ("ren", "任我行", "pinyin"),
        ("lv", "吕布", "pinyin"),
        ("lü", "吕布", "pinyin"),
        ("lu", "吕布", "pinyin"),
        ("ouyang", "欧阳锋", "pinyin"),
        ("yuchi", "尉迟恭", "pinyin"),
        ("le", "李乐", "pinyin"),
        ("yue", "李乐", "pinyin"),
        ("smith", "John Smith", "name"),
        ("协和", "张三", "hospital"),
        ("东单", "张三", "hospital"),
        ("心内", "张三", "department"),
        ("协和 心内", "张三", "hospital"),
        ("协和 zhang", "张三", "pinyin"),
        ("北京 张三", "张三", "name"),
        ("协和", "中国医学科学院北京协和医院", "name"),
        ("xiehe", "中国医学科学院北京协和医院", "pinyin"),
        ("东单", "中国医学科学院北京协和医院", "alias"),
        ("chongqing", "重庆市第一人民医院", "pinyin"),
        ("重庆 人民", "重庆市第一人民医院", "name"),
        ("重慶 人民", "重庆市第一人民医院", "name"),
        ("重一院", "重庆市第一人民医院", "short_form"),
        ("oconnor", "Sarah O'Connor-Müller", "name"),
        ("O’Connor", "Sarah O'Connor-Müller", "name"),
        ("connor", "Sarah O'Connor-Müller", "name"),
        ("sarah c", "Sarah O'Connor-Müller", "name"),
        ("muller", "Sarah O'Connor-Müller", "name"),
        ("Müller", "Sarah O'Connor-Müller", "name"),
        ("陈美龄", "陳美齡", "name"),
        ("陳美", "陳美齡", "name"),
        ("cml", "陳美齡", "initials"),
        ("wj", "王𠮷", "initials"),
        ("shan", "單國慶", "pinyin"),
        ("单国q", "單國慶", "mixed"),
        ("买买提吐尔逊", "买买提·吐尔逊", "name"),
        ("买买提•吐尔逊", "买买提·吐尔逊", "name"),
        ("mmttex", "买买提·吐尔逊", "initials"),
        ("lyubu", "吕布", "pinyin"),
        ("重一院 心内", "章思", "hospital"),
        ("zhang 重一院", "章思", "pinyin"),
        ("重一", "重庆市第一人民医院", "short_form"),
        ("重一 心内", "章思", "hospital"),
        ("心内 重一", "章思", "department"),
        ("重一 zhang", "章思", "pinyin"),
        ("渝一", "重庆市第一人民医院", "short_form"),
        ("渝一 心内", "章思", "hospital"),
        ("一院", "重庆市第一人民医院", "short_form"),
        ("第一医院", "重庆市第一人民医院", "short_form"),
        ("1院 心内", "章思", "hospital"),
        ("心内 一院", "章思", "department"),
        ("一院 zhang", "章思", "pinyin"),
        ("一院 章思", "章思", "name"),
        ("一院 心内 zs", "章思", "initials"),
        ("301", "张三", "hospital"),
        ("301 zhang", "张三", "pinyin"),
        ("13812345678", "张三", "mobile"),
        ("138 1234 5678", "张三", "mobile"),
        ("138-1234-5678", "张三", "mobile"),
        ("１３８１２３４５６７８", "张三", "mobile"),
        ("+86 138 1234 5678", "张三", "mobile"),
        ("008613812345678", "张三", "mobile"),
        ("5678", "张三", "mobile"),
        ("12345678", "章思", "mobile"),
        ("13912345678", "章思", "mobile"),
        ("13812", "张三", "mobile"),
        ("138 1234", "张三", "mobile"),
        ("34567", "张三", "mobile"),
        ("6114", "章思", "phone"),
        ("0571-87236114", "章思", "phone"),
        ("(0571) 8723 6114", "章思", "phone"),
        ("张 5678", "张三", "mobile"),
        ("5678 zs", "张三", "mobile"),
        ("协和 5678", "张三", "mobile"),
    ],
)
def test_every_kind_of_query_finds_and_says_why(
    company: tuple[Store, dict[str, str]], text: str, name: str, reason: str
) -> None:
    assert (name, reason) in found(company[0], text)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("协和 骨科", "张三"),
        ("重庆 张三", "张三"),
        ("张s", "赵晓松"),
        ("三张", "张三"),
        ("zss", "张三"),
        ("zhangss", "张三丰"),
        ("hangsf", "张三丰"),
        ("zhansf", "张三丰"),
        ("医北", "张三"),
        ("重二院", "重庆市第一人民医院"),
        ("重二院 心内", "章思"),
        ("重一院 骨科", "章思"),
        ("重二 心内", "章思"),
        ("重一 骨科", "章思"),
        ("一重 心内", "章思"),
        ("二院", "重庆市第一人民医院"),
        ("二院 心内", "章思"),
        ("一院 骨科", "章思"),
        ("一院 张三", "张三"),
        ("渝二", "重庆市第一人民医院"),
        ("湘一", "重庆市第一人民医院"),
        ("30 zhang", "章思"),
        ("678", "张三"),
        ("3456", "张三"),
        ("138 1234 5679", "张三"),
        ("13912345678", "张三"),
        ("李 5678", "张三"),
        ("骨科 5678", "张三"),
    ],
)
def test_what_does_not_fit_is_not_found(company: tuple[Store, dict[str, str]], text: str, absent: str) -> None:
    assert absent not in [name for name, _ in found(company[0], text)]


def test_who_works_elsewhere_too_is_shown_where_the_short_form_means(
    company: tuple[Store, dict[str, str]], wire: Any
) -> None:
    store, ids = company
    hospital = ids["重庆市第一人民医院"]
    with store.writing() as work:
        room = wire.row("department", institution_id=hospital, name="心内科")
        also = wire.row("affiliation", doctor_id=ids["张三"], institution_id=hospital, department_id=room["id"])
        inbox.apply_page(work, wire.page({"department": [room], "affiliation": [also]}))
    with store.reading() as connection:
        hits = {hit.name: hit for hit in search.find(connection, "一院 心内")}
        assert hits["张三"].institution_name == "重庆市第一人民医院"
        first = search.find(connection, "张三")[0]
        assert first.institution_name == "中国医学科学院北京协和医院"


def test_a_short_form_finds_its_department_among_very_many_of_the_same_name(store: Store, wire: Any) -> None:
    hospitals = [wire.row("institution", name=f"杭州市第{number}人民医院") for number in ("四", "六")]
    rooms = [wire.row("department", institution_id=hospitals[0]["id"], name="心内科") for _ in range(450)]
    room = wire.row("department", institution_id=hospitals[1]["id"], name="心内科")
    doctor = wire.row("doctor", name="王伟")
    works = wire.row("affiliation", doctor_id=doctor["id"], institution_id=hospitals[1]["id"], department_id=room["id"])
    rows = {"institution": hospitals, "department": [*rooms, room], "doctor": [doctor], "affiliation": [works]}
    with store.writing() as work:
        inbox.apply_page(work, wire.page(rows))
    assert found(store, "六院 心内") == [("王伟", "hospital")]


def test_exact_comes_first_then_the_start_then_within_then_the_place(company: tuple[Store, dict[str, str]]) -> None:
    assert [name for name, _ in found(company[0], "张三")] == ["张三", "张三丰", "小张三"]
    assert found(company[0], "协和", records=("institution", "doctor"))[0][0].endswith("协和医院")


def test_the_recently_opened_come_before_others(company: tuple[Store, dict[str, str]]) -> None:
    store, ids = company
    with store.writing() as work:
        work.touch_recent("doctor", ids["小张三"])
    assert [name for name, _ in found(store, "张三")] == ["小张三", "张三", "张三丰"]


def test_a_hit_by_number_shows_it_and_who_has_it_at_the_end_comes_first(
    company: tuple[Store, dict[str, str]], wire: Any
) -> None:
    store, ids = company
    with store.reading() as connection:
        hits = search.find(connection, "5678")
        assert {(hit.name, hit.number) for hit in hits} == {("张三", "13812345678"), ("章思", "+86 139-1234-5678")}
        assert [hit.name for hit in search.find(connection, "56781")] == ["李乐"]
        assert search.find(connection, "5678", records=("institution",)) == []
    with store.writing() as work:
        work.edit("doctor", ids["张三"], {"mobile": "13800005678"}, 1, wire.me)
        work.delete("doctor", ids["章思"], wire.me)
    assert found(store, "13812345678") == []
    assert found(store, "5678") == [("张三", "mobile")]


@pytest.mark.parametrize(
    "text",
    ['"', "*", "(", ")", "%", "_", "", "   ", "😀", "AND", "OR NOT", "-x", "name:x", "a*b", "^", "\x00", "\ud800",
     "x" * 60_000, "张" * 60_000, "'; DROP TABLE row_doctor; --", "NEAR(a b)", "附附", "第附附 一",
     "１２３", "\ue000", "ⅷ"],
)  # fmt: skip
def test_no_text_ever_raises(company: tuple[Store, dict[str, str]], text: str) -> None:
    assert isinstance(found(company[0], text), list)


def test_a_sign_alone_finds_nothing_and_beside_a_name_does_not_matter(company: tuple[Store, dict[str, str]]) -> None:
    assert found(company[0], '"(%') == []
    assert found(company[0], '"张三丰"') == found(company[0], "张三丰") != []


def test_an_unknown_record_is_refused_in_words(company: tuple[Store, dict[str, str]]) -> None:
    with pytest.raises(InputError, match="not_searched"):
        found(company[0], "张", records=("claim",))


def test_the_index_follows_every_change(company: tuple[Store, dict[str, str]], wire: Any) -> None:
    store, ids = company
    with store.writing() as work:
        work.edit("doctor", ids["仇英"], {"name": "裘英"}, 1, wire.me)
        work.edit("institution", ids["重庆市第一人民医院"], {"name": "华西医院"}, 1, wire.me)
        work.delete("doctor", ids["解珍"], wire.me)
        made = new_id()
        work.create("doctor", made, {"name": "岳不群"}, wire.me)
    assert found(store, "仇") == found(store, "解珍") == found(store, "chongqing") == []
    assert found(store, "裘英") == [("裘英", "name")]
    assert found(store, "ybq") == [("岳不群", "initials")]
    assert ("仇英", "hospital") not in found(store, "华西")
    assert ("裘英", "hospital") in found(store, "华西") or ("曾小贤", "hospital") in found(store, "协和")
    with store.writing() as work:
        work.undelete("doctor", ids["解珍"])
    assert found(store, "解珍") == [("解珍", "name")]


def test_a_doctor_moves_with_the_affiliation(company: tuple[Store, dict[str, str]], wire: Any) -> None:
    store, ids = company
    assert "张三" not in [name for name, _ in found(store, "重庆")]
    with store.writing() as work:
        work.create(
            "affiliation", new_id(),
            {"doctor_id": ids["张三"], "institution_id": ids["重庆市第一人民医院"]}, wire.me,
        )  # fmt: skip
    assert ("张三", "hospital") in found(store, "重庆")
    assert ("张三", "hospital") in found(store, "协和")


@pytest.mark.parametrize(
    ("name", "first"),
    [("曾国藩", "zeng"), ("单田芳", "shan"), ("仇和", "qiu"), ("卜凡", "bu"), ("解晓东", "xie"), ("查尔斯", "zha"),
     ("区瑞强", "ou"), ("任正非", "ren"), ("朴树", "piao"), ("盖聂", "ge"), ("乐毅", "yue"), ("尉迟恭", "yu"),
     ("单于", "chan"), ("曾", "zeng")],
)  # fmt: skip
def test_surnames_are_read_as_surnames(name: str, first: str) -> None:
    assert pinyin.person_readings(name)[0][0] == first


@pytest.mark.parametrize(
    ("name", "pinyin_of_it"),
    [("曾庆华", "Zeng Qinghua"), ("欧阳修远", "Ouyang Xiuyuan"), ("阿卜杜拉·买买提", "Abudula Maimaiti"),
     ("吕布", "Lü Bu"), ("單國慶", "Shan Guoqing"), ("Sarah O'Connor", ""), ("曾", "Zeng"), ("", "")],
)  # fmt: skip
def test_a_name_is_written_in_pinyin_as_people_write_it(name: str, pinyin_of_it: str) -> None:
    assert pinyin.written(name) == pinyin_of_it


@pytest.mark.parametrize("name", ["王㐂", "㐂明珠", "欧阳㐂", "㐂", "王明㐂珠", "𠀀", "王〇"])
def test_a_name_with_a_character_that_nobody_can_read_is_found_by_its_characters(
    store: Store, wire: Any, name: str
) -> None:
    many = [wire.row("doctor", name=f"王{number}") for number in range(60)]
    row = wire.row("doctor", name=name)
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [*many, row]}))
    with store.writing() as work:
        work.create("doctor", new_id(), {"name": name}, wire.me)
        assert {hit.id for hit in search.find(work.connection, name)} >= {row["id"]}


def test_many_names_at_once_get_the_entries_that_each_gets_alone() -> None:
    rng = random.Random(20)
    plain, odd = "王李张刘陈明华丽强国英婷伟芳", "曾单仇解任重乐欧司马尉迟于菟和好㐂𠀀〇A b1單陳齡ü'"
    names = ["", "李", "王A", "John Smith", "司马光", "欧阳", "诸葛亮", "阿卜杜拉·热合曼"]
    names += ["".join(rng.choices(plain + odd, k=rng.randint(1, 5))) for _ in range(3_000)]
    made = search_index.of_columns("doctor", {"name": names})
    alone = [search_index.entry("doctor", {"name": name}) for name in names]
    together = zip(made.names, made.readings, made.tails, made.sort_keys, strict=True)
    assert list(together) == [(*one.columns, one.sort_key) for one in alone]


def test_a_page_that_renames_is_found_by_the_new_name_and_one_that_does_not_stays_found(
    store: Store, wire: Any
) -> None:
    renamed, kept = wire.row("doctor", name="王伟"), wire.row("doctor", name="李强")
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": [renamed, kept]}))
    newer = [renamed | {"revision": 2, "name": "曾国藩"}, kept | {"revision": 2, "note": "n"}]
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": newer}))
    assert found(store, "王伟") == found(store, "ww") == []
    assert [name for name, _ in found(store, "zgf")] == ["曾国藩"]
    assert [name for name, _ in found(store, "lq")] == ["李强"]
    assert health.check(store).sound


def test_a_store_of_before_finds_traditional_characters_and_accents_as_a_new_one(
    company: tuple[Store, dict[str, str]], open_store: Any, key: bytes, wire: Any
) -> None:
    store, ids = company
    with store.writing() as work:
        room = wire.row("department", institution_id=ids["重庆市第一人民医院"], name="婦產科")
        inbox.apply_page(work, wire.page({"department": [room]}))
    store.close()
    driver = raw.connect(store.folder / "crmdesk.db", key)
    for name in ("陳美齡", "Sarah O'Connor-Müller"):
        (rowid,) = driver.execute("SELECT rowid FROM row_doctor WHERE id = ?", (ids[name],)).fetchone() or (0,)
        search_index.forget(driver, "doctor", [rowid])
        search_index.put(driver, "doctor", [(rowid, f"{name} {search_index.END}", "", "")])
        driver.execute("UPDATE row_doctor SET pinyin = '' WHERE rowid = ?", (rowid,))
    driver.execute("DELETE FROM _sqlite_migrations WHERE name >= '0017'")
    driver.execute("PRAGMA user_version = 16")
    driver.close()
    again = open_store(store.folder)
    assert [found(again, text)[0][0] for text in ("陈美龄", "muller")] == ["陳美齡", "Sarah O'Connor-Müller"]
    with again.reading() as connection:
        readings = list(connection.execute("SELECT pinyin FROM row_doctor WHERE id = ?", (ids["陳美齡"],)))
    assert [tuple(one) for one in readings] == [("chen mei ling",)]


def test_a_store_of_before_finds_what_follows_an_apostrophe(
    company: tuple[Store, dict[str, str]], open_store: Any, key: bytes
) -> None:
    store, ids = company
    store.close()
    driver = raw.connect(store.folder / "crmdesk.db", key)
    for name, words in (("Sarah O'Connor-Müller", "sarah oconnor muller"), ("王𠮷", "王 𠮷")):
        (rowid,) = driver.execute("SELECT rowid FROM row_doctor WHERE id = ?", (ids[name],)).fetchone() or (0,)
        search_index.forget(driver, "doctor", [rowid])
        search_index.put(driver, "doctor", [(rowid, f"{words} {search_index.END}", "", "")])
    driver.execute("DELETE FROM _sqlite_migrations WHERE name >= '0023'")
    driver.execute("PRAGMA user_version = 22")
    driver.close()
    again = open_store(store.folder)
    assert [found(again, text)[0][0] for text in ("connor", "wj")] == ["Sarah O'Connor-Müller", "王𠮷"]


def test_a_store_of_before_is_asked_for_numbers_by_the_index_of_a_new_one(
    company: tuple[Store, dict[str, str]], open_store: Any, key: bytes
) -> None:
    store, _ids = company
    store.close()
    driver = raw.connect(store.folder / "crmdesk.db", key)
    for field in search_numbers.FIELDS:
        driver.execute(f"DROP INDEX row_doctor_{field}_digits")
        driver.execute(f"DROP INDEX row_doctor_{field}_long")
    driver.execute("DELETE FROM _sqlite_migrations WHERE name >= '0020'")
    driver.execute(f"PRAGMA user_version = {migrations.STEPS.index('0020_numbers')}")
    driver.close()
    again = open_store(store.folder)
    assert found(again, "6114") == [("章思", "phone")]
    with again.writing() as work:
        for digits, at_end, indexes in (
            ("5678", True, {"digits", "long"}),
            ("45678", False, {"digits"}),
            ("12345678", False, {"digits", "long"}),
        ):
            asked = f"EXPLAIN QUERY PLAN {search_numbers.statement('phone', digits, at_end=at_end)}"
            plan = " ".join(row[3] for row in work.driver.execute(asked, (digits, 9)).fetchall())
            assert set(re.findall(r"INDEX row_doctor_phone_(\w+)", plan)) == indexes
            assert "SCAN row_doctor " not in plan.replace("SCAN row_doctor USING INDEX", "")
