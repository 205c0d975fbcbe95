"""The layers hold, and a planted import breaks the build: the rule is seen to fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "crmdesk", tmp_path / "crmdesk", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("where", "planted"),
    [
        ("ui", "import sqlalchemy"),
        ("ui", "from crmdesk.storage import store"),
        ("server", "from crmdesk import services"),
        ("domain", "from crmdesk import protocol"),
        ("services", "def late() -> None:\n    from PySide6 import QtCore"),
    ],
)
def test_a_planted_import_breaks_the_build(house: Path, where: str, planted: str) -> None:
    (house / "crmdesk" / where / "planted.py").write_text(f'"""Planted."""\n\n{planted}\n', "utf-8")
    done = _lint(house)
    assert done.returncode != 0
    assert "planted" in done.stdout


def test_a_package_without_a_place_breaks_the_build(house: Path) -> None:
    (house / "crmdesk" / "attic").mkdir()
    (house / "crmdesk" / "attic" / "__init__.py").write_text('"""Nowhere."""\n', "utf-8")
    assert _lint(house).returncode != 0


def test_the_house_as_it_is_stands(house: Path) -> None:
    done = _lint(house)
    assert done.returncode == 0, done.stdout
