"""The reads: the day, the customer list, the pages, the sync figures, and that they follow each change."""

import pytest

from crmdesk.domain.errors import InputError
from crmdesk.services.commands import (
    CreateDoctor,
    DropRefused,
    EditRow,
    ResolveConflict,
    RetryRefused,
    SaveVisit,
    SubmitVisit,
    Undo,
)
from crmdesk.services.views import SAVED_HERE, SENT
from tests.services.small_territory import (
    CARDIOLOGY,
    CLINIC,
    CONFLICT,
    DRAFT_CLAIM,
    HOSPITAL,
    LI,
    OLD_VISIT,
    OTHER_TERRITORY,
    PLANNED_VISIT,
    REP,
    SECOND_REP,
    TERRITORY,
    WANG,
    ZHANG,
    Laptop,
    an_id,
    days,
)


def test_the_person_holds_the_territories_of_today(laptop: Laptop) -> None:
    person = laptop.ask(lambda reads: reads.person())
    assert (person.user_id, person.territory_ids, person.territory_names) == (REP, (TERRITORY,), ("上海一区",))


def test_a_manager_holds_what_lies_below_the_region(manager_laptop: Laptop) -> None:
    assert manager_laptop.desk.person.territory_ids[0] == TERRITORY
    assert len(manager_laptop.desk.person.territory_ids) == 2
    assert manager_laptop.desk.person.place == "华东大区", "the rail names the region, not what lies in it"


def test_the_person_follows_a_new_assignment(laptop: Laptop) -> None:
    assert laptop.desk.person.territory_ids == (TERRITORY,)
    laptop.receive(
        "assignment",
        {"id": an_id(99), "user_id": REP, "territory_id": OTHER_TERRITORY, "valid_from": "2026-11-01"},
    )
    assert laptop.desk.person.territory_ids == (TERRITORY, OTHER_TERRITORY)


def test_today_shows_the_visits_and_what_was_promised(laptop: Laptop) -> None:
    today = laptop.ask(lambda reads: reads.today("2026-11-20"))
    (item,) = today.items
    assert (item.visit.id, item.doctor_names, item.customer_class) == (PLANNED_VISIT, "张三", "A")
    assert (item.institution_name, item.department_name) == ("上海协和医院", "心内科")
    assert (item.last_promise, item.last_promise_on) == ("带指南全文", "2026-11-19")
    (promise,) = today.overdue_promises
    assert (promise.visit.id, promise.overdue) == (OLD_VISIT, True)
    unseen = laptop.ask(lambda reads: reads.not_seen("2026-11-20"))
    assert [one.id for one in unseen.items] == [LI]  # 张三 was seen, 王五 is class C


def test_a_kept_promise_is_no_longer_shown(laptop: Laptop) -> None:
    laptop.do(EditRow("visit", OLD_VISIT, {"next_step_done": True}, 1, "已兑现"))
    today = laptop.ask(lambda reads: reads.today("2026-11-20"))
    assert (today.overdue_promises, today.items[0].last_promise) == ((), "")


def test_a_visit_counts_to_the_day_of_its_own_zone(laptop: Laptop) -> None:
    early = an_id(520)
    values = {"doctor_ids": [LI], "starts_at": "2026-11-20T16:30:00.000Z", "zone": "Asia/Shanghai"}
    laptop.do(SaveVisit(early, values))
    assert early not in {item.visit.id for item in laptop.ask(lambda reads: reads.today("2026-11-20")).items}
    assert early in {item.visit.id for item in laptop.ask(lambda reads: reads.today("2026-11-21")).items}


def test_somebody_seen_is_not_called_unseen(laptop: Laptop) -> None:
    laptop.do(SubmitVisit(an_id(521), {"doctor_ids": [LI], "adverse_event": False, "starts_at": days(-1)}))
    assert laptop.ask(lambda reads: reads.not_seen("2026-11-20")).items == ()
    assert [one.id for one in laptop.ask(lambda reads: reads.not_seen("2027-01-20")).items] == [ZHANG, LI]


