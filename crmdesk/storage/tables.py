"""The tables of the local store, derived from the declarations in `crmdesk.domain.records`.

Loaded only where tables are made or migrated (`crmdesk.storage.migrations`).
"""

from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, Table, Text, TypeDecorator, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable
from typing_extensions import override

from crmdesk.domain.fields import Field, Kind, Record
from crmdesk.domain.records import RECORDS
from crmdesk.storage.json_text import from_json, to_json
from crmdesk.storage.search_numbers import FIELDS as NUMBERS
from crmdesk.storage.search_numbers import digits_of, is_long, last_of
from crmdesk.storage.visits_of import PROMISED

metadata = MetaData()


class JsonText(TypeDecorator[Any]):
    """Lists and maps as compact JSON text."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_json(value)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else from_json(value)


def _column(field: Field) -> Column[Any]:
    if field.is_json:
        return Column(field.name, JsonText)
    if field.kind is Kind.BOOLEAN:
        return Column(field.name, Boolean(create_constraint=False))
    if field.kind in (Kind.INTEGER, Kind.MONEY, Kind.DECIMAL):
        return Column(field.name, Integer)
    return Column(field.name, Text)


def _digits(table: str, field: Field) -> tuple[Index, Index]:
    """The indexes by which a number is looked for; whoever has none costs nothing."""
    last, held, is_some = text(last_of(field.name)), text(digits_of(field.name)), text(f"{field.name} <> ''")
    return (
        Index(f"{table}_{field.name}_digits", last, held, sqlite_where=is_some),
        Index(f"{table}_{field.name}_long", last, held, sqlite_where=text(is_long(field.name))),
    )


def _row_table(record: Record) -> Table:
    name = f"row_{record.name}"
    table = Table(
        name, metadata,
        Column("rowid", Integer, primary_key=True),
        Column("id", Text, nullable=False, unique=True),
        Column("revision", Integer, nullable=False),
        Column("deleted", Boolean(create_constraint=False), nullable=False),
        Column("created_at", Text),
        Column("created_by", Text),
        Column("updated_at", Text),
        Column("updated_by", Text),
        *(_column(field) for field in record.fields),
        Column("scopes", Text, nullable=False),
        Column("dirty", Integer, nullable=False),
        *((Column("pinyin", Text, nullable=False),) if record.search else ()),
        *(
            index
            for field in record.fields
            if record.name == "doctor" and field.name in NUMBERS
            for index in _digits(name, field)
        ),
    )  # fmt: skip
    for field in record.fields:
        if field.indexed and field.ref != "territory":  # a laptop holds few territories: it would find nearly all rows
            Index(f"{name}_{field.name}", table.c[field.name])
    if record.search:
        Index(f"{name}_pinyin", table.c.pinyin)
    # A scope that leaves, or a row that no scope holds, is found without reading the others.
    Index(f"{name}_scopes", table.c.scopes)
    return table


ROWS: dict[str, Table] = {name: _row_table(record) for name, record in RECORDS.items()}
"""The table of each record; `scopes` is space separated, `dirty` says that pending edits lie over the base."""

# The search goes from a department to its doctors; the declaration needs no such index anywhere else.
Index("row_affiliation_department_id", ROWS["affiliation"].c.department_id)

# Lists leave out who went into another one; hardly any row is in this index, so that no other one pays for it.
_STATUS = ROWS["doctor"].c.status
Index("row_doctor_merged", _STATUS, sqlite_where=text("status = 'merged'"))

# In the order in which promises are shown, and the owner: those of others are passed over without reading their visits.
_VISIT = ROWS["visit"].c
Index("row_visit_promised", _VISIT.next_step_on, _VISIT.starts_at, _VISIT.owner_id, sqlite_where=text(PROMISED))

base_row = Table(
    "base_row", metadata,
    Column("record", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("content", Text, nullable=False),
    sqlite_with_rowid=True,
)  # fmt: skip

outbox = Table(
    "outbox", metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("record", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Index("outbox_row", "record", "row_id"),
)  # fmt: skip

outbox_done = Table(
    "outbox_done", metadata,
    Column("id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("record", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("done_at", Text, nullable=False, index=True),
    Column("content", Text, nullable=False),
)  # fmt: skip

needs_you = Table(
    "needs_you", metadata,
    Column("id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("record", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("waits_for", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("params", JsonText, nullable=False),
    Column("field", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("needs_you_row", "record", "row_id"),
)  # fmt: skip

scope = Table("scope", metadata, Column("name", Text, primary_key=True), Column("state", Text, nullable=False))
stale = Table(
    "stale", metadata,
    Column("scope", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("id", Text, primary_key=True),
)  # fmt: skip
kept_title = Table(
    "kept_title", metadata,  # what a row was called that left while something of the person's on it waits
    Column("record", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
)  # fmt: skip
digest = Table(
    "digest", metadata,
    Column("scope", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("total", Text, nullable=False),
)  # fmt: skip
meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
preference = Table(
    "preference", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False)
)
draft = Table(
    "draft", metadata,
    Column("key", Text, primary_key=True),
    Column("content", JsonText, nullable=False),
    Column("saved_at", Text, nullable=False),
    sqlite_with_rowid=False,  # what is typed and what is saved writes a page less in its commit
)  # fmt: skip
recent = Table(
    "recent", metadata,
    Column("record", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("opened_at", Text, nullable=False),
)  # fmt: skip
transfer = Table(
    "transfer", metadata,
    Column("sha256", Text, primary_key=True),
    Column("direction", Text, primary_key=True),  # up | down
    Column("size", Integer, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("queued_at", Text, nullable=False),
    Column("code", Text, nullable=False, server_default=""),  # what went wrong last
    Column("next_at", Text, nullable=False, server_default=""),  # not before this instant
)  # fmt: skip
import_run = Table(
    "import_run", metadata,
    Column("run", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("file_name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("counts", Text, nullable=False),  # rows that it wrote, by record
)  # fmt: skip
import_row = Table(
    "import_row", metadata,
    Column("run", Integer, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("row_id", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),  # of a row that was made, '' of one that was changed
    Column("revision", Integer, nullable=False),
    Column("earlier", Text, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip


@cache
def table_ddl(name: str) -> tuple[str, ...]:
    """Return what makes a table and its indexes where they are not there yet.

    Worked out once: of a new store almost half of the time went into it, and the later steps ask for some of it again.
    """
    return _written(CreateTable(metadata.tables[name], if_not_exists=True)), *index_ddl(name)


@cache
def index_ddl(name: str, only: str = "") -> tuple[str, ...]:
    """Return what makes the indexes of a table, or only the one that is named, where they are not there yet."""
    found = sorted(metadata.tables[name].indexes, key=lambda one: str(one.name))
    return tuple(_written(CreateIndex(one, if_not_exists=True)) for one in found if only in ("", one.name))


def _written(statement: CreateTable | CreateIndex) -> str:
    return str(statement.compile(dialect=sqlite.dialect()))


def search_ddl(record: str) -> str:
    """Return what makes the search index of a record: characters, pinyin from the start, pinyin from within."""
    return (
        f"CREATE VIRTUAL TABLE search_{record} USING fts5(name, py, tail, content='', contentless_delete=1, "
        "tokenize=\"unicode61 remove_diacritics 2\", prefix='1 2 3')"
    )
