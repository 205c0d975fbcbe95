"""Commands about expenses: claim add, edit, submit, recall, show, list; attach; approve, send-back, reject, pay …"""

from pathlib import Path
from typing import Annotated, Any

import typer

from crmdesk.bootstrap import Laptop
from crmdesk.commandline import spoken
from crmdesk.commandline.assignments import read_assignments, read_value
from crmdesk.commandline.call_backs import call_back_line
from crmdesk.commandline.opening import ask, codes, listed, one_of, opened, options_of, submit
from crmdesk.commandline.output import Output
from crmdesk.domain.claims import Event
from crmdesk.domain.clock import local_date, utc_now
from crmdesk.domain.errors import InputError
from crmdesk.domain.money import format_fen, parse_fen
from crmdesk.domain.money_records import CLAIM, CLAIM_LINE
from crmdesk.services.commands import AttachFile, ClaimCommand, SaveClaim
from crmdesk.services.views import ClaimItem, ClaimView, Row
from crmdesk.ui import words

claim = typer.Typer(help="Expense claims: add, edit, submit, recall, show, list.")
_SHORT = {"amount": "amount_fen", "on": "spent_on", "doctors": "doctor_ids", "staff": "staff_count",
          "fapiao": "fapiao_number"}  # fmt: skip
_LINE_FIELDS = {field.name: field for field in CLAIM_LINE}

ClaimId = Annotated[str, typer.Argument(help="Id of the claim.")]
Comment = Annotated[str, typer.Option(help="Comment, seen by the claimant.")]
Lines = Annotated[
    list[str] | None,
    typer.Option(
        "--line", help="category=meal;amount=168.00;on=2026-11-22;doctors=ID,ID;staff=1;fapiao=…;description=…"
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(claim, name="claim")
    app.command("attach")(attach)
    app.command("approvals")(approvals)
    app.command("approve")(approve)
    app.command("send-back")(send_back)
    app.command("reject")(reject)
    app.command("settle")(settle)
    app.command("pay")(pay)


@claim.command("add")
def add(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="What it is about.")],
    visit: Annotated[str, typer.Option(help="Id of the visit.")] = "",
    reason: Annotated[str, typer.Option(help="Reason, where there is no visit.")] = "",
    lines: Lines = None,
) -> None:
    """Make a claim as a draft."""
    output = options_of(context).output
    values: dict[str, Any] = {"title": title, "lines": [_line(one) for one in lines or []]}
    values |= {name: text for name, text in (("visit_id", visit), ("reason", reason)) if text}
    with opened(context) as laptop:
        made = submit(laptop, SaveClaim("", values))
    text = output.pick(f"草稿已保存在本机：{made.created_id}", f"Draft saved here: {made.created_id}")
    output.result({"id": made.created_id}, [text])


def _line(text: str) -> dict[str, Any]:
    line: dict[str, Any] = {"spent_on": local_date(utc_now()).isoformat()}
    for part in filter(None, text.split(";")):
        name, sign, raw = part.partition("=")
        field = _LINE_FIELDS.get(_SHORT.get(name.strip(), name.strip()))
        if not sign or field is None:
            raise InputError("line_form", value=part[:60])
        line[field.name] = read_value(field, raw)
    return line


@claim.command("edit")
def edit(
    context: typer.Context,
    claim_id: ClaimId,
    assignments: Annotated[list[str] | None, typer.Option("--set", help="field=value; repeatable.")] = None,
    lines: Lines = None,
) -> None:
    """Change a claim that is a draft or was sent back; lines given replace all lines."""
    output = options_of(context).output
    changes = read_assignments(CLAIM, assignments or [])
    if lines:
        changes["lines"] = [_line(one) for one in lines]
    with opened(context) as laptop:
        ask(laptop, lambda reads: reads.claim(claim_id))  # one that is not here is not made by mistake
        submit(laptop, SaveClaim(claim_id, changes))
    output.result({"id": claim_id, "changed": sorted(changes)}, [output.pick("已保存在本机。", "Saved here.")])


