"""Rows of every record, fresh for each test, and three values for every field that a laptop may write."""

from dataclasses import dataclass, field
from typing import Any

from crmdesk.domain import access, picklists
from crmdesk.domain.adverse_events import task_id
from crmdesk.domain.customer_merge import BY_RECORD
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.server.work import SYSTEM
from tests.server.company import Company, adverse_event_of, export_of, new_row_id, procurement_of, visit_values

SINGLE_CHOICE = frozenset({"territory_id", "owner_id", "currency"})
"""Fields for which a representative has one possible value only."""
OF_THE_SERVER = tuple(name for name, record in RECORDS.items() if not record.writers)
PLANNED = frozenset({"cycle_plan", "plan_target", "day_off"})
SHA256 = "0123456789abcdef" * 4


@dataclass
class Material:
    """Makes rows of a company; `refs` are three rows of each record that fields may point at."""

    company: Company
    refs: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for record in ("doctor", "institution", "department", "visit", "cycle_plan"):
            self.refs[record] = [self.server_row(record) for _ in range(3)]
        for record in ("doctor", "institution", "visit"):
            self.company.insert("custom_field", {**self.values("custom_field"), "for_record": record, "key": "hobby"})
        self.refs["user"] = [self.company[name] for name in ("rep", "colleague", "manager")]
        self.refs["product"] = [self.company["product"], *(self.server_row("product") for _ in range(2))]

    def values(self, record: str) -> dict[str, Any]:
        """Return the values of a new row, its parents fresh where others could move it."""
        company = self.company
        place = {"territory_id": company["north"]}
        made: dict[str, dict[str, Any]] = {
            "territory": {"name": "新区", "kind": "territory"},
            "user": {"login": new_id(), "name": "新人", "role": "rep", "active": True},
            "product": {"name": "新药"},
            "custom_field": {"for_record": "doctor", "key": "other", "name": "爱好", "kind": "text"},
            "company_rule": {"name": "backdating_days", "value": 14},
            "company_calendar": {
                "year": 2027,
                "days": [{"day": "2027-02-06", "name": "spring_festival", "worked": False}],
            },
            "institution": {"name": "新医院", **place},
            "doctor": {"name": "新医生", **place},
            "export_note": export_of(company["rep"]),
            "budget": {**place, "period": "2026Q4", "category": "meal", "rule": "warn"},
            "claim": {**place, "owner_id": company["rep"], "title": "车费", "reason": "会议", "currency": "CNY"},
        }
        if record in made:
            return made[record]
        return self._planned(record) if record in PLANNED else self._children(record)

    def _planned(self, record: str) -> dict[str, Any]:
        company = self.company
        place = {"territory_id": company["north"]}
        dates = {"starts_on": "2026-10-01", "ends_on": "2026-12-31"}
        if record == "cycle_plan":
            return {**place, **dates, "name": "第四季度"}
        mine = {**place, "owner_id": company["rep"]}
        if record == "day_off":
            return {**mine, **dates, "part": "whole", "kind": "leave"}
        return {**mine, "cycle_plan_id": self.refs["cycle_plan"][0], "doctor_id": self.refs["doctor"][0], "wanted": 4}

    def _children(self, record: str) -> dict[str, Any]:
        company = self.company
        if record == "assignment":
            return {"user_id": self.server_row("user"), "territory_id": company["south"], "valid_from": "2026-01-01"}
        if record == "department":
            return {"institution_id": self.server_row("institution"), "name": "新科室"}
        if record == "affiliation":
            return {"doctor_id": self.server_row("doctor"), "institution_id": self.server_row("institution")}
        if record == "visit":
            return visit_values(company, state="planned", note="")
        if record in BY_RECORD:
            of = BY_RECORD[record].of.name
            pair = {f"{of}_id": self.server_row(of), "other_id": self.server_row(of)}
            return {"territory_id": company["north"], "owner_id": company["rep"], **pair}
        if record == "adverse_event":
            return adverse_event_of(self.server_row("visit"))
        own = {"call_back": self._call_back, "procurement": lambda: procurement_of(self.server_row("institution"))}
        return own[record]() if record in own else self._belonging(record)

    def _call_back(self) -> dict[str, Any]:
        company, doctor = self.company, self.server_row("doctor", consent=["phone", "wechat"])
        began = {"state": "submitted", "starts_at": "2026-10-01T01:00:00.000Z", "doctor_ids": [doctor]}
        about = {"visit_id": self.server_row("visit", **began), "doctor_id": doctor, "owner_id": company["manager"]}
        called = {"called_at": "2026-10-02T01:00:00.000Z", "zone": "Asia/Shanghai", "way": "face_to_face"}
        answers = {"outcome": "confirmed", "asked": ["visit"], "confirmed": ["visit"]}
        return {"territory_id": company["north"], **about, **called, **answers}

    def _belonging(self, record: str) -> dict[str, Any]:
        """Return the values of a row that belongs to a doctor."""
        parent = {"parent_record": "doctor", "parent_id": self.server_row("doctor")}
        if record == "attachment":
            return {**parent, "sha256": SHA256, "file_name": "小票.png", "media_type": "image/png", "size_bytes": 1}
        if record == "conflict":
            return {**parent, "field": "mobile", "winner_value": {"value": "1"}, "state": "open"}
        return {**parent, "at": "2026-11-01T00:00:00.000Z", "action": "edit", "changes": {}}

    def server_row(self, record: str, **more: Any) -> str:
        """Make a row as the server itself and return its id."""
        state = {"state": "draft"} if record == "claim" else {}
        values = self.values(record) | state | more
        row_id = new_row_id(record, values)
        self.company.database.run(lambda work: work.insert(record, row_id, values, SYSTEM))
        if more.get("state") == "planned":  # a report that will say it heard of an adverse event comes with its task
            task = adverse_event_of(row_id)
            self.company.database.run(lambda work: work.insert("adverse_event", task_id(row_id), task, SYSTEM))
        return row_id

    def writer(self, record: str) -> str:
        """Return who writes the record: the representative, or the manager where representatives may not."""
        return "rep" if not RECORDS[record].writers or Role.REP in RECORDS[record].writers else "manager"

    def writable(self, record: str) -> list[Field]:
        """Return the fields of a record that whoever writes it (`writer`) may set to several values."""
        declared = RECORDS[record]
        forbidden = access.forbidden_fields(declared, declared.field_names, Role(self.writer(record)))
        shut = SINGLE_CHOICE.union(forbidden, (one.name for one in declared.fields if one.once))
        return [one for one in declared.fields if one.name not in shut]

    def three(self, declared: Field) -> tuple[Any, Any, Any]:
        """Return three valid values of a field: before, of the one who arrives first, of the one who arrives later."""
        simple: dict[Kind, tuple[Any, Any, Any]] = {
            Kind.TEXT: ("原文", "第一", "第二"),
            Kind.LONG_TEXT: ("一。\n二。\n三。", "一。\n二。\n三，甲。", "乙，一。\n二。\n三。"),
            Kind.INTEGER: (1, 2, 3),
            Kind.MONEY: (100, 200, 300),
            Kind.BOOLEAN: (None, False, True),
            Kind.MAP: ({"hobby": "原文"}, {"hobby": "第一"}, {"hobby": "第二"}),
            Kind.DATE: ("2026-11-01", "2026-11-02", "2026-11-03"),
            Kind.INSTANT: tuple(f"2026-11-0{day}T01:00:00.000Z" for day in (1, 2, 3)),
        }
        single: dict[str, tuple[Any, Any, Any]] = {
            "zone": ("Asia/Shanghai", "Asia/Urumqi", "UTC"),
            # the answers of a call-back fit its outcome, and its doctor agreed to the way
            "call_back_way": ("face_to_face", "phone", "wechat"),
            "call_back_outcome": ("confirmed", "disputed", "disputed"),
            "asked": (["visit"], ["meal", "visit"], ["attendees", "visit"]),
            "confirmed": (["visit"], [], ["visit"]),
            "area_code": ("110000", "310000", "440000"),
            "visit_state": ("planned", "draft", "submitted"),
            "conflict_state": ("open",) * 3,
            "adverse_event_state": ("open",) * 3,
            # nobody reports for somebody else
            "reported_by": (None, self.company["colleague"], self.company["rep"]),
        }
        if declared.name in single or declared.picklist in single:
            return single.get(declared.name) or single[declared.picklist]
        if declared.kind is Kind.CHOICE:
            codes = [one.code for one in picklists.PICKLISTS[declared.picklist]]
            return codes[0], codes[1], codes[2]
        if declared.kind is Kind.REF:
            first, second, third = self.refs[declared.ref]
            return first, second, third
        if declared.kind in (Kind.TAGS, Kind.REFS):
            return self._sets(declared)
        return simple[declared.kind] if declared.kind in simple else self._items(declared)

    def _sets(self, declared: Field) -> tuple[list[str], list[str], list[str]]:
        pool = self.refs[declared.ref] if declared.ref else ["phone", "sms", "wechat"]
        first, second, third = pool
        return sorted([first]), sorted([first, second]), sorted([first, third])

    def _items(self, declared: Field) -> tuple[Any, Any, Any]:
        if declared.name == "lines":
            line = {"category": "transport", "spent_on": "2026-11-20"}
            return tuple([line | {"amount_fen": fen}] for fen in (100, 200, 300))  # type: ignore[return-value]
        if declared.name == "goals":
            return tuple([{"customer_class": one, "goal": 3}] for one in "ABC")  # type: ignore[return-value]
        if declared.name == "channel_weights":
            named = ("phone", "mail", "wechat")
            return tuple([{"channel": one, "percent": 50}] for one in named)  # type: ignore[return-value]
        return tuple([{"product_id": one}] for one in self.refs["product"])  # type: ignore[return-value]
