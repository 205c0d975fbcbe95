"""The last imports by the command line: offered with the result, listed, taken back, and nothing twice."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.commandline import data
from crmdesk.services.commands import EditRow
from tests.commandline.seat import run, seated
from tests.services.small_territory import Laptop

SHEET = "姓名,医院,科室\n甲一,远山医院,心内科\n乙二,河口医院,骨科\n"


@pytest.fixture
def rep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laptop]:
    with seated(tmp_path / "store", monkeypatch, data) as laptop:
        yield laptop


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "名单.csv"
    path.write_text(SHEET, "utf-8")
    return path


def names(laptop: Laptop) -> set[str]:
    return {one.name for one in laptop.ask(lambda reads: reads.customers("doctor"))}


def test_an_import_is_offered_listed_and_taken_back(
    rep: Laptop, sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = names(rep)
    out = run(capsys, "import", str(sheet))[1]
    run_id = out.strip().rpartition("crmdesk imports take-back ")[2]
    assert "Take this import back: crmdesk imports take-back " in out
    listed = run(capsys, "imports")[1]
    assert listed.startswith(f"{run_id}  名单.csv  2026-11-20 10:00  Doctor 2, Institution 2, Department 2")
    code, out, _ = run(capsys, "imports", "take-back", run_id, "--dry-run")
    assert (code, out) == (0, "would be deleted: Doctor 2, Institution 2, Department 2, Affiliation 2\n")
    assert names(rep) != before, "a dry run changes nothing"
    code, out, _ = run(capsys, "imports", "take-back", run_id)
    assert (code, out) == (0, "deleted: Doctor 2, Institution 2, Department 2, Affiliation 2\n")
    assert names(rep) == before
    assert run(capsys, "imports", "take-back", run_id)[:2] == (0, "Nothing is left to take back.\n")
    assert "(taken back)" in run(capsys, "imports")[1]
    assert "（已全部撤回）" in run(capsys, "imports", language="zh")[1]


def test_what_stays_is_named_and_told_as_json(rep: Laptop, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(run(capsys, "--json", "import", str(sheet))[1])
    row_id = next(one.id for one in rep.ask(lambda reads: reads.customers("doctor")) if one.name == "甲一")
    rep.do(EditRow("doctor", row_id, {"mobile": "13811112222"}, 99))
    out = run(capsys, "imports", "take-back", document["run_id"], "--dry-run", language="zh")[1]
    assert "6 条中留下 3 条：" in out
    assert "医生  甲一  后来改过" in out
    taken = json.loads(run(capsys, "--json", "imports", "take-back", document["run_id"])[1])
    assert taken["deleted"] == {"affiliation": 1, "doctor": 1, "department": 1, "institution": 1}
    assert {one["why"] for one in taken["stays"] if one["record"] == "doctor"} == {"changed"}
    assert "left: Doctor 1, Institution 1, Department 1, Affiliation 1" in run(capsys, "imports")[1]


def test_an_import_that_is_not_known_is_said(rep: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "imports")[1] == "No import is remembered on this laptop.\n"
    code, _, err = run(capsys, "imports", "take-back", "x")
    assert code == 1
    assert "UNKNOWN-IMPORT" in err


def test_of_a_row_without_a_name_nothing_is_said_to_be_kept(
    rep: Laptop, sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet.write_text(f"{SHEET},远山医院,骨科\n", "utf-8")
    assert "  4: This row has no name.\n" in run(capsys, "import", str(sheet))[1]
    assert "  4: 这一行没有名称。\n" in run(capsys, "import", str(sheet), language="zh")[1]


def test_a_number_that_nobody_can_call_is_named_before_and_after(
    rep: Laptop, sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet.write_text("姓名,手机\n甲一,1381234567\n", "utf-8")
    said = run(capsys, "import", str(sheet), "--dry-run")[1]
    assert "'手机' holds numbers that nobody seems to be able to call (1), such as '1381234567' in row 2" in said
    assert "  2: Made. Check '1381234567' of 'Mobile'" in run(capsys, "import", str(sheet))[1]


BLOCKS = "姓名,医院\n甲一,远山医院\n乙二,\n丙三,\n丁四,河口医院\n戊五,\n"


def test_the_answer_of_before_is_taken_again_until_it_is_forgotten(
    rep: Laptop, sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet.write_text(BLOCKS, "utf-8")
    run(capsys, "import", str(sheet), "--no-from-above")
    said = run(capsys, "import", str(sheet), "--dry-run")[1]
    assert "columns as chosen on 2026-11-20" in said
    assert "'远山医院' stands above in row 2 and is not taken" in said
    sheet.write_text("姓名,医院\n己六,南湖医院\n庚七,\n辛八,\n", "utf-8")
    assert "from above" not in run(capsys, "import", str(sheet))[1]
    assert "'南湖医院' of row 2 is taken" in run(capsys, "import", str(sheet), "--forget", "--dry-run")[1]


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ((), "'远山医院' of row 2 is taken (else: --no-from-above)"),
        (("--no-from-above",), "'远山医院' stands above in row 2 and is not taken (else: --from-above)"),
        (("--from-above",), "'远山医院' of row 2 is taken (else: --no-from-above)"),
    ],
)
def test_a_dry_run_says_what_the_switch_does(
    rep: Laptop, sheet: Path, capsys: pytest.CaptureFixture[str], switch: tuple[str, ...], said: str
) -> None:
    sheet.write_text(BLOCKS, "utf-8")
    assert said in run(capsys, "import", str(sheet), *switch, "--dry-run")[1]


def test_a_name_too_long_is_said_without_the_words_of_a_form(
    rep: Laptop, sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet.write_text(f"{SHEET}{'长' * 300},远山医院,骨科\n", "utf-8")
    assert "太长：300 字，最多 80。这一行没有导入。" in run(capsys, "import", str(sheet), language="zh")[1]
    said = run(capsys, "import", str(sheet))[1]
    assert "is too long: 300 characters, at most 80. The row was not imported." in said
    assert "editor" not in said
