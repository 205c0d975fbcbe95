"""What is wrong with a command line itself, in the language of the command line and with exit code 2."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from typer.exceptions import TyperException

from crmdesk.commandline.output import Output, default_language

_EXTRA = re.compile(r"extra argument.*\((.*)\)")
_NUMBER = re.compile(r"valid (?:integer|number|float)")
_BOUND = re.compile(r"(greater|less) than or equal to (\S+)")
_COMMAND = re.compile(r"No such command '(.*?)'")


def tell(error: TyperException, arguments: Sequence[str]) -> int:
    """Say what is wrong and where help stands; return the exit code."""
    output = Output("--json" in arguments, _language(arguments))
    code, params = _what(error)
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


def _what(error: TyperException) -> tuple[str, Mapping[str, Any]]:
    message = error.format_message()
    kind, option = type(error).__name__, str(getattr(error, "option_name", ""))
    if kind == "NoSuchOption":
        near = ", ".join(sorted(getattr(error, "possibilities", None) or ()))
        return ("usage_option_near" if near else "usage_option"), {"option": option, "near": near}
    if kind == "MissingParameter":
        return "usage_missing", {"option": _named(error)}
    if kind == "BadOptionUsage":
        return ("usage_no_value" if "not take" in message else "usage_value"), {"option": option}
    if kind == "BadParameter":
        return _wrong(_named(error), str(error))
    if command := _COMMAND.search(message):
        return "usage_command", {"option": command[1]}
    if extra := _EXTRA.search(message):
        return "usage_extra", {"option": extra[1]}
    return "usage", {"reason": message}


def _wrong(option: str, reason: str) -> tuple[str, Mapping[str, Any]]:
    if _NUMBER.search(reason):
        return "usage_number", {"option": option}
    if bound := _BOUND.search(reason):
        return f"usage_{'least' if bound[1] == 'greater' else 'most'}", {"option": option, "bound": bound[2]}
    return "usage_wrong", {"option": option, "reason": reason}


def _named(error: TyperException) -> str:
    """Return the option or argument that an error is about, as help writes it."""
    param = getattr(error, "param", None)
    if param is None:
        return str(getattr(error, "param_hint", "") or "")
    options = [one for one in getattr(param, "opts", ()) if one.startswith("-")]
    return options[-1] if options else f"{{{param.name}}}"
