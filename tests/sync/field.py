"""Two laptops and a real server: the company of the server's tests over HTTP, data folders in a temporary place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmdesk.bootstrap import Laptop, Premises
from crmdesk.domain.clock import Clock, utc_now
from crmdesk.domain.ids import new_id
from crmdesk.server.database import Database
from crmdesk.server.work import SYSTEM
from crmdesk.services.commands import Command, EditRow, Outcome
from crmdesk.services.reads_sync import Reads
from crmdesk.sync.transport import Deadlines
from tests.server.company import PASSWORD, Company

QUICK = Deadlines(connect_s=5, idle_s=10, message_s=20, total_s=60, call_s=20)


class MemoryKeyring:
    """A key ring that forgets."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.kept.pop((service, username), None)


@dataclass
class Field:
    """The server's address and data, and the laptops opened so far."""

    folder: Path
    company: Company
    address: str
    keyring: MemoryKeyring = field(default_factory=MemoryKeyring)
    opened: list[Laptop] = field(default_factory=list)
    clock: Clock = utc_now

    @property
    def database(self) -> Database:
        return self.company.database

    def premises(self, name: str) -> Premises:
        return Premises(self.folder / name, self.keyring, clock=self.clock, deadlines=QUICK)

    def laptop(self, name: str, device: str = "") -> Laptop:
        """Sign a person in on a laptop of its own."""
        laptop = self.premises(device or name).sign_in(self.address, name, PASSWORD)
        self.opened.append(laptop)
        return laptop

    def reopen(self, laptop: Laptop, name: str) -> Laptop:
        """Close a laptop and open it again, as after a restart."""
        laptop.close()
        self.opened.remove(laptop)
        again = self.premises(name).unlock()
        self.opened.append(again)
        return again

    def close(self) -> None:
        for laptop in self.opened:
            laptop.close()

    def add_doctors(self, count: int, territory: str = "north") -> list[str]:
        """Make doctors at the server, as an import does."""
        values = {"territory_id": self.company[territory], "status": "active"}
        rows = [(new_id(), values | {"name": f"李{number}"}) for number in range(count)]
        self.database.run(lambda work: work.insert_many("doctor", rows, SYSTEM))
        return [row_id for row_id, _ in rows]


def do(laptop: Laptop, command: Command) -> Outcome:
    return laptop.desk.submit(command).result(20)


def ask(laptop: Laptop, read: Callable[[Reads], Any]) -> Any:
    return laptop.desk.ask(read).result(20)


def edit(laptop: Laptop, row_id: str, record: str = "doctor", **changes: Any) -> Outcome:
    row = ask(laptop, lambda reads: reads.row(record, row_id))
    return do(laptop, EditRow(record, row_id, changes, row.revision))


def synced(laptop: Laptop) -> None:
    """Sync and insist that all went well."""
    status = laptop.engine.sync_once()
    assert (status.phase, status.code) == ("idle", ""), status
