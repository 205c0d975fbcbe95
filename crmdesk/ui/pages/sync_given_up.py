"""The card of the Sync page that lists what the person gave up lately, each with the way back."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from crmdesk.domain.records import RECORDS
from crmdesk.services.views import RefusedItem
from crmdesk.ui import language, space, theme
from crmdesk.ui.pages.customer_words import CustomerWords, dotted
from crmdesk.ui.pages.sync_cards import written
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.card import Card, rule
from crmdesk.ui.parts.label import ElidedLabel, Label

_LISTED = 8
_FIELDS = 4
_TIME_WIDTH = 130


class GivenUpCard(Card):
    """What was given up in the last 30 days, the newest first; `put_back` names the operation that is wanted again."""

    put_back = Signal(str)

    def __init__(self, given_up: Sequence[RefusedItem]) -> None:
        super().__init__()
        self.setObjectName("given_up_card")
        self.set_heading(self.tr("放弃的更改（保留 30 天）"))
        self.body.setContentsMargins(space.RIM + space.LINE, space.APART, space.RIM + space.LINE, space.BETWEEN)
        self.body.setSpacing(0)
        self.body.addSpacing(space.TIGHT)
        self._words = CustomerWords(self)
        for index, one in enumerate(given_up[:_LISTED]):
            if index:
                self.body.addWidget(rule(self))
            self.body.addLayout(self._line(one))
        left = len(given_up) - _LISTED
        if left > 0:
            more = Label(self.tr("还有 %n 项", "", left), "muted")
            more.setContentsMargins(0, space.INSIDE, 0, 0)
            self.body.addWidget(more)

    def _line(self, one: RefusedItem) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, space.TIGHT, 0, space.TIGHT)
        row.setSpacing(space.BETWEEN)
        when = Label(language.moment_label(one.at), "secondary")
        when.setFixedWidth(theme.px(_TIME_WIDTH))
        row.addWidget(when)
        texts = QVBoxLayout()
        texts.setSpacing(space.LINE)
        record = language.record_word(one.record) if one.record in RECORDS else one.record
        name = dotted(record, one.title)
        texts.addWidget(ElidedLabel(name, "body"))
        said = written(self._words, one.record, one.fields, one.kind)[:_FIELDS]
        detail = dotted(*(f"{field} {value}" for field, value in said)).replace("\n", " ")
        if detail:
            texts.addWidget(ElidedLabel(detail, "muted"))
        row.addLayout(texts, 1)
        button = Button(self.tr("放回待处理"))
        button.setObjectName(f"put_back_{one.operation_id}")
        button.setAccessibleName(dotted(button.text(), name))
        button.clicked.connect(lambda: self.put_back.emit(one.operation_id))
        row.addWidget(button)
        return row
