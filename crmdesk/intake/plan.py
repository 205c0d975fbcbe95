"""Plans the import of a previewed file row by row: make, same, park or refuse; nothing is written here."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from crmdesk.domain.custom_fields import folded
from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.formulas import unquoted
from crmdesk.domain.ids import new_id
from crmdesk.domain.phones import is_doubtful
from crmdesk.domain.records import RECORDS
from crmdesk.domain.validation import check_new
from crmdesk.intake import clean
from crmdesk.intake.blocks import NO_BLOCKS, Blocks, lone_text, place_of_care
from crmdesk.intake.brackets import TITLE, Behind, agrees, behind, parted_by_brackets, title_code
from crmdesk.intake.columns import (
    DEPARTMENT_NAME,
    DOCTOR_NAME,
    FAMILY_NAME,
    GIVEN_NAME,
    INSTITUTION_NAME,
    check_mapping,
    field_of,
)
from crmdesk.intake.dates import PLAIN, Order, decided
from crmdesk.intake.matching import Doctors, Found, Institutions, Match, name_key
from crmdesk.intake.model import Action, KnownCustomers, NewRow, Planned, SheetRow
from crmdesk.intake.people import (
    as_above,
    check_person,
    is_total,
    names_a_room,
    names_a_specialty,
    signs_off,
    without_title,
)
from crmdesk.intake.preview import Preview


def plan(
    source: Preview,
    mapping: Mapping[int, str],
    known: KnownCustomers,
    territory_id: str,
    hospitals: Mapping[str, str] | None = None,
    date_order: Order | None = None,
    from_above: bool | None = None,
) -> Iterator[Planned]:
    """Yield what to do with every row, in the order of the file; new customers go to `territory_id`.

    `hospitals` are a person's answers to `hospital_unsure` and `hospital_ambiguous`: the name as the file has it → the
    id of the institution that it means, '' for one that is to be made. `date_order` is how a person reads 02.03.2026 in
    columns in which nothing says it. `from_above`: whether rows without a hospital have the one that stands above them
    (`intake.blocks`); None: where the list as a whole is written so.

    Raises, before the first row, what `check_mapping` raises, and InputError('dates_unclear', column, value) where
    that is needed. Codes of parked rows: `duplicate_in_file` (params `row`),
    `same_name_other_department`, `hospital_ambiguous`, `hospital_unsure`; of refused rows those of
    `domain.validation` and `intake.people`, `not_a_hospital`, `not_a_department`; rows made may carry a code of what
    to look at: `value_left_out`, `value_doubtful`, `value_finer`, `name_cleaned`,
    `alias_of_other`, `same_name_spelled_otherwise`, `hospital_uncertain`, `hospital_matched`,
    `hospital_from_above` (once for each row in which a hospital stands that others have).
    """
    kind = check_mapping(source.columns, mapping, source.own)
    used = {index: target for index, target in mapping.items() if target}
    for column, cell in source.unclear_dates(used).items() if date_order is None else ():
        raise InputError("dates_unclear", column=column, value=cell)
    found = source.blocks(used) if from_above is not False else NO_BLOCKS
    above = found if from_above or found.likely else NO_BLOCKS
    asked = _Asked(source, used, known, territory_id, date_order, hospitals or {}, above)
    return (_DoctorPlanner(asked) if kind == "doctor" else _InstitutionPlanner(asked)).run()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What `plan` was asked for, with the columns that are used."""

    source: Preview
    mapping: Mapping[int, str]
    known: KnownCustomers
    territory_id: str
    date_order: Order | None
    hospitals: Mapping[str, str]
    above: Blocks


@dataclass(slots=True)
class _Cells:
    """The values of one row by record, and why some were left out."""

    values: dict[str, dict[str, Any]]
    raw: dict[str, str]
    left_out: dict[str, str]
    alone: str = ""  # the one text of a row that holds nothing else
    doubtful: dict[str, str] = field(default_factory=dict)  # kept as it is, but to be looked at
    from_name: dict[str, str] = field(default_factory=dict)  # what stood in brackets behind the name
    finer: dict[str, str] = field(default_factory=dict)  # read as what it is a part of: B+ → B

    def take(self, target: str, declared: Field, text: str, read: tuple[object, str]) -> None:
        """Keep a cell as the file has it, and its value or why it has none."""
        self.raw[target] = unquoted(text)
        value, code = read
        if code == _FINER:
            self.finer[target] = f"{clean.plain(text)} → {value}"
        elif code:
            self.left_out[target] = code
        if value is not None:
            self.values[target.partition(".")[0]][declared.name] = value
            if declared.digits and is_doubtful(str(value)):
                self.doubtful[target] = str(value)


