"""Words for people for what can go wrong with merging customers; `crmdesk.ui.words` hands them out."""

MERGES: dict[str, tuple[str, str]] = {
    "merge_impossible": (
        "这两条不能合并：其中一条已被合并或已不在。没有改变任何内容。",
        "These two cannot be merged: one of them was merged already or is gone. Nothing was changed.",
    ),
    "doctor_merged": (
        "这位医生已并入另一位，所以没有改。你写的内容都在，可以改到保留的那位上。",
        "This doctor was merged into another one, so nothing was changed. Your text is kept; put it to the one kept.",
    ),
    "institution_merged": (
        "这家机构已并入另一家，所以没有改。你写的内容都在，可以改到保留的那家上。",
        "This institution was merged into another one, so nothing was changed. Your text is kept; put it to that one.",
    ),
    "merge_decided": (
        "这个合并已经有人决定过了。请看它当前的状态。",
        "Somebody decided about this merge already. See its present state.",
    ),
    "already_queued": (
        "已经决定过，正等待发送。可以先撤销。",
        "It was decided already and waits to be sent. Undo that first.",
    ),
}
"""Code → (Chinese, English)."""
