"""The measurements run and count rightly on tiny sizes; how fast anything is belongs to `make bench` alone."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench import (
    central,
    first_sync,
    handover,
    herd,
    importing,
    large,
    noting,
    peer,
    pouch,
    pushing,
    replica,
    searching,
    starting,
    territory,
    window_task,
)
from bench.line import OPEN, Counts, Lane, bytes_alone, line
from crmdesk.intake import Action
from crmdesk.server.commands.place import place_in


def test_a_made_sheet_comes_in_whole(tmp_path: Path) -> None:
    sheet = importing.generated(tmp_path / "hospitals.csv", 60)
    seconds, rows, report = importing.timed_import(tmp_path, sheet)
    assert (rows, seconds > 0, report.refused) == (60, True, [])
    assert report.counts[Action.CREATE] >= 40


def test_every_kind_of_query_is_asked(tmp_path: Path) -> None:
    with replica.desk(tmp_path / "store") as (store, desk):
        figures = searching.asked(desk, searching.filled(store, 60), 4)
    kinds = [name for name in figures if name.endswith("_p95_ms") and name != "search_p95_ms"]
    assert len(kinds) == 20
    assert figures["search_p95_ms"] == max(figures[name] for name in kinds)


def test_first_sync_bare_loop_and_nothing_new(tmp_path: Path) -> None:
    central.make_database(tmp_path / "server", territory.customers(60, replica.TERRITORY))
    with central.serving(tmp_path / "server") as url:
        figures = first_sync.compare(tmp_path, url, 60, 1) | first_sync.far(tmp_path, url, 60, 1)
        figures |= first_sync.nothing_new(tmp_path / "ours0", url)
    assert figures["first_sync_pages_vs_bare"] > 0
    assert figures["wan_first_sync_vs_bytes"] > 0
    assert figures["noop_round_trips"] == 1
    assert 400 < figures["noop_bytes"] < 1000
    told = {"near": [2.0], "wan": [figures["wan_first_sync_s"] * 3]}
    against = first_sync.against_peer(told, figures)
    assert against["wan_first_sync_vs_anki"] == pytest.approx(3)
    assert first_sync.against_peer(None, figures) == {}


@pytest.mark.soak  # `make bench` itself runs it
def test_a_push_is_measured_near_and_on_the_line(tmp_path: Path) -> None:
    central.make_database(tmp_path / "server", territory.doctors_alone(20, replica.TERRITORY))
    with central.serving(tmp_path / "server") as url, line(url) as wan:
        first_sync.first_sync(tmp_path / "laptop", url, 20)
        near, far = pushing.pushed(tmp_path / "laptop", (url, wan.url), 1)
        assert wan.counts()["requests"] >= 2, "the second went over the line"
    assert 0 < near[0] <= near[1]
    assert far[0] >= 0.06, "a round trip at least"


def test_a_herd_asks_both_servers_and_a_wrong_answer_is_seen(tmp_path: Path) -> None:
    laptops = herd.make_company(tmp_path, 8)
    with central.serving(tmp_path) as url, herd.bare_server(tmp_path) as bare_port:
        figures = herd.compare(laptops, int(url.rpartition(":")[2]), bare_port, 1)
    assert figures["herd_errors"] == 0
    assert figures["herd_vs_bare"] > 0
    assert not herd.nothing_new(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
    assert not herd.nothing_new(b"HTTP/1.1 200 OK\r\n\r\nnot a frame at all")


@pytest.mark.soak  # `make bench` itself runs it
def test_a_handover_writes_nothing_and_empties_the_old_laptop(tmp_path: Path) -> None:
    customers = territory.customers(40, replica.TERRITORY)
    made = central.make_database(tmp_path / "server", customers, others=["rep2"])
    database = place_in(tmp_path / "server").database()
    try:
        with central.serving(tmp_path / "server") as url:
            figures = handover.handed_over(database, url, tmp_path / "laptop", 40, sum(made.values()), 2)
    finally:
        database.dispose()
    assert figures["purge_20k_ms"] > 0
    assert figures["longest_lock_ms"] > 0


def test_the_stopwatch_tells_the_longest_hold_and_not_the_waiting() -> None:
    watch = handover.Stopwatch(threading.RLock())
    with watch, watch:
        busy_until = time.perf_counter() + 0.03
        while time.perf_counter() < busy_until:
            pass
    with watch:
        pass
    assert 0.03 <= watch.longest_s < 5


@pytest.mark.soak  # `make bench` itself runs it
def test_two_sizes_are_filled_alike_and_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "SMALL", 400)
    monkeypatch.setattr(large, "LARGE", 1_600)
    monkeypatch.setattr(large, "ROUNDS", 1)
    monkeypatch.setattr(large, "CHANGES", 10)
    figures = large.measure(tmp_path)
    assert figures["noop_1m_vs_10k"] > 0
    assert figures["delta100_1m_vs_10k"] > 0


@contextmanager
def _answering(size: int) -> Iterator[int]:
    """A server that answers any first bytes with so many; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            taken, _ = listener.accept()
            with taken:
                taken.recv(4096)
                taken.sendall(b"x" * size)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def _asked(url: str) -> tuple[float, int]:
    """Return the seconds that a request through a line takes, and the bytes that came."""
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as ours:
        ours.sendall(b"GET / HTTP/1.1\r\n")
        received = 0
        while piece := ours.recv(65_536):
            received += len(piece)
    return time.perf_counter() - begun, received


