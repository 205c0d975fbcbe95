"""What the window says in passing: toast with undo, banner inside a page, empty state (one sentence, one action)."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.ui import space, theme
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.picture import Picture

TOAST_MS = 6000
_RIGHT, _BELOW, _ABOVE_BUTTONS = 20, 44, 8
_LOOK_MS, _SOON_MS = 250, (0, 40, 120)
"""How often the toast looks whether it covers a button, and when after a switch of language: the page is laid out anew.
"""
_BANNER_LINE, _BESIDE_ACTION, _EMPTY_PX = 20, 3, 30
"""How high a line of a banner is, how much lower it starts in the middle of an action, the icon of an empty state."""
_SLOW_MS = 300
"""From when on a page says that it looks: earlier the words would only flicker."""
Said = str | Callable[[], str]
"""A sentence, or what makes it in the language in use: such a one follows a switch of language."""


def said(words: Said) -> str:
    """Return a sentence in the language in use."""
    return words if isinstance(words, str) else words()


def _without_stop(text: str) -> str:
    """Return a sentence as every toast ends, whoever wrote it: without a full stop."""
    return text if text.endswith("..") else text.removesuffix("。").removesuffix(".")


def clause(words: Said) -> str:
    """Return a sentence as part of another one; '' for none, and where who spoke has gone with its dialog."""
    try:
        return _without_stop(said(words))
    except RuntimeError:  # Qt's word for that
        return ""


class Toast(QFrame):
    """One sentence in the lower right corner for six seconds, with 'undo' where it can be undone.

    Where buttons, a line beside them or a banner stand in the corner it goes above them: nobody waits six seconds to
    reject a claim or to read what is missing.
    """

    undone = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("toast")
        self.setProperty("part", "toast")
        self._token = ""
        self._said: Said = ""
        self._until_sent = False
        self._words = Label("", "toast")
        self._words.setObjectName("toast_text")
        self._undo = Button("", QUIET, "Ctrl Z", small=True)
        self._undo.setObjectName("toast_undo_button")
        self._undo.clicked.connect(self.undo)
        self._window = window
        self._layout = layout = QHBoxLayout(self)
        layout.setSpacing(space.NEAR)
        layout.addWidget(self._words)
        layout.addWidget(self._undo)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TOAST_MS)
        self._timer.timeout.connect(self.hide)
        self._looking = QTimer(self)  # another page or language below it does not tell
        self._looking.setInterval(_LOOK_MS)
        self._looking.timeout.connect(self._place)
        window.installEventFilter(self)
        self.hide()

    def say(self, text: Said, undo_token: str = "", *, until_sent: bool = False) -> None:
        """Show a sentence; the newest replaces the one before. `until_sent`: it is true only until then."""
        self._said, self._token, self._until_sent = text, undo_token, until_sent
        self._show(said(text))
        self._timer.start()

    def _show(self, text: str) -> None:
        undo_token = self._token
        self._words.setWordWrap(False)
        self._words.setText(_without_stop(text))
        self._words.setWordWrap(self._words.sizeHint().width() > 640)
        self._words.setMinimumWidth(640 if self._words.wordWrap() else 0)
        self._undo.setText(self.tr("撤销"))
        self._undo.setVisible(bool(undo_token))
        slim = 6 if undo_token else 11
        self._layout.setContentsMargins(space.APART, slim, space.NEAR if undo_token else space.APART, slim)
        self.show()
        self.raise_()
        self._place()
        self._looking.start()

    def _say_anew(self) -> None:
        """Say the same in the language in use; what cannot be said anew does not stay in the other one."""
        try:
            text = self._said() if callable(self._said) else ""
        except RuntimeError:  # Qt's word for it: the dialog that spoke has gone
            text = ""
        if text or self._token:
            self._show(text or self.tr("刚才的更改可以撤销。"))
        else:
            self.hide()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self._looking.stop()
        super().hideEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and self.isVisible():
            self._say_anew()
            for wait in _SOON_MS:
                QTimer.singleShot(wait, self, self._place)
        super().changeEvent(event)

    @property
    def text(self) -> str:
        """Return the sentence shown, or ''."""
        return self._words.text() if self.isVisible() else ""

    @property
    def until_sent(self) -> bool:
        """Say whether what is shown speaks of something that waits to be sent."""
        return self._until_sent and self.isVisible()

    @property
    def undo_token(self) -> str:
        """Return what can be undone, or ''."""
        return self._token

    def undo(self) -> None:
        """Take back what the newest sentence spoke of."""
        if self._token:
            token, self._token = self._token, ""
            self.hide()
            self.undone.emit(token)

    def _place(self) -> None:
        """Stand in the right corner; where a button would stay covered there, in the middle or at the left."""
        self.adjustSize()
        right = self._window.width() - self.width() - _RIGHT
        first = self._above_buttons(right)
        others = (self._above_buttons(left) for left in (right // 2, _RIGHT))
        places = (first, *others) if self._covers(first) else (first,)
        self.move(next((one for one in places if not self._covers(one)), first).topLeft())

    def _above_buttons(self, left: int) -> QRect:
        place = QRect(QPoint(left, self._window.height() - self.height() - _BELOW), self.size())
        while covered := [top for top in self._buttons_under(place) if top > self._window.height() // 2]:
            place.moveBottom(min(covered) - _ABOVE_BUTTONS)
        return place

    def _covers(self, place: QRect) -> bool:
        return next(self._buttons_under(place), None) is not None

    def _buttons_under(self, place: QRect) -> Iterator[int]:
        """Yield the upper edges of what is kept clear that can be seen in a place."""
        for one in self._kept_clear():
            if not one.isVisible() or self.isAncestorOf(one):
                continue
            seen = one.visibleRegion().boundingRect().translated(one.mapTo(self._window, QPoint(0, 0)))
            if seen.intersects(place):
                yield seen.top()

    def _kept_clear(self) -> Iterator[QWidget]:
        """Yield the window's buttons, what a page says, and the field in which somebody types."""
        for kind in (QAbstractButton, Banner, QuietLine):
            yield from self._window.findChildren(kind)
        typed_in = self._window.focusWidget()
        if isinstance(typed_in, QLineEdit):
            yield typed_in

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)


