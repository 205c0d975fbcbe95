"""`make demo`: with a display the app opens as the rep; without one the whole day is played off screen."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from crmdesk.domain.clock import local_date
from crmdesk.domain.errors import CrmdeskError

OUT = Path("demo-out")
SEED = 20261122


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when the day went as it should; everything else is a sentence."""
    parser = argparse.ArgumentParser(prog="crmdesk.fieldday", description=__doc__)
    parser.add_argument("--offscreen", action="store_true", help="play the day off screen even with a display")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for data and pictures (default: demo-out)")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the demo company")
    parser.add_argument("--small", action="store_true", help="a tenth of the company, for a quick look")
    parser.add_argument("--no-pictures", action="store_true", help="play without taking pictures")
    options = parser.parse_args(arguments)
    say = sys.stdout.write
    try:
        if has_display() and not options.offscreen:
            return open_app(options.out, options.seed, options.small)
        if not has_display():
            say("No display here: the day is played off screen, through the same windows.\n")
        return play(options.out, options.seed, options.small, pictures=not options.no_pictures)
    except CrmdeskError as error:
        sys.stderr.write(f"{sentence(error)}\n")
        return 1


def has_display() -> bool:
    """Say whether a window can be shown (macOS and Windows always can)."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def sentence(error: CrmdeskError) -> str:
    """Return the words for an error, even where Qt itself can't be loaded."""
    if error.code == "library_missing":
        return (
            f"Qt needs a system library that is not here: {error.params.get('library')}.\n"
            "On Debian or Ubuntu: sudo apt-get install libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 "
            "libglib2.0-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 "
            "libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0"
        )
    return str(error.params.get("words") or error)


def play(out: Path, seed: int, small: bool, pictures: bool = True) -> int:
    """Play the day off screen into `out` and print each step; 0 when all of it came to be seen."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from crmdesk.ui.preflight import check_system

    check_system()
    from crmdesk.company.generate import generate
    from crmdesk.company.receipts import png_ticket
    from crmdesk.fieldday.day import LUNCH, LUNCH_FAPIAO, Day
    from crmdesk.fieldday.diary import Diary
    from crmdesk.fieldday.hands import NotSeenError
    from crmdesk.fieldday.server_process import ServerProcess
    from crmdesk.fieldday.shots import Album
    from crmdesk.ui import language, theme
    from crmdesk.ui.app import make_application

    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    quieten_platform()
    application = make_application(language_choice=language.CHINESE, theme_choice=theme.LIGHT)
    application.setQuitOnLastWindowClosed(False)
    server = ServerProcess(out / "server")
    diary = Diary()
    with diary.step("The demo company is made") as step:
        server.make_company(seed, small)
        step.notes.append(f"seed {seed}: the same seed, the same company")
    # People and passwords do not depend on the scale: the smallest company names them quickly.
    today = local_date(datetime.now(UTC))  # the people of the day live by it, whatever zone this machine has
    company = generate(seed, today, 0.02)
    receipt = out / "receipt.png"
    ticket = [f"NO {LUNCH_FAPIAO}", f"DATE {today}", "ITEM MEAL", "", f"TOTAL CNY {LUNCH}"]
    receipt.write_bytes(png_ticket(ticket))
    album = Album(out / "screenshots")
    day = Day(out / "laptops", server, {one.login: one for one in company.logins}, receipt, diary)
    if pictures:
        day.notice = album.take
    try:
        day.play()
    except NotSeenError as error:
        sys.stderr.write(f"The day stopped at step {len(diary.steps)}: {error}\n")
        for login, seat in day.seats.items():
            seat.main.grab().save(str(out / f"stopped-{login}.png"))
        return 1
    finally:
        day.close()
    total = sum(step.seconds for step in diary.steps)
    sys.stdout.write(f"\nThe whole day in {total:.0f} s. Pictures: {len(album.taken)} in {album.folder}\n")
    return 0


def quieten_platform() -> None:
    """Keep what the off-screen platform says of itself for each window out of the day's story; all else is shown."""
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

    def show(_kind: QtMsgType, _context: QMessageLogContext, words: str) -> None:
        if not words.startswith("This plugin does not support"):
            sys.stderr.write(f"{words}\n")

    qInstallMessageHandler(show)


def open_app(out: Path, seed: int, small: bool) -> int:
    """Start the server on the demo company and open the app as the rep; the server ends with the app."""
    from crmdesk.fieldday.server_process import ServerProcess
    from crmdesk.ui.preflight import check_system

    check_system()
    server = ServerProcess(out / "server")
    if (out / "server").exists():
        server.run("init")  # an older crmdesk may have made it
    else:
        sys.stdout.write("Making the demo company (once, about half a minute) …\n")
        server.make_company(seed, small)
    server.start()
    app = [sys.executable, "-m", "crmdesk"]
    where = f"--server {server.url}"
    sys.stdout.write(
        f"\nThe server runs at {server.url} until the app is closed.\n"
        "Sign in as the rep:      rep01     demo-rep01-crmdesk\n"
        "A second rep:            rep02     demo-rep02-crmdesk\n"
        "The manager's window, in another terminal (manager1, demo-manager1-crmdesk):\n"
        f"    {app[0]} -m crmdesk --data-dir {out / 'manager1'} {where}\n"
        f"Finance the same way:    finance   demo-finance-crmdesk   ({out / 'finance'})\n\n"
    )
    sys.stdout.flush()
    try:
        return subprocess.run([*app, "--data-dir", str(out / "rep01"), *where.split()], check=False).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
