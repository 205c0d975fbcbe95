"""What happened lately between this laptop and the server, for the person to read: a short list, the newest first."""

from typing import Any

from crmdesk.storage import settings
from crmdesk.storage.connection import Connection

KEPT = 40
"""So many entries are kept, of ordinary syncs at most `KEPT_SYNCS`: those must not push out what is rare."""
KEPT_SYNCS = 10

SYNCED, RESTORED, RENUMBERED = "synced", "server_restored", "renumbered"
DIFFERS, REPAIRED, UNREADABLE = "differs", "repaired", "unreadable"
ARRIVED, LEFT = "territory_arrived", "territory_left"
BROUGHT = "brought"
"""What was not sent came out of a store that was put aside."""
PUT_BACK = "put_back"
"""What was not sent came out of a backup."""
ANEW = "fetched_anew"
"""The server gave everything anew, because it does not keep for ever what left while a laptop was away."""
_META = "lately"


def note(connection: Connection, code: str, at: str, **params: Any) -> None:
    """Put an entry on the list, in the transaction of what it tells of; `at` is the instant (`clock.to_text`)."""
    entries = [[code, at, params], *_stored(connection)]
    syncs = 0
    kept: list[Any] = []
    for entry in entries:
        syncs += entry[0] == SYNCED
        if entry[0] != SYNCED or syncs <= KEPT_SYNCS:
            kept.append(entry)
    settings.set_meta_json(connection, _META, kept[:KEPT])


def read(connection: Connection) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (code, instant, params) of what happened, the newest first."""
    return [(str(code), str(at), dict(params)) for code, at, params in _stored(connection)]


def is_fetching_anew(connection: Connection) -> bool:
    """Say whether everything began to come anew and no sync has gone through since."""
    for code, _, _ in read(connection):
        if code in (ANEW, SYNCED):
            return code == ANEW
    return False


def _stored(connection: Connection) -> list[Any]:
    found = settings.meta_json(connection, _META)
    return found if isinstance(found, list) else []
