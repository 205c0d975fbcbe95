"""The measurements run and count rightly on tiny sizes; how fast anything is belongs to `make bench` alone."""

from pathlib import Path

import pytest

from bench import central, first_sync, importing, replica, searching, starting
from crmdesk.intake import Action


def test_a_made_sheet_comes_in_whole(tmp_path: Path) -> None:
    sheet = importing.generated(tmp_path / "hospitals.csv", 60)
    seconds, rows, report = importing.timed_import(tmp_path, sheet)
    assert (rows, seconds > 0, report.refused) == (60, True, [])
    assert report.counts[Action.CREATE] >= 40


def test_every_kind_of_query_is_asked(tmp_path: Path) -> None:
    with replica.desk(tmp_path / "store") as (store, desk):
        figures = searching.asked(desk, searching.filled(store, 60), 4)
    kinds = [name for name in figures if name.endswith("_p95_ms") and name != "search_p95_ms"]
    assert len(kinds) == 12
    assert figures["search_p95_ms"] == max(figures[name] for name in kinds)


def test_first_sync_bare_loop_and_nothing_new(tmp_path: Path) -> None:
    central.make_database(tmp_path / "server", 60)
    with central.serving(tmp_path / "server") as url:
        figures = first_sync.compare(tmp_path, url, 60, 1)
        figures |= first_sync.nothing_new(tmp_path / "ours0", url)
    assert figures["first_sync_pages_vs_bare"] > 0
    assert figures["noop_round_trips"] == 1
    assert 400 < figures["noop_bytes"] < 1500


def test_a_line_counts_requests_even_when_a_packet_cuts_them() -> None:
    line = central.Line()
    for piece in (b"POST /sync HT", b"TP/1.1\r\nA: b\r\n\r\nbody", b"GET /health HTTP/1.1\r\n\r\n", b"x" * 300):
        line.up(piece)
    assert (line.requests, line.sent) == (2, 13 + 20 + 24 + 300)


def test_a_peer_that_cannot_be_installed_leaves_its_figure_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(command: list[str]) -> str:
        raise OSError("no network")

    monkeypatch.setattr(first_sync, "_run", refuse)
    assert first_sync.peer_seconds(tmp_path / "peer", 10) == 0
    assert "left out" in capsys.readouterr().out


def test_the_app_starts_over_a_prepared_store(tmp_path: Path) -> None:
    starting.prepare(tmp_path / "store", 20)
    assert starting.started("app", str(tmp_path / "store")) > 0
