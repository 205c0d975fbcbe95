"""The phrases that the pages share: values of fields, entries of a timeline or history, last visits, states."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from PySide6.QtCore import QObject

from crmdesk.domain.custom_fields import PREFIX
from crmdesk.domain.decimals import format_decimal
from crmdesk.domain.fields import Field, Kind, Merge
from crmdesk.domain.merge import DELETED
from crmdesk.domain.money import format_fen
from crmdesk.domain.phones import grouped
from crmdesk.domain.planning import DueDay
from crmdesk.domain.records import CUSTOM
from crmdesk.services.views import (
    ACCEPTED,
    AffiliationView,
    ConflictView,
    CustomerItem,
    HistoryEntry,
    Row,
    TimelineEntry,
)
from crmdesk.ui import language, own_fields
from crmdesk.ui.pages.call_back_words import outcome_chip, point_chips
from crmdesk.ui.pages.edit_session import same
from crmdesk.ui.pages.visit_drafts import DraftLine
from crmdesk.ui.parts.chips import STATE_TONES, state_word
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.parts.timeline import TimelineRow

DOT = " · "
_SHORT = 24
_NO_NAMES: Mapping[str, str] = {}


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

    def value(self, field: Field, value: Any, names: Mapping[str, str] = _NO_NAMES) -> str:
        """Return the value of a field as people read it, '' for nothing; `names` gives the words for ids.

        A value that is none of its kind (somebody else's program wrote it) is shown as it is.
        """
        if value is None or value == "" or value == []:
            return ""
        try:
            return self._value(field, value, names)
        except (ValueError, TypeError, AttributeError, KeyError):
            return str(value)

    def _value(self, field: Field, value: Any, names: Mapping[str, str]) -> str:
        if field.kind is Kind.BOOLEAN:
            return self.tr("是") if value else self.tr("否")
        if field.kind is Kind.DATE:
            return language.day_word(date.fromisoformat(value), today())
        if field.kind is Kind.INSTANT:
            return language.moment_word(value)
        if field.kind is Kind.MONEY:
            return f"¥{format_fen(value)}"
        if field.kind is Kind.DECIMAL:
            return format_decimal(value, field.places)
        if field.merge is Merge.KEYS:
            return self._own_values("doctor", value)  # of mappings as a whole only those of doctors are compared
        if field.kind is Kind.ITEMS:
            return self.tr("；").join(self._item(field, entry, names) for entry in value)
        entries = value if isinstance(value, list) else [value]
        return self.listed(self._entry_word(field, one, names) for one in entries)

    def _entry_word(self, field: Field, value: Any, names: Mapping[str, str]) -> str:
        if field.digits and isinstance(value, str):
            return grouped(value)
        if field.ref:
            return names.get(value) or self.tr("（不在本机的记录）")
        return language.entry_word(field, value) if field.entries else str(value)

    def _own_values(self, record: str, values: Mapping[str, Any]) -> str:
        """Return the company fields of a mapping in words."""
        pairs = ((f"{PREFIX}{key}", value) for key, value in values.items())
        return self.tr("；").join(
            self.tr("{field}：{value}").format(
                field=language.field_word(record, name), value=self.field_value(record, name, value)
            )
            for name, value in pairs
        )

    def _item(self, field: Field, entry: Mapping[str, Any], names: Mapping[str, str]) -> str:
        parts = (self.value(part, entry.get(part.name), names) for part in field.item)
        return " ".join(part for part in parts if part)

    def listed(self, words: Iterable[str]) -> str:
        """Return words as a list in one line."""
        return self.tr("、").join(words)

    def field_value(self, record: str, name: str, value: Any, names: Mapping[str, str] = _NO_NAMES) -> str:
        """Return the value of a field by its name; nothing is said as such, an undeclared field shows as it is."""
        field = own_fields.field_of(record, name)
        if field is CUSTOM and isinstance(value, Mapping) and value:
            return self._own_values(record, value)
        return (self.value(field, value, names) if field else str(value or "")) or self.tr("（空）")

    def apart(
        self, record: str, name: str, value: Any, others: Iterable[Any], names: Mapping[str, str] = _NO_NAMES
    ) -> str:
        """Return a value as it stands beside others: one that would read like another one is shown as it is stored."""
        text = self.field_value(record, name, value, names)
        alike = any(one != value and self.field_value(record, name, one, names) == text for one in others)
        return value if alike and isinstance(value, str) and value else text

    def changed(self, record: str, changes: Mapping[str, tuple[Any, Any]], names: Mapping[str, str]) -> list[str]:
        """Return one line for each changed field {name: (old, new)}."""
        return [
            self.tr("{field}：{old} → {new}").format(
                field=language.field_word(record, name),
                old=self.field_value(record, name, old, names),
                new=self.field_value(record, name, new, names),
            )
            for name, (old, new) in changes.items()
        ]

    def disputed(self, record: str, conflicts: Iterable[ConflictView]) -> str:
        """Return what stands beside a name whose row has conflicts, '' for none."""
        fields = {one.field for one in conflicts}
        if DELETED in fields:
            return self.tr("有人要删除，有人改过")
        if not fields:
            return ""
        named = self.listed(language.field_word(record, name) for name in sorted(fields))
        return self.tr("{fields}有冲突").format(fields=named)

    def last_visit(self, moment: str) -> str:
        """Return when a customer was last seen, in the words of a list."""
        if not moment:
            return self.tr("还没有拜访")
        return self.ago((today() - language.local(moment).date()).days, moment)

    def due(self, due: DueDay | None) -> str:
        """Return since when a visit is due, or by which day it will be; '' where no rule names one."""
        if due is None:
            return ""
        day = language.day_word(date.fromisoformat(due.day), today())
        return self.tr("{day}起该访").format(day=day) if due.come else self.tr("{day}前").format(day=day)

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

    def timeline(self, entries: Sequence[TimelineEntry], callable_ids: Collection[str] = ()) -> list[TimelineRow]:
        """Return the entries of a timeline as they are shown; the key is `record:id`.

        Visits of `callable_ids` can be called back about: action `call_back:id`.
        """
        rows = [self._entry(entry) for entry in entries]
        return [
            msgspec.structs.replace(row, actions=((f"call_back:{one.id}", self.tr("就这次拜访回访…")),))
            if one.id in callable_ids
            else row
            for row, one in zip(rows, entries, strict=True)
        ]

    def begun(self, line: DraftLine) -> TimelineRow:
        """Return a report that was begun and left, as an entry of the timeline that leads on with it."""
        meta = self.tr("保存于 {moment}").format(moment=language.moment_word(line.saved_at))
        chips = ((self.tr("按 V 接着写"), "neutral"),)
        return TimelineRow(f"visit:{line.visit_id}", meta, line.typed, self.tr("报告没写完"), "info", chips)

    def _entry(self, entry: TimelineEntry) -> TimelineRow:
        moment = language.moment_label(entry.at)
        if entry.record == "claim":
            meta = dotted(moment, language.record_word("claim"), f"¥{format_fen(entry.amount_fen)}", entry.who)
            chips = tuple((language.choice_word("expense_category", code), "neutral") for code in entry.chips)
            return TimelineRow(f"claim:{entry.id}", meta, entry.text, *self._entry_state(entry, "claim_state"), chips)
        if entry.record == "call_back":
            return self._call(entry, moment)
        kind = language.choice_word("channel", entry.kind)
        joint = self.tr("与{names}协访").format(names=self.listed(entry.joint_with)) if entry.joint_with else ""
        meta = dotted(moment, kind, self.minutes(entry.duration_min), entry.who, joint)
        said = zip(entry.chips, entry.reactions or ("",) * len(entry.chips), strict=True)
        shown = [(dotted(name, language.choice_word("reaction", code)), "neutral") for name, code in said]
        state = self._entry_state(entry, "visit_state")
        return TimelineRow(
            f"visit:{entry.id}", meta, entry.text, *state, (*shown, *self._called(entry), *self._step_chip(entry))
        )

    def _call(self, entry: TimelineEntry, moment: str) -> TimelineRow:
        kind = dotted(language.record_word("call_back"), language.choice_word("call_back_way", entry.kind))
        meta = dotted(moment, kind, self.tr("{who}回访").format(who=entry.who or "—"))
        answers = ((code, said == "yes") for code, said in zip(entry.chips, entry.reactions, strict=True))
        chips = point_chips(answers)
        state = outcome_chip(entry.state)
        if entry.sync_state != ACCEPTED:
            chips = ((state_word(entry.sync_state), STATE_TONES[entry.sync_state]), *chips)
        return TimelineRow(f"call_back:{entry.id}", meta, entry.text, *state, chips, icon="call_back")

    def _called(self, entry: TimelineEntry) -> list[tuple[str, str]]:
        """Return the result of the call-back about a visit as a chip."""
        if not entry.called_back:
            return []
        word, tone = outcome_chip(entry.called_back)
        return [(self.tr("回访：{outcome}").format(outcome=word), tone)]

    def _step_chip(self, entry: TimelineEntry) -> list[tuple[str, str]]:
        """Return what was promised at a visit as a chip: kept, open, or overdue."""
        if not entry.next_step:
            return []
        step = entry.next_step if len(entry.next_step) <= _SHORT else f"{entry.next_step[:_SHORT]}…"
        if entry.next_step_done:
            return [(self.tr("已兑现：{step}").format(step=step), "ok")]
        day = language.day_word(date.fromisoformat(entry.next_step_on), today()) if entry.next_step_on else ""
        late = bool(entry.next_step_on) and date.fromisoformat(entry.next_step_on) < today()
        return [
            (self.tr("下一步 {day} {step}").format(day=day, step=step).replace("  ", " "), "bad" if late else "warn")
        ]

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

    def question(self, visit: Row) -> tuple[str, str]:
        """Return a question that waits for its answer, and when it was asked."""
        day = language.day_word(_day(str(visit["starts_at"])), today())
        return str(visit["questions"]), self.tr("{day}拜访时问到").format(day=day)

    def last_changes(self, entries: Sequence[HistoryEntry]) -> dict[str, str]:
        """Return who changed a field last and when, by field; `entries` come newest first."""
        found: dict[str, str] = {}
        for entry in entries:
            for name in entry.changes:
                found.setdefault(name, dotted(language.day_word(_day(entry.at), today()), entry.who))
        return found

    def reasons(self, codes: Iterable[str]) -> str:
        """Return why two doctors may be one person."""
        words = {
            "same_name": self.tr("同名"),
            "same_reading": self.tr("拼音相同"),
            "same_institution": self.tr("同一医院"),
            "same_phone": self.tr("同一电话"),
        }
        return self.listed(words.get(code, code) for code in codes)

    def history(self, row: Row, entries: Sequence[HistoryEntry], mine: Collection[str]) -> list[TimelineRow]:
        """Return the trail of a row as entries of a timeline; `mine` are the fields that the person may change.

        Each value that is no longer in use can be taken back into use: key of the action `<entry>:<field>`.
        """
        return [self._change(row, index, entry, mine) for index, entry in enumerate(entries)]

    def _change(self, row: Row, index: int, entry: HistoryEntry, mine: Collection[str]) -> TimelineRow:
        words = {
            "delete": self.tr("已删除"),
            "restore": self.tr("已恢复"),
            "join": self.tr("另一台电脑上也写了，合在一起"),
        }
        done = words.get(entry.action)
        lines = [*([done] if done else []), *self.changed(row.record, entry.changes, entry.names)]
        if entry.reason.startswith("merge "):
            lines.append(self.tr("因合并机构") if row.record == "institution" else self.tr("因合并医生"))
        elif entry.reason:
            lines.append(self.tr("原因：{reason}").format(reason=entry.reason))
        back = tuple(
            (f"{index}:{name}", self._take_back(row.record, name, old, entry.names))
            for name, (old, _new) in entry.changes.items()
            if name in mine and not same(old, row[name])
        )
        who = entry.who or self.tr("服务器")
        return TimelineRow("", dotted(language.moment_label(entry.at), who), "\n".join(lines), actions=back)

    def _take_back(self, record: str, name: str, value: Any, names: Mapping[str, str]) -> str:
        said = self.field_value(record, name, value, names).replace("\n", " ")
        short = said if len(said) <= _SHORT else f"{said[:_SHORT]}…"
        return self.tr("{field}改回 {value}").format(field=language.field_word(record, name), value=short)


def _day(moment: str) -> date:
    return language.local(moment).date() if moment else today()
