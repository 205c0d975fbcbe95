"""What the Sync page says of older data that was put aside: opening it with its passphrase, throwing it away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.brought_back import Brought
from crmdesk.ui import actions, language, space, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.buttons import DESTRUCTIVE, PLAIN, Button
from crmdesk.ui.parts.card import Card, rule
from crmdesk.ui.parts.faults import Fault
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.text_field import TextLine
from crmdesk.ui.ports import PutAside

OPEN, THROW_AWAY = "sync_bring_back", "sync_throw_away"
"""The actions, for the oldest one; the others have buttons without keys."""
_PASSPHRASE, _NOWHERE = "passphrase", "none"


class PutAsideCard(Card):
    """Older data, oldest first: since when, what is in it, and what can be done; nothing is lost by not acting."""

    opened = Signal(object)
    thrown_away = Signal(object)

    def __init__(self, found: Sequence[PutAside]) -> None:
        super().__init__()
        self.setObjectName("put_aside_card")
        self.set_heading(self.tr("放到一边的旧数据"))
        self.body.setContentsMargins(space.RIM + space.LINE, space.APART, space.RIM + space.LINE, space.ROOMY)
        self.body.setSpacing(0)
        first = {one.key != _NOWHERE: one for one in reversed(found)}.get(True)
        for index, one in enumerate(found):
            if index:
                self.body.addWidget(rule(self))
            self.body.addLayout(self._line(one, opens_first=one is first, first=not index))

    def _line(self, one: PutAside, *, opens_first: bool, first: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, space.INSIDE, 0, space.TIGHT)
        row.setSpacing(space.BETWEEN)
        texts = QVBoxLayout()
        texts.setSpacing(space.HAIR)
        since = self.tr("{when} 放到一边").format(when=language.moment_word(one.at))
        title = Label(since, "body", wrap=True)
        title.setObjectName("put_aside_since")
        texts.addWidget(title)
        texts.addWidget(Label(self._said(one), "muted", wrap=True))
        row.addLayout(texts, 1)
        if one.key != _NOWHERE:
            row.addWidget(self._button(OPEN, PLAIN, one, since, keyed=opens_first))
        row.addWidget(self._button(THROW_AWAY, DESTRUCTIVE, one, since, keyed=first))
        return row

    def _said(self, one: PutAside) -> str:
        if one.key == _PASSPHRASE:
            return self.tr("当时忘了口令。想起来了就打开它：里面没发送的更改会取回到现在的数据里，照常同步。")
        if one.key == _NOWHERE:
            return self.tr("它的密钥已经不在，谁也打不开；里面没发送的更改取不回来。")
        return self.tr("当时系统钥匙串里的密钥不见了或不对。钥匙串恢复以后就打开它：里面没发送的更改会取回来。")

    def _button(self, action: str, kind: str, one: PutAside, since: str, *, keyed: bool) -> Button:
        button = Button(actions.text(action), kind, actions.keys(action) if keyed else "", small=True)
        button.setObjectName(f"{action}_{one.name}_button")
        button.setAccessibleName(dotted(button.text(), since))
        button.clicked.connect(lambda: (self.opened if action == OPEN else self.thrown_away).emit(one))
        return button


class BringBackDialog(SmallDialog):
    """Asks for the passphrase of older data; `brought` carries what came out of it. A wrong one changes nothing."""

    brought = Signal(object)

    def __init__(self, context: PageContext, parent: QWidget, one: PutAside) -> None:
        super().__init__(context, parent, "bring_back")
        self._one, self._busy = one, False
        self._label, self._edit = Label("", "muted"), TextLine()
        self._edit.setObjectName("bring_back_passphrase_edit")
        self._edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._edit.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText)
        self._label.setBuddy(self._edit)
        for part in (self._label, self._edit):
            part.setVisible(one.key == _PASSPHRASE)
            self.content.addWidget(part)
        self.retranslate()
        first = self._edit if one.key == _PASSPHRASE else self.save_button
        QTimer.singleShot(0, self, partial(first.setFocus, Qt.FocusReason.OtherFocusReason))

    @override
    def retranslate(self) -> None:
        when = language.moment_word(self._one.at)
        explanation = self.tr("{when} 放到一边的数据里没发送的更改会取回到现在的数据里，不会重复；全部取回后它就删除。")
        self.say(self.tr("取回旧数据"), explanation.format(when=when), self.tr("打开并取回"))
        self._label.setText(self.tr("当时的口令"))
        self._edit.setAccessibleName(self._label.text())

    @override
    def save(self) -> None:
        if self._busy:
            return
        passphrase = self._edit.text()
        if self._one.key == _PASSPHRASE and not passphrase:
            self.marks.show([Fault(lambda: self.tr("请输入当时的口令。"), self._edit)])
            return
        self.marks.show(())
        self.banner.say("")
        self._wait(True)
        future = self.context.session.bring_back(self._one.name, passphrase)
        self.context.bridge.run(self, future, self._done, self._refused)

    @override
    def reject(self) -> None:
        if not self._busy:  # what is under way is told when it has ended
            super().reject()

    def _wait(self, busy: bool) -> None:
        self._busy = busy
        self.save_button.setEnabled(not busy)

    def _done(self, found: Brought) -> None:
        self._wait(False)
        self.brought.emit(found)
        self.accept()

    def _refused(self, error: BaseException) -> None:
        self._wait(False)
        if self._one.key == _PASSPHRASE:
            self.marks.show([Fault(lambda: words.error_sentence(error), self._edit)])
            self._edit.selectAll()
        else:
            self.tell(error)


class ThrowAwayDialog(SmallDialog):
    """Says once what throwing older data away costs; `gone` tells that it is done."""

    gone = Signal()

    def __init__(self, context: PageContext, parent: QWidget, one: PutAside) -> None:
        super().__init__(context, parent, "throw_away")
        self._one, self._busy = one, False
        self._sure = QCheckBox()  # no key that is pressed once too often says yes
        self._sure.setObjectName("throw_away_sure_check")
        self.content.addWidget(self._sure)
        self.save_button.set_kind(DESTRUCTIVE)
        self.retranslate()
        self._sure.setFocus()

    @override
    def retranslate(self) -> None:
        when = language.moment_word(self._one.at)
        explanation = self.tr("{when} 放到一边的数据会永远删除，里面没发送的更改再也找不回来。现在的数据不受影响。")
        self.say(self.tr("丢弃旧数据"), explanation.format(when=when), self.tr("永远丢弃"))
        self._sure.setText(self.tr("里面的内容我不要了"))

    @override
    def save(self) -> None:
        if self._busy:
            return
        if not self._sure.isChecked():
            self.marks.show([Fault(lambda: self.tr("确实不要了，请先打勾。"), self._sure)])
            return
        self.marks.show(())
        self._wait(True)
        future = self.context.session.throw_away(self._one.name)
        self.context.bridge.run(self, future, self._done, self._refused)

    @override
    def reject(self) -> None:
        if not self._busy:  # as above: the page would go on to show what is gone
            super().reject()

    def _wait(self, busy: bool) -> None:
        self._busy = busy
        self.save_button.setEnabled(not busy)

    def _done(self, _nothing: None) -> None:
        self._wait(False)
        self.gone.emit()
        self.accept()

    def _refused(self, error: BaseException) -> None:
        self._wait(False)
        self.tell(error)


class BroughtWords(QObject):
    """Says how much came out of older data."""

    def sentence(self, found: Brought) -> str:
        """Return the sentence, and a second one where something stays in it."""
        parts = (
            (found.changes, self.tr("%n 项更改", "", found.changes)),
            (found.needs_you, self.tr("%n 项要你处理", "", found.needs_you)),
            (found.drafts, self.tr("%n 份草稿", "", found.drafts)),
            (found.files, self.tr("%n 个附件", "", found.files)),
            (found.given_up, self.tr("%n 项放弃过的", "", found.given_up)),
        )
        what = dotted(*(said for count, said in parts if count))
        came = self.tr("已取回：{what}。").format(what=what) if what else self.tr("旧数据里没有要取回的更改。")
        left = self.tr("%n 份草稿留在旧数据里：同一页上正有一份在写，写完再打开一次。", "", found.left)
        stays = self.tr("旧数据现在删不掉，还留着；里面没有要取回的了。")
        return language.sentences((came, *([left] if found.left else []), *([stays] if found.stays else [])))
