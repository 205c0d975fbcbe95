"""Commands about visits: visit add, visit list."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from crmdesk.bootstrap import Laptop
from crmdesk.commandline.assignments import read_assignments, read_value
from crmdesk.commandline.opening import (
    ask,
    codes,
    find_customer,
    given_moment,
    listed,
    one_of,
    opened,
    options_of,
    submit,
)
from crmdesk.domain.errors import InputError
from crmdesk.domain.name_lists import as_listed
from crmdesk.domain.records import VISIT
from crmdesk.services.commands import SaveVisit, SubmitVisit

_REACTION = next(one for one in VISIT.field("products").item if one.name == "reaction")

visit = typer.Typer(help="Visits: add a report, list your own.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(visit, name="visit")


@visit.command("add")
def add(
    context: typer.Context,
    doctors: Annotated[list[str], typer.Option("--doctor", help="Id or text of a doctor; repeatable.")],
    note: Annotated[str, typer.Option(help="What was said.")] = "",
    channel: Annotated[str, typer.Option(help=f"{listed('channel')}.")] = "face_to_face",
    minutes: Annotated[int, typer.Option(min=0, max=1440, help="How long it took.")] = 15,
    starts_at: Annotated[str, typer.Option(help="'2026-11-26 10:30'; without it now.")] = "",
    products: Annotated[
        list[str] | None, typer.Option("--product", help="NAME or NAME:MESSAGE+MESSAGE:REACTION; repeatable.")
    ] = None,
    next_step: Annotated[str, typer.Option(help="What was promised.")] = "",
    next_step_on: Annotated[str, typer.Option(help="By when (YYYY-MM-DD).")] = "",
    adverse_event: Annotated[bool, typer.Option(help="Whether an adverse event was heard.")] = False,
    heard: Annotated[str, typer.Option(help="What was heard of an adverse event; without it the note.")] = "",
    assignments: Annotated[
        list[str] | None, typer.Option("--set", help="A company field, such as custom.samples=2; repeatable.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it as a draft instead of submitting it.")] = False,
) -> None:
    """Write a visit report and submit it."""
    output = options_of(context).output
    one_of("--channel", channel, codes("channel"))
    with opened(context) as laptop:
        values: dict[str, Any] = {
            "doctor_ids": sorted({find_customer(laptop, "doctor", one) for one in doctors}),
            "channel": channel,
            "duration_min": minutes,
            "starts_at": given_moment("--starts-at", starts_at) or None,
            "products": [_product(laptop, one) for one in products or []],
            "next_step": next_step or None,
            "next_step_on": read_value(VISIT.field("next_step_on"), next_step_on),
            "adverse_event": adverse_event,
            "note": note or None,
        }
        values |= read_assignments(VISIT, assignments or (), ask(laptop, lambda reads: reads.custom_fields()))
        command = SaveVisit("", values, heard=heard) if draft else SubmitVisit("", values, heard=heard)
        made = submit(laptop, command)
    text = output.pick(f"已保存在本机：{made.created_id}", f"Saved here: {made.created_id}")
    output.result({"id": made.created_id}, [text])


def _product(laptop: Laptop, text: str) -> dict[str, Any]:
    name, _, rest = text.partition(":")
    messages, _, reaction = rest.partition(":")
    fitting = [row for row in ask(laptop, lambda reads: reads.products()) if name in (row.id, row["name"])]
    if len(fitting) != 1:
        raise InputError("not_found_here", text=name[:80], record="product")
    detail: dict[str, Any] = {"product_id": fitting[0].id}
    if messages:
        approved = list(fitting[0]["messages"] or ())
        detail["messages"] = sorted({_message(approved, one.strip()) for one in messages.split("+")})
    if reaction:
        detail["reaction"] = read_value(_REACTION, reaction)
    return detail


def _message(approved: Sequence[Mapping[str, Any]], typed: str) -> str:
    """Return the code of an approved message, named by it or by its words; nothing else is promoted."""
    for one in approved:
        if typed.casefold() in {str(one[part]).casefold() for part in ("code", "zh", "en")}:
            return str(one["code"])
    known = [str(one["zh"]) for one in approved]
    raise InputError("not_a_choice", option="--product", value=typed[:40], choices=known)


@visit.command("list")
def list_visits(
    context: typer.Context, limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 20
) -> None:
    """List your own visits, newest first."""
    output = options_of(context).output
    with opened(context) as laptop:
        found = ask(laptop, lambda reads: reads.visits(0, limit))
    chinese = output.language == "zh"
    lines = [
        f"{one.visit.id}  {one.visit['starts_at']}  {as_listed(one.doctor_names, chinese)} · {one.institution_name}"
        f"  {output.choice('visit_state', str(one.visit['state']))}  {output.state(one.visit.sync_state)}"
        for one in found
    ]
    output.result(found, lines or [output.pick("还没有拜访。", "No visits yet.")])
