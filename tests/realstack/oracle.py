"""The judge of a day: nothing saved is lost or counted twice, and every laptop shows the server's truth to the fen."""

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from crmdesk.bootstrap import Laptop
from crmdesk.domain.clock import local_date, utc_now
from crmdesk.domain.merge import DELETED
from crmdesk.domain.records import RECORDS, wire_columns
from crmdesk.server import audit, devices, scoping
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.server.money_tables import AUDIT_CHAIN, BUDGET_HOLD
from crmdesk.server.tables import ROWS, SCOPE_DIGEST, SHAPES
from crmdesk.server.work import ServerActor
from crmdesk.storage import digests, health, outbox
from crmdesk.storage.work import driver_of
from tests.realstack.day import Day, Said

History = list[dict[str, Any]]


@dataclass
class Verdict:
    """What was found wrong, and how much was looked at."""

    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def judge(day: Day, folder: AttachmentFolder) -> Verdict:
    """Look at everything; the laptops are at rest and have synced since the last change."""
    verdict = Verdict()
    with day.database.reading() as connection:
        _edits(day, connection, verdict)
        _claims(day, connection, verdict)
        for name, laptop in day.laptops.items():
            _replica(day, name, laptop, connection, verdict)
        verdict.faults += [f"the chain of the history: {one}" for one in audit.verify(connection).faults]
    _files(day, folder, verdict)
    return verdict


def _edits(day: Day, connection: Connection, verdict: Verdict) -> None:
    """Each edit is in the history exactly once, or its text is visible where it needs its author."""
    history = _history(day, connection)
    waiting = {name: _needs_you(laptop) for name, laptop in day.laptops.items()}
    aside = {name: [*waiting[name], *_given_up(laptop)] for name, laptop in day.laptops.items()}
    kept = _kept(connection)
    for said in day.said:
        verdict.counts["said"] += 1
        times = _times(said, history)
        asked = _asked(said, aside[said.laptop])
        if said.token and times > 1:
            verdict.faults.append(f"{said} took effect {times} times")
        elif said.last and not (times or asked or kept.has(said)):
            verdict.faults.append(f"{said} is lost")
        verdict.counts["refused" if asked and not times else "taken"] += 1
    made = Counter(entry["parent_id"] for entry in history if entry["action"] == "create")
    verdict.faults += [f"row {row_id} was made {times} times" for row_id, times in made.items() if times > 1]
    _commands(day, history, waiting, verdict)


def _commands(day: Day, history: History, waiting: dict[str, History], verdict: Verdict) -> None:
    """A command of the workflow takes effect as often as it was given, or less where it needs its author."""
    given = Counter((one.row_id, one.action) for one in day.said if not one.token and one.record == "claim")
    done = Counter((entry["parent_id"], entry["action"]) for entry in history)
    for (row_id, action), times in given.items():
        of_row = [one for some in waiting.values() for one in some if one["row_id"] == row_id]
        asked = sum(one["command"] == action for one in of_row)
        if done[row_id, action] + asked != times:
            words = f"{action} of {row_id}: given {times}, done {done[row_id, action]}, asked {asked}"
            verdict.faults.append(f"{words}: {of_row}, {[one for one in history if one['parent_id'] == row_id]}")


def _history(day: Day, connection: Connection) -> History:
    query = select(AUDIT_CHAIN.c.content).where(AUDIT_CHAIN.c.seq > day.chain_start).order_by(AUDIT_CHAIN.c.seq)
    return [json.loads(content) for content in connection.execute(query).scalars()]


