"""A window of pages: navigation with a way back, toast, palette, undo, and ChangeSets to the page shown."""

from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow
from typing_extensions import override

from crmdesk.domain.roles import FIELD_FORCE
from crmdesk.services.commands import ChangeSet, Outcome, Undo
from crmdesk.ui import theme, words
from crmdesk.ui.actions import Actions
from crmdesk.ui.bridge import Bridge
from crmdesk.ui.context import PageContext
from crmdesk.ui.key_map import KeyMapDialog
from crmdesk.ui.pages import registry
from crmdesk.ui.pages.form_draft import FormDraft
from crmdesk.ui.pages.page import Page
from crmdesk.ui.palette import Palette
from crmdesk.ui.parts.notices import Said, Toast, clause
from crmdesk.ui.parts.room import PageStack, Room
from crmdesk.ui.ports import SessionPort, Signed

_HISTORY, _STEPS = 50, 100
_HELD_MS = 100
"""So long at most the page that was left stays in sight until the next one has what it is to show."""


class _Step(msgspec.Struct, frozen=True):
    """An edit that can be taken back, with what was said of it."""

    token: str
    text: Said


class PageWindow(QMainWindow):
    """What the main window and the windows beside it have in common; it is the `Shell` of its pages."""

    lock_wanted = Signal()
    _placed = Signal()

    def __init__(self, signed: Signed, session: SessionPort) -> None:
        super().__init__()
        theme.dress(self)
        self.bridge = Bridge(self)
        self.person = signed.desk.person
        self.context = PageContext(signed.desk, signed.sync, session, Actions(self), self.bridge, self)
        self._pages: dict[str, Page] = {}
        self._history: list[tuple[str, dict[str, Any]]] = []
        self._steps: list[_Step] = []
        self._theme_shown = theme.theme_name()
        self._stack = PageStack()
        self._hold = QTimer(self)
        self._hold.setSingleShot(True)
        self._hold.setInterval(_HELD_MS)
        self._hold.timeout.connect(self._paint_again)
        # Cards are placed in one turn of the event loop and what scrolls around them in the next: painted in between,
        # all would be painted twice.
        self._placed.connect(self._paint_filled, Qt.ConnectionType.QueuedConnection)
        self.bridge.changed.connect(self._changed)
        self._ends = [signed.desk.subscribe(self.bridge.publish)]

    def _make_room(self) -> Room:
        """Return what the pages stand in; they paint their ground themselves.

        Were the stack to fill it first, Qt would take it for something that can be painted by itself, and paint it and
        all that lies in it once more with the pages whenever one page follows another.
        """
        made = Room(self._stack)
        self._stack.setAutoFillBackground(False)
        return made

    def _add_overlays(self) -> None:
        """Put toast and palette over what the window shows; called when that is there."""
        self.toast_part = Toast(self)
        self.toast_part.undone.connect(partial(self._take_back, seen=True))
        self.palette_part = Palette(self.context, self, self._leads_to)

    def _leads_to(self, page: str) -> bool:
        """Say whether something can be begun on a page, wherever the person is."""
        return self.person.role in FIELD_FORCE and registry.allowed(page, self.person.role)

    def _bind_common(self) -> None:
        bind = self.context.actions.bind
        bind(self, "open_palette", self.open_palette)
        bind(self, "go_back", self.back)
        bind(self, "undo", self.undo)
        bind(self, "show_keys", self.show_keys)
        bind(self, "sync_now", self.context.sync.request)
        bind(self, "lock_now", self.lock)

    # --- navigation -----------------------------------------------------------------------------------------------

    def page(self, name: str) -> Page:
        """Return a page, making it when it is first wanted; raises KeyError for an unknown name."""
        made = self._pages.get(name)
        if made is None:
            made = registry.make(name, self.context)
            self._pages[name] = made
            self._stack.addWidget(made)
            made.header.named.connect(lambda _title, page=made: self._titled(page))
            made.filled.connect(self._placed, Qt.ConnectionType.QueuedConnection)
        return made

    def _titled(self, page: Page) -> None:
        if page is self._stack.currentWidget():
            self.setWindowTitle(f"{page.title} · crmdesk" if page.title else "crmdesk")

    @property
    def shown(self) -> str:
        """Return the name of the page shown."""
        return self._history[-1][0] if self._history else ""

    def navigate(self, page: str, **args: Any) -> None:
        """Show a page; one that the role may not see, or that is not there, is passed over in words."""
        if not registry.allowed(page, self.person.role):
            self.toast(lambda: self.tr("这个页面不属于你的角色。"))
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
        self._stack.setUpdatesEnabled(False)
        self._hold.start()
        self._stack.setCurrentWidget(page)
        self._page_shown(name)
        page.enter(**args)
        if not page.waits:
            self._paint_again()
        self._titled(page)
        focus = self.focusWidget() or self
        if not page.isAncestorOf(focus) or page.header.isAncestorOf(focus):
            # Qt gave the focus of the page that went to the next in line, the search field of this one.
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _paint_filled(self) -> None:
        """Paint, unless it was a page left meanwhile that has what it waited for, and the one that followed has not."""
        page = self._stack.currentWidget()
        if not (isinstance(page, Page) and page.waits):
            self._paint_again()

    def _paint_again(self) -> None:
        """Paint what the page shows: it is there, or takes so long that the keys would seem to do nothing."""
        self._hold.stop()
        self._stack.setUpdatesEnabled(True)

    def _page_shown(self, name: str) -> None:
        """Let a subclass mark what is shown."""

    def keep(self) -> None:
        """Keep now what is being typed here, on the page and in forms before it."""
        if self._history:
            self.page(self.shown).keep()
        for draft in self.findChildren(FormDraft):
            draft.keep()

    def lock(self) -> None:
        """Close the data and hide every window until the passphrase is typed."""
        self.lock_wanted.emit()

    # --- what pages ask of the window -----------------------------------------------------------------------------

    def toast(self, text: Said, undo_token: str = "", *, until_sent: bool = False) -> None:
        """Say for a few seconds what was done; with a token it can be undone, also by Ctrl+Z."""
        if undo_token:
            self._steps = [one for one in self._steps if one.token != undo_token][-_STEPS:]
            self._steps.append(_Step(undo_token, text))
        self.toast_part.say(text, undo_token, until_sent=until_sent)

    def tell(self, error: BaseException) -> None:
        """Say in words what went wrong."""
        self.toast_part.say(words.error_sentence(error))

    def open_palette(self, text: str = "") -> None:
        """Open search and commands."""
        self.palette_part.open(text)

    # --- actions --------------------------------------------------------------------------------------------------

    @property
    def _undo_token(self) -> str:
        """Return the newest edit that can be taken back, '' for none."""
        return self._steps[-1].token if self._steps else ""

    def undo(self) -> None:
        """Take back the newest edit that can be taken back; once more, the one before it."""
        if not self._steps:
            self.toast(lambda: self.tr("没有可以撤销的更改。"))
            return
        token = self._undo_token
        self._take_back(token, seen=bool(self.toast_part.text) and self.toast_part.undo_token == token)

    def _take_back(self, token: str, *, seen: bool) -> None:
        """Take one edit back; `seen`: what is taken back stands in the toast at this moment."""
        step = next((one for one in self._steps if one.token == token), _Step(token, ""))
        self._steps = [one for one in self._steps if one is not step]
        self.context.submit(self, Undo(token), partial(self._undone, "" if seen else step.text))

    def _undone(self, what: Said, outcome: Outcome) -> None:
        if set(outcome.changed) == {"preference"} and self._history:
            self.page(self.shown).refresh(ChangeSet(outcome.changed, "local"))  # pages are not told of others
        kept = len(outcome.left_out)
        before = self._steps[-1] if self._steps else _Step("", "")
        self.toast_part.say(lambda: self._undone_words(what, kept, before.text), before.token)

    def _undone_words(self, what: Said, kept: int, before: Said) -> str:
        """Say that it is undone, what it was where that was no longer in sight, and what undo takes back next."""
        named, following = clause(what), clause(before)
        done = self.tr("已撤销。")
        if kept:
            done = self.tr("已撤销，其中 %n 项之后又被改过，保持不变。", "", kept)
        elif named:
            done = self.tr("已撤销：{what}。").format(what=named)
        return done + self.tr("再撤销一步：{what}").format(what=following) if following else done

    def show_keys(self) -> None:
        """Show the keyboard map."""
        dialog = KeyMapDialog(self, self.person.role)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # --- what comes from below ------------------------------------------------------------------------------------

    def _changed(self, changes: ChangeSet) -> None:
        if self.toast_part.until_sent and "outbox" in changes.changed and changes.origin != "local":
            self.context.ask(self, lambda reads: reads.sync_summary().waiting, self._sent, latest="sent")
        if self._history and set(changes.changed) != {"preference"}:
            self.page(self.shown).refresh(changes)

    def _sent(self, waiting: int) -> None:
        """Take a toast away that says that something waits to be sent: nothing does any more."""
        if not waiting and self.toast_part.until_sent:
            self.toast_part.hide()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self._theme_shown != theme.theme_name():
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
