"""The commands about institutions that are there twice: `institution duplicates`, `merge`, `merges` and `restore`."""

from itertools import islice
from typing import Annotated

import typer

from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import is_id
from crmdesk.server.commands.place import Newest, Place, placed

institution = typer.Typer(help="Institutions that are there twice.", no_args_is_help=True)
_Which = Annotated[str, typer.Argument(help="Id, or a name that only one institution has.")]


@institution.command("duplicates")
@placed
def duplicates(
    here: Place,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many pairs.")] = 100,
) -> None:
    """List pairs of institutions that are most likely one, with why; merging them is a person's decision."""
    from crmdesk.server import institution_merges
    from crmdesk.server.imports import known_institutions

    with here.database().reading() as connection:
        known = known_institutions(connection)
    pairs = list(islice(institution_merges.duplicates(known), limit))
    data = [
        {"kept": one.id, "name": one.name, "other": two.id, "other_name": two.name, "reason": two.reason.value}
        for one, two in pairs
    ]
    lines = [f"{one.id} {one.name}\n{two.id} {two.name}  ({two.reason.value})\n" for one, two in pairs]
    here.answer({"pairs": data}, lines or ["No two institutions look like one."])


@institution.command("merge")
@placed
def merge(
    here: Place,
    kept: _Which,
    other: _Which,
) -> None:
    """Move departments, doctors, visits, files and figures of OTHER to KEPT and end OTHER; again: what came since.

    `institution restore` takes it back.
    """
    from crmdesk.server import institution_merges
    from crmdesk.server.imports import known_institutions

    store = here.database()
    with store.reading() as connection:
        names = [(one.id, one.name) for one in known_institutions(connection)]
    kept_id, other_id = (_id_of(one, names) for one in (kept, other))
    moved = store.run(lambda work: institution_merges.merge(work, kept_id, other_id))
    words = ", ".join(f"{count} {record}" for record, count in moved.items()) or "nothing"
    with store.reading() as connection:
        merge_id = next(
            one["id"]
            for one in institution_merges.done(connection)
            if (one["institution_id"], one["other_id"]) == (kept_id, other_id)
        )
    lines = [f"Merged; moved: {words}.", f"The way back: crmdesk-server institution restore {merge_id}"]
    here.answer({"id": merge_id, "kept": kept_id, "other": other_id, "moved": dict(moved)}, lines)


@institution.command("merges")
@placed
def merges(
    here: Place,
    limit: Newest = 100,
) -> None:
    """List the merges that stand, by this command or by a manager, with the id by which each can be taken back."""
    from crmdesk.server import institution_merges
    from crmdesk.server.imports import known_institutions

    with here.database().reading() as connection:
        found = institution_merges.done(connection)[:limit]
        names = {one.id: one.name for one in known_institutions(connection)}
    data = [
        {"id": one["id"], "kept": one["institution_id"], "kept_name": names.get(one["institution_id"], ""),
         "other": one["other_id"], "other_name": (one["moved"] or {}).get("name", ""), "at": one["decided_at"]}
        for one in found
    ]  # fmt: skip
    lines = [f"{one['id']}  {one['at']}  {one['other_name']} → {one['kept_name']}" for one in data]
    here.answer({"merges": data}, lines or ["Nothing was merged."])


@institution.command("restore")
@placed
def restore(
    here: Place,
    merge_id: Annotated[str, typer.Argument(help="Id of the merge (`institution merges`).")],
) -> None:
    """Take a merge back: both institutions are there again with what was theirs; what was changed since stays."""
    from crmdesk.server import institution_merges

    kept, other = here.database().run(lambda work: institution_merges.restore(work, merge_id))
    said = f"{other['name']} ({other['id']}) is there again beside {kept['name']}."
    here.answer({"id": merge_id, "kept": kept["id"], "other": other["id"]}, [said])


def _id_of(which: str, names: list[tuple[str, str]]) -> str:
    found = [one for one, name in names if which == name]
    if len(found) > 1:
        raise InputError("ambiguous_institution", name=which[:80])
    if not found and not is_id(which):
        raise InputError("no_institution", name=which[:80])
    return found[0] if found else which
