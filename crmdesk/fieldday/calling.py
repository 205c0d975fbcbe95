"""The manager's calls of the day: K, the outcome, Ctrl+Enter, about a claim that waits and about a visit."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from crmdesk.fieldday.hands import await_widget, press, type_text, wait_until
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.pages.call_back_dialog import CallBackDialog
from crmdesk.ui.parts.buttons import Button

Notice = Callable[[str, QWidget], None]
_ACTION = "timeline_action_call_back:"


def call_about_claim(window: MainWindow, notice: Notice) -> None:
    """Note the call-back about the claim that is on the Approvals page; it was as claimed."""
    page = window.page("approvals")
    wait_until(await_widget(page, Button, "approvals_call_back_button").isEnabled, "the claim can be called back")
    press(window, "K")
    _confirm(page, "call-back-claim", notice)


def call_about_visit(window: MainWindow, doctor_id: str, notice: Notice) -> str:
    """Note a call-back about the latest visit to a doctor, from the doctor's page; returns what was noted, in words."""
    window.navigate("doctor", id=doctor_id)
    page = window.page("doctor")
    wait_until(
        lambda: any(_ACTION in one.objectName() for one in page.findChildren(Button)), "a visit can be asked about"
    )
    press(page, "K")
    _confirm(page, "call-back-visit", notice)
    notice("doctor-called-back", window)
    rows = window.context.desk.ask(lambda reads: reads.rows("call_back")).result()
    row = max((one for one in rows if one["doctor_id"] == doctor_id), key=lambda one: one.id)
    return f"called back about a visit: {row['way']}, {', '.join(row['asked'])} {row['outcome']}"


def _confirm(page: QWidget, name: str, notice: Notice) -> None:
    wait_until(lambda: _dialogs(page), "the call-back is asked for")
    dialog = _dialogs(page)[0]
    notice(name, dialog)
    if not dialog.doctor.isVisible():
        type_text(dialog.note, "会务前台")
    elif not dialog.doctor.value():
        press(dialog.doctor, "Right")
    press(dialog.outcome, "1")
    notice(f"{name}-confirmed", dialog)
    press(dialog, "Ctrl+Return")
    wait_until(lambda: not _dialogs(page), "the call-back is taken")


def _dialogs(page: QWidget) -> list[CallBackDialog]:
    return [one for one in page.findChildren(CallBackDialog) if one.isVisible()]
