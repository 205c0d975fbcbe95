"""The sentences about exports, hospitals of imports and figures of procurement, for `crmdesk.ui.words`."""

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
