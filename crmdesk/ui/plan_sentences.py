"""The sentences about planning, in both languages; `crmdesk.ui.words` takes them into its own."""

PLAN_SENTENCES: dict[str, tuple[str, str]] = {
    "ends_before_start": (
        "结束日期早于开始日期。请改一个日期。",
        "It ends before it begins. Change one of the dates.",
    ),
    "named_twice": (
        "“{field}”里有一项写了两次。请只留一项。",
        "Something stands twice in '{field}'. Keep one of them.",
    ),
    "maximum_below_goal": (
        "最多次数不能低于目标次数（{goal}）。",
        "The maximum cannot be below the goal ({goal}).",
    ),
    "in_the_past": (
        "这一天已经过去，不能再计划。请选今天或以后。",
        "That day has passed and cannot be planned any more. Choose today or later.",
    ),
    "nothing_to_plan": ("没有可以加入计划的拜访。", "There is nothing to plan."),
    "not_planned": (
        "报告已经开始写，不能再移动。可以在报告里改时间。",
        "Its report has been begun, so it is not moved any more. Change the time in the report.",
    ),
    "move_reason_missing": (
        "换到另一天要写明原因。拜访还在原来的时间。",
        "Moving to another day needs a reason. The visit stays where it was.",
    ),
    "day_full": ("这一天已经排满。请换一天。", "That day is full. Choose another one."),
    "day_closed": (
        "这一天不安排拜访（节假日、周末或不在岗）。",
        "Nobody is visited on that day (holiday, weekend or day off).",
    ),
    "calendar_kind": ("不能存成 {suffix}。请用 .ics。", "It cannot be saved as {suffix}. Use .ics."),
    "too_many_days": ("一次最多导出 {limit} 天。", "At most {limit} days can be exported at once."),
    "own_proposal": (
        "不能答复自己的申请。请等经理答复。",
        "Nobody answers their own proposal. Wait for the manager.",
    ),
}
"""Code → (Chinese, English)."""
