"""Guesses which declared field a column holds, from its header and from its content; refuses prescription counts."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from crmdesk.domain.characters import simplified
from crmdesk.domain.custom_fields import Definitions, is_custom, key_of
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.market_rules import counted_by_doctor, counts_prescriptions
from crmdesk.domain.records import DOCTOR, INSTITUTION, RECORDS
from crmdesk.domain.roles import Role
from crmdesk.intake.clean import TITLE_BEHIND, choice_code, field_value, plain
from crmdesk.intake.header_words import MORE_HEADERS, OWNERS
from crmdesk.intake.model import Column, Table
from crmdesk.intake.sheets import fold

_NOT_IMPORTED = frozenset({"territory_id", "under_review", "status"})
_KINDS = frozenset(
    {Kind.TEXT, Kind.LONG_TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.CHOICE, Kind.TAGS, Kind.DATE, Kind.BOOLEAN}
)
DOCTOR_NAME, INSTITUTION_NAME, DEPARTMENT_NAME = "doctor.name", "institution.name", "department.name"
FAMILY_NAME, GIVEN_NAME = "doctor.family_name", "doctor.given_name"
_NAME_PARTS = {
    FAMILY_NAME: Field(
        "family_name", Kind.TEXT, "姓", "Family name", max_length=40,
        aliases=("last name", "surname", "lastname", "nachname", "familienname", "姓氏", "фамилия", "apellidos", "성"),
    ),
    GIVEN_NAME: Field(
        "given_name", Kind.TEXT, "名", "Given name", max_length=40,
        aliases=("first name", "firstname", "forename", "vorname", "prénom", "имя", "nombre"),
    ),
}  # fmt: skip
"""What a sheet may hold instead of a doctor's whole name."""
_VAGUE_HEADERS = frozenset(
    {"name", "名称", "名字", "nom", "单位", "客户名称", "customername"}
)  # of anything: the content decides
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常单仇解查区洪葛季康施牛温"
    "芦樊殷俞安倪左庞聂章鲁岳翟兰焦欧司上诸尉皇公令慕东褚卫尤柏水窦云凤花鲍费廉岑滕毕邬乐时傅皮卞齐伍元卜平和穆萧湛祁"
    "米贝明臧计伏成谈茅纪舒屈项祝阮蓝闵席麻强路娄危童颜梅盛刁骆凌霍虞支柯管经房裘缪干应宗宣郁杭包吉钮邢裴荣翁荀羊惠甄"
    "曲封储靳邴糜松井富巫乌巴弓牧隗山谷车宓蓬全班仰秋仲伊宫宁甘厉戎祖符景詹束幸韶郜蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥苍"
    "双闻莘党贡劳姬申扶堵冉宰郦雍璩桑桂濮寿通边扈燕冀郏浦尚农别庄晏柴瞿阎充连茹习宦艾鱼容古易慎戈庾终暨居衡步都耿满弘"
    "匡国文寇广禄阙殳沃利蔚越夔隆师巩厍晁勾敖融冷辛阚那简饶空毋沙养鞠须丰巢关蒯相后荆红游竺权逯盖益桓仝佟苑迟原兀苟帅"
    "敬佘岩卿麦肇亓柳汤华丛丘冼喻奚戚揭晋栗栾楚涂牟狄禹苗薄谌辜邸郎鄢酆隋练"
)
"""With what Chinese family names begin."""
_BETWEEN_WORDS = re.compile(r"[/／|、,，;；&()（）\[\]【】]")
_REMARK_BEHIND = re.compile(r"[(（][^()（）]*[)）]$")
_PERSON = re.compile(r"[\u3400-\u9fff·]{2,5}")
_PLACE_OF_CARE = re.compile(
    r".*(医院|卫生院|卫生服务(中心|站)|保健院|诊所|门诊部|医学中心|药店|大药房)([(（].*[)）])?$"
)
_NO_PERSON = ("科", "院", "市", "区", "省", "县", "镇", "乡", "街道", "路")


def _importable(record_fields: Sequence[Field]) -> list[Field]:
    return [field for field in record_fields if field.name not in _NOT_IMPORTED and field.kind in _KINDS]


