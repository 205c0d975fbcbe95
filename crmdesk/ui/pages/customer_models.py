"""The table of customers: the ids are known at once, their rows are fetched page by page as they are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from typing_extensions import override

from crmdesk.services.customer_filter import ANY, Conditions
from crmdesk.services.views import CustomerItem
from crmdesk.ui.pages import customer_columns

if TYPE_CHECKING:
    from crmdesk.services.reads_sync import Reads

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex

ITEM_ROLE = Qt.ItemDataRole.UserRole + 1
"""The whole `CustomerItem` of a row, or None while its page is on the way."""

PAGE_ROWS = 100
PAGES_KEPT = 60


class Ask(Protocol):
    """Run a read off the GUI thread and call back in it."""

    def __call__(self, read: Callable[[Reads], T], done: Callable[[T], None], /) -> object: ...


class CustomerFilter(msgspec.Struct, frozen=True):
    """What the list shows: kind of customer, text typed, order, conditions."""

    record: str = "doctor"
    text: str = ""
    sort: str = "name"
    where: Conditions = ANY


def ids_of(reads: Reads, wanted: CustomerFilter) -> list[str]:
    """Return the ids of every customer that the filter lets through, in its order."""
    return reads.customer_ids(record=wanted.record, text=wanted.text, sort=wanted.sort, where=wanted.where)


def items_of(reads: Reads, record: str, ids: Sequence[str], with_due: bool) -> list[CustomerItem | None]:
    """Return the customers of these ids in their order, None for one that is gone meanwhile."""
    found = {item.id: item for item in reads.customer_items(record, ids, with_due=with_due)}
    return [found.get(one) for one in ids]


class CustomerTableModel(QAbstractTableModel):
    """Customers that a filter lets through. Ids come whole; rows come a page at a time and the oldest pages go.

    Answers of an earlier filter are recognised by their generation and passed over, so fast typing shows no stale row.
    """

    filled = Signal(int)  # how many customers the filter lets through

    def __init__(self, ask: Ask, words: Callable[[CustomerItem, str], str], titles: Callable[[str, str], str]) -> None:
        super().__init__()
        self._ask = ask
        self._words = words
        self._titles = titles
        self._filter = CustomerFilter()
        self._ids: list[str] = []
        self._pages: OrderedDict[int, list[CustomerItem | None]] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0
        self.columns: tuple[str, ...] = ()
        self.set_columns(one.code for one in customer_columns.first_layout(self._filter.record))

    def set_columns(self, codes: Iterable[str]) -> None:
        """Show these columns, in this order."""
        wanted = tuple(codes)
        if wanted != self.columns:
            self.beginResetModel()
            if self._with_due != (customer_columns.DUE in wanted):
                self._forget_pages()
            self.columns = wanted
            self.endResetModel()

    @property
    def _with_due(self) -> bool:
        """Say whether the rows tell from when on a visit is due: nobody works it out where it is not shown."""
        return customer_columns.DUE in self.columns

    @property
    def shown(self) -> CustomerFilter:
        """The filter whose rows the model holds or is fetching."""
        return self._filter

    def show(self, wanted: CustomerFilter) -> None:
        """Fetch the ids of another filter; what is shown stays until they are here."""
        self._filter = wanted
        self._generation += 1
        generation = self._generation
        self._ask(lambda reads: ids_of(reads, wanted), lambda ids: self._take_ids(generation, ids))

    def reload(self) -> None:
        """Fetch everything again, after rows came, went or changed their place."""
        self.show(self._filter)

    def refresh_all(self) -> None:
        """Fetch what was looked at last again, in the same order; what is shown stays until it is here."""
        self._refetch_all()

    def ids_at(self, rows: Iterable[int]) -> list[str]:
        """Return the ids of rows, those outside the list left out."""
        return [self._ids[row] for row in rows if 0 <= row < len(self._ids)]

    def rows_of(self, ids: Collection[str]) -> list[int]:
        """Return the rows of those ids that the filter lets through, in order."""
        wanted = ids if isinstance(ids, frozenset | set) else frozenset(ids)
        return [row for row, one in enumerate(self._ids) if one in wanted] if wanted else []

    def id_at(self, row: int) -> str:
        """Return the id of a row, '' outside the list."""
        return self._ids[row] if 0 <= row < len(self._ids) else ""

    def row_of(self, row_id: str) -> int:
        """Return the row of an id, -1 where the filter does not let it through."""
        return self._ids.index(row_id) if row_id in self._ids else -1

    def item_at(self, row: int) -> CustomerItem | None:
        """Return a row where its page is here, else ask for the page and return None."""
        page, place = divmod(row, PAGE_ROWS)
        items = self._pages.get(page)
        if items is None:
            self._fetch(page)
            return None
        self._pages.move_to_end(page)
        return items[place] if place < len(items) else None

    def said(self, item: CustomerItem, code: str) -> str:
        """Return what stands in a column about a customer; for painting, which has no need of roles and indexes."""
        return self._words(item, code)

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._ids)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in _ROLES:
            return None
        item = self.item_at(index.row())
        if role == ITEM_ROLE or item is None:
            return item if role == ITEM_ROLE else ""
        code = self.columns[index.column()]
        said = self.said(item, code)
        if role == Qt.ItemDataRole.AccessibleTextRole and code == customer_columns.NAME:
            return f"{said} {self._words(item, 'customer_class')}".strip()  # drawn beside the name as a chip
        return said

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._titles(self._filter.record, self.columns[section]) if section < len(self.columns) else None

    def _take_ids(self, generation: int, ids: list[str]) -> None:
        if generation != self._generation:
            return
        if ids == self._ids:
            self._refetch_all()
        else:
            self.beginResetModel()
            self._ids = ids
            self._forget_pages()
            self.endResetModel()
        self.filled.emit(len(ids))

    def _refetch_all(self) -> None:
        on_the_way = self._asked - self._pages.keys()  # asked for an earlier filter: those answers are passed over
        self._asked.clear()
        for page in [*list(self._pages)[-3:], *sorted(on_the_way)[-3:]]:
            self._fetch(page)
        for page in list(self._pages)[:-3]:
            del self._pages[page]

    def _forget_pages(self) -> None:
        self._pages.clear()
        self._asked.clear()

    def _fetch(self, page: int) -> None:
        if page in self._asked:
            return
        self._asked.add(page)
        asked = self._question(page)
        record, ids, with_due = self._filter.record, asked[1], self._with_due
        self._ask(
            lambda reads: items_of(reads, record, ids, with_due), lambda items: self._take_page(asked, page, items)
        )

    def _question(self, page: int) -> tuple[int, list[str], bool]:
        """Return what a page is asked for; an answer to another question is passed over, however late it comes."""
        return self._generation, self._ids[page * PAGE_ROWS : (page + 1) * PAGE_ROWS], self._with_due

    def _take_page(self, asked: tuple[int, list[str], bool], page: int, items: list[CustomerItem | None]) -> None:
        if asked != self._question(page):
            return
        self._pages[page] = items
        self._pages.move_to_end(page)
        self._asked.discard(page)
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        first, last = page * PAGE_ROWS, min(len(self._ids), (page + 1) * PAGE_ROWS) - 1
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))


_ROLES = frozenset({ITEM_ROLE, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole})
