"""The figures of volume-based procurement on the institution's page: each volume as a bar against the time gone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.procurement import Pace, Standing, pace
from crmdesk.services.views import Row
from crmdesk.ui import language, space, theme
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import Chip
from crmdesk.ui.parts.label import ElidedLabel, Label

_TONES = {
    Standing.UNKNOWN: "neutral",
    Standing.AHEAD: "ok",
    Standing.IN_STEP: "ok",
    Standing.BEHIND: "warn",
    Standing.DONE: "ok",
}


class PaceBar(QWidget):
    """A bar of what was purchased, with a mark where the time stands."""

    def __init__(self, found: Pace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pace = found
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{found.done_percent} % / {found.gone_percent} %")

    @override
    def sizeHint(self) -> QSize:
        return QSize(120, theme.px(12))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.mixed(colors.line, colors.line, 0))
        whole = QRectF(0, 3, self.width(), self.height() - 6)
        painter.setBrush(colors.color("line"))
        painter.drawRoundedRect(whole, 3, 3)
        if self._pace.standing is Standing.UNKNOWN:
            return
        tone = "warn" if self._pace.standing is Standing.BEHIND else "accent"
        painter.setPen(colors.color(tone))
        painter.setBrush(colors.color(tone))
        share = min(self._pace.done_percent, 100) / 100
        if share:
            painter.drawRoundedRect(QRectF(0, 3, whole.width() * share, whole.height()), 3, 3)
        at = min(whole.width() - 2, whole.width() * self._pace.gone_percent / 100)
        painter.fillRect(QRectF(at, 0, 2, self.height()), colors.color("text"))


class ProcurementCard(Card):
    """Every figure of an institution; hidden where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("institution_procurement_card")
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(space.ROOMY)
        self.body.addWidget(self._holder)
        self.hide()

    def show_figures(self, rows: Sequence[Row]) -> None:
        """Show these figures."""
        self.set_heading(language.record_word("procurement"))
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row in rows:
            self._column.addWidget(self._figure(row))
        self.setVisible(bool(rows))

    def _figure(self, row: Row) -> QWidget:
        found = pace(row.values)
        box = QWidget()
        lines = QVBoxLayout(box)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(space.TINY)
        name = ElidedLabel(" ".join(str(row[one]) for one in ("product_name", "strength") if row[one]), "strong")
        chip = Chip(self._word(found.standing), _TONES[found.standing])
        first = QHBoxLayout()
        first.setSpacing(space.INSIDE)
        first.addWidget(name, 1)
        first.addWidget(chip)
        lines.addLayout(first)
        lines.addWidget(PaceBar(found))
        lines.addWidget(Label(self._volumes(row, found), "body", wrap=True))
        lines.addWidget(Label(self._period(row), "muted", wrap=True))
        box.setAccessibleName(f"{name.toolTip() or row['product_name']}: {self._volumes(row, found)}")
        return box

    def _word(self, standing: Standing) -> str:
        return {
            Standing.UNKNOWN: self.tr("还没有数据"),
            Standing.AHEAD: self.tr("快于时间"),
            Standing.IN_STEP: self.tr("与时间同步"),
            Standing.BEHIND: self.tr("慢于时间"),
            Standing.DONE: self.tr("已完成约定量"),
        }[standing]

    def _volumes(self, row: Row, found: Pace) -> str:
        agreed, unit = f"{int(row['agreed'] or 0):,}", str(row["unit"] or "")
        if found.standing is Standing.UNKNOWN:
            return self.tr("约定 {agreed} {unit}").format(agreed=agreed, unit=unit).strip()
        return self.tr("已采购 {purchased} / {agreed} {unit}（{done}%），时间已过 {gone}%").format(
            purchased=f"{int(row['purchased']):,}", agreed=agreed, unit=unit,
            done=found.done_percent, gone=found.gone_percent,
        )  # fmt: skip

    def _period(self, row: Row) -> str:
        period = self.tr("{round} · {start} 至 {end}").format(
            round=row["round_name"], start=row["starts_on"], end=row["ends_on"]
        )
        source = self.tr("来源：{source}").format(source=row["source"])
        day = self.tr("截至 {day}").format(day=row["as_of"]) if row["as_of"] else ""
        return " · ".join(part for part in (period, source, day) if part)
