"""The dialog in which an adverse event is marked as reported: what was heard, how and where it went."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.picklists import PICKLISTS
from crmdesk.domain.records import ADVERSE_EVENT
from crmdesk.services.commands import Outcome, ReportAdverseEvent
from crmdesk.services.views import AdverseEventItem
from crmdesk.ui import language, space, theme, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.adverse_event_words import AdverseEventWords
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.chips import Chip, Picklist
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.parts.room import Dialog
from crmdesk.ui.parts.text_field import TextBox, TextLine
from crmdesk.ui.parts.timeline import Timeline

translate = QCoreApplication.translate


class AdverseEventDialog(Dialog):
    """Shows one open task; `reported` when it was marked. Keys: arrows choose how, Ctrl+Enter marks it."""

    reported = Signal()

    def __init__(self, context: PageContext, parent: QWidget, item: AdverseEventItem) -> None:
        super().__init__(parent)
        self.setObjectName("adverse_event_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        self.context, self.item = context, item
        self._words = AdverseEventWords(self)
        self._heading, self._about = Label("", "title"), Label("", "secondary", wrap=True)
        self._clock, self._left = Label("", "muted", wrap=True), Chip(parent=self)
        self._left.setObjectName("adverse_event_left_chip")
        self._heard_word, self._where_word = Label("", "muted"), Label("", "muted")
        self._history_word, self.history = Label("", "muted"), Timeline()
        self.history.setObjectName("adverse_event_history")
        self.heard = TextBox(str(item.row["heard"] or ""))
        self.heard.setObjectName("adverse_event_heard_edit")
        self.heard.setTabChangesFocus(True)
        self.heard.setMinimumHeight(theme.px(96))
        self.how = Picklist(" ")
        self.how.setObjectName("adverse_event_how")
        self.where = TextLine()
        self.where.setObjectName("adverse_event_where_edit")
        self.where.setMaxLength(ADVERSE_EVENT.field("reported_where").max_length)
        self.banner = Banner()
        self.banner.setObjectName("adverse_event_banner")
        self._cancel = Button("", key="Esc")
        self._cancel.setObjectName("adverse_event_cancel_button")
        self._cancel.clicked.connect(self.reject)
        self.how.changed.connect(lambda: self.banner.say(""))  # what it asked for is answered
        self.save_button = Button("", PRIMARY, "Ctrl ↵")
        self.save_button.setObjectName("adverse_event_save_button")
        self.save_button.clicked.connect(self.save)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.save)
        self._lay_out()
        self.retranslate()
        self.how.setFocus()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(space.NEAR)
        head.addWidget(self._heading)
        head.addWidget(self._left)
        head.addStretch(1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*space.PAGE)
        layout.setSpacing(space.INSIDE)
        layout.addLayout(head)
        for widget in (self._about, self._clock):
            layout.addWidget(widget)
        layout.addSpacing(space.TIGHT)
        layout.addWidget(self._heard_word)
        layout.addWidget(self.heard, 1)
        layout.addWidget(self.how)
        layout.addWidget(self._where_word)
        layout.addWidget(self.where)
        layout.addWidget(self.banner)
        layout.addWidget(self._history_word)
        layout.addWidget(self.history)
        layout.addSpacing(space.TIGHT)
        layout.addLayout(foot)

    @property
    @override
    def kept_in_sight(self) -> tuple[QWidget, ...]:
        return (self.banner,)

    def retranslate(self) -> None:
        """Set every text anew."""
        heading = self.tr("上报不良反应")
        self.setWindowTitle(heading)
        self._heading.setText(heading)
        self._left.set(*self._words.state(self.item))
        self._about.setText(self._words.about(self.item))
        self._clock.setText(self._words.clock(self.item))
        for name, label, edit in (
            ("heard", self._heard_word, self.heard), ("reported_where", self._where_word, self.where),
        ):  # fmt: skip
            word = language.field_word("adverse_event", name)
            label.setText(word)
            edit.setAccessibleName(word)
        self._history_word.setText(self.tr("谁在什么时候写了什么"))
        self._history_word.setVisible(bool(self.item.history))
        self.history.setVisible(bool(self.item.history))
        self.history.set_rows(CustomerWords(self).history(self.item.row, self.item.history, ()))
        self.heard.setPlaceholderText(self.tr("患者（年龄、性别）、用药、表现、结果"))
        self.where.setPlaceholderText(self.tr("报给谁、受理编号"))
        self.how.set_heading(language.field_word("adverse_event", "reported_how"))
        ways = PICKLISTS["adverse_event_way"]
        self.how.set_choices([(one.code, language.choice_word("adverse_event_way", one.code)) for one in ways])
        self._cancel.setText(self.tr("以后再说"))
        self.save_button.setText(self.tr("已上报"))

    def save(self) -> None:
        """Mark the task as reported; how it was reported is asked for, everything else may be empty."""
        how = self.how.value()
        if not how:
            self.banner.say(lambda: self.tr("先选上报方式，再按“已上报”。"), "warn")
            self.how.setFocus()
            return
        self.save_button.setEnabled(False)
        heard = self.heard.toPlainText()
        changed = heard if heard != (self.item.row["heard"] or "") else ""
        command = ReportAdverseEvent(self.item.row.id, how, self.where.text(), changed)
        self.context.submit(self, command, self._saved, self._failed)

    def _saved(self, outcome: Outcome) -> None:
        self.context.toast(lambda: translate("adverse_event_dialog", "已记为上报，保存在本机"), outcome.undo_token)
        self.reported.emit()
        self.accept()

    def _failed(self, error: BaseException) -> None:
        self.save_button.setEnabled(True)
        self.banner.say(lambda: words.error_sentence(error), "bad")

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
