"""A laptop over a small territory that commands open in this process, instead of that of an account."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from crmdesk.commandline.app import main
from tests.services.small_territory import REP, Laptop, fill


@contextmanager
def seated(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *modules: ModuleType,
    user: str = REP,
    role: str = "rep",
    **more: str,
) -> Iterator[Laptop]:
    """Give a laptop that the commands of these modules open while it is there; `name=` is that of the person."""
    laptop = Laptop(folder)
    laptop.sign_in(user, role, **more)
    fill(laptop)

    @contextmanager
    def opened(_context: object) -> Iterator[Laptop]:
        yield laptop

    for module in modules:
        monkeypatch.setattr(module, "opened", opened)
    yield laptop
    laptop.close()


def run(capsys: pytest.CaptureFixture[str], *arguments: str, language: str = "en") -> tuple[int, str, str]:
    """Run a command; return its code, what it said and what it complained of."""
    code = main(["--language", language, *arguments])
    out, err = capsys.readouterr()
    return code, out, err
