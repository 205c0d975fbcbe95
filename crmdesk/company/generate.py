"""Puts the demo company together: people, customers, visits, claims and budgets from one seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from crmdesk.company.budgets import make_budgets
from crmdesk.company.customers import make_customers
from crmdesk.company.expenses import make_claims
from crmdesk.company.model import DemoLogin, Maker, Row, TrailEntry
from crmdesk.company.own_fields import make_own_fields
from crmdesk.company.people import make_organisation
from crmdesk.company.plan_trail import make_plan_trail
from crmdesk.company.plans import earlier_cycle, make_plans
from crmdesk.company.procurement import make_procurement
from crmdesk.company.visits import make_products, make_visits

ORDER = (
    "territory",
    "user",
    "assignment",
    "product",
    "custom_field",
    "institution",
    "department",
    "doctor",
    "affiliation",
    "visit",
    "adverse_event",
    "cycle_plan",
    "plan_target",
    "day_off",
    "claim",
    "call_back",
    "budget",
    "procurement",
    "attachment",
)


@dataclass(frozen=True, slots=True)
class Company:
    """The whole demo company. `receipts`: SHA-256 → (file name, media type, bytes)."""

    tables: dict[str, list[Row]]
    logins: list[DemoLogin]
    trail: list[TrailEntry]
    receipts: dict[str, tuple[str, str, bytes]]

    @property
    def rows(self) -> Iterator[tuple[str, Row]]:
        """Yield (record name, row) so that every row comes after those that it names."""
        for record in ORDER:
            for row in self.tables.get(record, ()):
                yield record, row


def generate(seed: int, today: date, scale: float = 1.0) -> Company:
    """Make the demo company as it stands on the morning of `today`; the same arguments give the same company.

    `scale` shrinks or grows customers, visits and claims; people, territories and products stay. Logins come with the
    reps first, then managers, finance, auditor, admin.
    """
    maker = Maker(random.Random(seed), today, scale)
    organisation = make_organisation(maker)
    customers = make_customers(maker, organisation)
    products = make_products(maker, organisation.admin_id)
    visits = make_visits(maker, organisation, customers, products)
    make_claims(maker, organisation, visits)
    make_budgets(maker, organisation)
    make_plans(maker, organisation, customers)
    make_plan_trail(maker, organisation, earlier_cycle(today))
    make_own_fields(maker, organisation.admin_id)
    make_procurement(maker, organisation.admin_id, customers, products, today)
    rank = {role: place for place, role in enumerate(("rep", "manager", "finance", "auditor", "admin"))}
    logins = sorted(organisation.logins, key=lambda login: (rank[login.role], login.login))
    trail = sorted(maker.trail, key=lambda entry: entry.at)
    return Company(maker.tables, logins, trail, maker.receipts)
