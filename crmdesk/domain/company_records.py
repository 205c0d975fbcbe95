"""The records of what the company rules and agreed, and of what leaves it: rules, procurement, exports.

`crmdesk.domain.records` takes them into the list.
"""

from crmdesk.domain.exports import EXPORTERS
from crmdesk.domain.fields import Field, Kind, Merge, Personal, Record, ScopeRule
from crmdesk.domain.roles import NOBODY

EXPORT_NOTE = Record(
    "export_note",
    "导出记录",
    "Export",
    ScopeRule.OWN,
    (
        Field("owner_id", Kind.REF, "导出人", "Exported by", ref="user", required=True, merge=Merge.OWNER),
        Field("what", Kind.CHOICE, "内容", "What", picklist="exported", required=True),
        Field("row_count", Kind.INTEGER, "行数", "Rows", required=True, minimum=0, maximum=10_000_000),
        Field("file_name", Kind.TEXT, "文件名", "File name", max_length=200, required=True),
        Field("narrowed_by", Kind.TEXT, "筛选", "Narrowed by", max_length=1000, personal=Personal.IDENTITY),
        Field("exported_at", Kind.INSTANT, "导出时间", "Exported at", required=True),
    ),
    writers=EXPORTERS,
    owner="owner_id",
    fixed=True,
    kept=True,
)

COMPANY_RULE = Record(
    "company_rule",
    "公司规定",
    "Company rule",
    ScopeRule.COMPANY,
    (
        Field("name", Kind.CHOICE, "规定", "Rule", picklist="company_rule", required=True),
        Field("value", Kind.INTEGER, "数值", "Value", required=True, minimum=0, maximum=10_000),
        Field("earlier", Kind.INTEGER, "原来的数值", "Value before", minimum=0, maximum=10_000),
        Field("since", Kind.INSTANT, "开始时间", "Since"),
    ),
)
"""One row a rule that was set; what was never set has the value that the code gives it."""

COMPANY_CALENDAR = Record(
    "company_calendar",
    "工作日历",
    "Working calendar",
    ScopeRule.COMPANY,
    (
        Field("year", Kind.INTEGER, "年份", "Year", required=True, minimum=2000, maximum=2100),
        Field(
            "days",
            Kind.ITEMS,
            "放假与调休",
            "Holidays and make-up days",
            max_length=200,
            item=(
                Field("day", Kind.DATE, "日期", "Day", required=True),
                Field("name", Kind.TEXT, "名称", "Name", max_length=40, required=True),
                Field("worked", Kind.BOOLEAN, "上班", "Worked", required=True),
            ),
        ),
    ),
)
"""One row a year that the company gave itself, as a whole, instead of what came with the program."""

PROCUREMENT = Record(
    "procurement",
    "带量采购",
    "Volume-based procurement",
    ScopeRule.PARENT,
    (
        Field("parent_record", Kind.TEXT, "所属类型", "Parent kind", max_length=40, required=True, writers=NOBODY),
        Field("parent_id", Kind.REF, "机构", "Institution", required=True, indexed=True, writers=NOBODY),
        Field(
            "round_name", Kind.TEXT, "批次", "Round", max_length=60, required=True, writers=NOBODY,
            aliases=("采购批次", "集采批次", "轮次"),
        ),
        Field(
            "product_name", Kind.TEXT, "品种", "Product", max_length=120, required=True, writers=NOBODY,
            aliases=("药品", "药品名称", "通用名", "药品通用名", "产品", "generic name", "drug"),
        ),
        Field(
            "strength", Kind.TEXT, "规格", "Strength", max_length=120, writers=NOBODY,
            aliases=("规格包装", "specification"),
        ),
        Field("unit", Kind.TEXT, "单位", "Unit", max_length=20, writers=NOBODY, aliases=("计量单位",)),
        Field(
            "agreed", Kind.INTEGER, "约定采购量", "Agreed volume", required=True, minimum=0, maximum=10**12,
            writers=NOBODY, aliases=("约定量", "协议采购量", "协议量", "首年约定采购量", "agreed"),
        ),
        Field(
            "purchased", Kind.INTEGER, "已采购量", "Purchased volume", minimum=0, maximum=10**12, writers=NOBODY,
            aliases=("完成量", "采购量", "实际采购量", "purchased"),
        ),
        Field(
            "starts_on", Kind.DATE, "协议开始", "Agreed from", required=True, writers=NOBODY,
            aliases=("开始", "采购周期开始", "开始日期", "from"),
        ),
        Field(
            "ends_on", Kind.DATE, "协议结束", "Agreed until", required=True, writers=NOBODY,
            aliases=("结束", "采购周期结束", "结束日期", "to", "until"),
        ),
        Field(
            "as_of", Kind.DATE, "截至日期", "As of", writers=NOBODY, aliases=("截至", "数据日期", "统计日期", "as of")
        ),
        Field(
            "source", Kind.TEXT, "数据来源", "Source", max_length=200, required=True, writers=NOBODY, aliases=("来源",)
        ),
    ),
)  # fmt: skip