TARGETS: dict[str, tuple[str, ...]] = {
    "doctor": (
        *(f"doctor.{field.name}" for field in _importable(DOCTOR.fields)), *_NAME_PARTS,
        INSTITUTION_NAME, DEPARTMENT_NAME, "institution.city", "institution.province", "institution.level",
    ),
    "institution": tuple(f"institution.{field.name}" for field in _importable(INSTITUTION.fields)),
}  # fmt: skip
"""What a column may be mapped to, by the kind of list."""


@dataclass(frozen=True, slots=True)
class OwnFields:
    """The company fields that an import may fill, by the kind of list: those that the person may write."""

    by_kind: Mapping[str, Sequence[Field]] = field(default_factory=dict)

    @classmethod
    def of(cls, defined: Definitions, role: Role) -> "OwnFields":
        """Return what a person of this role may fill."""
        return cls({kind: defined.writable(kind, role) for kind in TARGETS})

    def targets(self, kind: str) -> tuple[str, ...]:
        """Return what a column of such a list may be mapped to, the declared fields first."""
        return (*TARGETS.get(kind, ()), *(f"{kind}.{one.name}" for one in self.by_kind.get(kind, ())))

    def named(self, folded: str) -> Iterator[str]:
        """Yield the targets that a folded header stands for."""
        yield from _TARGETS_BY_HEADER.get(folded, ())
        yield from self._own_named(folded)

    def named_by_part(self, header: str) -> Iterator[str]:
        """Yield the targets that a header stands for, or else one of its words: 职称/职务, 客户（医生）."""
        whole = list(self.named(fold(header)))
        parts = [] if whole else [fold(part) for part in _BETWEEN_WORDS.split(header) if part.strip()]
        yield from dict.fromkeys((*whole, *(target for part in parts for target in self.named(part))))

    def _own_named(self, folded: str) -> Iterator[str]:
        for kind, fields in self.by_kind.items():
            for one in fields:
                if folded in {fold(word) for word in (one.zh, one.en, key_of(one.name), f"{kind}.{one.name}")}:
                    yield f"{kind}.{one.name}"

    @property
    def headers(self) -> frozenset[str]:
        """Headers, folded, that stand for a field."""
        own = {fold(word) for fields in self.by_kind.values() for one in fields for word in (one.zh, one.en)}
        return KNOWN_HEADERS | own


def field_of(target: str, own: OwnFields | None = None) -> Field:
    """Return the field of a target such as `doctor.name`; raises InputError('unknown_field')."""
    if target in _NAME_PARTS:
        return _NAME_PARTS[target]
    record, _, name = target.partition(".")
    if own is not None and is_custom(name):
        found = next((one for one in own.by_kind.get(record, ()) if one.name == name), None)
        if found is not None:
            return found
    try:
        return RECORDS[record].field(name)
    except KeyError as error:
        raise InputError("unknown_field", field=target[:60]) from error


def _headers() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for target in dict.fromkeys((*TARGETS["doctor"], *TARGETS["institution"], DEPARTMENT_NAME)):
        field = field_of(target)
        words = (field.zh, field.en, field.name, *field.aliases, *MORE_HEADERS.get(target, ()))
        own = (target, target.replace(".", "_"))
        for word in (*(words if target != DEPARTMENT_NAME else MORE_HEADERS[target]), *own):
            targets = found.setdefault(fold(word), [])
            if target not in targets:
                targets.append(target)
    for target, owners in OWNERS.items():
        for word in [word for word, targets in found.items() if target in targets and word not in ("name", "nom")]:
            for owner in owners:
                if owner + word not in found and not word.startswith(owners):
                    found[owner + word] = [target]
    return found


_TARGETS_BY_HEADER = _headers()
KNOWN_HEADERS = frozenset(_TARGETS_BY_HEADER)
"""Headers, folded, that stand for a declared field."""
NO_OWN = OwnFields()
"""A company without fields of its own."""


def guess(
    table: Table, kind: str | None = None, own: OwnFields = NO_OWN, look_at: int = 300
) -> tuple[str, tuple[Column, ...]]:
    """Return (kind, columns with guesses): kind is doctor, institution or '' where neither can be told."""
    samples = [_sample(table, index, look_at) for index in range(len(table.header))]
    scores = [_scores(header, sample, own) for header, sample in zip(table.header, samples, strict=True)]
    kind = kind or _guess_kind(scores)
    refused = _refusals(table.header, kind)
    allowed = own.targets(kind)
    ranked = sorted(
        (
            (-score, index, allowed.index(target))
            for index, found in enumerate(scores)
            for target, score in found.items()
            if target in allowed and index not in refused
        ),
    )
    chosen: dict[int, str] = {}
    for _score, index, place in ranked:
        if index not in chosen and allowed[place] not in chosen.values():
            chosen[index] = allowed[place]
    columns = tuple(
        Column(index, header, chosen.get(index, ""), refused.get(index, ""))
        for index, header in enumerate(table.header)
    )
    return kind, columns


