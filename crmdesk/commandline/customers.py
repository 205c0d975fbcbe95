"""Commands about customers: search, doctor show, doctor add, doctor edit."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from crmdesk.commandline import spoken
from crmdesk.commandline.assignments import read_assignments
from crmdesk.commandline.opening import ask, find_customer, opened, options_of, submit
from crmdesk.commandline.output import Output
from crmdesk.domain.custom_fields import Definitions
from crmdesk.domain.phones import is_doubtful
from crmdesk.domain.records import CUSTOM, DOCTOR, RECORDS
from crmdesk.services.commands import CreateDoctor, EditRow
from crmdesk.services.views import DoctorView, Person

doctor = typer.Typer(help="Doctors: show, add, edit.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("search")(search)
    app.add_typer(doctor, name="doctor")


def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Name, pinyin, initials, hospital, department or number.")],
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many hits.")] = 30,
) -> None:
    """Find doctors and institutions on this laptop: 张, zhang, zs, 协和 心内, 138 1234 5678."""
    output = options_of(context).output
    with opened(context) as laptop:
        hits = ask(laptop, lambda reads: reads.search(text, limit))
    lines = [
        f"{hit.id}  {' · '.join(filter(None, (hit.title, hit.subtitle)))} ({spoken.hit(output, hit)})" for hit in hits
    ]
    output.result(hits, lines or [output.pick("没有找到。", "Nothing found.")])


@doctor.command("show")
def show(
    context: typer.Context, which: Annotated[str, typer.Argument(help="Id, or a text that finds exactly one.")]
) -> None:
    """Show everything about one doctor."""
    output = options_of(context).output
    with opened(context) as laptop:
        doctor_id = find_customer(laptop, "doctor", which)
        view, defined = ask(laptop, lambda reads: (reads.doctor(doctor_id), reads.custom_fields()))
        person = laptop.desk.person
    output.result(view, _doctor_lines(output, view, defined, person))


def _doctor_lines(output: Output, view: DoctorView, defined: Definitions, person: Person) -> list[str]:
    territories = dict(zip(person.territory_ids, person.territory_names, strict=True))
    lines = [f"{view.row.id}  {view.row['name']}  {output.state(view.row.sync_state)}"]
    for field in (*DOCTOR.fields, *defined.every("doctor")):
        value = view.row[field.name]
        if value not in (None, "", []) and field.name != CUSTOM.name:
            said = territories.get(str(value)) if field.name == "territory_id" else None
            lines.append(f"  {output.field(field)}: {said or output.value('doctor', field, value)}")
    lines += [f"  @ {one.institution_name} {one.department_name}" for one in view.affiliations]
    for entry in view.timeline:
        kind = output.pick(RECORDS[entry.record].zh, RECORDS[entry.record].en)
        lines.append(f"  {' · '.join(filter(None, (entry.at, entry.who, kind, entry.text)))}")
    for one in view.conflicts:
        both = (
            spoken.value(output, "doctor", one.field, v, defined, one.names)
            for v in (one.winner_value, one.loser_value)
        )
        lines.append(f"  ! {spoken.field(output, 'doctor', one.field, defined)}: {' / '.join(both)}")
    return lines


@doctor.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The doctor's name.")],
    institution: Annotated[str, typer.Option(help="Id of the institution, or a text that finds exactly one.")] = "",
    department: Annotated[str, typer.Option(help="Department by name; made where there is none.")] = "",
    assignments: Annotated[list[str] | None, typer.Option("--set", help="field=value; repeatable.")] = None,
) -> None:
    """Make a doctor, usable at once and under review at the server."""
    output = options_of(context).output
    with opened(context) as laptop:
        defined = ask(laptop, lambda reads: reads.custom_fields())
        values = {"name": name, **read_assignments(DOCTOR, assignments or [], defined)}
        place = find_customer(laptop, "institution", institution) if institution else ""
        made = submit(laptop, CreateDoctor(values, place, department))
    text = output.pick(f"已保存在本机：{made.created_id}", f"Saved here: {made.created_id}")
    output.result({"id": made.created_id}, [text, *_doubts(output, values)])


@doctor.command("edit")
def edit(
    context: typer.Context,
    which: Annotated[str, typer.Argument(help="Id, or a text that finds exactly one.")],
    assignments: Annotated[list[str], typer.Option("--set", help="field=value; repeatable.")],
) -> None:
    """Change fields of a doctor."""
    output = options_of(context).output
    with opened(context) as laptop:
        changes = read_assignments(DOCTOR, assignments, ask(laptop, lambda reads: reads.custom_fields()))
        doctor_id = find_customer(laptop, "doctor", which)
        row = ask(laptop, lambda reads: reads.row("doctor", doctor_id))
        submit(laptop, EditRow("doctor", doctor_id, changes, row.revision))
    saved = output.pick("已保存在本机。", "Saved here.")
    output.result({"id": doctor_id, "changed": sorted(changes)}, [saved, *_doubts(output, changes)])


def _doubts(output: Output, values: Mapping[str, Any]) -> list[str]:
    """Name the numbers among saved values that nobody can call: they were kept as they were written."""
    numbers = [field for field in DOCTOR.fields if field.digits and is_doubtful(str(values.get(field.name) or ""))]
    return [
        output.pick(
            f"{field.zh} {values[field.name]} 不像打得通的号码，已照样保存；请核对。",
            f"{field.en} {values[field.name]} does not look like a number that can be called. It was saved as it is;"
            " check it.",
        )
        for field in numbers
    ]
