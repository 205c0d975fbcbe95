"""Lists that hold several doctors in a row: a duty roster by weekday, a table with a column for each department.

Each name becomes a row of its own, with the number of the row it stands in. Only columns headed by days or shifts, or
by departments, are read so: a second column of names may as well be whose customers they are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from crmdesk.intake.blocks import lone_text
from crmdesk.intake.clean import person_name, says_nothing
from crmdesk.intake.columns import DOCTOR_NAME, NO_OWN, OwnFields, is_person
from crmdesk.intake.model import Notice, SheetRow, Table
from crmdesk.intake.people import names_a_room, without_title

_LOOKED_AT = 300
_TIME = re.compile(
    r"(?:(?:周|星期|礼拜)[一二三四五六日天]|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
    r"|[上下]午|全天|中午|晚上|[早中晚白夜]班|一线|二线|三线|值班|门诊|坐诊|am|pm"
    r"|(?:\d{4}[年/.-])?\d{1,2}[月/.-]\d{1,2}[日号]?|\d{1,2}[日号]?|[\s()（）/—-])+",
    re.I,
)
_BETWEEN = re.compile(r"[、，,;；/|\n]+|\s{2,}")
_REMARK = re.compile(r"[(（][^()（）]*[)）]$")
_SHORT = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]+·[\u3400-\u9fff·]+")
_SAYS_WHEN = re.compile(r"[诊班休值假术科室院轮查差会]|专家|机动|进修|待|外出|支援|全天|[上下]午|暂|取消|[周星期]")
_NAMES, _ROOMS = "姓名", "科室"


def one_a_row(table: Table, own: OwnFields = NO_OWN) -> tuple[Table, tuple[Notice, ...]]:
    """Return a table in which each doctor has a row, and what to say about it; any other table as it is."""
    if DOCTOR_NAME in {target for header in table.header for target in own.named_by_part(header)}:
        return table, ()
    named = [at for at, header in enumerate(table.header) if header and _holds_names(table, at)]
    for headed, rooms in ((_is_time, False), (names_a_room, True)):
        if sum(map(headed, (table.header[at] for at in named))) > 1:
            return _unfolded(table, [at for at, header in enumerate(table.header) if headed(header)], rooms)
    return table, ()


def _is_time(header: str) -> bool:
    return bool(header.strip() and _TIME.fullmatch(header))


def _holds_names(table: Table, column: int) -> bool:
    cells = [row.cells[column] for row in table.rows[:_LOOKED_AT] if row.cells[column]]
    named = [cell for cell in cells if not says_nothing(cell)]
    return bool(named) and sum(any(map(is_person, _parts(cell))) for cell in named) >= 0.5 * len(named)


def _is_name(text: str) -> bool:
    """Say whether a text in a column of names is one: 虚竹 is, 停诊 and 轮值 are not."""
    return is_person(text) or bool(_SHORT.fullmatch(text) and not _SAYS_WHEN.search(text))


def _parts(cell: str) -> Iterator[str]:
    for part in _BETWEEN.split(cell):
        if part.strip():
            yield without_title(person_name(_REMARK.sub("", part.strip())))[0]


def _unfolded(table: Table, columns: Sequence[int], rooms: bool) -> tuple[Table, tuple[Notice, ...]]:
    """Return the table with a row for each doctor, each once, and a notice that names what is nobody's name."""
    kept = [at for at in range(len(table.header)) if at not in columns]
    rows: list[SheetRow] = []
    left: dict[str, None] = {}
    for row in table.rows:
        beside = [row.cells[place] for place in kept]
        made: dict[tuple[str, ...], None] = {}
        for at, name in [(place, name) for place in columns for name in _parts(row.cells[place])]:
            if _is_name(name):
                made[*beside, name, *([table.header[at]] if rooms else [])] = None
            elif not (says_nothing(name) or lone_text(row)):
                left[name[:20]] = None
        if not made and any(beside):
            made[*beside, "", *([""] if rooms else [])] = None
        rows += [SheetRow(row.number, cells, row.lines) for cells in made]
    header = (*(table.header[at] for at in kept), _NAMES, *([_ROOMS] if rooms else []))
    told = {"columns": [table.header[at] for at in columns], "count": len(rows), "left": list(left)[:10]}
    return replace(table, header=header, rows=rows), (Notice("names_left_out" if left else "names_in_columns", told),)
