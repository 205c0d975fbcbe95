"""A client that was written from docs/protocol.md alone works with a real server, over loopback, on both databases."""

import ast
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crmdesk.domain import record_table
from crmdesk.server import serve
from crmdesk.server.database import Database
from tests.protocol.second.line import Line, Message, Refused, content_hash, id_for, new_id
from tests.protocol.second.replica import SecondClient
from tests.server.company import PASSWORD, SETTINGS, Company
from tests.server.conftest import clock, company, database, postgres, sqlite_company

__all__ = ["clock", "company", "database", "postgres", "sqlite_company"]
_HASHED = ("title", "visit_id", "reason", "attendees", "lines", "currency")
_AT = "2026-11-22T01:00:00.000Z"
Enter = Callable[[str], SecondClient]


@pytest.fixture
def enter(company: Company, tmp_path: Path) -> Iterator[Enter]:
    """Sign people of the company in on the second client."""
    settings = replace(SETTINGS, attachment_folder=str(tmp_path / "bytes"))
    with serve.running(company.database, settings) as address:
        yield lambda login: SecondClient(Line(address, login, PASSWORD))


def test_the_page_lists_the_records_as_they_are_declared() -> None:
    text = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")
    assert record_table.TABLE.written_into(text) == text, "python -m crmdesk.domain.record_table --write"


def test_the_second_client_knows_nothing_of_the_first() -> None:
    for path in (Path(__file__).parent / "second").glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        named = [one.name for node in nodes if isinstance(node, ast.Import) for one in node.names]
        named += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
        assert named
        assert not [name for name in named if name.startswith("crmdesk")]


def test_a_first_sync_then_nothing_new(enter: Enter, company: Company) -> None:
    rep = enter("rep")
    rep.sync()
    assert rep.rows["doctor", company["north_doctor"]]["name"] == "张伟"
    assert ("doctor", company["south_doctor"]) not in rep.rows
    before = (rep.cursor, dict(rep.rows))
    rep.line.refresh()
    rep.sync()
    assert (rep.cursor, rep.rows) == before
    assert not rep.repaired


def test_a_day_of_a_representative(enter: Enter, company: Company) -> None:
    rep, colleague = enter("rep"), enter("colleague")
    rep.sync()
    doctor = rep.create("doctor", name="𠮷野家・李", territory_id=company["north"], tags=["新"])
    affiliation = rep.create("affiliation", doctor_id=doctor, institution_id=company["north_hospital"])
    rep.act("doctor", company["north_doctor"], "edit", {"mobile": "13900000000", "note": "先电话预约"})
    place = {"territory_id": company["north"], "owner_id": rep.line.user_id}
    visit = rep.create("visit", **place, state="draft", starts_at=_AT, zone="Asia/Shanghai", doctor_ids=[doctor])
    rep.sync()
    assert not rep.waiting
    assert not rep.refused
    rep.act("visit", visit, "edit", {"state": "submitted", "note": "介绍了新指南"})
    rep.sync()
    rep.act("visit", visit, "edit", {"note": "又想起来"})
    rep.act("visit", visit, "edit", {"note": "又想起来"}, reason="漏写")
    rep.sync()
    assert [answer["code"] for answer in rep.refused.values()] == ["locked"]
    colleague.sync()
    for record, row_id in (("doctor", doctor), ("affiliation", affiliation), ("visit", visit)):
        assert colleague.rows[record, row_id] == rep.rows[record, row_id]
    assert colleague.rows["visit", visit]["note"] == "又想起来"
    assert colleague.rows["doctor", company["north_doctor"]]["mobile"] == "13900000000"
    assert not rep.repaired + colleague.repaired


def test_two_people_change_one_field_and_the_loser_is_taken_back(enter: Enter, company: Company) -> None:
    rep, colleague, doctor = enter("rep"), enter("colleague"), company["north_doctor"]
    rep.sync()
    colleague.sync()
    rep.act("doctor", doctor, "edit", {"mobile": "111"})
    colleague.act("doctor", doctor, "edit", {"mobile": "222"})
    rep.sync()
    colleague.sync()
    rep.sync()
    (conflict,) = [row for (record, _), row in rep.rows.items() if record == "conflict"]
    told = {name: conflict[name] for name in ("parent_record", "parent_id", "field", "state")}
    assert told == {"parent_record": "doctor", "parent_id": doctor, "field": "mobile", "state": "open"}
    values = [conflict[f"{side}_value"]["value"] for side in ("base", "winner", "loser")]
    assert values == ["13800000000", "222", "111"]
    rep.act("doctor", doctor, "edit", {"mobile": conflict["loser_value"]["value"]})
    rep.act("conflict", conflict["id"], "edit", {"state": "resolved"})
    rep.sync()
    colleague.sync()
    assert colleague.rows["doctor", doctor]["mobile"] == "111"
    assert colleague.rows["conflict", conflict["id"]]["state"] == "resolved"


