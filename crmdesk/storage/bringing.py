"""Brings what was not sent out of a store that was put aside, or of a backup, into another one: in one commit, once.

The operations keep their ids, so that a server that took some of them before answers `duplicate`. They come before what
waits here, because they were done before it, and are numbered anew with it, as after a fork. Where the server lives
another life than the old store knew, what that store had acknowledged is sent again as well, as after any restore.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from crmdesk.domain.brought_back import Brought
from crmdesk.domain.errors import WorldError
from crmdesk.domain.records import RECORDS
from crmdesk.protocol.messages import Operation
from crmdesk.storage import attachments, lately, leaving, outbox, pending, resending, rows, settings
from crmdesk.storage.connection import Connection
from crmdesk.storage.driver import Driver
from crmdesk.storage.json_text import to_json
from crmdesk.storage.store import Store
from crmdesk.storage.work import UnitOfWork

_META = "brought"
"""Of `meta`: what came, by kind, so that it comes once, whatever has become of it here: see `_Came`."""
_NEEDS = "user_id, made_at, size, waits_for, code, params, field, at"
_DONE = "user_id, outcome, done_at"
_TAKEN_OVER = {"outbox": "user_id", "needs_you": _NEEDS, "outbox_done": _DONE}
"""The tables of operations, with the columns that come as they are."""
_IN = "IN (SELECT value FROM json_each(?))"


class _Came(msgspec.Struct):
    """Operations by id, drafts as `key saved_at`, files by SHA-256."""

    operations: set[str] = set()
    drafts: set[str] = set()
    files: set[str] = set()


class _Act(msgspec.Struct, frozen=True):
    """An operation of one of the tables, with what stands beside it there."""

    operation: Operation
    beside: Sequence[Any]


class Unsent(msgspec.Struct, frozen=True):
    """What a store holds that no server may have, read as a whole before anything is written elsewhere."""

    user_id: str
    epoch: str
    acts: Mapping[str, list[_Act]]  # by table, in the order of the acts
    owed: Mapping[str, int]  # files whose bytes are still to be sent, with their size
    rows: list[dict[str, Any]]  # the attachments of those that the server knows
    titles: Mapping[tuple[str, str], str]
    drafts: list[tuple[str, str, str]]
    preferences: list[tuple[str, str]]
    came: "_Came"  # what had come into it from stores before it


def read(store: Store) -> Unsent:
    """Return what is to be brought out of a store; raises WorldError('store_damaged')."""
    with store.reading() as connection:
        driver = connection.driver
        acts = {table: _acts(driver, table, columns) for table, columns in _TAKEN_OVER.items()}
        owed = driver.execute("SELECT sha256, size FROM transfer WHERE direction = ?", (attachments.UP,)).fetchall()
        return Unsent(
            user_id=_person(connection),
            epoch=settings.meta(connection, "epoch"),
            acts=acts,
            owed={str(sha256): int(size) for sha256, size in owed},
            rows=_attachments(driver, [row[0] for row in owed]),
            titles=_titles(connection, (one.operation for some in acts.values() for one in some)),
            drafts=_texts(driver, "SELECT key, content, saved_at FROM draft ORDER BY saved_at"),
            preferences=_texts(driver, "SELECT name, value FROM preference"),
            came=_came(connection),
        )


def unsettled(unsent: Unsent) -> Unsent:
    """Return it without what the server has taken already, and so without the life that this would go again in."""
    given_up = [one for one in unsent.acts["outbox_done"] if one.beside[1] == outbox.DROPPED]
    return msgspec.structs.replace(unsent, acts={**unsent.acts, "outbox_done": given_up}, epoch="")


def bring(unsent: Unsent, store: Store, work: UnitOfWork, happened: str = lately.BROUGHT) -> Brought:
    """Bring it into the unit of work of another store; the bytes of files come from `store`, the old one.

    `happened` is what stands in the list of what happened lately. What was brought before is left out. Raises
    WorldError('put_aside_foreign') where it is another person's.
    """
    if unsent.user_id not in ("", _person(work.connection)):
        raise WorldError("put_aside_foreign")
    came = _came(work.connection)
    brought = _bring_acts(unsent, store, work, came)
    drafts, left = _bring_drafts(unsent, work, came)
    brought = brought._replace(drafts=drafts, left=left)
    # Only now: what waits in the old store may have come from one before it. What was settled there is not to come
    # again from that one; its files may, they are the same bytes.
    came.operations |= unsent.came.operations
    came.drafts |= unsent.came.drafts
    settings.set_meta_json(work.connection, _META, {name: sorted(some) for name, some in _by_name(came)})
    if brought.changes or brought.needs_you or brought.drafts:
        count = brought.changes + brought.needs_you
        lately.note(work.connection, happened, work.now(), count=count, drafts=brought.drafts)
    work.note("sync_state", _META)
    return brought


def _came(connection: Connection) -> _Came:
    return msgspec.convert(settings.meta_json(connection, _META) or {}, _Came)


def _by_name(came: _Came) -> list[tuple[str, set[str]]]:
    return list(msgspec.structs.asdict(came).items())


def _person(connection: Connection) -> str:
    return str((settings.meta_json(connection, "person") or {}).get("user_id") or "")


def _texts(driver: Driver, query: str) -> list[Any]:
    return driver.execute(query).fetchall()


def _acts(driver: Driver, table: str, columns: str) -> list[_Act]:
    found = driver.execute(f"SELECT seq, content, {columns} FROM {table} ORDER BY seq").fetchall()
    return [
        _Act(msgspec.structs.replace(pending.decode(content), seq=int(seq)), beside) for seq, content, *beside in found
    ]


def _attachments(driver: Driver, owed: list[str]) -> list[dict[str, Any]]:
    found = driver.execute(
        f"SELECT id FROM row_attachment WHERE sha256 {_IN} AND deleted = 0 AND revision > 0 AND dirty = 0",
        (to_json(owed),),
    ).fetchall()
    held = [rows.read(driver, "attachment", row[0]) for row in found]
    return [one.values for one in held if one is not None]


def _titles(connection: Connection, operations: Iterable[Operation]) -> dict[tuple[str, str], str]:
    """Return what the rows of operations are called: in the present store they may not be any more."""
    titles = leaving.kept_titles(connection)
    for key in {(one.record, one.row_id) for one in operations}:
        title = leaving.title_of(connection.driver, *key) if key[0] in RECORDS else ""
        if title:
            titles[key] = title
    return titles


# into the present store ------------------------------------------------------------------------------------------


def _bring_drafts(unsent: Unsent, work: UnitOfWork, came: _Came) -> tuple[int, int]:
    """Take over drafts of pages that nothing is being typed on here; return how many came and how many stay."""
    count = left = 0
    for key, content, saved_at in unsent.drafts:
        if f"{key} {saved_at}" in came.drafts:
            continue
        here = work.driver.execute("SELECT content FROM draft WHERE key = ?", (key,)).fetchone()
        if here is not None and here[0] != content:
            left += 1
            continue
        if here is None:
            work.driver.execute("INSERT INTO draft(key, content, saved_at) VALUES (?, ?, ?)", (key, content, saved_at))
            work.note("draft", key)
            count += 1
        came.drafts.add(f"{key} {saved_at}")
    return count, left


def _bring_acts(unsent: Unsent, store: Store, work: UnitOfWork, came: _Came) -> Brought:
    driver = work.driver
    fresh = _fresh(unsent, driver, came)
    for waiting in fresh["outbox"]:
        outbox.queue(work, waiting.operation, waiting.beside[0])
    for refused in fresh["needs_you"]:
        _insert(driver, "needs_you", refused, {"kind": refused.operation.kind})
        work.note("needs_you", refused.operation.id)
    for done in fresh["outbox_done"]:
        _insert(driver, "outbox_done", done, {})
    operations = [one.operation for some in fresh.values() for one in some]
    files = _bring_files(unsent, store, work, operations, came)
    came.operations.update(one.id for one in operations)
    if operations:
        _number(unsent, work)
    unsettled = [one.operation for table in ("outbox", "needs_you") for one in fresh[table]]
    for operation in {(one.record, one.row_id): one for one in unsettled}.values():
        outbox.show_again(work, operation)
    _keep_titles(unsent, driver, unsettled)
    driver.executemany("INSERT OR IGNORE INTO preference(name, value) VALUES (?, ?)", unsent.preferences)
    return Brought(
        changes=len(fresh["outbox"]), needs_you=len(fresh["needs_you"]), files=files,
        given_up=sum(one.beside[1] == outbox.DROPPED for one in fresh["outbox_done"]),
    )  # fmt: skip


def _fresh(unsent: Unsent, driver: Driver, came: _Came) -> dict[str, list[_Act]]:
    """Return what is not here and never came, numbered below everything that is here, in the order of the acts."""
    known = set(came.operations)
    lowest = 1
    for table in _TAKEN_OVER:
        found = driver.execute(f"SELECT id, seq FROM {table}").fetchall()
        known.update(row[0] for row in found)
        lowest = min([lowest, *(int(row[1]) for row in found)])
    highest = max((one.operation.seq for some in unsent.acts.values() for one in some), default=0)
    down = highest - lowest + 1
    return {
        table: [
            msgspec.structs.replace(one, operation=msgspec.structs.replace(one.operation, seq=one.operation.seq - down))
            for one in some
            if one.operation.id not in known
        ]
        for table, some in unsent.acts.items()
    }


def _insert(driver: Driver, table: str, act: _Act, more: Mapping[str, str]) -> None:
    one = act.operation
    values: dict[str, Any] = {"id": one.id, "seq": one.seq, "record": one.record, "row_id": one.row_id}
    values |= {"content": pending.encode(one), **more}
    names = [*values, *_TAKEN_OVER[table].split(", ")]
    marks = ", ".join("?" * len(names))
    driver.execute(f"INSERT INTO {table}({', '.join(names)}) VALUES ({marks})", (*values.values(), *act.beside))


def _bring_files(unsent: Unsent, store: Store, work: UnitOfWork, operations: Iterable[Operation], known: _Came) -> int:
    """Copy the bytes that only the old store may have, and queue what it owed the server; return how many came."""
    made = {one.fields["sha256"][1] for one in operations if one.record == "attachment" and "sha256" in one.fields}
    came = 0
    # What is made now needs its bytes, also where they came once before and were given up and swept since.
    wanted = sorted((unsent.owed.keys() - known.files | made) - {None})
    known.files.update(wanted)
    for sha256 in wanted:
        content = store.attachment(sha256)
        if content is not None:
            work.blobs.write(content)
            attachments.done(work, sha256, attachments.DOWN)
            came += 1
        if sha256 in unsent.owed:  # also without bytes: that they are lost is told when it is its turn
            attachments.owe(work, sha256, unsent.owed[sha256])
    for values in (one for one in unsent.rows if one["sha256"] in wanted):
        if rows.read(work.driver, "attachment", values["id"]) is None:
            rows.write(work.driver, "attachment", values, (), dirty=False)  # without it the bytes would be swept
            work.note("attachment", values["id"])
    return came


def _number(unsent: Unsent, work: UnitOfWork) -> None:
    here = settings.meta(work.connection, "epoch")
    if unsent.epoch and not here:  # the first sync is still to come: it tells whether the server was restored
        settings.set_meta(work.connection, "epoch", unsent.epoch)
    if unsent.epoch and here not in ("", unsent.epoch):
        outbox.send_again(work)
        attachments.send_again(work)
        resending.note(work)
    else:
        outbox.number_anew(work)
        resending.renumbered(work)


def _keep_titles(unsent: Unsent, driver: Driver, operations: Iterable[Operation]) -> None:
    for key in {(one.record, one.row_id) for one in operations} & unsent.titles.keys():
        title = (*key, unsent.titles[key])
        driver.execute("INSERT OR IGNORE INTO kept_title(record, id, title) VALUES (?, ?, ?)", title)
