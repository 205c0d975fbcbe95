"""The Duplicates page: doctors or institutions that may be one, and why; proposed by all, merged by reviewers."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.customer_merge import DOCTORS, KINDS, Choice, State
from crmdesk.domain.duplicates import DISMISSED, MAX_DISMISSED, dismissed_pairs, pair_key
from crmdesk.domain.records import REVIEWERS
from crmdesk.services.commands import (
    ChangeSet,
    Command,
    DecideMerge,
    DeleteRow,
    MergeCustomers,
    Outcome,
    ProposeMerge,
    SetPreference,
)
from crmdesk.services.views import DuplicatePair, MergeItem, MergeView
from crmdesk.ui import language, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import CustomerWords, class_word, dotted
from crmdesk.ui.pages.doctor_page import scrolled
from crmdesk.ui.pages.duplicates_words import DuplicatesWords
from crmdesk.ui.pages.merge_compare import CompareView
from crmdesk.ui.pages.page import Page
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import ChipRow, Picklist
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner, EmptyState, Said
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.split import Split, pane
from crmdesk.ui.parts.squeezed_row import SqueezedRow

_TOUCHED = frozenset({"doctor", "institution", "affiliation", "department", "outbox", "needs_you"})
_TOUCHED |= {kind.record.name for kind in KINDS.values()} | {"preference"}  # undo of 'not the same' is one
_OPEN = State.PROPOSED.value


class DuplicatesPage(Page):
    """Proposals first, then suggestions, then what was merged lately."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.kind = DOCTORS
        self._words = CustomerWords(self)
        self._says = DuplicatesWords(self, self._words)
        self._pairs: dict[str, DuplicatePair] = {}
        self._merges: dict[str, MergeItem] = {}
        self._wanted: tuple[str, str, str] = ("", "", "")  # kept, other, merge
        self._named = False  # the pair was named by the person, not chosen from the list
        self._view: MergeView | None = None
        self._model = RowModel(self)
        self.list = RowList(self._model, lines=3)
        self.list.setObjectName("duplicates_list")
        self.list.chosen.connect(self._chosen)
        self._count = Label("", "strong")
        self.kinds = Picklist()
        self.kinds.setObjectName("duplicates_kind")
        self.kinds.changed.connect(self._turn)
        self.kinds.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)  # in the middle of the header
        self.header.add(self.kinds)
        self.compare = CompareView(self._words)
        self.compare.changed.connect(self._show_actions)
        self._reasons, self._banner = ChipRow(), Banner()
        self._result = Label("", "muted", wrap=True)
        self.buttons = {name: Button.for_action(name) for name in _ACTIONS}
        for name in ("duplicates_merge", "duplicates_propose"):
            self.buttons[name].set_kind(PRIMARY)
        self._empty = EmptyState("merge", awaiting=True)
        self._lay_out()
        self._actions = {}
        for name in _ACTIONS:
            trigger = getattr(self, name.removeprefix("duplicates_"))
            self._actions[name] = context.actions.bind(self, name, trigger)
            self.buttons[name].clicked.connect(trigger)
        self.retranslate()

    def _lay_out(self) -> None:
        left, column = pane()
        head = QHBoxLayout()
        head.setContentsMargins(*space.BAR)
        head.addWidget(self._count)
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        card = Card()
        card.body.setSpacing(space.BETWEEN)
        card.body.addWidget(self._reasons)
        card.body.addWidget(self._banner)
        what = QWidget()  # what becomes of the two is read below what is chosen, and scrolls with it
        lines = QVBoxLayout(what)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(space.APART)
        lines.addWidget(self.compare)
        lines.addWidget(self._result)
        lines.addStretch(1)
        self._area = scrolled(what, card)
        card.body.addWidget(self._area, 1)
        foot = SqueezedRow()
        foot.setSpacing(space.NEAR)
        for name in ("duplicates_merge", "duplicates_propose", "duplicates_restore", "duplicates_swap"):
            foot.addWidget(self.buttons[name])
        foot.addStretch(1)
        for name in ("duplicates_decline", "duplicates_withdraw", "duplicates_dismiss"):
            foot.addWidget(self.buttons[name])
        right = QWidget()
        outer = QVBoxLayout(right)
        outer.setContentsMargins(space.RIM, space.APART, space.EDGE, space.APART)
        outer.setSpacing(space.BETWEEN)
        outer.addWidget(card, 1)
        outer.addLayout(foot)
        self._main = Split(left, right, left_width=340)
        self.body.addWidget(self._main, 1)
        self.body.addWidget(self._empty, 1)
        self._main.hide()

    @override
    def enter(self, **args: Any) -> None:
        self._look_at(str(args.get("of") or self.kind.of.name))
        if args.get("kept") and args.get("other"):
            self._wanted = (str(args["kept"]), str(args["other"]), str(args.get("merge") or ""))
            self._view, self._named = None, True
            self._show_actions()  # what was shown before is not what a key decides about now
            self._read_pair(None)
        self._read()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look_at(self, of: str) -> None:
        """Turn to doctors or institutions; what was chosen of the other kind is put away."""
        if KINDS[of] is self.kind:
            return
        self.kind = KINDS[of]
        self.kinds.set_value(of)
        self._pairs, self._merges = {}, {}
        self._wanted, self._view, self._named = ("", "", ""), None, False
        self._model.set_rows([])
        self._show_actions()
        self.retranslate()

    def _turn(self) -> None:
        self._look_at(self.kinds.value() or self.kind.of.name)
        self._read()

    @override
    def refresh(self, changes: ChangeSet) -> None:
        if _TOUCHED & frozenset(changes.changed):
            self._read()

    @override
    def retranslate(self) -> None:
        title = self._says.title(self.kind)
        self.header.set_title(title, crumb=self.tr("客户"))
        self.list.setAccessibleName(title)
        self.kinds.setAccessibleName(self.tr("种类"))
        self.kinds.set_choices([(name, language.record_word(name)) for name in KINDS])
        self.kinds.set_value(self.kind.of.name)
        back = (self.tr("返回客户"), lambda: self.context.navigate("customers"))
        self._empty.say(self._says.nothing(self.kind), *back)
        self._show_list()
        if self._view is not None:
            choices = {line.name: line.choice for line in self.compare.lines}
            self._take_pair(self._view, choices)

    @property
    def reviewer(self) -> bool:
        """Say whether the person may decide."""
        return self.context.desk.person.role in {role.value for role in REVIEWERS}

    # reading ---------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        of = self.kind.of.name
        self.context.ask(self, lambda reads: (of, reads.merges(of), reads.duplicates(of=of)), self._take, "duplicates")

    def _take(self, found: tuple[str, list[MergeItem], list[DuplicatePair]]) -> None:
        of, merges, pairs = found
        if of != self.kind.of.name:
            return
        self._empty.answered()
        self._merges = {one.row.id: one for one in merges}
        self._pairs = {pair_key(one.first.id, one.second.id): one for one in pairs}
        self._show_list()
        if self._view is not None and self._wanted[0]:
            self._read_pair({line.name: line.choice for line in self.compare.lines})

    def _show_list(self) -> None:
        opened = [one for one in self._merges.values() if one.state == _OPEN]
        decided = [one for one in self._merges.values() if one.state != _OPEN]
        rows = [self._merge_row(one) for one in opened]
        rows += [self._pair_row(key, one) for key, one in self._pairs.items()]
        rows += [self._merge_row(one) for one in decided]
        self._count.setText(self.tr("%n 组待处理", "", len(opened) + len(self._pairs)))
        anything = bool(rows) or bool(self._wanted[0])
        held = self.window().focusWidget() is self.list
        self._main.setVisible(anything)
        self._empty.setVisible(not anything)
        if held and not anything:
            self._empty.setFocus(Qt.FocusReason.OtherFocusReason)
        at = self.list.currentIndex().row()
        self._model.set_rows(rows)
        if not self.list.choose(self._key()) and not self._named:
            self.list.choose_row(max(0, min(at, len(rows) - 1)))

    def _key(self) -> str:
        kept, other, merge = self._wanted
        return merge or (pair_key(kept, other) if kept else "")

    def _pair_row(self, key: str, one: DuplicatePair) -> ListRow:
        first, second = one.first, one.second
        name = (
            first.name
            if first.name == second.name
            else self.tr("{one} / {other}").format(one=first.name, other=second.name)
        )
        return ListRow(
            key=key,
            name=name,
            chip=class_word(first.customer_class or second.customer_class),
            second=self._says.second(self.kind, first, second),
            third=self._says.reasons(self.kind, one.reasons),
        )

    def _both_names(self, one: str, other: str) -> str:
        return one if one == other else self.tr("{one} / {other}").format(one=one, other=other)

    def _merge_row(self, one: MergeItem) -> ListRow:
        name = self._both_names(one.kept_name, one.other_name)
        who = self.tr("{who} 提议合并").format(who=one.owner_name) if one.state == _OPEN else ""
        if one.state != _OPEN:
            name_of = one.decided_by_name or one.owner_name or self.tr("管理员")  # nobody's name: by a command
            who = self.tr("{who} 决定").format(who=name_of)
        state, tone = self._state(one)
        return ListRow(
            key=one.row.id, name=name, second=one.institution_name, third=dotted(who, str(one.row["note"] or "")),
            state=state, state_tone=tone,
        )  # fmt: skip

    def _state(self, one: MergeItem) -> tuple[str, str]:
        if one.pending:
            return self.tr("等待发送"), "info"
        return {
            State.PROPOSED.value: (self.tr("提议"), "warn"),
            State.DONE.value: (self.tr("已合并"), "ok"),
            State.UNDONE.value: (self.tr("已恢复"), "neutral"),
        }.get(one.state, ("", "neutral"))

    def _chosen(self, key: str) -> None:
        merge = self._merges.get(key)
        if merge is not None:
            wanted = (merge.kept_id, merge.other_id, key)
        elif key in self._pairs:
            wanted = (*self._kept_first(self._pairs[key]), "")
        else:
            return
        if {*wanted} == {*self._wanted}:
            return
        self._wanted, self._view, self._named = wanted, None, False
        self._read_pair(None)

    @staticmethod
    def _kept_first(pair: DuplicatePair) -> tuple[str, str]:
        """Keep at first the one seen last, or the one that is no longer under review."""
        first, second = pair.first, pair.second
        behind = (first.status == "under_review", second.last_visit_at) > (
            second.status == "under_review",
            first.last_visit_at,
        )
        return (second.id, first.id) if behind else (first.id, second.id)

    def _read_pair(self, choices: dict[str, Choice] | None) -> None:
        (kept, other, merge), of = self._wanted, self.kind.of.name
        self.context.ask(
            self,
            lambda reads: reads.merge_view(kept, other, merge, of),
            lambda view: self._take_pair(view, choices),
            "pair",
            lambda _error: self._lost(),
        )

    def _lost(self) -> None:
        self._wanted, self._view = ("", "", ""), None
        self._show_actions()

    def _take_pair(self, view: MergeView, choices: dict[str, Choice] | None) -> None:
        if {view.kept.row.id, view.other.row.id} != {*self._wanted[:2]}:
            return
        self._view = view
        if choices is None and view.merge is not None and view.merge.row["take"]:
            choices = self.kind.chosen(view.merge.row["take"])
        same = choices is not None and set(choices) == set(view.differing)
        self.compare.show_pair(view, choices if same or view.merge is not None else None)
        for first, second in pairwise((self._area, *self.compare.lines)):
            self.setTabOrder(first, second)  # new lines would come last of all
        self._reasons.set([(language.starting(self._says.reasons(self.kind, [code])), "info") for code in view.reasons])
        self._reasons.setVisible(bool(view.reasons))
        self._show_actions()

    # acting ----------------------------------------------------------------------------------------------------------

    def _show_actions(self) -> None:
        view = self._view
        merge = view.merge if view is not None else None
        state = merge.state if merge is not None else ""
        waits = bool(merge and merge.pending)
        undecided = view is not None and state in ("", _OPEN) and not waits
        shown = {
            "duplicates_merge": undecided and self.reviewer,
            "duplicates_propose": undecided and not self.reviewer and merge is None,
            "duplicates_swap": undecided and merge is None,
            "duplicates_dismiss": undecided and merge is None,
            "duplicates_decline": undecided and merge is not None and self.reviewer,
            "duplicates_withdraw": undecided and merge is not None and not self.reviewer and merge.mine,
            "duplicates_restore": state == State.DONE.value and self.reviewer and not waits,
        }
        for name, visible in shown.items():
            self.buttons[name].setVisible(visible)
            self._actions[name].setEnabled(visible)
        self.compare.setEnabled(undecided)
        self._say(view, merge, waits)

    def _say(self, view: MergeView | None, merge: MergeItem | None, waits: bool) -> None:
        banner, tone = "", "info"
        if merge is not None and waits:
            banner = self.tr("已决定，保存在本机；服务器处理后生效。")
        elif merge is not None and merge.state == State.DONE.value:
            banner, tone = self.tr("已合并。恢复会把移过去的内容放回原处，之后的修改不受影响。"), "ok"
        elif merge is not None and merge.state == _OPEN:
            banner = self.tr("{who} 提议合并。{note}").format(who=merge.owner_name, note=str(merge.row["note"] or ""))
        self._banner.say(banner, tone)
        if view is None or (merge is not None and merge.state not in ("", _OPEN)):
            self._result.setText("")
            return
        self._result.setText(self._says.follows(self.kind, view.other))

    def merge(self) -> None:
        """Merge the two as chosen; the server does it, and it can be undone."""
        view = self._view
        if view is not None and self._actions["duplicates_merge"].isEnabled():
            merge = view.merge.row.id if view.merge is not None else ""
            pair = (view.kept.row.id, view.other.row.id)
            decided = MergeCustomers(*pair, self.compare.take(), view.seen_hash, merge, of=self.kind.of.name)
            self._submit(decided, lambda: self.tr("已决定合并，保存在本机"))

    def propose(self) -> None:
        """Propose the merge to the manager."""
        if self._view is not None:
            pair = (self._view.kept.row.id, self._view.other.row.id)
            proposed = ProposeMerge(*pair, self.compare.take(), of=self.kind.of.name)
            self._submit(proposed, lambda: self.tr("已提议，等经理决定"))

    def decline(self) -> None:
        """Say that the two of a proposal stay two."""
        if self._view is not None and self._view.merge is not None:
            decided = DecideMerge(self._view.merge.row.id, "decline", self.kind.of.name)
            self._submit(decided, lambda: self.tr("已决定不合并"))

    def restore(self) -> None:
        """Take back what was merged."""
        if self._view is not None and self._view.merge is not None:
            decided = DecideMerge(self._view.merge.row.id, "restore", self.kind.of.name)
            self._submit(decided, lambda: self.tr("已决定恢复，保存在本机"))

    def withdraw(self) -> None:
        """Take back one's own proposal."""
        if self._view is not None and self._view.merge is not None:
            withdrawn = DeleteRow(self.kind.record.name, self._view.merge.row.id)
            self._submit(withdrawn, lambda: self.tr("提议已撤回"))

    def swap(self) -> None:
        """Keep the other one of the two."""
        kept, other, merge = self._wanted
        if self._view is not None and not merge:
            self._wanted = (other, kept, "")
            self._read_pair(None)

    def dismiss(self) -> None:
        """Say that these are two: not suggested again on this laptop."""
        key = self._key()
        if self._view is None:
            return

        def keep(kept: str) -> None:
            entries = sorted({*dismissed_pairs(kept), key})[-MAX_DISMISSED:]
            self._pairs.pop(key, None)
            self._forget()
            self.context.submit(self, SetPreference(DISMISSED, json.dumps(entries), undoable=True), kept_apart)

        def kept_apart(outcome: Outcome) -> None:
            self.context.toast(lambda: self.tr("不再提示这一组。"), outcome.undo_token)
            self._read()

        self.context.ask(self, lambda reads: reads.preference(DISMISSED), keep)

    def _submit(self, command: Command, said: Said) -> None:
        def done(outcome: Outcome) -> None:
            self.context.toast(said, outcome.undo_token)
            self._forget()
            self._read()

        self.context.submit(self, command, done)

    def _forget(self) -> None:
        self._wanted, self._view, self._named = ("", "", ""), None, False
        self._show_actions()  # a button that stays would do nothing until the next two are read
        self._show_list()


_ACTIONS = ("duplicates_merge", "duplicates_propose", "duplicates_swap", "duplicates_dismiss", "duplicates_decline",
            "duplicates_withdraw", "duplicates_restore")  # fmt: skip
