"""Pinyin of names: surnames read as surnames, heteronyms in every common reading, tones left out."""

import importlib.util
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice, product
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crmdesk.domain.characters import TRADITIONAL, simplified

T = TypeVar("T")

MAX_READINGS = 4
"""Names are indexed under at most this many readings."""

SURNAMES: dict[str, str] = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "任": "ren", "朴": "piao",
    "盖": "ge", "乐": "yue", "缪": "miao", "翟": "zhai", "尉": "wei", "华": "hua", "冼": "xian", "员": "yun",
    "繁": "po", "折": "she", "黑": "he", "召": "shao", "祭": "zhai", "秘": "bi", "种": "chong", "洗": "xian",
    "幺": "yao", "逄": "pang", "逯": "lu", "过": "guo", "纪": "ji", "葛": "ge", "燕": "yan", "晁": "chao",
    "臧": "zang", "覃": "qin", "车": "che", "便": "pian", "哈": "ha", "石": "shi", "宓": "mi", "郇": "xun",
    "长": "chang", "万": "wan", "牟": "mu", "柏": "bai", "褚": "chu", "那": "na", "隗": "wei", "谌": "chen",
    "盛": "sheng", "宁": "ning", "薄": "bo", "卜": "bu", "令": "ling", "阚": "kan", "重": "chong", "沈": "shen",
    "能": "nai", "藏": "zang", "撒": "sa", "都": "du", "朝": "chao", "夏": "xia", "贾": "jia", "俞": "yu",
    "於": "yu", "於菟": "yu tu", "尉迟": "yu chi", "万俟": "mo qi", "单于": "chan yu", "澹台": "tan tai",
    "长孙": "zhang sun",
    "令狐": "ling hu", "宰父": "zai fu", "皇甫": "huang fu", "呼延": "hu yan", "欧阳": "ou yang", "夏侯": "xia hou",
    "司马": "si ma", "上官": "shang guan", "诸葛": "zhu ge", "东方": "dong fang", "慕容": "mu rong",
}  # fmt: skip
"""Readings that hold at the start of a person's name (姓氏读音, 现代汉语词典)."""

HETERONYMS: dict[str, tuple[str, ...]] = {
    "曾": ("zeng", "ceng"), "单": ("dan", "shan"), "仇": ("chou", "qiu"), "解": ("jie", "xie"),
    "查": ("cha", "zha"), "区": ("qu", "ou"), "任": ("ren",), "朴": ("pu", "piao"), "盖": ("gai", "ge"),
    "乐": ("le", "yue"), "缪": ("miao", "mou"), "翟": ("zhai", "di"), "尉": ("wei", "yu"), "员": ("yuan", "yun"),
    "行": ("xing", "hang"), "重": ("zhong", "chong"), "长": ("chang", "zhang"), "朝": ("chao", "zhao"),
    "传": ("chuan", "zhuan"), "调": ("tiao", "diao"), "藏": ("zang", "cang"), "降": ("jiang", "xiang"),
    "蕃": ("fan", "bo"), "覃": ("qin", "tan"), "沈": ("shen", "chen"), "贾": ("jia", "gu"), "柏": ("bai", "bo"),
    "薄": ("bo", "bao"), "都": ("du", "dou"), "盛": ("sheng", "cheng"), "茜": ("qian", "xi"), "莘": ("shen", "xin"),
    "厦": ("xia", "sha"), "六": ("liu", "lu"), "蚌": ("beng", "bang"), "番": ("fan", "pan"), "大": ("da", "dai"),
    "会": ("hui", "kuai"), "宿": ("su", "xiu"), "石": ("shi",), "种": ("zhong", "chong"), "红": ("hong",),
    "系": ("xi", "ji"), "冯": ("feng",), "纪": ("ji",), "夏": ("xia",), "率": ("shuai", "lv"), "强": ("qiang",),
    "谌": ("chen", "shen"), "阚": ("kan",), "洗": ("xi", "xian"), "秘": ("mi", "bi"), "祭": ("ji", "zhai"),
    "繁": ("fan", "po"), "折": ("zhe", "she"), "黑": ("hei", "he"), "召": ("zhao", "shao"), "能": ("neng", "nai"),
    "万": ("wan", "mo"), "朵": ("duo",), "颉": ("jie", "xie"), "炅": ("jiong", "gui"), "著": ("zhu",),
    "晟": ("sheng", "cheng"), "翚": ("hui",), "旋": ("xuan",), "和": ("he",), "好": ("hao",), "佳": ("jia",),
    "露": ("lu",), "奇": ("qi",), "血": ("xue", "xie"), "参": ("can", "shen"), "便": ("bian", "pian"),
    "女": ("nv", "nu"), "吕": ("lv", "lu"), "绿": ("lv", "lu"), "略": ("lve", "lue"),
    "律": ("lv", "lu"), "旅": ("lv", "lu"), "侣": ("lv", "lu"), "履": ("lv", "lu"),
    "𠮷": ("ji",), "卜": ("bu", "bo"), "虑": ("lv", "lu"), "铝": ("lv", "lu"),
}  # fmt: skip
"""Characters that names hold and that are read in more than one way; the usual reading first."""

