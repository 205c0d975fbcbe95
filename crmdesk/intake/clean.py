"""Cleans what people and exports put into cells: names, departments, hospitals, places, grades, telephone numbers."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache

from crmdesk.domain import picklists
from crmdesk.domain.characters import simplified
from crmdesk.domain.decimals import parse_decimal
from crmdesk.domain.fields import Field, Kind
from crmdesk.domain.formulas import unquoted
from crmdesk.domain.phones import is_plausible, unlabelled, unshortened

_FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_CJK = "\u3400-\u9fff"
_SPACE_IN_CHINESE = re.compile(rf"(?<=[{_CJK}])[ \u3000]+(?=[{_CJK}])")
_TAG_MARKS = re.compile(r"[、，,;；|/\n]+")
_EXCEL_TEXT = re.compile(r'="([^"]*)"')
_BLANKS = re.compile(r"[ \t\u3000\u00a0]+")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?:[ T].*)?")
_INTEGER = re.compile(r"([+-]?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4}))(?:\.0+)?")
_PHONE_SIGNS = str.maketrans("＋－（）／　", "+-()/ ")
_TRUE, _FALSE = {"true", "1", "是", "yes", "y", "对", "√"}, {"false", "0", "否", "no", "n", "×"}


def plain(text: str) -> str:
    """Return text with full-width letters and digits made plain, spaces squeezed, `="012"` of Excel unwrapped."""
    text = unquoted(text).translate(_FULL_WIDTH).strip()
    wrapped = _EXCEL_TEXT.fullmatch(text)
    return _BLANKS.sub(" ", wrapped.group(1) if wrapped else text).strip()


_SHEET_ERRORS = frozenset(
    ("#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#spill!", "#calc!", "#getting_data")
)
_SAYS_NOTHING = _SHEET_ERRORS | frozenset(
    (
        "无",
        "暂无",
        "没有",
        "待定",
        "待补",
        "待补充",
        "不详",
        "未知",
        "空缺",
        "空",
        "无名",
        "null",
        "none",
        "nan",
        "n/a",
        "tbd",
    )
)


def says_nothing(text: str) -> bool:
    """Say whether a cell is filled with a sign or word for 'nothing': —, /, 暂无, n/a, or an error of a spreadsheet."""
    cell = plain(text).casefold()
    return cell in _SAYS_NOTHING or not any(char.isalnum() for char in cell)


def is_sheet_error(text: str) -> bool:
    """Say whether a cell shows that a spreadsheet could not calculate it: #N/A, #REF!."""
    return plain(text).casefold() in _SHEET_ERRORS


def is_formula(text: str) -> bool:
    """Say whether a cell of a text file holds an Excel formula instead of its value."""
    return text.startswith("=") and len(text) > 1


def person_name(text: str) -> str:
    """Return a person's name without the spaces that forms put between Chinese characters."""
    return _SPACE_IN_CHINESE.sub("", plain(text))


TITLE_BEHIND = re.compile(
    r"(?:副?主任(?:医师|药师|护师)?|主治(?:医师)?|住院医师|主管(?:药师|护师)|医师|药师|护士长|副?教授|副?院长|医生|大夫|老师)$"
)
"""A title, or what a doctor is addressed by, at the end of a name."""


_ROOM = re.compile(
    r"(?:全科医学(?:及健康管理)?科|全科医疗科|.{1,20}?(?:科(?:中心)?|中心|(?<!干)部))(?:[(（][^()（）]*[)）])?"
)


def departments(text: str) -> list[str]:
    """Return the departments in a cell, those that an export ran together parted: `心内科心血管内科` → two.

    Repetitions stay, in order, so that they can be paired with as many hospitals; `unique` drops them.
    """
    found: list[str] = []
    for part in re.split(r"[、，,;；/|\n]+", _SPACE_IN_CHINESE.sub("", plain(text))):
        rooms = _ROOM.findall(part)
        found += rooms if rooms and "".join(rooms) == part else [part] if part else []
    return found


