"""An import is taken back as one: what nobody touched is as before, the rest stays and is named."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.services import import_undo, shown
from crmdesk.services.commands import CreateRow, DeleteRow, EditRow, SaveDraft, SaveVisit, TakeImportBack
from crmdesk.services.import_undo import Standing, TakenBack
from crmdesk.storage import import_runs
from crmdesk.storage.store import Store
from tests.fixtures.new_store import KEY
from tests.services.small_territory import (
    HOSPITAL,
    NOW,
    OTHER_TERRITORY,
    REP,
    TERRITORY,
    ZHANG,
    Laptop,
    claim_values,
    fill,
)

DOCTORS = (
    "姓名,医院,科室,职称\n"
    "甲一,远山医院,心内科,主任医师\n乙二,远山医院,肾内科,主治医师\n丙三,河口医院,骨科,主治医师\n丁四,上海协和医院,心内科,主治医师\n"
)
VCARD = "BEGIN:VCARD\nVERSION:3.0\nN:赵;九;;;\nFN:赵九\nORG:远山医院;心内科\nTEL;TYPE=CELL:13900000009\nEND:VCARD\n"
CUSTOMERS = ("institution", "department", "doctor", "affiliation")
Content = dict[str, dict[str, dict[str, Any]]]


def imported(laptop: Laptop, sheet: str = DOCTORS, **more: Any) -> str:
    preview = laptop.desk.imports.preview(sheet.encode())
    return laptop.desk.imports.run(preview, preview.mapping, **more).result(60).run_id


def stands(laptop: Laptop, run_id: str) -> Standing:
    return laptop.ask(lambda reads: reads.import_standing(run_id))


def take_back(laptop: Laptop, run_id: str) -> TakenBack:
    return laptop.desk.imports.take_back(run_id).result(60)


def held(laptop: Laptop) -> Content:
    """Return every customer on the laptop by record and id, what the server counts (revisions, times) left out."""
    with laptop.store.reading() as connection:
        return {
            name: {
                row["id"]: {field: row[field] for field in RECORDS[name].field_names}
                for row in shown.select(connection, name)
            }
            for name in CUSTOMERS
        }


def named(laptop: Laptop, record: str, name: str) -> str:
    return next(row_id for row_id, row in held(laptop)[record].items() if row["name"] == name)


def visit_of(doctor_id: str) -> dict[str, Any]:
    return {"doctor_ids": [doctor_id], "starts_at": "2026-11-20T01:00:00.000Z", "zone": "Asia/Shanghai"}


@pytest.mark.parametrize("synced", [False, True])
@pytest.mark.parametrize("sheet", [DOCTORS, VCARD, "医院名称,等级\n远山医院,三级甲等\n河口医院,二级\n"])
def test_what_nobody_touched_is_as_before(laptop: Laptop, sheet: str, synced: bool) -> None:
    before = held(laptop)
    run_id = imported(laptop, sheet)
    assert held(laptop) != before
    if synced:
        laptop.answer()
    report = take_back(laptop, run_id)
    assert held(laptop) == before
    assert not report.stays
    waiting = [one.kind for one in laptop.waiting()]
    assert set(waiting) == ({"delete"} if synced else set()), "unsent rows simply go"
    again = take_back(laptop, run_id)
    assert (again.deleted, again.restored, again.stays) == ({}, 0, ())
    assert stands(laptop, run_id).nothing


def test_what_may_have_been_sent_is_deleted_the_ordinary_way(laptop: Laptop) -> None:
    before = held(laptop)
    run_id = imported(laptop)
    laptop.hand_out()
    take_back(laptop, run_id)
    assert held(laptop) == before
    made = [one.row_id for one in laptop.waiting() if one.kind == "create"]
    assert len(made) > 4, "an operation that may be under way is never taken out"
    assert sorted(made) == sorted(one.row_id for one in laptop.waiting() if one.kind == "delete")


def test_rows_that_the_server_refused_are_given_up(laptop: Laptop) -> None:
    before = held(laptop)
    run_id = imported(laptop)
    laptop.answer("refused", code="out_of_scope")
    take_back(laptop, run_id)
    assert held(laptop) == before
    assert not laptop.ask(lambda reads: reads.refused())


def an_edit(laptop: Laptop, doctor_id: str) -> None:
    laptop.do(EditRow("doctor", doctor_id, {"mobile": "13811112222"}, 99))


def a_visit(laptop: Laptop, doctor_id: str) -> None:
    laptop.do(SaveVisit(new_id(), visit_of(doctor_id) | {"state": "planned"}))


def a_claim(laptop: Laptop, doctor_id: str) -> None:
    values = claim_values()
    values["lines"][0]["doctor_ids"] = [doctor_id]
    laptop.do(CreateRow("claim", values))


def an_affiliation(laptop: Laptop, doctor_id: str) -> None:
    laptop.do(CreateRow("affiliation", {"doctor_id": doctor_id, "institution_id": HOSPITAL, "is_primary": False}))


def a_draft(laptop: Laptop, doctor_id: str) -> None:
    laptop.do(SaveDraft(f"visit:{new_id()}", {"doctor_ids": [doctor_id], "note": "还没写完"}))


def from_the_server(laptop: Laptop, doctor_id: str) -> None:
    """Somebody else looked at the new doctor: the same values, and the manager's word."""
    values = {**held(laptop)["doctor"][doctor_id], "id": doctor_id, "status": "active"}
    for _ in range(2):
        laptop.receive("doctor", values, scope=f"t:{TERRITORY}")


