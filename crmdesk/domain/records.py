"""The records of crmdesk, each declared once.

House-keeping columns are not declared here, every row has them on both sides: `id` (UUIDv7 text), `revision` (integer,
1 at creation, +1 a change), `deleted` (0/1), `created_at`, `created_by`, `updated_at`, `updated_by`.
"""

from crmdesk.domain.call_back_record import CALL_BACK
from crmdesk.domain.company_records import COMPANY_CALENDAR, COMPANY_RULE, EXPORT_NOTE, PROCUREMENT
from crmdesk.domain.decimals import MOST_PLACES
from crmdesk.domain.fields import Field, Kind, Merge, Personal, Record, ScopeRule
from crmdesk.domain.merge_records import DOCTOR_MERGE, INSTITUTION_MERGE
from crmdesk.domain.money_records import BUDGET, CLAIM
from crmdesk.domain.plan_records import CYCLE_PLAN, DAY_OFF, PLAN_TARGET
from crmdesk.domain.roles import FIELD_FORCE, NOBODY, Role

ADMIN = frozenset({Role.ADMIN})
REVIEWERS = frozenset({Role.MANAGER, Role.ADMIN})

CUSTOM = Field("custom", Kind.MAP, "公司字段", "Company fields", max_length=60, merge=Merge.KEYS)
"""The values of the fields that an administrator defined (`custom_field` rows), by their key."""

TERRITORY = Record(
    "territory",
    "辖区",
    "Territory",
    ScopeRule.COMPANY,
    (
        Field("name", Kind.TEXT, "名称", "Name", required=True),
        Field("kind", Kind.CHOICE, "层级", "Level", picklist="territory_kind", required=True),
        Field("parent_id", Kind.REF, "上级", "Parent", ref="territory", indexed=True),
    ),
)

USER = Record(
    "user",
    "人员",
    "User",
    ScopeRule.COMPANY,
    (
        Field("login", Kind.TEXT, "账号", "Login", max_length=80, required=True, indexed=True),
        Field("name", Kind.TEXT, "姓名", "Name", max_length=80, required=True, personal=Personal.IDENTITY),
        Field("role", Kind.CHOICE, "角色", "Role", picklist="role", required=True),
        Field("approval_limit_fen", Kind.MONEY, "审批限额", "Approval limit", minimum=0),
        Field("active", Kind.BOOLEAN, "启用", "Active"),
    ),
)

ASSIGNMENT = Record(
    "assignment",
    "辖区分配",
    "Assignment",
    ScopeRule.COMPANY,
    (
        Field("user_id", Kind.REF, "人员", "User", ref="user", required=True, indexed=True),
        Field("territory_id", Kind.REF, "辖区", "Territory", ref="territory", required=True, indexed=True),
        Field("valid_from", Kind.DATE, "开始", "From", required=True),
        Field("valid_to", Kind.DATE, "结束", "To"),
    ),
)

CUSTOM_FIELD = Record(
    "custom_field",
    "公司字段定义",
    "Company field",
    ScopeRule.COMPANY,
    (
        Field("for_record", Kind.CHOICE, "用于", "For", picklist="custom_record", required=True),
        Field("key", Kind.TEXT, "键", "Key", max_length=40, required=True),
        Field("name", Kind.TEXT, "中文名", "Chinese name", max_length=40, required=True),
        Field("name_en", Kind.TEXT, "英文名", "English name", max_length=60),
        Field("kind", Kind.CHOICE, "类型", "Kind", picklist="custom_kind", required=True),
        Field(
            "choices",
            Kind.ITEMS,
            "选项",
            "Choices",
            max_length=60,
            item=(
                Field("zh", Kind.TEXT, "中文", "Chinese", max_length=60, required=True),
                Field("en", Kind.TEXT, "英文", "English", max_length=60),
            ),
        ),
        Field("roles", Kind.TAGS, "可填写的角色", "Roles that may write", max_length=5, picklist="role"),
        Field("unit", Kind.TEXT, "单位", "Unit", max_length=20),
        Field("unit_en", Kind.TEXT, "英文单位", "English unit", max_length=30),
        Field("places", Kind.INTEGER, "小数位数", "Decimals", minimum=1, maximum=MOST_PLACES),
        Field("position", Kind.INTEGER, "顺序", "Position", minimum=0, maximum=1000),
        Field("retired", Kind.BOOLEAN, "已停用", "Retired"),
    ),
)

