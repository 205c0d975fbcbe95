"""The visit report as data: order of detailing, round trip through a draft."""

from crmdesk.domain.records import VISIT
from crmdesk.domain.validation import check_new
from crmdesk.ui.pages.visit_report import VisitReport, report_of

ONE, TWO = "018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"


def filled() -> VisitReport:
    report = VisitReport(
        territory_id=ONE, owner_id=TWO, doctor_ids=[ONE], starts_at="2026-11-22T02:41:00.000Z", zone="Asia/Shanghai",
        adverse_event=False, note="已回复", next_step="带来 ≥75 岁亚组数据", next_step_on="2026-12-03",
    )  # fmt: skip
    report.set_messages(TWO, ["renal"])
    report.set_reaction(ONE, "positive")
    return report


def test_products_stand_in_the_order_in_which_they_were_talked_about() -> None:
    report = filled()
    assert (report.order_of(TWO), report.order_of(ONE)) == (1, 2)
    report.set_messages(TWO, [])
    assert (report.order_of(TWO), report.order_of(ONE)) == (0, 1)


def test_values_are_what_the_record_declares_and_a_draft_gives_them_back() -> None:
    report = filled()
    check_new(VISIT, {**report.values(), "state": "submitted"})
    assert report_of(report.content()) == report


def test_a_question_that_is_not_answered_stays_so_in_a_draft() -> None:
    report = filled()
    assert report_of(report.content()).adverse_event is False
    report.adverse_event = None
    assert report_of(report.content()).adverse_event is None
