"""The commands that keep a server's data: `backup`, and `restored` after a backup came back."""

from pathlib import Path
from typing import Annotated

import typer

from crmdesk.server import audit, backups
from crmdesk.server.commands.place import Place, placed


@placed
def backup(
    here: Place,
    folder: Annotated[Path, typer.Argument(help="Where to: a new folder, or an earlier backup that is brought up.")],
) -> None:
    """Copy database and attachments into a folder, while the server runs. PostgreSQL: by its own pg_dump."""
    store = here.database(older=True)  # before an update is when it is wanted most
    with store.reading() as connection:
        head = audit.read_head(connection)  # first: the copy holds at least this much of the trail
    made = backups.copy(store, here.attachments, folder)
    data = {"file": str(made.file), "attachments": made.attachments, "new": made.fresh, "head": str(head)}
    lines = [
        f"{made.file} holds the database as it is now.",
        f"{made.attachments} attachments, {made.fresh} of them new, lie beside it.",
        f"Head of the trail before it, to be kept elsewhere: {head}",
    ]
    here.answer(data, lines)


@placed
def restored(here: Place) -> None:
    """Say that a backup came back: laptops send again what it lacks, and everybody signs in again.

    Once, before `serve`, after database and attachments were put back; what the backup had is not done twice. A server
    that was not told finds out from the first laptop that knows more than it does. What was changed at the server by
    command since the backup (people, territories, locked devices) is to be done again.
    """
    store = here.database()
    epoch = backups.begin_anew(store)
    with store.reading() as connection:
        lost = backups.lacking(connection, here.attachments)
    lines = ["A new life of this server begins: every laptop sends again what the backup lacks, after a new sign-in."]
    if lost:
        lines.append(f"{lost} attachments are not in {here.attachments.folder}: put them back, too.")
    here.answer({"epoch": epoch, "attachments_missing": lost}, lines)