def test_one_person_on_two_devices_is_two_authors(enter: Enter, company: Company) -> None:
    """What the page says of it: a value that the other device had not seen is kept, too."""
    here, there, doctor = enter("rep"), enter("rep"), company["north_doctor"]
    here.sync()
    there.sync()
    here.act("doctor", doctor, "edit", {"mobile": "111"})
    there.act("doctor", doctor, "edit", {"mobile": "222"})
    here.sync()
    there.sync()
    here.sync()
    (conflict,) = [row for (record, _), row in here.rows.items() if record == "conflict"]
    assert (conflict["winner_value"], conflict["loser_value"]) == ({"value": "222"}, {"value": "111"})
    assert conflict["winner_by"] == conflict["loser_by"] == here.line.user_id


def test_an_adverse_event_comes_between_its_visit_and_the_report(enter: Enter, company: Company) -> None:
    """The order of the page; any other is refused as the page says."""
    rep = enter("rep")
    rep.sync()
    place = {"territory_id": company["north"], "owner_id": rep.line.user_id}
    told = {**place, "starts_at": _AT, "zone": "Asia/Shanghai", "doctor_ids": [company["north_doctor"]]}

    def event(visit: str) -> str:
        values = {"parent_record": "visit", "parent_id": visit, "state": "open", "heard": "皮疹"}
        row_id = id_for("adverse_event", visit)
        clock = {"heard_at": _AT, "due_at": _AT.replace("-22T", "-23T")}
        return rep.act("adverse_event", row_id, "create", values | clock)

    too_early = event(late := new_id())
    rep.act("visit", late, "create", {**told, "state": "draft"})
    at_once = rep.act("visit", new_id(), "create", {**told, "state": "submitted", "adverse_event": True})
    visit = rep.create("visit", **told, state="draft", adverse_event=True)
    event(visit)
    rep.sync()
    rep.act("visit", visit, "edit", {"state": "submitted"})
    rep.sync()
    assert {op: answer["code"] for op, answer in rep.refused.items()} == {
        too_early: "out_of_scope", at_once: "task_missing",
    }  # fmt: skip
    assert rep.rows["visit", visit]["state"] == "submitted"


def test_deletion_against_edit_is_decided_by_the_command(enter: Enter, company: Company) -> None:
    rep, colleague = enter("rep"), enter("colleague")
    ward = company["north_ward"]
    rep.sync()
    colleague.sync()
    rep.act("department", ward, "delete")
    rep.sync()
    colleague.act("department", ward, "edit", {"name": "心内二科"})
    colleague.sync()
    assert ("department", ward) not in colleague.rows
    (conflict,) = [row for (record, _), row in colleague.rows.items() if record == "conflict"]
    assert (conflict["field"], conflict["winner_value"]) == ("deleted", {"deleted": True})
    known = {"name": "心内科", "institution_id": company["north_hospital"]}
    assert conflict["base_value"] == {"row": known, "revision": 1}
    colleague.act("conflict", conflict["id"], "command", command="restore")
    colleague.sync()
    rep.sync()
    assert rep.rows["department", ward]["name"] == "心内二科"


def test_a_claim_with_its_receipt_goes_up_and_is_approved(enter: Enter, company: Company) -> None:
    rep, manager = enter("rep"), enter("manager")
    rep.sync()
    photo = bytes(range(256)) * 3_000
    digest = hashlib.sha256(photo).hexdigest()
    lines = [{"category": "venue", "spent_on": "2026-11-20", "amount_fen": 80_000, "receipt_sha256s": [digest]}]
    values = {"territory_id": company["north"], "owner_id": rep.line.user_id, "title": "场地", "reason": "科室会"}
    values |= {"currency": "CNY", "lines": lines}
    claim = rep.create("claim", **values)
    about = {"parent_record": "claim", "parent_id": claim, "size_bytes": len(photo)}
    rep.create("attachment", **about, sha256=digest, file_name="发票.jpg", media_type="image/jpeg")
    rep.act("claim", claim, "command", command="submit", args={"seen_hash": content_hash(values, _HASHED)})
    rep.sync()
    assert not rep.refused
    assert rep.rows["claim", claim]["state"] == "submitted"
    assert rep.rows["claim", claim]["content_hash"] == content_hash(values, _HASHED)
    manager.sync()
    with pytest.raises(Refused) as none_yet:
        manager.line.fetch_file(digest)
    assert (none_yet.value.status, none_yet.value.code) == (404, "not_arrived")
    assert rep.line.send_file(photo) == len(photo)
    assert manager.line.fetch_file(digest) == photo
    stale = manager.act("claim", claim, "command", command="approve", args={"seen_hash": "0" * 64})
    manager.act(
        "claim", claim, "command", command="approve", args={"seen_hash": manager.rows["claim", claim]["content_hash"]}
    )
    manager.sync()
    assert [manager.refused[stale]["code"]] == ["changed_since_seen"]
    rep.sync()
    assert rep.rows["claim", claim]["approved_fen"] == 80_000


