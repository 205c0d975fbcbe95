"""Words for people for every code of an error, refusal or finding: what happened, what was kept, what to do.

Imports no Qt: support tools and the command line may use it too.
"""

import math
from collections.abc import Mapping
from typing import Any

from crmdesk.domain import picklists
from crmdesk.domain.errors import CrmdeskError
from crmdesk.domain.import_sentences import IMPORTS, remarks, spoken
from crmdesk.domain.money import format_fen
from crmdesk.domain.records import RECORDS
from crmdesk.ui.merge_sentences import MERGES
from crmdesk.ui.own_fields import field_words
from crmdesk.ui.plan_sentences import PLAN_SENTENCES
from crmdesk.ui.words_backup import BACKUP
from crmdesk.ui.words_call_backs import CALL_BACKS
from crmdesk.ui.words_data import DATA
from crmdesk.ui.words_findings import FINDINGS
from crmdesk.ui.words_own_fields import OWN_FIELDS
from crmdesk.ui.words_put_aside import PUT_ASIDE
from crmdesk.ui.words_visits import VISITS

CHINESE, ENGLISH = "zh", "en"
_Pair = tuple[str, str]

_INPUT: dict[str, _Pair] = {
    "required": ("“{field}”还没有填。其他内容都保留着。", "'{field}' is still empty. Everything else is kept."),
    "too_long": (
        "“{field}”太长：{length}，最多 {limit}。内容仍在编辑框里，请缩短后再保存。",
        "'{field}' is too long: {length}, at most {limit}. The text is still in the editor; shorten it and save again.",
    ),
    "wrong_kind": (
        "“{field}”的格式不对。请改成示例那样再保存。",
        "'{field}' has the wrong form. Correct it and save again.",
    ),
    "not_in_list": (
        "“{field}”不在可选项里。请从列表中选一个。",
        "'{field}' is not one of the choices. Pick one from the list.",
    ),
    "out_of_range": (
        "“{field}”应在 {minimum} 到 {maximum} 之间。",
        "'{field}' must lie between {minimum} and {maximum}.",
    ),
    "unknown_field": (
        "这里没有“{field}”这个字段。内容没有改变。",
        "There is no field '{field}' here. Nothing was changed.",
    ),
    "amount": (
        "金额看不懂：{value}。请写成 1680 或 1,680.00。",
        "This is not an amount: {value}. Write 1680 or 1,680.00.",
    ),
    "changed_meanwhile": (
        "这条记录刚刚被改过。你写的内容都在，请对照后再保存。",
        "This record was changed meanwhile. What you wrote is kept; compare and save again.",
    ),
    "department_alone": (
        "科室“{name}”要有所在的机构。请先选定机构，再保存。",
        "The department '{name}' needs its institution. Choose that first, then save.",
    ),
    "place_known": (
        "这家机构和科室已经是这位医生的执业机构。换一家，或写上另一个科室。",
        "The doctor works in this institution and department already. Choose another, or name another department.",
    ),
    "unknown_row": (
        "这条记录已不在本机。可能已移出你的辖区。",
        "This record is no longer on this laptop. It may have left your territory.",
    ),
    "unknown_record": ("没有这种记录。", "There is no such kind of record."),
    "unknown_operation": ("这项更改已经处理完了。", "This change has been dealt with already."),
    "unknown_command": (
        "这个版本不认识这个操作。请更新 crmdesk。",
        "This version does not know that action. Update crmdesk.",
    ),
    "unknown_event": (
        "这个版本不认识这个操作。请更新 crmdesk。",
        "This version does not know that action. Update crmdesk.",
    ),
    "unknown_choice": ("请在给出的值中选一个。", "Choose one of the values shown."),
    "unknown_sort": ("不能这样排序。", "The list cannot be sorted like that."),
    "undo_gone": (
        "这一步已经不能撤销了。可以直接修改。",
        "This can no longer be undone. Change it directly instead.",
    ),
    "exists": ("这条记录已经有了。没有重复保存。", "This record exists already. It was not saved twice."),
    "too_many_rows": ("一次最多 {limit} 行，请分成几次。", "At most {limit} rows at once: part them into several."),
    "too_large": ("文件太大：最多 20 MB。文件没有添加。", "The file is too large: at most 20 MB. It was not added."),
    "attachment_too_large": (
        "文件太大：最多 20 MB。文件没有添加。",
        "The file is too large: at most 20 MB. It was not added.",
    ),
    "attachment_damaged": (
        "本机的附件已损坏，会从服务器再取一份。",
        "The attachment on this laptop is damaged; it will be fetched again from the server.",
    ),
    "not_searched": ("这种记录不能搜索。", "This kind of record cannot be searched."),
    "passphrase_too_short": (
        "口令至少 {minimum} 个字符。可以用一句话。",
        "The passphrase needs at least {minimum} characters. A sentence will do.",
    ),
    "file_too_large": (
        "文件太大：最多 20 MB。文件没有添加。",
        "The file is too large: at most 20 MB. It was not added.",
    ),
    "file_kind": (
        "不支持这种文件。凭证可以是照片、PDF、OFD 或 XML。",
        "This kind of file is not supported. Receipts can be a photo, PDF, OFD or XML.",
    ),
    "empty_file": ("这个文件是空的。没有添加。", "This file is empty. It was not added."),
    "hash_mismatch": (
        "文件在传输中损坏，会自动重新发送。",
        "The file was damaged on its way and will be sent again.",
    ),
    "server_address": (
        "服务器地址看不懂：{value}。请写成 https://crm.example.com。",
        "This is not a server address: {value}. Write https://crm.example.com.",
    ),
    "https_required": (
        "服务器地址必须以 https:// 开头。密码没有发出。",
        "The server's address must begin with https://. The password was not sent.",
    ),
    "server_missing": ("请填写服务器地址。", "Enter the address of the server."),
    "login_missing": ("请填写账号。", "Enter your login."),
    "password_missing": ("请填写密码。", "Enter your password."),
    "passphrase_missing": (
        "请输入这台电脑的口令：它保护着已经在这里的数据。",
        "Type the passphrase of this computer: it protects the data that is here already.",
    ),
    "passphrase_forgotten": (
        "已发送的会从服务器重新取来。没发送的更改和原来的数据一起放到一边：以后想起原来的口令，"
        "可以在“同步”页取回。想清楚了再设一个新口令（至少 12 个字符）并登录。",
        "What was sent comes again from the server. Changes that were not sent are put aside with the old data: the "
        "Sync page brings them back should you remember its passphrase. If you are sure, choose a new one (12 "
        "characters or more) and sign in.",
    ),
    "passphrase_again_missing": ("请再输入一次口令。", "Type the passphrase once more."),
    "passphrase_differs": ("两次输入的口令不一样。", "The two passphrases differ."),
    "passphrase_changed": ("本机口令已修改。", "The passphrase of this computer is changed."),
    "passphrase_unused": (
        "这台电脑的数据由系统钥匙串保护，没有口令可以修改。",
        "The system's key ring protects the data on this computer: there is no passphrase to change.",
    ),
    "invalid": (
        "内容没有通过检查：{code}。原文保留着。",
        "The content did not pass the check: {code}. Your text is kept.",
    ),
}

