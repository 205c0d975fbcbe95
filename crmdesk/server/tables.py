"""The server's tables: one a record, derived from the declarations, and those of feed, devices, sign-in and money."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects import postgresql, sqlite

from crmdesk.domain.fields import Field, Kind, Record
from crmdesk.domain.records import HOUSE_COLUMNS, RECORDS

METADATA = MetaData()
SETS = frozenset({Kind.REFS, Kind.TAGS})
_NUMBERS = frozenset({Kind.INTEGER, Kind.MONEY, Kind.DECIMAL})


def _column(field: Field) -> Column[Any]:
    kind: type[Any] = Text
    if field.kind in _NUMBERS:
        kind = BigInteger
    elif field.kind is Kind.BOOLEAN:
        kind = Boolean
    return Column(field.name, kind(), index=field.indexed)


def _row_table(record: Record) -> Table:
    return Table(
        f"row_{record.name}",
        METADATA,
        Column("id", Text, primary_key=True),
        Column("revision", Integer, nullable=False),
        Column("deleted", Boolean, nullable=False),
        Column("created_at", Text, nullable=False),
        Column("created_by", Text),
        Column("updated_at", Text, nullable=False),
        Column("updated_by", Text),
        *(_column(field) for field in record.fields),
        Column("field_revisions", Text, nullable=False),
    )


def insert_for(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT of the connection's dialect, for what `ON CONFLICT` needs."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def insert_ignoring(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that passes over rows which are there already."""
    return insert_for(connection, table).on_conflict_do_nothing()


ROWS: dict[str, Table] = {name: _row_table(record) for name, record in RECORDS.items()}
"""The row table of each record: house columns, declared fields, then `field_revisions` (JSON, absent means 1)."""
Index("ix_row_affiliation_pair", ROWS["affiliation"].c.doctor_id, ROWS["affiliation"].c.institution_id)

SERVER_META = Table("server_meta", METADATA, Column("name", Text, primary_key=True), Column("value", Text))

SCOPE_HEAD = Table(
    "scope_head",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)
PRESENT, LEFT, DELETED = 0, 1, 2
"""States of a feed entry."""

FEED = Table(
    "feed",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("row_id", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Index("ux_feed_position", "scope", "position", unique=True),
    Index("ix_feed_row", "record", "row_id"),
)
"""One entry a (scope, record, row), always at the row's latest change; positions are dense and rise by scope."""
SCOPE_PASSAGE = Table(
    "scope_passage",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("row_id", Text, primary_key=True),
    Column("entered_at", Text),
    Column("left_at", Text),
)
"""When a row that was there already came into a scope, and when it left one; rows that never moved are not in it."""
TERRITORY_HELD = Table(
    "territory_held",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("territory_id", Text, primary_key=True),
    Column("since", Text, primary_key=True),
    Column("until", Text),
    Column("withdrawn", Boolean, nullable=False),
)
"""The book of `crmdesk.server.holdings`: instants; `until` is NULL while the territory is held."""
SEGMENT = Table(
    "segment",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("shape", Text, nullable=False),
    Column("members", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Packed rows of a stretch of a scope's feed: positions after `start` up to `last`, as they were when it was made."""
SCOPE_DIGEST = Table(
    "scope_digest",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)

DEVICE = Table(
    "device",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("forked_from", Text),
    Column("created_at", Text, nullable=False),
    Column("last_seen_at", Text, nullable=False),
    Column("revoked_at", Text),
)
OPERATION_LOG = Table(
    "operation_log",
    METADATA,
    Column("op_id", Text, primary_key=True),
    Column("device_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
    Index("ux_operation_sequence", "device_id", "seq", unique=True),
)

CREDENTIAL = Table(
    "credential",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
)
TOKEN_FAMILY = Table(
    "token_family",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False, index=True),
    Column("device_id", Text, nullable=False, index=True),
    Column("revoked_at", Text),
)
ACCESS_TOKEN = Table(
    "access_token",
    METADATA,
    Column("token_hash", Text, primary_key=True),
    Column("family_id", Text, nullable=False, index=True),
    Column("expires_at", Text, nullable=False, index=True),
)
REFRESH_TOKEN = Table(
    "refresh_token",
    METADATA,
    Column("token_hash", Text, primary_key=True),
    Column("family_id", Text, nullable=False, index=True),
    Column("expires_at", Text, nullable=False),
    Column("used_at", Text),
)
ATTACHMENT_HOLDER = Table(
    "attachment_holder",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
)
"""Who has brought the bytes of an attachment: knowing a hash is no right to read what it names."""
ERASED = Table(
    "erased",
    METADATA,
    Column("record", Text, primary_key=True),
    Column("row_id", Text, primary_key=True),
)
"""Rows about a person that were erased on request (`crmdesk.server.persons`)."""
SIGN_IN_FAILURE = Table(
    "sign_in_failure",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Text, nullable=False),
)


_encode = msgspec.json.Encoder().encode


@lru_cache(maxsize=4096)
def _decode_short(text: str) -> Any:
    return msgspec.json.decode(text)


def decode_json(text: str | None) -> Any:
    """Return the value of a JSON column; short texts are decoded once, so the result must not be changed in place."""
    if text is None:
        return None
    return _decode_short(text) if len(text) <= 400 else msgspec.json.decode(text)


def encode_json(value: Any) -> str:
    """Return a value as compact JSON text."""
    return _encode(value).decode()


def encode_value(field: Field, value: Any) -> Any:
    """Return a field's value as its column holds it."""
    if value is None:
        return None
    if field.is_json:
        return encode_json(sorted(value) if field.kind in SETS else value)
    return value


def encode_values(record: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return some fields of a row as their columns hold them; raises KeyError for one that is not declared."""
    return {name: encode_value(record.field(name), value) for name, value in values.items()}


class RowShape:
    """How the tuple of a row table's columns becomes wire values: where JSON stands."""

    def __init__(self, record: Record) -> None:
        self.columns = HOUSE_COLUMNS + record.field_names
        self.json_at = tuple(at for at, field in enumerate(record.fields, len(HOUSE_COLUMNS)) if field.is_json)

    def decode(self, row: list[Any]) -> list[Any]:
        """Decode the JSON columns of a wire row in place and return it."""
        for at in self.json_at:
            text = row[at]
            if text is not None:
                row[at] = decode_json(text)
        return row

    def wire(self, stored: Sequence[Any]) -> list[Any]:
        """Return the wire row of a stored tuple (columns after the declared ones are cut)."""
        row = list(stored)
        del row[len(self.columns) :]
        return self.decode(row)

    def as_dict(self, stored: Sequence[Any]) -> dict[str, Any]:
        """Return a stored tuple, `field_revisions` last, as a row by name that its holder may change."""
        row = dict(zip(self.columns, self.wire(stored), strict=True))
        for at in self.json_at:
            text = stored[at]
            row[self.columns[at]] = None if text is None else msgspec.json.decode(text)
        row["field_revisions"] = msgspec.json.decode(stored[len(self.columns)])
        return row


SHAPES: dict[str, RowShape] = {name: RowShape(record) for name, record in RECORDS.items()}
