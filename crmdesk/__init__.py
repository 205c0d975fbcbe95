"""crmdesk: an offline-first desktop CRM for medical representatives."""

__version__ = "0.1.0"
