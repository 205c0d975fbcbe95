"""Stores in temporary folders, rows as the server sends them, and a small model of the server's rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crmdesk.domain.ids import new_id
from crmdesk.domain.merge import merge_edit
from crmdesk.domain.records import RECORDS, wire_columns
from crmdesk.protocol.digest import row_digest, to_text
from crmdesk.protocol.messages import Answer, Operation, Page, RowGroup, ScopeDigest, SyncEnd, SyncHead
from crmdesk.storage.store import Store
from tests.fixtures.new_store import KEY, laid

AT = "2026-11-20T01:02:03.004Z"


@pytest.fixture(scope="session")
def key() -> bytes:
    return KEY


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Return a function that opens a store (by default the same folder each time); all are closed at the end."""
    opened: list[Store] = []

    def make(folder: Path | None = None, with_key: bytes = KEY) -> Store:
        opened.append(Store.open(folder or tmp_path / "store", with_key))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[..., Store], tmp_path: Path) -> Store:
    return open_store(laid(tmp_path / "store"))


@dataclass
class Wire:
    """Makes rows, pages, heads and ends as a server would."""

    me: str = field(default_factory=new_id)
    territory: str = field(default_factory=new_id)

    @property
    def scope(self) -> str:
        return f"t:{self.territory}"

    def row(self, record: str, **values: Any) -> dict[str, Any]:
        """Return a wire row by name, revision 1 unless given."""
        house = {
            "id": new_id(), "revision": 1, "deleted": False,
            "created_at": AT, "created_by": self.me, "updated_at": AT, "updated_by": self.me,
        }  # fmt: skip
        fields: dict[str, Any] = dict.fromkeys(RECORDS[record].field_names)
        if "territory_id" in fields:
            fields["territory_id"] = self.territory
        return house | fields | values

    def page(
        self, rows: Mapping[str, list[dict[str, Any]]], scope: str = "", cursor: str = "c1", complete: bool = True,
        first: bool = False, left: Mapping[str, list[str]] | None = None,
        deleted: Mapping[str, list[str]] | None = None,
    ) -> Page:  # fmt: skip
        groups = []
        for record in [*rows, *(left or {}), *(deleted or {})]:
            columns = list(wire_columns(RECORDS[record]))
            wire = [[one[name] for name in columns] for one in rows.get(record, [])]
            groups.append(
                RowGroup(record, columns, wire, (left or {}).get(record, []), (deleted or {}).get(record, []))
            )
        return Page(scope or self.scope, groups, cursor, complete=complete, first=first)

    def head(self, *scopes: str, restart: tuple[str, ...] = ()) -> SyncHead:
        return SyncHead("epoch-1", AT, self.me, list(scopes), restart=list(restart))


@pytest.fixture
def wire() -> Wire:
    return Wire()


class ServerModel:
    """The server's doctors in one scope: takes operations in order of arrival, by the rules of `domain.merge`."""

    def __init__(self, scope: str, user_id: str) -> None:
        self.scope, self.user_id = scope, user_id
        self.rows: dict[str, dict[str, Any]] = {}
        self.touched: dict[str, dict[str, int]] = {}
        self.feed: dict[str, int] = {}
        self.answers: dict[str, Answer] = {}
        self.position = 0

    def put(self, row: dict[str, Any]) -> None:
        self.position += 1
        self.feed.pop(row["id"], None)
        self.feed[row["id"]] = self.position
        self.rows[row["id"]] = row

    def change(self, row_id: str, changes: Mapping[str, Any]) -> None:
        """Somebody else edits a row."""
        row = self.rows[row_id]
        revision = row["revision"] + 1
        self.touched.setdefault(row_id, {}).update(dict.fromkeys(changes, revision))
        self.put(row | dict(changes) | {"revision": revision})

    def take(self, operation: Operation, outcome: str) -> Answer:
        """Answer one operation; `outcome` is what the model shall do unless the id was answered before."""
        if outcome == "later":
            return Answer(operation.id, "later")
        known = self.answers.get(operation.id)
        if known is None:
            known = self.answers[operation.id] = self._decide(operation, outcome)
        return known

    def _decide(self, operation: Operation, outcome: str) -> Answer:
        row = self.rows.get(operation.row_id)
        gone = operation.kind != "create" and (row is None or row["deleted"])
        if outcome == "refused" or gone:
            return Answer(operation.id, "refused", code="deleted" if gone else "forbidden")
        if operation.kind == "create":
            fields = dict.fromkeys(RECORDS["doctor"].field_names) | {
                name: new for name, (_, new) in operation.fields.items()
            }
            self.put(fields | {
                "id": operation.row_id, "revision": 1, "deleted": False, "created_at": operation.made_at,
                "created_by": self.user_id, "updated_at": operation.made_at, "updated_by": self.user_id,
            })  # fmt: skip
        elif operation.kind == "delete":
            self.put(row | {"deleted": True, "revision": row["revision"] + 1})
        else:
            touched = self.touched.get(operation.row_id, {})
            merged = merge_edit(RECORDS["doctor"], row, touched, operation.fields, operation.base_revision)
            self.change(operation.row_id, merged.changes)
        now = self.rows[operation.row_id]
        return Answer(operation.id, "applied", revision=now["revision"], row=dict(now))

    def page(self, cursor: str, size: int) -> Page:
        """Return the next page behind a cursor."""
        after = int(cursor or 0)
        todo = sorted((at, row_id) for row_id, at in self.feed.items() if at > after)
        part = todo[:size]
        rows = [self.rows[row_id] for _, row_id in part]
        columns = list(wire_columns(RECORDS["doctor"]))
        group = RowGroup(
            "doctor", columns, [[row[name] for name in columns] for row in rows if not row["deleted"]],
            deleted=[row["id"] for row in rows if row["deleted"]],
        )  # fmt: skip
        at = part[-1][0] if part else after
        return Page(self.scope, [group], str(at), complete=len(part) == len(todo), first=after == 0)

    def end(self, cursor: str) -> SyncEnd:
        alive = [row for row in self.rows.values() if not row["deleted"]]
        total = to_text(sum(row_digest(row["id"], row["revision"]) for row in alive))
        return SyncEnd(cursor, digests=[ScopeDigest(self.scope, "doctor", len(alive), total)])


@pytest.fixture(scope="session")
def wire_class() -> type[Wire]:
    return Wire


@pytest.fixture(scope="session")
def model_class() -> type[ServerModel]:
    return ServerModel
