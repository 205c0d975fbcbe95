"""Who may do what today, worked out once for each person and kept as long as people, places and assignments stay."""

from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from crmdesk.server import devices, holdings
from crmdesk.server.work import ServerActor


class Stamp(NamedTuple):
    """What rights were worked out from; a database that was put back begins an epoch and counts its positions again.

    `position` is that of the company's own scope, which moves with each change of a user, an assignment or a territory;
    the day counts because assignments begin and end by themselves.
    """

    position: int
    day: str
    epoch: str


@dataclass(slots=True)
class _Kept:
    stamp: Stamp
    tree: holdings.Tree | None = None
    actors: dict[tuple[str, str], ServerActor | None] = field(default_factory=dict)


class Rights:
    """The rights of everybody who asked since the company changed last; for any thread."""

    def __init__(self) -> None:
        self._kept = _Kept(Stamp(-1, "", ""))

    def actor(self, connection: Connection, stamp: Stamp, user_id: str, device_id: str) -> ServerActor | None:
        """Return what `devices.actor_of` does, in the snapshot of `connection`, which is at `stamp`."""
        kept = self._kept
        if kept.stamp != stamp:
            kept = _Kept(stamp)
            # a reader of an older snapshot keeps nothing for others
            if stamp.epoch != self._kept.stamp.epoch or stamp > self._kept.stamp:
                self._kept = kept
        key = (user_id, device_id)
        if key not in kept.actors:
            kept.tree = kept.tree or holdings.tree_of(connection)
            kept.actors[key] = devices.actor_of(connection, user_id, device_id, stamp.day, kept.tree)
        return kept.actors[key]
