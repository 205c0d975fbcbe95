"""The whole day of a rep through the real windows, by key strokes and clicks, against a real server process."""

import subprocess
import sys
from pathlib import Path

import pytest

STEPS = 22


@pytest.mark.timeout(500)
def test_the_day_goes_as_it_should(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crmdesk.fieldday", "--offscreen", "--small", "--no-pictures"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "day")], capture_output=True, text=True, timeout=480, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout
    assert f"{STEPS}. " in told
    for words in (
        "已提交，待同步",  # the claim waits for the network
        "the e-mail is merged; the phone was changed by both",
        "in use again: 138 0000 4417",
        "refused: ",
        "called back about a visit: ",
        ": confirmed",  # the call-back about a claim of the sample
        "payable: ",
    ):
        assert words in told
