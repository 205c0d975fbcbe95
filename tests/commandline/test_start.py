"""What the program loads before it shows a window: nothing that only some command, some page or the network needs."""

import os
import subprocess
import sys

import pytest

LATER = (
    "sqlalchemy", "crmdesk.storage.tables", "typer", "click", "crmdesk.commandline.app",
    "crmdesk.commandline.sync", "crmdesk.commandline.data", "requests",
    "urllib3", "structlog", "qtawesome", "pypinyin", "sqlite_utils", "xlsxwriter", "vobject", "python_calamine",
    "keyring", "crmdesk.intake", "crmdesk.sync.wire", "ssl", "logging.handlers", "pickle", "socket", "html",
    "ctypes",
)  # fmt: skip
WINDOWS = """
import sys
from crmdesk.__main__ import program
program([])
import crmdesk.ui.app, crmdesk.ui.windows, crmdesk.ui.icons, crmdesk.ui.pages.today_page
print(" ".join(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_the_windows_load_nothing_that_they_do_not_need() -> None:
    done = subprocess.run([sys.executable, "-c", WINDOWS, *LATER], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_command_is_there_all_the_same_and_collects_its_garbage() -> None:
    code = (
        "import gc, sys\nfrom crmdesk.__main__ import program\nrun = program(['status'])\n"
        "before = gc.isenabled()\nsys.argv = ['crmdesk', '--data-dir', sys.argv[1], 'status']\n"
        "status = run()\nprint(before, gc.isenabled(), 'crmdesk.commandline.sync' in sys.modules)\nsys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code, "nowhere"], capture_output=True, text=True, check=False)
    assert done.stdout.split()[-3:] == ["False", "True", "True"], done.stderr
    assert done.returncode != 0, "nobody is signed in there"


@pytest.mark.parametrize(
    ("made", "later"),
    [
        (
            "from crmdesk.commandline.app import _commands\n_commands()",
            ("crmdesk.intake", "requests", "PySide6.QtWidgets"),
        ),
        ("import crmdesk.server.__main__", ("crmdesk.intake", "litestar", "uvicorn")),
    ],
    ids=["crmdesk", "crmdesk-server"],
)
def test_a_command_loads_neither_what_reads_sheets_nor_what_speaks_http(made: str, later: tuple[str, ...]) -> None:
    """All commands of a program are loaded for each one of them: a day of fifty commands took a quarter longer."""
    code = f"import sys\n{made}\nprint(*(name for name in sys.argv[1:] if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code, *later], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a display")
def test_without_arguments_the_windows_are_opened_or_it_is_said_why_not() -> None:
    """The same sentences and codes as by the way of the commands, which load what only they need."""
    environment = {**os.environ, "LANG": "C.UTF-8"}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "LC_ALL", "LC_MESSAGES"):
        environment.pop(name, None)
    said = [
        subprocess.run(
            [sys.executable, "-m", "crmdesk", *options], env=environment, capture_output=True, text=True, check=False
        )
        for options in ([], ["--language", "en"])
    ]
    assert [one.returncode for one in said] == [3, 3]
    assert said[0].stderr == said[1].stderr != ""
