"""What the server's tables say, read and judged apart from the server's code: rows, who may hold which, sums."""

import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmdesk.domain.clock import local_date
from crmdesk.domain.fields import Kind
from crmdesk.domain.records import RECORDS, wire_columns
from tests.simulation.seeded import Time

Key = tuple[str, str]
Values = dict[str, Any]
_COMPANY = ("territory", "user", "assignment", "product", "custom_field")
_OF_A_TERRITORY = ("visit", "cycle_plan", "plan_target", "day_off", "doctor_merge", "institution_merge")
_NOBODY: frozenset[str] = frozenset()


def decoded(record: str, values: Values) -> Values:
    """Return stored values as Python values, JSON read and booleans as such."""
    declared = RECORDS[record].by_name
    for name, value in values.items():
        if value is None:
            continue
        field_ = declared.get(name)
        if name == "deleted" or (field_ is not None and field_.kind is Kind.BOOLEAN):
            values[name] = bool(value)
        elif field_ is not None and field_.is_json:
            values[name] = json.loads(value)
    return values


@dataclass
class Truth:
    """All rows of the server at one moment."""

    rows: dict[Key, Values] = field(default_factory=dict)
    at: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    reached: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    today: str = ""

    def of(self, record: str) -> dict[str, Values]:
        """Return the rows of a record by id, deleted ones too."""
        return {key[1]: row for key, row in self.rows.items() if key[0] == record}

    # who may hold what -----------------------------------------------------------------------------------------------

    def subscription(self, user_id: str) -> frozenset[str]:
        """Return the scopes that a person may hold today, from assignments and role."""
        user = self.rows.get(("user", user_id))
        if user is None or user["deleted"] or user["active"] is False:
            return _NOBODY
        mine = {
            one["territory_id"] for one in self.of("assignment").values()
            if one["user_id"] == user_id and not one["deleted"]
            and one["valid_from"] <= self.today <= (one["valid_to"] or "9999")
        }  # fmt: skip
        tree = {one: row["parent_id"] for one, row in self.of("territory").items() if not row["deleted"]}
        held = {one for one in tree if mine & _above(one, tree)}
        kinds = "tb" if user["role"] == "rep" else "tbm"
        return frozenset({"c", f"p:{user_id}"} | {f"{kind}:{one}" for one in held for kind in kinds})

    def scopes(self, record: str, row: Values) -> frozenset[str]:
        """Return the scopes of a row."""
        if record in _COMPANY:
            return frozenset({"c"})
        if record in ("doctor", "institution"):
            return frozenset(f"t:{one}" for one in self.reached[record, row["id"]])
        if record == "department":
            return self._of_key(("institution", row["institution_id"]))
        if record == "affiliation":
            ends = ("doctor", row["doctor_id"]), ("institution", row["institution_id"])
            return self._of_key(ends[0]) & self._of_key(ends[1])
        if record in _OF_A_TERRITORY:
            return frozenset({f"t:{row['territory_id']}"})
        if record in ("claim", "call_back"):
            return frozenset({f"m:{row['territory_id']}", f"p:{row['owner_id']}"})
        if record == "budget":
            return frozenset({f"b:{row['territory_id']}"})
        return self._of_parent((str(row["parent_record"]), row["parent_id"]))

    def _of_key(self, key: Key) -> frozenset[str]:
        row = self.rows.get(key)
        return _NOBODY if row is None else self.scopes(key[0], row)

    def _of_parent(self, key: Key) -> frozenset[str]:
        row = self.rows.get(key)
        if row is None or "parent_record" not in row:
            return self._of_key(key)
        return self._of_key((str(row["parent_record"]), row["parent_id"]))

    def holds(self, user_id: str) -> dict[Key, frozenset[str]]:
        """Return every row that a person should hold, with the scopes through which."""
        subscribed = self.subscription(user_id)
        found = {}
        for key, row in self.rows.items():
            through = _NOBODY if row["deleted"] else self.scopes(key[0], row) & subscribed
            if through:
                found[key] = through
        return found

    # money -----------------------------------------------------------------------------------------------------------

    def sums(self) -> dict[tuple[str, str, str], tuple[int, int, int]]:
        """Return (reserved, committed, spent) fen by (territory, period, category), added up from the claims."""
        found: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        places = {"submitted": 0, "to_call_back": 1, "disputed": 1, "payable": 1, "paid": 2}
        for claim in self.of("claim").values():
            place = places.get(str(claim["state"]))
            if place is None or claim["deleted"]:
                continue
            lines = claim["lines"]
            amounts = lines if place == 0 else claim["approved_lines"]
            for line, amount in zip(lines, amounts, strict=True):
                quarter = (int(line["spent_on"][5:7]) + 2) // 3
                key = (claim["territory_id"], f"{line['spent_on'][:4]}Q{quarter}", line["category"])
                found[key][place] += amount["amount_fen"]
        return {key: (some[0], some[1], some[2]) for key, some in found.items()}


