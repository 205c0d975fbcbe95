"""Commands about the data as a whole: import, check, export."""

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.commandline.opening import ask, codes, one_of, opened, options_of
from crmdesk.commandline.output import Output, counted
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.ids import is_id
from crmdesk.domain.import_sentences import ACTIONS, why_it_stays
from crmdesk.domain.records import RECORDS
from crmdesk.services.exports import export_customers
from crmdesk.services.import_undo import NAMED, Run, TakenBack, in_order, told
from crmdesk.services.views import Person
from crmdesk.storage import health

if TYPE_CHECKING:
    from crmdesk.intake import Preview, Report, ReportLine
    from crmdesk.intake.dates import Order

_WAITING = "waiting"
_WAITING_ENDINGS = (".jsonl", ".json", ".ndjson", ".txt", "")
_KINDS = ("doctor", "institution", "visit", "claim", _WAITING)

imports = typer.Typer(help="The last imports on this laptop: list them, take one back as a whole.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("import")(import_file)
    app.add_typer(imports, name="imports")
    app.command("check")(check)
    app.command("export")(export)


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="csv, xlsx, xls, ods or vcf with doctors or institutions.")],
    kind: Annotated[str, typer.Option(help="doctor or institution; guessed without it.")] = "",
    assign: Annotated[
        list[str] | None, typer.Option("--column", help="NUMBER=TARGET, such as 3=doctor.mobile; repeatable.")
    ] = None,
    territory: Annotated[str, typer.Option(help="Name or id of one of your territories.")] = "",
    hospital: Annotated[
        list[str] | None, typer.Option(help="NAME=ID of the institution that a name means, NAME=new; repeatable.")
    ] = None,
    sheet: Annotated[str, typer.Option(help="Which sheet of the file; without it the likeliest.")] = "",
    dates: Annotated[
        str, typer.Option(help="day-first or month-first: how 02.03.2026 is meant where the column does not say it.")
    ] = "",
    from_above: Annotated[
        bool | None,
        typer.Option(help="Whether doctors without a hospital have the one above them. Default: in a list in blocks."),
    ] = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget the columns chosen before for files with these headings.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what the columns are taken for.")] = False,
    report_file: Annotated[Path | None, typer.Option("--report", help="Write the refused rows to this csv.")] = None,
) -> None:
    """Import customers: what is new is made, what is known stays, duplicates are parked, refused rows are listed."""
    from crmdesk.intake.columns import TARGETS  # lazy: every command loads this module, and only this one reads sheets

    output = options_of(context).output
    with opened(context) as laptop:
        preview = laptop.desk.imports.preview(file, one_of("--kind", kind, TARGETS) or None, sheet or None)
        if forget:
            laptop.desk.imports.forget(preview).result()
        proposed = preview.guessed if forget else preview.mapping
        mapping = proposed | dict(_column(one) for one in assign or [])
        above = preview.remembered_above if from_above is None and not forget else from_above
        if dry_run:
            return output.result({"kind": preview.kind, "rows": preview.row_count, "mapping": mapping},
                                 _preview_lines(output, preview, mapping, above))  # fmt: skip
        order = _order(dates) or (None if forget else _order(preview.remembered_dates.replace("_", "-")))
        report = laptop.desk.imports.run(
            preview,
            mapping,
            territory_id=_territory(laptop.desk.person, territory),
            hospitals=dict(_hospital(one) for one in hospital or []),
            date_order=order,
            from_above=above,
        ).result()
        kept = report.run_id in [run.id for run in ask(laptop, lambda reads: reads.import_runs())]
    if report_file is not None:
        _write_report(output, report, report_file)
    back = f"crmdesk imports take-back {report.run_id}"
    offer = [output.pick(f"撤回本次导入：{back}", f"Take this import back: {back}")] if kept else []
    return output.result(report, [*_report_lines(output, report), *offer])


@imports.callback(invoke_without_command=True)
def list_imports(context: typer.Context) -> None:
    """List the last imports, the newest first, with what of each can still be taken back."""
    if context.invoked_subcommand is not None:
        return
    output = options_of(context).output
    with opened(context) as laptop:
        found = ask(laptop, lambda reads: reads.import_runs())
    none = [output.pick("本机没有记住任何导入。", "No import is remembered on this laptop.")]
    output.result(found, [_run_line(output, run) for run in found] or none)