_syllables: dict[str, str] = {}


@lru_cache(maxsize=1)
def _dictionary() -> dict[int, str]:
    found = _library_file("pinyin_dict.json", dict[int, str])
    if found is not None:
        return found
    from pypinyin.constants import PINYIN_DICT  # lazy: the import costs 57 MB and most of a second

    return PINYIN_DICT


def _library_file(name: str, kind: type[T]) -> T | None:
    """Read a dictionary of the library without importing it, which takes ten times as long; None where it is not."""
    package = importlib.util.find_spec("pypinyin")
    for folder in (package.submodule_search_locations or []) if package else []:
        try:
            return msgspec.json.decode((Path(folder) / name).read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError):
            continue
    return None


_V = re.compile("(?<=[ln])[üǖǘǚǜ]")
_APOSTROPHE = re.compile("(?<=[a-z])['’ʼ`](?=[a-z])")
_AFTER = re.compile("(?<=[a-z])['’ʼ`]([a-z]+)")


def plain(text: str) -> str:
    """Return Latin letters lower case, without tones, accents and apostrophes within a word; simplified characters.

    The ü of pinyin (lü, nü) is a v, any other one a u: Müller is muller.
    """
    return _APOSTROPHE.sub("", _without_accents(text))


def after_apostrophes(text: str) -> list[str]:
    """Return what follows the apostrophes within Latin words, as `plain` has it: brien of O'Brien."""
    return _AFTER.findall(_without_accents(text)) if _APOSTROPHE.search(text.lower()) else []


def _without_accents(text: str) -> str:
    lower = simplified(unicodedata.normalize("NFC", text.lower()))
    decomposed = unicodedata.normalize("NFD", _V.sub("v", lower))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _read_syllable(char: str) -> str:
    given = HETERONYMS.get(char)
    if given:
        return given[0]
    if not is_han(char):
        return ""
    return _toneless(_dictionary().get(ord(char), "").partition(",")[0])


@lru_cache(maxsize=4096)
def _toneless(reading: str) -> str:
    """Return a syllable of the dictionary without its tone mark, ü as v."""
    folded = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(one for one in folded if not unicodedata.combining(one))


def syllable(char: str) -> str:
    """Return the usual reading of one character; '' where it has none."""
    known = _syllables.get(char)
    if known is None:
        known = _syllables[char] = _read_syllable(char)
    return known


@lru_cache(maxsize=32_768)
def is_han(char: str) -> bool:
    """Say whether a character is a Chinese one."""
    code = ord(char)
    return 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0x20000 <= code <= 0x323AF or code == 0x3007


def _others(char: str) -> tuple[str, ...]:
    given = HETERONYMS.get(char)
    if given:
        return given
    one = syllable(char)
    return (one,) if one else (plain(char),)


@lru_cache(maxsize=4096)
def _surname(name: str) -> tuple[str, ...]:
    """Return the syllables of the surname where the table knows it, else nothing."""
    for length in (2, 1):
        reading = SURNAMES.get(name[:length])
        if reading and len(name) > length - 1 and (length == 2 or name[:1] in SURNAMES):
            return tuple(reading.split())
    return ()


