"""The commands about the money that a territory may spend: `budget set`, `budget list`."""

from typing import Annotated, Any

import typer

from crmdesk.domain.money import format_fen, parse_fen
from crmdesk.server import admin, budget_plans
from crmdesk.server.commands.place import Place, placed

budget = typer.Typer(help="What a territory may spend, by quarter and category.", no_args_is_help=True)


@budget.command("set")
@placed
def budget_set(
    here: Place,
    territory: Annotated[str, typer.Argument(help="Name or id of the territory.")],
    period: Annotated[str, typer.Argument(help="The quarter: 2026Q4.")],
    category: Annotated[str, typer.Argument(help="An expense category: meal, transport, …")],
    amount: Annotated[str, typer.Argument(help="What is planned, in yuan: 8500.00")],
    rule: Annotated[str, typer.Option(help="When a claim goes beyond it: stop, warn or ignore.")] = "",
) -> None:
    """Plan a budget, or another amount for it; what claims hold of it stays. Approvers see it from the next sync on."""
    planned = parse_fen(amount)
    row = here.database().run(lambda work: budget_plans.plan(work, territory, period, category, planned, rule))
    here.answer(_shown(row), [f"{territory}: {_line(row)}"])


@budget.command("list")
@placed
def budget_list(
    here: Place,
    territory: Annotated[str, typer.Option(help="Only those of one territory, by name or id.")] = "",
) -> None:
    """List the budgets with what claims hold of them."""
    with here.database().reading() as connection:
        rows = budget_plans.planned(connection, territory)
        names = {row["id"]: row["name"] for row in admin.territories(connection)}
    lines = [f"{names.get(row['territory_id'], row['territory_id'])}: {_line(row)}" for row in rows]
    here.answer([_shown(row) for row in rows], lines or ["No budget yet: budget set"])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "territory_id", "period", "category", "rule")
    return {name: row[name] for name in (*names, "planned_fen", "reserved_fen", "committed_fen", "spent_fen")}


def _line(row: dict[str, Any]) -> str:
    parts = [f"{word} ¥{format_fen(row[f'{word}_fen'] or 0)}" for word in ("planned", "reserved", "committed", "spent")]
    return f"{row['period']} {row['category']}  {', '.join(parts)}  ({row['rule']})"
