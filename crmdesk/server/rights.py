"""Who may do what today, worked out once for each person and kept as long as people, places and assignments stay."""

from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from crmdesk.domain.errors import RefusedError
from crmdesk.domain.scopes import COMPANY
from crmdesk.server import devices, feed, holdings
from crmdesk.server.work import ServerActor, ServerWork


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

    def in_force(self, work: ServerWork, actor: ServerActor, epoch: str) -> ServerActor:
        """Return a person with the rights of this transaction: they may have changed since the request began.

        Raises RefusedError (`device_revoked`, `not_signed_in`) for whoever may not sign in any more.
        """
        if devices.is_revoked(work.connection, actor.device_id):
            raise RefusedError("device_revoked")
        position = feed.head_positions(work.connection, [COMPANY]).get(COMPANY, 0)
        stamp = Stamp(position, devices.today_of(work), epoch)
        now = self.actor(work.connection, stamp, actor.user_id, actor.device_id)
        if now is None:
            raise RefusedError("not_signed_in")
        return now
