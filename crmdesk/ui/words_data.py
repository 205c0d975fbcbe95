"""The sentences about exports, hospitals of imports, figures of procurement and the lock, for `crmdesk.ui.words`."""

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
    "sealed": (
        "crmdesk 已锁定，本机数据关着。解锁后再试一次。",
        "crmdesk is locked and its data closed. Unlock it and try again.",
    ),
    "lock_needs_passphrase": (
        "还没有本机口令，锁上也谁都能打开。先设置口令，再锁定。",
        "There is no passphrase yet, anybody could unlock it. Set one first, then lock.",
    ),
    "passphrase_set": (
        "本机口令已设置，以后打开和解锁都要输入它。",
        "The passphrase is set; opening and unlocking ask for it from now on.",
    ),
    "passphrase_used": (
        "这台电脑的数据已有口令，可以修改它。",
        "A passphrase protects the data on this computer already; you can change it.",
    ),
}
