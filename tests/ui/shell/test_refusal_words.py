"""Every refusal that the server can answer an operation with has its sentence in both languages, worked out from code.

The codes are those raised in the modules that judging an operation can reach, and those of the table of merging.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import crmdesk
from crmdesk.domain import merge_table
from crmdesk.ui import words

_PACKAGE = Path(crmdesk.__file__).parent
_ERRORS = {"InputError", "RefusedError"}
_RELAYED = {"server/push.py": 1, "server/sync_service.py": 0}
"""How often a module passes on a code that it did not name itself: each is looked at by hand before it is counted."""


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _imported(path: Path) -> Iterator[Path]:
    """Yield the modules of the package that a module imports, inside functions too."""
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("crmdesk"):
            base = _PACKAGE.parent.joinpath(*str(node.module).split("."))
            yield from (base / f"{one.name}.py" for one in node.names)
            yield base.with_suffix(".py")


def _reached(start: Path) -> set[Path]:
    """Return a module and every one of the package that it needs."""
    found, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path not in found and path.is_file():
            found.add(path)
            waiting += _imported(path)
    return found


def _named(node: ast.expr) -> Iterator[str | None]:
    """Yield the codes that an expression can be; None for one that is worked out elsewhere."""
    if isinstance(node, ast.IfExp):
        yield from _named(node.body)
        yield from _named(node.orelse)
    else:
        yield node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _codes_of(path: Path) -> Iterator[str | None]:
    for node in ast.walk(_parsed(path)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in _ERRORS and node.args:
            yield from _named(node.args[0])
        elif node.func.id == "Answer":
            yield from (code for one in node.keywords if one.arg == "code" for code in _named(one.value))


def _codes() -> dict[str, str]:
    found = {one.code: "merge_table" for one in merge_table.OUTCOMES if one.code}
    for path in sorted(_reached(_PACKAGE / "server" / "push.py")):
        place = path.relative_to(_PACKAGE).as_posix()
        codes = list(_codes_of(path))
        assert codes.count(None) == _RELAYED.get(place, 0), f"{place}: name the code where the error is made"
        found |= dict.fromkeys((code for code in codes if code), place)
    return found


def test_every_refusal_of_the_server_has_its_sentence() -> None:
    codes = _codes()
    assert {"call_back_missing", "out_of_scope", "body_mismatch", "too_late", "changed_since_seen"} <= codes.keys()
    assert {code: place for code, place in codes.items() if code not in words.SENTENCES} == {}


def test_a_refusal_of_a_newer_server_is_no_breakdown() -> None:
    for language, said in (("zh", "更新 crmdesk"), ("en", "Update crmdesk")):
        text = words.refusal("rule_of_tomorrow", {}, language)
        assert said in text
        assert "RULE-OF-TOMORROW" in text
    assert words.refusal("not_yours", {}, "en") == words.sentence("not_yours", {}, "en")
    assert "file" not in words.refusal("too_large", {}, "en"), "a change that is too large is no file"
    nested = {"code": "rule_of_tomorrow", "field": "name"}
    assert "RULE-OF-TOMORROW" in words.refusal("invalid", nested, "en")
