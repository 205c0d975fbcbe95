"""The signed-in person of a store: tokens inside the encrypted store only, traded for new ones when they run out."""

import threading
from datetime import timedelta
from typing import Any

from crmdesk.domain.clock import Clock, from_text, to_text, utc_now
from crmdesk.domain.errors import WorldError
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Refresh, SignIn, Tokens
from crmdesk.storage import settings
from crmdesk.storage.store import Store
from crmdesk.sync.cancellation import Cancellation
from crmdesk.sync.transport import Transport

_EARLY = timedelta(seconds=30)


class Session:
    """Holds nothing itself: every token is read from and written to the store."""

    def __init__(self, store: Store, transport: Transport, clock: Clock = utc_now) -> None:
        self.transport = transport
        self._store, self._clock = store, clock
        self._lock = threading.Lock()

    @property
    def user_id(self) -> str:
        """Return the id of the person whose store this is, '' before the first sign-in."""
        return str((self._meta("person") or {}).get("user_id") or "")

    @property
    def signed_in(self) -> bool:
        """Say whether there are tokens to speak to the server with."""
        return bool(self._meta("tokens"))

    def device_id(self) -> str:
        """Return the device id of this store, made on first use."""
        with self._store.reading() as connection:
            known = settings.meta(connection, "device_id")
        if known:
            return known
        made = new_id()
        self.take_device(made)
        return made

    def take_device(self, device_id: str) -> None:
        """Let the store be of this device from now on."""
        with self._store.writing() as work:
            settings.set_meta(work.connection, "device_id", device_id)

    def sign_in(self, login: str, password: str, device_name: str) -> Tokens:
        """Sign in at the server and keep the tokens; WorldError('foreign_user') for another person's store."""
        device_id = self.device_id()
        tokens = self.transport.sign_in(SignIn(login, password, device_id, device_name))
        self.keep(tokens, login, device_id, device_name)
        return tokens

    def keep(self, tokens: Tokens, login: str, device_id: str, device_name: str) -> None:
        """Keep tokens and person, and what the server calls this device.

        Raises WorldError('foreign_user') where the store belongs to somebody else.

        The tokens stay bound to `device_id`, even if the store takes another one after a fork.
        """
        known = self.user_id
        if known and known != tokens.user_id:
            raise WorldError("foreign_user")
        person = {"user_id": tokens.user_id, "login": login, "name": tokens.name, "role": tokens.role}
        with self._store.writing() as work:
            settings.set_meta_json(work.connection, "person", person)
            settings.set_meta_json(work.connection, "tokens", self._content(tokens, device_id))
            settings.set_meta(work.connection, "device_name", device_name)

    def device_name(self) -> str:
        """Return what the server was told to call this device at the last sign-in, '' where that is not known."""
        with self._store.reading() as connection:
            return settings.meta(connection, "device_name") or ""

    def access_token(self, cancellation: Cancellation) -> str:
        """Return a token that is still good for a while; WorldError('signed_out') where there is none to be had."""
        with self._lock:
            tokens = self._meta("tokens")
            if not tokens:
                raise WorldError("signed_out")
            if self._clock() + _EARLY < from_text(tokens["expires_at"]):
                return str(tokens["access_token"])
            return self._renew(tokens, cancellation)

    def renewed_token(self, rejected: str, cancellation: Cancellation) -> str:
        """Return a token after the server turned `rejected` down as expired."""
        with self._lock:
            tokens = self._meta("tokens")
            if not tokens:
                raise WorldError("signed_out")
            current = str(tokens["access_token"])
            return current if current != rejected else self._renew(tokens, cancellation)

    def sign_out(self) -> str:
        """Forget the tokens here and, where it can be reached, at the server; returns the code of what failed or ''."""
        tokens = self._meta("tokens")
        failed = ""
        if tokens:
            try:
                self.transport.sign_out(str(tokens["access_token"]))
            except WorldError as error:
                failed = error.code
        with self._store.writing() as work:
            settings.set_meta_json(work.connection, "tokens", None)
        return failed

    def _renew(self, tokens: dict[str, Any], cancellation: Cancellation) -> str:
        """Trade the refresh token; the new pair is on the disk before anybody uses it.

        What tells the request from a stranger's is on the disk before it goes out: it may have to go out again.
        """
        if not tokens.get("attempt"):
            tokens = tokens | {"attempt": new_id()}
            self._keep_tokens(tokens)
        try:
            message = Refresh(str(tokens["refresh_token"]), str(tokens["device_id"]), str(tokens["attempt"]))
            fresh = self.transport.refresh(message, cancellation)
        except WorldError as error:
            if error.code in ("token_expired", "wrong_credentials", "signed_out", "bad_request", "forbidden"):
                raise WorldError("signed_out") from error
            raise
        self._keep_tokens(self._content(fresh, str(tokens["device_id"])))
        return fresh.access_token

    def _keep_tokens(self, tokens: dict[str, Any]) -> None:
        with self._store.writing() as work:
            settings.set_meta_json(work.connection, "tokens", tokens)

    def _content(self, tokens: Tokens, device_id: str) -> dict[str, str]:
        until = self._clock() + timedelta(seconds=max(0, tokens.access_expires_in_s))
        return {
            "access_token": tokens.access_token,
            "expires_at": to_text(until),
            "refresh_token": tokens.refresh_token,
            "device_id": device_id,
        }

    def _meta(self, name: str) -> dict[str, Any] | None:
        with self._store.reading() as connection:
            found = settings.meta_json(connection, name)
        return found if isinstance(found, dict) else None