class _Plain(dict[str, str]):
    """The one reading of a Chinese character within a given name, '' where there is none or more than one."""

    def __missing__(self, char: str) -> str:
        plain_one = is_han(char) and char not in HETERONYMS and char not in TRADITIONAL
        value = self[char] = syllable(char) if plain_one else ""
        return value


class _PlainFirst(dict[str, str]):
    """The same for the first character of a name, '' where the table of surnames has a say."""

    def __missing__(self, char: str) -> str:
        value = self[char] = "" if any(known.startswith(char) for known in SURNAMES) else PLAIN[char]
        return value


PLAIN = _Plain()
PLAIN_FIRST = _PlainFirst()


def person_readings(name: str) -> list[tuple[str, ...]]:
    """Return the readings of a person's name, the likeliest first, each a syllable a character."""
    name = simplified(name)
    letters = [char for char in name if is_han(char)]
    head = _surname(name[:2])
    if not any(char in HETERONYMS for char in letters):
        base = [_syllables.get(char) or syllable(char) or plain(char) for char in letters]  # some have no reading
        return [(*head, *base[len(head) :])]
    choices: list[tuple[str, ...]] = [_others(char) for char in letters]
    for at, reading in enumerate(head[: len(choices)]):
        rest = tuple(other for other in choices[at] if other != reading)
        choices[at] = (reading, *rest)
    return list(islice(product(*choices), MAX_READINGS))


_DOTS = re.compile("[·•・‧．.]")


def written(name: str) -> str:
    """Return a person's name as pinyin is written: Zeng Qinghua, Ouyang Feng, Abudula Maimaiti; '' without Chinese."""
    parts = [sum(is_han(char) for char in part) for part in _DOTS.split(name)]
    reading = [one.replace("v", "ü") for one in person_readings(name)[0]]
    if len(parts) == 1 and reading:
        family = max(1, len(_surname(simplified(name)[:2])))
        parts = [family, len(reading) - family]
    words, at = [], 0
    for length in parts:
        words.append("".join(reading[at : at + length]).capitalize())
        at += length
    return " ".join(filter(None, words))


@lru_cache(maxsize=8192)
def phrase_reading(text: str) -> tuple[str, ...]:
    """Return the reading of an institution's or department's name, words taken into account (重庆 is chongqing)."""
    letters = "".join([char for char in simplified(text) if is_han(char)])
    phrases, longest = _phrases()
    found: list[str] = []
    at = 0
    while at < len(letters):
        word = _word_at(letters, at, phrases, longest)
        found += _word_reading(word) if word else [_phrase_syllable(letters[at])]
        at += len(word) or 1
    return tuple(found)


def _word_at(letters: str, at: int, phrases: Mapping[str, Any], longest: Mapping[str, int]) -> str:
    """Return the longest word of the dictionary that begins at a place, '' where none does."""
    for length in range(longest.get(letters[at : at + 2], 0), 1, -1):
        word = letters[at : at + length]
        if word in phrases:
            return word
    return ""


@lru_cache(maxsize=8192)
def _word_reading(word: str) -> list[str]:
    syllables = _phrases()[0][word]
    read: list[list[str]] = msgspec.json.decode(syllables) if isinstance(syllables, msgspec.Raw) else syllables
    return [_toneless(one[0]) for one in read]


@lru_cache(maxsize=32_768)
def _phrase_syllable(char: str) -> str:
    first = _dictionary().get(ord(char), "").partition(",")[0]
    return _toneless(first) if first else char


@lru_cache(maxsize=1)
def _phrases() -> tuple[Mapping[str, Any], Mapping[str, int]]:
    """Return the dictionary's words with their readings, and the longest word's length by its first two characters.

    A reading is taken apart when a word is met: most never are, and all at once would hold everybody up.
    """
    phrases: Mapping[str, Any] | None = _library_file("phrases_dict.json", dict[str, msgspec.Raw])
    if phrases is None:
        from pypinyin.constants import PHRASES_DICT  # lazy, as above

        phrases = PHRASES_DICT
    longest: dict[str, int] = {}
    for word in phrases:
        if len(word) > longest.get(word[:2], 1):
            longest[word[:2]] = len(word)
    return phrases, longest
