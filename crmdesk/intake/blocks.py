"""Lists in blocks: the hospital stands once, as a heading or in a block's first row, and is meant for the rows below.

What stands above is offered, never passed over in silence: whoever imports sees which rows have it from where and may
leave them empty. A block ends at an empty row, a total, a note or signature, the next hospital, and a sign for 'none'.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crmdesk.intake.clean import plain, says_nothing
from crmdesk.intake.columns import DEPARTMENT_NAME, DOCTOR_NAME, FAMILY_NAME, GIVEN_NAME, INSTITUTION_NAME
from crmdesk.intake.model import SheetRow, Table
from crmdesk.intake.people import as_above, ends_a_list

_ORDINAL = re.compile(r"[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,3})[)）]?\s*[、.．]?")
_BEFORE = re.compile(
    rf"(?:{_ORDINAL.pattern}(?<=[、.．)）])|(?:所在)?(?:医院|单位|机构)(?:名称)?\s*[:：]|hospital\s*:)\s*", re.I
)
_BEHIND = re.compile(
    r"\s*(?:[:：]|[(（]?\s*(?:共|合计)?\s*\d+\s*(?:人|名|位|doctors?)(?:医生)?\s*[)）]?"
    r"|[(（][一二三]级?[甲乙丙]等?[)）])$",
    re.I,
)
_HOSPITAL = (
    r"(?!.*(?:主任|医生|教授|大夫|名单)).*?.{2}(?:医院|卫生院|保健院|诊所|门诊部|卫生服务(?:中心|站)|(?:医学|医疗|康复)中心"
    r"|药店|大药房|院区|分院|总院|[一二三四五六七八九十]院)(?:[(（][^()（）]*[)）])?"
)
_ROOM = r"[\u3400-\u9fff]{1,12}(?:科室?|病区|门诊)"
_PLACE = re.compile(rf"({_HOSPITAL})(?:[\s·/—-]*({_ROOM}))?")
_FOREIGN = re.compile(
    r".*\b(?:hospital|clinic|infirmary|(?:medical|health) cent(?:er|re)|klinik(?:um)?|krankenhaus)\b.*", re.I
)
_LONE_ROOM = re.compile(_ROOM)
_TITLE = re.compile(
    r"(?:二〇..年度?|20\d\d\s*年?度?)?\s*(.{2,}?(?:医院|卫生院|保健院)(?:[(（][^()（）]{1,8}院区?[)）]|[东南西北新老]院区?)?)(?!.*医院)"
    r".*(?:名单|名册|花名册|通讯[录簿]|联系[表人]|联系方式|[排值]班表|一览表|登记表|签到表|信息表|统计表|汇总表|出诊表|出诊安排)"
)
_OF_MANY = re.compile(
    r"重点|目标|各|[全本]([市省国区县院]|部)|大区|[地片辖]区|所有|级|合作|附近|客户|等|某|多家|部分|核心|潜力|覆盖|[、，,;；/]"
)
"""What makes the hospital of a title none: 重点医院名单, 三级医院通讯录."""
_MOST_WRITTEN = 3
"""More different cells than a heading and its number have."""
_LONGEST, _LONGEST_WRITTEN = 60, 120
"""The longest heading, and one with number and count. What is longer is not looked at: a cell may hold a book."""

_ROWS_A_LOOK = 1000
"""Rows between two questions whether to go on: some milliseconds."""


@dataclass(frozen=True, slots=True)
class Source:
    """A row in which a hospital is written that rows below may mean: its number and its cells by target."""

    row: int
    cells: Mapping[str, str]
    is_heading: bool = False

    @property
    def hospital(self) -> str:
        """The hospital as the file has it."""
        return plain(self.cells.get(INSTITUTION_NAME, ""))


@dataclass(frozen=True)
class Blocks:
    """What rows of a list may have from above, by the number of the row.

    `likely` says whether the list as a whole is written in blocks, so that taking it is proposed; else empty cells may
    as well mean that nobody knows.
    """

    sources: Mapping[int, Source] = field(default_factory=dict)
    rooms: Mapping[int, str] = field(default_factory=dict)
    headings: frozenset[int] = frozenset()
    likely: bool = False
    groups: Mapping[int, list[int]] = field(default_factory=dict)  # source's row → rows that have something from it

    def cells(self, row: int) -> dict[str, str]:
        """Return the cells by target that a row has from above, for where it has none of its own."""
        source, room = self.sources.get(row), self.rooms.get(row)
        found = dict(source.cells) if source is not None else {}
        return found | {DEPARTMENT_NAME: room} if room else found

    def told(self, answer: bool | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (code, parameters) of a sentence for each source: which rows it is taken for, or could be.

        `answer` is whether it is taken, None where the list decides.
        """
        taken = self.likely if answer is None else answer
        for source_row, rows in self.groups.items():
            span = f"{rows[0]}–{rows[-1]}" if rows[-1] > rows[0] else str(rows[0])
            hospital = self.sources[rows[0]].hospital[:60]
            code = "hospital_above" if taken else "hospital_above_asked"
            yield code, {"hospital": hospital, "row": source_row, "rows": span}


