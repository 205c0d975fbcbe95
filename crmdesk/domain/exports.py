"""The right to export: which role may take which lists out of the company, asked on the laptop and by the server."""

from crmdesk.domain.errors import RefusedError
from crmdesk.domain.roles import Role

DOCTORS, INSTITUTIONS, VISITS, CLAIMS = "doctor", "institution", "visit", "claim"
_CUSTOMERS = frozenset({DOCTORS, INSTITUTIONS, VISITS})
_RIGHTS: dict[Role, frozenset[str]] = {
    Role.REP: _CUSTOMERS | {CLAIMS},
    Role.MANAGER: _CUSTOMERS | {CLAIMS},
    Role.FINANCE: frozenset({CLAIMS}),
    Role.AUDITOR: _CUSTOMERS | {CLAIMS},
    Role.ADMIN: _CUSTOMERS,
}
EXPORTERS = frozenset(role for role, rights in _RIGHTS.items() if rights)


def may_export(role: Role, what: str) -> bool:
    """Say whether a role may export a list; one that is not known is nobody's."""
    return what in _RIGHTS.get(role, frozenset())


def check_export(role: Role, what: str) -> None:
    """Raise RefusedError('may_not_export') where a role has no right to export a list."""
    if not may_export(role, what):
        raise RefusedError("may_not_export", what=what[:40])
