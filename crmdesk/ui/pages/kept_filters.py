"""The filters that a person keeps: read from and written to the preferences of this laptop, in the person's order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from crmdesk.services.commands import SetPreference
from crmdesk.services.customer_filter import ANY, SavedFilter, kept_filters, saved_filters
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_models import CustomerFilter
from crmdesk.ui.parts.arrange import Entry

_PREFERENCE = "customer_filters"
EVERYTHING, OTHER = -2, -1
"""Instead of a place: the list shows everything, or something that is not kept."""


class KeptFilters(QObject):
    """All kept filters; those of one kind of customer are shown together."""

    def __init__(self, context: PageContext, changed: Callable[[], None]) -> None:
        super().__init__()
        self._context, self._changed = context, changed
        self._all: tuple[SavedFilter, ...] = ()
        self._written = 0

    def read(self) -> None:
        """Fetch what is kept."""
        written = self._written
        self._context.ask(
            self, lambda reads: reads.preference(_PREFERENCE), lambda kept: self._take(kept, written), "kept"
        )

    def of(self, record: str) -> tuple[SavedFilter, ...]:
        """Return the filters of doctors or of institutions."""
        return tuple(one for one in self._all if one.record == record)

    def place(self, shown: CustomerFilter) -> int:
        """Return the place of the filter that the list shows now, EVERYTHING or OTHER; the order does not matter."""
        if not shown.text.strip() and shown.where == ANY:
            return EVERYTHING
        for place, one in enumerate(self.of(shown.record)):
            if (one.text, one.where) == (shown.text.strip(), shown.where):
                return place
        return OTHER

    def keep(self, name: str, shown: CustomerFilter) -> None:
        """Keep what the list shows under a name; one of the same name and kind is replaced in its place."""
        made = SavedFilter(name, shown.record, shown.text.strip(), shown.sort, shown.where)
        same = [place for place, one in enumerate(self._all) if (one.name, one.record) == (name, shown.record)]
        filters = tuple(made if place in same[:1] else one for place, one in enumerate(self._all))

        def said() -> str:
            return self.tr("已保存筛选：{name}").format(name=name)

        self._write(filters if same else (*self._all, made), said)

    def entries(self, record: str) -> list[Entry]:
        """Return the filters of a kind as entries to be put in order."""
        return [Entry(str(place), one.name) for place, one in enumerate(self.of(record))]

    def arrange(self, record: str, entries: Sequence[Entry]) -> None:
        """Take the order, the names and the deletions over; a name that was emptied stays as it was."""
        own = self.of(record)
        ordered = tuple(own[int(one.key)]._replace(name=one.text or own[int(one.key)].name) for one in entries)
        others = tuple(one for one in self._all if one.record != record)
        gone = len(own) - len(ordered)

        def said() -> str:
            if gone:
                return self.tr("已删除 %n 个筛选", "", gone)
            return self.tr("筛选已整理")

        self._write((*others, *ordered), said)

    def _write(self, filters: tuple[SavedFilter, ...], said: Callable[[], str]) -> None:
        """Keep these filters and say so. Each such step can be undone: one that could not would go with another."""
        self._written += 1
        self._all = saved_filters(kept_filters(filters))
        command = SetPreference(_PREFERENCE, kept_filters(self._all), undoable=True)
        self._context.submit(self, command, lambda outcome: self._context.toast(said, outcome.undo_token))
        self._changed()

    def _take(self, kept: str, written: int) -> None:
        if written == self._written:  # what was kept meanwhile is newer than this answer
            self._all = saved_filters(kept)
            self._changed()
