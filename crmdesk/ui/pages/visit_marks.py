"""What is said of an earlier visit without opening it: that what was promised was kept, what was asked is answered."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject

from crmdesk.services.commands import EditRow
from crmdesk.services.views import Row
from crmdesk.ui.context import PageContext

translate = QCoreApplication.translate
_SHORT = 24


def mark_kept(context: PageContext, owner: QObject, visit: Row) -> None:
    """Note that the promise of a visit was kept; undo takes it back."""
    reason, what = translate("visit_marks", "承诺已兑现"), str(visit["next_step"] or "")
    _mark(context, owner, visit, "next_step_done", reason, lambda: _of(translate("visit_marks", "已记为兑现"), what))


def mark_answered(context: PageContext, owner: QObject, visit: Row) -> None:
    """Note that the question of a visit was answered; undo takes it back."""
    reason, what = translate("visit_marks", "已答复"), str(visit["questions"] or "")
    _mark(context, owner, visit, "questions_done", reason, lambda: _of(translate("visit_marks", "已答复"), what))


def _of(said: str, what: str) -> str:
    """Say of what it was noted: who undoes several steps sees no more of it than this."""
    short = what if len(what) <= _SHORT else f"{what[:_SHORT]}…"
    return translate("visit_marks", "{said}：{what}").format(said=said, what=short.replace("\n", " "))


def _mark(context: PageContext, owner: QObject, visit: Row, field: str, reason: str, said: Callable[[], str]) -> None:
    command = EditRow("visit", visit.id, {field: True}, visit.revision, reason)
    context.submit(owner, command, lambda outcome: context.toast(said, outcome.undo_token))
