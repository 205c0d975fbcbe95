"""The texts of a visit report: the note, and what was asked and heard of competitors, which open when needed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from difflib import SequenceMatcher

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.ui import language, space, theme
from crmdesk.ui.pages.visit_products import heading
from crmdesk.ui.pages.visit_report import VisitReport
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Said, said
from crmdesk.ui.parts.text_field import TextBox, mark_wrong

_NOTE_PX, _BESIDE_PX = 54, 46


class NoteEdit(TextBox):
    """A text: plain however it was pasted."""

    def __init__(self, name: str, height_px: int) -> None:
        super().__init__()
        self.setObjectName(name)
        self._height_px = height_px
        self.setMinimumHeight(theme.px(height_px))

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.px(self._height_px))  # the note takes what is left of the room

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), theme.px(self._height_px))


def lay_over(edit: QPlainTextEdit, text: str) -> None:
    """Change a text where it differs, so that whoever writes in it stays where they are."""
    old = edit.toPlainText()
    if old == text:
        return
    lines, changed = old.splitlines(keepends=True), text.splitlines(keepends=True)
    places = list(itertools.accumulate((_width(line) for line in lines), initial=0))
    cursor = QTextCursor(edit.document())
    cursor.beginEditBlock()
    for kind, start, end, new_start, new_end in reversed(SequenceMatcher(None, lines, changed, False).get_opcodes()):
        if kind != "equal":
            _replace(cursor, places[start], "".join(lines[start:end]), "".join(changed[new_start:new_end]))
    cursor.endEditBlock()


def _replace(cursor: QTextCursor, at: int, old: str, new: str) -> None:
    """Replace a piece of a document; what old and new begin and end with is left alone."""
    head = _alike(old, new)
    tail = _alike(reversed(old[head:]), reversed(new[head:]))
    cursor.setPosition(at + _width(old[:head]))
    cursor.setPosition(at + _width(old[: len(old) - tail]), QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText(new[head : len(new) - tail])


def _alike(one: Iterable[str], other: Iterable[str]) -> int:
    """Return how many characters two texts begin with alike."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _width(text: str) -> int:
    """Return how many places a text takes in a document of Qt, which counts UTF-16."""
    return len(text.encode("utf-16-le")) // 2


class _Seldom(QWidget):
    """A text that most reports leave empty: only a button stands for it until it is opened or holds words."""

    def __init__(self, field: str, digit: str) -> None:
        super().__init__()
        self.field = field
        self.edit = NoteEdit(f"visit_{field}_edit", _BESIDE_PX)
        self.edit.setMaximumHeight(theme.px(_BESIDE_PX))
        self.button = Button("", QUIET, digit, "plus", small=True)
        self.button.setObjectName(f"visit_{field}_open_button")
        self.button.clicked.connect(self.open)
        self._heading = Label("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.TIGHT)
        layout.addLayout(heading(self._heading, digit))
        layout.addWidget(self.edit)
        self.fold()

    def open(self) -> None:
        """Show the text and go there."""
        self.show()
        self.button.hide()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def fold(self, written: bool = False) -> None:
        """Show the text where it holds words or may be `written` just now, else the button."""
        needed = bool(self.edit.toPlainText()) or (written and self.edit.hasFocus())
        self.setVisible(needed) if self.parent() is not None or not needed else None
        self.button.setVisible(not needed and not self.edit.isReadOnly()) if self.button.parent() is not None else None

    def retranslate(self, hint: str) -> None:
        """Set every text anew."""
        word = language.field_word("visit", self.field)
        self._heading.setText(word)
        self.button.setText(word)
        self.edit.setAccessibleName(word)
        self.edit.setPlaceholderText(hint)


class VisitTexts(QWidget):
    """Note, questions, competitors; `changed` while one of them is typed."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._report = VisitReport()
        self.note = NoteEdit("visit_note_edit", _NOTE_PX)
        self._asked, self._heard = _Seldom("questions", "6"), _Seldom("competitor", "7")
        self.questions, self.competitor = self._asked.edit, self._heard.edit
        self.openers = (self._asked.button, self._heard.button)
        self._heading, self._error = Label("", "muted"), Label("", "bad")
        self._wrong: Said = ""
        self._error.setObjectName("visit_note_error")
        top = heading(self._heading, "5")
        top.insertWidget(2, self._error)
        for button in self.openers:
            top.addWidget(button)
        beside = QHBoxLayout()
        beside.setSpacing(space.RIM)
        for seldom in (self._asked, self._heard):
            beside.addWidget(seldom, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.TIGHT)
        layout.addLayout(top)
        layout.addWidget(self.note, 1)
        layout.addLayout(beside)
        for text in (self.note, self.questions, self.competitor):
            text.textChanged.connect(self.changed)

    def open(self, digit: str) -> bool:
        """Go to the text of a digit; returns whether one was meant."""
        if digit == "5":
            self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif digit in ("6", "7"):
            (self._asked if digit == "6" else self._heard).open()
        return digit in ("5", "6", "7")

    def show_report(self, report: VisitReport) -> None:
        """Show the texts of a report."""
        for edit, text in ((self.note, report.note), (self.questions, report.questions),
                           (self.competitor, report.competitor)):  # fmt: skip
            if report is self._report:
                lay_over(edit, text)
            elif edit.toPlainText() != text:
                edit.setPlainText(text)
        self._fold(written=report is self._report)
        self._report = report

    def take(self, report: VisitReport) -> None:
        """Write the texts into a report."""
        report.note, report.questions, report.competitor = (
            edit.toPlainText() for edit in (self.note, self.questions, self.competitor)
        )

    def set_locked(self, locked: bool) -> None:
        """Show the texts without letting anyone change them."""
        for edit in (self.note, self.questions, self.competitor):
            edit.setReadOnly(locked)
        self._fold()

    def say_note_error(self, text: Said) -> None:
        """Say beside the note what is wrong with it, or nothing."""
        self._wrong = text
        self._error.setText(said(text))
        mark_wrong(self.note, bool(text))

    def retranslate(self) -> None:
        """Set every text anew."""
        self._error.setText(said(self._wrong))
        self._heading.setText(language.field_word("visit", "note"))
        self.note.setAccessibleName(language.field_word("visit", "note"))
        self.note.setPlaceholderText(self.tr("医生说了什么，你答应了什么；边写边存"))
        self._asked.retranslate(self.tr("医生问了什么，还要答复的"))
        self._heard.retranslate(self.tr("听到的竞品信息"))

    def _fold(self, written: bool = True) -> None:
        for seldom in (self._asked, self._heard):
            seldom.fold(written)
