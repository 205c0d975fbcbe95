"""The checks: after the world has healed, laptops, server and model must say the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Container
from typing import TYPE_CHECKING, Any

from crmdesk.domain.fields import Merge
from crmdesk.domain.records import RECORDS, wire_columns
from crmdesk.protocol.messages import Operation
from crmdesk.storage import digests, health, lately, works_at
from crmdesk.storage.driver import Driver
from crmdesk.storage.search_index import SEARCHED
from crmdesk.storage.work import driver_of
from tests.simulation import own_fields, truth
from tests.simulation.model import Broken, Promise
from tests.simulation.script import Entry
from tests.simulation.seeded import BEGAN
from tests.simulation.truth import Truth

if TYPE_CHECKING:
    from tests.simulation.laptop import Laptop
    from tests.simulation.world import World

ROUNDS = 3
HEALED_KEY = 10_000_000
QUIET_BYTES = 1024


def heal(world: World) -> None:
    """Mend everything that is broken: lines, disks, accounts, the server; clocks stay wrong, old requests die."""
    world.note("healing")
    world.late.clear()
    world.pills.clear()
    shut = [row["login"] for row in truth.read(world.database_path, world.time, ("user",)).rows.values()
            if not row["active"]]  # fmt: skip
    for login in sorted(shut):  # and nobody else: a change that everybody gets would hide who finds nothing new
        _afterwards(world, "admin", what="active", args={"login": login, "active": True})
    for name in sorted(world.laptops):
        laptop = world.laptops[name]
        laptop.line.cut = laptop.full = laptop.store.full = False
        laptop.line.fates = []
        if laptop.following is not None:
            _afterwards(world, "step", laptop=name)


def _afterwards(world: World, kind: str, **more: Any) -> None:
    """Let something happen after the script, a minute after the last thing, with a key of its own."""
    world.healed += 1
    last = round((world.time.now - BEGAN).total_seconds() * 1000)
    world.happen(Entry(HEALED_KEY + world.healed, last + 60_000, kind, **more))


def settle(world: World) -> None:
    """Sync every laptop for three rounds without faults: then nothing may wait any more."""
    for _ in range(ROUNDS):
        for name in sorted(world.laptops):
            sync_to_rest(world, world.laptops[name])


def sync_to_rest(world: World, laptop: Laptop) -> None:
    """Sync as a person does who does what the app asks for."""
    for _ in range(3):
        what = "accept" if laptop.status.code == "shrunk" else "start"
        _afterwards(world, "sync", laptop=laptop.name, what=what)
        if laptop.status.code not in ("shrunk", "signed_out"):
            return


def check(world: World) -> None:
    """Raise Broken for the first promise that does not hold."""
    settle(world)
    for name in sorted(world.laptops):
        _finished(world.laptops[name])
    for name in sorted(world.laptops):  # what the others sent in the last round
        sync_to_rest(world, world.laptops[name])
    now = truth.read(world.database_path, world.time)
    for name in sorted(world.laptops):
        laptop = world.laptops[name]
        with laptop.store.reading() as connection:
            driver = driver_of(connection)
            _same_rows(name, driver, now, now.holds(world.ids[laptop.person]))
            _sound(name, driver)
        faults = health.check(laptop.store)
        if not faults.sound:
            raise Broken("sound_store", f"{name}: {faults}")
    _nothing_lost(world, now)
    _winners(world, now)
    _losers(world, now)
    _money(world, now)
    _one_effect(world, now)
    _quiet(world)
    _mended(world, now)


def _finished(laptop: Laptop) -> None:
    waiting = laptop.look("SELECT id FROM outbox")
    status = laptop.status
    if (status.phase, status.code) != ("idle", ""):
        raise Broken("finishes", f"{laptop.name} rests as {status.phase} {status.code} {status.params}")
    if waiting:
        raise Broken("finishes", f"{len(waiting)} operations still wait on {laptop.name}")


# at any moment -----------------------------------------------------------------------------------------------------


def still_shown(laptop: Laptop, answered: Container[str]) -> None:
    """What waits to be sent is what the person sees, whatever came from the server meanwhile.

    What was `answered` before waits only to be sent again: others may have changed it since.
    """
    last: dict[tuple[str, str, str], Operation] = {}
    removed = set()
    # of a row that exists nowhere but here the page shows what is with the person as well: it may be newer
    beside = [one for one in laptop.refused() if one.kind == "edit"]
    for operation in sorted([*laptop.waiting(), *beside], key=lambda one: one.seq):
        if operation.kind == "delete":
            removed.add((operation.record, operation.row_id))
        for name in operation.fields if operation.kind == "edit" else ():
            last[operation.record, operation.row_id, name] = operation
    for (record, row_id, name), operation in last.items():
        found = laptop.look(f'SELECT "{name}" FROM row_{record} WHERE id = ?', row_id)
        if not found or operation.id in answered or (record, row_id) in removed or operation in beside:
            continue
        there = truth.decoded(record, {name: found[0][0]})[name]
        old, new = operation.fields[name]
        if not _shows(RECORDS[record].field(name).merge, there, old, new):
            raise Broken("still_shown", f"{laptop.name} waits to send {name} {new!r} of {record} {row_id}: {there!r}")


def _shows(rule: Merge, there: Any, old: Any, new: Any) -> bool:
    if rule is Merge.SET:
        return set(new or ()) - set(old or ()) <= set(there or ())
    if rule is Merge.TEXT:
        return words_of(new or "") - words_of(old or "") <= words_of(there or "")
    if rule is Merge.KEYS:
        return own_fields.shows(there, old, new)
    return bool(_plain(there) == _plain(new))


def nothing_to_repair(laptop: Laptop) -> None:
    """A laptop that nothing damaged never needs to fetch anything anew because its rows are not the server's."""
    told = laptop.look("SELECT value FROM meta WHERE name = 'lately'")
    if any(entry[0] == lately.DIFFERS for entry in (json.loads(told[0][0]) if told else ())):
        tries = laptop.look("SELECT value FROM meta WHERE name = 'refetch_tries'")
        raise Broken("nothing_to_repair", f"{laptop.name} found rows that are not the server's: {tries}")


