"""How the command line speaks: plain sentences or one JSON document, and its exit codes."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from crmdesk.domain import picklists
from crmdesk.domain.clock import DEFAULT_ZONE, from_text
from crmdesk.domain.decimals import format_decimal
from crmdesk.domain.errors import CrmdeskError, WorldError
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.money import format_fen
from crmdesk.domain.records import RECORDS
from crmdesk.domain.terminal import plain
from crmdesk.domain.usage import MISUSE
from crmdesk.services.views import ACCEPTED, NEEDS_YOU, SAVED_HERE, SENT
from crmdesk.ui import words

OK, REFUSED, USAGE, WORLD = 0, 1, 2, 3
"""Exit codes: done; your input or a rule says no; the command line itself is wrong; disk, network, key or server."""

_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
"""As the records hold it; people are told the local time, JSON keeps it."""

_OWN = {
    **MISUSE,
    "no_assignment": (
        "“{value}”看不懂。请写成 字段=值，例如 mobile=13800000000。",
        "'{value}' cannot be read. Write field=value, for example mobile=13800000000.",
    ),
    "not_found_here": (
        "本机没有符合“{text}”的{record}。",
        "Nothing on this laptop fits '{text}' ({record}).",
    ),
    "several_found": (
        "“{text}”符合 {count} 条记录。请写得更具体，或用编号。",
        "'{text}' fits {count} records. Say more, or use the id.",
    ),
    "no_terminal": (
        "需要输入密码，但这里没有终端。请用 --password-stdin 或 --passphrase-stdin。",
        "A password is needed and there is no terminal. Use --password-stdin or --passphrase-stdin.",
    ),
    "line_number": ("报销单没有第 {line} 项。", "The claim has no line {line}."),
    "replica_differs": (
        "本机与服务器的内容仍不一致：{scopes}。请运行 crmdesk sync --once --anew，或联系支持人员。",
        "This laptop and the server still differ in {scopes}. Run crmdesk sync --once --anew, or call support.",
    ),
    "work_offline": ("正在离线工作。", "Working offline."),
    "shrunk": (
        "服务器要从 {scope} 移走 {gone} 条（本机有 {held} 条），同步已停下。辖区调整过属正常；"
        "服务器刚从备份恢复过，请先问管理员有没有更新的备份。确认无误后运行 crmdesk sync --once --accept-removals。",
        "The server takes {gone} of the {held} rows of {scope} away; the sync stopped. That is right where territories"
        " moved; where the server came back from a backup, ask first whether there is a newer one. If it is right, run"
        " crmdesk sync --once --accept-removals.",
    ),
    "server_cannot_take": (
        "服务器无法处理这项更改。原文保留着；可以修改后重试。",
        "The server could not take this change. Your text is kept; change it and try again.",
    ),
    "file_unreadable": ("读不了文件 {path}：{reason}。", "The file {path} cannot be read: {reason}."),
    "no_cycle_plan": (
        "这一天没有周期计划，不能申请目标。",
        "There is no cycle plan for that day to propose a target in.",
    ),
    "unknown_row": (
        "本机没有这个编号的记录。请核对编号；它也可能已移出你的辖区。",
        "Nothing on this laptop has this id. Check it; the record may also have left your territory.",
    ),
    "unknown_operation": (
        "没有这个编号的被退回的更改，或者它已经处理完了。",
        "No refused change has this id, or it has been dealt with already.",
    ),
    "not_a_moment": (
        "“{value}”不是时间（{option}）。请写成 '2026-11-27 10:30'。",
        "'{value}' is not a time ({option}). Write it like '2026-11-27 10:30'.",
    ),
    "not_a_time": ("“{value}”不是时间。请写成 09:30。", "'{value}' is not a time of day. Write it like 09:30."),
    "waiting_kind": (
        "等待发送的内容是一行一项的 JSON，不能存成 {suffix}。请用 .jsonl。",
        "What waits is written as one JSON operation a line, not as {suffix}. Use .jsonl.",
    ),
    "column_form": (
        "“{value}”看不懂。请写成 列号=字段，例如 --column 3=doctor.mobile。",
        "'{value}' cannot be read. Write number=target, for example --column 3=doctor.mobile.",
    ),
    "hospital_form": (
        "“{value}”看不懂。请写成 名称=编号，或 名称=new。",
        "'{value}' cannot be read. Write NAME=ID, or NAME=new for a hospital that is to be made.",
    ),
    "line_form": (
        "“{value}”看不懂。一项费用写成 category=meal;amount=168.00;staff=1。",
        "'{value}' cannot be read. Write a line as category=meal;amount=168.00;staff=1.",
    ),
    "dates_unclear": (
        "“{column}”里的 {value} 可能是两个不同的日子。"
        "请加 --dates day-first（日在前）或 --dates month-first（月在前）。",
        "{value} in '{column}' may be two different days. Add --dates day-first or --dates month-first.",
    ),
    "not_a_day": (
        "“{value}”不是日期。请写成 2026-11-27 这样。",
        "'{value}' is not a day. Write it like 2026-11-27.",
    ),
    "search_repair": (
        "搜索索引与客户资料对不上：加 --repair 重建它，资料本身不受影响。",
        "The search index does not fit the rows: --repair makes it anew and leaves the rows as they are.",
    ),
    "check_failed": ("检查发现 {count} 处问题。", "Faults found: {count}."),
}

_SYSTEM_WORDS = {
    "No such file or directory": "没有这个文件",
    "Permission denied": "没有权限",
    "Is a directory": "这是一个文件夹",
}
"""What the system says of a file, in Chinese."""

_STATES = {
    SAVED_HERE: ("保存在本机", "saved here"),
    SENT: ("已发送，等待确认", "sent, not yet confirmed"),
    ACCEPTED: ("已接受", "accepted"),
    NEEDS_YOU: ("需要你处理", "needs you"),
}


def default_language() -> str:
    """Return the language that the terminal asks for: Chinese or, for everything else, English."""
    asked = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return words.CHINESE if asked.lower().startswith("zh") else words.ENGLISH


@dataclass(frozen=True, slots=True)
class Output:
    """Writes results to stdout and troubles to stderr, as text or as JSON."""

    as_json: bool
    language: str

    def result(self, data: Any, lines: Sequence[str] = ()) -> None:
        """Tell a result: `data` as one line of JSON, or `lines` for people."""
        if self.as_json:
            _echo(msgspec.json.encode(data, enc_hook=_encodable).decode())
            return
        for line in lines:
            _echo(plain(_INSTANT.sub(_local, line)))

    def trouble(self, error: CrmdeskError) -> int:
        """Tell in words what went wrong and return the exit code."""
        text = self.sentence(error.code, error.params)
        if self.as_json:
            document = {"error": {"code": error.code, "params": error.params, "message": text}}
            _echo(msgspec.json.encode(document, enc_hook=str).decode(), err=True)
        else:
            _echo(plain(f"{text} [{words.support_code(error.code)}]"), err=True)
        return WORLD if isinstance(error, WorldError) else REFUSED

    def misuse(self, code: str, params: Mapping[str, Any]) -> None:
        """Tell what is wrong with the command line itself, and where its help stands."""
        text = f"{self.sentence(code, params)} {self.sentence('usage_help', params)}"
        if self.as_json:
            document = {"error": {"code": code, "params": params, "message": text}}
            text = msgspec.json.encode(document, enc_hook=str).decode()
        _echo(plain(text), err=True)

    def sentence(self, code: str, params: Mapping[str, Any]) -> str:
        """Return the words of a code in the language of this output."""
        pair = _OWN.get(code)
        if pair is None:
            return words.sentence(code, params, self.language)
        given = {name: ", ".join(value) if isinstance(value, list) else value for name, value in params.items()}
        given.setdefault("path", params.get("name", "—"))
        if self.language == words.CHINESE:
            given["reason"] = _SYSTEM_WORDS.get(str(params.get("reason")), params.get("reason", "—"))
        if params.get("record") in RECORDS:
            given["record"] = self.pick(RECORDS[params["record"]].zh, RECORDS[params["record"]].en)
        return pair[0 if self.language == words.CHINESE else 1].format_map(_Given(given))

    def choice(self, picklist: str, code: str) -> str:
        """Return the word of a picklist entry."""
        if not code:
            return ""
        try:
            entry = picklists.choice(picklist, code)
        except KeyError:
            return code
        return entry.zh if self.language == words.CHINESE else entry.en

    def field(self, field: Field) -> str:
        """Return the word of a declared field."""
        return field.zh if self.language == words.CHINESE else field.en

    def value(self, record: str, field: Field, value: Any) -> str:
        """Return a value as people read it."""
        if value is None:
            return "—"
        if field.kind is Kind.MONEY:
            return f"¥{format_fen(int(value))}"
        if field.kind is Kind.DECIMAL and isinstance(value, int):
            return format_decimal(value, field.places)
        if field.kind in (Kind.ITEMS, Kind.MAP):
            return msgspec.json.encode(value).decode()
        if field.choices:
            entries = [field.entry(one) for one in (value if isinstance(value, list) else [value])]
            return self.pick("、", ", ").join(self.pick(one.zh, one.en) for one in entries) or "—"
        return words.value_words(record, field.name, value, self.language) or "—"

    def state(self, code: str) -> str:
        """Return where a change is: saved here, sent, accepted, or waiting for the person."""
        pair = _STATES.get(code)
        return self.pick(*pair) if pair else code

    def pick(self, chinese: str, english: str) -> str:
        """Return one of two texts."""
        return chinese if self.language == words.CHINESE else english


def counted(number: int, noun: str, many: str = "") -> str:
    """Return a number with its English noun: '1 row', '2 rows'; `many` where an s does not make it several."""
    return f"{number} {noun if number == 1 else many or f'{noun}s'}"


def _echo(text: str, err: bool = False) -> None:
    import typer  # lazy: windows that open have nothing to say here

    typer.echo(text, err=err)


class _Given(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def _local(found: re.Match[str]) -> str:
    """Return an instant as the clock of the country shows it."""
    return f"{from_text(found[0]).astimezone(ZoneInfo(DEFAULT_ZONE)):%Y-%m-%d %H:%M}"


def _encodable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
