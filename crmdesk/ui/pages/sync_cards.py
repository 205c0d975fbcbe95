"""The cards of the Sync page: a figure, a refused change with its text intact, what waits to be sent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from crmdesk.domain.custom_fields import is_custom
from crmdesk.domain.fields import Kind
from crmdesk.domain.records import RECORDS
from crmdesk.domain.visit_rules import MAX_REASON
from crmdesk.services.views import FileToSend, RefusedItem, WaitingItem
from crmdesk.ui import language, own_fields, space, theme, words
from crmdesk.ui.pages.customer_words import CustomerWords, dotted
from crmdesk.ui.parts.buttons import DESTRUCTIVE, Button
from crmdesk.ui.parts.card import Card, rule
from crmdesk.ui.parts.chips import Chip, state_word
from crmdesk.ui.parts.complaint import Complaint
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.text_field import TextLine

OPENABLE = frozenset({"claim", "visit", "doctor", "institution"})
"""Records that have a page of their own."""
_LISTED = 50
_FIELDS = 4
_LINES = 12
_TIME_WIDTH = 130
_NOT_HERE = frozenset({"out_of_scope", "deleted", "unknown_row", "row_awaited"})
"""Codes of refusals after which the row is not on this laptop: there is nothing to open."""
_FINAL = frozenset({"changed_since_seen", "call_back_missing"})
"""Codes that the same change would get again: a decision is bound to what was on the screen, a result to its call."""
_READABLE = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.MONEY, Kind.DATE, Kind.BOOLEAN, Kind.TAGS})
"""Kinds of fields whose values a person recognises; references are ids, and instants stand elsewhere."""


def written(said: CustomerWords, record: str, fields: Mapping[str, Any], kind: str) -> list[tuple[str, str]]:
    """Return what the person put in as (field, value) in words; what only machines read is left out."""
    return [
        (language.field_word(record, name), said.field_value(record, name, value))
        for name, value in fields.items()
        if _readable(record, name) and (value not in (None, "", []) or kind == "edit")
    ]


def _readable(record: str, name: str) -> bool:
    declared = own_fields.field_of(record, name)
    return is_custom(name) if declared is None else declared.kind in _READABLE or is_custom(name)


class Tile(QFrame):
    """One figure with its name above and a second line below."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(f"tile_{name}")
        self.setProperty("part", "card")
        self._name = Label("", "muted")
        self._figure = Label("0", "figure")
        self._detail = Label("", "muted", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(
            space.APART + space.LINE, space.BETWEEN + space.LINE, space.APART + space.LINE, space.BETWEEN + space.LINE
        )
        layout.setSpacing(space.LINE)
        layout.addWidget(self._name)
        layout.addWidget(self._figure)
        layout.addWidget(self._detail)
        layout.addStretch(1)

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


class RefusedCard(Card):
    """A refused change with its reason; the text is intact, to be corrected and sent again, copied, or given up."""

    retried = Signal(dict)
    amended = Signal(str)
    dropped = Signal()
    opened = Signal()
    copied = Signal(str)

    def __init__(self, refused: RefusedItem) -> None:
        super().__init__()
        self.refused = refused
        self.setObjectName(f"refused_{refused.operation_id}")
        self.body.setContentsMargins(*space.CARD)
        self.body.setSpacing(space.NEAR)
        record = language.record_word(refused.record) if refused.record in RECORDS else refused.record
        self._subject = dotted(record, refused.title)
        waits = refused.code == "waits_for_other"
        self.body.addLayout(self._head(waits or refused.code == "row_awaited"))
        params = {"record": refused.record, **refused.params}
        if refused.field:
            params.setdefault("field", refused.field)
        reason = Label(words.refusal(refused.code, params), "body", wrap=True)
        reason.setObjectName("refused_reason")
        self.body.addWidget(reason)
        self.complaint = Complaint("refused_reason_complaint")
        self._amends = (refused.record, refused.kind, refused.code) == ("visit", "edit", "locked")
        self._edit = self._reason_editor() if self._amends else self._editor()
        self._lines = self._written()
        if self._lines:
            text = Label("\n".join(self._lines[:_LINES]), "secondary", wrap=True)
            text.setObjectName("refused_text")
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.body.addWidget(text)
        if not waits:
            self.body.addLayout(self._foot())
        self.setAccessibleName(f"{self._subject} {reason.text()}")

    def _head(self, waits: bool) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(space.NEAR)
        head.addWidget(Chip(self.tr("等待中") if waits else self.tr("被拒绝"), "neutral" if waits else "bad", self))
        head.addWidget(ElidedLabel(self._subject, "name"), 1)
        return head

    def _written(self) -> list[str]:
        """Return the text as it was typed, a line for each field; one that stands in the editor is left out."""
        one = self.refused
        fields = {
            name: value for name, value in one.fields.items() if self._edit is None or self._amends or name != one.field
        }
        said = written(CustomerWords(self), one.record, fields, one.kind)
        return [self.tr("{field}：{value}").format(field=field, value=value) for field, value in said]

    def _editor(self) -> QLineEdit | None:
        """Return a field to correct the refused value in, where it is a text of a row."""
        one = self.refused
        declared = own_fields.field_of(one.record, one.field)
        if declared is None or one.field not in one.fields:
            return None
        value = one.fields[one.field]
        if declared.kind not in (Kind.TEXT, Kind.LONG_TEXT) or not isinstance(value, str):
            return None
        return self._added("refused_value_edit", language.field_word(one.record, one.field), value)

    def _reason_editor(self) -> QLineEdit:
        """Return the field for the reason with which a change to a submitted report goes out as an amendment."""
        edit = self._added("refused_reason_edit", self.tr("更正原因"), "")
        edit.setMaxLength(MAX_REASON)
        edit.setPlaceholderText(self.tr("写下原因，就作为更正提交；原文都会并入报告"))
        edit.textChanged.connect(self.complaint.clear)
        self.body.addWidget(self.complaint)
        return edit

    def _added(self, name: str, word: str, value: str) -> QLineEdit:
        edit = TextLine(value)
        edit.setObjectName(name)
        edit.setAccessibleName(word)
        edit.returnPressed.connect(self._retry)
        self.body.addWidget(Label(word, "muted"))
        self.body.addWidget(edit)
        return edit

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(space.NEAR)
        one = self.refused
        buttons: list[tuple[str, str, Callable[[], None]]] = []
        if one.code not in _FINAL:
            again = self.tr("修改后重新提交") if self._edit is not None else self.tr("重新提交")
            again = self.tr("作为更正提交") if self._amends else again
            buttons.append(("retry", again, self._retry))
        if one.record in OPENABLE and one.code not in _NOT_HERE:
            buttons.append(("open", self.tr("打开记录"), self.opened.emit))
        if self._lines:
            buttons.append(("copy", self.tr("复制原文"), self._copy))
        for name, text, act in buttons:
            button = Button(text)
            button.setObjectName(f"refused_{name}_button")
            button.clicked.connect(lambda _checked=False, act=act: act())
            foot.addWidget(button)
        drop = Button(self.tr("放弃这项更改"), DESTRUCTIVE)
        drop.setObjectName("refused_drop_button")
        drop.clicked.connect(self.dropped)
        foot.addWidget(drop)
        foot.addStretch(1)
        code = self.tr("代码 {code} · {time}").format(
            code=words.support_code(one.code), time=language.moment_word(one.at)
        )
        foot.addWidget(Label(code, "muted"))
        return foot

    def type_as_in(self, before: "RefusedCard") -> None:
        """Take over what was typed into the card that this one replaces."""
        if self._edit is not None and before._edit is not None:
            self._edit.setText(before._edit.text())
            if before.complaint.text():
                self._ask_reason(focus=False)

    def _ask_reason(self, *, focus: bool = True) -> None:
        if self._edit is not None:
            sentence = self.tr("还没有写更正原因：已提交的报告要写明原因才能改。")
            self.complaint.say(sentence, self._edit, focus=focus)

    def _copy(self) -> None:
        self.copied.emit("\n".join([self._subject, *self._lines]))

    def _retry(self) -> None:
        edited = self._edit.text() if self._edit is not None else ""
        if self._amends and self._edit is not None:
            if edited.strip():
                self.amended.emit(edited.strip())
            else:
                self._ask_reason()
            return
        changed = self._edit is not None and edited != self.refused.fields[self.refused.field]
        self.retried.emit({self.refused.field: edited} if changed else {})


class WaitingCard(Card):
    """What waits to be sent, oldest first; files after the texts."""

    def __init__(self, waiting: Sequence[WaitingItem], count: int, files: Sequence[FileToSend]) -> None:
        super().__init__()
        self._said = CustomerWords(self)
        self.set_heading(self.tr("等待发送"))
        self.setObjectName("waiting_card")
        self.body.setContentsMargins(space.RIM + space.LINE, space.APART, space.RIM + space.LINE, space.BETWEEN)
        self.body.setSpacing(0)
        self.body.addSpacing(space.TIGHT)
        lines = [self._line(item) for item in waiting[:_LISTED]] + [self._file(one) for one in files[:_LISTED]]
        for index, line in enumerate(lines):
            if index:
                self.body.addWidget(rule(self))
            self.body.addLayout(line)
        left = max(0, count - _LISTED) + max(0, len(files) - _LISTED)
        if left:
            more = Label(self.tr("还有 %n 项", "", left), "muted")
            more.setContentsMargins(0, space.INSIDE, 0, 0)
            self.body.addWidget(more)

    def _line(self, item: WaitingItem) -> QHBoxLayout:
        record = language.record_word(item.record) if item.record in RECORDS else item.record
        said = [] if item.kind == "command" else written(self._said, item.record, item.fields, item.kind)[:_FIELDS]
        detail = dotted(*(f"{field} {value}" for field, value in said)).replace("\n", " ")
        row = self._row(item.made_at, dotted(record, item.title, self._kind(item)), detail)
        row.addWidget(Label(language.size_word(item.size_bytes), "muted"))
        row.addWidget(Chip(state_word(item.state), "info", self))
        return row

    def _file(self, one: FileToSend) -> QHBoxLayout:
        record = language.record_word(one.record) if one.record in RECORDS else ""
        name = one.file_name or self.tr("没有名字的文件")
        row = self._row(one.queued_at, dotted(self.tr("附件"), name), dotted(record, one.title))
        size = language.size_word(one.size_bytes)
        if one.sent_bytes:
            size = self.tr("{sent} / {size}").format(sent=language.size_word(one.sent_bytes), size=size)
        row.addWidget(Label(size, "muted"))
        row.addWidget(Chip(self.tr("正在发送") if one.sent_bytes else self.tr("排在文字之后"), "info", self))
        return row

    def _row(self, at: str, title: str, detail: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, space.TIGHT, 0, space.TIGHT)
        row.setSpacing(space.BETWEEN)
        when = Label(language.moment_label(at), "secondary")
        when.setFixedWidth(theme.px(_TIME_WIDTH))
        row.addWidget(when)
        texts = QVBoxLayout()
        texts.setSpacing(space.LINE)
        texts.addWidget(ElidedLabel(title, "body"))
        if detail:
            texts.addWidget(ElidedLabel(detail, "muted"))
        row.addLayout(texts, 1)
        return row

    def _kind(self, item: WaitingItem) -> str:
        kinds = {"create": self.tr("新建"), "edit": self.tr("修改"), "delete": self.tr("删除")}
        events = {
            "submit": self.tr("提交"), "recall": self.tr("撤回"), "approve": self.tr("批准"),
            "send_back": self.tr("退回"), "reject": self.tr("驳回"), "pay": self.tr("支付"), "settle": self.tr("裁定"),
            "call_back_confirmed": self.tr("回访确认"), "call_back_disputed": self.tr("回访有异议"),
            "merge": self.tr("合并"), "restore": self.tr("恢复"),
            "accept": self.tr("同意"), "decline": self.tr("不同意"), "withdraw": self.tr("撤回"),
        }  # fmt: skip
        return events.get(item.command, item.command) if item.kind == "command" else kinds.get(item.kind, "")
