"""The card of Settings about the lock: after how long, lock now, and the passphrase without which nothing is locked."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from crmdesk.services.commands import SetPreference
from crmdesk.ui import actions, lock_choice, space, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.passphrase_dialog import PassphraseDialog
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.flow import FlowLayout
from crmdesk.ui.parts.label import Label


class LockCard(Card):
    """Says what is so: with a passphrase what can be chosen, without one why nothing can be locked yet."""

    def __init__(self, context: PageContext, page: QWidget) -> None:
        super().__init__()
        self._context, self._page = context, page
        self._protected = False
        self.after = Picklist("", "3")
        self.after.setObjectName("settings_lock_after")
        self.after.changed.connect(self._choose)
        self._choice = ""
        self._hint = Label("", "muted", wrap=True)
        self._hint.setObjectName("settings_lock_hint")
        self._now = Button.for_action("lock_now", icon_name="lock")
        self._now.clicked.connect(partial(context.actions.trigger, "lock_now"))
        self._passphrase = Button("", key=actions.keys("change_passphrase"), icon_name="edit")
        self._passphrase.setObjectName("change_passphrase_button")  # says more than the action: whether there is one
        self._passphrase.clicked.connect(self.ask)
        self.action = context.actions.bind(page, "change_passphrase", self.ask)
        buttons = FlowLayout(spacing=space.INSIDE)  # beside each other large words would widen the page past its room
        buttons.addWidget(self._now)
        buttons.addWidget(self._passphrase)
        self.body.addSpacing(space.TINY)
        self.body.addWidget(self.after)
        self.body.addWidget(self._hint)
        self.body.addLayout(buttons)
        self.retranslate()

    def enter(self) -> None:
        """Read what is so now."""
        account = self._context.session.known_account()
        self._protected = account is not None and account.needs_passphrase
        self.action.setEnabled(account is not None)
        self.retranslate()
        self._context.ask(self, lambda reads: reads.preference(lock_choice.PREFERENCE, ""), self._take, latest="lock")

    def ask(self) -> None:
        """Ask for a new passphrase, and for the one in use where there is one."""
        dialog = PassphraseDialog(self._context, self._page, first=not self._protected)
        dialog.accepted.connect(self.enter)
        dialog.open()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.set_heading(self.tr("锁定"))
        self.after.set_heading(self.tr("没人操作多久后锁定"))
        minutes = [(one, self.tr("%n 分钟", "", int(one))) for one in lock_choice.MINUTES]
        self.after.set_choices([*minutes, (lock_choice.NEVER, self.tr("从不"))])
        self.after.set_value(lock_choice.chosen(self._choice))
        self.after.setVisible(self._protected)
        self._now.setVisible(self._protected)
        what = self.tr("锁定时关闭数据、隐藏所有窗口，没写完的都在；用本机口令打开。")
        self._hint.setText(what if self._protected else words.sentence("lock_needs_passphrase"))
        self._passphrase.setVisible(self.action.isEnabled())
        self._passphrase.setText(self.tr("修改本机口令…") if self._protected else self.tr("设置本机口令…"))

    def _take(self, choice: str) -> None:
        self._choice = choice
        self.after.set_value(lock_choice.chosen(choice))

    def _choose(self) -> None:
        choice = self.after.value() or lock_choice.DEFAULT
        if choice != lock_choice.chosen(self._choice):
            self._choice = choice
            self._context.submit(self, SetPreference(lock_choice.PREFERENCE, choice))
        self.after.set_value(choice)