def test_the_customer_list_is_sorted_filtered_and_paged(laptop: Laptop) -> None:
    names = [item.name for item in laptop.ask(lambda reads: reads.customers())]
    assert names == ["李四", "王五", "张三"]  # by pinyin
    assert [item.name for item in laptop.ask(lambda reads: reads.customers(sort="-class"))] == ["王五", "李四", "张三"]
    assert [item.id for item in laptop.ask(lambda reads: reads.customers(customer_class="B"))] == [LI]
    assert [item.id for item in laptop.ask(lambda reads: reads.customers(offset=1, limit=1))] == [WANG]
    assert [item.id for item in laptop.ask(lambda reads: reads.customers(text="zs"))] == [ZHANG]
    assert laptop.ask(lambda reads: reads.customer_count(text="协和")) == 2
    assert [item.id for item in laptop.ask(lambda reads: reads.customers(sort="institution"))] == [LI, ZHANG, WANG]
    assert [item.id for item in laptop.ask(lambda reads: reads.customers(sort="last_visit"))][-1] == ZHANG
    assert [item.id for item in laptop.ask(lambda reads: reads.customers("institution"))] == [CLINIC, HOSPITAL]
    with pytest.raises(InputError, match="unknown_sort"):
        laptop.ask(lambda reads: reads.customers(sort="name; DROP TABLE"))


def test_a_list_item_tells_place_state_and_conflict(laptop: Laptop) -> None:
    laptop.do(EditRow("doctor", ZHANG, {"title": "associate_chief"}, 1))
    (item,) = laptop.ask(lambda reads: reads.customers(text="张三"))
    assert (item.institution_name, item.department_name) == ("上海协和医院", "心内科")
    assert (item.sync_state, item.has_conflict, item.last_visit_at) == (SAVED_HERE, True, days(-3))


def test_the_list_follows_every_change(laptop: Laptop) -> None:
    assert laptop.ask(lambda reads: reads.customer_count()) == 3
    laptop.do(CreateDoctor({"name": "赵六"}, HOSPITAL, "肾内科"))
    assert laptop.ask(lambda reads: reads.customer_count()) == 4
    laptop.receive("doctor", {"id": an_id(350), "name": "阿七", "territory_id": TERRITORY}, scope=f"t:{TERRITORY}")
    assert laptop.ask(lambda reads: reads.customers())[0].name == "阿七"


@pytest.mark.parametrize("text", ['"', "*", "(", "%", "😀", "AND", "-9", "name:9", "'", "a" * 60_000])
def test_a_search_for_anything_is_answered(laptop: Laptop, text: str) -> None:
    assert laptop.ask(lambda reads: reads.search(text)) == []
    assert laptop.ask(lambda reads: reads.customers(text=text)) == []


def test_a_hit_says_why_it_hit(laptop: Laptop) -> None:
    (hit,) = laptop.ask(lambda reads: reads.search("协和 张"))
    assert (hit.id, hit.title, hit.subtitle) == (ZHANG, "张三", "上海协和医院 · 心内科")
    assert hit.reason


def test_the_doctor_page_holds_everything(laptop: Laptop) -> None:
    view = laptop.ask(lambda reads: reads.doctor(ZHANG))
    assert [one.institution_name for one in view.affiliations] == ["上海协和医院", "静安诊所"]
    assert {one.id for one in view.timeline} == {OLD_VISIT, PLANNED_VISIT, DRAFT_CLAIM}
    assert [one.id for one in view.promises] == [OLD_VISIT]
    assert view.visits_by_month == (0,) * 11 + (1,)
    assert view.claims_fen == 240_00
    (conflict,) = view.conflicts
    assert (conflict.winner_value, conflict.loser_value, conflict.loser_is_me) == ("13800000001", "13900000002", True)


