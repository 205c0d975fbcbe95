"""The list of own visits: drafts on top, then the newest first, or a group of them; fetched as it is scrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.domain.clock import to_text, utc_now
from crmdesk.services.views import ACCEPTED, TodayItem
from crmdesk.ui import language, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import CustomerWords, class_word, dotted
from crmdesk.ui.pages.visit_drafts import DraftLine, draft_lines
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.chips import STATE_TONES, Picklist, state_word
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import EmptyState
from crmdesk.ui.parts.room import PageStack
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel

if TYPE_CHECKING:
    from crmdesk.services.reads_sync import Reads

PAGE_ROWS = 200
_ALL, _TO_WRITE, _SUBMITTED = "all", "to_write", "submitted"


class VisitLines(msgspec.Struct, frozen=True):
    """What the list shows: drafts, then saved visits; `more` says that older ones are there."""

    drafts: tuple[DraftLine, ...]
    visits: tuple[TodayItem, ...]
    more: bool


def visit_lines(reads: Reads, count: int, group: str = "") -> VisitLines:
    """Read the drafts and the first `count` visits of a group of the person's; a draft is a report to write."""
    lines = draft_lines(reads) if group in ("", _TO_WRITE) else ()
    visits = reads.visits(0, count + 1, group)
    kept = {line.visit_id for line in lines}
    return VisitLines(lines, tuple(item for item in visits[:count] if item.visit.id not in kept), len(visits) > count)


