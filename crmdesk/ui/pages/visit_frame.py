"""What stands where in the report editor: head, banners, the form, what goes with it, what is known of the doctor."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.roles import Role
from crmdesk.ui import space, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.pages.visit_amendment import AmendmentBar
from crmdesk.ui.pages.visit_form import VisitForm
from crmdesk.ui.pages.visit_meanwhile import VisitMeanwhile
from crmdesk.ui.pages.visit_side import WIDTH, VisitSide
from crmdesk.ui.parts.buttons import PRIMARY, QUIET, Button
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.date_field import DateField
from crmdesk.ui.parts.flow import FlowLayout
from crmdesk.ui.parts.fold_row import FoldRow
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.parts.room import width_in_sight
from crmdesk.ui.parts.split import ScrollArea
from crmdesk.ui.parts.squeezed_row import SqueezedRow

_LEAST_WIDTH, LEAST_NAME, _LEAST_ABOUT = 560, 64, 300
"""What the report has at least beside what is known of the doctor, and the name and what is beside it in their line."""


class VisitFrame(QWidget):
    """The parts of the report editor in their places; what they do is the editor's."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("visit_editor")
        self.context = context
        self._words = CustomerWords(self)
        self.form = VisitForm(Role(context.desk.person.role), self._words)
        self.side = VisitSide(self._words)
        self.meanwhile = VisitMeanwhile(self.form, self._words)
        self.banner = Banner()
        self.banner.setObjectName("visit_banner")
        self.amendment = AmendmentBar()
        self.day = DateField("visit_day", "back")
        self._lay_out()

    def _lay_out(self) -> None:
        self._name, self._second = ElidedLabel("", "subject"), ElidedLabel("", "secondary")
        about, beside = FlowLayout(spacing=space.NEAR), QHBoxLayout()
        for label in (self._name, self._second):
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
            about.addWidget(label)
        self._name.setObjectName("visit_doctor_label")
        self.draft_chip = Chip(parent=self)
        self.draft_chip.setObjectName("visit_draft_chip")
        self._later = Button.for_action("visit_later")
        self.submit_button = Button.for_action("visit_submit", PRIMARY)
        self._amend = Button.for_action("visit_amend")
        for widget in (self.draft_chip, self.day, self._later, self._amend, self.submit_button):
            beside.addWidget(widget)
        head = FoldRow(about, beside, _LEAST_ABOUT)
        for row in (beside, head):
            row.setSpacing(space.NEAR)
        self._expense = Button.for_action("visit_expense", icon_name="plus")
        self._attach = Button.for_action("visit_attach", icon_name="plus")
        self._figures = Label("", "muted")
        self._figures.setObjectName("visit_figures_label")
        self.drop_button = Button.for_action("visit_drop", QUIET, small=True)
        foot = SqueezedRow()
        foot.setSpacing(space.NEAR)
        for part in (self._expense, self._attach, self.drop_button, self._figures):
            foot.addWidget(part)
        foot.addStretch(1)
        main = QVBoxLayout()
        main.setContentsMargins(space.EDGE, space.ROOMY, space.EDGE, space.ROOMY)
        main.setSpacing(space.NEAR)
        main.addLayout(head)
        main.addWidget(self.banner)
        main.addWidget(self.amendment)
        main.addWidget(self.meanwhile)
        room = ScrollArea()  # in a low window the report scrolls instead of hiding chips
        room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        room.setProperty("part", "scroll")
        room.setWidget(self.form)
        main.addWidget(room, 1)
        main.addLayout(foot)
        self._room, self._main = room, main
        self._parts = layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(main, 1)
        layout.addWidget(self.side)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room()

    def _give_room(self) -> None:
        """Put what is known of the doctor below the report where there is no room beside it."""
        below = width_in_sight(self) < max(self._main.minimumSize().width(), theme.px(_LEAST_WIDTH)) + WIDTH
        if below == (self._parts.direction() == QBoxLayout.Direction.TopToBottom):
            return
        self._parts.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)
        self._room.show_whole(whole=below)  # the page scrolls then
        self.side.set_below(below)
