"""Measurements: crmdesk beside bare loops and peers, in one run on one machine."""
