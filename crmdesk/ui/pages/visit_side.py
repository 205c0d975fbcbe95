"""The side of a visit report: what was promised last time, what the rules say, the last two visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.domain.adverse_events import OPEN
from crmdesk.domain.visit_rules import SUBMITTED_TWICE
from crmdesk.services.views import AdverseEventItem, DoctorView, HistoryEntry, Row
from crmdesk.ui import language, space, theme
from crmdesk.ui.pages.adverse_event_words import AdverseEventWords
from crmdesk.ui.pages.customer_words import CustomerWords, dotted
from crmdesk.ui.pages.visit_report import VisitReport
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.room import ANY_WIDTH

WIDTH = 320
_EDGES, _LINES_BESIDE = 64, 2
"""What margins and gaps take of the width, and how many lines of words may stand between a chip and its button."""
_AMENDMENTS, _QUESTIONS = 4, 3


class VisitSide(QFrame):
    """Three short lists beside the report; `kept(visit_id)` when the person says that a promise was kept, `answered`
    that a question was.

    `event_opened` asks for the task of the adverse event that was heard.
    """

    kept = Signal(str)
    answered = Signal(str)
    event_opened = Signal()

    def __init__(self, words: CustomerWords) -> None:
        super().__init__()
        self.setProperty("part", "side")
        self.setFixedWidth(WIDTH)
        self._words = words
        self._event_words = AdverseEventWords(self)
        self._event: AdverseEventItem | None = None
        self._promises, self._rules, self._recent, self._changes = (QVBoxLayout() for _section in range(4))
        self._headings = [Label("", "section") for _section in range(4)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space.RIM, space.RIM, space.RIM, space.RIM)
        layout.setSpacing(space.NEAR)
        parts = (self._promises, self._rules, self._changes, self._recent)
        for heading, part in zip(self._headings, parts, strict=True):
            part.setSpacing(space.INSIDE)
            layout.addWidget(heading)
            layout.addLayout(part)
            layout.addSpacing(space.ROOMY)
        layout.addStretch(1)

    def set_below(self, below: bool) -> None:
        """Take the whole width below the report, or the usual one beside it."""
        self.setMinimumWidth(0 if below else WIDTH)
        self.setMaximumWidth(ANY_WIDTH if below else WIDTH)

    def show_visit(
        self, doctors: Sequence[DoctorView], own_id: str, visit_id: str, event: AdverseEventItem | None = None
    ) -> None:
        """Show what is known about the doctors of the visit, and the task that it opened."""
        self._event = event
        texts = (self.tr("上次答应的"), self.tr("合规提示"), self.tr("更正记录"), self.tr("最近两次"))
        for heading, text in zip(self._headings, texts, strict=True):
            heading.setText(text)
        _clear(self._promises)
        promises = [row for view in doctors for row in view.promises if row.id != visit_id]
        for row in sorted(promises, key=lambda one: str(one["next_step_on"] or "9999"))[:5]:
            self._promises.addWidget(self._promise(row, row["owner_id"] == own_id))
        if not promises:
            self._promises.addWidget(Label(self.tr("没有未兑现的承诺。"), "muted"))
        _clear(self._recent)
        entries = [one for view in doctors for one in view.timeline if one.record == "visit" and one.id != visit_id]
        said = sorted((one for one in entries if one.state == "submitted"), key=lambda one: one.at, reverse=True)
        for entry in said[:2]:
            kind = language.choice_word("channel", entry.kind)
            self._recent.addWidget(Label(dotted(language.moment_label(entry.at), kind), "faint"))
            self._recent.addWidget(Label(entry.text[:160], "muted", wrap=True))
        if not said:
            self._recent.addWidget(Label(self.tr("这是第一次拜访。"), "muted"))

    def show_amendments(self, entries: Sequence[HistoryEntry]) -> None:
        """Show what was changed in the report after it was submitted, by whom and why; nothing where it was not."""
        self._headings[2].setVisible(bool(entries))
        _clear(self._changes)
        for entry in entries[:_AMENDMENTS]:
            self._changes.addWidget(Label(dotted(language.moment_label(entry.at), entry.who), "faint"))
            twice = entry.reason == SUBMITTED_TWICE
            why = self.tr("在另一台电脑上也提交过，两份已合并") if twice else entry.reason
            lines = [self.tr("原因：{reason}").format(reason=why)]
            lines += [line[:160] for line in self._words.changed("visit", entry.changes, entry.names)]
            self._changes.addWidget(Label("\n".join(lines), "muted", wrap=True))

    def show_questions(self, rows: Sequence[Row], own_id: str, visit_id: str) -> None:
        """Show below the promises what the doctors asked and nobody has answered yet."""
        for row in [one for one in rows if one.id != visit_id][:_QUESTIONS]:
            done = Button(self.tr("已答复"), QUIET, small=True) if row["owner_id"] == own_id else None
            if done is not None:
                done.setObjectName(f"question_done_{row.id}")
                done.clicked.connect(lambda _checked=False, asked=row.id: self.answered.emit(asked))
            chip = Chip(self.tr("待答复"), "warn")
            self._promises.addWidget(_open_matter(chip, str(row["questions"])[:160], "", done))

    def show_rules(self, report: VisitReport, products: Sequence[Row], begun: str) -> None:
        """Say what the rules of the market mean for the report as it stands (advice; the server's word binds)."""
        _clear(self._rules)
        spoken = [row for row in products if report.order_of(row.id)]
        covered = [str(row["name"]) for row in spoken if filing_valid(row)]
        open_ones = [str(row["name"]) for row in spoken if not filing_valid(row)]
        if covered:
            self._rule(self.tr("✓ 备案覆盖{products}").format(products=self._words.listed(covered)), "ok")
        if open_ones:
            self._rule(
                self.tr("! 备案不覆盖{products}，不能推广").format(products=self._words.listed(open_ones)), "bad"
            )
        if self._event is not None:
            self._rules.addWidget(self._task(self._event))
        elif report.adverse_event:
            self._rule(
                self.tr("! 提到不良反应：提交后自动建立上报任务，24 小时，从 {time} 起算").format(time=begun), "warn"
            )
        elif report.adverse_event is None:
            self._rule(self.tr("提交前请回答：听到不良反应了吗？"), "muted")
        else:
            self._rule(self.tr("✓ 没有听到不良反应"), "ok")

    def _rule(self, text: str, role: str) -> None:
        self._rules.addWidget(Label(text, role, wrap=True))

    def _task(self, event: AdverseEventItem) -> QWidget:
        """Return the task with its clock, and the way to report it."""
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.TINY)
        line = QHBoxLayout()
        line.setSpacing(space.INSIDE)
        open_now = event.row["state"] == OPEN
        name = Label(language.record_word("adverse_event"), "warn" if open_now else "ok", wrap=True)
        layout.addWidget(name)  # on a line of its own: in English it has no room beside chip and button
        chip = Chip(*self._event_words.state(event), parent=box)
        chip.setObjectName("visit_event_chip")
        line.addWidget(chip)
        line.addStretch(1)
        if open_now:
            report = Button(self.tr("上报…"), QUIET, small=True)
            report.setObjectName("visit_event_button")
            report.clicked.connect(self.event_opened)
            line.addWidget(report)
        layout.addLayout(line)
        said = self._event_words.clock(event) if open_now else self._event_words.reported(event)
        layout.addWidget(Label(said, "muted", wrap=True))
        return box

    def _promise(self, row: Row, own: bool) -> QWidget:
        chip, tone, text, said = self._words.promise(row)
        done = Button(self.tr("已兑现"), QUIET, small=True) if own else None
        if done is not None:
            done.setObjectName(f"promise_done_{row.id}")
            done.clicked.connect(lambda: self.kept.emit(row.id))
        return _open_matter(Chip(chip, tone), text, language.starting(said), done)


def _open_matter(chip: Chip, text: str, said: str, done: Button | None) -> QWidget:
    """Return what is open with a doctor: chip, words and button in a row, long words below the other two."""
    line = QWidget()
    words = QVBoxLayout()
    words.setSpacing(space.LINE)
    label = Label(text, "body", wrap=True)
    words.addWidget(label)
    if said:
        words.addWidget(Label(said, "muted", wrap=True))
    room = WIDTH - _EDGES - chip.sizeHint().width() - (done.sizeHint().width() if done is not None else 0)
    beside = QFontMetrics(theme.font()).horizontalAdvance(text) <= room * _LINES_BESIDE
    head = QHBoxLayout()
    head.setSpacing(space.INSIDE)
    head.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
    if beside:
        head.addLayout(words, 1)
    else:
        head.addStretch(1)
    if done is not None:
        head.addWidget(done)
    layout = QVBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(space.HAIR)
    layout.addLayout(head)
    if not beside:
        layout.addLayout(words)
    return line


def filing_valid(product: Row) -> bool:
    """Say whether a product has a filing that is valid today."""
    until = str(product["filed_until"] or "")
    return bool(until) and date.fromisoformat(until) >= today()


def _clear(layout: QVBoxLayout) -> None:
    while layout.count() and (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
