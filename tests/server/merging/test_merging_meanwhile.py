"""A merge and a push that meet: whichever commits first, nothing names the one that ended. On PostgreSQL, where two
transactions run side by side; SQLite has one writer."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from crmdesk.domain.customer_merge import DOCTORS, INSTITUTIONS
from crmdesk.domain.procurement import row_id
from crmdesk.intake.procurement import Figure
from crmdesk.protocol.messages import Answer, Operation
from crmdesk.server import institution_merges, persons, procurement
from crmdesk.server.database import Database
from crmdesk.server.push import push
from crmdesk.server.work import ServerWork
from tests.server.access.firms import attachment_of
from tests.server.company import Company, Laptop, procurement_of, visit_values
from tests.server.founded import company_on
from tests.server.merging.test_institutions import put, twin

PATIENCE_S = 30


@pytest.fixture(params=["postgresql"])
def company(request: pytest.FixtureRequest, tmp_path: Any, clock: Any) -> Iterator[Company]:
    """The company with a second northern hospital and a second northern doctor."""
    with company_on(request, tmp_path, clock) as made:
        made.ids["other"] = twin(made)
        made.ids["double"] = put(made, "doctor", {"name": "张维", "territory_id": made["north"], "status": "active"})
        yield made


class Other:
    """What runs in a transaction of its own, in a thread and on a connection of its own."""

    def __init__(self, database: Database, act: Callable[[ServerWork], object]) -> None:
        self._database, self.done, self.failures = database, False, list[Exception]()
        self.held, self._may_commit = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(act,))

    def _run(self, act: Callable[[ServerWork], object]) -> None:
        def held(work: ServerWork) -> None:
            act(work)
            work.settle()
            self.held.set()
            self._may_commit.wait(PATIENCE_S)

        try:
            self._database.run(held)
        except Exception as error:
            self.failures.append(error)
        self.done = True

    def start(self, *, commits: bool) -> None:
        if commits:
            self._may_commit.set()
        self._thread.start()

    def commit(self) -> None:
        self._may_commit.set()
        self._thread.join(PATIENCE_S)
        assert self.done
        assert self.failures == []


def waits_or_is_done(company: Company, other: Other) -> None:
    """Wait until another transaction has come to its end, or to a lock that somebody holds."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with company.database.reading() as connection:
            waiting = connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar()
        if waiting or other.done:
            return
    pytest.fail("it neither ended nor waited")


def visit_to(company: Company, laptop: Laptop) -> Operation:
    ends = {"institution_id": company["other"], "doctor_ids": [company["double"]]}
    return laptop.create("visit", visit_values(company, **ends))


def merging(company: Company, manager: Laptop, record: str) -> Callable[[ServerWork], list[Answer]]:
    """Return what merges the two of a kind by the command of a manager."""
    kind = {"institution": INSTITUTIONS, "doctor": DOCTORS}[record]
    ends = {"institution": ("north_hospital", "other"), "doctor": ("north_doctor", "double")}[record]
    kept, other = (company[name] for name in ends)
    pair = {kind.kept_field: kept, "other_id": other, "take": []}
    made = manager.create(kind.record.name, {"territory_id": company["north"], "owner_id": company["manager"], **pair})
    args = {"seen_hash": kind.pair_hash(company.row(record, kept), company.row(record, other))}
    merge = manager.operation(kind.record.name, made.row_id, "command", command="merge", args=args)
    return pushing(company, manager, made, merge)


def pushing(company: Company, laptop: Laptop, *operations: Operation) -> Callable[[ServerWork], list[Answer]]:
    actor = company.actor(laptop.name, laptop.device_id)

    def act(work: ServerWork) -> list[Answer]:
        answers = push(work, actor, laptop.device_id, list(operations)).answers
        assert [one.outcome for one in answers] == ["applied"] * len(operations), answers
        return answers

    return act


MERGES: dict[str, tuple[str, Callable[[Company, Laptop], Callable[[ServerWork], object]]]] = {
    "institution": ("institution", lambda c, manager: merging(c, manager, "institution")),
    "doctor": ("doctor", lambda c, manager: merging(c, manager, "doctor")),
    "institution by command": (
        "institution",
        lambda c, _: lambda work: institution_merges.merge(work, c["north_hospital"], c["other"]),
    ),
}


@pytest.fixture(params=MERGES)
def merge(request: pytest.FixtureRequest, company: Company) -> tuple[str, Callable[[ServerWork], object]]:
    record, make = MERGES[request.param]
    return record, make(company, company.laptop("manager"))