def headed(table: Table, own: OwnFields = NO_OWN) -> tuple[Column, ...]:
    """Return the columns of a list whose headings are ours: what they hold is sure, whatever stands in them."""
    targets = (next(own.named(fold(header)), "") for header in table.header)
    return tuple(Column(at, *both) for at, both in enumerate(zip(table.header, targets, strict=True)))


def _sample(table: Table, index: int, look_at: int) -> list[str]:
    return [row.cells[index] for row in table.rows[:look_at] if row.cells[index]]


def _share(sample: list[str], fits: Callable[[str], object]) -> float:
    return sum(bool(fits(cell)) for cell in sample) / len(sample) if sample else 0.0


def is_person(cell: str) -> bool:
    """Say whether a cell is like the name of a person in Chinese characters."""
    name = cell.replace(" ", "")
    return bool(_PERSON.fullmatch(name)) and name[0] in SURNAMES and not name.endswith(_NO_PERSON)


def _is_somebody(cell: str) -> bool:
    """Say whether a cell is like a name, a title behind it or not: 赵敏副主任医师, 李教授/主任医师, 张伟（大）."""
    name = _REMARK_BEHIND.sub("", cell.replace(" ", ""))
    return is_person(name) or is_person(TITLE_BEHIND.sub("", name).rstrip("/／、,，"))


def _is_title(cell: str) -> bool:
    """Say whether a cell can only be a title: 主任 alone may as well be who leads a department."""
    return choice_code("doctor_title", cell) not in (None, "other") and not cell.endswith("主任")


