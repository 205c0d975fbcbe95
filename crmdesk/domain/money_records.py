"""The records of money: claims with their lines, and budgets; `crmdesk.domain.records` takes them into the list."""

from crmdesk.domain.fields import Field, Kind, Merge, Record, ScopeRule
from crmdesk.domain.roles import NOBODY, Role

CLAIM_LINE = (
    Field("category", Kind.CHOICE, "类别", "Category", picklist="expense_category", required=True),
    Field("spent_on", Kind.DATE, "日期", "Date", required=True),
    Field("amount_fen", Kind.MONEY, "金额", "Amount", required=True, minimum=1, maximum=10**11),
    Field("description", Kind.TEXT, "说明", "Description", max_length=300),
    Field("doctor_ids", Kind.REFS, "参加医生", "Doctors", ref="doctor", max_length=200),
    Field("staff_count", Kind.INTEGER, "我方人数", "Staff", minimum=0, maximum=200),
    Field("fapiao_number", Kind.TEXT, "发票号码", "Fapiao number", max_length=40),
    Field("receipt_sha256s", Kind.TAGS, "凭证", "Receipts", max_length=20),
)

CLAIM = Record(
    "claim",
    "费用报销",
    "Expense claim",
    ScopeRule.MONEY,
    (
        Field("territory_id", Kind.REF, "辖区", "Territory", ref="territory", required=True, indexed=True),
        Field("owner_id", Kind.REF, "申请人", "Claimed by", ref="user", required=True, indexed=True, merge=Merge.OWNER),
        Field("title", Kind.TEXT, "事由", "Subject", max_length=200, required=True, merge=Merge.OWNER, hashed=True),
        Field("visit_id", Kind.REF, "拜访", "Visit", ref="visit", indexed=True, merge=Merge.OWNER, hashed=True),
        Field(
            "reason", Kind.TEXT, "无拜访原因", "Reason without a visit", max_length=500, merge=Merge.OWNER, hashed=True
        ),
        Field("attendees", Kind.TEXT, "参加人员", "Attendees", max_length=1000, merge=Merge.OWNER, hashed=True),
        Field("lines", Kind.ITEMS, "明细", "Lines", max_length=100, item=CLAIM_LINE, merge=Merge.OWNER, hashed=True),
        Field("currency", Kind.TEXT, "币种", "Currency", max_length=3, required=True, merge=Merge.OWNER, hashed=True),
        Field(
            "state",
            Kind.CHOICE,
            "状态",
            "State",
            picklist="claim_state",
            writers=NOBODY,
            merge=Merge.COMMAND,
            indexed=True,
        ),
        Field("total_fen", Kind.MONEY, "合计", "Total", writers=NOBODY, merge=Merge.COMMAND),
        Field("approved_fen", Kind.MONEY, "批准金额", "Approved", writers=NOBODY, merge=Merge.COMMAND),
        Field(
            "approved_lines",
            Kind.ITEMS,
            "批准明细",
            "Approved by line",
            max_length=100,
            writers=NOBODY,
            merge=Merge.COMMAND,
            item=(Field("amount_fen", Kind.MONEY, "金额", "Amount", required=True),),
        ),
        Field(
            "content_hash", Kind.TEXT, "内容指纹", "Content hash", max_length=64, writers=NOBODY, merge=Merge.COMMAND
        ),
        Field("submission", Kind.INTEGER, "提交次数", "Submission", writers=NOBODY, merge=Merge.COMMAND),
        Field("step", Kind.INTEGER, "审批步骤", "Approval step", writers=NOBODY, merge=Merge.COMMAND),
        Field("steps_needed", Kind.INTEGER, "所需步骤", "Steps needed", writers=NOBODY, merge=Merge.COMMAND),
        Field("submitted_at", Kind.INSTANT, "提交时间", "Submitted at", writers=NOBODY, merge=Merge.COMMAND),
        Field(
            "findings",
            Kind.ITEMS,
            "规则提示",
            "Findings",
            max_length=100,
            writers=NOBODY,
            merge=Merge.COMMAND,
            item=(
                Field("code", Kind.TEXT, "代码", "Code", max_length=60, required=True),
                Field("severity", Kind.TEXT, "程度", "Severity", max_length=10, required=True),
                Field("params", Kind.MAP, "参数", "Parameters"),
            ),
        ),
        Field(
            "decision_comment",
            Kind.TEXT,
            "审批意见",
            "Decision comment",
            max_length=1000,
            writers=NOBODY,
            merge=Merge.COMMAND,
        ),
    ),
    writers=frozenset({Role.REP, Role.MANAGER}),
    owner="owner_id",
)

BUDGET = Record(
    "budget",
    "预算",
    "Budget",
    ScopeRule.BUDGET,
    (
        Field("territory_id", Kind.REF, "辖区", "Territory", ref="territory", required=True, indexed=True),
        Field("period", Kind.TEXT, "期间", "Period", max_length=7, required=True),  # `2026Q4`
        Field("category", Kind.CHOICE, "类别", "Category", picklist="expense_category", required=True),
        Field("rule", Kind.CHOICE, "规则", "Rule", picklist="budget_rule", required=True),
        Field("planned_fen", Kind.MONEY, "计划", "Planned", minimum=0),
        Field("reserved_fen", Kind.MONEY, "预留", "Reserved", minimum=0),
        Field("committed_fen", Kind.MONEY, "已批准", "Committed", minimum=0),
        Field("spent_fen", Kind.MONEY, "已支付", "Spent", minimum=0),
    ),
)
