"""The bar above the calendar: which week, whose, how many visits, and what can be planned."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from crmdesk.services.plan_views import PlanWeek
from crmdesk.ui import space
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.squeezed_row import SqueezedRow


class PlanHead(QFrame):
    """`turned(weeks)` by the arrows, `looked_at(owner id)` when a manager chooses whose week is shown."""

    turned = Signal(int)
    looked_at = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "list-head")
        self._figure, self._figures = Label("", "strong"), Label("", "muted")
        self._figure.setObjectName("plan_count_label")
        self._previous = self._turner("plan_previous_week", "back", -1)
        self._next = self._turner("plan_next_week", "next", 1)
        self.this_week = Button.for_action("plan_this_week", small=True)
        self.people = DropDown()
        self.people.setObjectName("plan_people_combo")
        self.people.activated.connect(lambda _at: self.looked_at.emit(str(self.people.currentData() or "")))
        self.people.setVisible(False)
        self.copy = Button.for_action("plan_copy", icon_name="copy")
        self.add = Button.for_action("plan_add", PRIMARY, icon_name="plus")
        row = SqueezedRow(self)
        row.setContentsMargins(*space.BAR)
        row.setSpacing(space.INSIDE)
        for widget in (self._previous, self.this_week, self._next, self.people):
            row.addWidget(widget)
        row.addSpacing(space.INSIDE)
        row.addWidget(self._figure)
        row.addWidget(self._figures)
        row.addStretch(1)
        row.addWidget(self.copy)
        row.addWidget(self.add)
        row.spare(self._figures)

    def _turner(self, name: str, icon: str, weeks: int) -> Button:
        button = Button("", icon_name=icon, small=True)
        button.setObjectName(f"{name}_button")
        button.clicked.connect(lambda: self.turned.emit(weeks))
        return button

    def set_own(self, *, own: bool) -> None:
        """Let the week be changed, or only looked at."""
        for button in (self.copy, self.add):
            button.setEnabled(own)

    def retranslate(self) -> None:
        """Set the words anew that do not depend on what is shown."""
        for button, text in ((self._previous, self.tr("前一周")), (self._next, self.tr("后一周"))):
            button.setAccessibleName(text)
            button.setToolTip(text)

    def show_people(self, people: Sequence[tuple[str, str]], owner_id: str) -> None:
        """Offer a manager the weeks of the representatives, (id, name) each; nobody to offer takes no room."""
        self.people.setVisible(bool(people))
        wanted = [(self.tr("我自己"), ""), *((name, person_id) for person_id, name in people)]
        present = [(self.people.itemText(at), self.people.itemData(at)) for at in range(self.people.count())]
        if wanted == present:
            at = self.people.findData(owner_id)
            if at >= 0 and self.people.currentData() != owner_id:
                self.people.setCurrentIndex(at)
            return  # somebody may be choosing just now
        self.people.clear()
        for name, person_id in wanted:
            self.people.addItem(name, person_id)
        self.people.setAccessibleName(self.tr("谁的一周"))
        self.people.setCurrentIndex(max(0, self.people.findData(owner_id)))

    def show_figures(self, week: PlanWeek) -> None:
        """Say how many visits the week has, and how far they are."""
        done = sum(one.counts == "actual" for one in week.visits)
        missed = sum(one.counts == "missed" for one in week.visits)
        self._figure.setText(self.tr("%n 次拜访", "", len(week.visits)))
        parts = [self.tr("已完成 {done}").format(done=done)] if done else []
        if missed:
            parts.append(self.tr("未报告 {missed}").format(missed=missed))
        self._figures.setText(dotted(*parts))
