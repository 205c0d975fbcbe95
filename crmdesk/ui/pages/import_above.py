"""The question of an import in blocks: whether doctors without a hospital have the one that stands above them."""

import threading
from collections.abc import Mapping

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crmdesk.intake import Preview
from crmdesk.intake.blocks import NO_BLOCKS, Blocks
from crmdesk.services.import_memory import EMPTY, TAKEN
from crmdesk.ui import space
from crmdesk.ui.bridge import Bridge
from crmdesk.ui.pages.import_run import in_thread
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.label import Label

_NAMED_AT_MOST = 3
_SAID_AFTER_MS = 150
"""What is found sooner is shown without a word that it was looked for."""


class AboveQuestion(QWidget):
    """Shown where rows may have a hospital from above, with what is proposed.

    `changed` when the person chooses, and when it begins or ends to be looked for: a long list takes seconds, so that
    is done off the GUI thread, and said once it lasts. Only the columns chosen last are answered.
    """

    changed = Signal()
    failed = Signal(object)
    """It cannot be looked for; carries the error."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._blocks = NO_BLOCKS
        self._before: bool | None = None  # what was answered for such a file before, and on which day
        self._day = ""
        self._stop: threading.Event | None = None  # of the search under way
        self._lasts = QTimer(self, singleShot=True, interval=_SAID_AFTER_MS)
        self._lasts.timeout.connect(self._say_looking)
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

    def look(self, preview: Preview, mapping: Mapping[int, str]) -> None:
        """Ask about what stands above when the columns are chosen so; at once where it is known."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None
        if (preview.remembered_above, preview.remembered_on) != (self._before, self._day):
            self._before, self._day, self._blocks = preview.remembered_above, preview.remembered_on, NO_BLOCKS
        found = preview.blocks_at_hand(mapping)
        if found is not None:
            self._ask(found)
            return
        stop = self._stop = threading.Event()
        future = in_thread(lambda: preview.blocks(mapping, stop.is_set))
        self._bridge.run(
            self,
            future,
            lambda found: self._found(stop, found),
            lambda error: self._not_found(stop, error),
        )
        self._lasts.start()
        self.changed.emit()

    @property
    def looks(self) -> bool:
        """Say whether it is still looked for what the columns chosen last come to."""
        return self._stop is not None

    def _found(self, asked: threading.Event, found: Blocks) -> None:
        if asked is self._stop:
            self._stop = None
            self._ask(found)

    def _not_found(self, asked: threading.Event, error: BaseException) -> None:
        if asked is self._stop:  # it goes on to count as looked for: what nobody knows must not be imported
            self._lasts.stop()
            self.hide()
            self.failed.emit(error)

    def _say_looking(self) -> None:
        self.retranslate()
        self.choice.hide()
        self.show()
        self.changed.emit()

    def _ask(self, found: Blocks) -> None:
        """Ask about what was found; nothing found: nothing is asked. The same question keeps its answer."""
        self._lasts.stop()
        self.setVisible(bool(found.sources))
        self.choice.show()
        if found is not self._blocks:
            self._blocks = found
            self.choice.set_value(None)
            self.retranslate()
            taken = found.likely if self._before is None else self._before
            self.choice.set_value(TAKEN if taken else EMPTY)
        else:
            self.retranslate()
        self.changed.emit()

    @property
    def taken(self) -> Blocks:
        """What rows have from above, as it is chosen: `NO_BLOCKS` where they stay empty."""
        return self._blocks if self.choice.value() == TAKEN and not self.looks else NO_BLOCKS

    @property
    def answer(self) -> bool | None:
        """Whether it is taken, None where nothing is asked."""
        return self.choice.value() == TAKEN if self._blocks.sources else None

    def retranslate(self) -> None:
        """Set the words anew."""
        if self.looks and not self._lasts.isActive():
            self._words.setText(self.tr("正在看每一行上面写着哪家医院，看完才能导入…"))
        if self.looks or not self._blocks.sources:
            return
        first = [self._blocks.sources[rows[0]] for rows in list(self._blocks.groups.values())[:_NAMED_AT_MOST]]
        one = self.tr("“{hospital}”（第 {row} 行）")
        named = self.tr("、").join(one.format(hospital=source.hospital[:40], row=source.row) for source in first)
        if len(self._blocks.groups) > len(first):
            named += self.tr("等 %n 处", "", len(self._blocks.groups))
        words = self.tr("%n 行没有写医院，它们上面写着：", "", len(self._blocks.sources)) + named
        if self._before is not None:
            words += self.tr("。沿用你 {day} 的回答").format(day=self._day)
        self._words.setText(words)
        self.choice.set_choices([(TAKEN, self.tr("沿用上面的")), (EMPTY, self.tr("留空"))])
        self.choice.setAccessibleName(words)
