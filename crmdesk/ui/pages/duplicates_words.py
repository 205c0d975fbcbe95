"""What the Duplicates page says about doctors and about institutions: titles, reasons, who is who, what will follow."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject

from crmdesk.domain.customer_merge import DOCTORS, INSTITUTIONS, MergeKind, State
from crmdesk.services.views import CustomerItem, DuplicatePair, MergeItem, MergeSide
from crmdesk.ui import language
from crmdesk.ui.pages.customer_words import CustomerWords, dotted, profession
from crmdesk.ui.pages.import_words import likeness_word
from crmdesk.ui.parts.date_field import today

_TOLD_DAYS = 14


def lately(merge: MergeItem) -> bool:
    """Say whether a merge was decided in the last two weeks: so long a page speaks of it by itself."""
    day = str(merge.row["decided_at"] or "")
    return bool(day) and (today() - language.local(day).date()).days <= _TOLD_DAYS


def went_into(merge: MergeItem, row_id: str) -> bool:
    """Say whether a customer went into another one, and stays there."""
    return merge.state == State.DONE and merge.other_id == row_id


class DuplicatesWords(QObject):
    """Phrases about possible duplicates of one kind, in the language in use."""

    def __init__(self, parent: QObject, words: CustomerWords) -> None:
        super().__init__(parent)
        self._words = words

    def title(self, kind: MergeKind) -> str:
        """Return the heading of the page."""
        return self.tr("可能重复的机构") if kind is INSTITUTIONS else self.tr("可能重复的医生")

    def nothing(self, kind: MergeKind) -> str:
        """Return what is said where nobody may be there twice."""
        if kind is INSTITUTIONS:
            return self.tr("没有可能重复的机构：名称、别名或曾用名很可能是同一家的，会列在这里。")
        return self.tr("没有可能重复的医生：姓名或拼音相同，并且医院或电话也相同的，会列在这里。")

    def second(self, kind: MergeKind, first: CustomerItem, other: CustomerItem) -> str:
        """Return the second line of a pair: of doctors the place, of institutions level and city."""
        place = first.institution_name or other.institution_name
        if kind is INSTITUTIONS:
            return dotted(language.choice_word("institution_level", first.title or other.title), place)
        return dotted(place, profession(first.title or other.title, first.specialty or other.specialty))

    def reasons(self, kind: MergeKind, codes: Iterable[str]) -> str:
        """Return why two may be one."""
        if kind is DOCTORS:
            return self._words.reasons(codes)
        return self._words.listed(likeness_word(code) for code in codes)

    def banner(
        self, kind: MergeKind, row_id: str, merge: MergeItem | None, pair: DuplicatePair | None
    ) -> tuple[str, str, str]:
        """Return what the page of a customer says of merging, the tone and the action; '' where there is nothing."""
        if merge is not None and went_into(merge, row_id):
            return (
                self.tr("已合并到 {name}。").format(name=merge.kept_name),
                "info",
                self.tr("打开 {name}").format(name=merge.kept_name),
            )
        if merge is not None and merge.state == State.PROPOSED:
            names = {"who": merge.owner_name, "other": merge.other_name, "kept": merge.kept_name}
            return self.tr("{who} 提议把 {other} 合并到 {kept}。").format(**names), "warn", self.tr("查看")
        if merge is not None and lately(merge):
            return self.tr("{other} 已合并进来，可以恢复。").format(other=merge.other_name), "info", self.tr("查看")
        if pair is None:
            return "", "info", ""
        other = pair.second if pair.first.id == row_id else pair.first
        place = dotted(other.institution_name, other.department_name)
        name = self.tr("{name}（{place}）").format(name=other.name, place=place) if place else other.name
        why = self.reasons(kind, pair.reasons)
        if kind is INSTITUTIONS:
            text = self.tr("可能与 {name} 是同一家机构：{why}。").format(name=name, why=why)
        else:
            text = self.tr("可能与 {name} 是同一人：{why}。").format(name=name, why=why)
        return language.closed_up(text), "warn", self.tr("对照")

    def follows(self, kind: MergeKind, other: MergeSide) -> str:
        """Return what a merge would do with the one that ends."""
        people = len(other.affiliations)
        moved = [self.tr("%n 次拜访", "", other.visits) if other.visits else ""]
        if kind is INSTITUTIONS:
            moved.append(self.tr("%n 个科室", "", other.departments) if other.departments else "")
            moved.append(self.tr("%n 位医生", "", people) if people else "")
        else:
            moved.append(self.tr("%n 个执业机构", "", people) if people else "")
        moved.append(self.tr("%n 个附件", "", other.attachments) if other.attachments else "")
        what = self._words.listed(one for one in moved if one)
        text = self.tr("右边的 {what}会转到左边。").format(what=what) if what else ""
        if kind is INSTITUTIONS:
            return text + self.tr("右边的名称成为左边的别名，右边的机构不再列出，可以恢复。报销单保持提交时的内容。")
        return text + self.tr("右边的医生标记为已合并，可以恢复。报销单保持提交时的内容。")
