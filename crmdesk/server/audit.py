"""The hash chain over every audit entry of the server: appending to it, and finding whatever was altered afterwards.

Each entry is kept as canonical JSON with its own sequence inside; `content_hash` is the SHA-256 of that text and `hash`
the SHA-256 of the previous hash and the content hash. One head row carries the end of the chain; it is locked last in a
transaction. Somebody with full access to the tables can recompute the whole chain, so the head is also meant to be kept
outside (`crmdesk-server audit head`) and handed to `verify` later.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from typing_extensions import override

from crmdesk.domain.clock import from_text
from crmdesk.domain.records import AUDIT_ENTRY
from crmdesk.server.money_tables import AUDIT_CHAIN, AUDIT_HEAD
from crmdesk.server.tables import ROWS, SHAPES, insert_ignoring
from crmdesk.server.work import AuditItem, ServerWork

GENESIS = "0" * 64
_CONTENT_NAMES = ("id", *AUDIT_ENTRY.field_names)
_encode = msgspec.json.Encoder(order="sorted").encode  # one text for one content: names sorted, nothing between them


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain; as text `12:ab34…`, what people keep outside."""

    seq: int
    hash: str

    @override
    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read `12:ab34…`; raises ValueError for anything else."""
        number, _, digits = text.strip().partition(":")
        if len(digits) != 64 or set(digits) - set("0123456789abcdef") or not number.isascii() or not number.isdigit():
            raise ValueError("a head looks like 12:<64 hex digits>")
        return cls(int(number), digits)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the chain.

    code: `altered` (content or hashes changed), `out_of_place` (moved to another sequence), `missing`, `cut` (entries
    after the last one are gone), `head_altered`, `other_head` (not the chain whose head was kept outside),
    `copy_altered`, `copy_missing`, `copy_unknown` (rows that laptops get, compared with the chain).
    """

    code: str
    seq: int
    entry_id: str = ""
    until: int = 0  # for `missing` and `cut`: the last sequence that is gone


@dataclass(slots=True)
class Verification:
    """What a walk of the chain found; sound where `faults` is empty."""

    head: Head
    entries: int
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Link:
    """One row of the chain as stored, with what it should be."""

    seq: int
    entry_id: str
    content_seq: int | None
    prev_hash: str
    hash: str
    consistent: bool
    erased: bool = False
    erases: frozenset[int] = frozenset()  # the entries that this one says were emptied


def append_chain(work: ServerWork, entries: Sequence[AuditItem]) -> None:
    """Append entries at the end of the chain, in their order.

    Called last in a transaction: it locks the head until the commit, whatever the number of entries.
    """
    if not entries:
        return
    head = _locked_head(work.connection)
    seq, previous, rows = head.seq, head.hash, []
    for entry in entries:
        seq += 1
        content = _canonical(seq, entry)
        content_hash = sha256_text(content)
        row = {"seq": seq, "entry_id": entry.id, "scoped": entry.scoped, "content": content}
        row |= {"content_hash": content_hash, "prev_hash": previous}
        row["hash"] = previous = link(previous, content_hash)
        rows.append(row)
    work.connection.execute(sa.insert(AUDIT_CHAIN), rows)
    work.connection.execute(sa.update(AUDIT_HEAD).where(AUDIT_HEAD.c.id == 1).values(seq=seq, hash=previous))


_HEAD = sa.select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash)  # made once: it is read at each sync


def read_head(connection: sa.Connection) -> Head:
    """Return the end of the chain as the head row says it (sequence 0 before the first entry)."""
    row = connection.execute(_HEAD).first()
    return Head(row.seq, row.hash) if row else Head(0, GENESIS)


def last_told(connection: sa.Connection) -> datetime | None:
    """Return the time that the newest entry tells (of those that were not erased), None where there is none."""
    told = sa.select(AUDIT_CHAIN.c.content).where(AUDIT_CHAIN.c.content != "").order_by(AUDIT_CHAIN.c.seq.desc())
    content = connection.execute(told.limit(1)).scalar()
    try:
        return from_text(str(_read_content(content or "").get("at")))
    except ValueError:
        return None


def verify(connection: sa.Connection, expected: Head | None = None) -> Verification:
    """Walk the whole chain and name each altered, moved or missing entry; compare with a head kept outside."""
    stored_head, result = read_head(connection), Verification(Head(0, GENESIS), 0)
    kept_hash = "" if expected is None else (GENESIS if expected.seq == 0 else "")
    last: _Link | None = None
    emptied, vouched = set[int](), set[int]()
    for link in _links(connection):
        result.entries += 1
        emptied |= {link.seq} if link.erased else set()
        vouched |= link.erases
        result.faults += _faults_between(last, link)
        if expected is not None and link.seq == expected.seq:
            kept_hash = link.hash
        last = link
    if last is not None:
        result.head = Head(last.seq, last.hash)
    result.faults += [Fault("altered", seq) for seq in sorted(emptied - vouched)]
    result.faults += _faults_of_head(result.head, stored_head)
    if expected is not None and kept_hash != expected.hash:
        gone = expected.seq > result.head.seq
        result.faults.append(
            Fault("cut", result.head.seq + 1, until=expected.seq) if gone else Fault("other_head", expected.seq)
        )
    result.faults += _faults_of_copies(connection)
    result.faults = list(dict.fromkeys(result.faults))
    return result


