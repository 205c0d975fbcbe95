"""The record of a call-back: who was called by whom about which visit or claim, and what they said."""

from crmdesk.domain.fields import Field, Kind, Merge, Personal, Record, ScopeRule
from crmdesk.domain.roles import NOBODY, Role

CALL_BACK = Record(
    "call_back",
    "回访",
    "Call-back",
    ScopeRule.MONEY,
    (
        Field("territory_id", Kind.REF, "辖区", "Territory", ref="territory", required=True, indexed=True, once=True),
        Field(
            "owner_id",
            Kind.REF,
            "回访人",
            "Called by",
            ref="user",
            required=True,
            indexed=True,
            once=True,
            merge=Merge.OWNER,
        ),
        Field("doctor_id", Kind.REF, "医生", "Doctor", ref="doctor", indexed=True, once=True, merge=Merge.OWNER),
        Field("claim_id", Kind.REF, "报销单", "Claim", ref="claim", indexed=True, once=True, merge=Merge.OWNER),
        Field("visit_id", Kind.REF, "拜访", "Visit", ref="visit", indexed=True, once=True, merge=Merge.OWNER),
        Field("called_at", Kind.INSTANT, "回访时间", "Called at", required=True, merge=Merge.OWNER),
        Field("zone", Kind.TEXT, "时区", "Zone", max_length=60, required=True, merge=Merge.OWNER),
        Field("way", Kind.CHOICE, "方式", "Way", picklist="call_back_way", required=True, merge=Merge.OWNER),
        Field("asked", Kind.TAGS, "问了", "Asked", max_length=10, picklist="call_back_point", merge=Merge.OWNER),
        Field(
            "confirmed",
            Kind.TAGS,
            "对方确认",
            "Confirmed",
            max_length=10,
            picklist="call_back_point",
            merge=Merge.OWNER,
        ),
        Field(
            "outcome", Kind.CHOICE, "结果", "Outcome", picklist="call_back_outcome", required=True, merge=Merge.OWNER
        ),
        Field(
            "note",
            Kind.LONG_TEXT,
            "对方说的",
            "What was said",
            max_length=4000,
            merge=Merge.OWNER,
            personal=Personal.SENSITIVE,
        ),
        Field("decided_at", Kind.INSTANT, "用于决定", "Decided with it", writers=NOBODY, merge=Merge.OWNER),
    ),
    writers=frozenset({Role.MANAGER}),
    owner="owner_id",
    kept=True,
    together=frozenset({"outcome", "asked", "confirmed", "note"}),
)
"""Who was called is named, never a number. The money scope: it reaches whoever decides on or accounts for the claims of
the territory, and its author, not the representative whom it is about."""
