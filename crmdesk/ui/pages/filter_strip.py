"""The line above the customer table: kept filters as chips, what is asked of customers now, or what is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.services.customer_filter import MAX_NAME, SavedFilter
from crmdesk.ui import language, space
from crmdesk.ui.pages.batch_run import RunFace
from crmdesk.ui.parts.buttons import PRIMARY, QUIET, Button
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.complaint import Complaint
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.room import Dialog
from crmdesk.ui.parts.text_field import TextLine

ALL = "all"


class FilterStrip(QFrame):
    """Three faces: filters, the chosen rows, a change of many under way.

    `picked` carries the place of a kept filter, -1 for everything.
    """

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "list-head")
        self.saved = Picklist()
        self.saved.setObjectName("customers_saved_filters")
        self.saved.changed.connect(self._picked)
        self.saved.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._sentence = ElidedLabel("", "muted")
        self._sentence.setObjectName("customers_conditions_label")
        self._sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.save = Button.for_action("customers_save_filter", QUIET, small=True)
        self.clear = Button.for_action("customers_clear_filter", QUIET, small=True)
        self.arrange = Button.for_action("customers_arrange_filters", QUIET, small=True)
        self._count = Label("", "strong")
        self._count.setObjectName("customers_chosen_label")
        self.batch = Button.for_action("customers_batch", icon_name="edit", small=True)
        self.merge = Button.for_action("customers_merge", small=True)
        self.unselect = Button.for_action("customers_unselect", QUIET, small=True)
        self._faces = QStackedWidget()
        self._faces.addWidget(self._row(self.saved, self._sentence, self.save, self.clear, self.arrange))
        self._faces.addWidget(self._row(self._count, None, self.batch, self.merge, self.unselect))
        self.run = RunFace()
        self._faces.addWidget(self.run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space.APART, space.TIGHT, space.RIM, space.TIGHT)
        layout.addWidget(self._faces)

    @staticmethod
    def _row(*widgets: QWidget | None) -> QWidget:
        face = QWidget()
        row = QHBoxLayout(face)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space.INSIDE)
        for widget in widgets:
            row.addStretch(1) if widget is None else row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        return face

    def show_filters(self, saved: Sequence[SavedFilter], at: int, sentence: str, narrowed: bool) -> None:
        """Show the kept filters, which of them is in use (-1: none, -2: everything), and the conditions in words."""
        self._faces.setCurrentIndex(0)
        self.saved.set_choices([(ALL, self.tr("全部")), *((str(place), one.name) for place, one in enumerate(saved))])
        self.saved.set_value(ALL if at == -2 else str(at) if at >= 0 else "")
        self.saved.setAccessibleName(self.tr("保存的筛选"))
        self.saved.setVisible(bool(saved))
        self._sentence.setText(sentence)
        self.save.setVisible(narrowed and at < 0)
        self.clear.setVisible(narrowed)
        self.arrange.setVisible(bool(saved))
        self.setVisible(bool(saved) or narrowed)

    def show_chosen(self, record: str, count: int, may_edit: bool, may_merge: bool) -> None:
        """Show how many rows are chosen and what can be done with them."""
        self._faces.setCurrentIndex(1)
        doctors = record == "doctor"
        said = self.tr("已选 %n 位医生", "", count) if doctors else self.tr("已选 %n 家机构", "", count)
        self._count.setText(language.parted(said, count))
        self.batch.setVisible(may_edit)
        self.merge.setVisible(may_merge)
        self.setVisible(True)

    def show_run(self, done: int, total: int, stopping: bool) -> None:
        """Show how far a change of many is."""
        self._faces.setCurrentIndex(2)
        self.run.show_progress(done, total, stopping)
        self.setVisible(True)

    def _picked(self) -> None:
        code = self.saved.value()
        self.picked.emit(int(code) if code.isdigit() else -1)


class FilterNameDialog(Dialog):
    """Asks under which name a filter is kept; one of the same name is replaced, which it says."""

    named = Signal(str)

    def __init__(self, parent: QWidget, sentence: Callable[[], str], taken: Sequence[str], name: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("filter_name")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        self._sentence = sentence
        self._title, self._about = Label("", "title"), Label("", "muted", wrap=True)
        self._taken = frozenset(taken)
        self.edit = TextLine(name)
        self.edit.setObjectName("filter_name_edit")
        self.edit.setMaxLength(MAX_NAME)
        self.edit.textChanged.connect(self._check)
        self.complaint = Complaint("filter_name_complaint")
        self.edit.textChanged.connect(self.complaint.clear)
        self._hint = Label("", "muted", wrap=True)
        self._cancel = Button("", key="Esc")
        self._cancel.clicked.connect(self.reject)
        self.save_button = Button("", PRIMARY, "Enter")
        self.save_button.setObjectName("filter_name_save_button")
        self.save_button.clicked.connect(self.save)
        self.edit.returnPressed.connect(self.save)
        for keys in ("Ctrl+Return", "Ctrl+S"):
            QShortcut(QKeySequence(keys), self, self.save)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*space.PAGE)
        layout.setSpacing(space.BETWEEN)
        layout.addWidget(self._title)
        layout.addWidget(self._about)
        layout.addWidget(self.edit)
        layout.addWidget(self.complaint)
        layout.addWidget(self._hint)
        layout.addLayout(foot)
        self.retranslate()
        self.edit.setFocus()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.setWindowTitle(self.tr("保存筛选"))
        self._title.setText(self.tr("保存筛选"))
        self._about.setText(self._sentence())
        self.edit.setAccessibleName(self.tr("名称"))
        self.edit.setPlaceholderText(self.tr("例如：A 类久未拜访"))
        self._cancel.setText(self.tr("取消"))
        self.save_button.setText(self.tr("保存"))
        self._check()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def save(self) -> None:
        """Hand the name on and close."""
        name = self.edit.text().strip()
        if name:
            self.named.emit(name)
            self.accept()
        else:
            self.complaint.say(lambda: self.tr("先给筛选起个名称。"), self.edit)

    def _check(self) -> None:
        name = self.edit.text().strip()
        text = self.tr("保存在本机，只有你看得到。")
        if name in self._taken:
            text = self.tr("已有同名的筛选，保存后替换它。")
        self._hint.setText(text)
