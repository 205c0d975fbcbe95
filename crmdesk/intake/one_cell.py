"""Lists in which one cell holds all about a doctor: 张硕 主任医师 心内科 13800000001, as people send them in a message.

Each part is put into a column of its own by what it is; what nothing is known of becomes the note.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from crmdesk.intake.blocks import place_of_care
from crmdesk.intake.clean import person_name, plain
from crmdesk.intake.columns import DOCTOR_NAME, NO_OWN, OwnFields, is_person
from crmdesk.intake.matching import name_key
from crmdesk.intake.model import Notice, SheetRow, Table
from crmdesk.intake.people import begins_with_a_family, names_a_room, names_a_specialty, without_title
from crmdesk.intake.vcards import HEADER

_LOOKED_AT = 300
_LONGEST = 120
_NAME, _HOSPITAL, _ROOM, _TITLE, _MOBILE, _PHONE, _EMAIL, _NOTE = (
    "姓名", "医院", "科室", "职称", "手机", "办公电话", "邮箱", "备注",
)  # fmt: skip
_TOLD_BY_FORM = (
    (_EMAIL, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
    (_MOBILE, re.compile(r"(?<!\d)(?:\+?86[ -]?|0086[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")),
    (_PHONE, re.compile(r"(?<!\d)\(?0\d{2,3}\)?[ -]?\d{7,8}(?:-\d{1,5})?(?!\d)")),
)
_A_TITLE = re.compile(
    r"副?主任(?:医师|药师|护师)?|主治(?:医师)?|住院(?:医师|医生)?|主管(?:药师|护师)|[医药护]师|护士长?|副?教授|医生|大夫"
)
_THANKS = re.compile(r"谢谢.*|多谢.*|谢了|辛苦.*|收到|好的")  # begins as a family name does
_COUNTED = re.compile(r"^\d{1,3}(?:[、.．)）]\s*|\s+)(?=[^\d\s])")
"""The number of a line: 1、张硕, 4)李敏."""
_ENDS_A_PLACE = re.compile(
    r"(?:医院|卫生院|保健院|诊所|门诊部|卫生服务(?:中心|站)|(?:医学|医疗)中心|院区|分院|[一二三四五六七八九十]院)"
    r"(?:[(（][^()（）]*[)）])?"
)
_CARD_NAME, _CARD_HOSPITAL, _CARD_ROOM, _CARD_TITLE = range(4)
"""Where `vcards.HEADER` has what a name may hold."""
_BETWEEN = re.compile(r"[\s、，,;；/|:：@–—-]+")


def in_columns(table: Table, own: OwnFields = NO_OWN) -> tuple[Table, tuple[Notice, ...]]:
    """Return a table in which the parts of such cells have columns, and what to say of it; any other as it is."""
    headed = [DOCTOR_NAME in own.named_by_part(header) for header in table.header]
    for at in [headed.index(True)] if any(headed) else range(len(table.header)):
        cells = [row.cells[at] for row in table.rows[:_LOOKED_AT] if row.cells[at]]
        if cells and 5 * sum(map(_says_much, cells)) >= 3 * len(cells):
            return _parted(table, at)
    return table, ()


def _says_much(cell: str) -> bool:
    parts = _parts(cell) if len(cell) <= _LONGEST else {}
    return _NAME in parts and len(parts.keys() - {_NAME, _TITLE, _NOTE}) > 0


def _parts(cell: str) -> dict[str, str]:
    """Return the parts of a cell by what they are; several of one kind are joined by 、."""
    found: dict[str, list[str]] = {}
    rest = _COUNTED.sub("", plain(cell))
    for kind, form in _TOLD_BY_FORM:
        found[kind] = form.findall(rest)
        rest = form.sub(" ", rest)
    for part in filter(None, _BETWEEN.split(rest)):
        for kind, text in _told(part).items():
            found.setdefault(kind, []).append(text)
    return {kind: "、".join(texts) for kind, texts in found.items() if texts}


def _told(part: str) -> Mapping[str, str]:
    place = place_of_care(part)
    if place is not None:
        return {_HOSPITAL: place[0]} | ({_ROOM: place[1]} if place[1] else {})
    if _A_TITLE.fullmatch(part):
        return {_TITLE: part}
    if names_a_specialty(part) or names_a_room(part):
        return {_ROOM: part}
    if not _THANKS.fullmatch(part) and is_person(without_title(person_name(part))[0]):
        return {_NAME: part}
    return _run_together(part) or {_NOTE: part}


def _run_together(part: str) -> dict[str, str]:
    """Return the parts of 临江中心医院心内科王洪主任; {} where any of it may be something else."""
    for end in reversed([found.end() for found in _ENDS_A_PLACE.finditer(part)]):
        if end > 3 and (found := _in_a_place(part[end:], is_named=True)):
            return {_HOSPITAL: part[:end]} | found
    return _in_a_place(part, is_named=False)


def _in_a_place(text: str, is_named: bool) -> dict[str, str]:
    """Return department and name; a name alone, or a department alone, only behind a hospital that is named."""
    if is_named and text and names_a_room(text):
        return {_ROOM: text}
    for end in range(len(text) - 1, -1 if is_named else 0, -1):
        room, who = text[:end], text[end:]
        if _is_surely_somebody(who) and (not room or names_a_specialty(room) or names_a_room(room)):
            return ({_ROOM: room} if room else {}) | {_NAME: who}
    return {}


def _is_surely_somebody(text: str) -> bool:
    """Say whether a text is a name where nothing parts it from what stands before: 温馨提示 begins as names do, too."""
    name = without_title(text)[0]
    longest = 4 if begins_with_a_family(name) or name != text or "·" in name else 3
    return is_person(name) and len(name) <= longest and not names_a_room(text)


def of_contacts(table: Table) -> tuple[Table, tuple[Notice, ...]]:
    """Return the cards of an address book with the names parted that hold a hospital, department or title.

    Only where each part is understood, and says nothing that the card says otherwise; `count` is told how many.
    """
    rows = [replace(row, cells=_of_contact(row.cells)) if row.cells else row for row in table.rows]
    count = sum(row.cells != before.cells for row, before in zip(rows, table.rows, strict=True))
    return replace(table, rows=rows), ((Notice("parts_of_contacts", {"count": count}),) if count else ())


def _of_contact(cells: tuple[str, ...]) -> tuple[str, ...]:
    found = _parts(cells[_CARD_NAME]) if len(cells) == len(HEADER) and len(cells[_CARD_NAME]) <= _LONGEST else {}
    if _NAME not in found or not found.keys() & {_HOSPITAL, _ROOM} or not found.keys() <= _OF_A_CONTACT:
        return cells
    made = list(cells)
    for at, kind in _CARD_PARTS:
        told = found.get(kind, "")
        if told and cells[at] and name_key(told) != name_key(cells[at]) and kind != _TITLE:
            return cells
        made[at] = cells[at] or told
    made[_CARD_NAME] = found[_NAME]
    return cells if "、" in found[_NAME] else tuple(made)


_OF_A_CONTACT = frozenset({_NAME, _HOSPITAL, _ROOM, _TITLE})
_CARD_PARTS = ((_CARD_HOSPITAL, _HOSPITAL), (_CARD_ROOM, _ROOM), (_CARD_TITLE, _TITLE))


def _parted(table: Table, column: int) -> tuple[Table, tuple[Notice, ...]]:
    read = [_parts(row.cells[column]) for row in table.rows]
    kinds = (_NAME, _HOSPITAL, _ROOM, _TITLE, _MOBILE, _PHONE, _EMAIL, _NOTE)
    used = [kind for kind in kinds if any(kind in parts for parts in read)]
    kept = [at for at in range(len(table.header)) if at != column]
    rows = [
        SheetRow(row.number, (*(parts.get(kind, "") for kind in used), *(row.cells[at] for at in kept)), row.lines)
        for row, parts in zip(table.rows, read, strict=True)
    ]
    header = (*used, *(table.header[at] for at in kept))
    return replace(table, header=header, rows=rows), (Notice("parts_of_a_cell", {"columns": used}),)
