"""The status bar: a dot, one honest sentence about the sync, when it last ran, and whose scope this is."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from crmdesk.services.views import Person, SyncSummary
from crmdesk.ui import language, theme, words
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.ports import SyncState

PLAINLY_OFFLINE = frozenset({"", "server_away", "work_offline"})
"""Codes of being without the network that need no more words than the status bar says."""
"""Without a network everybody knows what to do; every other failure is said in its own sentence."""
_NOTHING = SyncSummary(0, "", 0, 0, 0, "", 0, 0, 0, 0)


class _Dot(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tone = "ok"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(8, 8)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tokens().color(self.tone))
        painter.drawEllipse(QRectF(self.rect()))


class StatusBar(QFrame):
    """28 high, at the foot of the window; a click opens the Sync page."""

    opened = Signal()

    def __init__(self, person: Person, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_bar")
        self.setProperty("part", "status")
        self.setFixedHeight(theme.px(28))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._person, self._state, self._summary = person, SyncState(), _NOTHING
        self._dot = _Dot(self)
        self._sentence = ElidedLabel("", "muted")
        self._sentence.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._sentence.setObjectName("status_sentence")
        self._last = Label("", "muted")
        self._scope = Label("", "muted")
        self._scope.setObjectName("status_scope")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(0)
        layout.addWidget(self._dot)
        layout.addSpacing(6)
        layout.addWidget(self._sentence)
        layout.addSpacing(16)
        layout.addWidget(self._last)
        layout.addStretch(1)
        layout.addWidget(self._scope)
        self.retranslate()

    def set_person(self, person: Person) -> None:
        """Show whose scope this is."""
        self._person = person
        self.retranslate()

    def set_state(self, state: SyncState) -> None:
        """Show where the sync engine stands."""
        self._state = state
        self.retranslate()

    def set_summary(self, summary: SyncSummary) -> None:
        """Show the figures."""
        self._summary = summary
        self.retranslate()

    @property
    def sentence(self) -> str:
        """Return the sentence shown."""
        return self._sentence.text()

    def retranslate(self) -> None:
        """Set the words anew."""
        tone, sentence = self._say()
        self._dot.tone = tone
        self._dot.update()
        self._sentence.setText(sentence)
        last = self._state.last_sync_at or self._summary.last_sync_at
        self._last.setText(self.tr("上次同步 {when}").format(when=language.moment_word(last)) if last else "")
        self._scope.setText(self._scope_words())
        self.setAccessibleName(f"{sentence} {self._last.text()} {self._scope.text()}")

    def _say(self) -> tuple[str, str]:
        state, waiting = self._state, self._summary.waiting
        if state.phase == "syncing":
            return "info", self._progress()
        if state.phase == "blocked":
            return "warn", words.sentence(state.code or "internal", state.params or {"code": "sync"})
        if state.phase == "offline" or not state.online:
            return "warn", self._offline()
        needs = self._summary.conflicts + self._summary.refused
        if needs:
            return "warn", self.tr("%n 项需要你处理，在“同步”页", "", needs)
        if waiting:
            return "info", self.tr("%n 项更改已保存在本机，正等待发送", "", waiting)
        if self._summary.loading_scopes:
            return "info", self.tr("正在取回你的辖区，可以先用已到的内容")
        return "ok", self.tr("已同步 · 没有待发送的更改")

    def _offline(self) -> str:
        code, waiting = self._state.code, self._summary.waiting
        if code not in PLAINLY_OFFLINE:
            return words.sentence(code, self._state.params)
        if waiting:
            return self.tr("离线 · %n 项更改已保存在本机，联网后自动发送", "", waiting)
        return self.tr("离线 · 没有待发送的更改，可以照常工作")

    def _progress(self) -> str:
        state = self._state
        if state.progress_total:
            return self.tr("正在同步 · {done} / {total}").format(
                done=f"{state.progress_done:,}", total=f"{state.progress_total:,}"
            )
        if state.progress_done:
            return self.tr("正在同步 · 已收到 {done} 条").format(done=f"{state.progress_done:,}")
        return self.tr("正在同步…")

    def _scope_words(self) -> str:
        names = self._person.territory_names
        place = names[0] if len(names) == 1 else self.tr("%n 个辖区", "", len(names)) if names else ""
        customers = self.tr("客户 {count}").format(count=f"{self._summary.customers:,}")
        return f"{place} · {customers}" if place else customers

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