_SAID_BY_THE_SERVER = {"unknown_row": "row_gone", "too_large": "change_too_large"}
"""Codes that mean another thing when the server says them: the row is not there, and not only not here; what is too
large is the change, and not a file."""

_REFUSED: dict[str, _Pair] = {
    "row_gone": (
        "服务器上已没有这条记录：可能早就删除了，或不再归你。你写的都在下面：请复制到现在用的记录里，再放弃这一项。",
        "The server has no such record any more: it was deleted long ago, or is not yours now. What you wrote stands"
        " below: copy it to the record in use, then give this one up.",
    ),
    "change_too_large": (
        "这项更改太大，服务器收不下。你写的都在：请缩短后重新提交。",
        "The server cannot take a change as large as this. What you wrote is here: shorten it and send it again.",
    ),
    "newer_reason": (
        "服务器没有接受这项更改，它的原因这个版本还不认识（{code}）。内容保留着；请更新 crmdesk，或把代码告诉支持。",
        "The server did not take this change, for a reason that this version does not know ({code}). It is kept. Update"
        " crmdesk, or tell support the code.",
    ),
    "not_in_this_state": (
        "按它现在的状态不能这样处理。请看它当前的状态。",
        "It cannot be handled like that now. See its present state.",
    ),
    "not_yours": ("这不归你处理。内容没有改变。", "This is not yours to do. Nothing was changed."),
    "own_claim": (
        "不能审批自己的报销单。请交给另一位审批人。",
        "Nobody decides on their own claim. Another approver has to.",
    ),
    "changed_since_seen": (
        "你看过之后它又改了，所以没有按你的决定处理。请再看一遍。",
        "Changed since you looked, so your decision was not applied. Look at it again.",
    ),
    "over_your_limit": (
        "超出你的审批限额 ¥{limit}。请交给限额更高的人。",
        "Above your approval limit of ¥{limit}. Somebody with a higher limit has to decide.",
    ),
    "comment_missing": (
        "请写一句说明，让申请人知道怎么改。",
        "Write a comment, so that the claimant knows what to change.",
    ),
    "reason_missing": ("请选一个原因。", "Choose a reason."),
    "approved_above_claimed": (
        "批准的金额不能高于申请的金额。",
        "The amount approved cannot be above the amount claimed.",
    ),
    "incomplete": ("还缺“{field}”{line}。草稿已保存。", "'{field}' is missing{line}. The draft is saved."),
    "fapiao_used": (
        "发票 {number} 已在另一张报销单中使用。原文和照片都保留在这里。",
        "Fapiao {number} is used in another claim. Your text and photos are kept here.",
    ),
    "receipt_used": (
        "第 {line} 项的凭证已在另一张报销单中使用。原文和照片都保留在这里。",
        "A receipt of line {line} is used in another claim. Your text and photos are kept here.",
    ),
    "beneficiary": (
        "这次拜访你也在场，同席的餐费要由别人批准。可以退回或驳回。",
        "You were at this visit yourself: somebody else approves the meal. You may send it back or reject it.",
    ),
    "receipt_awaited": (
        "第 {line} 项的凭证还没有到，看过才能批准。可以先退回，或等同步后再批准。",
        "A receipt of line {line} is still on its way and must be seen first. Approve after a sync, or send it back.",
    ),
    "over_budget": (
        "预算不够：还剩 ¥{left}。报销单保留着，可以改小或等预算调整。",
        "The budget does not suffice: ¥{left} left. The claim is kept; lower it or wait for the budget.",
    ),
    "locked": (
        "报告已提交，修改需要写原因。你写的内容都在。",
        "The report is submitted; a change needs a reason. What you wrote is kept.",
    ),
    "forbidden": ("你没有这项权限。原文保留在这里。", "You may not do this. Your text is kept here."),
    "out_of_scope": (
        "这条记录不在你的辖区。原文保留着，可以交给负责的同事。",
        "This record is not in your territory. Your text is kept; pass it on to the colleague in charge.",
    ),
    "no_territory": ("你还没有分到辖区。请联系管理员。", "You have no territory yet. Ask the administrator."),
    "field_not_allowed": (
        "你不能修改“{field}”。其他内容保留着。",
        "You may not change '{field}'. The rest is kept.",
    ),
    "body_mismatch": (
        "服务器已收到过同一编号的另一份内容。原文保留着，请重新提交。",
        "The server has another content under the same number. Your text is kept; submit it again.",
    ),
    "deleted": (
        "这条记录已被删除。你的修改保留着，由你决定怎么办。",
        "This record was deleted. Your change is kept, for you to decide.",
    ),
    "erased": (
        "这位医生的个人信息已按本人要求删除，不再接受修改。请放弃这项更改。",
        "What was held on this person was erased on request; nothing more is taken. Give this change up.",
    ),
    "given_up": (
        "你放弃过这项更改。你写的都在，可以修改后重新提交，或再放弃。",
        "You gave this change up. What you wrote is here: correct it and send it again, or drop it.",
    ),
    "row_awaited": (
        "服务器从备份恢复后，还没有它需要的记录：要等有那条记录的同事的电脑同步。到时会自动重新提交。",
        "The server came back from a backup and lacks a record that this one needs, until the colleague's laptop that "
        "has it has synced. Then this goes by itself.",
    ),
    "row_given_up": (
        "它提到的那条新记录已放弃，服务器上没有。你写的都在：去掉对它的引用再提交，或放弃这一项。",
        "It names a new record that was given up; the server has none. What you wrote is here: take the name out and "
        "send it again, or drop it.",
    ),
    "waits_for_other": (
        "它在等上面那一项：那一项处理好后会一起发送。",
        "It waits for another change: once that one is settled, it goes too.",
    ),
    "already_settled": (
        "这个冲突已经处理过了。三个值都在历史里。",
        "This conflict is settled already. All values are in the history.",
    ),
    "already_sent": (
        "已经到了服务器，不能再撤销。在这条记录上可以恢复、撤回或修改。",
        "It has reached the server and cannot be undone. On its record it can be restored, withdrawn or changed.",
    ),
    "scope_left": (
        "这条记录已移出你的辖区。你没发出的修改保留着，由你决定怎么办。",
        "This record left your territory. Your unsent change is kept, for you to decide.",
    ),
}

