"""Calendars of a year as people write them: sheets and iCalendar files, each wrong row refused with its reason."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crmdesk.domain.company_calendar import Day
from crmdesk.domain.errors import InputError
from crmdesk.domain.icalendar import CalendarEvent, write_calendar
from crmdesk.server.calendar_file import read

GOOD = "日期,名称,类型\n2026-12-31,元旦,休\n2027/1/1,元旦,休\n2027年1月2日,New Year's Day,放假\n2027-01-10,元旦,班\n"


def csv_of(*rows: str) -> bytes:
    return "\n".join(("日期,结束日期,名称,类型", *rows)).encode()


def codes(data: bytes, year: int = 0) -> list[tuple[int, str]]:
    return [(one.row_number, one.code) for one in read(data, year).refused]


def test_a_sheet_names_days_off_and_days_worked_instead() -> None:
    found = read(GOOD.encode("gb18030"))
    assert (found.year, found.refused) == (2027, [])
    assert found.days == [
        Day(date(2026, 12, 31), "new_year", False),
        Day(date(2027, 1, 1), "new_year", False),
        Day(date(2027, 1, 2), "new_year", False),
        Day(date(2027, 1, 10), "new_year", True),
    ]


def test_a_row_may_be_a_stretch_and_a_name_the_company_s_own() -> None:
    found = read(csv_of("2027-08-02,2027-08-04,高温假,休"))
    assert [(one.day.day, one.name) for one in found.days] == [(2, "高温假"), (3, "高温假"), (4, "高温假")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",,元旦,休", "required"), ("2027-02-30,,元旦,休", "calendar_no_day"), ("明天,,元旦,休", "calendar_no_day"),
        ("2027-01-04,,,休", "required"), ("2027-01-04,,元旦,", "calendar_kind_unknown"),
        ("2027-01-04,,元旦,调休", "calendar_kind_unknown"), ("2027-01-04,2027-01-01,元旦,休", "ends_before_start"),
        ("2027-03-01,2027-06-30,长假,休", "stretch_too_long"), ("2027-01-01,,元旦,休", "day_twice"),
        ("2028-05-01,,劳动节,休", "calendar_other_year"), ("2026-11-30,,元旦,休", "calendar_other_year"),
        ("2027-01-06,,元旦,班", "make_up_on_workday"), (f"2027-01-04,,{'假' * 41},休", "too_long"),
    ],
)  # fmt: skip
def test_each_wrong_row_is_refused_with_its_reason(row: str, code: str) -> None:
    rows = ("2027-01-01,,元旦,休", "2027-01-02,,元旦,休", row)
    assert codes(csv_of(*rows)) == [(4, code)]


def test_the_year_may_be_said_instead_of_being_found() -> None:
    wrong = [(3, "calendar_other_year"), (4, "calendar_other_year"), (5, "calendar_other_year")]
    assert codes(GOOD.encode(), 2026) == wrong
    assert read(GOOD.encode(), 2027).year == 2027


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="no_calendar_column") as caught:
        read("日期,名称\n2027-01-01,元旦\n".encode())
    assert caught.value.params["field"] == "类型"


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n".encode()


def test_an_icalendar_file_says_it_behind_the_name() -> None:
    spring = "DTSTART;VALUE=DATE:20270206\r\nDTEND;VALUE=DATE:20270209\r\nSUMMARY:春节（休）"
    make_up = "DTSTART;VALUE=DATE:20270220\r\nSUMMARY:春节 补班"
    folded = "DTSTART;VALUE=DATE:20270501\r\nSUMMARY:Labour\r\n  Day (off)"
    found = read(calendar(spring, make_up, folded))
    assert found.refused == []
    assert [(one.day.isoformat(), one.name, one.worked) for one in found.days] == [
        ("2027-02-06", "spring_festival", False),
        ("2027-02-07", "spring_festival", False),
        ("2027-02-08", "spring_festival", False),
        ("2027-02-20", "spring_festival", True),
        ("2027-05-01", "labour_day", False),
    ]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("DTSTART;VALUE=DATE:20270206\r\nSUMMARY:春节", "calendar_kind_unknown"),
        ("DTSTART;VALUE=DATE:20270206\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:春节（休）", "calendar_event_repeats"),
        ("DTSTART:20270206T010000Z\r\nSUMMARY:春节（休）", "calendar_event_has_time"),
        ("SUMMARY:春节（休）", "required"),
        ("DTSTART;VALUE=DATE:20270206\r\nSUMMARY:休", "required"),
    ],
)
def test_each_wrong_event_is_refused_with_its_reason(event: str, code: str) -> None:
    sound = "DTSTART;VALUE=DATE:20270101\r\nSUMMARY:元旦（休）"
    assert codes(calendar(sound, event)) == [(7, code)]


def test_what_the_program_writes_it_reads(tmp_path: Path) -> None:
    days = [Day(date(2027, 2, 6), "高温假, 第一天; 全员", False), Day(date(2027, 2, 20), "高温假", True)]
    events = [
        CalendarEvent(f"{one.day}", 0, one.day, date.fromordinal(one.day.toordinal() + 1),
                      f"{one.name}（{'班' if one.worked else '休'}）")
        for one in days
    ]  # fmt: skip
    path = tmp_path / "2027.ics"
    path.write_bytes(write_calendar("工作日历", events, datetime(2026, 11, 26, tzinfo=UTC)))
    assert read(path).days == days
