"""How long a search takes with 100,000 doctors in the encrypted store, for each kind of query that people type."""

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import replica, territory
from crmdesk.services.desk import Desk
from crmdesk.storage.pinyin import person_readings
from crmdesk.storage.store import Store

DOCTORS = 100_000
QUERIES = 220
BAR_MS = 16.0
_SPECIAL = (
    '"张',
    "张*",
    "(li",
    "AND",
    "OR wang",
    "-x",
    "name:li",
    "NEAR(a b)",
    "%",
    "_",
    "🏥",
    "𠮷",
    "a'b",
    "李\u0000",
    "^z",
    "--",
)
_RARE = "魃魉鼙黻龘靁爨鬻"

Row = dict[str, Any]


def measure(out: Path) -> dict[str, float]:
    """Fill a store, ask each kind of query through the desk, and return p50 and p95 in milliseconds."""
    with tempfile.TemporaryDirectory(dir=out) as name, replica.desk(Path(name) / "store") as (store, desk):
        tables = filled(store, DOCTORS)
        print("  in the store: " + ", ".join(f"{len(rows)} {record}" for record, rows in tables.items()))
        return asked(desk, tables, QUERIES)


def filled(store: Store, doctors: int) -> dict[str, list[Row]]:
    """Put a territory of so many doctors in, by pages as a first sync does."""
    tables: dict[str, list[Row]] = {}
    for record, rows in territory.customers(doctors, replica.TERRITORY):
        replica.receive(store, record, rows)
        tables[record] = rows
    return tables


def asked(desk: Desk, tables: dict[str, list[Row]], queries: int) -> dict[str, float]:
    """Ask so many queries of each kind, in random order of the data; return the figures by kind and the worst p95."""
    rng = random.Random(3)
    desk.ask(lambda reads: reads.search("张")).result()  # the pinyin tables are loaded once a program
    figures: dict[str, float] = {}
    worst = 0.0
    for kind, make in kinds(rng, tables).items():
        times: list[float] = []
        hits = 0
        for _ in range(queries):
            text = make()
            begun = time.perf_counter()
            hits += bool(desk.ask(lambda reads, wanted=text: reads.search(wanted)).result())
            times.append((time.perf_counter() - begun) * 1000)
        cut = statistics.quantiles(times, n=20)
        figures[f"search_{kind}_p50_ms"], figures[f"search_{kind}_p95_ms"] = statistics.median(times), cut[18]
        worst = max(worst, cut[18])
        print(f"  {kind:<24} p50 {statistics.median(times):6.2f}  p95 {cut[18]:6.2f} ms  {hits} of {queries} hit")
    figures["search_p95_ms"] = worst
    return figures


def kinds(rng: random.Random, tables: dict[str, list[Row]]) -> dict[str, Callable[[], str]]:
    """Return what makes a query of each kind from a customer drawn by chance."""
    rooms = tables["department"]
    numbers = [one["mobile"] for one in tables["doctor"] if one["mobile"]]
    names_of, room_of, people = (
        {one["id"]: one["name"] for one in tables[record]} for record in ("institution", "department", "doctor")
    )

    def name() -> str:
        return str(rng.choice(tables["doctor"])["name"])

    def reading(text: str) -> tuple[str, ...]:
        return person_readings(text)[0]

    def number() -> str:
        return str(rng.choice(numbers))

    def hospital_and_department() -> str:
        room = rng.choice(rooms)
        place = names_of[room["institution_id"]]
        return f"{place[2:4]} {room['name'][:2]}"

    def with_department(part: slice) -> str:
        works = rng.choice(tables["affiliation"])
        return f"{people[works['doctor_id']][part]} {room_of[works['department_id']][:2]}"

    return {
        "one_character": lambda: rng.choice(name()),
        "substring": lambda: name()[-2:],
        "full_pinyin": lambda: "".join(reading(name())),
        "initials": lambda: "".join(one[0] for one in reading(name())),
        "character_and_letter": lambda: mixed(name(), reading),
        "surname_and_letter": lambda: short(reading(name()), whole=True),
        "surname_and_initials": lambda: "".join((*(said := reading(name()))[:-2], *(one[0] for one in said[-2:]))),
        "two_letters": lambda: short(reading(name()), whole=False),
        "hospital_and_department": hospital_and_department,
        "union_and_cardiology": lambda: rng.choice(("协和 心内", "协和 心血管", "协和 心", "协和 xnk", "xiehe 心内")),
        "institution_name": lambda: str(rng.choice(tables["institution"])["name"]),
        "number_last_four": lambda: number()[-4:],
        "number_grouped": lambda: f"{(whole := number())[:3]} {whole[3:7]} {whole[7:]}",
        "number_being_typed": lambda: (typed := number())[: rng.randint(5, len(typed))],
        "number_of_nobody": lambda: f"139{rng.randrange(10**8):08d}",
        "no_hit": lambda: rng.choice((rng.choice(_RARE) + rng.choice(_RARE), "xqv" + rng.choice("qvxw") * 3)),
        "special_characters": lambda: rng.choice(_SPECIAL),
        "department": lambda: str(rng.choice(rooms)["name"])[:2],
        "name_and_department": lambda: with_department(slice(-2, None)),
        "surname_and_department": lambda: with_department(slice(1)),
    }


def mixed(name: str, reading: Callable[[str], tuple[str, ...]]) -> str:
    """Return 张s for 张三."""
    return name[0] + reading(name)[1][0]


def short(reading: tuple[str, ...], *, whole: bool) -> str:
    """Return zhangs or zs for zhang san."""
    return (reading[0] if whole else reading[0][0]) + reading[1][0]