_WORLD: dict[str, _Pair] = {
    "no_display": (
        "找不到显示器（DISPLAY 和 WAYLAND_DISPLAY 都没有设置）。请在桌面里启动，或用命令行：crmdesk --help。",
        "There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). Start it from a desktop, or use the"
        " command line: crmdesk --help.",
    ),
    "library_missing": (
        "系统缺少 {library}。Debian/Ubuntu 请运行：sudo apt install libgl1 libegl1 libxkbcommon-x11-0"
        " libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1"
        " libdbus-1-3 libfontconfig1",
        "The system lacks {library}. On Debian or Ubuntu run: sudo apt install libgl1 libegl1 libxkbcommon-x11-0"
        " libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1"
        " libdbus-1-3 libfontconfig1",
    ),
    "disk_full": (
        "磁盘已满，刚才的更改没有保存。请腾出空间后再保存一次。",
        "The disk is full; the last change was not saved. Free some space and save again.",
    ),
    "data_dir": (
        "数据文件夹不能使用：{path}。请检查权限。",
        "The data folder cannot be used: {path}. Check its permissions.",
    ),
    "in_use": (
        "crmdesk 已在另一个窗口打开。请用那个窗口。",
        "crmdesk is open in another window already. Use that one.",
    ),
    "wrong_key": (
        "本机数据的密钥不对，数据没有打开。重新登录可以再取一份。",
        "The key does not fit the data on this laptop; nothing was opened. Sign in again to fetch it anew.",
    ),
    "key_missing": (
        "本机数据的密钥不见了。重新登录可以再取一份。",
        "The key of the data on this laptop is gone. Sign in again to fetch it anew.",
    ),
    "keyring_locked": (
        "系统钥匙串锁着。请先解锁，再试一次。",
        "The system's key ring is locked. Unlock it and try again.",
    ),
    "passphrase_needed": (
        "这台电脑没有可用的系统钥匙串。请设一个口令来保护本机数据：至少 12 个字符，可以是一句话；"
        "每次打开都要输入，谁也查不到它。",
        "This computer has no usable key ring. Choose a passphrase to protect the data on it: at least 12 characters, "
        "a sentence is fine. It is asked for at each start, and nobody can look it up.",
    ),
    "passphrase_wrong": (
        "口令不对。数据没有动，请再试一次。",
        "The passphrase is wrong. The data is untouched; try again.",
    ),
    "store_damaged": (
        "本机数据有损坏。没有写入任何东西；重新登录可以再取一份。",
        "The data on this laptop is damaged. Nothing was written; sign in again to fetch it anew.",
    ),
    "store_newer": (
        "本机数据来自更新的版本。请更新 crmdesk；数据没有动。",
        "The data on this laptop comes from a newer version. Update crmdesk; the data is untouched.",
    ),
    "store_busy": ("本机数据正忙。请稍后再试一次。", "The data on this laptop is busy. Try again in a moment."),
    "closed": ("窗口正在关闭。已保存的都在。", "The window is closing. What was saved is kept."),
    "cancelled": (
        "已停止。收到的都已保存，下次接着来。",
        "Stopped. What has arrived is saved; the next time goes on from there.",
    ),
    "foreign_user": (
        "这台电脑上的数据属于另一个账号。请用那个账号登录，或换一个数据文件夹。",
        "The data on this computer belongs to another account. Sign in with that one, or use another data folder.",
    ),
    "server_away": (
        "连不上服务器。更改都已保存在本机，联网后自动发送。",
        "The server cannot be reached. Changes are saved here and sent when there is a network.",
    ),
    "timeout": (
        "服务器太久没有回答。更改都在本机，会自动再试。",
        "The server took too long to answer. Changes are saved here; it will be tried again.",
    ),
    "answer_cut": (
        "传输中断。收到的都已保存，会从断点继续。",
        "The transfer broke off. What has arrived is saved; it goes on from there.",
    ),
    "server_error": (
        "服务器出错了（{status}）。更改都在本机，会自动再试。",
        "The server has a problem ({status}). Changes are saved here; it will be tried again.",
    ),
    "tls_untrusted": (
        "服务器的证书不可信，没有发送任何东西。请检查网络或联系管理员。",
        "The server's certificate is not trusted; nothing was sent. Check the network or ask the administrator.",
    ),
    "not_https": (
        "这个地址上的服务器不用加密连接（https），没有发送任何东西。请核对地址和端口；"
        "只有服务器就在这台电脑上时，地址才以 http:// 开头。",
        "The server at this address does not use an encrypted line (https); nothing was sent. Check address and port; "
        "only a server on this very computer has an address that begins with http://.",
    ),
    "captive_portal": (
        "这个网络要先在浏览器里登录。没有发送任何东西，更改都在本机。",
        "This network wants a sign-in in the browser first. Nothing was sent; changes are saved here.",
    ),
    "not_crmdesk": (
        "那个地址上不是 crmdesk 服务器。请检查地址；没有发送任何东西。",
        "There is no crmdesk server at that address. Check it; nothing was sent.",
    ),
    "too_many": (
        "尝试太多次了。请等 {retry_after_s} 秒再试。",
        "Too many attempts. Wait {retry_after_s} seconds and try again.",
    ),
    "wrong_credentials": ("账号或密码不对。请再试一次。", "Login or password is wrong. Try again."),
    "not_signed_in": ("请先登录。本机的内容都在。", "Sign in first. Everything on this laptop is kept."),
    "signed_out": (
        "登录已过期。请重新登录；没发送的更改都在。",
        "The session has ended. Sign in again; unsent changes are kept.",
    ),
    "token_expired": (
        "登录已过期。请重新登录；没发送的更改都在。",
        "The session has ended. Sign in again; unsent changes are kept.",
    ),
    "device_revoked": (
        "这台电脑已被停用。请联系管理员。",
        "This computer has been revoked. Ask the administrator.",
    ),
    "upgrade_needed": (
        "服务器需要新版本。请更新 crmdesk；没发送的更改都在。",
        "The server needs a newer version. Update crmdesk; unsent changes are kept.",
    ),
    "not_found": ("服务器上没有找到。", "It was not found on the server."),
    "bad_request": (
        "服务器没看懂这次请求。更改都在本机。",
        "The server did not understand the request. Changes are saved here.",
    ),
    "fork": (
        "本机数据曾被恢复成旧的一份，已重新编号。没有丢失。",
        "An older copy of the data was put back; it was renumbered. Nothing is lost.",
    ),
    "shrunk": (
        "服务器的内容突然少了很多（辖区调整过，或服务器从备份恢复过），同步已停下来等你确认。本机内容没有动。",
        "Much of the content vanished on the server (territories moved, or a backup was put back); the sync stopped to"
        " ask you. Nothing here was touched.",
    ),
    "replica_differs": (
        "本机和服务器的内容对不上，已多次重新取回。没有丢失；请把诊断信息发给支持人员。",
        "This laptop and the server still differ after fetching anew. Nothing is lost; send support the diagnostics.",
    ),
    "server_cannot_take": (
        "服务器处理不了这一项更改。原文保留着；可以修改后重试。",
        "The server could not take this change. Your text is kept; change it and try again.",
    ),
    "work_offline": (
        "正在离线工作。更改都存在本机，联网后再发送。",
        "Working offline. Changes are saved on this laptop and sent when you go online.",
    ),
    "database_not_initialised": (
        "服务器还没有准备好。请联系管理员。",
        "The server has not been set up yet. Ask the administrator.",
    ),
    "upload_damaged": (
        "附件在传输中损坏，会自动重新发送。",
        "An attachment was damaged on its way; it will be sent again.",
    ),
    "internal": (
        "出了意外的问题（{code}）。已保存的都在。请重试；如果再出现，把诊断信息发给支持人员。",
        "Something unexpected happened ({code}). What was saved is kept. Try again; if it comes back, send the"
        " diagnostics to support.",
    ),
}

