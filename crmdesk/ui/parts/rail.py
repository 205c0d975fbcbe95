"""The navigation rail: brand, the pages with their counts, the account at the foot."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.ui import icons, space, theme
from crmdesk.ui.pages.registry import PageSpec, page_word
from crmdesk.ui.parts.avatar import Avatar
from crmdesk.ui.parts.buttons import PressedByEnter
from crmdesk.ui.parts.card import rule
from crmdesk.ui.parts.chips import CHIP_SIDE, paint_chip
from crmdesk.ui.parts.label import ElidedLabel, Label

WIDTH_PX, NARROW_PX, _ITEM_PX = 184, 56, 36

_FULL_FROM_PX, _AROUND_PX = 1180, 130
"""Width of the window from which the pages are named; height that brand and account take."""


class RailItem(PressedByEnter, QAbstractButton):
    """One page in the rail: icon, name, and a count of what needs the person."""

    def __init__(self, spec: PageSpec, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.spec, self._key, self._count = spec, key, 0
        self.setObjectName(f"rail_{spec.name}")
        self._lit = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def retranslate(self) -> None:
        """Set the words anew."""
        self.setText(page_word(self.spec.name))
        self._tell()

    @property
    def lit(self) -> bool:
        """Say whether the page is the one that is shown."""
        return self._lit

    def set_lit(self, lit: bool) -> None:
        """Mark the page as the one that is shown, or no longer."""
        self._lit = lit
        self._tell()
        self.update()

    def set_count(self, count: int) -> None:
        """Show how many things need the person; 0 shows nothing."""
        if count != self._count:
            self._count = count
            self._tell()
            self.update()

    @property
    def count(self) -> int:
        """Return the count shown."""
        return self._count

    def _tell(self) -> None:
        count = f"  ({self._count})" if self._count else ""
        self.setToolTip(f"{self.text()}  {self._key}{count}" if self._key else f"{self.text()}{count}")
        self.setAccessibleName(f"{self.text()} {self._count}" if self._count else self.text())
        self.setAccessibleDescription(self.tr("当前页面") if self._lit else "")

    @override
    def sizeHint(self) -> QSize:
        return QSize(120, theme.px(_ITEM_PX))

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colors.color("accent") if self.hasFocus() else Qt.PenStyle.NoPen)
        if self._lit or self.underMouse() or self.hasFocus():
            painter.setBrush(colors.color("accent_weak" if self._lit else "hover"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        token = "accent" if self._lit else "muted"
        size = theme.px(17)
        bare = self.width() < theme.px(NARROW_PX)
        left = (self.width() - size) // 2 if bare else 10
        icons.icon(self.spec.icon, token).paint(painter, left, (self.height() - size) // 2, size, size)
        if bare:
            self._paint_dot(painter, left + size)
            return
        painter.setFont(theme.font(bold=self._lit))
        painter.setPen(colors.color(token))
        painter.drawText(self.rect().adjusted(20 + size, 0, -36, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._count:
            self._paint_count(painter)

    def _paint_dot(self, painter: QPainter, right: int) -> None:
        """Say beside the bare icon that something needs the person; the tip says how much."""
        if self._count:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.tokens().color("bad"))
            painter.drawEllipse(QRectF(right - 1, self.height() / 2 - theme.px(12), theme.px(7), theme.px(7)))

    def _paint_count(self, painter: QPainter) -> None:
        words = str(self._count) if self._count < 100 else "99+"
        advance = QFontMetrics(theme.font(theme.SMALL_PX)).horizontalAdvance(words)
        width = max(theme.px(18), advance + CHIP_SIDE + 2)
        top = (self.height() - theme.px(18)) / 2
        paint_chip(painter, QRectF(self.width() - width - 10, top, width, theme.px(18)), words, "bad")


class Rail(QFrame):
    """Emits `chosen(page name)`."""

    chosen = Signal(str)

    def __init__(self, specs: Sequence[PageSpec], keys: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "rail")
        self.setFixedWidth(theme.px(WIDTH_PX))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space.BETWEEN, space.ROOMY, space.BETWEEN + space.LINE, space.BETWEEN)
        layout.setSpacing(space.HAIR)
        self._brand = _brand()
        layout.addWidget(self._brand)
        layout.addSpacing(space.BETWEEN)
        self._items = {spec.name: RailItem(spec, keys.get(spec.name, ""), self) for spec in specs}
        for item in self._items.values():
            item.clicked.connect(lambda _checked=False, name=item.spec.name: self.chosen.emit(name))
            layout.addWidget(item)
        layout.addStretch(1)
        self._foot = QWidget()
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(space.NEAR)
        foot.addWidget(rule())
        foot.addLayout(self._account())
        layout.addWidget(self._foot)

    def give_room(self, width: int, height: int) -> None:
        """Take less of a small window: icons only in a narrow one, without brand and account in a low one."""
        narrow = width < theme.px(_FULL_FROM_PX)
        self.setFixedWidth(theme.px(NARROW_PX if narrow else WIDTH_PX))
        side = 8 if narrow else 12
        layout = self.layout()
        assert layout is not None
        pages = len(self._items) * (theme.px(_ITEM_PX) + 2)
        low = height < pages + _AROUND_PX
        layout.setContentsMargins(
            side, space.TINY if low else space.ROOMY, side + space.LINE, space.TINY if low else space.BETWEEN
        )
        self._brand.setVisible(not narrow and not low)
        self._words.setVisible(not narrow)
        self._foot.setVisible(not low)
        self._row.setContentsMargins(space.TINY if narrow else space.INSIDE, 0, space.TINY if narrow else 0, space.TINY)

    def _account(self) -> QHBoxLayout:
        self._avatar = Avatar(30)
        self._name = ElidedLabel("", "name")
        self._name.setObjectName("account_name")
        self._role = ElidedLabel("", "muted")
        self._role.setObjectName("account_role")
        self._words = QWidget()
        words = QVBoxLayout(self._words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._role)
        row = self._row = QHBoxLayout()
        row.setContentsMargins(space.INSIDE, 0, 0, space.TINY)
        row.setSpacing(space.TIGHT)
        row.addWidget(self._avatar)
        row.addWidget(self._words, 1)
        return row

    def set_account(self, name: str, role: str) -> None:
        """Show who is signed in."""
        self._avatar.set_name(name)
        self._name.setText(name)
        self._role.setText(role)

    def light(self, name: str) -> None:
        """Mark the page that is shown."""
        for item in self._items.values():
            item.set_lit(item.spec.name == name)

    def set_count(self, name: str, count: int) -> None:
        """Show a count beside a page, if it is in the rail."""
        if name in self._items:
            self._items[name].set_count(count)

    def retranslate(self) -> None:
        """Set the words anew."""
        for item in self._items.values():
            item.retranslate()


def _brand() -> QWidget:
    brand = QWidget()
    row = QHBoxLayout(brand)
    row.setContentsMargins(space.INSIDE, space.HAIR, 0, space.HAIR)
    row.setSpacing(0)
    row.addWidget(Label("crm", "brand-accent"))
    row.addWidget(Label("desk", "brand"))
    row.addStretch(1)
    return brand
