"""The words of an import: what a file is, what was noticed in it, and why a row was not taken."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from crmdesk.domain.custom_fields import is_custom, key_of
from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.import_sentences import why_it_stays
from crmdesk.intake import Action, Preview, ReportLine
from crmdesk.intake.columns import field_of
from crmdesk.intake.hospital_likeness import Reason
from crmdesk.services.import_undo import in_order
from crmdesk.ui import language, own_fields, words

TONES = {Action.CREATE: "info", Action.SAME: "ok", Action.DUPLICATE_PARKED: "warn", Action.REFUSED: "bad"}
"""Rows that head a block are never listed."""
_RECORD_SHOWN = frozenset({"institution.name", "doctor.name", "department.name"})


def _words() -> dict[str, str]:
    """Return the sentences that an import says otherwise than the rest of the windows, by code."""
    translate = QCoreApplication.translate
    return {
        "too_many_rows": translate("import_words", "表太长：最多 {limit} 行。请分成几个文件，再一个一个导入。"),
        "file_too_large": translate("import_words", "文件太大：最多 {limit_mb} MB。没有导入任何内容。"),
        "empty_file": translate("import_words", "这个文件是空的，没有可以导入的内容。"),
        "damaged_file": translate("import_words", "这个文件已损坏，没有导入任何内容。请重新取得一份。"),
        "no_rows": translate("import_words", "表里只有表头，没有数据行。"),
        "no_customers": translate("import_words", "看不出这是医生还是机构的名单。请在上面选一种，再指定各列。"),
        "duplicate_in_file": translate("import_words", "与文件第 {row} 行是同一个，没有重复新建。"),
        "same_name_other_department": translate("import_words", "同一医院另一科室已有同名医生，等你判断是不是同一人。"),
        "same_name_spelled_otherwise": translate("import_words", "已新建。第 {row} 行只是写法不同，请看是不是同一家。"),
        "alias_of_other": translate("import_words", "已新建。这个名称也是另一家机构的别名，请看是不是同一家。"),
        "hospital_ambiguous": translate("import_words", "有几家医院都叫“{hospital}”。没有导入，请确定是哪一家。"),
        "hospital_unsure": translate("import_words", "“{hospital}”可能是：{names}。没有导入，请确定是哪一家。"),
        "hospital_matched": translate("import_words", "已新建。医院“{hospital}”按“{name}”归入（{why}），请核对。"),
        "hospital_uncertain": translate("import_words", "已新建。医院名称“{name}”像是两家连在一起，请核对。"),
        "hospital_from_above": translate(
            "import_words", "已新建。医院取自上面：第 {row} 行的“{hospital}”（用到第 {last} 行），请核对。"
        ),
        "required": translate("import_words", "这一行没有“{field}”。"),
        "too_long": translate("import_words", "“{field}”太长：{length} 字，最多 {limit}。"),
        "wrong_kind": translate("import_words", "“{field}”的格式不对。"),
        "not_in_list": translate("import_words", "“{field}”的值“{value}”不在可选项里。"),
    }  # fmt: skip


_LIKENESS = frozenset(Reason)


def likeness_word(reason: str) -> str:
    """Return why two names are, or may be, one hospital."""
    translate = QCoreApplication.translate
    return {
        Reason.SAME: translate("import_words", "名称相同"),
        Reason.ALIAS: translate("import_words", "别名相同"),
        Reason.FORMER_NAME: translate("import_words", "曾用名相同"),
        Reason.PLACE_ADDED: translate("import_words", "只多了或少了上级地名"),
        Reason.PLACE_SHORTENED: translate("import_words", "地名简写"),
        Reason.PLACE_CHANGED: translate("import_words", "地名相同，县、市、区不同"),
        Reason.SPELLING: translate("import_words", "写法不同"),
        Reason.SHORT_FORM: translate("import_words", "简称"),
        Reason.OWNER_ADDED: translate("import_words", "多了所属单位"),
        Reason.BRANCH: translate("import_words", "院区或分院不同"),
        Reason.SIMILAR: translate("import_words", "名称相近"),
    }[Reason(reason)]


class _Given(dict[str, Any]):
    """Parameters of a sentence; a missing one shows as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """Return the sentence for a code of the import, falling back to the words of all windows."""
    own = _words().get(code)
    if own is None:
        return words.sentence(code, {**params, **_named(params)})
    return own.format_map(_Given({**params, **_named(params)})) + words.remark_words(params)