def _above(territory: str, tree: dict[str, str | None]) -> set[str]:
    found: set[str] = set()
    one: str | None = territory
    while one and one not in found:
        found.add(one)
        one = tree.get(one)
    return found


def read(path: Path, time: Time, records: tuple[str, ...] = tuple(RECORDS)) -> Truth:
    """Read the server's rows of some records from its file."""
    truth = Truth(today=local_date(time.server()).isoformat())
    with closing(sqlite3.connect(path)) as connection:
        for record in records:
            columns = wire_columns(RECORDS[record])
            names = ", ".join(f'"{name}"' for name in columns)
            for stored in connection.execute(f'SELECT {names} FROM "{table_of(record)}"'):
                values = decoded(record, dict(zip(columns, stored, strict=True)))
                truth.rows[record, values["id"]] = values
    _reach(truth)
    return truth


_PLACED = {
    "doctor": ("id", "territory_id", "deleted"),
    "institution": ("id", "territory_id", "deleted"),
    "affiliation": ("id", "doctor_id", "institution_id", "deleted"),
    "department": ("id", "institution_id"),
    **{record: ("id", "territory_id") for record in _OF_A_TERRITORY},
    "claim": ("id", "territory_id", "owner_id"),
    "call_back": ("id", "territory_id", "owner_id"),
    "adverse_event": ("id", "parent_record", "parent_id"),
    "conflict": ("id", "parent_record", "parent_id"),
    "attachment": ("id", "parent_record", "parent_id"),
}


class Onlooker:
    """Reads where the rows are, again only after the server's file has changed."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._version = -1
        self._known = Truth()

    def places(self) -> Truth:
        """Return of each row that others follow what its scopes hang on; the same object while nothing has changed."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return self._known
        self._version, self._known = version, Truth()
        for record, columns in _PLACED.items():
            for stored in self._connection.execute(f'SELECT {", ".join(columns)} FROM "{table_of(record)}"'):
                self._known.rows[record, stored[0]] = dict(zip(columns, stored, strict=True))
        _reach(self._known)
        return self._known

    def close(self) -> None:
        self._connection.close()


def table_of(record: str) -> str:
    """Return the name of the server's table of a record."""
    from crmdesk.server.tables import ROWS

    return ROWS[record].name


def _reach(truth: Truth) -> None:
    """Work out which territories each customer belongs to: its own and those at the other end of affiliations."""
    own = {key: row["territory_id"] for key, row in truth.rows.items() if key[0] in ("doctor", "institution")}
    for key, territory in own.items():
        truth.reached[key].add(territory)
    for row in truth.of("affiliation").values():
        ends = ("doctor", row["doctor_id"]), ("institution", row["institution_id"])
        if not row["deleted"] and ends[0] in own and ends[1] in own:
            truth.reached[ends[0]].add(own[ends[1]])
            truth.reached[ends[1]].add(own[ends[0]])


def history(path: Path) -> list[dict[str, Any]]:
    """Return the audit trail, oldest first."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT content FROM audit_chain ORDER BY seq").fetchall()
    return [json.loads(row[0]) for row in found]


def known_operations(path: Path, op_ids: list[str]) -> dict[str, bytes]:
    """Return the stored answers of those operations that the server knows."""
    with closing(sqlite3.connect(path)) as connection:
        marks = ", ".join("?" * len(op_ids))
        found = connection.execute(f"SELECT op_id, answer FROM operation_log WHERE op_id IN ({marks})", op_ids)
        return dict(found.fetchall())