def entries(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Yield the whole chain as it is stored, for somebody who checks it without us."""
    names = ("seq", "content", "content_hash", "prev_hash", "hash")
    query = sa.select(*(AUDIT_CHAIN.c[name] for name in names)).order_by(AUDIT_CHAIN.c.seq)
    for row in connection.execute(query.execution_options(yield_per=2000)):
        yield dict(row._mapping)


def link(previous: str, content_hash: str) -> str:
    """Return the hash of an entry: SHA-256 over the previous hash, a line feed and the content hash."""
    return sha256_text(f"{previous}\n{content_hash}")


def sha256_text(text: str) -> str:
    """Return the SHA-256 (64 hex digits) of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(seq: int, entry: AuditItem) -> str:
    content: dict[str, Any] = {name: getattr(entry, name) or None for name in _CONTENT_NAMES}
    content |= {"seq": seq, "scoped": entry.scoped}
    return _encode(content).decode()


def _locked_head(connection: sa.Connection) -> Head:
    query = sa.select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash).where(AUDIT_HEAD.c.id == 1).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        connection.execute(insert_ignoring(connection, AUDIT_HEAD), {"id": 1, "seq": 0, "hash": GENESIS})
        row = connection.execute(query).one()
    return Head(row.seq, row.hash)


def _links(connection: sa.Connection) -> Iterator[_Link]:
    query = sa.select(AUDIT_CHAIN).order_by(AUDIT_CHAIN.c.seq).execution_options(yield_per=2000)
    for row in connection.execute(query):
        follows = link(row.prev_hash, row.content_hash) == row.hash
        if row.content == "":  # erased on request: its hash stays in the chain, another entry must speak for it
            yield _Link(row.seq, row.entry_id, row.seq, row.prev_hash, row.hash, follows, erased=True)
            continue
        content = _read_content(row.content)
        sound = (
            sha256_text(row.content) == row.content_hash
            and follows
            and (content.get("id"), content.get("scoped")) == (row.entry_id, row.scoped)
        )
        number = content.get("seq")
        seq = number if isinstance(number, int) else None
        yield _Link(row.seq, row.entry_id, seq, row.prev_hash, row.hash, sound, erases=_erases(content))


def _erases(content: dict[str, Any]) -> frozenset[int]:
    """Return the entries that an entry says were emptied: those of a person who was erased on request."""
    if content.get("action") != "erase":
        return frozenset()
    return frozenset(((content.get("changes") or {}).get("entries") or [None, []])[1])


def _read_content(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _faults_between(last: _Link | None, link: _Link) -> Iterable[Fault]:
    """Yield what is wrong with `link` itself and with its tie to the entry before it."""
    before = last.seq if last else 0
    if link.seq != before + 1:
        yield Fault("missing", before + 1, until=link.seq - 1)
    if not link.consistent:
        yield Fault("altered", link.seq, link.entry_id)
    elif link.content_seq != link.seq:
        yield Fault("out_of_place", link.seq, link.entry_id)
    elif link.seq == before + 1 and link.prev_hash != (last.hash if last else GENESIS):
        yield from _faults_of_tie(last, link)


def _faults_of_tie(last: _Link | None, link: _Link) -> Iterable[Fault]:
    """A sound entry does not follow the one before: that one was rewritten (the later one vouches for the old hash)."""
    if last is None:
        yield Fault("altered", link.seq, link.entry_id)
    elif last.content_seq == last.seq and last.consistent:
        yield Fault("altered", last.seq, last.entry_id)


def _faults_of_head(walked: Head, stored: Head) -> Iterable[Fault]:
    if stored.seq > walked.seq:
        yield Fault("cut", walked.seq + 1, until=stored.seq)
    elif stored != walked:
        yield Fault("head_altered", stored.seq)


def _faults_of_copies(connection: sa.Connection) -> Iterable[Fault]:
    """Compare the rows that laptops get with the chain."""
    copies = ROWS["audit_entry"]
    joined = sa.select(copies, AUDIT_CHAIN.c.seq, AUDIT_CHAIN.c.content).select_from(
        copies.outerjoin(AUDIT_CHAIN, AUDIT_CHAIN.c.entry_id == copies.c.id)
    )
    for row in connection.execute(joined.execution_options(yield_per=2000)):
        if row.seq is None:
            yield Fault("copy_unknown", 0, row.id)
        elif row.content != "" and not _same(row[:-2], row.content):
            yield Fault("copy_altered", row.seq, row.id)
    lost = (
        sa.select(AUDIT_CHAIN.c.seq, AUDIT_CHAIN.c.entry_id)
        .select_from(AUDIT_CHAIN.outerjoin(copies, AUDIT_CHAIN.c.entry_id == copies.c.id))
        .where(AUDIT_CHAIN.c.scoped, copies.c.id.is_(None))
        .order_by(AUDIT_CHAIN.c.seq)
    )
    for row in connection.execute(lost):
        yield Fault("copy_missing", row.seq, row.entry_id)


def _same(copy: Sequence[Any], content: str) -> bool:
    """Say whether a stored `audit_entry` row says what the chain says."""
    try:
        shown = SHAPES["audit_entry"].as_dict(copy)
    except ValueError:  # its JSON was broken
        return False
    chained = _read_content(content)
    return all((shown.get(name) or None) == chained.get(name) for name in _CONTENT_NAMES)
