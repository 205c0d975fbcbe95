"""Columns that came after a person arranged theirs: offered once above the list, to be shown or left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crmdesk.services.commands import SetPreference
from crmdesk.services.reads_sync import Reads
from crmdesk.ui import space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_columns import COLUMNS, LATER, ColumnWords, Layout, Shown, columns_of
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.notices import Banner


def known_columns(reads: Reads, record: str) -> frozenset[str] | None:
    """Return the columns that the person has had before their eyes, None where that was never written down."""
    try:
        codes: Any = json.loads(reads.preference(_name(record)) or "null")
    except ValueError:
        return None
    return frozenset(str(one) for one in codes) if isinstance(codes, list) else None


def news(record: str, arranged: bool, known: frozenset[str] | None, shown: Layout) -> tuple[str, ...]:
    """Return the columns to offer; whoever never arranged theirs has the new ones in the list anyway."""
    if not arranged:
        return ()
    there = {one.code for one in shown}
    if known is None:
        declared = {one.code for one in COLUMNS[record] if one.first}
        return tuple(one for one in LATER if one in declared and one not in there)
    return tuple(one.code for one in columns_of(record) if one.code not in known and one.code not in there)


class ColumnNews(QWidget):
    """One line with two buttons. `taken(codes)` asks for the columns; either answer is the last time."""

    taken = Signal(object)

    def __init__(self, context: PageContext, words: ColumnWords) -> None:
        super().__init__()
        self._context, self._words = context, words
        self._record, self._codes = "doctor", ()  # type: tuple[str, Sequence[str]]
        self.banner = Banner()
        self.banner.setObjectName("column_news_banner")
        self.banner.acted.connect(self._take)
        self.later = Button("", QUIET, small=True)
        self.later.setObjectName("column_news_no_button")
        self.later.clicked.connect(self._done)
        self.banner.add(self.later)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space.APART, space.INSIDE, space.EDGE, space.INSIDE)
        layout.addWidget(self.banner)
        self.hide()

    def offer(self, record: str, codes: Sequence[str]) -> None:
        """Offer these columns, or nothing."""
        self._record, self._codes = record, codes
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        names = self.tr("、").join(self._words.heading(self._record, one) for one in self._codes)
        self.later.setText(self.tr("不用"))
        text = self.tr("这张表可以显示新的一列：{columns}。").format(columns=names) if names else ""
        self.banner.say(text, "info", self.tr("显示"))
        self.setVisible(bool(text))

    def keep_known(self, record: str) -> None:
        """Write down that the person has seen which columns there are."""
        codes = json.dumps(sorted(one.code for one in columns_of(record)))
        self._context.submit(self, SetPreference(_name(record), codes))

    def _take(self) -> None:
        codes = tuple(self._codes)
        self._done()
        self.taken.emit(codes)

    def _done(self) -> None:
        self.keep_known(self._record)
        self.offer(self._record, ())


def with_new(layout: Layout, codes: Sequence[str]) -> Layout:
    """Return a layout with columns added at its end."""
    return (*layout, *(Shown(one) for one in codes))


def _name(record: str) -> str:
    return f"customer_columns_known_{record}"
