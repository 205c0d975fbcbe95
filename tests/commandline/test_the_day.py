"""The whole day as the shell script that the documentation shows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(400)
def test_the_day_plays_through():
    environment = os.environ | {
        "CRMDESK": f"{sys.executable} -m crmdesk",
        "CRMDESK_SERVER": f"{sys.executable} -m crmdesk.server",
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
    }
    script = ROOT / "docs" / "examples" / "the-day.sh"
    played = subprocess.run(
        ["bash", str(script)], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=380, check=False
    )
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr[-3000:]
    assert "The day is done" in played.stdout
    assert played.stderr == ""
