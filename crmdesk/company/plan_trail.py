"""What became of plans in the demo company: which visits had been planned, moved or forgotten, when reports came.

What is drawn hangs on the visit itself, so that nothing else of the company moves with it.
"""

import random
from datetime import date, datetime, timedelta

from crmdesk.company.model import Maker, Row, TrailEntry, at_local
from crmdesk.company.people import Organisation
from crmdesk.domain.clock import DEFAULT_ZONE, from_text, to_text

_REASONS = ("医生改期", "医生改期 · 门诊临时加号", "路线调整", "我方改期")
_PLANNED, _MOVED, _FORGOTTEN = 0.82, 0.1, 0.05
_LATE_DAYS = ((0, 62), (1, 24), (2, 8), (4, 4), (6, 2))


def make_plan_trail(maker: Maker, organisation: Organisation, since: date) -> None:
    """Tell of the visits since a day what their trail would; those that claims and calls rest on stay as they are."""
    bound = {row["visit_id"] for name in ("claim", "call_back") for row in maker.tables.get(name, ())}
    bound |= {row["parent_id"] for row in maker.tables.get("adverse_event", ())}
    begins = to_text(at_local(since, 0))
    for visit in list(maker.tables["visit"]):
        if visit["state"] == "submitted" and visit["starts_at"] >= begins and visit["id"] not in bound:
            _reported(maker, visit)
    _forgotten(maker, organisation)


def _reported(maker: Maker, visit: Row) -> None:
    rng, starts = random.Random(visit["id"]), from_text(visit["starts_at"])
    now = at_local(maker.today - timedelta(days=1), 22)
    late = rng.choices([days for days, _weight in _LATE_DAYS], [weight for _days, weight in _LATE_DAYS])[0]
    came = min(starts + timedelta(days=late, minutes=35), max(now, starts + timedelta(minutes=35)))
    if rng.random() >= _PLANNED:
        visit |= {"created_at": to_text(came), "updated_at": to_text(came)}
        return
    visit |= {"created_at": to_text(starts - timedelta(days=rng.randint(3, 9))), "revision": 2}
    if rng.random() < _MOVED:
        before = to_text(starts - timedelta(days=rng.randint(1, 2)))
        moved_at = to_text(starts - timedelta(days=2, hours=3))
        _entry(maker, visit, moved_at, {"starts_at": [before, visit["starts_at"]]}, rng.choice(_REASONS))
        visit["revision"] = 3
    visit["updated_at"] = to_text(came)
    _entry(maker, visit, to_text(came), {"state": ["planned", "submitted"]})


def _entry(maker: Maker, visit: Row, at: str, changes: dict[str, list[str]], reason: str = "") -> None:
    maker.trail.append(TrailEntry(visit["id"], at, visit["owner_id"], "edit", changes, reason, record="visit"))


def _forgotten(maker: Maker, organisation: Organisation) -> None:
    """Leave some plans of the last weeks without a report."""
    for territory in organisation.territories:
        mine = [one for one in maker.tables["visit"] if one["territory_id"] == territory.id]
        for visit in mine:
            rng = random.Random(visit["id"] + "forgotten")
            starts = from_text(visit["starts_at"])
            recent = at_local(maker.today - timedelta(days=45), 0) < starts < at_local(maker.today, 0)
            if recent and visit["state"] == "submitted" and rng.random() < _FORGOTTEN:
                _plan(maker, visit, starts, rng)


def _plan(maker: Maker, like: Row, starts: datetime, rng: random.Random) -> None:
    values = {name: like[name] for name in ("territory_id", "owner_id", "doctor_ids", "institution_id")}
    values |= {"state": "planned", "starts_at": to_text(starts + timedelta(minutes=20)), "zone": DEFAULT_ZONE}
    values |= {"channel": "face_to_face", "duration_min": 15, "absent_ids": [], "joint_with_ids": [], "products": []}
    made = starts - timedelta(days=4)
    maker.row("visit", made, like["owner_id"], values, maker.drawn_id(made, rng))
