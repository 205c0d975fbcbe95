"""Reads a hospital's name as it is written into what it says: places, number, kind, branch, other names."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from crmdesk.domain.characters import simplified

_PROVINCES = {
    **{name: f"{name}市" for name in ("北京", "上海", "天津", "重庆")},
    **{
        name: f"{name}省"
        for name in (
            "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北",
            "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾",
        )
    },
    **{name: f"{name}自治区" for name in ("内蒙古", "广西", "西藏", "宁夏", "新疆")},
}  # fmt: skip
_PROVINCE = re.compile(rf"({'|'.join(_PROVINCES)})(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)?(?!军区)")
_UNIVERSITY = re.compile(r"大学|中?医科?大学|中?医学院|中医药大学")
_NO_PLACE = re.compile(r"解放军|武警|中国|空军|海军|陆军|火箭军|首都|.{2}军区|.{2}战区|.{2}大学")
_STEM = r"[^医院学附属军第社总省县经技]"
_PLACE = re.compile(
    rf"((?:(?!市){_STEM}){{2,8}}?(?:自治县|自治州|自治旗)|{_STEM}{{2,6}}?(?:市(?!立)|地区|林区|特区|新区|开发区|高新区|兵团)"
    rf"|{_STEM}{{1,6}}?(?:县|(?<![小病校矿社西])区(?!域)|旗)|{_STEM}{{2,5}}?[州盟](?=.*[院所站心]))"
)
_CITIES_IN_ZHOU = re.compile(
    r"(?:广|杭|苏|温|福|郑|兰|徐|常|扬|泰|湖|台|衢|滁|宿|亳|池|漳|泉|赣|德|滨|荆|鄂|随|株|永|郴|潮|惠|梅|柳|梧|钦"
    r"|贺|儋|泸|达|锦|沧|忻|朔|胶|青|莱|邓|禹|汝|涿|定|霸|深|辛|高|孟|林|卫|登|万|彭|崇|邛)州$"
)
_PEOPLES = (
    "满|回|藏|蒙古|壮|苗|侗|瑶|彝|土家|布依|朝鲜|白|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔"
    "|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|塔吉克|怒|鄂温克|鄂伦春|保安|裕固|独龙|各"
)
_SUFFIX = re.compile(
    rf"(?:(?:{_PEOPLES})族)*(自治[县州旗区])$|(?:县|州|旗|(?:地|林|特|新|开发|高新)?区|市|省|兵团|盟)$"
)

_REMARK = re.compile(r"民营|公立|私立|集团|股份|合资|合作|停用|停业|筹|撤销|[一二三]级|[甲乙丙]等|华侨|营利|医保")
_FORMER = re.compile(r"(?:原|曾用|旧)(?:名|称)?[:：]?|[:：]")
_OTHER = re.compile(r"^(?:又名|简称|别名|现名|现为|即|亦称|挂牌|同时为)[:：]?")
_LONGEST_NOTE = 4
"""A place or house in brackets (青岛) tells two hospitals apart; what is longer explains."""
_INSTITUTION = re.compile(r".*(?:医院|[卫保]生?院|中心|研究[院所]|[所站院]|诊所|门诊部)$")
_BRANCH = re.compile(
    r"((?:[^院]{1,8}?)?(?:分院|院区|分部|院部|住院部)|[东西南北新老本总][院区部]|[东西南北]院区|[一二三]部)$"
)
_BRANCH_ONLY = re.compile(r"[^院]{0,8}(?:分院|院区|分部|院部|门诊部|[东西南北新老总][院区部])$")
_END = re.compile(r"医院|保健院|医学中心|卫生服务中心|卫生院|康复中心|研究[院所]|防治[院所]|急救中心")
_GOES_ON = re.compile(r"集团|附属|管理|联合|协作|有限|职工|总院|第|[及与和]")
_BRANCH_FOLLOWS = re.compile(r"[^医院]{0,6}(?:分院|院区|分部|院部)|[东西南北新老总][院区部]")
_OWNER = re.compile(r"中国|解放军|武警|.{2,8}?大学|.{2,6}?医学院")
_NUMBER = re.compile(r"第([〇一二三四五六七八九十百]+)")
_BARE_NUMBER = re.compile(r"([一二三四五六七八九十])(?=医院|院$)")
_OF_OWNER = re.compile(r"(?:附属|科学院|大学|医学院)(?!.*(?:附属|科学院|大学|医学院))(.+)$")
_DIGITS = str.maketrans("0123456789零", "〇一二三四五六七八九〇")
_MARKS = re.compile(r"[\s\[\]【】{}<>《》·•.,，、。'\"“”\-－—_*#]+")

_KINDS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"中西医", "integrated"), (r"中医|国医|藏医|蒙医|壮医|瑶医|维医|民族医", "traditional"),
        (r"妇幼|妇保", "mother_child"), (r"妇女儿童|妇儿", "women_children"), (r"儿童|儿科", "children"),
        (r"妇产|妇科|产科", "women"), (r"肿瘤|癌", "tumour"), (r"口腔|牙", "dental"), (r"眼", "eye"), (r"骨", "bone"),
        (r"精神|心理|脑科|安定", "mind"), (r"传染|结核|胸科|肺科|公共卫生", "infection"), (r"心血管|心脏", "heart"),
        (r"皮肤", "skin"), (r"肛肠", "bowel"), (r"整形|美容", "beauty"), (r"康复", "rehabilitation"),
        (r"老年", "old_age"), (r"职工|工人", "workers"), (r"卫生院", "township"), (r"卫生服务|社区", "community"),
        (r"门诊部|诊所", "clinic"), (r"疾病预防|疾控|防疫", "prevention"), (r"动物|宠物", "animal"),
        (r"红十字", "red_cross"), (r"中心(?:人民)?医院", "central"), (r"公安|警察|监狱", "police"),
        (r"铁路", "railway"), (r"军|武警|部队", "army"), (r"附属", "affiliated"),
    )
)  # fmt: skip
_GENERIC = re.compile(
    r"第[〇一二三四五六七八九十百]+|附属|职业病|防治|研究|治疗|卫生|康复|有限|责任|公司|集团|人民|中心|中医院|中西医结合|妇幼保健|妇女儿童|儿童|妇产|肿瘤|口腔|精神|传染病"
    r"|医学|医科|大学|职工|红十字会?|社区|卫生服务|总|[医卫保分]?院$|医院|[所站院]$|省|市|[县区]立|立"
)


class Rule(StrEnum):
    """A way in which two spellings of one hospital differ."""

    NUMBER_AFFILIATED = "number_affiliated"  # 第一附属医院, 附属第一医院
    COLLEGE = "college"  # 医学院, 医科大学
    COUNTY_HOSPITAL = "county_hospital"  # 某县医院, 某县人民医院
    NUMBERED_PEOPLES = "numbered_peoples"  # 一院, 第一医院, 第一人民医院
    MOTHER_CHILD = "mother_child"  # 妇幼保健院, 妇幼保健站
    STREET = "street"  # 某街道社区卫生服务中心, 某社区卫生服务中心


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a name: `stem` 平山, `suffix` 县."""

    stem: str
    suffix: str

    @property
    def whole(self) -> str:
        """Return it as it is written."""
        return self.stem + self.suffix


