"""The inverse commands that undo needs, kept in memory and bounded; undo itself is always a fresh command."""

from collections import OrderedDict
from collections.abc import Mapping
from itertools import count
from typing import Any

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.services.commands import Command

LIMIT = 200


class RestoreFields(Command, frozen=True):
    """Put earlier values back, provided that the row still holds `expected` (nobody else changed it since)."""

    record: str
    row_id: str
    expected: Mapping[str, Any]
    earlier: Mapping[str, Any]
    reason: str = ""


class RestoreMany(Command, frozen=True):
    """Put earlier values of many rows back; what moved on since is left out, the others do not wait for it."""

    rows: tuple[RestoreFields, ...]


class RestoreRow(Command, frozen=True):
    """Bring back a row whose deletion the server has not accepted yet."""

    record: str
    row_id: str


class TakeBack(Command, frozen=True):
    """Take a queued command out of the outbox while it can't have been sent."""

    operation_id: str


ONCE_SENT_GONE = (RestoreRow, TakeBack)
"""What undoes a deletion or a command only until the server has it."""


class RestoreDraft(Command, frozen=True):
    """Put a draft back that was discarded."""

    key: str
    content: Mapping[str, Any]


class Inverses:
    """Inverse commands by token, the oldest forgotten beyond `limit`; used by the writer thread only."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._kept: OrderedDict[str, tuple[Command, ...]] = OrderedDict()
        self._name, self._numbers = new_id(), count(1)  # what another desk gave out means nothing to this one

    def keep(self, commands: tuple[Command, ...], together: str = "") -> str:
        """Remember the commands that undo something, in the order to run them; return their token ('' for none).

        What is kept under the token `together` already is undone after them, as one.
        """
        if not commands:
            return ""
        token = together or f"{self._name}/{next(self._numbers)}"
        self._kept[token] = (*commands, *self._kept.get(token, ()))
        self._kept.move_to_end(token)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return token

    def of(self, token: str) -> tuple[Command, ...]:
        """Return the commands of a token; raises InputError('undo_gone') for one that is used up or forgotten."""
        commands = self._kept.get(token)
        if commands is None:
            raise InputError("undo_gone")
        return commands

    def forget(self, token: str) -> None:
        """Drop a token after its undo was committed."""
        self._kept.pop(token, None)
