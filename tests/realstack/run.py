"""Runs seeds on the real stack: real workers on PostgreSQL, real laptops, real TCP through the fault proxy.

`make realstack SEEDS=300 FIRST_SEED=1` (`python -m tests.realstack.run --seeds 300 --first 1`) runs a range and ends
with one line of what it did; `--storm 60` kills so often under load instead, in each seed.
"""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from crmdesk.server import auth
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.sync.engine import SyncStatus
from tests.fixtures.leash import Leash
from tests.fixtures.memory import memory_folder
from tests.fixtures.postgres import PostgresServer, private_postgres
from tests.realstack import oracle
from tests.realstack.day import HASTY, PATIENT, PEOPLE, Day, side_by_side
from tests.realstack.fault_proxy import FaultProxy
from tests.realstack.workers import Stack
from tests.server.company import PASSWORD, SETTINGS

HEALED_ROUNDS = 3
"""After so many rounds without faults nothing may wait any more (promise A5)."""
DAYS_A_STACK = 40
"""So many companies live in one database before it is replaced by a fresh one."""
TOKEN_OVER = 0.25
"""How often a laptop's access token has run out before a sync."""
ACTS_A_SYNC = 5
SYNCS_A_KILL = 6
LONGEST_CALM_S = 180
"""A minute was not enough where ten programs waited for each core."""
STRIKES = ("none", "none", "none", "none", "worker", "worker", "backend", "postmaster")


@dataclass
class Outcome:
    """What one seed did."""

    seed: int
    faults: list[str]
    counts: Counter[str]
    codes: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    strike: str = "none"
    fired: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    took_s: float = 0.0


class Rig:
    """A stack and a proxy before it, for many days."""

    def __init__(self, postgres: PostgresServer, folder: Path, leash: Leash) -> None:
        self.postgres, self.folder, self._leash = postgres, folder, leash
        self._hash = auth.hasher_of(SETTINGS).hash(PASSWORD)
        self._days = 0
        self._earlier_kills: Counter[str] = Counter()
        self.stack = Stack(postgres, folder / "stack-0", leash)
        self.proxy = FaultProxy(lambda: self.stack.ports())

    @property
    def kills(self) -> Counter[str]:
        """Return how often what was killed."""
        return self._earlier_kills + Counter(self.stack.kills)

    def close(self) -> None:
        """Stop everything."""
        self.proxy.close()
        self.stack.close()

    def day(self, seed: int) -> Outcome:
        """Run one seed and judge it: a few rounds of work and syncs among faults, then the healing."""
        return self._lived(seed, self._rounds)

    def storm(self, seed: int, kills: int) -> Outcome:
        """Kill -9 workers and database so often in the middle of syncs, while all work and sync without a pause."""
        return self._lived(seed, lambda day, chance: self._under_load(day, chance, kills))

    def company(self, folder: Path, seed: int) -> Day:
        """Return a day that is still to be founded; its laptops live in a folder."""
        return Day(self.stack.database, folder, self.proxy.address, seed, self._hash)

    def kill_database(self) -> None:
        """Kill -9 the database between two days; returns when all stands again."""
        self.stack.kill("postmaster")
        self.stack.stand()

    def _lived(self, seed: int, live: Callable[[Day, random.Random], Outcome]) -> Outcome:
        self._fresh_stack()
        began, fired, kills = time.monotonic(), self.proxy.fired.copy(), self.kills
        folder = Path(tempfile.mkdtemp(prefix="laptops-", dir=self.folder))
        day = self.company(folder, seed)
        self.proxy.seed(seed)
        try:
            day.found()
            day.sign_in()
            outcome = live(day, random.Random(f"rig {seed}"))
            self._heal(day, outcome)
        finally:
            self.proxy.heal()
            day.close()
            shutil.rmtree(folder, ignore_errors=True)
        outcome.fired, outcome.kills = self.proxy.fired - fired, self.kills - kills
        outcome.took_s = time.monotonic() - began
        return outcome

    def _fresh_stack(self) -> None:
        self._days += 1
        if self._days % DAYS_A_STACK == 0:
            self._earlier_kills = self.kills
            self.stack.close()
            self.stack = Stack(self.postgres, self.folder / f"stack-{self._days}", self._leash)

    def _rounds(self, day: Day, chance: random.Random) -> Outcome:
        outcome = Outcome(day.seed, [], Counter())
        if chance.random() < 0.7:  # the others have their first sync among the faults
            outcome.codes.update(one.code for one in self._round(day))
        outcome.strike = chance.choice(STRIKES)
        self.proxy.break_things()
        day.deadlines(HASTY)
        for number in range(chance.randint(2, 4)):
            if number == 1 and outcome.strike != "none":
                self._arm(outcome.strike, chance)
            for name in PEOPLE:
                if chance.random() < TOKEN_OVER:
                    day.let_token_run_out(name)
            outcome.codes.update(one.code for one in self._round(day, lambda: self._work(day, chance)))
            if chance.random() < 0.15:
                day.restart(chance.choice(list(PEOPLE)))
        return outcome

    def _work(self, day: Day, chance: random.Random) -> None:
        """People act while their laptops sync; now and then somebody at the office moves a doctor or a person."""
        for name in chance.sample([*PEOPLE] * 3, 9):
            day.act(name)
        if chance.random() < 0.5:
            self.stack.settle()
            day.reorganise()

    def _round(self, day: Day, beside: Callable[[], Any] | None = None) -> list[SyncStatus]:
        work: list[Callable[[], Any]] = [laptop.engine.sync_once for laptop in day.laptops.values()]
        found = side_by_side([*work, *([beside] if beside else [])])
        return found[: len(work)]

    def _arm(self, what: str, chance: random.Random) -> threading.Event:
        moment, number = chance.choice(["forwarded", "answering"]), chance.randrange(2)
        return self.proxy.strike(moment, lambda: self.stack.kill(what, number))

    def _under_load(self, day: Day, chance: random.Random, kills: int) -> Outcome:
        outcome = Outcome(day.seed, [], Counter(), strike="storm")
        over, well = threading.Event(), threading.Semaphore(0)

        def laptop(name: str) -> None:
            while not over.is_set():
                for _ in range(ACTS_A_SYNC):
                    day.act(name)
                code = day.laptops[name].engine.sync_once().code
                outcome.codes[code] += 1
                if not code:
                    well.release()

        def killer() -> None:
            try:
                self._kill_on(kills, well, chance)
            finally:
                over.set()

        side_by_side([killer, *(partial(laptop, name) for name in PEOPLE)])
        return outcome

    def _kill_on(self, kills: int, well: threading.Semaphore, chance: random.Random) -> None:
        """Kill in turns, each time after some syncs that went well, in the middle of another one."""
        for number in range(kills):
            for _ in range(SYNCS_A_KILL):
                if not well.acquire(timeout=LONGEST_CALM_S):
                    raise AssertionError(f"nobody could sync for {LONGEST_CALM_S} s after {number} kills")
            self._arm(("worker", "backend", "worker", "postmaster")[number % 4], chance).wait(LONGEST_CALM_S)
            self.stack.settle()

    def _heal(self, day: Day, outcome: Outcome) -> None:
        """Let everything stand again, sync without faults and judge: the outcome gets faults and counts."""
        self.stack.stand()
        self.proxy.heal()
        self.stack.stand()  # a strike that waited for a late request
        day.deadlines(PATIENT)
        waiting = -1
        while outcome.rounds < HEALED_ROUNDS and waiting != 0:
            outcome.rounds += 1
            statuses = self._round(day)
            waiting = sum(_waiting(laptop) for laptop in day.laptops.values())
        if waiting:
            words = f"{waiting} changes wait after {outcome.rounds} rounds without faults: {statuses}"
            outcome.faults.append(words)
        quiet = self._round(day)  # what the others sent in the last round
        outcome.faults += [
            f"not well after the healing: {one}" for one in quiet if (one.phase, one.code) != ("idle", "")
        ]
        verdict = oracle.judge(day, AttachmentFolder(self.stack.folder / "attachments"))
        outcome.faults += verdict.faults
        outcome.counts = verdict.counts
        if self.stack.unexpected():
            outcome.faults.append("a worker met an error that nobody expected: " + self.stack.unexpected()[:3000])
        broken, self.proxy.broken = self.proxy.broken, []
        outcome.faults += [f"a strike failed: {one}" for one in broken]


