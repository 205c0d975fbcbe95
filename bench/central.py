"""A real server process on loopback whose database holds one rep and one large territory."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import replica
from crmdesk.company.generate import Company
from crmdesk.company.model import DemoLogin
from crmdesk.fieldday.server_process import ServerProcess
from crmdesk.server import demo
from crmdesk.server.commands.place import place_in

LOGIN, PASSWORD = "rep1", "corridor-lantern-42"


def make_database(
    folder: Path, customers: Iterable[tuple[str, list[dict[str, Any]]]], others: Sequence[str] = ()
) -> dict[str, int]:
    """Fill a server's folder with one rep, one territory and its customers; return rows by record.

    `others` are the logins of further reps, who hold nothing.
    """
    tables: dict[str, list[dict[str, Any]]] = {
        "territory": [replica.row(replica.TERRITORY, name="华东一区", kind="territory")],
        "user": [replica.row(replica.REP, login=LOGIN, name="张伟", role="rep", active=True)],
        "assignment": [
            replica.row(
                replica.fixed_id(3), user_id=replica.REP, territory_id=replica.TERRITORY, valid_from="2020-01-01"
            )
        ],
    }
    for number, login in enumerate(others):
        colleague = replica.row(replica.fixed_id(100 + number), login=login, name="李娜", role="rep", active=True)
        tables["user"].append(colleague)
    tables |= dict(customers)
    company = Company(tables, [DemoLogin(LOGIN, PASSWORD, replica.REP, "rep")], [], {})
    here = place_in(folder)
    database = here.database(create=True)
    try:
        return dict(demo.load(database, company, here.attachments, 0).rows)
    finally:
        database.dispose()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run `crmdesk-server` on a folder as a process of its own; yields its address."""
    server = ServerProcess(folder)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()
