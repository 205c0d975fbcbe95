"""The commands about the company's own rules: `rule list`, `rule set`."""

from typing import Annotated

import typer

from crmdesk.server import company_rules
from crmdesk.server.commands.place import Place, placed

rule = typer.Typer(help="What the company rules for itself.", no_args_is_help=True)
_WORDS = {"backdating_days": "so many days after a visit its report may still be submitted"}


@rule.command("list")
@placed
def rule_list(here: Place) -> None:
    """List the rules with what holds and what may be set."""
    with here.database().reading() as connection:
        values = {name: company_rules.value_of(connection, name) for name in company_rules.RULES}
    lines = [
        f"{name:<20} {values[name]:>5}  ({bounds.low} to {bounds.high}, usually {bounds.usual}): {_WORDS[name]}"
        for name, bounds in company_rules.RULES.items()
    ]
    here.answer(values, lines)


@rule.command("set")
@placed
def rule_set(
    here: Place,
    name: Annotated[str, typer.Argument(help="The rule: backdating_days.")],
    value: Annotated[int, typer.Argument(help="What holds from now on.")],
) -> None:
    """Let another value hold from now on; each laptop knows it with its next sync."""
    row = here.database().run(lambda work: company_rules.set_rule(work, name, value))
    here.answer({"name": row["name"], "value": row["value"]}, [f"{row['name']} is {row['value']} now."])
