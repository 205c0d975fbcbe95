"""The company that every run starts from: a server's database and five signed-in laptops, made once a process."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import SignIn
from crmdesk.server import auth
from crmdesk.server.auth import Authentication
from crmdesk.server.database import Database
from crmdesk.server.settings import Settings
from crmdesk.server.work import SYSTEM, ServerWork
from crmdesk.storage.store import Store
from crmdesk.sync.session import Session
from tests.fixtures.memory import memory_folder
from tests.simulation import own_fields
from tests.simulation.seeded import Time, repeatable

PASSWORD = "seven green lanterns"
SETTINGS = Settings(argon2_time_cost=1, argon2_memory_kib=1024, argon2_lanes=1, access_token_s=6 * 3600)
KEY = bytes(range(32))
PEOPLE = {"ann": ("rep", "north"), "bo": ("rep", "north"), "cy": ("rep", "south"), "mei": ("manager", "region")}
LAPTOPS = {"ann": "ann", "ann2": "ann", "bo": "bo", "cy": "cy", "mei": "mei"}
"""The laptops by name with their person: Ann has two."""
TERRITORIES = ("north", "south", "east")
PERIOD = "2026Q4"
CATEGORIES = ("meal", "travel")


@dataclass(frozen=True, slots=True)
class Founding:
    """Where the first state of server and laptops lies, and the ids of the company by name."""

    folder: Path
    ids: dict[str, str]

    def laptop_folder(self, name: str) -> Path:
        return self.folder / name

    @property
    def database(self) -> Path:
        return self.folder / "server.db"


@cache
def founding() -> Founding:
    """Make the first state; it goes with the process, of whatever kind that is."""
    folder = Path(tempfile.mkdtemp(prefix="crmdesk-founding-", dir=memory_folder()))
    Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=10)
    time = Time(0)
    time.enter(0, 0)
    with repeatable(time):
        database = Database(f"sqlite:///{folder / 'server.db'}", time.server)
        database.create_all()
        made: dict[str, str] = {}
        database.run(lambda work: _company(work, made))
        authentication = Authentication(database, SETTINGS)
        for number, (name, person) in enumerate(LAPTOPS.items(), 1):
            time.enter(number, number)
            made[f"device_{name}"] = _sign_in(folder / name, authentication, time, person)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.dispose()
    return Founding(folder, made)


class _Desk:
    """A line that only signs in."""

    def __init__(self, authentication: Authentication) -> None:
        self._authentication = authentication

    def sign_in(self, message: SignIn, _cancellation: object = None) -> Any:
        return self._authentication.sign_in(message, "127.0.0.1")


def _sign_in(folder: Path, authentication: Authentication, time: Time, person: str) -> str:
    store = Store.open(folder, KEY, time.server)
    session = Session(store, _Desk(authentication), time.server)  # type: ignore[arg-type]
    session.sign_in(person, PASSWORD, folder.name)
    device = session.device_id()
    store.close()
    return device


def _company(work: ServerWork, ids: dict[str, str]) -> None:
    def make(record: str, name: str, /, **values: Any) -> str:
        ids[name] = new_id()
        work.insert(record, ids[name], values, SYSTEM)
        return ids[name]

    region = make("territory", "region", name="大区", kind="region")
    for name in TERRITORIES:
        make("territory", name, name=name, kind="territory", parent_id=region)
    for name, (role, place) in PEOPLE.items():
        user = make("user", name, login=name, name=name, role=role, active=True)
        auth.set_password(work, user, PASSWORD, SETTINGS)
        make("assignment", f"{name}_place", user_id=user, territory_id=ids[place], valid_from="1970-01-01")
    make("product", "product", name="安博")
    own_fields.define(work)
    _customers(make, ids)


def _customers(make: Callable[..., str], ids: dict[str, str]) -> None:
    for place in TERRITORIES:
        territory = ids[place]
        for category in CATEGORIES:
            figures = {"planned_fen": 10**9, "reserved_fen": 0, "committed_fen": 0, "spent_fen": 0}
            make("budget", f"{place}_{category}", territory_id=territory, period=PERIOD, category=category,
                 rule="warn", **figures)  # fmt: skip
        make("cycle_plan", f"{place}_cycle", territory_id=territory, name=PERIOD, starts_on="2026-10-01",
             ends_on="2026-12-31", visits_per_day=6, goals=[{"customer_class": "A", "goal": 4}])  # fmt: skip
        hospital = make("institution", f"{place}_hospital", name=f"{place}医院", territory_id=territory)
        make("department", f"{place}_ward", name="心内科", institution_id=hospital)
        for number in range(4):
            doctor = make("doctor", f"{place}_{number}", name=f"张{number}", territory_id=territory, status="active")
            make("affiliation", f"{place}_{number}_at", doctor_id=doctor, institution_id=hospital)
    make("affiliation", "bridge", doctor_id=ids["north_0"], institution_id=ids["south_hospital"])
