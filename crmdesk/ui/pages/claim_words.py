"""The words of a claim: states, what is queued for it, its trail and its findings, in the language in use."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from crmdesk.domain import picklists
from crmdesk.domain.money import format_fen
from crmdesk.services.views import ClaimItem, ClaimView, HistoryEntry
from crmdesk.ui import language, words

STATE_TONES = {
    "draft": "neutral",
    "submitted": "info",
    "returned": "warn",
    "rejected": "bad",
    "to_call_back": "warn",
    "disputed": "bad",
    "payable": "accent",
    "paid": "ok",
    "clawback": "bad",
}

_ANSWERS = {"returned": "send_back", "rejected": "reject"}
"""State in which the person has to know why → the event that brought it."""
_REASONS = {"reject": "reject_reason", "settle": "dispute_outcome"}


def yuan(amount_fen: int) -> str:
    """Return an amount with its sign, `¥1,680.00`."""
    return f"¥{format_fen(amount_fen)}"


def whole_yuan(amount_fen: int) -> str:
    """Return an amount with its sign, without the decimals where they are zero: `¥1,680`."""
    return yuan(amount_fen).removesuffix(".00")


def pending_word(event: str) -> str:
    """Return what a queued event says on a chip: it is saved here and waits to be sent."""
    translate = QCoreApplication.translate
    words = {
        "submit": translate("claim_words", "已提交，待同步"),
        "recall": translate("claim_words", "撤回待同步"),
        "approve": translate("claim_words", "批准待同步"),
        "send_back": translate("claim_words", "退回待同步"),
        "reject": translate("claim_words", "驳回待同步"),
        "pay": translate("claim_words", "支付待同步"),
        "settle": translate("claim_words", "裁定待同步"),
        "call_back_confirmed": translate("claim_words", "回访属实，待同步"),
        "call_back_disputed": translate("claim_words", "回访有异议，待同步"),
    }
    return words.get(event, translate("claim_words", "待同步"))


def state_chip(state: str, pending: str, refusal: str) -> tuple[str, str]:
    """Return (words, tone) of the chip of a claim: what needs the person first, then what waits, then the state."""
    if refusal:
        if refusal == "changed_since_seen":
            return QCoreApplication.translate("claim_words", "看过之后有改动"), "info"
        return QCoreApplication.translate("claim_words", "需要你处理"), "warn"
    if pending:
        return pending_word(pending), "info"
    return language.choice_word("claim_state", state or "draft"), STATE_TONES.get(state or "draft", "neutral")


def item_chip(item: ClaimItem) -> tuple[str, str]:
    """Return the chip of a line in a list of claims."""
    return state_chip(item.state, item.pending, item.refusal)


def action_word(action: str) -> str:
    """Return what an entry of the trail did, in words."""
    translate = QCoreApplication.translate
    words = {
        "create": translate("claim_words", "新建"),
        "edit": translate("claim_words", "修改"),
        "submit": translate("claim_words", "提交"),
        "recall": translate("claim_words", "撤回"),
        "approve": translate("claim_words", "批准"),
        "send_back": translate("claim_words", "退回"),
        "reject": translate("claim_words", "驳回"),
        "call_back_confirmed": translate("claim_words", "回访确认"),
        "call_back_disputed": translate("claim_words", "回访有争议"),
        "settle": translate("claim_words", "争议处理"),
        "pay": translate("claim_words", "支付"),
    }
    return words.get(action.removeprefix("claim."), action)


def reason_words(action: str, reason: str) -> str:
    """Return the reason of an entry of the trail, with the word for the code that a decision put before it."""
    code, colon, comment = reason.partition(": ")
    picklist = _REASONS.get(action.removeprefix("claim."), "")
    if not picklist or code not in {entry.code for entry in picklists.PICKLISTS[picklist]}:
        return reason
    return language.choice_word(picklist, code) + (f" · {comment}" if colon else "")


def trail_words(entry: HistoryEntry, who: str) -> str:
    """Return what an entry of the trail did, by whom and, where it was said, why."""
    what = f"{action_word(entry.action)} · {who}"
    reason = reason_words(entry.action, entry.reason)
    if not reason:
        return what
    return QCoreApplication.translate("claim_words", "{what}：{reason}").format(what=what, reason=reason)


def answer_words(view: ClaimView) -> str:
    """Return who sent a claim back or refused it, and why; '' once it is on its way again."""
    event = _ANSWERS.get(str(view.row["state"]))
    if event is None or view.pending:
        return ""
    for entry in reversed(view.trail):
        if entry.action.removeprefix("claim.") == event:
            return trail_words(entry, entry.who)
    return str(view.row["decision_comment"] or "")


def finding_words(finding: Mapping[str, Any]) -> tuple[str, str]:
    """Return (sentence, rule) of a policy finding."""
    return words.finding(str(finding.get("code")), finding.get("params") or {})