_FILES: dict[str, _Pair] = {
    "lost": (
        "这台电脑和服务器上都没有它了。请让有它的人再附一次。",
        "Neither this computer nor the server has it. Whoever has the file has to attach it again.",
    ),
    "too_large": (
        "文件太大，服务器不收：最多 20 MB。请附一张小一些的。",
        "It is too large for the server: at most 20 MB. Attach a smaller one.",
    ),
    "narrow_way": (
        "这个网络不让这么大的文件通过。请换一个网络；如果再出现，请告诉管理员。",
        "This network lets nothing so large through. Try another one; if that does not help, tell the administrator.",
    ),
    "not_found": (
        "服务器还不认识它所属的记录。那条记录处理好后再试。",
        "The server does not know the record that it belongs to yet. Settle that one first, then try again.",
    ),
    "forbidden": (
        "你已不能看它所属的记录。文件还在这台电脑上。",
        "You may no longer see the record that it belongs to. The file is still on this computer.",
    ),
    "hash_mismatch": (
        "每次到达时都是坏的。请换一个网络再试。",
        "It arrived damaged each time. Try again on another network.",
    ),
    "attachment_damaged": (
        "每次取回来都是坏的。请换一个网络再试，或让有它的人再附一次。",
        "It came back damaged each time. Try another network, or have it attached again.",
    ),
    "stuck": (
        "多次没有传成（{code}）。文件都在；每天自动再试，也可以现在再试。",
        "It failed several times ({code}). The file is kept; it is tried again once a day, or now if you like.",
    ),
}

