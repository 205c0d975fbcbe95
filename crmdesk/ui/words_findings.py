"""The words of policy findings: what is odd about a claim, and the rule that says so, for `crmdesk.ui.words`."""

FINDINGS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "meal_cap": (
        ("第 {line} 行餐饮人均 ¥{a_head}，上限 ¥{cap}", "Line {line}: meal ¥{a_head} a head, limit ¥{cap}"),
        ("餐饮人均上限", "Limit for meals a head"),
    ),
    "fapiao_used": (
        (
            "第 {line} 行的发票 {fapiao_number} 在另一张报销单或另一行里用过",
            "The fapiao {fapiao_number} of line {line} is used in another claim or line",
        ),
        ("一张发票只能报销一次", "A fapiao is claimed once"),
    ),
    "receipt_used": (
        ("第 {line} 行的凭证在另一张报销单里用过", "A receipt of line {line} is used in another claim"),
        ("一份凭证只能报销一次", "A receipt is claimed once"),
    ),
    "beneficiary": (
        ("这次拜访你也在场，餐费要由别人批准", "You were at this visit: somebody else approves the meal"),
        ("受益人不审批", "Nobody approves what the person benefits from"),
    ),
    "receipt_awaited": (
        ("第 {line} 行的凭证还没有到这台电脑", "A receipt of line {line} has not reached this computer yet"),
        ("看过凭证才能批准", "Receipts are looked at before approval"),
    ),
    "over_budget": (
        ("{period} {category}：超出预算", "{period} {category}: over budget"),
        ("预算检查", "Budget check"),
    ),
    "no_budget": (
        ("{period} {category}：没有预算", "{period} {category}: there is no budget"),
        ("预算检查", "Budget check"),
    ),
    "visit_claimed": (
        (
            "同一次拜访已另报 {count} 张，共 ¥{other}，合计 ¥{together}",
            "This visit is claimed for already: {count} more, ¥{other} in all, ¥{together} together",
        ),
        ("同一次拜访合并看", "Claims for one visit are looked at together"),
    ),
    "unlikely_date": (
        ("第 {line} 行的日期 {spent_on} 不太可能", "Line {line}: the date {spent_on} is unlikely"),
        ("花费日期在提交前 180 天之内", "Spent within 180 days before it is submitted"),
    ),
}
"""By code: (sentence, rule), each in Chinese and English."""