_BY_CONTENT: tuple[tuple[str, Callable[[str], object]], ...] = (
    (DOCTOR_NAME, _is_somebody),
    (INSTITUTION_NAME, lambda cell: _PLACE_OF_CARE.match(simplified(cell))),
    (DEPARTMENT_NAME, lambda cell: cell.endswith("科") and len(cell) <= 20),
    ("doctor.title", _is_title),
    ("doctor.mobile", re.compile(r"(\+?86)?[ -]?1[3-9]\d[ -]?\d{4}[ -]?\d{4}").fullmatch),
    ("doctor.email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch),
    ("institution.level", re.compile(r"[一二三]级.*|[一二三][甲乙丙]").fullmatch),
    ("institution.city", re.compile(r".{2,8}(省|市|自治区)\s*[-－/ ]\s*.{1,12}(市|区|县|州|盟)").fullmatch),
)


def _scores(header: str, sample: list[str], own: OwnFields) -> dict[str, float]:
    """Return how well a column fits each target: headers count 1, content up to 1; content can veto a header."""
    shares = {target: _share(sample, fits) for target, fits in _BY_CONTENT}
    scores = {target: share * 0.9 for target, share in shares.items() if share >= 0.6}
    if len(sample) < 3:
        scores = {}
    for target in own.named_by_part(header):
        declared = field_of(target, own)
        fits = _share(sample, partial(_may_be, declared)) if sample else 1.0
        of_anything = fold(header) in _VAGUE_HEADERS
        if fits >= 0.3 and not _belies(target, shares, of_anything):
            vague = of_anything or (target == "doctor.phone" and "doctor.mobile" in scores)
            scores[target] = (0.4 if vague else 1.0) + shares.get(target, 0.0)
            if target not in (DOCTOR_NAME, *_NAME_PARTS) and not of_anything and scores.get(DOCTOR_NAME, 1.0) < 1:
                del scores[DOCTOR_NAME]  # 常州 below 城市 is like a name, but the header says what it is
    return scores


def _may_be(field: Field, cell: str) -> bool:
    if is_custom(field.name):
        return field_value(field, cell)[0] is not None
    if field.kind is Kind.CHOICE:
        return choice_code(field.picklist, cell) is not None
    if field.kind is Kind.DATE:
        return len(cell) <= 30 and any(sign.isdigit() for sign in cell)
    return field.kind is Kind.LONG_TEXT or len(plain(cell)) <= field.max_length


def _belies(target: str, shares: Mapping[str, float], vague: bool) -> bool:
    """Say whether the content shows that a header such as `name` means the other thing that has a name.

    Hospitals by their short names (安贞, 华西) are like people: only a vague header is belied by those.
    """
    if target == INSTITUTION_NAME and not vague:
        return False
    other = {DOCTOR_NAME: INSTITUTION_NAME, INSTITUTION_NAME: DOCTOR_NAME}.get(target)
    return other is not None and shares[other] >= 0.5 and shares[other] > shares[target]


def _guess_kind(scores: list[dict[str, float]]) -> str:
    if any(found.get(FAMILY_NAME) for found in scores) and any(found.get(GIVEN_NAME) for found in scores):
        return "doctor"
    best = {
        target: max((found.get(target, 0.0) for found in scores), default=0.0)
        for target in (DOCTOR_NAME, INSTITUTION_NAME)
    }
    if _somebody_beside_a_hospital(scores):
        return "doctor"
    if best[DOCTOR_NAME] >= 1 or (best[DOCTOR_NAME] >= 0.5 and best[INSTITUTION_NAME] < 1):
        return "doctor"
    if best[INSTITUTION_NAME] >= 0.5:
        return "institution"
    # A vague `name` beside columns that only one kind of list has.
    for kind, name in (("doctor", DOCTOR_NAME), ("institution", INSTITUTION_NAME)):
        beside = sum(any(score >= 1 and target.startswith(kind) for target, score in found.items()) for found in scores)
        if best[name] and beside >= 2:
            return kind
    return ""


def _somebody_beside_a_hospital(scores: list[dict[str, float]]) -> bool:
    """Say whether one column is surely the hospital and another, as vague as `Name`, can only be who works there."""
    hospital = max(range(len(scores)), key=lambda index: scores[index].get(INSTITUTION_NAME, 0.0), default=0)
    if not scores or scores[hospital].get(INSTITUTION_NAME, 0.0) < 1:
        return False
    return any(found.get(DOCTOR_NAME) for index, found in enumerate(scores) if index != hospital)


def _refusals(headers: Sequence[str], kind: str) -> dict[int, str]:
    """Return the columns that no import may take: prescription counts, also as doctor × drug × quantity."""
    refused = {index: "counts_prescriptions" for index, header in enumerate(headers) if counts_prescriptions(header)}
    if kind == "doctor":
        refused |= dict.fromkeys(counted_by_doctor(headers), "counts_prescriptions")
    return refused


def names_doctors(targets: Iterable[str]) -> bool:
    """Say whether columns hold the names of doctors, as a whole or in both of their parts."""
    chosen = set(targets)
    return DOCTOR_NAME in chosen or {FAMILY_NAME, GIVEN_NAME} <= chosen


def repeated(columns: Sequence[Column]) -> Iterator[tuple[Column, Column]]:
    """Yield (column taken, column left out) where two columns have the same heading and only one of them is taken."""
    first: dict[str, Column] = {}
    for column in columns:
        name = fold(column.header)
        other = first.setdefault(name, column) if name else column
        if bool(other.target) and not column.target and not column.refused:
            yield other, column


def check_mapping(columns: Sequence[Column], mapping: Mapping[int, str], own: OwnFields = NO_OWN) -> str:
    """Return the kind of list that a mapping describes.

    Raises RefusedError('counts_prescriptions'), InputError (`no_name_column`, `target_twice`, `unknown_column`,
    `unknown_field`).
    """
    used = {index: target for index, target in mapping.items() if target}
    for index, target in used.items():
        if not 0 <= index < len(columns):
            raise InputError("unknown_column", column=index + 1)
        field_of(target, own)
        if columns[index].refused:
            raise RefusedError(columns[index].refused, column=columns[index].header)
        if list(used.values()).count(target) > 1:
            raise InputError("target_twice", field=target)
    kind = "doctor" if names_doctors(used.values()) else "institution"
    for target in used.values():
        if target not in own.targets(kind):
            raise InputError("unknown_field", field=target[:60])
    if kind == "institution" and INSTITUTION_NAME not in used.values():
        raise InputError("no_name_column")
    return kind
