"""Reads the cell that should name a doctor: titles written behind the name, notes that name nobody, several people."""

import re
from collections.abc import Container, Iterable
from functools import cache

from crmdesk.domain.errors import InputError
from crmdesk.domain.picklists import PICKLISTS
from crmdesk.intake.clean import TITLE_BEHIND, choice_code, person_name, plain, says_nothing
from crmdesk.intake.columns import KNOWN_HEADERS, SURNAMES
from crmdesk.intake.matching import name_key
from crmdesk.intake.sheets import fold

_HAN = "\u3400-\u9fff"
_BEFORE_A_TITLE = " /／、,，-—|"
_FAMILIES = frozenset(
    ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "夏侯", "司徒", "呼延", "端木")
)
_NOTE = re.compile(
    r"(?:备?注|附注|说明|(?:数据)?来源|notes?|remarks?)\s*[:：]|共\s*\d+\s*[人条位名家]|[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．]"
    r"|[(（【\[]?(?:示例|样例|范例|举例|填写(?:示例|说明)|example|sample)(?:[)）】\]:：]|\d*$)",
    re.I,
)
_REMARK_BELOW = re.compile(r"(?:备?注|附注|说明|(?:数据)?来源|notes?|remarks?)\s*[:：]", re.I)
_SIGNED = re.compile(
    r"(?:(?:制表|填表|填报|制单|审核|复核|审批|统计)(?:人|单位|部门|日期|时间)?"
    r"|(?:prepared|compiled|checked|reviewed|approved) by)\s*[:：]",
    re.I,
)
_FOOT = re.compile(
    r"(?:以上|总计|共计|合计|本表)\s*(?:名单|人员|医生)?\s*(?:一?共|合计|总计)?\s*(?:有|计)?\s*\d+\s*(?:人|名|位|条|家|个).*"
    r"|(?:参会|实到|应到|总|合计)?人数(?:合计)?\s*[:：]?\s*\d+\s*(?:人|名|位)?"
    r"|第\s*\d+\s*页.*|page\s*\d+.*|[—–\-\s*]*以下(?:空白|无正文|无内容)[—–\-\s*]*",
    re.I,
)
"""What stands below a list or at the end of a printed page: 以上共23人, 第1页 共3页, 以下空白."""
_COUNTS = re.compile(r"[^\d:：]{2,30}[:：]\d{1,7}\D{0,3}")
"""A total in any language, without its spaces: Барлығы: 2."""
_PLACE_OF_CARE = re.compile(
    r"(?!.*(?:主任|医生|教授|大夫)).{2,}(?:医院|卫生院|保健院|门诊部|卫生服务(?:中心|站)|大药房)(?:[(（][^()（）]*[)）])?"
    r"(?:.*(?:总机|前台|服务台|值班室?|办公室|咨询台?|热线))?$"
)
_BETWEEN_PEOPLE = re.compile(rf"[、，,;；/|\n]+|(?<=[{_HAN}])[ \u3000]+(?=[{_HAN}])")
_REMARK = re.compile(r"[(（][^()（）]*[)）]$")
_ONE_PERSON = re.compile(rf"[{_HAN}]{{2,4}}")


_ROOM = re.compile(
    rf"(?:[{_HAN}]{{1,12}}(?:科室?|病[区房]|门诊)|[{_HAN}]{{2,12}}(?:中心|室|部))(?:[(（][^()（）]*[)）])?"
)
_FOREIGN_ROOM = re.compile(r"(?:department|dept\.?|division) of .+|ward \d.*|.+ (?:department|dept\.?)", re.I)
_ENDS_AS_NAMES = re.compile(
    rf"[{_HAN}]*(?:[延连申琴先缅坚辛钦岑斯茨里尔尼朗兰奇迪罗马布米诺奥拉扬什特夫]|尔年)科|[{_HAN}]*[登国文志永兴荣春明]科"
    rf"|[{_HAN}]+[谷下我]部"
)
"""As names from abroad are written (舍甫琴科, 长谷部), and given names, also behind a rare family name (冼登科)."""
_ROOMS_LIKE_NAMES = frozenset({"皮肤科", "麻醉科", "康复科", "康复部", "icu", "ccu", "nicu", "picu", "sicu"})
"""Those that begin as names do, or have no word for what they are."""


_TOTALS = frozenset(
    {
        "合计",
        "总计",
        "小计",
        "共计",
        "总数",
        "total",
        "grandtotal",
        "subtotal",
        "sum",
        "summe",
        "gesamt",
        "insgesamt",
        "итого",
        "всего",
        "합계",
        "총계",
        "tổng",
        "tổngcộng",
        "tổngsố",
    }
)
_COUNTED = re.compile(
    r"(?:合计|总计|小计|共计|总数|(?:grand |sub-?)?total|итого|всего|합계|tổng(?: cộng| số)?)"
    r"\s*[:：]?\s*\d{1,7}\s*(?:人|名|位|条|家|个|명|doctors?)?",
    re.I,
)
_AS_ABOVE = frozenset({"同上", "〃", "″", '"', "ditto"})


