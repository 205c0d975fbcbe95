"""The dialog that changes the passphrase of this computer: the one in use, the new one twice."""

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

    def __init__(self, context: PageContext, parent: QWidget) -> None:
        super().__init__(context, parent, "passphrase")
        self._busy = False
        self._edits: dict[str, TextLine] = {}
        self._labels: dict[str, Label] = {}
        for name in _NAMES:
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
        QTimer.singleShot(0, self, partial(self._edits["old"].setFocus, Qt.FocusReason.OtherFocusReason))

    @override
    def retranslate(self) -> None:
        explanation = self.tr("新口令至少 {minimum} 个字符，可以是一句话；每次打开都要输入，谁也查不到它。")
        self.say(self.tr("修改本机口令"), explanation.format(minimum=MIN_PASSPHRASE), self.tr("修改"))
        texts = (self.tr("现在的口令"), self.tr("新口令"), self.tr("再输入一次新口令"))
        for name, text in zip(_NAMES, texts, strict=True):
            self._labels[name].setText(text)
            self._edits[name].setAccessibleName(text)

    @override
    def save(self) -> None:
        if self._busy:
            return
        old, new, again = (self._edits[name].text() for name in _NAMES)
        try:
            check_new_passphrase(new, again)
        except CrmdeskError as error:
            self._refused(error)
            return
        self.marks.show(())
        self._busy = True
        self.save_button.setEnabled(False)
        self.context.bridge.run(self, self.context.session.change_passphrase(old, new), self._done, self._refused)

    def _done(self, _nothing: None) -> None:
        self.context.toast(lambda: words.sentence("passphrase_changed"))
        self.accept()

    def _refused(self, error: BaseException) -> None:
        self._busy = False
        self.save_button.setEnabled(True)
        place = self._edits[_PLACES.get(error.code if isinstance(error, CrmdeskError) else "", "again")]
        self.marks.show([Fault(lambda: words.error_sentence(error), place)])
        place.selectAll()
