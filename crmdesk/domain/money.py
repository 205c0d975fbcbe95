"""Money: an integer number of fen (1/100 of a unit) plus a currency code, never a float."""

import re
from decimal import Decimal, InvalidOperation

from crmdesk.domain.errors import InputError

CURRENCY = "CNY"
MAX_FEN = 10**13
_SHAPE = re.compile(r"[+-]?\d{1,12}(\.\d{1,2})?")


def parse_fen(text: str) -> int:
    """Read an amount in yuan as people type it (`1,680.00`, `¥88`, full-width digits) into fen.

    Raises InputError('amount') for anything else, more than two decimals included.
    """
    cleaned = text.translate(_FULL_WIDTH).replace(",", "").replace("¥", "").replace("元", "").strip()
    if not _SHAPE.fullmatch(cleaned):
        raise InputError("amount", value=text[:40])
    try:
        return int(Decimal(cleaned) * 100)
    except InvalidOperation as error:
        raise InputError("amount", value=text[:40]) from error


def format_fen(amount_fen: int) -> str:
    """Return fen as `1,680.00` (no currency sign)."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{sign}{yuan:,}.{fen:02d}"


_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，￥", "0123456789.,¥")
