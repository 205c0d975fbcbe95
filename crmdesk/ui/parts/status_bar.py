"""The status bar: a dot, one honest sentence about the sync, when it last ran, and whose scope this is."""

from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from crmdesk.services.views import Person, SyncSummary
from crmdesk.ui import language, situations, space, theme
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.spoken import Role
from crmdesk.ui.ports import SyncState
from crmdesk.ui.situations import Look

_LOOK_MS = 60_000
"""Some situations come by waiting alone: so often the bar looks again."""
_NOTHING = SyncSummary(0, "", 0, 0, 0, "", 0, 0, 0, 0)


class _Dot(QWidget):
    spoken_role, decorative = Role.Graphic, True  # the sentence beside it says the same

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

    spoken_role = Role.StatusBar

    opened = Signal()

    def __init__(self, person: Person, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_bar")
        self.setProperty("part", "status")
        self.setFixedHeight(theme.px(28))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._person, self._state, self._summary = person, SyncState(), _NOTHING
        self.situation = ""
        self._dot = _Dot(self)
        self._sentence = ElidedLabel("", "muted")
        self._sentence.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._sentence.setObjectName("status_sentence")
        self._last = Label("", "muted")
        self._scope = Label("", "muted")
        self._scope.setObjectName("status_scope")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space.APART, 0, space.APART, 0)
        layout.setSpacing(0)
        layout.addWidget(self._dot)
        layout.addSpacing(space.TIGHT)
        layout.addWidget(self._sentence)
        layout.addSpacing(space.APART)
        layout.addWidget(self._last)
        layout.addStretch(1)
        layout.addSpacing(space.APART)
        layout.addWidget(self._scope)
        clock = QTimer(self)
        clock.setInterval(_LOOK_MS)
        clock.timeout.connect(self.retranslate)
        clock.start()
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
        told = situations.tell(Look(self._state, self._summary, datetime.now(UTC)))
        sentence = told.bar
        self.situation = told.name
        self._dot.tone = told.tone
        self._dot.update()
        self._sentence.setText(sentence)
        last = self._state.last_sync_at or self._summary.last_sync_at
        self._last.setText(self.tr("上次同步 {when}").format(when=language.moment_word(last)) if last else "")
        self._scope.setText(self._scope_words())
        self.setAccessibleName(f"{sentence} {self._last.text()} {self._scope.text()}")

    def _scope_words(self) -> str:
        names = self._person.territory_names
        place = names[0] if len(names) == 1 else self.tr("%n 个辖区", "", len(names)) if names else ""
        if not names and not self._summary.customers:
            return ""  # whoever pays has neither
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
