"""The situations that a sync can be in, as one table: what the status bar says, what the Sync page says, what helps.

The first situation that holds is the one that people are told. Texts are Chinese, marked for translation in the
context `situations`; values in braces are worked out by `values`.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from PySide6.QtCore import QCoreApplication, QObject

from crmdesk.domain.clock import from_text
from crmdesk.services.views import SyncSummary
from crmdesk.ui import language, words
from crmdesk.ui.ports import SyncState

STANDING_STILL = timedelta(minutes=30)
"""A queue whose oldest change waits so long although the server is there stands still, and says so."""
LONG_AWAY = timedelta(days=3)
"""After so long without the server a person is told since when."""
CLOCK_OFF_S = 300
"""A clock that is further off than this is told; it decides nothing here, but dates and times look wrong."""

SIGN_IN, ACCEPT, NOW, STOP, ONLINE = "sync_sign_in", "sync_accept", "sync_now", "cancel_sync", "work_offline"
"""Actions (`crmdesk.ui.actions`) that help in a situation."""
_VALUE = re.compile(r"(?P<begins>^|\. |(?<=\{reason\}) )?\{(?P<name>\w+)\}")


class Look(msgspec.Struct, frozen=True):
    """Everything that decides which situation it is, at one moment."""

    state: SyncState
    summary: SyncSummary
    now: datetime

    @property
    def needs(self) -> int:
        """How many things need the person."""
        return self.summary.conflicts + self.summary.refused + self.summary.files_stuck

    @property
    def never(self) -> bool:
        """Whether nothing was ever fetched whole."""
        return not self.last_sync_at

    @property
    def last_sync_at(self) -> str:
        """When a sync went through last, '' for never."""
        return self.state.last_sync_at or self.summary.last_sync_at

    @property
    def loading(self) -> bool:
        """Whether a part of what the person holds is still missing."""
        return self.never or self.summary.loading_scopes > 0

    def older_than(self, instant: str, age: timedelta) -> bool:
        """Say whether an instant lies longer ago than `age`; '' never does."""
        return bool(instant) and self.now - from_text(instant) > age


class Situation(msgspec.Struct, frozen=True):
    """One row of the table. `bar` stands in the status bar, `title` and `text` on the Sync page; `action` helps."""

    name: str
    tone: str  # ok | info | warn
    holds: Callable[[Look], bool]
    bar: str
    title: str
    text: str
    action: str = ""


def _T(_context: str, text: str) -> str:  # known to lupdate by this name; see `ui.translate`
    """Mark a text of the table for translation."""
    return text


def _blocked(*codes: str) -> Callable[[Look], bool]:
    return lambda look: look.state.phase == "blocked" and look.state.code in codes


def _away(*codes: str) -> Callable[[Look], bool]:
    return lambda look: look.state.phase == "offline" and look.state.code in codes


def _syncing(look: Look) -> bool:
    return look.state.phase == "syncing"


def _offline(look: Look) -> bool:
    return look.state.phase == "offline" or not look.state.online


def _server_away(look: Look) -> bool:
    return _offline(look) and look.state.code in ("", "server_away")


def _stands_still(look: Look) -> bool:
    """The server was reached after the oldest change was made, and that change still waits."""
    since = look.summary.oldest_waiting_at
    return look.summary.waiting > 0 and look.older_than(since, STANDING_STILL) and look.last_sync_at > since


def _long_unsent(look: Look) -> bool:
    """What waits is old, and so is the last word with the server.

    What a server lost is sent again: that is old, too, and nobody was away. So is what a clock dated that was wrong.
    """
    reached = look.last_sync_at or look.summary.oldest_waiting_at
    return look.older_than(look.summary.oldest_waiting_at, LONG_AWAY) and look.older_than(reached, LONG_AWAY)


_NEEDS_PERSON: tuple[Situation, ...] = (
    Situation(
        "device_revoked", "warn", _blocked("device_revoked"),
        _T("situations", "这台电脑已被停用 · {kept}"),
        _T("situations", "这台电脑已被停用"),
        _T("situations", "管理员停用了它，服务器不再收发。{kept}，没有丢失。请联系管理员。"),
    ),
    Situation(
        "signed_out", "warn", _blocked("signed_out", "token_expired", "not_signed_in", "wrong_credentials"),
        _T("situations", "需要重新登录 · {kept}"),
        _T("situations", "登录已过期"),
        _T("situations", "{kept}，可以照常工作。重新登录后接着同步。"),
        SIGN_IN,
    ),
    Situation(
        "upgrade_needed", "warn", _blocked("upgrade_needed"),
        _T("situations", "请更新 crmdesk · {kept}"),
        _T("situations", "服务器需要新版本的 crmdesk"),
        _T("situations", "{kept}，更新后自动发送，不用重新登录。在此之前可以照常工作。"),
        NOW,
    ),
    Situation(
        "disk_full", "warn", _blocked("disk_full"),
        _T("situations", "磁盘已满，同步停下了 · {kept}"),
        _T("situations", "这台电脑的磁盘已满"),
        _T("situations", "收到的内容写不下了。已保存的都在，{kept}。请腾出一些空间，再同步一次。"),
        NOW,
    ),
    Situation(
        "tls_untrusted", "warn", _blocked("tls_untrusted", "not_https"),
        _T("situations", "服务器的证书不可信，没有发送任何东西 · {kept}"),
        _T("situations", "服务器的证书不可信"),
        _T("situations", "也许有人在中间，所以密码和更改都没有发出。{kept}。请换一个网络，或联系管理员。"),
        NOW,
    ),
    Situation(
        "https_required", "warn", _blocked("https_required"),
        _T("situations", "服务器地址不安全，没有发送任何东西 · {kept}"),
        _T("situations", "服务器地址必须以 https:// 开头"),
        _T("situations", "密码和更改都没有发出。{kept}。请向管理员要正确的地址。"),
    ),
    Situation(
        "foreign_user", "warn", _blocked("foreign_user"),
        _T("situations", "服务器把这台电脑认成了别人，同步停下了 · {kept}"),
        _T("situations", "服务器把这台电脑认成了别人"),
        _T("situations", "所以什么都没有收下。{kept}。请重新登录；如果再出现，请联系管理员。"),
        SIGN_IN,
    ),
    Situation(
        "damaged", "warn", _blocked("store_damaged", "wrong_key"),
        _T("situations", "本机数据有损坏，同步停下了"),
        _T("situations", "本机数据有损坏"),
        _T("situations", "没有写入任何东西。请先不要删除数据文件夹，把诊断信息发给支持人员。"),
    ),
    Situation(
        "shrunk", "warn", _blocked("shrunk"),
        _T("situations", "“{place}”突然少了很多，同步停下来等你确认"),
        _T("situations", "“{place}”的 {held} 条里，服务器上只剩 {left} 条"),
        _T(
            "situations",
            "本机内容没有动，{kept}。刚调整过辖区就请确认。服务器刚从备份恢复过，"
            "先问管理员有没有更新的备份：确认后，只有各人三十天内发过的会再发。不明白就先别确认。",
        ),
        ACCEPT,
    ),
    Situation(
        "fork", "warn", _blocked("fork"),
        _T("situations", "这份数据在另一台电脑上也在用，同步停下了 · {kept}"),
        _T("situations", "这份数据在另一台电脑上也在用"),
        _T("situations", "服务器几次认出两份一样的数据。{kept}。请只在一台电脑上打开它，再同步一次。"),
        NOW,
    ),
    Situation(
        "replica_differs", "warn", _blocked("replica_differs"),
        _T("situations", "本机和服务器的内容对不上，请联系支持人员 · {kept}"),
        _T("situations", "本机和服务器的内容对不上"),
        _T("situations", "已多次重新取回，仍有差别，会定时再对。{kept}，没有丢失。请把诊断信息发给支持人员。"),
        NOW,
    ),
    Situation(
        "forbidden", "warn", _blocked("forbidden"),
        _T("situations", "服务器不让这个账号同步 · {kept}"),
        _T("situations", "服务器不让这个账号同步"),
        _T("situations", "{kept}，没有丢失。请联系管理员。"),
        NOW,
    ),
    Situation(
        "blocked", "warn", lambda look: look.state.phase == "blocked",
        _T("situations", "同步停下了（{code}）· {kept}"),
        _T("situations", "同步停下了"),
        _T("situations", "{reason}{kept}。"),
        NOW,
    ),
)  # fmt: skip

_RUNNING: tuple[Situation, ...] = (
    Situation(
        "fetching_anew", "info", lambda look: _syncing(look) and look.summary.fetching_anew,
        _T("situations", "离开太久，正在重新取回全部内容 · {progress}"),
        _T("situations", "正在重新取回全部内容 · {progress}"),
        _T("situations", "上次同步 {last}，隔得太久，服务器把全部内容重新给一遍。到了的马上可以用。{kept}。"),
        STOP,
    ),
    Situation(
        "first_asking", "info",
        lambda look: _syncing(look) and look.loading and not look.state.progress_done,
        _T("situations", "正在取回你的辖区…"),
        _T("situations", "正在取回你的辖区"),
        _T("situations", "正在问服务器有哪些内容。到了的马上可以用，不用等完。{kept}。"),
        STOP,
    ),
    Situation(
        "first_load", "info", lambda look: _syncing(look) and look.loading,
        _T("situations", "正在取回你的辖区 · {progress}"),
        _T("situations", "正在取回你的辖区 · {progress}"),
        _T("situations", "到了的马上可以用，不用等完；停下也不丢，下次接着来。{kept}。"),
        STOP,
    ),
    Situation(
        "repairing", "info", lambda look: _syncing(look) and look.state.repairing,
        _T("situations", "本机有一部分和服务器不一样，正在重新取回 · {kept}"),
        _T("situations", "正在重新取回一部分内容"),
        _T("situations", "核对时发现这一部分和服务器不一样。你的更改不受影响。{kept}。"),
        STOP,
    ),
    Situation(
        "reconnecting", "warn", lambda look: _syncing(look) and not look.state.online,
        _T("situations", "正在重新连接… · {kept}"),
        _T("situations", "正在重新连接服务器"),
        _T("situations", "{since} 起连不上。{kept}。"),
        STOP,
    ),
    Situation(
        "sending", "info", lambda look: _syncing(look) and look.state.sending > 0,
        _T("situations", "正在发送 {sending}"),
        _T("situations", "正在发送 {sending}"),
        _T("situations", "每一项都会得到服务器的回答；收到回答之前，都留在本机。"),
        STOP,
    ),
    Situation(
        "receiving", "info", lambda look: _syncing(look) and look.state.progress_done > 0,
        _T("situations", "正在接收 · {progress}"),
        _T("situations", "正在接收 · {progress}"),
        _T("situations", "收到的随时保存；停下也不丢，下次接着来。{kept}。"),
        STOP,
    ),
    Situation(
        "checking", "info", _syncing,
        _T("situations", "正在和服务器核对…"),
        _T("situations", "正在和服务器核对"),
        _T("situations", "{kept}。"),
        STOP,
    ),
)  # fmt: skip

_AWAY: tuple[Situation, ...] = (
    Situation(
        "by_choice", "warn", _away("work_offline"),
        _T("situations", "你选择了离线工作 · {kept}"),
        _T("situations", "你选择了离线工作"),
        _T("situations", "在你恢复联网之前，不收也不发。{kept}。"),
        ONLINE,
    ),
    Situation(
        "never_loaded", "warn", lambda look: _server_away(look) and look.never,
        _T("situations", "还没有取回过内容，连不上服务器 · {retry}"),
        _T("situations", "还没有取回过你的辖区"),
        _T("situations", "现在连不上服务器，{retry}。这之前也可以新建客户、写拜访。{kept}。"),
        NOW,
    ),
    Situation(
        "captive_portal", "warn", _away("captive_portal"),
        _T("situations", "这个网络要先在浏览器里登录 · {kept}"),
        _T("situations", "这个网络要先在浏览器里登录"),
        _T("situations", "酒店和医院的无线网常这样。没有发送任何东西，{kept}。在浏览器里登录网络，再同步一次。"),
        NOW,
    ),
    Situation(
        "too_many", "warn", _away("too_many"),
        _T("situations", "服务器现在很忙，{retry} · {kept}"),
        _T("situations", "服务器现在很忙"),
        _T("situations", "它请大家过一会儿再来：{retry}，不用做什么。{kept}。"),
        NOW,
    ),
    Situation(
        "server_error", "warn", _away("server_error"),
        _T("situations", "服务器出错了，{retry} · {kept}"),
        _T("situations", "服务器出错了"),
        _T("situations", "不是这台电脑的问题，{retry}。{kept}。"),
        NOW,
    ),
    Situation(
        "slow", "warn", _away("timeout", "answer_cut"),
        _T("situations", "网络太慢或断了，{retry} · {kept}"),
        _T("situations", "传输中断了"),
        _T("situations", "收到的都已保存，会从断的地方接着来，{retry}。{kept}。"),
        NOW,
    ),
    Situation(
        "not_crmdesk", "warn", _away("not_crmdesk", "not_found"),
        _T("situations", "那个地址上不是 crmdesk 服务器 · {kept}"),
        _T("situations", "那个地址上不是 crmdesk 服务器"),
        _T("situations", "没有发送任何东西，{retry}。{kept}。如果一直这样，请向管理员核对地址。"),
        NOW,
    ),
    Situation(
        "bad_request", "warn", _away("bad_request", "too_large"),
        _T("situations", "服务器没看懂这次请求，{retry} · {kept}"),
        _T("situations", "服务器没看懂这次请求"),
        _T("situations", "{retry}。{kept}，没有丢失。如果一直这样，请更新 crmdesk，或把诊断信息发给支持人员。"),
        NOW,
    ),
    Situation(
        "long_away", "warn",
        lambda look: _offline(look) and look.summary.waiting > 0 and (
            look.older_than(look.state.since, LONG_AWAY) or _long_unsent(look)
        ),
        _T("situations", "离线已久 · {kept}，请尽快联网一次"),
        _T("situations", "很久没有连上服务器"),
        _T("situations", "上次同步 {last}。{kept}，放多久都不会丢；但同事和经理还看不到，请尽快联网一次。"),
        NOW,
    ),
    Situation(
        "long_stale", "warn", lambda look: _offline(look) and look.older_than(look.last_sync_at, LONG_AWAY),
        _T("situations", "离线已久 · 本机的内容停在 {last}，请尽快联网一次"),
        _T("situations", "很久没有连上服务器"),
        _T("situations", "本机的内容停在 {last}，可以照常工作；同事后来改的，联网后才看得到。{kept}。"),
        NOW,
    ),
    Situation(
        "away", "warn", lambda look: _server_away(look) and look.summary.waiting > 0,
        _T("situations", "离线 · {kept}，联网后自动发送"),
        _T("situations", "离线，可以照常工作"),
        _T("situations", "{since} 起连不上服务器，{retry}。{kept}，联网后自动发送。"),
        NOW,
    ),
    Situation(
        "away_idle", "warn", _server_away,
        _T("situations", "离线 · {kept}，可以照常工作"),
        _T("situations", "离线，可以照常工作"),
        _T("situations", "{since} 起连不上服务器，{retry}。{kept}。"),
        NOW,
    ),
    Situation(
        "away_otherwise", "warn", _offline,
        _T("situations", "暂时同步不了（{code}），{retry} · {kept}"),
        _T("situations", "暂时同步不了"),
        _T("situations", "{reason}{retry}。{kept}。"),
        NOW,
    ),
)  # fmt: skip

_RESTING: tuple[Situation, ...] = (
    Situation(
        "standing_still", "warn", _stands_still,
        _T("situations", "{changes}一直没有被服务器收下，最早 {oldest}"),
        _T("situations", "{changes}一直没有被服务器收下"),
        _T("situations", "服务器连得上，但从 {oldest} 起没有回答，会继续再试；没有丢失。明天还这样，请告诉支持人员。"),
        NOW,
    ),
    Situation(
        "needs_you", "warn", lambda look: look.needs > 0,
        _T("situations", "{needs}需要你处理，在“同步”页 · {kept}"),
        _T("situations", "{needs}需要你处理"),
        _T("situations", "列在下面，原文都在；不处理也不会丢，其他更改照常同步。{kept}。"),
    ),
    Situation(
        "cancelled", "info", lambda look: look.state.code == "cancelled",
        _T("situations", "同步已停止，收到的都已保存 · {kept}"),
        _T("situations", "同步已停止"),
        _T("situations", "收到的都已保存，下次从那里接着来。{kept}。"),
        NOW,
    ),
    Situation(
        "undoable", "info", lambda look: look.summary.waiting > 0 and look.state.undoable,
        _T("situations", "{changes}已保存在本机，几秒内可以撤销，然后发送"),
        _T("situations", "{changes}等待发送"),
        _T("situations", "都已保存在本机。刚才的删除或合并几秒内可以撤销，然后一起发送。"),
        NOW,
    ),
    Situation(
        "waiting", "info", lambda look: look.summary.waiting > 0,
        _T("situations", "{changes}已保存在本机，马上发送"),
        _T("situations", "{changes}等待发送"),
        _T("situations", "都已保存在本机，最早 {oldest}，马上发送。"),
        NOW,
    ),
    Situation(
        "loading_rest", "info", lambda look: look.loading,
        _T("situations", "你的辖区还没有取完，可以先用已到的内容"),
        _T("situations", "你的辖区还没有取完"),
        _T("situations", "下次同步接着取；已到的可以先用。"),
        NOW,
    ),
    Situation(
        "files", "info", lambda look: look.summary.attachments_waiting + look.summary.files_down > 0,
        _T("situations", "更改都已被服务器接受 · {files}"),
        _T("situations", "更改都已被服务器接受，附件还在路上"),
        _T("situations", "{files}。附件排在文字后面，断了会接着传，可以照常工作。"),
        NOW,
    ),
    Situation(
        "clock_off", "warn", lambda look: abs(look.state.clock_off_s) > CLOCK_OFF_S,
        _T("situations", "已同步 · 这台电脑的时钟{off}"),
        _T("situations", "已同步，但这台电脑的时钟{off}"),
        _T("situations", "谁先谁后由服务器决定，不受影响；只是你写下的时间会不对。请在系统设置里校准时间。"),
        NOW,
    ),
    Situation(
        "accepted", "ok", lambda look: True,
        _T("situations", "已同步 · 没有待发送的更改"),
        _T("situations", "全部已同步"),
        _T("situations", "你的更改都已被服务器接受，这里的内容和服务器一致。上次核对：{last}。"),
        NOW,
    ),
)  # fmt: skip

SITUATIONS: tuple[Situation, ...] = (*_NEEDS_PERSON, *_RUNNING, *_AWAY, *_RESTING)
"""All situations in the order in which they are tried; the last one always holds."""


class Told(msgspec.Struct, frozen=True):
    """A situation in the words of the language in use."""

    name: str
    tone: str
    bar: str
    title: str
    text: str
    action: str


def tell(look: Look) -> Told:
    """Return the situation that a person is in, in words."""
    situation = next(one for one in SITUATIONS if one.holds(look))
    given = values(look)

    def said(text: str) -> str:
        return _filled(QCoreApplication.translate("situations", text), given)

    return Told(
        situation.name, situation.tone, said(situation.bar), said(situation.title), said(situation.text),
        situation.action,
    )  # fmt: skip


def asides(look: Look, told: Told) -> list[str]:
    """Return what is also worth saying beside the situation itself, in words."""
    given = values(look)
    found: list[str] = []
    if given["files"] and told.name != "files":
        found.append(given["files"])
    if abs(look.state.clock_off_s) > CLOCK_OFF_S and told.name != "clock_off":
        found.append(_filled(QCoreApplication.translate("situations", "这台电脑的时钟{off}"), given))
    return found


def values(look: Look) -> dict[str, str]:
    """Return what the texts of the table speak of, in words."""
    state, summary = look.state, look.summary
    scope = str(state.params.get("scope") or "").partition(":")[2]
    held, gone = int(state.params.get("held") or 0), int(state.params.get("gone") or 0)
    kept, retry = _kept(look), _retry(state.next_try_at, look.now)
    return {
        "kept": kept,
        "changes": _Amounts().changes(summary.waiting),
        "oldest": language.moment_word(summary.oldest_waiting_at),
        "sending": _Amounts().changes(state.sending),
        "needs": _Amounts().needs(look.needs),
        "files": _files(summary),
        "progress": _progress(state),
        "retry": retry,
        "since": language.moment_word(state.since or look.last_sync_at),
        "last": language.moment_word(look.last_sync_at),
        "place": summary.territories.get(scope) or QCoreApplication.translate("situations", "你的辖区"),
        "held": f"{held:,}",
        "left": f"{max(0, held - gone):,}",
        "off": _off(state.clock_off_s),
        "code": words.support_code(state.code),
        "reason": _reason(state),
    }


def _reason(state: SyncState) -> str:
    """Return the sentence of a code that has no situation of its own; one that nobody knows is for support."""
    if state.code in words.SENTENCES:
        return words.sentence(state.code, state.params)
    said = QCoreApplication.translate("situations", "原因不明（代码 {code}），可以告诉支持人员。")
    return said.format(code=words.support_code(state.code))


def _filled(text: str, given: dict[str, str]) -> str:
    """Return a text with its values; one that begins a sentence gets a capital letter, where the language has them."""

    def fill(found: re.Match[str]) -> str:
        begins, value = found["begins"], given[found["name"]]
        return value if begins is None else f"{begins}{value[:1].upper()}{value[1:]}"

    return _VALUE.sub(fill, text)


class _Amounts(QObject):
    """Counted words; a QObject, because only its `tr` knows one from many."""

    def changes(self, count: int) -> str:
        return language.parted(self.tr("%n 项更改", "", count), count)

    def needs(self, count: int) -> str:
        return self.tr("%n 件事", "", count)

    def kept(self, count: int) -> str:
        return self.tr("%n 项更改已保存在本机（最早 {since}）", "", count)

    def files(self, up: int, down: int) -> tuple[str, str]:
        return self.tr("%n 个附件等待发送（{size}）", "", up), self.tr("%n 个附件等待取回（{size}）", "", down)

    def time(self, seconds: int) -> str:
        """Return a length of time in the unit that fits."""
        minutes, hours, days = round(seconds / 60), round(seconds / 3600), round(seconds / 86_400)
        if seconds < 7_200:
            return self.tr("%n 分钟", "", minutes)
        return self.tr("%n 小时", "", hours) if seconds < 172_800 else self.tr("%n 天", "", days)


def _kept(look: Look) -> str:
    """Return what of the person's own waits here: the one thing that everybody wants to know first."""
    if not look.summary.waiting:
        return QCoreApplication.translate("situations", "没有待发送的更改")
    since = language.moment_word(look.summary.oldest_waiting_at)
    return _Amounts().kept(look.summary.waiting).format(since=since)


