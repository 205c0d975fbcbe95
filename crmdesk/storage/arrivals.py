"""Rows as they arrive, made ready before the one writer is taken: checked, in our column order, with what goes beside.

What is worked out here (search entries, sums of digests, stored forms) needs no store: nobody waits for it.
"""

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

import msgspec

from crmdesk.domain.records import RECORDS
from crmdesk.protocol.digest import rows_digest
from crmdesk.protocol.messages import Page, RowGroup
from crmdesk.storage import rows, search_index
from crmdesk.storage.driver import Driver
from crmdesk.storage.json_text import to_json

_FEWEST = 50
"""Fewer rows than this go one by one."""


class Ready(msgspec.Struct, frozen=True):
    """Sound live rows of one record, each once: `columns` as the table holds them, `total` the sum of their digests."""

    record: str
    ids: list[str]
    revisions: list[int]
    columns: list[list[Any]]
    entries: search_index.Entries | None
    total: int

    def without(self, row_ids: set[str]) -> "Ready":
        """Return the same without some rows."""
        chosen = [one not in row_ids for one in self.ids]
        ids, revisions = list(compress(self.ids, chosen)), list(compress(self.revisions, chosen))
        columns = [list(compress(column, chosen)) for column in self.columns]
        entries = self.entries.only(chosen) if self.entries else None
        return Ready(self.record, ids, revisions, columns, entries, rows_digest(ids, revisions))

    def between(self, start: int, end: int) -> "Ready":
        """Return the rows from one place to before another."""
        ids, revisions = self.ids[start:end], self.revisions[start:end]
        columns = [column[start:end] for column in self.columns]
        entries = self.entries.between(start, end) if self.entries else None
        return Ready(self.record, ids, revisions, columns, entries, rows_digest(ids, revisions))


class ReadyPage(Page):
    """A page with what was made ready of it, while the page before it was being written."""

    ready: dict[int, Ready] = {}


def ahead(page: Page) -> Page:
    """Return a page made ready, where much of it can be; for the thread that reads pages, before they are taken."""
    ready = prepare(page)
    if not ready:
        return page
    return ReadyPage(**{name: getattr(page, name) for name in Page.__struct_fields__}, ready=ready)


def prepare(page: Page) -> dict[int, Ready]:
    """Return what could be made ready of a page, by the place of its group; the others are written row by row."""
    if isinstance(page, ReadyPage):
        return page.ready
    found = ((at, _ready(group)) for at, group in enumerate(page.groups))
    return {at: ready for at, ready in found if ready is not None}


def cut(page: Page, count: int) -> tuple[Page, Page | None]:
    """Return so many rows of a page, the first ones, as a page of its own, and the page of the others (None: no more).

    The first part begins the scope where the page does; the last one completes it and has the cursor. Until that is
    committed the cursor of before counts, and after a crash all of it comes again, as do pages that have none. Ids that
    left or were deleted go with the last rows of their group.
    """
    if count >= sum(group.size for group in page.groups):
        return page, None
    ready = prepare(page)
    first: list[_Piece] = []
    others: list[_Piece] = []
    for at, group in enumerate(page.groups):
        here, made = min(count, group.size), ready.get(at)
        count -= here
        if here == group.size and not others:
            first.append((group, made))
            continue
        if here:
            first.append(_between(group, made, 0, here))
        others.append(_between(group, made, here, group.size))
    begins = _of(first, page.scope, "", first=page.first, remaining=page.remaining)
    return begins, _of(others, page.scope, page.cursor, complete=page.complete, remaining=page.remaining)


_Piece = tuple[RowGroup, Ready | None]


def _between(group: RowGroup, ready: Ready | None, start: int, end: int) -> _Piece:
    last = end == group.size
    piece = RowGroup(
        group.record, group.columns, group.rows[start:end], group.left if last else [], group.deleted if last else [],
        [column[start:end] for column in group.values],
    )  # fmt: skip
    return piece, ready.between(start, end) if ready else None


def _of(pieces: list[_Piece], scope: str, cursor: str, **more: Any) -> ReadyPage:
    ready = {at: made for at, (_, made) in enumerate(pieces) if made}
    return ReadyPage(scope, [group for group, _ in pieces], cursor, **more, ready=ready)


def _ready(group: RowGroup) -> Ready | None:
    if group.record not in RECORDS or group.size < _FEWEST:
        return None
    form = rows.shape(group.record)
    columns = _in_our_order(form, group)
    if columns is None or not form.readable(columns):
        return None  # row by row tells which one can't be read
    by_name = dict(zip(form.columns, columns, strict=True))
    ids, revisions = by_name["id"], by_name["revision"]
    if len(set(ids)) < len(ids) or any(by_name["deleted"]):
        return None
    entries = search_index.of_columns(group.record, by_name) if form.indexed else None
    return Ready(group.record, ids, revisions, form.stored_columns(columns), entries, rows_digest(ids, revisions))


def _in_our_order(form: rows.Shape, group: RowGroup) -> list[list[Any]] | None:
    """Return the values by column in our order, None where a row is too short or too long."""
    values: Sequence[list[Any]] = group.values
    if not values:
        width = len(group.columns)
        if any(len(row) != width for row in group.rows):
            return None
        values = list(map(list, zip(*group.rows, strict=True)))
    named: Mapping[str, list[Any]] = dict(zip(group.columns, values, strict=False))
    if not {"id", "revision", "deleted"} <= named.keys():
        return None
    count = group.size
    return [
        named[name] if name in named else [default] * count
        for name, default in zip(form.columns, form.defaults, strict=True)
    ]


def held_among(driver: Driver, ready: Ready) -> set[str]:
    """Return those of the rows that the store holds; in a first sync, whose ids mostly rise, without a look at each."""
    table, count = rows.shape(ready.record).table, len(ready.ids)
    between = f"SELECT id FROM {table} WHERE id BETWEEN ? AND ? LIMIT ?"
    near = driver.execute(between, (min(ready.ids), max(ready.ids), count)).fetchall()
    if len(near) < count:
        return {row[0] for row in near} & set(ready.ids)
    found = driver.execute(
        f"SELECT id FROM {table} WHERE id IN (SELECT value FROM json_each(?))", (to_json(ready.ids),)
    )
    return {row[0] for row in found}
