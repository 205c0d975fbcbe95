"""What stands in brackets behind a doctor's name: a title or a department goes where it belongs, all else stays."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from crmdesk.domain import picklists
from crmdesk.intake.clean import choice_code, person_name, plain
from crmdesk.intake.columns import DEPARTMENT_NAME, DOCTOR_NAME, INSTITUTION_NAME
from crmdesk.intake.matching import name_key
from crmdesk.intake.model import SheetRow
from crmdesk.intake.people import is_family_name, names_a_room

TITLE = "doctor.title"
_BEHIND = re.compile(r"(.*[^\s(（])\s*[(（]([^()（）]+)[)）]")
_PARTS = re.compile(r"[，,、/;；·]|\s+(?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class Behind:
    """A name without what stood in brackets behind it, and those parts by target."""

    name: str
    parts: Mapping[str, str]


def behind(text: str, rooms: Container[str]) -> Behind | None:
    """Return what 张伟（主任，心内科） says; None where a part of the bracket is neither title nor department.

    `rooms` are departments that are known, by `matching.name_key`.
    """
    found = _BEHIND.fullmatch(person_name(text))
    if found is None or len(found[1]) < 2 or is_family_name(found[1]) or names_a_room(found[1], rooms):
        return None
    parts: dict[str, str] = {}
    for part in filter(None, map(str.strip, _PARTS.split(found[2]))):
        target = TITLE if title_code(part) else DEPARTMENT_NAME if names_a_room(part, rooms) else ""
        if not target or target in parts:
            return None
        parts[target] = part
    return Behind(found[1], parts) if parts else None


def title_code(text: str) -> str:
    """Return the code of a text that is a title and nothing else, else ''; 主任 is 主任医师, as in its column."""
    spelled = (picklists.code_for("doctor_title", spelling) for spelling in (text, f"{text}医师"))
    code = next(filter(None, spelled), "")
    return code if code != "other" else ""


def agrees(parts: Mapping[str, str], cells: Mapping[str, str]) -> bool:
    """Say whether the columns of a row have room for the parts, or say the same: else the bracket tells more."""
    title, room = (plain(cells.get(target, "")) for target in (TITLE, DEPARTMENT_NAME))
    if title and TITLE in parts and choice_code("doctor_title", title) != title_code(parts[TITLE]):
        return False
    if DEPARTMENT_NAME not in parts:
        return True
    same = name_key(room) == name_key(parts[DEPARTMENT_NAME])
    return same if room else bool(plain(cells.get(INSTITUTION_NAME, "")))  # a department is one of an institution


def parted_by_brackets(rows: Iterable[SheetRow], mapping: Mapping[int, str]) -> frozenset[tuple[str, str]]:
    """Return (name, hospital), as they are compared, of names that differ in a list by their brackets alone.

    张伟（大） and 张伟（主任） of one hospital are two people until a person says otherwise.
    """
    at = {target: index for index, target in mapping.items()}
    seen: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        cell = _cell(row, at.get(DOCTOR_NAME))
        found = _BEHIND.fullmatch(person_name(cell)) if cell.endswith((")", "）")) else None
        if found is not None:
            key = (name_key(found[1]), name_key(_cell(row, at.get(INSTITUTION_NAME))))
            seen.setdefault(key, set()).add(found[2])
    return frozenset(key for key, brackets in seen.items() if len(brackets) > 1)


def _cell(row: SheetRow, index: int | None) -> str:
    return row.cells[index].strip() if index is not None and index < len(row.cells) else ""
