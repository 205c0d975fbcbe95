"""The sentences about visits and adverse events, for `crmdesk.ui.words`."""

VISITS: dict[str, tuple[str, str]] = {
    "too_late": (
        "拜访报告最迟在拜访后 {days} 天内提交，这一份最迟 {last}。内容保留着，可以先保存，请联系经理。",
        "A report has to be submitted within {days} days of the visit, this one by {last}. It is kept; save it and"
        " talk to your manager.",
    ),
    "nothing_amended": (
        "还没有改动，所以没有更正。",
        "Nothing was changed yet, so there is nothing to amend.",
    ),
    "not_submitted": (
        "这份报告还没有提交，可以直接修改。",
        "This report is not submitted yet; change it directly.",
    ),
    "kept": (
        "按规定这要保留，不能删除。可以更正，改动都留在历史里。",
        "This has to be kept and cannot be deleted. It can be corrected; every change stays in its history.",
    ),
    "given_once": (
        "“{field}”在建立时就定了，不能再改。其他内容保留着。",
        "'{field}' was set when this was made and cannot be changed. The rest is kept.",
    ),
    "clock_changed": (
        "上报时限是听到后 24 小时，不能改。请核对本机时间后再试。",
        "The report is due 24 hours after it was heard; that cannot be changed. Check the clock of this computer.",
    ),
    "task_missing": (
        "听到了不良反应，但上报任务还没有到服务器。报告保留着，请先处理上报任务。",
        "An adverse event was heard, but its task is not at the server. The report is kept; settle the task first.",
    ),
}
