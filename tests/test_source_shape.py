"""The house rules that a machine can check: sizes, names, documents, languages, lock files."""

import ast
import re
import statistics
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "crmdesk").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
FORBIDDEN_STEMS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a tree with their handlers and cases, and not what they are made of: a tenth of it."""
    for block in ("body", "handlers", "orelse", "finalbody", "cases"):
        inside = getattr(node, block, ())
        for one in inside if isinstance(inside, list) else ():
            yield one
            yield from _statements(one)


def _calls(path: Path, names: Iterable[str]) -> Iterator[ast.Call]:
    """Yield the calls in a file; none where its text has not even the last word of one of the names."""
    text = path.read_text("utf-8")
    if re.search(rf"\b({'|'.join(name.rpartition('.')[2] for name in names)})\b", text):
        yield from (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))


def _functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in _statements(tree)
        if isinstance(node, kinds)
    ]


def test_files_stay_within_600_lines() -> None:
    long = [
        str(path.relative_to(ROOT))
        for path in [*SOURCES, *TESTS]
        if len(path.read_text("utf-8").splitlines()) > MAX_FILE_LINES
    ]
    assert long == []


def test_functions_stay_within_60_lines_and_mostly_far_below() -> None:
    sizes = [entry for path in SOURCES for entry in _functions(path)]
    assert [entry for entry in sizes if entry[1] > MAX_FUNCTION_LINES] == []
    lengths = sorted(length for _, length in sizes)
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.95)] <= 40


def test_no_file_is_a_drawer() -> None:
    assert [path for path in SOURCES if path.stem in FORBIDDEN_STEMS or path.parent.name in FORBIDDEN_STEMS] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_what_it_owns(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), "a module opens with one sentence saying what it owns"


def _excepts(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    lines = text.splitlines()
    found = []
    for node in _statements(ast.parse(text)) if "except" in text else ():
        if not isinstance(node, ast.ExceptHandler):
            continue
        name = node.type.id if isinstance(node.type, ast.Name) else ""
        broad = node.type is None or name in {"Exception", "BaseException"}
        silent = broad and all(isinstance(part, ast.Pass) for part in node.body)
        again = any(isinstance(part, ast.Raise) for part in ast.walk(node))  # tidies up and lets it go on
        here = lines[node.lineno - 1] + lines[node.lineno] + lines[node.lineno - 2]
        if node.type is None or silent or (broad and not again and "#" not in here):
            found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def test_broad_excepts_say_why() -> None:
    assert [entry for path in SOURCES for entry in _excepts(path)] == []


def test_no_print_and_no_fixed_sleep() -> None:
    def calls(path: Path, names: set[str]) -> list[str]:
        called = [(node.lineno, ast.unparse(node.func)) for node in _calls(path, names)]
        return [f"{path.relative_to(ROOT)}:{line} {target}" for line, target in called if target in names]

    assert [hit for path in SOURCES for hit in calls(path, {"print"})] == []
    assert [hit for path in TESTS for hit in calls(path, {"time.sleep", "sleep", "qtbot.wait", "QTest.qWait"})] == []


def _translation_calls(path: Path) -> list[str]:
    found = []
    for node in _calls(path, {"tr"}):
        if not (isinstance(node.func, ast.Attribute) and node.func.attr == "tr"):
            continue
        owner = ast.unparse(node.func.value)
        literal = node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
        if owner != "self" or not literal:
            found.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)[:60]}")
    return found


def test_translations_are_literals_of_their_own_object() -> None:
    paths = [path for path in SOURCES if "ui" in path.parts]
    assert [hit for path in paths for hit in _translation_calls(path)] == []


def test_tracked_texts_name_no_registry_and_no_machine() -> None:
    hosts = re.compile("|".join(("pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.(org|com)")))
    machine = re.compile(r"(^|[^A-Za-z0-9_.])/(work|farm|root)/")
    ours = [
        *SOURCES,
        *TESTS,
        ROOT / "requirements.lock",
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
    ]
    bad = [
        str(path.relative_to(ROOT))
        for path in ours
        if hosts.search(text := path.read_text("utf-8")) or machine.search(text)
    ]
    assert [name for name in bad if name != "tests/test_source_shape.py"] == []


def test_the_lock_pins_every_line_by_hash() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    entries = [block for block in re.split(r"\n(?=[A-Za-z0-9])", text) if "==" in block]
    assert entries
    assert [block.splitlines()[0] for block in entries if "--hash=sha256:" not in block] == []
    assert "http" not in re.sub(r"^(httpcore|httpx|httptools)\b.*$", "", text, flags=re.M)


def test_values_of_the_laptop_are_structs() -> None:
    """A slotted dataclass compiles six functions at each start of the app (decision 0024)."""
    layers = [path for path in SOURCES if path.relative_to(ROOT).parts[1] in ("services", "storage", "sync", "ui")]
    assert layers
    assert [path for path in layers if re.search(r"@dataclass\(.*slots=True", path.read_text("utf-8"))] == []


_DISTANCES = {
    "setContentsMargins", "setSpacing", "setHorizontalSpacing", "setVerticalSpacing", "addSpacing", "FlowLayout",
}  # fmt: skip


def _raw_distances(path: Path) -> list[str]:
    found = []
    for node in _calls(path, _DISTANCES):
        if ast.unparse(node.func).rpartition(".")[2] not in _DISTANCES:
            continue
        given = [*node.args, *(one.value for one in node.keywords)]
        numbers = [part.value for one in given for part in ast.walk(one) if isinstance(part, ast.Constant)]
        if any(number != 0 for number in numbers):
            found.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)[:80]}")
    return found


def test_layouts_take_their_distances_from_the_scale() -> None:
    """Sixty kinds of margins grew where each page chose its own numbers (`crmdesk.ui.space`)."""
    assert [hit for path in SOURCES if "ui" in path.parts for hit in _raw_distances(path)] == []
