"""The command palette (Ctrl+K): doctors and institutions as one types, and every action that works now."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.phones import grouped
from crmdesk.services.views import Hit
from crmdesk.ui import actions, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import class_word
from crmdesk.ui.parts.card import rule
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel
from crmdesk.ui.parts.text_field import TextLine

_WIDTH, _TOP, _LISTED = 640, 64, 30


class Palette(QFrame):
    """Lies over the window while it is open; Escape closes it and gives the focus back."""

    def __init__(self, context: PageContext, window: QWidget, leads_to: Callable[[str], bool]) -> None:
        """`leads_to` says whether something can be begun on a page that is not shown."""
        super().__init__(window)
        self.setObjectName("palette")
        self.setProperty("part", "palette")
        self._context, self._window, self._leads_to = context, window, leads_to
        self._before: QWidget | None = None
        self._actions: list[tuple[actions.ActionSpec, QAction]] = []
        self._elsewhere: list[actions.ActionSpec] = []
        self._hits: Sequence[Hit] = ()
        self._field = TextLine()
        self._field.setObjectName("palette_field")
        self._field.setProperty("part", "palette")
        self._field.textChanged.connect(self._typed)
        self._field.installEventFilter(self)
        self._model = RowModel(self)
        self._list = RowList(self._model, lines=2)
        self._list.setObjectName("palette_list")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.opened.connect(self._run)
        self._list.clicked.connect(lambda _index: self._run(self._list.current_key()))
        self._empty, self._nothing = Label("", "muted", wrap=True), QWidget()
        inner = QVBoxLayout(self._nothing)  # margins of a label are the style sheet's
        inner.setContentsMargins(*space.BAR)
        inner.addWidget(self._empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space.LINE, space.LINE, space.LINE, space.LINE)
        layout.setSpacing(0)
        layout.addWidget(self._field)
        layout.addWidget(rule())
        layout.addWidget(self._list, 1)
        layout.addWidget(self._nothing)
        window.installEventFilter(self)
        self.hide()

    def open(self, text: str = "") -> None:
        """Show the palette with `text` already typed."""
        self._before = self.window().focusWidget()
        self._actions = self._context.actions.usable()
        here = {spec.name for spec, _action in self._actions}
        begun = (spec for spec in actions.SPECS if spec.begins and spec.name not in here)
        self._elsewhere = [spec for spec in begun if self._leads_to(spec.place)]
        self._hits = ()
        self._name()
        self._field.clear()
        self._field.setText(text)
        self._fill()
        self._place()
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _name(self) -> None:
        self._field.setPlaceholderText(self.tr("医生、医院，或要做的事：张、zs、协和 心内、立即同步…"))
        self._field.setAccessibleName(self.tr("搜索与命令"))
        self._list.setAccessibleName(self.tr("找到的"))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and self.isVisible():
            self._name()
            self._typed(self._field.text())
        super().changeEvent(event)

    def close_palette(self) -> None:
        """Hide the palette and give the focus back to where it was."""
        self.hide()
        before = self._before
        self._before = None
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def _typed(self, text: str) -> None:
        wanted = text.strip()
        if not wanted:
            self._hits = ()
        else:
            self._context.ask(self, lambda reads: reads.search(wanted, _LISTED), self._found, latest="search")
        self._fill()

    def _found(self, hits: Sequence[Hit]) -> None:
        if self._field.text().strip():
            self._hits = hits
            self._fill()

    def _fill(self) -> None:
        wanted = self._field.text().strip()
        rows = [self._hit_row(hit) for hit in self._hits] if wanted else []
        rows += [self._action_row(spec) for spec, _action in self._actions if _matches(spec, wanted)]
        if wanted:
            rows += [self._action_row(spec, here=False) for spec in self._elsewhere if _matches(spec, wanted)]
        self._model.set_rows(rows)
        self._list.choose_row(0)
        self._list.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        self._empty.setText(
            self.tr("没有找到“{text}”。试试姓名的首字母、医院加科室，或手机号的后四位。").format(text=wanted[:40])
        )
        self._place()

    def _hit_row(self, hit: Hit) -> ListRow:
        reasons = {
            "name": self.tr("名称"), "pinyin": self.tr("拼音"), "initials": self.tr("首字母"),
            "hospital": self.tr("医院"), "department": self.tr("科室"), "alias": self.tr("别名"),
            "mixed": self.tr("拼音"), "area": self.tr("地区"), "short_form": self.tr("简称"),
            "mobile": self.tr("手机"), "phone": self.tr("电话"),
        }  # fmt: skip
        return ListRow(
            f"{hit.record}:{hit.id}", hit.title, chip=class_word(hit.customer_class), second=hit.subtitle,
            state=f"{reasons.get(hit.reason, hit.reason)} {grouped(hit.number)}".rstrip(),
        )  # fmt: skip

    def _action_row(self, spec: actions.ActionSpec, *, here: bool = True) -> ListRow:
        place = actions.place_word(spec.place)
        keys = actions.keys(spec.name) if here else ""  # there the keys do something else, or nothing
        return ListRow(f"action:{spec.name}", actions.text(spec.name), second=place, state=keys)

    def _run(self, key: str) -> None:
        kind, _, name = key.partition(":")
        if not name:
            return
        self.close_palette()
        if kind != "action":
            self._context.navigate(kind, id=name)
            return
        for spec in self._elsewhere:
            if spec.name == name:
                self._context.navigate(spec.place)
                self._actions = self._context.actions.usable()
        for spec, action in self._actions:
            if spec.name == name:
                action.trigger()
                return

    def _place(self) -> None:
        window = self._window
        rows = min(self._model.rowCount(), 8)
        width = min(_WIDTH, window.width() - 48)
        list_height = rows * self._list.sizeHintForRow(0) if rows else self._nothing.heightForWidth(width - 2)
        height = self._field.sizeHint().height() + 12 + list_height
        self.setGeometry(window.width() - width - 24, 10, width, min(height, window.height() - _TOP))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            return not self._field.composing and self._key(event)
        if watched is self._field and event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._before = None
            self.hide()
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if event.key() == Qt.Key.Key_Escape:
            self.close_palette()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self._list.current_key())
        elif Qt.Key(event.key()) in steps:
            last = self._model.rowCount() - 1
            wanted = self._list.currentIndex().row() + steps[Qt.Key(event.key())]
            self._list.choose_row(max(0, min(last, wanted)))
        else:
            return False
        return True


def _matches(spec: actions.ActionSpec, wanted: str) -> bool:
    if spec.name == "open_palette":
        return False
    folded = wanted.casefold()
    spellings = (actions.text(spec.name), spec.text, spec.name.replace("_", " "), actions.place_word(spec.place))
    return not folded or any(folded in spelling.casefold() for spelling in spellings)
