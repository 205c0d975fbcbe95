"""What an administrator does and what goes wrong apart from the line: clocks, disks, backups, copies, drift."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.protocol.messages import Operation
from crmdesk.server import admin, territories
from crmdesk.server.work import SYSTEM, ServerWork
from crmdesk.storage import rows
from tests.simulation import own_fields
from tests.simulation.script import Entry

if TYPE_CHECKING:
    from tests.simulation.laptop import Laptop
    from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Copy:
    """What a copy of a laptop's folder holds: the ids of all operations, and those that waited."""

    known: set[str]
    waiting: list[Operation]


def _admin(world: World, entry: Entry) -> bool:
    did = _ADMIN[entry.what](world, entry)
    if did:
        world.fault(_NAMED.get(entry.what) or f"territory_{entry.what}")
    return did


def _assign(world: World, entry: Entry) -> bool:
    world.server.do(lambda work: admin.assign(work, entry.args["login"], world.ids[entry.args["place"]]))
    return True


def _end(world: World, entry: Entry) -> bool:
    place, login = world.ids[entry.args["place"]], entry.args["login"]
    return _allowed(lambda: world.server.do(lambda work: admin.end_assignment(work, login, place)))


def _move(world: World, entry: Entry) -> bool:
    """Move customers to another territory."""
    values = {"territory_id": world.ids[entry.args["place"]]}
    record = entry.args["record"]

    def move(work: ServerWork) -> list[str]:
        moved = []
        for row_id in entry.args["row_ids"]:
            row = work.get(record, row_id)
            if row is not None and not row["deleted"]:
                work.update(record, row_id, values, SYSTEM)
                moved.append(row_id)
        return moved

    moved_now = world.server.do(move)
    for row_id in moved_now:
        world.model.moved_by_admin(record, row_id, **values)
    return bool(moved_now)


def _hand_over(world: World, entry: Entry) -> bool:
    place, giver, taker = world.ids[entry.args["place"]], entry.args["login"], entry.args["taker"]
    return _allowed(lambda: world.server.do(lambda work: territories.hand_over(work, place, giver, taker)))


def _withdraw(world: World, entry: Entry) -> bool:
    place, login = world.ids[entry.args["place"]], entry.args["login"]
    return _allowed(lambda: world.server.do(lambda work: territories.withdraw(work, login, place)))


def _split(world: World, entry: Entry) -> bool:
    """Move a hospital with its doctors and visits to another territory."""
    source, target = (world.ids[entry.args[name]] for name in ("place", "target"))
    with _moves_noted(world):
        return _allowed(lambda: territories.split(world.server.database, source, target, entry.args["row_ids"]))


def _merge(world: World, entry: Entry) -> bool:
    """Put a territory with all that is in it under another one."""
    source, target = (world.ids[entry.args[name]] for name in ("place", "target"))
    with _moves_noted(world):
        return _allowed(lambda: territories.merge(world.server.database, source, target))


def _allowed(do: Callable[[], object]) -> bool:
    """Say whether the server let an administrator do it."""
    try:
        do()
    except (InputError, RefusedError):
        return False
    return True


@contextmanager
def _moves_noted(world: World) -> Iterator[None]:
    """Tell the model which rows an administrator moves within."""
    before = dict(world.places().rows)
    with world.time.acting(""):
        yield
    for (record, row_id), row in world.places().rows.items():
        territory = row.get("territory_id")
        if territory and territory != before[record, row_id]["territory_id"]:
            world.model.moved_by_admin(record, row_id, territory_id=territory)


def _active(world: World, entry: Entry) -> bool:
    login, active = entry.args["login"], entry.args["active"]
    if not active:
        world.server.do(lambda work: admin.disable_user(work, login))
    else:
        world.server.do(lambda work: work.update("user", world.ids[login], {"active": True}, SYSTEM))
    return True


def _retire(world: World, entry: Entry) -> bool:
    """Take a company field out of use, or into use again, while laptops are offline with values for it."""
    return _allowed(lambda: world.server.do(lambda work: own_fields.retire(work, entry.args)))


def _clock(world: World, entry: Entry) -> bool:
    seconds = entry.args["seconds"]
    world.time.skew(entry.laptop, seconds)
    if seconds:
        days = abs(seconds) / 86_400
        world.fault("clock_off_hours" if days < 1 else "clock_off_days" if days < 365 else "clock_off_years")
    return True


def _partition(world: World, entry: Entry) -> bool:
    laptop = world.laptops.get(entry.laptop)
    if laptop is None:
        return False
    laptop.line.cut = entry.kind == "partition"
    return True


def _crash(world: World, entry: Entry) -> bool:
    laptop = world.laptops.get(entry.laptop)
    if laptop is None:
        return False
    laptop.restart()
    world.fault("laptop_crash")
    return True


def _server_crash(world: World, _entry: Entry) -> bool:
    world.server.restart()
    world.fault("server_crash")
    return True


