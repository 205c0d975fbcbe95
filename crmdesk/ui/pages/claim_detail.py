"""One claim on one screen: lines, receipts, findings, budget effect and trail; the same for expenses and approvals."""

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain import claims
from crmdesk.services.commands import NoteOpened
from crmdesk.services.views import BudgetEffect, ClaimView, HistoryEntry
from crmdesk.ui import language, space, theme, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages import claim_words
from crmdesk.ui.pages.call_back_card import CallBackCard
from crmdesk.ui.pages.call_back_dialog import show_call_back
from crmdesk.ui.pages.claim_receipts import ReceiptsCard
from crmdesk.ui.pages.claim_words import whole_yuan, yuan
from crmdesk.ui.parts.card import Card, rule
from crmdesk.ui.parts.charts import BudgetBar
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.fold_row import FoldRow
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.split import ScrollArea

_TWO_COLUMNS, _MOST_TITLE, _LEAST_CATEGORY, _LEAST_PROOF = 620, 400, 116, 250
"""From which width receipts stand beside findings and budget, the most that the title keeps before chips and sum go
below it, and what a line has for its category and its proof."""


class ClaimDetail(ScrollArea):
    """Shows a ClaimView; `show_claim` again after each change."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.view: ClaimView | None = None
        self._editor: QWidget | None = None
        inner = QWidget()
        inner.setProperty("part", "page")
        self.setWidget(inner)
        self._layout = QVBoxLayout(inner)
        self._layout.setContentsMargins(*space.PAGE)
        self._layout.setSpacing(space.APART)
        self._build_head()
        self._lines = Card()
        self._lines.setObjectName("claim_lines_card")
        self.receipts = ReceiptsCard(context)
        self._findings, self._budget, self._trail = Card(), Card(), Card()
        self._trail.setObjectName("claim_trail_card")
        self._budget.setObjectName("claim_budget_card")
        self.call_backs = CallBackCard()
        self.call_backs.opened.connect(lambda row_id: show_call_back(context, self, row_id))
        self._layout.addWidget(self._lines)
        self._columns = columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        columns.setSpacing(space.APART)
        right = QVBoxLayout()
        right.setSpacing(space.APART)
        for card in (self.call_backs, self._findings, self._budget, self._trail):
            right.addWidget(card)
        right.addStretch(1)
        columns.addWidget(self.receipts, 1)
        columns.addLayout(right, 1)
        self._layout.addLayout(columns, 1)

    @override
    def resizeEvent(self, arg__1: QResizeEvent) -> None:
        """Put the receipts above findings and budget where they would be a strip beside them."""
        super().resizeEvent(arg__1)
        narrow = self.viewport().width() < theme.px(_TWO_COLUMNS)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(down if narrow else across)

    def _build_head(self) -> None:
        self._title = ElidedLabel("", "subject")
        self._title.setObjectName("claim_title_label")
        self._submission, self._state = Chip("", "neutral", self), Chip("", "neutral", self)
        self._state.setObjectName("claim_state_chip")
        self._total = Label("", "subject")
        self._total.setObjectName("claim_total_label")
        title, rest = QHBoxLayout(), QHBoxLayout()
        title.addWidget(self._title)
        rest.setSpacing(space.NEAR)
        for chip in (self._submission, self._state):
            rest.addWidget(chip)
        rest.addSpacing(space.INSIDE)
        rest.addWidget(self._total)
        self._top = top = FoldRow(title, rest, _MOST_TITLE)
        top.setSpacing(space.NEAR)
        self._second = Label("", "muted", wrap=True)
        self._refusal = Label("", "warn", wrap=True)
        self._refusal.setObjectName("claim_refusal_label")
        self._answer = Label("", "warn", wrap=True)
        self._answer.setObjectName("claim_answer_label")
        head = QVBoxLayout()
        head.setSpacing(space.TINY)
        head.addLayout(top)
        head.addWidget(self._second)
        head.addWidget(self._refusal)
        head.addWidget(self._answer)
        self._layout.addLayout(head)

    def show_claim(self, view: ClaimView) -> None:
        """Show a claim (again)."""
        moved = self.view is None or self.view.row.id != view.row.id
        self.view = view
        self._show_head(view)
        self._show_lines(view)
        self.receipts.set_receipts(view.receipts, claims.receipts_of(view.row["lines"]))
        whole, top = Qt.AlignmentFlag(0), Qt.AlignmentFlag.AlignTop
        self._columns.setAlignment(self.receipts, whole if view.receipts else top)  # nothing needs no tall card
        self.call_backs.show_items(view.call_backs)
        self._show_findings(view)
        self._show_budgets(view.budgets)
        self._show_trail(view.trail)
        for card in (self._lines, self._findings, self._budget, self._trail):
            _reveal(card)
        if moved:
            self.verticalScrollBar().setValue(0)
            if not all(receipt.present for receipt in view.receipts):
                self._context.submit(self, NoteOpened("claim", view.row.id))

    def put_editor(self, editor: QWidget) -> None:
        """Put the editor of a draft where the lines stand; `show_editor` decides which of them is seen."""
        self._editor = editor
        self._layout.insertWidget(1, editor)
        editor.hide()

    def show_total(self, total_fen: int) -> None:
        """Show what the claim comes to; the editor says it while lines are typed."""
        self._total.setText(yuan(total_fen))

    def show_editor(self, editing: bool) -> None:
        """Show the editor in place of the lines, or the lines."""
        if self._editor is not None:
            if self._editor.isVisible() and not editing:
                self.verticalScrollBar().setValue(0)  # its state: in the form one was below it
            self._editor.setVisible(editing)
        self._lines.setVisible(not editing)
        self.receipts.say_key(not editing)

    def retranslate(self) -> None:
        """Set all words anew after a switch of language."""
        if self.view is not None:
            self.show_claim(self.view)

    def _show_head(self, view: ClaimView) -> None:
        row = view.row
        self._title.setText(row["title"] or self.tr("未命名的报销"))
        self._top.keep(min(self._title.sizeHint().width(), theme.px(_MOST_TITLE)))
        claimed = sum(int(line["amount_fen"]) for line in row["lines"] or ())
        self.show_total(claimed)
        if row["approved_fen"] not in (None, claimed):
            self._total.setText(self._of_claimed(int(row["approved_fen"]), claimed))
        submission = int(row["submission"] or 0)
        self._submission.set(self.tr("第 {number} 次提交").format(number=submission) if submission > 1 else "")
        words_tone = claim_words.state_chip(row["state"] or "draft", view.pending, view.refusal)
        self._state.set(*words_tone)
        parts = [view.owner_name]
        if row["submitted_at"]:
            parts.append(self.tr("{when} 提交").format(when=language.moment_word(row["submitted_at"])))
        if view.visit_title:
            parts.append(self.tr("拜访：{visit}").format(visit=view.visit_title))
        elif row["reason"]:
            parts.append(str(row["reason"]))
        if row["attendees"]:
            parts.append(str(row["attendees"]))
        self._second.setText(" · ".join(part for part in parts if part))
        self._refusal.setText(words.refusal(view.refusal, view.refusal_params) if view.refusal else "")
        self._refusal.setVisible(bool(view.refusal))
        answer = claim_words.answer_words(view)
        self._answer.setText(answer)
        self._answer.setVisible(bool(answer))

    def _show_lines(self, view: ClaimView) -> None:
        grid = _emptied(self._lines)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 5)
        grid.setColumnMinimumWidth(0, theme.px(_LEAST_CATEGORY))
        grid.setColumnMinimumWidth(1, theme.px(_LEAST_PROOF))
        grid.setHorizontalSpacing(space.APART)
        approved = view.row["approved_lines"] or []
        for index, line in enumerate(view.row["lines"] or ()):
            if index:
                grid.addWidget(rule(), index * 2 - 1, 0, 1, 3)
            category = language.choice_word("expense_category", line.get("category"))
            texts = [category, str(line.get("description") or "")]
            grid.addWidget(Label(" · ".join(text for text in texts if text), wrap=True), index * 2, 0)
            about = (self._line_proof(line), self._line_people(view, line))  # below each other: both are read whole
            grid.addWidget(Label("\n".join(text for text in about if text), "muted", wrap=True), index * 2, 1)
            amount = yuan(int(line["amount_fen"]))
            if index < len(approved) and approved[index]["amount_fen"] != line["amount_fen"]:
                amount = self._of_claimed(approved[index]["amount_fen"], int(line["amount_fen"]))
            shown = Label(amount, "strong")
            shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(shown, index * 2, 2)
        if not view.row["lines"]:
            grid.addWidget(Label(self.tr("还没有明细。"), "muted"), 0, 0)

    def _of_claimed(self, approved_fen: int, claimed_fen: int) -> str:
        return self.tr("批准 {approved} / {amount}").format(approved=yuan(approved_fen), amount=yuan(claimed_fen))

    def _line_proof(self, line: dict[str, object]) -> str:
        parts = [language.day_word(date.fromisoformat(str(line["spent_on"])))] if line.get("spent_on") else []
        if line.get("fapiao_number"):
            parts.append(self.tr("发票 {number}").format(number=_in_fours(str(line["fapiao_number"]))))
        elif line.get("receipt_sha256s"):
            parts.append(self.tr("有凭证"))
        return " · ".join(parts)

    def _line_people(self, view: ClaimView, line: dict[str, object]) -> str:
        doctors = line.get("doctor_ids")
        ids = [str(one) for one in doctors] if isinstance(doctors, list) else []
        staff = int(str(line.get("staff_count") or 0))
        if not ids:
            return ""
        names = [view.doctor_names[one] for one in ids if one in view.doctor_names]
        heads = len(ids) + staff
        each = self.tr("人均 {amount}").format(amount=yuan(int(str(line["amount_fen"])) // max(1, heads)))
        who = self.tr("、").join(names[:3]) + ("…" if len(names) > 3 else "")
        return " · ".join(part for part in (each, self.tr("%n 人", "", heads), who) if part)

    def _show_findings(self, view: ClaimView) -> None:
        self._findings.set_heading(self.tr("规则检查"))
        grid = _emptied(self._findings)
        grid.setColumnStretch(1, 1)
        for index, finding in enumerate(view.findings):
            bad = finding.get("severity") in ("stop", "block")
            chip = Chip(self.tr("阻止") if bad else self.tr("提醒"), "bad" if bad else "warn", self._findings)
            sentence, source = claim_words.finding_words(finding)
            grid.addWidget(chip, index * 2, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Label(sentence, wrap=True), index * 2, 1)
            grid.addWidget(Label(source, "muted", wrap=True), index * 2 + 1, 1)
        if not view.findings:
            grid.addWidget(Label(self.tr("✓ 没有提示"), "ok"), 0, 0, 1, 2)

    def _show_budgets(self, budgets: tuple[BudgetEffect, ...]) -> None:
        self._budget.set_heading(self.tr("预算"))
        grid = _emptied(self._budget)
        grid.setColumnStretch(0, 1)
        for index, effect in enumerate(budgets):
            self._add_budget(grid, index * 3, effect)
        if not budgets:
            grid.addWidget(Label(self.tr("这些类别没有预算，按公司规定审批。"), "muted", wrap=True), 0, 0)

    def _add_budget(self, grid: QGridLayout, at: int, effect: BudgetEffect) -> None:
        category = language.choice_word("expense_category", effect.category)
        title = " · ".join((effect.territory_name, effect.period, category))
        grid.addWidget(ElidedLabel(title, "strong"), at, 0)
        as_of = self.tr("截至 {when}").format(when=language.moment_word(effect.as_of)) if effect.as_of else ""
        grid.addWidget(Label(as_of, "muted"), at, 1, Qt.AlignmentFlag.AlignRight)
        bar = BudgetBar()
        held = effect.this_fen if effect.counted else 0  # in one of the other two shares already: shown once
        waits = self.view is not None and self.view.row["state"] == claims.State.SUBMITTED
        reserved = max(0, effect.reserved_fen - (held if waits else 0))
        used = max(0, effect.spent_fen + effect.committed_fen - (0 if waits else held))
        bar.set(effect.planned_fen, used, reserved, effect.this_fen)
        grid.addWidget(bar, at + 1, 0, 1, 2)
        shares = (
            (self.tr("已用 {amount}").format(amount=whole_yuan(used)), "muted"),
            (self.tr("预留 {amount}").format(amount=whole_yuan(reserved)), "muted"),
            (self.tr("本单 {amount}").format(amount=whole_yuan(effect.this_fen)), "warn"),
        )
        left = self.tr("剩余 {amount}").format(amount=whole_yuan(effect.left_fen))
        legend = QHBoxLayout()
        legend.setContentsMargins(0, 0, 0, space.TIGHT)
        legend.setSpacing(space.BETWEEN)
        for words_of_share, role in shares:
            legend.addWidget(Label(words_of_share, role))
        legend.addStretch(1)
        legend.addWidget(Label(left, "bad" if effect.left_fen < 0 else "muted"))
        bar.setAccessibleName(" ".join((title, *(words_of_share for words_of_share, _role in shares), left)))
        grid.addLayout(legend, at + 2, 0, 1, 2)

    def _show_trail(self, trail: tuple[HistoryEntry, ...]) -> None:
        self._trail.set_heading(self.tr("经过"))
        grid = _emptied(self._trail)
        grid.setColumnStretch(1, 1)
        for index, entry in enumerate(trail):
            who = entry.who
            if entry.on_behalf_of:
                who = self.tr("{who} 代 {other}").format(who=who, other=entry.on_behalf_of)
            grid.addWidget(Label(language.moment_label(entry.at), "muted"), index, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Label(claim_words.trail_words(entry, who), wrap=True), index, 1)
        if not trail:
            grid.addWidget(Label(self.tr("还没有同步过，经过从第一次同步开始。"), "muted", wrap=True), 0, 0, 1, 2)


def _in_fours(number: str) -> str:
    """Return a fapiao number in groups of four, as people read it out."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4)) if number.isdigit() else number


def _reveal(card: Card) -> None:
    """Show the grid of a card at once; Qt would show it some turns later, and the card would stand empty meanwhile."""
    item = card.body.itemAt(1)
    holder = item.widget() if item is not None else None
    if holder is not None:
        holder.show()


def _emptied(card: Card) -> QGridLayout:
    """Return a fresh grid in the card in place of what it showed."""
    item = card.body.itemAt(1)
    old = item.widget() if item is not None else None
    if old is not None:
        card.body.removeWidget(old)
        old.hide()
        old.deleteLater()
    holder = QWidget(card)
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(space.BETWEEN)
    grid.setVerticalSpacing(space.INSIDE)
    card.body.addWidget(holder)
    return grid
