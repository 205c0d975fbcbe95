"""The question of an import that only a person can answer: whether 02.03.2026 is in February or in March."""

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crmdesk.intake.dates import Order, both_ways
from crmdesk.ui import language, space
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.label import Label


class DateQuestion(QWidget):
    """Shown where columns hold dates that may be two days; `changed` when the person says which is meant."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: Mapping[str, str] = {}
        self._words = Label("", "warn")
        self.choice = Picklist()
        self.choice.setObjectName("import_date_order")
        self.choice.changed.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space.NEAR)
        row.addWidget(self._words)
        row.addWidget(self.choice)
        row.addStretch(1)
        self.hide()

    def ask(self, columns: Mapping[str, str], before: str = "") -> None:
        """Ask about these columns, heading → a cell that may be two days; none of them: nothing is asked.

        `before` is what was answered for such a file before: proposed, and to be seen.
        """
        if not columns:
            self.choice.set_value(None)
        self._columns = columns
        self.setVisible(bool(columns))
        self.retranslate()
        if columns and before:
            self.choice.set_value(before)

    @property
    def order(self) -> Order | None:
        """What the person said stands first, None where nothing is asked or answered."""
        code = self.choice.value()
        return Order(code) if code else None

    @property
    def is_open(self) -> bool:
        """Say whether an answer is still missing."""
        return bool(self._columns) and self.order is None

    def retranslate(self) -> None:
        """Set the words anew."""
        if not self._columns:
            return
        column, cell = next(iter(self._columns.items()))
        text = self.tr("“{column}”里的 {value} 是").format(column=column, value=cell)
        self._words.setText(text)
        days = both_ways(cell)
        self.choice.set_choices([(order.value, language.day_word(date.fromisoformat(days[order]))) for order in Order])
        self.choice.setAccessibleName(text)
