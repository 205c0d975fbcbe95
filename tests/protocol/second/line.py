"""The second client's line: signing in, frames, and the bytes of attachments, by docs/protocol.md and nothing else."""

import hashlib
import hmac
import json
import os
import time
from typing import Any

import msgspec
import requests
import zstandard

MEDIA_TYPE = "application/vnd.crmdesk.sync.v1"
PIECE = 262_144
Message = dict[str, Any]


def new_id() -> str:
    """Return a UUIDv7: 48 bits of milliseconds, the rest by chance."""
    value = bytearray(int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10))
    value[6] = value[6] & 0x0F | 0x70
    value[8] = value[8] & 0x3F | 0x80
    text = value.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def id_for(record: str, value: str) -> str:
    """Return the id of the one row that a record has for a value of its field."""
    h = hashlib.sha256(f"{record}:{value}".encode()).hexdigest()
    return f"{value[0:14]}7{h[0:3]}-{'89ab'[int(h[3], 16) % 4]}{h[4:7]}-{h[7:19]}"


def short_hash(data: bytes) -> bytes:
    """Return the hash of eight bytes that frames and digests use."""
    return hashlib.blake2b(data, digest_size=8).digest()


def frame(kind: bytes, message: Message) -> bytes:
    """Return a message as a frame."""
    stored = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(message))
    return kind + len(stored).to_bytes(4, "big") + short_hash(stored) + stored


def frames(body: bytes) -> list[tuple[bytes, Message]]:
    """Return the frames of an answer that came whole."""
    found, at = [], 0
    while at + 13 <= len(body):
        kind, length = body[at : at + 1], int.from_bytes(body[at + 1 : at + 5], "big")
        stored = body[at + 13 : at + 13 + length]
        if len(stored) < length or short_hash(stored) != body[at + 5 : at + 13]:
            break
        found.append((kind, unpacked(stored)))
        at += 13 + length
    return found


def unpacked(stored: bytes) -> Any:
    """Return what a zstd frame of MessagePack holds."""
    assert 0 <= zstandard.frame_content_size(stored) <= 16 << 20
    return msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(stored))


def content_hash(row: Message, hashed: tuple[str, ...]) -> str:
    """Return the hash of content that a decision is bound to."""
    content = {name: row.get(name) for name in hashed}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Refused(Exception):
    """A status that is no success, with the code of the body."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(status, code)
        self.status, self.code = status, code


class Line:
    """A person signed in on a device."""

    def __init__(self, address: str, login: str, password: str) -> None:
        self.address, self.device_id = address, new_id()
        body = {"login": login, "password": password, "device_id": self.device_id}
        self.tokens = self._call("POST", "/auth/sign-in", json=body).json()
        self.user_id: str = self.tokens["user_id"]

    def refresh(self) -> None:
        """Trade the refresh token, kept with its attempt as if the answer could be lost."""
        body = {"refresh_token": self.tokens["refresh_token"], "device_id": self.device_id, "attempt": new_id()}
        lost = self._call("POST", "/auth/refresh", json=body).json()
        self.tokens = self._call("POST", "/auth/refresh", json=body).json()
        assert lost == self.tokens

    def sync(self, **members: Any) -> list[tuple[bytes, Message]]:
        """Send one request and return the frames of its answer."""
        asked = {"protocol": 1, "schema": 6, "device_id": self.device_id, **members}
        answer = self.open("POST", "/sync", {"Content-Type": MEDIA_TYPE}, data=frame(b"R", asked))
        return frames(answer.content)

    def open(self, method: str, path: str, headers: Message | None = None, **more: Any) -> requests.Response:
        """Send a request with the token."""
        bearer = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        return self._call(method, path, headers=bearer | (headers or {}), **more)

    def _call(self, method: str, path: str, **more: Any) -> requests.Response:
        answer = requests.request(method, self.address + path, timeout=30, allow_redirects=False, **more)
        if answer.status_code >= 300:
            raise Refused(answer.status_code, answer.json()["code"])
        return answer

    def send_file(self, content: bytes) -> int:
        """Bring the bytes of an attachment and return how many of them went over the line."""
        name, sent = hashlib.sha256(content).hexdigest(), 0
        state = self.open("GET", f"/attachments/{name}/state", params={"size": len(content)}).json()
        if state.get("challenge"):
            proof = hmac.digest(bytes.fromhex(state["challenge"]), content, "sha256").hex()
            try:
                state = self.open("POST", f"/attachments/{name}/proof", json={"proof": proof}).json()
            except Refused as error:
                if error.code != "wrong_proof":
                    raise
        while not state["complete"]:
            at = state["received"]
            piece, place = content[at : at + PIECE], {"offset": at, "size": len(content)}
            state = self.open("PUT", f"/attachments/{name}", params=place, data=piece).json()
            sent += len(piece)
        return sent

    def fetch_file(self, name: str) -> bytes:
        """Return the bytes of an attachment, fetched in pieces and verified."""
        content, whole = b"", None
        while whole is None or len(content) < whole:
            place = f"bytes={len(content)}-{len(content) + PIECE - 1}"
            answer = self.open("GET", f"/attachments/{name}", {"Range": place})
            whole = int(answer.headers["Content-Range"].rpartition("/")[2])
            content += answer.content
        assert hashlib.sha256(content).hexdigest() == name
        return content
