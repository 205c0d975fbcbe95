"""The rows of the access matrix for call-backs: managers write their own in their territory, nobody deletes one."""

from typing import Any, NamedTuple

from crmdesk.domain.ids import new_id
from tests.server.company import Company, visit_values

Cells = dict[str, str]


class Parts(NamedTuple):
    """A sound call-back of a place, and the visit that has to be there for it."""

    values: dict[str, Any]
    visit: tuple[str, str, dict[str, Any]]


def _only(manager: str) -> Cells:
    return dict.fromkeys(("rep", "finance", "auditor", "admin"), "forbidden") | {"manager": manager}


_OUT, _HIDDEN = _only("out_of_scope"), _only("unknown_row")
CALL_BACK: dict[str, dict[str, Cells]] = {
    "create": {
        "own": _only("applied"),
        "same": _only("not_yours"),
        "other": _OUT,
        "lately": _only("applied"),
        "former": _OUT,
        "unknown": _OUT,
    },
    # what somebody wrote stays with its author, as a claim does, wherever the author works by now
    "edit": {
        "own": _only("applied"),
        "same": _only("not_yours"),
        "other": _HIDDEN,
        "lately": _only("applied"),
        "former": _only("applied"),
        "unknown": _HIDDEN,
    },
    "delete": {
        "own": _only("kept"),
        "same": _only("kept"),
        "other": _HIDDEN,
        "lately": _only("kept"),
        "former": _only("kept"),
        "unknown": _HIDDEN,
    },
    "command": dict.fromkeys(("own", "same", "other", "lately", "former", "unknown"), _only("forbidden")),
}


def call_back_parts(territory_id: str, owner_id: str, doctor_id: str, *, company: Company) -> Parts:
    """Return a call-back about a visit of the representative to a doctor."""
    here = {"territory_id": territory_id, "doctor_ids": [doctor_id], "institution_id": None, "state": "submitted"}
    visit = visit_values(company, "rep", **here, starts_at="2026-11-01T01:00:00.000Z")
    visit_id = new_id()
    answers = {"way": "face_to_face", "outcome": "confirmed", "asked": ["visit"], "confirmed": ["visit"]}
    values = {"territory_id": territory_id, "owner_id": owner_id, "doctor_id": doctor_id, "visit_id": visit_id}
    values |= {"called_at": "2026-11-21T01:00:00.000Z", "zone": "Asia/Shanghai"}
    return Parts(values | answers, ("visit", visit_id, visit))