@dataclass(frozen=True)
class Form:
    """One name of a hospital, taken apart; `rest` is what stands after the places, without the branch."""

    key: str
    places: tuple[Place, ...]
    rest: str
    branch: str = ""
    former: bool = False
    note: str = ""

    @cached_property
    def loose(self) -> tuple[str, frozenset[Rule]]:
        """Return the rest with its usual variants made one, and the rules that changed it."""
        return _loosened(self.rest, self.places[-1].suffix if self.places else "")

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Return the ordinal numbers (`第四七`)."""
        return tuple(_NUMBER.findall(self.loose[0]) or _BARE_NUMBER.findall(self.loose[0]))

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Return what kinds of institution the name speaks of."""
        return frozenset(name for pattern, name in _KINDS if pattern.search(self.rest))

    @cached_property
    def core(self) -> str:
        """Return what is the name's own, without the words that thousands of hospitals share."""
        return _GENERIC.sub("", self.rest)

    @cached_property
    def house(self) -> str | None:
        """Return the own word of a university's hospital, '' where it has none, None where nobody owns it."""
        own = _OF_OWNER.search(self.rest)
        return _GENERIC.sub("", own[1]) if own else None

    @property
    def tails(self) -> tuple[str, ...]:
        """Return the keys under which it is looked for: last place and rest, without the words that vary."""
        loose = self.loose[0]
        if not self.places:
            return (loose,)
        stem = self.places[-1].stem
        alone = (loose,) if len(self.core) >= 2 else ()
        inside = (stem[2:] + loose,) if len(stem) >= 4 else ()  # 南阳方城县 is 方城县
        return (stem + loose, *alone, *inside)


