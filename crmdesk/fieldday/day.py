"""The day itself, step by step: a rep's offline day, synced, approved, payable."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import shiboken6
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPlainTextEdit, QWidget

from crmdesk.company.model import DemoLogin
from crmdesk.fieldday.calling import call_about_claim, call_about_visit
from crmdesk.fieldday.diary import Diary, Step
from crmdesk.fieldday.hands import NotSeenError, await_widget, click, find, press, settle, type_text, wait_until
from crmdesk.fieldday.seat import Seat
from crmdesk.fieldday.server_process import ServerProcess
from crmdesk.services.views import ClaimView, ConflictView
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages import claim_words
from crmdesk.ui.pages.approvals_page import ApprovalsPage
from crmdesk.ui.pages.expenses_page import ExpensesPage
from crmdesk.ui.parts.buttons import Button
from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.rows import RowList

NEW_PHONE, OTHER_PHONE = "138 0000 4417", "138 0000 4471"
LUNCH, LUNCH_FAPIAO = "168.00", "25312000000477182093"
NOTE = "已回复不良反应处理流程，单主任满意。踝部水肿两例均为 10 mg，改 5 mg 后缓解。希望下次带来 75 岁以上亚组数据。"
QUERIES = ("张", "zhang", "zs", "协和 心内")


@dataclass(slots=True)
class Day:
    """What the steps share. `notice(name, window)` is told when a page is worth a picture."""

    folder: Path
    server: ServerProcess
    logins: dict[str, DemoLogin]
    receipt: Path
    diary: Diary
    notice: Callable[[str, QWidget], None] = lambda _name, _window: None
    seats: dict[str, Seat] = field(default_factory=dict)
    doctor_id: str = ""
    doctor_name: str = ""
    claim_id: str = ""
    second_claim_id: str = ""

    def play(self) -> None:
        """Play the whole day; raises NotSeenError where something does not come to be seen."""
        for title, part in (
            ("The central server starts, holding the demo company", self._open_office),
            ("Rep 林晓雨 signs in, the territory arrives", lambda step: self._sign_in(step, "rep01")),
            (
                "A second rep of the territory, 曾思远, signs in on another laptop",
                lambda step: self._sign_in(step, "rep02"),
            ),
            ("The network goes away", self._lose_network),
            ("Offline: the doctor is found by 张, zhang, zs and 协和 心内", self._find_doctor),
            ("Offline: a phone number is corrected", self._correct_phone),
            ("Offline: a new doctor is made", self._new_doctor),
            ("Offline: the visit is written, the receipt attached", self._write_visit),
            ("Offline: a claim is made from the visit and submitted", self._claim),
            ("Offline: a second claim, without a visit", self._second_claim),
            ("Meanwhile 曾思远 corrects the same phone otherwise, and another field", self._other_rep),
            ("The network is back, both sync", self._both_sync),
            ("The phone is a visible conflict; one click restores the other value", self._restore),
            ("Manager 韩启明 signs in and looks at both claims", self._manager_looks),
            ("Meanwhile the rep recalls and changes the second claim", self._change_second),
            ("Offline on the train: the manager approves both", self._approve_offline),
            ("The manager syncs: one holds, one changed since it was looked at", self._manager_syncs),
            ("The rep sees it approved, with the trail", self._rep_sees),
            ("Finance sees it payable", self._finance),
            ("The trail is verified on the server", self._verify),
            ("A last look at the other pages", self._look_around),
        ):
            with self.diary.step(title) as step:
                part(step)

    def close(self) -> None:
        """Close every laptop and stop the server."""
        for seat in self.seats.values():
            seat.close()
        self.server.stop()

    def window(self, login: str) -> MainWindow:
        """Turn to somebody's laptop."""
        return self.seats[login].activate()

    # --- the office in the morning ----------------------------------------------------------------------------------

    def _open_office(self, step: Step) -> None:
        self.server.start()
        step.notes.append(f"{self.server.url}, embedded SQLite")

    def _sign_in(self, step: Step, login: str) -> None:
        who = self.logins[login]
        seat = Seat(self.folder / login, self.server.url)
        self.seats[login] = seat
        if len(self.seats) == 1:
            assert seat.windows.sign_in is not None
            self.notice("sign-in", seat.windows.sign_in)
        window = seat.sign_in(who.login, who.password)
        seat.wait_synced(f"the territory of {login}")
        summary = window.summary
        if len(self.seats) == 1:
            settle(100)
            self.notice("today", window)
        step.notes.append(f"{window.person.name}: {summary.customers if summary else 0} customers, everything here")

    def _lose_network(self, step: Step) -> None:
        self.server.stop()
        window = self.window("rep01")
        press(window, "F5")
        wait_until(lambda: not window.context.sync.state().online, "the status bar says that there is no network")
        sentence = find(window, QLabel, "status_sentence").text()
        step.notes.append(f"status bar: {sentence}")

    # --- in the corridor --------------------------------------------------------------------------------------------

    def _find_doctor(self, step: Step) -> None:
        window = self.window("rep01")
        for query in QUERIES:
            press(window, "Ctrl+K")
            field_ = await_widget(window, QLineEdit, "palette_field")
            type_text(field_, query, replace=True)
            wait_until(lambda: self._first_hit(window).startswith("doctor:"), f"a doctor for {query!r}")
            hit = str(find(window, RowList, "palette_list").model().index(0, 0).data())
            step.notes.append(f"{query} → {hit}")
            if query == QUERIES[0]:
                self.notice("palette", window)
            if query != QUERIES[-1]:
                press(field_, "Escape")
        self.doctor_id, self.doctor_name = self._first_hit(window).split(":")[1], hit
        press(window, "Return")
        wait_until(lambda: window.shown == "doctor", "the doctor's page")
        wait_until(lambda: self._text(window, "doctor_name_label") == self.doctor_name, "the doctor's name")
        self.notice("doctor", window)

    @staticmethod
    def _first_hit(window: MainWindow) -> str:
        rows = next((one for one in window.findChildren(RowList, "palette_list") if one.isVisible()), None)
        return rows.current_key() if rows is not None else ""

    def _correct_phone(self, step: Step) -> None:
        window = self.window("rep01")
        self._edit_field(window, "doctor_mobile_edit", NEW_PHONE)
        step.notes.append(f"{self.doctor_name}: {NEW_PHONE}, saved here")

    def _edit_field(self, window: MainWindow, name: str, text: str) -> None:
        press(window, "E")
        edit = await_widget(window, QLineEdit, name)
        type_text(edit, text, replace=True)
        press(window, "Ctrl+S")
        wait_until(lambda: not edit.isVisible(), f"{name} is saved")

    def _new_doctor(self, step: Step) -> None:
        window = self.window("rep01")
        press(window, "Ctrl+2")
        wait_until(lambda: window.shown == "customers", "the customers")
        self.notice("customers", window)
        press(window, "Ctrl+N")
        dialog = await_widget(window, QWidget, "new_doctor")
        type_text(find(dialog, QLineEdit, "doctor_name_edit"), "仇若溪")
        place = find(dialog, QLineEdit, "doctor_institution_edit")
        type_text(place, "xiehe")
        await_widget(dialog, QWidget, "doctor_institution_list")
        press(place, "Return")
        type_text(find(dialog, QLineEdit, "doctor_department_edit"), "心血管内科")
        self.notice("new-doctor", dialog)
        click(find(dialog, Button, "new_doctor_save_button"))
        wait_until(lambda: not _alive(dialog), "the new doctor is saved")
        step.notes.append("仇若溪 · 心血管内科, usable at once, under review")

    def _write_visit(self, step: Step) -> None:
        window = self.window("rep01")
        window.navigate("doctor", id=self.doctor_id)
        wait_until(lambda: self._text(window, "doctor_name_label") == self.doctor_name, "the doctor's page")
        press(window, "V")
        note = await_widget(window, QPlainTextEdit, "visit_note_edit")
        wait_until(lambda: self._text(window, "visit_doctor_label") == self.doctor_name, "the report is open")
        pick(window, "visit_channel", "face_to_face")
        pick(window, "visit_duration", "10")
        for kind in ("visit_messages_", "visit_reaction_"):
            group = next(
                one for one in window.findChildren(Picklist) if one.objectName().startswith(kind) and one.isVisible()
            )
            click(next(one for one in group.findChildren(QWidget) if one.objectName().startswith(group.objectName())))
        pick(window, "visit_adverse", "no")
        type_text(note, NOTE)
        type_text(find(window, QLineEdit, "visit_next_step_edit"), "带来 75 岁以上亚组数据")
        press(find(window, QWidget, "visit_next_step_date"), "Up")
        press(window, "Ctrl+O")
        choose_file(window, self.receipt)
        wait_until(lambda: "1" in self._text(window, "visit_figures_label"), "the receipt is attached")
        self.notice("visit", window)
        step.notes.append(f"note of {len(NOTE)} characters, product, message, reaction, next step, {self.receipt.name}")

    def _claim(self, step: Step) -> None:
        window = self.window("rep01")
        press(window, "Ctrl+E")
        amount = await_widget(window, QLineEdit, "line_1_amount_edit")
        page = expenses(window)
        wait_until(lambda: page.editor.lines and page.editor.lines[0].has_receipt, "the receipt hangs on the line")
        self.claim_id = page.editor.claim_id
        amount = find(window, QLineEdit, "line_1_amount_edit")
        type_text(amount, LUNCH, replace=True)
        type_text(find(window, QLineEdit, "line_1_fapiao_edit"), LUNCH_FAPIAO, replace=True)
        type_text(find(window, QLineEdit, "line_1_description_edit"), "午餐，讨论指南更新")
        self.notice("expense-draft", window)
        press(window, "Ctrl+Return")
        wait_until(lambda: page.detail.view and page.detail.view.pending == "submit", "submitted, waiting to sync")
        self.notice("expenses", window)
        step.notes.append(f"¥{LUNCH} · {self._chip(window)}")
        press(window, "Alt+Left")
        wait_until(lambda: window.shown == "visit", "back at the visit")
        await_widget(window, QPlainTextEdit, "visit_note_edit")
        submit = find(window, Button, "visit_submit_button")
        wait_until(submit.isEnabled, "the report is open again")
        press(window, "Ctrl+Return")
        wait_until(lambda: window.shown != "visit", "the visit is submitted")

    def _second_claim(self, step: Step) -> None:
        window = self.window("rep01")
        press(window, "Ctrl+5")
        wait_until(lambda: window.shown == "expenses", "the expenses")
        page = expenses(window)
        press(window, "Ctrl+N")
        wait_until(lambda: page.editor.claim_id not in ("", self.claim_id), "a new claim")
        self.second_claim_id = page.editor.claim_id
        type_text(await_widget(window, QLineEdit, "claim_reason_edit"), "拜访途中打车")
        category = page.editor.lines[0].category
        category.setFocus()
        press(category, "Down")
        type_text(find(window, QLineEdit, "line_1_amount_edit"), "46.50", replace=True)
        press(window, "Ctrl+Return")
        wait_until(
            lambda: (view := page.detail.view) and view.row.id == self.second_claim_id and view.pending == "submit",
            "the second claim is submitted",
        )
        step.notes.append(f"¥46.50 · {self._chip(window)}")

    def _other_rep(self, step: Step) -> None:
        window = self.window("rep02")
        window.navigate("doctor", id=self.doctor_id)
        wait_until(lambda: self._text(window, "doctor_name_label") == self.doctor_name, "the same doctor")
        press(window, "E")
        phone = await_widget(window, QLineEdit, "doctor_mobile_edit")
        type_text(phone, OTHER_PHONE, replace=True)
        type_text(find(window, QLineEdit, "doctor_email_edit"), "doctor.new@example.org", replace=True)
        press(window, "Ctrl+S")
        wait_until(lambda: not phone.isVisible(), "the other rep's edit is saved")
        press(window, "Ctrl+Shift+O")  # this laptop stays off the network until the first one has synced
        wait_until(lambda: window.context.sync.state().phase == "offline", "the other rep works offline")
        step.notes.append(f"{OTHER_PHONE} and an e-mail address, saved on the other laptop")

    # --- the evening ------------------------------------------------------------------------------------------------

    def _both_sync(self, step: Step) -> None:
        self.server.start()
        self.seats["rep01"].sync("the first rep's work is accepted")
        other = self.window("rep02")
        press(other, "Ctrl+Shift+O")
        wait_until(lambda: other.context.sync.state().phase != "offline", "the other rep is back on the network")
        self.seats["rep02"].sync("the second rep's work is accepted")
        self.seats["rep01"].sync("the first rep hears of it")
        window = self.window("rep01")
        window.navigate("doctor", id=self.doctor_id)
        wait_until(lambda: self._values(window).get("email") == "doctor.new@example.org", "the e-mail is merged")
        wait_until(lambda: self._values(window).get("mobile") == OTHER_PHONE, "the later phone is in use")
        step.notes.append("the e-mail is merged; the phone was changed by both")

    def _restore(self, step: Step) -> None:
        window = self.window("rep01")
        press(window, "Ctrl+6")
        await_widget(window, Button, "conflict_use_loser_button")
        conflict = self._conflicts(window)[0]
        shown = (conflict.loser_value, conflict.loser_by, conflict.winner_value, conflict.winner_by)
        assert shown == (NEW_PHONE, "林晓雨", OTHER_PHONE, "曾思远"), shown
        self.notice("sync-conflict", window)
        step.notes.append(
            f"{shown[0]} ({shown[1]}, {conflict.loser_at[:16]}) · {shown[2]} ({shown[3]}, {conflict.winner_at[:16]})"
        )
        click(await_widget(window, Button, "conflict_use_loser_button"))  # a picture made the cards anew
        wait_until(lambda: not self._conflicts(window), "the conflict is settled")
        self.seats["rep01"].sync("the restored value is accepted")
        wait_until(lambda: self._values(window).get("mobile") == NEW_PHONE, "the other value is back")
        step.notes.append(f"in use again: {NEW_PHONE}")

    # --- the manager ------------------------------------------------------------------------------------------------

    def _manager_looks(self, step: Step) -> None:
        self._sign_in(step, "manager1")
        window = self.window("manager1")
        for claim_id in (self.second_claim_id, self.claim_id):
            view = self._open_approval(window, claim_id)
            step.notes.append(f"{view.row['title']} · {len(view.receipts)} receipt(s) · {len(view.budgets)} budget(s)")
        wait_until(lambda: all(one.present for one in self._approval(window).receipts), "the receipt is here")
        press(window, "Ctrl+Shift+O")
        wait_until(lambda: window.context.sync.state().phase == "offline", "the manager is offline")

    def _change_second(self, step: Step) -> None:
        window = self.window("rep01")
        page = expenses(window)
        window.navigate("expenses", id=self.second_claim_id)
        wait_until(lambda: page.detail.view and page.detail.view.row.id == self.second_claim_id, "the second claim")
        wait_until(lambda: page.recall_button.isVisible(), "it can be recalled")
        press(window, "Ctrl+B")
        wait_until(
            lambda: (view := page.detail.view) and (view.pending == "recall" or view.row["state"] == "draft"),
            "the recall is queued",
        )
        self.seats["rep01"].sync("the recall is accepted")
        amount = await_widget(window, QLineEdit, "line_1_amount_edit")
        type_text(amount, "49.50", replace=True)
        press(window, "Ctrl+Return")
        wait_until(
            lambda: (view := page.detail.view) and (view.pending == "submit" or view.row["state"] == "submitted"),
            "it is submitted again",
        )
        self.seats["rep01"].sync("the changed claim is accepted")
        step.notes.append("¥46.50 became ¥49.50")

    def _approve_offline(self, step: Step) -> None:
        window = self.window("manager1")
        for claim_id in (self.claim_id, self.second_claim_id):
            view = self._open_approval(window, claim_id)
            if claim_id == self.claim_id:
                self.notice("approvals", window)
            press(window, "A")
            wait_until(lambda: self._approval(window).pending == "approve", "approved, waiting to sync")
            step.notes.append(f"approved on this laptop: {view.row['title']}")

    def _manager_syncs(self, step: Step) -> None:
        window = self.window("manager1")
        press(window, "Ctrl+Shift+O")
        wait_until(lambda: window.context.sync.state().phase != "offline", "the manager is online")
        self.seats["manager1"].sync("the decisions are answered")
        window.navigate("sync")
        reason = await_widget(window, QLabel, "refused_reason")
        step.notes.append(f"refused: {reason.text()}")
        self.notice("sync-refused", window)
        refused = window.context.desk.ask(lambda reads: reads.refused()).result()
        assert [(one.code, one.row_id) for one in refused] == [("changed_since_seen", self.second_claim_id)], refused

    def _rep_sees(self, step: Step) -> None:
        self.seats["rep01"].sync("the approval arrives")
        window = self.window("rep01")
        window.navigate("expenses", id=self.claim_id)
        page = expenses(window)
        wait_until(
            lambda: (view := page.detail.view) and view.row.id == self.claim_id and view.row["state"] in _APPROVED,
            "the claim is approved",
        )
        view = page.detail.view
        assert view is not None
        other = window.context.desk.ask(lambda reads: reads.claim(self.second_claim_id)).result()
        assert other.row["state"] == "submitted", other.row["state"]
        self.notice("expense-approved", window)
        trail = " → ".join(f"{entry.action} {entry.who}" for entry in view.trail)
        step.notes.append(f"{view.row['state']}: {trail}")

    def _finance(self, step: Step) -> None:
        window = self.window("manager1")
        self._call_back(window, step)
        self._sign_in(step, "finance")
        window = self.window("finance")
        view = self._open_approval(window, self.claim_id)
        assert view.row["state"] == "payable", view.row["state"]
        self.notice("finance", window)
        step.notes.append(f"payable: {view.row['title']} ¥{LUNCH}, receipt and trail with it")

    def _call_back(self, window: MainWindow, step: Step) -> None:
        """Offline: call back about a visit and claims of the sample, the oldest and the day's where it was drawn."""
        press(window, "Ctrl+Shift+O")
        wait_until(lambda: window.context.sync.state().phase == "offline", "the manager is offline")
        step.notes.append(call_about_visit(window, self.doctor_id, self.notice))
        items = window.context.desk.ask(lambda reads: reads.approvals()).result()
        sample = [one for one in items if one.state == "to_call_back" and not one.pending]
        for item in [one for one in sample if one is sample[0] or one.id == self.claim_id]:
            self._open_approval(window, item.id)
            call_about_claim(window, self.notice)
            wait_until(lambda: self._approval(window).call_backs, "the call-back stands beside the claim")
            step.notes.append(f"called back about {item.title}: confirmed")
            self.notice("approvals-called-back", window)
        self._go(window, "team", {})
        settle(100)
        self.notice("team", window)
        press(window, "Ctrl+Shift+O")
        wait_until(lambda: window.context.sync.state().phase != "offline", "the manager is online")
        self.seats["manager1"].sync("the call-backs are accepted")

    def _verify(self, step: Step) -> None:
        step.notes.append(self.server.run("audit", "verify").splitlines()[-1])

    def _look_around(self, step: Step) -> None:
        window = self.window("rep01")
        place = self.seats["rep01"].main.context.desk.ask(
            lambda reads: reads.doctor(self.doctor_id).affiliations[0].institution_id
        )
        for name, page, args in (
            ("institution", "institution", {"id": place.result()}),
            ("plan", "plan", {}),
            ("visits", "visit", {}),
            ("import", "import", {}),
            ("sync", "sync", {}),
            ("settings", "settings", {}),
        ):
            self._go(window, page, args)
            settle(100)
            self.notice(name, window)
            step.notes.append(f"{name}: {window.page(page).title}")

    @staticmethod
    def _go(window: MainWindow, page: str, args: dict[str, str]) -> None:
        window.navigate(page, **args)
        wait_until(lambda: window.shown == page, page)

    # --- looking ----------------------------------------------------------------------------------------------------

    def _open_approval(self, window: MainWindow, claim_id: str) -> ClaimView:
        window.navigate("approvals", id=claim_id)
        page = window.page("approvals")
        assert isinstance(page, ApprovalsPage)
        wait_until(lambda: page.detail.view and page.detail.view.row.id == claim_id, "the claim is on the screen")
        return self._approval(window)

    def _approval(self, window: MainWindow) -> ClaimView:
        page = window.page("approvals")
        assert isinstance(page, ApprovalsPage)
        assert page.detail.view is not None
        return page.detail.view

    def _values(self, window: MainWindow) -> dict[str, object]:
        return dict(window.context.desk.ask(lambda reads: reads.row("doctor", self.doctor_id)).result().values)

    def _conflicts(self, window: MainWindow) -> list[ConflictView]:
        found = window.context.desk.ask(lambda reads: reads.conflicts()).result()
        return [one for one in found if one.row_id == self.doctor_id]

    @staticmethod
    def _text(window: MainWindow, name: str) -> str:
        label = next((one for one in window.findChildren(QLabel, name) if one.isVisible()), None)
        return label.text() if label is not None else ""

    @staticmethod
    def _chip(window: MainWindow) -> str:
        view = expenses(window).detail.view
        return claim_words.state_chip(view.row["state"], view.pending, view.refusal)[0] if view else ""


