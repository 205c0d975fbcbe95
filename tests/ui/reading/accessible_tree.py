"""The tree that a screen reader walks: every visible thing below a window with its name, role, value and widget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QWidget

Role = QAccessible.Role


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing as a screen reader meets it; `widget` is None for entries of lists and tables."""

    name: str
    description: str
    value: str
    role: QAccessible.Role
    focusable: bool
    widget: QWidget | None
    path: str


def spoken(root: QWidget) -> list[Spoken]:
    """Return everything below a window that can be seen."""
    interface = QAccessible.queryAccessibleInterface(root)
    assert interface is not None
    return list(_below(interface, ""))


def _below(interface: QAccessibleInterface, above: str) -> Iterator[Spoken]:
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is None or not child.isValid() or child.state().invisible:
            continue
        found = child.object()
        widget = found if isinstance(found, QWidget) else None
        if widget is not None and not widget.isVisible():
            continue
        path = f"{above}/{_word(widget) if widget is not None else child.role().name}"
        text = QAccessible.Text
        yield Spoken(
            child.text(text.Name), child.text(text.Description), child.text(text.Value), child.role(),
            bool(child.state().focusable), widget, path,
        )  # fmt: skip
        yield from _below(child, path)


def _word(widget: QWidget) -> str:
    name = widget.objectName()
    return f"{type(widget).__name__}[{name}]" if name else type(widget).__name__
