"""Every toast is given what makes its sentence, never a sentence worked out before: that one keeps its language."""

import ast
from pathlib import Path

import crmdesk

SOURCES = sorted((Path(crmdesk.__file__).parent / "ui").rglob("*.py"))


def speaks(node: ast.AST) -> bool:
    """Say whether an expression works a translated sentence out at once."""
    if isinstance(node, ast.Lambda):
        return False
    if isinstance(node, ast.Call):
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        if name in ("tr", "translate"):
            return True
    return any(speaks(child) for child in ast.iter_child_nodes(node))


def too_early(source: str) -> list[int]:
    """Return the lines of toasts whose sentence is worked out beforehand; in small dialogs `submit` makes the toast."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            (node.func.attr == "toast" and any(speaks(one) for one in node.args))
            or (node.func.attr in ("submit", "_submit") and any(speaks(one) for one in node.args[1:2]))
        )
    ]


def kept_for_later(source: str) -> list[int]:
    """Return the lines of toasts that are given the name of a sentence that was worked out before, in its function."""
    found = []
    for function in (one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.FunctionDef)):
        spoken = {
            target.id
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and speaks(one.value)
            for target in one.targets
            if isinstance(target, ast.Name)
        }
        for one in ast.walk(function):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "toast":
                found += [one.lineno for arg in one.args if isinstance(arg, ast.Name) and arg.id in spoken]
    return sorted(set(found))


def test_no_toast_is_worked_out_beforehand() -> None:
    assert {path.name: lines for path in SOURCES if (lines := too_early(path.read_text("utf-8")))} == {}
    assert {path.name: lines for path in SOURCES if (lines := kept_for_later(path.read_text("utf-8")))} == {}


def test_the_search_finds_one() -> None:
    assert too_early("self.context.toast(self.tr('x').format(a=1))") == [1]
    assert too_early("self.submit(command, self.tr('x'))") == [1]
    assert too_early("self.context.toast(lambda: self.tr('x'))") == []
    assert kept_for_later("def f(self):\n  said = self.tr('x')\n  self.context.toast(said)") == [3]
    assert kept_for_later("def f(self):\n  said = lambda: self.tr('x')\n  self.context.toast(said)") == []
