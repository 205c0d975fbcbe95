"""The base of the dialogs that make a customer: a heading, declared fields, what is wrong, cancel and save."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.services.commands import Command, Outcome
from crmdesk.ui import space, theme, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.edit_session import problems
from crmdesk.ui.pages.field_editors import FieldEditor, make_editor
from crmdesk.ui.pages.form_draft import FormDraft
from crmdesk.ui.pages.own_form import OwnForm
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.parts.room import Dialog, room_for

translate = QCoreApplication.translate

_UNSCROLLED, _LEAST_HEIGHT, _SCROLLED_HEIGHT = 4, 72, 168


class _Scrolled(QScrollArea):
    """Takes its full height where there is room, and gives way where there is none."""

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.px(_SCROLLED_HEIGHT))


class FormDialog(Dialog):
    """A form for a new row of `record`; `made(id)` when it was saved. Subclasses give `command` and `heading`, and call
    `begin` once the form is as it is opened.

    What is typed is kept each moment; closed or killed, it is there at the next opening.
    """

    made = Signal(str)

    def __init__(self, context: PageContext, parent: QWidget, record: str, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(700)
        self.setMaximumHeight(room_for(self).height())  # where that is too little, what is above the buttons scrolls
        self.context, self.record = context, RECORDS[record]
        self.editors: dict[str, FieldEditor] = {}
        self._heading = Label("", "title")
        self.banner = Banner()
        self.banner.setObjectName(f"{name}_banner")
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(space.APART)
        self.grid.setVerticalSpacing(space.ROOMY)
        self.grid.setColumnStretch(0, 1)
        self.grid.setColumnStretch(1, 1)
        self._cancel = Button("", key="Esc")
        self._cancel.setObjectName(f"{name}_cancel_button")
        self._cancel.clicked.connect(self.reject)
        self.save_button = Button("", PRIMARY, "Ctrl ↵")
        self.save_button.setObjectName(f"{name}_save_button")
        self.save_button.clicked.connect(self.save)
        for keys in ("Ctrl+Return", "Ctrl+Enter", "Ctrl+S"):
            QShortcut(QKeySequence(keys), self, self.save)
        self.draft = FormDraft(context, self, record, self.content, self.show_content, self.fits, self._open_drafts)
        self.own = OwnForm(record, Role(context.desk.person.role))
        self.own.edited.connect(lambda _name: self.draft.edited())
        self.editors |= self.own.editors
        self._lay_out()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*space.PAGE)
        layout.setSpacing(space.APART)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self.save_button)
        layout.addWidget(self._heading)
        layout.addWidget(self.draft.banner)
        layout.addLayout(self.grid)
        layout.addWidget(self._own_part())
        layout.addWidget(self.banner)
        layout.addStretch(1)
        layout.addLayout(foot)

    @property
    @override
    def kept_in_sight(self) -> tuple[QWidget, ...]:
        return (self.banner,)

    def _own_part(self) -> QWidget:
        """Return the company fields, to be scrolled where they are many: the dialog has to fit the smallest screen."""
        if len(self.own.editors) <= _UNSCROLLED:
            return self.own
        area = _Scrolled()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setMinimumHeight(theme.px(_LEAST_HEIGHT))
        area.setMaximumHeight(theme.px(_SCROLLED_HEIGHT))
        area.setWidget(self.own)
        self.own.setProperty("part", "surface")
        return area

    def add_fields(self, places: Iterable[tuple[str, int, int, int]]) -> None:
        """Put editors into the grid: (field name, row, column, columns taken) each."""
        for name, row, column, span in places:
            editor = make_editor(self.record.name, self.record.field(name))
            self.editors[name] = editor
            editor.edited.connect(lambda _name: self.draft.edited())
            self.grid.addWidget(editor, row, column, 1, span, Qt.AlignmentFlag.AlignTop)

    def values(self) -> dict[str, Any]:
        """Return what was filled in, by field."""
        found = {name: editor.value() for name, editor in self.editors.items()}
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    def begin(self) -> None:
        """Set the words, and look for what was typed before and not saved."""
        self.retranslate()
        self.draft.begin()

    def content(self) -> dict[str, Any]:
        """Return what a draft keeps."""
        return self.values()

    def show_content(self, content: dict[str, Any]) -> None:
        """Fill the form from a draft."""
        for name, editor in self.editors.items():
            editor.set_value(content.get(name))
            editor.set_error("")

    def fits(self, content: dict[str, Any]) -> bool:
        """Say whether a kept draft is about what the form was opened for."""
        raise NotImplementedError

    def _open_drafts(self) -> frozenset[str]:
        """Return the drafts of all such forms that are open, in whatever window."""
        forms = (one for one in QApplication.topLevelWidgets() if isinstance(one, FormDialog) and one.isVisible())
        return frozenset(one.draft.key for one in forms)

    def command(self) -> Command:
        """Return the command that makes the row."""
        raise NotImplementedError

    def heading(self) -> str:
        """Return the words above the form."""
        raise NotImplementedError

    def ready(self) -> bool:
        """Say whether the row may be made now; a subclass asks its own questions here and calls `send` itself."""
        return True

    def save(self) -> None:
        """Check the form and make the row; what is wrong is said at its field and nothing is lost."""
        if self.save_button.isEnabled() and self.check() and self.ready():  # else it is being saved already
            self.send()

    @override
    def enter(self) -> None:
        self.save()

    def check(self) -> bool:
        """Say at each field what is wrong; returns whether all can be saved."""
        filled = {name: editor.value() for name, editor in self.editors.items()}
        found = problems(self.record, filled)
        for name, editor in self.editors.items():
            error = found.get(name)
            params = {**error.params, "record": self.record.name} if error else {}
            editor.set_error(partial(words.sentence, error.code, params) if error else "")
        if found:
            self.editors[next(iter(found))].control.setFocus()
        return not found

    def send(self) -> None:
        """Hand the command to the writer; it forgets the draft in the same moment."""
        self.save_button.setEnabled(False)
        self.draft.end()
        self.context.submit(self, self.command(), self._saved, self._failed)

    def _saved(self, outcome: Outcome) -> None:
        self.context.toast(type(self).saved_text, outcome.undo_token)
        self.made.emit(outcome.created_id)
        self.accept()

    @staticmethod
    def saved_text() -> str:
        """Return what the toast says; the form is gone by then, so it must not be asked."""
        return translate("form_dialog", "已保存在本机")

    def _failed(self, error: BaseException) -> None:
        self.save_button.setEnabled(True)
        self.draft.resume()
        if isinstance(error, CrmdeskError):
            self.banner.say(partial(words.sentence, error.code, error.params), "bad")
        else:
            self.context.shell.tell(error)

    @override
    def reject(self) -> None:
        self.draft.leave()
        super().reject()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.draft.retranslate()
        self.setWindowTitle(self.heading())
        self._heading.setText(self.heading())
        self._cancel.setText(self.tr("取消"))
        self.save_button.setText(self.tr("保存"))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
