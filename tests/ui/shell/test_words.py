"""Every code that the app can raise has words in both languages, and the words hold what they were given."""

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import crmdesk
from crmdesk.domain.errors import InputError, RefusedError, WorldError
from crmdesk.ui import language, words

_KINDS = {"InputError", "RefusedError", "WorldError"}
_PACKAGE = Path(crmdesk.__file__).parent
_NOT_FOR_WINDOWS = {"server", "commandline", "company", "fieldday"}
"""Packages whose errors are said on a command line or as an HTTP problem, not by a window."""


def _codes() -> dict[str, str]:
    """Return every literal code raised anywhere that a window can hear of, with the place."""
    found: dict[str, str] = {}
    for path in _PACKAGE.rglob("*.py"):
        if path.relative_to(_PACKAGE).parts[0] in _NOT_FOR_WINDOWS:
            continue
        source = path.read_text("utf-8")
        if not any(kind in source for kind in _KINDS):
            continue  # parsing all of the program took two seconds
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _KINDS and node.args:
                choices = node.args[0]
                for constant in (choices.body, choices.orelse) if isinstance(choices, ast.IfExp) else (choices,):
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                        found[constant.value] = str(path.relative_to(_PACKAGE))
    return found


def test_every_code_has_words() -> None:
    assert {code: place for code, place in _codes().items() if code not in words.SENTENCES} == {}


@pytest.mark.parametrize("code", sorted(words.SENTENCES))
def test_both_languages_say_the_same_things(code: str) -> None:
    chinese, english = words.SENTENCES[code]
    assert set(re.findall(r"{(\w+)}", chinese)) == set(re.findall(r"{(\w+)}", english))
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert not re.search(r"[\u4e00-\u9fff]", english)
    assert "!" not in english
    assert "！" not in chinese
    assert "oops" not in english.lower()


def test_the_field_is_named_in_the_language_shown() -> None:
    error = InputError("too_long", field="mobile", limit=40, length=45)
    assert words.error_sentence(error, "zh").startswith("“手机”太长：45，最多 40")
    assert words.error_sentence(error, "en").startswith("'Mobile' is too long: 45")


def test_money_reads_as_money() -> None:
    assert "¥10,000.00" in words.error_sentence(RefusedError("over_your_limit", limit_fen=10_000_00), "zh")
    budget = {"planned_fen": 100_00, "reserved_fen": 20_00, "committed_fen": 0, "spent_fen": 30_00}
    assert "¥50.00" in words.error_sentence(RefusedError("over_budget", **budget), "en")


def test_a_line_is_named_where_there_is_one() -> None:
    assert "第 2 项" in words.sentence("incomplete", {"field": "amount_fen", "line": 2}, "zh")
    assert words.sentence("incomplete", {"field": "lines"}, "en") == "'Lines' is missing. The draft is saved."


def test_the_most_rows_are_said_for_reading_and_for_writing() -> None:
    assert words.sentence("too_many_rows", {"limit": 200_000}, "en").startswith("At most 200000 rows at once")


def test_a_wait_is_said_in_whole_seconds() -> None:
    assert "等 2 秒" in words.sentence("too_many", {"retry_after_s": 1.2}, "zh")


def test_an_unknown_code_and_a_stranger_s_error_give_a_code_for_support() -> None:
    assert "strange_thing" in words.sentence("strange_thing", {}, "en")
    said = words.error_sentence(KeyError("secret of a doctor"), "en")
    assert "KeyError" in said
    assert "secret" not in said


def test_missing_parameters_never_fail() -> None:
    for code in words.SENTENCES:
        assert words.sentence(code, {}, "zh")
        assert words.sentence(code, {}, "en")


def test_values_read_as_people_write_them() -> None:
    assert words.value_words("doctor", "title", "chief", "en") == "Chief physician"
    assert words.value_words("doctor", "consent", ["phone", "sms"], "zh") == "电话、短信"
    assert words.value_words("claim", "total_fen", 168_000, "zh") == "¥1,680.00"
    assert words.value_words("visit", "adverse_event", True, "en") == "yes"
    assert words.value_words("doctor", "mobile", None, "en") == ""


def test_finding_words() -> None:
    found = words.finding("meal_cap", {"line": 1, "a_head_fen": 320_00, "cap_fen": 300_00}, "en")
    assert found == ("Line 1: meal ¥320.00 a head, limit ¥300.00", "Limit for meals a head")
    none = words.finding("no_budget", {"period": "2026Q4", "category": "meal"}, "zh")
    assert none == ("2026Q4 餐饮：没有预算", "预算检查")
    assert words.finding("of_tomorrow", {"line": 3}, "en") == ("of_tomorrow", "line 3")


def test_every_finding_has_its_words() -> None:
    found: set[str] = set()
    for path in _PACKAGE.rglob("*.py"):
        source = path.read_text("utf-8")
        for node in ast.walk(ast.parse(source)) if "finding_of" in source else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "finding_of":
                assert isinstance(node.args[0], ast.Constant), f"{path}: name the code where the finding is made"
                found.add(node.args[0].value)
    assert found == set(words.FINDINGS)


def test_a_code_is_read_out_to_support_in_capitals() -> None:
    assert words.support_code("fapiao_used") == "FAPIAO-USED"
    assert str(WorldError("x")) == "x"


def test_names_that_views_join_are_joined_as_the_language_does(dressed: QApplication) -> None:
    assert language.names_word("周岚、Ann Lee") == "周岚、Ann Lee"
    language.apply_language(dressed, language.ENGLISH)
    assert language.names_word("周岚、Ann Lee") == "周岚, Ann Lee"


def test_every_page_shows_joined_names_so() -> None:
    """A visit to several doctors was called `甲、乙` in English too."""
    pages = Path(crmdesk.__file__).parent / "ui" / "pages"
    bare = re.compile(r"(?:name=|title=|dotted\(|\s)(?:item|visit|one|self\._visit)\.doctor_names(?! else)\s*(?:,|or)")
    assert {path.name: bare.findall(text) for path in pages.glob("*.py") if bare.search(text := path.read_text())} == {}
