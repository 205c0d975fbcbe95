"""A change of many customers under way beside the window: its progress, how it ended, the button that stops it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from time import monotonic

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crmdesk.services.batch import BatchChange, BatchReport
from crmdesk.ui import language, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.pace import time_left
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.charts import ProgressBar
from crmdesk.ui.parts.label import Label

_RATE_AFTER_S = 0.5


class BatchRun(QObject):
    """One run after the other; `progressed(done, total)` and `ended` come in the GUI thread."""

    progressed = Signal(int, int)
    ended = Signal()

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._cancel = threading.Event()
        self.running = False

    def start(self, record: str, ids: Sequence[str], change: BatchChange) -> None:
        """Begin; nothing happens while another one runs."""
        if self.running:
            return
        self.running = True
        self._cancel.clear()
        told = self._context.bridge.shown_by(self, self.progressed.emit)
        future = self._context.desk.batches.run(record, ids, change, told, self._cancel.is_set)
        self._context.bridge.run(self, future, self._done, self._failed)
        self.progressed.emit(0, len(ids))

    def cancel(self) -> None:
        """Stop before the next commit; what was written stays and can be undone."""
        self._cancel.set()

    @property
    def stopping(self) -> bool:
        """Say whether it was told to stop."""
        return self.running and self._cancel.is_set()

    def _done(self, report: BatchReport) -> None:
        self.running = False
        self._context.toast(lambda: self._sentence(report), report.undo_token)
        self.ended.emit()

    def _sentence(self, report: BatchReport) -> str:
        if report.cancelled:
            return language.parted(self.tr("已停止：改了 %n 位，其余没有动。", "", report.changed), report.changed)
        left = sum(report.left_out.values())
        changed = language.parted(self.tr("已修改 %n 位，保存在本机。", "", report.changed), report.changed)
        return changed + (self.tr("%n 位不能改，保持原样。", "", left) if left else "")

    def _failed(self, error: BaseException) -> None:
        self.running = False
        self._context.shell.tell(error)
        self.ended.emit()


class RunFace(QWidget):
    """How far a run is, in one line."""

    def __init__(self) -> None:
        super().__init__()
        self._began = monotonic()
        self._count, self._left = Label("", "strong"), Label("", "muted")
        self._count.setObjectName("customers_run_label")
        self.bar = ProgressBar()
        self.stop = Button("", key="Esc", small=True)
        self.stop.setObjectName("customers_stop_button")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space.BETWEEN)
        row.addWidget(self._count)
        row.addWidget(self.bar, 1)
        row.addWidget(self._left)
        row.addWidget(self.stop)

    def show_progress(self, done: int, total: int, stopping: bool) -> None:
        """Show rows done and the time that is left at the rate so far."""
        if not done:
            self._began = monotonic()
        self.bar.set(done, total)
        self._count.setText(self.tr("正在修改 {done} / {total}").format(done=f"{done:,}", total=f"{total:,}"))
        self.stop.setText(self.tr("停止"))
        self.stop.setEnabled(not stopping)
        seconds = monotonic() - self._began
        if stopping:
            self._left.setText(self.tr("正在停止…"))
        elif done and seconds > _RATE_AFTER_S:
            self._left.setText(time_left((total - done) * seconds / done))
        else:
            self._left.setText("")
