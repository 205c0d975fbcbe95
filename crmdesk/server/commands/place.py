"""Where a command works and how it answers: data folder, database, words or JSON; options before or after its name."""

import json
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import sqlalchemy as sa
import typer

from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.terminal import escaped, plain
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.server.database import Database

_FOLDER = "Folder of database and attachments."
_URL = "postgresql+psycopg://user@host/name, or sqlite:///file. Default: an SQLite file in the data folder."
FirstDataDir = Annotated[Path | None, typer.Option("--data-dir", help=_FOLDER, envvar="CRMDESK_SERVER_DATA")]
"""Before the command's name: only there the environment counts, so that it never wins over what was typed."""
FirstDatabaseUrl = Annotated[str | None, typer.Option("--database", help=_URL, envvar="CRMDESK_SERVER_DATABASE")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
Newest = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many of the newest.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]
_WHERE = tuple(
    Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
    for name, default, annotation in (
        ("data_dir", None, Annotated[Path | None, typer.Option("--data-dir", help=_FOLDER)]),
        ("database", None, Annotated[str | None, typer.Option("--database", help=_URL)]),
        ("as_json", False, AsJson),
    )
)
"""The options of every command; see `placed`."""
P = ParamSpec("P")


@dataclass(slots=True)
class Place:
    """The data folder, the database's address and the form of answers."""

    data_dir: Path
    url: str
    as_json: bool

    @property
    def attachments(self) -> AttachmentFolder:
        """Return the folder of attachments: beside the SQLite file (the server's default), else in the data folder."""
        if self._sqlite_file is not None:
            return AttachmentFolder(Path(f"{self._sqlite_file}.attachments"))
        return AttachmentFolder(self.data_dir / "attachments")

    @property
    def _sqlite_file(self) -> Path | None:
        start = "sqlite:///"
        return Path(self.url.removeprefix(start)) if self.url.startswith(start) else None

    def database(self, *, create: bool = False, older: bool = False) -> Database:
        """Open the database; one that an older crmdesk made only where `older` is given.

        Raises WorldError `database_not_initialised`, `database_older` (it lacks what was declared since) or
        `database_unavailable`.
        """
        if create:
            self._make_folder()
        elif self._sqlite_file is not None and not self._sqlite_file.is_file():
            raise WorldError("database_not_initialised", place=str(self.data_dir))
        try:
            database = Database(self.url)
            if create:
                database.create_all()
            elif not sa.inspect(database.engine).has_table("server_meta"):
                raise WorldError("database_not_initialised", place=shown_url(self.url))
            elif not older and database.is_older:
                raise WorldError("database_older", place=shown_url(self.url))
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            raise WorldError("database_unavailable", place=shown_url(self.url), why=_first_line(error)) from error
        return database

    def answer(self, data: Any, lines: Iterable[str], *, goes_on: bool = False) -> None:
        """Print the answer: `data` as JSON, or the lines for people.

        Of a command that `goes_on` the JSON is one line: who reads from it can't wait for its end.
        """
        if self.as_json:
            typer.echo(escaped(json.dumps(data, ensure_ascii=False, indent=None if goes_on else 1, sort_keys=True)))
            return
        for line in lines:
            typer.echo(plain(line))

    def _make_folder(self) -> None:
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WorldError("folder_unusable", place=str(self.data_dir), why=error.strerror or "") from error


@dataclass(frozen=True, slots=True)
class Earlier:
    """The options that stood before the command's name."""

    data_dir: Path | None = None
    url: str | None = None
    as_json: bool = False


_NOTHING_YET = Earlier()
EARLIER: ContextVar[Earlier] = ContextVar("earlier", default=_NOTHING_YET)
"""Set by the root of the command line for the command that it runs."""


def shown_url(url: str) -> str:
    """Return a database address without its password."""
    try:
        return sa.make_url(url).render_as_string(hide_password=True)
    except sa.exc.ArgumentError:
        return "--database"


def placed(command: Callable[Concatenate[Place, P], None]) -> Callable[P, None]:
    """Give a command its place as the first argument: the options that say where follow its own on the line."""

    @wraps(command)
    def run(*given: P.args, **options: P.kwargs) -> None:
        where: dict[str, Any] = {one.name: options.pop(one.name, one.default) for one in _WHERE}
        command(_place(**where), *given, **options)

    _, *own = signature(command, eval_str=True).parameters.values()
    vars(run)["__signature__"] = Signature([*own, *_WHERE])  # here typer reads what a command takes
    return run


def _place(data_dir: Path | None, database: str | None, as_json: bool) -> Place:
    """Put together what stood before and after the command's name; after it wins."""
    earlier = EARLIER.get()
    folder = data_dir or earlier.data_dir or _default_folder()
    address = database or earlier.url or _sqlite_in(folder)
    EARLIER.set(Earlier(data_dir, database, as_json or earlier.as_json))  # an error answers in the same form
    return Place(folder, address, as_json or earlier.as_json)


def place_in(folder: Path) -> Place:
    """Return the SQLite server of a folder, whatever stood on a command line."""
    return Place(folder, _sqlite_in(folder), False)


def _sqlite_in(folder: Path) -> str:
    return f"sqlite:///{(folder / 'server.db').absolute()}"


def given_day(option: str, text: str) -> str:
    """Return a day given as an option, '' for none; raises InputError('not_a_day')."""
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise InputError("not_a_day", option=option, value=text[:20]) from error


def read_password(from_stdin: bool, login: str) -> str:
    """Ask for a new password (twice, unseen) or read it from standard input; never from an argument."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InputError("password_needed")
    return str(typer.prompt(f"Password for {login}", hide_input=True, confirmation_prompt=True))


def _default_folder() -> Path:
    import platformdirs  # lazy: only where no folder was named

    return Path(platformdirs.user_data_path("crmdesk-server", appauthor=False))


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [""])[0][:200]
