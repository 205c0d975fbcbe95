"""The demo company: the same from the same seed, complete, valid by the domain's own rules."""

import hashlib
import json
import re
import struct
import time
import zlib
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from crmdesk.company import Company, generate
from crmdesk.company.customers import bulk_doctors
from crmdesk.company.generate import ORDER
from crmdesk.domain import claims, targets
from crmdesk.domain.claims import State
from crmdesk.domain.custom_fields import Definitions, check_definition, check_values
from crmdesk.domain.fields import Kind
from crmdesk.domain.ids import is_id
from crmdesk.domain.records import RECORDS, wire_columns
from crmdesk.domain.roles import Role
from crmdesk.domain.row_rules import check_row
from crmdesk.domain.validation import check_new
from tests.fixtures.pace import slowness

TODAY = date(2026, 11, 23)
_HELD_AS = {
    "submitted": "reserved_fen",
    "to_call_back": "committed_fen",
    "disputed": "committed_fen",
    "payable": "committed_fen",
    "paid": "spent_fen",
}


@pytest.fixture(scope="module")
def whole() -> tuple[Company, float]:
    """Return the full company and how many seconds of the processor it took."""
    began = time.thread_time()
    return generate(7, TODAY), time.thread_time() - began


@pytest.fixture(scope="module")
def company(whole: tuple[Company, float]) -> Company:
    return whole[0]


@pytest.fixture(scope="module")
def small() -> Company:
    return generate(11, TODAY, 0.02)


def _digest(company: Company) -> str:
    text = json.dumps([list(company.rows), [str(login) for login in company.logins], [str(e) for e in company.trail]])
    receipts = b"".join(key.encode() + content for key, (_, _, content) in company.receipts.items())
    return hashlib.sha256(text.encode() + receipts).hexdigest()


def test_the_company_has_the_size_of_the_issue_and_is_quick(whole: tuple[Company, float]) -> None:
    company, seconds = whole
    counts = {record: len(rows) for record, rows in company.tables.items()}
    kinds = Counter(row["kind"] for row in company.tables["territory"])
    assert kinds == {"company": 1, "region": 3, "territory": 12}
    assert Counter(login.role for login in company.logins) == {
        "rep": 12, "manager": 3, "finance": 1, "auditor": 1, "admin": 1
    }  # fmt: skip
    assert counts["institution"] >= 2_000
    assert counts["doctor"] >= 10_000
    assert counts["department"] > 4_000
    assert counts["visit"] > 10_000
    assert seconds < 30 * slowness(), "about 5 s when nothing else runs"


def test_the_same_seed_gives_the_same_company_byte_for_byte(small: Company) -> None:
    assert _digest(generate(11, TODAY, 0.02)) == _digest(small)
    assert _digest(generate(12, TODAY, 0.02)) != _digest(small)


def test_company_fields_are_sound_and_some_are_filled_in(company: Company) -> None:
    names = RECORDS["custom_field"].field_names
    rows = [{name: row[name] for name in names} for row in company.tables["custom_field"]]
    for row in rows:
        check_definition(row, [one for one in rows if one is not row])
    assert {(row["for_record"], row["kind"]) for row in rows} >= {("doctor", "choices"), ("institution", "number")}
    defined = Definitions(rows)
    for record in ("doctor", "institution"):
        filled = [row["custom"] for row in company.tables[record] if row["custom"]]
        assert 0.2 < len(filled) / len(company.tables[record]) < 0.6
        for values in filled:
            check_values(defined, record, Role.ADMIN, None, values)


def test_every_row_is_valid_and_names_only_rows_before_it(company: Company) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    users = {row["id"] for row in company.tables["user"]}
    for name, row in company.rows:
        record = RECORDS[name]
        assert tuple(row) == wire_columns(record)
        assert is_id(row["id"])
        assert row["id"] not in seen[name]
        assert row["created_by"] in users
        check_new(record, {field: row[field] for field in record.field_names})
        for field in record.fields:
            if field.kind is Kind.REF and row[field.name] and field.ref:
                assert row[field.name] in seen[field.ref], (name, field.name)
            elif field.kind is Kind.REFS:
                assert set(row[field.name]) <= seen[field.ref]
                assert row[field.name] == sorted(row[field.name])
        seen[name].add(row["id"])
    assert list(dict.fromkeys(name for name, _ in company.rows)) == list(ORDER)


