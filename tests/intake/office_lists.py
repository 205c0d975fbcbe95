"""Lists as offices send them, made for each test: titles, merged cells, odd encodings, renamed and locked files."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xlsxwriter

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _book(fill: Callable[[Any], None]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_formulas": False}) as book:
        fill(book)
    return made.getvalue()


def _rows(sheet: Any, rows: list[list[object]]) -> None:
    for number, cells in enumerate(rows):
        sheet.write_row(number, 0, cells)


def _titles(book: Any) -> None:
    sheet = book.add_worksheet("客户")
    sheet.merge_range(0, 0, 0, 5, "2026年第四季度重点客户名单（内部）")
    sheet.write_row(1, 0, ["制表：综合办", "", "", "", "单位：人"])
    sheet.write_row(3, 0, ["序号", "医院", "科室", "姓名", "职称", "手机"])
    sheet.merge_range(4, 1, 6, 1, "明泉市第一人民医院")
    sheet.merge_range(4, 2, 5, 2, "心内科")
    sheet.write(6, 2, "骨科")
    for at, (name, title, mobile) in enumerate((("张硕", "主任医师", 13800000001), ("李 敏", "副主任医师", "1.38E+10"),
                                                ("王二", "主治医师", "12")), 4):  # fmt: skip
        sheet.write_row(at, 3, [name, title, mobile])
    sheet.write_row(7, 0, ["合计", "", "", "3人"])


def _two_headers(book: Any) -> None:
    sheet = book.add_worksheet("名单")
    sheet.merge_range(0, 0, 1, 0, "姓名")
    sheet.merge_range(0, 1, 0, 2, "工作单位")
    sheet.merge_range(0, 3, 0, 4, "联系方式")
    sheet.write_row(1, 1, ["医院", "科室", "手机", "邮箱"])
    sheet.write_row(2, 0, ["张硕", "明泉医院", "心内科", "13800000001", "a@example.com"])
    sheet.write_row(3, 0, ["赵六", "云杉医院", "骨科", "13800000002", "b@example.com"])


def _sheets(book: Any) -> None:
    _rows(book.add_worksheet("说明"), [["请勿修改"]])
    _rows(book.add_worksheet("上海"), [["姓名", "医院"], ["张硕", "明泉医院"]])
    _rows(book.add_worksheet("北京"), [["姓名", "医院"], ["李敏", "云杉医院"], ["王五", "云杉医院"]])


def _hidden(book: Any) -> None:
    sheet = book.add_worksheet("去年")
    _rows(sheet, [["姓名", "医院", "科室"], *(["离任的", "云杉医院", "骨科"] for _ in range(5))])
    sheet.hide()
    now = book.add_worksheet("今年")
    _rows(now, [["姓名", "医院"], ["张硕", "明泉医院"]])
    now.activate()


def _filtered(book: Any) -> None:
    sheet = book.add_worksheet("A & B")
    _rows(sheet, [["姓名", "医院"], *([name, "明泉医院"] for name in ("张硕", "李敏", "王五", "赵六", "孙立", "周平"))])
    for row in (2, 4, 5, 30):
        sheet.set_row(row, None, None, {"hidden": True})


def _errors(book: Any) -> None:
    sheet = book.add_worksheet("L")
    _rows(sheet, [["", ""], ["", "医院", "姓名", "手机"], ["", "明泉医院", "张硕"], ["", "", "李敏"], ["", "", "王五"],
                  ["", "云杉医院"], ["", "", "孙立", "13800000001"]])  # fmt: skip
    sheet.write_formula(4, 1, '=VLOOKUP("x",A1:B2,2,0)', None, "#N/A")
    sheet.write_formula(5, 2, "=A99", None, "#REF!")
    sheet.write_formula(2, 3, "=1/0", None, "#DIV/0!")


def _formulas(book: Any) -> None:
    sheet = book.add_worksheet("L")
    _rows(sheet, [["姓名", "医院", "手机", "备注"], ["", "明泉医院"], ["李敏", "云杉医院", "'13800000002", "=SUM(A1)"]])
    sheet.write_formula(1, 0, '="张"&"硕"', None, "张硕")
    sheet.write_formula(1, 2, "=13800000000+1", None, 13800000001)


def _never_opened(book: Any) -> None:
    sheet = book.add_worksheet("L")
    _rows(sheet, [["姓名", "医院"], ["", "明泉医院"], ["李敏", "云杉医院"]])
    sheet.write_formula(1, 0, "=A9", None, "@")


def _without_values(data: bytes) -> bytes:
    """Return a workbook as programs write it: its formulas have no values until somebody opens and saves it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b' t="str"', b"").replace(b"<v>@</v>", b"<v></v>"))
    return made.getvalue()


