"""The main window: rail, pages, status bar, palette, toast; navigation, undo, ChangeSets to the page shown."""

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.custom_fields import NONE, Definitions
from crmdesk.domain.records import CUSTOM_FIELD
from crmdesk.services.commands import ChangeSet, Outcome, SetPreference, Undo
from crmdesk.services.views import Person, SyncSummary
from crmdesk.ui import actions, language, own_fields, theme, words
from crmdesk.ui.actions import Actions
from crmdesk.ui.bridge import Bridge
from crmdesk.ui.context import PageContext
from crmdesk.ui.key_map import KeyMapDialog
from crmdesk.ui.pages import registry
from crmdesk.ui.pages.page import Page
from crmdesk.ui.palette import Palette
from crmdesk.ui.parts.notices import Toast
from crmdesk.ui.parts.rail import Rail
from crmdesk.ui.parts.status_bar import StatusBar
from crmdesk.ui.ports import SessionPort, Signed, SyncState

_HISTORY = 50
_WHO = frozenset({"assignment", "territory", "user"})
"""Records whose rows say who the person is and which territories are held."""


class MainWindow(QMainWindow):
    """One signed-in person at work. `signed_out` asks for the sign-in window; `closed` says that it has gone."""

    signed_out = Signal()
    closed = Signal()

    def __init__(self, signed: Signed, session: SessionPort) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("crmdesk")
        self.resize(1366, 768)
        self.setMinimumSize(1024, 640)
        self.bridge = Bridge(self)
        self.person = signed.desk.person
        self.context = PageContext(signed.desk, signed.sync, session, Actions(self), self.bridge, self)
        self._pages: dict[str, Page] = {}
        self._history: list[tuple[str, dict[str, Any]]] = []
        self._undo_token = ""
        self.summary: SyncSummary | None = None
        self._theme_shown = theme.theme_name()
        self._build()
        self._bind()
        self.toast_part = Toast(self)
        self.toast_part.undone.connect(self._undo_token_now)
        self.palette_part = Palette(self.context, self)
        self.bridge.changed.connect(self._changed)
        self.bridge.sync_changed.connect(self._sync_changed)
        self._ends = [
            signed.desk.subscribe(self.bridge.publish),
            signed.sync.subscribe(self.bridge.publish_sync),
        ]
        self._status.set_state(signed.sync.state())
        own_fields.take(NONE)
        self._read_own_fields()
        self._read_preferences()
        self._read_summary()
        first = registry.in_rail(self.person.role)
        if first:
            self.navigate(first[0].name)

    def _build(self) -> None:
        role = self.person.role
        keys = {spec.name: actions.keys(f"go_{spec.name}") for spec in registry.in_rail(role)}
        self._rail = Rail(registry.in_rail(role), keys)
        self._rail.chosen.connect(self.navigate)
        self._stack = QStackedWidget()
        self._status = StatusBar(self.person)
        self._status.opened.connect(lambda: self.navigate("sync"))
        central = QWidget()
        outer = QVBoxLayout(central)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(self._stack, 1)
        outer.addLayout(row, 1)
        outer.addWidget(self._status)
        self.setCentralWidget(central)
        self._show_account()

    def _bind(self) -> None:
        bind = self.context.actions.bind
        for name in ("today", "customers", "plan", "visit", "expenses", "approvals", "sync", "settings", "import"):
            if registry.allowed(name, self.person.role):
                bind(self, f"go_{name}", partial(self.navigate, name))
        bind(self, "open_palette", self.open_palette)
        bind(self, "go_back", self.back)
        bind(self, "sync_now", self.sync_now)
        bind(self, "cancel_sync", self.context.sync.cancel)
        bind(self, "work_offline", self.toggle_offline)
        bind(self, "undo", self.undo)
        bind(self, "switch_language", self.switch_language)
        bind(self, "switch_theme", self.switch_theme)
        bind(self, "show_keys", self.show_keys)
        bind(self, "sign_out", self.sign_out)
        bind(self, "quit", self.close)

    # --- navigation -----------------------------------------------------------------------------------------------

    def page(self, name: str) -> Page:
        """Return a page, making it when it is first wanted; raises KeyError for an unknown name."""
        made = self._pages.get(name)
        if made is None:
            made = registry.make(name, self.context)
            self._pages[name] = made
            self._stack.addWidget(made)
        return made

    @property
    def shown(self) -> str:
        """Return the name of the page shown."""
        return self._history[-1][0] if self._history else ""

    def navigate(self, page: str, **args: Any) -> None:
        """Show a page; one that the role may not see, or that is not there, is passed over in words."""
        if not registry.allowed(page, self.person.role):
            self.toast(self.tr("这个页面不属于你的角色。"))
            return
        if self._history and not self.page(self.shown).may_leave():
            return
        self._history.append((page, args))
        del self._history[:-_HISTORY]
        self._show_page(page, args)

    def back(self) -> None:
        """Return to the page before."""
        if len(self._history) > 1 and self.page(self.shown).may_leave():
            self._history.pop()
            self._show_page(*self._history[-1])

    def _show_page(self, name: str, args: dict[str, Any]) -> None:
        page = self.page(name)
        page.before_showing()
        self._stack.setCurrentWidget(page)
        self._rail.light(registry.spec(name).rail or name)
        page.enter(**args)
        self.setWindowTitle(f"{page.title} · crmdesk" if page.title else "crmdesk")
        focus = self.focusWidget() or self
        if not page.isAncestorOf(focus) or page.header.isAncestorOf(focus):
            # Qt gave the focus of the page that went to the next in line, the search field of this one.
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- what pages ask of the window -----------------------------------------------------------------------------

    def toast(self, text: str, undo_token: str = "") -> None:
        """Say for a few seconds what was done; with a token it can be undone, also by Ctrl+Z."""
        if undo_token:
            self._undo_token = undo_token
        self.toast_part.say(text, undo_token)

    def tell(self, error: BaseException) -> None:
        """Say in words what went wrong."""
        self.toast_part.say(words.error_sentence(error))

    def open_palette(self, text: str = "") -> None:
        """Open search and commands."""
        self.palette_part.open(text)

    # --- actions --------------------------------------------------------------------------------------------------

    def sync_now(self) -> None:
        """Ask for a sync; the status bar shows how it goes."""
        self.context.sync.request()

    def toggle_offline(self) -> None:
        """Stay off the network, or go back to it."""
        offline = self.context.sync.state().code != "work_offline"  # without a network it may be chosen all the same
        self.context.sync.work_offline(offline)
        self.toast(self.tr("已离线工作。更改保存在本机。") if offline else self.tr("已恢复联网，更改会自动发送。"))

    def undo(self) -> None:
        """Take back the newest edit that can be taken back."""
        if not self._undo_token:
            self.toast(self.tr("没有可以撤销的更改。"))
            return
        self._undo_token_now(self._undo_token)

    def _undo_token_now(self, token: str) -> None:
        self._undo_token = ""
        self.context.submit(self, Undo(token), self._undone)

    def _undone(self, outcome: Outcome) -> None:
        kept = len(outcome.left_out)
        if kept:
            self.toast(self.tr("已撤销，其中 %n 项之后又被改过，保持不变。", "", kept))
        else:
            self.toast(self.tr("已撤销。"))

    def switch_language(self) -> None:
        """Change between Chinese and English and remember it."""
        self.choose_language(language.ENGLISH if language.current() == language.CHINESE else language.CHINESE)

    def switch_theme(self) -> None:
        """Change between light and dark and remember it."""
        self.choose_theme(theme.DARK if theme.theme_name() == theme.LIGHT else theme.LIGHT)

    def choose_language(self, choice: str) -> None:
        """Show everything in `zh`, `en` or what the `system` says, now and next time."""
        _apply_language(choice)
        self.context.submit(self, SetPreference("language", choice))

    def choose_theme(self, choice: str) -> None:
        """Show everything `light`, `dark` or as the `system` is, now and next time."""
        _apply_theme(choice)
        self.context.submit(self, SetPreference("theme", choice))

    def show_keys(self) -> None:
        """Show the keyboard map."""
        dialog = KeyMapDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def sign_out(self) -> None:
        """Sign out; unsent work stays on this laptop and is sent after the next sign-in."""
        if self.page(self.shown).may_leave():
            self.bridge.run(self, self.context.session.sign_out(), lambda _none: self.signed_out.emit(), self.tell)

    # --- what comes from below ------------------------------------------------------------------------------------

    def _changed(self, changes: ChangeSet) -> None:
        if set(changes.changed) & {"preference"} and len(changes.changed) == 1:
            return
        if _WHO & set(changes.changed):
            self.context.ask(self, lambda reads: reads.person(), self._show_person, latest="person")
        if CUSTOM_FIELD.name in changes.changed:
            self._read_own_fields()
        if set(changes.changed) != {"draft"}:
            self._read_summary()
        if self._history:
            self.page(self.shown).refresh(changes)

    def _sync_changed(self, state: SyncState) -> None:
        self._status.set_state(state)
        for page in self._pages.values():
            listener = getattr(page, "sync_changed", None)
            if listener is not None:
                listener(state)

    def _read_summary(self) -> None:
        self.context.ask(self, lambda reads: reads.sync_summary(), self._show_summary, latest="summary")
        if registry.allowed("approvals", self.person.role):
            self.context.ask(
                self,
                lambda reads: len(reads.approvals()),
                lambda count: self._rail.set_count("approvals", count),
                latest="approvals",
            )
        if self.person.role == "manager":
            self.context.ask(
                self,
                lambda reads: reads.targets_waiting(),
                lambda count: self._rail.set_count("plan", count),
                latest="targets",
            )

    def _show_summary(self, summary: SyncSummary) -> None:
        self.summary = summary
        self._status.set_summary(summary)
        self._rail.set_count("sync", summary.conflicts + summary.refused + summary.files_stuck)

    def _read_own_fields(self) -> None:
        self.context.ask(self, lambda reads: reads.custom_fields(), self._take_own_fields, latest="own_fields")

    def _take_own_fields(self, defined: Definitions) -> None:
        """Know the company fields; where they are others than before, all that names fields says it anew."""
        if own_fields.take(defined):
            QApplication.sendEvent(self, QEvent(QEvent.Type.LanguageChange))

    def _read_preferences(self) -> None:
        self.context.ask(
            self,
            lambda reads: (reads.preference("language", ""), reads.preference("theme", "")),
            self._take_preferences,
        )

    def _take_preferences(self, found: tuple[str, str]) -> None:
        chosen_language, chosen_theme = found
        if chosen_language:
            _apply_language(chosen_language)
        if chosen_theme:
            _apply_theme(chosen_theme)

    def _show_person(self, person: Person) -> None:
        self.person = person
        self._status.set_person(person)
        self._show_account()

    def _show_account(self) -> None:
        short = {
            "rep": self.tr("代表"), "manager": self.tr("经理"), "finance": self.tr("财务"), "auditor": self.tr("审计"),
            "admin": self.tr("管理员"),
        }  # fmt: skip
        role = short.get(self.person.role, self.person.role)
        names = self.person.territory_names
        self._rail.set_account(self.person.name, f"{role} · {names[0]}" if names else role)

    # --- events ---------------------------------------------------------------------------------------------------

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._rail.retranslate()
            self._show_account()
            if self._history:
                self.setWindowTitle(f"{self.page(self.shown).title} · crmdesk")
        elif event.type() == QEvent.Type.PaletteChange and self._theme_shown != theme.theme_name():
            self._theme_shown = theme.theme_name()
            for page in self._pages.values():
                page.dress_anew()  # pictures of icons carry the colour in which they were drawn
        super().changeEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if self._history:
            self.page(self.shown).may_leave()  # lets an editor save its draft; closing never waits for an answer
        for end in self._ends:
            end()
        self._ends = []
        self.bridge.close()
        super().closeEvent(event)
        self.closed.emit()


def _apply_language(choice: str) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    wanted = language.system_language() if choice == language.SYSTEM else choice
    if wanted != language.current():
        language.apply_language(application, wanted)


def _apply_theme(choice: str) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    if choice != theme.theme_choice():
        theme.apply_theme(application, choice)
