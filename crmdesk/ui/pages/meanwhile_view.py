"""What both sides changed while a form was open, within the form: both values, and one choice for each field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.domain.fields import Field, Kind, Record
from crmdesk.services.views import ACCEPTED, Row
from crmdesk.ui import language, space
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.edit_session import FieldClash
from crmdesk.ui.pages.meanwhile import Met, Values, meet, record_field
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.notices import Banner

MINE, THEIRS = "mine", "theirs"
_LONG = 60


class MeanwhileView(QWidget):
    """Holds what a form saves against (`seen`, None: no row yet), and asks where both sides changed the same field.

    `picked(field, value)`: what the form is to show in that field from now on; `decided` after each choice. Hidden
    where there is nothing to decide and nothing came.

    `names` are the words for ids. `as_shown` is how the values of a row stand in the form: what a row
    leaves open may have a usual value there, which nobody chose.
    """

    picked = Signal(str, object)
    decided = Signal()

    def __init__(self, record: Record, said: CustomerWords, as_shown: Callable[[Values], Values] = dict) -> None:
        super().__init__()
        self.setObjectName(f"{record.name}_meanwhile")
        self._record, self._words, self._as_shown = record, said, as_shown
        self.seen: dict[str, Any] | None = None
        self.names: Mapping[str, str] = {}
        self._theirs: Values = {}
        self._clashes: dict[str, FieldClash] = {}
        self._choices: dict[str, Picklist] = {}
        self._taken: set[str] = set()
        self._news: list[str] = []
        self._when = ""
        self.banner = Banner()
        self.banner.setObjectName(f"{record.name}_meanwhile_banner")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(space.NEAR)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.NEAR)
        layout.addWidget(self.banner)
        layout.addLayout(self._rows)
        self.hide()

    def begin(self, seen: Values | None) -> None:
        """Take what a form begins with; nothing is to be decided."""
        self.seen = dict(seen) if seen is not None else None
        self._news, self._when = [], ""
        self._taken.clear()
        self._show({}, {})

    @property
    def undecided(self) -> list[str]:
        """The fields that wait for a choice."""
        return [name for name, choice in self._choices.items() if not choice.value()]

    def ask_first(self) -> bool:
        """Go to the first choice that is not made; returns whether there is one."""
        waiting = self.undecided
        if waiting:
            self._choices[waiting[0]].setFocus(Qt.FocusReason.OtherFocusReason)
        return bool(waiting)

    def meet(self, row: Row, theirs: Values, mine: Values) -> Met:
        """Lay what a row holds by now and what a form holds together, and ask where that cannot be done."""
        seen = self.seen if self.seen is not None else theirs
        met = meet(self._record, self._as_shown(seen), self._as_shown(theirs), mine)
        clashes = {one.field.name: one for one in met.clashes}
        self._theirs = theirs
        self.seen = {**theirs, **{name: seen.get(name) for name in clashes}}
        chosen = {name: one.value() for name, one in self._choices.items() if one.value() and name not in clashes}
        self._taken &= chosen.keys()
        self._news += [name for name in met.news if name not in self._news]
        if met.news or met.clashes:
            self._when = row.updated_at if row.sync_state == ACCEPTED else ""
        self._show({name: one for name, one in self._clashes.items() if name in chosen} | clashes, chosen)
        return met

    def retranslate(self) -> None:
        """Set every text anew."""
        for name, clash in self._clashes.items():
            self._word(name, clash)
        self._say()

    def _show(self, clashes: dict[str, FieldClash], chosen: Mapping[str, str]) -> None:
        for name in [one for one in self._choices if one not in clashes]:
            choice = self._choices.pop(name)
            self._rows.removeWidget(choice)
            choice.hide()
            choice.deleteLater()
        self._clashes = clashes
        for name, clash in clashes.items():
            if name not in self._choices:
                self._choices[name] = self._choice(name)
            self._word(name, clash)
            self._choices[name].set_value(chosen.get(name, ""))
        self._say()

    def _say(self) -> None:
        if self.undecided:
            self.banner.say(self._asking, "warn")
        elif self._clashes or self._news:
            self.banner.say(self._told, "info")
        else:
            self.banner.say("")
        self.setVisible(bool(self._clashes or self._news))

    def _choice(self, name: str) -> Picklist:
        choice = Picklist(" ")
        choice.setObjectName(f"meanwhile_{name.replace('.', '_')}")
        choice.changed.connect(lambda: self._pick(name))
        self._rows.addWidget(choice)
        return choice

    def _word(self, name: str, clash: FieldClash) -> None:
        choice, of = self._choices[name], (self._record.name, name)
        choice.set_heading(language.field_word(*of))
        mine, theirs = (
            self._told_value(name, one, other)
            for one, other in ((clash.mine, clash.theirs), (clash.theirs, clash.mine))
        )
        choice.set_choices([
            (MINE, self.tr("这里写的：{value}").format(value=_short(mine))),
            (THEIRS, self.tr("别处写的：{value}").format(value=_short(theirs))),
        ])  # fmt: skip

    def _told_value(self, name: str, value: Any, other: Any) -> str:
        """Return a value in words; of a list what the other side does not have: it would be lost in the rest."""
        field = record_field(self._record, name)
        if field.kind is not Kind.ITEMS:
            return self._words.apart(self._record.name, name, value, (other,), self.names)
        count = self.tr("共 %n 项", "", len(value or ()))
        differing = [one for one in value or () if one not in (other or ())]
        return self.tr("；").join([count, *(self._entry(field, one) for one in differing)])

    def _entry(self, field: Field, entry: Mapping[str, Any]) -> str:
        shown = {part: one for part, one in entry.items() if part != "receipt_sha256s"}  # nobody reads a fingerprint
        receipts = len(entry.get("receipt_sha256s") or ())
        words = self._words.value(field, [shown], self.names)
        return f"{words} {self.tr('%n 张凭证', '', receipts)}" if receipts else words

    def _pick(self, name: str) -> None:
        """Take a choice: what stays of the other side is no longer in the way; none at all asks again."""
        value, clash = self._choices[name].value(), self._clashes[name]
        if self.seen is not None:
            self.seen[name] = self._theirs.get(name) if value else clash.base
        self._say()
        if value == THEIRS:
            self._taken.add(name)
            self.picked.emit(name, clash.theirs)
        elif name in self._taken:
            self._taken.discard(name)
            self.picked.emit(name, clash.mine)
        self.decided.emit()

    def _asking(self) -> str:
        text = self.tr("你写的时候，下面的内容在别处（另一台电脑或另一个窗口）也改了{when}。每项选一个，再提交。")
        return text.format(when=self._moment())

    def _told(self) -> str:
        if not self._news:
            return self.tr("已选好；提交前还可以改选。")
        names = self._words.listed(language.field_word(self._record.name, name) for name in self._news)
        return self.tr("别处刚改了{fields}{when}，已并入这里；你写的都在。").format(fields=names, when=self._moment())

    def _moment(self) -> str:
        return self.tr("（{when}）").format(when=language.moment_word(self._when)) if self._when else ""


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
