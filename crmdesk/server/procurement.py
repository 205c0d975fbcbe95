"""Figures of procurement at the server: written from a sheet by an administrator, newer ones over older ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from crmdesk.domain.procurement import row_id
from crmdesk.intake.procurement import Figure, RefusedFigure, Sheet, figures
from crmdesk.server import merges
from crmdesk.server.database import Database
from crmdesk.server.imports import known_institutions
from crmdesk.server.merge_lock import keep_apart
from crmdesk.server.work import SYSTEM, ServerActor, ServerWork

MADE, CHANGED, SAME, OLDER = "made", "changed", "same", "older"
_AT_ONCE = 500


@dataclass(slots=True)
class Report:
    """What an import did, and each row that was refused."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[RefusedFigure] = field(default_factory=list)


def run(
    database: Database, sheet: Sheet, hospitals: Mapping[str, str] | None = None, actor: ServerActor = SYSTEM
) -> Report:
    """Write the figures of a sheet; the same sheet again changes nothing, an older one (`as_of`) neither."""
    report = Report()
    with database.reading() as connection:
        known = known_institutions(connection)
    sound: list[Figure] = []
    for one in figures(sheet, known, hospitals):
        if isinstance(one, RefusedFigure):
            report.refused.append(one)
        else:
            sound.append(one)
    for start in range(0, len(sound), _AT_ONCE):
        report.counts += database.run(partial(_write, figures=sound[start : start + _AT_ONCE], actor=actor))
    return report


def _write(work: ServerWork, figures: Sequence[Figure], actor: ServerActor) -> Counter[str]:
    """Write figures; those of a hospital that was merged since it was read follow it."""
    keep_apart(work.connection, merging=False)
    merged = merges.merged_into(work.connection, [("institution", str(one.values["parent_id"])) for one in figures])
    counts: Counter[str] = Counter()
    for figure in figures:
        counts[_put(work, _followed(figure, merged), actor)] += 1
    return counts


def _followed(figure: Figure, merged: Mapping[str, str]) -> Figure:
    kept_id = merged.get(str(figure.values["parent_id"]))
    if kept_id is None:
        return figure
    values = figure.values
    own_id = row_id(kept_id, values["round_name"], values["product_name"], values.get("strength") or "")
    return Figure(figure.row_number, own_id, {**values, "parent_id": kept_id})


def _put(work: ServerWork, figure: Figure, actor: ServerActor) -> str:
    row = work.get("procurement", figure.id, lock=True)
    if row is None:
        work.insert("procurement", figure.id, figure.values, actor)
        return MADE
    if (row["as_of"] or "") > str(figure.values.get("as_of") or ""):
        return OLDER
    changes = {name: value for name, value in figure.values.items() if row[name] != value}
    if not changes:
        return SAME
    work.update("procurement", figure.id, changes, actor)
    return CHANGED
