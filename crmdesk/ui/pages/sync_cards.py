"""The cards of the Sync page: a figure, a conflict with its three values, a refused change, what waits."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from crmdesk.domain.fields import Kind
from crmdesk.domain.records import RECORDS
from crmdesk.services.views import ConflictView, RefusedItem, WaitingItem
from crmdesk.ui import actions, language, theme, words
from crmdesk.ui.parts.buttons import DESTRUCTIVE, PRIMARY, Button
from crmdesk.ui.parts.card import Card, rule
from crmdesk.ui.parts.chips import Chip, state_word
from crmdesk.ui.parts.label import ElidedLabel, Label

_LISTED = 50
_LONG = 300


class Tile(QFrame):
    """One figure with its name above and a second line below."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(f"tile_{name}")
        self.setProperty("part", "card")
        self._name = Label("", "muted")
        self._figure = Label("0", "figure")
        self._detail = ElidedLabel("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(17, 13, 17, 13)
        layout.setSpacing(1)
        layout.addWidget(self._name)
        layout.addWidget(self._figure)
        layout.addWidget(self._detail)

    def show_figure(self, name: str, figure: int, detail: str, tone: str) -> None:
        """Show a figure; 0 is muted."""
        self._name.setText(name)
        self._figure.setText(f"{figure:,}")
        self._figure.setProperty("tone", tone if figure else "muted")
        self._figure.style().unpolish(self._figure)
        self._figure.style().polish(self._figure)
        self._detail.setText(detail)
        self.setAccessibleName(f"{name} {figure} {detail}")

    @property
    def figure(self) -> str:
        """Return the figure as shown."""
        return self._figure.text()


class ConflictCard(Card):
    """A field that two people changed. `chosen` carries `keep`, `loser` or `base`."""

    chosen = Signal(str)
    opened = Signal()

    def __init__(self, conflict: ConflictView, first: bool) -> None:
        super().__init__()
        self.conflict = conflict
        self.setObjectName(f"conflict_{conflict.id}")
        self.body.setContentsMargins(21, 16, 21, 16)
        self.body.setSpacing(12)
        field = language.field_word(conflict.record, conflict.field)
        self.body.addLayout(self._head(field))
        values = QHBoxLayout()
        values.setSpacing(12)
        for kind in ("loser", "keep", "base"):
            values.addWidget(self._value(kind), 1)
        self.body.addLayout(values)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        key = actions.keys("sync_keep") if first else ""
        keep = Button(actions.text("sync_keep"), PRIMARY if first else "plain", key)
        keep.setObjectName("conflict_keep_button")
        keep.clicked.connect(lambda: self.chosen.emit("keep"))
        show = Button(self.tr("打开记录"))
        show.setObjectName("conflict_open_button")
        show.clicked.connect(self.opened)
        foot.addWidget(keep)
        foot.addWidget(show)
        foot.addStretch(1)
        foot.addWidget(Label(self.tr("不处理也不会丢：三个值都在历史里"), "muted"))
        self.body.addLayout(foot)
        self.setAccessibleName(f"{self.tr('冲突')} {conflict.row_title} {field}")

    def _head(self, field: str) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Chip(self.tr("冲突"), "warn", self))
        head.addWidget(Label(f"{self.conflict.row_title} · {field}", "name"))
        head.addWidget(ElidedLabel(self.tr("两个人离线时都改了；其他字段已自动合并"), "secondary"), 1)
        return head

    def _value(self, kind: str) -> QFrame:
        who, when, value = self._words(kind)
        box = QFrame()
        box.setObjectName(f"conflict_{kind}_value")
        box.setProperty("part", "card-chosen" if kind == "keep" else "card")
        layout = QVBoxLayout(box)
        layout.setContentsMargins(15, 11, 13, 12)
        layout.setSpacing(2)
        top = QHBoxLayout()
        top.addStrut(theme.px(26))  # a chip is lower than a button: the three boxes keep one line
        top.addWidget(ElidedLabel(who, "muted"), 1)
        if kind == "keep":
            top.addWidget(Chip(self.tr("当前采用"), "accent", box))
        else:
            use = Button(self.tr("改用这个"), small=True)
            use.setObjectName(f"conflict_use_{kind}_button")
            use.setAccessibleName(f"{self.tr('改用这个')} {value}")
            use.clicked.connect(lambda: self.chosen.emit(kind))
            top.addWidget(use)
        layout.addLayout(top)
        shown = Label(value or self.tr("（空）"), "value", wrap=True)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(shown)
        layout.addWidget(Label(when, "muted"))
        return box

    def _words(self, kind: str) -> tuple[str, str, str]:
        """Return who, when and the value of one of the three."""
        one = self.conflict
        mine = self.tr("你 · 这台电脑")
        if kind == "base":
            return self.tr("修改之前"), self.tr("两个人改之前的值"), self._shown(one.base_value)
        if kind == "keep":
            when = self.tr("{when} 修改，后到服务器").format(when=language.moment_word(one.winner_at))
            return mine if one.winner_is_me else one.winner_by, when, self._shown(one.winner_value)
        when = self.tr("{when} 修改，先到服务器").format(when=language.moment_word(one.loser_at))
        return mine if one.loser_is_me else one.loser_by, when, self._shown(one.loser_value)

    def _shown(self, value: Any) -> str:
        text = words.value_words(self.conflict.record, self.conflict.field, value)
        return text if len(text) <= _LONG else f"{text[:_LONG]}…"


