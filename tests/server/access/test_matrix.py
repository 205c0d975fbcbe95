"""The access matrix (promise D1): each route and each sync operation, by role and by whose the row is, as one table.

`own`: made by the person, or of the person's territory; `same`: a colleague's in the same territory; `other`: another
territory; `lately`: held until an assignment ended, within the time of grace; `former`: before that; `unknown`: no such
row. Unknown and forbidden answer alike.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from crmdesk.domain import customer_merge, targets
from crmdesk.domain.claims import Event
from crmdesk.domain.clock import to_text
from crmdesk.domain.customer_merge import BY_RECORD, KINDS, MergeKind
from crmdesk.domain.ids import new_id
from crmdesk.domain.merge import DELETED
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.protocol import frames
from crmdesk.protocol.messages import MEDIA_TYPE, SyncRequest
from crmdesk.server import admin, attachments, devices
from crmdesk.server.app import create_app
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.server.grace import GRACE_DAYS
from crmdesk.server.routes import files
from crmdesk.server.work import SYSTEM, ServerWork
from tests.server.access.call_back_rows import CALL_BACK, call_back_parts
from tests.server.access.export_cells import EXPORT_NOTE
from tests.server.access.firms import attachment_of
from tests.server.company import (
    CLOCK_START,
    PASSWORD,
    SETTINGS,
    Company,
    TestClock,
    adverse_event_of,
    export_of,
    new_row_id,
    procurement_of,
    visit_values,
)
from tests.server.founded import company_in
from tests.server.money.paperwork import OUTCOMES, call_back, command, line, new_claim

WHO = ("rep", "manager", "finance", "auditor", "admin")
PLACES = ("own", "same", "other", "lately", "former", "unknown")
OK, NO, HIDDEN, OUT = "applied", "forbidden", "unknown_row", "out_of_scope"


def _cells(rep: str, manager: str, finance: str, auditor: str, admin_: str) -> dict[str, str]:
    return dict(zip(WHO, (rep, manager, finance, auditor, admin_), strict=True))


ALL_NO = _cells(NO, NO, NO, NO, NO)
_HIDDEN = _cells(HIDDEN, HIDDEN, NO, NO, HIDDEN)
_GONE = _cells(OUT, OUT, NO, NO, OK)
_CUSTOMER_ROWS = {
    "own": _cells(OK, OK, NO, NO, OK),
    "same": _cells(OK, OK, NO, NO, OK),
    "other": _cells(HIDDEN, HIDDEN, NO, NO, OK),
    "lately": _cells(OK, OK, NO, NO, OK),
    "former": _GONE,
    "unknown": _HIDDEN,
}
# nothing is deleted or decided by somebody who has gone
_NOT_BY_GRACE = {"lately": _GONE}
_CUSTOMER_ENDS = _CUSTOMER_ROWS | _NOT_BY_GRACE
_CUSTOMER_NEW = {
    "own": _cells(OK, OK, NO, NO, OK),
    "same": _cells(OK, OK, NO, NO, OK),
    "other": _cells(OUT, OUT, NO, NO, OK),
    "lately": _cells(OK, OK, NO, NO, OK),
    "former": _cells(OUT, OUT, NO, NO, OK),
    "unknown": _cells(OUT, OUT, NO, NO, OUT),
}
_NEW_VISIT = _CUSTOMER_NEW | {
    "same": _cells("not_yours", "not_yours", NO, NO, "not_yours"),
    "other": _cells(OUT, OUT, NO, NO, "not_yours"),
}
_VISIT_ROWS = _CUSTOMER_ROWS | {
    "same": _cells("not_yours", "not_yours", NO, NO, "not_yours"),
    "other": _cells(HIDDEN, HIDDEN, NO, NO, "not_yours"),
}
_CLAIM_NEW = {
    "own": _cells(OK, OK, NO, NO, NO),
    "same": _cells("not_yours", "not_yours", NO, NO, NO),
    "other": _cells(OUT, OUT, NO, NO, NO),
    "lately": _cells(OK, OK, NO, NO, NO),
    "former": _cells(OUT, OUT, NO, NO, NO),
    "unknown": _cells(OUT, OUT, NO, NO, NO),
}
_CLAIM_ROWS = {
    "own": _cells(OK, OK, NO, NO, NO),
    "same": _cells(HIDDEN, "not_yours", NO, NO, NO),
    "other": _cells(HIDDEN, HIDDEN, NO, NO, NO),
    # the own claim stays with its author, wherever the author works by now
    "lately": _cells(OK, OK, NO, NO, NO),
    "former": _cells(OK, OK, NO, NO, NO),
    "unknown": _cells(HIDDEN, HIDDEN, NO, NO, NO),
}
_ATTACHMENT_EDIT = {
    place: {who: "locked" if cell == OK else cell for who, cell in cells.items()}
    for place, cells in _CUSTOMER_ENDS.items()
}
_MERGE_EDIT = {
    place: {who: "locked" if cell == OK else cell for who, cell in cells.items()}
    for place, cells in _VISIT_ROWS.items()
}
# whoever holds the visit may report what was heard on it; nobody takes a task away
_KEPT = {
    place: {who: "kept" if cell == OK else cell for who, cell in cells.items()}
    for place, cells in _CUSTOMER_ENDS.items()
}
_ALL_NO = dict.fromkeys(PLACES, ALL_NO)
_NO_CONFLICT = dict.fromkeys(PLACES, _cells("field_not_allowed", "field_not_allowed", NO, NO, "field_not_allowed"))


def _without(places: dict[str, dict[str, str]], who: str) -> dict[str, dict[str, str]]:
    """Return rows of the table in which one role may not write at all."""
    return {place: cells | {who: NO} for place, cells in places.items()}


_SERVERS = dict.fromkeys(("create", "edit", "delete", "command"), _ALL_NO)
_CUSTOMER = {"create": _CUSTOMER_NEW, "edit": _CUSTOMER_ROWS, "delete": _CUSTOMER_ENDS, "command": _ALL_NO}
OPERATIONS: dict[str, dict[str, dict[str, dict[str, str]]]] = {
    **dict.fromkeys(("territory", "user", "assignment", "product", "custom_field", "company_rule"), _SERVERS),
    **dict.fromkeys(("company_calendar", "budget", "audit_entry"), _SERVERS),
    "institution": _CUSTOMER,
    "department": _CUSTOMER,
    "doctor": _CUSTOMER,
    "affiliation": _CUSTOMER,
    "visit": {"create": _NEW_VISIT, "edit": _VISIT_ROWS, "delete": _VISIT_ROWS | _NOT_BY_GRACE, "command": _ALL_NO},
    "cycle_plan": {
        "create": _without(_CUSTOMER_NEW, "rep"),
        "edit": _without(_CUSTOMER_ROWS, "rep"),
        "delete": _without(_CUSTOMER_ENDS, "rep"),
        "command": _ALL_NO,
    },
    "plan_target": {
        "create": _without(_NEW_VISIT, "admin"),
        "edit": _without(_VISIT_ROWS, "admin"),
        "delete": _without(_VISIT_ROWS | _NOT_BY_GRACE, "admin"),
    },
    "day_off": {"create": _NEW_VISIT, "edit": _VISIT_ROWS, "delete": _VISIT_ROWS | _NOT_BY_GRACE, "command": _ALL_NO},
    "adverse_event": {"create": _NEW_VISIT, "edit": _CUSTOMER_ENDS, "delete": _KEPT, "command": _ALL_NO},
    "claim": {"create": _CLAIM_NEW, "edit": _CLAIM_ROWS, "delete": _CLAIM_ROWS},
    "call_back": CALL_BACK,
    "attachment": {
        "create": _CUSTOMER_NEW,
        "edit": _ATTACHMENT_EDIT,
        "delete": _CUSTOMER_ENDS,
        "command": _ALL_NO,
    },
    **{one: {"create": _NEW_VISIT, "edit": _MERGE_EDIT, "delete": _VISIT_ROWS | _NOT_BY_GRACE} for one in BY_RECORD},
    "procurement": _SERVERS,
    "export_note": EXPORT_NOTE,
    "conflict": {"create": _NO_CONFLICT, "edit": _CUSTOMER_ENDS, "delete": _ALL_NO, "command": _CUSTOMER_ENDS},
}
"""Record -> kind -> whose row -> role -> answer. Commands on claims, targets and merges have their own tables."""
BY_COMMAND = frozenset({"claim", "plan_target", *BY_RECORD})

_NOT = "not_yours"
_SEEN = {"rep": "own_claim", "colleague": HIDDEN, "manager": OK, "finance": _NOT, "auditor": _NOT, "admin": HIDDEN}
_SEEN |= {"other": HIDDEN, "former": HIDDEN}
COMMANDS: dict[Event, dict[str, str]] = {
    Event.SUBMIT: _SEEN | {"rep": OK, "manager": _NOT},
    Event.RECALL: _SEEN | {"rep": OK, "manager": _NOT},
    Event.APPROVE: _SEEN,
    Event.SEND_BACK: _SEEN,
    Event.REJECT: _SEEN,
    Event.CALL_BACK_CONFIRMED: _SEEN,
    Event.CALL_BACK_DISPUTED: _SEEN,
    Event.SETTLE: _SEEN | {"manager": _NOT, "finance": OK, "auditor": OK},
    Event.PAY: _SEEN | {"manager": _NOT, "finance": OK},
}
"""Command -> who -> answer, on a claim of the representative that stands where the command applies."""
_BEFORE: dict[Event, tuple[tuple[str, str], ...]] = {
    Event.SUBMIT: (),
    Event.RECALL: (("rep", "submit"),),
    Event.APPROVE: (("rep", "submit"),),
    Event.SEND_BACK: (("rep", "submit"),),
    Event.REJECT: (("rep", "submit"),),
    Event.CALL_BACK_CONFIRMED: (("rep", "submit"), ("manager", "approve")),
    Event.CALL_BACK_DISPUTED: (("rep", "submit"), ("manager", "approve")),
    Event.SETTLE: (("rep", "submit"), ("manager", "approve"), ("manager", "call_back_disputed")),
    Event.PAY: (("rep", "submit"), ("manager", "approve"), ("manager", "call_back_confirmed")),
}


_ANSWERED = {"rep": "own_proposal", "colleague": _NOT, "manager": OK, "finance": HIDDEN, "auditor": _NOT}
_ANSWERED |= {"admin": _NOT, "other": HIDDEN, "former": HIDDEN}
TARGET_COMMANDS: dict[targets.Event, dict[str, str]] = {
    targets.Event.ACCEPT: _ANSWERED,
    targets.Event.DECLINE: _ANSWERED,
    targets.Event.WITHDRAW: _ANSWERED | {"rep": OK, "manager": _NOT},
}
"""Command -> who -> answer, on a proposal of the representative that waits."""


class _Ground:
    """The company, with rows of each record for each place of the table; every cell works on fresh rows."""

    def __init__(self, company: Company) -> None:
        self.company = company

        self.while_held = to_text(company.clock())
        for name in ("east", "west"):
            self._add(name)
        company.insert("user", {"login": "former", "name": "x", "role": "manager", "active": True}, "former")
        company.database.run(lambda work: admin.assign(work, "former", "华北"))
        self._let_end("west", "rep", "manager")
        company.clock.move((GRACE_DAYS + 1) * 86_400)
        self._let_end("east", "rep", "manager")
        self._let_end("华北", "former")
        company.clock.move(86_400)
        self._new: list[tuple[str, str, dict[str, Any]]] = []

    def _add(self, name: str) -> None:
        company = self.company
        company.ids[name] = company.database.run(lambda work: admin.add_territory(work, name, "territory"))["id"]
        for who in ("rep", "manager"):
            company.database.run(lambda work, who=who: admin.assign(work, who, name))

    def _let_end(self, territory: str, *people: str) -> None:
        for who in people:
            self.company.database.run(lambda work, who=who: admin.end_assignment(work, who, territory))

    def territory(self, place: str) -> str:
        names = {"own": "north", "same": "north", "other": "south", "lately": "east", "former": "west"}
        return self.company[names[place]] if place in names else new_id()

    def owner(self, place: str, who: str) -> str:
        """The colleague of the representative for whom the row is somebody else's."""
        return self.company[{"same": "colleague", "other": "other"}.get(place, who)]

    def make(self, record: str, place: str, who: str) -> str:
        """Return the id of a row that the server is to make (`settle`); a mere id for `unknown`."""
        row_id = new_id()
        if place != "unknown":
            state = {"state": "draft"} if record == "claim" else {}
            self._new.append((record, row_id, self.values(record, place, who) | state))
        return row_id

    def settle(self) -> None:
        """Make the rows asked for, all at once."""
        waiting, self._new = self._new, []

        def insert(work: ServerWork) -> None:
            for record, row_id, values in waiting:
                work.insert(record, row_id, values, SYSTEM, at=self.while_held)

        self.company.database.run(insert)

    def values(self, record: str, place: str, who: str) -> dict[str, Any]:
        """Return the fields of a sound new row of that place."""
        company, territory = self.company, self.territory(place)
        here = {"territory_id": territory}
        if record == "adverse_event":
            return adverse_event_of(self.make("visit", place, who))
        if record == "visit":
            empty: dict[str, Any] = {"doctor_ids": [], "institution_id": None}
            return visit_values(company, "rep", **empty, **here) | {"owner_id": self.owner(place, who)}
        if record == "claim":
            values = here | {"owner_id": self.owner(place, who), "title": "x", "reason": "y", "currency": "CNY"}
            return values | {"lines": [line(company) | {"doctor_ids": []}]}
        if record == "cycle_plan":
            return here | {"name": "x", "starts_on": "2026-10-01", "ends_on": "2026-12-31"}
        if record == "export_note":
            return export_of(self.owner(place, who))
        if record == "day_off":
            values = here | {"owner_id": self.owner(place, who), "starts_on": "2026-10-01", "ends_on": "2026-10-02"}
            return values | {"part": "whole", "kind": "leave"}
        simple: dict[str, dict[str, Any]] = {
            "territory": {"name": new_id(), "kind": "territory"},
            "user": {"login": new_id(), "name": "x", "role": "rep"},
            "assignment": {"user_id": company["admin"], "valid_from": "2026-01-01", **here},
            "product": {"name": "x"},
            "custom_field": {"for_record": "doctor", "key": "x", "name": "x", "kind": "text"},
            "company_rule": {"name": "backdating_days", "value": 14},
            "company_calendar": {"year": 2027, "days": []},
            "budget": {**here, "period": "2027Q1", "category": "meal", "rule": "stop", "planned_fen": 1},
            "institution": {"name": "x", **here},
            "doctor": {"name": "x", **here},
            "audit_entry": {"at": "2026-11-22T02:00:00.000Z", "action": "x"},
        }
        return simple[record] if record in simple else self._dependent(record, place, who)

    def _dependent(self, record: str, place: str, who: str) -> dict[str, Any]:
        doctor, hospital = self.make("doctor", place, who), self.make("institution", place, who)
        if record == "call_back":
            parts = call_back_parts(self.territory(place), self.owner(place, who), doctor, company=self.company)
            self._new.append(parts.visit)
            return parts.values
        if record == "plan_target":
            cycle = self.make("cycle_plan", place, who)
            values = {"territory_id": self.territory(place), "owner_id": self.owner(place, who), "wanted": 4}
            return values | {"cycle_plan_id": cycle, "doctor_id": doctor}
        if record == "procurement":
            return procurement_of(hospital)
        if record == "department":
            return {"institution_id": hospital, "name": "x"}
        if record == "affiliation":
            return {"doctor_id": doctor, "institution_id": hospital}
        if record == "attachment":
            return attachment_of("doctor", doctor, "0" * 64)
        if record in BY_RECORD:
            kept = {"doctor_id": doctor} if record == "doctor_merge" else {"institution_id": hospital}
            pair = kept | {"other_id": self.make(BY_RECORD[record].of.name, place, who)}
            return {"territory_id": self.territory(place), "owner_id": self.owner(place, who), **pair}
        kept = {"field": DELETED, "loser_value": {"changes": {"note": [None, "x"]}}}
        return {"parent_record": "doctor", "parent_id": doctor, "state": "open"} | kept


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Ground]:
    """One company for the whole table."""
    with company_in(tmp_path_factory.mktemp("matrix"), TestClock(CLOCK_START)) as company:
        yield _Ground(company)