def _times(said: Said, history: History) -> int:
    """Count how often what was said came into the history of its row."""
    entries = [entry for entry in history if entry["parent_id"] == said.row_id]
    if not said.token:
        return sum(entry["action"] == said.action for entry in entries)
    return sum(
        said.token in str(pair[1]) and said.token not in str(pair[0])
        for entry in entries
        for pair in (entry["changes"] or {}).values()
        if isinstance(pair, list) and len(pair) == 2
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """What conflicts keep for a person to decide: all their words, and the rows that somebody wanted deleted."""

    words: str
    deletions: frozenset[str]

    def has(self, said: Said) -> bool:
        """Say whether what was said is among it."""
        return said.token in self.words if said.token else said.action == "delete" and said.row_id in self.deletions


def _kept(connection: Connection) -> _Kept:
    shape, table = SHAPES["conflict"], ROWS["conflict"]
    rows = [shape.as_dict(row) for row in connection.execute(select(table))]
    words = " ".join(str(row[name]) for row in rows for name in ("loser_value", "winner_value", "base_value"))
    wished = frozenset(row["parent_id"] for row in rows if row["loser_value"] == {DELETED: True})
    return _Kept(words, wished)


def _needs_you(laptop: Laptop) -> History:
    with laptop.store.reading() as connection:
        return [_entry(one) for one in outbox.needs_you(connection)]


def _given_up(laptop: Laptop) -> History:
    """Return what went with a row that was deleted and that the server had refused to make."""
    with laptop.store.reading() as connection:
        return [_entry(one) | {"command": "delete"} for one in outbox.given_up(connection)]


def _entry(one: outbox.Refused) -> dict[str, Any]:
    return {
        "row_id": one.operation.row_id, "kind": one.operation.kind, "command": one.operation.command,
        "id": one.operation.id, "code": one.code, "waits_for": one.waits_for,
        "new": str({name: pair[1] for name, pair in one.operation.fields.items()}),
    }  # fmt: skip


def _asked(said: Said, waiting: History) -> bool:
    of_row = [one for one in waiting if one["row_id"] == said.row_id]
    if said.token:
        return any(said.token in one["new"] for one in of_row)
    return any(said.action in (one["kind"], one["command"]) for one in of_row)


def _claims(day: Day, connection: Connection, verdict: Verdict) -> None:
    """Each claim once, with the amount that its owner saw last; budgets hold exactly what claims hold of them."""
    unsettled = {one["row_id"] for laptop in day.laptops.values() for one in _needs_you(laptop)}
    table = ROWS["claim"]
    found = {row.id: SHAPES["claim"].as_dict(row) for row in connection.execute(select(table)) if row.id in day.claims}
    held: Counter[str] = Counter()
    for claim_id, (_, fen) in day.claims.items():
        row = found.get(claim_id)
        if row is None:
            if claim_id not in unsettled:
                verdict.faults.append(f"claim {claim_id} is lost")
            continue
        verdict.counts["claims"] += 1
        verdict.counts["fen"] += row["total_fen"]
        amount = sum(line["amount_fen"] for line in row["lines"])
        if row["total_fen"] != amount or (claim_id not in unsettled and row["total_fen"] != fen):
            verdict.faults.append(f"claim {claim_id}: {row['total_fen']} fen, lines {amount}, its owner saved {fen}")
        if row["state"] not in ("draft", "returned", "rejected"):
            held[row["territory_id"]] += row["total_fen"]
    _budgets(day, connection, held, verdict)


def _budgets(day: Day, connection: Connection, held: Counter[str], verdict: Verdict) -> None:
    sums: dict[str, int] = defaultdict(int)
    for row in connection.execute(select(BUDGET_HOLD)):
        sums[row.budget_id] += row.reserved_fen + row.committed_fen + row.spent_fen
    table = ROWS["budget"]
    for place in ("north", "south"):
        query = select(table).where(table.c.id == day.ids[f"{place}_budget"])
        row = SHAPES["budget"].as_dict(connection.execute(query).one())
        shown = row["reserved_fen"] + row["committed_fen"] + row["spent_fen"]
        if not shown == sums[row["id"]] == held[day.ids[place]]:
            verdict.faults.append(
                f"budget of {place}: shows {shown}, holds {sums[row['id']]}, claims {held[day.ids[place]]} fen"
            )


def _replica(day: Day, name: str, laptop: Laptop, connection: Connection, verdict: Verdict) -> None:
    """Ids, revisions and values on the laptop are those of the server within the person's scopes, and nothing more."""
    actor = devices.actor_of(connection, day.ids[name], "", local_date(utc_now()).isoformat())
    assert actor is not None
    # what the server refused to make stays on the page until its author has decided
    unmade = {one["row_id"] for one in _needs_you(laptop) if one["kind"] == "create"}
    with laptop.store.reading() as local:
        driver = driver_of(local)
        scopes = dict(driver.execute("SELECT name, state FROM scope").fetchall())
        if set(scopes) != set(actor.scopes) or set(scopes.values()) != {"complete"}:
            verdict.faults.append(f"{name}: scopes {scopes}, not {sorted(actor.scopes)}")
        for record in RECORDS:
            here = {row_id: row for row_id, row in _held(driver, record).items() if row_id not in unmade}
            there = _served(connection, actor, record)
            verdict.counts["rows"] += len(there)
            verdict.faults += [f"{name}: {record} {one}: {text}" for one, text in _compared(here, there)]
        kept = digests.stored(driver)
    chosen = select(SCOPE_DIGEST).where(SCOPE_DIGEST.c.scope.in_(sorted(actor.scopes)), SCOPE_DIGEST.c.count > 0)
    told = {(row.scope, row.record): (row.count, row.digest) for row in connection.execute(chosen)}
    if kept != told:
        verdict.faults.append(f"{name}: digests {dict(set(kept.items()) ^ set(told.items()))}")
    state = health.check(laptop.store)
    if not state.sound:
        verdict.faults.append(f"{name}: {state}")


def _held(driver: Any, record: str) -> dict[str, dict[str, Any]]:
    declared = RECORDS[record]
    columns = wire_columns(declared)
    json_fields = {one.name for one in declared.fields if one.is_json}
    booleans = {one.name for one in declared.fields if one.kind.value == "boolean"} | {"deleted"}
    held = {}
    for row in driver.execute(f"SELECT {', '.join(columns)} FROM row_{record}"):
        values = dict(zip(columns, row, strict=True))
        for one, value in values.items():
            if value is not None and one in json_fields:
                values[one] = json.loads(value)
            elif value is not None and one in booleans:
                values[one] = bool(value)
        held[values["id"]] = values
    return held


def _served(connection: Connection, actor: ServerActor, record: str) -> dict[str, dict[str, Any]]:
    """Return the rows that the person may hold, worked out anew from the declared rules, without the feed."""
    table = ROWS[record]
    rows = {row.id: row for row in connection.execute(select(table).where(table.c.deleted.is_(False)))}
    scopes = scoping.scopes_of(connection, record, rows)
    mine = [row for row_id, row in rows.items() if scopes.get(row_id, frozenset()) & actor.scopes]
    columns = SHAPES[record].columns
    return {row.id: {one: SHAPES[record].as_dict(row)[one] for one in columns} for row in mine}


def _compared(here: dict[str, dict[str, Any]], there: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    faults = [(one, "is here and should not be") for one in here.keys() - there.keys()]
    faults += [(one, "is missing here") for one in there.keys() - here.keys()]
    for one in here.keys() & there.keys():
        mine, theirs = here[one], there[one]
        differing = {name: (mine[name], theirs[name]) for name in theirs if mine[name] != theirs[name]}
        if differing:
            faults.append((one, f"differs (here, there): {differing}"))
    return faults


def _files(day: Day, folder: AttachmentFolder, verdict: Verdict) -> None:
    """Whatever was attached and taken is at the server, whole."""

    for token, content in day.files.items():
        digest = hashlib.sha256(content).hexdigest()
        row = select(ROWS["attachment"].c.id).where(ROWS["attachment"].c.sha256 == digest)
        with day.database.reading() as connection:
            taken = connection.execute(row).first() is not None
        if taken and folder.path(digest) is None:
            verdict.faults.append(f"the bytes of {token} did not arrive")
        verdict.counts["files"] += taken