class RefusedCard(Card):
    """A refused change with its reason; the text is intact, to be corrected and sent again, or given up."""

    retried = Signal(dict)
    dropped = Signal()
    opened = Signal()

    def __init__(self, refused: RefusedItem) -> None:
        super().__init__()
        self.refused = refused
        self.setObjectName(f"refused_{refused.operation_id}")
        self.body.setContentsMargins(21, 16, 21, 16)
        self.body.setSpacing(10)
        record = language.record_word(refused.record) if refused.record in RECORDS else refused.record
        head = QHBoxLayout()
        head.setSpacing(10)
        waits = refused.code == "waits_for_other"
        head.addWidget(Chip(self.tr("等待中") if waits else self.tr("被拒绝"), "neutral" if waits else "bad", self))
        head.addWidget(ElidedLabel(f"{record} · {refused.title}" if refused.title else record, "name"), 1)
        self.body.addLayout(head)
        params = {"record": refused.record, **refused.params}
        if refused.field:
            params.setdefault("field", refused.field)
        reason = Label(words.sentence(refused.code, params), "body", wrap=True)
        reason.setObjectName("refused_reason")
        self.body.addWidget(reason)
        self._edit = self._editor()
        if not waits:
            self.body.addLayout(self._foot())
        self.setAccessibleName(f"{record} {refused.title} {reason.text()}")

    def _editor(self) -> QLineEdit | None:
        """Return a field to correct the refused value in, where it is a text of a row."""
        one = self.refused
        if one.record not in RECORDS or one.field not in RECORDS[one.record].field_names or one.field not in one.fields:
            return None
        declared = RECORDS[one.record].field(one.field)
        value = one.fields[one.field]
        if declared.kind not in (Kind.TEXT, Kind.LONG_TEXT) or not isinstance(value, str):
            return None
        edit = QLineEdit(value)
        edit.setObjectName("refused_value_edit")
        edit.setAccessibleName(language.field_word(one.record, one.field))
        self.body.addWidget(Label(edit.accessibleName(), "muted"))
        self.body.addWidget(edit)
        return edit

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(10)
        retry = Button(self.tr("修改后重新提交") if self._edit is not None else self.tr("重新提交"))
        retry.setObjectName("refused_retry_button")
        retry.clicked.connect(self._retry)
        foot.addWidget(retry)
        if self.refused.record in ("claim", "visit", "doctor", "institution"):
            show = Button(self.tr("打开记录"))
            show.setObjectName("refused_open_button")
            show.clicked.connect(self.opened)
            foot.addWidget(show)
        drop = Button(self.tr("放弃这项更改"), DESTRUCTIVE)
        drop.setObjectName("refused_drop_button")
        drop.clicked.connect(self.dropped)
        foot.addWidget(drop)
        foot.addStretch(1)
        code = self.tr("代码 {code} · {time}").format(
            code=words.support_code(self.refused.code), time=language.moment_word(self.refused.at)
        )
        foot.addWidget(Label(code, "muted"))
        return foot

    def _retry(self) -> None:
        edited = self._edit.text() if self._edit is not None else ""
        changed = self._edit is not None and edited != self.refused.fields[self.refused.field]
        self.retried.emit({self.refused.field: edited} if changed else {})


class WaitingCard(Card):
    """What waits to be sent, oldest first."""

    def __init__(self, waiting: Sequence[WaitingItem]) -> None:
        super().__init__()
        self.set_heading(self.tr("等待发送"))
        self.setObjectName("waiting_card")
        self.body.setContentsMargins(21, 16, 21, 12)
        self.body.setSpacing(0)
        self.body.addSpacing(6)
        for index, item in enumerate(waiting[:_LISTED]):
            if index:
                self.body.addWidget(rule(self))
            self.body.addLayout(self._line(item))
        if len(waiting) > _LISTED:
            more = Label(self.tr("还有 %n 项", "", len(waiting) - _LISTED), "muted")
            more.setContentsMargins(0, 8, 0, 0)
            self.body.addWidget(more)

    def _line(self, item: WaitingItem) -> QHBoxLayout:
        record = language.record_word(item.record) if item.record in RECORDS else item.record
        row = QHBoxLayout()
        row.setContentsMargins(0, 7, 0, 7)
        row.setSpacing(12)
        at = Label(language.moment_word(item.made_at), "secondary")
        at.setFixedWidth(130)
        row.addWidget(at)
        title = " · ".join(part for part in (record, item.title, self._kind(item)) if part)
        row.addWidget(ElidedLabel(title, "body"), 1)
        row.addWidget(Label(language.size_word(item.size_bytes), "muted"))
        row.addWidget(Chip(state_word(item.state), "info", self))
        return row

    def _kind(self, item: WaitingItem) -> str:
        kinds = {"create": self.tr("新建"), "edit": self.tr("修改"), "delete": self.tr("删除")}
        events = {
            "submit": self.tr("提交"), "recall": self.tr("撤回"), "approve": self.tr("批准"),
            "send_back": self.tr("退回"), "reject": self.tr("驳回"), "pay": self.tr("支付"), "settle": self.tr("裁定"),
            "call_back_confirmed": self.tr("回访确认"), "call_back_disputed": self.tr("回访有异议"),
        }  # fmt: skip
        return events.get(item.command, item.command) if item.kind == "command" else kinds.get(item.kind, "")
