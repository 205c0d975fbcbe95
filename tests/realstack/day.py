"""One seed: a small company of its own, four laptops, their people at work, and what they were told is saved."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from crmdesk.bootstrap import Laptop, Premises
from crmdesk.domain.claims import period_of
from crmdesk.domain.clock import local_date, utc_now
from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.ids import new_id
from crmdesk.server import audit
from crmdesk.server.database import Database
from crmdesk.server.tables import CREDENTIAL
from crmdesk.server.work import SYSTEM, ServerWork
from crmdesk.services.claim_state import shown_hash
from crmdesk.services.commands import (
    AttachFile,
    ClaimCommand,
    Command,
    CreateDoctor,
    CreateRow,
    DeleteRow,
    EditRow,
    SaveClaim,
    SaveVisit,
)
from crmdesk.storage import settings
from crmdesk.sync.transport import Deadlines
from tests.server.company import PASSWORD
from tests.sync.field import MemoryKeyring, ask, do

HASTY = Deadlines(connect_s=2, idle_s=0.8, message_s=1.2, total_s=6, call_s=1.2)
PATIENT = Deadlines(connect_s=10, idle_s=20, message_s=30, total_s=60, call_s=30)
PEOPLE = {"rep": ("rep", "north"), "colleague": ("rep", "north"), "other": ("rep", "south"), "manager": ("manager", "")}
CATEGORY = "meal"


@dataclass(frozen=True)
class Said:
    """Something that a laptop called saved: `token` is text found nowhere else, or '' for a command or deletion."""

    laptop: str
    record: str
    row_id: str
    action: str
    token: str = ""
    field: str = ""
    last: bool = True  # False: typed over afterwards on the same laptop, perhaps before it was sent


@dataclass
class Day:
    """The company of one seed in `database`, and its laptops."""

    database: Database
    folder: Path
    address: str
    seed: int
    password_hash: str
    ids: dict[str, str] = field(default_factory=dict)
    laptops: dict[str, Laptop] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    claims: dict[str, tuple[str, int]] = field(default_factory=dict)  # id: whose laptop, fen as last saved
    files: dict[str, bytes] = field(default_factory=dict)
    refused_here: Counter[str] = field(default_factory=Counter)
    chain_start: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.today = local_date(utc_now()).isoformat()
        self._keyring = MemoryKeyring()
        self._number = 0
        self._acting = threading.Lock()  # one person after the other: what was said must be in order

    def found(self) -> None:
        """Make the company."""
        with self.database.reading() as connection:
            self.chain_start = audit.read_head(connection).seq
        self.database.run(self._found)

    def _make(self, work: ServerWork, record: str, known_as: str, /, **values: Any) -> str:
        self.ids[known_as] = new_id()
        work.insert(record, self.ids[known_as], values, SYSTEM)
        return self.ids[known_as]

    def _found(self, work: ServerWork) -> None:
        self.ids.clear()
        tag, make = f"{self.seed}-{self.ids_seed()}", self._make
        region = make(work, "territory", "region", name=f"region {tag}", kind="region")
        for name in ("north", "south"):
            make(work, "territory", name, name=f"{name} {tag}", kind="territory", parent_id=region)
        for name, (role, place) in PEOPLE.items():
            login = f"{name}-{tag}"
            user_id = make(work, "user", name, login=login, name=name, role=role, active=True)
            row = {"user_id": user_id, "password_hash": self.password_hash, "changed_at": work.at}
            work.connection.execute(insert(CREDENTIAL), row)
            territory = self.ids[place] if place else region
            make(work, "assignment", f"{name}_place", user_id=user_id, territory_id=territory, valid_from="2026-01-01")
            self.ids[f"{name}_login"] = login
        for place in ("north", "south"):
            self._customers(work, place)
        make(work, "affiliation", "bridge", doctor_id=self.ids["north_0"], institution_id=self.ids["south_hospital"])

    def ids_seed(self) -> str:
        """Return what tells this company from another one of the same seed in the same database."""
        return new_id()[-6:]

    def _customers(self, work: ServerWork, place: str) -> None:
        territory, make = self.ids[place], self._make
        sums = {"planned_fen": 10**9, "reserved_fen": 0, "committed_fen": 0, "spent_fen": 0}
        make(work, "budget", f"{place}_budget", territory_id=territory, period=period_of(self.today),
             category=CATEGORY, rule="warn", **sums)  # fmt: skip
        hospital = make(work, "institution", f"{place}_hospital", name=f"{place}医院", territory_id=territory)
        for number in range(4):
            doctor = make(work, "doctor", f"{place}_{number}", name=f"张{number}", status="active", note="起始。",
                          territory_id=territory)  # fmt: skip
            make(work, "affiliation", f"{place}_{number}_at", doctor_id=doctor, institution_id=hospital)

    def sign_in(self) -> None:
        """Open a laptop for each person."""
        for name in PEOPLE:
            self.laptops[name] = self._premises(name).sign_in(self.address, self.ids[f"{name}_login"], PASSWORD)

    def restart(self, name: str) -> None:
        """Close a laptop and open it again."""
        deadlines = self.laptops[name].session.transport._deadlines
        self.laptops[name].close()
        self.laptops[name] = self._premises(name).unlock()
        self.laptops[name].session.transport._deadlines = deadlines

    def let_token_run_out(self, name: str) -> None:
        """Let the laptop think that its access token is over: the next sync begins with trading it for a new one."""
        with self.laptops[name].store.writing() as work:
            tokens = settings.meta_json(work.connection, "tokens")
            assert isinstance(tokens, dict)
            settings.set_meta_json(work.connection, "tokens", tokens | {"expires_at": "2026-01-01T00:00:00.000Z"})

    def deadlines(self, limits: Deadlines) -> None:
        for laptop in self.laptops.values():
            laptop.session.transport._deadlines = limits

    def _premises(self, name: str) -> Premises:
        return Premises(self.folder / name, self._keyring, deadlines=PATIENT)

    def close(self) -> None:
        for laptop in self.laptops.values():
            laptop.close()

    # --- people at work --------------------------------------------------------------------------------------------

    def act(self, name: str) -> None:
        """Let a person do something; what the desk refuses at once was never called saved."""
        with self._acting:
            action: Callable[[Day, str, Laptop], None] = self.chance.choices(list(_ACTIONS), list(_ACTIONS.values()))[0]
            try:
                action(self, name, self.laptops[name])
            except CrmdeskError as error:
                self.refused_here[f"{action.__name__}: {error.code}"] += 1

    def _token(self) -> str:
        self._number += 1
        return f"<{self.seed}.{self._number}>"

    def _say(self, name: str, record: str, row_id: str, action: str, token: str = "", field: str = "") -> None:
        if token and field != "note":  # a note keeps what was typed before
            self.said = [
                Said(one.laptop, one.record, one.row_id, one.action, one.token, one.field, False)
                if (one.laptop, one.row_id, one.field) == (name, row_id, field) and one.action == "edit"
                else one
                for one in self.said
            ]
        self.said.append(Said(name, record, row_id, action, token, field))

    def _some(self, laptop: Laptop, record: str, where: str = "1") -> Any:
        """Return a row that the laptop shows, or None."""
        with laptop.store.reading() as connection:
            query = f"SELECT id FROM row_{record} WHERE deleted = 0 AND {where} ORDER BY id"
            found = [row[0] for row in connection.execute(query)]
        return ask(laptop, lambda reads: reads.row(record, self.chance.choice(found))) if found else None

    def _territories(self, laptop: Laptop) -> list[str]:
        """Return which of the two territories the person works in, as far as the laptop knows yet."""
        return sorted(set(laptop.desk.person.territory_ids) & {self.ids["north"], self.ids["south"]})

    def _edit(self, laptop: Laptop, record: str, row: Any, reason: str = "", **changes: Any) -> None:
        do(laptop, EditRow(record, row.id, changes, row.revision, reason))

    def edit_field(self, name: str, laptop: Laptop) -> None:
        record, options = self.chance.choice([
            ("doctor", ("mobile", "email", "preferred_time")), ("institution", ("phone", "address")),
        ])  # fmt: skip
        row, token, chosen = self._some(laptop, record), self._token(), self.chance.choice(options)
        if row is not None:
            self._edit(laptop, record, row, **{chosen: token})
            self._say(name, record, row.id, "edit", token, chosen)

    def add_to_note(self, name: str, laptop: Laptop) -> None:
        row, token = self._some(laptop, "doctor"), self._token()
        if row is not None:
            parts = (row["note"] or "").split("\n\n")
            parts.insert(self.chance.randrange(len(parts) + 1), f"记录{token}。")
            self._edit(laptop, "doctor", row, note="\n\n".join(parts))
            self._say(name, "doctor", row.id, "edit", token, "note")

    def tag(self, name: str, laptop: Laptop) -> None:
        row, token = self._some(laptop, "doctor"), self._token()
        if row is not None:
            self._edit(laptop, "doctor", row, tags=[*(row["tags"] or []), token][-20:])
            self._say(name, "doctor", row.id, "edit", token, "note")  # a set keeps what was added before

    def new_doctor(self, name: str, laptop: Laptop) -> None:
        hospital, token, territories = self._some(laptop, "institution"), self._token(), self._territories(laptop)
        if hospital is not None and territories:
            values = {"name": f"新{token}", "territory_id": self.chance.choice(territories)}
            made = do(laptop, CreateDoctor(values, institution_id=hospital.id)).created_id
            self._say(name, "doctor", made, "create", token, "name")

    def new_department(self, name: str, laptop: Laptop) -> None:
        hospital, token = self._some(laptop, "institution"), self._token()
        if hospital is not None:
            values = {"institution_id": hospital.id, "name": f"科{token}"}
            made = do(laptop, CreateRow("department", values)).created_id
            self._say(name, "department", made, "create", token, "name")

    def delete_doctor(self, name: str, laptop: Laptop) -> None:
        row = self._some(laptop, "doctor", f"created_by = '{self.ids[name]}'")
        if row is not None:
            do(laptop, DeleteRow("doctor", row.id))
            self._say(name, "doctor", row.id, "delete")

    def visit(self, name: str, laptop: Laptop) -> None:
        doctor, token = self._some(laptop, "doctor"), self._token()
        if doctor is not None:
            values = {"doctor_ids": [doctor.id], "note": f"谈了{token}", "territory_id": doctor["territory_id"]}
            made = do(laptop, SaveVisit("", values)).created_id
            self._say(name, "visit", made, "create", token, "note")

    def claim(self, name: str, laptop: Laptop) -> None:
        fen, token = self.chance.randrange(1_00, 49_00), self._token()
        line = {"category": CATEGORY, "spent_on": self.today, "amount_fen": fen, "staff_count": 1}
        doctor = self._some(laptop, "doctor")
        if doctor is not None:
            line["doctor_ids"] = [doctor.id]
        territories = self._territories(laptop)
        if not territories:
            return
        values = {"title": token, "reason": "科室会", "lines": [line]}
        values["territory_id"] = self.chance.choice(territories)
        made = do(laptop, SaveClaim("", values)).created_id
        self._say(name, "claim", made, "create", token, "title")
        self.claims[made] = (name, fen)

    def change_claim(self, name: str, laptop: Laptop) -> None:
        row = self._some(laptop, "claim", f"owner_id = '{self.ids[name]}' AND coalesce(state, 'draft') = 'draft'")
        if row is not None:
            fen = self.chance.randrange(1_00, 49_00)
            lines = [dict(row["lines"][0]) | {"amount_fen": fen}]
            do(laptop, SaveClaim(row.id, {"lines": lines}))
            self.claims[row.id] = (name, fen)

    def submit(self, name: str, laptop: Laptop) -> None:
        row = self._some(laptop, "claim", f"owner_id = '{self.ids[name]}' AND coalesce(state, 'draft') = 'draft'")
        if row is not None:
            self._command(name, laptop, row, "submit")

    def decide(self, name: str, laptop: Laptop) -> None:
        row = self._some(laptop, "claim", f"owner_id <> '{self.ids[name]}' AND state = 'submitted'")
        if row is not None:
            self._command(name, laptop, row, self.chance.choice(["approve", "send_back"]))

    def _command(self, name: str, laptop: Laptop, row: Any, event: str) -> None:
        command: Command = ClaimCommand(row.id, event, shown_hash(row.values), {"comment": "看过"})
        do(laptop, command)
        self._say(name, "claim", row.id, event)

    def attach(self, name: str, laptop: Laptop) -> None:
        row = self._some(laptop, "claim", f"owner_id = '{self.ids[name]}' AND coalesce(state, 'draft') = 'draft'")
        if row is not None:
            content = b"%PDF-1.4\n" + self.chance.randbytes(self.chance.choice([300, 3_000, 300_000]))
            token = self._token()
            do(laptop, AttachFile("claim", row.id, f"{token}.pdf", content))
            self.files[token] = content

    # --- at the server ----------------------------------------------------------------------------------------------

    def reorganise(self) -> None:
        """Move a doctor to the other territory, or a person out of one and back."""
        try:
            self.database.run(self._move_doctor if self.chance.random() < 0.6 else self._move_person)
        except DBAPIError:
            return  # the database was killed at this very moment

    def _move_doctor(self, work: ServerWork) -> None:
        doctor = self.ids[self.chance.choice(["north_0", "north_1", "south_0", "south_1"])]
        row = work.get("doctor", doctor)
        assert row is not None
        target = self.ids["south" if row["territory_id"] == self.ids["north"] else "north"]
        work.update("doctor", doctor, {"territory_id": target}, SYSTEM)

    def _move_person(self, work: ServerWork) -> None:
        row = work.get("assignment", self.ids["colleague_place"])
        assert row is not None
        target = self.ids["south" if row["territory_id"] == self.ids["north"] else "north"]
        work.update("assignment", row["id"], {"territory_id": target}, SYSTEM)


_ACTIONS: dict[Any, int] = {
    Day.edit_field: 10,
    Day.add_to_note: 6,
    Day.tag: 4,
    Day.new_doctor: 4,
    Day.new_department: 2,
    Day.delete_doctor: 2,
    Day.visit: 4,
    Day.claim: 4,
    Day.change_claim: 2,
    Day.submit: 4,
    Day.decide: 2,
    Day.attach: 2,
}


def side_by_side(work: list[Callable[[], Any]]) -> list[Any]:
    """Run each on a thread of its own; the results in order, the first exception raised."""
    results: list[Any] = [None] * len(work)
    errors: list[BaseException] = []

    def run(at: int, one: Callable[[], Any]) -> None:
        try:
            results[at] = one()
        except BaseException as error:  # handed to who waits
            errors.append(error)

    threads = [threading.Thread(target=run, args=(at, one)) for at, one in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
