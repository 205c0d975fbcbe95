"""Territories, people and names of the demo company."""

import random
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from typing import Any

from crmdesk.company.model import DemoLogin, Maker, Row, at_local
from crmdesk.company.words import words

MANAGER_LIMIT_FEN = 5_000_00
FINANCE_LIMIT_FEN = 200_000_00


@dataclass(slots=True)
class Territory:
    """A territory with its place in the world and the people who work and decide there."""

    row: Row
    place: dict[str, Any]
    manager_id: str
    rep_ids: list[str]

    @property
    def id(self) -> str:
        """Return the id of the territory's row."""
        return str(self.row["id"])


@dataclass(slots=True)
class Organisation:
    """The people and territories of the company."""

    territories: list[Territory]
    logins: list[DemoLogin]
    admin_id: str
    finance_id: str
    auditor_id: str


class Names:
    """Draws plausible Chinese names: surnames by their real frequency, given names of one or two characters."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        source = words("people")
        self._surnames: list[str] = list(source["surnames"])
        self._weights = list(accumulate(source["surnames"].values()))
        self._single: str = source["given_single"]
        self._first: str = source["given_first"]
        self._second: str = source["given_second"]

    def draw(self) -> str:
        """Return a name of two to four characters."""
        rng = self._rng
        surname = rng.choices(self._surnames, cum_weights=self._weights)[0]
        if rng.random() < 0.16:
            return surname + rng.choice(self._single)
        return surname + rng.choice(self._first) + rng.choice(self._second)


def mobile(number: int) -> str:
    """Return a mobile number from the blocks 138 0000 and 199 0000, which no person is given."""
    block = "1380000" if number % 20_000 < 10_000 else "1990000"
    return f"{block}{number % 10_000:04d}"


def make_organisation(maker: Maker) -> Organisation:
    """Make company, regions, territories, users and assignments."""
    began = at_local(maker.today - timedelta(days=430), 9)
    admin_id = maker.new_id(began)
    staff = words("people")["staff_names"]
    logins: list[DemoLogin] = []

    def person(login: str, name: str, role: str, limit_fen: int | None = None, user_id: str = "") -> str:
        values = {"login": login, "name": name, "role": role, "approval_limit_fen": limit_fen, "active": True}
        made = maker.row("user", began, admin_id, values, user_id)
        logins.append(DemoLogin(login, f"demo-{login}-crmdesk", str(made["id"]), role))
        return str(made["id"])

    person("admin", staff["admin"], "admin", None, admin_id)
    finance_id = person("finance", staff["finance"], "finance", FINANCE_LIMIT_FEN)
    auditor_id = person("auditor", staff["auditor"], "auditor")
    managers = [
        person(f"manager{number}", name, "manager", MANAGER_LIMIT_FEN)
        for number, name in enumerate(staff["managers"], 1)
    ]
    reps = [person(f"rep{number:02d}", name, "rep") for number, name in enumerate(staff["reps"], 1)]
    territories = _territories(maker, admin_id, managers, reps)
    return Organisation(territories, logins, admin_id, finance_id, auditor_id)


def _territories(maker: Maker, admin_id: str, managers: list[str], reps: list[str]) -> list[Territory]:
    began, valid_from = at_local(maker.today - timedelta(days=430), 10), maker.today - timedelta(days=420)
    places = words("places")

    def assign(user_id: str, territory: Row) -> None:
        values = {"user_id": user_id, "territory_id": territory["id"], "valid_from": valid_from.isoformat()}
        maker.row("assignment", began, admin_id, values)

    company = maker.row("territory", began, admin_id, {"name": places["company"], "kind": "company"})
    territories: list[Territory] = []
    waiting = iter(reps)
    for manager_id, region_place in zip(managers, places["regions"], strict=True):
        values = {"name": region_place["name"], "kind": "region", "parent_id": company["id"]}
        region = maker.row("territory", began, admin_id, values)
        assign(manager_id, region)
        for place in region_place["territories"]:
            values = {"name": place["name"], "kind": "territory", "parent_id": region["id"]}
            territory = maker.row("territory", began, admin_id, values)
            rep_id = next(waiting)
            assign(rep_id, territory)
            territories.append(Territory(territory, place, manager_id, [rep_id]))
    # The second rep helps out in the first territory, so that two people edit the same customers.
    assign(reps[1], territories[0].row)
    territories[0].rep_ids.append(reps[1])
    return territories
