"""The question of an import in blocks: whether doctors without a hospital have the one that stands above them."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crmdesk.intake.blocks import NO_BLOCKS, Blocks
from crmdesk.ui import space
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.label import Label

_TAKEN, _EMPTY = "taken", "empty"
_NAMED_AT_MOST = 3


class AboveQuestion(QWidget):
    """Shown where rows may have a hospital from above, with what is proposed; `changed` when the person chooses."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._blocks = NO_BLOCKS
        self._words = Label("", "warn", wrap=True)
        self._words.setObjectName("import_above_label")
        self.choice = Picklist()
        self.choice.setObjectName("import_above")
        self.choice.changed.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space.NEAR)
        row.addWidget(self._words, 1)
        row.addWidget(self.choice)
        self.hide()

    def ask(self, found: Blocks) -> None:
        """Ask about what stands above; nothing found: nothing is asked. The same question keeps its answer."""
        if found is self._blocks:
            return
        self._blocks = found
        self.setVisible(bool(found.sources))
        self.choice.set_value(None)
        self.retranslate()
        self.choice.set_value(_TAKEN if found.likely else _EMPTY)

    @property
    def taken(self) -> Blocks:
        """What rows have from above, as it is chosen: `NO_BLOCKS` where they stay empty."""
        return self._blocks if self.choice.value() == _TAKEN else NO_BLOCKS

    @property
    def answer(self) -> bool | None:
        """Whether it is taken, None where nothing is asked."""
        return self.choice.value() == _TAKEN if self._blocks.sources else None

    def retranslate(self) -> None:
        """Set the words anew."""
        if not self._blocks.sources:
            return
        first = [self._blocks.sources[rows[0]] for rows in list(self._blocks.groups.values())[:_NAMED_AT_MOST]]
        one = self.tr("“{hospital}”（第 {row} 行）")
        named = self.tr("、").join(one.format(hospital=source.hospital[:40], row=source.row) for source in first)
        if len(self._blocks.groups) > len(first):
            named += self.tr("等 %n 处", "", len(self._blocks.groups))
        words = self.tr("%n 行没有写医院，它们上面写着：", "", len(self._blocks.sources)) + named
        self._words.setText(words)
        self.choice.set_choices([(_TAKEN, self.tr("沿用上面的")), (_EMPTY, self.tr("留空"))])
        self.choice.setAccessibleName(words)
