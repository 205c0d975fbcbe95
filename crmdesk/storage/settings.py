"""Small values of the store: `meta` (device, cursor, session), preferences and drafts."""

from typing import Any

from crmdesk.storage.connection import Connection
from crmdesk.storage.json_text import from_json, to_json


def meta(connection: Connection, name: str, default: str = "") -> str:
    """Return a value of the store's own book-keeping."""
    value = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).scalar()
    return default if value is None else str(value)


def set_meta(connection: Connection, name: str, value: str) -> None:
    """Keep a value of the store's own book-keeping."""
    connection.execute(
        "INSERT INTO meta(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def meta_json(connection: Connection, name: str) -> Any:
    """Return a JSON value (`person`, `tokens`), None where there is none."""
    text = meta(connection, name)
    return from_json(text) if text else None


def set_meta_json(connection: Connection, name: str, value: Any) -> None:
    """Keep a JSON value; None forgets it."""
    set_meta(connection, name, "" if value is None else to_json(value))


def note_backup(connection: Connection, at: str, path: str) -> None:
    """Remember when a backup was made (text) and where it went."""
    set_meta_json(connection, "backup", {"at": at, "path": path})


def last_backup(connection: Connection) -> tuple[str, str]:
    """Return when the last backup was made from this store and where it went; ('', '') where none was."""
    found = meta_json(connection, "backup") or {}
    return str(found.get("at") or ""), str(found.get("path") or "")


def preference(connection: Connection, name: str, default: str = "") -> str:
    """Return a preference of the person on this laptop."""
    value = connection.execute("SELECT value FROM preference WHERE name = ?", (name,)).scalar()
    return default if value is None else str(value)


def set_preference(connection: Connection, name: str, value: str) -> None:
    """Keep a preference."""
    connection.execute(
        "INSERT INTO preference(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def draft(connection: Connection, key: str) -> dict[str, Any] | None:
    """Return what was being typed in an editor, None where nothing was kept."""
    content = connection.execute("SELECT content FROM draft WHERE key = ?", (key,)).scalar()
    return None if content is None else dict(from_json(content))


def drafts(connection: Connection) -> list[tuple[str, dict[str, Any], str]]:
    """Return (key, content, saved_at) of every draft, newest first."""
    found = connection.execute("SELECT key, content, saved_at FROM draft ORDER BY saved_at DESC")
    return [(key, dict(from_json(content)), saved_at) for key, content, saved_at in found]


def save_draft(connection: Connection, key: str, content: dict[str, Any], saved_at: str) -> None:
    """Keep what is being typed; replaces what was kept under the key."""
    connection.execute(
        "INSERT INTO draft(key, content, saved_at) VALUES (?, ?, ?)"
        " ON CONFLICT(key) DO UPDATE SET content = excluded.content, saved_at = excluded.saved_at",
        (key, to_json(content), saved_at),
    )


def discard_draft(connection: Connection, key: str) -> None:
    """Forget a draft."""
    connection.execute("DELETE FROM draft WHERE key = ?", (key,))