_EDITED: dict[str, tuple[str, Any, Any]] = {
    "visit": ("next_step", None, "x"),
    "claim": ("attendees", None, "x"),
    "attachment": ("file_name", "a", "b"),
}
_EDITED |= {"adverse_event": ("heard", None, "x"), "call_back": ("note", None, "x")}
_EDITED |= {"conflict": ("state", "open", "resolved"), "affiliation": ("duty", None, "x"), "user": ("name", "x", "y")}
_EDITED |= {"plan_target": ("grounds", None, "x"), "day_off": ("note", None, "x")}
_EDITED |= {"export_note": ("file_name", "x.xlsx", "y.xlsx"), "procurement": ("source", "x", "y")}
_EDITED |= {"assignment": ("valid_to", None, "2027-01-01"), "budget": ("planned_fen", 1, 2)}
_EDITED |= dict.fromkeys(BY_RECORD, ("note", None, "x"))
_EDITED |= {"audit_entry": ("action", "x", "y")}


def test_every_record_and_role_has_its_rows() -> None:
    assert set(OPERATIONS) == set(RECORDS)
    assert set(WHO) == set(Role)
    assert set(COMMANDS) == set(_BEFORE) == set(Event)
    assert set(TARGET_COMMANDS) == set(targets.Event)
    for record, kinds in OPERATIONS.items():
        assert set(kinds) == {"create", "edit", "delete", "command"} - ({"command"} if record in BY_COMMAND else set())
        for places in kinds.values():
            assert set(places) == set(PLACES)
            assert all(set(cells) == set(WHO) for cells in places.values())


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("record", list(RECORDS))
def test_operations(ground: _Ground, record: str, who: str) -> None:
    company, laptop = ground.company, ground.company.laptop(who)
    operations, expected = [], []
    for kind, places in OPERATIONS[record].items():
        for place, cells in places.items():
            if kind == "create":
                values = ground.values(record, place, who)
                operations.append(laptop.create(record, values, new_row_id(record, values)))
            elif kind == "edit":
                name, old, new = _EDITED.get(record, ("name", "x", "y"))
                operations.append(laptop.edit(record, ground.make(record, place, who), 1, **{name: (old, new)}))
            else:
                row_id = ground.make(record, place, who)
                name = "restore" if record == "conflict" else "approve"
                operations.append(laptop.operation(record, row_id, kind, base_revision=1, command=name))
            expected.append((kind, place, cells[who]))
    ground.settle()
    answers = laptop.tell(*operations)
    found = [
        (kind, place, answer.code or answer.outcome) for (kind, place, _), answer in zip(expected, answers, strict=True)
    ]
    assert found == expected
    for answer, operation, (_, place, _) in zip(answers, operations, expected, strict=True):
        declared = {"id", "revision", "deleted", "created_at", "created_by", "updated_at", "updated_by"}
        declared |= set(RECORDS[record].field_names)
        assert answer.row is None or set(answer.row) == declared
        told = place != "lately" or record in ("claim", "call_back", "export_note") or who == "admin"
        assert (answer.row is not None) == (answer.outcome != "refused" and told), operation
    assert company.row("user", company["rep"])["role"] == "rep"


