"""A line that floats below the field that is typed into: how the text is understood, or why it is not."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from crmdesk.ui.parts.label import Label

_BELOW, _MOST_WIDTH = 3, 360


class FieldHint:
    """Lies over what is below, takes neither keys nor clicks, and says nothing to screen readers: the field does."""

    def __init__(self, field: QWidget) -> None:
        self._field = field
        self._label: Label | None = None

    def say(self, text: str, role: str = "muted") -> None:
        """Show a text below the field, or nothing."""
        if not text or not self._field.isVisible():
            self.hide()
            return
        label = self._made()
        label.set_role(role)
        label.setText(text)
        label.setWordWrap(False)
        if label.sizeHint().width() > _MOST_WIDTH:
            label.setWordWrap(True)
        width = min(label.sizeHint().width(), _MOST_WIDTH)
        height = label.heightForWidth(width) if label.wordWrap() else label.sizeHint().height()
        window = self._field.window()
        at = self._field.mapTo(window, QPoint(0, self._field.height() + _BELOW))
        if at.y() + height > window.height():
            at.setY(self._field.mapTo(window, QPoint(0, 0)).y() - height - _BELOW)
        label.setGeometry(max(0, min(at.x(), window.width() - width)), max(0, at.y()), width, height)
        label.show()
        label.raise_()

    @property
    def shown(self) -> bool:
        """Say whether something stands below the field."""
        return self._label is not None and isValid(self._label)

    def hide(self) -> None:
        """Take the line away."""
        label, self._label = self._label, None
        if label is not None and isValid(label):  # a window that closes may have taken it along
            label.hide()
            label.setParent(None)
            label.deleteLater()

    def _made(self) -> Label:
        """Return the line, made where it is needed: a field may come to another window, and has hardly ever one."""
        if self._label is None or self._label.parentWidget() is not self._field.window():
            self.hide()
            self._label = Label("", "muted", parent=self._field.window())
            self._label.setProperty("part", "field_hint")
            self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return self._label
