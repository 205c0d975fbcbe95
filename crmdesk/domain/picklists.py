"""The picklists: codes with their words in both languages, in the order in which people pick them."""

from dataclasses import dataclass
from functools import lru_cache

from crmdesk.domain.characters import simplified


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a picklist; `aliases` are spellings that imports accept."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()


def _list(*entries: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(entry[0], entry[1], entry[2], entry[3:]) for entry in entries)


PICKLISTS: dict[str, tuple[Choice, ...]] = {
    "role": _list(
        ("rep", "医药代表", "Representative"),
        ("manager", "地区经理", "Manager"),
        ("finance", "财务", "Finance"),
        ("auditor", "审计", "Auditor"),
        ("admin", "管理员", "Administrator"),
    ),
    "territory_kind": _list(
        ("company", "公司", "Company"), ("region", "大区", "Region"), ("territory", "辖区", "Territory")
    ),
    "company_rule": _list(("backdating_days", "补报期限（天）", "Days to report late")),
    "custom_record": _list(
        ("doctor", "医生", "Doctor"), ("institution", "机构", "Institution"), ("visit", "拜访", "Visit")
    ),
    "custom_kind": _list(
        ("text", "文本", "Text"),
        ("number", "整数", "Whole number"),
        ("decimal", "小数", "Decimal number"),
        ("date", "日期", "Date"),
        ("choice", "单选", "One choice"),
        ("choices", "多选", "Several choices"),
        ("yes_no", "是或否", "Yes or no"),
    ),
    "institution_kind": _list(
        ("hospital", "医院", "Hospital"),
        ("clinic", "诊所", "Clinic"),
        ("community", "社区卫生服务中心", "Community centre"),
        ("pharmacy", "药店", "Pharmacy"),
        ("distributor", "商业公司", "Distributor"),
    ),
    "institution_level": _list(
        ("3A+", "三级特等", "Tertiary special", "三级特"),
        ("3A", "三级甲等", "Tertiary A", "三甲"),
        ("3B", "三级乙等", "Tertiary B", "三乙"),
        ("3C", "三级丙等", "Tertiary C", "三丙"),
        ("3", "三级", "Tertiary", "三级未定等", "三级医院"),
        ("2A", "二级甲等", "Secondary A", "二甲"),
        ("2B", "二级乙等", "Secondary B", "二乙"),
        ("2C", "二级丙等", "Secondary C", "二丙"),
        ("2", "二级", "Secondary", "二级未定等", "二级医院"),
        ("1A", "一级甲等", "Primary A", "一甲"),
        ("1B", "一级乙等", "Primary B", "一乙"),
        ("1C", "一级丙等", "Primary C", "一丙"),
        ("1", "一级", "Primary", "一级未定等", "一级医院"),
        ("none", "未定级", "Not graded", "未评级", "其他", "未评", "未评定", "未定等", "无等级"),
    ),
    "customer_class": _list(
        ("A", "A 类", "Class A", "A 级"), ("B", "B 类", "Class B", "B 级"), ("C", "C 类", "Class C", "C 级")
    ),
    "doctor_title": _list(
        ("chief", "主任医师", "Chief physician", "正高"),
        ("associate_chief", "副主任医师", "Associate chief physician", "副高"),
        ("attending", "主治医师", "Attending physician"),
        ("resident", "住院医师", "Resident physician", "医师"),
        ("chief_pharmacist", "主任药师", "Chief pharmacist"),
        ("associate_chief_pharmacist", "副主任药师", "Associate chief pharmacist"),
        ("pharmacist", "药师", "Pharmacist", "主管药师"),
        ("nurse", "护师", "Nurse", "护士", "主管护师", "护士长"),
        ("other", "其他", "Other"),
    ),
    "influence": _list(
        ("national", "全国专家", "National expert"),
        ("regional", "区域专家", "Regional expert"),
        ("local", "院内", "Local"),
    ),
    "doctor_status": _list(
        ("under_review", "待审核", "Under review"),
        ("active", "在用", "Active"),
        ("left", "已离任", "Left"),
        ("merged", "已合并", "Merged"),
    ),
    "channel": _list(
        ("face_to_face", "面对面", "Face to face"),
        ("phone", "电话", "Phone"),
        ("wechat", "微信", "WeChat"),
        ("mail", "邮件", "E-mail"),
        ("meeting", "科室会", "Dept. meeting"),
    ),
    "consent_channel": _list(
        ("phone", "电话", "Phone"),
        ("sms", "短信", "SMS"),
        ("wechat", "微信", "WeChat"),
        ("mail", "邮件", "E-mail"),
    ),
    "reaction": _list(
        ("positive", "认可", "Positive"), ("neutral", "中立", "Neutral"), ("objection", "有异议", "Objection")
    ),
    "visit_state": _list(
        ("planned", "计划", "Planned"), ("draft", "草稿", "Draft"), ("submitted", "已提交", "Submitted")
    ),
    "adverse_event_state": _list(("open", "待上报", "To be reported"), ("reported", "已上报", "Reported")),
    "adverse_event_way": _list(
        ("system", "安全系统", "Safety system"),
        ("phone", "电话", "Phone"),
        ("mail", "邮件", "E-mail"),
        ("paper", "纸质表", "Paper form"),
    ),
    "claim_state": _list(
        ("draft", "草稿", "Draft"),
        ("submitted", "已提交", "Submitted"),
        ("returned", "已退回", "Sent back"),
        ("rejected", "已驳回", "Rejected"),
        ("to_call_back", "待回访", "To be called back"),
        ("disputed", "有争议", "Disputed"),
        ("payable", "待支付", "Payable"),
        ("paid", "已支付", "Paid"),
        ("clawback", "追回", "Clawback"),
    ),
    "call_back_way": _list(
        ("phone", "电话", "Phone"),
        ("face_to_face", "面对面", "Face to face"),
        ("wechat", "微信", "WeChat"),
        ("sms", "短信", "SMS"),
        ("mail", "邮件", "E-mail"),
    ),
    "call_back_point": _list(
        ("visit", "拜访属实", "The visit took place"),
        ("meal", "用餐属实", "The meal took place"),
        ("attendees", "人数属实", "The attendees are right"),
        ("material", "收到资料", "Material received"),
        ("fee", "收到费用", "Fee received"),
    ),
    "call_back_outcome": _list(
        ("confirmed", "属实", "Confirmed"),
        ("disputed", "有异议", "Disputed"),
        ("not_reached", "没联系上", "Not reached"),
        ("declined", "不愿回答", "Declined to answer"),
    ),
    "expense_category": _list(
        ("meal", "餐饮", "Meal"),
        ("transport", "交通", "Transport"),
        ("material", "资料印刷", "Printed material"),
        ("venue", "场地", "Venue"),
        ("speaker_fee", "讲课费", "Speaker fee"),
        ("other", "其他", "Other"),
    ),
    "budget_rule": _list(("stop", "阻止", "Stop"), ("warn", "提醒", "Warn"), ("ignore", "不检查", "Ignore")),
    "reject_reason": _list(
        ("not_allowed", "不符合规定", "Not allowed"),
        ("not_proven", "凭证不足", "Not proven"),
        ("duplicate", "重复报销", "Duplicate"),
        ("other", "其他", "Other"),
    ),
    "dispute_outcome": _list(
        ("payable", "费用属实，照付", "Justified, to be paid"),
        ("rejected", "不予报销", "Not reimbursed"),
        ("clawback", "追回已付部分", "Claw back what was paid"),
    ),
    "plan_target_state": _list(
        ("proposed", "待答复", "Proposed"),
        ("agreed", "已同意", "Agreed"),
        ("declined", "未同意", "Declined"),
        ("withdrawn", "已撤回", "Withdrawn"),
    ),
    "day_part": _list(
        ("whole", "全天", "Whole day"), ("morning", "上午", "Morning"), ("afternoon", "下午", "Afternoon")
    ),
    "day_off_kind": _list(
        ("leave", "休假", "Leave"),
        ("training", "培训", "Training"),
        ("meeting", "会议", "Meeting"),
        ("travel", "出差", "Business trip"),
        ("other", "其他", "Other"),
    ),
    "move_reason": _list(
        ("doctor_busy", "医生没空", "Doctor not available"),
        ("reception", "医院不接待", "Hospital receives nobody"),
        ("own", "自己有事", "Own reasons"),
        ("route", "调整路线", "Better route"),
        ("other", "其他", "Other"),
    ),
    "holiday": _list(
        ("new_year", "元旦", "New Year's Day"),
        ("spring_festival", "春节", "Spring Festival"),
        ("qingming", "清明节", "Qingming"),
        ("labour_day", "劳动节", "Labour Day"),
        ("dragon_boat", "端午节", "Dragon Boat Festival"),
        ("mid_autumn", "中秋节", "Mid-Autumn Festival"),
        ("national_day", "国庆节", "National Day"),
        ("mid_autumn_national_day", "中秋国庆", "Mid-Autumn and National Day"),
    ),
    "merge_state": _list(
        ("proposed", "待决定", "Proposed"),
        ("done", "已合并", "Merged"),
        ("declined", "不合并", "Declined"),
        ("undone", "已恢复", "Restored"),
    ),
    "exported": _list(
        ("doctor", "医生", "Doctors"),
        ("institution", "机构", "Institutions"),
        ("visit", "拜访", "Visits"),
        ("claim", "报销单", "Expense claims"),
    ),
    "conflict_state": _list(("open", "待处理", "Open"), ("resolved", "已处理", "Resolved")),
    "specialty": _list(
        ("cardiology", "心血管内科", "Cardiology", "心内科", "心脏内科", "心内"),
        ("endocrinology", "内分泌科", "Endocrinology", "内分泌"),
        ("nephrology", "肾内科", "Nephrology", "肾脏内科", "肾病科"),
        ("neurology", "神经内科", "Neurology", "神内"),
        ("respiratory", "呼吸内科", "Respiratory medicine", "呼吸科", "呼吸与危重症医学科"),
        ("gastroenterology", "消化内科", "Gastroenterology", "消化科"),
        ("oncology", "肿瘤科", "Oncology", "肿瘤内科"),
        ("geriatrics", "老年医学科", "Geriatrics", "老年病科", "老年科", "老年内科"),
        ("general_medicine", "全科医学科", "General practice", "全科"),
        ("internal_medicine", "内科", "Internal medicine", "大内科", "普通内科"),
        ("surgery", "外科", "Surgery", "普外科", "普通外科"),
        ("paediatrics", "儿科", "Paediatrics", "小儿科"),
        ("obstetrics", "妇产科", "Obstetrics and gynaecology", "产科", "妇科"),
        ("tcm", "中医科", "Traditional Chinese medicine", "中医内科", "中西医结合科"),
        ("pharmacy", "药剂科", "Pharmacy", "药学部"),
        ("other", "其他", "Other"),
    ),
}


def codes(picklist: str) -> frozenset[str]:
    """Return the codes of a picklist; raises KeyError for one that is not declared."""
    return frozenset(choice.code for choice in PICKLISTS[picklist])


def choice(picklist: str, code: str) -> Choice:
    """Return one entry; an unknown code comes back as its own words, so that nothing is hidden."""
    for entry in PICKLISTS[picklist]:
        if entry.code == code:
            return entry
    return Choice(code, code, code)


@lru_cache(maxsize=4096)
def spellings(picklist: str, text: str) -> tuple[str, ...]:
    """Return the other Chinese spellings of what `text` names: 心血管内科 → 心内科, 心脏内科, 心内; () for none."""
    code = code_for(picklist, text)
    if code is None or code == "other":
        return ()
    entry = choice(picklist, code)
    return tuple(word for word in (entry.zh, *entry.aliases) if word != text)


def code_for(picklist: str, text: str) -> str | None:
    """Return the code for a spelling found in a sheet (code, either language, alias), or None."""
    wanted = simplified(text.strip()).casefold()
    for entry in PICKLISTS[picklist]:
        if wanted in {spelling.casefold() for spelling in (entry.code, entry.zh, entry.en, *entry.aliases)}:
            return entry.code
    return None