@pytest.mark.parametrize("event", list(Event))
def test_commands(ground: _Ground, event: Event) -> None:
    company = ground.company
    for who, expected in COMMANDS[event].items():
        # above the limit of the sample, so that every state can be reached
        claim_id = new_claim(company, [line(company, 3_500_00)])
        for person, earlier in _BEFORE[event]:
            command(company, person, claim_id, earlier, comment="x")
        seen = company.row("claim", claim_id)["content_hash"]
        args = {"seen_hash": seen, "comment": "x", "reason_code": "other", "outcome": "payable"}
        if event.value in OUTCOMES:
            args["call_back_id"] = call_back(company, claim_id, who, OUTCOMES[event.value])
        laptop = company.laptop(who)
        answer = laptop.tell(laptop.operation("claim", claim_id, "command", command=event.value, args=args))[0]
        assert (who, answer.code or answer.outcome) == (who, expected)
        unknown = laptop.operation("claim", new_id(), "command", command=event.value, args=args)
        assert [one.code for one in laptop.tell(unknown)] == [HIDDEN]


@pytest.mark.parametrize("event", list(targets.Event))
def test_commands_on_targets(ground: _Ground, event: targets.Event) -> None:
    company = ground.company
    cycle = company.insert("cycle_plan", ground.values("cycle_plan", "own", "rep"))
    for who, expected in TARGET_COMMANDS[event].items():
        values = {"territory_id": company["north"], "owner_id": company["rep"], "cycle_plan_id": cycle, "wanted": 6}
        rep, laptop = company.laptop("rep"), company.laptop("other" if who == "former" else who)
        made = rep.create("plan_target", values | {"doctor_id": company["north_doctor"]})
        assert [one.outcome for one in rep.tell(made)] == [OK]
        args = {"seen_hash": company.row("plan_target", made.row_id)["content_hash"], "comment": "x"}
        answer = laptop.tell(laptop.operation("plan_target", made.row_id, "command", command=event.value, args=args))[0]
        assert (who, answer.code or answer.outcome) == (who, expected)
        unknown = laptop.operation("plan_target", new_id(), "command", command=event.value, args=args)
        assert [one.code for one in laptop.tell(unknown)] == [HIDDEN]


