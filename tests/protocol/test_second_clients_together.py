"""Four clients written from docs/protocol.md work at once, over a line that loses answers, while territories move.

At rest each holds what a client that begins anew gets and the rules of scopes say, and no digest differed. All that was
taken had one effect: it is in the history once, and stands, was seen by who replaced it, or is kept by a conflict.
"""

import json
import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.server import admin, audit, pull, segments, serve, territories
from crmdesk.server.money_tables import AUDIT_CHAIN
from crmdesk.server.tables import ROWS
from tests.protocol.second.line import Line, Message
from tests.protocol.second.replica import Key, SecondClient
from tests.server.company import PASSWORD, SETTINGS, Company
from tests.server.conftest import clock, company, postgres

__all__ = ["clock", "company", "postgres"]
PEOPLE = ("rep", "colleague", "other", "manager")
STEPS = 60


class ShakyLine(Line):
    """Loses an answer or cuts it behind a frame, by chance, while `chance` is set."""

    chance: random.Random | None = None

    def sync(self, **members: Any) -> list[tuple[bytes, Message]]:
        """Send one request; the server has done its part whatever becomes of the answer."""
        found = super().sync(**members)
        if self.chance is None or self.chance.random() < 0.7:
            return found
        kept = found[: self.chance.randrange(len(found))]
        if not kept:
            raise ConnectionError
        return [*kept, (b"E", {"more": True, "cursor": self.place(kept, members["cursor"])})]

    def place(self, kept: list[tuple[bytes, Message]], before: str) -> str:
        """Return the cursor that counts after a cut: the last that came."""
        return next((one["cursor"] for _, one in reversed(kept) if one.get("cursor")), before)


class Said(NamedTuple):
    """An operation that gives a field a text found nowhere else."""

    client: SecondClient
    token: str
    key: Key
    field: str
    operation: Message


