"""Sign-in: passwords (Argon2id), back-off, short access tokens, rotating refresh tokens bound to a device."""

import hashlib
import hmac
import secrets
import threading
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, or_, select, update

from crmdesk.domain.clock import from_text, local_date, to_text
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.ids import is_id, new_id
from crmdesk.domain.scopes import COMPANY
from crmdesk.protocol.messages import Refresh, SignIn, Tokens
from crmdesk.server import devices
from crmdesk.server.database import Database
from crmdesk.server.rights import Rights, Stamp
from crmdesk.server.settings import Settings
from crmdesk.server.tables import (
    ACCESS_TOKEN,
    CREDENTIAL,
    DEVICE,
    REFRESH_TOKEN,
    ROWS,
    SCOPE_HEAD,
    SIGN_IN_FAILURE,
    TOKEN_FAMILY,
    insert_for,
)
from crmdesk.server.work import ServerActor, ServerWork

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1024
HASHED_AT_ONCE = 4
"""Argon2 takes 64 MiB each."""
_hashing = threading.Semaphore(HASHED_AT_ONCE)
_WEAK_PARTS = ("password", "qwertyuiop", "123456789", "abcdefgh", "letmein", "iloveyou", "administrator", "crmdesk")
_USER = ROWS["user"]
_BY_TOKEN = (
    select(ACCESS_TOKEN.c.expires_at, TOKEN_FAMILY.c.user_id, TOKEN_FAMILY.c.device_id, TOKEN_FAMILY.c.revoked_at)
    .add_columns(DEVICE.c.revoked_at.label("device_revoked_at"))
    .add_columns(
        select(SCOPE_HEAD.c.position).where(SCOPE_HEAD.c.scope == COMPANY).scalar_subquery().label("company_position")
    )
    .join(TOKEN_FAMILY, TOKEN_FAMILY.c.id == ACCESS_TOKEN.c.family_id)
    .join(DEVICE, DEVICE.c.id == TOKEN_FAMILY.c.device_id)
    .where(ACCESS_TOKEN.c.token_hash == bindparam("token_hash"))
)


def check_password(password: str, login: str = "") -> None:
    """Raise InputError (`password_too_short`, `password_too_long`, `password_too_common`) for an unfit password.

    Length and a blocklist, no rules of composition (NIST SP 800-63B, section 5.1.1.2).
    """
    if len(password) < SHORTEST_PASSWORD:
        raise InputError("password_too_short", limit=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise InputError("password_too_long", limit=LONGEST_PASSWORD)
    folded = password.casefold()
    rest = folded
    for part in (*_WEAK_PARTS, *([login.casefold()] if login else [])):
        rest = rest.replace(part, "")
    if len(set(folded)) < 4 or len(rest) < 5:
        raise InputError("password_too_common")


def forget_failures(work: ServerWork, login: str) -> None:
    """Let a person sign in at once who tried in vain as long as an administrator had to help."""
    work.connection.execute(delete(SIGN_IN_FAILURE).where(SIGN_IN_FAILURE.c.key == _account_key(login)))


def _account_key(login: str) -> str:
    return f"a:{login.casefold()}"


def hasher_of(settings: Settings) -> PasswordHasher:
    """Return the Argon2id hasher with the settings' cost."""
    return PasswordHasher(settings.argon2_time_cost, settings.argon2_memory_kib, settings.argon2_lanes)


def set_password(work: ServerWork, user_id: str, password: str, settings: Settings, login: str = "") -> None:
    """Check and store a password; everything signed in before is revoked. Raises InputError as `check_password`."""
    check_password(password, login)
    row = {"user_id": user_id, "password_hash": hasher_of(settings).hash(password), "changed_at": work.at}
    statement = insert_for(work.connection, CREDENTIAL).values(row)
    work.connection.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=row))
    families = update(TOKEN_FAMILY).where(TOKEN_FAMILY.c.user_id == user_id, TOKEN_FAMILY.c.revoked_at.is_(None))
    work.connection.execute(families.values(revoked_at=work.at))


def token_hash(token: str) -> str:
    """Return how a token is kept: whoever reads the database can use none."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a login names: id, name, role, whether the account is in use, and the stored hash ('' for none)."""

    user_id: str
    name: str
    role: str
    active: bool
    password_hash: str