# the same rows ----------------------------------------------------------------------------------------------------


def _held(driver: Driver, record: str) -> dict[str, dict[str, Any]]:
    columns = (*wire_columns(RECORDS[record]), "scopes", "dirty")
    names = ", ".join(f'"{one}"' for one in columns)
    found = driver.execute(f"SELECT {names} FROM row_{record}").fetchall()
    rows = (truth.decoded(record, dict(zip(columns, stored, strict=True))) for stored in found)
    return {row["id"]: row for row in rows}


def _same_rows(name: str, driver: Driver, now: Truth, wanted: dict[truth.Key, frozenset[str]]) -> None:
    """The rows of the laptop are those that the server would serve, field by field."""
    mine = {row[0] for row in driver.execute("SELECT row_id FROM needs_you WHERE kind = 'create'").fetchall()}
    for record in RECORDS:
        held = {key: row for key, row in _held(driver, record).items() if key not in mine or row["revision"]}
        due = {key[1]: scopes for key, scopes in wanted.items() if key[0] == record}
        if set(held) != set(due):
            more, less = sorted(set(held) - set(due))[:3], sorted(set(due) - set(held))[:3]
            raise Broken("same_rows", f"{name} holds of {record} too much {more}, too little {less}")
        for row_id, row in held.items():
            scopes, dirty = row.pop("scopes"), row.pop("dirty")
            if set(scopes.split()) != due[row_id] or dirty:
                raise Broken("same_rows", f"{name} {record} {row_id}: scopes {scopes} dirty {dirty}, {due[row_id]}")
            there = now.rows[record, row_id]
            differing = {one: (row[one], there[one]) for one in row if row[one] != there[one]}
            if differing:
                raise Broken("same_rows", f"{name} {record} {row_id}: {differing}")


def _sound(name: str, driver: Driver) -> None:
    kept, counted = digests.stored(driver), digests.recounted(driver)
    if kept != counted:
        raise Broken("digest", f"{name}: the digests kept are not those of the rows")
    idle = "SELECT count(*) FROM base_row WHERE id NOT IN (SELECT row_id FROM needs_you)"
    for left in (driver.execute(idle).fetchone(), driver.execute("SELECT count(*) FROM stale").fetchone()):
        if left and left[0]:
            raise Broken("no_orphans", f"{name}: {left[0]} rows kept for nothing")
    unseen = "waits_for <> '' AND waits_for NOT IN (SELECT id FROM needs_you WHERE waits_for = '')"
    lost = driver.execute(f"SELECT id FROM needs_you WHERE {unseen}").fetchall()
    if lost:
        raise Broken("nothing_lost", f"{name}: {lost} wait beside what nobody is asked about")
    for record in SEARCHED:
        rows = {row[0] for row in driver.execute(f"SELECT rowid FROM row_{record} WHERE deleted = 0").fetchall()}
        entries = {row[0] for row in driver.execute(f"SELECT id FROM search_{record}_docsize").fetchall()}
        if rows != entries:
            raise Broken(
                "search", f"{name}: the search index of {record} has {len(entries)} entries for {len(rows)} rows"
            )
    stray = driver.execute(works_at.DRIFT).fetchone()
    if stray:
        raise Broken("search", f"{name}: who works where is not what the rows say: {stray}")


