"""Import of customers from sheets: reading, guessing, cleaning, matching, planning; no database, no window."""

from crmdesk.intake.columns import OwnFields
from crmdesk.intake.model import (
    Action,
    Column,
    KnownCustomers,
    KnownDoctor,
    KnownInstitution,
    NewRow,
    Nobody,
    Notice,
    Planned,
    SheetRow,
)
from crmdesk.intake.plan import plan
from crmdesk.intake.preview import Preview, preview
from crmdesk.intake.report import Report, ReportLine

__all__ = [
    "Action",
    "Column",
    "KnownCustomers",
    "KnownDoctor",
    "KnownInstitution",
    "NewRow",
    "Nobody",
    "Notice",
    "OwnFields",
    "Planned",
    "Preview",
    "Report",
    "ReportLine",
    "SheetRow",
    "plan",
    "preview",
]
