"""Who may hold what: the subscription by role."""

from crmdesk.domain.roles import Role
from crmdesk.domain.scopes import subscription


def test_subscriptions_by_role() -> None:
    def kinds(role: Role) -> set[str]:
        return set(subscription(role, "u", ["1"], ["1", "2"]))

    everyone = {"c", "p:u"}
    assert kinds(Role.REP) == everyone | {"t:1", "b:1"}
    assert kinds(Role.MANAGER) == everyone | {"t:1", "b:1", "m:1"}
    assert kinds(Role.FINANCE) == everyone | {"b:1", "b:2", "m:1", "m:2"}
    assert kinds(Role.AUDITOR) == everyone | {"t:1", "t:2", "b:1", "b:2", "m:1", "m:2"}
    assert kinds(Role.ADMIN) == everyone | {"t:1", "t:2"}
