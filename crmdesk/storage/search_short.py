"""Finds institutions by a short form of their name (重医附一院), asked only where nothing was found by the name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from crmdesk.intake.hospital_names import forms, squeezed
from crmdesk.intake.hospital_short import is_short, reads_as
from crmdesk.storage.driver import Driver
from crmdesk.storage.pinyin import is_han

_SHORTEST, _MOST = 2, 200
_PROVINCES = {
    "京": "北京", "津": "天津", "沪": "上海", "渝": "重庆", "冀": "河北", "晋": "山西", "蒙": "内蒙古", "辽": "辽宁",
    "吉": "吉林", "黑": "黑龙江", "苏": "江苏", "浙": "浙江", "皖": "安徽", "闽": "福建", "赣": "江西", "鲁": "山东",
    "豫": "河南", "鄂": "湖北", "湘": "湖南", "粤": "广东", "桂": "广西", "琼": "海南", "川": "四川", "蜀": "四川",
    "贵": "贵州", "黔": "贵州", "云": "云南", "滇": "云南", "藏": "西藏", "陕": "陕西", "秦": "陕西", "甘": "甘肃",
    "陇": "甘肃", "青": "青海", "宁": "宁夏", "新": "新疆",
}  # fmt: skip
"""The sign that stands for a province beside other words: on number plates, and in what people call its hospitals."""
_NUMBER_ALONE = re.compile(r"第?([一二三四五六七八九十]+)((?:人民)?医?院)")


def short_rows(driver: Driver, text: str, limit: int) -> list[tuple[str, str, str, str]]:
    """Return (id, name, class, level) of the institutions of which a text is a short form."""
    key = squeezed(text)
    return next(filter(None, (_read_so(driver, *one, limit) for one in _ways_to_read(key))), [])


def _ways_to_read(key: str) -> Iterator[tuple[str, list[str]]]:
    """Yield a short form with what goes without saying, and what a name that it means holds in this order.

    六院 is the sixth one of whichever city; 湘二 is 湖南二.
    """
    if alone := _NUMBER_ALONE.fullmatch(key):
        yield f"市{alone[1]}{alone[2]}", ["市", f"第{alone[1]}", "院"]
        return
    yield key, [char for char in key if char not in "第附"]
    if key[:1] in _PROVINCES:
        named = _PROVINCES[key[0]] + key[1:]
        yield named, [char for char in named if char not in "第附"]


def _read_so(driver: Driver, key: str, written: list[str], limit: int) -> list[tuple[str, str, str, str]]:
    if len(key) < _SHORTEST or not written or not is_short(key) or not all(map(is_han, "".join(written))):
        return []
    found = driver.execute(
        "SELECT id, name, customer_class, level FROM row_institution WHERE rowid IN "
        "(SELECT rowid FROM search_institution WHERE search_institution MATCH ?) "
        "AND deleted = 0 AND name LIKE ? LIMIT ?",
        (" AND ".join(f'name : "{" ".join(part)}"' for part in written), f"%{'%'.join(written)}%", _MOST),
    ).fetchall()
    fitting = [row for row in found if _means(key, str(row[1]))]
    return [(str(row[0]), str(row[1]), str(row[2] or ""), str(row[3] or "")) for row in fitting[:limit]]


@lru_cache(maxsize=8192)
def _means(key: str, name: str) -> bool:
    names = forms(name)
    return bool(names) and reads_as(key, names[0]) is not None
