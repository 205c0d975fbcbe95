"""What a row may hold when it comes from the server: each field in its declared form, or the row is left out."""

import random
from typing import Any

import msgspec
import pytest
import zstandard

from crmdesk.domain.clock import are_days, are_instants
from crmdesk.domain.ids import are_ids, is_id, new_id
from crmdesk.protocol import frames
from crmdesk.protocol.messages import Page, RowGroup
from crmdesk.storage import inbox, rows
from crmdesk.storage.store import Store

ID, AT = new_id(), "2026-11-20T01:02:03.004Z"
BAD_INSTANTS = (
    "yesterday", "2026-11-20", "2026-11-20T01:02:03Z", "2026-11-20T01:02:03.004+00:00", "2026-11-20 01:02:03.004Z",
    "2026-13-20T01:02:03.004Z", "2026-02-30T01:02:03.004Z", "2026-11-20T25:02:03.004Z", "2026-11-20T01:60:03.004Z",
    "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "２０２６-11-20T01:02:03.004Z", AT + AT, " " + AT[1:],
)  # fmt: skip
BAD_DAYS = ("2026-02-30", "2026-2-3", "20260203", "2026-W05-2", "2026-11-20T", "0000-01-01", AT, "tomorrow")
BAD_IDS = (
    "\0", "x", "t:1", ID.upper(), ID[:-1], ID + "0", ID.replace("-", ""), ID[:14] + "4" + ID[15:],
    ID[:19] + "7" + ID[20:], "０" + ID[1:], ID + "\n", "-" * 36,
)  # fmt: skip
BAD = [
    *(("doctor", name, one) for name in ("created_by", "updated_by", "territory_id") for one in (*BAD_IDS, 5, [ID])),
    *(("visit", "starts_at", one) for one in (*BAD_INSTANTS, 5)),
    *(("doctor", name, one) for name in ("created_at", "updated_at") for one in BAD_INSTANTS),
    *(("doctor", "consent_on", one) for one in (*BAD_DAYS, 20260203)),
    *(("visit", "doctor_ids", [ID, one]) for one in (*BAD_IDS, "", None, 5)),
    *(("doctor", name, one) for name in ("name", "title", "note") for one in ("王\0", "\0", 5, ["王"], b"w")),
    *(("doctor", "tags", one) for one in (["a\0"], ["a", None], "ab", {"a": 1}, 5)),
    *(("visit", "products", [{"product_id": one}]) for one in (*BAD_IDS, 5, [ID])),
    *(("visit", "products", one) for one in ([{"product_id": ID, "messages": ["\0"]}], [5], {"a": 1}, [None])),
    *(("visit", "products", [{"product_id": ID, "x": one}]) for one in ("\0", {None: 1})),
    ("visit", "products", [{"product_id": ID, 5: 1, None: 2}]),
    *(("claim", "lines", [{"spent_on": one}]) for one in BAD_DAYS),
    *(("claim", "lines", [{"amount_fen": one}]) for one in ("5", 5.0, True, 2**63)),
    *(("claim", "findings", [{"params": one}]) for one in (5, {"a": "\0"}, {None: 1})),
    *(("doctor", "custom", one) for one in ({"a": "\0"}, {"a": ["x", {"\0": 1}]}, {None: 1}, {(1, 2): 3}, [], "{}")),
    *(("doctor", "deleted", one) for one in (None, "no")),
    *(("doctor", "revision", one) for one in (0, -1, None, True, "1", 2**63)),
    *(("doctor", "id", one) for one in (*BAD_IDS, None, 5, "")),
    ("user", "active", "yes"), ("claim", "total_fen", 5.5), ("claim", "total_fen", -(2**63) - 1),
]  # fmt: skip
GOOD = [
    *(("doctor", name, "") for name in ("created_by", "territory_id", "consent_on", "created_at")),
    *(("doctor", name, None) for name in ("created_by", "territory_id", "consent_on", "created_at")),
    ("visit", "starts_at", "1900-01-01T00:00:00.000Z"), ("visit", "starts_at", "2199-12-31T23:59:59.999Z"),
    ("doctor", "consent_on", "2024-02-29"), ("doctor", "note", "第一行\n第二行 🙂 \\u0000"),
    ("doctor", "custom", {"a": "\\u0000", "b": ["x"], "c": 5, "d": True}), ("doctor", "custom", {}),
    ("visit", "doctor_ids", []), ("visit", "doctor_ids", [new_id(), new_id()]), ("doctor", "tags", ["a", "乙"]),
    ("visit", "products", [{"product_id": ID, "messages": ["a"], "reaction": None}, {"product_id": new_id()}]),
    ("visit", "products", [{"product_id": ID, "of a later version": {"a": [1, None]}}]),
    ("claim", "lines", [{"spent_on": "2026-11-20", "amount_fen": 5, "doctor_ids": [ID], "receipt_sha256s": ["a"]}]),
    ("claim", "findings", [{"code": "c", "severity": "warn", "params": {"a": 1}}]), ("user", "active", 1),
]  # fmt: skip


