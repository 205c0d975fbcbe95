"""Import: choose a file, look at what it holds, say what each column becomes, run it, read what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.intake import Preview, Report
from crmdesk.services.import_undo import Run, TakenBack
from crmdesk.ui import actions, language, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages import import_words
from crmdesk.ui.pages.import_above import AboveQuestion
from crmdesk.ui.pages.import_back import BackDialog, BackWords
from crmdesk.ui.pages.import_dates import DateQuestion
from crmdesk.ui.pages.import_hospitals import HospitalDialog, questions
from crmdesk.ui.pages.import_mapping import SAMPLE_ROWS, MappingTable
from crmdesk.ui.pages.import_result import ImportResult
from crmdesk.ui.pages.import_run import ImportRun, ProgressCard, in_thread
from crmdesk.ui.pages.page import Page
from crmdesk.ui.parts.buttons import PLAIN, PRIMARY, Button
from crmdesk.ui.parts.card import Card
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.dropdown import DropDown
from crmdesk.ui.parts.flow import FlowLayout
from crmdesk.ui.parts.fold_row import FoldRow
from crmdesk.ui.parts.label import ElidedLabel, Label
from crmdesk.ui.parts.notices import Banner, EmptyState
from crmdesk.ui.parts.room import PageStack
from crmdesk.ui.parts.squeezed_row import SqueezedRow

_LEAST_WORDS = 240
"""What the file's name keeps of the width before the buttons go below it."""
EMPTY, READING, PREVIEW, RUNNING, RESULT = "empty", "reading", "preview", "running", "result"


