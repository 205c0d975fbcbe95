"""The card of Settings about backups: what is here alone, the last backup, making one, putting one back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from crmdesk.domain.brought_back import Brought
from crmdesk.services.commands import ChangeSet
from crmdesk.services.views import BackupStand
from crmdesk.ui import language, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.backup_dialog import BackUpDialog, PutBackDialog
from crmdesk.ui.pages.backup_words import BackupWords
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.flow import FlowLayout
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.property_rows import PropertyRows

MAKE, PUT_BACK = "backup_make", "backup_put_back"
"""The actions."""
_TOUCHING = frozenset({"outbox", "needs_you", "draft", "sync_state"})


class BackupCard(Card):
    """Says what is on this computer alone; the rest comes from the server again and is in no backup."""

    def __init__(self, context: PageContext, page: QWidget) -> None:
        super().__init__()
        self._context, self._page = context, page
        self._words = BackupWords(self)
        self._stand: BackupStand | None = None
        self._hint, self._rest = Label("", "muted", wrap=True), Label("", "muted", wrap=True)
        self._hint.setObjectName("backup_hint")
        self._rows = PropertyRows(120)
        buttons = FlowLayout(spacing=space.INSIDE)
        for action, icon, act in ((MAKE, "export", self.make), (PUT_BACK, "undo", self.put_back)):
            context.actions.bind(page, action, act)
            button = Button.for_action(action, icon_name=icon)
            button.clicked.connect(partial(context.actions.trigger, action))
            buttons.addWidget(button)
        self.body.addWidget(self._hint)
        self.body.addWidget(self._rows)
        self.body.addWidget(self._rest)
        self.body.addLayout(buttons)
        self.retranslate()

    def enter(self) -> None:
        """Read what is so now."""
        self._context.ask(self, lambda reads: reads.backup_stand(), self._take, latest="backup")

    def refresh(self, changes: ChangeSet) -> None:
        """Read anew where what waits has changed."""
        if _TOUCHING & set(changes.changed):
            self.enter()

    def make(self) -> None:
        """Ask where to and under which passphrase."""
        before = self._stand.last_path if self._stand is not None else ""
        dialog = BackUpDialog(self._context, self._page, str(Path(before).parent) if before else "")
        dialog.made.connect(self.enter)
        dialog.open()

    def put_back(self) -> None:
        """Ask which one."""
        dialog = PutBackDialog(self._context, self._page)
        dialog.came.connect(self.enter)
        dialog.open()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.set_heading(self.tr("备份"))
        self._hint.setText(
            self.tr("还没发送的只在这台电脑上：出差或送修以前，把它备份到 U 盘；在新电脑上登录以后再恢复。")
        )
        self._rest.setText(self.tr("其余资料登录后由服务器重新发来，不在备份里。"))
        self._show()

    def _take(self, stand: BackupStand) -> None:
        self._stand = stand
        self._show()

    def _show(self) -> None:
        stand = self._stand
        waits = last = ""
        if stand is not None:
            held = Brought(stand.changes, stand.needs_you, stand.given_up, stand.drafts, stand.files)
            waits = self._words.counted(held) or self.tr("没有")
            last = language.moment_label(stand.last_at) or self.tr("还没有备份过")
        with self._rows.filling():
            self._rows.add(self.tr("还没发送"), waits, object_name="backup_waits")
            self._rows.add(self.tr("上次备份"), last, object_name="backup_last")
            if stand is not None and stand.last_path:
                self._rows.add(self.tr("备份在"), stand.last_path, object_name="backup_place")
