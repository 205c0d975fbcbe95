"""A photo over a line that breaks, is slow or lies: it arrives whole, and rows never wait for it."""

import os
import time

import pytest

from crmdesk.protocol.messages import MAX_ATTACHMENT_BYTES
from crmdesk.storage import attachments
from tests.sync.field import Field, ask, edit, synced
from tests.sync.files.bad_line import BadLine
from tests.sync.files.photos import arrived, attach, bytes_on, held_by_server, photo, queue, sha256_of, until, visit

BREAKS_AFTER = 200 << 10
BIG = MAX_ATTACHMENT_BYTES if os.environ.get("CRMDESK_SOAK") else 5 << 18
"""20 MiB in `make soak`; the line breaks as often per byte."""


def test_a_photo_larger_than_the_line_holds_arrives_whole_up_and_down(field: Field, line: BadLine) -> None:
    rep, manager = field.laptop("rep"), field.laptop("manager")
    synced(rep)
    synced(manager)
    content = photo(1, BIG)
    attach(field, rep, content)
    line.breaks_after = BREAKS_AFTER
    before = line.up
    synced(rep)
    digest = sha256_of(content)
    assert held_by_server(field, digest) == content
    assert queue(rep) == []
    assert line.breaks >= BIG // BREAKS_AFTER
    assert line.up - before <= BIG * 1.15, "what arrived of a piece that broke was kept"
    before, breaks = line.down, line.breaks
    synced(manager)
    assert bytes_on(manager, digest) == content
    assert line.breaks - breaks >= BIG // BREAKS_AFTER - 1
    assert line.down - before <= BIG * 1.15, "every byte that came is asked for once"


def test_a_small_photo_larger_than_the_line_holds_arrives_too(field: Field, line: BadLine) -> None:
    rep, manager = field.laptop("rep"), field.laptop("manager")
    synced(rep)
    synced(manager)
    content = photo(2, 250 << 10)
    attach(field, rep, content)
    line.breaks_after = 60 << 10
    synced(rep)
    assert held_by_server(field, sha256_of(content)) == content
    synced(manager)
    assert bytes_on(manager, sha256_of(content)) == content


@pytest.mark.parametrize("rate", [150_000])
def test_a_note_is_taken_while_a_photo_travels(field: Field, line: BadLine, rate: int) -> None:
    rep = field.laptop("rep")
    synced(rep)
    note_of = visit(field, rep)
    content = photo(3, 2 << 20)
    attach(field, rep, content, note_of)
    line.rate = rate
    rep.start()
    began = line.up
    line.wait_until_up(began + 300_000)
    assert held_by_server(field, sha256_of(content)) is None
    at = time.monotonic()
    edit(rep, note_of, "visit", note="written while the photo travels")
    until(rep, lambda: ask(rep, lambda reads: reads.sync_summary()).waiting == 0)
    took = time.monotonic() - at
    assert field.company.row("visit", note_of)["note"] == "written while the photo travels"
    assert held_by_server(field, sha256_of(content)) is None, "the photo was still on its way"
    assert took < 5, f"{took:.2f} s, where the photo takes more than ten"
    line.rate = 0
    until(rep, lambda: not queue(rep))
    assert held_by_server(field, sha256_of(content)) == content


def test_a_photo_in_the_background_gets_over_a_breaking_line_by_itself(field: Field, line: BadLine) -> None:
    rep = field.laptop("rep")
    synced(rep)
    line.breaks_after = 100 << 10
    content = photo(4, 700_000)
    rep.start()
    attach(field, rep, content)
    until(rep, lambda: held_by_server(field, sha256_of(content)) == content)
    rep.engine.stop()


def test_stopping_cuts_a_photo_within_a_second_and_it_goes_on_where_it_stood(field: Field, line: BadLine) -> None:
    rep = field.laptop("rep")
    synced(rep)
    content = photo(5, 1 << 20)
    attach(field, rep, content)
    line.rate = 200_000
    rep.start()
    until(rep, lambda: arrived(field, content, "rep") > 200_000)
    at = time.monotonic()
    rep.engine.stop()
    assert time.monotonic() - at < 1
    line.rate = 0
    rep = field.reopen(rep, "rep")
    line.wait_until_still()  # what was on the way still counts: who asked before would send it once more
    synced(rep)
    assert held_by_server(field, sha256_of(content)) == content
    sent = rep.session.transport.traffic.bytes_sent
    assert sent < len(content) - 150_000, "what had arrived was not sent again"


def test_working_offline_stops_the_files_until_the_person_comes_back(field: Field, line: BadLine) -> None:
    rep = field.laptop("rep")
    synced(rep)
    content = photo(6, 1 << 20)
    attach(field, rep, content)
    line.rate = 400_000
    rep.start()
    line.wait_until_up(line.up + 200_000)
    rep.engine.work_offline(True)
    with line.moved:
        while line.moved.wait(0.5):
            continue  # what was on the line runs out
    before = line.requests[:]
    rep.engine.local_change()
    with line.moved:
        assert not line.moved.wait(0.5)
    assert line.requests == before
    line.rate = 0
    rep.engine.work_offline(False)
    until(rep, lambda: not queue(rep))
    assert [one.tries for one in queue(rep, attachments.DOWN)] == []