# nothing lost -----------------------------------------------------------------------------------------------------


def _nothing_lost(world: World, now: Truth) -> None:
    """Every operation that was saved is in the server's history, or needs the person."""
    needing = {op_id for laptop in world.laptops.values() for op_id in _ids(laptop, "needs_you")}
    story = History(world, now)
    for op_id, promise in world.model.promises.items():
        outcome = world.model.life.answers.get(op_id, "")
        if promise.excused:
            continue
        operation = promise.operation
        words = f"#{promise.key} of {promise.laptop}: {operation.kind} {operation.record} {operation.row_id}"
        if outcome == "taken":
            story.must_tell(promise, words)
        elif op_id not in needing and not world.model.needs_nobody(operation):
            raise Broken("nothing_lost", f"{words} {dict(operation.fields)} is nowhere ({outcome or 'never arrived'})")


def _ids(laptop: Laptop, table: str) -> set[str]:
    return {row[0] for row in laptop.look(f"SELECT id FROM {table}")}


class History:
    """What the server's trail, rows and conflicts say of a row, as text to look words up in."""

    def __init__(self, world: World, now: Truth) -> None:
        self._now, self._world = now, world
        self.trail: dict[str, list[dict[str, Any]]] = {}
        for entry in truth.history(world.database_path):
            self.trail.setdefault(entry["parent_id"], []).append(entry)
        self._removed: dict[tuple[str, str], set[str]] = {}
        for promise in world.model.promises.values():
            for name, (old, new) in promise.operation.fields.items():
                if isinstance(old, str):
                    gone = words_of(old) - words_of(new or "")
                    self._removed.setdefault((promise.operation.row_id, name), set()).update(gone)

    def must_tell(self, promise: Promise, words: str) -> None:
        """The effect of an operation that was taken is in the trail, and no text that was written is gone."""
        operation = promise.operation
        row = self._now.rows.get((operation.record, operation.row_id))
        if row is None:
            raise Broken("nothing_lost", f"{words} was taken, and there is no such row")
        told = self._told(operation.row_id)
        for name, (old, new) in operation.fields.items():
            for word in _new_words(old, new):
                if word not in told:
                    raise Broken("nothing_lost", f"{words}: {name} {word} is not in the history")
            beside = row["deleted"] or operation.id in self._world.model.life.beside
            if RECORDS[operation.record].field(name).merge is Merge.TEXT and not beside:
                self._text(operation.row_id, name, words_of(new or "") - words_of(old or ""), row[name], words)

    def _told(self, row_id: str) -> str:
        """Return all that trail and conflicts say of a row."""
        kept = [row for row in self._now.of("conflict").values() if row["parent_id"] == row_id]
        told: list[Any] = [[row["base_value"], row["winner_value"], row["loser_value"]] for row in kept]
        for one in (row_id, *(row["id"] for row in kept)):
            told += [entry["changes"] for entry in self.trail.get(one, ())]
        return json.dumps(told, ensure_ascii=False)

    def _text(self, row_id: str, name: str, written: set[str], text: str | None, words: str) -> None:
        there = words_of(text or "") | self._removed.get((row_id, name), set())
        if written - there:
            raise Broken("text_kept", f"{words}: {sorted(written - there)} vanished from {name}")


def words_of(text: str) -> set[str]:
    """Return the words of a text that only one person ever wrote."""
    return {word for word in text.split() if word.startswith("q") and word.endswith("z")}


def _new_words(old: Any, new: Any) -> set[str]:
    before, after = json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False)
    found = {part for part in after.replace('"', " ").replace("\\n", " ").split() if part.strip("李科").startswith("q")}
    return {part.strip("李,]}") for part in found if part.strip("李科,]}").endswith("z") and part not in before}


# the right effect -------------------------------------------------------------------------------------------------


