"""Every code that the server can answer an operation with is named on the page, and the page names no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs" / "protocol.md").read_text("utf-8")
_KINDS = ("RefusedError", "InputError")
_OF_AN_ADMINISTRATOR = {
    "amount", "choice_mark", "choices_needed", "choices_unwanted", "counts_prescriptions", "field_key",
    "field_key_taken", "field_name_taken", "role_never_writes", "too_many_fields", "unit_unwanted",
    "unknown_custom_field",
    "not_a_phone",
}  # fmt: skip
"""What modules on the way of an operation raise for others alone: for the command line, for what a person types."""
_WRITTEN_OUT = {"body_mismatch": "RefusedError"}
"""Codes of answers that are made without an error."""


def _on_the_way() -> set[Path]:
    """Return the modules that the push imports, at any depth."""
    found: set[Path] = set()
    todo = [_ROOT / "crmdesk" / "server" / "push.py"]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo += _imported(path)
    return found


def _imported(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("crmdesk"):
            base = _ROOT.joinpath(*str(node.module).split("."))
            places = [base.with_suffix(".py"), *((base / one.name).with_suffix(".py") for one in node.names)]
            yield from (one for one in places if one.exists())


def _raised() -> dict[str, set[str]]:
    """Return the codes by the kind of their error; a code that is worked out fails the test."""
    found: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for path in _on_the_way():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _KINDS:
                code = node.args[0]
                for one in (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,):
                    assert isinstance(one, ast.Constant), f"{path}:{node.lineno}"
                    found[node.func.id].add(str(one.value))
    for code, kind in _WRITTEN_OUT.items():
        found[kind].add(code)
    return {kind: codes - _OF_AN_ADMINISTRATOR for kind, codes in found.items()}


def _named(begin: str, end: str) -> set[str]:
    part = _PAGE.partition(begin)[2].partition(end)[0]
    assert part
    return {code for line in part.splitlines() for code in re.findall(r"`([a-z_]+)`", line.split(" | ")[0])}


def test_the_page_names_every_refusal_and_no_other() -> None:
    told = _named("| code of a refusal | ", "\n\n")
    assert told - {"invalid"} == _raised()["RefusedError"]


def test_the_page_names_every_finer_code_of_what_is_invalid() -> None:
    told = _named("The finer codes of `invalid` are ", "\n\n")
    assert told - {"invalid"} == _raised()["InputError"]
