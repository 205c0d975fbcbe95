"""The demo company: a seeded generator of plain rows, the same company from the same seed."""

from crmdesk.company.generate import Company, generate
from crmdesk.company.model import DemoLogin, TrailEntry

__all__ = ["Company", "DemoLogin", "TrailEntry", "generate"]
