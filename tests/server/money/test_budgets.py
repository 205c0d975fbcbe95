"""Budgets and fapiao: rules, figures, exactness after any sequence of commands, one fapiao in the company."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crmdesk.domain.claims import Event, State
from crmdesk.domain.errors import CrmdeskError, RefusedError
from crmdesk.server import audit, claims, fapiao
from crmdesk.server.database import Database
from crmdesk.server.money_tables import BUDGET_HOLD, FAPIAO
from tests.server.company import CLOCK_START, Company, TestClock
from tests.server.founded import company_in
from tests.server.money.paperwork import assert_sums, budget, command, edit, line, new_claim, used

LEGAL = {
    "draft": {"submitted"},
    "returned": {"submitted"},
    "submitted": {"submitted", "draft", "returned", "rejected", "payable", "to_call_back"},
    "to_call_back": {"payable", "disputed"},
    "disputed": {"payable", "rejected", "clawback"},
    "payable": {"paid"},
}


def test_stop_refuses_with_the_figures(company: Company) -> None:
    plan = budget(company, 100_00)
    first = new_claim(company, [line(company, 45_00), line(company, 44_00)])
    command(company, "rep", first, "submit")
    second = new_claim(company, [line(company, 20_00)])
    with pytest.raises(RefusedError) as caught:
        command(company, "rep", second, "submit")
    assert caught.value.code == "over_budget"
    figures = {"planned_fen": 100_00, "used_fen": 89_00, "left_fen": 11_00, "asked_fen": 20_00}
    assert caught.value.params == figures | {"period": "2026Q4", "category": "meal"}
    assert company.row("claim", second)["state"] == "draft"
    assert used(company, plan) == (89_00, 0, 0)
    edit(company, second, lines=[line(company, 11_00)])
    assert command(company, "rep", second, "submit")["state"] == "submitted"
    assert used(company, plan) == (100_00, 0, 0)


@pytest.mark.parametrize(("rule", "findings"), [("warn", ["over_budget"]), ("ignore", [])])
def test_soft_rules_let_pass_and_record_who_let_it(company: Company, rule: str, findings: list[str]) -> None:
    plan = budget(company, 10_00, rule)
    claim_id = new_claim(company, [line(company, 30_00)])
    row = command(company, "rep", claim_id, "submit")
    assert [finding["code"] for finding in row["findings"]] == findings
    with company.database.reading() as connection:
        hold = connection.execute(select(BUDGET_HOLD)).one()
    assert (hold.over_fen, hold.override_by, hold.override_why) == (20_00, company["rep"], f"rule:{rule}")
    assert used(company, plan) == (30_00, 0, 0)
    assert_sums(company)


def test_every_quarter_and_category_has_its_own_budget(sqlite_company: Company) -> None:
    company = sqlite_company
    fourth, third = budget(company, 50_00), budget(company, 50_00, period="2026Q3")
    travel = budget(company, 50_00, category="transport")
    lines = [
        line(company, 10_00),
        line(company, 11_00, spent_on="2026-09-30"),
        line(company, 12_00, category="transport"),
        line(company, 13_00),
        line(company, 14_00, category="material"),
    ]
    row = command(company, "rep", new_claim(company, lines), "submit")
    assert [used(company, one)[0] for one in (fourth, third, travel)] == [23_00, 11_00, 12_00]
    assert [(one["code"], one["params"]["category"]) for one in row["findings"]] == [("no_budget", "material")]


def test_a_refused_submission_reserves_nothing_at_all(sqlite_company: Company) -> None:
    company = sqlite_company
    wide, narrow = budget(company, 1_000_00), budget(company, 1_00, category="transport")
    claim_id = new_claim(company, [line(company, 10_00), line(company, 5_00, category="transport")])
    with pytest.raises(RefusedError):
        command(company, "rep", claim_id, "submit")
    assert used(company, wide) == used(company, narrow) == (0, 0, 0)


def test_a_budget_made_after_submission_gives_back_only_what_was_taken(sqlite_company: Company) -> None:
    company = sqlite_company
    claim_id = new_claim(company, [line(company, 10_00)])
    command(company, "rep", claim_id, "submit")
    plan = budget(company, 100_00)
    command(company, "rep", claim_id, "recall")
    assert used(company, plan) == (0, 0, 0)


def test_submissions_side_by_side_never_pass_the_plan_nor_share_a_fapiao(
    company: Company, new_database: Callable[[], Database]
) -> None:
    plan = budget(company, 100_00)
    owners = ["rep", "colleague"] * 5
    made = [new_claim(company, [line(company, 30_00)], owner) for owner in owners]
    twins = [
        new_claim(company, [line(company, 1_00, category="other", fapiao_number="7")], owner) for owner in owners[:4]
    ]
    stores = [company.database, new_database()]
    work = [(claim_id, owners[number]) for number, claim_id in enumerate(made)]
    work += [(claim_id, owners[number]) for number, claim_id in enumerate(twins)]

    def submit(task: tuple[str, str]) -> str:
        store = stores[len(outcomes) % 2]
        side = Company(store, company.clock, company.ids)
        outcomes.append("")
        try:
            return str(command(side, task[1], task[0], "submit")["state"])
        except RefusedError as error:
            return error.code

    outcomes: list[str] = []
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(submit, work))
    assert sorted(answers[:10]) == ["over_budget"] * 7 + ["submitted"] * 3
    assert sorted(answers[10:]) == ["fapiao_used"] * 3 + ["submitted"]
    assert used(company, plan) == (90_00, 0, 0)
    assert_sums(company)


@pytest.fixture(scope="module")
def long_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """One company for all examples: sequences run over the same budgets, which must never drift."""
    with company_in(tmp_path_factory.mktemp("sequences"), TestClock(CLOCK_START)) as company:
        budget(company, 2_000_00)
        budget(company, 500_00, "warn", category="transport")
        yield company


steps = st.tuples(
    st.integers(0, 1),
    st.sampled_from(["rep", "colleague", "manager", "finance", "auditor"]),
    st.sampled_from([*Event, "edit"]),
    st.integers(1, 6_000_00),
    st.booleans(),
)


@settings(max_examples=40)
@given(st.lists(steps, min_size=4, max_size=25))
def test_random_commands_make_legal_moves_and_exact_sums(long_lived: Company, taken: list[tuple]) -> None:  # type: ignore[type-arg]
    company = long_lived
    mine = [new_claim(company, [line(company, 70_00), line(company, 20_00, category="transport")]) for _ in range(2)]
    for which, who, event, amount, right_hash in taken:
        before = company.row("claim", mine[which])
        args = {"comment": "x", "reason_code": "other", "outcome": "payable" if amount % 2 else "clawback"}
        if not right_hash:
            args["seen_hash"] = "0" * 64
        try:
            if event == "edit":
                edit(company, mine[which], who, lines=[line(company, amount)])
            else:
                command(company, who, mine[which], str(event), **args)
        except CrmdeskError:
            assert company.row("claim", mine[which]) == before
            continue
        after = company.row("claim", mine[which])
        if event == "edit":
            assert who == "rep"
            assert before["state"] in ("draft", "returned")
        else:
            assert after["state"] in LEGAL[before["state"]]
            assert (who == "rep") == (event in (Event.SUBMIT, Event.RECALL))
    assert_sums(company)
    with company.database.reading() as connection:
        assert audit.verify(connection).faults == []


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("２６１１ 2000-0012", "261120000012"),
        ("No. 26112000", "26112000"),
        ("№26112000", "26112000"),
        ("abc", "ABC"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_is_its_digits_however_it_was_typed(typed: str | None, digits: str) -> None:
    assert fapiao.normalised(typed) == digits


def test_the_same_fapiao_twice_is_refused_and_named_to_those_who_may_see(company: Company) -> None:
    number = "26112000001234567890"
    first = new_claim(company, [line(company, fapiao_number=number)])
    command(company, "rep", first, "submit")
    mine = new_claim(company, [line(company), line(company, fapiao_number="2611 2000 0012 3456 7890")])
    with pytest.raises(RefusedError) as caught:
        command(company, "rep", mine, "submit")
    expected = {"number": number, "line": 2, "claim_id": first, "title": "午餐"}
    assert (caught.value.code, caught.value.params) == ("fapiao_used", expected)
    hers = new_claim(company, [line(company, fapiao_number=number)], "colleague")
    with pytest.raises(RefusedError) as caught:
        command(company, "colleague", hers, "submit")
    assert caught.value.params == {"number": number, "line": 1}


def test_a_fapiao_stays_with_its_claim_until_rejected_or_taken_out(sqlite_company: Company) -> None:
    company = sqlite_company
    first = new_claim(company, [line(company, fapiao_number="111")])
    second = new_claim(company, [line(company, fapiao_number="111")], "colleague")

    def refused() -> bool:
        try:
            command(company, "colleague", second, "submit")
        except RefusedError as error:
            return error.code == "fapiao_used"
        return False

    command(company, "rep", first, "submit")
    command(company, "rep", first, "recall")
    assert refused()
    command(company, "rep", first, "submit")
    command(company, "manager", first, "send_back", comment="x")
    assert refused()
    edit(company, first, lines=[line(company, fapiao_number="222")])
    assert not refused()
    command(company, "manager", second, "reject", comment="x", reason_code="other")
    with company.database.reading() as connection:
        assert connection.execute(select(FAPIAO.c.number)).all() == []
    edit(company, first, lines=[line(company, fapiao_number="111")])
    assert command(company, "rep", first, "submit")["state"] == State.SUBMITTED


def test_one_fapiao_on_two_lines_is_refused(sqlite_company: Company) -> None:
    company = sqlite_company
    claim_id = new_claim(company, [line(company, fapiao_number="5"), line(company, fapiao_number="５")])
    with pytest.raises(RefusedError) as caught:
        command(company, "rep", claim_id, "submit")
    assert caught.value.params == {"number": "5", "line": 2, "other_line": 1}


def test_a_deleted_draft_frees_its_fapiao(sqlite_company: Company) -> None:
    company = sqlite_company
    claim_id = new_claim(company, [line(company, fapiao_number="77")])
    command(company, "rep", claim_id, "submit")
    actor = company.actor("rep")
    submitted = company.row("claim", claim_id)
    with pytest.raises(RefusedError):
        company.database.run(lambda work: claims.before_delete(work, actor, submitted))
    command(company, "rep", claim_id, "recall")
    current = company.row("claim", claim_id)
    company.database.run(lambda work: claims.before_delete(work, actor, current))
    with company.database.reading() as connection:
        assert connection.execute(select(FAPIAO.c.number)).all() == []