_REVIEWS = {
    "own": _cells(NO, OK, NO, NO, OK),
    "same": _cells(NO, OK, NO, NO, OK),
    "other": _cells(NO, HIDDEN, NO, NO, OK),
    "former": _cells(NO, HIDDEN, NO, NO, OK),
    "unknown": _cells(NO, HIDDEN, NO, NO, HIDDEN),
}
MERGES: dict[customer_merge.Event, dict[str, dict[str, str]]] = dict.fromkeys(customer_merge.Event, _REVIEWS)
"""Command on a merge of customers -> whose row -> role -> answer."""


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("event", list(MERGES))
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_commands_on_merges(ground: _Ground, kind: MergeKind, event: customer_merge.Event, who: str) -> None:
    company, laptop, merge = ground.company, ground.company.laptop(who), kind.record.name
    for place, cells in MERGES[event].items():
        row_id = ground.make(merge, place, who)
        ground.settle()
        args: dict[str, Any] = {}
        if place != "unknown":
            row = company.row(merge, row_id)
            pair = (company.row(kind.of.name, row[name]) for name in (kind.kept_field, "other_id"))
            args = {"seen_hash": kind.pair_hash(*pair), "take": []}
            if event is customer_merge.Event.RESTORE:
                company.edit(merge, row_id, {"state": "done", "moved": {}})
        (answer,) = laptop.tell(laptop.operation(merge, row_id, "command", command=event.value, args=args))
        assert (place, answer.code or answer.outcome) == (place, cells[who])


