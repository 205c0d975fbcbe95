"""The key of a store: 32 random bytes a user and device, in the system keyring or wrapped by a passphrase."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from crmdesk import durable
from crmdesk.domain.errors import WorldError
from crmdesk.domain.passphrases import check_passphrase
from crmdesk.storage import driver as raw

SERVICE = "crmdesk"
KEY_BYTES = 32
NOWHERE, KEYRING, PASSPHRASE = "none", "keyring", "passphrase"

ALLOWED_BACK_ENDS = frozenset({
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
})  # fmt: skip
"""The key rings that encrypt what they hold; anything else counts as none."""

# RFC 9106, second recommended option: 3 passes, 64 MiB, 4 lanes.
_TIME_COST, _MEMORY_KIB, _LANES = 3, 64 << 10, 4


class KeyringBackend(Protocol):
    """What is used of a back end of the keyring library."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class _Place(msgspec.Struct):
    """Where a key is. The costs are written down with it: a key wrapped today opens by them when others are usual.

    The defaults are those of files that an earlier version wrote without them: they stay as they are.
    """

    where: str
    salt: str = ""
    time_cost: int = _TIME_COST
    memory_kib: int = _MEMORY_KIB
    lanes: int = _LANES


class KeyVault:
    """Makes and finds the key of each account of this device.

    A small file beside the stores says where the key of an account is; the key itself is in the system's keyring, or
    in a SQLCipher file of its own that opens with Argon2id of the passphrase.
    """

    def __init__(self, folder: Path, keyring_backend: KeyringBackend | None = None) -> None:
        self._folder = folder
        self._given = keyring_backend

    def state(self, account: str) -> str:
        """Return where the key of an account is: `none`, `keyring` or `passphrase`."""
        return self._place(account).where

    def load(self, account: str, passphrase: str | None = None) -> bytes:
        """Return the key of an account.

        Raises WorldError: `key_missing` (never made, or gone from the keyring), `keyring_locked`,
        `passphrase_missing` (one protects the key, and none was given), `passphrase_wrong`.
        """
        place = self._place(account)
        if place.where == KEYRING:
            return self._from_keyring(account)
        if place.where == PASSPHRASE:
            if not passphrase:
                raise WorldError("passphrase_missing")
            return self._unwrap(account, place, passphrase)
        raise WorldError("key_missing")

    def create(self, account: str, passphrase: str | None = None) -> bytes:
        """Make a new key: kept in the keyring where there is one, else wrapped by the passphrase.

        Raises WorldError('passphrase_needed') where there is neither, InputError('passphrase_too_short'). A key that
        was there before is replaced: what it encrypted can't be read any more.
        """
        key = secrets.token_bytes(KEY_BYTES)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not passphrase and self._into_keyring(account, key):
            self._put_place(account, _Place(KEYRING))
            return key
        if not passphrase:
            raise WorldError("passphrase_needed")
        check_passphrase(passphrase)
        self._wrap(account, key, passphrase)
        return key

    def change_passphrase(self, account: str, old: str, new: str) -> None:
        """Wrap the same key by another passphrase; what it encrypted stays as it is.

        Raises WorldError: `passphrase_unused` (no passphrase keeps this key), `passphrase_wrong`, `key_missing`;
        InputError('passphrase_too_short').
        """
        place = self._place(account)
        if place.where != PASSPHRASE:
            raise WorldError("passphrase_unused")
        check_passphrase(new)
        self._wrap(account, self._unwrap(account, place, old), new)

    def forget(self, account: str) -> None:
        """Destroy the key of an account: its store can't be read by anybody any more."""
        back_end = self._back_end()
        if self._place(account).where == KEYRING and back_end is not None:
            _asked(lambda: back_end.delete_password(SERVICE, self._username(account)))
        self._place_path(account).unlink(missing_ok=True)
        for path in self._folder.glob(f"{self._stem(account)}-*.key"):
            path.unlink(missing_ok=True)

    # keyring ---------------------------------------------------------------------------------------------------------

    def _back_end(self) -> KeyringBackend | None:
        if self._given is not None:
            return self._given
        import keyring  # lazy: it looks for its back ends on import

        found: Any = keyring.get_keyring()
        for one in [found, *getattr(found, "backends", ())]:
            kind = type(one)
            if f"{kind.__module__}.{kind.__qualname__}" in ALLOWED_BACK_ENDS:
                back_end: KeyringBackend = one
                return back_end
        return None

    def _from_keyring(self, account: str) -> bytes:
        back_end = self._back_end()
        if back_end is None:
            raise WorldError("keyring_locked", reason="no_keyring")
        text = _asked(lambda: back_end.get_password(SERVICE, self._username(account)))
        if not isinstance(text, str):
            raise WorldError("key_missing")
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError as error:
            raise WorldError("key_missing") from error
        if len(key) != KEY_BYTES:
            raise WorldError("key_missing")
        return key

    def _into_keyring(self, account: str, key: bytes) -> bool:
        back_end = self._back_end()
        if back_end is None:
            return False
        text = base64.b64encode(key).decode()
        try:
            _asked(lambda: back_end.set_password(SERVICE, self._username(account), text))
            kept: str | None = _asked(lambda: back_end.get_password(SERVICE, self._username(account)))
            return kept == text
        except WorldError:
            return False  # a keyring that cannot be opened counts as none: the passphrase is asked for

    def _username(self, account: str) -> str:
        # Two installations of one person on one machine (another folder) have keys of their own.
        return f"{account}#{hashlib.sha256(str(self._folder.resolve()).encode()).hexdigest()[:12]}"

    # passphrase ------------------------------------------------------------------------------------------------------

    def _wrap(self, account: str, key: bytes, passphrase: str) -> None:
        place = _Place(PASSPHRASE, secrets.token_hex(16))
        path = self._wrapped_path(account, place.salt)
        driver = raw.connect(path, _derive(place, passphrase), journal="DELETE")
        try:
            driver.execute("CREATE TABLE wrapped(key BLOB NOT NULL)")
            driver.execute("INSERT INTO wrapped(key) VALUES (?)", (key,))
        finally:
            driver.close()
        # Salt and file change together: the salt is part of the file's name, and the place names the salt.
        self._put_place(account, place)
        for old in self._folder.glob(f"{self._stem(account)}-*.key"):
            if old != path:
                old.unlink(missing_ok=True)

    def _unwrap(self, account: str, place: _Place, passphrase: str) -> bytes:
        path = self._wrapped_path(account, place.salt)
        if not path.exists():
            raise WorldError("key_missing")
        try:
            driver = raw.connect(path, _derive(place, passphrase), journal="DELETE")
            try:
                found = driver.execute("SELECT key FROM wrapped").fetchone()
            finally:
                driver.close()
        except raw.DriverError as error:
            raise WorldError("passphrase_wrong") from error
        if found is None or len(found[0]) != KEY_BYTES:
            raise WorldError("key_missing")
        return bytes(found[0])

    # files -----------------------------------------------------------------------------------------------------------

    def _stem(self, account: str) -> str:
        return f"key-{hashlib.sha256(account.encode()).hexdigest()[:16]}"

    def _place_path(self, account: str) -> Path:
        return self._folder / f"{self._stem(account)}.json"

    def _wrapped_path(self, account: str, salt: str) -> Path:
        return self._folder / f"{self._stem(account)}-{salt[:12]}.key"

    def _place(self, account: str) -> _Place:
        try:
            place = msgspec.json.decode(self._place_path(account).read_bytes(), type=_Place)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return _Place(NOWHERE)
        return place if place.where in (KEYRING, PASSPHRASE) else _Place(NOWHERE)

    def _put_place(self, account: str, place: _Place) -> None:
        durable.write(self._place_path(account), msgspec.json.encode(place))


def _derive(place: _Place, passphrase: str) -> bytes:
    from argon2.low_level import Type, hash_secret_raw  # lazy: only where there is no keyring

    return hash_secret_raw(
        passphrase.encode("utf-8", "surrogatepass"), bytes.fromhex(place.salt), time_cost=place.time_cost,
        memory_cost=place.memory_kib, parallelism=place.lanes, hash_len=KEY_BYTES, type=Type.ID,
    )  # fmt: skip


def _asked(question: Callable[[], Any]) -> Any:
    """Ask the keyring; raises WorldError('keyring_locked') where it cannot be opened."""
    from keyring.errors import KeyringError

    try:
        return question()
    except KeyringError as error:
        raise WorldError("keyring_locked", reason=type(error).__name__) from error
