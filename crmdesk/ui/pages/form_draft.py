"""What is being typed into the form of a new row: kept each moment, back after a crash, given up only when said."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtWidgets import QWidget

from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.ids import new_id
from crmdesk.services.commands import DiscardDraft, Outcome, SaveDraft
from crmdesk.ui import words
from crmdesk.ui.context import PageContext
from crmdesk.ui.parts.notices import Banner

translate = QCoreApplication.translate

DRAFT_AFTER_MS = 500
"""How long after a change it is kept; the promise is a second after the last key stroke."""
Content = dict[str, Any]
_BACK, _OTHER = "back", "other"


class FormDraft(QObject):
    """The draft of one form. `content()` reads the form, `show(content)` fills it, `fits(content)` says whether a kept
    draft is about what the form was opened for; one that is not is offered instead of shown.

    `open_keys()` names the drafts of forms that are open: theirs are not taken up a second time.
    """

    def __init__(
        self,
        context: PageContext,
        form: QWidget,
        record: str,
        content: Callable[[], Content],
        show: Callable[[Content], None],
        fits: Callable[[Content], bool],
        open_keys: Callable[[], frozenset[str]],
    ) -> None:
        super().__init__(form)
        self._context, self._form, self._prefix = context, form, f"new:{record}:"
        self._content, self._fill, self._fits, self._open_keys = content, show, fits, open_keys
        self.key = self._prefix + new_id()
        self._first: Content = {}
        self._shown: Content = {}  # what was typed before, as it was shown
        self._kept: Content | None = None  # what stands in the store, None where nothing does
        self._offered: tuple[str, Content] = ("", {})
        self._said = ""
        self._ended = False
        self.banner = Banner()
        self.banner.setObjectName(f"new_{record}_draft_banner")
        self.banner.acted.connect(self._acted)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_AFTER_MS)
        self._timer.timeout.connect(self.keep)

    def begin(self) -> None:
        """Take the form as it was opened, and look whether something was typed before and never saved."""
        self._first = self._content()
        self._look(self._take)

    def edited(self) -> None:
        """Note that something was typed."""
        if not self._ended and not self._timer.isActive():  # begun anew by each key, it would wait as long as one types
            self._timer.start()

    def keep(self) -> None:
        """Keep what stands in the form; nothing is kept of a form that is as it was opened."""
        self._timer.stop()
        content = self._content()
        if self._ended or content == (self._first if self._kept is None else self._kept):
            return
        if content == self._first:
            self._kept = None
            self._context.submit(self, DiscardDraft(self.key), None, self._not_kept)
        else:
            self._kept = content
            self._context.submit(self, SaveDraft(self.key, content), None, self._not_kept)

    def leave(self) -> None:
        """Close the form without saving: what was typed stays."""
        if not self._ended and self._content() not in (self._first, self._shown):
            self.keep()
            self._context.toast(lambda: translate("form_draft", "还没有保存，已留作草稿，下次新建时会恢复"))
        self.end()

    def end(self) -> None:
        """Keep nothing from here on."""
        self._timer.stop()
        self._ended = True

    def resume(self) -> None:
        """Go on keeping: what was sent off to be saved came back."""
        self._ended = False

    def retranslate(self) -> None:
        """Set the words anew."""
        if self._said == _BACK:
            self.banner.say(self.tr("上次没有保存的内容还在这里。"), "info", self.tr("不要了"))
        elif self._said == _OTHER:
            name = str(self._offered[1].get("name") or "") or self.tr("（没有名字）")
            self.banner.say(self.tr("还有一份没有保存的：{name}").format(name=name), "info", self.tr("接着填"))

    def _look(self, then: Callable[[list[tuple[str, Content]]], None]) -> None:
        prefix = self._prefix
        self._context.ask(
            self,
            lambda reads: [(key, content) for key, content, _at in reads.drafts() if key.startswith(prefix)],
            then,
            latest="draft",
        )

    def _take(self, drafts: list[tuple[str, Content]]) -> None:
        left = self._open_keys() | {self.key}
        found = next((one for one in drafts if one[0] not in left), None)
        if found is None or self._ended:
            return
        self._offered = found
        if self._fits(found[1]) and self._content() == self._first:
            self._resume()
        else:
            self._say(_OTHER)

    def _resume(self) -> None:
        """Show the draft that was found; what stands in the form meanwhile stays a draft of its own."""
        self.keep()
        self.key, self._kept = self._offered
        self._fill(dict(self._offered[1]))
        self._shown = self._content()
        self._say(_BACK)

    def _acted(self) -> None:
        if self._said == _OTHER:
            self._resume()
            return
        self._context.submit(self, DiscardDraft(self.key), self._dropped, self._not_kept)
        self._timer.stop()
        self.key, self._kept = self._prefix + new_id(), None
        self._fill(dict(self._first))
        self._say("")

    def _dropped(self, outcome: Outcome) -> None:
        self._context.toast(lambda: translate("form_draft", "草稿已放弃"), outcome.undo_token)

    def _say(self, what: str) -> None:
        self._said = what
        self.banner.say("")
        self.retranslate()

    def _not_kept(self, error: BaseException) -> None:
        self._kept = None
        self._said = ""
        if isinstance(error, CrmdeskError):
            self.banner.say(partial(words.sentence, error.code, error.params), "bad")
        else:
            self._context.shell.tell(error)