def test_bytes_that_the_server_has_are_shown_to_be_held(enter: Enter, company: Company) -> None:
    rep, colleague = enter("rep"), enter("colleague")
    photo = b"x" * 200_000
    about = {
        "parent_record": "doctor",
        "parent_id": company["north_doctor"],
        "file_name": "a",
        "media_type": "image/png",
    }
    for one, over_the_line in ((rep, len(photo)), (colleague, 0)):
        one.sync()
        one.create("attachment", **about, sha256=hashlib.sha256(photo).hexdigest(), size_bytes=len(photo))
        one.sync()
        assert one.line.send_file(photo) == over_the_line


def test_a_restored_server_gets_back_what_it_lost(enter: Enter, company: Company, database: Database) -> None:
    rep = enter("rep")
    rep.sync()
    doctor = rep.create("doctor", name="王", territory_id=company["north"])
    rep.sync()
    company.database.renew_epoch()
    rep.act("doctor", doctor, "edit", {"mobile": "3"})
    rep.sync()
    assert not rep.waiting
    assert company.row("doctor", doctor)["mobile"] == "3"
    assert not rep.repaired


def test_a_deletion_of_a_life_that_is_over_hides_nobodys_edit(enter: Enter, company: Company) -> None:
    rep, doctor = enter("rep"), company["north_doctor"]
    rep.sync()
    rep.rows["doctor", doctor]["revision"] += 1  # an edit that the backup does not have
    rep.act("doctor", doctor, "delete")
    company.database.renew_epoch()
    company.edit("doctor", doctor, {"mobile": "3"})
    rep.sync()
    assert (rep.waiting, rep.refused) == ([], {})
    assert not company.row("doctor", doctor)["deleted"]
    assert [row["field"] for (record, _), row in rep.rows.items() if record == "conflict"] == ["deleted"]


def test_a_copied_laptop_goes_on_as_another_device(enter: Enter, company: Company) -> None:
    rep = enter("rep")
    rep.sync()
    rep.create("doctor", name="王", territory_id=company["north"])
    rep.sync()
    rep.seq = 0
    doctor = rep.create("doctor", name="李", territory_id=company["north"])
    device = rep.line.device_id
    rep.sync()
    assert rep.line.device_id != device
    rep.sync()
    assert company.row("doctor", doctor)["name"] == "李"


def test_what_differs_is_fetched_again(enter: Enter, company: Company) -> None:
    rep = enter("rep")
    rep.sync()
    whole = dict(rep.rows)
    rep.rows["doctor", company["north_doctor"]] = whole["doctor", company["north_doctor"]] | {
        "revision": 7,
        "name": "错",
    }
    rep.sync()
    assert rep.repaired == [f"t:{company['north']}"]
    assert rep.rows == whole


def test_a_manager_merges_what_was_compared_and_nothing_else(enter: Enter, company: Company) -> None:
    manager = enter("manager")
    manager.sync()
    other = manager.create("doctor", name="张玮", territory_id=company["north"], tags=["讲者"], note="")
    manager.sync()
    pair = {"doctor_id": company["north_doctor"], "other_id": other}
    rows = [manager.rows["doctor", one] for one in pair.values()]
    place = {"territory_id": company["north"], "owner_id": manager.line.user_id}
    merge = manager.create("doctor_merge", **place, **pair)
    of_before = merge_hash([rows[0] | {"mobile": "1"}, rows[1]])
    manager.act("doctor_merge", merge, "command", command="merge", args={"seen_hash": of_before})
    manager.sync()
    manager.act("doctor_merge", merge, "command", command="merge", args={"seen_hash": merge_hash(rows), "take": []})
    manager.sync()
    assert [one["code"] for one in manager.refused.values()] == ["changed_since_seen"]
    assert manager.rows["doctor_merge", merge]["state"] == "done"
    assert company.row("doctor", other)["status"] == "merged"


def merge_hash(rows: list[Message]) -> str:
    """Return the hash of two doctors that are compared; the columns come in the order of the fields."""
    mine = {"id", "revision", "deleted", "created_at", "created_by", "updated_at", "updated_by", "status"}
    content = [[row["id"], *(row[name] or None for name in row if name not in mine)] for row in rows]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
