"""The program `crmdesk` with options or commands; without any of them `crmdesk.commandline.windows` is enough."""

import sys
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typing_extensions import override

from crmdesk import __version__
from crmdesk.commandline.opening import Options, one_of
from crmdesk.commandline.output import Output, default_language
from crmdesk.commandline.usage import tell
from crmdesk.commandline.windows import open_windows, own_folder
from crmdesk.domain.errors import CrmdeskError
from crmdesk.storage import journal
from crmdesk.ui import words

_PARTS = ("sync", "put_aside", "backup", "customers", "visits", "plans", "claims", "call_backs", "data")
"""The modules of the commands, in the order in which help lists them."""


LANGUAGES = (words.CHINESE, words.ENGLISH)


@lru_cache(maxsize=1)
def _commands() -> Any:
    """Return the group of all commands, loaded when one is asked for: the windows open without any."""
    later = typer.Typer(cls=TyperGroup, rich_markup_mode=None)
    for part in _PARTS:
        import_module(f"crmdesk.commandline.{part}").add_to(later)
    return typer.main.get_group(later)


class _Told(TyperGroup):
    """Turns expected failures of any command into a sentence and an exit code, never a stack trace."""

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        return list(_commands().list_commands(ctx))

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _commands().get_command(ctx, cmd_name)

    @override
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CrmdeskError as error:
            options = ctx.find_object(Options)
            output = options.output if options else Output(False, default_language())
            raise typer.Exit(output.trouble(error)) from error


app = typer.Typer(
    cls=_Told,
    name="crmdesk",
    help="crmdesk: the desk of a medical representative, with or without a network. No command opens the windows.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"crmdesk {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the encrypted data on this laptop.")] = None,
    server: Annotated[str, typer.Option(help="Address of the central server, for signing in.")] = "",
    login: Annotated[str, typer.Option(help="Which account, where the folder holds several.")] = "",
    ca_bundle: Annotated[str, typer.Option(help="File with the company's own certificates (PEM).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of sentences.")] = False,
    language: Annotated[str, typer.Option(help="zh or en; otherwise what the terminal asks for.")] = "",
    passphrase_stdin: Annotated[
        bool, typer.Option("--passphrase-stdin", help="Read the passphrase from the next line of stdin.")
    ] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version and end.")
    ] = False,
) -> None:
    """Take the options; without a command open the windows."""
    output = Output(as_json, language if language in LANGUAGES else default_language())
    folder = data_dir or own_folder()
    journal.keep_in(folder)
    context.obj = Options(folder, server, login, ca_bundle, passphrase_stdin, output, language)
    one_of("--language", language, LANGUAGES)
    if context.invoked_subcommand is None:
        raise typer.Exit(open_windows(context.obj))


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        ended = app(args=given, prog_name="crmdesk", standalone_mode=False)
        return ended if isinstance(ended, int) else 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except typer.Abort:
        return 1
    except TyperException as error:
        return tell(error, given)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us is gone; nothing more can be told
    finally:
        journal.stop()
    return 0
