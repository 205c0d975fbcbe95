"""A picklist of one line: the chips that have no room in it stand behind one that says how many they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout
from typing_extensions import override

from crmdesk.ui.parts.chips import CHIP_GAP, Pick, Picklist
from crmdesk.ui.parts.room import ANY_WIDTH

_ABOVE_PX, _BESIDE_PX = 4, 12


class FoldedPicklist(Picklist):
    """What is chosen is always in sight; the arrows, or a click on '+2', bring the rest, until the focus goes on."""

    _more: Pick | None = None
    _open = False
    _room = 0

    def set_beside(self, beside: bool) -> None:
        """Put the heading left of the chips instead of above them."""
        layout = self.layout()
        assert isinstance(layout, QBoxLayout)
        layout.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        layout.setSpacing(_BESIDE_PX if beside else _ABOVE_PX)
        layout.setStretch(1, 1 if beside else 0)
        self._fold()

    @override
    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        if self._more is not None:  # stands behind all others
            self._flow.removeWidget(self._more)
            self._more.hide()
            self._more.deleteLater()
            self._more = None
        super().set_choices(choices)
        self._more = more = Pick("", "", True, self)
        more.setObjectName(f"{self.objectName()}_more")
        more.setCheckable(False)
        more.clicked.connect(self.unfold)
        self._flow.addWidget(more)
        self._flow.widths_at = self._widths_at
        self._fold()

    def unfold(self) -> None:
        """Show all chips, in as many lines as they need."""
        self._open = True
        self._fold()
        self.setFocus()

    def _fold(self) -> None:
        """Hide what has no room in one line; a chip that is chosen or has the focus goes before the others."""
        more = self._more
        if more is None:
            return
        self._room = self.width()
        layout = self.layout()
        if isinstance(layout, QBoxLayout) and layout.direction() == QBoxLayout.Direction.LeftToRight:
            self._room -= self._top.sizeHint().width() + _BESIDE_PX
        folded = self._folds_at(self._room)
        more.setText(f"+{len(self._picks)}")
        kept = self._in_front(self._room - more.sizeHint().width()) if folded else set(range(len(self._picks)))
        for index, pick in enumerate(self._picks):
            room = max(0, self._room - more.sizeHint().width() - CHIP_GAP)  # before the first layout there is none
            pick.setMaximumWidth(room if folded else ANY_WIDTH)
            pick.setHidden(index not in kept)
        left = len(self._picks) - len(kept)
        more.setText(f"+{left}")
        more.setAccessibleName(self.tr("另有 %n 个选项", "", left))
        more.setToolTip(more.accessibleName())
        more.setHidden(not folded)

    def _folds_at(self, room: int) -> bool:
        needed = sum(pick.sizeHint().width() + CHIP_GAP for pick in self._picks) - CHIP_GAP
        return not self._open and needed > room

    def _widths_at(self, room: int) -> list[int]:
        """Return how wide the chips are that a width shows: it may be another than the present one.

        What is shown now would need more lines in a narrower place, though there it is folded into one; a scroll bar
        would come for them, fold them, and go, without end.
        """
        widths = [pick.sizeHint().width() for pick in self._picks]
        if self._more is None or not self._folds_at(room):
            return widths
        more = self._more.sizeHint().width()
        most = max(0, room - more - CHIP_GAP)
        return [*(min(widths[index], most) for index in sorted(self._in_front(room - more))), more]

    def _in_front(self, room: int) -> set[int]:
        wanted = sorted(range(len(self._picks)), key=lambda index: not self._picks[index].chosen)
        kept: set[int] = set()
        for index in wanted:
            width = self._picks[index].sizeHint().width() + CHIP_GAP
            if kept and width > room and not self._picks[index].chosen:
                break  # the first one is there in any case, shortened where it has to be
            kept.add(index)
            room -= width
        return kept

    @override
    def set_values(self, codes: Iterable[str]) -> None:
        super().set_values(codes)
        self._fold()

    @override
    def _mark(self) -> None:
        if self.hasFocus() and self._picks and self._picks[self._at].isHidden():
            self._open = True
        self._fold()
        super()._mark()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._open = False
        super().focusOutEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()
