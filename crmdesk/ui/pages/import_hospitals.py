"""The questions of an import: which of the known hospitals a name means, answered one after the other by a digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from crmdesk.intake import Report
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages import import_words
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel

ANOTHER = ""
"""The answer that a name means none of the known hospitals: it is made."""


class Question(msgspec.Struct, frozen=True):
    """A hospital as the file writes it, how many rows name it, and the known ones that it may mean."""

    name: str
    rows: int
    reason: str
    candidates: Sequence[tuple[str, str, str]]


def questions(report: Report) -> list[Question]:
    """Return what a report leaves to be answered, the hospitals of most rows first."""
    found: dict[str, Question] = {}
    for line in report.parked:
        name = str(line.params.get("hospital") or "")
        if name and line.params.get("candidates"):
            rows = found[name].rows + 1 if name in found else 1
            candidates = [(str(one[0]), str(one[1]), str(one[2])) for one in line.params["candidates"]]
            found[name] = Question(name, rows, str(line.params.get("reason") or ""), candidates)
    return sorted(found.values(), key=lambda one: (-one.rows, one.name))


class HospitalDialog(SmallDialog):
    """One question at a time: a digit answers and goes on, Backspace goes back, Enter after the last one imports."""

    answered = Signal(object)  # Mapping[str, str]: the name as the file has it → id, or ANOTHER

    def __init__(self, context: PageContext, parent: QWidget, asked: Sequence[Question]) -> None:
        super().__init__(context, parent, "import_hospitals", width=620)
        self._asked, self._at = list(asked), 0
        self._answers: dict[str, str] = {}
        self._model = RowModel(self)
        self.list = RowList(self._model, lines=2)
        self.list.setObjectName("import_hospitals_list")
        self.list.setMinimumHeight(6 * 66 + 4)
        self.list.opened.connect(self._answer)
        self.list.clicked.connect(lambda _index: self._answer(self.list.current_key()))
        self.back_button = Button("", QUIET, "Backspace")
        self.back_button.setObjectName("import_hospitals_back_button")
        self.back_button.clicked.connect(self.back)
        for digit in range(10):  # before the list takes them for the beginning of a name
            QShortcut(QKeySequence(str(digit)), self, partial(self._digit, digit))
        QShortcut(QKeySequence("Backspace"), self, self.back)
        self.content.addWidget(self.list)
        self.content.addWidget(self.back_button)
        self.retranslate()
        self.list.setFocus()

    @property
    def answers(self) -> Mapping[str, str]:
        """Return what was answered so far."""
        return self._answers

    @override
    def retranslate(self) -> None:
        asked = self._asked[self._at]
        self.say(
            self.tr("“{name}”是哪一家？").format(name=asked.name),
            self.tr("第 {number} 家，共 {count} 家 · 文件里有 %n 行 · 按数字键选择", "", asked.rows).format(
                number=self._at + 1, count=len(self._asked)
            ),
            self.tr("导入已确定的 {count} 家").format(count=len(self._answers)),
        )
        self.back_button.setText(self.tr("上一家"))
        self.back_button.setEnabled(self._at > 0)
        self.save_button.setEnabled(bool(self._answers))
        self.list.setAccessibleName(self.heading.text())
        self._show()

    def _show(self) -> None:
        asked = self._asked[self._at]
        answer = self._answers.get(asked.name)
        why = import_words.likeness_word(asked.reason) if asked.reason else ""
        chosen = self.tr("已选")
        rows = [
            ListRow(
                f"id:{row_id}",
                f"{number}  {name}",
                chip=why if number == 1 else "",
                chip_tone="neutral",
                second=city,
                state=chosen if answer == row_id else "",
                state_tone="ok",
            )
            for number, (row_id, name, city) in enumerate(asked.candidates, 1)
        ]
        words = self.tr("0  都不是：新建“{name}”").format(name=asked.name)
        rows.append(ListRow("id:", words, state=chosen if answer == ANOTHER else "", state_tone="ok"))
        self._model.set_rows(rows)
        self.list.choose(f"id:{answer}") if answer is not None else self.list.choose_row(0)

    def _answer(self, key: str) -> None:
        self._answers[self._asked[self._at].name] = key.removeprefix("id:")
        last = self._at == len(self._asked) - 1
        self._at += not last
        self.retranslate()
        if last:  # the list takes Enter for another answer; nothing is left to be asked
            self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def back(self) -> None:
        """Show the question before."""
        if self._at:
            self._at -= 1
            self.retranslate()
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def save(self) -> None:
        if self._answers:
            self.answered.emit(dict(self._answers))
            self.accept()

    def _digit(self, digit: int) -> None:
        candidates = self._asked[self._at].candidates
        if digit == 0:
            self._answer("id:")
        elif digit <= len(candidates):
            self._answer(f"id:{candidates[digit - 1][0]}")
