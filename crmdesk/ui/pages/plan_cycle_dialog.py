"""The dialog in which a manager makes or changes a cycle plan: dates, goals by class, weights of channels, capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from crmdesk.domain.picklists import PICKLISTS
from crmdesk.domain.plan_records import MAX_VISITS
from crmdesk.domain.planning import goals_of
from crmdesk.domain.records import RECORDS
from crmdesk.services.commands import CreateRow, EditRow
from crmdesk.services.views import Row
from crmdesk.ui import language, space, theme, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.edit_session import problems
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.date_field import DateField
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.faults import Fault
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.number_box import NumberBox
from crmdesk.ui.parts.text_field import TextLine

translate = QCoreApplication.translate

_CLASSES = tuple(one.code for one in PICKLISTS["customer_class"])
_CHANNELS = tuple(one.code for one in PICKLISTS["channel"])
_PER_DAY, _WHOLE = 8, 100
"""What a first plan begins with: visits a day, and that every visit counts whole (percent)."""


def _box(name: str, most: int, value: int = 0) -> NumberBox:
    box = NumberBox(name, 0, most, value)
    box.setFixedWidth(theme.px(84))
    return box


class CyclePlanDialog(SmallDialog):
    """A new cycle plan, or with `row` the changes of one. A class with goal 0 and maximum 0 has no goal.

    A new one begins with the numbers of the last of `earlier` in its territory, and says so.
    """

    def __init__(
        self,
        context: PageContext,
        parent: QWidget,
        territories: Sequence[tuple[str, str]],
        row: Row | None = None,
        earlier: Sequence[Row] = (),
    ) -> None:
        super().__init__(context, parent, "plan_cycle", 620)
        self._row, self._earlier = row, earlier
        self._last: Row | None = None
        self.territory = DropDown()
        self.territory.setObjectName("plan_cycle_territory_combo")
        for territory_id, name in territories:
            self.territory.addItem(name, territory_id)
        self.name = TextLine()
        self.name.setObjectName("plan_cycle_name_edit")
        self.name.setMaxLength(80)
        self.starts, self.ends = DateField("plan_cycle_from_edit", "near"), DateField("plan_cycle_to_edit", "near")
        self.per_day = _box("plan_cycle_capacity_edit", 40, _PER_DAY)
        self.per_day.setMinimum(1)
        self.goals = {one: _box(f"plan_cycle_goal_{one}_edit", MAX_VISITS) for one in _CLASSES}
        self.most = {one: _box(f"plan_cycle_maximum_{one}_edit", MAX_VISITS) for one in _CLASSES}
        self.weights = {one: _box(f"plan_cycle_weight_{one}_edit", 200, _WHOLE) for one in _CHANNELS}
        for box in self.weights.values():
            box.setSuffix(" %")
            box.setSingleStep(5)
        self._labels: dict[str, Label] = {}
        self._lay_out()
        if row is not None:
            self._fill(row)
        else:
            self._begun_with = self._numbers()
            self._take_over()
            self.territory.currentIndexChanged.connect(self._take_over)
        self.retranslate()
        self.name.setFocus()

    def _label(self, name: str, role: str = "secondary") -> Label:
        return self._labels.setdefault(name, Label("", role))

    def _lay_out(self) -> None:
        top = QGridLayout()
        top.setHorizontalSpacing(space.BETWEEN)
        top.setVerticalSpacing(space.NEAR)
        top.setColumnStretch(4, 1)
        top.addWidget(self._label("territory_id"), 0, 0)
        top.addWidget(self.territory, 0, 1, 1, 3)
        top.addWidget(self._label("name"), 1, 0)
        top.addWidget(self.name, 1, 1, 1, 3)
        for column, (name, field) in enumerate((("starts_on", self.starts), ("ends_on", self.ends))):
            top.addWidget(self._label(name), 2, column * 2)
            top.addWidget(field, 2, column * 2 + 1)
        top.addWidget(self._label("visits_per_day"), 3, 0)
        top.addWidget(self.per_day, 3, 1)
        self.content.addLayout(top)
        tables = QGridLayout()
        tables.setHorizontalSpacing(space.BETWEEN)
        tables.setVerticalSpacing(space.INSIDE)
        tables.setColumnMinimumWidth(3, 28)
        tables.setColumnStretch(6, 1)
        tables.addWidget(self._label("goals", "strong"), 0, 0)
        tables.addWidget(self._label("goal", "muted"), 0, 1)
        tables.addWidget(self._label("maximum", "muted"), 0, 2)
        tables.addWidget(self._label("channel_weights", "strong"), 0, 4, 1, 2)
        for number, one in enumerate(_CLASSES, 1):
            tables.addWidget(self._label(f"class {one}"), number, 0)
            tables.addWidget(self.goals[one], number, 1)
            tables.addWidget(self.most[one], number, 2)
        for number, one in enumerate(_CHANNELS, 1):
            tables.addWidget(self._label(f"channel {one}"), number, 4)
            tables.addWidget(self.weights[one], number, 5)
        self.content.addLayout(tables)

    def _fill(self, row: Row) -> None:
        self.territory.setCurrentIndex(max(0, self.territory.findData(row["territory_id"])))
        self.territory.setEnabled(False)
        self.name.setText(row["name"] or "")
        self.starts.set_value(row["starts_on"])
        self.ends.set_value(row["ends_on"])
        self._fill_numbers(row.values)

    def _take_over(self) -> None:
        """Begin with what the last cycle of the chosen territory had; numbers that were changed by hand stay."""
        if self._numbers() != self._begun_with:
            return
        mine = [one for one in self._earlier if one["territory_id"] == self.territory.currentData()]
        self._last = max(mine, key=lambda one: str(one["ends_on"]), default=None)
        self._fill_numbers(self._last.values if self._last else {})
        self._begun_with = self._numbers()
        self.retranslate()

    def _fill_numbers(self, cycle: Mapping[str, Any]) -> None:
        self.per_day.setValue(int(cycle.get("visits_per_day") or _PER_DAY))
        agreed = goals_of(cycle)
        for one in _CLASSES:
            goal, most = agreed.by_class.get(one, (0, 0))
            self.goals[one].setValue(goal)
            self.most[one].setValue(most)
        for one in _CHANNELS:
            self.weights[one].setValue(agreed.weights.get(one, _WHOLE))

    @override
    def retranslate(self) -> None:
        heading = self.tr("周期计划") if self._row else self.tr("新建周期计划")
        explanation = self.tr("目标按医生分类设定；方式的权重决定一次拜访算几次。")
        if self._last is not None:
            explanation += self.tr("下面的数字取自上一个周期“{name}”，可以改。").format(name=self._last["name"])
        self.say(heading, explanation, self.tr("保存"))
        for name in ("territory_id", "name", "starts_on", "ends_on", "visits_per_day", "goals", "channel_weights"):
            self._labels[name].setText(language.field_word("cycle_plan", name))
        self._labels["goal"].setText(self.tr("目标"))
        self._labels["maximum"].setText(self.tr("最多"))
        for one in _CLASSES:
            word = language.choice_word("customer_class", one)
            self._labels[f"class {one}"].setText(word)
            self.goals[one].setAccessibleName(self.tr("{name} 目标").format(name=word))
            self.most[one].setAccessibleName(self.tr("{name} 最多").format(name=word))
        for one in _CHANNELS:
            word = language.choice_word("channel", one)
            self._labels[f"channel {one}"].setText(word)
            self.weights[one].setAccessibleName(self.tr("{name} 权重").format(name=word))
        named = {"name": self.name, "visits_per_day": self.per_day, "territory_id": self.territory}
        for name, field in named.items():
            field.setAccessibleName(language.field_word("cycle_plan", name))
        for name, date_field in (("starts_on", self.starts), ("ends_on", self.ends)):
            date_field.set_label(language.field_word("cycle_plan", name))
            date_field.retranslate()

    def values(self) -> dict[str, Any]:
        """Return what was put in, as fields of a `cycle_plan`."""
        return {
            "territory_id": self.territory.currentData(),
            "name": self.name.text().strip() or None,
            "starts_on": self.starts.value() or None,
            "ends_on": self.ends.value() or None,
            **self._numbers(),
        }

    def _numbers(self) -> dict[str, Any]:
        return {
            "visits_per_day": self.per_day.value(),
            "goals": [self._goal(one) for one in _CLASSES if self.goals[one].value() or self.most[one].value()],
            "channel_weights": [{"channel": one, "percent": self.weights[one].value()} for one in _CHANNELS],
        }

    def _goal(self, one: str) -> Mapping[str, Any]:
        return {"customer_class": one, "goal": self.goals[one].value(), "maximum": self.most[one].value() or None}

    def _faults(self, values: Mapping[str, Any]) -> list[Fault]:
        """Return everything that is wrong with what was put in."""
        controls = {"territory_id": self.territory, "name": self.name, "starts_on": self.starts, "ends_on": self.ends}
        found = [
            Fault(
                partial(words.sentence, error.code, {**error.params, "record": "cycle_plan"}),
                controls.get(name, self.name),
            )
            for name, error in problems(RECORDS["cycle_plan"], values).items()
        ]
        if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
            found.append(Fault(partial(words.sentence, "ends_before_start"), self.ends))
        return found

    @override
    def save(self) -> None:
        values = self.values()
        if not self.marks.show(self._faults(values)):
            return

        def said() -> str:
            return translate("plan_cycle_dialog", "周期计划已保存在本机")

        if self._row is None:
            self.submit(CreateRow("cycle_plan", values), said)
        else:
            seen = {name: self._row[name] for name in values}
            self.submit(EditRow("cycle_plan", self._row.id, values, self._row.revision, base=seen), said)