# --- routes ---------------------------------------------------------------------------------------------------------

CALLERS = ("nobody", "rep", "manager", "finance", "auditor", "admin", "revoked", "disabled", "signed_out")
_OPEN = dict.fromkeys(CALLERS, 200)
_SIGNED = dict.fromkeys(CALLERS, 200) | dict.fromkeys(("nobody", "revoked", "disabled", "signed_out"), 401)
ROUTES: dict[tuple[str, str], dict[str, dict[str, int]]] = {
    ("GET", "/health"): {"": _OPEN},
    ("GET", "/schema/openapi.json"): {"": _OPEN},
    ("POST", "/auth/sign-in"): {"": dict.fromkeys(CALLERS, 401)},
    ("POST", "/auth/refresh"): {"": dict.fromkeys(CALLERS, 401)},
    ("POST", "/sync"): {"": _SIGNED},
    ("GET", "/attachments/{sha256}"): {
        "own": _SIGNED | {"finance": 404},
        "claim": _SIGNED | {"admin": 404},
        "other": _SIGNED | dict.fromkeys(("rep", "manager", "finance"), 404),
        "lately": _SIGNED | dict.fromkeys(("rep", "manager", "finance"), 404),
        "unknown": _SIGNED | dict.fromkeys(WHO, 404),
    },
    # signing out twice, or with a token that never was, is no failure: whoever asks is out
    ("POST", "/auth/sign-out"): {"": dict.fromkeys(CALLERS, 204) | {"nobody": 401}},
}
ROUTES["GET", "/attachments/{sha256}/state"] = ROUTES["GET", "/attachments/{sha256}"]
ROUTES["PUT", "/attachments/{sha256}"] = ROUTES["GET", "/attachments/{sha256}"]
ROUTES["POST", "/attachments/{sha256}/proof"] = ROUTES["GET", "/attachments/{sha256}"]
"""Route -> whose bytes -> caller -> status."""
_OF_THE_FRAMEWORK = "/schema"