SENTENCES: dict[str, _Pair] = {
    **IMPORTS, **_INPUT, **_REFUSED, **_WORLD, **PLAN_SENTENCES, **VISITS, **MERGES, **DATA, **OWN_FIELDS,
    **CALL_BACKS, **PUT_ASIDE, **BACKUP,
}  # fmt: skip
"""Code → (Chinese, English)."""


def sentence(code: str, params: Mapping[str, Any] | None = None, language: str = "") -> str:
    """Return the sentence for a code; one without words of its own says so with the code, so that support can help.

    Without `language` (`zh` or `en`) it is the one that the windows show.
    """
    given = dict(params or {})
    if code == "invalid" and given.get("code") in SENTENCES:
        code = given["code"]  # the server says what was wrong with the value, as the form does
    if isinstance(given.get("retry_after_s"), float):
        given["retry_after_s"] = math.ceil(given["retry_after_s"])
    pair = SENTENCES.get(code)
    if pair is None:
        pair, given = SENTENCES["internal"], {"code": code}
    shown = language or _shown_language()
    return _filled(pair, spoken(given, shown != ENGLISH), shown) + remark_words(given, shown)


def remark_words(params: Mapping[str, Any], language: str = "") -> str:
    """Return what is to be looked at in an imported row, to stand behind its sentence; '' where nothing is."""
    chinese = (language or _shown_language()) != ENGLISH

    def named(target: str) -> str:
        record, _dot, name = target.partition(".")
        if name == "name" and record != "doctor":  # 科室 says more than the 名称 of one
            return RECORDS[record].zh if chinese else RECORDS[record].en
        return field_words({"record": record, "field": name}, chinese)

    text = remarks(params, chinese, named)
    return text if chinese or not text else f" {text}"


