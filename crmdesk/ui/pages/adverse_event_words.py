"""What is said about the task of an adverse event: how much time is left, to whom it was reported."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QObject

from crmdesk.domain.adverse_events import REPORTED
from crmdesk.domain.clock import from_text
from crmdesk.domain.name_lists import joined
from crmdesk.services.views import AdverseEventItem
from crmdesk.ui import language
from crmdesk.ui.pages.customer_words import dotted

_SOON = timedelta(hours=4)


class AdverseEventWords(QObject):
    """Phrases about adverse events in the language in use."""

    def state(self, item: AdverseEventItem, now: datetime | None = None) -> tuple[str, str]:
        """Return the chip of a task: the time that is left, or that it was reported; words and tone."""
        if item.row["state"] == REPORTED:
            return language.choice_word("adverse_event_state", REPORTED), "ok"
        left = from_text(str(item.row["due_at"])) - (now or datetime.now(UTC))
        if left < timedelta():
            return self.tr("超时 {time}").format(time=self._span(-left)), "bad"
        return self.tr("还剩 {time}").format(time=self._span(left)), "bad" if left < _SOON else "warn"

    def _span(self, span: timedelta) -> str:
        minutes = int(span.total_seconds()) // 60
        if minutes >= 48 * 60:
            return self.tr("%n 天", "", minutes // (24 * 60))
        if minutes >= 60:
            return self.tr("%n 小时", "", minutes // 60)
        return self.tr("%n 分钟", "", minutes)

    def about(self, item: AdverseEventItem) -> str:
        """Return whom and what a task is about, in one line."""
        return dotted(*map(language.names_word, (item.doctor_names, joined(item.product_names))), item.institution_name)

    def clock(self, item: AdverseEventItem) -> str:
        """Return when it was heard, by whom, and by when it has to be reported."""
        heard, due = (language.moment_word(str(item.row[name])) for name in ("heard_at", "due_at"))
        text = self.tr("{heard} 由{who}听到，{due} 前上报").format(heard=heard, who=item.heard_by or "—", due=due)
        if item.row["reported_at"]:  # what another laptop brought afterwards opened it again
            again = self.tr("已报过一次：{report}。还有没报到的内容，请再报一次。")
            text += "\n" + again.format(report=self.reported(item))
        return text

    def reported(self, item: AdverseEventItem) -> str:
        """Return who reported it when, how and where."""
        how = language.choice_word("adverse_event_way", item.row["reported_how"])
        at = language.moment_word(str(item.row["reported_at"] or ""))
        return dotted(at, item.reported_by, how, str(item.row["reported_where"] or ""))
