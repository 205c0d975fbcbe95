"""The second client's replica and queue: what it holds, what waits, and one whole sync, by docs/protocol.md."""

from datetime import UTC, datetime
from typing import Any

from tests.protocol.second.line import Line, Message, new_id, short_hash, unpacked

Key = tuple[str, str]


class SecondClient:
    """Rows by record and id, each with the scopes that hold it; operations that wait; what was acknowledged."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.rows: dict[Key, Message] = {}
        self.scopes_of: dict[Key, set[str]] = {}
        self.scopes: set[str] = set()
        self.cursor, self.epoch, self.former, self.seq = "", "", "", 0
        self.waiting: list[Message] = []
        self.acknowledged: list[Message] = []
        self.refused: dict[str, Message] = {}
        self.repaired: list[str] = []
        self._stale: dict[str, set[Key]] = {}
        self._counts_anew: set[Key] = set()

    def act(self, record: str, row_id: str, kind: str, fields: Message | None = None, **more: Any) -> str:
        """Queue an operation; `fields` are new values, the old ones are those held."""
        self.seq += 1
        held = self.rows.get((record, row_id), {})
        operation = {"id": new_id(), "seq": self.seq, "record": record, "row_id": row_id, "kind": kind, **more}
        at = datetime.now(UTC)
        operation["made_at"] = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
        operation["base_revision"] = held.get("revision", 0)
        operation["life"] = self.former if (record, row_id) in self._counts_anew else self.epoch
        operation["fields"] = {name: [held.get(name), value] for name, value in (fields or {}).items()}
        self.waiting.append(operation)
        return str(operation["id"])

    def create(self, record: str, **values: Any) -> str:
        """Queue a new row and return its id."""
        row_id = new_id()
        self.act(record, row_id, "create", values)
        return row_id

    def sync(self, refetch: tuple[str, ...] = ()) -> None:
        """Sync once; again at once where the server, a fork, a new life or a differing digest asks for it."""
        told = {"subscription": short_hash("\n".join(sorted(self.scopes)).encode())} if self.scopes else {}
        told |= {"summary": self._summary()} if self.cursor else {}
        outbox = [] if self.epoch and not self.cursor else self.waiting[:2000]
        sent = [{name: one[name] for name in one if (name, one[name]) != ("life", self.epoch)} for one in outbox]
        answer = self.line.sync(cursor=self.cursor, operations=sent, refetch=list(refetch), **told)
        assert answer[0][0] == b"H"
        head = answer[0][1]
        if self._is_fork(answer):
            return self._as_another_device()
        assert head["user_id"] == self.line.user_id
        again = self._take_head(head) or len(outbox) < len(self.waiting)
        for kind, message in answer[1:]:
            if kind == b"A":
                self._settle(message["answers"])
                self.cursor = message.get("cursor") or self.cursor
            elif kind == b"P":
                self._take_page(message)
        kind, end = answer[-1]
        assert kind == b"E"
        differing = self._take_end(end)
        if differing and not refetch:
            self.repaired += differing
            return self.sync(tuple(differing))
        assert not differing
        if again or end.get("more"):
            self.sync()
        return None

    def _is_fork(self, answer: list[tuple[bytes, Message]]) -> bool:
        return any(message.get("fork") for kind, message in answer if kind in b"HA")

    def _as_another_device(self) -> None:
        self.line.device_id, self.seq = new_id(), 0
        for operation in self.waiting:
            self.seq += 1
            operation["seq"] = self.seq
        self.sync()
        self.line.refresh()

    def _take_head(self, head: Message) -> bool:
        """Take in answers, subscription and epoch; return whether something is to be sent at once."""
        self._settle(head.get("answers", []))
        if not head.get("same_scopes"):
            assert {"c", f"p:{self.line.user_id}"} <= set(head["scopes"])
            for scope in self.scopes - set(head["scopes"]):
                for key in [key for key, scopes in self.scopes_of.items() if scope in scopes]:
                    self._leave(scope, key)
            self.scopes = set(head["scopes"])
        restored = self.epoch not in ("", head["epoch"])
        if restored:
            self.cursor, self.former = "", "unknown" if self._counts_anew else self.epoch
            self._counts_anew = set(self.rows)
            self.waiting = self.acknowledged + self.waiting
            self.acknowledged = []
        self.epoch = head["epoch"]
        return restored

    def _settle(self, answers: list[Message]) -> None:
        by_id = {operation["id"]: operation for operation in self.waiting}
        for answer in answers:
            operation = by_id[answer["op_id"]]
            if answer["outcome"] == "later":
                continue
            self.waiting.remove(operation)
            if answer["outcome"] == "refused":
                self.refused[operation["id"]] = answer
                continue
            self.acknowledged.append(operation)
            key = (operation["record"], operation["row_id"])
            if answer.get("row"):
                self.rows[key] = answer["row"]
                self.scopes_of.setdefault(key, set())

    def _take_page(self, page: Message) -> None:
        scope = page["scope"]
        if page.get("first"):
            self._stale[scope] = {key for key, scopes in self.scopes_of.items() if scope in scopes}
        packed = unpacked(page["packed"]) if page.get("packed") else []
        for group in [*packed, *page["groups"]]:
            given = group.get("rows") or list(map(list, zip(*group.get("values", []), strict=True)))
            for values in given:
                self._take_row(scope, group["record"], dict(zip(group["columns"], values, strict=True)))
            for row_id in group.get("left", []):
                self._leave(scope, (group["record"], row_id))
            for row_id in group.get("deleted", []):
                self._forget((group["record"], row_id))
        if page.get("complete"):
            for key in self._stale.pop(scope, set()):
                self._leave(scope, key)
        self.cursor = page.get("cursor") or self.cursor

    def _take_row(self, scope: str, record: str, row: Message) -> None:
        key = (record, row["id"])
        marked = key in self._stale.get(scope, set()) or key in self._counts_anew
        if marked or row["revision"] >= self.rows.get(key, {}).get("revision", 0):
            self.rows[key] = row
        self._stale.get(scope, set()).discard(key)
        self._counts_anew.discard(key)
        self.scopes_of.setdefault(key, set()).add(scope)

    def _leave(self, scope: str, key: Key) -> None:
        scopes = self.scopes_of.get(key, set())
        scopes.discard(scope)
        if not scopes:
            self._forget(key)

    def _forget(self, key: Key) -> None:
        self.rows.pop(key, None)
        self.scopes_of.pop(key, None)

    def _take_end(self, end: Message) -> list[str]:
        if end.get("same"):
            return []
        self.cursor = end["cursor"]
        for key in [] if end.get("more") else [key for key, scopes in self.scopes_of.items() if not scopes]:
            self._forget(key)
        if end.get("more"):
            return []
        theirs = {(one["scope"], one["record"]): (one["count"], one["digest"]) for one in end["digests"]}
        ours, nothing = self._digests(), (0, "0" * 16)
        places = sorted(ours.keys() | theirs.keys())
        return sorted({at[0] for at in places if ours.get(at, nothing) != theirs.get(at, nothing)})

    def _digests(self) -> dict[Key, tuple[int, str]]:
        sums: dict[Key, tuple[int, int]] = {}
        for (record, row_id), scopes in self.scopes_of.items():
            revision = self.rows[record, row_id]["revision"]
            one = int.from_bytes(short_hash(f"{row_id}:{revision}".encode()), "big")
            for scope in scopes:
                count, total = sums.get((scope, record), (0, 0))
                sums[scope, record] = count + 1, (total + one) % 2**64
        return {place: (count, f"{total:016x}") for place, (count, total) in sums.items()}

    def _summary(self) -> bytes:
        lines = sorted(f"{scope} {record} {n} {digest}" for (scope, record), (n, digest) in self._digests().items())
        return short_hash("\n".join(lines).encode())
