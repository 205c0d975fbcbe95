"""The banner of a customer's page about merging: went into another, somebody proposes it, came in, may be the same."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.domain.customer_merge import MergeKind
from crmdesk.services.views import DuplicatePair, MergeItem
from crmdesk.ui import space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.duplicates_words import DuplicatesWords, went_into
from crmdesk.ui.parts.notices import Banner


class SameBanner(QWidget):
    """Hidden where there is nothing to say; its action, and `open`, lead to where it is decided."""

    def __init__(self, context: PageContext, kind: MergeKind, words: CustomerWords) -> None:
        super().__init__()
        self._context, self._kind = context, kind
        self._says = DuplicatesWords(self, words)
        self._row_id = ""
        self._merge: MergeItem | None = None
        self._pair: DuplicatePair | None = None
        self.banner = Banner()
        self.banner.setObjectName(f"{kind.of.name}_banner")
        self.banner.acted.connect(self.open)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space.EDGE, space.ROOMY, space.EDGE, 0)
        layout.addWidget(self.banner)
        self.hide()

    def show_about(self, row_id: str, merges: Sequence[MergeItem], pairs: Sequence[DuplicatePair]) -> None:
        """Say the newest merge of a customer, else who may be the same."""
        self._row_id, self._merge, self._pair = row_id, next(iter(merges), None), next(iter(pairs), None)
        text, tone, action = self._says.banner(self._kind, row_id, self._merge, self._pair)
        self.banner.say(text, tone, action)
        self.setVisible(bool(text))

    def open(self) -> None:
        """Open the one that this one went into, the merge, or the pair side by side; else all that may be one."""
        merge, pair, of = self._merge, self._pair, self._kind.of.name
        if merge is not None and went_into(merge, self._row_id):
            self._context.navigate(of, id=merge.kept_id)
        elif merge is not None:
            wanted = {"kept": merge.kept_id, "other": merge.other_id, "merge": merge.row.id}
            self._context.navigate("duplicates", of=of, **wanted)
        elif pair is not None:
            self._context.navigate("duplicates", of=of, kept=pair.first.id, other=pair.second.id)
        else:
            self._context.navigate("duplicates", of=of)