def _run_line(output: Output, run: Run) -> str:
    counts = _counts(output, run.counts)
    if not run.left:
        counts += output.pick("（已全部撤回）", " (taken back)")
    elif run.left != run.counts:
        left = _counts(output, run.left)
        counts += output.pick(f"（还有 {left}）", f" (left: {left})")
    return f"{run.id}  {run.file_name or '—'}  {run.at}  {counts}"


def _counts(output: Output, counts: Mapping[str, int]) -> str:
    named = [(RECORDS[record], count) for record, count in in_order(counts)]
    return ", ".join(f"{output.pick(record.zh, record.en)} {count}" for record, count in named)


@imports.command("take-back")
def take_import_back(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(help="Id of the import, as `imports` lists it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go and what would stay.")] = False,
) -> None:
    """Take an import back: what it made and nobody touched since is deleted, what it changed is set back."""
    output = options_of(context).output
    with opened(context) as laptop:
        found = ask(laptop, lambda reads: reads.import_standing(run_id))
        if dry_run:
            would = TakenBack(found.customers, len(found.restores), found.stays)
            return output.result(would, _taken_lines(output, would, ("会删除", "would be deleted")))
        taken = laptop.desk.imports.take_back(run_id).result()
    return output.result(taken, _taken_lines(output, taken, ("已删除", "deleted")))


def _taken_lines(output: Output, taken: TakenBack, deleted: tuple[str, str]) -> list[str]:
    lines = []
    if taken.deleted:
        lines.append(f"{output.pick(*deleted)}: {_counts(output, taken.deleted)}")
    if taken.restored:
        lines.append(output.pick(f"改回导入之前：{taken.restored}", f"set back: {counted(taken.restored, 'row')}"))
    if not lines:
        lines.append(output.pick("没有可以撤回的内容。", "Nothing is left to take back."))
    staying = told(taken.stays)
    if staying:
        count, of_all = len(staying), sum(taken.deleted.get(record, 0) for record in NAMED) + len(staying)
        lines.append(output.pick(f"{of_all} 条中留下 {count} 条：", f"Staying: {count} of {of_all}"))
    for one in staying:
        record = RECORDS[one.record]
        why = output.pick(*why_it_stays(one.why))
        lines.append(f"  {output.pick(record.zh, record.en)}  {one.name}  {why}")
    return lines


def _column(text: str) -> tuple[int, str]:
    number, sign, target = text.partition("=")
    if not sign or not number.strip().isdigit():
        raise InputError("column_form", value=text[:60])
    return int(number) - 1, target.strip()


def _hospital(text: str) -> tuple[str, str]:
    name, sign, answer = text.rpartition("=")
    if not sign or not (answer == "new" or is_id(answer)):
        raise InputError("hospital_form", value=text[:60])
    return name.strip(), "" if answer == "new" else answer


def _territory(person: Person, wanted: str) -> str:
    """Return the id of one of the person's territories, given by id or name; '' for none."""
    known = dict(zip(person.territory_names, person.territory_ids, strict=True))
    return wanted if wanted in known.values() else known[one_of("--territory", wanted, known)] if wanted else ""


def _order(text: str) -> "Order | None":
    from crmdesk.intake.dates import Order  # lazy, as above

    chosen = one_of("--dates", text, [order.value.replace("_", "-") for order in Order])
    return Order(chosen.replace("-", "_")) if chosen else None


def _preview_lines(output: Output, preview: "Preview", mapping: dict[int, str], from_above: bool | None) -> list[str]:
    kind = output.pick("客户名单（医生或机构，看不出是哪一种）", "customers of a kind that cannot be told")
    if preview.kind in RECORDS:
        kind = output.pick(RECORDS[preview.kind].zh, RECORDS[preview.kind].en)
    lines = [output.pick(f"{preview.row_count} 行 · {kind}", f"{counted(preview.row_count, 'row')} · {kind}")]
    if preview.remembered_on:
        day = preview.remembered_on
        lines.append(output.pick(f"各列沿用 {day} 的选择", f"columns as chosen on {day}"))
    for column in preview.columns:
        refused = output.sentence(column.refused, {"column": column.header}) if column.refused else ""
        target = refused or mapping.get(column.index) or output.pick("不导入", "left out")
        lines.append(f"  {column.index + 1}. {column.header} → {target}")
    lines += [output.sentence(one.code, one.params) for one in preview.notices if one.code != "counts_prescriptions"]
    lines += [output.sentence(one.code, one.params) for one in preview.doubtful(mapping)]
    for heading, cell in preview.unclear_dates(mapping).items():
        lines.append(output.sentence("dates_unclear", {"column": heading, "value": cell}))
    found = preview.blocks({index: target for index, target in mapping.items() if target})
    return lines + [output.sentence(code, params) for code, params in found.told(from_above)]


