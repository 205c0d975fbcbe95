"""What of the person's own changes waits in the outbox or needs the person, by row."""

from collections.abc import Mapping
from typing import Any

import msgspec

from crmdesk.storage import pending
from crmdesk.storage.connection import Connection


class Queued(msgspec.Struct, frozen=True):
    """A queued command on a row."""

    operation_id: str
    command: str
    args: Mapping[str, Any]


def queued_commands(connection: Connection, row_id: str, record: str = "claim") -> list[Queued]:
    """Return the commands on a row that wait in the outbox, oldest first."""
    found = connection.execute(
        "SELECT content FROM outbox WHERE record = :record AND row_id = :id AND kind = 'command' ORDER BY seq",
        {"record": record, "id": row_id},
    )
    operations = [pending.decode(content) for content in found.scalars()]
    return [Queued(one.id, one.command, one.args) for one in operations]


def commands_on(connection: Connection, record: str, row_id: str) -> list[str]:
    """Return the names of the commands on a row that wait in the outbox, oldest first."""
    found = connection.execute(
        "SELECT content FROM outbox WHERE record = :record AND row_id = :id AND kind = 'command' ORDER BY seq",
        {"record": record, "id": row_id},
    )
    return [pending.decode(content).command for content in found.scalars()]


def refused_rows(connection: Connection) -> frozenset[tuple[str, str]]:
    """Return (record, id) of the rows with refused operations that wait for the person."""
    found = connection.execute("SELECT DISTINCT record, row_id FROM needs_you")
    return frozenset((record, row_id) for record, row_id in found)


def command_rows(connection: Connection) -> frozenset[tuple[str, str]]:
    """Return (record, id) of the rows with queued commands; those leave the row itself unchanged."""
    found = connection.execute("SELECT DISTINCT record, row_id FROM outbox WHERE kind = 'command'")
    return frozenset((record, row_id) for record, row_id in found)


def sent_rows(connection: Connection, up_to: int) -> frozenset[tuple[str, str]]:
    """Return (record, id) of the rows all of whose waiting operations may have been sent (sequence ≤ `up_to`)."""
    found = connection.execute(
        "SELECT record, row_id FROM outbox GROUP BY record, row_id HAVING max(seq) <= :up_to", {"up_to": up_to}
    )
    return frozenset((record, row_id) for record, row_id in found)


class Refused(msgspec.Struct, frozen=True):
    """Why the server refused something: the code and what its words need."""

    code: str = ""
    params: Mapping[str, Any] = msgspec.field(default_factory=dict)


UNREFUSED = Refused()


def refusals(connection: Connection, record: str) -> dict[str, Refused]:
    """Return the latest refusal that waits for the person, by row id."""
    found = connection.execute(
        "SELECT row_id, code, params FROM needs_you WHERE record = :record AND code <> '' ORDER BY at, seq",
        {"record": record},
    )
    return {row_id: Refused(str(code), msgspec.json.decode(params or "{}")) for row_id, code, params in found}
