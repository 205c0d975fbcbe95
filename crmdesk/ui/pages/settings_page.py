"""The Settings page: language, theme, account, lock, device, backup, and what support needs (no customer's data)."""

import platform
from typing import Any

import PySide6
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QVBoxLayout
from typing_extensions import override

import crmdesk
from crmdesk.services.commands import ChangeSet
from crmdesk.services.views import SyncSummary
from crmdesk.ui import chosen_look, language, space, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.page import Page
from crmdesk.ui.pages.settings_backup import BackupCard
from crmdesk.ui.pages.settings_lock import LockCard
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import Picklist, digit_pressed
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.property_rows import PropertyRows
from crmdesk.ui.parts.split import ScrollPage
from crmdesk.ui.ports import Device

_TWO_COLUMNS = 820
"""From this width at 100 % the cards stand in two columns."""


class SettingsPage(Page):
    """Changes apply at once and are remembered for this person on this laptop."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        page = ScrollPage()
        self.body.addWidget(page)
        self._summary: SyncSummary | None = None
        self._device: Device | None = None
        self._look = Card()
        self._language = self._picklist("settings_language", "1", self._choose_language)
        self._theme = self._picklist("settings_theme", "2", self._choose_theme)
        self._look.body.addSpacing(space.TINY)
        self._look.body.addWidget(self._language)
        self._look.body.addSpacing(space.INSIDE)
        self._look.body.addWidget(self._theme)
        self._account = Card()
        self._account_rows = PropertyRows(120)
        self._account.body.addWidget(self._account_rows)
        self._account_hint = Label("", "muted", wrap=True)
        self._account.body.addWidget(self._account_hint)
        self._account.body.addLayout(self._account_buttons())
        self.lock = LockCard(context, self)
        self._laptop = Card()
        self._laptop_rows = PropertyRows(120)
        self._laptop.body.addWidget(self._laptop_rows)
        self.backup = BackupCard(context, self)
        self._about = Card()
        self._about_rows = PropertyRows(120)
        self._about.body.addWidget(self._about_rows)
        self._about_hint = Label("", "muted", wrap=True)
        self._about.body.addWidget(self._about_hint)
        self._about.body.addLayout(self._about_buttons())
        left, right = QVBoxLayout(), QVBoxLayout()
        self._columns = QHBoxLayout()
        self._columns.setSpacing(space.APART)
        for column, cards in (
            (left, (self._look, self.lock, self._account)),
            (right, (self._laptop, self.backup, self._about)),
        ):
            column.setSpacing(space.APART)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
            self._columns.addLayout(column, 1)
        page.content.addLayout(self._columns)
        self.retranslate()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= theme.px(_TWO_COLUMNS)
        self._columns.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def _picklist(self, name: str, digit: str, act: Any) -> Picklist:
        made = Picklist("", digit)
        made.setObjectName(name)
        made.changed.connect(act)
        return made

    def _account_buttons(self) -> QHBoxLayout:
        self._sign_out = Button.for_action("sign_out", icon_name="sign_out")
        self._sign_out.clicked.connect(self._leave)
        row = QHBoxLayout()
        row.setSpacing(space.INSIDE)
        row.addWidget(self._sign_out)
        row.addStretch(1)
        return row

    def _about_buttons(self) -> QHBoxLayout:
        self._copy = Button("", icon_name="copy")
        self._copy.setObjectName("settings_copy_button")
        self._copy.clicked.connect(self._copy_diagnostics)
        self._keys = Button.for_action("show_keys", icon_name="keyboard")
        self._keys.clicked.connect(lambda: self.context.actions.trigger("show_keys"))
        row = QHBoxLayout()
        row.setSpacing(space.INSIDE)
        row.addWidget(self._copy)
        row.addWidget(self._keys)
        row.addStretch(1)
        return row

    @override
    def enter(self, **args: Any) -> None:
        self.lock.enter()
        self.backup.enter()
        self.retranslate()
        self.context.ask(self, lambda reads: reads.sync_summary(), self._take, latest="summary")
        bridge, shell = self.context.bridge, self.context.shell
        bridge.run(self, self.context.session.device(), self._take_device, shell.tell, latest="device")

    @override
    def refresh(self, changes: ChangeSet) -> None:
        self.backup.refresh(changes)

    def offer_passphrase(self) -> None:
        """Ask for a passphrase, without which nothing can be locked."""
        self.lock.enter()
        self.lock.ask()

    def _take_device(self, device: Device) -> None:
        self._device = device
        self._show_rows()

    def _take(self, summary: SyncSummary) -> None:
        self._summary = summary
        self._show_rows()

    @override
    def retranslate(self) -> None:
        self.header.set_title(self.tr("设置"))
        self._look.set_heading(self.tr("语言与外观"))
        self._language.set_heading(self.tr("语言"))
        self._language.set_choices([("zh", "中文"), ("en", "English")])
        self._language.set_value(language.current())
        self._theme.set_heading(self.tr("主题"))
        self._theme.set_choices(
            [(theme.LIGHT, self.tr("浅色")), (theme.DARK, self.tr("深色")), (theme.SYSTEM, self.tr("跟随系统"))]
        )
        self._theme.set_value(theme.theme_choice())
        self._account.set_heading(self.tr("账号"))
        self._account_hint.setText(self.tr("退出后，没发送的更改仍加密保存在这台电脑上，下次登录后自动发送。"))
        self.lock.retranslate()
        self.backup.retranslate()
        self._laptop.set_heading(self.tr("这台电脑"))
        self._about.set_heading(self.tr("诊断"))
        self._about_hint.setText(self.tr("诊断信息只含版本和数量，不含任何客户资料。"))
        self._copy.setText(self.tr("复制诊断信息"))
        self._show_rows()

    def _show_rows(self) -> None:
        person = self.context.desk.person
        with self._account_rows.filling():
            self._account_rows.add(self.tr("姓名"), person.name)
            self._account_rows.add(self.tr("登录名"), person.login)
            self._account_rows.add(self.tr("角色"), language.choice_word("role", person.role))
            self._account_rows.add(self.tr("辖区"), self.tr("、").join(person.territory_names))
        with self._laptop_rows.filling():
            for name, value in self._of_laptop():
                self._laptop_rows.add(name, value)
        with self._about_rows.filling():
            for name, value in self._diagnostics():
                self._about_rows.add(name, value)

    def _of_laptop(self) -> list[tuple[str, str]]:
        """Return what the server calls this laptop and since when it knows it; a dash for what is not known yet."""
        device, summary = self._device, self._summary
        return [
            (self.tr("服务器上的名称"), device.name if device else ""),
            (self.tr("登记于"), language.moment_label(device.since) if device else ""),
            (self.tr("上次联系服务器"), language.moment_label(summary.last_sync_at) if summary else ""),
            (self.tr("本机数据"), language.size_word(device.store_bytes) if device else ""),
        ]

    def _diagnostics(self) -> list[tuple[str, str]]:
        rows = [
            (self.tr("版本"), f"crmdesk {crmdesk.__version__}"),
            (self.tr("系统"), f"{platform.system()} {platform.release()} · Python {platform.python_version()}"),
            ("Qt", PySide6.__version__),
        ]
        summary = self._summary
        if summary is not None:
            rows += [
                (self.tr("客户"), f"{summary.customers:,}"),
                (self.tr("等待发送"), f"{summary.waiting:,}"),
                (self.tr("需要你处理"), f"{summary.conflicts + summary.refused + summary.files_stuck:,}"),
                (self.tr("上次同步"), language.moment_label(summary.last_sync_at)),
            ]
        return rows

    def _copy_diagnostics(self) -> None:
        text = "\n".join(f"{name}: {value}" for name, value in self._diagnostics())
        QApplication.clipboard().setText(text)
        self.context.toast(lambda: self.tr("已复制诊断信息。"))

    def _choose_language(self) -> None:
        choice = self._language.value()
        if choice != language.current():
            chosen_look.choose_language(self.context, self, choice)

    def _choose_theme(self) -> None:
        choice = self._theme.value()
        if choice != theme.theme_choice():
            chosen_look.choose_theme(self.context, self, choice)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not digit_pressed((self._language, self._theme, self.lock.after), event):
            super().keyPressEvent(event)

    def _leave(self) -> None:
        self.context.actions.trigger("sign_out")
