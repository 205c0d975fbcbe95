"""`crmdesk check`: a wrong search index is named with what helps, and made anew on demand."""

import json
from collections.abc import Iterator

import pytest

from crmdesk.commandline import data
from tests.commandline.seat import run, seated
from tests.services.small_territory import Laptop


@pytest.fixture
def laptop(tmp_path, monkeypatch) -> Iterator[Laptop]:
    with seated(tmp_path / "store", monkeypatch, data) as made:
        yield made


def test_a_wrong_search_index_is_named_and_made_anew(laptop, capsys):
    assert run(capsys, "check")[:2] == (0, f"All sound: {_rows(capsys)} rows.\n")
    with laptop.store.writing() as work:
        work.driver.execute("DELETE FROM search_doctor WHERE rowid = (SELECT min(rowid) FROM row_doctor)")
    code, out, err = run(capsys, "check")
    assert (code, out.splitlines()[0]) == (3, "search_doctor")
    assert "--repair" in out
    assert "Faults found: 1." in err
    assert "--repair 重建" in run(capsys, "check", language="zh")[1]
    code, out, _ = run(capsys, "check", "--repair")
    assert (code, out.startswith("All sound")) == (0, True)
    assert run(capsys, "check")[0] == 0


def _rows(capsys) -> int:
    return sum(json.loads(run(capsys, "--json", "check")[1])["health"]["rows"].values())