@pytest.fixture
def calling(ground: _Ground) -> Iterator[tuple[TestClient[Any], dict[str, str]]]:
    """The application, and an access token of each caller."""
    company = ground.company
    with TestClient(create_app(company.database, SETTINGS)) as client:

        def token_of(login: str, device_id: str) -> str:
            body = {"login": login, "password": PASSWORD, "device_id": device_id}
            return str(client.post("/auth/sign-in", json=body).json()["access_token"])

        ground.company.ids |= {f"device of {who}": new_id() for who in CALLERS}
        tokens = {who: token_of(who, company[f"device of {who}"]) for who in WHO}
        tokens["revoked"] = token_of("rep", company["device of revoked"])
        company.database.run(lambda work: devices.revoke(work, company["device of revoked"], SYSTEM))
        tokens["signed_out"] = token_of("rep", company["device of signed_out"])
        client.post("/auth/sign-out", headers={"Authorization": f"Bearer {tokens['signed_out']}"})
        tokens["disabled"] = token_of("colleague", company["device of disabled"])
        company.database.run(lambda work: admin.disable_user(work, "colleague"))
        yield client, tokens
    company.edit("user", company["colleague"], {"active": True})


def test_every_route_has_its_rows(ground: _Ground) -> None:
    found: set[tuple[str, str]] = set()
    for route in create_app(ground.company.database, SETTINGS).routes:
        if isinstance(route, HTTPRoute) and not route.path.startswith(_OF_THE_FRAMEWORK):
            path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
            found |= {(str(method), path) for method in route.methods if method not in ("OPTIONS", "HEAD")}
    assert found | {("GET", "/schema/openapi.json")} == set(ROUTES)
    for places in ROUTES.values():
        assert all(set(cells) == set(CALLERS) for cells in places.values())


