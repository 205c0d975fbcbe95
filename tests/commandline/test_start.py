"""What the program loads before it shows a window: nothing that only some command, some page or the network needs."""

import subprocess
import sys

LATER = ("requests", "urllib3", "structlog", "qtawesome", "pypinyin", "sqlite_utils", "xlsxwriter", "vobject",
         "python_calamine", "keyring", "crmdesk.intake", "crmdesk.commandline.sync", "crmdesk.commandline.data",
         "crmdesk.sync.wire")  # fmt: skip
WINDOWS = """
import sys
from crmdesk.__main__ import program
program()
import crmdesk.ui.app, crmdesk.ui.windows, crmdesk.ui.icons, crmdesk.ui.pages.today_page
print(" ".join(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_the_windows_load_nothing_that_they_do_not_need() -> None:
    done = subprocess.run([sys.executable, "-c", WINDOWS, *LATER], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_command_is_there_all_the_same_and_collects_its_garbage() -> None:
    code = (
        "import gc, sys\nfrom crmdesk.__main__ import program\nrun = program()\n"
        "before = gc.isenabled()\nsys.argv = ['crmdesk', '--data-dir', sys.argv[1], 'status']\n"
        "status = run()\nprint(before, gc.isenabled(), 'crmdesk.commandline.sync' in sys.modules)\nsys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code, "nowhere"], capture_output=True, text=True, check=False)
    assert done.stdout.split()[-3:] == ["False", "True", "True"], done.stderr
    assert done.returncode != 0, "nobody is signed in there"
