"""The dialog that sets or changes the passphrase of this computer: the one in use, if any, and the new one twice."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.passphrases import MIN_PASSPHRASE, check_new_passphrase
from crmdesk.ui import space, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.faults import Fault
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.text_field import TextLine

_NAMES = ("old", "new", "again")
_PLACES = {"passphrase_wrong": "old", "passphrase_too_short": "new"}
"""Where a fault is mended; every other one in the last field."""


class PassphraseDialog(SmallDialog):
    """Nothing that is typed here is kept anywhere; the data on the laptop is not touched, only how its key is kept."""

    def __init__(self, context: PageContext, parent: QWidget, first: bool = False) -> None:
        """`first`: none is in use so far, the key ring keeps the key."""
        super().__init__(context, parent, "passphrase")
        self._busy, self._first = False, first
        self._edits: dict[str, TextLine] = {}
        self._labels: dict[str, Label] = {}
        for name in _NAMES[first:]:
            edit, label = TextLine(), Label("", "muted")
            edit.setObjectName(f"passphrase_{name}_edit")
            edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText)
            label.setBuddy(edit)
            label.setContentsMargins(0, space.TINY, 0, 0)
            self.content.addWidget(label)
            self.content.addWidget(edit)
            self._edits[name], self._labels[name] = edit, label
        self.retranslate()
        QTimer.singleShot(0, self, partial(self._edits[_NAMES[first]].setFocus, Qt.FocusReason.OtherFocusReason))

    @override
    def retranslate(self) -> None:
        explanation = self.tr("新口令至少 {minimum} 个字符，可以是一句话；每次打开都要输入，谁也查不到它。")
        if self._first:
            explanation = self.tr(
                "至少 {minimum} 个字符，可以是一句话。从现在起每次打开和解锁都要输入，谁也查不到它；"
                "忘了它，没发送的更改就打不开。"
            )
            self.say(self.tr("设置本机口令"), explanation.format(minimum=MIN_PASSPHRASE), self.tr("设置"))
        else:
            self.say(self.tr("修改本机口令"), explanation.format(minimum=MIN_PASSPHRASE), self.tr("修改"))
        texts = {"old": self.tr("现在的口令"), "new": self.tr("新口令"), "again": self.tr("再输入一次新口令")}
        for name, edit in self._edits.items():
            self._labels[name].setText(texts[name])
            edit.setAccessibleName(texts[name])

    @override
    def save(self) -> None:
        if self._busy:
            return
        typed = {name: edit.text() for name, edit in self._edits.items()}
        new, again = typed["new"], typed["again"]
        try:
            check_new_passphrase(new, again)
        except CrmdeskError as error:
            self._refused(error)
            return
        self.marks.show(())
        self._busy = True
        self.save_button.setEnabled(False)
        session = self.context.session
        done = session.set_passphrase(new) if self._first else session.change_passphrase(typed["old"], new)
        self.context.bridge.run(self, done, self._done, self._refused)

    def _done(self, _nothing: None) -> None:
        done = "passphrase_set" if self._first else "passphrase_changed"
        self.context.toast(lambda: words.sentence(done))
        self.accept()

    def _refused(self, error: BaseException) -> None:
        self._busy = False
        self.save_button.setEnabled(True)
        place = self._edits[_PLACES.get(error.code if isinstance(error, CrmdeskError) else "", "again")]
        self.marks.show([Fault(lambda: words.error_sentence(error), place)])
        place.selectAll()
