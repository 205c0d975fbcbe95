"""Chips: a small word with a tone, the chip of a sync state, and picklists as chips driven by digits and arrows."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.services.views import ACCEPTED, NEEDS_YOU, SAVED_HERE, SENT
from crmdesk.ui import space, theme
from crmdesk.ui.parts.cut_words import CutWords
from crmdesk.ui.parts.flow import FlowLayout
from crmdesk.ui.parts.keycap import keycap_width, paint_keycap
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.spoken import Role, tell_focus
from crmdesk.ui.parts.type_ahead import TypeAhead

CHIP_HEIGHT, CHIP_SIDE, _LEAST_CHIP = 20, 9, 140
_PICK_HEIGHT, _PICK_SIDE, _PICK_WIDEST = 28, 12, 320
CHIP_GAP = 6

STATE_TONES = {SAVED_HERE: "info", SENT: "info", ACCEPTED: "ok", NEEDS_YOU: "warn"}


def state_word(sync_state: str) -> str:
    """Return the words of a sync state (saved here, sent, accepted, needs you)."""
    translate = QCoreApplication.translate
    words = {
        SAVED_HERE: translate("chips", "已保存在本机"),
        SENT: translate("chips", "已发送"),
        ACCEPTED: translate("chips", "已接受"),
        NEEDS_YOU: translate("chips", "需要你处理"),
    }
    return words.get(sync_state, sync_state)


def chip_width(text: str) -> int:
    """Return the width of a chip in logical pixels."""
    return int(theme.text_width(text, theme.SMALL_PX)) + 2 * CHIP_SIDE + 1


def paint_chip(painter: QPainter, box: QRectF, text: str, tone: str, side: int = CHIP_SIDE) -> None:
    """Draw a chip into `box`; tones: neutral, accent, ok, warn, bad, info. `side` is what its words keep free."""
    words, ground, border = _tools(theme.tokens(), tone)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(border)
    painter.setBrush(ground)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), box.height() / 2, box.height() / 2)
    painter.setPen(words)
    font = theme.font(theme.SMALL_PX)
    painter.setFont(font)
    if theme.text_width(text, theme.SMALL_PX) > box.width() - side:  # a count may stand closer to the edge than words
        text = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width() - 2 * side)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


@lru_cache(maxsize=32)
def _tools(colors: theme.Tokens, tone: str) -> tuple[QPen, QBrush, QPen]:
    """Return what draws words, ground and border of a tone."""
    words, ground, border = colors.tone(tone)
    return QPen(QColor(words)), QBrush(QColor(ground)), QPen(QColor(border), 1)


class Chip(CutWords, QWidget):
    """A small word on a tinted ground; tones: neutral, accent, ok, warn, bad, info."""

    spoken_role = Role.StaticText

    def __init__(self, text: str = "", tone: str = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._tone = "", tone
        self._said: tuple[str, str] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(text, tone)

    def set(self, text: str, tone: str | None = None) -> None:
        """Change the words and the tone; without words the chip takes no room."""
        said = text, tone or self._tone
        if said == self._said and self.isHidden() == (not text):
            return
        self._said = said
        self._text = text
        self._tone = tone or self._tone
        self.setAccessibleName(text)
        self.setVisible(bool(text)) if self.parent() is not None or not text else None
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        """Return the words."""
        return self._text

    def let_shrink(self) -> None:
        """Let long words end in … where there is no room; the whole of them stands in the tool tip."""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(chip_width(self._text) if self._text else 0, theme.px(CHIP_HEIGHT))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint().boundedTo(QSize(theme.px(_LEAST_CHIP), theme.px(CHIP_HEIGHT)))

    @override
    def cut_words(self) -> str:
        return self._text if self.width() < self.sizeHint().width() else ""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._text:
            paint_chip(QPainter(self), QRectF(self.rect()), self._text, self._tone)


def state_chip(sync_state: str) -> Chip:
    """Return the chip of a sync state."""
    made = Chip(state_word(sync_state), STATE_TONES.get(sync_state, "neutral"))
    made.setProperty("sync_state", sync_state)
    return made


class ChipRow(QWidget):
    """Chips one after the other, breaking into lines where the row is full."""

    def __init__(self, chips: Iterable[tuple[str, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, spacing=CHIP_GAP)
        self._chips: list[Chip] = []
        self.set(chips)

    def set(self, chips: Iterable[tuple[str, str]]) -> None:
        """Show these chips, (words, tone) each; those that are there already change their words."""
        wanted = list(chips)
        for text, tone in wanted[len(self._chips) :]:
            chip = Chip(text, tone, self)
            chip.let_shrink()
            self._chips.append(chip)
            self._flow.addWidget(chip)
        for chip, (text, tone) in zip(self._chips, wanted, strict=False):
            chip.set(text, tone)
        for chip in self._chips[len(wanted) :]:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        del self._chips[len(wanted) :]
        self.updateGeometry()


class Pick(CutWords, QAbstractButton):
    """One entry of a picklist shown as a chip that can be chosen; the picklist has the keys and decides."""

    def __init__(self, code: str, text: str, many: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.code, self._many = code, many
        self.current = self._telling = False
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setAutoExclusive(not many)  # a screen reader says 'radio button' of one choice, 'check box' of several
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._toggled)

    def say(self, code: str, text: str) -> None:
        """Become another entry."""
        self.code = code
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.setToolTip("")

    def _toggled(self, checked: bool) -> None:
        """Take what a screen reader did to the chip itself as the click that it means."""
        if not self._telling:
            self.chosen = not checked
            self.click()

    @property
    def chosen(self) -> bool:
        """Say whether the entry is chosen."""
        return self.isChecked()

    @chosen.setter
    def chosen(self, chosen: bool) -> None:
        if chosen == self.isChecked():
            return
        self._telling = True
        self.setAutoExclusive(False)  # Qt keeps one of a group chosen; here all can be taken back
        self.setChecked(chosen)
        self._telling = False
        self.setAutoExclusive(not self._many)

    @override
    def nextCheckState(self) -> None:
        """Leave it to the picklist what a click chooses."""

    @override
    def sizeHint(self) -> QSize:
        width = theme.text_width(self.text())
        return QSize(min(int(width) + 2 * _PICK_SIDE + 1, theme.px(_PICK_WIDEST)), theme.px(_PICK_HEIGHT))

    @override
    def cut_words(self) -> str | None:
        if not self.isCheckable():
            return None  # 'n more' says in its own what they are
        return self.text() if theme.text_width(self.text()) > self.width() - 2 * _PICK_SIDE else ""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isEnabled():
            border = colors.color("accent" if self.current else "accent_weak" if self.chosen else "line")
            stroke = Qt.PenStyle.DashLine if self.current and not self.chosen else Qt.PenStyle.SolidLine
            painter.setPen(QPen(border, 1.5 if self.current else 1, stroke))  # broken: a place to choose, not a choice
            painter.setBrush(colors.color("accent_weak" if self.chosen else "background"))
            painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
            painter.setPen(colors.color("accent" if self.chosen else "muted"))
        else:  # what was chosen stands out, and nothing looks as if it could be pressed
            if self.chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colors.color("line"))
                painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
            painter.setPen(colors.color("text" if self.chosen else "faint"))
        painter.setFont(theme.font())
        room = self.width() - 2 * _PICK_SIDE
        shown = QFontMetricsF(theme.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)


_CHOOSES = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Picklist(QWidget):
    """A picklist as chips, for one choice or (`many`) several.

    Left and Right move, Space or Enter chooses (for a single choice the arrows choose at once), Backspace takes all
    back. Among many entries one is found by typing. `digit` is drawn beside the heading; `digit_pressed(picklists,
    event)` sends digits to their groups.
    """

    changed = Signal()
    spoken_role = Role.Grouping

    def __init__(self, heading: str = "", digit: str = "", many: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.digit, self._many = digit, many
        self._picks: list[Pick] = []
        self._at = 0
        self._ahead = TypeAhead(self, lambda: [pick.text() for pick in self._picks], self._go)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._heading = Label(heading, "muted", parent=self)
        self._flow = FlowLayout(spacing=CHIP_GAP)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.TINY)
        self._top = top = QHBoxLayout()
        top.setSpacing(space.TINY)
        top.addWidget(self._heading)
        if digit:
            top.addWidget(KeyCap(digit, self))
        top.addStretch(1)
        if heading or digit:
            layout.addLayout(top)
        layout.addLayout(self._flow)
        self.set_heading(heading)

    def set_heading(self, heading: str) -> None:
        """Change the heading; it is the accessible name too."""
        self._heading.setText(heading)
        if heading:
            self.setAccessibleName(heading)

    def set_wrong(self, wrong: bool) -> None:
        """Let the heading say that something is still to be chosen here."""
        self._heading.set_role("bad" if wrong else "muted")

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Show these entries, (code, words) each, keeping what is chosen; chips that are there are used again."""
        chosen = set(self.values())
        for pick in self._picks[len(choices) :]:
            self._flow.removeWidget(pick)
            pick.hide()
            pick.deleteLater()
        del self._picks[len(choices) :]
        for place, (code, text) in enumerate(choices):
            if place < len(self._picks):
                self._picks[place].say(code, text)
            else:
                self._add_pick(Pick(code, text, self._many, self))
            pick = self._picks[place]
            pick.setObjectName(f"{self.objectName()}_{code}" if self.objectName() else f"pick_{code}")
            pick.chosen = code in chosen
        self._flow.invalidate()  # at once, too: other words need other room
        self._at = min(self._at, max(0, len(self._picks) - 1))
        self._ahead.entries_changed()
        self._describe()
        self.updateGeometry()

    def _add_pick(self, pick: Pick) -> None:
        pick.clicked.connect(lambda _checked=False, pick=pick: self._clicked(pick))
        self._picks.append(pick)
        self._flow.addWidget(pick)
        pick.show()  # at once: Qt would do it a turn later, and whoever asks how wide the chips are be told nothing

    def values(self) -> list[str]:
        """Return the chosen codes, sorted."""
        return sorted(pick.code for pick in self._picks if pick.chosen)

    def value(self) -> str:
        """Return the chosen code of a single choice, or ''."""
        return next((pick.code for pick in self._picks if pick.chosen), "")

    def set_values(self, codes: Iterable[str]) -> None:
        """Choose these codes without telling `changed`."""
        wanted = set(codes)
        for index, pick in enumerate(self._picks):
            pick.chosen = pick.code in wanted
            if pick.chosen:
                self._at = index
            pick.update()
        self._describe()

    def set_value(self, code: str | None) -> None:
        """Choose one code (or none) without telling `changed`."""
        self.set_values([code] if code else [])

    def choose(self, code: str) -> None:
        """Choose (or, with `many`, turn over) an entry as a click does."""
        for pick in self._picks:
            if pick.code == code:
                self._clicked(pick)

    def _clicked(self, pick: Pick) -> None:
        self._at = self._picks.index(pick)
        self._toggle(pick)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _toggle(self, pick: Pick) -> None:
        if self._many:
            pick.chosen = not pick.chosen
        else:
            for other in self._picks:
                other.chosen = other is pick
        self._mark()
        self.changed.emit()

    def _mark(self) -> None:
        for index, pick in enumerate(self._picks):
            pick.current = self.hasFocus() and index == self._at
            pick.update()
            if pick.current:
                tell_focus(pick)
        self._describe()

    def _describe(self) -> None:
        """Say what is chosen, for whoever cannot see it."""
        self.setAccessibleDescription(" ".join(pick.text() for pick in self._picks if pick.chosen))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._ahead.key(event):
            return
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._picks:
            self._go((self._at + (1 if key == Qt.Key.Key_Right else -1)) % len(self._picks))
        elif key != Qt.Key.Key_Space and self._sends(event):
            event.ignore()
        elif key in _CHOOSES and self._picks and not event.modifiers():
            self._toggle(self._picks[self._at])
        elif key == Qt.Key.Key_Backspace and self.values():
            self.set_values(())
            self.changed.emit()
        else:
            super().keyPressEvent(event)

    def _sends(self, event: QKeyEvent) -> bool:
        """Say whether Enter has nothing left to choose: it belongs to the dialog then, if there is one."""
        enter = event.key() in _CHOOSES and not self._many and isinstance(self.window(), QDialog)
        return enter and bool(self._picks) and self._picks[self._at].chosen

    def _go(self, place: int) -> None:
        """Go to an entry, which chooses it where only one can be."""
        self._at = place
        self._mark() if self._many else self._toggle(self._picks[place])

    def _is_ours(self, event: QKeyEvent) -> bool:
        return self._ahead.wants(event) or (event.key() in _CHOOSES and bool(self._picks) and not event.modifiers())

    @override
    def event(self, event: QEvent) -> bool:
        """Take what finds or chooses an entry before the page's shortcuts do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_ours(event):
            event.accept()
            return True
        return super().event(event)

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._ahead.commit(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._mark()
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ahead.forget()
        self._mark()
        super().focusOutEvent(event)


def digit_pressed(picklists: Iterable[Picklist], event: QKeyEvent) -> bool:
    """Give the focus to the group whose digit was pressed; returns whether one was (for a page's keyPressEvent)."""
    for group in picklists:
        if group.digit and event.text() == group.digit and group.isVisible():
            group.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
    return False


class KeyCap(QWidget):
    """A key cap standing by itself, beside a heading."""

    spoken_role = Role.StaticText

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setAccessibleName(key)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(int(keycap_width(self._key)) + 1, theme.px(18))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.isEnabled():  # its group takes no keys
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_keycap(painter, 0, self.height() / 2, self._key, theme.tokens().color("muted"))
