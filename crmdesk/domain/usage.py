"""What is wrong with a command line itself, in words: both command lines read the parser's errors and say them here."""

import re
from collections.abc import Mapping
from typing import Any

MISUSE = {
    "usage_option": ("没有 {option} 这个选项。", "There is no option {option}."),
    "usage_option_near": (
        "没有 {option} 这个选项。是不是 {near}？",
        "There is no option {option}. Did you mean {near}?",
    ),
    "usage_command": ("没有“{option}”这个命令。", "There is no command '{option}'."),
    "usage_no_command": ("还缺一个命令。", "A command is missing."),
    "usage_missing": ("还缺 {option}。", "{option} is missing."),
    "usage_value": ("{option} 后面还缺一个值。", "{option} needs a value."),
    "usage_no_value": ("{option} 后面不跟值。", "{option} takes no value."),
    "usage_wrong": ("{option} 的值不对：{reason}", "The value of {option} is wrong: {reason}"),
    "usage_number": ("{option} 要填一个整数。", "{option} needs a whole number."),
    "usage_decimal": ("{option} 要填一个数。", "{option} needs a number."),
    "usage_least": ("{option} 最小是 {bound}。", "{option} is at least {bound}."),
    "usage_most": ("{option} 最大是 {bound}。", "{option} is at most {bound}."),
    "usage_extra": (
        "多出来的内容：{option}。带空格的文字请加引号。",
        "Too much: {option}. Put text with spaces in quotes.",
    ),
    "usage": ("命令写得不对：{reason}", "The command line is wrong: {reason}"),
    "usage_help": ("用法见：{help}", "How it is used: {help}"),
    "not_a_choice": (
        "{option} 没有“{value}”。可以是：{choices}。",
        "{option} cannot be '{value}'. It can be: {choices}.",
    ),
}
"""Code → (Chinese, English)."""
_EXTRA = re.compile(r"extra argument.*\((.*)\)")
_WHOLE, _NUMBER = re.compile(r"valid integer"), re.compile(r"valid (?:number|float)")
_BOUND = re.compile(r"(greater|less) than or equal to (\S+)")
_COMMAND = re.compile(r"No such command '(.*?)'")
_CHOICE = re.compile(r"'(.*?)' is not one of (.*?)\.?$", re.S)
_OF_THE_PARSER = re.compile(r"^(?:value error|assertion failed|input should)[, ]*", re.I)
"""Words with which the library that reads values begins: they are about it, not about what was typed."""


def understood(error: Exception) -> tuple[str, Mapping[str, Any]]:
    """Return code and parameters of an error of typer about the command line."""
    message = error.format_message() if hasattr(error, "format_message") else str(error)
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
    return ("usage_no_command", {}) if "Missing command" in message else ("usage", {"reason": message})


def _wrong(option: str, reason: str) -> tuple[str, Mapping[str, Any]]:
    if chosen := _CHOICE.search(reason):
        choices = ", ".join(re.findall(r"'(.*?)'", chosen[2])) or chosen[2]
        return "not_a_choice", {"option": option, "value": chosen[1].rpartition("'")[2], "choices": choices}
    if _WHOLE.search(reason):
        return "usage_number", {"option": option}
    if _NUMBER.search(reason):
        return "usage_decimal", {"option": option}
    if bound := _BOUND.search(reason):
        return f"usage_{'least' if bound[1] == 'greater' else 'most'}", {"option": option, "bound": bound[2]}
    return "usage_wrong", {"option": option, "reason": _OF_THE_PARSER.sub("", reason)}


def _named(error: Exception) -> str:
    """Return the option or argument that an error is about, as help writes it."""
    param = getattr(error, "param", None)
    if param is None:
        return str(getattr(error, "param_hint", "") or "")
    options = [one for one in getattr(param, "opts", ()) if one.startswith("-")]
    return options[-1] if options else f"{{{param.name}}}"
