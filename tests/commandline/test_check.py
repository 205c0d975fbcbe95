"""`crmdesk check`: a wrong search index is named with what helps, and made anew on demand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from crmdesk.commandline import data
from crmdesk.commandline.app import main
from tests.services.small_territory import REP, Laptop, fill


@pytest.fixture
def laptop(tmp_path, monkeypatch) -> Iterator[Laptop]:
    made = Laptop(tmp_path / "store")
    made.sign_in(REP, "rep")
    fill(made)

    @contextmanager
    def opened(_context: object) -> Iterator[Laptop]:
        yield made

    monkeypatch.setattr(data, "opened", opened)
    yield made
    made.close()


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def test_a_wrong_search_index_is_named_and_made_anew(laptop, capsys):
    assert run(capsys, "--language", "en", "check")[:2] == (0, f"All sound: {_rows(capsys)} rows.\n")
    with laptop.store.writing() as work:
        work.driver.execute("DELETE FROM search_doctor WHERE rowid = (SELECT min(rowid) FROM row_doctor)")
    code, out, err = run(capsys, "--language", "en", "check")
    assert (code, out.splitlines()[0]) == (3, "search_doctor")
    assert "--repair" in out
    assert "Faults found: 1." in err
    assert "--repair 重建" in run(capsys, "--language", "zh", "check")[1]
    code, out, _ = run(capsys, "--language", "en", "check", "--repair")
    assert (code, out.startswith("All sound")) == (0, True)
    assert run(capsys, "check")[0] == 0


def _rows(capsys) -> int:
    return sum(json.loads(run(capsys, "--json", "check")[1])["health"]["rows"].values())
