"""Which pages there are: name, module and class, icon, words, and who sees it in the rail; loaded when first shown."""

import importlib
from importlib.util import find_spec
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QCoreApplication

from crmdesk.domain.roles import EVERYONE, FIELD_FORCE, Role

if TYPE_CHECKING:
    from crmdesk.ui.context import PageContext
    from crmdesk.ui.pages.page import Page


class PageSpec(msgspec.Struct, frozen=True):
    """One page. `text` is Chinese, translated in context `pages`; `rail` names the rail entry lit while it is shown."""

    name: str
    target: str  # module:Class below crmdesk.ui.pages
    text: str
    icon: str
    roles: frozenset[Role] = EVERYONE
    rail: str = ""


def _T(_context: str, text: str) -> str:  # known to lupdate by this name; see `ui.translate`
    """Mark a text of a table for translation."""
    return text


_APPROVERS = frozenset({Role.MANAGER, Role.FINANCE, Role.AUDITOR})
_PLANNERS = frozenset({Role.REP, Role.MANAGER})
SPECS: tuple[PageSpec, ...] = (
    PageSpec("today", "today_page:TodayPage", _T("pages", "今日"), "today", FIELD_FORCE),
    PageSpec("customers", "customers_page:CustomersPage", _T("pages", "客户"), "customers", FIELD_FORCE),
    PageSpec("doctor", "doctor_page:DoctorPage", _T("pages", "医生"), "doctor", FIELD_FORCE, "customers"),
    PageSpec(
        "institution", "institution_page:InstitutionPage", _T("pages", "机构"), "institution", FIELD_FORCE, "customers"
    ),
    PageSpec("plan", "plan_page:PlanPage", _T("pages", "计划"), "calendar", _PLANNERS),
    PageSpec(
        "duplicates", "duplicates_page:DuplicatesPage", _T("pages", "可能重复"), "merge", FIELD_FORCE, "customers"
    ),
    PageSpec("visit", "visit_page:VisitPage", _T("pages", "拜访"), "visit", FIELD_FORCE),
    PageSpec("expenses", "expenses_page:ExpensesPage", _T("pages", "费用"), "expenses", EVERYONE - {Role.ADMIN}),
    PageSpec("approvals", "approvals_page:ApprovalsPage", _T("pages", "审批"), "approvals", _APPROVERS),
    PageSpec("team", "team_page:TeamPage", _T("pages", "团队"), "team", frozenset({Role.MANAGER})),
    PageSpec("import", "import_page:ImportPage", _T("pages", "导入"), "import", FIELD_FORCE, "customers"),
    PageSpec("sync", "sync_page:SyncPage", _T("pages", "同步"), "sync"),
    PageSpec("settings", "settings_page:SettingsPage", _T("pages", "设置"), "settings"),
)  # fmt: skip
_BY_NAME = {spec.name: spec for spec in SPECS}


def spec(name: str) -> PageSpec:
    """Return a page's declaration; raises KeyError for an unknown name."""
    return _BY_NAME[name]


def available(name: str) -> bool:
    """Say whether the page is part of this installation."""
    return name in _BY_NAME and find_spec(f"crmdesk.ui.pages.{_BY_NAME[name].target.split(':')[0]}") is not None


def in_rail(role: str) -> list[PageSpec]:
    """Return the pages of the rail for a role, in order."""
    return [entry for entry in SPECS if not entry.rail and role in entry.roles and available(entry.name)]


def allowed(name: str, role: str) -> bool:
    """Say whether a role may open the page at all."""
    return available(name) and role in _BY_NAME[name].roles


def make(name: str, context: "PageContext") -> "Page":
    """Make the page; raises KeyError for an unknown name."""
    module, class_name = _BY_NAME[name].target.split(":")
    made: Page = getattr(importlib.import_module(f"crmdesk.ui.pages.{module}"), class_name)(context)
    made.setObjectName(f"{name}_page")
    return made


def page_word(name: str) -> str:
    """Return a page's name in the language in use."""
    return QCoreApplication.translate("pages", _BY_NAME[name].text)