def _why(output: Output, line: "ReportLine") -> str:
    """Return why a row is named: of a row without a name nothing is kept, as it is of a form."""
    nameless = line.code == "required" and line.params.get("field") == "name"
    code = "value_too_long" if line.code == "too_long" else line.code  # no form keeps it either
    return output.sentence("name_missing" if nameless else code, line.params)


def _report_lines(output: Output, report: "Report") -> list[str]:
    from crmdesk.intake import Action  # lazy, as above

    made, same = report.counts[Action.CREATE], report.counts[Action.SAME]
    parked, refused = report.counts[Action.DUPLICATE_PARKED], report.counts[Action.REFUSED]
    lines = [
        output.pick(
            f"新建 {made} · 已有 {same} · 重复 {parked} · 拒绝 {refused}",
            f"{made} new · {same} known · {counted(parked, 'duplicate')} parked · {refused} refused",
        )
    ]
    for line in report.lines[:20]:
        lines.append(f"  {line.row_number}: {_why(output, line)}")
        lines += [f"      {row_id}  {name}  {city}" for row_id, name, city in line.params.get("candidates", ())]
    if len(report.lines) > 20:
        lines.append("  …")
    return lines


def _write_report(output: Output, report: "Report", path: Path) -> None:
    def cells(line: "ReportLine") -> tuple[str, ...]:
        return str(line.row_number), output.pick(*ACTIONS[line.action.value]), line.name, _why(output, line), line.code

    header = (
        ("行号", "结果", "名称", "原因", "代码")
        if output.language == "zh"
        else ("Row", "Result", "Name", "Why", "Code")
    )
    try:
        report.save(path, header, cells)
    except OSError as error:
        raise WorldError("disk_full" if error.errno == errno.ENOSPC else "data_dir", path=str(path)) from error


def check(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Make the search index anew where it is wrong.")] = False,
) -> None:
    """Check the store on this laptop: pages, references, digests, search, attachments."""
    output = options_of(context).output
    with opened(context) as laptop:
        found = health.check(laptop.store)
        if repair and found.search:
            health.rebuild_search(laptop.store)
            found = health.check(laptop.store)
    held = sum(found.rows.values())
    sound = output.pick(f"一切正常：{held} 行。", f"All sound: {counted(held, 'row')}.")
    hint = [output.sentence("search_repair", {})] if found.search else []
    output.result({"sound": found.sound, "health": found}, [sound] if found.sound else [*found.findings, *hint])
    if not found.sound:
        raise WorldError("check_failed", count=len(found.findings))


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write: .csv, .xlsx; 'waiting' as one JSON operation a line.")],
    what: Annotated[str, typer.Option(help="doctor, institution, visit, claim or waiting.")] = "doctor",
    wanted: Annotated[str, typer.Option("--text", help="Only customers that this finds.")] = "",
    customer_class: Annotated[str, typer.Option("--class", help="Only customers of this class: A, B or C.")] = "",
) -> None:
    """Write customers, own visits or claims to a sheet (noted for the audit), or what still waits for the server."""
    output = options_of(context).output
    one_of("--what", what, _KINDS)
    one_of("--class", customer_class, codes("customer_class"))
    if what == _WAITING and file.suffix.lower() not in _WAITING_ENDINGS:
        raise InputError("waiting_kind", suffix=file.suffix[:20])
    with opened(context) as laptop:
        if what == _WAITING:
            rows = health.export_outbox(laptop.store, file)
        else:
            rows = export_customers(laptop.desk, file, what, wanted, customer_class, output.language).result().rows
    text = output.pick(f"已写入 {rows} 行：{file}", f"{counted(rows, 'row')} written: {file}")
    output.result({"path": str(file), "rows": rows}, [text])