class QuietLine(ElidedLabel):
    """What a page says beside the buttons at its foot of what they will do; no toast covers it."""


class Banner(QFrame):
    """News inside a page, never a modal window; tones info, warn, bad, ok."""

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Picture(lines_of=_BANNER_LINE)
        self._said: Said = ""
        self._offered: Said = ""
        self._words = Label("", "banner", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._action = Button("", small=True)
        self._action.clicked.connect(self.acted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space.ROOMY, space.TIGHT, space.NEAR, space.TIGHT)
        layout.setSpacing(space.NEAR)
        self._sentence = sentence = QHBoxLayout()
        sentence.setSpacing(space.NEAR)
        sentence.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        sentence.addWidget(self._words, 1)
        layout.addLayout(sentence, 1)
        layout.addWidget(self._action)
        self.hide()

    def add(self, button: Button) -> None:
        """Put another button behind the action."""
        layout = self.layout()
        assert layout is not None
        layout.addWidget(button)

    def say(self, text: Said, tone: str = "info", action: Said = "") -> None:
        """Show a sentence with, perhaps, one action; '' hides the banner.

        What is given as what makes it, and not as a sentence, follows a switch of language by itself.
        """
        self._said, self._offered = text, action
        self.setProperty("part", f"banner-{tone}")
        self._words.setProperty("tone", tone)
        for widget in (self, self._words):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self._picture.show_icon("info" if tone in ("info", "ok") else "warning", tone)
        self._show()

    def say_anew(self) -> None:
        """Ask again what makes its sentence: something that it tells has changed."""
        self._show()

    def _show(self) -> None:
        text, action = said(self._said), said(self._offered)
        self._words.setText(text)
        self.setAccessibleName(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._sentence.setContentsMargins(0, theme.px(_BESIDE_ACTION) if action else 0, 0, 0)
        self.setVisible(bool(text))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and (callable(self._said) or callable(self._offered)):
            self._show()
        super().changeEvent(event)

    @property
    def text(self) -> str:
        """Return the sentence."""
        return self._words.text()


class EmptyState(QWidget):
    """Nothing here yet: one sentence saying why, one action saying what to do.

    `awaiting` an answer it says nothing of that: only, where it takes long, that it is being looked for.
    """

    def __init__(self, icon_name: str = "done", parent: QWidget | None = None, *, awaiting: bool = False) -> None:
        super().__init__(parent)
        self._text, self._offers, self._awaiting, self._slow = "", False, awaiting, False
        self._picture = Picture(icon_name, "faint", _EMPTY_PX)
        self._words = Label("", "muted", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._button = Button()
        self._act: Callable[[], object] | None = None
        self._button.clicked.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space.FAR, space.FAR, space.FAR, space.FAR)
        layout.setSpacing(space.BETWEEN)
        layout.addStretch(2)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._words)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        if awaiting:
            QTimer.singleShot(_SLOW_MS, self, self._take_long)

    def say(self, text: str, action: str = "", act: Callable[[], object] | None = None) -> None:
        """Set the sentence and the one action."""
        self._text, self._offers, self._act = text, bool(action), act
        self._button.setText(action)
        self._show()

    def answered(self) -> None:
        """Say from now on what is to be said of nothing: it has been looked for."""
        if self._awaiting:
            self._awaiting = False
            self._show()

    def _take_long(self) -> None:
        self._slow = True
        if self._awaiting:
            self._show()

    def _show(self) -> None:
        looking = self.tr("正在查找…") if self._slow else ""
        self._words.setText(looking if self._awaiting else self._text)
        offers = self._offers and not self._awaiting
        self._button.setVisible(offers)
        stands_for = self._button if offers else None
        self.setFocusProxy(stands_for)  # type: ignore[arg-type]  # with a hidden button's Tab would stop here for good
        self._picture.setVisible(not self._awaiting)

    def _clicked(self) -> None:
        if self._act is not None:
            self._act()
