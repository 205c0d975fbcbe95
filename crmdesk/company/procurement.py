"""Figures of volume-based procurement of the demo company: a few hospitals of each territory, behind and ahead."""

from datetime import date, timedelta

from crmdesk.company.customers import Customers
from crmdesk.company.model import Maker, Row, at_local
from crmdesk.domain.procurement import row_id

_ROUND = "模拟第一批"
_SOURCE = "省药品采购平台（模拟）"
_HOSPITALS = 3
_STRENGTHS = (("10mg×30", "片"), ("5ml×10", "支"))


def make_procurement(
    maker: Maker, admin_id: str, customers: dict[str, Customers], products: list[Row], today: date
) -> None:
    """Make figures for the first hospitals of every territory; the last product of one has none reported yet."""
    start, end = date(today.year, 1, 1), date(today.year, 12, 31)
    as_of = max(start, today - timedelta(days=today.day))
    for number, territory in enumerate(customers.values()):
        hospitals = [one for one in territory.institutions if one["kind"] == "hospital"][:_HOSPITALS]
        for place, hospital in enumerate(hospitals):
            for index, product in enumerate(products[:2]):
                strength, unit = _STRENGTHS[index % len(_STRENGTHS)]
                agreed = 1_000 * (6 + (number + 3 * place + 5 * index) % 30)
                gone = ((as_of - start).days + 1) / ((end - start).days + 1)
                reported = (place, index) != (_HOSPITALS - 1, 1)
                share = (0.7, 1.0, 1.25, 0.85)[(number + place + index) % 4]
                values: Row = {
                    "parent_record": "institution", "parent_id": hospital["id"], "round_name": _ROUND,
                    "product_name": product["generic_name"] or product["name"], "strength": strength, "unit": unit,
                    "agreed": agreed, "purchased": int(agreed * gone * share) if reported else None,
                    "starts_on": start.isoformat(), "ends_on": end.isoformat(),
                    "as_of": as_of.isoformat() if reported else None, "source": _SOURCE,
                }  # fmt: skip
                made = row_id(hospital["id"], _ROUND, str(values["product_name"]), strength)
                maker.row("procurement", at_local(as_of, 9), admin_id, values, made)