class Authentication:
    """Sign-in, refresh, sign-out and the check of access tokens, over one database."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._hasher = hasher_of(settings)
        self._rights = Rights()
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def sign_in(self, given: SignIn, address: str) -> Tokens:
        """Return tokens; raises RefusedError: `wrong_credentials`, `too_many` (retry_after_s), `device_revoked`.

        An unknown login costs the same time and gets the same answer as a wrong password.
        """
        login = given.login.strip()[:80]
        if "\x00" in login:
            raise RefusedError("wrong_credentials")
        keys = {_account_key(login): self._settings.failures_per_account}
        keys[f"i:{address}"] = self._settings.failures_per_address
        with self._database.reading() as connection:
            self._check_wait(connection, keys)
            person = _find(connection, login)
        right = self._verify(person.password_hash if person else "", given.password[:LONGEST_PASSWORD])
        if person is None or not right or not person.active:
            self._database.run(lambda work: _count_failure(work, list(keys)))
            raise RefusedError("wrong_credentials")
        found = person
        return self._database.run(lambda work: self._open(work, found, given, list(keys)))

    def refresh(self, given: Refresh) -> Tokens:
        """Return new tokens for a refresh token, which works once; its reuse revokes the whole family.

        The same attempt once more is no reuse while what it gave is unused: its answer was lost.

        Raises RefusedError: `token_expired`, `device_revoked`.
        """
        tokens = self._database.run(lambda work: self._rotate(work, given))
        if tokens is None:  # the revocation is committed, so the refusal comes after it
            raise RefusedError("token_expired")
        return tokens

    def sign_out(self, access_token: str) -> None:
        """Revoke the family of an access token; an unknown one is already out."""

        def close(work: ServerWork) -> None:
            family = select(ACCESS_TOKEN.c.family_id).where(ACCESS_TOKEN.c.token_hash == token_hash(access_token))
            work.connection.execute(
                update(TOKEN_FAMILY).where(TOKEN_FAMILY.c.id.in_(family)).values(revoked_at=work.at)
            )

        self._database.run(close)

    def actor(self, access_token: str) -> ServerActor:
        """Return who holds an access token; raises RefusedError: `not_signed_in`, `token_expired`, `device_revoked`."""
        with self._database.reading() as connection:
            return self.actor_in(connection, access_token)

    def actor_in(self, connection: Connection, access_token: str) -> ServerActor:
        """Return what `actor` does, by a snapshot."""
        now = self._database.clock()
        found = connection.execute(_BY_TOKEN, {"token_hash": token_hash(access_token)}).first()
        if found is None:
            raise RefusedError("not_signed_in")
        if found.device_revoked_at is not None:
            raise RefusedError("device_revoked")
        if found.revoked_at is not None or found.expires_at <= to_text(now):
            raise RefusedError("token_expired")
        stamp = Stamp(found.company_position or 0, local_date(now).isoformat(), self._database.epoch)
        actor = self._rights.actor(connection, stamp, found.user_id, found.device_id)
        if actor is None:
            raise RefusedError("not_signed_in")
        return actor

    def _check_wait(self, connection: Connection, keys: dict[str, int]) -> None:
        rows = connection.execute(select(SIGN_IN_FAILURE).where(SIGN_IN_FAILURE.c.key.in_(list(keys)))).all()
        now = self._database.clock()
        for key, failures, last_at in rows:
            over = failures - keys[key]
            if over >= 0:
                wait = min(self._settings.longest_wait_s, 2 ** min(over, 20))
                # far ahead is what a clock told that has been put right since: nobody waits for that day
                left = wait - abs((now - from_text(last_at)).total_seconds())
                if left > 0:
                    raise RefusedError("too_many", retry_after_s=int(left) + 1)

    def _verify(self, stored: str, password: str) -> bool:
        with _hashing:
            try:
                right = self._hasher.verify(stored or self._nobody, password.encode("utf-8", "surrogatepass"))
            except (VerificationError, InvalidHashError):
                return False
        return right and bool(stored)

    def _open(self, work: ServerWork, person: Person, given: SignIn, keys: list[str]) -> Tokens:
        work.connection.execute(delete(SIGN_IN_FAILURE).where(SIGN_IN_FAILURE.c.key == keys[0]))
        devices.register(work, given.device_id, person.user_id, given.device_name)
        family_id = new_id()
        family = {"id": family_id, "user_id": person.user_id, "device_id": given.device_id}
        work.connection.execute(insert(TOKEN_FAMILY).values(family))
        actor = devices.actor_of(work.connection, person.user_id, given.device_id, devices.today_of(work))
        if actor is None:
            raise RefusedError("wrong_credentials")
        work.audit("sign_in", actor, "user", person.user_id, {}, scoped=False)
        return self._issue(work, family_id, person, *_fresh_pair())

    def _rotate(self, work: ServerWork, given: Refresh) -> Tokens | None:
        query = (
            select(REFRESH_TOKEN, TOKEN_FAMILY.c.user_id, TOKEN_FAMILY.c.device_id, TOKEN_FAMILY.c.revoked_at)
            .join(TOKEN_FAMILY, TOKEN_FAMILY.c.id == REFRESH_TOKEN.c.family_id)
            .where(REFRESH_TOKEN.c.token_hash == token_hash(given.refresh_token))
            .with_for_update()
        )
        found = work.connection.execute(query).first()
        if found is None or found.revoked_at is not None or found.expires_at <= work.at:
            return None
        access, refresh = _following(given)
        spent = found.used_at is not None and not _is_unused(work, found.family_id, refresh)
        if spent or not self._same_device(work, found.device_id, given.device_id, found.user_id):
            _revoke_family(work, found.family_id)
            return None
        devices.register(work, given.device_id, found.user_id, "")
        actor = devices.actor_of(work.connection, found.user_id, given.device_id, devices.today_of(work))
        if actor is None:
            _revoke_family(work, found.family_id)
            return None
        used = update(REFRESH_TOKEN).where(REFRESH_TOKEN.c.token_hash == found.token_hash).values(used_at=work.at)
        work.connection.execute(used)
        if given.device_id != found.device_id:
            moved = update(TOKEN_FAMILY).where(TOKEN_FAMILY.c.id == found.family_id)
            work.connection.execute(moved.values(device_id=given.device_id))
        person = Person(found.user_id, actor.name, actor.role.value, True, "")
        return self._issue(work, found.family_id, person, access, refresh)

    def _same_device(self, work: ServerWork, bound: str, given: str, user_id: str) -> bool:
        """Say whether `given` is the bound device or the one that it became after a fork."""
        if bound == given:
            return True
        if not is_id(given):
            return False
        query = select(DEVICE.c.forked_from).where(DEVICE.c.id == given, DEVICE.c.user_id == user_id)
        return work.connection.execute(query).scalar() == bound

    def _issue(self, work: ServerWork, family_id: str, person: Person, access: str, refresh: str) -> Tokens:
        table, settings = ACCESS_TOKEN, self._settings
        work.connection.execute(delete(table).where((table.c.family_id == family_id) & (table.c.expires_at < work.at)))
        row = {"token_hash": token_hash(access), "family_id": family_id}
        row["expires_at"] = _after(work, settings.access_token_s)
        statement = insert_for(work.connection, table).values(row)
        work.connection.execute(statement.on_conflict_do_update(index_elements=["token_hash"], set_=row))
        row = {"token_hash": token_hash(refresh), "family_id": family_id}
        row["expires_at"] = _after(work, settings.refresh_token_s)
        statement = insert_for(work.connection, REFRESH_TOKEN).values(row)
        work.connection.execute(statement.on_conflict_do_nothing())
        expires_s, epoch = settings.access_token_s, self._database.epoch
        return Tokens(access, expires_s, refresh, person.user_id, person.name, person.role, epoch)


def _fresh_pair() -> tuple[str, str]:
    return secrets.token_urlsafe(24), secrets.token_urlsafe(32)


def _following(given: Refresh) -> tuple[str, str]:
    """Return the access and the refresh token that follow one; for the same attempt they are the same."""
    if not given.attempt:
        return _fresh_pair()
    key = given.refresh_token.encode("utf-8", "surrogatepass")
    told = given.attempt.encode("utf-8", "surrogatepass")
    access, refresh = (hmac.digest(key, kind + told, "sha256") for kind in (b"access ", b"refresh "))
    return urlsafe_b64encode(access).decode().rstrip("="), urlsafe_b64encode(refresh).decode().rstrip("=")


def _is_unused(work: ServerWork, family_id: str, refresh_token: str) -> bool:
    """Say whether a refresh token was given out in this family and nobody has come with it yet."""
    table = REFRESH_TOKEN
    query = select(table.c.used_at).where(
        table.c.token_hash == token_hash(refresh_token), table.c.family_id == family_id
    )
    found = work.connection.execute(query).first()
    return found is not None and found.used_at is None


def _after(work: ServerWork, seconds: int) -> str:
    moment: datetime = work.now + timedelta(seconds=seconds)
    return to_text(moment)


def _revoke_family(work: ServerWork, family_id: str) -> None:
    work.connection.execute(update(TOKEN_FAMILY).where(TOKEN_FAMILY.c.id == family_id).values(revoked_at=work.at))


def typed_login(login: str) -> ColumnElement[bool]:
    """Whom somebody means who types this login: SQLite knows upper case of ASCII alone, so the exact one counts too."""
    return or_(_USER.c.login == login, func.lower(_USER.c.login) == login.lower())


def _find(connection: Connection, login: str) -> Person | None:
    query = (
        select(_USER.c.id, _USER.c.name, _USER.c.role, _USER.c.active, _USER.c.deleted, CREDENTIAL.c.password_hash)
        .outerjoin(CREDENTIAL, CREDENTIAL.c.user_id == _USER.c.id)
        .where(typed_login(login))
    )
    row = connection.execute(query.order_by(_USER.c.deleted, _USER.c.login != login)).first()
    if row is None:
        return None
    active = not row.deleted and row.active is not False
    return Person(row.id, row.name, row.role, active, row.password_hash or "")


def _count_failure(work: ServerWork, keys: list[str]) -> None:
    table = SIGN_IN_FAILURE
    for key in sorted(keys):
        statement = insert_for(work.connection, table).values(key=key, failures=1, last_at=work.at)
        changes = {"failures": table.c.failures + 1, "last_at": work.at}
        work.connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changes))
