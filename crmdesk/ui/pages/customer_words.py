"""The phrases that the customer pages share: values of fields, entries of a timeline, last visits, states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QObject

from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.money import format_fen
from crmdesk.services.views import ACCEPTED, AffiliationView, CustomerItem, HistoryEntry, Row, TimelineEntry
from crmdesk.ui import language
from crmdesk.ui.parts.chips import STATE_TONES, state_word
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.parts.timeline import TimelineRow

DOT = " · "


def dotted(*parts: str) -> str:
    """Return the parts that say something, with a dot between them."""
    return DOT.join(part for part in parts if part)


def class_word(customer_class: str) -> str:
    """Return the words of a customer class, '' for none."""
    return language.choice_word("customer_class", customer_class)


def profession(title: str, specialty: str) -> str:
    """Return title and specialty of a doctor in words."""
    return dotted(language.choice_word("doctor_title", title), language.choice_word("specialty", specialty))


class CustomerWords(QObject):
    """Sentences and phrases about customers in the language in use."""

    def value(self, field: Field, value: Any) -> str:
        """Return the value of a field as people read it, '' for nothing."""
        if value is None or value == "" or value == []:
            return ""
        if field.kind is Kind.BOOLEAN:
            return self.tr("是") if value else self.tr("否")
        if field.kind is Kind.CHOICE:
            return language.choice_word(field.picklist, value)
        if field.kind is Kind.DATE:
            return language.day_word(date.fromisoformat(value), today())
        if field.kind in (Kind.TAGS, Kind.REFS):
            return self.listed(language.choice_word(field.picklist, one) if field.picklist else one for one in value)
        if field.kind is Kind.INSTANT:
            return language.moment_word(value)
        return str(value)

    def listed(self, words: Iterable[str]) -> str:
        """Return words as a list in one line."""
        return self.tr("、").join(words)

    def history_value(self, record: str, name: str, value: Any) -> str:
        """Return a value of the trail; a field that is no longer declared shows as it is."""
        try:
            field = _field(record, name)
        except KeyError:
            return str(value)
        return self.value(field, value) or self.tr("（空）")

    def last_visit(self, moment: str) -> str:
        """Return when a customer was last seen, in the words of a list."""
        if not moment:
            return self.tr("还没有拜访")
        return self.ago((today() - language.local(moment).date()).days, moment)

    def ago(self, days: int, moment: str) -> str:
        """Return how long ago an instant is: a day, days, or its date."""
        if days <= 1 or days > 60:
            return language.day_word(language.local(moment).date(), today())
        return self.tr("%n 天前", "", days)

    def place(self, affiliations: Sequence[AffiliationView]) -> str:
        """Return where a doctor works, the main place first."""
        several = len(affiliations) > 1
        return dotted(*(self._affiliation(one, several) for one in affiliations))

    def _affiliation(self, one: AffiliationView, several: bool) -> str:
        notes = [self.tr("主")] if one.is_primary and several else []
        notes += [one.duty] if one.duty else []
        name = one.institution_name or self.tr("（未知机构）")
        return self.tr("{name}（{notes}）").format(name=name, notes=self.tr("，").join(notes)) if notes else name

    def state(self, item: CustomerItem) -> tuple[str, str]:
        """Return the chip of a list row: words and tone, the most pressing thing first."""
        if item.has_conflict:
            return self.tr("有冲突"), "warn"
        if item.sync_state != ACCEPTED:
            return state_word(item.sync_state), STATE_TONES[item.sync_state]
        if item.status in ("under_review", "left", "merged"):
            return language.choice_word("doctor_status", item.status), "neutral"
        return "", "neutral"

    def minutes(self, count: int) -> str:
        """Return a duration, '' for none."""
        return self.tr("%n 分钟", "", count) if count else ""

    def timeline(self, entries: Sequence[TimelineEntry]) -> list[TimelineRow]:
        """Return the entries of a timeline as they are shown; the key is `record:id`."""
        return [self._entry(entry) for entry in entries]

    def _entry(self, entry: TimelineEntry) -> TimelineRow:
        moment = language.moment_word(entry.at)
        if entry.record == "claim":
            meta = dotted(moment, language.record_word("claim"), f"¥{format_fen(entry.amount_fen)}", entry.who)
            chips = tuple((language.choice_word("expense_category", code), "neutral") for code in entry.chips)
            return TimelineRow(f"claim:{entry.id}", meta, entry.text, *self._entry_state(entry, "claim_state"), chips)
        kind = language.choice_word("channel", entry.kind)
        meta = dotted(moment, kind, self.minutes(entry.duration_min), entry.who)
        chips = tuple((name, "neutral") for name in entry.chips)
        return TimelineRow(f"visit:{entry.id}", meta, entry.text, *self._entry_state(entry, "visit_state"), chips)

    def _entry_state(self, entry: TimelineEntry, picklist: str) -> tuple[str, str]:
        if entry.sync_state != ACCEPTED:
            return state_word(entry.sync_state), STATE_TONES[entry.sync_state]
        if entry.record == "visit":
            if entry.state == "submitted":
                return "", "ok"
            return language.choice_word(picklist, entry.state), "neutral"
        tone = {"paid": "ok", "payable": "ok", "rejected": "bad", "returned": "warn"}.get(entry.state, "neutral")
        return language.choice_word(picklist, entry.state), tone

    def promise(self, visit: Row) -> tuple[str, str, str, str]:
        """Return an open promise: chip, its tone, what was promised, and when it was said."""
        due = str(visit["next_step_on"] or "")
        said = self.tr("{day}拜访时答应").format(day=language.day_word(_day(str(visit["starts_at"])), today()))
        if not due:
            return self.tr("未定日期"), "neutral", str(visit["next_step"]), said
        day = date.fromisoformat(due)
        late = (today() - day).days
        if late > 0:
            return self.tr("逾期 %n 天", "", late), "bad", str(visit["next_step"]), said
        if late == 0:
            return self.tr("今天到期"), "warn", str(visit["next_step"]), said
        return language.day_word(day, today()), "neutral", str(visit["next_step"]), said

    def history(self, record: str, entries: Sequence[HistoryEntry]) -> list[TimelineRow]:
        """Return the trail of a row as entries of a timeline."""
        return [self._change(record, index, entry) for index, entry in enumerate(entries)]

    def _change(self, record: str, index: int, entry: HistoryEntry) -> TimelineRow:
        lines = [
            self.tr("{field}：{old} → {new}").format(
                field=language.field_word(record, name),
                old=self.history_value(record, name, old),
                new=self.history_value(record, name, new),
            )
            for name, (old, new) in entry.changes.items()
        ]
        if entry.reason:
            lines.append(self.tr("原因：{reason}").format(reason=entry.reason))
        return TimelineRow(f"history:{index}", dotted(language.moment_word(entry.at), entry.who), "\n".join(lines))


def _field(record: str, name: str) -> Field:
    from crmdesk.domain.records import RECORDS

    return RECORDS[record].field(name)


def _day(moment: str) -> date:
    return language.local(moment).date() if moment else today()