def squeezed(text: str) -> str:
    """Return a text in one form of letters, without marks and spaces; brackets stay."""
    folded = simplified(unicodedata.normalize("NFKC", text)).casefold()
    folded = _MARKS.sub("", folded).replace("中国人民解放军", "解放军").replace("中医医院", "中医院")
    folded = re.sub(r"中西(?=结合)", "中西医", folded)
    return _NUMBER.sub(lambda found: "第" + _number(found[1]), folded.translate(_DIGITS))


def _number(text: str) -> str:
    """Return an ordinal digit by digit: `47` and `四十七` are 四七, `十` alone stays."""
    digits = text
    if len(digits) == 1 or "百" in digits:
        return digits
    if digits.startswith("十"):
        digits = "一" + digits
    return digits.replace("十", "〇") if digits.endswith("十") else digits.replace("十", "")


def forms(text: str) -> tuple[Form, ...]:
    """Return the names that a text holds, the main one first: `A〓B(原:C)` has three; none for an empty text."""
    found: dict[str, Form] = {}
    for part in re.split(r"[〓/;；|‖]+", unicodedata.normalize("NFKC", text)):
        for form in _of_part(squeezed(part)):
            found.setdefault(form.key, form)
    return tuple(found.values())


def _of_part(part: str) -> Iterator[Form]:
    name, inside = part, []
    while bracket := re.search(r"[(]+([^()]*)[)]*", name):
        inside.append(bracket[1])
        name = name[: bracket.start()] + name[bracket.end() :]
    told = [words for words in inside if words and not _REMARK.search(words)]
    aliases = [one for words in told if (one := _alias(words))]
    others = [words for words in told if not _alias(words)]
    branch = next((words for words in others if _BRANCH_ONLY.fullmatch(words)), "")
    note = next((words for words in others if words != branch and len(words) <= _LONGEST_NOTE), "")
    for at, piece in enumerate(_pieces(name)):
        yield _form(piece, branch if at == 0 else "", False, note)
    for another, former in aliases:
        for piece in _pieces(another):
            yield _form(piece, "", former, "")


def _alias(words: str) -> tuple[str, bool] | None:
    """Return (name, whether it is a former one) where what stands in brackets is another name, else None."""
    if _BRANCH_ONLY.fullmatch(words):
        return None
    if former := _FORMER.match(words):
        return words[former.end() :], True
    if _INSTITUTION.match(words) and len(words) >= 4:
        return _OTHER.sub("", words), False
    return None


