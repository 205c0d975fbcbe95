"""The company's limit for late reports on the laptop: the usual one until another one came with the sync."""

import pytest

from crmdesk.domain.errors import RefusedError
from crmdesk.domain.visit_rules import Backdating
from crmdesk.services.commands import AmendVisit, SubmitVisit
from tests.services.small_territory import Laptop, an_id
from tests.services.test_visits import NEW, REPORT

LATE = {**REPORT, "starts_at": "2026-11-10T01:30:00.000Z"}


def let(laptop: Laptop, days: int, earlier: int = 7, since: str = "2026-11-01T00:00:00.000Z") -> None:
    rule = {"id": an_id(870), "name": "backdating_days", "value": days, "earlier": earlier, "since": since}
    laptop.receive("company_rule", rule)


def test_a_milder_limit_lets_a_late_report_through(laptop: Laptop) -> None:
    assert laptop.ask(lambda reads: reads.backdating()) == Backdating()
    with pytest.raises(RefusedError, match="too_late"):
        laptop.do(SubmitVisit(NEW, LATE))
    let(laptop, 14)
    assert laptop.ask(lambda reads: reads.backdating()).days == 14
    laptop.do(SubmitVisit(NEW, LATE))
    assert laptop.ask(lambda reads: reads.visit(NEW))["state"] == "submitted"


def test_a_stricter_limit_refuses_here_already_amendments_included(laptop: Laptop) -> None:
    let(laptop, 1)
    early = {**REPORT, "starts_at": "2026-11-18T01:30:00.000Z"}
    with pytest.raises(RefusedError, match="too_late") as caught:
        laptop.do(SubmitVisit(NEW, early))
    assert (caught.value.params["days"], caught.value.params["last"]) == (1, "2026-11-19")
    laptop.do(SubmitVisit(NEW, REPORT))
    row = laptop.ask(lambda reads: reads.visit(NEW))
    with pytest.raises(RefusedError, match="too_late"):
        laptop.do(AmendVisit(NEW, {"starts_at": early["starts_at"]}, row.revision, "写错了日期"))