Touch = Callable[[Laptop, str], None]
TOUCHES: dict[str, Touch] = {
    "changed": an_edit, "visit": a_visit, "claim": a_claim, "affiliation": an_affiliation, "unfinished": a_draft,
}  # fmt: skip


@pytest.mark.parametrize("why", TOUCHES)
@pytest.mark.parametrize("synced", [False, True])
def test_a_doctor_whom_something_was_done_with_stays_with_the_hospital(laptop: Laptop, why: str, synced: bool) -> None:
    before = held(laptop)
    run_id = imported(laptop)
    if synced:
        laptop.answer()
    doctor_id = named(laptop, "doctor", "甲一")
    TOUCHES[why](laptop, doctor_id)
    touched = held(laptop)
    told = import_undo.told(stands(laptop, run_id).stays)
    assert [(one.name, one.why) for one in told if one.record == "doctor"] == [("甲一", why)]
    take_back(laptop, run_id)
    after = held(laptop)
    assert after["doctor"] == before["doctor"] | {doctor_id: touched["doctor"][doctor_id]}
    mine = {key: row for key, row in touched["affiliation"].items() if row["doctor_id"] == doctor_id}
    assert after["affiliation"] == before["affiliation"] | mine
    places = {row["institution_id"] for row in mine.values()}
    assert set(after["institution"]) == set(before["institution"]) | places
    again = take_back(laptop, run_id)
    assert (again.deleted, len(again.stays)) == ({}, len(stands(laptop, run_id).stays))


def test_what_a_colleague_changed_at_the_server_stays(laptop: Laptop) -> None:
    run_id = imported(laptop)
    laptop.answer()
    doctor_id = named(laptop, "doctor", "乙二")
    from_the_server(laptop, doctor_id)
    take_back(laptop, run_id)
    assert doctor_id in held(laptop)["doctor"]
    assert "甲一" not in {row["name"] for row in held(laptop)["doctor"].values()}


def test_an_alias_is_taken_off_where_nobody_changed_it_since(laptop: Laptop) -> None:
    before = held(laptop)
    sheet = "姓名,医院\n戊五,协和总院\n"
    run_id = imported(laptop, sheet, hospitals={"协和总院": HOSPITAL})
    assert held(laptop)["institution"][HOSPITAL]["aliases"] == sorted(["协和", "协和总院"])
    assert len(stands(laptop, run_id).restores) == 1
    report = take_back(laptop, run_id)
    assert (held(laptop), report.restored) == (before, 1)
    run_id = imported(laptop, sheet, hospitals={"协和总院": HOSPITAL})
    laptop.do(EditRow("institution", HOSPITAL, {"aliases": ["协和", "协和总院", "老协和"]}, 99))
    report = take_back(laptop, run_id)
    assert [(one.record, one.why) for one in report.stays] == [("institution", "changed")]
    assert "老协和" in held(laptop)["institution"][HOSPITAL]["aliases"]