INSTITUTION = Record(
    "institution",
    "机构",
    "Institution",
    ScopeRule.CUSTOMER,
    (
        Field(
            "name",
            Kind.TEXT,
            "名称",
            "Name",
            required=True,
            aliases=("医院", "医院名称", "机构名称", "hos_name", "hospital", "hospitalname", "hospital name", "单位"),
        ),
        Field("aliases", Kind.TAGS, "别名", "Aliases", max_length=20, merge=Merge.SET, aliases=("又名", "曾用名")),
        Field("kind", Kind.CHOICE, "类型", "Kind", picklist="institution_kind", aliases=("机构类型",)),
        Field(
            "level",
            Kind.CHOICE,
            "等级",
            "Level",
            picklist="institution_level",
            aliases=("级别", "医院等级", "医院级别", "hos_grade", "grade"),
        ),
        Field("province", Kind.TEXT, "省份", "Province", max_length=40, aliases=("省",)),
        Field("city", Kind.TEXT, "城市", "City", max_length=60, aliases=("市", "地区", "所在地", "hos_city", "place")),
        Field("area_code", Kind.TEXT, "行政区划代码", "Area code", max_length=12),
        Field("address", Kind.TEXT, "地址", "Address", max_length=300, aliases=("详细地址", "医院地址")),
        Field("postcode", Kind.TEXT, "邮编", "Postcode", max_length=12, aliases=("邮政编码", "zip")),
        Field(
            "phone",
            Kind.TEXT,
            "总机",
            "Switchboard",
            max_length=60,
            digits=3,
            aliases=("电话", "tel", "联系电话", "phone", "telefon", "téléphone"),
        ),
        Field(
            "specialities",
            Kind.TAGS,
            "重点专科",
            "Key specialities",
            max_length=60,
            merge=Merge.SET,
            aliases=("hos_speciality", "特色专科", "专科"),
        ),
        Field("customer_class", Kind.CHOICE, "分类", "Class", picklist="customer_class"),
        Field("reception_rules", Kind.LONG_TEXT, "接待规定", "Reception rules", max_length=2000, merge=Merge.TEXT),
        CUSTOM,
        Field("territory_id", Kind.REF, "辖区", "Territory", ref="territory", required=True, indexed=True),
        Field("under_review", Kind.BOOLEAN, "待审核", "Under review", writers=REVIEWERS),
    ),
    writers=FIELD_FORCE,
    search=True,
)

DEPARTMENT = Record(
    "department",
    "科室",
    "Department",
    ScopeRule.CUSTOMER,
    (
        Field("institution_id", Kind.REF, "机构", "Institution", ref="institution", required=True, indexed=True),
        Field("name", Kind.TEXT, "名称", "Name", max_length=80, required=True),
        Field("specialty", Kind.CHOICE, "专业", "Specialty", picklist="specialty"),
    ),
    writers=FIELD_FORCE,
)