def columns_with(wire: Any, record: str, name: str, value: Any, others: int) -> list[tuple[Any, ...]]:
    """Return the columns of sound rows, many or none, with one row among them that holds this value."""
    some = [wire.row(record) for _ in range(others)] + [wire.row(record) | {name: value}]
    random.Random(others).shuffle(some)
    return list(zip(*map(rows.shape(record).wire, some), strict=True))


@pytest.mark.parametrize("others", [0, 3, 200])
def test_a_value_of_another_form_makes_its_row_unreadable(wire: Any, others: int) -> None:
    taken = [
        (record, name, value)
        for record, name, value in BAD
        if rows.shape(record).readable(columns_with(wire, record, name, value, others))
    ]
    assert taken == []


@pytest.mark.parametrize("others", [0, 3, 200])
def test_what_a_server_may_say_is_readable(wire: Any, others: int) -> None:
    left_out = [
        (record, name, value)
        for record, name, value in GOOD
        if not rows.shape(record).readable(columns_with(wire, record, name, value, others))
    ]
    assert left_out == []


def test_many_ids_and_times_are_judged_as_each_alone() -> None:
    ids = [new_id() for _ in range(50)]
    assert all(map(is_id, ids))
    assert are_ids(ids)
    assert are_ids([])
    assert are_instants([])
    assert are_days([])
    for bad in BAD_IDS:
        assert not is_id(bad)
        assert not are_ids([bad])
        assert not are_ids([*ids, bad])
    assert not are_ids([ids[0][:-1], ids[1] + "0"]), "one too short and one too long"
    assert not are_instants([AT[:-1], AT + "Z"])
    assert not are_days(["2026-11-2", "02026-11-22"])


def test_half_a_character_never_comes_out_of_a_frame() -> None:
    """The check of texts leaves it to the frame: MessagePack texts that are no UTF-8 are refused as a whole."""
    group = RowGroup("doctor", ["id", "name"], [[ID, "~~~"]])
    plain = msgspec.msgpack.encode(Page("t:1", [group], "c")).replace(b"~~~", b"\xed\xa0\x80")
    with pytest.raises(frames.FrameError):
        frames.decode(frames.wrap(b"P", zstandard.ZstdCompressor().compress(plain)), Page)


@pytest.mark.parametrize("size", [1, 80])
def test_a_row_that_comes_again_and_cannot_be_read_stays_as_it_was(store: Store, wire: Any, size: int) -> None:
    """The scope is fetched anew because of it: what is held goes by no row that nobody can read."""
    many = [wire.row("visit", starts_at=AT, note=f"{number}") for number in range(size)]
    gone = wire.row("visit", starts_at=AT)
    with store.writing() as work:
        inbox.apply_head(work, wire.head(wire.scope))
        inbox.apply_page(work, wire.page({"visit": [*many, gone]}))
    bad = many[0] | {"revision": 2, "starts_at": "soon", "note": "newer"}
    page = wire.page({"visit": [bad, *many[1:]]}, first=True)
    with store.writing() as work:
        assert inbox.apply_page(work, page) == [bad["id"]]
        held = work.get("visit", bad["id"])
        assert held is not None
        assert (held["note"], held["revision"], held["starts_at"]) == ("0", 1, AT)
        assert work.get("visit", gone["id"]) is None, "what did not come at all has gone"
