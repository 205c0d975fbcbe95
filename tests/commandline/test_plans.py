"""The commands about planning over a small territory, in this process."""

import json
from collections.abc import Iterator

import pytest

from crmdesk.commandline import plans
from crmdesk.domain import targets
from tests.commandline.seat import run, seated
from tests.services.small_territory import LI, MANAGER, REP, TERRITORY, Laptop, an_id

CYCLE, TARGET = an_id(201), an_id(211)


def receive_cycle(laptop: Laptop) -> None:
    """Give a laptop the plan of a cycle."""
    goals = [{"customer_class": "A", "goal": 4}, {"customer_class": "B", "goal": 2}]
    values = {"id": CYCLE, "territory_id": TERRITORY, "name": "Q4", "goals": goals, "visits_per_day": 6}
    laptop.receive("cycle_plan", values | {"starts_on": "2026-10-01", "ends_on": "2026-12-31"}, scope=f"t:{TERRITORY}")


@pytest.fixture
def rep(tmp_path, monkeypatch) -> Iterator[Laptop]:
    with seated(tmp_path / "store", monkeypatch, plans) as laptop:
        receive_cycle(laptop)
        yield laptop


@pytest.fixture
def manager(tmp_path, monkeypatch) -> Iterator[Laptop]:
    with seated(tmp_path / "store", monkeypatch, plans, user=MANAGER, role="manager") as laptop:
        receive_cycle(laptop)
        target = {"id": TARGET, "territory_id": TERRITORY, "owner_id": REP, "cycle_plan_id": CYCLE, "doctor_id": LI}
        target |= {"wanted": 5, "state": "proposed"}
        laptop.receive("plan_target", target | {"content_hash": targets.content_hash(target)}, scope=f"t:{TERRITORY}")
        yield laptop


def test_week_and_cycle_are_told_in_words_and_as_json(rep, capsys):
    code, out, _ = run(capsys, "plan", "week", "--date", "2026-10-01")
    assert code == 0
    assert "2026-10-01  0/0  National Day" in out
    assert "14:48  张三 · 上海协和医院  Planned" in run(capsys, "plan", "week")[1]
    assert "Class A  goal 4  done 1  scheduled 1  remaining 3  to-schedule 2" in run(capsys, "plan", "cycle")[1]
    document = json.loads(run(capsys, "--json", "plan", "cycle")[1])
    assert document["total"]["remaining_to_schedule"] == 400
    assert run(capsys, "plan", "cycle", "--date", "2030-01-01")[1] == "There is no cycle plan for that day.\n"
    code, _, err = run(capsys, "plan", "week", "--date", "soon")
    assert (code, err) == (1, "'soon' is not a day. Write it like 2026-11-27. [NOT-A-DAY]\n")


def test_a_visit_is_planned_at_a_time_or_in_the_first_free_one(rep, capsys):
    assert run(capsys, "plan", "add", LI, "--date", "2026-11-23", "--at", "10:15")[0] == 0
    code, out, _ = run(capsys, "--json", "plan", "add", LI, "--date", "2026-11-24")
    assert (code, json.loads(out)["starts_at"]) == (0, "2026-11-24T01:00:00.000Z")
    assert "10:15  李四" in run(capsys, "plan", "week", "--date", "2026-11-23")[1]
    assert "2026-11-25 09:00" in run(capsys, "plan", "add", LI, "--date", "2026-11-25")[1], "people read local time"
    for at in ("25:00", "10", "x:y"):
        assert run(capsys, "plan", "add", LI, "--date", "2026-11-23", "--at", at)[0] == 1
    assert "DAY-CLOSED" in run(capsys, "plan", "add", LI, "--date", "2026-11-22")[2]


def test_suggestions_and_proposals(rep, capsys):
    assert "李四" in run(capsys, "plan", "suggest")[1]
    assert run(capsys, "plan", "targets")[1] == "No proposals.\n"
    assert run(capsys, "plan", "propose", LI, "--visits", "5", "--why", "新指南")[0] == 0
    (item,) = json.loads(run(capsys, "--json", "plan", "targets")[1])
    assert (item["wanted"], item["state"], item["grounds"]) == (5, "proposed", "新指南")
    assert "NO-CYCLE-PLAN" in run(capsys, "plan", "propose", LI, "--visits", "5", "--date", "2030-01-01")[2]
    assert run(capsys, "plan", "propose", LI, "--visits", "61")[0] == 2


def test_a_manager_answers(manager, capsys):
    assert "COMMENT-MISSING" in run(capsys, "plan", "answer", TARGET, "--decline")[2]
    assert run(capsys, "plan", "answer", TARGET, "--accept", "--visits", "3", "--comment", "好")[0] == 0
    (item,) = json.loads(run(capsys, "--json", "plan", "targets")[1])
    assert (item["agreed"], item["pending"], item["answer"]) == (3, "accept", "好")
    assert "NOT-FOUND-HERE" in run(capsys, "plan", "answer", an_id(9), "--accept")[2]


def test_the_calendar_file(rep, capsys, tmp_path):
    code, out, _ = run(capsys, "plan", "export", str(tmp_path / "plan.ics"))
    assert (code, "1 entry written" in out) == (0, True)
    assert (tmp_path / "plan.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert "CALENDAR-KIND" in run(capsys, "plan", "export", str(tmp_path / "plan.txt"))[2]
    assert run(capsys, "plan", "export", str(tmp_path / "no" / "plan.ics"))[0] == 3