def unique(texts: list[str]) -> list[str]:
    """Return the texts in order, each once."""
    return list(dict.fromkeys(texts))


_BRACKET = re.compile(r"[(（]([^()（）]*)[)）]$")
_ANOTHER_NAME = re.compile(r".*(医院|院|所|中心|站|卫生室|诊所|门诊部|妇保|妇幼)$|.*医院.*")
_BRANCH = re.compile(r".*(分院|院区|分部|院部|住院部)$")


def hospital(text: str) -> tuple[str, list[str]]:
    """Return (name, aliases): `北京地坛医院（地坛医院）` has an alias, the branch in `…医院（东院）` stays."""
    name = _SPACE_IN_CHINESE.sub("", plain(text))
    bracket = _BRACKET.search(name)
    if bracket is None or bracket.start() == 0:
        return name, []
    others = [part.strip() for part in re.split(r"[、，,;；]", bracket.group(1)) if part.strip()]
    if not others or not all(len(part) >= 4 and _ANOTHER_NAME.match(part) for part in others):
        return name, []
    if any(_BRANCH.match(part) for part in others):
        return name, []
    short = name[: bracket.start()].strip()
    return short, [part for part in unique(others) if part != short]


_STUDIO = re.compile(rf"(?:^|(?<=[院心部所室区)）]))[{_CJK}]{{2,3}}医生个人工作室\s*(?:[(（][^()（）]*[)）])?")
_END = re.compile(r"(?:医院|分院|院区|[东南西北][院区]|保健院|医学中心|医疗中心|门诊部|诊所)(?:[(（][^()（）]*[)）])?")
_OWN_NAME = re.compile(
    rf"(?:北京|上海|天津|重庆|广州|深圳|武汉|首都|中国|解放军|(?:(?!院)[{_CJK}]){{2,8}}?(?:省|市|自治区|大学|县|生产建设兵团))"
    rf".{{2,}}(?:医院|保健院|医学中心|门诊部|诊所|院区|[东南西北]院|二部|分院)(?:[(（][^()（）]*[)）])?"
)


def hospitals(text: str, is_name: Callable[[str], bool]) -> list[str]:
    """Return the hospitals in a cell, those that an export ran together parted, doctors' private studios left out.

    `is_name` says whether a text is a hospital's name by itself. Where no boundary is certain, the cell stays whole.
    """
    whole = _SPACE_IN_CHINESE.sub("", plain(text))
    rest = _STUDIO.sub("", whole).strip() or whole
    found: list[str] = []
    while rest:
        name = _first_hospital(rest, is_name)
        found.append(name)
        rest = rest[len(name) :].lstrip("、，,;； ")
    return found


def _first_hospital(text: str, is_name: Callable[[str], bool]) -> str:
    for end in _END.finditer(text):
        name, rest = text[: end.end()], text[end.end() :]
        if not rest:
            break
        if rest.startswith((_BRACKET.sub("", name), "、", "，", ";", "；")) or is_name(rest) or _OWN_NAME.match(rest):
            return name
        again = rest.find(name)
        if again > 0:  # the same hospital once more further on: what lies between is its branch
            return text[: end.end() + again]
    return text


_MUNICIPALITIES = ("北京市", "上海市", "天津市", "重庆市")
_ADDRESS = re.compile(rf"([{_CJK}]{{2,7}}?(?:省|自治区|市))([{_CJK}]{{1,8}}?(?:市|区|县|州|盟))?")


def region(text: str) -> tuple[str, str]:
    """Return (province, city) of `云南省-曲靖市`; the district of a municipality becomes `北京市朝阳区`."""
    parts = [part for part in re.split(r"\s*[-－—–/\s]\s*", plain(text), maxsplit=1) if part]
    if len(parts) < 2:
        alone = parts[0] if parts else ""
        return (alone if alone in _MUNICIPALITIES else ""), alone
    province, city = parts
    return province, province + city if province in _MUNICIPALITIES and province != city else city


