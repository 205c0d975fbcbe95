"""The tables of money and proof: audit chain, what claims hold of budgets, the registers of fapiao and receipts."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text

from crmdesk.server.tables import METADATA

AUDIT_CHAIN = Table(
    "audit_chain",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", Text, nullable=False, unique=True),
    Column("scoped", Boolean, nullable=False),
    Column("content", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
"""Every audit entry as canonical JSON; `scoped` ones also travel to laptops as rows of `audit_entry`."""
AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)
"""One row: the end of the chain."""

BUDGET_HOLD = Table(
    "budget_hold",
    METADATA,
    Column("claim_id", Text, primary_key=True),
    Column("budget_id", Text, primary_key=True, index=True),
    Column("reserved_fen", BigInteger, nullable=False),
    Column("committed_fen", BigInteger, nullable=False),
    Column("spent_fen", BigInteger, nullable=False),
    Column("over_fen", BigInteger, nullable=False),
    Column("override_by", Text, nullable=False),
    Column("override_why", Text, nullable=False),
)
"""What a claim takes of a budget. `over_fen` > 0: the plan was passed at submission; who let it, by what rule."""

FAPIAO = Table(
    "fapiao",
    METADATA,
    Column("number", Text, primary_key=True),
    Column("claim_id", Text, nullable=False, index=True),
    Column("taken_at", Text, nullable=False),
)
"""Which claim holds a fapiao number (normalised)."""

RECEIPT = Table(
    "receipt",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("claim_id", Text, nullable=False, index=True),
    Column("taken_at", Text, nullable=False),
)
"""Which claim a receipt proves."""
