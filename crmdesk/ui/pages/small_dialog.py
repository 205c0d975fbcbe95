"""The base of the small dialogs of planning: a heading, what is asked, what is wrong, cancel and save."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError
from crmdesk.services.commands import Command, Outcome
from crmdesk.ui import space, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.date_field import DateField, unread_days
from crmdesk.ui.parts.faults import Fault, FaultMarks
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner, Said
from crmdesk.ui.parts.room import Dialog


class SmallDialog(Dialog):
    """Asks for little; subclasses add to `content`, give `words` and `save`. Escape gives up, nothing is lost by it."""

    def __init__(self, context: PageContext, parent: QWidget, name: str, width: int = 440) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(width)
        self.context = context
        self.heading, self.explanation = Label("", "title"), Label("", "secondary", wrap=True)
        self.banner = Banner()
        self.banner.setObjectName(f"{name}_banner")
        self.marks = FaultMarks(self.banner)
        self._cancel = Button("", key="Esc")
        self._cancel.setObjectName(f"{name}_cancel_button")
        self._cancel.clicked.connect(self.reject)
        self.save_button = Button("", PRIMARY, "Ctrl ↵")
        self.save_button.setObjectName(f"{name}_save_button")
        self.save_button.clicked.connect(self._save)
        for keys in ("Ctrl+Return", "Ctrl+Enter", "Ctrl+S"):
            QShortcut(QKeySequence(keys), self, self._save)
        self.content = QVBoxLayout()
        self.content.setSpacing(space.BETWEEN)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*space.PAGE)
        layout.setSpacing(space.ROOMY)
        layout.addWidget(self.heading)
        layout.addWidget(self.explanation)
        layout.addLayout(self.content)
        layout.addWidget(self.banner)
        layout.addStretch(1)
        layout.addLayout(foot)

    @property
    @override
    def kept_in_sight(self) -> tuple[QWidget, ...]:
        return (self.banner,)

    def say(self, heading: str, explanation: str, save: str) -> None:
        """Set the words of the frame."""
        self.setWindowTitle(heading)
        self.heading.setText(heading)
        self.explanation.setText(explanation)
        self.explanation.setVisible(bool(explanation))
        self.save_button.setText(save)
        self._cancel.setText(self.tr("取消"))

    @override
    def enter(self) -> None:
        self._save()

    def _save(self) -> None:
        """Save, unless a date was typed that nobody can read: that is said first."""
        if self.marks.show(unread_days(self)):
            self.save()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        for field in self.findChildren(DateField):
            field.refused.connect(self._say_dates, Qt.ConnectionType.UniqueConnection)
            field.entered.connect(self._after_date, Qt.ConnectionType.UniqueConnection)
        super().showEvent(event)

    @Slot()
    def _after_date(self) -> None:
        """Go on from a date that was typed: what it means is seen before the next Enter saves."""
        if isinstance(self.focusWidget(), DateField):
            self.focusNextChild()
            if self._cancel.hasFocus():
                self.save_button.setFocus()

    @Slot()
    def _say_dates(self) -> None:
        """Say of dates that nobody can read, once their fields are left, that they cannot be; or no more."""
        fields = self.findChildren(DateField)
        self.marks.show([Fault(one.complaint, one) for one in fields if one.complaint()], focus=False)

    def save(self) -> None:
        """Do what the dialog is for."""

    def retranslate(self) -> None:
        """Set every text anew."""

    def submit(self, command: Command, toast: Said, *, until_sent: bool = False) -> None:
        """Hand a command on; said in a toast with undo when it is done, in the banner when it is refused.

        The dialog is gone by the time the toast may be said anew: what makes its sentence must not ask the dialog.
        """

        def done(outcome: Outcome) -> None:
            self.context.toast(toast, outcome.undo_token, until_sent=until_sent)
            self.accept()

        self.context.submit(self, command, done, self.tell)

    def at_fault(self, error: CrmdeskError) -> QWidget | None:
        """Return the control in which an error is mended: it is marked and has the keys."""
        return None

    def tell(self, error: BaseException) -> None:
        """Say in the dialog what went wrong."""
        control = self.at_fault(error) if isinstance(error, CrmdeskError) else None
        if control is not None:
            self.marks.show([Fault(lambda: words.error_sentence(error), control)])
        else:
            self.banner.say(lambda: words.error_sentence(error), "warn")

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
