"""iCalendar text: folded at octets, escaped, UTC, stable; read back by a reader that knows RFC 5545."""

from datetime import UTC, date, datetime, timedelta

import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st

from crmdesk.domain.icalendar import CalendarEvent, escaped, folded, write_calendar

AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
STARTS = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)


def event(**more: object) -> CalendarEvent:
    values: dict[str, object] = {
        "uid": "visit-1@crmdesk", "sequence": 3, "starts": STARTS, "ends": STARTS + timedelta(minutes=30),
        "summary": "单志远 · 拜访",
    }  # fmt: skip
    return CalendarEvent(**(values | more))  # type: ignore[arg-type]


def test_a_calendar_as_the_standard_wants_it() -> None:
    text = write_calendar("计划", [event(location="上海市第七人民医院; 3 楼, 东")], AT).decode()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//crmdesk//visit plan//ZH\r\n")
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert "UID:visit-1@crmdesk\r\nDTSTAMP:20261125T020000Z\r\nSEQUENCE:3\r\n" in text
    assert "DTSTART:20261126T010000Z\r\nDTEND:20261126T013000Z\r\nSUMMARY:单志远 · 拜访\r\n" in text
    assert "LOCATION:上海市第七人民医院\\; 3 楼\\, 东\r\n" in text
    assert "\n" not in text.replace("\r\n", "")


def test_whole_days_end_with_the_day_after_and_nothing_ends_before_it_starts() -> None:
    day = event(starts=date(2026, 12, 1), ends=date(2026, 12, 3), free=True)
    text = write_calendar(
        "x", [day, event(ends=STARTS), event(starts=date(2026, 1, 1), ends=date(2026, 1, 1))], AT
    ).decode()
    assert "DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261203\r\n" in text
    assert "TRANSP:TRANSPARENT" in text
    assert "DTSTART:20261126T010000Z\r\nDTEND:20261126T010100Z\r\n" in text
    assert "DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20260102\r\n" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b;c\\d", "a\\,b\\;c\\\\d"),
        ("one\r\ntwo\rthree\nfour", "one\\ntwo\\nthree\\nfour"),
        ("BEGIN:VEVENT\r\nX", "BEGIN:VEVENT\\nX"),
        ("bell\x07 null\x00 \ud800half", "bell null half"),
    ],
)
def test_values_are_escaped(text: str, expected: str) -> None:
    assert escaped(text) == expected


@given(st.text(max_size=400))
@example("x" * 400)
@example("拜访" * 100)
@example("a" + "é" * 200)
def test_lines_fold_at_75_octets_between_characters_and_unfold_to_themselves(text: str) -> None:
    line = f"SUMMARY:{escaped(text)}"
    pieces = list(folded(line))
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert "\n" not in line


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=120)


@given(words, words)
def test_another_reader_reads_what_was_written(summary: str, location: str) -> None:
    content = write_calendar("计划", [event(summary=summary, location=location, description="第一行\n第二行")], AT)
    read = vobject.readOne(content.decode()).vevent
    assert read.summary.value == escaped(summary).replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    assert read.description.value == "第一行\n第二行"
    assert read.dtstart.value == STARTS