def _backup(world: World, _entry: Entry) -> bool:
    back_up(world)
    return True


def back_up(world: World) -> None:
    """Copy the server's database, and what the model knows of it."""
    world.server.backup(world.folder / "backup.db")
    world.backup = world.model.backup()


def _restore(world: World, _entry: Entry) -> bool:
    """Put the server's backup back, as after the loss of its disk."""
    if world.backup is None:
        return False
    world.server.put_back(world.folder / "backup.db")
    world.model.put_back(world.backup)
    world.fault("server_restored")
    return True


def _copy(world: World, entry: Entry) -> bool:
    """Keep a copy of a laptop's folder, to be put back or cloned later."""
    laptop = world.laptops.get(entry.laptop)
    if laptop is None:
        return False
    laptop.copy_to(world.folder / f"{entry.laptop}.copy")
    world.copies[entry.laptop] = Copy(_operations_known(laptop), laptop.waiting())
    return True


def _put_back(world: World, entry: Entry) -> bool:
    """Put the older folder of a laptop back: what was saved since then is gone with it, unless it was sent."""
    laptop, copy = world.laptops.get(entry.laptop), world.copies.get(entry.laptop)
    if laptop is None or copy is None:
        return False
    gone = _operations_known(laptop) - copy.known
    laptop.put_back(world.folder / f"{entry.laptop}.copy")
    world.model.lost_with_a_disk(gone, copy.waiting)
    world.model.copies = True
    world.fault("old_copy_put_back")
    return True


def _clone(world: World, entry: Entry) -> bool:
    """Switch on a second laptop from an image of the first."""
    laptop, name = world.laptops.get(entry.laptop), f"{entry.laptop}+"
    if laptop is None or name in world.laptops:
        return False
    laptop.copy_to(world.folder / f"{entry.laptop}.image")
    shutil.copytree(world.folder / f"{entry.laptop}.image", world.folder / name)
    world.add_laptop(name)
    if entry.laptop in world.spoilt:
        world.spoilt.add(name)
    world.model.copies = True
    world.fault("cloned")
    return True


def _operations_known(laptop: Laptop) -> set[str]:
    """Return the ids of all operations that the laptop still has in any list."""
    found = laptop.look("SELECT id FROM outbox UNION SELECT id FROM outbox_done UNION SELECT id FROM needs_you")
    return {row[0] for row in found}


def _drift(world: World, entry: Entry) -> bool:
    """Let a row of a laptop go wrong in the way of a bug: flipped to another revision, or missing."""
    laptop = world.laptops.get(entry.laptop)
    if laptop is None or laptop.full:
        return False
    with laptop.store.writing() as work:
        held = work.driver.execute(
            "SELECT id, revision, scopes, name FROM row_doctor WHERE dirty = 0 AND scopes <> '' ORDER BY id"
        ).fetchall()
        if not held:
            return False
        row_id, revision, scopes, name = held[entry.args["place"] % len(held)]
        if entry.what == "missing":
            work.digests.remove(scopes.split(), "doctor", row_id, revision)
            rows.remove(work.driver, "doctor", [row_id])
        else:
            other = revision + (entry.args["by"] if revision > 1 else 1)  # no row ever was at a revision below 1
            work.driver.execute(
                "UPDATE row_doctor SET revision = ?, mobile = ? WHERE id = ?", (other, f"drift {name}", row_id)
            )
            work.digests.move(scopes.split(), "doctor", row_id, revision, other)
    world.spoilt.add(laptop.name)
    world.fault(f"drift_{entry.what}")
    return True


def _disk(world: World, entry: Entry) -> bool:
    laptop = world.laptops.get(entry.laptop)
    if laptop is None:
        return False
    laptop.full = laptop.store.full = entry.kind == "full"
    if laptop.full:
        world.fault("disk_full")
    return True


def _cure(world: World, _entry: Entry) -> bool:
    """The server is mended: operations that broke it no longer do."""
    had = bool(world.pills)
    world.pills.clear()
    return had


_ADMIN: dict[str, Callable[[World, Entry], bool]] = {
    "assign": _assign,
    "end": _end,
    "hand_over": _hand_over,
    "withdraw": _withdraw,
    "split": _split,
    "merge": _merge,
    "move": _move,
    "active": _active,
    "retire": _retire,
}
_NAMED = {"active": "account_changed", "retire": "field_retired"}
KINDS: dict[str, Callable[[World, Entry], bool]] = {
    "admin": _admin,
    "clock": _clock,
    "partition": _partition,
    "heal": _partition,
    "crash": _crash,
    "server_crash": _server_crash,
    "backup": _backup,
    "restore": _restore,
    "copy": _copy,
    "put_back": _put_back,
    "clone": _clone,
    "drift": _drift,
    "full": _disk,
    "space": _disk,
    "cure": _cure,
}