class ImportPage(Page):
    """One file at a time; an import goes on while other pages are looked at."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.state = EMPTY
        self.preview: Preview | None = None
        self._path = Path()
        self._run: ImportRun | None = None
        self._mapping: Mapping[int, str] = {}
        self._error: BaseException | None = None
        self._taken: TakenBack | None = None
        self._after_back = EMPTY
        self._runs: Sequence[Run] = ()
        self._back_words = BackWords(self)
        self.setAcceptDrops(True)
        self.banner = Banner()
        self.banner.setObjectName("import_banner")
        self._empty = EmptyState("import")
        self._file, self._about = ElidedLabel("", "subject"), ElidedLabel("", "muted")
        self._file.setObjectName("import_file_label")
        self._about.setObjectName("import_about_label")
        self.kind = Picklist()
        self.kind.setObjectName("import_kind")
        self.sheet, self.territory = DropDown(), DropDown()
        self.sheet.setObjectName("import_sheet_combo")
        self.territory.setObjectName("import_territory_combo")
        self._kind_label, self._sheet_label, self._territory_label = (Label("", "muted") for _ in range(3))
        self._notices = Label("", "warn", wrap=True)
        self._notices.setObjectName("import_notices_label")
        self._remembered = Label("", "secondary", wrap=True)
        self._remembered.setObjectName("import_remembered_label")
        self.forget_button = Button.for_action("import_forget", small=True)
        self.dates, self.above = DateQuestion(), AboveQuestion(context.bridge)
        self.table = MappingTable()
        self._problem = Label("", "warn")
        self._problem.setObjectName("import_problem_label")
        self.progress = ProgressCard()
        self.result = ImportResult()
        self.choose_button = Button.for_action("import_choose", icon_name="file")
        self.start_button = Button.for_action("import_start", PRIMARY)
        self.save_button = Button.for_action("import_save_report", icon_name="export")
        self.decide_button = Button.for_action("import_decide", PRIMARY)
        self.back_button = Button("", PLAIN, actions.keys("import_take_back"), "undo")
        self.back_button.setObjectName("import_take_back_button")
        self.customers_button = Button("", PRIMARY)
        self.customers_button.setObjectName("import_customers_button")
        self._lay_out()
        self._bind()
        self.retranslate()
        self._show_state(EMPTY)

    # --- how it looks ---------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._stack = PageStack()
        self._preview_part = self._preview_area()
        for widget in (self._empty, self._preview_part, self.result):
            self._stack.addWidget(widget)
        inner = QVBoxLayout()
        inner.setContentsMargins(*space.PAGE)
        inner.setSpacing(space.APART)
        self._head = QWidget()
        self._head.setLayout(self._head_row())
        for widget in (self._head, self.banner, self.progress):
            inner.addWidget(widget)
        inner.addWidget(self._stack, 1)
        self.body.addLayout(inner, 1)

    def _head_row(self) -> FoldRow:
        words, row = QVBoxLayout(), SqueezedRow()
        words.setSpacing(space.TINY)
        words.addWidget(self._file)
        words.addWidget(self._about)
        row.setSpacing(space.NEAR)
        for button in (
            self.back_button, self.choose_button, self.save_button, self.customers_button, self.decide_button,
            self.start_button,
        ):  # fmt: skip
            row.addWidget(button)
        head = FoldRow(words, row, _LEAST_WORDS)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(space.NEAR)
        return head

    def _preview_area(self) -> QWidget:
        area = QWidget()
        column = QVBoxLayout(area)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space.APART)
        self._options = options = Card()
        lines = FlowLayout(spacing=space.EDGE)
        for label, choice in (
            (self._kind_label, self.kind), (self._sheet_label, self.sheet), (self._territory_label, self.territory),
        ):  # fmt: skip
            lines.addWidget(_named(label, choice))
        for combo in (self.sheet, self.territory):
            combo.setMinimumWidth(170)
        lines.addWidget(self._problem)
        options.body.addLayout(lines)
        memory = QHBoxLayout()
        memory.setSpacing(space.NEAR)
        memory.addWidget(self._remembered, 1)
        memory.addWidget(self.forget_button)
        options.body.addLayout(memory)
        options.body.addWidget(self.dates)
        options.body.addWidget(self.above)
        options.body.addWidget(self._notices)
        self._rows_card, self._rows_words = Card(), Label("", "strong", wrap=True)
        self._rows_card.body.addWidget(self._rows_words)
        self._rows_card.body.addWidget(self.table, 1)
        column.addWidget(options)
        column.addWidget(self._rows_card, 1)
        return area

    def _bind(self) -> None:
        triggers = {
            "import_choose": self.choose_file,
            "import_start": self.start,
            "import_cancel": self.cancel,
            "import_save_report": self.save_report,
            "import_decide": self.decide,
            "import_forget": self.forget,
            "import_take_back": self.take_back,
        }
        self._actions = {name: self.context.actions.bind(self, name, trigger) for name, trigger in triggers.items()}
        self.choose_button.clicked.connect(self.choose_file)
        self.start_button.clicked.connect(self.start)
        self.progress.cancel_button.clicked.connect(self.cancel)
        self.save_button.clicked.connect(self.save_report)
        self.decide_button.clicked.connect(self.decide)
        self.forget_button.clicked.connect(self.forget)
        self.back_button.clicked.connect(self.take_back)
        self.customers_button.clicked.connect(lambda: self.context.navigate("customers"))
        self.kind.changed.connect(self._kind_chosen)
        self.sheet.activated.connect(lambda _index: self._sheet_chosen())
        self.table.changed.connect(self._columns_chosen)
        self.dates.changed.connect(self._check)
        self.above.changed.connect(self._show_above)
        self.above.failed.connect(self._tell)

    @override
    def retranslate(self) -> None:
        self.header.set_title(self.tr("导入"), crumb=self.tr("客户"))
        self._empty.say(
            self.tr(
                "把医生或机构的名单拖到这里，或选择一个文件。可以是 csv、xlsx、xls、ods 或 vcf；先看预览，再决定导入。"
            ),
            self.tr("选择文件…"),
            self.choose_file,
        )
        self._kind_label.setText(self.tr("名单是"))
        self._sheet_label.setText(self.tr("工作表"))
        self._territory_label.setText(self.tr("放进辖区"))
        self.kind.setAccessibleName(self.tr("名单是"))
        self.sheet.setAccessibleName(self.tr("工作表"))
        self.territory.setAccessibleName(self.tr("放进辖区"))
        self.table.setAccessibleName(self.tr("预览"))
        self.customers_button.setText(self.tr("打开客户"))
        self.kind.set_choices(
            [("doctor", language.record_word("doctor")), ("institution", language.record_word("institution"))]
        )
        self.table.retranslate()
        self.dates.retranslate()
        self.above.retranslate()
        self.progress.retranslate()
        self.result.retranslate()
        self._tell(self._error)
        self._offer_back()
        if self.preview is not None:
            self._say_file(self.preview)
            self._check()

    def _show_state(self, state: str) -> None:
        """Show the parts of one of: empty, reading, preview, running, result."""
        self.state = state
        nothing = self._empty if self.preview is None else self._preview_part
        part = {EMPTY: self._empty, READING: self._empty, RESULT: self.result, RUNNING: nothing}.get(
            state, self._preview_part
        )
        self._stack.setCurrentWidget(part)
        self._empty.setVisible(state == EMPTY)
        self._offer_back()
        self.progress.setVisible(state == RUNNING)
        self._options.setVisible(state != RUNNING)
        self._preview_part.setEnabled(state == PREVIEW)
        self.choose_button.setVisible(state in (PREVIEW, RESULT))
        self.start_button.setVisible(state == PREVIEW)
        for widget in (self.save_button, self.customers_button):
            widget.setVisible(state == RESULT)
        self._actions["import_choose"].setEnabled(state not in (READING, RUNNING))
        self._actions["import_cancel"].setEnabled(state == RUNNING)
        self._actions["import_save_report"].setEnabled(state == RESULT)
        unsure = state == RESULT and self.result.report is not None and bool(questions(self.result.report))
        self._actions["import_decide"].setEnabled(unsure)
        kept = state == PREVIEW and self.preview is not None and bool(self.preview.remembered_on)
        self._actions["import_forget"].setEnabled(kept)
        self.decide_button.setVisible(unsure)
        self.customers_button.set_kind(PLAIN if unsure else PRIMARY)
        self._check()

    def _offer_back(self) -> None:
        """Offer to take an import back where one is remembered and none is under way."""
        idle = self.state in (EMPTY, PREVIEW, RESULT)
        offered = idle and bool(self._runs)
        self.back_button.setVisible(offered)
        self._actions["import_take_back"].setEnabled(offered)
        self.back_button.setText(self.tr("撤回本次导入…") if self._is_last_shown() else self.tr("撤回导入…"))
        self._head.setVisible(self.state != EMPTY or offered)
        if self._runs and (self.state == EMPTY or (self.state == RUNNING and self.preview is None)):
            last = self._runs[0]
            self._file.setText(self.tr("最近的导入"))
            self._about.setText(f"{last.file_name} · {language.moment_label(last.at)}")

    def _is_last_shown(self) -> bool:
        """Say whether the result on the page is that of the import that would be taken back first."""
        shown = self.result.report.run_id if self.state == RESULT and self.result.report is not None else ""
        return bool(shown) and any(run.id == shown for run in self._runs[:1])

    def _ask_runs(self) -> None:
        self.context.ask(self, lambda reads: reads.import_runs(), self._take_runs, "runs", self._tell)

    def _take_runs(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self._offer_back()

    # --- the file -------------------------------------------------------------------------------------------------

    def choose_file(self) -> None:
        """Ask which file to import."""
        if self.state in (READING, RUNNING):
            return
        dialog = QFileDialog(self, self.tr("选择名单"))
        dialog.setObjectName("import_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        lists = self.tr("名单 (*.csv *.tsv *.txt *.xlsx *.xlsm *.xls *.ods *.vcf)")
        dialog.setNameFilters([lists, self.tr("所有文件 (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.open_file(Path(name)))
        dialog.open()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.state not in (READING, RUNNING) and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        names = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if names and self.state not in (READING, RUNNING):
            event.acceptProposedAction()
            self.open_file(Path(names[0]))

    def open_file(self, path: Path, kind: str | None = None, sheet: str | None = None) -> None:
        """Read a file for its preview, off the GUI thread; the window stays usable meanwhile."""
        before = self.state
        self._path, self._taken = path, None
        self._tell(None)
        self._file.setText(path.name)
        self._about.setText(self.tr("正在读取…"))
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_state(READING)
        imports = self.context.desk.imports
        future = in_thread(lambda: imports.preview(path, kind, sheet))
        back = before if before in (PREVIEW, RESULT) and self.preview is not None and (kind or sheet) else EMPTY
        self.context.bridge.run(self, future, self._take_preview, lambda error: self._not_read(error, back), "preview")

    def _not_read(self, error: BaseException, back: str) -> None:
        """Say why a file cannot be read; nothing has been changed."""
        if back == EMPTY:
            self.preview = None
        self._show_state(back)
        if self.isVisible():
            self._focus_first()  # another file can be chosen at once
        self._tell(error)

    def _tell(self, error: BaseException | None) -> None:
        """Say in the page what went wrong with the file; None takes it away."""
        self._error = error
        reason = import_words.error_sentence(error) if error is not None else ""
        self.banner.say(
            self.tr("{file}：{reason}").format(file=self._path.name, reason=reason) if reason else "", "bad"
        )
        if error is not None:
            self._taken = None
        if self._taken is not None:
            self.banner.say(self._back_words.done(self._taken), "warn" if self._taken.stays else "ok")

    def _take_preview(self, preview: Preview) -> None:
        self.preview = preview
        self.kind.set_value(preview.kind)
        self.sheet.clear()
        self.sheet.addItems(list(preview.sheets))
        self.sheet.setCurrentText(preview.sheet)
        for widget in (self.sheet, self._sheet_label):
            widget.setVisible(len(preview.sheets) > 1)
        self._fill_territories()
        self.table.load(preview, preview.mapping)
        self.dates.ask({})
        self.dates.ask(preview.unclear_dates(preview.mapping), preview.remembered_dates)
        self.above.look(preview, self.table.mapping())
        self._say_file(preview)
        self._show_state(PREVIEW)
        if self.isVisible():
            self._first_of_preview().setFocus(Qt.FocusReason.OtherFocusReason)

    def _first_of_preview(self) -> QWidget:
        """Return where the keys go: to the question that keeps the import, else to its button."""
        return self.dates.choice if self.dates.is_open else self.start_button

    def _fill_territories(self) -> None:
        person = self.context.desk.person
        self.territory.clear()
        for name, row_id in zip(person.territory_names, person.territory_ids, strict=False):
            self.territory.addItem(name, row_id)
        for widget in (self.territory, self._territory_label):
            widget.setVisible(self.territory.count() > 1)

    def _say_file(self, preview: Preview) -> None:
        self._file.setText(self._path.name)
        self._about.setText(import_words.file_line(preview))
        self._say_notices(preview)
        words = self.tr("各列沿用你 {day} 对同样表头的文件所做的选择。").format(day=preview.remembered_on)
        self._remembered.setText(words if preview.remembered_on else "")
        for widget in (self._remembered, self.forget_button):
            widget.setVisible(bool(preview.remembered_on))
        shown = min(SAMPLE_ROWS, len(preview.sample))
        self._rows_words.setText(
            self.tr("预览前 %n 行。每一列导入成什么，在列名下面改；要导入的列排在前面。", "", shown)
        )

    def _say_notices(self, preview: Preview) -> None:
        told = (*preview.notices, *preview.doubtful(self.table.mapping()))
        notices = [import_words.sentence(one.code, one.params) for one in told]
        self._notices.setText("\n".join(dict.fromkeys(notices)))
        self._notices.setVisible(bool(notices))

    def _kind_chosen(self) -> None:
        if self.preview is not None and self.state == PREVIEW and self.kind.value() not in ("", self.preview.kind):
            self.open_file(self._path, self.kind.value(), self.preview.sheet or None)

    def forget(self) -> None:
        """Forget what was chosen for files of this shape and guess the columns anew."""
        if self.preview is None or self.state != PREVIEW or not self.preview.remembered_on:
            return
        preview, imports = self.preview, self.context.desk.imports
        future = in_thread(lambda: imports.forget(preview).result())
        self.context.bridge.run(self, future, lambda _outcome: self._forgotten(), self._tell)

    def _forgotten(self) -> None:
        if self.preview is not None:
            self._take_preview(
                replace(self.preview, remembered={}, remembered_on="", remembered_dates="", remembered_above=None)
            )
            self.context.toast(lambda: self.tr("已忘掉，各列重新自动识别。"))

    def _sheet_chosen(self) -> None:
        if self.preview is not None and self.sheet.currentText() != self.preview.sheet:
            self.open_file(self._path, None, self.sheet.currentText())

    # --- the run --------------------------------------------------------------------------------------------------

    def _columns_chosen(self) -> None:
        if self.preview is not None:
            self.dates.ask(self.preview.unclear_dates(self.table.mapping()))
            self.above.look(self.preview, self.table.mapping())
            self._say_notices(self.preview)
        self._check()

    def _show_above(self) -> None:
        """Show in the rows of the preview what they have from above, as it is chosen."""
        self.table.show_above(self.above.taken)
        self._check()

    def _check(self) -> None:
        """Say what keeps the choices from being imported."""
        problem = self.table.problem() if self.preview is not None and self.state == PREVIEW else None
        ready = self.state == PREVIEW and problem is None and not self.dates.is_open and not self.above.looks
        self._problem.setText(import_words.sentence(problem.code, problem.params) if problem else "")
        self.start_button.setEnabled(ready)
        self._actions["import_start"].setEnabled(ready)

    def start(self) -> None:
        """Begin the import with the choices on the page."""
        if self.preview is None or not self.start_button.isEnabled() or self.state != PREVIEW:
            return
        self._mapping = self.table.mapping()
        self._begin({})

    def decide(self) -> None:
        """Ask which hospitals the names mean that the import was unsure of; the answers are imported at once."""
        asked = questions(self.result.report) if self.state == RESULT and self.result.report is not None else []
        if asked:
            dialog = HospitalDialog(self.context, self, asked)
            dialog.answered.connect(self._begin)
            dialog.open()

    def _begin(self, hospitals: Mapping[str, str]) -> None:
        if self.preview is None:
            return
        going_on = self.result.report.run_id if hospitals and self.result.report is not None else ""
        run = self._under_way()
        self.progress.begin(self.preview.row_count)
        territory_id = str(self.territory.currentData() or "")
        answers = (hospitals, self.dates.order, self.above.answer)
        future = run.start(self.context.desk.imports, self.preview, self._mapping, territory_id, *answers, going_on)
        self.context.bridge.run(self, future, self._finished, self._failed)

    def _under_way(self) -> ImportRun:
        """Return a new run, shown as the one that goes on."""
        self._taken = None
        self._tell(None)
        self._run = ImportRun(self, self.context.bridge)
        self._run.progressed.connect(self.progress.show_progress)
        self._show_state(RUNNING)
        return self._run

    def take_back(self) -> None:
        """Show what taking back the last import, or an earlier one, would do; it is done when that is said yes to."""
        if self._runs and self.state in (EMPTY, PREVIEW, RESULT):
            dialog = BackDialog(self.context, self, self._runs)
            dialog.chosen.connect(self._begin_back)
            dialog.open()

    def _begin_back(self, run_id: str) -> None:
        shown = self.result.report.run_id if self.state == RESULT and self.result.report is not None else ""
        self._after_back = EMPTY if self.preview is None else PREVIEW
        if shown not in ("", run_id):  # the result on the page is that of another import, which stands
            self._after_back = RESULT
        run = self._under_way()
        self.progress.begin(0, back=True)
        self.progress.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        future = run.take_back(self.context.desk.imports, run_id)
        self.context.bridge.run(self, future, self._taken_back, self._not_taken_back)

    def _taken_back(self, taken: TakenBack) -> None:
        """Say what became of it; the file, where one is open, can be imported again with other columns."""
        self._end_run()
        self._taken = taken
        self._show_state(self._after_back)
        self._tell(None)
        self._ask_runs()
        if self.isVisible():
            self._focus_first()
        else:
            self.context.toast(lambda: self._back_words.done(taken))

    def _not_taken_back(self, error: BaseException) -> None:
        self._end_run()
        self._show_state(self._after_back)
        self._tell(error)
        self._ask_runs()

    def cancel(self) -> None:
        """Stop what runs; what was written, or taken back, stays so."""
        if self._run is not None and self.state == RUNNING:
            self._run.cancel()
            self.progress.stopping()

    def _end_run(self) -> None:
        if self._run is not None:
            self._run.deleteLater()
            self._run = None

    def _finished(self, report: Report) -> None:
        self._end_run()
        self.result.show_report(report)
        self._show_state(RESULT)
        self._ask_runs()
        made = sum(report.made.values())
        if self.isVisible():
            self._focus_first()
        else:
            self.context.toast(lambda: self.tr("导入完成：新建 {count} 条。结果在导入页。").format(count=f"{made:,}"))

    def _failed(self, error: BaseException) -> None:
        self._end_run()
        self._show_state(PREVIEW)
        self._tell(error)
        self._ask_runs()

    # --- the result -----------------------------------------------------------------------------------------------

    def save_report(self) -> None:
        """Ask where the result is to be saved, as csv."""
        if self.result.report is None:
            return
        dialog = QFileDialog(self, self.tr("保存结果"))
        dialog.setObjectName("import_report_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("CSV (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(self.tr("{file} 导入结果.csv").format(file=self._path.stem))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.write_report(Path(name)))
        dialog.open()

    def write_report(self, path: Path) -> None:
        """Write the result as csv; a folder that refuses is told in words."""
        if self.result.report is None:
            return
        try:
            self.result.save(path)
        except OSError as error:
            why = error.strerror or path.name
            self.banner.say(lambda: self.tr("结果没有写成：{reason}").format(reason=why), "bad")
            return
        self.context.toast(lambda: self.tr("结果已保存到 {file}").format(file=path.name))

    @override
    def enter(self, **args: Any) -> None:
        self._ask_runs()
        if args.get("path"):
            self.open_file(Path(str(args["path"])))
            return
        self._focus_first()

    def _focus_first(self) -> None:
        """Put the keys where the state of the page wants them."""
        first = {EMPTY: self._empty, PREVIEW: self._first_of_preview(), RUNNING: self.progress.cancel_button}.get(
            self.state
        )
        if self.state == RESULT:
            first = self.customers_button if self.decide_button.isHidden() else self.decide_button
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)


def _named(label: Label, choice: QWidget) -> QWidget:
    """Return a choice behind its name; both hidden, they take no room in a line."""
    pair = QWidget()
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(space.NEAR)
    row.addWidget(label)
    row.addWidget(choice)
    return pair
