"""The work of an import beside the GUI thread: reading a file for its preview, and one import with its progress."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from time import monotonic
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crmdesk.intake import Preview, Report
from crmdesk.intake.dates import Order
from crmdesk.services.import_undo import TakenBack
from crmdesk.services.imports import ImportDesk
from crmdesk.ui import space
from crmdesk.ui.bridge import Bridge
from crmdesk.ui.pages.pace import pace_words
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.charts import ProgressBar
from crmdesk.ui.parts.label import Label

T = TypeVar("T")


def in_thread(work: Callable[[], T]) -> "Future[T]":
    """Run `work` on a thread of its own that does not keep the application from ending."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # whatever reading a foreign file raised is told in words by who waits for it
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name="crmdesk-preview", daemon=True).start()
    return future


class ImportRun(QObject):
    """One import under way; `progressed(done, total)` comes in the GUI thread."""

    progressed = Signal(int, int)

    def __init__(self, parent: QObject, bridge: Bridge) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._cancel = threading.Event()

    def start(
        self,
        imports: ImportDesk,
        preview: Preview,
        mapping: Mapping[int, str],
        territory_id: str,
        hospitals: Mapping[str, str],
        date_order: Order | None,
        from_above: bool | None,
        run_id: str = "",
    ) -> "Future[Report]":
        """Begin; the Future gives the report."""
        progress, cancel = self._bridge.shown_by(self, self.progressed.emit), self._cancel.is_set
        return imports.run(preview, mapping, progress, cancel, territory_id, hospitals, date_order, run_id, from_above)

    def take_back(self, imports: ImportDesk, run_id: str) -> "Future[TakenBack]":
        """Begin to take an import back."""
        return imports.take_back(run_id, self._bridge.shown_by(self, self.progressed.emit), self._cancel.is_set)

    def cancel(self) -> None:
        """Stop at the next row; what was written, or taken back, stays so."""
        self._cancel.set()

    @property
    def cancelled(self) -> bool:
        """Return whether it was told to stop."""
        return self._cancel.is_set()


class ProgressCard(Card):
    """How far an import is: rows done, rate, time left, and the button that stops it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("import_progress_card")
        self._began = monotonic()
        self._done = self._total = 0
        self._stopping = self._back = False
        self.count = Label("", "value")
        self.count.setObjectName("import_progress_label")
        self._rate = Label("", "muted")
        self._hint = Label("", "muted", wrap=True)
        self.bar = ProgressBar()
        self.cancel_button = Button.for_action("import_cancel")
        line = QHBoxLayout()
        line.setSpacing(space.BETWEEN)
        line.addWidget(self.count)
        line.addWidget(self._rate, 1)
        line.addWidget(self.cancel_button)
        self.body.setSpacing(space.BETWEEN)
        self.body.addLayout(line)
        self.body.addWidget(self.bar)
        self.body.addWidget(self._hint)
        self.retranslate()

    def begin(self, total: int, *, back: bool = False) -> None:
        """Start at nothing of `total` rows; `back`: an import is taken back."""
        self._began, self._stopping, self._back = monotonic(), False, back
        self.cancel_button.setEnabled(True)
        self.show_progress(0, total)

    def show_progress(self, done: int, total: int) -> None:
        """Show rows done, the rate since the beginning, and the time left at that rate."""
        self._done, self._total = done, total
        self.bar.set(done, total)
        self.retranslate()

    def stopping(self) -> None:
        """Say that it will stop at the next row."""
        self._stopping = True
        self.cancel_button.setEnabled(False)
        self.retranslate()

    def retranslate(self) -> None:
        """Set the words anew."""
        done, total = f"{self._done:,}", f"{self._total:,}"
        looking = self._back and not self._total  # how many rows there are is known once they were looked at
        words = self.tr("正在核对…") if looking else self.tr("已处理 {done} / {total} 行")
        self.count.setText(words.format(done=done, total=total))
        self._rate.setText(self._rate_words())
        words = self.tr("可以离开这一页继续工作，导入在后台进行。停止后，已写入的都保留着。")
        if self._back:
            words = self.tr("正在撤回。可以离开这一页继续工作；停止后，其余的以后可以接着撤回。")
        self._hint.setText(words)

    def _rate_words(self) -> str:
        if self._stopping:
            return self.tr("正在停止…")
        return pace_words(self._done, self._total, monotonic() - self._began)
