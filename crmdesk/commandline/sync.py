"""Commands about the account and the sync: sign-in, sign-out, passphrase, sync, status, conflicts, refused."""

import threading
from typing import Annotated, Any

import typer

from crmdesk.bootstrap import Laptop
from crmdesk.commandline import spoken
from crmdesk.commandline.assignments import read_assignments
from crmdesk.commandline.opening import ask, one_of, opened, options_of, read_secret, submit
from crmdesk.commandline.output import WORLD, Output, counted
from crmdesk.domain.custom_fields import Definitions
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.passphrases import check_new_passphrase
from crmdesk.domain.records import RECORDS
from crmdesk.services.commands import DropRefused, PutBackRefused, ResolveConflict, RetryRefused
from crmdesk.services.views import ConflictView, RefusedItem, SyncSummary
from crmdesk.sync.engine import SyncStatus
from crmdesk.ui import words

conflicts = typer.Typer(help="Fields that two people changed: list them, take either value or restore the loser.")
refused = typer.Typer(help="Changes that the server refused: list, correct and send again, or drop them.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("sign-in")(sign_in)
    app.command("sign-out")(sign_out)
    app.command("passphrase")(passphrase)
    app.command("sync")(sync)
    app.command("status")(status)
    app.add_typer(conflicts, name="conflicts")
    app.add_typer(refused, name="refused")


def sign_in(
    context: typer.Context,
    login: Annotated[str, typer.Argument(help="Login; without it the account used last.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the next line of stdin.")
    ] = False,
    forgotten: Annotated[
        bool,
        typer.Option(
            "--passphrase-forgotten",
            help="Nobody knows the passphrase: choose a new one, fetch all anew; what was not sent is put aside.",
        ),
    ] = False,
) -> None:
    """Sign in at the server (--server) and make this laptop's encrypted store."""
    options = options_of(context)
    premises, output = options.premises(), options.output
    known = premises.account(login or options.login, options.address())
    server, name = options.server or (known.server if known else ""), login or (known.login if known else "")
    if not server:
        raise InputError("server_address", value="")
    if not name:
        raise InputError("login_missing")
    password = read_secret(password_stdin, output.pick("密码", "Password"))
    passphrase = _passphrase_if_asked(context)
    try:
        laptop = premises.sign_in(server, name, password, passphrase, forgotten=forgotten)
    except WorldError as error:
        if error.code not in ("passphrase_needed", "passphrase_missing") or options.passphrase_stdin:
            raise
        passphrase = read_secret(False, output.pick("口令（保护本机数据）", "Passphrase (protects the data here)"))
        if error.code == "passphrase_needed":  # a new one: a slip of the finger would lock the person out for good
            check_new_passphrase(passphrase, read_secret(False, output.pick("再输入一次口令", "Passphrase once more")))
        laptop = premises.sign_in(server, name, password, passphrase, forgotten=forgotten)
    try:
        person = laptop.desk.person
        role = output.choice("role", person.role)
        output.result(person, [output.pick(f"已登录：{person.name}（{role}）", f"Signed in: {person.name} ({role})")])
    finally:
        laptop.close()


def _passphrase_if_asked(context: typer.Context) -> str:
    options = options_of(context)
    return read_secret(True, "") if options.passphrase_stdin else ""


def sign_out(context: typer.Context) -> None:
    """Forget the session; the store with everything unsent stays for the next sign-in."""
    with opened(context) as laptop:
        waiting = ask(laptop, lambda reads: reads.sync_summary()).waiting
        options_of(context).premises().sign_out(laptop)
    output = options_of(context).output
    text = output.pick(
        f"已退出。{waiting} 项更改留在本机。", f"Signed out. Kept on this laptop: {counted(waiting, 'change')}."
    )
    output.result({"waiting": waiting}, [text])


def passphrase(context: typer.Context) -> None:
    """Change the passphrase that protects the data here (--passphrase-stdin: the one in use, then the new one)."""
    options = options_of(context)
    premises, output = options.premises(), options.output
    account = premises.account(options.login, options.address())
    if account is None:
        raise WorldError("not_signed_in")
    if not premises.needs_passphrase(account):
        raise WorldError("passphrase_unused")
    old = read_secret(options.passphrase_stdin, output.pick("现在的口令", "Passphrase in use"))
    new = read_secret(options.passphrase_stdin, output.pick("新口令", "New passphrase"))
    asked = output.pick("再输入一次新口令", "New passphrase once more")
    check_new_passphrase(new, new if options.passphrase_stdin else read_secret(False, asked))
    premises.change_passphrase(account, old, new)
    output.result({"changed": True}, [output.sentence("passphrase_changed", {})])


def sync(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Sync once and end; otherwise go on until Ctrl+C.")] = False,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Let more than a fifth of a scope be taken away, once.")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Fetch everything again; unsent changes are kept.")] = False,
) -> None:
    """Send what waits and fetch what is new."""
    output = options_of(context).output
    with opened(context) as laptop:
        if not once and not anew:
            return _until_interrupted(laptop, output)
        engine = laptop.engine
        ended = engine.fetch_all_anew() if anew else engine.sync_once(accept_removals)
        _tell(output, ended, ask(laptop, lambda reads: reads.sync_summary()))
    return None


