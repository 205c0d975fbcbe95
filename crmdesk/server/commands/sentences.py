"""Plain English sentences for the error codes that a command can meet, and the exit status of each kind."""

import string
from collections.abc import Mapping
from typing import Any

from crmdesk.domain.errors import CrmdeskError, InputError, RefusedError
from crmdesk.domain.import_sentences import IMPORTS, remarks, spoken
from crmdesk.domain.picklists import PICKLISTS
from crmdesk.domain.records import RECORDS
from crmdesk.domain.usage import MISUSE

EXIT_REFUSED, EXIT_INPUT, EXIT_WORLD = 1, 2, 3

SENTENCES = {
    "admin_needed": "The password is whose? Say it with --admin LOGIN.",
    "ambiguous_institution": "More than one institution is called {name}: use its id (`institution duplicates`).",
    "ambiguous_territory": "More than one territory is called {name}: use its id (`territory list`).",
    "amount": "{value} is not an amount in yuan.",
    "assigned_already": "{login} has {name} already.",
    "backup_failed": "The database could not be copied: {why}",
    "backup_onto_itself": "{place} is where the server's own data lies. Copy it elsewhere.",
    "bad_head": "{value} is not a head of the audit chain: it looks like 12:<64 hex digits> (`audit head`).",
    "below_itself": "{name} can't be put under itself or under what is below it.",
    "calendar_event_has_time": "The event has a time of day; a day of a calendar is whole.",
    "calendar_event_repeats": "The event repeats itself; give each day of the year by itself.",
    "calendar_file_kind": "A calendar is written to a .csv or .ics file.",
    "calendar_kind_unknown": "'{value}' does not say whether the day is off or worked: write 休 (off) or 班 (work); in"
    " an ics file behind the name, like 春节（休）.",
    "calendar_no_day": "{field}: {value} is not a day. Write it like 2027-02-06.",
    "calendar_other_year": "{value} does not belong to {year}; import each year by itself, or name it with --year.",
    "cell_too_long": "A cell in line {line} of the file is too long to be read.",
    "certificate_unusable": "The certificate {place} can't be used with its key: {why}",
    "choice_mark": "A choice can't hold commas, semicolons, bars or slashes, nor begin with = or ': {value}",
    "choices_needed": "Name the choices: --choice 心衰=Heart failure, one each.",
    "choices_unwanted": "Only fields of the kinds choice and choices have choices.",
    "counts_prescriptions": "{column} would count what a doctor prescribes (统方). Medical representatives may not"
    " count prescriptions, so no field or column may hold it: there is no setting for this,"
    " figures are per hospital only.",
    "damaged_file": "The file is damaged and can't be read.",
    "database_busy": "The database is busy with somebody else's work. Try again in a moment.",
    "database_is_backup": "This is a backup of {at}. Run `restored` on it first (crmdesk-server with the same options"
    " before the command): laptops then send again what it lacks.",
    "database_not_initialised": "There is no crmdesk database at {place}. Make one: crmdesk-server init",
    "database_older": "The database {place} was made by an older crmdesk-server. Back it up, then run `init` on it"
    " (crmdesk-server with the same options before the command): it adds what is missing and changes nothing else.",
    "database_unavailable": "The database {place} can't be used: {why}",
    "dates_unclear": "{value} in '{column}' may be two different days. Say which: --dates day-first or"
    " --dates month-first.",
    "day_twice": "{value} stands in row {row} already.",
    "disk_full": "The disk is full. Nothing was changed.",
    "empty_file": "The file is empty.",
    "encrypted_file": "The file is protected by a password. Save it without one and try again.",
    "field_key": "{value} can't be a key: small letters, digits and _, a letter first, at most 40.",
    "field_key_taken": "There is already a field with the key {value} (`field list`); a retired one keeps its key.",
    "field_name_taken": "There is already a field called {value}.",
    "ends_before_start": "The period ends before it begins.",
    "figure_twice": "The same hospital, round, product and strength as in row {row}.",
    "file_not_written": "{name} can't be written: {reason}",
    "file_too_large": "The file is larger than {limit_bytes} bytes.",
    "file_unreadable": "{name} can't be read: {reason}",
    "folder_unusable": "The folder {place} can't be used: {why}",
    "holds_no_territory": "{login} is {role}, a role without territories: it sees what is its own everywhere. Only"
    " {roles} work in one (another role: `user change {login} --role …`).",
    "hospital_ambiguous": "Several hospitals are called {hospital}; say which: --hospital NAME=ID",
    "hospital_unsure": "{hospital} may be one of these; say which: --hospital NAME=ID",
    "login_taken": "There is already somebody with the login {login}.",
    "make_up_on_workday": "{value} is a Monday to Friday, so nobody makes up for anything on it.",
    "merge_decided": "This merge is not one that stands; nothing was changed (`institution merges`).",
    "merge_impossible": "These two cannot be merged: one is not there, is gone, or both are the same.",
    "name_taken": "There is already a territory called {name}.",
    "named_twice": "Two of the {field} have the same words.",
    "no_name_column": "No column of the file looks like the names of doctors or institutions.",
    "no_calendar_column": "The file has no column {field}: a calendar has 日期, 名称 and 类型, and 结束日期"
    " where a row is a stretch of days.",
    "no_figure_column": "The file has no column for {field}.",
    "no_pg_dump": "pg_dump is not here: install the client programs of PostgreSQL, of the server's version or newer.",
    "no_rows": "The file has no rows to import.",
    "no_assignment": "{login} has no running assignment to {name}.",
    "no_own_year": "The company has no calendar of its own for {year}.",
    "not_a_day": "{option}: {value} is not a day. Write it like 2026-11-22.",
    "not_a_period": "{value} is not a quarter. Write it like 2026Q4.",
    "not_empty": "This database already has people in it; the demo company needs an empty one (another --data-dir).",
    "no_institution": "There is no institution called {name}.",
    "not_in_list": "{value} is not one of the choices for {field}{choices}.",
    "out_of_range": "{field} is out of range.",
    "password_needed": "A password is needed, and there is no terminal to ask for it: use --password-stdin.",
    "password_too_common": "This password is too easy to guess. Take a longer phrase of your own.",
    "password_too_long": "The password is longer than {limit} characters.",
    "password_too_short": "The password needs at least {limit} characters.",
    "nothing_to_move": "No institution was named: --institution NAME.",
    "port_in_use": "Something else already listens on port {port}. Choose another one with --port.",
    "product_taken": "There is already a product called {name} (`product change`).",
    "region_to_a_rep": "{login} is a rep and would hold all that is below {name} ({count}). Hand it to a manager, or"
    " say that you mean it: `assign add {login} {name}`, then `assign end`.",
    "required": "{field} is missing.",
    "role_never_writes": "The role {value} never writes such a record.",
    "rule_out_of_range": "{value} is not possible: from {minimum} to {maximum}.",
    "same_territory": "{name} can't be merged with or split into itself.",
    "stretch_too_long": "The row would be a stretch of more than {limit} days.",
    "server_did_not_start": "The server did not start; what its log says last is the reason.",
    "tls_needed": "Off this machine ({host}) the server speaks only https: give --certificate and --key.",
    "too_long": "{field} is longer than {limit} characters.",
    "too_many_cells": "The file has more than {limit} cells.",
    "too_many_columns": "The file has more than {limit} columns.",
    "too_many_fields": "There are {limit} fields already. Retire one that nobody needs any more.",
    "too_many_rows": "The file has more than {limit} rows.",
    "unit_unwanted": "Only numbers have a unit, only decimal ones decimals; an English unit goes with a Chinese one.",
    "unknown_calendar_year": "No calendar of {year} is known yet (`calendar show`).",
    "unknown_custom_field": "There is no field {value} of the {record} (`field list`).",
    "unknown_doctor": "There is no doctor with the id {value} (`doctor find`).",
    "unknown_device": "No computer has the id {device} (`device list`).",
    "unknown_hospital": "There is no hospital called {hospital}.",
    "unknown_institution": "Neither territory has an institution called {name}.",
    "unknown_login": "There is nobody with the login {login} (`user list`).",
    "unknown_territory": "There is no territory called {name} (`territory list`).",
    "unknown_row": "Nothing has this id (`institution merges`).",
    "unknown_product": "There is no product called {name} (`product list`).",
    "unknown_sheet": "The file has no sheet called {sheet}.",
    "wrong_kind": "{field} does not have the right form.",
    "zip_bomb": "The file unpacks to more than {limit_bytes} bytes.",
}


