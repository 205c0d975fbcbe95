"""Reads a sheet of agreed and purchased volumes: finds the hospitals, refuses counts by doctor, leaves money out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.market_rules import counts_prescriptions
from crmdesk.domain.procurement import row_id
from crmdesk.domain.records import INSTITUTION, RECORDS
from crmdesk.domain.row_rules import check_row
from crmdesk.domain.validation import check_new
from crmdesk.intake import clean
from crmdesk.intake.matching import Found, Institutions, name_key
from crmdesk.intake.model import KnownInstitution, SheetRow, Table
from crmdesk.intake.preview import read_table
from crmdesk.intake.sheets import fold

_PROCUREMENT = RECORDS["procurement"]
_HOSPITAL, _CITY = "hospital", "city"
_OF_DOCTORS = re.compile(r"医生|医师|doctor|physician|prescriber", re.I)
_MONEY = re.compile(r"金额|单价|价格|中标价|（元）|\(元\)|销售|amount|price|sales|revenue", re.I)
_TEN_THOUSAND = 10_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One row that holds: its number in the file, the id of the figure and its declared values."""

    row_number: int
    id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RefusedFigure:
    """One row that does not, with the reason and what the row calls the hospital."""

    row_number: int
    code: str
    params: Mapping[str, Any]
    hospital: str = ""


@dataclass(slots=True)
class Sheet:
    """What a file was taken for: fields by column, the columns of money that are left out."""

    table: Table
    fields: dict[int, str]
    factors: dict[int, int] = field(default_factory=dict)  # 万片 in the heading: ten thousand each
    left_out: tuple[str, ...] = ()


def _headers() -> dict[str, str]:
    found = {fold(word): _HOSPITAL for word in ("医院", "医疗机构", "机构", *INSTITUTION.field("name").aliases)}
    found |= {fold(word): _CITY for word in ("城市", *INSTITUTION.field("city").aliases)}
    for declared in _PROCUREMENT.fields:
        if not declared.name.startswith("parent_"):
            for word in (declared.zh, declared.en, declared.name, *declared.aliases):
                found[fold(word)] = declared.name
    return found


_FIELD_BY_HEADER = _headers()


def read(source: Path | str | bytes) -> Sheet:
    """Read a file and find its columns.

    Raises what reading a sheet raises; RefusedError('counts_prescriptions') for a column by doctor or of prescriptions,
    InputError('no_figure_column', field) where a column that is needed is not there.
    """
    table = read_table(source, frozenset(_FIELD_BY_HEADER))
    sheet = Sheet(table, {})
    money = []
    for index, header in enumerate(table.header):
        if counts_prescriptions(header) or _OF_DOCTORS.search(header):
            raise RefusedError("counts_prescriptions", column=header)
        name = _FIELD_BY_HEADER.get(fold(header), "")
        if _MONEY.search(header):
            money.append(header)
        elif name and name not in sheet.fields.values():
            sheet.fields[index] = name
            if "万" in header:
                sheet.factors[index] = _TEN_THOUSAND
    sheet.left_out = tuple(money)
    for needed in (_HOSPITAL, *(one.name for one in _PROCUREMENT.fields if one.required)):
        if needed not in sheet.fields.values() and not needed.startswith("parent_"):
            raise InputError("no_figure_column", field=needed)
    return sheet


def figures(
    sheet: Sheet, known: Iterable[KnownInstitution], hospitals: Mapping[str, str] | None = None
) -> Iterator[Figure | RefusedFigure]:
    """Yield each row as a figure or with the reason why not, in the order of the file.

    `hospitals` say which institution a name means where it is unsure. Codes: `unknown_hospital`, `hospital_unsure`,
    `hospital_ambiguous` (params `candidates`), `figure_twice` (params `row`), and those of `domain.validation`.
    """
    institutions = Institutions(known)
    answers = {name_key(name): answer for name, answer in (hospitals or {}).items()}
    seen: dict[str, int] = {}
    for row in sheet.table.rows:
        cells = {name: row.cells[index] for index, name in sheet.fields.items()}
        hospital = clean.plain(cells[_HOSPITAL])
        try:
            institution_id = _institution(institutions, answers, hospital, cells.get(_CITY, ""))
            figure = _figure(sheet, row, institution_id)
            if figure.id in seen:
                raise InputError("figure_twice", row=seen[figure.id])
        except InputError as error:
            yield RefusedFigure(row.number, error.code, error.params, hospital)
        else:
            seen[figure.id] = row.number
            yield figure


def _institution(known: Institutions, answers: Mapping[str, str], name: str, city: str) -> str:
    if not name:
        raise InputError("required", field=_HOSPITAL)
    answer = answers.get(name_key(name), "")
    if answer and known.has(answer):
        return answer
    place = clean.region(city)[1]
    match = known.find(name, clean.hospital(name)[1], place)
    if match.found is Found.NONE:
        match = known.by_likeness(name, place)
    if match.found is Found.MATCHED:
        return match.id
    if match.found is Found.NONE:
        raise InputError("unknown_hospital", hospital=name[:80])
    code = "hospital_unsure" if match.reason else "hospital_ambiguous"
    raise InputError(code, hospital=name[:80], candidates=[list(one) for one in match.candidates])


def _figure(sheet: Sheet, row: SheetRow, institution_id: str) -> Figure:
    values: dict[str, Any] = {"parent_record": "institution", "parent_id": institution_id}
    for index, name in sheet.fields.items():
        text = clean.plain(row.cells[index])
        if name in (_HOSPITAL, _CITY) or not text:
            continue
        values[name] = _value(_PROCUREMENT.field(name), text, sheet.factors.get(index, 1))
    missing = next((one.name for one in _PROCUREMENT.fields if one.required and values.get(one.name) is None), "")
    if missing:
        raise InputError("required", field=missing)
    check_new(_PROCUREMENT, values)
    check_row(_PROCUREMENT.name, values)
    key = (str(values["round_name"]), str(values["product_name"]), str(values.get("strength") or ""))
    return Figure(row.number, row_id(institution_id, *key), values)


def _value(declared: Field, text: str, factor: int) -> Any:
    if declared.kind is Kind.INTEGER:
        return _volume(declared.name, text, factor)
    value, code = clean.field_value(declared, text)
    if code:
        raise InputError("wrong_kind", field=declared.name, value=text[:40])
    return value


def _volume(name: str, text: str, factor: int) -> int:
    """Return a whole volume: `12,000`, `1.2万`, or 1.2 under a heading that says 万片."""
    plain = text.replace(",", "").replace("，", "")
    if plain.endswith("万"):
        plain, factor = plain[:-1], _TEN_THOUSAND
    try:
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise InputError("wrong_kind", field=name, value=text[:40]) from error
    if not amount.is_finite() or abs(amount) > 10**12:
        raise InputError("out_of_range", field=name)
    return int((amount * factor).to_integral_value(ROUND_HALF_UP))
