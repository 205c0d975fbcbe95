"""The command about volume-based procurement: `procurement import`."""

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from crmdesk.domain.errors import InputError
from crmdesk.domain.formulas import neutral
from crmdesk.domain.ids import is_id
from crmdesk.server.commands.place import Place, placed
from crmdesk.server.commands.sentences import sentence

procurement = typer.Typer(help="Agreed and purchased volumes of hospitals.", no_args_is_help=True)
_SHOWN = 30


@procurement.command("import")
@placed
def import_file(
    here: Place,
    file: Annotated[Path, typer.Argument(help="csv, xlsx, xls or ods: hospital, round, product, volumes, period.")],
    hospital: Annotated[
        list[str] | None, typer.Option(help="NAME=ID of the institution that a name means; repeatable.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write every refused row to this csv file.")] = None,
) -> None:
    """Write the figures of a sheet; the same or an older sheet changes nothing. Columns of money are left out."""
    from crmdesk.intake.procurement import read  # reading sheets is wanted by this command only
    from crmdesk.server import procurement as figures

    answers = dict(_answer(one) for one in hospital or [])
    sheet = read(file)
    done = figures.run(here.database(), sheet, answers)
    refused: list[dict[str, Any]] = [
        {"row": one.row_number, "code": one.code, "hospital": one.hospital, **dict(one.params)} for one in done.refused
    ]
    if report is not None:
        _save(report, refused)
    counts = {name: done.counts[name] for name in (figures.MADE, figures.CHANGED, figures.SAME, figures.OLDER)}
    lines = [", ".join(f"{count} {name}" for name, count in counts.items()) + f", {len(refused)} refused"]
    lines += [f"  left out, because it holds money: {header}" for header in sheet.left_out]
    for one in done.refused[:_SHOWN]:
        lines.append(f"  row {one.row_number}: {sentence(one.code, one.params)}")
        lines += [f"      {' '.join(candidate)}" for candidate in one.params.get("candidates", ())]
    here.answer({"counts": counts, "left_out": list(sheet.left_out), "refused": refused}, lines)


def _answer(text: str) -> tuple[str, str]:
    name, sign, answer = text.rpartition("=")
    if not sign or not is_id(answer):
        raise InputError("not_in_list", value=text[:60], field="--hospital")
    return name.strip(), answer


def _save(path: Path, refused: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "code", "hospital"))
        for one in refused:
            writer.writerow((one["row"], one["code"], neutral(str(one["hospital"]))))
