"""The conditions of the customer list beside the table: chips that narrow it down as they are chosen."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.domain.picklists import PICKLISTS
from crmdesk.services.customer_filter import (
    DUE,
    NEVER,
    NONE,
    NOT_IN_CYCLE,
    PROMISE,
    SEEN,
    VISIT,
    Conditions,
    conditions_for,
)
from crmdesk.services.due import PLAIN_DAYS
from crmdesk.services.views import FilterChoices
from crmdesk.ui import actions, language, space, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import CustomerWords, dotted
from crmdesk.ui.pages.own_filter import OwnFilter, OwnFilterWords
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.row_picker import RowPicker
from crmdesk.ui.parts.split import ScrollArea

WIDTH = 316
_ANY = "any"
_ORDER = ("due", "seen", "classes", "institutions", "levels", "specialties", "consent", "tags", "territories", "status")
"""Conditions about declared fields; those about company fields stand below them."""
_PICKLISTS = {
    "classes": "customer_class",
    "specialties": "specialty",
    "levels": "institution_level",
    "consent": "consent_channel",
    "status": "doctor_status",
}


class FilterWords(QObject):
    """What conditions are called and how a set of them reads in one line."""

    def __init__(self, words: CustomerWords, parent: QObject) -> None:
        super().__init__(parent)
        self._words = words
        self._own = OwnFilterWords(self)

    def heading(self, name: str) -> str:
        """Return the words above a condition."""
        return {
            "due": self.tr("该做的"),
            "seen": self.tr("上次拜访"),
            "classes": language.field_word("doctor", "customer_class"),
            "institutions": language.record_word("institution"),
            "levels": language.field_word("institution", "level"),
            "specialties": language.field_word("doctor", "specialty"),
            "consent": language.field_word("doctor", "consent"),
            "tags": language.field_word("doctor", "tags"),
            "territories": language.record_word("territory"),
            "status": language.field_word("doctor", "status"),
        }[name]

    def entry(self, name: str, code: str) -> str:
        """Return the words of one entry of a condition, '' for an id."""
        own = {
            ("due", VISIT): self.tr("该拜访了"),
            ("due", PROMISE): self.tr("承诺到期"),
            ("seen", _ANY): self.tr("不限"),
            ("seen", NEVER): self.tr("从未拜访"),
            ("seen", NOT_IN_CYCLE): self.tr("本周期还没见"),
            ("classes", NONE): self.tr("未分类"),
            ("consent", NONE): self.tr("都未同意"),
        }
        if (name, code) in own:
            return own[name, code]
        if name == "seen":
            kind, _, days = code.partition("_")
            if kind == "within":
                return self.tr("%n 天内见过", "", int(days))
            return self.tr("超过 %n 天未见", "", int(days))
        if name == "classes":
            return language.choice_word("customer_class", code)
        return language.choice_word(_PICKLISTS[name], code) if name in _PICKLISTS else code if name == "tags" else ""

    def due_rule(self, choices: FilterChoices) -> str:
        """Say what makes a customer due for a visit: the cycle plan, the plain rule where there is none, or both."""
        by_plan = self.tr("该拜访：周期计划的目标没完成，也到了间隔。")
        plain = self.tr("该拜访：A、B 类满 {days} 天未见。").format(days=PLAIN_DAYS)
        if choices.planned and choices.plain:
            return by_plan + self.tr("没有周期计划的辖区：A、B 类满 {days} 天未见。").format(days=PLAIN_DAYS)
        return by_plan if choices.planned else plain

    def sentence(self, record: str, where: Conditions, names: dict[str, str]) -> str:
        """Return the conditions in one line; `names` gives the words of ids."""
        parts = []
        for name in _ORDER:
            value = getattr(where, name)
            codes = (value,) if isinstance(value, str) and value else value or ()
            parts.append(self._words.listed(self.entry(name, one) or names.get(one, "…") for one in codes))
        return dotted(*parts, *self._own.phrases(record, where.custom))


class FilterPanel(QFrame):
    """The panel; `changed` tells that the person chose something else, `closed` asks to put it away."""

    changed = Signal()
    closed = Signal()

    def __init__(self, context: PageContext, words: CustomerWords) -> None:
        super().__init__()
        self.setObjectName("customers_filter_panel")
        self.setProperty("part", "side")
        self.setFixedWidth(theme.px(WIDTH))
        self._context, self._record = context, "doctor"
        self.words = FilterWords(words, self)
        self.names: dict[str, str] = {}
        self._choices = FilterChoices((), ())
        self._headings: dict[str, Label] = {}
        self.groups: dict[str, Picklist] = {}
        self._heading, self._due_rule = Label("", "section"), Label("", "muted", wrap=True)
        self._due_rule.setObjectName("customers_due_rule_label")
        self._close = Button("", QUIET, actions.keys("customers_conditions"), small=True)
        self._close.setObjectName("customers_filter_close_button")
        self._close.clicked.connect(self.closed)
        self.picker = RowPicker("customers_filter_institution", self._search)
        self.picker.picked.connect(self._add_institution)
        inner = QFrame()
        inner.setProperty("part", "surface")
        self._body = QVBoxLayout(inner)
        self._body.setContentsMargins(space.APART, space.TINY, space.BETWEEN, space.APART)
        self._body.setSpacing(space.TIGHT)
        for name in _ORDER:
            self._add_group(name)
        self.own = OwnFilter()
        self.own.changed.connect(self.changed)
        self._body.addWidget(self.own)
        self._body.addStretch(1)
        self._lay_out(inner)
        self.retranslate()

    def _lay_out(self, inner: QWidget) -> None:
        area = ScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        top = QHBoxLayout()
        top.setContentsMargins(space.APART, space.NEAR, space.NEAR, space.HAIR)
        top.addWidget(self._heading, 1)
        top.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(area, 1)

    def _add_group(self, name: str) -> None:
        self._headings[name] = Label("", "muted")
        group = Picklist(many=name != "seen")
        group.setObjectName(f"customers_{name}")
        group.changed.connect(self.changed)
        self.groups[name] = group
        self._body.addSpacing(space.TIGHT)
        self._body.addWidget(self._headings[name])
        if name == "institutions":
            self._body.addWidget(self.picker)
        self._body.addWidget(group)
        if name == "due":
            self._body.addWidget(self._due_rule)

    def conditions(self) -> Conditions:
        """Return what is chosen."""
        found: dict[str, object] = {"custom": self.own.conditions()}
        for name, group in self.groups.items():
            if name == "seen":
                found[name] = group.value().replace(_ANY, "")
            elif name in conditions_for(self._record):
                found[name] = tuple(group.values())
        return Conditions(**found)  # type: ignore[arg-type]

    def show_conditions(self, record: str, where: Conditions) -> None:
        """Show the conditions of a filter; ids without a name are looked up."""
        self._record = record
        unknown = [one for one in where.institutions if one not in self.names]
        self._set_choices(where)
        self.own.show_record(record)
        self.own.show_conditions(where.custom)
        for name, group in self.groups.items():
            value = getattr(where, name)
            group.set_value(value or _ANY) if name == "seen" else group.set_values(value)
        self._show_groups()
        if unknown:
            self._context.ask(self, lambda reads: reads.institution_names(unknown), self._take_names, "names")
        if not self.names.keys() >= set(where.territories):
            self.read_choices()

    def read_choices(self) -> None:
        """Fetch the territories and tags that are in use."""
        record = self._record
        self._context.ask(self, lambda reads: reads.filter_choices(record), self._take_choices, "choices")

    def focus_first(self) -> None:
        """Put the keys on the first condition."""
        self.groups["due"].setFocus()

    def retranslate(self) -> None:
        """Set every text anew."""
        self._heading.setText(self.tr("筛选条件"))
        self._close.setText(self.tr("收起"))
        self.picker.edit.setPlaceholderText(self.tr("医院名或拼音"))
        self.picker.edit.setAccessibleName(self.tr("只看这家机构的医生"))
        for name, heading in self._headings.items():
            heading.setText(self.words.heading(name))
            self.groups[name].setAccessibleName(self.words.heading(name))
        self._set_choices(self.conditions())
        self.own.show_record(self._record)
        self.own.retranslate()
        self._show_groups()

    def _set_choices(self, where: Conditions) -> None:
        """Give each group its entries; what is chosen and no longer in use stays to be taken off."""
        for name, group in self.groups.items():
            if name == "seen":
                codes = [_ANY, *SEEN]
            elif name == "due":
                codes = list(DUE)
            elif name in _PICKLISTS:
                codes = [one.code for one in PICKLISTS[_PICKLISTS[name]]]
                codes += [NONE] if name in ("classes", "consent") else []
            else:
                codes = self._open_codes(name, where)
            group.set_choices([(code, self.words.entry(name, code) or self.names.get(code, "…")) for code in codes])
            chosen = getattr(where, name)
            group.set_value(chosen or _ANY) if name == "seen" else group.set_values(chosen)

    def _open_codes(self, name: str, where: Conditions) -> list[str]:
        offered = {
            "institutions": (),
            "territories": tuple(one for one, _name in self._choices.territories),
            "tags": self._choices.tags,
        }[name]
        return list(dict.fromkeys([*offered, *getattr(where, name)]))

    def _show_groups(self) -> None:
        usable = conditions_for(self._record)
        for name, group in self.groups.items():
            empty = name == "tags" and not self._choices.tags and not group.values()
            single = name == "territories" and len(self._choices.territories) < 2 and not group.values()
            shown = name in usable and not empty and not single
            self._headings[name].setVisible(shown)
            group.setVisible(shown and (name != "institutions" or bool(group.values())))
        self.picker.setVisible("institutions" in usable)
        self._due_rule.setText(self.words.due_rule(self._choices))
        self._due_rule.setVisible("due" in usable)

    def _search(self, text: str) -> None:
        self._context.ask(
            self,
            lambda reads: reads.customers("institution", text, limit=8),
            lambda found: self.picker.show_found([(one.id, one.name, one.institution_name) for one in found]),
            "institution",
        )

    def _add_institution(self, row_id: str) -> None:
        if not row_id:
            return
        self.names[row_id] = self.picker.edit.text()
        where = self.conditions()
        where = where._replace(institutions=tuple(sorted({*where.institutions, row_id})))
        self.picker.set_row("", "")
        self._set_choices(where)
        self._show_groups()
        self.changed.emit()

    def _take_names(self, names: dict[str, str]) -> None:
        self.names |= names
        self._set_choices(self.conditions())
        self.changed.emit()

    def _take_choices(self, choices: FilterChoices) -> None:
        self._choices = choices
        news = not self.names.keys() >= set(self.conditions().territories)
        self.names |= dict(choices.territories)
        self._set_choices(self.conditions())
        self._show_groups()
        if news:
            self.changed.emit()  # what is narrowed to is said by its name
