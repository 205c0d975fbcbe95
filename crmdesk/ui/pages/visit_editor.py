"""The report editor: opens a visit or its draft, keeps each change within a second, submits, attaches, claims."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from crmdesk.domain.adverse_events import heard_at
from crmdesk.domain.clock import DEFAULT_ZONE, to_text, utc_now
from crmdesk.domain.ids import new_id
from crmdesk.services.commands import (
    AmendVisit,
    AttachFile,
    DiscardDraft,
    Outcome,
    SaveDraft,
    SaveVisit,
    SubmitVisit,
)
from crmdesk.ui import actions, language, theme, words
from crmdesk.ui.context import PageContext
from crmdesk.ui.pages.customer_words import dotted
from crmdesk.ui.pages.visit_beside import VisitBeside
from crmdesk.ui.pages.visit_faults import VisitFaults, too_long
from crmdesk.ui.pages.visit_files import choose_files, clipboard_png, readable
from crmdesk.ui.pages.visit_frame import LEAST_NAME, VisitFrame
from crmdesk.ui.pages.visit_meanwhile import report_to_show
from crmdesk.ui.pages.visit_opening import VisitOpening, open_visit
from crmdesk.ui.pages.visit_report import VisitReport, report_for
from crmdesk.ui.pages.visit_sentences import VisitSentences
from crmdesk.ui.parts.chips import STATE_TONES, state_word
from crmdesk.ui.parts.faults import Fault, FaultMarks
from crmdesk.ui.parts.text_field import begins_word

DRAFT_AFTER_MS = 500
"""How long after a change the draft is saved; the promise is a second after the last key stroke."""

_BESIDE = frozenset({"visit", "doctor", "product", "attachment", "affiliation", "adverse_event", "company_rule"})
"""Records whose changes show beside the report."""

AGAIN_AFTER_MS = 5_000
"""How long after a draft could not be saved (a full disk, say) it is tried again by itself."""


class VisitEditor(VisitFrame):
    """One visit report. Nothing that was typed is lost by leaving, a crash or a refusal."""

    renamed = Signal()

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._sentences = VisitSentences(self)
        self._opening: VisitOpening | None = None
        self._saved_values: dict[str, Any] = {}
        self._on_its_way: tuple[str, dict[str, Any]] = ("", {})  # the last draft handed over, perhaps not yet written
        self._presses = self._receipts = 0
        self._amending = False
        self._early: list[QKeyEvent] = []  # pressed while the report was being read
        self._beside = VisitBeside(self, context, self.form, self.side)
        self._faults = VisitFaults(self.form, self.day, self.amendment, self._sentences)
        self._marks = FaultMarks(self.banner)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_AFTER_MS)
        self._timer.timeout.connect(self.keep_draft)
        self._connect()

    def _connect(self) -> None:
        self.form.edited.connect(self._edited)
        self.meanwhile.picked.connect(self._decided)
        self.meanwhile.decided.connect(lambda: self._edited("pick"))
        self.amendment.typed.connect(self._reason_typed)
        self.amendment.dropped.connect(self.drop_amendment)
        self.day.picked.connect(self._day_picked)
        self._later.clicked.connect(self.later)
        self.submit_button.clicked.connect(self.submit)
        self._amend.clicked.connect(self.amend)
        self._expense.clicked.connect(self.add_expense)
        self._attach.clicked.connect(self.choose_file)
        for number in range(10):
            QShortcut(QKeySequence(f"Alt+{number}"), self, lambda number=number: self.form.to_group(str(number)))
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self, self.paste_picture)
        paste.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    # --- opening --------------------------------------------------------------------------------------------------

    def open(self, visit_id: str, doctor_id: str) -> None:
        """Open a visit, or a report about a doctor; a draft that was kept comes back as it was."""
        if not visit_id and self._on_its_way[1].get("doctor_ids") == [doctor_id]:
            visit_id = self._on_its_way[0]
        shown = self._opening
        if shown is not None and shown.visit_id == visit_id:
            self.form.channel.setFocus()
        elif shown is not None:
            self._opening = None
        self.submit_button.setEnabled(self._opening is not None)
        if self._opening is None:
            self.draft_chip.set("")
            self._early = []
            self.setFocus()  # what is pressed from here on is meant for the report that comes
        self.context.ask(self, lambda reads: open_visit(reads, visit_id, doctor_id), self._take, latest="opening")

    def _take(self, opening: VisitOpening) -> None:
        again = self._opening is not None and self._opening.visit_id == opening.visit_id
        self._opening = self._beside.opening = opening
        self.submit_button.setEnabled(True)
        self._receipts = opening.receipts
        self.form.products.set_products(opening.products_in_order)
        self.form.set_companions(opening.companions)
        self.form.doctors.set_names(opening.doctor_names)
        self._marks.show(())
        self.banner.say("")
        if not again or not self._unsaved():
            self._amending = self._own_submitted and opening.draft is not None
            kept = self._on_its_way[1] if opening.visit_id == self._on_its_way[0] else opening.draft
            self.form.show_report(report_to_show(opening, kept, self._fresh(opening)))
            self.meanwhile.open(opening, kept)
            self._saved_values = self.meanwhile.content()
            self._presses = 0
        else:
            self.meanwhile.come(opening)
        self.form.texts.say_note_error("")
        self.form.set_locked(self.locked)
        self._show()
        self._say_in_time()
        (self.form.note if opening.draft else self.form.channel).setFocus()
        early, self._early = self._early, []
        for pressed in early:
            QApplication.sendEvent(QApplication.focusWidget() or self, pressed)

    def _fresh(self, opening: VisitOpening) -> VisitReport:
        if opening.doctors:
            view = opening.doctors[0]
            place = view.affiliations[0].institution_id if view.affiliations else ""
            return report_for(view.row, place, opening.person.user_id, to_text(utc_now()), DEFAULT_ZONE)
        return VisitReport(owner_id=opening.person.user_id, starts_at=to_text(utc_now()), zone=DEFAULT_ZONE)

    @property
    def locked(self) -> bool:
        """Say whether the report can only be read: submitted, or somebody else's."""
        row = self._opening.row if self._opening else None
        others = row is not None and row["owner_id"] != self.context.desk.person.user_id
        return others or (self._own_submitted and not self._amending)

    @property
    def _own_submitted(self) -> bool:
        row = self._opening.row if self._opening else None
        mine = row is not None and row["owner_id"] == self.context.desk.person.user_id
        return mine and row is not None and row["state"] == "submitted"

    @property
    def report(self) -> VisitReport:
        """The report as it stands in the form."""
        return self.form.report

    # --- keeping --------------------------------------------------------------------------------------------------

    def _unsaved(self) -> bool:
        return self._opening is not None and not self.locked and self.meanwhile.content() != self._saved_values

    def _edited(self, kind: str) -> None:
        if self._opening is None or self.locked:
            return
        if kind == "pick":
            self._presses += 1
        self._show_figures()
        self._show_rules()
        if self._marks.shown and self._marks.show(self._all_faults(self._opening), focus=False):
            self._say_in_time()  # what is mended is no longer said
        if not self._timer.isActive():
            self._timer.start()

    def keep_draft(self) -> None:
        """Keep the report on this laptop if it changed; a note that is too long is refused in words and stays."""
        self._timer.stop()
        if self._opening is None or not self._unsaved() or not self._note_fits():
            return
        values = self.meanwhile.content()
        self._saved_values = values
        self._on_its_way = on_its_way = (self._opening.visit_id, values)
        command = SaveDraft(self._opening.draft_key, values)
        self.context.submit(self, command, lambda _outcome: self._kept(on_its_way), self._not_kept)

    def _note_fits(self) -> bool:
        text = too_long(self.report)
        if not text:
            self.form.texts.say_note_error("")
            return True
        self.form.texts.say_note_error(lambda: self.tr("太长，没有保存"))
        if not self._marks.shown:
            self.banner.say(lambda: too_long(self.report), "bad")
        self.draft_chip.set(self.tr("未保存"), "bad")
        return False

    def _all_faults(self, opening: VisitOpening) -> list[Fault]:
        return self._faults.of(self.report, opening.backdating, self._amending)

    def _kept(self, written: tuple[str, dict[str, Any]]) -> None:
        if self._on_its_way is written:  # from here on the store knows best: another window may go on writing it
            self._on_its_way = ("", {})
        if self._opening is not None and self._opening.visit_id == written[0]:
            self._opening = self._beside.opening = msgspec.structs.replace(self._opening, draft=written[1])
        now = language.local(datetime.now(UTC))
        self.draft_chip.set(self.tr("草稿已保存 {time}").format(time=f"{now:%H:%M:%S}"), "info")
        if self.banner.property("part") == "banner-bad":
            self.banner.say("")
            self._say_in_time()

    def _not_kept(self, error: BaseException) -> None:
        self._saved_values = {}
        QTimer.singleShot(AGAIN_AFTER_MS, self, self.keep_draft)
        self.draft_chip.set(self.tr("未保存"), "bad")
        self.banner.say(lambda: words.error_sentence(error), "bad")

    def later(self) -> None:
        """Leave the report; everything stays as a draft."""
        if self._opening is not None and self._unsaved() and self._note_fits():
            self.keep_draft()
            self.context.toast(lambda: self.tr("草稿已保存在本机，随时可以接着写"))
        self.context.shell.back()

    @property
    def begun(self) -> str:
        """Return the draft of the report that is being written, '' where nothing of it was written yet."""
        opening = self._opening
        if opening is None or self.locked or self._amending:
            return ""
        kept = opening.draft is not None or (opening.row is not None and opening.row["state"] == "draft")
        return opening.draft_key if kept or self._unsaved() or self._on_its_way[0] == opening.visit_id else ""

    def let_go(self) -> None:
        """Show the report no more: it was given up."""
        self._timer.stop()
        self._opening, self._on_its_way = None, ("", {})
        self.meanwhile.begin(None)

    def save_now(self) -> None:
        """Save the visit itself, not only its draft; it is sent at the next sync and can still be changed."""
        self._with_row(lambda _visit_id: self.context.toast(lambda: self.tr("已保存在本机")))

    def submit(self) -> None:
        """Submit the report; what is missing is said and nothing is lost."""
        if self._opening is None or self.locked:
            return
        self._timer.stop()
        self._note_fits()
        if self.meanwhile.ask_first() or not self._marks.show(self._all_faults(self._opening)):
            self._timer.start()
            return
        if self._amending:
            self._send_amendment(self._opening)
            return
        self.submit_button.setEnabled(False)
        self._saved_values = self.meanwhile.content()  # on its way: whoever leaves now leaves no draft behind it
        values, key, heard = self.report.values(), self._opening.draft_key, self.report.heard
        self.meanwhile.sends(values)
        command = SubmitVisit(self._opening.visit_id, values, key, heard, self.meanwhile.seen)
        visit_id, reported = self._opening.visit_id, self.report.adverse_event is True
        refused = self._refused_later(self._opening)
        self.context.submit(self, command, lambda _outcome: self._submitted(visit_id, reported), refused)

    def _shows(self, visit_id: str) -> bool:
        return self._opening is not None and self._opening.visit_id == visit_id

    def _submitted(self, visit_id: str, reported: bool) -> None:
        if reported:
            self.context.toast(lambda: self.tr("报告已提交，上报任务已建立：24 小时内上报，见“今日”最上面"))
        else:
            self.context.toast(lambda: self.tr("拜访报告已提交，保存在本机，联网后自动发送"), until_sent=True)
        if not self._shows(visit_id):
            return  # the person has gone on to another report meanwhile
        self.submit_button.setEnabled(True)
        self.let_go()
        if self.isVisible():  # or to another page
            self.context.shell.back()

    def _refused_later(self, opening: VisitOpening) -> Callable[[BaseException], None]:
        """Return what to do where this report is refused: whoever has left it meanwhile finds it as a draft."""
        content = self.meanwhile.content()

        def refused(error: BaseException) -> None:
            if self._shows(opening.visit_id):
                self._refused(error)
            else:
                self.context.submit(self, SaveDraft(opening.draft_key, content))
                self.context.shell.tell(error)

        return refused

    def _refused(self, error: BaseException) -> None:
        self.submit_button.setEnabled(True)
        self._saved_values = {}
        self.meanwhile.sent(arrived=False)
        self.banner.say(lambda: words.error_sentence(error), "bad")
        self._timer.start()
        self.refresh(_BESIDE)  # it may have been refused because of what was written elsewhere

    # --- amending -------------------------------------------------------------------------------------------------

    def amend(self) -> None:
        """Open a submitted report for an amendment, which needs a reason."""
        if self._own_submitted and not self._amending:
            self._amending = True
            self.form.set_locked(False)
            self.banner.say("")
            self._show()
            self.amendment.reason.setFocus()

    def drop_amendment(self) -> None:
        """Give an amendment up: the report is as it was submitted."""
        opening = self._opening
        if opening is not None and self._amending:
            self._timer.stop()
            self._on_its_way = ("", {})

            def dropped(outcome: Outcome) -> None:
                self.context.toast(lambda: self.tr("更正已放弃"), outcome.undo_token)
                self._reopen(opening.visit_id)

            self.context.submit(self, DiscardDraft(opening.draft_key), dropped, self._refused)

    def _send_amendment(self, opening: VisitOpening) -> None:
        row, reason = opening.row, self.amendment.reason.text().strip()
        if row is None:
            return
        self.submit_button.setEnabled(False)
        self._on_its_way = ("", {})
        values = self.report.values()
        self.meanwhile.sends(values)
        heard, seen = self.report.heard, self.meanwhile.seen
        command = AmendVisit(row.id, values, row.revision, reason, opening.draft_key, heard, seen)

        def amended(outcome: Outcome) -> None:
            self.context.toast(lambda: self.tr("更正已保存在本机，原因和改动留在更正记录里"), outcome.undo_token)
            if self._shows(row.id):
                self._reopen(row.id)

        self.context.submit(self, command, amended, self._refused_later(opening))

    def _reopen(self, visit_id: str) -> None:
        self._amending, self._opening = False, None
        self.open(visit_id, "")

    def _reason_typed(self) -> None:
        self.report.reason = self.amendment.reason.text()
        self._edited("text")

    def _day_picked(self, value: str) -> None:
        if not value or self.locked:
            self.day.set_value(language.local(self.report.starts_at).date().isoformat())
            return
        self.report.move_to(date.fromisoformat(value))
        self._say_in_time()
        self._edited("pick")

    # --- what goes with the visit ---------------------------------------------------------------------------------

    def add_expense(self) -> None:
        """Begin a claim from this visit."""
        self._with_row(lambda visit_id: self.context.navigate("expenses", visit_id=visit_id))

    def choose_file(self) -> None:
        """Ask for a photo, PDF, OFD or XML and attach it."""
        if self._opening is not None:
            choose_files(self, self.attach_files)

    def attach_files(self, paths: list[str]) -> None:
        """Attach files; one that cannot be read or is too large is refused in words."""
        for name, content in readable(paths, lambda said: self.banner.say(said, "bad")):
            self.attach(name, content)

    def paste_picture(self) -> None:
        """Attach the picture of the clipboard, if there is one."""
        picture = clipboard_png()
        if picture:
            self.attach(f"{datetime.now(UTC):%Y%m%d-%H%M%S}.png", picture)

    def attach(self, file_name: str, content: bytes) -> None:
        """Attach bytes to the visit, which is saved first where it is new."""
        self._with_row(lambda visit_id: self.context.submit(
            self, AttachFile("visit", visit_id, file_name, content), self._attached, self._refused
        ))  # fmt: skip

    def _attached(self, outcome: Outcome) -> None:
        self._receipts += 1
        self._show_figures()
        self.context.toast(lambda: self.tr("附件已加密保存在本机，排在文字之后发送"), outcome.undo_token)

    def _with_row(self, then: Callable[[str], object]) -> None:
        opening = self._opening
        if opening is None:
            return
        if self.locked:
            then(opening.visit_id)
            return
        if not self._note_fits() or self.meanwhile.ask_first():
            return
        self._timer.stop()
        state = {"state": str(opening.row["state"]) if opening.row else "draft"}
        values, seen = self.report.values(), self.meanwhile.seen
        self._saved_values = self.meanwhile.content()
        self._on_its_way = ("", {})
        self.meanwhile.sends(values)
        base = {**seen, **state} if seen is not None else None
        command = SaveVisit(opening.visit_id, {**values, **state}, opening.draft_key, self.report.heard, base)
        refused, visit_id = self._refused_later(opening), opening.visit_id
        self.context.submit(self, command, lambda outcome: self._saved(visit_id, outcome, then), refused)

    def _saved(self, visit_id: str, outcome: Outcome, then: Callable[[str], object]) -> None:
        if not self._shows(visit_id):  # the person has gone on to another report meanwhile
            then(outcome.created_id or visit_id)
            return
        typed = self._unsaved()
        self.meanwhile.sent(arrived=True)
        if not typed:
            self._saved_values = self.meanwhile.content()
        if self._opening is not None and outcome.created_id:  # another id where the visit was deleted meanwhile
            self._opening = self._beside.opening = msgspec.structs.replace(
                self._opening, visit_id=outcome.created_id, draft=None
            )
        self.refresh(_BESIDE)
        then(outcome.created_id or visit_id)

    @property
    def shown_id(self) -> str:
        """Return the id of the visit shown, '' while it is neither saved nor begun: only who it is about is known."""
        opening = self._opening
        there = opening is not None and (opening.row is not None or opening.draft is not None)
        return self._visit_id() if there or self._unsaved() or self._on_its_way[0] == self._visit_id() else ""

    def _visit_id(self) -> str:
        return self._opening.visit_id if self._opening else ""

    # --- showing --------------------------------------------------------------------------------------------------

    def refresh(self, touched: frozenset[str]) -> None:
        """Read again what stands beside the report after a change; what is being typed is left alone."""
        if self._opening is not None and touched & _BESIDE:
            visit_id = self._opening.visit_id
            self.context.ask(self, lambda reads: open_visit(reads, visit_id, ""), self._refreshed, latest="opening")

    def _refreshed(self, opening: VisitOpening) -> None:
        before = self._opening
        if before is None or opening.visit_id != before.visit_id:
            return
        if before.row is not None and opening.row is None:
            self._deleted(before, opening)
            return
        typed, submitted = self._unsaved(), self._own_submitted
        doctors = opening.doctors or before.doctors
        self._opening = self._beside.opening = msgspec.structs.replace(opening, doctors=doctors)
        self._receipts = opening.receipts
        self.form.products.set_products(opening.products_in_order)
        self._amending = self._amending or (self._own_submitted and not submitted)  # as long as it holds what was typed
        self._take_row(opening, typed)
        if self._own_submitted and not submitted:
            self._submitted_elsewhere(opening)
        self._show()
        if opening.backdating != before.backdating:
            self._say_in_time()

    def _take_row(self, opening: VisitOpening, typed: bool) -> None:
        """Let what the visit holds by now come into the form; what was typed stays, and is kept with it."""
        if self.locked and opening.row is not None:
            self.meanwhile.show_stored(opening.row)
            return
        met = self.meanwhile.come(opening)
        if met is not None and not typed:
            self._saved_values = self.meanwhile.content()
        elif met is not None and (met.news or met.clashes):
            self._timer.start()

    def _decided(self, name: str, value: object) -> None:
        """Show what was chosen of a field that was written here and elsewhere."""
        if self._opening is not None and self._opening.row is not None:
            self.meanwhile.put({name: value}, self._opening.row)

    def _submitted_elsewhere(self, opening: VisitOpening) -> None:
        """The report was submitted elsewhere while it is open here: what was written beyond it becomes an amendment."""
        row = opening.row
        if row is None or self.meanwhile.is_stored(row, self.report):
            self._timer.stop()
            self._amending = False
            if opening.draft is not None:
                self.context.submit(self, DiscardDraft(opening.draft_key))
        else:
            self.banner.say(
                lambda: self.tr(
                    "这次拜访已在别处提交。这里多写的内容还在：写上更正原因，作为更正提交；不要的话，点“放弃更正”。"
                ),
                "warn",
            )
        self.form.set_locked(self.locked)

    def _deleted(self, before: VisitOpening, opening: VisitOpening) -> None:
        """The visit was deleted while its report is open: what was typed is kept, as another visit's."""
        mine = before.row is not None and before.row["owner_id"] == self.context.desk.person.user_id
        if not mine or not self.isVisible():
            self._timer.stop()
            self._opening = None if mine else before  # of somebody else's the page goes on to show what it was
            return
        typed = self._unsaved() or opening.draft is not None
        if opening.draft is not None:
            self.context.submit(self, DiscardDraft(opening.draft_key))
        self._amending, self._on_its_way = False, ("", {})
        self._opening = self._beside.opening = msgspec.structs.replace(opening, visit_id=new_id(), draft=None)
        self.meanwhile.begin(None)
        self.form.set_locked(False)
        self.banner.say(lambda: self.tr("这次拜访已被删除。写的内容还在，保存后成为一次新的拜访。"), "warn")
        self._show()
        if typed:
            self._saved_values = {}
            self._timer.start()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.form.retranslate()
        self.amendment.retranslate()
        self.meanwhile.retranslate()
        self.day.set_label(self.tr("拜访日期"))
        self.day.retranslate()
        self.draft_chip.set("")
        self._show()

    def _show(self) -> None:
        opening = self._opening
        self._later.setEnabled(True)
        self._later.setProperty("action", "" if self.locked else "visit_later")  # nothing is put off in what was sent
        self._later.setText(self.tr("返回") if self.locked else actions.text("visit_later"))
        self.submit_button.setVisible(not self.locked)
        self._amend.setVisible(self._own_submitted and not self._amending)
        self.amendment.setVisible(self._amending)
        if opening is None:
            return
        if self.amendment.reason.text() != self.report.reason:
            self.amendment.reason.setText(self.report.reason)
        self.day.setEnabled(not self.locked)
        if self.report.starts_at:
            self.day.set_value(language.local(self.report.starts_at).date().isoformat())
        self._name.setText(self._words.listed(str(view.row["name"]) for view in opening.doctors))
        self._name.setMinimumWidth(min(self._name.sizeHint().width(), theme.px(LEAST_NAME)))
        self._second.setText(self._sentences.place(opening, self.report))
        if self.locked and opening.row is not None:
            self.draft_chip.set(state_word(opening.row.sync_state), STATE_TONES[opening.row.sync_state])
            self.banner.say(lambda: self._sentences.locked(opening))
        elif opening.draft is not None and opening.draft_saved_at and not self.draft_chip.text:
            moment = language.local(opening.draft_saved_at)
            self.draft_chip.set(self.tr("草稿已保存 {time}").format(time=f"{moment:%H:%M:%S}"), "info")
        elif opening.draft is None and opening.row is None:
            self.draft_chip.set("")
        self.side.show_visit(opening.doctors, opening.person.user_id, opening.visit_id, opening.adverse_event)
        self.side.show_questions(opening.questions, opening.person.user_id, opening.visit_id)
        self.side.show_amendments(opening.amendments)
        self._show_rules()
        self._show_figures()
        self._give_room()
        self.renamed.emit()

    def _show_rules(self) -> None:
        if self._opening is not None:
            began = heard_at(self.report.starts_at, utc_now())
            self.side.show_rules(self.report, self._opening.products, language.moment_word(began))

    def _say_in_time(self) -> None:
        """Say while the report is written how long it may still be submitted, not when it is sent."""
        report, opening = self.report, self._opening
        if opening is None or self._own_submitted or self.locked or not report.starts_at:
            return
        tone = self._sentences.in_time(report, opening.backdating).tone
        self.banner.say(lambda: self._sentences.in_time(report, opening.backdating).text, tone)

    def _show_figures(self) -> None:
        self.drop_button.setVisible(bool(self.begun))
        pressed = self.tr("本次 %n 次按键", "", self._presses) if self._presses else ""
        receipts = self.tr("%n 个附件", "", self._receipts) if self._receipts else ""
        self._figures.setText(dotted(receipts, pressed))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._opening is None and event.text().isprintable() and event.text():
            self._early.append(event.clone())
        elif not event.modifiers() and self.form.digit(event):
            return
        elif begins_word(event) and not self.locked:  # who begins to write means the note, wherever the keys are
            self.form.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.form.note.insertPlainText(event.text())
        else:
            super().keyPressEvent(event)
