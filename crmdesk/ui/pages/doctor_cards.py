"""The cards beside a doctor's timeline: visits of the last months, how to reach the doctor, consent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.domain.phones import grouped
from crmdesk.domain.picklists import PICKLISTS
from crmdesk.services.commands import AttachFile, Outcome
from crmdesk.services.views import DoctorView, ReceiptView, Row
from crmdesk.ui import language, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import CustomerWords, dotted
from crmdesk.ui.parts.buttons import QUIET, Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.charts import ColumnChart, ProgressBar
from crmdesk.ui.parts.chips import ChipRow
from crmdesk.ui.parts.date_field import today
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.property_rows import PropertyRows


class CycleCard(Card):
    """How often the doctor was visited this quarter and in each of the last twelve months."""

    def __init__(self) -> None:
        super().__init__()
        self._count, self._before = Label("", "body"), Label("", "muted")
        self._bar, self._chart = ProgressBar(), ColumnChart()
        self._months, self._mean = Label("", "faint"), Label("", "faint")
        for left, right in ((self._count, self._before), (self._months, self._mean)):
            row = QHBoxLayout()
            row.addWidget(left)
            row.addStretch(1)
            row.addWidget(right)
            self.body.addLayout(row)
            if left is self._count:
                self.body.addWidget(self._bar)
                self.body.addSpacing(space.HAIR)
                self.body.addWidget(self._chart)

    def show_months(self, months: Sequence[int]) -> None:
        """Show visits by month, oldest first, the present month last."""
        inside = (today().month - 1) % 3 + 1
        now, before = sum(months[-inside:]), sum(months[-inside - 3 : -inside])
        self.set_heading(self.tr("本季度拜访"))
        self._count.setText(self.tr("%n 次", "", now))
        self._before.setText(self.tr("上季度 %n 次", "", before))
        self._bar.set(now, max(before, now, 1))
        self._chart.set(months)
        self._months.setText(self.tr("近 12 个月"))
        mean = f"{sum(months) / max(len(months), 1):.1f}"
        self._mean.setText(self.tr("月均 {mean}").format(mean=mean))


class ContactCard(Card):
    """Mobile, mail, telephone, preferences; a field with a conflict says so."""

    def __init__(self, words: CustomerWords) -> None:
        super().__init__()
        self._words = words
        self._rows = PropertyRows()
        self.body.addWidget(self._rows)

    def show_doctor(self, view: DoctorView) -> None:
        """Show how to reach the doctor."""
        self.set_heading(self.tr("联系"))
        with self._rows.filling():
            self._fill(view)

    def _fill(self, view: DoctorView) -> None:
        disputed = {conflict.field for conflict in view.conflicts}
        for name in ("mobile", "phone", "email"):
            value = grouped(str(view.row[name] or ""))
            if value or name == "mobile" or name in disputed:
                chip = self.tr("%n 个值", "", 2) if name in disputed else ""
                self._rows.add(language.field_word("doctor", name), value, chip, "warn", f"doctor_{name}_value")
        channel = language.choice_word("channel", view.row["preferred_channel"])
        wishes = self._words.listed(part for part in (str(view.row["preferred_time"] or ""), channel) if part)
        if wishes:
            self._rows.add(self.tr("偏好"), wishes)


class ConsentCard(Card):
    """Through which channels the doctor may be addressed, and what proves it."""

    def __init__(self) -> None:
        super().__init__()
        self._chips = ChipRow()
        self._proof = Label("", "muted", wrap=True)
        self.body.addWidget(self._chips)
        self.body.addWidget(self._proof)

    def show_doctor(self, row: Row) -> None:
        """Show the consent of a doctor."""
        self.set_heading(self.tr("同意"))
        self._chips.set(consent_chips(row, self.tr("{channel} 未同意")))
        given = language.day_word(date.fromisoformat(row["consent_on"]), today()) if row["consent_on"] else ""
        proof = dotted(str(row["consent_evidence"] or ""), given)
        self._proof.setText(proof or self.tr("没有同意凭证，只能当面拜访。"))


def consent_chips(row: Row, refused: str) -> list[tuple[str, str]]:
    """Return a chip for each channel: given ones first; `refused` is the text for the others, with {channel}."""
    given = set(row["consent"] or ())
    chips = [
        (language.choice_word("consent_channel", one.code), "ok")
        for one in PICKLISTS["consent_channel"]
        if one.code in given
    ]
    missing = [one.code for one in PICKLISTS["consent_channel"] if one.code not in given]
    return chips + [(refused.format(channel=language.choice_word("consent_channel", code)), "warn") for code in missing]


class EvidenceList(QWidget):
    """What proves the consent: the doctor's files, each saved where the person says, and a button to add one."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._doctor_id = ""
        self._heading, self._none = Label("", "strong"), Label("", "muted", wrap=True)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(space.TINY)
        self._add = Button.for_action("doctor_evidence", icon_name="attach", small=True)
        self._add.clicked.connect(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, space.INSIDE, 0, 0)
        layout.setSpacing(space.INSIDE)
        layout.addWidget(self._heading)
        layout.addWidget(self._none)
        layout.addLayout(self._rows)
        layout.addWidget(self._add)

    def show_doctor(self, view: DoctorView) -> None:
        """Show the files of a doctor."""
        self._doctor_id = view.row.id
        self._heading.setText(self.tr("同意凭证"))
        self._none.setText(self.tr("还没有凭证文件。拍下签好的同意书，或附上短信、邮件的截图。"))
        self._none.setVisible(not view.evidence)
        while self._rows.count() and (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for one in view.evidence:
            text = f"{one.file_name} · {language.size_word(one.size_bytes)}"
            button = Button(
                text if one.present else f"{text} · {self.tr('未下载')}", QUIET, icon_name="file", small=True
            )
            button.setEnabled(one.present)
            button.clicked.connect(lambda _checked=False, file=one: self._save(file))
            self._rows.addWidget(button)

    def add(self) -> None:
        """Ask for a file and attach it to the doctor."""
        path, _filter = QFileDialog.getOpenFileName(self, self.tr("选择凭证文件"))
        if path and self._doctor_id:
            self.attach(Path(path))

    def attach(self, path: Path) -> None:
        """Attach a file to the doctor; it is kept encrypted here and sent after the rows."""
        try:
            content = path.read_bytes()
        except OSError as error:
            self._context.shell.tell(error)
            return
        command = AttachFile("doctor", self._doctor_id, path.name, content)

        def told(outcome: Outcome) -> None:
            self._context.toast(lambda: self.tr("凭证已保存在本机"), outcome.undo_token)

        self._context.submit(self, command, told)

    def _save(self, file: ReceiptView) -> None:
        path, _filter = QFileDialog.getSaveFileName(self, self.tr("保存副本"), Path(file.file_name).name)
        if path:
            target = Path(path)
            self._context.ask(self, lambda reads: reads.attachment(file.sha256), lambda got: self._write(target, got))

    def _write(self, path: Path, content: bytes | None) -> None:
        try:
            path.write_bytes(content or b"")
        except OSError as error:
            self._context.shell.tell(error)
            return
        self._context.toast(lambda: self.tr("副本已保存，不再受 crmdesk 的加密保护。"))
