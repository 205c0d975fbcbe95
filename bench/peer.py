"""The peer: Anki from its package, in an environment of its own; left out, with words, where it can't be had."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).with_name("anki_peer.py")
_LIMIT_S = 240


def told(folder: Path, *arguments: str) -> dict[str, Any] | None:
    """Install the peer into a folder where it is not yet, run it, and return what it prints; None where it can't."""
    try:
        done = run([str(_python(folder)), str(_SCRIPT), *arguments])
        answer = json.loads(done)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        reason = (getattr(error, "stderr", None) or str(error)).strip()[-300:]
        print(f"  Anki can't be measured here, its figures are left out: {type(error).__name__}: {reason}")
        return None
    return dict(answer)


def _python(folder: Path) -> Path:
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(folder)])
        run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "anki"])
        (folder / "installed").touch()
    return python


def run(command: list[str]) -> str:
    """Run a command and return what it printed; raises SubprocessError and OSError."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=_LIMIT_S).stdout
