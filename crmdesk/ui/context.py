"""What every page gets: desk, sync, actions, and ways to navigate, ask, submit and tell.

How texts get their English (for every module of `crmdesk.ui`)
--------------------------------------------------------------
- Source literals are Chinese, inside `self.tr("…")` of a QObject class (never an f-string, never another object's
  `tr`); outside a QObject `QCoreApplication.translate("context", "…")`. Insert values after translation:
  `self.tr("已完成 {done}").format(done=2)`; counts: `self.tr("%n 位医生", "", count)`.
- The English of a module `crmdesk/ui/pages/doctor_page.py` stands in `resources/translations/en/doctor_page.json`, a
  plain object {"中文原文": "English"}; for a text with `%n` the value is a list ["%n doctor", "%n doctors"].
- `python -m crmdesk.ui.translate` runs lupdate over `crmdesk/ui`, fills `crmdesk_en.ts` from those files, compiles
  `crmdesk_en.qm`; it lists what has no English yet, and what has English but is gone. A test fails on either.
- Words of fields and picklists come from the declarations: `language.field_word(record, field)`,
  `language.choice_word(picklist, code)`.
  Sentences for error codes: `words.sentence(code, params)`.
- What a toast, a banner, a fault or the error at a field says is given as what makes it (`notices.Said`), so that it
  follows a switch of the language while it stands there; `tests/ui/reading/test_dialogs_follow.py` looks at dialogs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtCore import QObject

from crmdesk.services.commands import Command, Outcome
from crmdesk.ui.actions import Actions
from crmdesk.ui.bridge import Bridge
from crmdesk.ui.parts.notices import Said
from crmdesk.ui.ports import SessionPort, SyncPort

if TYPE_CHECKING:
    from crmdesk.services.desk import Desk, Reads

T = TypeVar("T")


class Shell(Protocol):
    """What the window around the pages does for them."""

    def navigate(self, page: str, **args: Any) -> None:
        """Show a page: `navigate("doctor", id=…)`."""

    def back(self) -> None:
        """Return to the page before."""

    def toast(self, text: Said, undo_token: str = "", *, until_sent: bool = False) -> None:
        """Say for a few seconds what was done; with a token it offers to undo it (also Ctrl+Z).

        `until_sent`: it says that something waits for the sync, and goes once nothing does.
        """

    def tell(self, error: BaseException) -> None:
        """Say in words what went wrong; nothing was lost."""

    def open_palette(self, text: str = "") -> None:
        """Open search and commands."""


@dataclass(frozen=True)
class PageContext:
    """Handed to each page. `bridge.changed` carries every ChangeSet in the GUI thread."""

    desk: "Desk"
    sync: SyncPort
    session: SessionPort
    actions: Actions
    bridge: Bridge
    shell: Shell

    def navigate(self, page: str, **args: Any) -> None:
        """Show a page: `navigate("doctor", id=…)`, `navigate("visit", id=… | doctor_id=…)`."""
        self.shell.navigate(page, **args)

    def toast(self, text: Said, undo_token: str = "", *, until_sent: bool = False) -> None:
        """Say for a few seconds what was done; with a token it offers to undo it. `until_sent` as `Shell.toast`."""
        self.shell.toast(text, undo_token, until_sent=until_sent)

    def ask(
        self,
        owner: QObject,
        read: "Callable[[Reads], T]",
        then: Callable[[T], None],
        latest: str = "",
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Read off the GUI thread and call `then` in it, while `owner` lives.

        With `latest`, an answer is dropped if the owner has asked again under the same name meanwhile.
        """
        self.bridge.run(owner, self.desk.ask(read), then, failed or self.shell.tell, latest)

    def submit(
        self,
        owner: QObject,
        command: Command,
        then: Callable[[Outcome], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Hand a command to the one writer and call `then` in the GUI thread; without `failed` errors are told."""
        self.bridge.run(owner, self.desk.submit(command), then or _nothing, failed or self.shell.tell)


def _nothing(_outcome: Outcome) -> None:
    """Take the answer where only an error matters."""
