"""The history of a row: who changed what and when; a value that is no longer in use can be taken back from there."""

from __future__ import annotations

from collections.abc import Sequence

from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.services.commands import EditRow
from crmdesk.services.views import HistoryEntry, Row
from crmdesk.ui import own_fields
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.edit_session import editable_fields
from crmdesk.ui.parts.timeline import Timeline


class HistoryList(Timeline):
    """The trail of one row, newest first; taking a value back is an edit like any other, and can be undone."""

    def __init__(self, context: PageContext, record: str) -> None:
        super().__init__()
        self.setObjectName(f"{record}_history")
        self._context, self._record = context, RECORDS[record]
        self._words = CustomerWords(self)
        self._row: Row | None = None
        self._trail: Sequence[HistoryEntry] = ()
        self.acted.connect(self._take_back)

    def show_history(self, row: Row, entries: Sequence[HistoryEntry]) -> None:
        """Show the trail of a row as it stands now."""
        self._row, self._trail = row, entries
        role = Role(self._context.desk.person.role)
        own = own_fields.current().writable(self._record.name, role)
        fields = (*editable_fields(self._record, role), *own) if role in self._record.writers else ()
        mine = {field.name for field in fields}
        self.set_rows(self._words.history(row, entries, mine))

    def _take_back(self, key: str) -> None:
        row = self._row
        index, _colon, name = key.partition(":")
        if row is None or int(index) >= len(self._trail):
            return
        value = self._trail[int(index)].changes[name][0]
        self._context.submit(
            self,
            EditRow(row.record, row.id, {name: value}, row.revision, base={name: row[name]}),
            lambda outcome: self._context.toast(self._said, outcome.undo_token),
        )

    def _said(self) -> str:
        return self.tr("已改回，保存在本机。改之前的值也在历史里。")