class _Planner:
    """What planning doctors and institutions has in common."""

    record = ""

    def __init__(self, asked: _Asked) -> None:
        source = asked.source
        self._table = source.table
        self._mapping = [(index, target, field_of(target, source.own)) for index, target in asked.mapping.items()]
        dates = (index for index, _target, declared in self._mapping if declared.kind is Kind.DATE)
        self._dates = {index: decided(source.dates.get(index, PLAIN), asked.date_order) for index in dates}
        self._territory_id = asked.territory_id
        self._institutions = Institutions(asked.known.institutions())
        self._made_in_row: dict[str, int] = {}
        self._above: dict[str, str] = {}
        self._blocks = asked.above
        held = set(asked.mapping.values())
        self._unheld = [(target, field_of(target)) for target in _FROM_ABOVE if target not in held]

    def run(self) -> Iterator[Planned]:
        """Yield one planned row after the other."""
        for row in self._table.rows:
            if row.number in self._blocks.headings:
                self._above.pop(DEPARTMENT_NAME, None)  # 同上 below a heading is no department of the block before
                yield Planned(row.number, Action.HEADING, self.record)
                continue
            cells = self._cells(row)
            try:
                _check_total(row)
                yield self._plan_row(row.number, cells)
            except InputError as error:
                named = {"name": clean.plain(cells.raw.get(f"{self.record}.name", ""))[:60]}
                yield Planned(row.number, Action.REFUSED, self.record, "", named, error.code, error.params)

    def _plan_row(self, number: int, cells: _Cells) -> Planned:
        raise NotImplementedError

    def _cells(self, row: SheetRow) -> _Cells:
        cells = _Cells({"doctor": {}, "institution": {}, "department": {}}, {}, {}, lone_text(row))
        above = self._blocks.cells(row.number)
        for index, target, declared in self._mapping:
            text = row.cells[index] if index < len(row.cells) else ""
            text = above[target] if target in above and (not clean.plain(text) or as_above(text)) else text
            if target in (INSTITUTION_NAME, DEPARTMENT_NAME):
                text = self._above[target] = self._above.get(target, "") if as_above(text) else text
            reading = self._dates.get(index)
            read = reading.value(text) if reading is not None else clean.field_value(declared, text)
            cells.take(target, declared, text, read)
        for target, declared in self._unheld if above else ():
            if target in above:
                cells.take(target, declared, above[target], clean.field_value(declared, above[target]))
        _place(cells)
        _join_name(cells)
        for record in ("doctor", "institution"):
            cells.values[record] = folded({}, cells.values[record])
        return cells

    def _ambiguous(self, number: int, match: Match, name: str, hospital: str) -> Planned:
        params: dict[str, Any] = {"hospital": hospital, "candidates": [list(one) for one in match.candidates]}
        if match.reason:
            return self._parked(number, "", name, "hospital_unsure", params | {"reason": match.reason})
        return self._parked(number, "", name, "hospital_ambiguous", params)

    def _parked(self, number: int, customer_id: str, name: str, code: str, params: Mapping[str, Any]) -> Planned:
        return Planned(number, Action.DUPLICATE_PARKED, self.record, customer_id, {"name": name}, code, params)

    def _found_before(self, number: int, customer_id: str, name: str) -> Planned:
        """Return SAME for a customer who existed, DUPLICATE_PARKED for one that an earlier row of this file makes."""
        earlier = self._made_in_row.get(customer_id)
        if earlier is None:
            return Planned(number, Action.SAME, self.record, customer_id, {"name": name})
        return self._parked(number, customer_id, name, "duplicate_in_file", {"row": earlier})


def _place(cells: _Cells) -> None:
    """Part province and city, from the place column or the beginning of the address."""
    values = cells.values["institution"]
    if values.get("city"):
        province, city = clean.region(str(values["city"]))
        values["city"] = city
        if province:
            values.setdefault("province", province)
    province, city = clean.region_of_address(str(values.get("address") or ""))
    if province:
        values.setdefault("province", province)
    if city and (not values.get("city") or city.endswith(str(values["city"]))):
        values["city"] = city