DOCTOR = Record(
    "doctor",
    "医生",
    "Doctor",
    ScopeRule.CUSTOMER,
    (
        Field(
            "name",
            Kind.TEXT,
            "姓名",
            "Name",
            max_length=80,
            required=True,
            personal=Personal.IDENTITY,
            aliases=("医生", "医生姓名", "doctorname", "doctor", "名字", "full name"),
        ),
        Field("title", Kind.CHOICE, "职称", "Title", picklist="doctor_title", aliases=("doctor_title", "级别职称")),
        Field("specialty", Kind.CHOICE, "专业", "Specialty", picklist="specialty", aliases=("学科",)),
        Field(
            "customer_class",
            Kind.CHOICE,
            "分类",
            "Class",
            picklist="customer_class",
            aliases=("客户分类", "级别", "分级"),
        ),
        Field("influence", Kind.CHOICE, "影响力", "Influence", picklist="influence"),
        Field(
            "mobile",
            Kind.TEXT,
            "手机",
            "Mobile",
            max_length=40,
            digits=5,
            personal=Personal.CONTACT,
            aliases=("手机号", "手机号码", "mobile phone", "cell"),
        ),
        Field(
            "phone",
            Kind.TEXT,
            "办公电话",
            "Office phone",
            max_length=40,
            digits=3,
            personal=Personal.CONTACT,
            aliases=("电话", "座机", "tel", "telefon", "téléphone"),
        ),
        Field(
            "email",
            Kind.TEXT,
            "邮箱",
            "E-mail",
            max_length=120,
            personal=Personal.CONTACT,
            aliases=("邮件", "电子邮箱", "e-mail", "mail"),
        ),
        Field(
            "good_at", Kind.LONG_TEXT, "擅长", "Good at", max_length=4000, merge=Merge.TEXT, aliases=("good_at", "专长")
        ),
        Field("preferred_time", Kind.TEXT, "偏好时间", "Preferred time", max_length=80),
        Field("preferred_channel", Kind.CHOICE, "偏好方式", "Preferred channel", picklist="channel"),
        Field(
            "consent",
            Kind.TAGS,
            "同意的联系方式",
            "Consent to channels",
            max_length=10,
            picklist="consent_channel",
            merge=Merge.SET,
            aliases=("同意", "知情同意", "同意方式", "同意渠道", "同意联系方式", "授权方式", "consent", "consents"),
        ),
        Field(
            "consent_on",
            Kind.DATE,
            "同意日期",
            "Consent given on",
            aliases=(
                "知情同意日期",
                "签署日期",
                "授权日期",
                "consent date",
                "date of consent",
                "einwilligung am",
                "date de consentement",
            ),
        ),
        Field("consent_evidence", Kind.TEXT, "同意凭证", "Consent evidence", max_length=200),
        Field("tags", Kind.TAGS, "标签", "Tags", max_length=30, merge=Merge.SET),
        Field("note", Kind.LONG_TEXT, "备注", "Note", max_length=20_000, merge=Merge.TEXT, aliases=("说明", "remark")),
        CUSTOM,
        Field("status", Kind.CHOICE, "状态", "Status", picklist="doctor_status", writers=REVIEWERS),
        Field("territory_id", Kind.REF, "辖区", "Territory", ref="territory", required=True, indexed=True),
    ),
    writers=FIELD_FORCE,
    search=True,
)

AFFILIATION = Record(
    "affiliation",
    "执业机构",
    "Affiliation",
    ScopeRule.CUSTOMER,
    (
        Field("doctor_id", Kind.REF, "医生", "Doctor", ref="doctor", required=True, indexed=True),
        Field("institution_id", Kind.REF, "机构", "Institution", ref="institution", required=True, indexed=True),
        Field("department_id", Kind.REF, "科室", "Department", ref="department"),
        Field("duty", Kind.TEXT, "职务", "Duty", max_length=80),
        Field("is_primary", Kind.BOOLEAN, "主要执业", "Primary"),
        Field("valid_from", Kind.DATE, "开始", "From"),
        Field("valid_to", Kind.DATE, "结束", "To"),
    ),
    writers=FIELD_FORCE,
)

PRODUCT = Record(
    "product",
    "产品",
    "Product",
    ScopeRule.COMPANY,
    (
        Field("name", Kind.TEXT, "名称", "Name", required=True),
        Field("generic_name", Kind.TEXT, "通用名", "Generic name"),
        Field(
            "messages",
            Kind.ITEMS,
            "获批信息",
            "Approved messages",
            max_length=30,
            item=(
                Field("code", Kind.TEXT, "代码", "Code", max_length=40, required=True),
                Field("zh", Kind.TEXT, "中文", "Chinese", required=True),
                Field("en", Kind.TEXT, "英文", "English", required=True),
            ),
        ),
        Field("filed_until", Kind.DATE, "备案有效期", "Filing valid until"),
    ),
)

