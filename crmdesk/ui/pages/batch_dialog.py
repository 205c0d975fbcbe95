"""One change for all chosen customers: the fields, and beneath them what would become of whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.picklists import PICKLISTS
from crmdesk.domain.records import RECORDS
from crmdesk.services import batch
from crmdesk.services.batch import BatchChange, BatchPreview, PreviewRow
from crmdesk.ui import language, own_fields, space, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.batch_own import CLEAR, KEEP, BatchOwn
from crmdesk.ui.pages.customer_words import CustomerWords
from crmdesk.ui.parts.buttons import PRIMARY, Button
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.room import Dialog
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.split import ScrollArea
from crmdesk.ui.parts.text_field import TextLine

_COLUMNS = 3
_ONE_LINE, _OWN_HEIGHT = 128, 178
_WIDTH, _HEIGHT, _HIGHER = 760, 560, 690
"""The size, and the height with company fields: it fits the lowest screen with its title and a task bar."""


class BatchDialog(Dialog):
    """Asks for a change of `ids` and shows it before it is made; `chosen` carries the BatchChange."""

    chosen = Signal(object)

    def __init__(self, context: PageContext, parent: QWidget, record: str, ids: Sequence[str]) -> None:
        super().__init__(parent)
        self.setObjectName("batch_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._record, self._ids = context, record, tuple(ids)
        self._words = CustomerWords(self)
        self._seen: BatchPreview | None = None
        person = context.desk.person
        self._territories = dict(zip(person.territory_ids, person.territory_names, strict=True))
        names = batch.offered(record, person.role)
        self.fields = {name: DropDown() for name in names if name != "territory_id" or len(self._territories) > 1}
        self._labels = {name: Label("", "muted") for name in self.fields}
        self.tags = {kind: TextLine() for kind in ("add", "remove")} if record == "doctor" else {}
        self._tag_labels = {kind: Label("", "muted") for kind in self.tags}
        self.own = BatchOwn(record, batch.offered_own(own_fields.current(), record, person.role))
        self.own.changed.connect(self._changed)
        self._heading, self._figure = Label("", "title"), Label("", "strong", wrap=True)
        self._figure.setObjectName("batch_figure_label")
        self._model = RowModel(self)
        self.list = RowList(self._model, lines=2)
        self.list.setObjectName("batch_preview_list")
        self._cancel = Button("", key="Esc")
        self._cancel.clicked.connect(self.reject)
        self.start_button = Button("", PRIMARY, "Ctrl ↵")
        self.start_button.setObjectName("batch_start_button")
        self.start_button.clicked.connect(self.start)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.start)
        self.setMinimumSize(_WIDTH, _HIGHER if self.own.cells else _HEIGHT)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(space.APART)
        grid.setVerticalSpacing(space.NEAR)
        cells: list[tuple[Label, QWidget]] = []
        for name, box in self.fields.items():
            box.setObjectName(f"batch_{name}_box")
            box.activated.connect(self._changed)
            cells.append((self._labels[name], box))
        for kind, edit in self.tags.items():
            edit.setObjectName(f"batch_{kind}_tags_edit")
            edit.textChanged.connect(self._changed)
            cells.append((self._tag_labels[kind], edit))
        for place, (label, control) in enumerate(cells):
            cell = QVBoxLayout()
            cell.setSpacing(space.TINY)
            label.setBuddy(control)
            cell.addWidget(label)
            cell.addWidget(control)
            grid.addLayout(cell, place // _COLUMNS, place % _COLUMNS)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self.start_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*space.PAGE)
        layout.setSpacing(space.ROOMY)
        layout.addWidget(self._heading)
        layout.addLayout(grid)
        if self.own.cells:
            layout.addWidget(self._own_part())
        layout.addWidget(self._figure)
        layout.addWidget(self.list, 1)
        layout.addLayout(foot)

    def _own_part(self) -> QWidget:
        """Return the company fields, to be scrolled: however many they are, the preview keeps its room."""
        area = ScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFixedHeight(theme.px(_OWN_HEIGHT if len(self.own.cells) > _COLUMNS else _ONE_LINE))
        area.setWidget(self.own)
        return area

    def change(self) -> BatchChange:
        """Return what was asked for."""
        values = {
            name: None if box.currentData() == CLEAR else box.currentData()
            for name, box in self.fields.items()
            if box.currentData() not in (None, KEEP)
        }
        values |= self.own.values()
        add, remove = (_tags(self.tags[kind].text()) if kind in self.tags else () for kind in ("add", "remove"))
        return BatchChange(values, add, remove)

    def start(self) -> None:
        """Hand the change on and close, where there is something to change."""
        if self.start_button.isEnabled():
            self.chosen.emit(self.change())
            self.accept()

    def retranslate(self) -> None:
        """Set every text anew."""
        doctors, count = self._record == "doctor", len(self._ids)
        heading = self.tr("批量修改 %n 位医生", "", count) if doctors else self.tr("批量修改 %n 家机构", "", count)
        heading = language.parted(heading, count)
        self.setWindowTitle(heading)
        self._heading.setText(heading)
        self._cancel.setText(self.tr("取消"))
        for name, box in self.fields.items():
            self._labels[name].setText(language.field_word(self._record, name))
            box.setAccessibleName(language.field_word(self._record, name))
            self._fill(name, box)
        words = {"add": self.tr("加上标签"), "remove": self.tr("去掉标签")}
        for kind, edit in self.tags.items():
            self._tag_labels[kind].setText(words[kind])
            edit.setAccessibleName(words[kind])
            edit.setPlaceholderText(self.tr("用顿号或逗号分开"))
        self.list.setAccessibleName(self.tr("将会改变的内容"))
        self._show()

    def _fill(self, name: str, box: DropDown) -> None:
        kept = box.currentData()
        box.clear()
        box.addItem(self.tr("不变"), KEEP)
        declared = RECORDS[self._record].field(name)
        if name == "territory_id":
            entries = list(self._territories.items())
        else:
            codes = (one.code for one in PICKLISTS[declared.picklist] if one.code != "merged")
            entries = [(code, language.choice_word(declared.picklist, code)) for code in codes]
        for code, word in entries:
            box.addItem(word, code)
        if not declared.required and name != "status":
            box.addItem(self.tr("（清空）"), CLEAR)
        box.setCurrentIndex(max(0, box.findData(kept)))

    def _changed(self) -> None:
        change, record, ids = self.change(), self._record, self._ids
        self._seen = None
        sound = self.own.check()
        self._show()
        if change and sound:
            self._context.ask(self, lambda reads: batch.preview(reads, record, ids, change), self._take, "preview")

    def _take(self, seen: BatchPreview) -> None:
        if self.change() and self.own.check():
            self._seen = seen
            self._show()

    def _show(self) -> None:
        seen, change = self._seen, self.change()
        self.start_button.setEnabled(seen is not None and seen.changing > 0)
        count = seen.changing if seen is not None else 0
        words = language.parted(self.tr("修改 %n 位", "", count), count)
        self.start_button.setText(words if count else self.tr("修改"))
        self._model.set_rows([self._row(one) for one in seen.rows] if seen is not None else [])
        if not change:
            self._figure.setText(self.tr("选好要改的内容，这里会先列出每一位的变化。"))
        elif not self.own.check():
            self._figure.setText(self.tr("先改好有误的内容。"))
        elif seen is None:
            self._figure.setText(self.tr("正在核对…"))
        else:
            self._figure.setText(self._sentence(seen))

    def _sentence(self, seen: BatchPreview) -> str:
        parts = [language.parted(self.tr("%n 位会改变", "", seen.changing), seen.changing)]
        if seen.same:
            parts.append(language.parted(self.tr("%n 位已经是这样", "", seen.same), seen.same))
        words = {
            "not_yours": self.tr("%n 位属于别的辖区，不变", "", seen.left_out.get("not_yours", 0)),
            "merged": self.tr("%n 位已被合并，不变", "", seen.left_out.get("merged", 0)),
            "unknown_row": self.tr("%n 位已不在本机", "", seen.left_out.get("unknown_row", 0)),
        }
        parts += [words[code] for code in words if seen.left_out.get(code)]
        if seen.changing > len(seen.rows):
            parts.append(self.tr("下面是前 %n 位", "", len(seen.rows)))
        return self.tr("；").join(parts)

    def _row(self, one: PreviewRow) -> ListRow:
        lines = [
            self.tr("{field}：{old} → {new}").format(
                field=language.field_word(self._record, name), old=self._value(name, old), new=self._value(name, new)
            )
            for name, (old, new) in one.changes.items()
        ]
        return ListRow(one.id, one.name, second=self.tr("；").join(lines))

    def _value(self, name: str, value: Any) -> str:
        if name == "territory_id":
            return self._territories.get(value, "…")
        return self._words.field_value(self._record, name, value)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _tags(text: str) -> tuple[str, ...]:
    """Return the tags of a line, parted by 、 or a comma."""
    parts = text.replace("，", "、").replace(",", "、").replace(";", "、").split("、")
    return tuple(sorted({part.strip() for part in parts if part.strip()}))
