"""Scopes: names for what a person may hold (territory, person, company, money, budget)."""

from collections.abc import Iterable

from crmdesk.domain.roles import Role

COMPANY = "c"


def territory_scope(territory_id: str) -> str:
    """Return the scope of a territory's customers and visits."""
    return f"t:{territory_id}"


def is_territory(scope: str) -> bool:
    """Say whether a scope is that of a territory's customers and visits."""
    return scope.startswith(territory_scope(""))


def money_scope(territory_id: str) -> str:
    """Return the scope of a territory's claims, for those who decide on or account for them."""
    return f"m:{territory_id}"


def budget_scope(territory_id: str) -> str:
    """Return the scope of a territory's budgets."""
    return f"b:{territory_id}"


def person_scope(user_id: str) -> str:
    """Return the scope of what belongs to one person (the own claims)."""
    return f"p:{user_id}"


def subscription(role: Role, user_id: str, assigned: Iterable[str], everything: Iterable[str]) -> frozenset[str]:
    """Return the scopes that a person may hold.

    `assigned` are the ids of the territories assigned today, those below an assigned region included;
    `everything` the ids of all territories. Source: roles in docs/architecture.md.
    """
    scopes = {COMPANY, person_scope(user_id)}
    own, every = list(assigned), list(everything)
    if role is Role.REP:
        scopes |= {make(one) for one in own for make in (territory_scope, budget_scope)}
    elif role is Role.MANAGER:
        scopes |= {make(one) for one in own for make in (territory_scope, budget_scope, money_scope)}
    elif role is Role.FINANCE:
        scopes |= {make(one) for one in every for make in (budget_scope, money_scope)}
    elif role is Role.AUDITOR:
        scopes |= {make(one) for one in every for make in (territory_scope, budget_scope, money_scope)}
    elif role is Role.ADMIN:
        scopes |= {territory_scope(one) for one in every}
    return frozenset(scopes)
