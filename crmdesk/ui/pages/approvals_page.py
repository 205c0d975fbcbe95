"""Approvals: the queue at the left, the whole claim at the right, decisions by key, offline too."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.services.commands import ChangeSet, ClaimCommand, Outcome
from crmdesk.services.views import ClaimItem, ClaimView
from crmdesk.ui import language, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages import claim_words
from crmdesk.ui.pages.call_back_dialog import note_call_back
from crmdesk.ui.pages.claim_decision import DecisionBox, LineDecisionBox
from crmdesk.ui.pages.claim_detail import ClaimDetail
from crmdesk.ui.pages.claim_words import yuan
from crmdesk.ui.pages.page import Page
from crmdesk.ui.parts.buttons import DESTRUCTIVE, PLAIN, PRIMARY, Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import EmptyState, QuietLine
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.split import Split, pane
from crmdesk.ui.parts.squeezed_row import SqueezedRow

_TOUCHES = frozenset({"claim", "budget", "attachment", "outbox", "needs_you", "audit_entry", "user", "call_back"})
_BUTTONS = (
    ("approvals_approve", PRIMARY, "approve"),
    ("approvals_by_line", PLAIN, "approve"),
    ("approvals_send_back", PLAIN, "send_back"),
    ("approvals_reject", DESTRUCTIVE, "reject"),
    ("approvals_call_back", PRIMARY, "call_back_confirmed"),
    ("approvals_settle", PRIMARY, "settle"),
    ("approvals_pay", PRIMARY, "pay"),
)
_ONE_BUTTON = {"payable": "pay", "to_call_back": "call_back_confirmed", "disputed": "settle"}
"""States in which one thing is to be done; in every other one a decision is asked for."""


class ApprovalsPage(Page):
    """What waits for the person's decision, oldest first; a decision is bound to what is on the screen."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._model = RowModel()
        self.list = RowList(self._model, lines=2)
        self.list.setObjectName("approvals_list")
        self.list.chosen.connect(self._open)
        self.detail = ClaimDetail(context)
        self._count, self._sum = Label("", "strong"), Label("", "muted")
        self._hint = QuietLine("", "muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._empty = EmptyState(awaiting=True)
        self._wanted = ""
        self._decision, self._by_line = DecisionBox(), LineDecisionBox()
        self.buttons = {name: Button.for_action(name, kind) for name, kind, _event in _BUTTONS}
        self._lay_out()
        self._bind()
        self.retranslate()

    def _lay_out(self) -> None:
        left, column = pane()
        head = QHBoxLayout()
        head.setContentsMargins(*space.BAR)
        head.addWidget(self._count)
        head.addSpacing(space.INSIDE)
        head.addWidget(self._sum)
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        self._bar = QWidget()
        bar = SqueezedRow(self._bar)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(space.NEAR)
        for button in self.buttons.values():
            bar.addWidget(button)
        bar.addWidget(self._hint, 1)
        bar.addStretch(0)  # where the hint has gone the buttons stay together
        bar.spare(self._hint)
        right = QWidget()
        inner = QVBoxLayout(right)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.detail, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(space.EDGE, space.BETWEEN, space.EDGE, space.APART)
        for box in (self._bar, self._decision, self._by_line):
            foot.addWidget(box)
        inner.addLayout(foot)
        self._main = Split(left, right, left_width=330)
        self.body.addWidget(self._main, 1)
        self.body.addWidget(self._empty, 1)
        self._show_box(self._bar)

    def _bind(self) -> None:
        triggers = {
            "approvals_approve": lambda: self._decide("approve", {}),
            "approvals_by_line": self._ask_lines,
            "approvals_send_back": lambda: self._ask_words("send_back"),
            "approvals_reject": lambda: self._ask_words("reject"),
            "approvals_call_back": self._call_back,
            "approvals_settle": lambda: self._ask_words("settle"),
            "approvals_pay": lambda: self._decide("pay", {}),
        }
        self._actions = {}
        for name, _kind, _event in _BUTTONS:
            self._actions[name] = self.context.actions.bind(self, name, triggers[name])
            self.buttons[name].clicked.connect(triggers[name])
        self.context.actions.bind(self, "approvals_receipt", self.detail.receipts.open_outside)
        self._decision.decided.connect(self._decide)
        self._by_line.decided.connect(self._decide)
        for box in (self._decision, self._by_line):
            box.given_up.connect(self._show_bar)

    @override
    def enter(self, **args: Any) -> None:
        self._wanted = str(args.get("id") or self._wanted)
        self._read()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def refresh(self, changes: ChangeSet) -> None:
        if _TOUCHES & set(changes.changed):
            self._read()

    @override
    def retranslate(self) -> None:
        self.header.set_title(self.tr("审批"))
        self._empty.say(self.tr("没有等待你审批的报销。"))
        self.list.setAccessibleName(self.tr("等待审批的报销"))
        self._decision.retranslate()
        self._by_line.retranslate()
        self.detail.retranslate()
        if self._model.rowCount():
            self._read()

    def _read(self) -> None:
        self.context.ask(self, lambda reads: reads.approvals(), self._show, latest="queue")

    def _show(self, items: list[ClaimItem]) -> None:
        current, at = self._wanted or self.list.current_key(), self.list.currentIndex().row()
        self._model.set_rows([self._row(item) for item in items])
        if not items and self._main.isAncestorOf(self.window().focusWidget() or self):
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # else Qt gives it to the rail, and Enter leaves the page
        self._main.setVisible(bool(items))
        if items and self.window().focusWidget() is self:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._empty.answered()
        self._empty.setVisible(not items)
        if not items:
            self._nothing_to_decide()
        waiting = [item for item in items if not item.pending]
        self._count.setText(self.tr("%n 笔等待", "", len(waiting)))
        self._sum.setText(yuan(sum(item.amount_fen for item in waiting)))
        if items and not self.list.choose(current):
            self.list.choose_row(min(max(at, 0), len(items) - 1))  # behind what was decided, not at the top again
        if self.list.current_key() == current and current:
            self._open(current)
        self._wanted = ""

    def _nothing_to_decide(self) -> None:
        """Let no key decide on the claim that was shown last: nobody sees it any more."""
        self._show_box(self._bar)
        for action in self._actions.values():
            action.setEnabled(False)

    def _row(self, item: ClaimItem) -> ListRow:
        text, tone = claim_words.item_chip(item)
        if not item.refusal and not item.pending:
            text, tone = (
                (self.tr("%n 项提示", "", item.findings), "warn") if item.findings else (self.tr("无提示"), "ok")
            )
            if item.state in _ONE_BUTTON:
                text, tone = language.choice_word("claim_state", item.state), claim_words.STATE_TONES[item.state]
        since = language.since_word(item.submitted_at)
        second = " · ".join(part for part in (item.title, since) if part)
        return ListRow(
            item.id, item.owner_name, second=second, figure=yuan(item.amount_fen), state=text, state_tone=tone
        )

    def _open(self, claim_id: str) -> None:
        if claim_id:
            self.context.ask(self, lambda reads: reads.claim(claim_id), self._show_claim, latest="claim")

    def _show_claim(self, view: ClaimView) -> None:
        if self.detail.view is None or self.detail.view.row.id != view.row.id:
            self._show_bar()
        self.detail.show_claim(view)
        one = _ONE_BUTTON.get(str(view.row["state"]), "")
        for name, _kind, event in _BUTTONS:
            usable = event in view.allowed and not view.pending
            self._actions[name].setEnabled(usable)
            self.buttons[name].setEnabled(usable)
            self.buttons[name].setVisible(event == one if one else event not in _ONE_BUTTON.values())
        number = int(view.row["submission"] or 1)
        self._hint.setText(self.tr("第 {number} 次提交 · 同步时若无改动即生效").format(number=number))

    def _show_box(self, shown: QWidget) -> None:
        """Show the buttons, or the box that asks for words or amounts, in their place."""
        for box in (self._bar, self._decision, self._by_line):
            box.setVisible(box is shown)

    def _show_bar(self) -> None:
        self._show_box(self._bar)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_words(self, event: str) -> None:
        if self.detail.view is not None:
            self._show_box(self._decision)
            self._decision.ask(event, self.detail.view.row.id)

    def _ask_lines(self) -> None:
        if self.detail.view is not None:
            self._show_box(self._by_line)
            self._by_line.ask(self.detail.view)

    def _call_back(self) -> None:
        view = self.detail.view
        if view is not None:
            note_call_back(self.context, self, claim_id=view.row.id, seen_hash=view.seen_hash)

    def _decide(self, event: str, args: Mapping[str, Any]) -> None:
        """Queue the decision, bound to the hash of what is on the screen."""
        view = self.detail.view
        if view is None:
            return
        words = {
            "approve": lambda: self.tr("已批准 {title}，保存在本机，同步时生效"),
            "send_back": lambda: self.tr("已退回 {title}，保存在本机，同步时生效"),
            "reject": lambda: self.tr("已驳回 {title}，保存在本机，同步时生效"),
            "settle": lambda: self.tr("已裁定 {title}，保存在本机，同步时生效"),
            "pay": lambda: self.tr("已标记支付 {title}，同步时生效"),
        }

        def told(_outcome: Outcome) -> None:
            self._decision.forget(view.row.id)
            self._show_bar()
            self.context.toast(lambda: words[event]().format(title=view.row["title"]), until_sent=True)

        self.context.submit(self, ClaimCommand(view.row.id, event, view.seen_hash, args), told)