def _until_interrupted(laptop: Laptop, output: Output) -> None:
    resting = threading.Event()
    unsubscribe = laptop.sync.subscribe(lambda state: resting.set() if state.phase != "syncing" else None)
    laptop.start()
    try:
        while True:
            resting.wait()
            resting.clear()
            summary = ask(laptop, lambda reads: reads.sync_summary())
            output.result(summary, _summary_lines(output, summary))
    except KeyboardInterrupt:
        unsubscribe()


def _tell(output: Output, ended: SyncStatus, summary: SyncSummary) -> None:
    document: dict[str, Any] = {"phase": ended.phase, "code": ended.code, "params": ended.params, "summary": summary}
    lines = _summary_lines(output, summary)
    if ended.code:
        lines = [output.sentence(ended.code, ended.params), *lines]
    output.result(document, lines)
    if ended.code:
        raise typer.Exit(WORLD)


def status(context: typer.Context) -> None:
    """Say who is signed in, what waits, what needs you, and when it synced last."""
    output = options_of(context).output
    with opened(context) as laptop:
        person = laptop.desk.person
        summary = ask(laptop, lambda reads: reads.sync_summary())
        waiting = ask(laptop, lambda reads: reads.waiting())
    document = {"person": person, "server": laptop.account.server, "summary": summary, "waiting": waiting}
    names = output.pick("、", ", ").join(person.territory_names)
    first = f"{person.name} · {output.choice('role', person.role)} · {names}"
    lines = [first, *_summary_lines(output, summary)]
    lines += [
        f"  {spoken.about(output, item.record, item.title, item.command or item.kind)} · {item.made_at}"
        f" · {output.state(item.state)}"
        for item in waiting
    ]
    output.result(document, lines)


def _summary_lines(output: Output, summary: SyncSummary) -> list[str]:
    last = summary.last_sync_at or "—"
    lines = [
        output.pick(
            f"等待发送 {summary.waiting} 项 · 冲突 {summary.conflicts} · 被退回 {summary.refused} · 上次同步 {last}",
            f"{counted(summary.waiting, 'change')} to send · {counted(summary.conflicts, 'conflict')}"
            f" · {summary.refused} refused"
            f" · last sync {last}",
        ),
        output.pick(f"本机客户 {summary.customers}", f"{counted(summary.customers, 'customer')} here"),
    ]
    if summary.attachments_waiting:
        files = summary.attachments_waiting
        lines.append(output.pick(f"{files} 个附件等待发送", f"{counted(files, 'attachment')} to send"))
    if summary.loading_scopes:
        parts = summary.loading_scopes
        lines.append(output.pick(f"{parts} 个范围还在加载", f"still loading: {counted(parts, 'scope')}"))
    return lines


@conflicts.callback(invoke_without_command=True)
def list_conflicts(context: typer.Context) -> None:
    """List the conflicts with both values, who and when."""
    if context.invoked_subcommand is not None:
        return
    output = options_of(context).output
    with opened(context) as laptop:
        found, defined = ask(laptop, lambda reads: (reads.conflicts(), reads.custom_fields()))
    none = [output.pick("没有冲突。", "No conflicts.")]
    output.result(found, [line for one in found for line in _conflict_lines(output, one, defined)] or none)


def _conflict_lines(output: Output, one: ConflictView, defined: Definitions) -> list[str]:
    values = (one.winner_value, one.loser_value, one.base_value)
    shown = [_conflict_value(output, one, value, defined) for value in values]
    gone = one.field == "deleted"
    name = output.pick("删除", "Removed") if gone else spoken.field(output, one.record, one.field, defined)
    again = () if one.in_use == "winner" else (_changed_again(output, one, defined),)
    return [
        f"{one.id}  {one.row_title} · {name}",
        *again,
        (output.pick("  后到的值：", "  the later: ") if again else output.pick("  当前采用：", "  in use:   "))
        + f"{shown[0]} · {one.winner_by} · {one.winner_at}",
        output.pick("  另一个值：", "  the other: ") + f"{shown[1]} · {one.loser_by} · {one.loser_at}",
        output.pick("  修改之前：", "  before:   ") + shown[2],
    ]


def _changed_again(output: Output, one: ConflictView, defined: Definitions) -> str:
    """Return the line of a conflict whose field has another value by now than the one that won."""
    return output.pick("  之后又改成：", "  changed again: ") + _conflict_value(output, one, one.now_value, defined)