def region_of_address(address: str) -> tuple[str, str]:
    """Return (province, city) that an address begins with, or two empty texts."""
    found = _ADDRESS.match(plain(address))
    if found is None:
        return "", ""
    first, second = found.group(1), found.group(2) or ""
    if first in _MUNICIPALITIES:
        return first, first + second
    return (first, second) if first.endswith(("省", "自治区")) else ("", first)


def switchboard(text: str) -> str:
    """Return a telephone number; one stored as a number without its leading 0 gets it back (`1083211441`)."""
    number = plain(text).removesuffix(".0")
    if re.fullmatch(r"10\d{8}|2\d{9}", number):
        cut = 2
    elif re.fullmatch(r"[3-9]\d{9,10}", number):
        cut = 3
    else:
        return number
    return f"0{number[:cut]}-{number[cut:]}"


def choice_code(picklist: str, text: str) -> str | None:
    """Return the code of a picklist for a spelling: exact, else the longest entry that stands in it, else None."""
    wanted = simplified(plain(text))
    code = picklists.code_for(picklist, wanted) or _unspaced(picklist).get(_without_spaces(wanted))
    if code is not None:
        return code
    if picklist == "doctor_title" and (code := picklists.code_for(picklist, f"{wanted}医师")) is not None:
        return code  # as people say it: 主任, 副主任, 主治, 住院
    if picklist == "institution_level":
        wanted = re.sub(r"[(（]?(综合|专科)?(医院)?[)）]?$", "", wanted)
    if by_rule := _by_rule(picklist, wanted):
        return by_rule
    best, length = None, 1
    for entry in picklists.PICKLISTS[picklist]:
        for spelling in (entry.zh, *entry.aliases):
            if len(spelling) > length and spelling in wanted:
                best, length = entry.code, len(spelling)
    return best


_FINER_CLASS = re.compile(r"([ABC])\s*(?:类|级|档)?\s*[+＋－–—-]{1,2}\s*(?:类|级|档)?", re.I)
_LEVEL = re.compile(r"([一二三123])\s*(?=[级等甲乙丙abc])[级等]?\s*([甲乙丙abc]?)\s*[级等]?", re.I)
_DIGITS, _GRADES = dict(zip("一二三", "123", strict=True)), dict(zip("甲乙丙", "ABC", strict=True))


def _by_rule(picklist: str, text: str) -> str:
    """Return the code of a text that is built of signs instead of being a word: B+, 2级甲, 三级甲."""
    if picklist == "customer_class" and (finer := _FINER_CLASS.fullmatch(text)):
        return finer[1].upper()
    if picklist == "institution_level" and (graded := _LEVEL.fullmatch(text)):
        return _DIGITS.get(graded[1], graded[1]) + _GRADES.get(graded[2], graded[2]).upper()
    return ""


@cache
def _unspaced(picklist: str) -> dict[str, str]:
    """Return the codes of a picklist by spelling without its spaces: people write `A类` where we write `A 类`."""
    found: dict[str, str] = {}
    for entry in picklists.PICKLISTS[picklist]:
        for spelling in (entry.zh, entry.en, *entry.aliases):
            found.setdefault(_without_spaces(spelling), entry.code)
    return found


def _without_spaces(text: str) -> str:
    return "".join(text.split()).casefold()


def institution_kind(name: str) -> str:
    """Return the kind that an institution's name speaks of."""
    for pattern, kind in _KINDS:
        if pattern.search(name):
            return kind
    return "hospital"


_KINDS = (
    (re.compile(r"社区卫生|卫生服务(中心|站)"), "community"),
    (re.compile(r"(药店|药房|大药堂)(有限公司)?$|零售"), "pharmacy"),
    (re.compile(r"(医药|药业|商业).*公司$"), "distributor"),
    (re.compile(r"(诊所|门诊部|卫生室|医务室)$"), "clinic"),
)