def test_the_institution_page_holds_everything(laptop: Laptop) -> None:
    view = laptop.ask(lambda reads: reads.institution(HOSPITAL))
    assert [one.id for one in view.departments] == [CARDIOLOGY]
    assert {one.doctor_name for one in view.people} == {"张三", "李四"}
    assert {one.id for one in view.timeline} == {OLD_VISIT, PLANNED_VISIT, DRAFT_CLAIM}


def test_history_comes_from_the_trail(laptop: Laptop) -> None:
    laptop.receive(
        "audit_entry",
        {
            "id": an_id(801), "parent_record": "doctor", "parent_id": ZHANG, "at": days(-1), "by_id": SECOND_REP,
            "action": "edit", "changes": {"mobile": ["1", "2"]}, "reason": "r",
        },
        scope=f"t:{TERRITORY}",
    )  # fmt: skip
    (entry,) = laptop.ask(lambda reads: reads.doctor(ZHANG)).history
    assert (entry.who, entry.changes, entry.reason) == ("刘洋", {"mobile": ("1", "2")}, "r")


def test_a_new_doctor_finds_or_makes_the_department(laptop: Laptop) -> None:
    first = laptop.do(CreateDoctor({"name": "赵六"}, HOSPITAL, " 心 内科"))
    second = laptop.do(CreateDoctor({"name": "钱七"}, HOSPITAL, "肾内科"))
    assert [(one.record, one.kind) for one in laptop.waiting()] == [
        ("doctor", "create"), ("affiliation", "create"),
        ("doctor", "create"), ("department", "create"), ("affiliation", "create"),
    ]  # fmt: skip
    view = laptop.ask(lambda reads: reads.doctor(first.created_id))
    assert (view.row["status"], view.affiliations[0].department_name) == ("under_review", "心内科")
    assert "status" not in laptop.waiting()[0].fields  # the server sets it

    laptop.do(Undo(second.undo_token))
    assert laptop.ask(lambda reads: reads.customer_count()) == 4
    assert len(laptop.ask(lambda reads: reads.institution(HOSPITAL)).departments) == 1
    with pytest.raises(InputError, match="unknown_row"):
        laptop.do(CreateDoctor({"name": "孙八"}, an_id(999)))


def test_a_new_doctor_of_an_unknown_institution_brings_it_along_and_nothing_typed_is_lost(laptop: Laptop) -> None:
    made = laptop.do(CreateDoctor({"name": "赵六"}, "", "呼吸科", "芦花县人民医院"))
    assert [(one.record, one.kind) for one in laptop.waiting()] == [
        ("institution", "create"), ("doctor", "create"), ("department", "create"), ("affiliation", "create"),
    ]  # fmt: skip
    (place,) = laptop.ask(lambda reads: reads.doctor(made.created_id)).affiliations
    assert (place.institution_name, place.department_name) == ("芦花县人民医院", "呼吸科")
    laptop.do(Undo(made.undo_token))
    assert laptop.ask(lambda reads: reads.customer_count()) == 3
    with pytest.raises(InputError, match="department_alone"):
        laptop.do(CreateDoctor({"name": "赵六"}, "", "呼吸科"))


def test_similar_doctors_are_shown_before_a_second_one_is_made(laptop: Laptop) -> None:
    assert [one.id for one in laptop.ask(lambda reads: reads.similar_doctors(" 张 三", HOSPITAL))] == [ZHANG]
    assert laptop.ask(lambda reads: reads.similar_doctors("", HOSPITAL)) == []


@pytest.mark.parametrize(("choice", "mobile"), [("loser", "13900000002"), ("base", "13700000000"), ("keep", None)])
def test_a_conflict_is_settled_and_the_settling_undone(laptop: Laptop, choice: str, mobile: str | None) -> None:
    outcome = laptop.do(ResolveConflict(CONFLICT, choice))
    assert laptop.ask(lambda reads: reads.conflicts()) == []
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == (mobile or "13800000001")
    assert [one.record for one in laptop.waiting()] == (["doctor", "conflict"] if mobile else ["conflict"])

    laptop.do(Undo(outcome.undo_token))
    assert len(laptop.ask(lambda reads: reads.conflicts())) == 1
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == "13800000001"