def test_a_second_rep_shares_the_first_territory(company: Company) -> None:
    first = next(row for row in company.tables["territory"] if row["kind"] == "territory")
    reps = {login.user_id: login.login for login in company.logins if login.role == "rep"}
    holders = [reps[row["user_id"]] for row in company.tables["assignment"] if row["territory_id"] == first["id"]]
    assert holders == ["rep01", "rep02"]
    assert all(len(login.password) >= 12 and "demo" in login.password for login in company.logins)


def test_names_and_numbers_are_plausible_and_nobodys(company: Company) -> None:
    names = [row["name"] for row in company.tables["doctor"]]
    for surname in ("曾", "单", "仇", "解", "查", "区", "任", "欧阳"):
        assert any(name.startswith(surname) for name in names), surname
    assert Counter(name[0] for name in names).most_common(3)[0][0] in "王李张"
    mobiles = [row["mobile"] for row in company.tables["doctor"] if row["mobile"]]
    assert all(re.fullmatch(r"(138|199)0000\d{4}", mobile) for mobile in mobiles)
    assert {"张硕", "曾静怡"} <= {name for name in names}
    places = Counter(row["doctor_id"] for row in company.tables["affiliation"])
    assert 300 < sum(count > 1 for count in places.values()) < 2_000


@pytest.mark.realdata
def test_no_hospital_name_is_taken_from_the_real_lists(company: Company, shared_data: Path) -> None:
    real = {
        line.split(",")[0]
        for line in (shared_data / "hospitals/hospitals_cn_ahospital_20provinces.csv").read_text("utf-8").splitlines()
    } | set((shared_data / "hospitals/hospital_name_labels.txt").read_text("utf-8").split())
    assert [row["name"] for row in company.tables["institution"] if row["name"] in real] == []


def test_visits_fill_the_year_and_today_is_planned(company: Company) -> None:
    visits = company.tables["visit"]
    past = [row for row in visits if row["state"] == "submitted"]
    assert min(row["starts_at"] for row in past) < (TODAY - timedelta(days=355)).isoformat()
    assert all(row["starts_at"] < (TODAY - timedelta(days=0)).isoformat() for row in past)
    rep = company.logins[0].user_id
    today = [
        row for row in visits
        if row["owner_id"] == rep and row["state"] == "planned" and row["starts_at"].startswith(TODAY.isoformat())
    ]  # fmt: skip
    assert len(today) >= 6
    assert any(row["next_step"] and not row["next_step_done"] for row in past)


def test_claims_stand_in_every_state_as_the_workflow_says(company: Company) -> None:
    rows = company.tables["claim"]
    by_rep: dict[str, set[str]] = defaultdict(set)
    for claim in rows:
        by_rep[claim["owner_id"]].add(claim["state"])
        assert claim["total_fen"] == claims.total_fen(claim)
        if claim["submission"]:
            claims.check_complete(claim)
            assert claim["content_hash"] == claims.content_hash(claim)
            assert claim["steps_needed"] == claims.steps_needed(claim["total_fen"])
            assert claim["findings"] == claims.findings(claim)
        if claim["state"] in {"payable", "paid", "to_call_back"}:
            assert 0 < claim["approved_fen"] <= claim["total_fen"]
        if claim["state"] == "to_call_back":
            assert claims.must_be_called_back(claim["id"], claim["approved_fen"], b"")
    assert set(by_rep[company.logins[0].user_id]) == {state.value for state in State}
    assert any(claim["findings"] for claim in rows)


def test_the_trail_leads_to_where_each_claim_stands(company: Company) -> None:
    at_the_end: dict[str, Any] = {}
    steps: Counter[str] = Counter()
    for entry in company.trail:
        steps[entry.row_id] += 1
        if entry.record == "claim" and "state" in entry.changes:
            assert entry.changes["state"][0] == at_the_end.get(entry.row_id)
            at_the_end[entry.row_id] = entry.changes["state"][1]
    for claim in company.tables["claim"]:
        assert at_the_end[claim["id"]] == claim["state"]
        assert claim["revision"] == steps[claim["id"]]
    assert all(entry.at < f"{TODAY.isoformat()}T00" for entry in company.trail)


def test_what_was_planned_moved_or_forgotten_can_be_told(company: Company) -> None:
    entries: dict[str, list[Any]] = {}
    for entry in company.trail:
        if entry.record == "visit" and entry.action == "edit":
            entries.setdefault(entry.row_id, []).append(entry)
    visits = {row["id"]: row for row in company.tables["visit"]}
    for row_id, some in entries.items():
        assert visits[row_id]["revision"] == len(some) + 1
        assert some[-1].changes["state"] == ["planned", visits[row_id]["state"]]
        assert visits[row_id]["created_at"] < some[0].at <= some[-1].at == visits[row_id]["updated_at"]
    assert any(one.reason and "starts_at" in one.changes for some in entries.values() for one in some)
    forgotten = [row for row in visits.values() if row["state"] == "planned" and row["starts_at"] < TODAY.isoformat()]
    assert forgotten
    assert {row["territory_id"] for row in company.tables["cycle_plan"]} == {
        row["id"] for row in company.tables["territory"] if row["kind"] == "territory"
    }


