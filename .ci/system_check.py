"""Looks whether this system can show a Qt window off screen, and brings or names what is missing."""

import os
import shutil
import subprocess
import sys

QT = "libglib2.0-0 libegl1 libgl1 libx11-6 libdbus-1-3 libfontconfig1 libxkbcommon0 libbrotli1"
PROBE = "from PySide6.QtWidgets import QApplication; QApplication([])"


def qt_works() -> tuple[bool, str]:
    """Start Qt off screen in a process of its own, since a missing library can end the process."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""


def install() -> bool:
    """Install the libraries with apt where that is allowed without asking (root in a container)."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print("Qt's system libraries are missing: installing them with apt-get …")
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *QT.split()]
    return subprocess.run(command, check=False, **quiet).returncode == 0


def main() -> int:
    """Return 0 when Qt starts, else say in words what to do."""
    works, reason = qt_works()
    if not works and install():
        works, reason = qt_works()
    if works:
        return 0
    print(f"Qt can't start on this system: {reason}", file=sys.stderr)
    print(f"On Debian or Ubuntu this brings what it needs:\n  sudo apt-get install {QT}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