class _Gaps(dict[str, Any]):
    """Parameters of a sentence; one that is missing shows as dots."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """Return the sentence for a code; an unknown code is shown with its parameters, so that nothing is hidden."""
    pattern = SENTENCES.get(code) or (MISUSE | IMPORTS).get(code, ("", ""))[1]
    if not pattern:
        details = ", ".join(f"{name} {value}" for name, value in params.items())
        return f"This could not be done: {code.replace('_', ' ')}{f' ({details})' if details else ''}."
    given = _named(spoken(params, chinese=False))
    if code == "not_in_list":
        listed = PICKLISTS.get(_CHOICES.get(str(given.get("field")), ""), ())
        given["choices"] = f" ({', '.join(one.code for one in listed)})" if listed else ""
    if code == "no_figure_column":
        given["field"] = _figure_column(str(params["field"]))
    text = string.Formatter().vformat(pattern, (), _Gaps(given))
    return " ".join(filter(None, (text, remarks(params, False, _field_word))))


_CHOICES = {
    "kind": "territory_kind",
    "category": "expense_category",
    "rule": "budget_rule",
    "company rule": "company_rule",
}
"""What the commands call a picklist."""


def _figure_column(name: str) -> str:
    declared = RECORDS["procurement"].by_name.get(name)
    return f"{declared.zh} ({declared.en})" if declared is not None else "医院 (hospital)"


def _named(params: dict[str, Any]) -> dict[str, Any]:
    """Return parameters with the field of a row, such as `doctor.mobile`, by its English name."""
    return params | ({"field": _field_word(params["field"])} if "field" in params else {})


def _field_word(target: str) -> str:
    record, _dot, name = str(target).partition(".")
    declared = RECORDS[record].by_name.get(name) if record in RECORDS else None
    return declared.en if declared is not None else str(target)


def exit_status(error: CrmdeskError) -> int:
    """Return 1 for a refusal, 2 for bad input, 3 where the world failed."""
    if isinstance(error, RefusedError):
        return EXIT_REFUSED
    return EXIT_INPUT if isinstance(error, InputError) else EXIT_WORLD