@pytest.mark.parametrize(
    ("mobile", "in_use", "choices"),
    [
        ("13700000000", "base", ("winner", "loser")),
        ("13900000002", "loser", ("winner", "base")),
        ("13611112222", "", ("winner", "loser", "base")),
        (None, "", ("winner", "loser", "base")),
    ],
)
def test_a_conflict_says_what_the_row_has_by_now(
    laptop: Laptop, mobile: str | None, in_use: str, choices: tuple[str, ...]
) -> None:
    """Whoever changed the value again, or undid his own, was told that the one that won is in use."""
    (before,) = laptop.ask(lambda reads: reads.conflicts())
    assert (before.in_use, before.now_value, before.choices) == ("winner", "13800000001", ("loser", "base"))
    laptop.do(EditRow("doctor", ZHANG, {"mobile": mobile}, 1))
    (now,) = laptop.ask(lambda reads: reads.conflicts())
    assert (now.in_use, now.now_value, now.choices) == (in_use, mobile, choices)
    laptop.do(ResolveConflict(CONFLICT, "winner"))
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["mobile"] == "13800000001"


def test_a_conflict_is_settled_once(laptop: Laptop) -> None:
    laptop.do(ResolveConflict(CONFLICT, "keep"))
    with pytest.raises(Exception, match="already_settled"):
        laptop.do(ResolveConflict(CONFLICT, "loser"))
    with pytest.raises(InputError, match="unknown_choice"):
        laptop.do(ResolveConflict(CONFLICT, "mine"))


def test_what_waits_is_named_in_the_persons_words(laptop: Laptop) -> None:
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "1"}, 1))
    laptop.hand_out()
    laptop.do(SaveVisit(an_id(530), {"doctor_ids": [LI], "note": "x"}))
    first, second = laptop.ask(lambda reads: reads.waiting())
    assert (first.title, first.kind, first.state) == ("张三", "edit", SENT)
    assert (second.title, second.kind, second.state) == ("李四", "create", SAVED_HERE)
    summary = laptop.ask(lambda reads: reads.sync_summary())
    assert (summary.waiting, summary.oldest_waiting_at, summary.conflicts, summary.customers) == (2, days(0), 1, 5)
    laptop.answer()
    summary = laptop.ask(lambda reads: reads.sync_summary())
    assert (summary.waiting, summary.accepted_today, summary.last_sync_at) == (0, 2, days(0))


def test_a_refusal_keeps_the_text_and_goes_out_again_corrected(laptop: Laptop) -> None:
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "1", "note": "lang"}, 1))
    laptop.answer("refused", code="invalid", params={"code": "too_long"}, field="mobile")
    (item,) = laptop.ask(lambda reads: reads.refused())
    assert (item.code, item.params, item.field) == ("invalid", {"code": "too_long"}, "mobile")
    assert (item.title, item.fields) == ("张三", {"mobile": "1", "note": "lang"})

    with pytest.raises(InputError, match="too_long"):
        laptop.do(RetryRefused(item.operation_id, {"mobile": "1" * 50}))
    laptop.do(RetryRefused(item.operation_id, {"mobile": "139"}))
    assert laptop.ask(lambda reads: reads.refused()) == []
    assert laptop.waiting()[0].fields["mobile"][1] == "139"
    assert laptop.ask(lambda reads: reads.row("doctor", ZHANG))["note"] == "lang"


def test_a_refusal_can_be_given_up(laptop: Laptop) -> None:
    laptop.do(EditRow("doctor", ZHANG, {"mobile": "1"}, 1))
    laptop.answer("refused", code="out_of_scope")
    (item,) = laptop.ask(lambda reads: reads.refused())
    laptop.do(DropRefused(item.operation_id))
    assert laptop.ask(lambda reads: reads.refused()) == []
    with pytest.raises(InputError, match="unknown_operation"):
        laptop.do(DropRefused(item.operation_id))
