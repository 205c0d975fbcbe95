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
    "may_not_export": (
        "你的角色没有导出这份名单的权限。没有写出文件。",
        "Your role may not export this list. No file was written.",
    ),
}