def _pieces(name: str) -> list[str]:
    """Part names that stand one after the other without a mark; a branch stays with the name before it."""
    pieces, start = [], 0
    for end in _END.finditer(name):
        branch = _BRANCH_FOLLOWS.match(name, end.end())
        cut = branch.end() if branch else end.end()
        left, right = name[start:cut], name[cut:]
        if len(left) >= 5 and _is_own_name(left, right):
            pieces.append(left)
            start = cut
    return [piece for piece in [*pieces, name[start:]] if piece]


def _is_own_name(left: str, right: str) -> bool:
    end = _END.search(right)
    if end is None or _GOES_ON.match(right):
        return False
    own = right[: end.start()]
    named = _PROVINCE.match(right) or _PLACE.match(right) or _OWNER.match(right)
    return right[:2] in left or (len(own) >= 4 and named is not None)


def _form(name: str, branch: str, former: bool, note: str) -> Form:
    key = re.sub(r"(?:股份)?有限(?:责任)?公司$", "", name)
    places, rest = _places(key)
    found = _BRANCH.search(rest)
    if found and _END.search(rest[: found.start() + 2]) and found.start() >= 2:
        rest, branch = rest[: found.start()], found[1]
    aside = "".join(f"({part})" for part in ("" if found else branch, note) if part)
    return Form(key + aside, places, rest, _one_branch(branch), former, note)


def _one_branch(branch: str) -> str:
    """Return a branch in one spelling: 东院, 东院区 and 东区 are one."""
    return re.sub(r"(?:院区|分院|院部|分部|院|区|部)$", "", branch) + "院" if branch else ""


def _places(key: str) -> tuple[tuple[Place, ...], str]:
    places: list[Place] = []
    rest = key
    province = _PROVINCE.match(rest)
    if province and not _UNIVERSITY.match(rest, province.end()):
        places.append(place_of(_PROVINCES[province[1]]))
        rest = rest[province.end() :]
    if _NO_PLACE.match(rest):
        return tuple(places), rest
    while len(places) < 4 and (found := _PLACE.match(rest)):
        after = rest[found.end() :]
        if _CITIES_IN_ZHOU.search(found[1]) or len(after) < 2:
            break
        places.append(place_of(found[1]))
        rest = after
    return tuple(places), rest


def place_of(text: str) -> Place:
    """Return a place by its written name: 伊通满族自治县 has the stem 伊通."""
    found = _SUFFIX.search(text)
    if found is None:
        return Place(text, "")
    stem, suffix = text[: found.start()], found[1] or found[0]
    return Place(stem or text.partition("族")[0], suffix)


def _loosened(rest: str, suffix: str) -> tuple[str, frozenset[Rule]]:
    rules: set[Rule] = set()
    for rule, pattern, by in _LOOSE:
        changed = pattern.sub(by, rest)
        if changed != rest:
            rules.add(rule)
            rest = changed
    if rest == "医院" and suffix in ("县", "市", "区", "旗", "自治县", "自治旗"):
        return "人民医院", frozenset(rules | {Rule.COUNTY_HOSPITAL})
    return rest, frozenset(rules)


_LOOSE = (
    (Rule.NUMBER_AFFILIATED, re.compile(r"附属(第[〇一二三四五六七八九十]+)医院"), r"\1附属医院"),
    (Rule.COLLEGE, re.compile(r"大学医学院|医学院"), "医科大学"),
    (Rule.NUMBERED_PEOPLES, re.compile(r"^([一二三四五六七八九])院$"), r"第\1人民医院"),
    (Rule.NUMBERED_PEOPLES, re.compile(r"^(第[〇一二三四五六七八九十]+)医院$"), r"\1人民医院"),
    (Rule.MOTHER_CHILD, re.compile(r"妇幼保健(?:所|站|服务中心|中心|计划生育.*)$|妇保院$|妇幼院$"), "妇幼保健院"),
    (Rule.STREET, re.compile(r"街道(?=.*社区卫生)|(?<=.)社区(?=卫生服务中心)"), ""),
)