def _conflict_value(output: Output, one: ConflictView, value: Any, defined: Definitions) -> str:
    """Return one side of a conflict; of a deletion that met an edit, the edit field by field."""
    if one.field != "deleted":
        return spoken.value(output, one.record, one.field, value, defined, one.names)
    if not isinstance(value, dict):
        return output.pick("删除", "removed") if value else "—"
    parts = [
        f"{spoken.field(output, one.record, name, defined)} "
        f"{spoken.value(output, one.record, name, pair[1], defined, one.names)}"
        for name, pair in value.items()
    ]
    return output.pick("；", "; ").join(parts)


@conflicts.command("resolve")
def resolve(
    context: typer.Context,
    conflict_id: Annotated[str, typer.Argument(help="Id of the conflict; 'all' for every one.")],
    choice: Annotated[str, typer.Option(help="keep, loser, base or winner.")] = "keep",
) -> None:
    """Settle a conflict: keep the value in use, or put the other one (loser), the earlier one (base) or, where it was
    changed again since, the one that won (winner) back."""
    output = options_of(context).output
    one_of("--choice", choice, ("keep", "loser", "base", "winner"))
    with opened(context) as laptop:
        ids = [one.id for one in ask(laptop, lambda reads: reads.conflicts())]
        wanted = ids if conflict_id == "all" else [conflict_id]
        for one in wanted:
            submit(laptop, ResolveConflict(one, choice))
    text = output.pick(f"{len(wanted)} 个冲突已处理。", f"{counted(len(wanted), 'conflict')} settled.")
    output.result({"resolved": wanted}, [text])


@refused.callback(invoke_without_command=True)
def list_refused(context: typer.Context) -> None:
    """List the refused changes with the reason and your text."""
    if context.invoked_subcommand is not None:
        return
    output = options_of(context).output
    with opened(context) as laptop:
        found, defined = ask(laptop, lambda reads: (reads.refused(), reads.custom_fields()))
    none = [output.pick("没有被退回的更改。", "Nothing was refused.")]
    output.result(found, [line for one in found for line in _refused_lines(output, one, defined)] or none)


def _refused_lines(output: Output, one: RefusedItem, defined: Definitions) -> list[str]:
    lines = [f"{one.operation_id}  {spoken.about(output, one.record, one.title, one.command or one.kind)}"]
    lines.append(f"  {words.refusal(one.code, {'field': one.field, **one.params}, output.language)}")
    for name, value in one.fields.items():
        if name == "seen_hash":  # what the decision was bound to says nothing to people
            continue
        said = spoken.value(output, one.record, name, value, defined)
        lines.append(f"  {spoken.field(output, one.record, name, defined)}: {said}")
    return lines


@refused.command("retry")
def retry(
    context: typer.Context,
    operation_id: Annotated[str, typer.Argument(help="Id of the refused change.")],
    assignments: Annotated[list[str] | None, typer.Option("--set", help="Corrected field=value; repeatable.")] = None,
    reason: Annotated[str, typer.Option(help="Why: needed for a change to a submitted report.")] = "",
) -> None:
    """Send a refused change again, corrected where you say so, or with a reason."""
    output = options_of(context).output
    with opened(context) as laptop:
        found = ask(laptop, lambda reads: reads.refused())
        item = next((one for one in found if one.operation_id == operation_id), None)
        if item is None:
            raise InputError("unknown_operation", id=operation_id[:60])
        defined = ask(laptop, lambda reads: reads.custom_fields())
        changes = read_assignments(RECORDS[item.record], assignments or [], defined)
        submit(laptop, RetryRefused(operation_id, changes, reason))
    output.result({"retried": operation_id}, [output.pick("已重新排队。", "Queued again.")])


@refused.command("drop")
def drop(
    context: typer.Context, operation_id: Annotated[str, typer.Argument(help="Id of the refused change.")]
) -> None:
    """Give a refused change up; its text is kept for 30 days."""
    output = options_of(context).output
    with opened(context) as laptop:
        submit(laptop, DropRefused(operation_id))
    output.result(
        {"dropped": operation_id}, [output.pick("已放弃，文字保留 30 天。", "Dropped; the text is kept for 30 days.")]
    )


@refused.command("given-up")
def list_given_up(context: typer.Context) -> None:
    """List what you gave up in the last 30 days, with your text."""
    output = options_of(context).output
    with opened(context) as laptop:
        found, defined = ask(laptop, lambda reads: (reads.given_up(), reads.custom_fields()))
    none = [output.pick("最近 30 天没有放弃过更改。", "Nothing was given up in the last 30 days.")]
    output.result(found, [line for one in found for line in _refused_lines(output, one, defined)] or none)


@refused.command("put-back")
def put_back(
    context: typer.Context, operation_id: Annotated[str, typer.Argument(help="Id of the change that was given up.")]
) -> None:
    """Take what you gave up back to the refused changes; nothing is sent by that."""
    output = options_of(context).output
    with opened(context) as laptop:
        submit(laptop, PutBackRefused(operation_id))
    text = output.pick("已放回被退回的更改，可以修改后再提交。", "Back among the refused changes.")
    output.result({"put_back": operation_id}, [text])