def field_value(field: Field, text: str) -> tuple[object, str]:
    """Return (value, code) of a cell for a declared field; the code says why a value was left out, '' if it was not.

    Codes: `formula`, `not_in_list`, `wrong_kind`, `not_a_date`, `not_a_phone`, `consent_to_what`,
    `sheet_error`. With `finer` there is a value: the choice that the cell's is a part of. A sign for 'nothing' has no
    value and needs no reason.
    """
    cell = plain(text)
    if not cell:
        return None, ""
    if is_formula(cell) and unquoted(text) == text:
        return None, "formula"
    if is_sheet_error(cell):
        return None, "sheet_error"
    if field.kind is Kind.LONG_TEXT:
        return _read_text(field, unquoted(text).strip())
    if field.kind is Kind.TEXT and says_nothing(cell):
        return None, ""
    value, code = _READERS.get(field.kind, _read_text)(field, cell)
    return value, "" if code and says_nothing(cell) else code


def _read_text(field: Field, cell: str) -> tuple[object, str]:
    if field.kind is Kind.TEXT:
        cell = re.sub(r"\s*[\r\n]+\s*", " ", cell)
        if field.digits:
            cell = unlabelled(unshortened(cell).translate(_PHONE_SIGNS).lstrip("'‘’`"))
            cell = cell.removesuffix(".0") if field.name == "mobile" else switchboard(cell)  # no area code in a mobile
            return (cell, "") if is_plausible(cell, field.digits) else (None, "not_a_phone")
    return cell, ""


def _read_choice(field: Field, cell: str) -> tuple[object, str]:
    code = _code(field, cell)
    if code and field.picklist == "customer_class" and _FINER_CLASS.fullmatch(simplified(cell)):
        return code, "finer"
    return code, "" if code else "not_in_list"


def _code(field: Field, cell: str) -> str | None:
    """Return the code of a spelling; choices that an administrator defined are taken to the letter."""
    if field.choices:
        wanted = simplified(cell).casefold()
        spelled = ((one.code, (simplified(one.zh).casefold(), one.en.casefold())) for one in field.choices)
        return next((code for code, words in spelled if wanted in words), None)
    return choice_code(field.picklist, cell)


def _read_integer(_field: Field, cell: str) -> tuple[object, str]:
    found = _INTEGER.fullmatch(cell)
    return (int(found.group(1).replace(",", "")), "") if found else (None, "wrong_kind")


def _read_decimal(field: Field, cell: str) -> tuple[object, str]:
    steps = parse_decimal(cell, field.places)
    return steps, "" if steps is not None else "wrong_kind"


_SAID_YES = _TRUE | {"同意", "已同意", "已签", "已签署", "有", "agreed", "consented", "ja", "oui"}
_SAID_NO = _FALSE | {"不同意", "未同意", "未签", "未签署", "无", "没有", "none", "nein", "non"}


def _read_tags(field: Field, cell: str) -> tuple[object, str]:
    parts = [part.strip() for part in _TAG_MARKS.split(cell) if part.strip()]
    if field.name == "consent" and cell.casefold() in _SAID_NO:
        return None, ""
    if field.name == "consent" and cell.casefold() in _SAID_YES:
        return None, "consent_to_what"
    if field.entries:
        codes = [_code(field, part) for part in parts]
        known = sorted({code for code in codes if code})
        return known or None, "" if all(codes) else "not_in_list"
    return sorted(set(parts)) or None, ""


def _read_date(_field: Field, cell: str) -> tuple[object, str]:
    found = iso_date(cell)
    return (found, "") if found else (None, "not_a_date")


def iso_date(cell: str) -> str:
    """Return the ISO date that a text with the year first says, '' for any other text."""
    found = _DATE.fullmatch(cell)
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _read_boolean(_field: Field, cell: str) -> tuple[object, str]:
    folded = cell.casefold()
    return (True, "") if folded in _TRUE else (False, "") if folded in _FALSE else (None, "wrong_kind")


_READERS: dict[Kind, Callable[[Field, str], tuple[object, str]]] = {
    Kind.CHOICE: _read_choice,
    Kind.TAGS: _read_tags,
    Kind.DATE: _read_date,
    Kind.BOOLEAN: _read_boolean,
    Kind.INTEGER: _read_integer,
    Kind.DECIMAL: _read_decimal,
}