NO_BLOCKS = Blocks()


def shapes_blocks(target: str) -> bool:
    """Say whether a column mapped so has a part in what is found."""
    return target in (DOCTOR_NAME, FAMILY_NAME, GIVEN_NAME, DEPARTMENT_NAME) or target.startswith("institution.")


class StoppedError(Exception):
    """Nobody wants to know any more what was looked for."""


def _wanted() -> bool:
    return False


def blocks(table: Table, mapping: Mapping[int, str], stopped: Callable[[], bool] = _wanted) -> Blocks:
    """Find what rows of a list of doctors may have from above; 200,000 rows take seconds.

    `mapping` is column → target. A list in which every doctor has a hospital gives `NO_BLOCKS`. `stopped` is asked now
    and then: once it says so, StoppedError is raised.
    """
    walk = _Walk({target: index for index, target in mapping.items()}, _gaps(table))
    for row in table.above:
        walk.heading(row, is_title=True)
    for at, row in enumerate(table.rows):
        if at % _ROWS_A_LOOK == 0 and stopped():
            raise StoppedError
        walk.step(row)
    return walk.result()


def _gaps(table: Table) -> frozenset[int]:
    """Return the rows before which more rows are empty than is usual in this file."""
    empty: dict[int, int] = {}
    for before, row in zip(table.rows, table.rows[1:], strict=False):
        step = row.number - before.number - before.lines
        if step and table.repeats:
            step -= sum(number in table.repeats for number in range(before.number + 1, row.number))
        empty[row.number] = step
    usual = sorted(empty.values())[len(empty) // 4] if empty else 0
    return frozenset(row for row, step in empty.items() if step > usual)


class _Walk:
    """Goes down a list once and remembers what stands above."""

    def __init__(self, columns: Mapping[str, int], gaps: frozenset[int]) -> None:
        self._columns, self._gaps = columns, gaps
        self._names = [columns[name] for name in (DOCTOR_NAME, FAMILY_NAME, GIVEN_NAME) if name in columns]
        self._source: Source | None = None
        self._room: str = ""
        self._begun = False  # a doctor stands in this block
        self._before = ""  # the hospital of the row before, where it is written there
        self._stated: set[int] = set()
        self._repeats = False
        self._sources: dict[int, Source] = {}
        self._rooms: dict[int, tuple[str, int]] = {}  # department and the row that gives it
        self._room_rows: dict[str, set[int]] = {"stated": set(), "giving": set()}
        self._room_row = 0
        self._room_repeats = False
        self._heads: dict[int, int] = {}  # a heading's row → how many rows have something from it

    def _cell(self, row: SheetRow, target: str) -> str:
        index = self._columns.get(target)
        return plain(row.cells[index]) if index is not None and index < len(row.cells) and row.cells[index] else ""

    def step(self, row: SheetRow) -> None:
        """Take in the next row."""
        if row.number in self._gaps and self._begun:
            self._end()
        if ends_a_list(row.cells):
            self._end()
        elif not self.heading(row):
            self._doctor(row)

    def _end(self) -> None:
        self._source, self._room, self._room_row, self._before, self._begun = None, "", 0, "", False

    def heading(self, row: SheetRow, *, is_title: bool = False) -> bool:
        """Begin a block at a row that holds nothing but a hospital or a department; say whether it is one.

        A title above the header may stand in the column of the hospitals by chance: there only a place of care is one.
        """
        text = lone_text(row)
        if not text:
            return False
        found = place_of_care(text) or (place_of_title(text) if is_title else None)
        if found is None and not is_title and not self._is_named(row):
            alone = self._cell(row, INSTITUTION_NAME)
            found = (alone, "") if alone and not (says_nothing(alone) or as_above(alone)) else None
        if found is not None:
            self._end()
            self._source = Source(row.number, {INSTITUTION_NAME: found[0]}, is_heading=True)
            self._room, self._room_row = found[1], row.number if found[1] else 0
        elif self._source is not None and _LONE_ROOM.fullmatch(text):
            self._room, self._room_row = text, row.number
        else:
            return False
        self._heads[row.number] = 0
        return True

    def _is_named(self, row: SheetRow) -> bool:
        return any(index < len(row.cells) and row.cells[index] for index in self._names)

    def _doctor(self, row: SheetRow) -> None:
        hospital, named = self._cell(row, INSTITUTION_NAME), self._is_named(row)
        again = bool(hospital) and as_above(hospital)
        if hospital and says_nothing(hospital) and not again:
            self._end()
        elif hospital and not again:
            self._state(row, hospital, named)
        elif again and not (self._source is not None and self._source.is_heading):
            self._repeats = True
        elif named and self._source is not None:
            self._sources[row.number] = self._source
            self._count(self._source.row)
        self._before = hospital
        self._begun = self._begun or named
        if named and self._source is not None:
            self._department(row)

    def _state(self, row: SheetRow, hospital: str, named: bool) -> None:
        self._repeats = self._repeats or hospital == self._before
        if self._source is None or self._source.hospital != hospital:
            self._room, self._room_row = "", 0
        cells = {target: row.cells[at] for target, at in self._columns.items() if target.startswith("institution.")}
        self._source = Source(row.number, {target: cell for target, cell in cells.items() if cell})
        if named:
            self._stated.add(row.number)

    def _department(self, row: SheetRow) -> None:
        room, headed = self._cell(row, DEPARTMENT_NAME), self._room_row in self._heads
        again = bool(room) and as_above(room)
        if again and not headed:
            self._room_repeats = True
        elif room and not again:
            self._room_repeats = self._room_repeats or (room == self._room and not headed)
            self._room, self._room_row = ("", 0) if says_nothing(room) else (room, row.number)
            self._room_rows["stated"].add(row.number)
        elif self._room and (row.number in self._sources or headed):
            self._rooms[row.number] = self._room, self._room_row
            self._room_rows["giving"].add(self._room_row)
            self._count(self._room_row)

    def _count(self, heading: int) -> None:
        if heading in self._heads:
            self._heads[heading] += 1

    def result(self) -> Blocks:
        """Return what was found."""
        if not self._sources:
            return NO_BLOCKS
        giving = {source.row for source in self._sources.values() if not source.is_heading}
        likely = not self._repeats and _in_blocks(self._stated, giving, len(self._sources))
        used = {heading for heading, count in self._heads.items() if count}
        groups: dict[int, list[int]] = {}
        for row, source in self._sources.items():
            groups.setdefault(source.row, []).append(row)
        return Blocks(self._sources, self._departments(), frozenset(used), likely, groups)

    def _departments(self) -> dict[int, str]:
        """Return what departments rows have: those of headings, and of rows above where the list is written so."""
        carried = {row for row, (_room, giver) in self._rooms.items() if giver not in self._heads}
        stated = self._room_rows["stated"]
        if self._room_repeats or not _in_blocks(stated, self._room_rows["giving"] & stated, len(carried)):
            return {row: room for row, (room, _giver) in self._rooms.items() if row not in carried}
        return {row: room for row, (room, _giver) in self._rooms.items()}


def _in_blocks(stated: set[int], giving: set[int], taking: int) -> bool:
    """Say whether most of what is written is followed by cells that are empty; nothing written: headings give it."""
    return not stated or (taking > 1 and 2 * len(giving) > len(stated))


def lone_text(row: SheetRow) -> str:
    """Return the one text of a row that holds nothing else but its number, '' where there is none or more."""
    written = set(row.cells)
    written.discard("")
    if not written or len(written) > _MOST_WRITTEN:
        return ""
    texts = [text for text in map(plain, written) if text and not _ORDINAL.fullmatch(text)]
    return _bare(texts[0]) if len(texts) == 1 else ""


def _bare(text: str) -> str:
    """Return a heading without its number before and its count behind: 一、明泉医院（12人）."""
    if len(text) > _LONGEST_WRITTEN:
        return text
    inner = text.strip("【】[]《》 ")
    begins = _BEFORE.match(inner)
    return _BEHIND.sub("", inner[begins.end() :] if begins else inner).strip()


def place_of_title(text: str) -> tuple[str, str] | None:
    """Return (hospital, '') of a title that says whose list this is: 明泉市第一医院门诊排班表（3月）; else None."""
    found = _TITLE.match(text) if len(text) <= _LONGEST else None
    return (found[1].strip(), "") if found is not None and not _OF_MANY.search(found[1]) else None


def place_of_care(text: str) -> tuple[str, str] | None:
    """Return (hospital, department or '') of a heading; None for a text that names no place of care."""
    if len(text) > _LONGEST:
        return None
    found = _PLACE.fullmatch(text)
    if found is not None:
        return found[1].strip(), found[2] or ""
    return (text, "") if text.isascii() and _FOREIGN.fullmatch(text) else None