def _waiting(laptop: Any) -> int:
    with laptop.store.reading() as connection:
        return int(connection.execute("SELECT count(*) FROM outbox").scalar() or 0)


@contextmanager
def rig() -> Iterator[Rig]:
    """Everything that a run of seeds needs; tidied away afterwards, whatever ends the run."""
    folder = Path(tempfile.mkdtemp(prefix="crmdesk-real-", dir=memory_folder()))
    leash = Leash()
    leash.folder(folder)
    try:
        with private_postgres() as postgres:
            made = Rig(postgres, folder, leash)
            try:
                yield made
            finally:
                made.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        leash.close()


def summary(outcomes: list[Outcome]) -> str:
    """Return the one line that a run ends with."""
    seeds = f"{outcomes[0].seed} to {outcomes[-1].seed}" if outcomes else "none"
    failed = [one.seed for one in outcomes if one.faults]
    counts: Counter[str] = sum((one.counts for one in outcomes), Counter())
    fired: Counter[str] = sum((one.fired for one in outcomes), Counter())
    took = sum(one.took_s for one in outcomes)
    most = max((one.rounds for one in outcomes), default=0)
    kinds = ", ".join(f"{name} {fired[name]}" for name in sorted(fired))
    kills: Counter[str] = sum((one.kills for one in outcomes), Counter())
    return (
        f"real stack, seeds {seeds}: {len(outcomes) - len(failed)} of {len(outcomes)} passed in {took:.0f} s"
        f" ({len(outcomes) / max(took, 0.001):.2f} a second); {counts['said']} edits saved, {counts['refused']} of them"
        f" need their author, 0 lost or doubled where passed; {counts['claims']} claims, {counts['files']} files,"
        f" {counts['rows']} rows compared; outbox empty after at most {most} rounds; kill -9:"
        f" {kills['worker']} workers, {kills['backend']} backends, {kills['postmaster']} postmasters;"
        f" faults: {kinds}" + (f"; FAILED: {failed}" if failed else "")
    )


def main(given: list[str] | None = None) -> int:
    """Run a range of seeds; returns the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--storm", type=int, default=0, metavar="KILLS")
    asked = parser.parse_args(given)
    outcomes = []
    with rig() as made:
        for seed in range(asked.first, asked.first + asked.seeds):
            outcome = made.storm(seed, asked.storm) if asked.storm else made.day(seed)
            outcomes.append(outcome)
            if outcome.faults:
                print(f"seed {seed} ({outcome.strike}): " + "\n    ".join(outcome.faults), flush=True)
            elif seed % 10 == 0:
                print(f"seed {seed}: {outcome.took_s:.1f} s {dict(outcome.codes)}", flush=True)
    print(summary(outcomes))
    return 1 if any(one.faults for one in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
