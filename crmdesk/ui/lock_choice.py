"""After how many minutes without a touch crmdesk locks: what a person can choose, and what holds without a choice."""

PREFERENCE = "lock_after_min"
NEVER = "never"
MINUTES = ("1", "5", "15", "30")
DEFAULT = "15"


def chosen(kept: str) -> str:
    """Return the choice that holds for what is kept: one of MINUTES, or NEVER."""
    return kept if kept in (*MINUTES, NEVER) else DEFAULT


def idle_limit_s(kept: str) -> float:
    """Return the seconds without a touch after which it locks, 0 for never."""
    choice = chosen(kept)
    return 0.0 if choice == NEVER else int(choice) * 60.0
