"""Visits of a large territory as rows: so many a doctor over the last two years, with notes, products and promises."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.replica import REP, fixed_id, row
from crmdesk.domain.clock import to_text

Row = dict[str, Any]
_DAYS = 730
_PEOPLE = 60
"""So many people made them: nobody makes hundreds of visits a day."""
PLANNED = tuple(fixed_id(190_000_000 + number) for number in range(8))
"""The visits of the day."""
_NOTES = ("谈了指南更新，认可证据。", "门诊很忙，约下周再谈老年患者的用药。", "对肾功能数据有疑问，答应带全文。")
_STEPS = ("带指南全文", "发随访表", "约科室会")


def products() -> list[Row]:
    """Return the products that visits speak of."""
    names = ("安络平", "糖稳", "心安平")
    return [row(fixed_id(900 + number), name=name, messages=[]) for number, name in enumerate(names)]


def visits(affiliations: Sequence[Row], count: int, territory_id: str, now: datetime, seed: int = 13) -> Iterator[Row]:
    """Yield so many visits, each to a doctor where the doctor works; about one of eight holds an open promise."""
    rng = random.Random(seed)
    offered = [one["id"] for one in products()]
    for number in range(count):
        place = affiliations[number % len(affiliations)]
        begun = (now - timedelta(days=rng.randint(1, _DAYS), minutes=rng.randint(0, 480))).astimezone(UTC)
        promise = rng.random() < 0.4
        yield row(
            fixed_id(200_000_000 + number),
            territory_id=territory_id,
            owner_id=REP if number % _PEOPLE == 0 else fixed_id(300 + number % _PEOPLE),
            state="submitted",
            doctor_ids=[place["doctor_id"]],
            institution_id=place["institution_id"],
            starts_at=to_text(begun),
            zone="Asia/Shanghai",
            duration_min=rng.choice((5, 10, 15, 20)),
            channel=rng.choice(("face_to_face", "face_to_face", "phone", "wechat")),
            products=[{"product_id": rng.choice(offered), "messages": [], "reaction": "positive"}],
            adverse_event=False,
            next_step=rng.choice(_STEPS) if promise else "",
            next_step_on=(begun + timedelta(days=14)).date().isoformat() if promise else None,
            next_step_done=promise and rng.random() < 0.7,
            note=rng.choice(_NOTES),
        )


def day(affiliations: Sequence[Row], territory_id: str, now: datetime) -> Iterator[Row]:
    """Yield the visits planned for a day, the same rows for whichever day."""
    morning = now.replace(hour=1, minute=0, second=0, microsecond=0)
    for number, place in enumerate(affiliations[: len(PLANNED)]):
        yield row(
            PLANNED[number],
            territory_id=territory_id,
            owner_id=REP,
            state="planned",
            doctor_ids=[place["doctor_id"]],
            institution_id=place["institution_id"],
            starts_at=to_text(morning + timedelta(minutes=40 * number)),
            zone="Asia/Shanghai",
        )
