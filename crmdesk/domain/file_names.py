"""Names of files as they travel: the last part of a path, nothing that is not seen, so that a name says what it is."""

from collections.abc import Mapping
from pathlib import PureWindowsPath
from typing import Any

from crmdesk.domain.errors import InputError

MAX_NAME = 200


def plain_name(file_name: str) -> str:
    """Return the last part of a path without control and direction characters, cut in its middle to MAX_NAME."""
    name = "".join(sign for sign in PureWindowsPath(file_name).name if sign.isprintable()).strip() or "file"
    if len(name) <= MAX_NAME:
        return name
    return f"{name[: MAX_NAME - 21]}…{name[-20:]}"


def check_file_name(row: Mapping[str, Any]) -> None:
    """Raise InputError('wrong_kind') for a name that hides its ending or leads elsewhere."""
    if plain_name(row["file_name"]) != row["file_name"]:
        raise InputError("wrong_kind", field="file_name")
