"""The command line of the server: `crmdesk-server` (`python -m crmdesk.server`)."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError, WorldError
from crmdesk.domain.terminal import plain, spell_what_cannot_be_written
from crmdesk.domain.usage import understood
from crmdesk.server.commands import (
    budgets,
    calendar,
    company,
    devices,
    doctors,
    fields,
    institutions,
    keeping,
    moving,
    people,
    procurement,
    products,
    rules,
    running,
    trail,
)
from crmdesk.server.commands.place import EARLIER, AsJson, Earlier, FirstDatabaseUrl, FirstDataDir
from crmdesk.server.commands.sentences import exit_status, sentence


class PlainGroup(TyperGroup):
    """A group whose expected failures end in one sentence on standard error and an exit status."""

    @override
    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line; what is wrong with the line itself is said in the words of the other failures."""
        given = list(args) if args is not None else sys.argv[1:]
        try:
            ended = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.Abort:
            ended = 1
        except TyperException as error:
            ended = _misuse(error, given)
        if standalone_mode:
            sys.exit(ended if isinstance(ended, int) else 0)
        return ended

    @override
    def invoke(self, ctx: Any) -> Any:
        """Run the command; CrmdeskError and failures of the database become sentences."""
        try:
            return super().invoke(ctx)
        except CrmdeskError as error:
            _fail(error)
        except sa.exc.OperationalError as error:
            _fail(_world_error(error))


def _world_error(error: sa.exc.OperationalError) -> WorldError:
    words = str(error.orig)
    if "disk is full" in words or "disk I/O" in words:
        return WorldError("disk_full")
    if "locked" in words:
        return WorldError("database_busy")
    return WorldError("database_unavailable", place="", why=words.strip().splitlines()[0][:200])


def _fail(error: CrmdeskError) -> None:
    _say(sentence(error.code, error.params), error.code, error.params, EARLIER.get().as_json)
    raise typer.Exit(exit_status(error))


def _misuse(error: TyperException, arguments: Sequence[str]) -> int:
    context = getattr(error, "ctx", None)
    if not error.format_message():  # a group without its command: the message of that is the help itself
        return error.exit_code
    code, params = understood(error)
    where = str(getattr(context, "command_path", "") or "crmdesk-server")
    params = {**params, "help": f"{where} --help"}
    words = f"{sentence(code, params)} {sentence('usage_help', params)}"
    _say(words, code, params, "--json" in arguments)
    return error.exit_code


def _say(words: str, code: str, params: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        words = json.dumps({"error": code, "message": words, "params": params}, ensure_ascii=False)
    typer.echo(plain(words), err=True)


app = typer.Typer(
    cls=PlainGroup,
    name="crmdesk-server",
    help="The central server of crmdesk. Exit status: 0 done, 1 refused or faults found, 2 bad input, 3 disk, network"
    " or database failed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(data_dir: FirstDataDir = None, database: FirstDatabaseUrl = None, as_json: AsJson = False) -> None:
    """Keep the options that stand before the command's name."""
    EARLIER.set(Earlier(data_dir, database, as_json))


app.command("init")(running.init)
app.command("serve")(running.serve)
app.command("tidy")(running.tidy)
app.command("backup")(keeping.backup)
app.command("restored")(keeping.restored)
app.command("demo")(company.demo)
app.command("import")(company.import_file)
app.add_typer(people.user, name="user")
app.add_typer(devices.device, name="device")
app.add_typer(doctors.doctor, name="doctor")
app.add_typer(moving.territory, name="territory")
app.add_typer(moving.assign, name="assign")
app.add_typer(fields.field, name="field")
app.add_typer(rules.rule, name="rule")
app.add_typer(calendar.calendar, name="calendar")
app.add_typer(institutions.institution, name="institution")
app.add_typer(procurement.procurement, name="procurement")
app.add_typer(products.product, name="product")
app.add_typer(budgets.budget, name="budget")
app.add_typer(trail.audit, name="audit")


def main() -> None:
    """Run the command line."""
    spell_what_cannot_be_written()
    app()


if __name__ == "__main__":
    main()