def _files(summary: SyncSummary) -> str:
    up, down = _Amounts().files(summary.attachments_waiting, summary.files_down)
    parts = [
        text.format(size=language.size_word(size))
        for count, size, text in (
            (summary.attachments_waiting, summary.files_up_bytes, up),
            (summary.files_down, summary.files_down_bytes, down),
        )
        if count
    ]
    return QCoreApplication.translate("situations", "，").join(parts)


def _progress(state: SyncState) -> str:
    done = f"{state.progress_done:,}"
    if state.progress_total > state.progress_done:
        total = f"{state.progress_total:,}"
        return QCoreApplication.translate("situations", "{done} / {total} 条").format(done=done, total=total)
    return QCoreApplication.translate("situations", "已收到 {done} 条").format(done=done)


def _retry(at: str, now: datetime) -> str:
    """Return when it is tried again: in seconds while that is soon, else the time of day."""
    if not at:
        return QCoreApplication.translate("situations", "会自动再试")
    left = (from_text(at) - now).total_seconds()
    if left < 60:
        return QCoreApplication.translate("situations", "一分钟内自动再试")
    return QCoreApplication.translate("situations", "{time} 自动再试").format(time=language.time_word(at))


def _off(seconds: int) -> str:
    """Return by how much a clock is wrong and in which direction."""
    amount = _Amounts().time(abs(seconds))
    if seconds > 0:
        return QCoreApplication.translate("situations", "快了 {amount}").format(amount=amount)
    return QCoreApplication.translate("situations", "慢了 {amount}").format(amount=amount)
