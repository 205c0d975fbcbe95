"""How much of a page goes into one commit follows from what commits took here."""

import pytest

from crmdesk.sync.pace import AIM_S, LONGEST_S, UNIT, Pace


def parts(pace: Pace, row_s: dict[str, float], *sizes: tuple[str, int]) -> list[list[tuple[str, int]]]:
    """Commit rows by a pace where each row takes so long; return the parts."""
    rest, made = list(sizes), []
    while rest:
        left, part = pace.fitting(rest), []
        while left:
            record, size = rest[0]
            taken = min(size, left)
            part.append((record, taken))
            left -= taken
            rest[:1] = [(record, size - taken)] if taken < size else []
        assert part, "it never ends"
        pace.note(part, sum(row_s[record] * size for record, size in part))
        made.append(part)
    return made


def test_of_a_record_that_was_not_written_yet_a_few_are_tried_first() -> None:
    pace = Pace()
    quick = {"doctor": 20e-6, "affiliation": 10e-6}
    assert parts(pace, quick, ("doctor", 1000)) == [[("doctor", UNIT)], [("doctor", 750)]]
    assert parts(pace, quick, ("doctor", 1000)) == [[("doctor", 1000)]]
    assert parts(pace, quick, ("affiliation", 1000))[0] == [("affiliation", UNIT)]
    assert parts(pace, quick, ("doctor", 500), ("affiliation", 500)) == [[("doctor", 500), ("affiliation", 500)]]


@pytest.mark.parametrize("row_s", [5e-6, 20e-6, 45e-6, 70e-6, 120e-6, 200e-6])
def test_no_part_takes_longer_than_is_meant_to_however_slow_the_laptop(row_s: float) -> None:
    pace = Pace()
    for _ in range(4):
        for part in parts(pace, {"doctor": row_s}, ("doctor", 1000)):
            took = sum(size for _, size in part) * row_s
            assert took <= LONGEST_S or part == [("doctor", UNIT)]


def test_a_page_that_is_cut_is_cut_into_like_parts() -> None:
    pace = Pace()
    parts(pace, {"doctor": 45e-6}, ("doctor", 1000))
    assert parts(pace, {"doctor": 45e-6}, ("doctor", 1000)) == [[("doctor", 500)], [("doctor", 500)]]
    assert parts(pace, {"doctor": 45e-6}, ("doctor", 1100)) == [[("doctor", 500)], [("doctor", 600)]]


def test_the_pace_follows_the_hour_and_a_few_rows_say_nothing() -> None:
    pace = Pace()
    parts(pace, {"doctor": 20e-6}, ("doctor", 1000))
    pace.note([("doctor", 1000)], 0.2)
    assert pace.fitting([("doctor", 1000)]) == UNIT
    pace.note([("doctor", UNIT)], UNIT * 20e-6)
    pace.note([("doctor", 3)], 0.2)
    pace.note([], 0.2)
    pace.note([("doctor", UNIT)], 0.0)  # a clock that stands still
    assert pace.fitting([("doctor", 1000)]) == 1000


def test_rows_of_two_records_are_cut_within_either() -> None:
    pace = Pace()
    slow = {"doctor": 60e-6, "department": 60e-6}
    parts(pace, slow, ("doctor", 1000), ("department", 1000))
    made = parts(pace, slow, ("department", 450), ("doctor", 550))
    assert sum(size for part in made for _, size in part) == 1000
    assert all(sum(size for _, size in part) * 60e-6 <= LONGEST_S for part in made)
    assert AIM_S < LONGEST_S
    assert pace.fitting([("doctor", 0), ("department", 0)]) == 0
    assert pace.fitting([]) == 0