def as_above(text: str) -> bool:
    """Say whether a cell stands for what the cell above it says."""
    return plain(text).casefold() in _AS_ABOVE


def signs_off(text: str) -> bool:
    """Say whether a cell begins a line at a list's foot: who made it (制表人：), how many it names (以上共23人)."""
    cell = plain(text)
    return bool(_SIGNED.match(cell) or _FOOT.fullmatch(cell))


def ends_a_list(cells: Iterable[str]) -> bool:
    """Say whether a row ends a part of a list instead of naming somebody: a total, a signature, a note."""
    first = next(filter(None, cells), "")
    return is_total(first) or signs_off(first) or bool(_REMARK_BELOW.match(plain(first)))


def is_total(text: str) -> bool:
    """Say whether a cell begins a row that sums others up: 小计, 合计：3人."""
    return fold(text) in _TOTALS or bool(_COUNTED.fullmatch(plain(text)))


def without_title(name: str) -> tuple[str, str]:
    """Return (name, code of a title or '') of 李伟主任医师; a surname alone keeps what it is called by: 王主任."""
    found = TITLE_BEHIND.search(name)
    own = name[: found.start()].rstrip(_BEFORE_A_TITLE) if found else ""
    if found is None or not re.fullmatch(rf"[{_HAN}·]{{2,12}}", own) or own in _FAMILIES or _holds_a_place(own):
        return name, ""
    code = None if found[0].endswith("主任") else choice_code("doctor_title", found[0])
    return own, code or ""


def _holds_a_place(name: str) -> bool:
    """Say whether what stands before a title is more than a name: 协和心内张 without its 主任 would be nobody."""
    if name.endswith(("科", "院")) or "医院" in name:
        return True
    return len(name) > 3 and any(len(room) > 1 and name.find(room, 0, len(name) - 1) >= 0 for room in _specialties())


def begins_with_a_family(name: str) -> bool:
    """Say whether a name begins with a family name of two characters: 欧阳雪."""
    return name[:2] in _FAMILIES


def is_family_name(text: str) -> bool:
    """Say whether a text is a family name alone, which names nobody without what stands behind it."""
    return text in _FAMILIES or (len(text) == 1 and text in SURNAMES)


def names_a_room(text: str, known: Container[str] = frozenset()) -> bool:
    """Say whether a text is a department and nobody's name; `known` are departments by `matching.name_key`.

    What begins with a family name and is as short as a name is one, unless such a department is known: 王科, 康复科.
    """
    name = person_name(text)
    if name_key(name) in known:
        return True
    if name.casefold() in _specialties():
        return name.casefold() not in _ROOMS_LIKE_NAMES or not name.istitle()  # Nicu is a given name, NICU a ward
    if not _ROOM.fullmatch(name) or _ENDS_AS_NAMES.fullmatch(name):
        return name.isascii() and bool(_FOREIGN_ROOM.fullmatch(name))
    return not ((len(name) <= 3 and name[0] in SURNAMES) or (len(name) <= 4 and name[:2] in _FAMILIES))


def names_a_specialty(text: str) -> bool:
    """Say whether a text is what a specialty is called by, nothing more: 心内科."""
    return person_name(text).casefold() in _specialties()


@cache
def _specialties() -> frozenset[str]:
    spelled = (text for one in PICKLISTS["specialty"] for text in (one.zh, one.en, *one.aliases))
    return _ROOMS_LIKE_NAMES | frozenset(text.casefold() for text in spelled)


def check_person(text: str, hospital: str) -> None:
    """Raise InputError for a cell that names no doctor: `not_a_person`, or `several_people` with their `count`."""
    name = person_name(text)
    if not name:
        return  # what is missing is said by the declared rules
    nobody = says_nothing(name) or name.isdigit() or name == person_name(hospital) or _is_heading(name)
    if (
        nobody
        or _COUNTS.fullmatch(name.replace(" ", ""))
        or _NOTE.match(name)
        or signs_off(name)
        or _PLACE_OF_CARE.match(name)
    ):
        raise InputError("not_a_person", value=name[:40])
    people = _people(plain(text.replace("\n", "、")))
    if people > 1:
        raise InputError("several_people", value=name[:40], count=people)


def _is_heading(name: str) -> bool:
    """Say whether a name is what columns are called by (手机): a list that stands on its side has them in rows."""
    return not name.isascii() and fold(name) in KNOWN_HEADERS


def _people(text: str) -> int:
    """Return how many people a cell names; 1 where any part of it may be something else than a Chinese name."""
    parts = [without_title(_REMARK.sub("", part).strip())[0] for part in _BETWEEN_PEOPLE.split(text) if part.strip()]
    names = all(_ONE_PERSON.fullmatch(part) and part[0] in SURNAMES for part in parts)
    return len(parts) if names and parts[0] not in _FAMILIES else 1
