"""The words below a field that say what is missing in it or wrong with it: they go once it is typed in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Said, said
from crmdesk.ui.parts.text_field import mark_wrong


class Complaint(Label):
    """Hidden while there is nothing to say; what makes the sentence is asked again after a switch of language."""

    def __init__(self, name: str) -> None:
        super().__init__("", "bad", wrap=True)
        self.setObjectName(name)
        self._said: Said = ""
        self._about: QWidget | None = None
        self.hide()

    def say(self, text: Said, about: QWidget, *, focus: bool = True) -> None:
        """Say what is wrong with a control; it looks so and, with `focus`, has the keys."""
        self.clear()
        self._said, self._about = text, about
        mark_wrong(about, True)
        self._show()
        if focus:
            about.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def clear(self) -> None:
        """Say nothing any more."""
        about, self._said, self._about = self._about, "", None
        if about is not None:
            mark_wrong(about, False)
            about.setAccessibleDescription("")
        self._show()

    def _show(self) -> None:
        self.setText(said(self._said))
        self.setVisible(bool(self.text()))
        if self._about is not None:
            self._about.setAccessibleDescription(self.text())

    @override
    def changeEvent(self, arg__1: QEvent) -> None:
        if arg__1.type() == QEvent.Type.LanguageChange:
            self._show()
        super().changeEvent(arg__1)
