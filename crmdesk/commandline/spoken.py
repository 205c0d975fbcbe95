"""What the command line says of changes, claims and hits in words: actions, what waits, reasons, values with names."""

from collections.abc import Mapping
from typing import Any

from crmdesk.commandline.output import Output
from crmdesk.domain import picklists
from crmdesk.domain.custom_fields import NONE, Definitions, key_of
from crmdesk.domain.phones import grouped
from crmdesk.domain.records import CUSTOM, RECORDS
from crmdesk.services.views import Hit

_ACTIONS: dict[str, tuple[str, str]] = {
    "create": ("新建", "made"),
    "edit": ("修改", "changed"),
    "delete": ("删除", "removed"),
    "submit": ("提交", "submitted"),
    "recall": ("撤回", "recalled"),
    "approve": ("批准", "approved"),
    "send_back": ("退回", "sent back"),
    "reject": ("驳回", "rejected"),
    "call_back_confirmed": ("回访属实", "confirmed by a call-back"),
    "call_back_disputed": ("回访有异议", "disputed by a call-back"),
    "settle": ("裁定", "settled"),
    "pay": ("支付", "paid"),
    "accept": ("同意", "agreed"),
    "decline": ("不同意", "declined"),
    "withdraw": ("撤回", "withdrawn"),
    "merge": ("合并", "merged"),
    "restore": ("恢复", "restored"),
    "resolve": ("处理冲突", "conflict settled"),
}
_REASONS = {"reject": "reject_reason", "settle": "dispute_outcome"}
_HITS: dict[str, tuple[str, str]] = {
    "name": ("姓名", "name"),
    "pinyin": ("拼音", "pinyin"),
    "initials": ("首字母", "initials"),
    "alias": ("别名", "alias"),
    "mixed": ("拼音", "pinyin"),
    "hospital": ("医院", "hospital"),
    "department": ("科室", "department"),
    "area": ("地区", "area"),
    "short_form": ("简称", "short form"),
    "mobile": ("手机", "mobile"),
    "phone": ("电话", "phone"),
}


def action(output: Output, name: str) -> str:
    """Return what somebody did, in words."""
    pair = _ACTIONS.get(name.rpartition(".")[2])
    return output.pick(*pair) if pair else name


def waits(output: Output, event: str) -> str:
    """Return what is queued on this laptop, '' for nothing."""
    return output.pick(f"{action(output, event)}，等待同步", f"{action(output, event)}, waits to sync") if event else ""


def hit(output: Output, found: Hit) -> str:
    """Return why something was found, with the number where it was found by one."""
    pair = _HITS.get(found.reason)
    return f"{output.pick(*pair) if pair else found.reason} {grouped(found.number)}".rstrip()


def reason(output: Output, of: str, text: str) -> str:
    """Return the reason of a decision, with the word for the code that may stand before it."""
    code, colon, comment = text.partition(": ")
    picklist = _REASONS.get(of.rpartition(".")[2], "")
    if not picklist or code not in picklists.codes(picklist):
        return text
    return output.choice(picklist, code) + (f" · {comment}" if colon else "")


def about(output: Output, record: str, title: str, did: str) -> str:
    """Return a change in one line: what kind of record, which one, what was done."""
    kind = output.pick(RECORDS[record].zh, RECORDS[record].en) if record in RECORDS else record
    return " · ".join(part for part in (kind, title, action(output, did)) if part)


def field(output: Output, record: str, name: str, defined: Definitions = NONE) -> str:
    """Return the name of a field, a company field's too."""
    declared = defined.find(record, name) or (RECORDS[record].by_name.get(name) if record in RECORDS else None)
    return output.field(declared) if declared else key_of(name)


def value(
    output: Output, record: str, name: str, given: Any, defined: Definitions = NONE, names: Mapping[str, str] = {}
) -> str:
    """Return a value in words; `names` are those of the rows that it may point at."""
    if given in (None, "", [], {}):
        return "—"
    if isinstance(given, str) and given in names:
        return names[given]
    if isinstance(given, list) and given and all(isinstance(one, str) and one in names for one in given):
        return output.pick("、", ", ").join(names[one] for one in given)
    if name == CUSTOM.name and isinstance(given, dict):
        parts = [
            f"{field(output, record, f'custom.{key}', defined)}: "
            f"{value(output, record, f'custom.{key}', part, defined, names)}"
            for key, part in given.items()
        ]
        return output.pick("；", "; ").join(parts)
    declared = defined.find(record, name) or (RECORDS[record].by_name.get(name) if record in RECORDS else None)
    return output.value(record, declared, given) if declared else str(given)
