"""What comes first of a new territory: the person's own next visits with whom they are to, and nothing else."""

from datetime import timedelta
from typing import Any

from crmdesk.domain.clock import to_text
from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Page
from crmdesk.server import ahead
from crmdesk.server.work import SYSTEM
from tests.server.company import Company, assert_same, visit_values

CANARY = "别人的客户"


def _crowd(company: Company, count: int = 60) -> None:
    """Put so many customers into the north that a first page of everything would not hold the visits."""
    rows = [(new_id(), {"name": f"医生{number}", "territory_id": company["north"]}) for number in range(count)]
    company.database.run(lambda work: work.insert_many("doctor", rows, SYSTEM))


def _visit(company: Company, owner: str = "rep", days: float = 1, **more: Any) -> str:
    at = to_text(company.clock() + timedelta(days=days))
    return company.insert("visit", visit_values(company, owner, starts_at=at, **more))


def _first(pages: list[Page]) -> Page:
    return next(page for page in pages if page.scope.startswith("t:"))


def _ids(page: Page, record: str) -> set[str]:
    return {row[0] for group in page.groups if group.record == record for row in group.by_row()}


def test_the_next_visits_come_first_with_whom_they_are_to(company: Company) -> None:
    _crowd(company)
    soon, long_ago, late = _visit(company), _visit(company, days=-30), _visit(company, days=40)
    rep = company.laptop("rep")
    answer = rep.sync()
    page = _first(answer.pages)
    assert page.first
    assert not page.complete
    assert _ids(page, "visit") == {soon}
    assert _ids(page, "doctor") == {company["north_doctor"]}
    assert _ids(page, "institution") == {company["north_hospital"]}
    assert _ids(page, "affiliation") == {company["north_affiliation"]}
    assert {soon, long_ago, late} <= rep.replica.ids("visit")
    assert_same(rep, answer.end.digests)


def test_the_visits_of_a_colleague_are_not_ahead(company: Company) -> None:
    _crowd(company)
    mine, other = _visit(company), _visit(company, "colleague")
    assert _ids(_first(company.laptop("rep").sync().pages), "visit") == {mine}
    assert _ids(_first(company.laptop("colleague").sync().pages), "visit") == {other}


def test_who_has_no_visit_starts_with_everything(company: Company) -> None:
    _crowd(company)
    page = _first(company.laptop("colleague").sync().pages)
    assert page.first
    assert len(_ids(page, "doctor")) == 61


def test_nothing_is_ahead_that_is_not_in_the_scope(company: Company) -> None:
    """A visit names a doctor and a hospital that went to the south: they are told to nobody in the north."""
    hospital = company.insert("institution", {"name": CANARY, "territory_id": company["south"]})
    doctor = company.insert("doctor", {"name": CANARY, "territory_id": company["south"]})
    company.insert("affiliation", {"doctor_id": doctor, "institution_id": hospital})
    visit = _visit(company, doctor_ids=[company["north_doctor"], doctor], institution_id=hospital)
    rep = company.laptop("rep")
    answer = rep.sync()
    assert _ids(_first(answer.pages), "visit") == {visit}
    assert CANARY not in repr([group.by_row() for page in answer.pages for group in page.groups])
    assert_same(rep, answer.end.digests)


def test_a_deleted_visit_or_doctor_is_not_ahead(company: Company) -> None:
    kept, gone = _visit(company), _visit(company)
    doctor = company.insert("doctor", {"name": "x", "territory_id": company["north"]})
    company.edit("visit", kept, {"doctor_ids": [company["north_doctor"], doctor]})
    company.database.run(lambda work: work.delete("visit", gone, SYSTEM))
    company.database.run(lambda work: work.delete("doctor", doctor, SYSTEM))
    page = _first(company.laptop("rep").sync().pages)
    assert (_ids(page, "visit"), _ids(page, "doctor")) == ({kept}, {company["north_doctor"]})


def test_the_page_stays_small(company: Company) -> None:
    visits = [_visit(company, days=number / 20) for number in range(ahead.MOST_VISITS + 15)]
    page = _first(company.laptop("rep").sync().pages)
    assert _ids(page, "visit") == set(visits[: ahead.MOST_VISITS])


def test_a_cut_after_it_goes_on_with_everything(company: Company) -> None:
    _crowd(company)
    _visit(company)
    rep, ahead_pages = company.laptop("rep"), 0
    for _ in range(30):
        answer = rep.sync(pages=1)
        ahead_pages += sum(1 for page in answer.pages if page.first and not page.complete)
        if answer.end.cursor and not answer.end.more:
            break
    assert ahead_pages == 1, "it comes once"
    assert_same(rep, rep.sync().end.digests)
    assert len(rep.replica.ids("doctor")) == 61


def test_the_page_stays_small_whatever_the_reports_hold(company: Company) -> None:
    soonest, *_ = [_visit(company, days=1 + number / 9, note=CANARY * 30_000) for number in range(9)]
    rep = company.laptop("rep")
    answer = rep.sync()
    page = _first(answer.pages)
    assert soonest in _ids(page, "visit")
    assert len(_ids(page, "visit")) < 4
    assert len(rep.replica.ids("visit")) == 9
    assert_same(rep, answer.end.digests)
