"""Taking an import back: which one, what of it goes, what stays and why; nothing happens before it is said yes to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from crmdesk.services.import_undo import NAMED, Run, Standing, Stay, TakenBack, told
from crmdesk.ui import language
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages import import_words
from crmdesk.ui.pages.small_dialog import SmallDialog
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.rows import ListRow, RowList, RowModel


class BackDialog(SmallDialog):
    """Says what taking back an import would do; `chosen` carries the id of the one that is to be taken back."""

    chosen = Signal(str)

    def __init__(self, context: PageContext, parent: QWidget, runs: Sequence[Run]) -> None:
        super().__init__(context, parent, "import_back", width=620)
        self._runs = {run.id: run for run in runs}
        self._found: Standing | None = None
        self.which = DropDown()
        self.which.setObjectName("import_back_which_combo")
        for run in runs:
            self.which.addItem("", run.id)
        self.which.activated.connect(lambda _index: self._look())
        self.figure = Label("", "strong", wrap=True)
        self.figure.setObjectName("import_back_figure_label")
        self._model = RowModel(self)
        self.list = RowList(self._model, lines=1)
        self.list.setObjectName("import_back_list")
        self.list.setMinimumHeight(180)
        self.final = Label("", "muted", wrap=True)
        self.final.setObjectName("import_back_final_label")
        for part in (self.which, self.figure, self.list, self.final):
            self.content.addWidget(part)
        self.retranslate()
        self.which.setFocus()
        self._look()

    def _look(self) -> None:
        """Ask how the chosen import stands now."""
        run_id, self._found = str(self.which.currentData()), None
        self.retranslate()
        self.context.ask(self, lambda reads: reads.import_standing(run_id), self._take, "standing", self.tell)

    def _take(self, found: Standing) -> None:
        self._found = found
        self.retranslate()

    @override
    def retranslate(self) -> None:
        run = self._runs[str(self.which.currentData())]
        self.say(
            self.tr("撤回导入"),
            language.closed_up(self.tr("当时导入了 {counts}").format(counts=import_words.counts_words(run.counts))),
            self.tr("撤回"),
        )
        for index, one in enumerate(self._runs.values()):
            self.which.setItemText(index, f"{one.file_name} · {language.moment_label(one.at)}")
        self.which.setAccessibleName(self.tr("哪一次导入"))
        self.list.setAccessibleName(self.tr("留下的"))
        found = self._found
        self.save_button.setEnabled(found is not None and not found.nothing)
        self.figure.setText(self.tr("正在核对…") if found is None else self._sentence(found))
        self.final.setText(self.tr("撤回之后不能再撤销；要恢复，就再导入一次这个文件。后来改过的都会留下。"))
        self.final.setVisible(found is not None and not found.nothing)
        staying = told(found.stays) if found is not None else []
        self._model.set_rows([_row(one) for one in staying])
        self.list.setVisible(bool(staying))

    def _sentence(self, found: Standing) -> str:
        parts = []
        if found.leaves:
            parts.append(self.tr("会删除：{counts}").format(counts=import_words.counts_words(found.customers)))
        if found.restores:
            parts.append(self.tr("%n 条改回导入之前的样子", "", len(found.restores)))
        if found.nothing:
            parts.append(self.tr("没有可以撤回的内容"))
        staying = len(told(found.stays))
        if staying:
            total = staying + sum(found.customers[record] for record in NAMED)
            parts.append(self.tr("{total} 条中有 %n 条留下，原因见下", "", staying).format(total=f"{total:,}"))
        return self.tr("；").join(parts)

    @override
    def save(self) -> None:
        if self.save_button.isEnabled():
            self.chosen.emit(str(self.which.currentData()))
            self.accept()


def _row(one: Stay) -> ListRow:
    name = one.name or language.record_word(one.record)
    return ListRow(
        f"{one.record}:{one.row_id}", name, chip=language.record_word(one.record), chip_tone="neutral",
        state=import_words.why_word(one.why),
    )  # fmt: skip


class BackWords(QObject):
    """The sentences of what became of an import that was taken back."""

    def done(self, taken: TakenBack) -> str:
        """Return what happened, and what stays."""
        parts = [self.tr("已停下，其余可以接着撤回。")] if taken.cancelled else []
        if taken.deleted:
            parts.append(self.tr("已撤回，删除了 {counts}。").format(counts=import_words.counts_words(taken.deleted)))
        if taken.restored:
            parts.append(self.tr("%n 条改回了导入之前的样子。", "", taken.restored))
        if not taken.deleted and not taken.restored:
            parts.append(self.tr("没有可以撤回的内容。"))
        staying = told(taken.stays)
        if staying:
            reasons = dict.fromkeys(import_words.why_word(one.why) for one in staying)
            parts.append(
                self.tr("%n 条留下：{why}。", "", len(staying)).format(why=self.tr("、").join(list(reasons)[:4]))
            )
        return language.closed_up(language.sentences(parts))
