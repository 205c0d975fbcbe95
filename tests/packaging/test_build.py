"""The packaged app: built for real, then asked and started as on a laptop without Python."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import crmdesk

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def app() -> Iterator[Path]:
    """Build the app into a folder of its own, not among those in memory: programs may not run there everywhere."""
    pytest.importorskip("PyInstaller", reason="PyInstaller is not installed here")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    with tempfile.TemporaryDirectory(prefix="crmdesk-packaged-") as folder:
        out = Path(folder)
        built = subprocess.run(
            [*command, "--distpath", str(out / "dist"), "--workpath", str(out / "work"), str(ROOT / "build.spec")],
            capture_output=True, text=True, check=False, cwd=out,
        )  # fmt: skip
        assert built.returncode == 0, built.stderr[-4000:]
        yield out / "dist" / "crmdesk" / ("crmdesk.exe" if sys.platform == "win32" else "crmdesk")


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """Return an environment without this Python and without a display."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "QT_"))}
    return {**kept, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "LANG": "C.UTF-8"}


def test_it_tells_its_version(app: Path, surroundings: dict[str, str]) -> None:
    told = subprocess.run([str(app), "--version"], capture_output=True, text=True, env=surroundings, timeout=60)
    assert (told.returncode, told.stdout.strip(), told.stderr) == (0, f"crmdesk {crmdesk.__version__}", "")


def test_a_command_answers_in_json(app: Path, surroundings: dict[str, str], tmp_path: Path) -> None:
    command = [str(app), "--data-dir", str(tmp_path / "data"), "--json", "status"]
    told = subprocess.run(command, capture_output=True, text=True, env=surroundings, timeout=60)
    answer = json.loads(told.stdout or told.stderr)
    assert answer["error"]["code"] == "not_signed_in", told


def test_resources_are_where_the_program_looks(app: Path) -> None:
    inside = app.parent / "_internal"
    for folder in ("themes", "company", "calendar"):
        names = {path.name for kind in ("json", "svg") for path in (ROOT / "resources" / folder).glob(f"*.{kind}")}
        assert {path.name for path in (inside / "resources" / folder).iterdir()} == names
    assert (inside / "resources" / "translations" / "crmdesk_en.qm").stat().st_size > 1000
    assert (inside / "resources" / "translations" / "crmdesk_zh.qm").stat().st_size > 100
    assert (inside / "pylopdf_fonts_zh_cn" / "NotoSansSC-Regular.otf").is_file()


def test_what_it_never_loads_stays_out(app: Path) -> None:
    names = [path.relative_to(app.parent).as_posix() for path in app.parent.rglob("*")]
    assert [name for name in names if "qgtk3" in name or "Qt6Quick" in name or "litestar" in name] == []


@pytest.fixture
def running(app: Path, surroundings: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the windows off screen, and end them afterwards."""
    command = [str(app), "--data-dir", str(tmp_path / "data")]
    process = subprocess.Popen(
        command, env={**surroundings, "QT_DEBUG_PLUGINS": "1"}, stderr=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate(timeout=30)


def test_the_windows_open(running: subprocess.Popen[str]) -> None:
    assert running.stderr is not None
    said: list[str] = []
    for line in running.stderr:  # ends by itself when the program dies
        said.append(line)
        if "libqoffscreen" in line and "loaded library" in line:
            break
    else:
        pytest.fail("the program ended before it had a platform: " + "".join(said[-20:]))
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(5)  # it goes on: the loop of the windows runs
