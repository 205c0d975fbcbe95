"""The company fields of the demo company, and what some of its doctors, institutions and reports hold in them."""

import random
from datetime import date, timedelta
from typing import Any

from crmdesk.company.model import Maker, Row, at_local
from crmdesk.company.words import words
from crmdesk.domain.custom_fields import tidy

_FILLED = 0.4
"""Such a share of the customers has any of them; a company that starts with fields has most of them empty."""


def make_own_fields(maker: Maker, admin_id: str) -> None:
    """Define the fields and fill some in; a source of chance of their own leaves all other rows as they were."""
    made = at_local(maker.today - timedelta(days=60), 9)
    rng = random.Random(f"own fields {maker.today}")
    fields = words("own_fields")["fields"]
    for position, values in enumerate(fields, 1):
        maker.row("custom_field", made, admin_id, {"retired": False, **values, "position": position * 10})
    for record in ("doctor", "institution", "visit"):
        mine = [one for one in fields if one["for_record"] == record]
        for row in maker.tables[record]:
            if row.get("state", "submitted") == "submitted" and rng.random() < _FILLED:
                row["custom"] = _filled(rng, mine, maker.today)


def _filled(rng: random.Random, fields: list[Row], today: date) -> Any:
    return tidy({field["key"]: _value(rng, field, today) for field in fields if rng.random() < 0.7})


def _value(rng: random.Random, field: Row, today: date) -> Any:
    kind = field["kind"]
    if kind == "choice":
        return rng.choice(field["choices"])["zh"]
    if kind == "choices":
        return [one["zh"] for one in field["choices"] if rng.random() < 0.4]
    if kind == "number":
        return rng.randrange(40, 2400, 20)
    if kind == "decimal":
        return rng.randrange(1_000, 900_000, 50)
    if kind == "date":
        return date(today.year - rng.randrange(3, 34), rng.randrange(1, 13), 1).isoformat()
    return rng.random() < 0.5 if kind == "yes_no" else rng.choice(words("own_fields")["societies"])
