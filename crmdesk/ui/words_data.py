"""The sentences about imports, exports and figures of procurement, for `crmdesk.ui.words`."""

DATA: dict[str, tuple[str, str]] = {
    "hospital_ambiguous": (
        "有几家医院都叫“{hospital}”，没有导入。请说是哪一家。",
        "Several hospitals are called '{hospital}'; not imported. Say which one is meant.",
    ),
    "hospital_unsure": (
        "“{hospital}”可能是已有的一家医院，没有导入。请说是哪一家，或说明是另一家。",
        "'{hospital}' may be a hospital that is here already; not imported. Say which one, or that it is another.",
    ),
    "hospital_matched": (
        "“{hospital}”按“{name}”归入，请核对。",
        "'{hospital}' was taken for '{name}'; check it.",
    ),
    "unknown_hospital": (
        "没有叫“{hospital}”的医院，这一行没有导入。",
        "There is no hospital called '{hospital}'; the row was not imported.",
    ),
    "figure_twice": (
        "与第 {row} 行是同一家医院、同一批次和品种，没有再导入。",
        "The same hospital, round and product as in row {row}; not imported again.",
    ),
    "no_figure_column": (
        "表里没有“{field}”这一列，没有导入任何内容。",
        "The sheet has no column for '{field}'; nothing was imported.",
    ),
    "may_not_export": (
        "你的角色没有导出这份名单的权限。没有写出文件。",
        "Your role may not export this list. No file was written.",
    ),
}

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
        "与文件中第 {other_row} 行重复，已放在一边。",
        "A duplicate of row {other_row} of the file; set aside.",
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
        "这不是表格文件。可以导入 xlsx、xls、csv 和 vcf。",
        "This is not a sheet. xlsx, xls, csv and vcf can be imported.",
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
    "no_customers": ("这个文件里没有客户。", "There are no customers in this file."),
    "no_header": (
        "没有找到表头，按内容猜了各列，请核对。",
        "No header was found; columns were guessed from content. Check them.",
    ),
    "rows_above_header": ("表头上面的行没有导入。", "The rows above the header were not imported."),
    "encoding_uncertain": (
        "编码不确定，请看预览里的字对不对。",
        "The encoding is uncertain; see whether the preview reads right.",
    ),
    "damaged_characters": ("有些字已损坏，原样保留。", "Some characters are damaged; they were kept as they are."),
    "value_left_out": (
        "“{field}”的值“{value}”看不懂，没有带入。",
        "The value '{value}' of '{field}' was not understood and left out.",
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
    "zip_bomb": (
        "这个文件展开后大得不正常，没有打开。请重新取得一份。",
        "This file unpacks to an unreasonable size and was not opened. Get it once more.",
    ),
}
