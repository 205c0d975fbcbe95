"""Words that head columns of customers' lists, beside those that the fields declare; `columns` compares them folded."""

from collections.abc import Mapping

MORE_HEADERS: Mapping[str, tuple[str, ...]] = {
    "department.name": (
        "科室", "所在科室", "所在科", "科室名称", "keshi", "department", "dept", "dept.", "临床科室", "abteilung",
        "fachabteilung", "service", "部门", "科别", "診療科", "診療科目", "organization department",
        "organization 1 - department", "department name", "hcp department", "진료과", "진료과목", "부서", "отделение",
        "servicio", "reparto", "専門科", "khoa", "khoa phòng", "бөлімше",
    ),
    "institution.name": (
        "name", "工作单位", "所在医院", "执业机构", "单位名称", "customer", "institution name", "klinik", "krankenhaus",
        "hôpital", "hopital", "医院全称", "机构全称", "公司", "病院", "病院名", "company", "医疗机构", "执业医院",
        "organization name", "organization 1 - name", "account", "account name", "hco", "hco name", "facility",
        "facility name", "clinic", "clinic name", "organisation", "organization", "医療機関", "医療機関名", "施設名",
        "勤務先", "병원", "병원명", "의료기관", "소속", "больница", "клиника", "лпу", "место работы", "учреждение",
        "einrichtung", "ospedale", "院所", "服务单位", "bệnh viện", "tên bệnh viện", "nơi công tác", "đơn vị công tác",
        "аурухана", "客户名称", "customer name",
    ),
    "institution.aliases": ("简称", "医院简称", "机构简称", "原名", "旧称"),
    "institution.city": ("ort", "stadt", "ville", "ciudad", "город", "도시", "town"),
    "institution.province": ("都道府県", "bundesland"),
    "institution.postcode": ("plz", "postleitzahl", "zip code", "郵便番号"),
    "doctor.title": (
        "职务", "技术职称", "技术职务", "专业技术职称", "专业技术职务", "job title", "organization title",
        "organization 1 - title", "professional title", "position", "직위", "직책", "должность", "役職", "chức danh",
        "chức vụ", "лауазымы", "职位", "职别",
    ),
    "doctor.customer_class": ("客户级别", "客户等级", "医生级别", "医生等级", "segment", "tier", "hcp class",
        "kategorie", "category", "phân loại"),
    "doctor.mobile": (
        "移动电话", "手机/微信", "phone 1 - value", "行动电话", "手提电话", "移动号码", "mobile no", "mobile no.",
        "mobile number", "cell phone", "cellphone", "cell number", "mobil", "mobiltelefon", "mobilnummer", "handy",
        "handynummer", "携帯", "携帯電話", "携帯番号", "携帯電話番号", "휴대폰", "휴대전화", "핸드폰", "мобильный",
        "мобильный телефон", "сотовый", "celular", "móvil", "portable", "di động", "điện thoại di động", "số di động",
        "ұялы телефон",
    ),
    "doctor.phone": (
        "联系电话", "联系方式", "办公电话", "商务电话", "business phone", "办公室电话", "工作电话", "科室电话",
        "固定电话", "固话", "座机号码", "电话号码", "telephone", "phone number", "tel.", "office tel", "work phone",
        "telefon dienstlich", "telefonnummer", "電話番号", "전화", "전화번호", "телефон", "teléfono", "điện thoại",
        "số điện thoại", "sđt", "телефоны",
    ),
    "doctor.email": (
        "电子邮件", "电子邮件地址", "邮箱地址", "e-mail address", "e-mail 1 - value", "email address", "电邮",
        "e-mail-adresse", "メール", "メールアドレス", "이메일", "электронная почта", "courriel", "correo",
    ),
    "doctor.name": (
        "name", "医师", "医师姓名", "客户姓名", "氏名", "doctor name", "nom", "arzt", "médecin", "physician", "hcp",
        "hcp name", "physician name", "contact name", "customer name", "客户名称", "医師名", "医師氏名", "이름", "성명",
        "의사", "фио", "врач", "arztname", "medico", "médico", "主任姓名", "họ và tên", "họ tên", "tên bác sĩ",
        "bác sĩ", "аты-жөні",
    ),
}  # fmt: skip
"""What stands above columns in the programs and countries that we have seen lists of."""

_OF_A_DOCTOR = ("医生", "医师", "客户", "专家", "hcp", "doctor", "physician", "contact")
_OF_A_PLACE = ("所属", "所在", "任职", "执业", "工作", "就职", "供职", "现", "现任", "主要")
_TO_REACH = ("联系", "个人", "本人", "常用", "工作", "办公")
OWNERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("doctor.name", "doctor.title", "doctor.customer_class", "doctor.specialty"), _OF_A_DOCTOR),
    **dict.fromkeys(("doctor.mobile", "doctor.email"), _OF_A_DOCTOR + _TO_REACH),
    "doctor.phone": (*_OF_A_DOCTOR, "联系", "办公", "工作"),
    "institution.name": _OF_A_PLACE,
    "department.name": _OF_A_PLACE,
}
"""What may stand before a word without changing what the column holds: 所属医院, 联系手机, 专家职称."""
