"""What a claim lacks before it can be submitted, in words: at each field what to do, and all of it in one sentence."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from crmdesk.domain.claims import RECEIPT_THRESHOLD_FEN, Lack
from crmdesk.domain.money_records import CLAIM_LINE
from crmdesk.ui import language
from crmdesk.ui.pages.claim_words import yuan

_LINE_FIELDS = {field.name: field for field in CLAIM_LINE}


def line_word(name: str) -> str:
    """Return the name of a field of a line in the language in use."""
    field = _LINE_FIELDS[name]
    return field.zh if language.current() == language.CHINESE else field.en


def fault_word(lack: Lack) -> str:
    """Return what stands at the field: what to do there."""
    translate = QCoreApplication.translate
    words = {
        "title": translate("claim_faults", "写上事由"),
        "visit_id": translate("claim_faults", "没有拜访：写明原因"),
        "lines": translate("claim_faults", "至少写一项：金额"),
        "spent_on": translate("claim_faults", "选日期"),
        "amount_fen": translate("claim_faults", "填写金额，例如 1,234.50"),
        "doctor_ids": translate("claim_faults", "选参加的医生；没有就先在上面添加"),
        "receipt_sha256s": translate("claim_faults", "满 {amount} 要附凭证").format(amount=yuan(RECEIPT_THRESHOLD_FEN)),
    }
    return words.get(lack.field, line_word(lack.field) if lack.line else lack.field)


def all_faults(lacks: Sequence[Lack]) -> str:
    """Return one sentence that names everything that is missing; '' for nothing."""
    if not lacks:
        return ""
    text = QCoreApplication.translate("claim_faults", "还缺：{what}。草稿已保存。")
    return text.format(what=QCoreApplication.translate("claim_faults", "、").join(_place(one) for one in lacks))


def _place(lack: Lack) -> str:
    translate = QCoreApplication.translate
    if lack.line:
        field = language.within(line_word(lack.field))
        return translate("claim_faults", "第 {line} 项的{field}").format(line=lack.line, field=field)
    return language.within(language.field_word("claim", "reason" if lack.field == "visit_id" else lack.field))