def test_budgets_add_up_with_the_claims_and_stay_within_plan(company: Company) -> None:
    used: Counter[tuple[str, ...]] = Counter()
    for claim in company.tables["claim"]:
        column = _HELD_AS.get(claim["state"])
        if column:
            amounts = claim["lines"] if column == "reserved_fen" else claim["approved_lines"]
            for line, held in zip(claim["lines"], amounts, strict=True):
                period = claims.period_of(line["spent_on"])
                used[claim["territory_id"], period, line["category"], column] += held["amount_fen"]
    for budget in company.tables["budget"]:
        key = (budget["territory_id"], budget["period"], budget["category"])
        for column in ("reserved_fen", "committed_fen", "spent_fen"):
            assert budget[column] == used.pop((*key, column), 0)
        assert budget["reserved_fen"] + budget["committed_fen"] + budget["spent_fen"] <= budget["planned_fen"]
    assert not +used, "a claim without its budget"


def test_receipts_are_real_files_that_claims_name(company: Company) -> None:
    named = {
        sha256 for claim in company.tables["claim"] for line in claim["lines"] for sha256 in line["receipt_sha256s"]
    }
    assert named == set(company.receipts) == {row["sha256"] for row in company.tables["attachment"]}
    kinds = Counter()
    for sha256, (file_name, media_type, content) in company.receipts.items():
        kinds[media_type] += 1
        assert hashlib.sha256(content).hexdigest() == sha256
        assert file_name.endswith((".png", ".pdf"))
    assert set(kinds) == {"image/png", "application/pdf"}
    png = next(content for _, media_type, content in company.receipts.values() if media_type == "image/png")
    length = struct.unpack(">I", png[8:12])[0]
    assert zlib.crc32(png[12 : 16 + length]) == struct.unpack(">I", png[16 + length : 20 + length])[0]
    numbers = [line["fapiao_number"] for claim in company.tables["claim"] for line in claim["lines"]]
    used_numbers = [number for number in numbers if number]
    assert len(used_numbers) == len(set(used_numbers))


def test_bulk_doctors_are_valid_and_repeatable(company: Company) -> None:
    territory = company.tables["territory"][-1]["id"]
    rows = list(bulk_doctors(300, territory, 3))
    assert rows == list(bulk_doctors(300, territory, 3))
    assert len({row["id"] for row in rows}) == 300
    for row in rows:
        check_new(RECORDS["doctor"], {name: row[name] for name in RECORDS["doctor"].field_names})


def test_every_territory_has_a_plan_for_today_and_proposals_that_wait(company: Company) -> None:
    today = TODAY.isoformat()
    plans = {row["territory_id"] for row in company.tables["cycle_plan"] if row["starts_on"] <= today <= row["ends_on"]}
    assert plans == {row["id"] for row in company.tables["territory"] if row["kind"] == "territory"}
    states = Counter(row["state"] for row in company.tables["plan_target"])
    assert states == {"proposed": 2 * len(plans), "agreed": len(plans), "declined": len(plans)}
    for row in company.tables["plan_target"]:
        assert row["content_hash"] == targets.content_hash(row)
        assert (row["agreed"] is not None) == (row["state"] == "agreed")
    for record in ("cycle_plan", "day_off"):
        for row in company.tables[record]:
            check_row(record, row)


def test_each_result_rests_on_a_call_back_and_some_say_other_things(company: Company) -> None:
    rows = company.tables["call_back"]
    claims_by_id = {row["id"]: row for row in company.tables["claim"]}
    decided = {row["claim_id"]: row for row in rows if row["decided_at"]}
    results = [entry for entry in company.trail if entry.action.startswith("call_back_")]
    assert {entry.row_id for entry in results} == set(decided)
    for entry in results:
        assert entry.action == f"call_back_{decided[entry.row_id]['outcome']}"
        assert decided[entry.row_id]["owner_id"] == entry.by_id != claims_by_id[entry.row_id]["owner_id"]
    assert {row["outcome"] for row in rows} == {"confirmed", "disputed", "not_reached"}
    assert any(not row["claim_id"] for row in rows)
    assert all(row["called_at"] < f"{TODAY.isoformat()}T00" for row in rows)
