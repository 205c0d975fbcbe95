"""A date that is typed as people write it, or picked by quick choices or from a calendar; none is a value too."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QDate, QEvent, QLocale, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QCalendarWidget, QMenu, QSizePolicy, QWidget, QWidgetAction
from typing_extensions import override

from crmdesk.domain.clock import DEFAULT_ZONE
from crmdesk.ui import icons, language, theme
from crmdesk.ui.parts.cut_words import tool_tip
from crmdesk.ui.parts.faults import Fault
from crmdesk.ui.parts.field_hint import FieldHint
from crmdesk.ui.parts.month_calendar import dress
from crmdesk.ui.parts.room import Dialog
from crmdesk.ui.parts.text_field import TextLine, mark_wrong

if TYPE_CHECKING:
    from crmdesk.domain.typed_days import Lean

QUICK_DAYS = (1, 3, 7, 14, 30)
"""Days from today that the menu offers before the calendar."""
_ICON, _SIDE, _MOST = 16, 11, 40
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


def today() -> date:
    """Return the date of the field (Asia/Shanghai)."""
    return datetime.now(ZoneInfo(DEFAULT_ZONE)).date()


class _DayMenu(QMenu):
    """The choices; who types a date while they are open types it into the field."""

    def __init__(self, field: DateField) -> None:
        super().__init__(field)
        self._field = field

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        if arg__1.text().strip() and arg__1.text().isprintable():
            self.close()
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)
            QCoreApplication.sendEvent(self._field, arg__1)
        else:
            super().keyPressEvent(arg__1)


class DateField(TextLine):
    """A field that shows a date, takes a typed one and opens quick choices and a calendar. `value()` is ISO text, ''
    for no date. What cannot be read stays as it was typed, `refused` tells of it, and no form is sent (`unread_days`).

    Keys: Up and Down move by a day, PageUp and PageDown by a week; Enter takes what was typed, Escape takes it back;
    Enter and Space on what was taken, Alt+Down and F4 open the calendar.
    """

    picked = Signal(str)
    entered = Signal()
    refused = Signal()
    """What was typed means no date, or is being mended: `unread` says which."""

    def __init__(self, name: str, lean: Lean = "ahead", parent: QWidget | None = None) -> None:
        super().__init__()
        if parent is not None:
            self.setParent(parent)
        self.setObjectName(name)
        self.setMaxLength(_MOST)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setTextMargins(0, 0, theme.px(_ICON) + 6, 0)
        self._value = self._label = self._taken = ""
        self._lean: Lean = lean
        self._clicked = self._told = self._by_method = False
        self._hint = FieldHint(self)
        self.textEdited.connect(self._typed)
        self._show()

    def set_label(self, label: str) -> None:
        """Say for screen readers what the date is for."""
        self._label = label
        self.setAccessibleName(label)

    def value(self) -> str:
        """Return the date as ISO text, '' for none; what was typed and not taken yet counts if it can be read."""
        if self.pending and not self.composing:
            found = self._read()
            return found if found is not None else self._value
        return self._value

    @property
    def pending(self) -> bool:
        """Say whether something was typed that is not taken."""
        return self.text() != self._taken

    def unread(self) -> str:
        """Return what was typed and means no date, '' where nothing was."""
        return self.text().strip() if self.pending and self._read() is None else ""

    def complaint(self) -> str:
        """Return the sentence that is due: '' while it is still being typed, or can be read."""
        return self.sentence() if self._told else ""

    def sentence(self) -> str:
        """Return what is said of a text that means no date."""
        return self.tr("看不懂日期“{text}”。可以写 2026-11-30、11-30、30、+3、明天或周五。").format(
            text=self.text().strip()
        )

    def set_value(self, value: str | None) -> None:
        """Show a date without telling of it; a text that is none, as a form kept it, stands there as it was typed."""
        self._value = value if value and _is_day(value) else ""
        self._show()
        if value and not self._value:
            self.setText(value)
            self._say_wrong()

    def pick(self, value: str) -> None:
        """Take a date as the person picked it, and tell of it."""
        before, self._value = self._value, value
        self._show()
        if value != before:
            self.picked.emit(value)

    def take(self) -> bool:
        """Take what was typed; returns False, having said so, where that means no date."""
        if not self.pending:
            return True
        found = self._read()
        if found is None:
            self._say_wrong()
            return False
        self.pick(found)
        return True

    def retranslate(self) -> None:
        """Set the words anew after a switch of language."""
        if not self.pending:
            self._show()
            return
        self._say_how()
        if self.unread():
            self._say_wrong()
        elif self._hint.shown:
            self._hint.say(_full(self._read() or ""))

    @override
    def changeEvent(self, arg__1: QEvent) -> None:
        super().changeEvent(arg__1)
        if arg__1.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def menu_for(self) -> QMenu:
        """Return the menu of quick choices and the calendar."""
        menu = _DayMenu(self)
        menu.setObjectName(f"{self.objectName()}_menu")
        if self._lean == "ahead":
            for days in QUICK_DAYS:
                day = today() + timedelta(days=days)
                menu.addAction(self._quick_text(days, day), partial(self.pick, day.isoformat()))
            menu.addSeparator()
        menu.addAction(self._calendar_action(menu))
        if self._value:
            menu.addSeparator()
            menu.addAction(self.tr("不设日期"), lambda: self.pick(""))
        return menu

    def open_menu(self) -> None:
        """Show the choices below the field."""
        self._hint.hide()
        menu = self.menu_for()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _read(self) -> str | None:
        """Return what the text means: ISO text, '' for nothing, None where it means no date."""
        from crmdesk.domain.typed_days import read_day  # lazy: nothing is typed at the start

        text = self.text().strip()
        found = read_day(text, today(), self._lean) if text else None
        return "" if not text else found.isoformat() if found is not None else None

    def _typed(self, _text: str) -> None:
        if self._told:
            self._told = False
            mark_wrong(self, False)
            self.refused.emit()
        if not self.text().strip() and not self._by_method:  # an input method first takes away what was selected
            self.pick("")
            return
        found = self._read()
        self._hint.say(_full(found) if found else "")

    def _say_wrong(self) -> None:
        """Say what cannot be read, here and to a screen reader; the text stays."""
        self._told = True
        mark_wrong(self, True)
        self.setAccessibleDescription(self.sentence())
        self.setToolTip(tool_tip(self.sentence()))
        if self.hasFocus():
            self._hint.say(self.sentence(), "bad")
        self.refused.emit()

    def _back(self) -> None:
        self._show()
        self.selectAll()

    @override
    def event(self, arg__1: QEvent) -> bool:
        if isinstance(arg__1, QKeyEvent) and arg__1.type() == QEvent.Type.ShortcutOverride and not self.composing:
            if self._is_ours(arg__1):
                arg__1.accept()
                return True
            if _sends(arg__1) and not self.take():  # the form is not sent with a date that nobody can read
                arg__1.accept()
                return True
        return super().event(arg__1)

    def _is_ours(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if event.modifiers() in _PLAIN:
            return key in _ENTER or key in _STEPS or (key == Qt.Key.Key_Escape and self.pending)
        return _opens(event)

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        key, plain = Qt.Key(arg__1.key()), arg__1.modifiers() in _PLAIN
        if _opens(arg__1) or (plain and key in (*_ENTER, Qt.Key.Key_Space) and self._untouched(key)):
            self.open_menu()
        elif plain and key in _STEPS:
            start = date.fromisoformat(self.value()) if self.value() else today()
            self.pick((start + timedelta(days=_STEPS[key])).isoformat())
            self.selectAll()
        elif plain and key in _ENTER and self.pending:
            if self.take():
                self.selectAll()
                self.entered.emit()
        elif plain and key == Qt.Key.Key_Escape and self.pending:
            self._back()
        elif not _sends(arg__1) or self.take():
            super().keyPressEvent(arg__1)

    def _untouched(self, key: Qt.Key) -> bool:
        """Say whether Enter or Space finds nothing typed: then it opens the choices, as on a button.

        Enter on a date that is there already belongs to the dialog that it sends, as on every other field.
        """
        dialog = self.window()
        if key in _ENTER:
            return not self.pending and not (self._value and isinstance(dialog, Dialog) and dialog.sent_by_enter)
        return not self.pending and (not self.text() or self.selectedText() == self.text())

    @override
    def focusInEvent(self, arg__1: QFocusEvent) -> None:
        super().focusInEvent(arg__1)
        self._clicked = arg__1.reason() == Qt.FocusReason.MouseFocusReason
        if not self.pending:
            self.selectAll()
        elif self._told:
            self._hint.say(self.sentence(), "bad")

    @override
    def focusOutEvent(self, arg__1: QFocusEvent) -> None:
        if arg__1.reason() != Qt.FocusReason.PopupFocusReason:
            self.take()
        super().focusOutEvent(arg__1)
        self._hint.hide()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self._hint.hide()
        super().hideEvent(event)

    @override
    def inputMethodEvent(self, arg__1: QInputMethodEvent) -> None:
        self._by_method = bool(arg__1.preeditString())
        super().inputMethodEvent(arg__1)

    @override
    def mouseReleaseEvent(self, arg__1: QMouseEvent) -> None:
        super().mouseReleaseEvent(arg__1)
        on_icon = arg__1.position().x() >= self.width() - theme.px(_ICON) - _SIDE - 3
        first, self._clicked = self._clicked, False
        if arg__1.button() == Qt.MouseButton.LeftButton and (first or on_icon):
            self.open_menu()
            self.selectAll()

    @override
    def sizeHint(self) -> QSize:
        usual = (self.placeholderText(), _words(date(today().year, 12, 30)))  # it grows for a year, and never shrinks
        longest = max(self._taken, *usual, key=self.fontMetrics().horizontalAdvance)
        width = self.fontMetrics().horizontalAdvance(longest) + theme.px(2 * _SIDE + _ICON + 12)
        return QSize(width, super().sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, arg__1: QPaintEvent) -> None:
        super().paintEvent(arg__1)
        size = theme.px(_ICON)
        left, top = self.width() - size - _SIDE, (self.height() - size) // 2
        icons.icon("calendar", "muted" if self.isEnabled() else "faint").paint(QPainter(self), left, top, size, size)

    def _calendar_action(self, menu: QMenu) -> QWidgetAction:
        calendar = dress(QCalendarWidget(menu))
        chinese = language.current() == language.CHINESE
        calendar.setLocale(QLocale(QLocale.Language.Chinese if chinese else QLocale.Language.English))
        if self._value:
            day = date.fromisoformat(self._value)
            calendar.setSelectedDate(QDate(day.year, day.month, day.day))

        def take(day: QDate) -> None:
            self.pick(date(day.year(), day.month(), day.day()).isoformat())
            menu.close()

        calendar.clicked.connect(take)
        calendar.activated.connect(take)
        action = QWidgetAction(menu)
        action.setDefaultWidget(calendar)
        return action

    def _quick_text(self, days: int, day: date) -> str:
        word = language.day_word(day, None, weekday=True)
        if days == 1:
            return self.tr("明天 · {day}").format(day=word)
        return self.tr("{days} 天后 · {day}").format(days=days, day=word)

    def _show(self) -> None:
        """Show the date that is taken."""
        mended, self._told = self._told, False
        mark_wrong(self, False)
        self._hint.hide()
        self._taken = _words(date.fromisoformat(self._value)) if self._value else ""
        self.setText(self._taken)
        self.updateGeometry()  # with its year a day is longer
        self._say_how()
        if mended:
            self.refused.emit()

    def _say_how(self) -> None:
        self.setPlaceholderText(self.tr("选日期"))
        super().setAccessibleName(self._label or self.tr("选日期"))
        how = self.tr("可以输入 11-30、30、+3、明天、周五；回车打开日历")
        self.setAccessibleDescription(f"{_full(self._value)} · {how}" if self._value else how)
        self.setToolTip(tool_tip(how))


def unread_days(form: QWidget) -> list[Fault]:
    """Take what was typed into the date fields of a form; returns those that nobody can read."""
    fields = [one for one in form.findChildren(DateField) if one.isEnabled() and not one.isHidden()]
    return [Fault(one.sentence, one) for one in fields if not one.take()]


def _words(day: date) -> str:
    return language.starting(language.day_word(day, today()))


def _full(value: str) -> str:
    """Return a day with its year and its day of the week: what was typed is read as this."""
    if not value:
        return ""
    day = date.fromisoformat(value)
    elsewhere = date(day.year - 1, 1, 1)  # a year from which the day's own year is told
    return f"{language.day_word(day, elsewhere)} · {language.weekday_word(day)}"


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _sends(event: QKeyEvent) -> bool:
    """Say whether keys send a form: Ctrl+Enter and Ctrl+S."""
    keys = (*_ENTER, Qt.Key.Key_S)
    return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier) and Qt.Key(event.key()) in keys


def _opens(event: QKeyEvent) -> bool:
    alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
    return event.key() == Qt.Key.Key_F4 or (alt and event.key() == Qt.Key.Key_Down)


_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 7, Qt.Key.Key_PageDown: -7}
