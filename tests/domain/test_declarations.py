"""The declarations themselves: complete, consistent, and free of what the market forbids."""

import pytest

from crmdesk.domain import picklists
from crmdesk.domain.access import forbidden_fields, may_write
from crmdesk.domain.fields import Field, Kind, Merge, Record
from crmdesk.domain.market_rules import counts_prescriptions
from crmdesk.domain.money_records import CLAIM
from crmdesk.domain.records import DOCTOR, HOUSE_COLUMNS, RECORDS, TERRITORY, wire_columns
from crmdesk.domain.roles import NOBODY, Role


def every_field() -> list[tuple[Record, Field]]:
    flat = []
    for record in RECORDS.values():
        for field in record.fields:
            flat.append((record, field))
            flat += [(record, part) for part in field.item]
    return flat


@pytest.mark.parametrize(("record", "field"), every_field(), ids=lambda part: part.name)
def test_each_field_is_whole(record: Record, field: Field) -> None:
    assert field.zh
    assert field.en
    assert field.name not in HOUSE_COLUMNS
    assert (field.kind is Kind.CHOICE) <= bool(field.picklist)
    assert not field.picklist or field.picklist in picklists.PICKLISTS
    assert not field.ref or field.ref in RECORDS
    assert (field.kind is Kind.ITEMS) == bool(field.item)
    assert (field.merge is Merge.SET) <= (field.kind in (Kind.TAGS, Kind.REFS))
    assert (field.merge is Merge.TEXT) <= (field.kind is Kind.LONG_TEXT)


@pytest.mark.parametrize(("record", "field"), every_field(), ids=lambda part: part.name)
def test_no_field_counts_prescriptions(record: Record, field: Field) -> None:
    names = (field.name, field.zh, field.en, *field.aliases)
    assert [name for name in names if counts_prescriptions(name)] == []


def test_no_choice_counts_prescriptions() -> None:
    words = [word for entries in picklists.PICKLISTS.values() for one in entries for word in (one.code, one.zh, one.en)]
    assert [word for word in words if counts_prescriptions(word)] == []


@pytest.mark.parametrize(
    "name",
    [
        "处方量",
        "月处方数",
        "开单数",
        "处 方 量",
        "处方-量",
        "Rx count",
        "rx",
        "NRx",
        "TRx",
        "prescriptions",
        "Rx_Qty",
        "ＲＸ数量",
        "统方",
        "医生用量",
        "prescription volume",
        "Number of prescriptions",
        "monthly scripts",
        "monthlyRx",
        "DoctorRxCount",
        "开药量",
    ],
)
def test_columns_that_count_prescriptions_are_known(name: str) -> None:
    assert counts_prescriptions(name)


@pytest.mark.parametrize(
    "name",
    [
        "处方药目录",
        "药品",
        "description",
        "subscription",
        "姓名",
        "擅长",
        "max",
        "transcript",
        "marx",
        "医院采购量",
        "人数",
    ],
)
def test_harmless_columns_are_left_alone(name: str) -> None:
    assert not counts_prescriptions(name)


def test_words_of_a_picklist_lead_back_to_one_code() -> None:
    for name, entries in picklists.PICKLISTS.items():
        for entry in entries:
            for spelling in (entry.code, entry.zh, entry.en, *entry.aliases):
                assert picklists.code_for(name, f" {spelling.upper()} ") == entry.code, (name, spelling)


def test_wire_columns_start_with_the_house() -> None:
    assert wire_columns(DOCTOR)[:2] == ("id", "revision")
    assert set(wire_columns(DOCTOR)) > set(DOCTOR.field_names)


def test_state_and_money_decisions_are_never_a_clients() -> None:
    owned = {field.name for field in CLAIM.fields if field.server_owned}
    assert {"state", "total_fen", "approved_fen", "content_hash", "step", "findings"} <= owned
    assert not owned & {field.name for field in CLAIM.hashed_fields}
    assert CLAIM.field("state").writers == NOBODY


def test_rights_follow_the_declaration() -> None:
    assert may_write(DOCTOR, Role.REP)
    assert not may_write(DOCTOR, Role.FINANCE)
    assert not any(may_write(TERRITORY, role) for role in Role)
    assert forbidden_fields(DOCTOR, ["name", "status", "nonsense"], Role.REP) == ["status", "nonsense"]
    assert forbidden_fields(DOCTOR, ["status"], Role.MANAGER) == []
    assert forbidden_fields(CLAIM, ["state"], Role.ADMIN) == ["state"]