def refusal(code: str, params: Mapping[str, Any] | None = None, language: str = "") -> str:
    """Return why the server refused a change; a server that is newer than this version may have reasons of its own."""
    given = dict(params or {})
    code = _SAID_BY_THE_SERVER.get(code, code)
    known = str(given.get("code", "")) if code == "invalid" else code
    if known in SENTENCES:
        return sentence(code, given, language)
    return sentence("newer_reason", given | {"code": support_code(known or code)}, language)


def file_sentence(code: str, direction: str, language: str = "") -> str:
    """Return why a file does not get through; `direction` is up or down. A file that goes up is still here."""
    known = _FILES.get("lost" if code == "not_found" and direction == "down" else code)
    return _filled(known or _FILES["stuck"], {"code": support_code(code)}, language or _shown_language())


def finding(code: str, params: Mapping[str, Any], language: str = "") -> tuple[str, str]:
    """Return (sentence, rule) of a policy finding; an unknown code shows itself, so that nothing is hidden."""
    if code not in FINDINGS:
        return code, " · ".join(f"{name} {value}" for name, value in params.items())
    sentence_pair, rule = FINDINGS[code]
    shown = language or _shown_language()
    return _filled(sentence_pair, dict(params), shown), rule[0 if shown != ENGLISH else 1]