class People:
    """The clients, what they said, and the company that changes beside them."""

    def __init__(self, company: Company, address: str, chance: random.Random) -> None:
        self.company, self.address, self.chance = company, address, chance
        self.clients = {name: SecondClient(ShakyLine(address, name, PASSWORD)) for name in PEOPLE}
        self.said: list[Said] = []

    def act(self, client: SecondClient) -> None:
        """Let somebody edit, delete, make or settle something that is held."""
        held: dict[str, list[str]] = {"doctor": [], "visit": [], "conflict": []}
        for (record, row_id), row in client.rows.items():
            ours = record != "visit" or row["owner_id"] == client.line.user_id
            if record in held and ours and row.get("state") != "resolved":
                held[record].append(row_id)
        kind = self.chance.choice(["doctor"] * 4 + ["visit", "new", "new visit", "delete", "conflict"])
        token = f"<{len(self.said)}>"
        record = {"delete": "doctor"}.get(kind, kind)
        if record in held and not held[record]:
            return
        row_id = self.chance.choice(held[record]) if record in held else ""
        if kind == "conflict":
            by_command = client.rows[record, row_id]["field"] == "deleted"
            told = {"kind": "command", "command": "restore"} if by_command else {"kind": "edit"}
            client.act(record, row_id, fields={} if by_command else {"state": "resolved"}, **told)
        elif kind == "delete":
            client.act(record, row_id, "delete")
        elif record in held:
            self._edit(client, (record, row_id), token)
        else:
            self._make(client, kind, token)

    def _edit(self, client: SecondClient, key: Key, token: str) -> None:
        name = self.chance.choice(["mobile", "email", "note", "tags"] if key[0] == "doctor" else ["note"])
        held = client.rows[key].get(name)
        value = {"note": f"{held or ''}\n\n{token}", "tags": sorted({*(held or []), token})}.get(name, token)
        client.act(*key, "edit", {name: value})
        self.said.append(Said(client, token, key, name, client.waiting[-1]))

    def _make(self, client: SecondClient, kind: str, token: str) -> None:
        places = sorted(scope[2:] for scope in client.scopes if scope.startswith("t:"))
        doctors = sorted(row_id for record, row_id in client.rows if record == "doctor")
        if not places or not doctors:
            return
        values: Message = {"territory_id": self.chance.choice(places)}
        if kind == "new":
            values |= {"name": token}
        else:
            values |= {"owner_id": client.line.user_id, "state": "draft", "doctor_ids": [self.chance.choice(doctors)]}
            values |= {"starts_at": "2026-11-22T01:00:00.000Z", "zone": "Asia/Shanghai", "note": token}
        record = "doctor" if kind == "new" else "visit"
        row_id = client.create(record, **values)
        self.said.append(
            Said(client, token, (record, row_id), {"doctor": "name"}.get(record, "note"), client.waiting[-1])
        )

    def move(self, doctors: list[str]) -> None:
        """Let the company move a doctor, share one, split a territory or hand one over."""
        chance, company = self.chance, self.company
        places = chance.sample(["north", "south"], 2)
        kind = chance.randrange(4)
        if kind == 0:
            company.edit("doctor", chance.choice(doctors), {"territory_id": company[places[0]]})
        elif kind == 1:
            pair = {"doctor_id": chance.choice(doctors), "institution_id": company[f"{places[0]}_hospital"]}
            company.insert("affiliation", pair)
        elif kind == 2:
            territories.split(company.database, *places, [company[f"{places[0]}_hospital"]])
        else:
            people = chance.sample(PEOPLE[:3], 2)
            with suppress(InputError, RefusedError):
                company.database.run(lambda work: territories.hand_over(work, places[0], *people))

    def rest(self) -> None:
        """Mend the line, sync until nothing waits, and compare each client with one that begins anew."""
        for _ in range(2):
            for client in self.clients.values():
                client.line.chance = None  # type: ignore[attr-defined]
                client.sync()
        for name, client in self.clients.items():
            assert (client.waiting, client.repaired) == ([], []), name
            fresh = SecondClient(Line(self.address, name, PASSWORD))
            fresh.sync()
            assert (fresh.rows, fresh.scopes_of) == (client.rows, client.scopes_of), name
            _assert_in_place(self.company, client)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are many pages, packed ones and such without a cursor among them."""
    small = (pull, "PACKED_ROWS", 5), (pull, "_LITTLE", 3), (pull, "_SCOPES_A_PAGE", 3), (segments, "FEWEST_ROWS", 3)
    for module, name, value in small:
        monkeypatch.setattr(module, name, value)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("company", ["postgresql"], indirect=True)
@pytest.mark.parametrize("seed", [11, 12])
def test_all_that_was_taken_is_kept_and_all_hold_the_same(company: Company, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    company.database.run(lambda work: admin.assign(work, "colleague", "south", "2026-01-01"))
    values = {"status": "active", "note": "one\n\ntwo"}
    doctors = [
        company.insert("doctor", values | {"name": f"{at}", "territory_id": company[("north", "south")[at % 2]]})
        for at in range(8)
    ]
    with company.database.reading() as connection:
        start = audit.read_head(connection).seq
    with serve.running(company.database, replace(SETTINGS, attachment_folder=str(tmp_path))) as address:
        people = People(company, address, chance)
        for client in people.clients.values():
            client.sync()
            client.line.chance = chance  # type: ignore[attr-defined]
        for _ in range(STEPS):
            for _ in range(chance.randrange(4)):
                people.act(people.clients[chance.choice(PEOPLE)])
            if chance.random() < 0.3:
                people.move(doctors)
            with suppress(ConnectionError):
                people.clients[chance.choice(PEOPLE)].sync()
        people.rest()
    _assert_kept(company, people, start)


def _assert_kept(company: Company, people: People, start: int) -> None:
    with company.database.reading() as connection:
        assert audit.verify(connection).faults == []
        query = select(AUDIT_CHAIN.c.content).where(AUDIT_CHAIN.c.seq > start).order_by(AUDIT_CHAIN.c.seq)
        history = [json.loads(content) for content in connection.execute(query).scalars()]
    seen = {row["id"]: row for client in people.clients.values() for (name, _), row in client.rows.items()
            if name == "conflict"}  # fmt: skip
    words = json.dumps([[row["winner_value"], row["loser_value"]] for row in seen.values()])
    refused = [one for one in people.said if one.operation["id"] in one.client.refused]
    taken = {one.token: one for one in people.said if one not in refused}
    assert len(taken) > STEPS / 2
    times, replaced = Counter[str](), dict[str, str]()
    for entry in history:
        mine = [token for token, one in taken.items() if one.key == (entry["parent_record"], entry["parent_id"])]
        for name, (old, new) in (entry["changes"] or {}).items():
            times.update(token for token in mine if token in f"{new}" and token not in f"{old}")
            if name in ("mobile", "email") and old in taken and new in taken:
                replaced[old] = new
    assert [one for one in refused if one.token in json.dumps([entry["changes"] for entry in history])] == []
    for token, one in taken.items():
        row = company.row(*one.key)
        stands = token in f"{row[one.field]}" or row["deleted"]
        knew = token in replaced and taken[replaced[token]].operation["fields"][one.field][0] == token
        assert (stands and times[token] == 1) or knew or token in words, one


def _assert_in_place(company: Company, client: SecondClient) -> None:
    """What a client holds is what the rules give: doctors of own territories and of hospitals there, and their own."""
    with company.database.reading() as connection:
        rows = {name: connection.execute(select(ROWS[name]).where(ROWS[name].c.deleted.is_(False))).all()
                for name in ("doctor", "institution", "affiliation")}  # fmt: skip
    places = {row.id: {f"t:{row.territory_id}"} for row in rows["doctor"]}
    at = {row.id: f"t:{row.territory_id}" for row in rows["institution"]}
    for row in rows["affiliation"]:
        places.get(row.doctor_id, set()).add(at[row.institution_id])
    held = {row_id for record, row_id in client.rows if record == "doctor"}
    assert held == {row_id for row_id, some in places.items() if some & client.scopes}
    hanging = {row["parent_id"] for (record, _), row in client.rows.items()
               if record in ("conflict", "audit_entry") and row["parent_record"] == "doctor"}  # fmt: skip
    assert hanging & places.keys() <= held
