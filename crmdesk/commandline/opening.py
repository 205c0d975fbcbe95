"""What every command starts with: the options of the program, secrets from prompt or stdin, and the open laptop."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from crmdesk.bootstrap import Laptop, Premises
from crmdesk.commandline.output import Output
from crmdesk.domain.clock import DEFAULT_ZONE, to_text
from crmdesk.domain.errors import InputError, WorldError
from crmdesk.domain.ids import is_id
from crmdesk.domain.picklists import PICKLISTS
from crmdesk.services.commands import Command, Outcome
from crmdesk.services.reads_sync import Reads
from crmdesk.sync.address import server_address
from crmdesk.ui import own_fields

if TYPE_CHECKING:
    import typer

T = TypeVar("T")


@dataclass(slots=True)
class Options:
    """The options before the command."""

    data_dir: Path
    server: str
    login: str
    ca_bundle: str
    passphrase_stdin: bool
    output: Output
    language: str = ""
    """What the windows were asked to speak for this time, '' for what was chosen last."""

    def premises(self) -> Premises:
        """Return the data folder."""
        return Premises(self.data_dir, ca_bundle=self.ca_bundle)

    def address(self) -> str:
        """Return the server's address in canonical form, '' where none was given."""
        return server_address(self.server) if self.server else ""


def options_of(context: "typer.Context") -> Options:
    """Return the options that the program was called with."""
    options = context.find_object(Options)
    if options is None:
        raise RuntimeError("a command ran without the program's options")
    return options


def read_secret(from_stdin: bool, prompt: str) -> str:
    """Return a secret: the next line of stdin, or typed without echo; InputError('no_terminal') without either."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InputError("no_terminal")
    import typer  # lazy: the windows ask for secrets themselves

    return str(typer.prompt(prompt, hide_input=True))


@contextmanager
def opened(context: "typer.Context") -> Iterator[Laptop]:
    """Open the laptop of the account used last (or of `--login`, `--server`); closes it again."""
    options = options_of(context)
    premises = options.premises()
    account = premises.account(options.login, options.address())
    if account is None:
        raise WorldError("not_signed_in")
    passphrase = ""
    if premises.needs_passphrase(account):
        passphrase = read_secret(options.passphrase_stdin, options.output.pick("口令", "Passphrase"))
    laptop = premises.unlock(passphrase, account.login, account.server)
    try:
        own_fields.take(ask(laptop, lambda reads: reads.custom_fields()))  # sentences name them by their words
        yield laptop
    finally:
        laptop.close()


def ask(laptop: Laptop, read: Callable[[Reads], T]) -> T:
    """Return what a read says."""
    return laptop.desk.ask(read).result()


def submit(laptop: Laptop, command: Command) -> Outcome:
    """Do a command and return its outcome; its errors are raised here."""
    return laptop.desk.submit(command).result()


def find_customer(laptop: Laptop, record: str, text: str) -> str:
    """Return the id that a text means: an id itself, or what the search finds if it is exactly one.

    Where several are found, one whose name is exactly the text wins. InputError: `not_found_here`, `several_found`.
    """
    if is_id(text):
        return text
    hits = [hit for hit in ask(laptop, lambda reads: reads.search(text, 50)) if hit.record == record]
    exact = [hit for hit in hits if hit.title == text]
    if len(exact) == 1:
        return exact[0].id
    if not hits:
        raise InputError("not_found_here", text=text[:80], record=record)
    if len(hits) > 1:
        raise InputError("several_found", text=text[:80], count=len(hits), ids=[hit.id for hit in hits[:10]])
    return hits[0].id


def one_of(option: str, value: str, choices: Iterable[str]) -> str:
    """Return a value that has to be one of some, or '' for nothing; raises InputError('not_a_choice') with the list."""
    known = list(choices)
    if value and value not in known:
        raise InputError("not_a_choice", option=option, value=value[:40], choices=known)
    return value


def codes(picklist: str) -> list[str]:
    """Return what can be chosen of a picklist, as it is typed."""
    return [one.code for one in PICKLISTS[picklist]]


def listed(picklist: str) -> str:
    """Return what can be chosen of a picklist for the help of an option."""
    *first, last = codes(picklist)
    return f"{', '.join(first)} or {last}" if first else last


def given_moment(option: str, text: str) -> str:
    """Return an instant that was typed, '' for none: `2026-11-26 10:30` as the clock of the country shows it, or UTC.

    Raises InputError('not_a_moment').
    """
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError as error:
        raise InputError("not_a_moment", option=option, value=text[:30]) from error
    return to_text(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(DEFAULT_ZONE)))
