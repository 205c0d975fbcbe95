"""What is open with a doctor, wherever it is seen: promises to keep and questions to answer, each with its button."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.services.views import Row
from crmdesk.ui import actions, language, space
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.label import Label


class OpenMatters(QWidget):
    """Open promises of a doctor with their dates, below them what was asked and is not answered yet.

    `kept` and `answered` carry the visit (a Row), one of the person's own, of which the person says so.
    """

    kept = Signal(object)
    answered = Signal(object)

    def __init__(self, words: CustomerWords, keep: str, answer: str, before: QWidget) -> None:
        """`keep` and `answer` are the actions whose keys stand on the buttons, `before` is what Tab comes from."""
        super().__init__()
        self._words, self._keep, self._answer, self._before = words, keep, answer, before
        self._to_keep: Row | None = None
        self._to_answer: Row | None = None
        self._buttons: list[Button] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(space.NEAR)

    @property
    def to_keep(self) -> str:
        """The visit whose promise the key keeps, '' where there is none."""
        return self._to_keep.id if self._to_keep else ""

    @property
    def to_answer(self) -> str:
        """The visit whose question the key answers, '' where there is none."""
        return self._to_answer.id if self._to_answer else ""

    def keep(self) -> bool:
        """Say that the promise beside which the key stands was kept; returns whether there is one."""
        if self._to_keep is not None:
            self.kept.emit(self._to_keep)
        return self._to_keep is not None

    def answer(self) -> bool:
        """Say that the question beside which the key stands was answered; returns whether there is one."""
        if self._to_answer is not None:
            self.answered.emit(self._to_answer)
        return self._to_answer is not None

    def show_open(
        self, promises: Sequence[Row], questions: Sequence[Row], own_id: str, limit: int = 20, meant: str = ""
    ) -> None:
        """Show at most `limit` promises, the ones due first, and as many questions, which come newest first.

        `meant`: the visit whose promise the key keeps, else the first own.
        """
        while self._layout.count() and (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        promised = sorted(promises, key=lambda row: str(row["next_step_on"] or "9999"))[:limit]
        asked = list(questions)[:limit]
        mine = [visit for visit in promised if visit["owner_id"] == own_id]
        self._to_keep = next((one for one in mine if one.id == meant), next(iter(mine), None))
        self._to_answer = next((one for one in asked if one["owner_id"] == own_id), None)
        self._buttons = []
        lines = [self._promise(one, own=one["owner_id"] == own_id) for one in promised]
        lines += [self._question(one, own=one["owner_id"] == own_id) for one in asked]
        widest = max((when.sizeHint().width() for _line, when in lines), default=0)
        for line, when in lines:
            when.setFixedWidth(widest)  # what is open begins at one line
            self._layout.addWidget(line)
        if not lines:
            self._layout.addWidget(Label(self.tr("没有未兑现的承诺。"), "muted"))
        for one, other in pairwise([self._before, *self._buttons]):
            self.setTabOrder(one, other)

    def _promise(self, visit: Row, *, own: bool) -> tuple[QWidget, QWidget]:
        chip, tone, text, said = self._words.promise(visit)
        done = None
        if own:
            done = Button(self.tr("已兑现"), QUIET, self._key(self._keep, visit.id == self.to_keep), small=True)
            done.setObjectName(f"promise_kept_{visit.id}")
            done.clicked.connect(lambda: self.kept.emit(visit))
        return self._line(chip, tone, text, said, done)

    def _question(self, visit: Row, *, own: bool) -> tuple[QWidget, QWidget]:
        text, said = self._words.question(visit)
        done = None
        if own:
            done = Button(self.tr("已答复"), QUIET, self._key(self._answer, visit.id == self.to_answer), small=True)
            done.setObjectName(f"question_answered_{visit.id}")
            done.clicked.connect(lambda: self.answered.emit(visit))
        return self._line(self.tr("待答复"), "warn", text, said, done)

    @staticmethod
    def _key(action: str, its_turn: bool) -> str:
        return actions.keys(action) if its_turn else ""

    def _line(self, chip: str, tone: str, text: str, said: str, done: Button | None) -> tuple[QWidget, QWidget]:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space.NEAR)
        texts = QVBoxLayout()
        texts.setSpacing(space.LINE)
        texts.addWidget(Label(text, "body", wrap=True))
        below = QHBoxLayout()
        below.setSpacing(space.INSIDE)
        below.addWidget(Label(language.starting(said), "muted", wrap=True), 1)
        if done is not None:
            done.setAccessibleDescription(text)
            self._buttons.append(done)
            below.addWidget(done)
        texts.addLayout(below)
        when = QWidget()
        column = QVBoxLayout(when)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Chip(chip, tone, when), 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        row.addWidget(when)
        row.addLayout(texts, 1)
        return line, when
