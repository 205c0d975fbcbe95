"""What is wrong with a command line itself, in the language of the command line and with exit code 2."""

from collections.abc import Sequence

from typer.exceptions import TyperException

from crmdesk.commandline.output import Output, default_language
from crmdesk.domain.usage import understood


def tell(error: TyperException, arguments: Sequence[str]) -> int:
    """Say what is wrong and where help stands; return the exit code."""
    output = Output("--json" in arguments, _language(arguments))
    code, params = understood(error)
    context = getattr(error, "ctx", None)
    output.misuse(code, {**params, "help": f"{getattr(context, 'command_path', 'crmdesk')} --help"})
    return error.exit_code


def _language(arguments: Sequence[str]) -> str:
    """Return the language that is asked for, also where the line could not be read as a whole."""
    for at, one in enumerate(arguments):
        name, _sign, value = one.partition("=")
        if name == "--language":
            asked = value or next(iter(arguments[at + 1 : at + 2]), "")
            return asked if asked in ("zh", "en") else default_language()
    return default_language()
