"""Two customers side by side: each field with both values, and whose the merged one gets, by arrows or click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.customer_merge import KINDS, Choice, taken
from crmdesk.services.views import MergeSide, MergeView, Row
from crmdesk.ui import language, space, theme
from crmdesk.ui.pages.customer_words import CustomerWords, class_word, dotted, profession
from crmdesk.ui.parts.card import rule
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.spoken import Role

_USUAL_WIDTH, _LEAST_WIDTH = 520, 470
"""How wide two records beside each other usually are, and what their values need at least to be read."""
_NAME_WIDTH, _BOTH_WIDTH, _PAD, _GAP = 96, 64, 10, 8
_MOST_LINES = 4


class ChoiceLine(QWidget):
    """One field: its name, the two values, and 'both' where both can be kept. Left and Right choose, B takes both."""

    changed = Signal()
    spoken_role = Role.Grouping

    def __init__(self, of: str, name: str, texts: tuple[str, str], offered: Sequence[Choice], both: str) -> None:
        super().__init__()
        self.of, self.name = of, name
        self.offered = tuple(offered)
        self.choice = Choice.KEPT
        self._texts, self._both = texts, both
        self.setObjectName(f"merge_line_{name}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.choose(Choice.KEPT)

    def choose(self, choice: Choice) -> None:
        """Take a choice without telling of it."""
        self.choice = choice
        word = language.field_word(self.of, self.name)
        chosen = {Choice.KEPT: self._texts[0], Choice.OTHER: self._texts[1], Choice.BOTH: self._both}[choice]
        self.setAccessibleName(f"{word}: {chosen or '—'} ({self._texts[0] or '—'} | {self._texts[1] or '—'})")
        self.update()

    def _take(self, choice: Choice) -> None:
        if choice in self.offered and choice is not self.choice:
            self.choose(choice)
            self.changed.emit()

    def _cells(self) -> dict[Choice, QRect]:
        """Return the places of what can be chosen."""
        left = theme.px(_NAME_WIDTH)
        extra = theme.px(_BOTH_WIDTH) + _GAP
        width = (self.width() - left - extra - _GAP) // 2
        cells = {
            Choice.KEPT: QRect(left, 0, width, self.height()),
            Choice.OTHER: QRect(left + width + _GAP, 0, width, self.height()),
            Choice.BOTH: QRect(self.width() - theme.px(_BOTH_WIDTH), 0, theme.px(_BOTH_WIDTH), self.height()),
        }
        return {one: cells[one] for one in self.offered}

    @override
    def heightForWidth(self, width: int) -> int:
        room = (width - theme.px(_NAME_WIDTH + _BOTH_WIDTH) - 2 * _GAP) // 2 - 2 * _PAD
        metrics = QFontMetrics(theme.font(bold=True))  # what is chosen is written so
        flags = int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere)
        tallest = max(
            metrics.boundingRect(QRect(0, 0, max(40, room), 10_000), flags, one).height() for one in self._texts
        )
        return min(max(tallest, metrics.height()), _MOST_LINES * metrics.lineSpacing()) + 2 * 7

    @override
    def sizeHint(self) -> QSize:
        return QSize(_USUAL_WIDTH, self.heightForWidth(_USUAL_WIDTH))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(self.heightForWidth(self.width()))  # a scrolled column asks before it knows the width

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL_PX))
        painter.setPen(colors.color("accent" if self.hasFocus() else "muted"))
        name = QRect(0, 0, theme.px(_NAME_WIDTH) - 8, self.height())
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(name, int(middle | Qt.TextFlag.TextWordWrap), language.field_word(self.of, self.name))
        texts = {Choice.KEPT: self._texts[0], Choice.OTHER: self._texts[1], Choice.BOTH: self._both}
        for choice, place in self._cells().items():
            self._paint_cell(painter, place, texts[choice], choice)

    def _paint_cell(self, painter: QPainter, place: QRect, text: str, choice: Choice) -> None:
        colors, chosen = theme.tokens(), choice is self.choice
        width = 2.0 if chosen and self.hasFocus() else 1.0
        painter.setPen(QPen(colors.color("accent" if chosen else "line"), width))
        painter.setBrush(colors.color("accent_weak" if chosen else "surface"))
        painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 6, 6)
        painter.setFont(theme.font(bold=chosen))
        painter.setPen(colors.color("text" if chosen else "muted"))
        flags = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere | Qt.AlignmentFlag.AlignVCenter
        flags |= Qt.AlignmentFlag.AlignHCenter if choice is Choice.BOTH else Qt.AlignmentFlag.AlignLeft
        inner = place.adjusted(_PAD, 6, -_PAD, -6) if choice is not Choice.BOTH else place
        painter.setClipRect(place.adjusted(2, 2, -2, -2))
        painter.drawText(inner, int(flags), text or "—")
        painter.setClipping(False)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        for choice, place in self._cells().items():
            if place.contains(event.position().toPoint()):
                self._take(choice)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            at = max(0, min(len(self.offered) - 1, self.offered.index(self.choice) + step))
            self._take(self.offered[at])
        elif event.key() == Qt.Key.Key_B and not event.modifiers():
            self._take(Choice.BOTH)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)


class _Head(QWidget):
    """Who one of the two is: name, class, profession, places, visits."""

    def __init__(self, words: CustomerWords) -> None:
        super().__init__()
        self._words = words
        self._role = Label("", "muted")
        self._name = ElidedLabel("", "title")
        self._chip = Chip("", "accent", self)
        self._second, self._third = Label("", "secondary", wrap=True), Label("", "muted", wrap=True)
        top = QHBoxLayout()
        top.setSpacing(space.INSIDE)
        top.addWidget(self._name)
        top.addWidget(self._chip)
        top.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.HAIR)
        layout.addWidget(self._role)
        layout.addLayout(top)
        layout.addWidget(self._second)
        layout.addWidget(self._third)
        layout.addStretch(1)  # the shorter of the two begins where the other one does
        self._name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def show_side(self, side: MergeSide, kept: bool) -> None:
        row = side.row
        self._role.setText(self.tr("保留") if kept else self.tr("并入左边"))
        self._role.set_role("ok" if kept else "warn")
        self._name.setText(str(row["name"]))
        self._chip.set(class_word(row["customer_class"]), "accent")
        self._second.setText(self._profile(side))
        visits = self.tr("%n 次拜访", "", side.visits)
        last = self._last(side.last_visit_at) if side.visits else ""
        files = self.tr("%n 个附件", "", side.attachments) if side.attachments else ""
        rooms = self.tr("%n 个科室", "", side.departments) if side.departments else ""
        people = ""
        if row.record == "institution" and side.affiliations:
            people = self.tr("%n 位医生", "", len(side.affiliations))
        self._third.setText(dotted(rooms, people, visits, last, files))

    def _last(self, visited: str) -> str:
        return language.closed_up(self.tr("上次 {when}").format(when=self._words.last_visit(visited)))

    def _profile(self, side: MergeSide) -> str:
        row = side.row
        if row.record == "doctor":
            return dotted(profession(row["title"], row["specialty"]), self._words.place(side.affiliations))
        level = language.choice_word("institution_level", row["level"])
        return dotted(level, str(row["city"] or ""), str(row["address"] or ""))


class CompareView(QWidget):
    """The two with a line for each field that differs; `changed` tells of another choice."""

    changed = Signal()

    def __init__(self, words: CustomerWords) -> None:
        super().__init__()
        self._words = words
        self._view: MergeView | None = None
        self.lines: list[ChoiceLine] = []
        self._heads = (_Head(words), _Head(words))
        self._same = Label("", "muted", wrap=True)
        self._body = QVBoxLayout()
        self._body.setSpacing(space.INSIDE)
        heads = QHBoxLayout()
        heads.setContentsMargins(theme.px(_NAME_WIDTH), 0, theme.px(_BOTH_WIDTH) + _GAP, 0)
        heads.setSpacing(_GAP)
        for head in self._heads:
            heads.addWidget(head, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space.BETWEEN)
        layout.addLayout(heads)
        layout.addWidget(rule())
        layout.addLayout(self._body)
        layout.addWidget(self._same)
        self.setMinimumWidth(theme.px(_LEAST_WIDTH))

    def show_pair(self, view: MergeView, chosen: dict[str, Choice] | None = None) -> None:
        """Show two customers; `chosen` are choices made before, else nothing is lost at first."""
        self._view = view
        holder = self.window().focusWidget()
        focused = next((line.name for line in self.lines if line is holder), "")
        for line in self.lines:
            self._body.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = []
        kept, other = view.kept.row, view.other.row
        self._heads[0].show_side(view.kept, kept=True)
        self._heads[1].show_side(view.other, kept=False)
        kind = KINDS[kept.record]
        for name in view.differing:
            texts = (self._text(kept, other, name), self._text(other, kept, name))
            line = ChoiceLine(kept.record, name, texts, kind.choices(name), self.tr("两者"))
            first = kind.first_choice(name, kept.values, other.values)
            line.choose(first if chosen is None else chosen.get(name, Choice.KEPT))
            line.changed.connect(self.changed)
            self.lines.append(line)
            self._body.addWidget(line)
            if name == focused:
                line.setFocus()
        self._same.setText("" if self.lines else self.tr("两份资料没有不同的内容。"))
        self._same.setVisible(not self.lines)

    def take(self) -> tuple[str, ...]:
        """Return what is taken from the one that is merged."""
        return tuple(taken({line.name: line.choice for line in self.lines}))

    def _text(self, row: Row, beside: Row, name: str) -> str:
        parts = [one for one in KINDS[row.record].parts(name) if row[one] not in (None, "", [])]
        return dotted(*(self._words.apart(row.record, one, row[one], (beside[one],)) for one in parts))
