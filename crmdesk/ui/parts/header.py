"""The page header: title with its path and context chip, the page's own widgets, and the search field (Ctrl+K)."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from crmdesk.ui import actions, icons, space, theme
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.keycap import keycap_width, paint_keycap
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.spoken import Role
from crmdesk.ui.parts.squeezed_row import SqueezedRow

_SEARCH_PX, _LEAST_SEARCH_PX, _WITH_KEY_PX = 320, 120, 170
"""Width of the search field, how narrow it may become, and from where on its key is shown beside the words."""
_ROOMY_PX, _KEPT_SEARCH_PX = 800, 240
"""From which width of the header on a long title leaves the search field so much; below, the title goes first."""
_LEAST_TITLE_PX, _LEAST_BESIDE_PX = 250, 140
"""What a title keeps of its width, alone and beside widgets of its page."""


class SearchField(QWidget):
    """Looks like a field and opens the palette: by click, Enter, or the first letter typed into it."""

    opened = Signal(str)
    spoken_role = Role.EditableText

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search_field")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self._composed = ""
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def retranslate(self) -> None:
        """Set the words anew."""
        self._hint, self._short = self.tr("搜索医生、医院、命令…"), self.tr("搜索")
        self.setAccessibleName(self._hint)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(_SEARCH_PX, theme.px(34))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_SEARCH_PX, theme.px(34))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.opened.emit("")

    @override
    def inputMethodEvent(self, arg__1: QInputMethodEvent) -> None:
        """Show what is composed; what the input method hands over goes on in the palette."""
        self._composed = arg__1.preeditString()
        if arg__1.commitString():
            self.opened.emit(arg__1.commitString())
        arg__1.accept()
        self.update()

    @override
    def inputMethodQuery(self, arg__1: Qt.InputMethodQuery) -> Any:
        if arg__1 == Qt.InputMethodQuery.ImCursorRectangle:  # there the input method shows its list
            return QRect(theme.px(16) + 18, 0, 1, self.height())
        return super().inputMethodQuery(arg__1)

    @override
    def event(self, event: QEvent) -> bool:
        """Take what is typed before the page's own keys do: 'a' begins a search here and approves nothing."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_typed(event):
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if self._composed:
            return  # the keys are the input method's
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit("")
        elif typed.isprintable() and typed.strip():
            self.opened.emit(typed)
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colors.color("accent" if self.hasFocus() else "line"), 1))
        painter.setBrush(colors.color("background"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        size = theme.px(16)
        icons.icon("search", "muted").paint(painter, 12, (self.height() - size) // 2, size, size)
        painter.setFont(theme.font())
        painter.setPen(colors.color("text" if self._composed else "muted"))
        with_key = self.width() >= _WITH_KEY_PX
        place, metrics = self.rect().adjusted(18 + size, 0, -70 if with_key else -12, 0), QFontMetrics(theme.font())
        hint = self._hint if metrics.horizontalAdvance(self._hint) <= place.width() else self._short
        shown = metrics.elidedText(self._composed or hint, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
        if with_key:
            key = actions.keys("open_palette")
            paint_keycap(painter, self.width() - keycap_width(key) - 12, self.height() / 2, key, colors.color("muted"))


def _is_typed(event: QKeyEvent) -> bool:
    with_others = (
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    )
    enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return not event.modifiers() & with_others and (enter or bool(event.text() and event.text().isprintable()))


class PageHeader(QFrame):
    """The band above a page, 56 high; `named` tells its title."""

    named = Signal(str)

    def __init__(self, open_palette: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "header")
        self.setFixedHeight(theme.px(56))
        self._crumb = Label("", "crumb")
        self._title = ElidedLabel("", "title")
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._title.setObjectName("page_title")
        self._chip = Chip("", parent=self)
        self._own = SqueezedRow()
        self._own.setSpacing(space.INSIDE)
        self._own.addStretch(1)
        self.search = SearchField()
        self.search.opened.connect(open_palette)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space.EDGE, 0, space.EDGE, space.LINE)
        layout.setSpacing(0)
        layout.addWidget(self._crumb)
        layout.addWidget(self._title)
        layout.addSpacing(space.BETWEEN)
        layout.addWidget(self._chip)
        layout.addSpacing(space.TINY)
        layout.addLayout(self._own)
        layout.addStretch(1)
        layout.addWidget(self.search)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        roomy = self.width() >= theme.px(_ROOMY_PX)
        self.search.setMinimumWidth(_KEPT_SEARCH_PX if roomy else _LEAST_SEARCH_PX)
        self.search.setMaximumWidth(_SEARCH_PX if roomy else _WITH_KEY_PX)
        self._show_path()
        super().resizeEvent(event)

    @property
    def title(self) -> str:
        """Return the title in words."""
        return self._title.text()

    def set_title(self, title: str, chip: str = "", crumb: str = "", tone: str = "neutral") -> None:
        """Say what the page is: `crumb` is the path before it (客户), the chip stands behind it."""
        self._crumb.setText(f"{crumb} › " if crumb else "")
        self._title.setText(title)
        self._show_path()
        least = _LEAST_BESIDE_PX if self._own.count() > 1 else _LEAST_TITLE_PX
        self._title.setMinimumWidth(min(self._title.sizeHint().width(), least))
        self.named.emit(title)
        self._chip.set(chip, tone)

    def _show_path(self) -> None:
        """Show the path before the title, which goes first where there is little room: the rail says it, too."""
        self._crumb.setVisible(bool(self._crumb.text()) and self.width() >= theme.px(_ROOMY_PX))

    def add(self, widget: QWidget) -> None:
        """Put a widget of the page right of the title."""
        self._own.insertWidget(self._own.count() - 1, widget)
        self.setTabOrder(widget, self.search)  # which stands right of it

    def retranslate(self) -> None:
        """Set the words anew."""
        self.search.retranslate()
