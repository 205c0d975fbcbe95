"""Commands about a backup of what was not sent: make one in a folder, put one back."""

from typing import Annotated

import typer

from crmdesk.commandline.opening import opened, options_of, read_secret
from crmdesk.commandline.output import Output, counted
from crmdesk.domain.brought_back import Brought
from crmdesk.domain.passphrases import check_new_passphrase

backup = typer.Typer(
    help="What was not sent is on this laptop alone: back it up to a folder, put it back.", no_args_is_help=True
)
_STDIN = typer.Option("--passphrase-stdin", help="Read each passphrase from the next line of stdin.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(backup, name="backup")


@backup.command("make")
def make(
    context: typer.Context,
    folder: Annotated[str, typer.Argument(help="Where to, a stick for example; a folder of its own is made in it.")],
    stdin: Annotated[bool, _STDIN] = False,
) -> None:
    """Back up what was not sent, under a passphrase of its own (stdin: that of the data here, then the backup's)."""
    options = options_of(context)
    options.passphrase_stdin = stdin = options.passphrase_stdin or stdin
    output = options.output
    with opened(context) as laptop:
        passphrase = read_secret(stdin, output.pick("备份的口令", "Passphrase of the backup"))
        asked = output.pick("再输入一次口令", "Passphrase once more")
        check_new_passphrase(passphrase, passphrase if stdin else read_secret(False, asked))
        made = options.premises().make_backup(laptop, folder, passphrase, _on)
    if made is not None:
        held = _held(output, made.held)
        told = output.pick(f"已备份到 {made.path}：{held}。", f"Backed up to {made.path}: {held}.")
        output.result(made._asdict() | {"held": made.held._asdict()}, [told])


@backup.command("put-back")
def put_back(
    context: typer.Context,
    folder: Annotated[str, typer.Argument(help="The folder of the backup, crmdesk-backup-…; it stays as it is.")],
    stdin: Annotated[bool, _STDIN] = False,
) -> None:
    """Put a backup back, each thing once (stdin: the passphrase of the data here, then the backup's)."""
    options = options_of(context)
    options.passphrase_stdin = stdin = options.passphrase_stdin or stdin
    output = options.output
    with opened(context) as laptop:
        passphrase = read_secret(stdin, output.pick("备份的口令", "Passphrase of the backup"))
        brought = options.premises().put_back(laptop, folder, passphrase, _on)
    if brought is not None:
        output.result(brought._asdict(), _told(output, brought))


def _on(_done: int, _total: int) -> bool:
    return True


def _told(output: Output, brought: Brought) -> list[str]:
    lines = []
    if any(brought[:5]):
        held = _held(output, brought)
        lines.append(output.pick(f"已从备份恢复：{held}。", f"Put back: {held}."))
    if brought.left:
        left = counted(brought.left, "draft")
        lines.append(
            output.pick(
                f"{brought.left} 份草稿没恢复：同一页上正有一份在写。写完以后再恢复一次。",
                f"Not put back: {left}, because another one of the same page is being typed. Put the backup back once"
                " more when that is done.",
            )
        )
    nothing = output.pick("备份里的内容都已在这台电脑上。", "All that is in the backup is on this computer already.")
    return lines or [nothing]


def _held(output: Output, held: Brought) -> str:
    return output.pick(
        f"{held.changes} 项更改，{held.needs_you} 项需要你处理，{held.given_up} 项放弃过的，"
        f"{held.drafts} 份草稿，{held.files} 个附件",
        f"{counted(held.changes, 'change')}, {held.needs_you} that need you, {held.given_up} given up before,"
        f" {counted(held.drafts, 'draft')}, {counted(held.files, 'file')}",
    )