def attach(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="claim or visit.")],
    row_id: Annotated[str, typer.Argument(help="Id of the claim or visit.")],
    file: Annotated[Path, typer.Argument(help="Photo, PDF, OFD or XML, at most 20 MB.")],
    line: Annotated[int, typer.Option(min=0, help="For a claim: the line that it is the receipt of.")] = 1,
) -> None:
    """Attach a file; for a claim it becomes the receipt of a line (0: of none)."""
    one_of("RECORD", record, ("claim", "visit"))
    output = options_of(context).output
    content = read_file(file)
    with opened(context) as laptop:
        made = submit(laptop, AttachFile(record, row_id, file.name, content))
        row = ask(laptop, lambda reads: reads.row("attachment", made.created_id))
        if record == "claim" and line:
            _make_receipt(laptop, row_id, line, str(row["sha256"]))
    output.result({"id": made.created_id, "sha256": row["sha256"]}, [output.pick("已附上。", "Attached.")])


def read_file(path: Path) -> bytes:
    """Return the bytes of a file of the person; InputError('file_unreadable')."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("file_unreadable", path=str(path), reason=error.strerror or "?") from error


def _make_receipt(laptop: Laptop, claim_id: str, number: int, sha256: str) -> None:
    lines = [dict(one) for one in ask(laptop, lambda reads: reads.row("claim", claim_id))["lines"] or []]
    if number > len(lines):
        raise InputError("line_number", line=number)
    receipts = set(lines[number - 1].get("receipt_sha256s") or ()) | {sha256}
    lines[number - 1]["receipt_sha256s"] = sorted(receipts)
    submit(laptop, SaveClaim(claim_id, {"lines": lines}))


@claim.command("show")
def show(context: typer.Context, claim_id: ClaimId) -> None:
    """Show a claim with receipts, findings, budgets and trail."""
    output = options_of(context).output
    with opened(context) as laptop:
        view = ask(laptop, lambda reads: reads.claim(claim_id))
    output.result(view, _claim_lines(output, view))


def _claim_lines(output: Output, view: ClaimView) -> list[str]:
    row = view.row
    state = output.choice("claim_state", str(row["state"] or ""))
    parts = (row["title"], view.owner_name, state, spoken.waits(output, view.pending), output.state(row.sync_state))
    lines = [f"{row.id}  {' · '.join(str(part) for part in parts if part)}"]
    for number, one in enumerate(row["lines"] or [], 1):
        category = output.choice("expense_category", one["category"])
        lines.append(f"  {number}. {category} {_amount(output, row, number, one['amount_fen'])} {one['spent_on']}")
    lines += [f"  # {one.file_name} ({one.size_bytes})" for one in view.receipts]
    told = (words.finding(one["code"], one.get("params") or {}, output.language) for one in view.findings)
    lines += [f"  ! {said} ({rule})" if rule else f"  ! {said}" for said, rule in told]
    for budget in view.budgets:
        left = output.pick("还剩", "left")
        lines.append(f"  = {budget.territory_name} {budget.period} {left} ¥{format_fen(budget.left_fen)}")
    lines += [call_back_line(output, one) for one in view.call_backs]
    for one in view.trail:
        said = spoken.reason(output, one.action, one.reason)
        lines.append(f"  {one.at}  {one.who}  {spoken.action(output, one.action)}  {said}".rstrip())
    if view.refusal:
        lines.append(f"  ✗ {output.sentence(view.refusal, view.refusal_params)}")
    return lines


def _amount(output: Output, row: Row, number: int, claimed_fen: int) -> str:
    """Return what a line claims, behind what was approved of it where that is less."""
    approved = row["approved_lines"] or []
    claimed = f"¥{format_fen(claimed_fen)}"
    if len(approved) < number or approved[number - 1]["amount_fen"] == claimed_fen:
        return claimed
    return f"{output.pick('批准', 'approved')} ¥{format_fen(approved[number - 1]['amount_fen'])} / {claimed}"


def _refusal(output: Output, one: ClaimItem) -> str:
    return output.sentence(one.refusal, one.refusal_params) if one.refusal else ""


@claim.command("list")
def list_claims(
    context: typer.Context,
    everyone: Annotated[bool, typer.Option("--all", help="All claims on this laptop, not only your own.")] = False,
    state: Annotated[
        list[str] | None, typer.Option(help=f"Only in this state: {listed('claim_state')}; repeatable.")
    ] = None,
) -> None:
    """List claims."""
    output = options_of(context).output
    for one in state or ():
        one_of("--state", one, codes("claim_state"))
    with opened(context) as laptop:
        found = ask(laptop, lambda reads: reads.claims(not everyone, tuple(state or ())))
    output.result(found, _item_lines(output, found))


def approvals(context: typer.Context) -> None:
    """List what waits for your decision."""
    output = options_of(context).output
    with opened(context) as laptop:
        found = ask(laptop, lambda reads: reads.approvals())
    output.result(found, _item_lines(output, found))


def _item_lines(output: Output, items: list[ClaimItem]) -> list[str]:
    lines = []
    for one in items:
        state = output.choice("claim_state", one.state)
        notes = (spoken.waits(output, one.pending), _refusal(output, one))
        parts = (one.title, one.owner_name, f"¥{format_fen(one.amount_fen)}", state, *notes)
        lines.append(f"{one.id}  {' · '.join(filter(None, parts))}")
    return lines or [output.pick("没有报销单。", "No claims.")]


@claim.command("submit")
def submit_claim(context: typer.Context, claim_id: ClaimId) -> None:
    """Submit a claim as it stands on this laptop; the server decides at the next sync."""
    _decide(context, claim_id, Event.SUBMIT, {})


@claim.command("recall")
def recall(context: typer.Context, claim_id: ClaimId) -> None:
    """Take a submitted claim back as long as nobody decided."""
    _decide(context, claim_id, Event.RECALL, {})


def approve(
    context: typer.Context,
    claim_id: ClaimId,
    comment: Comment = "",
    amounts: Annotated[list[str] | None, typer.Option("--amount", help="Approved yuan, line by line.")] = None,
) -> None:
    """Approve the claim as it stands on this laptop."""
    args: dict[str, Any] = {"approved_lines": [parse_fen(one) for one in amounts]} if amounts else {}
    _decide(context, claim_id, Event.APPROVE, args | ({"comment": comment} if comment else {}))


def send_back(context: typer.Context, claim_id: ClaimId, comment: Comment) -> None:
    """Send a claim back to its author with a comment."""
    _decide(context, claim_id, Event.SEND_BACK, {"comment": comment})


def reject(
    context: typer.Context,
    claim_id: ClaimId,
    comment: Comment,
    reason: Annotated[str, typer.Option(help=f"{listed('reject_reason')}.")],
) -> None:
    """Reject a claim for good."""
    one_of("--reason", reason, codes("reject_reason"))
    _decide(context, claim_id, Event.REJECT, {"comment": comment, "reason_code": reason})


def settle(
    context: typer.Context,
    claim_id: ClaimId,
    comment: Comment,
    outcome: Annotated[str, typer.Option(help="payable, rejected or clawback.")],
) -> None:
    """Decide on a disputed claim."""
    one_of("--outcome", outcome, codes("dispute_outcome"))
    _decide(context, claim_id, Event.SETTLE, {"comment": comment, "outcome": outcome})


def pay(context: typer.Context, claim_id: ClaimId) -> None:
    """Note that a claim was paid."""
    _decide(context, claim_id, Event.PAY, {})


def _decide(context: typer.Context, claim_id: str, event: Event, args: dict[str, Any]) -> None:
    """Queue a decision, bound to the content that this laptop shows now."""
    output = options_of(context).output
    with opened(context) as laptop:
        seen = ask(laptop, lambda reads: reads.claim(claim_id)).seen_hash
        submit(laptop, ClaimCommand(claim_id, event.value, seen, args))
    text = output.pick("已记下，等待同步。", "Noted, waiting to sync.")
    output.result({"id": claim_id, "event": event.value, "seen_hash": seen}, [text])