class VisitList(QWidget):
    """Drafts and visits; Enter opens one."""

    asked_new = Signal()

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.context = context
        self._words = CustomerWords(self)
        self._count = PAGE_ROWS
        self._lines = VisitLines((), (), False)
        self._loaded = False  # until then the list, empty, has the focus: that nothing is there is not known yet
        self.group_choice = Picklist()
        self.group_choice.setObjectName("visits_group")
        self.group_choice.changed.connect(self._regroup)
        self._model = RowModel(self)
        self.rows = RowList(self._model, lines=3, with_time=False)
        self.rows.setObjectName("visits_list")
        self.rows.opened.connect(lambda key: self.context.navigate("visit", id=key))
        self.rows.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._empty = EmptyState("visit")
        self._stack = PageStack()
        self._stack.addWidget(self.rows)
        self._stack.addWidget(self._empty)
        bar = QFrame()
        bar.setProperty("part", "list-head")
        self._hint = Label("", "muted")
        self._new = Button.for_action("visit_new", PRIMARY, "plus")
        self._new.clicked.connect(self.asked_new)
        row = QHBoxLayout(bar)
        row.setContentsMargins(space.APART, space.BETWEEN + space.LINE, space.EDGE, space.ROOMY)
        row.setSpacing(space.NEAR)
        row.addWidget(self.group_choice, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._hint)
        row.addStretch(1)
        row.addWidget(self._new)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self._stack, 1)

    @property
    def group(self) -> str:
        """Return the group that is shown, '' for all visits."""
        chosen = self.group_choice.value()
        return "" if chosen == _ALL else chosen

    def group_word(self) -> str:
        """Return what the list is narrowed to, '' for all visits."""
        return dict(self._groups())[self.group] if self.group else ""

    def is_draft(self, visit_id: str) -> bool:
        """Say whether a line is a report that was begun and not saved."""
        return any(line.visit_id == visit_id for line in self._lines.drafts)

    def load(self) -> None:
        """Read the list again."""
        count, group = self._count, self.group
        self.context.ask(self, lambda reads: visit_lines(reads, count, group), self._take, latest="lines")

    def retranslate(self) -> None:
        """Set every text anew."""
        self.group_choice.set_choices(self._groups())
        if not self.group_choice.value():
            self.group_choice.set_value(_ALL)
        self.group_choice.setAccessibleName(self.tr("按进度筛选"))
        self.rows.setAccessibleName(self.tr("我的拜访"))
        self._show()

    def _take(self, lines: VisitLines) -> None:
        self._lines, self._loaded = lines, True
        self._show()

    def _show(self) -> None:
        kept, place = self.rows.current_key(), self.rows.verticalScrollBar().value()
        rows = [self._draft(line) for line in self._lines.drafts] + [self._visit(item) for item in self._lines.visits]
        self._model.set_rows(rows)
        if self.rows.choose(kept):
            self.rows.verticalScrollBar().setValue(place)
        else:
            self.rows.choose_row(self._beginning())
            self.rows.scrollTo(self.rows.currentIndex(), RowList.ScrollHint.PositionAtCenter)
        self._hint.setText(self._order())
        if self.group:
            nothing, all_of_them = self.tr("没有这样的拜访。"), lambda: self.group_choice.choose(_ALL)
            self._empty.say(nothing, self.tr("显示全部"), all_of_them)
        else:
            nothing = self.tr("还没有拜访。从今日或医生页开始，或者现在就写一份。")
            self._empty.say(nothing, self.tr("新建拜访"), self.asked_new.emit)
        self._stack.setCurrentWidget(self.rows if rows or not self._loaded else self._empty)

    def _beginning(self) -> int:
        """Return the row to begin with: among all visits the newest that is not ahead, behind what is planned."""
        if self.group or self._lines.drafts:
            return 0
        now = to_text(utc_now())
        been = (one.visit["starts_at"] <= now or one.visit["state"] == _SUBMITTED for one in self._lines.visits)
        return next((at for at, one in enumerate(been) if one), 0)

    def _groups(self) -> list[tuple[str, str]]:
        return [
            (_ALL, self.tr("全部")),
            (_TO_WRITE, self.tr("待写报告")),
            ("ahead", self.tr("今后")),
            (_SUBMITTED, self.tr("已提交")),
        ]

    def _order(self) -> str:
        drafts = len(self._lines.drafts)
        if drafts:
            return self.tr("%n 份草稿在最上面", "", drafts)
        return self.tr("最近的在最上面") if self.group == "ahead" else self.tr("最新的在最上面")

    def _regroup(self) -> None:
        if not self.group_choice.value():
            self.group_choice.set_value(_ALL)
        self._count = PAGE_ROWS
        self.rows.verticalScrollBar().setValue(0)
        self.load()

    def _draft(self, line: DraftLine) -> ListRow:
        return ListRow(
            key=line.visit_id,
            name=self._words.listed(line.doctor_names) or self.tr("未选医生"),
            chip=language.choice_word("visit_state", "draft"),
            chip_tone="info",
            second=self.tr("保存于 {moment}").format(moment=language.moment_word(line.saved_at)),
            third=line.typed or self.tr("还没有写记录"),
            state=state_word("saved_here"),
            state_tone="info",
        )

    def _visit(self, item: TodayItem) -> ListRow:
        visit = item.visit
        state = str(visit["state"] or "")
        tone = "neutral"
        word = language.choice_word("visit_state", state)
        if visit.sync_state != ACCEPTED:
            word, tone = state_word(visit.sync_state), STATE_TONES[visit.sync_state]
        elif state == _SUBMITTED:
            word, tone = state_word(ACCEPTED), "ok"
        kind = language.choice_word("channel", visit["channel"])
        return ListRow(
            key=visit.id,
            name=language.names_word(item.doctor_names) or item.institution_name,
            chip=class_word(item.customer_class),
            second=dotted(
                language.moment_label(str(visit["starts_at"])), kind, item.institution_name, item.department_name
            ),
            third=str(visit["note"] or visit["next_step"] or (self.tr("还没有写报告") if state == "planned" else "")),
            state=word,
            state_tone=tone,
        )

    def _scrolled(self, value: int) -> None:
        bar = self.rows.verticalScrollBar()
        if self._lines.more and value >= bar.maximum() - bar.pageStep() and self._count == _shown(self._lines):
            self._count += PAGE_ROWS
            self.load()


def _shown(lines: VisitLines) -> int:
    kept = len(lines.visits)
    return kept + (-kept) % PAGE_ROWS
