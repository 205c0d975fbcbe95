"""The lists that can be exported, as headings and rows of texts: customers with every field, visits, expense claims."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from crmdesk.domain import exports
from crmdesk.domain.clock import DEFAULT_ZONE, from_text, local_date
from crmdesk.domain.custom_fields import value_of
from crmdesk.domain.decimals import format_decimal
from crmdesk.domain.errors import InputError
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.money import format_fen
from crmdesk.domain.name_lists import as_listed
from crmdesk.domain.records import CUSTOM, RECORDS
from crmdesk.domain.roles import Role
from crmdesk.services.customer_order import Filter

if TYPE_CHECKING:
    from crmdesk.services.reads_sync import Reads
    from crmdesk.services.views import ClaimItem, TodayItem

_HIDDEN = frozenset({"territory_id", CUSTOM.name})
_FOR_ALL = frozenset({Role.FINANCE.value, Role.AUDITOR.value})
"""Who looks at everybody's claims, as the Expenses page does."""
_MOST_VISITS = 100_000
Cells = list[str]


class ExportedList:
    """A list as it is exported: its headings, how many rows, and the rows piece by piece."""

    def __init__(self, header: Cells, count: int, rows: Callable[[int, int], list[Cells]]) -> None:
        self.header, self.count, self.rows = header, count, rows


def listed(reads: "Reads", wanted: Filter, language: str) -> ExportedList:
    """Return what a filter shows; its `record` is doctor, institution, visit (the own ones) or claim.

    For claims the filter's text names states, parted by spaces; for visits a group of the list.

    Raises InputError('unknown_choice') for anything else.
    """
    if wanted.record in (exports.DOCTORS, exports.INSTITUTIONS):
        return _customers(reads, wanted, language)
    if wanted.record == exports.VISITS:
        return _visits(reads, wanted.text, language)
    if wanted.record == exports.CLAIMS:
        return _claims(reads, tuple(wanted.text.split()), language)
    raise InputError("unknown_choice", value=wanted.record[:40])


def _customers(reads: "Reads", wanted: Filter, language: str) -> ExportedList:
    ids = reads.customer_ids(wanted.record, wanted.text, wanted.sort, wanted.customer_class, wanted.where)
    fields = [field for field in RECORDS[wanted.record].fields if field.name not in _HIDDEN]
    fields += reads.custom_fields().offered(wanted.record)
    header = ["id", *(_word(field, language) for field in fields)]
    if wanted.record == exports.DOCTORS:
        header += _pick([("医院", "Hospital"), ("科室", "Department")], language)

    def rows(start: int, limit: int) -> list[Cells]:
        some = ids[start : start + limit]
        held, places = reads.export_rows(wanted.record, some)
        found = []
        for row_id in (one for one in some if one in held):  # one may have left meanwhile
            cells = [_cell(field, value_of(held[row_id], field.name), language) for field in fields]
            extra = places.get(row_id, ("", "")) if wanted.record == exports.DOCTORS else ()
            found.append([row_id, *cells, *extra])
        return found

    return ExportedList(header, len(ids), rows)


_VISIT_FIELDS = ("state", "channel", "note", "next_step", "next_step_on")


def _visits(reads: "Reads", group: str, language: str) -> ExportedList:
    fields = [*(RECORDS["visit"].field(name) for name in _VISIT_FIELDS), *reads.custom_fields().offered("visit")]
    header = _pick([("日期", "Date"), ("医生", "Doctors"), ("医院", "Hospital"), ("科室", "Department")], language)
    items = reads.visits(0, _MOST_VISITS, group)

    def cells(item: "TodayItem") -> Cells:
        visit = item.visit
        day = local_date(from_text(str(visit["starts_at"])), str(visit["zone"] or DEFAULT_ZONE)).isoformat()
        shown = [_cell(field, visit[field.name], language) for field in fields]
        doctors = as_listed(item.doctor_names, language == "zh")
        return [visit.id, day, doctors, item.institution_name, item.department_name, *shown]

    return _of_items(["id", *header, *(_word(field, language) for field in fields)], items, cells)


def _claims(reads: "Reads", states: Sequence[str], language: str) -> ExportedList:
    state = RECORDS["claim"].field("state")
    words = [("标题", "Title"), ("报销人", "Claimed by"), ("金额（元）", "Amount (yuan)"), ("状态", "State")]
    own = reads.person().role not in _FOR_ALL
    header = ["id", *_pick([*words, ("提交时间", "Submitted at")], language)]

    def cells(item: "ClaimItem") -> Cells:
        amount = format_fen(item.total_fen).replace(",", "")
        return [item.id, item.title, item.owner_name, amount, _cell(state, item.state, language), item.submitted_at]

    return _of_items(header, reads.claims(own, states), cells)


def _of_items(header: Cells, items: Sequence[Any], cells: Callable[[Any], Cells]) -> ExportedList:
    return ExportedList(header, len(items), lambda start, limit: [cells(one) for one in items[start : start + limit]])


def _pick(words: Sequence[tuple[str, str]], language: str) -> Cells:
    return [chinese if language == "zh" else english for chinese, english in words]


def _word(field: Field, language: str) -> str:
    return field.zh if language == "zh" else field.en


def _cell(field: Field, value: Any, language: str) -> str:
    """Return a value as text: picklist words in the language, sets joined by semicolons."""
    if value is None:
        return ""
    if field.kind is Kind.BOOLEAN:
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if field.kind is Kind.DECIMAL:
        return format_decimal(value, field.places)
    if field.kind in (Kind.TAGS, Kind.REFS):
        return "; ".join(_choice(field, str(entry), language) for entry in value)
    return _choice(field, str(value), language)


def _choice(field: Field, code: str, language: str) -> str:
    if not field.entries or not code:
        return code
    entry = field.entry(code)
    return entry.zh if language == "zh" else entry.en
