"""The key of a store: 32 random bytes a user and device, in the system keyring or wrapped by a passphrase."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
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
    ring_name: str = ""
    """Under which name the key ring has it; '' the one that all keys of an account shared before.

    Beside a passphrase: what the key ring still has and is to lose, '' once it has.
    """
    time_cost: int = _TIME_COST
    memory_kib: int = _MEMORY_KIB
    lanes: int = _LANES


class NewKey(msgspec.Struct, frozen=True):
    """A key that was made and kept, and is not yet the one of its account."""

    key: bytes
    place: _Place


class KeyVault:
    """Makes and finds the key of each account of this device.

    A small file beside the stores says where the key of an account is; the key itself is in the system's keyring, or
    in a SQLCipher file of its own that opens with Argon2id of the passphrase.
    """

    def __init__(self, folder: Path, keyring_backend: KeyringBackend | None = None) -> None:
        self._folder = folder
        self._given = keyring_backend

    def of_folder(self, folder: Path) -> "KeyVault":
        """Return the vault of another folder, with the same key ring."""
        return KeyVault(folder, self._given)

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
            return self._from_keyring(self._ring_name(account, place))
        if place.where == PASSPHRASE:
            if not passphrase:
                raise WorldError("passphrase_missing")
            key = self._unwrap(account, place, passphrase)
            self._drop_older(account, place)
            if place.ring_name:
                self._clear_ring(account, place)
            return key
        raise WorldError("key_missing")

    def create(self, account: str, passphrase: str | None = None) -> bytes:
        """Make a new key and let it be the one of its account; raises as `make`."""
        return self.take(account, self.make(account, passphrase))

    def make(self, account: str, passphrase: str | None = None) -> NewKey:
        """Make a key, kept in the keyring where there is one, else wrapped by the passphrase; the present one stays.

        Raises WorldError('passphrase_needed') where there is neither, InputError('passphrase_too_short').
        """
        key = secrets.token_bytes(KEY_BYTES)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A name of its own: a key ring that comes back finds the key of before untouched.
        ring_name = f"{self._username(account)}#{secrets.token_hex(4)}"
        if not passphrase and self._into_keyring(ring_name, key):
            return NewKey(key, _Place(KEYRING, ring_name=ring_name))
        if not passphrase:
            raise WorldError("passphrase_needed")
        check_passphrase(passphrase)
        return NewKey(key, self._wrap(account, key, passphrase))

    def take(self, account: str, made: NewKey) -> bytes:
        """Let a key be the one of its account, and return it; the wrapped ones of before go with that.

        What they encrypted can't be read any more, unless `copy_to` was asked for a copy before.
        """
        # Salt and file change together: the salt is part of the file's name, and the place names the salt.
        self._put_place(account, made.place)
        kept = self._wrapped_path(account, made.place.salt)
        for old in self._folder.glob(f"{self._stem(account)}-*.key"):
            if old != kept:
                old.unlink(missing_ok=True)
        return made.key

    def copy_to(self, account: str, folder: Path) -> None:
        """Put what opens the present key beside the store that it encrypts, as it is kept here: never a plain key.

        A vault of that folder opens it. The wrapped key comes before the file that names it, and both are on the disk
        when this returns; what another copy left there goes. Raises OSError.
        """
        place, there = self._place(account), self.of_folder(folder)
        there.drop_copy(account)
        if place.where == KEYRING:
            place = msgspec.structs.replace(place, ring_name=place.ring_name or self._username(account))
        wrapped = self._wrapped_path(account, place.salt)
        if place.where == PASSPHRASE and wrapped.exists():
            durable.write(there._wrapped_path(account, place.salt), wrapped.read_bytes())
        if place.where != NOWHERE:
            there._put_place(account, place)

    def drop_copy(self, account: str) -> None:
        """Forget in this folder where the key of an account is; a key in the key ring stays there."""
        self._place_path(account).unlink(missing_ok=True)
        for path in self._folder.glob(f"{self._stem(account)}-*.key"):
            path.unlink(missing_ok=True)

    def change_passphrase(self, account: str, old: str, new: str) -> None:
        """Wrap the same key by another passphrase; what it encrypted stays as it is.

        Raises WorldError: `passphrase_unused` (no passphrase keeps this key), `passphrase_wrong`, `key_missing`;
        InputError('passphrase_too_short').
        """
        place = self._place(account)
        if place.where != PASSPHRASE:
            raise WorldError("passphrase_unused")
        check_passphrase(new)
        key = self._unwrap(account, place, old)
        wrapped = self._wrap(account, key, new)
        wrapped.ring_name = place.ring_name
        self.take(account, NewKey(key, wrapped))

    def set_passphrase(self, account: str, new: str) -> None:
        """Keep a key that the key ring keeps by a passphrase from now on: the key ring has it no more.

        Raises WorldError: `passphrase_used` (one keeps it already), `keyring_locked`, `key_missing`;
        InputError('passphrase_too_short').
        """
        place = self._place(account)
        if place.where == PASSPHRASE:
            raise WorldError("passphrase_used")
        check_passphrase(new)
        key = self.load(account)
        wrapped = self._wrap(account, key, new)
        wrapped.ring_name = self._ring_name(account, place)
        # Wherever this ends the key can be had: the wrapped one counts before the key ring loses its own.
        self.take(account, NewKey(key, wrapped))
        self._clear_ring(account, wrapped)

    def _drop_older(self, account: str, place: _Place) -> None:
        """Remove what a crash left of a passphrase that was changed: the old one still opened it.

        A key that was made and is not taken yet is younger than the file that names the present one, and stays.
        """
        kept = self._wrapped_path(account, place.salt)
        with suppress(OSError):  # held by another program: the next opening tries again
            named_at = self._place_path(account).stat().st_mtime_ns
            for path in self._folder.glob(f"{self._stem(account)}-*.key"):
                if path != kept and path.stat().st_mtime_ns < named_at:
                    path.unlink()

    def _clear_ring(self, account: str, place: _Place) -> None:
        """Take out of the key ring what a passphrase keeps now; where that fails the next opening tries again."""
        back_end = self._back_end()
        if back_end is None:
            return
        try:
            if _asked(lambda: back_end.get_password(SERVICE, place.ring_name)) is not None:
                _asked(lambda: back_end.delete_password(SERVICE, place.ring_name))
        except WorldError:
            return
        self._put_place(account, msgspec.structs.replace(place, ring_name=""))

    def forget(self, account: str, spared: "KeyVault | None" = None) -> None:
        """Destroy the key of an account: its store can't be read by anybody any more.

        Not so one in the key ring that `spared` has under the same name. Raises WorldError('keyring_locked').
        """
        place, back_end = self._place(account), self._back_end()
        if (place.where == KEYRING or place.ring_name) and back_end is not None:
            name = self._ring_name(account, place)
            if spared is None or spared._ring_name(account, spared._place(account)) != name:
                _asked(lambda: back_end.delete_password(SERVICE, name))
        self.drop_copy(account)

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

    def _from_keyring(self, name: str) -> bytes:
        back_end = self._back_end()
        if back_end is None:
            raise WorldError("keyring_locked", reason="no_keyring")
        text = _asked(lambda: back_end.get_password(SERVICE, name))
        if not isinstance(text, str):
            raise WorldError("key_missing")
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError as error:
            raise WorldError("key_missing") from error
        if len(key) != KEY_BYTES:
            raise WorldError("key_missing")
        return key

    def _into_keyring(self, name: str, key: bytes) -> bool:
        back_end = self._back_end()
        if back_end is None:
            return False
        text = base64.b64encode(key).decode()
        try:
            _asked(lambda: back_end.set_password(SERVICE, name, text))
            kept: str | None = _asked(lambda: back_end.get_password(SERVICE, name))
            return kept == text
        except WorldError:
            return False  # a keyring that cannot be opened counts as none: the passphrase is asked for

    def _username(self, account: str) -> str:
        # Two installations of one person on one machine (another folder) have keys of their own.
        return f"{account}#{hashlib.sha256(str(self._folder.resolve()).encode()).hexdigest()[:12]}"

    def _ring_name(self, account: str, place: _Place) -> str:
        return place.ring_name or self._username(account)

    # passphrase ------------------------------------------------------------------------------------------------------

    def _wrap(self, account: str, key: bytes, passphrase: str) -> _Place:
        place = _Place(PASSPHRASE, secrets.token_hex(16))
        driver = raw.connect(self._wrapped_path(account, place.salt), _derive(place, passphrase), journal="DELETE")
        try:
            driver.execute("CREATE TABLE wrapped(key BLOB NOT NULL)")
            driver.execute("INSERT INTO wrapped(key) VALUES (?)", (key,))
        finally:
            driver.close()
        return place

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
