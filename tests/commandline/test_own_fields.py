"""Company fields by `crmdesk doctor show`, `add` and `edit`, in this process."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from crmdesk.commandline.opening import Options
from tests.commandline.seat import run
from tests.services.small_territory import REP, ZHANG, Laptop, fill
from tests.services.test_own_fields import ROWS


@pytest.fixture
def rep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laptop]:
    """The rep's laptop with company fields, opened by the commands instead of that of an account."""
    laptop = Laptop(tmp_path / "store")
    laptop.sign_in(REP, "rep")
    fill(laptop)
    laptop.receive("custom_field", *ROWS)

    shut = SimpleNamespace(desk=laptop.desk, store=laptop.store, close=lambda: None)
    account = SimpleNamespace(login="zhou.xl", server="")
    place = SimpleNamespace(
        account=lambda *_asked: account, needs_passphrase=lambda _account: False, unlock=lambda *_asked: shut
    )
    monkeypatch.setattr(Options, "premises", lambda _options: place)
    yield laptop
    laptop.close()


def test_they_are_set_shown_and_cleared(rep: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    texts = (
        "custom.hobby=跑步",
        "custom.beds=40",
        "custom.topics=心衰,高血压",
        "custom.speaker=yes",
        "custom.interest=心衰",
    )
    assert run(capsys, "doctor", "edit", ZHANG, *(part for text in texts for part in ("--set", text)))[0] == 0
    _, out, _ = run(capsys, "doctor", "show", ZHANG)
    assert "  Hobby: 跑步\n  管床数: 40\n  学术兴趣: Heart failure\n" in out
    assert "讲课主题: Heart failure, Hypertension" in out
    assert "院内讲者: yes" in out
    _, out, _ = run(capsys, "doctor", "show", ZHANG, language="zh")
    assert "爱好: 跑步" in out
    assert "学术兴趣: 心衰" in out
    run(capsys, "doctor", "edit", ZHANG, "--set", "custom.hobby=", "--set", "custom.topics=")
    assert rep.ask(lambda reads: reads.row("doctor", ZHANG))["custom"] == {
        "beds": 40,
        "interest": "心衰",
        "speaker": True,
    }
    assert run(capsys, "doctor", "add", "赵六", "--set", "custom.hobby=下棋")[0] == 0
    (item,) = rep.ask(lambda reads: reads.customers(text="赵六"))
    assert item.custom == {"hobby": "下棋"}


def test_a_number_that_nobody_can_call_is_kept_and_named(rep: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    _code, out, _err = run(capsys, "doctor", "add", "钱八", "--set", "mobile=1381234567")
    assert "1381234567 does not look like a number that can be called" in out
    (item,) = rep.ask(lambda reads: reads.customers(text="钱八"))
    _code, out, _err = run(capsys, "doctor", "edit", item.id, "--set", "mobile=13812345678", language="zh")
    assert "号码" not in out
    _code, out, _err = run(capsys, "doctor", "edit", item.id, "--set", "phone=1381234567", language="zh")
    assert "1381234567 不像打得通的号码，已照样保存" in out


@pytest.mark.parametrize(
    ("text", "code"),
    [("custom.nobody=x", "unknown_field"), ("custom.beds=x", "wrong_kind"), ("custom.interest=x", "not_a_choice"),
     ("custom.trust=x", "field_not_allowed"), ("custom.old=x", "field_retired")],
)  # fmt: skip
def test_bad_ones_are_said(rep: Laptop, capsys: pytest.CaptureFixture[str], text: str, code: str) -> None:
    status, _, err = run(capsys, "--json", "doctor", "edit", ZHANG, "--set", text)
    assert (status, json.loads(err)["error"]["code"]) == (1, code)
    assert rep.waiting() == []


def test_a_decimal_number_is_given_and_shown_with_its_unit(rep: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "doctor", "edit", ZHANG, "--set", "custom.funds=12.50")[0] == 0
    assert rep.ask(lambda reads: reads.row("doctor", ZHANG))["custom"] == {"funds": 1250}
    assert "课题经费 (10,000 yuan): 12.5\n" in run(capsys, "doctor", "show", ZHANG)[1]
    code, _out, err = run(capsys, "doctor", "edit", ZHANG, "--set", "custom.funds=12.505", language="zh")
    assert code != 0
    assert "“课题经费（万元）”要填数字，最多 2 位小数" in err


def test_a_visit_is_added_with_its_fields(rep: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
    waited = {"for_record": "visit", "key": "waited", "name": "候诊", "kind": "number", "unit": "分钟", "position": 1}
    rep.receive("custom_field", {"id": ROWS[0]["id"][:-3] + "999", **waited})
    code, out, _err = run(capsys, "--json", "visit", "add", "--doctor", ZHANG, "--set", "custom.waited=10")
    assert code == 0, out
    held = [one.visit["custom"] for one in rep.ask(lambda reads: reads.visits(0, 50))]
    assert {"waited": 10} in held
    assert run(capsys, "visit", "add", "--doctor", ZHANG, "--set", "custom.nothing=10")[0] != 0


def test_an_import_names_them_by_their_words(rep: Laptop, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sheet = tmp_path / "list.csv"
    sheet.write_text("姓名,管床数\n李四,许多\n", "utf-8")
    report = tmp_path / "report.csv"
    _, out, _ = run(
        capsys,
        "import",
        str(sheet),
        "--kind",
        "doctor",
        "--column",
        "2=doctor.custom.beds",
        "--report",
        str(report),
        language="zh",
    )
    assert "“管床数”的“许多”" in out
    assert "“管床数”的“许多”" in report.read_text("utf-8-sig")