VISIT = Record(
    "visit",
    "拜访",
    "Visit",
    ScopeRule.TERRITORY,
    (
        Field("territory_id", Kind.REF, "辖区", "Territory", ref="territory", required=True, indexed=True),
        Field(
            "owner_id", Kind.REF, "代表", "Representative", ref="user", required=True, indexed=True, merge=Merge.OWNER
        ),
        Field("state", Kind.CHOICE, "状态", "State", picklist="visit_state", required=True, merge=Merge.OWNER),
        Field("doctor_ids", Kind.REFS, "医生", "Doctors", ref="doctor", max_length=100, merge=Merge.SET),
        Field("absent_ids", Kind.REFS, "缺席医生", "Absent doctors", ref="doctor", max_length=100, merge=Merge.SET),
        Field("institution_id", Kind.REF, "机构", "Institution", ref="institution", merge=Merge.OWNER),
        Field("starts_at", Kind.INSTANT, "时间", "Time", required=True, merge=Merge.OWNER, indexed=True),
        Field("zone", Kind.TEXT, "时区", "Zone", max_length=60, required=True, merge=Merge.OWNER),
        Field("duration_min", Kind.INTEGER, "时长（分钟）", "Minutes", minimum=0, maximum=1440, merge=Merge.OWNER),
        Field("channel", Kind.CHOICE, "方式", "Channel", picklist="channel", merge=Merge.OWNER),
        Field("joint_with_ids", Kind.REFS, "同行", "Joint with", ref="user", max_length=10, merge=Merge.SET),
        Field(
            "products",
            Kind.ITEMS,
            "产品与反应",
            "Products and reactions",
            max_length=20,
            merge=Merge.OWNER,
            item=(
                Field("product_id", Kind.REF, "产品", "Product", ref="product", required=True),
                Field("messages", Kind.TAGS, "信息", "Messages", max_length=30),
                Field("reaction", Kind.CHOICE, "反应", "Reaction", picklist="reaction"),
            ),
        ),
        Field("questions", Kind.LONG_TEXT, "提问", "Questions", max_length=10_000, merge=Merge.TEXT),
        Field("questions_done", Kind.BOOLEAN, "已答复", "Questions answered", merge=Merge.OWNER),
        Field("competitor", Kind.LONG_TEXT, "竞品信息", "Competitor information", max_length=10_000, merge=Merge.TEXT),
        Field("adverse_event", Kind.BOOLEAN, "听到不良反应", "Adverse event heard", merge=Merge.OWNER),
        Field("next_step", Kind.TEXT, "下一步", "Next step", max_length=500, merge=Merge.OWNER),
        Field("next_step_on", Kind.DATE, "下一步日期", "Next step due", merge=Merge.OWNER),
        Field("next_step_done", Kind.BOOLEAN, "已兑现", "Next step done", merge=Merge.OWNER),
        Field("note", Kind.LONG_TEXT, "记录", "Note", max_length=200_000, merge=Merge.TEXT),
        CUSTOM,
    ),
    writers=FIELD_FORCE,
    owner="owner_id",
)

ADVERSE_EVENT = Record(
    "adverse_event",
    "不良反应上报",
    "Adverse event report",
    ScopeRule.PARENT,
    (
        Field("parent_record", Kind.TEXT, "所属类型", "Parent kind", max_length=40, required=True, once=True),
        Field("parent_id", Kind.REF, "拜访", "Visit", required=True, indexed=True, once=True),
        Field("doctor_ids", Kind.REFS, "告知的医生", "Told by", ref="doctor", max_length=100, merge=Merge.SET),
        Field("product_ids", Kind.REFS, "涉及产品", "Products", ref="product", max_length=20, merge=Merge.SET),
        Field("heard_at", Kind.INSTANT, "听到时间", "Heard at", required=True, once=True),
        Field("due_at", Kind.INSTANT, "上报时限", "Report by", required=True, once=True),
        Field(
            "heard",
            Kind.LONG_TEXT,
            "听到的情况",
            "What was heard",
            max_length=10_000,
            merge=Merge.TEXT,
            personal=Personal.SENSITIVE,
        ),
        Field(
            "state",
            Kind.CHOICE,
            "状态",
            "State",
            picklist="adverse_event_state",
            required=True,
            merge=Merge.OWNER,
            indexed=True,
        ),
        Field("reported_at", Kind.INSTANT, "上报时间", "Reported at"),
        Field("reported_by", Kind.REF, "上报人", "Reported by", ref="user"),
        Field("reported_how", Kind.CHOICE, "上报方式", "Reported through", picklist="adverse_event_way"),
        Field("reported_where", Kind.TEXT, "上报对象或编号", "Reported to, number", max_length=200),
    ),
    writers=FIELD_FORCE,
    kept=True,
    one_for="parent_id",
)

