"""Commands about older stores of the account that were put aside: list them, bring back what was not sent."""

import sys
from typing import Annotated

import typer

from crmdesk.bootstrap import Laptop, Premises
from crmdesk.commandline.opening import opened, options_of, read_secret
from crmdesk.commandline.output import Output, counted
from crmdesk.domain.brought_back import Brought
from crmdesk.domain.errors import InputError
from crmdesk.ui.ports import PutAside

put_aside = typer.Typer(
    help="Older data of this account that could not be opened: list it, bring back what was not sent, or throw it away."
)
_WHICH = typer.Argument(help="Number in the list; not needed where there is one.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(put_aside, name="put-aside")


@put_aside.callback(invoke_without_command=True)
def list_put_aside(context: typer.Context) -> None:
    """List what was put aside, since when, and what opens it."""
    if context.invoked_subcommand is not None:
        return
    output = options_of(context).output
    with opened(context) as laptop:
        found = _premises(context).put_aside(laptop.account)
    none = [output.pick("没有放到一边的旧数据。", "There is no older data that was put aside.")]
    output.result(found, [_line(output, one) for one in found] or none)


def _line(output: Output, one: PutAside) -> str:
    opens = {
        "passphrase": output.pick("用当时的口令打开", "opens with the passphrase of then"),
        "keyring": output.pick("由系统钥匙串打开", "opens with the system's key ring"),
        "none": output.pick("密钥已不在，打不开", "its key is gone: nobody can open it"),
    }
    since = output.pick(f"{one.at} 放到一边", f"put aside {one.at}")
    return f"{one.name}  {since} · {opens[one.key]}"


@put_aside.command("open")
def bring_back(context: typer.Context, which: Annotated[str, _WHICH] = "") -> None:
    """Bring back what was not sent (--passphrase-stdin: the passphrase of now, then that of the older data)."""
    options, premises = options_of(context), _premises(context)
    output = options.output
    with opened(context) as laptop:
        one = _chosen(premises, laptop, which)
        passphrase = ""
        if one.key == "passphrase":
            asked = output.pick("旧数据的口令", "Passphrase of the older data")
            passphrase = read_secret(options.passphrase_stdin, asked)
        brought = premises.bring_back(laptop, one.name, passphrase)
    output.result(brought, _told(output, brought))


def _told(output: Output, brought: Brought) -> list[str]:
    files, drafts = counted(brought.files, "file"), counted(brought.drafts, "draft")
    lines = [
        output.pick(
            f"已取回：{brought.changes} 项更改等待发送，{brought.needs_you} 项需要你处理，"
            f"{brought.drafts} 份草稿，{brought.files} 个附件。",
            f"Brought back: {counted(brought.changes, 'change')} to send, {brought.needs_you} that need you,"
            f" {drafts}, {files}.",
        )
    ]
    if brought.left:
        left = brought.left
        lines.append(
            output.pick(
                f"还有 {left} 份草稿留在旧数据里：同一页上正有一份在写。写完以后再打开一次。",
                f"Left in the older data: {counted(left, 'draft')}, because another one of the same page is being"
                " typed. Open it once more when that is done.",
            )
        )
    elif brought.stays:
        lines.append(
            output.pick(
                "旧数据现在删不掉，还留着；里面没有要取回的了。",
                "The older data could not be deleted now and stays; there is nothing left in it to bring back.",
            )
        )
    else:
        lines.append(output.pick("旧数据已删除。", "The older data is removed."))
    return lines


@put_aside.command("throw-away")
def throw_away(
    context: typer.Context,
    which: Annotated[str, _WHICH] = "",
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete older data for good, with the changes in it that were not sent."""
    output, premises = options_of(context).output, _premises(context)
    with opened(context) as laptop:
        one = _chosen(premises, laptop, which)
        if not sure and not _asked(output):
            raise InputError("throw_away_unsaid")
        premises.throw_away(laptop.account, one.name)
    output.result({"thrown_away": one.name}, [output.pick("旧数据已丢弃。", "The older data is thrown away.")])


def _asked(output: Output) -> bool:
    if not sys.stdin.isatty():
        return False
    question = output.pick(
        "丢弃以后，里面没发送的更改再也找不回来。丢弃吗？",
        "Changes in it that were not sent are lost for good. Throw it away?",
    )
    return typer.confirm(question)


def _chosen(premises: Premises, laptop: Laptop, which: str) -> PutAside:
    """Return the one that is meant; InputError: `unknown_put_aside`, `several_put_aside`."""
    found = premises.put_aside(laptop.account)
    if not which and len(found) > 1:
        raise InputError("several_put_aside", count=len(found))
    for one in found:
        if which in ("", one.name):
            return one
    raise InputError("unknown_put_aside", name=which[:60] or "—")


def _premises(context: typer.Context) -> Premises:
    return options_of(context).premises()
