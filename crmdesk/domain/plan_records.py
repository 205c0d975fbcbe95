"""The records of planning: cycle plans, targets and days off; `crmdesk.domain.records` takes them into the list."""

from crmdesk.domain.fields import Field, Kind, Merge, Record, ScopeRule
from crmdesk.domain.roles import FIELD_FORCE, NOBODY, Role

PLANNERS = frozenset({Role.MANAGER, Role.ADMIN})
MAX_VISITS = 60
"""More visits to one doctor in a cycle are a typing error."""

_TERRITORY = Field("territory_id", Kind.REF, "辖区", "Territory", ref="territory", required=True, indexed=True)
_OWNER = Field(
    "owner_id", Kind.REF, "代表", "Representative", ref="user", required=True, indexed=True, merge=Merge.OWNER
)
_STARTS_ON = Field("starts_on", Kind.DATE, "开始", "From", required=True)
_ENDS_ON = Field("ends_on", Kind.DATE, "结束", "To", required=True)

CYCLE_PLAN = Record(
    "cycle_plan",
    "周期计划",
    "Cycle plan",
    ScopeRule.TERRITORY,
    (
        _TERRITORY,
        Field("name", Kind.TEXT, "名称", "Name", max_length=80, required=True),
        _STARTS_ON,
        _ENDS_ON,
        Field("visits_per_day", Kind.INTEGER, "每日容量", "Visits a day", minimum=1, maximum=40),
        Field(
            "goals",
            Kind.ITEMS,
            "按分类的目标",
            "Goals by class",
            max_length=10,
            item=(
                Field("customer_class", Kind.CHOICE, "分类", "Class", picklist="customer_class", required=True),
                Field("goal", Kind.INTEGER, "目标次数", "Goal", required=True, minimum=0, maximum=MAX_VISITS),
                Field("maximum", Kind.INTEGER, "最多次数", "Maximum", minimum=0, maximum=MAX_VISITS),
            ),
        ),
        Field(
            "channel_weights",
            Kind.ITEMS,
            "方式权重",
            "Channel weights",
            max_length=10,
            item=(
                Field("channel", Kind.CHOICE, "方式", "Channel", picklist="channel", required=True),
                Field("percent", Kind.INTEGER, "权重（%）", "Weight (%)", required=True, minimum=0, maximum=200),
            ),
        ),
    ),
    writers=PLANNERS,
)

PLAN_TARGET = Record(
    "plan_target",
    "拜访目标",
    "Target",
    ScopeRule.TERRITORY,
    (
        _TERRITORY,
        _OWNER,
        Field(
            "cycle_plan_id", Kind.REF, "周期计划", "Cycle plan", ref="cycle_plan", required=True, indexed=True,
            merge=Merge.OWNER, hashed=True,
        ),
        Field(
            "doctor_id", Kind.REF, "医生", "Doctor", ref="doctor", required=True, indexed=True, merge=Merge.OWNER,
            hashed=True,
        ),
        Field(
            "wanted", Kind.INTEGER, "申请次数", "Visits asked for", required=True, minimum=0, maximum=MAX_VISITS,
            merge=Merge.OWNER, hashed=True,
        ),
        Field("grounds", Kind.TEXT, "申请原因", "Reason", max_length=500, merge=Merge.OWNER, hashed=True),
        Field(
            "state", Kind.CHOICE, "状态", "State", picklist="plan_target_state", writers=NOBODY, merge=Merge.COMMAND
        ),
        Field(
            "agreed", Kind.INTEGER, "同意次数", "Visits agreed", minimum=0, maximum=MAX_VISITS, writers=NOBODY,
            merge=Merge.COMMAND,
        ),
        Field("answer", Kind.TEXT, "答复", "Answer", max_length=500, writers=NOBODY, merge=Merge.COMMAND),
        Field("decided_by", Kind.REF, "答复人", "Answered by", ref="user", writers=NOBODY, merge=Merge.COMMAND),
        Field("decided_at", Kind.INSTANT, "答复时间", "Answered at", writers=NOBODY, merge=Merge.COMMAND),
        Field(
            "content_hash", Kind.TEXT, "内容指纹", "Content hash", max_length=64, writers=NOBODY, merge=Merge.COMMAND
        ),
    ),
    writers=frozenset({Role.REP, Role.MANAGER}),
    owner="owner_id",
)  # fmt: skip

DAY_OFF = Record(
    "day_off",
    "不在岗",
    "Day off",
    ScopeRule.TERRITORY,
    (
        _TERRITORY,
        _OWNER,
        Field("starts_on", Kind.DATE, "开始", "From", required=True, merge=Merge.OWNER, indexed=True),
        Field("ends_on", Kind.DATE, "结束", "To", required=True, merge=Merge.OWNER),
        Field("part", Kind.CHOICE, "时段", "Part of the day", picklist="day_part", required=True, merge=Merge.OWNER),
        Field("kind", Kind.CHOICE, "原因", "Kind", picklist="day_off_kind", required=True, merge=Merge.OWNER),
        Field("note", Kind.TEXT, "备注", "Note", max_length=200, merge=Merge.OWNER),
    ),
    writers=FIELD_FORCE,
    owner="owner_id",
    together=frozenset({"starts_on", "ends_on"}),
)
