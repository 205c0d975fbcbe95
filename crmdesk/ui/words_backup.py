"""The sentences about backups of what was not sent, Chinese and English."""

BACKUP: dict[str, tuple[str, str]] = {
    "backup_no_folder": ("请先选一个文件夹。", "Choose a folder first."),
    "backup_no_place": (
        "找不到文件夹：{path}。请插好 U 盘，或选另一个文件夹。",
        "There is no folder {path}. Plug the stick in, or choose another folder.",
    ),
    "backup_inside": (
        "这是 crmdesk 自己的数据文件夹，电脑坏了备份也就没了。请选 U 盘或别的地方。",
        "This is crmdesk's own data folder: a backup in it is lost with the computer. Choose a stick or another place.",
    ),
    "backup_nothing": (
        "没有要备份的：所有更改都已发送，也没有草稿。",
        "There is nothing to back up: everything was sent, and there are no drafts.",
    ),
    "backup_full": (
        "那里空间不够：{path}。没有留下写了一半的备份；请腾出空间或换一个地方。",
        "There is not enough room at {path}. Nothing half-written was left there; free some room or choose another"
        " place.",
    ),
    "backup_closed": (
        "那里不能写入：{path}。请检查 U 盘的写保护或文件夹权限，或换一个地方。",
        "Nothing can be written to {path}. Check the stick's write protection or the folder's permissions, or choose"
        " another place.",
    ),
    "backup_gone": (
        "读写中断了：{path}。U 盘可能被拔出或有损坏；请插好后再试一次。",
        "Reading or writing broke off at {path}. The stick may have been pulled out or be damaged; plug it in and try"
        " again.",
    ),
    "backup_no_room": (
        "这台电脑的磁盘空间不够。没有备份也没有恢复任何内容；请腾出空间后再试一次。",
        "The disk of this computer has too little room. Nothing was backed up or put back; free some room and try"
        " again.",
    ),
    "backup_unknown": (
        "这个文件夹不是 crmdesk 备份：{path}。请选名称以 crmdesk-backup 开头的文件夹。",
        "{path} is not a backup of crmdesk. Choose the folder whose name begins with crmdesk-backup.",
    ),
    "backup_newer": (
        "备份来自更新的版本。请更新 crmdesk 再恢复；没有改动任何东西。",
        "The backup comes from a newer version. Update crmdesk, then put it back; nothing was changed.",
    ),
    "backup_damaged": (
        "备份有缺失或损坏，读不出来；没有改动任何东西。",
        "Parts of the backup are missing or damaged, so it cannot be read; nothing was changed.",
    ),
    "backup_foreign": (
        "这是另一个人的备份；没有恢复任何内容。",
        "This is another person's backup; nothing was put back.",
    ),
    "backup_passphrase_missing": ("请输入备份的口令。", "Type the passphrase of the backup."),
    "backup_passphrase_wrong": (
        "备份的口令不对。没有改动任何东西，请再试一次。",
        "The passphrase of the backup is wrong. Nothing was changed; try again.",
    ),
}
