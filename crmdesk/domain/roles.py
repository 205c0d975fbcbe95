"""The roles a person can hold."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is in the company; rights follow from it (`crmdesk.domain.access`)."""

    REP = "rep"
    MANAGER = "manager"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMIN = "admin"


FIELD_FORCE = frozenset({Role.REP, Role.MANAGER, Role.ADMIN})
IN_TERRITORIES = (Role.REP, Role.MANAGER)
"""Those whose rights follow from the territories that they are given; others see what they see everywhere."""
EVERYONE = frozenset(Role)
NOBODY: frozenset[Role] = frozenset()
