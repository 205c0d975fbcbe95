"""The main window: rail, pages and status bar around what every window of pages has; the windows beside it."""

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QKeyCombination, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.custom_fields import NONE, Definitions
from crmdesk.domain.records import CUSTOM_FIELD
from crmdesk.services.commands import ChangeSet, SetPreference
from crmdesk.services.views import Person, SyncSummary
from crmdesk.ui import actions, chosen_look, language, own_fields, theme
from crmdesk.ui.page_window import PageWindow
from crmdesk.ui.pages import registry
from crmdesk.ui.parts.rail import Rail
from crmdesk.ui.parts.room import fit
from crmdesk.ui.parts.status_bar import StatusBar
from crmdesk.ui.ports import Look, SessionPort, Signed, SyncState
from crmdesk.ui.side_window import Beside
from crmdesk.ui.tour import Tour

_WHO = frozenset({"assignment", "territory", "user"})
"""Records whose rows say who the person is and which territories are held."""
_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
"""Keys without one of these mean something in the rail itself, or decide on what is shown too easily from there."""


class MainWindow(PageWindow):
    """One signed-in person at work. `signed_out` asks for the sign-in window; `closed` says that it has gone."""

    signed_out = Signal()
    closed = Signal()

    def __init__(self, signed: Signed, session: SessionPort, speaks: str = "") -> None:
        super().__init__(signed, session)
        self.setObjectName("main_window")
        self.setWindowTitle("crmdesk")
        fit(self, QSize(1024, 640), QSize(1366, 768))
        self.summary: SyncSummary | None = None
        self._session, self._language_chosen = session, bool(speaks)  # what is spoken already, at this start
        self.beside = Beside(self, signed, session)
        self._build()
        self._bind()
        self._add_overlays()
        self.tour = Tour(self.context, self)
        self._outer.insertWidget(1, self.tour)  # between the pages and the status bar: it covers neither
        self.bridge.sync_changed.connect(self._sync_changed)
        self._ends.append(signed.sync.subscribe(self.bridge.publish_sync))
        self._status.set_state(signed.sync.state())
        own_fields.take(NONE)
        self._read_own_fields()
        self._read_preferences()
        first = registry.in_rail(self.person.role)
        if first:
            self.navigate(first[0].name)
        self._read_summary()  # after the page: counting takes the time of a reader

    def _build(self) -> None:
        role = self.person.role
        actions.number_pages(spec.name for spec in registry.in_rail(role))
        keys = {spec.name: actions.keys(f"go_{spec.name}") for spec in registry.in_rail(role)}
        self._rail = Rail(registry.in_rail(role), keys)
        self._rail.chosen.connect(self.navigate)
        self._status = StatusBar(self.person)
        self._status.opened.connect(lambda: self.navigate("sync"))
        central = QWidget()
        self._outer = outer = QVBoxLayout(central)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._rail)
        self._room = self._make_room()
        row.addWidget(self._room, 1)
        outer.addLayout(row, 1)
        outer.addWidget(self._status)
        self.setCentralWidget(central)
        self._show_account()

    def _bind(self) -> None:
        bind = self.context.actions.bind
        for name in (
            "today",
            "customers",
            "plan",
            "visit",
            "expenses",
            "approvals",
            "team",
            "sync",
            "settings",
            "import",
        ):
            if registry.allowed(name, self.person.role):
                bind(self, f"go_{name}", partial(self.navigate, name))
        self._bind_common()
        bind(self, "cancel_sync", self.context.sync.cancel)
        bind(self, "work_offline", self.toggle_offline)
        bind(self, "switch_language", self.switch_language)
        bind(self, "switch_theme", self.switch_theme)
        bind(self, "open_window", self.open_window)
        bind(self, "sign_out", self.sign_out)
        bind(self, "quit", self.close)

    # --- actions --------------------------------------------------------------------------------------------------

    @override
    def navigate(self, page: str, **args: Any) -> None:
        """Show a page here, or bring the window to the front in which it is open already."""
        if not self.beside.bring(page, args):
            super().navigate(page, **args)

    @override
    def _page_shown(self, name: str) -> None:
        self._room.to_start()
        self._rail.light(registry.spec(name).rail or name)

    def open_window(self) -> None:
        """Open the customer or visit that is shown or chosen in a window of its own; a page that is shown moves."""
        subject = self.page(self.shown).subject() if self._history else None
        if subject is None:
            self.toast(lambda: self.tr("先选一位客户或一次拜访，再在新窗口中打开。"))
            return
        name, args = subject
        if name == self.shown:
            if len(self._history) > 1:
                self.back()
            else:
                self.navigate(registry.in_rail(self.person.role)[0].name)
        # One writer: when this is kept, so is the draft of the page that was left, which the new window reads.
        self.context.submit(self, SetPreference("window_opened", name), lambda _done: self.beside.open(name, args))

    def toggle_offline(self) -> None:
        """Stay off the network, or go back to it."""
        offline = self.context.sync.state().code != "work_offline"  # without a network it may be chosen all the same
        self.context.sync.work_offline(offline)
        away, back = (lambda: self.tr("已离线工作。更改保存在本机。"), lambda: self.tr("已恢复联网，更改会自动发送。"))
        self.toast(away if offline else back)

    def switch_language(self) -> None:
        """Change between Chinese and English and remember it."""
        self.choose_language(language.ENGLISH if language.current() == language.CHINESE else language.CHINESE)

    def switch_theme(self) -> None:
        """Change between light and dark and remember it."""
        self.choose_theme(theme.DARK if theme.theme_name() == theme.LIGHT else theme.LIGHT)

    def choose_language(self, choice: str) -> None:
        """Show everything in `zh`, `en` or what the `system` says, now and next time."""
        self._language_chosen = True
        chosen_look.choose_language(self.context, self, choice)

    def choose_theme(self, choice: str) -> None:
        """Show everything `light`, `dark` or as the `system` is, now and next time."""
        chosen_look.choose_theme(self.context, self, choice)

    def sign_out(self) -> None:
        """Sign out; unsent work stays on this laptop and is sent after the next sign-in."""
        if self.page(self.shown).may_leave():
            self.bridge.run(self, self.context.session.sign_out(), lambda _none: self.signed_out.emit(), self.tell)

    # --- what comes from below ------------------------------------------------------------------------------------

    @override
    def _changed(self, changes: ChangeSet) -> None:
        if set(changes.changed) == {"preference"}:
            return
        if _WHO & set(changes.changed):
            self.context.ask(self, lambda reads: reads.person(), self._show_person, latest="person")
        if CUSTOM_FIELD.name in changes.changed:
            self._read_own_fields()
        if set(changes.changed) != {"draft"}:
            self._read_summary()
        super()._changed(changes)

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
                lambda reads: sum(not one.pending for one in reads.approvals()),
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
        if chosen_language and not self._language_chosen:  # else it was chosen while this was read
            language.choose(chosen_language)
        if chosen_theme:
            theme.choose(chosen_theme)
        self._session.remember_look(Look(chosen_language, chosen_theme))

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
        place = self.person.place
        self._rail.set_account(self.person.name, f"{role} · {place}" if place else role)

    # --- events ---------------------------------------------------------------------------------------------------

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._rail.retranslate()
            self._show_account()
        super().changeEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the keys that stand on the page's buttons work in the rail too: Qt gives them to the page alone."""
        shown = self.page(self.shown) if self.shown else None
        focus = self.focusWidget()
        away = shown is not None and focus is not None and not shown.isAncestorOf(focus) and shown is not focus
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        keys = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
        action = self.context.actions.by_keys(keys) if away and modifiers & _CHORD else None
        if action is not None:
            action.trigger()
        else:
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._rail.give_room(self.width(), self.height())
        super().resizeEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self.beside.close()
        super().closeEvent(event)
        self.closed.emit()