def _join_name(cells: _Cells) -> None:
    """Put a name together whose parts have columns of their own; Chinese names begin with the family."""
    values = cells.values["doctor"]
    family, given = (str(values.pop(target.partition(".")[2], None) or "") for target in (FAMILY_NAME, GIVEN_NAME))
    if (family or given) and not clean.plain(cells.raw.get(DOCTOR_NAME, "")):
        chinese = not (family + given).isascii() and _CHINESE.search(family + given)
        cells.raw[DOCTOR_NAME] = f"{family}{given}" if chinese else f"{given} {family}".strip()


_FINER = "finer"
_FROM_ABOVE = (INSTITUTION_NAME, DEPARTMENT_NAME)
"""What a row may have from above although the list has no column for it: headings say it."""
_CHINESE = re.compile("[\u3400-\u9fff]")


def _check_total(row: SheetRow) -> None:
    """Raise InputError('total_row') for a row that sums the others up, or is signed, instead of naming somebody."""
    first = next(filter(None, row.cells), "")
    if is_total(first) or signs_off(first):
        raise InputError("total_row", value=first[:20])


def _note(cells: _Cells) -> tuple[str, dict[str, Any]]:
    """Return what is to be looked at in the cells of a row: the code of the gravest, all of it in the parameters."""
    found: dict[str, tuple[str, list[list[str]]]] = {
        "left_out": ("value_left_out", [[to, cells.raw[to][:60], why] for to, why in cells.left_out.items()]),
        "doubtful": ("value_doubtful", [[to, value[:60]] for to, value in cells.doubtful.items()]),
        "finer": ("value_finer", [[to, value[:60]] for to, value in cells.finer.items()]),
        "from_name": ("name_cleaned", [[to, value[:60]] for to, value in cells.from_name.items()]),
    }
    given = {name: (code, listed) for name, (code, listed) in found.items() if listed}
    code = next((code for code, _listed in given.values()), "")
    return code, {name: listed for name, (_code, listed) in given.items()}


def _noted(code: str, params: dict[str, Any], cells: _Cells) -> tuple[str, dict[str, Any]]:
    """Return a remark with what else is to be looked at in the row beside it."""
    return code, params | _note(cells)[1]


class _InstitutionPlanner(_Planner):
    record = "institution"

    def __init__(self, asked: _Asked) -> None:
        super().__init__(asked)
        self._spelling: dict[str, str] = {}  # of those made here: id → the name as the file has it
        index = next(index for index, target in asked.mapping.items() if target == INSTITUTION_NAME)
        full_names = {clean.plain(row.cells[index]) for row in asked.source.table.rows}
        self._short_names = Counter(name_key(clean.hospital(full)[0]) for full in full_names)

    @override
    def _plan_row(self, number: int, cells: _Cells) -> Planned:
        values = cells.values["institution"]
        full, city = str(values.get("name") or ""), str(values.get("city") or "")
        name, aliases = clean.hospital(full)
        match = self._institutions.by_name(full, city)
        if name != full and self._short_names[name_key(name)] > 1:
            name, aliases = full, []  # alike up to the brackets only: two hospitals until a person says otherwise
        elif match.found is Found.NONE and name != full:
            match = self._institutions.by_name(name, city)
        if match.found is Found.SUSPICIOUS:
            return self._ambiguous(number, match, full, full)
        spelled_otherwise = self._spelling.get(match.id, full) != full
        if match.found is Found.MATCHED and not spelled_otherwise:
            return self._found_before(number, match.id, full)
        if spelled_otherwise:
            name, aliases = full, []
        made = values | {
            "name": name,
            "aliases": sorted({*aliases, *(values.get("aliases") or ())}),
            "kind": values.get("kind") or clean.institution_kind(name),
            "territory_id": self._territory_id,
        }
        check_new(RECORDS["institution"], made)
        code, params = self._remark(name, aliases, city, cells)
        if spelled_otherwise:
            code, params = "same_name_spelled_otherwise", {"id": match.id, "row": self._made_in_row[match.id]}
        made_id = new_id()
        self._institutions.add(made_id, name, made["aliases"], city)
        self._made_in_row[made_id] = number
        self._spelling[made_id] = full
        return Planned(number, Action.CREATE, self.record, made_id, made, code, params)

    def _remark(self, name: str, aliases: list[str], city: str, cells: _Cells) -> tuple[str, dict[str, Any]]:
        other = self._institutions.by_alias(name, aliases, city)
        if other.found is Found.MATCHED:
            return _noted("alias_of_other", {"id": other.id, "row": self._made_in_row.get(other.id, 0)}, cells)
        return _note(cells)


