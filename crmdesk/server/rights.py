"""Who may do what today, worked out once for each person and kept as long as people, places and assignments stay."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from crmdesk.server import devices, holdings
from crmdesk.server.work import ServerActor

Stamp = tuple[int, str]
"""The position of the company's own scope, which moves with each change of a user, an assignment or a territory, and
the day: assignments begin and end by themselves."""


@dataclass(slots=True)
class _Kept:
    stamp: Stamp
    tree: holdings.Tree | None = None
    actors: dict[tuple[str, str], ServerActor | None] = field(default_factory=dict)


class Rights:
    """The rights of everybody who asked since the company changed last; for any thread."""

    def __init__(self) -> None:
        self._kept = _Kept((-1, ""))

    def actor(self, connection: Connection, stamp: Stamp, user_id: str, device_id: str) -> ServerActor | None:
        """Return what `devices.actor_of` does, in the snapshot of `connection`, which is at `stamp`."""
        kept = self._kept
        if kept.stamp != stamp:
            kept = _Kept(stamp)
            if stamp > self._kept.stamp:  # a reader of an older snapshot keeps nothing for others
                self._kept = kept
        key = (user_id, device_id)
        if key not in kept.actors:
            kept.tree = kept.tree or holdings.tree_of(connection)
            kept.actors[key] = devices.actor_of(connection, user_id, device_id, stamp[1], kept.tree)
        return kept.actors[key]
