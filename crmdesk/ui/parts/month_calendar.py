"""The look of Qt's calendar of a month: colours of the theme in place of its own red, arrows seen in the dark."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QToolButton

from crmdesk.ui import icons, theme

_ARROWS = {"qt_calendar_prevmonth": "back", "qt_calendar_nextmonth": "next"}
_FREE = (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday)
_ARROW_PX = 16


def dress(calendar: QCalendarWidget) -> QCalendarWidget:
    """Give a calendar the look of the theme in use; the style sheet has the rest."""
    calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)  # as the week of the plan, in either language
    calendar.setGridVisible(False)
    calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    calendar.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames)
    quiet = QTextCharFormat()
    quiet.setForeground(theme.tokens().color("muted"))
    calendar.setHeaderTextFormat(quiet)
    for day in _FREE:
        calendar.setWeekdayTextFormat(day, quiet)
    for name, icon in _ARROWS.items():
        arrow = calendar.findChild(QToolButton, name)
        if arrow is not None:
            arrow.setIcon(icons.icon(icon, "text"))
            arrow.setIconSize(QSize(theme.px(_ARROW_PX), theme.px(_ARROW_PX)))
    return calendar