def _named(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters as people read them: fields, sizes, candidates."""
    named: dict[str, str] = {}
    if "field" in params:
        named["field"] = field_text(str(params["field"]))
    if "limit_bytes" in params:
        named["limit_mb"] = str(int(params["limit_bytes"]) // 2**20)
    if isinstance(params.get("limit"), int):
        named["limit"] = f"{params['limit']:,}"
    if params.get("reason") in _LIKENESS:
        named["why"] = likeness_word(str(params["reason"]))
    if params.get("candidates"):
        named["names"] = _quoted(" ".join(str(part) for part in one[1:] if part) for one in params["candidates"][:3])
    return named


def _quoted(names: Iterable[str]) -> str:
    if language.current() == language.CHINESE:
        return "、".join(f"“{name}”" for name in names)
    return ", ".join(f"'{name}'" for name in names)


def field_text(name: str) -> str:
    """Return the words of a field, given as `doctor.mobile` or by its bare name."""
    if "." in name and not is_custom(name):
        return target_word(name)
    for record in ("doctor", "institution", "department"):
        shown = language.field_word(record, name)
        if shown and shown != key_of(name):
            return shown
    return name


def target_word(target: str, kind: str = "") -> str:
    """Return what a column becomes: the field, with its record where that is not the record of the list."""
    record, _dot, name = target.partition(".")
    field = own_fields.field_of(record, name) or field_of(target)
    shown = field.zh if language.current() == language.CHINESE else field.en
    if target in _RECORD_SHOWN or (kind and record != kind):
        return f"{language.record_word(record)} · {shown}"
    return shown


def error_sentence(error: BaseException) -> str:
    """Return what went wrong with a file in words."""
    return sentence(error.code, error.params) if isinstance(error, CrmdeskError) else words.error_sentence(error)


def action_word(action: Action) -> str:
    """Return what happened to a row."""
    translate = QCoreApplication.translate
    return {
        Action.CREATE: translate("import_words", "请核对"),
        Action.SAME: translate("import_words", "已有"),
        Action.DUPLICATE_PARKED: translate("import_words", "放在一边"),
        Action.REFUSED: translate("import_words", "没有导入"),
        Action.HEADING: translate("import_words", "段首"),
    }[action]


def line_sentence(line: ReportLine) -> str:
    """Return why a row is in the list of the result."""
    return sentence(line.code, line.params)


def file_line(preview: Preview) -> str:
    """Return what a file turned out to be, on one line: kind, encoding, delimiter, rows, header."""
    translate = QCoreApplication.translate
    delimiters = {
        ",": translate("import_words", "逗号分隔"),
        ";": translate("import_words", "分号分隔"),
        "\t": translate("import_words", "制表符分隔"),
        "|": translate("import_words", "竖线分隔"),
    }
    parts = [preview.file_kind]
    if preview.encoding:
        parts.append(preview.encoding.upper().replace("_", "-"))
    if preview.delimiter:
        parts.append(delimiters.get(preview.delimiter, preview.delimiter))
    parts.append(translate("import_words", "{count} 行数据").format(count=f"{preview.row_count:,}"))
    if preview.header_row:
        parts.append(translate("import_words", "表头在第 {row} 行").format(row=preview.header_row))
    elif preview.file_kind != "vcard":  # cards have none
        parts.append(translate("import_words", "没有表头"))
    return " · ".join(parts)


def counts_words(counts: Mapping[str, int]) -> str:
    """Return how many rows of each record, on one line."""
    return " · ".join(f"{language.record_word(name)} {count:,}" for name, count in in_order(counts))


def why_word(why: str) -> str:
    """Return why a row stays of an import that is taken back."""
    return why_it_stays(why)[language.current() != language.CHINESE]
