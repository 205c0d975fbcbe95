"""A date picked by quick choices or from a calendar; nothing picked is a value too."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCalendarWidget, QMenu, QWidget, QWidgetAction
from typing_extensions import override

from crmdesk.domain.clock import DEFAULT_ZONE
from crmdesk.ui import language
from crmdesk.ui.parts.buttons import Button

QUICK_DAYS = (1, 3, 7, 14, 30)
"""Days from today that the menu offers before the calendar."""


def today() -> date:
    """Return the date of the field (Asia/Shanghai)."""
    return datetime.now(ZoneInfo(DEFAULT_ZONE)).date()


class DateField(Button):
    """A button that shows a date and opens quick choices and a calendar. `value()` is ISO text, '' for no date.

    Keys: Up and Down move by a day, PageUp and PageDown by a week, Delete takes the date away.
    """

    picked = Signal(str)

    def __init__(self, name: str, forward: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName(name)
        self._value = self._label = ""
        self._forward = forward
        self.clicked.connect(self.open_menu)
        self._show()

    def set_label(self, label: str) -> None:
        """Say for screen readers what the date is for."""
        self._label = label
        self.setAccessibleName(label)

    def value(self) -> str:
        """Return the date as ISO text, '' for none."""
        return self._value

    def set_value(self, value: str | None) -> None:
        """Show a date without telling of it."""
        self._value = value or ""
        self._show()

    def pick(self, value: str) -> None:
        """Take a date as the person picked it, and tell of it."""
        if value != self._value:
            self._value = value
            self._show()
            self.picked.emit(value)

    def retranslate(self) -> None:
        """Set the words anew after a switch of language."""
        self._show()

    def menu_for(self) -> QMenu:
        """Return the menu of quick choices and the calendar."""
        menu = QMenu(self)
        menu.setObjectName(f"{self.objectName()}_menu")
        if self._forward:
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
        """Show the choices below the button."""
        menu = self.menu_for()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        days = _STEPS.get(Qt.Key(event.key()))
        if days is not None:
            start = date.fromisoformat(self._value) if self._value else today()
            self.pick((start + timedelta(days=days)).isoformat())
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.pick("")
        else:
            super().keyPressEvent(event)

    def _calendar_action(self, menu: QMenu) -> QWidgetAction:
        calendar = QCalendarWidget(menu)
        calendar.setGridVisible(False)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames)
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
        text = language.day_word(date.fromisoformat(self._value), today()) if self._value else self.tr("选日期")
        text = text[:1].upper() + text[1:]  # a button begins with a capital letter
        self.setText(text)
        super().setAccessibleName(self._label or text)
        self.setAccessibleDescription(text)


_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 7, Qt.Key.Key_PageDown: -7}