def test_the_answers_of_a_second_run_go_with_the_first(laptop: Laptop) -> None:
    before = held(laptop)
    first = imported(laptop)
    place = named(laptop, "institution", "远山医院")
    second = imported(laptop, "姓名,医院\n戊五,远山总院\n", hospitals={"远山总院": place}, run_id=first)
    assert second == first
    laptop.answer()
    assert not stands(laptop, first).stays
    take_back(laptop, first)
    assert held(laptop) == before


def test_rights_are_said_before_and_kept(laptop: Laptop) -> None:
    run_id = imported(laptop)
    laptop.answer()
    doctor_id = named(laptop, "doctor", "甲一")
    values = {**held(laptop)["doctor"][doctor_id], "id": doctor_id, "territory_id": OTHER_TERRITORY}
    laptop.receive("doctor", values, scope=f"t:{TERRITORY}")
    why = {one.name: one.why for one in stands(laptop, run_id).stays}
    assert why["甲一"] == "not_yours"
    laptop.sign_in(REP, "finance")
    laptop.receive("user", {"id": REP, "login": "rep1", "name": "张伟", "role": "finance", "active": True})
    found = stands(laptop, run_id)
    assert {one.why for one in found.stays} == {"forbidden"}
    assert found.nothing


def test_a_crash_in_the_middle_of_both_leaves_what_can_be_taken_back(laptop: Laptop) -> None:
    before = held(laptop)
    lines = "".join(f"医生{number:03},远山医院,心内科,主治医师\n" for number in range(300))
    preview = laptop.desk.imports.preview(f"姓名,医院,科室,职称\n{lines}".encode())
    done: list[int] = []
    stopped = laptop.desk.imports.run(
        preview, preview.mapping, lambda count, _all: done.append(count), lambda: bool(done)
    )
    report = stopped.result(60)
    assert report.cancelled
    assert 0 < report.made["doctor"] < 300
    pieces: list[int] = []
    half = laptop.desk.imports.take_back(
        report.run_id, lambda count, _all: pieces.append(count), lambda: bool(pieces)
    ).result(60)
    assert half.cancelled
    assert held(laptop) != before
    with_places = {row["doctor_id"] for row in held(laptop)["affiliation"].values()}
    fresh = held(laptop)["doctor"].keys() - before["doctor"].keys()
    assert fresh <= with_places, "no doctor stands without the hospital meanwhile"
    laptop.close()
    laptop.store = Store.open(laptop.store.folder, KEY, clock=lambda: NOW)
    laptop._desk = None
    take_back(laptop, report.run_id)
    assert held(laptop) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from crmdesk.services.desk import Desk