def _serials(book: Any) -> None:
    sheet = book.add_worksheet("L")
    _rows(sheet, [["姓名", "医院", "同意日期"], ["张硕", "明泉医院", 46083], ["李敏", "明泉医院", "20260303"],
                  ["王五", "明泉医院", "2 Mar 2026"], ["赵六", "明泉医院", "2026年3月"]])  # fmt: skip


def _blocks(book: Any) -> None:
    sheet = book.add_worksheet("L")
    sheet.write_row(0, 0, ["序号", "姓名", "科室", "手机"])
    sheet.merge_range(1, 0, 1, 3, "一、明泉市第一人民医院（2人）")
    sheet.write_row(2, 0, [1, "张硕", "心内科", "13800000001"])
    sheet.write_row(3, 0, [2, "李敏", "骨科", "13800000002"])
    sheet.merge_range(4, 0, 4, 3, "二、云杉市中医院")
    sheet.write_row(5, 0, [1, "王强", "心内科", "13800000003"])


def _columns_twice(book: Any) -> None:
    rows = [["姓名", "", "医院", "", "电话", "电话"], ["张硕", "", "明泉医院", "", "021-12345678", "13800000001"]]
    _rows(book.add_worksheet("L"), [*rows, ["李敏", "", "云杉医院", "", "", "13800000002"]])


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("名单.txt", "x")
    return made.getvalue()


_CARD_21 = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=D5=C5=CB=B6\r\n"
    b"ORG;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=C3=F7=C8=AA=D2=BD=D4=BA;=D0=C4=C4=DA=BF=C6\r\n"
    b"TEL;CELL:13800000001\r\nEND:VCARD\r\n"
)
_CARD_4 = (
    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:张硕\r\nORG:明泉医院;心内科\r\n"
    "TEL;TYPE=cell;VALUE=uri:tel:+86-138-0000-0001\r\nTEL;TYPE=work;VALUE=uri:tel:+86-21-1234-5678;ext=102\r\n"
    "END:VCARD\r\n"
)
_FIRST_ROWS = "医院,姓名,科室\n明泉医院,张硕,心内科\n,李敏,\n,王强,骨科\n云杉医院,赵六,肾内科\n,孙立,\n"
_CONSENT = "姓名\t医院\t知情同意\n张硕\t明泉医院\t是\n李敏\t明泉医院\t否\n王五\t明泉医院\t电话、微信\n"
_FULL_WIDTH = "姓　名,医　院,手 机\n张　硕,明泉医院,１３８００００００１１\n李敏,明泉医院,１３８－００００－００１２"
_GERMAN = "Name;Klinik;Abteilung;Telefon;Einwilligung am\nDr. Max Müller;Haus Nord;Kardiologie;030/12345;{}\n"
_MEIER = "A. Meier;Haus Nord;;;13.03.2026"
_US = "First Name,Last Name,Hospital,Phone,Consent Date\nJohn,Smith,General Hospital,555-1234,{}\n"
_HTML = (
    "<html><head><meta charset=gb2312><title>x</title></head><body><table border=1><tr><th colspan=3>重点客户&nbsp;2026"
    "</th></tr><tr><td>姓名<td>医院</td><td>备注</td></tr><tr><td>张硕</td><td rowspan=2>明泉医院</td>"
    "<td>A &amp; B<br>第二行</td></tr><tr><td><b>李</b>敏</td><td>=1+1</td></tr></table></body></html>"
)
_PAGE = "<html><body><p>请联系管理员导出名单。</p></body></html>"