ATTACHMENT = Record(
    "attachment",
    "附件",
    "Attachment",
    ScopeRule.PARENT,
    (
        Field("parent_record", Kind.TEXT, "所属类型", "Parent kind", max_length=40, required=True),
        Field("parent_id", Kind.REF, "所属", "Parent", required=True, indexed=True),
        Field("sha256", Kind.TEXT, "指纹", "SHA-256", max_length=64, required=True, indexed=True),
        Field("file_name", Kind.TEXT, "文件名", "File name", max_length=200, required=True),
        Field("media_type", Kind.TEXT, "格式", "Media type", max_length=100, required=True),
        Field("size_bytes", Kind.INTEGER, "大小", "Bytes", minimum=0, maximum=20 * 2**20),
    ),
    writers=FIELD_FORCE,
    fixed=True,
)

CONFLICT = Record(
    "conflict",
    "冲突",
    "Conflict",
    ScopeRule.PARENT,
    (
        Field("parent_record", Kind.TEXT, "类型", "Record", max_length=40, required=True, writers=NOBODY),
        Field("parent_id", Kind.REF, "记录", "Row", required=True, indexed=True, writers=NOBODY),
        Field("field", Kind.TEXT, "字段", "Field", max_length=60, required=True, writers=NOBODY),
        Field("base_value", Kind.MAP, "修改之前", "Before", writers=NOBODY),  # {"value": …}, as the two below
        Field("winner_value", Kind.MAP, "当前采用", "In use", writers=NOBODY),
        Field("winner_by", Kind.REF, "采用值的作者", "In use, by", ref="user", writers=NOBODY),
        Field("winner_at", Kind.INSTANT, "采用值的时间", "In use, at", writers=NOBODY),
        Field("loser_value", Kind.MAP, "另一个值", "Other value", writers=NOBODY),
        Field("loser_by", Kind.REF, "另一个值的作者", "Other value, by", ref="user", writers=NOBODY),
        Field("loser_at", Kind.INSTANT, "另一个值的时间", "Other value, at", writers=NOBODY),
        Field("state", Kind.CHOICE, "状态", "State", picklist="conflict_state", required=True, merge=Merge.OWNER),
    ),
    writers=FIELD_FORCE,
)

AUDIT_ENTRY = Record(
    "audit_entry",
    "审计记录",
    "Audit entry",
    ScopeRule.PARENT,
    (
        Field("parent_record", Kind.TEXT, "类型", "Record", max_length=40),
        Field("parent_id", Kind.REF, "记录", "Row", indexed=True),
        Field("at", Kind.INSTANT, "时间", "At", required=True),
        Field("by_id", Kind.REF, "操作人", "By", ref="user"),
        Field("on_behalf_of_id", Kind.REF, "代表", "On behalf of", ref="user"),
        Field("device_id", Kind.TEXT, "设备", "Device", max_length=36),
        Field("action", Kind.TEXT, "操作", "Action", max_length=60, required=True),
        Field("changes", Kind.MAP, "变化", "Changes"),  # {field: [old, new]}
        Field("reason", Kind.TEXT, "原因", "Reason", max_length=1000),
    ),
)

RECORDS: dict[str, Record] = {
    record.name: record
    for record in (
        TERRITORY,
        USER,
        ASSIGNMENT,
        PRODUCT,
        CUSTOM_FIELD,
        COMPANY_RULE,
        COMPANY_CALENDAR,
        INSTITUTION,
        DEPARTMENT,
        DOCTOR,
        AFFILIATION,
        VISIT,
        ADVERSE_EVENT,
        CYCLE_PLAN,
        PLAN_TARGET,
        DAY_OFF,
        CLAIM,
        CALL_BACK,
        BUDGET,
        DOCTOR_MERGE,
        INSTITUTION_MERGE,
        PROCUREMENT,
        EXPORT_NOTE,
        ATTACHMENT,
        CONFLICT,
        AUDIT_ENTRY,
    )
}
"""Every record by name, in the order in which a first sync sends them."""

HOUSE_COLUMNS = ("id", "revision", "deleted", "created_at", "created_by", "updated_at", "updated_by")
"""The columns that every row has beside its declared fields, in wire order."""


def wire_columns(record: Record) -> tuple[str, ...]:
    """Return the columns of a row on the wire, house-keeping first."""
    return HOUSE_COLUMNS + record.field_names