def test_a_line_delays_paces_and_counts() -> None:
    with _answering(250_000) as port, line(f"http://127.0.0.1:{port}", (60.0, 5_000_000, 20_000_000)) as wan:
        seconds, received = _asked(wan.url)
        counts = wan.counts()
    assert received == 250_000
    assert counts == {"sent": 16, "received": 250_000, "connections": 1, "requests": 1}
    # being connected costs a round trip; the bytes alone 0.16 s
    assert seconds >= 0.06 + bytes_alone(16, 250_000) - 0.005


def test_an_open_line_only_counts() -> None:
    with _answering(1_000) as port, line(f"http://127.0.0.1:{port}", OPEN) as counted:
        assert _asked(counted.url)[1] == 1_000
        assert counted.counts()["received"] == 1_000


def test_what_enters_a_lane_together_leaves_one_after_the_other() -> None:
    lane = Lane(8_000, 0.5)  # a byte a millisecond
    assert [lane.arrival(100, 10.0), lane.arrival(100, 10.0), lane.arrival(0, 20.0)] == pytest.approx(
        [10.6, 10.7, 20.5]
    )


def test_a_line_counts_requests_even_when_a_packet_cuts_them() -> None:
    counts = Counts()
    for piece in (b"POST /sync HT", b"TP/1.1\r\nA: b\r\n\r\nbody", b"GET /health HTTP/1.1\r\n\r\n", b"x" * 300):
        counts.up(piece)
    assert (counts.requests, counts.sent) == (2, 13 + 20 + 24 + 300)


def test_a_peer_that_cannot_be_installed_leaves_its_figures_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(command: list[str], **_more: Any) -> None:
        raise subprocess.CalledProcessError(1, command, stderr="no network")

    monkeypatch.setattr(subprocess, "run", refuse)
    assert peer.told(tmp_path / "peer", "first", "10", "1") is None
    said = capsys.readouterr().out
    assert "left out" in said
    assert "no network" in said


def test_a_second_peer_that_cannot_be_had_is_left_out_with_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pouch.measure(tmp_path) == {}
    assert "left out" in capsys.readouterr().out
    theirs = {"pouchdb_first_sync_s": 6.0, "pouchdb_push_s": 2.0, "wan_pouchdb_push_s": 9.0}
    assert pouch.against(theirs, {"first_sync_s": 0.5, "push_s": 4.0}) == {
        "first_sync_vs_pouchdb": 12.0,
        "push_vs_pouchdb": 0.5,
    }


def test_saving_is_compared_with_a_bare_commit(tmp_path: Path) -> None:
    window_task.fill(tmp_path / "store", 20, 50)
    window_task.plan_the_day(tmp_path / "store")
    figures = noting.compare(tmp_path / "store", tmp_path, 3)
    assert figures["save_note_vs_commit"] == figures["save_note_ms"] / figures["bare_commit_ms"]


def test_every_page_is_used_for_the_memory_that_it_takes(tmp_path: Path) -> None:
    window_task.fill(tmp_path / "store", 80, 60)
    window_task.plan_the_day(tmp_path / "store")
    found = window_task.done_over(tmp_path / "store", "memory")
    assert len(found["resident_mb"]) >= 5
    assert found["peak_mb"][0] >= max(found["resident_mb"]) > 50


def test_the_app_starts_over_a_prepared_store(tmp_path: Path) -> None:
    window_task.fill(tmp_path / "store", 20, 50)
    window_task.plan_the_day(tmp_path / "store")
    app = starting.started("app", str(tmp_path / "store"))
    assert 0 < starting.started("empty").usable_s < app.usable_s <= app.complete_s