def assert_follows(company: Company, record: str, visit_id: str) -> None:
    row = company.row("visit", visit_id)
    wanted = {"institution": ("institution_id", company["north_hospital"]), "doctor": ("doctor_ids", None)}[record]
    if record == "institution":
        assert row[wanted[0]] == wanted[1]
    else:
        assert row["doctor_ids"] == [company["north_doctor"]]


def test_a_visit_whose_push_commits_behind_a_merge_follows_it(
    company: Company, new_database: Callable[[], Database], merge: tuple[str, Callable[[ServerWork], object]]
) -> None:
    """The push has looked whom there is, the merge comes; what it moves cannot yet hold that visit."""
    record, act = merge
    rep = company.laptop("rep")
    visit = visit_to(company, rep)
    pushed = Other(new_database(), pushing(company, rep, visit))
    merged = Other(new_database(), act)
    pushed.start(commits=False)
    assert pushed.held.wait(PATIENCE_S)
    merged.start(commits=True)
    waits_or_is_done(company, merged)
    pushed.commit()
    merged.commit()
    assert_follows(company, record, visit.row_id)


def test_a_visit_that_comes_while_a_merge_is_not_committed_follows_it(
    company: Company, new_database: Callable[[], Database], merge: tuple[str, Callable[[ServerWork], object]]
) -> None:
    record, act = merge
    rep = company.laptop("rep")
    visit = visit_to(company, rep)
    pushed = Other(new_database(), pushing(company, rep, visit))
    merged = Other(new_database(), act)
    merged.start(commits=False)
    assert merged.held.wait(PATIENCE_S)
    pushed.start(commits=True)
    waits_or_is_done(company, pushed)
    merged.commit()
    pushed.commit()
    assert_follows(company, record, visit.row_id)


def test_who_goes_into_a_doctor_that_is_being_erased_is_erased_with_it(
    company: Company, new_database: Callable[[], Database]
) -> None:
    """The erasure looks who was merged into the doctor: it waits for a merge that is under way."""
    merged = Other(new_database(), merging(company, company.laptop("manager"), "doctor"))
    doctor = company["north_doctor"]
    erased = Other(new_database(), lambda work: persons._empty_rows(work, doctor, persons.Erased()))
    merged.start(commits=False)
    assert merged.held.wait(PATIENCE_S)
    erased.start(commits=True)
    waits_or_is_done(company, erased)
    merged.commit()
    erased.commit()
    assert [company.row("doctor", one)["name"] for one in (doctor, company["double"])] == ["—", "—"]


@pytest.mark.parametrize("merge_first", [True, False])
def test_a_figure_follows_a_merge_that_is_not_committed(
    company: Company, new_database: Callable[[], Database], merge_first: bool
) -> None:
    values = procurement_of(company["other"]) | {"round_name": "第九批"}
    ids = {key: row_id(company[key], "第九批", values["product_name"], "") for key in ("other", "north_hospital")}
    figure = Figure(1, ids["other"], values)
    written = Other(
        new_database(), lambda work: procurement._write(work, figures=[figure], actor=company.actor("admin"))
    )
    merged = Other(
        new_database(), lambda work: institution_merges.merge(work, company["north_hospital"], company["other"])
    )
    first, second = (merged, written) if merge_first else (written, merged)
    first.start(commits=False)
    assert first.held.wait(PATIENCE_S)
    second.start(commits=True)
    waits_or_is_done(company, second)
    first.commit()
    second.commit()
    row = company.row("procurement", ids["north_hospital"])
    assert (row["deleted"], row["parent_id"]) == (False, company["north_hospital"])


def test_a_file_and_a_place_of_work_follow_as_well(company: Company, new_database: Callable[[], Database]) -> None:
    rep = company.laptop("rep")
    file = rep.create("attachment", attachment_of("institution", company["other"], "1" * 64))
    place = rep.create("affiliation", {"doctor_id": company["double"], "institution_id": company["other"]})
    pushed = Other(new_database(), pushing(company, rep, file, place))
    merged = Other(
        new_database(), lambda work: institution_merges.merge(work, company["north_hospital"], company["other"])
    )
    pushed.start(commits=False)
    assert pushed.held.wait(PATIENCE_S)
    merged.start(commits=True)
    waits_or_is_done(company, merged)
    pushed.commit()
    merged.commit()
    assert company.row("attachment", file.row_id)["parent_id"] == company["north_hospital"]
    assert company.row("affiliation", place.row_id)["institution_id"] == company["north_hospital"]
