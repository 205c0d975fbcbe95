"""The binding gives back no reference that it did not take: one too few of `None` ends the program after a while."""

import subprocess
import sys

import pytest

PROBE = """
import sys
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QVBoxLayout
application = QApplication([])
layout, thing = QVBoxLayout(), QObject()
before = sys.getrefcount(None)
for _ in range(500):
    layout.takeAt(0)
    thing.property("nothing")
    thing.parent()
print(sys.getrefcount(None) - before)
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on; nothing can be counted")
def test_qt_calls_that_return_nothing_keep_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[-1]) > -50
