"""What people do on their laptops, from a script's entry to the real commands; texts and sets as they stand there."""

from collections.abc import Callable
from typing import Any

from crmdesk.domain.errors import InputError
from crmdesk.services import commands
from crmdesk.services.claim_state import shown_hash
from crmdesk.services.commands import Command
from crmdesk.storage import rows
from crmdesk.storage.rows import Held
from crmdesk.storage.work import driver_of
from tests.simulation import beside
from tests.simulation.laptop import Laptop, Saved

Args = dict[str, Any]


def perform(laptop: Laptop, what: str, args: Args) -> Saved:
    """Do it; raises CrmdeskError where the app says no, and then nothing is saved."""
    if what == "poison":
        return _poison(laptop, args)
    if what == "undo":
        if not laptop.undo:
            raise InputError("undo_gone")
        return laptop.act(*laptop.undo.pop())
    if what in beside.COMMANDS:
        return laptop.act(beside.COMMANDS[what](laptop, args, shown))
    return laptop.act(_COMMANDS[what](laptop, args))


def shown(laptop: Laptop, record: str, row_id: str) -> Held:
    """Return a row as the person sees it; raises InputError('unknown_row')."""
    with laptop.store.reading() as connection:
        held = rows.read(driver_of(connection), record, row_id)
    if held is None or held.values["deleted"]:
        raise InputError("unknown_row")
    return held


def _create(_laptop: Laptop, args: Args) -> Command:
    return commands.CreateRow(args["record"], args["values"])


def _create_doctor(_laptop: Laptop, args: Args) -> Command:
    return commands.CreateDoctor(args["values"], args.get("institution_id", ""), args.get("department", ""))


def _edit(laptop: Laptop, args: Args) -> Command:
    held = shown(laptop, args["record"], args["row_id"])
    revision = held.values["revision"]
    return commands.EditRow(args["record"], args["row_id"], args["changes"], revision, args.get("reason", ""))


def _text(laptop: Laptop, args: Args) -> Command:
    """Write one more piece of text; nothing that stands there is taken away."""
    held = shown(laptop, args["record"], args["row_id"])
    before, piece = held.values[args["field"]] or "", args["piece"]
    if args["how"] == "front":
        after = f"{piece}\n{before}" if before else piece
    elif args["how"] == "within" and " " in before:
        at = before.index(" ", len(before) // 3 if " " in before[len(before) // 3 :] else 0)
        after = f"{before[:at]} {piece}{before[at:]}"
    else:
        after = f"{before}\n{piece}" if before else piece
    changes = {args["field"]: after}
    return commands.EditRow(args["record"], args["row_id"], changes, held.values["revision"], args.get("reason", ""))


def _set(laptop: Laptop, args: Args) -> Command:
    held = shown(laptop, args["record"], args["row_id"])
    members = set(held.values[args["field"]] or ()) | set(args["add"])
    if args.get("remove"):
        present = sorted(members - set(args["add"]))
        members -= {present[args["place"] % len(present)]} if present else set()
    return commands.EditRow(args["record"], args["row_id"], {args["field"]: sorted(members)}, held.values["revision"])


def _delete(_laptop: Laptop, args: Args) -> Command:
    return commands.DeleteRow(args["record"], args["row_id"])


def _visit(_laptop: Laptop, args: Args) -> Command:
    kind = commands.SubmitVisit if args.get("submit") else commands.SaveVisit
    return kind(args.get("row_id", ""), args["values"], heard=args.get("heard", ""))


def _claim(_laptop: Laptop, args: Args) -> Command:
    return commands.SaveClaim(args.get("row_id", ""), args["values"])


def _command(laptop: Laptop, args: Args) -> Command:
    held = shown(laptop, "claim", args["row_id"])
    return commands.ClaimCommand(args["row_id"], args["event"], shown_hash(held.values), args.get("args", {}))


def _attach(_laptop: Laptop, args: Args) -> Command:
    word = args["token"]
    return commands.AttachFile(args["record"], args["row_id"], f"{word}.pdf", b"%PDF-" + word.encode())


def _resolve(_laptop: Laptop, args: Args) -> Command:
    return commands.ResolveConflict(args["row_id"], args["choice"])


def _retry(_laptop: Laptop, args: Args) -> Command:
    return commands.RetryRefused(args["operation_id"])


def _drop(_laptop: Laptop, args: Args) -> Command:
    return commands.DropRefused(args["operation_id"])


def _poison(laptop: Laptop, args: Args) -> Saved:
    """Save what no rule of the app would let through: the server must refuse it and nothing else."""
    held = shown(laptop, args["record"], args["row_id"])
    with laptop.store.writing() as work:
        user = laptop.session.user_id
        work.edit(args["record"], args["row_id"], args["changes"], held.values["revision"], user)
        return Saved(sorted(work.changed.get("outbox", ())), [])


_COMMANDS: dict[str, Callable[[Laptop, Args], Command]] = {
    "create": _create,
    "doctor": _create_doctor,
    "edit": _edit,
    "text": _text,
    "set": _set,
    "delete": _delete,
    "visit": _visit,
    "claim": _claim,
    "command": _command,
    "attach": _attach,
    "resolve": _resolve,
    "retry": _retry,
    "drop": _drop,
}
