"""The sentences about call-backs, for `crmdesk.ui.words`."""

CALL_BACKS: dict[str, tuple[str, str]] = {
    "call_back_about_nothing": (
        "回访要说明是关于哪次拜访或哪张报销单的。内容保留着。",
        "A call-back has to say which visit or claim it is about. What you wrote is kept.",
    ),
    "nobody_answered": (
        "没联系上或不愿回答时，不记问了什么、确认了什么。请改结果，或清空这两项。",
        "Where nobody answered there is nothing asked or confirmed. Change the outcome, or clear both.",
    ),
    "confirmed_unasked": (
        "“对方确认”里有没问过的事。请先在“问了”里选上。",
        "Something was confirmed that was not asked. Add it to what was asked.",
    ),
    "not_all_confirmed": (
        "问了的事没有全部确认，结果就不是“属实”。请改成“有异议”，或补上确认。",
        "Not all that was asked was confirmed, so the outcome is not 'confirmed'. Say 'disputed' or add it.",
    ),
    "nothing_disputed": (
        "问了的事全部确认了，结果就不是“有异议”。请去掉没有确认的那一项，或改成“属实”。",
        "All that was asked was confirmed, so nothing is disputed. Take out what was not, or say 'confirmed'.",
    ),
    "not_its_visit": (
        "这张报销单不是为这次拜访报的。内容保留着，请重新选择。",
        "This claim is not for that visit. What you wrote is kept; choose again.",
    ),
    "not_its_doctor": (
        "这位医生不在这次拜访或报销单里，不能就它回访。内容保留着。",
        "This doctor has no part in the visit or claim and cannot be called about it. What you wrote is kept.",
    ),
    "visit_not_reported": (
        "没有已提交的拜访可以回访：报告提交之后才能核实。",
        "There is no submitted visit to call about: a visit can be verified once its report is submitted.",
    ),
    "before_visit": (
        "回访时间早于拜访。请改正时间，内容都在。",
        "The call lies before the visit. Correct the time; everything else is kept.",
    ),
    "in_future": (
        "回访时间还没有到。请改成实际回访的时间，内容都在。",
        "That time has not come yet. Set the time at which you called; everything else is kept.",
    ),
    "took_part": (
        "你参加了这次拜访，不能由你回访。请交给没有参加的主管。",
        "You took part in this visit, so you cannot call back about it. A supervisor who did not has to.",
    ),
    "no_consent": (
        "医生没有同意用{channel}联系，所以不能这样回访。可以面对面核实，或换一种已同意的方式；内容都在。",
        "The doctor has not agreed to be contacted by {channel}, so this way is closed. Ask face to face, or take a way"
        " that was agreed to; what you wrote is kept.",
    ),
    "call_back_bound": (
        "报销单已按这次回访作了决定，所以它不能再改。需要时请另记一次回访。",
        "A claim was decided by this call-back, so it cannot be changed any more. Note another one if there is need.",
    ),
    "call_back_missing": (
        "先记下回访，再由它确认或质疑报销单。按 K 记回访；报销单没有变。",
        "Note the call-back first; it then confirms or disputes the claim. Press K to note it; the claim is unchanged.",
    ),
    "call_back_differs": (
        "回访的结果和对报销单的决定不一致，所以没有处理。请核对回访。",
        "The call-back says something else than the decision on the claim, so nothing was done. Look at the call-back.",
    ),
}
