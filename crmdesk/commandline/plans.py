"""Commands about planning: plan week, add, cycle, suggest, targets, propose, answer, export."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from crmdesk.bootstrap import Laptop
from crmdesk.commandline.opening import ask, find_customer, opened, options_of, submit
from crmdesk.commandline.output import Output, counted
from crmdesk.domain.errors import InputError
from crmdesk.domain.name_lists import as_listed
from crmdesk.domain.plan_records import MAX_VISITS
from crmdesk.domain.planning import CREDIT, ClassStanding
from crmdesk.domain.targets import Event
from crmdesk.services.calendar_export import MOST_DAYS, export_plan
from crmdesk.services.commands import PlanVisits, ProposeTarget, TargetCommand
from crmdesk.services.plan_views import TargetItem
from crmdesk.services.reads_plan import as_date

plan = typer.Typer(help="The plan: the week, the cycle, targets, the calendar file.")


def _checked(day: str) -> str:
    try:
        return day and date.fromisoformat(day).isoformat()
    except ValueError as error:
        raise InputError("not_a_day", value=day[:20]) from error


Day = Annotated[str, typer.Option("--date", help="A day (YYYY-MM-DD); without it today.", callback=_checked)]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(plan, name="plan")


@plan.command("week")
def week(context: typer.Context, day: Day = "") -> None:
    """Show the week of a day: holidays, days off, your visits."""
    output = options_of(context).output
    with opened(context) as laptop:
        found = ask(laptop, lambda reads: reads.plan_week(day))
    lines = []
    for one in found.days:
        notes = [
            output.choice("holiday", one.holiday),
            *(output.choice("day_off_kind", off.kind) for off in one.days_off),
        ]
        lines.append("  ".join(part for part in (one.date, f"{one.visits}/{one.capacity}", *notes) if part))
        for visit in found.visits:
            if visit.date == one.date:
                time = f"{visit.minute // 60:02d}:{visit.minute % 60:02d}"
                state = output.choice("visit_state", visit.state)
                who = as_listed(visit.doctor_names, output.language == "zh")
                lines.append(f"  {time}  {who} · {visit.institution_name}  {state}  {visit.id}")
    lines += _unknown(output, found.unknown_years)
    output.result(found, lines)


def _unknown(output: Output, years: Sequence[int]) -> list[str]:
    shown = ", ".join(map(str, years))
    said = output.pick(
        f"还没有 {shown} 年的放假和调休安排，只把周末算作休息。",
        f"No public holidays of {shown} are known yet: only weekends count as days off.",
    )
    return [said] if years else []


@plan.command("add")
def add(
    context: typer.Context,
    doctor: Annotated[str, typer.Argument(help="Id or text of a doctor.")],
    day: Annotated[str, typer.Option("--date", help="The day (YYYY-MM-DD).", callback=_checked)],
    at: Annotated[str, typer.Option("--at", help="Time of day (HH:MM); without it the first free time.")] = "",
) -> None:
    """Plan a visit."""
    output = options_of(context).output
    with opened(context) as laptop:
        doctor_id = find_customer(laptop, "doctor", doctor)
        if at:
            minute = _minute(at)
            values = ask(laptop, lambda reads: reads.plan_values(doctor_id, day, minute))
        else:
            values = ask(laptop, lambda reads: reads.plan_slot(day, doctor_id))
        made = submit(laptop, PlanVisits((values,)))
    text = output.pick(f"已加入计划：{values['starts_at']}", f"Planned: {values['starts_at']}")
    output.result({"id": made.created_id, "starts_at": values["starts_at"]}, [text])


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise InputError("not_a_time", value=text[:20])
    return int(hour) * 60 + int(minute)


@plan.command("cycle")
def cycle(context: typer.Context, day: Day = "") -> None:
    """Show the cycle plan of a day: goal, done, scheduled, remaining, to be scheduled, by class."""
    output = options_of(context).output
    with opened(context) as laptop:
        found = ask(laptop, lambda reads: reads.plan_cycle(day))
    if found.row is None:
        output.result(found, [output.pick("这一天没有周期计划。", "There is no cycle plan for that day.")])
        return
    lines = [f"{found.row['name']}  {found.row['starts_on']} – {found.row['ends_on']}"]
    lines += [_class_line(output, one) for one in found.classes]
    left = (found.workdays_left, found.capacity_left)
    lines.append(
        output.pick(
            f"还剩 {left[0]} 个工作日，还能排 {left[1]} 次", f"{left[0]} working days left, room for {left[1]} visits"
        )
    )
    lines += _unknown(output, found.unknown_years)
    output.result(found, lines)


def _class_line(output: Output, one: ClassStanding) -> str:
    amounts = (one.planned, one.actual, one.scheduled, one.remaining, one.remaining_to_schedule)
    shown = [f"{amount / CREDIT:g}" for amount in amounts]
    words = output.pick("目标 完成 已排 还差 待排", "goal done scheduled remaining to-schedule").split()
    name = output.choice("customer_class", one.customer_class)
    return f"{name}  " + "  ".join(f"{word} {amount}" for word, amount in zip(words, shown, strict=True))


@plan.command("suggest")
def suggest(
    context: typer.Context,
    day: Day = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 20,
) -> None:
    """Say whom to visit next: overdue, by class, at hospitals that are on the way that day."""
    output = options_of(context).output
    with opened(context) as laptop:
        on = day or ask(laptop, lambda reads: reads.plan_today())
        found = ask(laptop, lambda reads: reads.plan_suggestions(on, "", limit))
    lines = [
        f"{one.doctor_id}  {one.name}  {output.choice('customer_class', one.customer_class)}  {one.institution_name}"
        f"  {_overdue(output, one.overdue_days)}".rstrip()
        for one in found
    ]
    output.result(found, lines or [output.pick("没有要排的医生。", "Nobody is left to be scheduled.")])


def _overdue(output: Output, days: int) -> str:
    return output.pick(f"已过期 {days} 天", f"{counted(days, 'day')} overdue") if days > 0 else ""


@plan.command("targets")
def show_targets(context: typer.Context) -> None:
    """List the proposals of your territories with their answers."""
    output = options_of(context).output
    with opened(context) as laptop:
        found = ask(laptop, lambda reads: reads.plan_targets())
    lines = [
        f"{one.id}  {one.doctor_name}  {one.class_goal} → {one.wanted}"
        f"  {output.choice('plan_target_state', one.state)}  {one.answer}"
        for one in found
    ]
    output.result([_open_item(one) for one in found], lines or [output.pick("没有目标申请。", "No proposals.")])


def _open_item(item: TargetItem) -> dict[str, Any]:
    named = {name: getattr(item, name) for name in ("id", "doctor_id", "doctor_name", "class_goal", "wanted", "agreed")}
    return (
        named
        | {name: getattr(item, name) for name in ("grounds", "state", "pending", "answer", "decided_by")}
        | {"allowed": sorted(item.allowed)}
    )


@plan.command("propose")
def propose(
    context: typer.Context,
    doctor: Annotated[str, typer.Argument(help="Id or text of a doctor.")],
    visits: Annotated[
        int, typer.Option(min=0, max=MAX_VISITS, help="So many visits in the cycle; 0 drops the doctor.")
    ],
    why: Annotated[str, typer.Option(help="So that the manager sees why.")] = "",
    day: Day = "",
) -> None:
    """Propose a number of visits to a doctor in the cycle."""
    output = options_of(context).output
    with opened(context) as laptop:
        doctor_id = find_customer(laptop, "doctor", doctor)
        row = ask(laptop, lambda reads: reads.plan_cycle(day)).row
        if row is None:
            raise InputError("no_cycle_plan")
        made = submit(laptop, ProposeTarget(row.id, doctor_id, visits, why))
    text = output.pick(f"申请已保存在本机：{made.created_id}", f"Proposal saved here: {made.created_id}")
    output.result({"id": made.created_id}, [text])


@plan.command("answer")
def answer(
    context: typer.Context,
    target_id: Annotated[str, typer.Argument(help="Id of the proposal (plan targets).")],
    accept: Annotated[bool, typer.Option("--accept/--decline", help="Agree, or decline with a comment.")],
    visits: Annotated[int | None, typer.Option(min=0, max=MAX_VISITS, help="Agree to another number.")] = None,
    comment: Annotated[str, typer.Option(help="What the rep is to read.")] = "",
) -> None:
    """Answer a proposal, bound to what this laptop shows of it now."""
    output = options_of(context).output
    with opened(context) as laptop:
        item = _target(laptop, target_id)
        args: dict[str, Any] = {"comment": comment} if comment else {}
        if accept and visits is not None:
            args["visits"] = visits
        event = Event.ACCEPT if accept else Event.DECLINE
        submit(laptop, TargetCommand(item.id, event.value, item.seen_hash, args))
    output.result({"id": target_id}, [output.pick("答复已保存在本机。", "The answer is saved here.")])


def _target(laptop: Laptop, target_id: str) -> TargetItem:
    for one in ask(laptop, lambda reads: reads.plan_targets()):
        if one.id == target_id:
            return one
    raise InputError("not_found_here", text=target_id[:80], record="plan_target")


@plan.command("export")
def export(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="The .ics file to write.")],
    first: Annotated[str, typer.Option("--from", help="The first day; without it today.", callback=_checked)] = "",
    last: Annotated[
        str,
        typer.Option(
            "--to", help=f"The last day; without it eight weeks, at most {MOST_DAYS} days.", callback=_checked
        ),
    ] = "",
) -> None:
    """Write your visits and days off to an iCalendar file."""
    output = options_of(context).output
    with opened(context) as laptop:
        start = first or ask(laptop, lambda reads: reads.plan_today())
        end = last or (as_date(start) + timedelta(days=55)).isoformat()
        report = export_plan(laptop.desk, path, start, end, output.language).result()
    text = output.pick(
        f"{report.events} 项已写入 {report.path}",
        f"{counted(report.events, 'entry', 'entries')} written to {report.path}",
    )
    output.result(report, [text])
