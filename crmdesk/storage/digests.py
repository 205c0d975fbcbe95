"""Count and digest of the server's rows per (scope, record), kept up to date by each write instead of by a scan."""

from collections.abc import Iterable

from crmdesk.domain.records import RECORDS
from crmdesk.protocol.digest import MODULUS, of_digests, row_digest, to_text
from crmdesk.protocol.messages import ScopeDigest
from crmdesk.storage.driver import Driver


class Changes:
    """What a transaction does to the digests; `flush` writes it in one go."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], list[int]] = {}

    def add(self, scope: str, record: str, row_id: str, revision: int) -> None:
        """A row at a revision is in a scope from now on."""
        self._note(scope, record, 1, row_digest(row_id, revision))

    def remove(self, scopes: Iterable[str], record: str, row_id: str, revision: int) -> None:
        """A row is in these scopes no more."""
        amount = row_digest(row_id, revision)
        for scope in scopes:
            self._note(scope, record, -1, -amount)

    def move(self, scopes: Iterable[str], record: str, row_id: str, before: int, after: int) -> None:
        """A row within these scopes has another revision."""
        if before == after:
            return
        amount = row_digest(row_id, after) - row_digest(row_id, before)
        for scope in scopes:
            self._note(scope, record, 0, amount)

    def add_many(self, scope: str, record: str, rows: Iterable[tuple[str, int]]) -> None:
        """Rows (id, revision) that are new in a scope."""
        count = total = 0
        for row_id, revision in rows:
            count += 1
            total += row_digest(row_id, revision)
        if count:
            self._note(scope, record, count, total)

    def add_sum(self, scope: str, record: str, count: int, total: int) -> None:
        """Add so many rows that are new in a scope, whose contributions were summed up before."""
        if count:
            self._note(scope, record, count, total)

    def _note(self, scope: str, record: str, count: int, amount: int) -> None:
        entry = self._sums.setdefault((scope, record), [0, 0])
        entry[0] += count
        entry[1] += amount

    def flush(self, driver: Driver) -> None:
        """Write the sums; part of the transaction that the rows are written in."""
        for (scope, record), (count, amount) in self._sums.items():
            row = driver.execute(
                "SELECT count, total FROM digest WHERE scope = ? AND record = ?", (scope, record)
            ).fetchone()
            held, total = (int(row[0]), int(row[1], 16)) if row else (0, 0)
            driver.execute(
                "INSERT INTO digest(scope, record, count, total) VALUES (?, ?, ?, ?) "
                "ON CONFLICT(scope, record) DO UPDATE SET count = excluded.count, total = excluded.total",
                (scope, record, held + count, to_text((total + amount) % MODULUS)),
            )
        self._sums.clear()


def stored(driver: Driver, scope: str = "") -> dict[tuple[str, str], tuple[int, str]]:
    """Return {(scope, record): (count, digest)} as kept; of one scope where it is named."""
    where, values = (" WHERE scope = ?", (scope,)) if scope else ("", ())
    found = driver.execute(f"SELECT scope, record, count, total FROM digest{where}", values)
    return {(row[0], row[1]): (int(row[2]), str(row[3])) for row in found if row[2] or int(row[3], 16)}


def summary(driver: Driver) -> bytes:
    """Return the 8 bytes that stand for all digests kept here."""
    return of_digests((scope, record, *held) for (scope, record), held in stored(driver).items())


def recounted(driver: Driver) -> dict[tuple[str, str], tuple[int, str]]:
    """Return the same, worked out from the rows by a scan (for the health check and tests)."""
    sums: dict[tuple[str, str], list[int]] = {}
    leaving = {row[0] for row in driver.execute("SELECT name FROM scope WHERE state = 'leaving'")}
    for record in RECORDS:
        found = driver.execute(f"SELECT id, revision, scopes FROM row_{record} WHERE scopes <> ''")
        for row_id, revision, scopes in found:
            amount = row_digest(row_id, revision)
            for scope in set(scopes.split()) - leaving:
                entry = sums.setdefault((scope, record), [0, 0])
                entry[0] += 1
                entry[1] += amount
    return {key: (count, to_text(total)) for key, (count, total) in sums.items()}


def differing(driver: Driver, told: Iterable[ScopeDigest]) -> list[ScopeDigest]:
    """Return those of the server's digests that the rows held here do not match."""
    here = stored(driver)
    return [one for one in told if here.get((one.scope, one.record), (0, to_text(0))) != (one.count, one.digest)]


def not_told(driver: Driver, scopes: Iterable[str], told: Iterable[ScopeDigest]) -> list[ScopeDigest]:
    """Return, as told empty, what is held here of these scopes and is not among all the digests of the server."""
    known = {(one.scope, one.record) for one in told}
    return [ScopeDigest(*key, 0, to_text(0)) for scope in scopes for key in stored(driver, scope) if key not in known]
