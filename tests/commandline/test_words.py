"""The command line in both languages: listings in words and names, refusals that say what is possible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from crmdesk.commandline.app import main
from crmdesk.services.commands import EditRow
from tests.intake.office_lists import written
from tests.services.small_territory import (
    DRAFT_CLAIM,
    MANAGER,
    PRODUCT,
    REP,
    TERRITORY,
    ZHANG,
    Laptop,
    an_id,
    claim_values,
    fill,
)

CLAIM = an_id(640)
_PARTS = ("sync", "backup", "customers", "visits", "plans", "claims", "call_backs", "data")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_CODE = re.compile(r"\b[a-z]+_[a-z_]+\b|[{}]|—: |None")
_SUPPORT = re.compile(r" \[[A-Z-]+\]$")


@contextmanager
def sat_at(folder: Path, monkeypatch: pytest.MonkeyPatch, who: str, role: str) -> Iterator[Laptop]:
    laptop = Laptop(folder)
    laptop.sign_in(who, role)
    fill(laptop)
    opening = SimpleNamespace(
        desk=laptop.desk, store=laptop.store, account=SimpleNamespace(server="https://crm.example.com")
    )

    @contextmanager
    def opened(_context: object) -> Iterator[SimpleNamespace]:
        yield opening

    for part in _PARTS:
        monkeypatch.setattr(import_module(f"crmdesk.commandline.{part}"), "opened", opened)
    yield laptop
    laptop.close()


@pytest.fixture
def rep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laptop]:
    """The representative, with a change of a doctor that waits."""
    with sat_at(tmp_path / "store", monkeypatch, REP, "rep") as laptop:
        message = {"code": "m1", "zh": "长效降压", "en": "Long acting"}
        laptop.receive("product", {"id": PRODUCT, "name": "心安平", "messages": [message], "filed_until": "2030-01-01"})
        row = laptop.ask(lambda reads: reads.row("doctor", ZHANG))
        laptop.do(EditRow("doctor", ZHANG, {"title": "chief", "consent": ["phone"]}, row.revision))
        yield laptop


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laptop]:
    """The manager, with a submitted claim that has a finding and a trail."""
    with sat_at(tmp_path / "store", monkeypatch, MANAGER, "manager") as laptop:
        finding = {"code": "meal_cap", "params": {"line": 1, "a_head_fen": 400_00, "cap_fen": 300_00}}
        values = claim_values("submitted", findings=[finding])
        laptop.receive("claim", {"id": CLAIM, **values}, scope=f"m:{TERRITORY}")
        trail = {"parent_record": "claim", "parent_id": CLAIM, "at": "2026-11-20T02:00:00.000Z", "by_id": REP}
        for number, (action, reason) in enumerate((("submit", ""), ("reject", "not_proven: 没有发票"))):
            row = {"id": an_id(650 + number), "action": action, "reason": reason, "changes": {}, **trail}
            laptop.receive("audit_entry", row, scope=f"m:{TERRITORY}")
        yield laptop


def run(capsys: pytest.CaptureFixture[str], language: str, *arguments: str) -> tuple[int, str]:
    code = main(["--language", language, *arguments])
    out, err = capsys.readouterr()
    return code, out + err


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("status",), ("conflicts",), ("refused",), ("search", "zhang"), ("doctor", "show", ZHANG), ("visit", "list"),
        ("plan", "week"), ("plan", "week", "--date", "2027-01-05"), ("plan", "cycle"), ("plan", "suggest"),
        ("plan", "targets"), ("claim", "list", "--all"), ("claim", "show", DRAFT_CLAIM), ("approvals",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_listing_is_in_words(
    rep: Laptop, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], language: str
) -> None:
    code, said = run(capsys, language, *arguments)
    assert code == 0
    for line in said.splitlines():
        plain = _ID.sub("", line)
        assert len(_ID.findall(line)) <= 1, f"one id, to be typed again: {line}"
        assert not _CODE.search(plain), line


def test_a_hit_by_number_shows_the_number(rep: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    assert "(手机 138 0000 0001)" in run(capsys, "zh", "search", "0001")[1]
    assert "(mobile 138 0000 0001)" in run(capsys, "en", "search", "138 0000 0001")[1]


def test_a_claim_is_shown_as_it_is_in_the_window(manager: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    chinese, english = (run(capsys, one, "claim", "show", CLAIM)[1] for one in ("zh", "en"))
    assert "! 第 1 行餐饮人均 ¥400.00，上限 ¥300.00 (餐饮人均上限)" in chinese
    assert "! Line 1: meal ¥400.00 a head, limit ¥300.00 (Limit for meals a head)" in english
    assert "驳回  凭证不足 · 没有发票" in chinese
    assert "rejected  Not proven · 没有发票" in english
    assert "accepted" in english


def test_a_refused_change_names_fields_and_reason(rep: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    rep.answer("refused", code="too_long", params={"limit": 200}, field="title")
    said = run(capsys, "zh", "refused")[1]
    assert "医生 · 张三 · 修改" in said
    assert "同意的联系方式: 电话" in said
    assert not _CODE.search(_ID.sub("", said))


@pytest.mark.parametrize(
    ("arguments", "chinese", "english"),
    [
        (("serach", "x"), "没有“serach”这个命令。 用法见：crmdesk --help", "no command 'serach'"),
        (("search",), "还缺 {text}。 用法见：crmdesk search --help", "{text} is missing"),
        (("search", "张", "三"), "多出来的内容：三", "Too much: 三"),
        (("search", "张", "--limt", "3"), "没有 --limt 这个选项。是不是 --limit？", "Did you mean --limit?"),
        (("search", "张", "--limit"), "--limit 后面还缺一个值", "--limit needs a value"),
        (("search", "张", "--limit", "x"), "--limit 要填一个整数", "--limit needs a whole number"),
        (("plan", "propose", "x", "--visits", "61"), "--visits 最大是 60", "--visits is at most 60"),
        (("visit", "add"), "还缺 --doctor", "--doctor is missing"),
        (("claim",), "还缺一个命令。 用法见：crmdesk claim --help", "A command is missing."),
    ],
)
def test_a_wrong_command_line_is_said_in_the_language_of_the_command_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], chinese: str, english: str
) -> None:
    for language, wanted in (("zh", chinese), ("en", english)):
        code, said = run(capsys, language, *arguments)
        assert (code, said.count("\n")) == (2, 1)
        assert wanted in said, said


@pytest.mark.parametrize(
    ("arguments", "chinese", "english"),
    [
        (("claim", "list", "--state", "foo"), "--state 没有“foo”。可以是：draft, submitted", "It can be: draft,"),
        (("export", "x.csv", "--what", "county"), "可以是：doctor, institution, visit", "It can be: doctor,"),
        (("export", "x.csv", "--what", "waiting"), "不能存成 .csv。请用 .jsonl", "not as .csv. Use .jsonl"),
        (("import", "none.csv"), "读不了文件 none.csv：没有这个文件", "The file none.csv cannot be read: No such file"),
        (("import", "LIST", "--kind", "county"), "可以是：doctor, institution", "It can be: doctor, institution"),
        (("import", "LIST", "--column", "9=doctor.note"), "表里没有第 9 列", "no column 9"),
        (("import", "LIST", "--column", "4=doctor.name"), "两列都指定为“姓名”", "both set to 'Name'"),
        (("import", "LIST", "--column", "1=doctor.foo"), "没有“doctor.foo”这个字段", "no field 'doctor.foo'"),
        (("import", "LIST", "--column", "x"), "--column 3=doctor.mobile", "--column 3=doctor.mobile"),
        (("import", "LIST", "--hospital", "x"), "名称=编号", "NAME=ID"),
        (("import", "LIST", "--territory", "x"), "可以是：上海一区", "It can be: 上海一区"),
        (("import", "LIST", "--sheet", "x"), "没有“x”这张表", "no sheet 'x'"),
        (("import", "LIST", "--dates", "x"), "可以是：day-first, month-first", "It can be: day-first, month-first"),
        (("doctor", "show", an_id(999)), "没有这个编号的记录", "Nothing on this laptop has this id"),
        (("doctor", "edit", ZHANG, "--set", "mobile=12"), "“12”不像电话号码（手机）", "'12' does not look like"),
        (("doctor", "edit", ZHANG, "--set", "title=king"), "可以是：chief, associate_chief", "It can be: chief,"),
        (("doctor", "edit", ZHANG, "--set", "consent_on=x"), "“x”不是日期", "'x' is not a day"),
        (("visit", "add", "--doctor", ZHANG, "--channel", "x"), "可以是：face_to_face", "It can be: face_to_face"),
        (("visit", "add", "--doctor", ZHANG, "--starts-at", "x"), "“x”不是时间", "'x' is not a time"),
        (("visit", "add", "--doctor", ZHANG, "--product", "x"), "没有符合“x”的产品", "fits 'x' (Product)"),
        (("visit", "add", "--doctor", ZHANG, "--product", "心安平:降价"), "可以是：长效降压", "be: 长效降压"),
        (("visit", "add", "--doctor", ZHANG, "--product", "心安平::x"), "可以是：positive", "It can be: positive"),
        (("claim", "edit", an_id(5), "--set", "title=x"), "没有这个编号的记录", "Nothing on this laptop has this id"),
        (("claim", "add", "T", "--line", "category=foo"), "可以是：meal, transport", "It can be: meal, transport"),
        (("claim", "add", "T", "--line", "x"), "一项费用写成 category=meal", "Write a line as category=meal"),
        (("attach", "foo", "x", "y"), "可以是：claim, visit", "It can be: claim, visit"),
        (("reject", CLAIM, "--comment", "x", "--reason", "y"), "可以是：not_allowed", "It can be: not_allowed"),
        (("settle", CLAIM, "--comment", "x", "--outcome", "y"), "可以是：payable", "It can be: payable"),
        (
            ("conflicts", "resolve", "x", "--choice", "y"),
            "可以是：keep, loser, base, winner",
            "It can be: keep, loser, base, winner",
        ),
        (("refused", "drop", "x"), "没有这个编号的被退回的更改", "No refused change has this id"),
        (("plan", "add", ZHANG, "--date", "2026-12-01", "--at", "x"), "请写成 09:30", "Write it like 09:30"),
    ],
    ids=lambda one: " ".join(one)[:40] if isinstance(one, tuple) else "",
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_is_possible(
    rep: Laptop,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    chinese: str,
    english: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    path = str(written(tmp_path, "two header rows.xlsx"))
    before = rep.waiting()
    for language, wanted in (("zh", chinese), ("en", english)):
        code, said = run(capsys, language, *(path if one == "LIST" else one for one in arguments))
        assert code in (1, 3), said
        assert wanted in said
        assert _SUPPORT.search(said.rstrip()), "a code for support stands behind it"
    assert rep.waiting() == before, "nothing was changed"


def test_choices_and_times_may_be_typed_as_they_are_read(rep: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "zh", "doctor", "edit", ZHANG, "--set", "title=副主任医师", "--set", "consent=微信")[0] == 0
    row = rep.ask(lambda reads: reads.row("doctor", ZHANG))
    assert (row["title"], row["consent"]) == ("associate_chief", ["wechat"])
    moment = ("--starts-at", "2026-11-19 10:30")
    assert run(capsys, "zh", "visit", "add", "--doctor", ZHANG, "--draft", *moment)[0] == 0
    assert "2026-11-19 10:30" in run(capsys, "zh", "visit", "list")[1]


def test_a_list_that_asks_for_the_order_of_dates(
    rep: Laptop, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = str(written(tmp_path, "german, semicolons, unclear.csv"))
    assert "--dates day-first" in run(capsys, "en", "import", str(path))[1]
    assert "--dates day-first" in run(capsys, "en", "import", path, "--dry-run")[1]
    code, said = run(capsys, "en", "import", path, "--dates", "day-first", "--territory", "上海一区")
    assert (code, "1 new" in said) == (0, True)


def test_a_list_in_blocks_says_what_is_taken_from_above_and_can_be_told_otherwise(
    rep: Laptop, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    blocks, other = (str(written(tmp_path, name)) for name in ("blocks, first rows, GBK.csv", "not in blocks.csv"))
    said = run(capsys, "en", "import", blocks, "--dry-run")[1]
    assert "No hospital in row 3–4: '明泉医院' of row 2 is taken (else: --no-from-above)." in said
    assert "'云杉医院' stands above in row 3 and is not taken" in run(capsys, "en", "import", other, "--dry-run")[1]
    assert "第 4 行没有写医院" in run(capsys, "zh", "import", other, "--dry-run")[1]
    said = run(capsys, "en", "import", blocks, "--no-from-above")[1]
    assert "from above" not in said
    said = run(capsys, "en", "import", other, "--from-above")[1]
    assert "The hospital is from above: '云杉医院' in row 3" in said


def test_the_saved_report_is_in_words(rep: Laptop, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, report = str(written(tmp_path, "titles, merged cells, a total.xlsx")), tmp_path / "r.csv"
    assert run(capsys, "en", "import", path, "--report", str(report))[0] == 0
    text = report.read_text("utf-8-sig")
    assert text.startswith("Row,Result,Name,Why,Code")
    assert "'12' of 'Mobile' does not look like a telephone number" in text


def test_a_row_that_was_there_before_names_the_other_one(
    rep: Laptop, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("医院名称\n云杉医院\n青禾医院\n云杉医院\n", "utf-8")
    assert "4: A duplicate of row 2 of the file; set aside." in run(capsys, "en", "import", str(path))[1]


def test_what_was_promoted_may_be_typed_as_it_is_read(rep: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    for typed in ("心安平:长效降压:认可", "心安平:long acting:positive", "心安平:m1:Positive"):
        assert run(capsys, "en", "visit", "add", "--doctor", ZHANG, "--product", typed)[0] == 0
    sent = [one.fields["products"][1] for one in rep.waiting() if one.record == "visit"]
    assert sent == [[{"product_id": PRODUCT, "messages": ["m1"], "reaction": "positive"}]] * 3
