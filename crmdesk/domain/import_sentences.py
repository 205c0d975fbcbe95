"""The sentences about imports, for the windows and both command lines; what is to be looked at in a row, in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmdesk.domain.records import RECORDS

IMPORTS: dict[str, tuple[str, str]] = {
    "unreadable": (
        "这个文件读不出来。请确认它是 xlsx、xls、csv 或 vcf。",
        "This file cannot be read. Make sure it is xlsx, xls, csv or vcf.",
    ),
    "counts_prescriptions": (
        "这一列统计医生处方（{column}），按规定不能导入。其他列可以。",
        "This column counts a doctor's prescriptions ({column}) and may not be imported. The other columns can.",
    ),
    "name_missing": ("这一行没有名称。", "This row has no name."),
    "duplicate": ("与已有的记录重复，已放在一边。", "A duplicate of an existing record; set aside."),
    "duplicate_in_file": (
        "与文件中第 {row} 行重复，已放在一边。",
        "A duplicate of row {row} of the file; set aside.",
    ),
    "damaged_file": (
        "这个文件已损坏，没有导入任何内容。请重新取得一份。",
        "This file is damaged; nothing was imported. Get it once more.",
    ),
    "encrypted_file": (
        "这个文件有密码，读不了。请去掉密码后再选。",
        "This file has a password and cannot be read. Remove the password and choose it again.",
    ),
    "not_a_sheet": (
        "{what}可以导入 csv、xlsx、xls、ods 和 vcf。",
        "{what} Files of the kinds csv, xlsx, xls, ods and vcf can be imported.",
    ),
    "file_unreadable": (
        "打不开这个文件。请检查它还在不在、你能不能读。",
        "This file cannot be opened. Check that it is still there and that you may read it.",
    ),
    "file_not_written": (
        "文件没有写成：{path}。请换一个文件夹再试。",
        "The file was not written: {path}. Try another folder.",
    ),
    "export_kind": ("不能存成 {suffix}。请用 xlsx 或 csv。", "It cannot be saved as {suffix}. Use xlsx or csv."),
    "no_rows": ("表里没有数据行。", "There are no rows in the sheet."),
    "no_name_column": (
        "没有找到名称列。请指定哪一列是名称。",
        "No column holds the name. Say which one it is.",
    ),
    "target_twice": (
        "两列都指定为“{field}”。请只留一列。",
        "Two columns are both set to '{field}'. Keep one of them.",
    ),
    "unknown_column": ("表里没有第 {column} 列。", "The sheet has no column {column}."),
    "unknown_sheet": ("文件里没有“{sheet}”这张表。", "The file has no sheet '{sheet}'."),
    "cell_too_long": (
        "第 {line} 行有一格太长，没有导入。",
        "A cell in line {line} is too long; nothing was imported.",
    ),
    "too_many_cells": (
        "表太大：最多 {limit} 格。请分成几个文件。",
        "The sheet is too large: at most {limit} cells. Split it.",
    ),
    "too_many_columns": (
        "列太多：最多 {limit} 列。请删去不用的列。",
        "Too many columns: at most {limit}. Remove some.",
    ),
    "no_customers": (
        "看不出这是医生还是机构的名单。请用 --kind 说明是哪一种，用 --column 指定各列。",
        "It cannot be told whether this lists doctors or institutions. Say which with --kind, and the columns with"
        " --column.",
    ),
    "no_header": (
        "没有找到表头，按内容猜了各列，请核对。",
        "No header was found; columns were guessed from content. Check them.",
    ),
    "rows_above_header": (
        "表头上面的 {count} 行不是数据，不会导入。",
        "What stands above the header ({count}) is no data and is not imported.",
    ),
    "encoding_uncertain": (
        "编码不确定，请看预览里的字对不对。",
        "The encoding is uncertain; see whether the preview reads right.",
    ),
    "damaged_characters": ("有些字已损坏，原样保留。", "Some characters are damaged; they were kept as they are."),
    "value_left_out": ("已新建。", "Made."),
    "value_doubtful": ("已新建。", "Made."),
    "value_finer": ("已新建。", "Made."),
    "name_cleaned": ("已新建。", "Made."),
    "numbers_doubtful": (
        "“{column}”里有 {count} 个不像打得通的号码，如第 {row} 行的“{value}”。会照原样导入，结果里逐行列出。",
        "'{column}' holds numbers that nobody seems to be able to call ({count}), such as '{value}' in row {row}. They"
        " are imported as they are; the result names each row.",
    ),
    "number_doubtful": (
        "这个号码不像打得通的，请核对；也可以照样保存。",
        "This does not look like a number that can be called. Check it; it can be saved as it is.",
    ),
    "duplicate_parked": (
        "与已有的记录很像，已放在一边等你看。",
        "Much like an existing record; set aside for you to look at.",
    ),
    "same_name_spelled_otherwise": (
        "同名但写法不同，已放在一边等你看。",
        "The same name spelled otherwise; set aside for you to look at.",
    ),
    "same_name_other_department": (
        "同一医院另一科室有同名医生，已放在一边等你看。",
        "A doctor of that name works in another department of the hospital; set aside for you to look at.",
    ),
    "alias_of_other": (
        "这个名称是另一家机构的别名，已放在一边。",
        "This name is an alias of another institution; set aside.",
    ),
    "hospital_uncertain": (
        "医院不能确定，已按最像的那家放好，请核对。",
        "The hospital is uncertain; the nearest one was taken. Check it.",
    ),
    "hospital_from_above": (
        "已新建。医院取自上面：第 {row} 行的“{hospital}”（用到第 {last} 行），请核对。",
        "Made. The hospital is from above: '{hospital}' in row {row} (used down to row {last}). Check it.",
    ),
    "hospital_above": (
        "第 {rows} 行没有写医院：用第 {row} 行的“{hospital}”（不用：--no-from-above）。",
        "No hospital in row {rows}: '{hospital}' of row {row} is taken (else: --no-from-above).",
    ),
    "hospital_above_asked": (
        "第 {rows} 行没有写医院，上面第 {row} 行写着“{hospital}”：不会沿用（要用：--from-above）。",
        "No hospital in row {rows}; '{hospital}' stands above in row {row} and is not taken (else: --from-above).",
    ),
    "zip_bomb": (
        "这个文件展开后大得不正常，没有打开。请重新取得一份。",
        "This file unpacks to an unreasonable size and was not opened. Get it once more.",
    ),
    "total_row": (
        "这一行是“{value}”，不是某个人或某家机构，没有导入。",
        "This row is a '{value}', not a person or an institution; not imported.",
    ),
    "not_a_person": (
        "“{value}”不像一位医生的姓名，没有导入。",
        "'{value}' does not look like the name of a doctor; not imported.",
    ),
    "only_a_place": (
        "这一行只写着医院或科室“{value}”，没有医生，没有导入。",
        "This row holds nothing but the hospital or department '{value}', no doctor; not imported.",
    ),
    "not_a_hospital": (
        "“{value}”是科室，却写在医院那一列，没有导入。请看这一行各格是不是错位了。",
        "'{value}' is a department, yet stands where the hospital belongs; not imported. See whether the cells of"
        " this row have changed places.",
    ),
    "not_a_department": (
        "“{value}”不是科室，却写在科室那一列，没有导入。请看这一行各格是不是错位了。",
        "'{value}' is no department, yet stands where the department belongs; not imported. See whether the cells of"
        " this row have changed places.",
    ),
    "several_people": (
        "“{value}”是 {count} 个人的姓名，没有导入。请每人一行。",
        "'{value}' names {count} people; not imported. Give each a row.",
    ),
    "dates_unclear": (
        "“{column}”里的 {value} 可能是两个不同的日子，整列都看不出日和月哪个在前。请先说明。",
        "{value} in '{column}' may be two different days, and nothing in the column says whether day or month comes"
        " first. Say which.",
    ),
    "excel_day_numbers": (
        "“{column}”里有 Excel 的日期序号，按日期读：{value} 是 {day}。请核对。",
        "'{column}' holds day numbers of Excel, read as dates: {value} is {day}. Check it.",
    ),
    "formulas_not_calculated": (
        "文件里有公式还没有值（由程序写成，没有打开保存过），这些格读作空的。请用 Excel 或 WPS 打开、保存后再导入。",
        "Some formulas have no value yet (a program wrote the file, nobody opened and saved it): those cells read as"
        " empty. Open and save it with Excel or WPS, then import it.",
    ),
    "header_twice": (
        "有两列叫“{column}”：用第 {taken} 列，第 {left} 列没有用到。需要的话，请为它另外指定。",
        "Two columns are called '{column}': column {taken} is used, column {left} is not. Set it by hand if you need"
        " it.",
    ),
    "names_in_columns": (
        "姓名写在几列里（{columns}）：已经一人一行地读成 {count} 行，请核对。",
        "Names stand in several columns ({columns}); they are read as {count} rows, one a person. Check them.",
    ),
    "names_left_out": (
        "姓名写在几列里（{columns}）：已经一人一行地读成 {count} 行，请核对。没有当作姓名：{left}。",
        "Names stand in several columns ({columns}); they are read as {count} rows, one a person. Check them. Not taken"
        " for names: {left}.",
    ),
    "parts_of_a_cell": (
        "一格里写着几样内容：已按内容分成{columns}几列，请核对。",
        "One cell holds several things: they were parted into the columns {columns}. Check them.",
    ),
    "hidden_sheet": (
        "“{sheet}”这张表在文件里是隐藏的，看得见的表里没有客户，所以导入它。请核对。",
        "The sheet '{sheet}' is hidden in the file; it is imported as none that can be seen holds customers. Check it.",
    ),
    "cards_turned": (
        "这张表是一位一位往下写的：已按每位一行读成 {count} 行，请核对。",
        "This sheet has its customers below one another, a line for each thing said of them: it is read as {count}"
        " rows, one a customer. Check them.",
    ),
    "sheet_turned": (
        "这张表是横着写的，一列是一位（或一家）：已转过来读成 {count} 行，行号是原来的列号。请核对。",
        "This sheet lies on its side, with a customer in each column: it was turned and is read as {count} rows, which"
        " have the numbers of the columns. Check them.",
    ),
    "parts_of_contacts": (
        "有 {count} 张名片把医院、科室或职称写在姓名里：已分到各列，请核对。",
        "The names of some cards ({count}) hold hospital, department or title, too: they were parted into the columns."
        " Check them.",
    ),
    "hidden_rows": (
        "表里第 {rows} 行是隐藏或筛选掉的，打开时看不见，也会导入。不要的话，请先在表里删去。",
        "Imported too although hidden or filtered out in the sheet: row {rows}. If you do not want that, delete it"
        " there first.",
    ),
    "other_sheets": (
        "文件里还有别的表：{others}。这次只导入“{sheet}”。",
        "The file has more sheets: {others}. Only '{sheet}' is imported this time.",
    ),
    "unclosed_quote": (
        "第 {line} 行有一个引号没有配对，后面的行都会算进同一格。没有导入任何内容，请改好再选。",
        "A quotation mark in line {line} is never closed, so all lines after it would be one cell. Nothing was"
        " imported; mend it and choose the file again.",
    ),
    "unknown_import": (
        "本机不记得这次导入了，只记得最近几次。没有改动任何内容。",
        "This laptop does not remember that import, only the last ones. Nothing was changed.",
    ),
    "value_too_long": (
        "“{field}”太长：{length} 字，最多 {limit}。这一行没有导入。",
        "'{field}' is too long: {length} characters, at most {limit}. The row was not imported.",
    ),
    "not_a_phone": (
        "“{value}”不像电话号码（{field}）。",
        "'{value}' does not look like a telephone number ({field}).",
    ),
}

ACTIONS: dict[str, tuple[str, str]] = {
    "create": ("已新建，请核对", "made, check it"),
    "same": ("已有", "there already"),
    "duplicate_parked": ("放在一边", "set aside"),
    "refused": ("没有导入", "not imported"),
    "heading": ("段首", "heading"),
}
"""What happened to a row."""
_STAYS: dict[str, tuple[str, str]] = {
    "changed": ("后来改过", "changed since"),
    "forbidden": ("你的角色不能删除", "your role may not delete it"),
    "not_yours": ("已不在你的辖区", "no longer in your territory"),
    "unfinished": ("有还没写完的内容", "something unfinished is written on it"),
    "refused": ("有被退回的更改", "a refused change waits on it"),
    "affiliation": ("后来另有执业机构", "works at another place since"),
    "works_here": ("有医生在这里执业", "a doctor works there"),
}
_REASONS: dict[str, tuple[str, str]] = {
    "formula": ("是公式，不是值", "is a formula, not a value"),
    "not_in_list": ("不在可选项里", "is not one of the choices"),
    "wrong_kind": ("格式不对", "does not have the right form"),
    "not_a_date": ("不是日期", "is not a date"),
    "not_a_phone": ("不像电话号码", "does not look like a telephone number"),
    "sheet_error": ("是表格里的错误，不是值", "is an error of the sheet, not a value"),
    "behind_the_name": (
        "写在姓名后面，可能是职务或称呼，不一定是职称",
        "stands behind the name and may be a position or a form of address",
    ),
    "no_hospital": ("没有写医院，放不进去", "has no hospital to belong to"),
    "no_hospital_in_list": (
        "没有医院，放不进去（这份名单没有医院这一列，其他行也一样）",
        "has no hospital to belong to (the list has no column for it; the other rows are alike)",
    ),
    "consent_to_what": (
        "没有说同意哪种联系方式（电话、短信、微信或邮件）",
        "does not say to which channel (phone, SMS, WeChat or e-mail)",
    ),
}
_NO_SHEET = ("这不是表格文件。", "This is not a sheet.")
_KINDS: dict[str, tuple[str, str]] = {
    "pdf": ("这其实是 PDF，不是表格。", "This is a PDF, not a sheet."),
    "picture": ("这其实是一张图片，不是表格。", "This is a picture, not a sheet."),
    "archive": ("这其实是压缩包，不是表格：请先解压。", "This is an archive, not a sheet: unpack it first."),
    "document": (
        "这是文字文档，不是表格。里面有名单的话，请把它复制到 Excel 或 WPS 表格，存成 xlsx 再导入。",
        "This is a text document, not a sheet. If it holds a list, copy that into Excel or WPS, save it as xlsx and"
        " import that.",
    ),
    "slides": ("这是演示文稿，不是表格。", "These are slides, not a sheet."),
    "numbers": (
        "这是苹果 Numbers 的文件，读不了。请在 Numbers 里导出成 xlsx 再导入。",
        "This is a file of Apple Numbers, which cannot be read. Export it as xlsx there and import that.",
    ),
    "calendar": ("这是日历，不是名单。", "This is a calendar, not a list."),
    "program": ("这是程序，不是表格。", "This is a program, not a sheet."),
    "database": ("这是数据库文件，不是表格。", "This is a database, not a sheet."),
    "json": ("这是 JSON 数据，不是表格。", "This is JSON data, not a sheet."),
    "mime": (
        "这其实是单个文件的网页，有些系统导出的 xls 就是这样。请用 Excel 或 WPS 打开，另存为 xlsx 再导入。",
        "This is a web page in one file, as some systems export it under the name of xls. Open it with Excel or WPS,"
        " save it as xlsx and import that.",
    ),
    "html": (
        "这其实是网页，有些系统导出的 xls 就是这样。请用 Excel 或 WPS 打开，另存为 xlsx 再导入。",
        "This is a web page, as some systems export it under the name of xls. Open it with Excel or WPS, save it as"
        " xlsx and import that.",
    ),
    "xml": (
        "这其实是 XML，有些系统导出的 xls 就是这样。请用 Excel 或 WPS 打开，另存为 xlsx 再导入。",
        "This is XML, as some systems export it under the name of xls. Open it with Excel or WPS, save it as xlsx and"
        " import that.",
    ),
}


def why_it_stays(why: str) -> tuple[str, str]:
    """Return why a row of an import stays that is taken back, in Chinese and English; else what was written on it."""
    record = RECORDS.get(why)
    written = (record.zh, record.en[:1].lower() + record.en[1:]) if record else (why, why)
    return _STAYS.get(why, (f"有{written[0]}", f"on it: {written[1]}"))


def spoken(params: Mapping[str, Any], chinese: bool) -> dict[str, Any]:
    """Return the parameters of a sentence with lists and kinds of files in words."""
    given = dict(params)
    at = 0 if chinese else 1
    given.setdefault("what", _KINDS.get(str(params.get("found")), _NO_SHEET)[at])
    for name in ("others", "columns", "left"):
        if isinstance(params.get(name), list):
            quoted = "“{}”" if chinese else "'{}'"
            given[name] = ("、" if chinese else ", ").join(map(quoted.format, params[name]))
    return given


def remarks(params: Mapping[str, Any], chinese: bool, field_words: Callable[[str], str]) -> str:
    """Return what of a row was left out and why, what is doubtful in it and what was taken off a name; '' for none."""
    at = 0 if chinese else 1
    said = []
    for name, (sentence, one) in _REMARKS.items():
        cells = params.get(name)
        if isinstance(cells, list) and cells:
            told = (one[at].format(field_words(str(to)), value, _why(why, at)) for to, value, *why in cells)
            said.append(sentence[at].format(("；" if chinese else "; ").join(told)))
    return ("" if chinese else " ").join(said)


_REMARKS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "left_out": (("没有带入：{}。", "Left out: {}."), ("“{}”的“{}”{}", "'{1}' of '{0}' {2}")),
    "doubtful": (
        ("请核对：{}，不像打得通的号码，照原样保留。", "Check {}: not like a number to be called, kept as it is."),
        ("“{}”的“{}”", "'{1}' of '{0}'"),
    ),
    "finer": (
        ("分得比可选项细，按大类带入：{}。", "Finer than the choices, taken as the class that it belongs to: {}."),
        ("“{0}”{1}", "'{0}' {1}"),
    ),
    "from_name": (
        ("姓名后括号里的内容已归位：{}。", "Taken out of the brackets behind the name: {}."),
        ("“{1}”归入“{0}”", "'{1}' as '{0}'"),
    ),
}
"""By what a row carries: the sentence, and how each cell is told in it."""


def _why(given: Sequence[str], at: int) -> str:
    return _REASONS.get(given[0], ("看不懂", "was not understood"))[at] if given else ""
