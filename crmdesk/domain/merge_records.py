"""The records of mergers: two doctors or institutions that are one; each a proposal and the journal of the way back."""

from crmdesk.domain.fields import Field, Kind, Merge, Record, ScopeRule
from crmdesk.domain.roles import FIELD_FORCE, NOBODY


def _merge_of(of: str, title: tuple[str, str], kept: tuple[str, str], other: tuple[str, str]) -> Record:
    """Return the record of mergers of `of`; the words are (Chinese, English)."""
    return Record(
        f"{of}_merge",
        *title,
        ScopeRule.TERRITORY,
        (
            Field("territory_id", Kind.REF, "辖区", "Territory", ref="territory", required=True, indexed=True),
            Field("owner_id", Kind.REF, "提议人", "Proposed by", ref="user", required=True, merge=Merge.OWNER),
            Field(f"{of}_id", Kind.REF, *kept, ref=of, required=True, indexed=True),
            Field("other_id", Kind.REF, *other, ref=of, required=True, indexed=True),
            Field("take", Kind.TAGS, "取自并入的一方", "Taken from the one merged", max_length=30, merge=Merge.SET),
            Field("note", Kind.TEXT, "理由", "Note", max_length=500),
            Field("state", Kind.CHOICE, "状态", "State", picklist="merge_state", writers=NOBODY),
            Field("decided_by", Kind.REF, "决定人", "Decided by", ref="user", writers=NOBODY),
            Field("decided_at", Kind.INSTANT, "决定时间", "Decided at", writers=NOBODY),
            Field("moved", Kind.MAP, "移动的内容", "What was moved", writers=NOBODY),
        ),
        writers=FIELD_FORCE,
        owner="owner_id",
        fixed=True,
    )


DOCTOR_MERGE = _merge_of(
    "doctor", ("医生合并", "Merge of doctors"), ("保留的医生", "Doctor kept"), ("并入的医生", "Doctor merged")
)
INSTITUTION_MERGE = _merge_of(
    "institution",
    ("机构合并", "Merge of institutions"),
    ("保留的机构", "Institution kept"),
    ("并入的机构", "Institution merged"),
)