def _winners(world: World, now: Truth) -> None:
    """What stands in a field is what arrived last; sets hold every addition and removal."""
    for key, modelled in world.model.life.rows.items():
        row = now.rows.get(key)
        if row is None:
            raise Broken("winner", f"{key} is not on the server")
        if modelled.deleted and not row["deleted"]:
            raise Broken("no_rising", f"{key} was deleted and lives")
        for name, value in modelled.values.items():
            declared = RECORDS[key[0]].field(name)
            rule, there = declared.merge, row[name]
            if world.model.life.merges and (declared.ref == "doctor" or name == "is_primary"):
                continue  # what named a doctor who went into another one names that one by now, at one main place
            if rule in _JUDGED and _plain(there) != _plain(value):
                raise Broken("winner", f"{key} {name} is {there!r}; what arrived last is {value!r}")


_JUDGED = (Merge.LAST_WINS, Merge.SET, Merge.OWNER, Merge.KEYS)


def _losers(world: World, now: Truth) -> None:
    """What lost to a later arrival is kept as a conflict."""
    kept: set[tuple[str, str, str]] = set()
    for row in now.of("conflict").values():
        loser = (row["loser_value"] or {}).get("value")
        kept.add((row["parent_id"], row["field"], json.dumps(loser, ensure_ascii=False)))
    for key, modelled in world.model.life.rows.items():
        for name, loser in modelled.losers:
            if (key[1], name, json.dumps(loser, ensure_ascii=False)) not in kept:
                raise Broken("loser_kept", f"{key} {name}: {loser!r} lost and is not kept")


def _plain(value: Any) -> Any:
    return value or None


def _money(world: World, now: Truth) -> None:
    sums = now.sums()
    for budget in now.of("budget").values():
        due = sums.get((budget["territory_id"], budget["period"], budget["category"]), (0, 0, 0))
        has = (budget["reserved_fen"], budget["committed_fen"], budget["spent_fen"])
        if has != due:
            raise Broken("money", f"budget {budget['category']} says {has}, the claims add up to {due}")
    for claim in now.of("claim").values():
        if claim["total_fen"] != sum(line["amount_fen"] for line in claim["lines"] or ()):
            raise Broken("money", f"the total of claim {claim['id']} is not the sum of its lines")


_TOLD = (
    "doctor", "institution", "affiliation", "department", "visit", "claim", "adverse_event", "plan_target", "day_off",
    "doctor_merge", "attachment", "call_back",
)  # fmt: skip
_DECIDED = ("claim", "plan_target", "doctor_merge")
_LEAVES_IT = ("called_back", "in_time_by_laptop")


def _one_effect(world: World, now: Truth) -> None:
    """A row's revision is one a change in the trail; each command that was taken has one entry there."""
    story: Counter[str] = Counter()
    commands: Counter[tuple[str, str]] = Counter()
    for entry in truth.history(world.database_path):
        story[entry["parent_id"]] += entry["action"] not in _LEAVES_IT  # told in the trail of a visit, which stays
        if entry["parent_record"] in _DECIDED and entry["action"] not in ("create", "edit", "delete"):
            commands[entry["parent_id"], entry["action"]] += 1
    for key, row in now.rows.items():
        if key[0] in _TOLD and row["revision"] != story[key[1]]:
            raise Broken("one_effect", f"{key} is at revision {row['revision']} after {story[key[1]]} changes")
    if commands != world.model.life.commands:
        raise Broken("one_effect", f"commands {commands} in the trail, {world.model.life.commands} were taken")


def _quiet(world: World) -> None:
    """After rest two more syncs move no row and less than a kilobyte."""
    for _ in range(2):
        for name in sorted(world.laptops):
            laptop = world.laptops[name]
            before = laptop.line.traffic
            rows, size, asked = before.rows, before.sent + before.received, before.requests - before.expired
            sync_to_rest(world, laptop)
            after = laptop.line.traffic
            moved, grown = after.rows - rows, after.sent + after.received - size
            answered = after.requests - after.expired - asked
            if moved or grown >= QUIET_BYTES or answered != 1:
                words = f"{moved} rows, {grown} bytes, {answered} requests"
                raise Broken("quiet", f"{name} at rest: {words}")


def _mended(world: World, now: Truth) -> None:
    """A row that goes wrong on a laptop at rest is found by its next sync, although nothing is new at the server."""
    name = sorted(world.laptops)[world.seed % len(world.laptops)]
    laptop = world.laptops[name]
    _afterwards(
        world, "drift", laptop=name, what="flipped" if world.seed % 2 else "missing", args={"place": 0, "by": 1}
    )
    sync_to_rest(world, laptop)
    with laptop.store.reading() as connection:
        _same_rows(name, driver_of(connection), now, now.holds(world.ids[laptop.person]))
