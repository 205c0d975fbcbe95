"""What the reads about a team return: plain frozen data for the Team page, figures by the id of a `Member`."""

from collections.abc import Mapping

import msgspec

from crmdesk.domain.planning import ClassStanding
from crmdesk.domain.team_figures import Adherence, Burn, CallBacks, Coverage, Period, Timeliness

TEAM = ""
"""The id under which the figures of all together stand."""


class Member(msgspec.Struct, frozen=True):
    """Whose figures: a representative's (`id` of the user), or those of a territory in which none works (its id)."""

    id: str
    name: str
    territory_ids: tuple[str, ...]
    shared_with: tuple[str, ...] = ()  # names of others who work in one of these territories
    vacant: bool = False


class TeamView(msgspec.Struct, frozen=True):
    """Who is looked at in which days, and how much of it this laptop can know. Days and instants as text."""

    period: Period
    members: tuple[Member, ...]
    territories: Mapping[str, str]  # names by id
    spans: tuple[tuple[str, str], ...]  # the days of the period; several where cycles differ
    plan_names: tuple[str, ...]
    without_plan: tuple[str, ...]  # names of territories without a cycle plan for the period
    as_of: str  # when this laptop synced last, '' for never
    loading: bool  # a part of what the person holds has never arrived whole
    unsent: Mapping[str, int]  # what of this laptop waits to be sent, by record
    oldest_unsent_at: str


class Reach(msgspec.Struct, frozen=True):
    """Coverage and what is done of goals by class (hundredths of a visit), by member."""

    coverage: Mapping[str, Coverage]
    classes: Mapping[str, tuple[ClassStanding, ...]]


class Reports(msgspec.Struct, frozen=True):
    """What became of plans, how soon reports came, and when the latest one arrived, by member."""

    adherence: Mapping[str, Adherence]
    timeliness: Mapping[str, Timeliness]
    last_arrived_at: Mapping[str, str]
    limit_days: int  # so many days after a visit its report may be submitted


class TeamMoney(msgspec.Struct, frozen=True):
    """Budgets of the quarters that the period touches, and call-backs, by member."""

    quarters: tuple[str, ...]
    burn: Mapping[str, Burn]
    categories: Mapping[str, tuple[tuple[str, Burn], ...]]
    call_backs: Mapping[str, CallBacks]
    first_waiting: Mapping[str, str]  # the claim that waits longest for a call
