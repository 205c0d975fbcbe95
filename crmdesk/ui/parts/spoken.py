"""What a screen reader is told of widgets that paint themselves: their role, their value, and what lies in them.

Qt knows the role of its own widgets only. A widget of ours says its role by `spoken_role`, what it shows by its
accessible name, and a figure by `spoken_value`; `decorative` ones say nothing that is not said beside them.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QAccessibleObject, QWindow
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

Role = QAccessible.Role
_INSTALLED = "crmdesk_spoken"


class _SpokenWidget(QAccessibleObject):
    """Tells of one widget; what lies in it tells of itself."""

    def __init__(self, widget: QWidget, role: QAccessible.Role) -> None:
        super().__init__(widget)
        self._widget, self._role = widget, role

    def _inside(self) -> list[QWidget]:
        found = self._widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [one for one in found if not one.isWindow() and not one.isHidden()]

    @override
    def role(self) -> QAccessible.Role:
        return self._role

    @override
    def state(self) -> QAccessible.State:
        state, widget = QAccessible.State(), self._widget
        state.focusable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        state.focused = widget.hasFocus()
        state.disabled = not widget.isEnabled()
        state.invisible = not widget.isVisible()
        state.readOnly = True
        return state

    @override
    def text(self, t: QAccessible.Text) -> str:
        told = {
            QAccessible.Text.Name: self._widget.accessibleName(),
            QAccessible.Text.Description: self._widget.accessibleDescription(),
            QAccessible.Text.Value: str(getattr(self._widget, "spoken_value", "")),
        }
        return told.get(t, "")

    @override
    def parent(self) -> QAccessibleInterface:
        above = self._widget.parentWidget()
        return QAccessible.queryAccessibleInterface(above or self._widget.window())

    @override
    def window(self) -> QWindow:
        return self._widget.window().windowHandle()

    @override
    def childCount(self) -> int:
        return len(self._inside())

    @override
    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt takes None for 'nothing there'
        inside = self._inside()
        return QAccessible.queryAccessibleInterface(inside[index]) if 0 <= index < len(inside) else None

    @override
    def indexOfChild(self, arg__1: QAccessibleInterface) -> int:
        found = arg__1.object()
        return next((number for number, one in enumerate(self._inside()) if one is found), -1)

    @override
    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt takes None for 'nothing there'
        for one in reversed(self._inside()):
            if one.rect().contains(one.mapFromGlobal(QPoint(x, y))):
                return QAccessible.queryAccessibleInterface(one)
        return None


class _Factory:
    """Makes what tells of our widgets; Qt owns it, so it must live here until Qt has let it go."""

    def __init__(self) -> None:
        self._made: list[_SpokenWidget] = []
        self._limit = 256

    def make(self, _class_name: str, found: QObject | None) -> QAccessibleInterface | None:
        role = getattr(found, "spoken_role", None)
        if not isinstance(found, QWidget) or not isinstance(role, Role):
            return None
        made = _SpokenWidget(found, role)
        self._made.append(made)
        if len(self._made) > self._limit:
            self._made = [one for one in self._made if shiboken6.isValid(one)]
            self._limit = 2 * len(self._made) + 256
        return made


def install(application: QApplication) -> None:
    """Let screen readers know our widgets; once an application."""
    if not application.property(_INSTALLED):
        application.setProperty(_INSTALLED, True)
        QAccessible.installFactory(_Factory().make)


def tell_focus(widget: QWidget) -> None:
    """Tell a screen reader that this part of a group is the current one, though the group has the keys."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Focus))
