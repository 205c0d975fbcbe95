"""A run that is killed itself leaves neither processes nor folders behind."""

import subprocess
import sys
from pathlib import Path

HOLDER = """
import subprocess, sys
from pathlib import Path
from tests.fixtures.leash import Leash
leash = Leash()
for name in ("ended", "left"):
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    leash.hold(child.pid)
    if name == "ended":
        child.stdin.close()
        child.wait()
        leash.free(child.pid)
leash.folder(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
{ending}
"""


def _holder(folder: Path, ending: str) -> "subprocess.Popen[bytes]":
    folder.mkdir()
    (folder / "data").write_text("x")
    command = [sys.executable, "-c", HOLDER.format(ending=ending), str(folder)]
    root = Path(__file__).resolve().parents[2]
    made = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)
    assert made.stdout is not None
    assert made.stdout.readline() == b"held\n"
    return made


def test_what_a_killed_run_left_goes_with_it(tmp_path: Path) -> None:
    with _holder(tmp_path / "folder", "") as holder:
        holder.kill()
        assert holder.stdout is not None
        assert holder.stdout.read() == b""  # the end: nobody that was started has it open any more
    assert not (tmp_path / "folder").exists()


def test_a_run_that_tidied_up_keeps_what_it_wants(tmp_path: Path) -> None:
    with _holder(tmp_path / "folder", "leash.close(); child.kill()") as holder:
        holder.communicate()
    assert holder.returncode == 0
    assert (tmp_path / "folder" / "data").exists()
