"""The whole day as the shell script that the documentation shows."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(1_200)
def test_the_day_plays_through():
    environment = os.environ | {
        "CRMDESK": f"{sys.executable} -m crmdesk",
        "CRMDESK_SERVER": f"{sys.executable} -m crmdesk.server",
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
    }
    script = ROOT / "docs" / "examples" / "the-day.sh"
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    played = subprocess.Popen(["bash", str(script)], env=environment, cwd=ROOT, start_new_session=True, **pipes)
    try:
        said, wrong = played.communicate(timeout=1_100)
    except BaseException:
        os.killpg(played.pid, signal.SIGKILL)  # its server too, which nobody would end any more
        raise
    assert played.returncode == 0, said[-3000:] + wrong[-3000:]
    assert "The day is done" in said
    assert wrong == ""