def _bytes_of(ground: _Ground, place: str) -> bytes:
    """Return the bytes of that place; a row of the server's own opens them to whoever may see its parent."""
    company, content = ground.company, f"bytes of {place}".encode()
    folder: AttachmentFolder = files.folder_of(company.database, SETTINGS)
    if place == "unknown":
        return content
    parents = {"own": ("doctor", company["north_doctor"]), "other": ("doctor", company["south_doctor"])}
    if place == "lately":
        values = {"name": "x", "territory_id": company["east"]}
        doctor_id = new_id()
        company.database.run(lambda work: work.insert("doctor", doctor_id, values, SYSTEM, at=ground.while_held))
        parents[place] = ("doctor", doctor_id)
    if place == "claim":
        parents[place] = ("claim", new_claim(company, [line(company)]))
    company.insert("attachment", attachment_of(*parents[place], folder.put(content)))
    return content


@pytest.mark.parametrize("route", list(ROUTES), ids=" ".join)
def test_routes(ground: _Ground, calling: tuple[TestClient[Any], dict[str, str]], route: tuple[str, str]) -> None:
    client, tokens = calling
    method, path = route
    for place, cells in ROUTES[route].items():
        content = _bytes_of(ground, place) if "{sha256}" in path else b""
        for who, expected in cells.items():
            headers = {"Authorization": f"Bearer {tokens[who]}"} if who in tokens else {}
            answer = client.request(
                method,
                path.replace("{sha256}", hashlib.sha256(content).hexdigest()),
                headers=headers | ({"Content-Type": MEDIA_TYPE} if path == "/sync" else {}),
                **_body(ground, path, method, who, content),
            )
            assert (place, who, answer.status_code) == (place, who, expected), answer.text
            if expected >= 400:
                assert set(answer.json()) <= {"code", "message", "params"}