_KOREAN = (
    "이름,병원,진료과,휴대폰\n김민수,서울중앙병원,심장내과,010-1234-5678\n이영희,부산성모병원,신경과,010-2345-6789\n"
)
_RUSSIAN = "ФИО;Больница;Отделение\nИванов Пётр;Городская больница №1;Кардиология\nСмирнова Анна;Клиника;Неврология\n"
_DUTY = (
    "明泉市第一医院门诊排班表,,,,\n诊室,周一上午,周二,星期三,周四（下午）\n心内科,张硕,李敏,张硕,王五主任\n"
    '神经内科,虚竹,赵六、孙立,停诊,虚竹\n骨科,"钱进\n周平",,轮值,钱进\n'
)
_BY_ROOM = "医院,心内科,神经内科,骨科\n明泉医院,张硕,李敏,王五\n云杉市中医院,赵六,,孙立、周平\n安平医院,钱进,,\n"
_MOVED = (
    "姓名,医院,科室,手机\n张硕,明泉医院,骨科,13800000001\n明泉医院,李敏,心内科,13800000002\n王五,骨科,明泉医院,\n"
    "赵六,明泉医院,13800000004,骨科\n（示例）张三,某医院,骨科,\n孙立,#N/A,骨科,无\n以上共5人\n第1页 共1页\n"
)
_MESSAGE = (
    "联系人\n张硕 主任医师 心内科 13800000001\n李敏　副主任　神经内科　138 0000 0002\n王五 13800000003 骨科\n"
    "赵六，云杉市中医院骨科，021-12345678\n谢谢\n孙立 周平 心内科 13800000005\n"
)
_MEMBERS = "张硕-明泉市第一医院心内科\n李敏@云杉市中医院 骨科 主治医师\n微信用户\n王五/明泉市第一医院/a@example.com\n"

LISTS: Mapping[str, Callable[[], bytes]] = {
    "filtered rows.xlsx": lambda: _book(_filtered),
    "errors of formulas.xlsx": lambda: _book(_errors),
    "all in one cell.txt": lambda: _MESSAGE.encode("gb18030"),
    "members of a group.txt": lambda: _MEMBERS.encode(),
    "korean.csv": lambda: _KOREAN.encode("cp949"),
    "russian.csv": lambda: _RUSSIAN.encode("cp1251"),
    "duty roster.csv": lambda: _DUTY.encode("gb18030"),
    "a column for each department, UTF-16 without a mark.csv": lambda: _BY_ROOM.encode("utf-16-le"),
    "cells that have changed places, feet.csv": lambda: _MOVED.encode(),
    "titles, merged cells, a total.xlsx": lambda: _book(_titles),
    "two header rows.xlsx": lambda: _book(_two_headers),
    "several sheets.xlsx": lambda: _book(_sheets),
    "hidden sheet.xlsx": lambda: _book(_hidden),
    "formulas.xlsx": lambda: _book(_formulas),
    "formulas without values.xlsx": lambda: _without_values(_book(_never_opened)),
    "day numbers.xlsx": lambda: _book(_serials),
    "blocks with headings.xlsx": lambda: _book(_blocks),
    "blocks, first rows, GBK.csv": lambda: _FIRST_ROWS.encode("gbk"),
    "not in blocks.csv": lambda: "姓名,医院\n张硕,明泉医院\n李敏,云杉医院\n王强,\n赵六,安平医院\n".encode(),
    "headings twice, empty columns.xlsx": lambda: _book(_columns_twice),
    "german, semicolons, clear.csv": lambda: (_GERMAN.format("02.03.2026") + _MEIER).encode("cp1252"),
    "german, semicolons, unclear.csv": lambda: _GERMAN.format("02.03.2026").encode("cp1252"),
    "american.csv": lambda: (_US.format("03/04/2026") + "Jane,Doe,General Hospital,555-1235,05/26/2026").encode(),
    "consent, tabs, UTF-16.txt": lambda: _CONSENT.encode("utf-16"),
    "full width, BOM.csv": lambda: f"\ufeff{_FULL_WIDTH}".encode(),
    "chinese commas, GB18030.csv": lambda: _FULL_WIDTH.replace(",", "，").encode("gb18030"),
    "a quote never closed.csv": lambda: '姓名,医院,备注\n张硕,明泉医院,"第一行\n李敏,云杉医院,x\n'.encode(),
    "table of a web page.xls": lambda: _HTML.encode("gb18030"),
    "web page.xls": lambda: _PAGE.encode("gb18030"),
    "xml sheet.xls": lambda: b'<?xml version="1.0"?><Workbook><Worksheet/></Workbook>',
    "renamed archive.xlsx": _zip,
    "renamed picture.xlsx": lambda: b"\x89PNG\r\n\x1a\n" + bytes(100),
    "locked.xlsx": lambda: _OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    "vcard 2.1 in GBK.vcf": lambda: _CARD_21,
    "vcard 4.vcf": lambda: _CARD_4.encode(),
}  # fmt: skip
"""The bytes of each list by its name."""


def written(folder: Path, name: str) -> Path:
    """Write a list into a folder and return its path."""
    path = folder / name
    path.write_bytes(LISTS[name]())
    return path
