"""One change for many customers: preview, commits with progress, cancel, undo as one, and what it leaves out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.records import DOCTOR
from crmdesk.services.batch import COMMIT_ROWS, BatchChange, changes_of, offered, preview
from crmdesk.services.commands import EditMany, EditRow, Undo
from tests.services.small_territory import LI, OTHER_TERRITORY, TERRITORY, WANG, ZHANG, Laptop, an_id

ALL = (ZHANG, LI, WANG)


def many(laptop: Laptop, count: int) -> list[str]:
    ids = [an_id(10_000 + number) for number in range(count)]
    rows = [
        {"id": one, "name": f"丙{at}", "customer_class": "C", "status": "active", "territory_id": TERRITORY}
        for at, one in enumerate(ids)
    ]
    laptop.receive("doctor", *rows, scope=f"t:{TERRITORY}")
    return ids


def values(laptop: Laptop, name: str, ids: Any = ALL) -> list[Any]:
    return [laptop.ask(lambda reads, one=one: reads.row("doctor", one))[name] for one in ids]


def test_the_preview_says_what_changes_and_changes_nothing(laptop: Laptop) -> None:
    change = BatchChange({"customer_class": "A"}, add_tags=("重点",), remove_tags=("讲者",))
    seen = laptop.ask(lambda reads: preview(reads, "doctor", [*ALL, an_id(999)], change))
    assert (seen.total, seen.changing, seen.same, seen.left_out) == (4, 3, 0, {"unknown_row": 1})
    assert seen.rows[0].changes == {"tags": (["讲者"], ["重点"])}
    assert seen.rows[1].changes == {"customer_class": ("B", "A"), "tags": (None, ["重点"])}
    assert laptop.waiting() == []
    same = laptop.ask(lambda reads: preview(reads, "doctor", [ZHANG], BatchChange({"customer_class": "A"})))
    assert (same.changing, same.same) == (0, 1)


def test_one_undo_takes_back_every_commit(laptop: Laptop) -> None:
    ids = many(laptop, 2 * COMMIT_ROWS + 7)
    steps: list[tuple[int, int]] = []
    report = laptop.desk.batches.run(
        "doctor", ids, BatchChange({"customer_class": "A", "specialty": "cardiology"}), lambda *step: steps.append(step)
    ).result(30)
    assert (report.changed, report.cancelled, report.left_out) == (len(ids), False, {})
    assert steps == [(200, 407), (400, 407), (407, 407)]
    assert len(laptop.waiting()) == len(ids)
    assert set(values(laptop, "customer_class", ids)) == {"A"}
    laptop.do(Undo(report.undo_token))
    assert set(values(laptop, "customer_class", ids)) == {"C"}
    assert set(values(laptop, "specialty", ids)) == {None}
    assert laptop.waiting() == []  # nothing was sent, so nothing remains to be sent


def test_undo_leaves_out_what_was_changed_since(laptop: Laptop) -> None:
    report = laptop.desk.batches.run("doctor", ALL, BatchChange({"customer_class": "B"})).result(10)
    assert report.changed == 2  # one was B already
    laptop.do(EditRow("doctor", WANG, {"customer_class": "A"}, 1))
    outcome = laptop.do(Undo(report.undo_token))
    assert outcome.left_out == ((WANG, "changed_meanwhile"),)
    assert values(laptop, "customer_class") == ["A", "B", "A"]
    with pytest.raises(InputError, match="undo_gone"):
        laptop.do(Undo(report.undo_token))


def test_cancel_keeps_what_was_written_and_its_undo(laptop: Laptop) -> None:
    ids = many(laptop, 3 * COMMIT_ROWS)
    done: list[int] = []
    report = laptop.desk.batches.run(
        "doctor", ids, BatchChange({"customer_class": "A"}), lambda at, _all: done.append(at), lambda: bool(done)
    ).result(30)
    assert (report.changed, report.cancelled) == (COMMIT_ROWS, True)
    laptop.do(Undo(report.undo_token))
    assert set(values(laptop, "customer_class", ids)) == {"C"}


def test_rows_of_another_territory_and_merged_ones_are_left_out(laptop: Laptop) -> None:
    laptop.receive("doctor", {"id": LI, "territory_id": OTHER_TERRITORY}, {"id": WANG, "status": "merged"},
                   scope=f"t:{TERRITORY}")  # fmt: skip
    report = laptop.desk.batches.run("doctor", ALL, BatchChange({"territory_id": TERRITORY})).result(10)
    assert report.left_out == {"not_yours": 1, "merged": 1}
    with pytest.raises(RefusedError, match="out_of_scope"):
        laptop.do(EditMany("doctor", ALL, {"territory_id": OTHER_TERRITORY}))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"customer_class": "Z"}, "not_in_list"),
        ({"nothing": "x"}, "unknown_field"),
        ({"status": "left"}, "field_not_allowed"),
        ({"name": ""}, "required"),
    ],
)
def test_a_bad_change_is_refused_whole(laptop: Laptop, changes: dict[str, Any], code: str) -> None:
    with pytest.raises((InputError, RefusedError), match=code):
        laptop.do(EditMany("doctor", ALL, changes))
    assert laptop.waiting() == []


def test_too_many_rows_or_tags_are_refused(laptop: Laptop) -> None:
    with pytest.raises(InputError, match="too_many_rows"):
        laptop.do(EditMany("doctor", tuple(an_id(at) for at in range(501)), {"customer_class": "A"}))
    laptop.receive("doctor", {"id": LI, "tags": [f"签{at}" for at in range(30)]}, scope=f"t:{TERRITORY}")
    outcome = laptop.do(EditMany("doctor", (LI, WANG), add_tags=("再来一个",)))
    assert outcome.left_out == ((LI, "too_long"),)
    assert values(laptop, "tags", [WANG]) == [["再来一个"]]


def test_who_may_change_what(finance_laptop: Laptop) -> None:
    assert "status" in offered("doctor", "manager")
    assert "status" not in offered("doctor", "rep")
    assert offered("doctor", "finance") == ()
    assert offered("visit", "rep") == ()
    with pytest.raises(RefusedError, match="forbidden"):
        finance_laptop.do(EditMany("doctor", ALL, {"customer_class": "A"}))


tags = st.lists(st.sampled_from("甲乙丙丁"), unique=True).map(tuple)


@given(held=tags, add=tags, remove=tags)
def test_tags_to_add_win_over_tags_to_remove_and_twice_is_once(
    held: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...]
) -> None:
    change = BatchChange(add_tags=add, remove_tags=remove)
    first = changes_of(DOCTOR, {"tags": sorted(held)}, change).get("tags", sorted(held))
    assert set(add) <= set(first)
    assert not (set(remove) - set(add)) & set(first)
    assert set(held) - set(remove) <= set(first)
    assert changes_of(DOCTOR, {"tags": first}, change) == {}
