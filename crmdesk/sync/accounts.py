"""Which accounts this laptop knows, and the folder of each; no secrets, no customers, only who may sign in where."""

import hashlib
from pathlib import Path

import msgspec

from crmdesk import durable
from crmdesk.domain.errors import WorldError

_FILE = "accounts.json"
_STORE = "stores"


class Account(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account that signed in here once; `device_id` is that of the first sign-in."""

    server: str
    login: str
    name: str = ""
    device_id: str = ""
    ca_bundle: str = ""
    signed_out: bool = False
    language: str = ""
    theme: str = ""

    @property
    def key(self) -> str:
        """Return the name of this account for folder and key ring: says nothing about the person."""
        return hashlib.sha256(f"{self.server}\n{self.login.casefold()}".encode()).hexdigest()[:20]


class _Content(msgspec.Struct):
    accounts: list[Account] = []


class AccountBook(msgspec.Struct, frozen=True):
    """The remembered accounts below one data folder; the one used last comes first."""

    data_dir: Path

    def all(self) -> list[Account]:
        """Return the accounts; a file that can't be read counts as empty (the stores are untouched)."""
        try:
            return msgspec.json.decode((self.data_dir / _FILE).read_bytes(), type=_Content).accounts
        except (FileNotFoundError, msgspec.MsgspecError):
            return []
        except OSError as error:
            raise WorldError("data_dir", path=str(self.data_dir)) from error

    def last(self) -> Account | None:
        """Return the account that was used last, None on a fresh laptop."""
        return next(iter(self.all()), None)

    def find(self, server: str, login: str) -> Account | None:
        """Return an account by server and login."""
        wanted = Account(server, login).key
        return next((one for one in self.all() if one.key == wanted), None)

    def remember(self, account: Account) -> None:
        """Put an account first; whole or not at all on the disk."""
        content = _Content([account, *(one for one in self.all() if one.key != account.key)])
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            durable.write(self.data_dir / _FILE, msgspec.json.encode(content))
        except OSError as error:
            raise WorldError("data_dir", path=str(self.data_dir)) from error

    def folder(self, account: Account) -> Path:
        """Return the folder of an account's store."""
        return self.data_dir / _STORE / account.key


def looking(account: Account, language: str, theme: str) -> Account:
    """Return the account as one whose windows look so before its store is open; '' leaves what was chosen before."""
    return msgspec.structs.replace(account, language=language or account.language, theme=theme or account.theme)


def signed_in(account: Account, name: str, ca_bundle: str) -> Account:
    """Return the account as one that signed in at the server."""
    return msgspec.structs.replace(account, name=name, ca_bundle=ca_bundle, signed_out=False)


def with_device(account: Account, device_id: str) -> Account:
    """Return the account with the device id of its first sign-in."""
    return msgspec.structs.replace(account, device_id=device_id)


def signed_out(account: Account) -> Account:
    """Return the account as one that has to sign in at the server again."""
    return msgspec.structs.replace(account, signed_out=True)