def _body(ground: _Ground, path: str, method: str, who: str, content: bytes) -> dict[str, Any]:
    device_id = ground.company[f"device of {who}"]
    if path == "/sync":
        return {"content": frames.encode(SyncRequest(1, 1, device_id, pull=False))}
    if path == "/auth/sign-in":
        return {"json": {"login": f"nobody called {who}", "password": "x" * 12, "device_id": device_id}}
    if path == "/auth/refresh":
        return {"json": {"refresh_token": "never given", "device_id": device_id}}
    if path.endswith("/proof"):
        return {"json": {"proof": _proof(ground, who, content)}}
    return {"content": content, "params": {"offset": 0, "size": len(content)}} if method == "PUT" else {}


def _proof(ground: _Ground, who: str, content: bytes) -> str:
    """Return what a caller who holds the bytes answers to the challenge."""
    database = ground.company.database
    database.run(attachments.make_proof_key)
    person = ground.company.ids.get(who, "")
    with database.reading() as connection:
        key = attachments.challenge_of(connection, person, hashlib.sha256(content).hexdigest())
    return hmac.new(key, content, "sha256").hexdigest()


def test_forbidden_bytes_answer_as_unknown_ones(
    ground: _Ground, calling: tuple[TestClient[Any], dict[str, str]]
) -> None:
    client, _ = calling
    headers = {"Authorization": f"Bearer {client.post('/auth/sign-in', json=_again(ground)).json()['access_token']}"}
    digests = [hashlib.sha256(_bytes_of(ground, place)).hexdigest() for place in ("other", "unknown")]
    for tail in ("", "/state", "/state?size=9"):
        told = [client.get(f"/attachments/{digest}{tail}", headers=headers) for digest in digests]
        plain = [answer.text.replace(digest, "") for answer, digest in zip(told, digests, strict=True)]
        assert plain[0] == plain[1]
        assert told[0].status_code == told[1].status_code == 404
    for place, digest in zip(("other", "unknown"), digests, strict=True):
        proof = {"proof": _proof(ground, "rep", _bytes_of(ground, place))}
        answer = client.post(f"/attachments/{digest}/proof", headers=headers, json=proof)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def _again(ground: _Ground) -> dict[str, str]:
    return {"login": "rep", "password": PASSWORD, "device_id": new_id()}