def error_sentence(error: BaseException, language: str = "") -> str:
    """Return the sentence for any error; one that is not ours gives its kind as the code, never its traceback."""
    if isinstance(error, CrmdeskError):
        return sentence(error.code, error.params, language)
    return sentence("internal", {"code": type(error).__name__}, language)


def support_code(code: str) -> str:
    """Return a code as it is read out to support: `fapiao_used` → `FAPIAO-USED`."""
    return code.upper().replace("_", "-")


class _Given(dict[str, Any]):
    """Parameters of a sentence; a missing one shows as a dash, never as an error."""

    def __missing__(self, key: str) -> str:
        return "—"


def _filled(pair: _Pair, params: dict[str, Any], language: str) -> str:
    chinese = language != ENGLISH
    values = _Given(params)
    for name, value in params.items():
        if name.endswith("_fen") and isinstance(value, int):
            values[name.removesuffix("_fen")] = format_fen(value)
    if "field" in params:
        values["field"] = field_words(params, chinese)
    if "{channel}" in pair[0] and "channel" in params:
        entry = picklists.choice("consent_channel", str(params["channel"]))
        values["channel"] = entry.zh if chinese else entry.en
    if "{category}" in pair[0] and "category" in params:
        entry = picklists.choice("expense_category", str(params["category"]))
        values["category"] = entry.zh if chinese else entry.en
    if "{line}" in pair[0] and "{field}" in pair[0]:
        line = params.get("line")
        values["line"] = "" if not line else f"（第 {line} 项）" if chinese else f" (line {line})"
    if "left" not in values and "planned_fen" in params:
        used = sum(int(params.get(name) or 0) for name in ("reserved_fen", "committed_fen", "spent_fen"))
        values["left"] = format_fen(int(params["planned_fen"]) - used)
    return pair[0 if chinese else 1].format_map(values)


def value_words(record: str, field: str, value: Any, language: str = "") -> str:
    """Return a field's value as people read it (picklist words, amounts, yes and no); '' for nothing."""
    chinese = (language or _shown_language()) != ENGLISH
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return ("是" if value else "否") if chinese else ("yes" if value else "no")
    if isinstance(value, list):
        return ("、" if chinese else ", ").join(value_words(record, field, entry, language) for entry in value)
    declared = RECORDS[record].field(field) if record in RECORDS and field in RECORDS[record].field_names else None
    if declared is not None and declared.picklist and isinstance(value, str):
        entry = picklists.choice(declared.picklist, value)
        return entry.zh if chinese else entry.en
    if declared is not None and declared.kind == "money" and isinstance(value, int):
        return f"¥{format_fen(value)}"
    return str(value)


def _shown_language() -> str:
    from crmdesk.ui import language  # lazy: only the windows have loaded Qt

    return language.current()