@dataclass(slots=True)
class _Work:
    """Where a doctor of the file works: institutions and departments found or to be made."""

    places: list[tuple[str, str, str]] = field(default_factory=list)  # institution id, department id, department name
    before: list[NewRow] = field(default_factory=list)
    uncertain: str = ""
    room: str = ""  # the first department, also where no hospital is written
    asked: str = ""  # the hospital looked up last, as the file has it
    matched: dict[str, str] = field(default_factory=dict)  # one that was taken for another spelling


class _DoctorPlanner(_Planner):
    record = "doctor"

    def __init__(self, asked: _Asked) -> None:
        super().__init__(asked)
        self._answers = {name_key(name): answer for name, answer in asked.hospitals.items()}
        self._doctors = Doctors(asked.known.doctors())
        self._rooms = {(place, name_key(name)): room_id for room_id, place, name in asked.known.departments()}
        self._pending: list[Callable[[], None]] = []
        self._told: set[int] = set()
        self._told_of_rooms = False
        self._has_hospitals = INSTITUTION_NAME in asked.mapping.values()
        self._alone = self._names_alone()
        self._room_names = self._names_of_rooms()
        self._parted = parted_by_brackets(self._table.rows, asked.mapping)

    def _names_alone(self) -> set[str]:
        """Return the hospital names that stand alone in some row: they part names that others run together."""
        found: set[str] = set()
        for index, target, _ in self._mapping:
            if target == INSTITUTION_NAME:
                cells = {row.cells[index] for row in self._table.rows}
                found = {name_key(cell) for cell in cells if cell.count("医院") == 1 and len(cell) <= 24}
        return found

    def _names_of_rooms(self) -> set[str]:
        """Return the departments that are known here or stand in the column for them, as they are compared."""
        cells = {
            row.cells[index] for index, target, _ in self._mapping if target == DEPARTMENT_NAME
            for row in self._table.rows
        }  # fmt: skip
        return {room for _place, room in self._rooms} | {name_key(cell) for cell in cells if cell}

    @override
    def _plan_row(self, number: int, cells: _Cells) -> Planned:
        name = clean.person_name(cells.raw.get("doctor.name", ""))
        work, ambiguous = self._work(cells)
        if ambiguous is not None:
            return self._ambiguous(number, ambiguous, name, work.asked)
        existing, certain = self._existing(name, work)
        found = None if existing else self._behind(cells)
        if found is not None:
            name, work = found.name, self._put_where_it_belongs(found, cells)
            existing, certain = self._existing(name, work)
        own, title = without_title(name)
        if not existing and own != name:  # who is known with the title in the name stays that one
            _take_title(cells, name.removeprefix(own), title)
            name, (existing, certain) = own, self._existing(own, work)
        if existing and certain:
            return self._found_before(number, existing, name)
        if existing:
            params = {"row": self._made_in_row.get(existing, 0)}
            return self._parked(number, existing, name, "same_name_other_department", params)
        return self._make(number, name, cells, work)

    def _behind(self, cells: _Cells) -> Behind | None:
        """Return what stands behind the name in brackets where it says nothing that the row says otherwise."""
        found = behind(cells.raw.get(DOCTOR_NAME, ""), self._room_names)
        if found is None or not agrees(found.parts, cells.raw):
            return None
        places = (name_key(cells.raw.get(INSTITUTION_NAME, "")), "")
        return None if any((name_key(found.name), place) in self._parted for place in places) else found

    def _put_where_it_belongs(self, found: Behind, cells: _Cells) -> _Work:
        """Fill title and department from behind the name; returns where the doctor works then."""
        for target, part in found.parts.items():
            cells.from_name[target] = part
            if not clean.plain(cells.raw.get(target, "")):
                cells.raw[target] = part
                record, _dot, name = target.partition(".")
                cells.values[record][name] = title_code(part) if target == TITLE else part
        return self._work(cells)[0]

    def _work(self, cells: _Cells) -> tuple[_Work, Match | None]:
        """Return where a row says that the doctor works, and the look-up that found too many."""
        self._pending.clear()
        work = _Work()
        return work, self._find_work(cells, work)

    def _make(self, number: int, name: str, cells: _Cells, work: _Work) -> Planned:
        if cells.left_out.get(DOCTOR_NAME) == "formula":
            raise InputError("not_a_person", value=cells.raw[DOCTOR_NAME][:40])
        check_person(cells.raw.get(DOCTOR_NAME, ""), cells.raw.get(INSTITUTION_NAME, ""))
        if name and _is_place(cells.alone, self._room_names):
            raise InputError("only_a_place", value=cells.alone[:40])
        values = cells.values["doctor"] | {"name": name, "territory_id": self._territory_id}
        room = work.places[0][2] if work.places else work.room
        if not values.get("specialty") and room:
            specialty = clean.choice_code("specialty", room)
            values |= {"specialty": specialty} if specialty else {}
        check_new(RECORDS["doctor"], values)
        for row in work.before:
            check_new(RECORDS[row.record], row.values)
        doctor_id = new_id()
        after = tuple(
            NewRow("affiliation", new_id(), _affiliation(doctor_id, place, room, first=number_here == 0))
            for number_here, (place, room, _) in enumerate(work.places)
        )
        for keep in self._pending:
            keep()
        for place, _, room_name in work.places or [("", "", "")]:
            self._doctors.add(doctor_id, name, place, room_name)
        self._made_in_row[doctor_id] = number
        code, params = self._remark(number, cells, work)
        return Planned(number, Action.CREATE, self.record, doctor_id, values, code, params, tuple(work.before), after)

    def _remark(self, number: int, cells: _Cells, work: _Work) -> tuple[str, dict[str, Any]]:
        if work.uncertain:
            return _noted("hospital_uncertain", {"name": work.uncertain}, cells)
        if work.matched:
            return _noted("hospital_matched", dict(work.matched), cells)
        return self._from_above(number, cells) or _note(cells)

    def _from_above(self, number: int, cells: _Cells) -> tuple[str, dict[str, Any]] | None:
        """Say from where a row has its hospital; of the rows that have it from one place only the first says so."""
        source = self._blocks.sources.get(number)
        if source is None or source.row in self._told:
            return None
        self._told.add(source.row)
        params = {"hospital": source.hospital[:60], "row": source.row, "last": self._blocks.groups[source.row][-1]}
        return _noted("hospital_from_above", params, cells)

    def _existing(self, name: str, work: _Work) -> tuple[str, bool]:
        by_place: dict[str, list[str]] = {}
        for place, _, room_name in work.places or [("", "", "")]:
            by_place.setdefault(place, []).extend([room_name] if room_name else [])
        uncertain = ""
        for place, rooms in by_place.items():
            found, certain = self._doctors.find(name, place, rooms)
            if found and certain:
                return found, True
            uncertain = uncertain or found
        return uncertain, False

    def _find_work(self, cells: _Cells, work: _Work) -> Match | None:
        """Find or make the institutions and departments of a row; returns the look-up that found too many."""
        text = cells.raw.get(INSTITUTION_NAME, "")
        names = [] if clean.says_nothing(text) else clean.hospitals(text, self._is_hospital)
        written = cells.raw.get(DEPARTMENT_NAME, "")
        listed = [] if clean.says_nothing(written) else clean.departments(written)
        rooms = [room for room in listed if not clean.says_nothing(room)]
        self._check_places(names, rooms)
        if rooms and not names:
            self._leave_rooms(cells)
        work.room = rooms[0] if rooms else ""
        paired = len(names) == len(rooms)
        all_rooms = clean.unique(rooms)
        seen: set[tuple[str, str]] = set()
        for number, full in enumerate(names):
            match, place = self._institution(full, cells, work, first=number == 0)
            if match.found is Found.SUSPICIOUS:
                return match
            mine = [rooms[number]] if paired else all_rooms if number == 0 else [""]
            for room in mine or [""]:
                if (place, room) not in seen:
                    seen.add((place, room))
                    work.places.append((place, self._room(place, room, work), room))
        doubtful = [row for row in work.before if row.record == "institution" and _runs_together(row)]
        work.uncertain = str(doubtful[0].values["name"]) if doubtful else ""
        return None

    def _check_places(self, names: Sequence[str], rooms: Sequence[str]) -> None:
        """Raise InputError where cells have changed places: a department where a hospital belongs, a number."""
        for name in names:
            is_room = _ONLY_A_ROOM.fullmatch(name) and (names_a_specialty(name) or name_key(name) in self._room_names)
            if is_room and self._institutions.find(name).found is Found.NONE:  # 爱尔眼科 is a hospital
                raise InputError("not_a_hospital", value=name[:40])
        for room in rooms:
            if _ONLY_A_NUMBER.fullmatch(room):
                raise InputError("not_a_department", value=room[:40])

    def _leave_rooms(self, cells: _Cells) -> None:
        """Say that a department stands in no hospital; in a list without a column for it the first row says it."""
        if self._has_hospitals:
            cells.left_out[DEPARTMENT_NAME] = "no_hospital"
        elif not self._told_of_rooms:
            cells.left_out[DEPARTMENT_NAME] = "no_hospital_in_list"
        self._told_of_rooms = True

    def _is_hospital(self, text: str) -> bool:
        # Only what this file says: the same file is parted alike in the next import, whatever is known by then.
        return name_key(text) in self._alone

    def _institution(self, full: str, cells: _Cells, work: _Work, first: bool) -> tuple[Match, str]:
        given = cells.values["institution"]
        city = str(given.get("city") or "") if first else ""
        name, aliases = clean.hospital(full)
        planned = {key_of(row): row.id for row in work.before if row.record == "institution"}
        match = self._look_up(full, city, work)
        if match.found is not Found.NONE or name_key(name) in planned:
            return match, match.id or planned.get(name_key(name), "")
        extra = {key: given[key] for key in ("city", "province", "level") if first and given.get(key)}
        values = {
            "name": name, "aliases": sorted(aliases), "kind": clean.institution_kind(name), **extra,
            "territory_id": self._territory_id,
        }  # fmt: skip
        made = NewRow("institution", new_id(), values)
        work.before.append(made)
        self._pending.append(lambda: self._institutions.add(made.id, name, aliases, city))
        return match, made.id

    def _look_up(self, full: str, city: str, work: _Work) -> Match:
        """Find a hospital: by the person's answer, by its name or alias, by likeness to another spelling."""
        work.asked = full
        answer = self._answers.get(name_key(full))
        if answer and self._institutions.has(answer):
            return Match(Found.MATCHED, answer)
        name, aliases = clean.hospital(full)
        match = self._institutions.find(full, (), city)
        if match.found is Found.NONE:
            match = self._institutions.find(name, aliases, city)
        if answer == "":
            return match if match.found is Found.MATCHED else Match(Found.NONE)
        if match.found is Found.NONE:
            match = self._institutions.by_likeness(full, city)
            if match.found is Found.MATCHED:
                work.matched = {"hospital": full, "name": match.candidates[0][1], "reason": match.reason}
        return match

    def _room(self, place: str, room: str, work: _Work) -> str:
        key = (place, name_key(room))
        if not room:
            return ""
        if key in self._rooms:
            return self._rooms[key]
        values = {"institution_id": place, "name": room, "specialty": clean.choice_code("specialty", room)}
        made = NewRow("department", new_id(), {name: value for name, value in values.items() if value})
        work.before.append(made)
        self._pending.append(lambda: self._rooms.__setitem__(key, made.id))
        return made.id


