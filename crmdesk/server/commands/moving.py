"""The commands that move territories: `territory hand-over | under | split | merge` and `assign withdraw`."""

from typing import Annotated

import typer

from crmdesk.server import territories
from crmdesk.server.commands.people import Login, TerritoryName, assign, territory
from crmdesk.server.commands.place import Place, placed
from crmdesk.server.territories import Moved

__all__ = ["assign", "territory"]


@territory.command("hand-over")
@placed
def territory_hand_over(
    here: Place,
    name: TerritoryName,
    giver: Annotated[str, typer.Option("--from", help="Login of the person who gives it.")],
    taker: Annotated[str, typer.Option("--to", help="Login of the person who takes it.")],
) -> None:
    """Give a territory with its whole history to another person, today. No customer is written for it."""
    ended, given = here.database().run(lambda work: territories.hand_over(work, name, giver, taker))
    data = {"ended": [row["id"] for row in ended], "assignment": given["id"], "valid_from": given["valid_from"]}
    words = f"{name} goes from {giver} to {taker}. What {giver} wrote offline is still taken for 30 days."
    here.answer(data, [words])


@territory.command("under")
@placed
def territory_under(
    here: Place,
    name: TerritoryName,
    parent: Annotated[str, typer.Argument(help="Name or id of the one above; '' for none.")],
) -> None:
    """Put a territory with all below it under another region, whose manager holds it from now on."""
    row = here.database().run(lambda work: territories.put_under(work, name, parent))
    here.answer({"id": row["id"], "parent_id": row["parent_id"]}, [f"{name} is under {parent or 'nothing'} now."])


@territory.command("split")
@placed
def territory_split(
    here: Place,
    name: TerritoryName,
    target: Annotated[str, typer.Argument(help="Name or id of the territory that takes a part.")],
    institution: Annotated[list[str], typer.Option(help="Name or id of an institution that goes; several times.")],
) -> None:
    """Move institutions with their doctors and visits to another territory; again: goes on where it stopped."""
    moved = territories.split(here.database(), name, target, institution)
    here.answer(moved.counts, [_words(moved, name, target)])


@territory.command("merge")
@placed
def territory_merge(
    here: Place,
    name: TerritoryName,
    target: Annotated[str, typer.Argument(help="Name or id of the territory that takes everything.")],
) -> None:
    """Put a territory under another one, end its assignments and move its customers and visits there."""
    moved = territories.merge(here.database(), name, target)
    here.answer(moved.counts, [_words(moved, name, target)])


@assign.command("withdraw")
@placed
def assign_withdraw(
    here: Place,
    login: Login,
    territory_name: TerritoryName,
    reason: Annotated[str, typer.Option(help="Why; kept in the audit trail.")] = "",
) -> None:
    """Take a territory back for cause: at once, and what the person still sends about it is refused."""
    rows = here.database().run(lambda work: territories.withdraw(work, login, territory_name, reason))
    here.answer({"withdrawn": [row["id"] for row in rows]}, [f"{territory_name} is taken back from {login}."])


def _words(moved: Moved, name: str, target: str) -> str:
    counts = ", ".join(f"{count} {record}{'' if count == 1 else 's'}" for record, count in moved.counts.items())
    return f"From {name} to {target}: {counts}."
