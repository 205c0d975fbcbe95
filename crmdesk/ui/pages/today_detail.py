"""The right side of Today: the chosen doctor with follow-ups, this quarter and the last visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout

from crmdesk.services.views import DoctorView, Row
from crmdesk.ui import language, space
from crmdesk.ui.pages.customer_words import CustomerWords, class_word, dotted, profession
from crmdesk.ui.pages.doctor_cards import consent_chips
from crmdesk.ui.pages.open_matters import OpenMatters
from crmdesk.ui.pages.visit_side import filing_valid
from crmdesk.ui.parts.buttons import PRIMARY, QUIET, Button, hanging
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.charts import ColumnChart, ProgressBar
from crmdesk.ui.parts.chips import ChipRow
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.parts.flow import FlowLayout
from crmdesk.ui.parts.fold_row import FoldRow
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.notices import EmptyState
from crmdesk.ui.parts.split import ScrollPage
from crmdesk.ui.parts.squeezed_row import SqueezedRow
from crmdesk.ui.parts.timeline import Timeline

_RECENT, _LEAST_ABOUT = 4, 300
"""How many visits are shown, and what the name and what is beside it keep of the width before the buttons go below."""
START, GO_ON, READ, TELL = "start", "go_on", "read", "tell"


class TodayDetail(QFrame):
    """What to know before going in; `started` for the report, `opened(doctor_id)` for the doctor's page."""

    started = Signal()
    opened = Signal(str)
    visit_opened = Signal(str)

    def __init__(self, words: CustomerWords) -> None:
        super().__init__()
        self.setProperty("part", "page")
        self._words = words
        self._view: DoctorView | None = None
        self._reception, self._products, self._action = "", list[Row](), START
        self._own_id = self._meant = ""
        self._given: tuple[Any, ...] = ()
        self._page = ScrollPage()
        self._nothing, self._to_choose = EmptyState("today"), True
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self._page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._page.content.addLayout(self._head())
        self._page.content.addWidget(self._chip_row())
        self._page.content.addLayout(self._cards())
        self._page.content.addWidget(self._recent_card())

    def _head(self) -> FoldRow:
        self._name, self._second = Label("", "subject"), ElidedLabel("", "secondary")
        self._name.setObjectName("today_doctor_label")
        self.start_button = Button("", PRIMARY, "Enter")
        self.start_button.setObjectName("today_start_button")
        self.start_button.clicked.connect(self.started)
        self._open = Button("", key="O")
        self._open.setObjectName("today_open_doctor_button")
        self._open.clicked.connect(self._tell_opened)
        self._second.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        about, beside = FlowLayout(spacing=space.NEAR), SqueezedRow()
        about.addWidget(self._name)
        about.addWidget(self._second)  # in a line of its own where there is no room for all of it
        beside.addWidget(self._open)
        beside.addWidget(self.start_button)
        head = FoldRow(about, beside, _LEAST_ABOUT)
        for row in (beside, head):
            row.setSpacing(space.NEAR)
        return head

    def _chip_row(self) -> ChipRow:
        self._chips = ChipRow()
        return self._chips

    def _cards(self) -> QHBoxLayout:
        self._follow, self._cycle = Card(), Card()
        self.promises = OpenMatters(self._words, "today_keep", "today_answer", self.start_button)
        self._follow.body.addWidget(self.promises)
        self._follow.body.addStretch(1)
        self._count, self._before = Label("", "body"), Label("", "muted")
        self._bar, self._chart = ProgressBar(), ColumnChart()
        self._rules, self._filing = Label("", "muted", wrap=True), Label("", "muted", wrap=True)
        line = QHBoxLayout()
        line.addWidget(self._count)
        line.addStretch(1)
        line.addWidget(self._before)
        self._cycle.body.addLayout(line)
        self._unfiled = Label("", "bad", wrap=True)
        self._unfiled.setObjectName("today_unfiled_label")
        for widget in (self._bar, self._chart, self._rules, self._filing, self._unfiled):
            self._cycle.body.addWidget(widget)
        self._cycle.body.addStretch(1)
        cards = QHBoxLayout()
        cards.setSpacing(space.APART)
        cards.addWidget(self._follow, 1)
        cards.addWidget(self._cycle, 1)
        return cards

    def _recent_card(self) -> Card:
        self._recent = Card()
        self._all = Button("", QUIET, small=True)
        self._all.setObjectName("today_all_visits_button")
        self._all.clicked.connect(self._tell_opened)
        self._recent.top.addLayout(hanging(self._all))
        self._timeline = Timeline()
        self._timeline.setObjectName("today_timeline")
        self._timeline.opened.connect(self._entry_opened)
        self._none = Label("", "muted", wrap=True)
        self._none.setObjectName("today_no_visits_label")
        self._recent.body.addWidget(self._none)
        self._recent.body.addWidget(self._timeline)
        return self._recent

    def keep(self) -> bool:
        """Say that the promise beside which the key stands was kept; returns whether there is one."""
        return self._stack.currentWidget() is self._page and self.promises.keep()

    def answer(self) -> bool:
        """Say that the question beside which the key stands was answered; returns whether there is one."""
        return self._stack.currentWidget() is self._page and self.promises.answer()

    def show_nothing(self, to_choose: bool = True) -> None:
        """Show that nothing is chosen, or that there is nothing to choose."""
        self._view, self._to_choose = None, to_choose
        self._say_nothing()
        self._stack.setCurrentWidget(self._nothing)

    def _say_nothing(self) -> None:
        self._nothing.say(
            self.tr("选一个拜访，这里显示要跟进的事和最近的记录。")
            if self._to_choose
            else self.tr("有拜访以后，这里显示要跟进的事和最近的记录。")
        )

    def show_doctor(
        self, view: DoctorView, reception: str, products: Sequence[Row], action: str, own_id: str = "", meant: str = ""
    ) -> None:
        """Show a doctor; `action` is what Enter does: START, GO_ON with a begun one, READ a sent one, TELL an event.

        `own_id` is who may say that something was kept or answered, `meant` the visit whose promise is the chosen line.
        """
        given = (view, reception, list(products), action, own_id, meant, today())
        self._stack.setCurrentWidget(self._page)
        if self._view is not None and given == self._given:
            return  # the list was read again, and nothing of this doctor is another: the cards would be made anew
        self._given = given
        self._own_id, self._meant = own_id, meant
        self._view, self._reception, self._products, self._action = view, reception, list(products), action
        self._show()

    def retranslate(self) -> None:
        """Set every text anew."""
        self._say_nothing()
        self._open.setText(self.tr("医生页"))
        self._show()

    def _show(self) -> None:
        texts = {GO_ON: self.tr("继续写报告"), READ: self.tr("查看报告"), TELL: self.tr("上报不良反应")}
        self.start_button.setText(texts.get(self._action) or self.tr("开始拜访"))
        view = self._view
        if view is None:
            return
        row = view.row
        self._name.setText(str(row["name"]))
        place = view.affiliations[0].institution_name if view.affiliations else ""
        self._second.setText(dotted(profession(row["title"], row["specialty"]), place))
        chips = [
            (class_word(row["customer_class"]), "accent"),
            (language.choice_word("influence", row["influence"]), "neutral"),
        ]
        self._chips.set([chip for chip in chips if chip[0]] + self._consent(row))
        self._follow.set_heading(self.tr("需要跟进"))
        self.promises.show_open(view.promises, view.questions, self._own_id, 4, self._meant)
        self._show_cycle(view)
        visits = [one for one in view.timeline if one.record == "visit" and one.state == "submitted"]
        self._recent.set_heading(self.tr("最近"))
        self._all.setText(self.tr("全部 %n 次拜访", "", len(visits)))
        self._timeline.set_rows(self._words.timeline(visits[:_RECENT]))
        self._none.setText(self.tr("还没有提交过拜访报告。写下这一次，以后就从这里看起。"))
        self._none.setVisible(not visits)
        for widget in (self._all, self._timeline):
            widget.setVisible(bool(visits))

    def _consent(self, row: Row) -> list[tuple[str, str]]:
        chips = consent_chips(row, self.tr("{channel}未同意"))
        given = self._words.listed(text for text, tone in chips if tone == "ok")
        allowed = [(self.tr("同意：{channels}").format(channels=given), "ok")] if given else []
        return allowed + [chip for chip in chips if chip[1] != "ok"]

    def _show_cycle(self, view: DoctorView) -> None:
        months = view.visits_by_month
        inside = (today().month - 1) % 3 + 1
        now, before = sum(months[-inside:]), sum(months[-inside - 3 : -inside])
        self._cycle.set_heading(self.tr("本季度"))
        self._count.setText(self.tr("拜访 %n 次", "", now) if any(months) else self.tr("近一年没有拜访"))
        self._before.setText(self.tr("上季度 %n 次", "", before) if any(months) else "")
        for picture in (self._bar, self._chart):
            picture.setVisible(any(months))  # a picture of nothing says nothing
        self._bar.set(now, max(now, before, 1))
        self._chart.set(months)
        self._rules.setText(self.tr("接待规定：{rules}").format(rules=self._reception) if self._reception else "")
        self._rules.setVisible(bool(self._reception))
        filed = [
            self.tr("{product}至 {day}").format(
                product=str(one["name"]), day=language.day_word(date.fromisoformat(str(one["filed_until"])), today())
            )
            for one in self._products
            if filing_valid(one)
        ]
        self._filing.setText(
            self.tr("备案有效：{products}").format(products=self._words.listed(filed[:3])) if filed else ""
        )
        self._filing.setVisible(bool(filed))
        bare = [str(one["name"]) for one in self._products if not filing_valid(one)]
        self._unfiled.setText(
            self.tr("备案不覆盖：{products}，不能推广").format(products=self._words.listed(bare)) if bare else ""
        )
        self._unfiled.setVisible(bool(bare))

    def _tell_opened(self) -> None:
        if self._view is not None:
            self.opened.emit(self._view.row.id)

    def _entry_opened(self, key: str) -> None:
        self.visit_opened.emit(key.partition(":")[2])
