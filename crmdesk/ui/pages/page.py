"""The base of all pages: a header above a body, entered with arguments, refreshed by ChangeSets, retranslated live."""

from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.services.commands import ChangeSet
from crmdesk.ui.context import PageContext
from crmdesk.ui.parts.header import PageHeader
from crmdesk.ui.parts.spoken import Role


class Page(QWidget):
    """A page of the window. Subclasses fill `self.body` and call `self.header.set_title(…)` in `retranslate`."""

    spoken_role = Role.Pane
    filled = Signal()
    """What the page waited for is there."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.context = context
        self._outdated = False
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("part", "page")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # so that its shortcuts work before anything on it is touched
        self.header = PageHeader(context.shell.open_palette)
        self.header.named.connect(self.setAccessibleName)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.header)
        outer.addLayout(self.body, 1)

    @property
    def title(self) -> str:
        """Return what the page is about, as its header says."""
        return self.header.title

    def enter(self, **args: Any) -> None:
        """Show the page for the given arguments (ids, filters); called on each navigation to it."""

    @property
    def waits(self) -> bool:
        """Say whether the page still shows another customer than the one it was entered for; `filled` ends it."""
        return False

    def keep(self) -> None:
        """Keep now what is typed, as far as it is kept at all; the page stays as it is."""

    def may_leave(self) -> bool:
        """Say whether navigation may go on; a page saves what is typed before it returns True."""
        return True

    def subject(self) -> tuple[str, dict[str, Any]] | None:
        """Return the page and arguments that show the customer or visit that is shown or chosen here, None for none."""
        return None

    def refresh(self, changes: ChangeSet) -> None:
        """Read again what the ChangeSet touches; called only while the page is shown (else `enter` follows later)."""

    def retranslate(self) -> None:
        """Set every text anew; called after a switch of language, and by the subclass at its end of construction."""

    def dress_anew(self) -> None:
        """Set texts and pictures anew in the present language and theme: at once, or when the page is next shown."""
        self._outdated = not self.isVisible()
        if not self._outdated:
            self.header.retranslate()
            self.retranslate()

    def before_showing(self) -> None:
        """Make up for a switch of language or theme that passed while the page was hidden; called before `enter`."""
        if self._outdated:
            self._outdated = False
            self.header.retranslate()
            self.retranslate()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.dress_anew()
        super().changeEvent(event)