_APPROVED = frozenset({"payable", "to_call_back"})
_LISTS_S = 5.0
"""How long a file dialog may take to close before it counts as being in the way of itself."""


def expenses(window: MainWindow) -> ExpensesPage:
    """Return the page of expenses of a window."""
    page = window.page("expenses")
    assert isinstance(page, ExpensesPage)
    return page


def pick(window: MainWindow, group: str, code: str) -> None:
    """Click one entry of a picklist."""
    click(find(window, QWidget, f"{group}_{code}"))


def choose_file(window: MainWindow, path: Path) -> None:
    """Type a path into the file dialog that is open and press Enter."""
    wait_until(lambda: any(one.isVisible() for one in window.findChildren(QFileDialog)), "the file dialog")
    dialog = next(one for one in window.findChildren(QFileDialog) if one.isVisible())
    edit = dialog.findChild(QLineEdit, "fileNameEdit")
    if edit is None:
        raise NotSeenError("the file dialog has no field for a name")
    edit.setText("")
    type_text(edit, str(path))
    press(edit, "Return")
    with suppress(NotSeenError):
        wait_until(lambda: not _alive(dialog), "the file dialog closes", _LISTS_S)
        return
    press(edit, "Return")  # the list of what could be meant came in between and took the first
    wait_until(lambda: not _alive(dialog), "the file dialog closes")


def _alive(widget: QWidget) -> bool:
    return bool(shiboken6.isValid(widget)) and widget.isVisible()
