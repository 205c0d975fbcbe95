"""The rows of the access matrix for exports: own notes only, by those with the right, never changed or taken away."""

WHO = ("rep", "manager", "finance", "auditor", "admin")
HIDDEN = "unknown_row"
_NOT_YOURS = dict.fromkeys(WHO, "not_yours")
_NEW = dict.fromkeys(WHO, "applied") | {"finance": "may_not_export"}
_OWN = ("own", "lately", "former")
CREATE = dict.fromkeys((*_OWN, "unknown"), _NEW) | dict.fromkeys(("same", "other"), _NOT_YOURS)


def kept(answer: str) -> dict[str, dict[str, str]]:
    """Return the answers to a change of what somebody said: the own note is held, no other one."""
    mine, others = dict.fromkeys(WHO, answer), dict.fromkeys(WHO, HIDDEN)
    return dict.fromkeys(_OWN, mine) | dict.fromkeys(("same", "other", "unknown"), others)


EXPORT_NOTE = {
    "create": CREATE,
    "edit": kept("locked"),
    "delete": kept("kept"),
    "command": dict.fromkeys(CREATE, dict.fromkeys(WHO, "forbidden")),
}
