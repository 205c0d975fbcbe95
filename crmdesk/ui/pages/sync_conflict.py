"""The card of a conflict: what is in use, what lost, what was before, who and when, and one action to take either."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from crmdesk.domain.merge import DELETED
from crmdesk.services.views import ConflictView
from crmdesk.ui import actions, language, space, theme
from crmdesk.ui.pages.customer_words import CustomerWords, dotted
from crmdesk.ui.parts.buttons import PLAIN, PRIMARY, Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.cut_words import tool_tip
from crmdesk.ui.parts.label import ElidedLabel, Label

KEEP, LOSER, BASE, WINNER = "keep", "loser", "base", "winner"
"""The choices of `ResolveConflict`; but for KEEP, what the row has by now, they are the places of the card."""
_LONG = 160
_SHORT = 40
"""A longer value stands in the tool tip; the boxes are to be compared at a glance."""


class ConflictCard(Card):
    """What two people did to one row. `chosen` carries a choice of `ResolveConflict`; `asked` a question to send."""

    chosen = Signal(str)
    opened = Signal()
    asked = Signal(str, str)

    def __init__(self, conflict: ConflictView, first: bool, can_open: bool = True) -> None:
        super().__init__()
        self.conflict = conflict
        self._fields = CustomerWords(self)
        self._deletion = conflict.field == DELETED
        self.setObjectName(f"conflict_{conflict.id}")
        self.body.setContentsMargins(*space.CARD)
        self.body.setSpacing(space.BETWEEN)
        subject = dotted(conflict.row_title or language.record_word(conflict.record), self._subject())
        self.body.addLayout(self._head(subject))
        values = QHBoxLayout()
        values.setSpacing(space.BETWEEN)
        for kind in (LOSER, WINNER) if self._deletion else (LOSER, WINNER, BASE):
            values.addWidget(self._value(kind), 1)
        self.body.addLayout(values)
        self.body.addLayout(self._foot(first, can_open))
        self.setAccessibleName(f"{self.tr('冲突')} {subject}")

    def _subject(self) -> str:
        if self._deletion:
            return self.tr("删除还是保留")
        return language.field_word(self.conflict.record, self.conflict.field)

    def _head(self, subject: str) -> QHBoxLayout:
        if self._deletion:
            what = self.tr("一个人删除了它，另一个人改了它；由你决定")
        elif self.conflict.in_use != WINNER:
            what = self.tr("之后又改成了“{value}”").format(value=self._told(self.conflict.now_value))
        else:
            what = self.tr("两个人离线时都改了；其他字段已自动合并")
        head = QHBoxLayout()
        head.setSpacing(space.NEAR)
        head.addWidget(Chip(self.tr("冲突"), "warn", self))
        title = ElidedLabel(subject, "name")
        title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        head.addWidget(title)
        head.addWidget(ElidedLabel(what, "secondary"), 1)
        return head

    def _foot(self, first: bool, can_open: bool) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(space.NEAR)
        keep = Button(self._keep_words(), PRIMARY if first else PLAIN, actions.keys("sync_keep") if first else "")
        keep.setObjectName("conflict_keep_button")
        keep.clicked.connect(lambda: self.chosen.emit(KEEP))
        foot.addWidget(keep)
        if can_open and not self._gone:
            show = Button(self.tr("打开记录"))
            show.setObjectName("conflict_open_button")
            show.clicked.connect(self.opened)
            foot.addWidget(show)
        other = self._other
        if other:
            ask = Button(self.tr("问一下{name}…").format(name=other))
            ask.setObjectName("conflict_ask_button")
            ask.clicked.connect(lambda: self.asked.emit(other, self.question()))
            foot.addWidget(ask)
        three, both = self.tr("不处理也不会丢：三个值都在历史里"), self.tr("不处理也不会丢：两边的内容都保留着")
        kept = ElidedLabel(both if self._deletion else three, "muted")
        kept.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(kept, 1)
        return foot

    @property
    def _gone(self) -> bool:
        """Whether the row is deleted as things stand."""
        return self._deletion and self.conflict.winner_value is True

    @property
    def _other(self) -> str:
        """The colleague on the other side, '' where there is nobody to ask."""
        one = self.conflict
        if one.winner_is_me == one.loser_is_me:
            return ""
        return one.loser_by if one.winner_is_me else one.winner_by

    def question(self) -> str:
        """Return a message to the colleague that says what is at stake."""
        one = self.conflict
        loser, winner = self._told(one.loser_value), self._told(one.winner_value)
        mine, theirs = (winner, loser) if one.winner_is_me else (loser, winner)
        text = self.tr("{who}（{what}）：我这边是“{mine}”，你那边是“{theirs}”。哪个对？")
        return text.format(who=one.row_title, what=self._subject(), mine=mine, theirs=theirs)

    def _keep_words(self) -> str:
        if not self._deletion:
            return actions.text("sync_keep")
        return self.tr("确认删除") if self._gone else self.tr("保留这条记录")

    def _use_words(self) -> str:
        if not self._deletion:
            return self.tr("改用这个")
        return self.tr("恢复并采用") if self._gone else self.tr("改为删除")

    def _value(self, kind: str) -> QFrame:
        who, when, value = self._words(kind)
        box = QFrame()
        box.setObjectName(f"conflict_{kind}_value")
        box.setProperty("part", "card-chosen" if kind == self.conflict.in_use else "card")
        layout = QVBoxLayout(box)
        layout.setContentsMargins(space.ROOMY + space.LINE, space.BETWEEN, space.BETWEEN + space.LINE, space.BETWEEN)
        layout.setSpacing(space.HAIR)
        top = QHBoxLayout()
        top.addStrut(theme.px(26))  # a chip is lower than a button: the boxes keep one line
        top.addWidget(ElidedLabel(who, "muted"), 1)
        if kind == self.conflict.in_use:
            top.addWidget(Chip(self.tr("当前采用"), "accent", box))
        elif kind in self.conflict.choices:
            use = Button(self._use_words(), small=True)
            use.setObjectName(f"conflict_use_{kind}_button")
            use.setAccessibleName(f"{self._use_words()} {value}")
            use.clicked.connect(lambda: self.chosen.emit(kind))
            top.addWidget(use)
        layout.addLayout(top)
        role = "value" if len(value) <= _SHORT else "body"  # a text of many lines is read, not looked at
        shown = Label(value if len(value) <= _LONG else f"{value[:_LONG]}…", role, wrap=True)
        shown.setToolTip(tool_tip(value) if len(value) > _LONG else "")
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(shown)
        layout.addStretch(1)
        layout.addWidget(Label(when, "muted", wrap=True))
        return box

    def _words(self, kind: str) -> tuple[str, str, str]:
        """Return who, when and the value of one place of the card."""
        one = self.conflict
        if kind == BASE:
            return self.tr("修改之前"), self.tr("两个人改之前的值"), self._told(one.base_value)
        if kind == WINNER:
            who, mine, at, value = one.winner_by, one.winner_is_me, one.winner_at, one.winner_value
        else:
            who, mine, at, value = one.loser_by, one.loser_is_me, one.loser_at, one.loser_value
        shown_who = self.tr("你 · 这台电脑") if mine else who or self.tr("其他人")
        return shown_who, self._when(kind, value).format(when=language.moment_word(at)), self._told(value)

    def _when(self, kind: str, value: Any) -> str:
        if value is True and self._deletion:
            return self.tr("{when} 删除，先到服务器") if kind == WINNER else self.tr("{when} 删除，后到服务器")
        first = (kind == WINNER) is self._deletion  # of two values the later arrival is used, of a deletion the earlier
        return self.tr("{when} 修改，先到服务器") if first else self.tr("{when} 修改，后到服务器")

    def _told(self, value: Any) -> str:
        """Return a value of the conflict in words: of one field, of an edit as a whole, or that it was deleted."""
        one = self.conflict
        if not self._deletion:
            three = (one.winner_value, one.loser_value, one.base_value, one.now_value)
            text = self._fields.apart(one.record, one.field, value, three, one.names)
        elif isinstance(value, Mapping):
            lines = self._fields.changed(one.record, value, one.names)
            text = "\n".join(lines) or self.tr("改过")
        else:
            text = self.tr("删除")
        return text