def _take_title(cells: _Cells, written: str, title: str) -> None:
    """Keep the title that stood behind a name where the row has none; what may be a position is told, not taken."""
    if clean.plain(cells.raw.get(TITLE, "")):
        return
    if title:
        cells.values["doctor"]["title"] = title
    elif not _ADDRESS.fullmatch(written):
        cells.raw[TITLE] = written
        cells.left_out[TITLE] = "behind_the_name"


_ADDRESS = re.compile("(?:医生|大夫|老师)")
"""What says no more than that somebody is a doctor."""
_ONLY_A_ROOM = re.compile("[\u3400-\u9fff]{1,10}(?:科室?|病区|病房)(?:[一二三四五六七八九十]{1,2}(?:病区|组|科))?")
_ONLY_A_NUMBER = re.compile(r"[+(]?\d[\d\s().-]{6,}")
_BESIDE_A_NAME = re.compile(r"[,;/(]|\b(?:dr|prof|mrs?|ms)\b|\bl'hospital$", re.I)
"""What makes a text one of a person; the last is a family name."""


def _is_place(text: str, rooms: Container[str]) -> bool:
    """Say whether the one text of a row is a hospital or department, and nobody stands beside it."""
    if not text or (text.isascii() and _BESIDE_A_NAME.search(text)):
        return False
    return place_of_care(text) is not None or names_a_room(text, rooms)


def _runs_together(row: NewRow) -> bool:
    return str(row.values["name"]).count("医院") > 1


def key_of(row: NewRow) -> str:
    """Return the comparison key of a planned institution."""
    return name_key(str(row.values["name"]))


def _affiliation(doctor_id: str, institution_id: str, department_id: str, first: bool) -> dict[str, Any]:
    values: dict[str, Any] = {"doctor_id": doctor_id, "institution_id": institution_id, "is_primary": first}
    return values | ({"department_id": department_id} if department_id else {})