from crmdesk.storage.store import Store
store = Store.open(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
def killed(done, total):
    assert done < total
    os.kill(os.getpid(), signal.SIGKILL)
Desk(store).imports.take_back(sys.argv[3], killed).result(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_process_killed_in_the_middle_leaves_what_is_taken_back_to_the_end(laptop: Laptop) -> None:
    before = held(laptop)
    lines = "".join(f"医生{number:03},远山医院,心内科,主治医师\n" for number in range(80))
    run_id = imported(laptop, f"姓名,医院,科室,职称\n{lines}")
    laptop.close()
    folder = laptop.store.folder
    ended = subprocess.run([sys.executable, "-c", KILLED, str(folder), KEY.hex(), run_id], timeout=100, check=False)
    assert ended.returncode == -signal.SIGKILL
    laptop.store = Store.open(folder, KEY, clock=lambda: NOW)
    laptop._desk = None
    left = len(stands(laptop, run_id).leaves)
    assert 0 < left < 162
    take_back(laptop, run_id)
    assert held(laptop) == before


def test_a_deleted_visit_that_waits_keeps_the_creation_that_it_names(laptop: Laptop) -> None:
    run_id = imported(laptop)
    doctor_id, visit_id = named(laptop, "doctor", "甲一"), new_id()
    laptop.do(SaveVisit(visit_id, visit_of(doctor_id) | {"state": "planned"}))
    laptop.do(DeleteRow("visit", visit_id))
    take_back(laptop, run_id)
    kinds = [one.kind for one in laptop.waiting() if one.row_id == doctor_id]
    assert kinds == ["create", "delete"], "the visit that goes out before needs the doctor"
    assert "甲一" not in {row["name"] for row in held(laptop)["doctor"].values()}


def test_old_runs_are_forgotten_and_names_are_not_kept(laptop: Laptop) -> None:
    ids = [imported(laptop, f"姓名,医院\n某{number}某,远山医院\n") for number in range(import_runs.KEPT_RUNS + 2)]
    runs = laptop.ask(lambda reads: reads.import_runs())
    assert [one.id for one in runs] == ids[:1:-1]
    with laptop.store.reading() as connection:
        kept = str(connection.execute("SELECT * FROM import_row").fetchall())
        assert connection.execute("SELECT count(DISTINCT run) FROM import_row").scalar() == import_runs.KEPT_RUNS
    assert "某" not in kept
    with pytest.raises(InputError, match="unknown_import"):
        take_back(laptop, ids[0])
    with pytest.raises(InputError, match="unknown_import"):
        laptop.do(TakeImportBack("x", ()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_after_any_work_exactly_the_untouched_are_as_before(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    laptop = Laptop(tmp_path_factory.mktemp("any") / "store")
    try:
        laptop.sign_in(REP, "rep")
        fill(laptop)
        before = held(laptop)
        run_id = imported(laptop)
        if data.draw(st.booleans(), label="sent"):
            data.draw(st.sampled_from([laptop.answer, laptop.hand_out]), label="how")()
        fresh = sorted(held(laptop)["doctor"].keys() - before["doctor"].keys())
        numbers = data.draw(st.sets(st.integers(0, len(fresh) - 1)), label="touched")
        touched = {fresh[number] for number in numbers}
        for number in sorted(numbers):
            TOUCHES[data.draw(st.sampled_from(sorted(TOUCHES)), label=str(number))](laptop, fresh[number])
        if data.draw(st.booleans(), label="synced afterwards"):
            laptop.answer()
        worked = held(laptop)
        take_back(laptop, run_id)
        after = held(laptop)
        stay = touched | before["doctor"].keys()
        parts = {key: row for key, row in worked["affiliation"].items() if row["doctor_id"] in stay}
        assert after["doctor"] == {key: row for key, row in worked["doctor"].items() if key in stay}
        assert after["affiliation"] == parts
        places = before["institution"].keys() | {row["institution_id"] for row in parts.values()}
        assert after["institution"] == {key: row for key, row in worked["institution"].items() if key in places}
        rooms = before["department"].keys() | {row["department_id"] for row in parts.values()}
        assert after["department"] == {key: row for key, row in worked["department"].items() if key in rooms}
        assert stands(laptop, run_id).nothing
    finally:
        laptop.close()


def test_nothing_of_others_goes(laptop: Laptop) -> None:
    run_id = imported(laptop)
    laptop.do(TakeImportBack(run_id, (("doctor", ZHANG), ("institution", HOSPITAL))))
    assert {ZHANG} <= held(laptop)["doctor"].keys()
    assert {HOSPITAL} <= held(laptop)["institution"].keys()


def test_what_is_touched_after_the_look_stays_too(laptop: Laptop) -> None:
    run_id = imported(laptop)
    todo = tuple((one.record, one.row_id) for one in stands(laptop, run_id).leaves)
    doctor_id = named(laptop, "doctor", "甲一")
    a_visit(laptop, doctor_id)
    left_out = dict(laptop.do(TakeImportBack(run_id, todo)).left_out)
    assert left_out[doctor_id] == "visit"
    assert doctor_id in held(laptop)["doctor"]
    assert "乙二" not in {row["name"] for row in held(laptop)["doctor"].values()}
