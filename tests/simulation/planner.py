"""Makes a run's script from a seed, looking at what people see on their laptops at the moment."""

import random
from collections.abc import Callable
from typing import Any

from crmdesk.domain.records import RECORDS
from tests.simulation import beside, calls, own_fields, truth
from tests.simulation.founding import PEOPLE, TERRITORIES
from tests.simulation.laptop import Laptop
from tests.simulation.script import Crash, Entry, Fate
from tests.simulation.world import World

ACTIONS = 200
"""User actions that a run has at least."""

_REQUEST = ("drop", "cut", "corrupt", "late", "twice", "echo")
_SERVER = ("crash_before", "crash_after", "crash_midway", "too_busy", "broken", "portal")
_ANSWER = ("drop", "cut_frame", "cut_byte", "corrupt", "repeat", "stale", "bad_row")
_CALAMITIES = {
    "clock": 8, "partition": 4, "heal": 4, "crash": 2, "server_crash": 2, "backup": 4, "restore": 3, "copy": 5,
    "put_back": 9, "clone": 2, "drift": 6, "full": 2, "space": 4, "cure": 1, "away": 1.5,
}  # fmt: skip
_ADMINISTRATION = {
    "assign": 4, "end": 4, "hand_over": 4, "withdraw": 2, "split": 4, "merge": 2, "move": 6, "active": 4,
    "retire": 2,
}  # fmt: skip
_SHARED = ("doctor", "affiliation", "department", "attachment")
_OWNED = ("visit", "claim", "day_off", "plan_target", "doctor_merge")
"""What people delete; of these only their own."""
_DAY_MS = 86_400_000
_AWAY_MS = 400 * _DAY_MS
_STAGES = ("before", "statement", "commit", "after")
_CHANNELS = ("phone", "phone", "wechat")
_REASONS = ("receipt_unreadable", "wrong_category", "other")
Args = dict[str, Any]


class Planner:
    """Chooses the next entry; everything that it chooses stands in the entry, so that the entry alone is enough."""

    def __init__(self, world: World, seed: int, actions: int = ACTIONS) -> None:
        self.world, self.actions = world, actions
        self.rng = random.Random(f"plan:{seed}")
        self.key, self.at, self.acted = 0, 0, 0
        self._following: list[Callable[[], Entry]] = []
        rng = self.rng
        self.fault_share = rng.choice((0.0, 0.1, 0.3, 0.5, 0.7))
        self.crash_share = rng.choice((0.0, 0.02, 0.1, 0.2))
        self.sync_share = rng.choice((0.12, 0.25, 0.4))
        self.calamity_share = rng.choice((0.02, 0.04, 0.08))
        self.hot_share = rng.choice((0.3, 0.6, 0.9))

    @property
    def done(self) -> bool:
        # where disks are full and accounts closed for long, it takes many tries to do so much
        return self.acted >= self.actions or self.key > self.actions * 20

    def next(self) -> Entry:
        """Return the next entry."""
        self.key += 1
        if self._following:
            return self._following.pop(0)()
        rng = self.rng
        self.at += rng.choice((20, 300, 4_000, 60_000, 900_000))
        draw = rng.random()
        if draw < self.calamity_share:
            return self._calamity()
        if draw < self.calamity_share + 0.025:
            return self._administration()
        if self.world.late and rng.random() < 0.1:
            return self._entry("late", args={"place": rng.randrange(1000)})
        name = rng.choice(sorted(self.world.laptops))
        laptop = self.world.laptops[name]
        if laptop.following is not None and rng.random() < 0.4:
            return self._syncing("step", name)
        if rng.random() < self.sync_share:
            return self._syncing("sync", name)
        return self._action(laptop)

    def acted_on(self, entry: Entry, did: bool) -> None:
        """Take note of what became of an entry."""
        self.acted += entry.kind == "act" and did

    def _entry(self, kind: str, laptop: str = "", what: str = "", args: Args | None = None, **more: Any) -> Entry:
        return Entry(self.key, self.at, kind, laptop, what, args or {}, **more)

    # syncing ---------------------------------------------------------------------------------------------------------

    def _syncing(self, kind: str, name: str) -> Entry:
        rng = self.rng
        blocked = self.world.laptops[name].status.code == "shrunk"
        what = "accept" if blocked else rng.choice(("start", "start", "tick", "change")) if kind == "sync" else ""
        steps = rng.choice((0, 0, 1, 2, 3, 6)) if kind == "sync" else rng.choice((0, 1, 2, 4))
        fates = tuple(self._fate() for _ in range(rng.choice((1, 1, 2, 3)))) if rng.random() < self.fault_share else ()
        args = {"steps": steps} if steps else {}
        return self._entry(kind, name, what, args, fates=fates, crash=self._crash())

    def _fate(self) -> Fate:
        rng = self.rng
        where, part = rng.randrange(1000), rng.random()
        if part < 0.4:
            return Fate(request=rng.choice(_REQUEST), where=where)
        if part < 0.6:
            return Fate(server=rng.choice(_SERVER), where=where)
        if part < 0.95:
            return Fate(answer=rng.choice(_ANSWER), where=where)
        return Fate()

    def _crash(self) -> Crash | None:
        rng = self.rng
        return Crash(rng.choice((0, 0, 1, 2, 4)), rng.choice(_STAGES)) if rng.random() < self.crash_share else None

    # calamities ------------------------------------------------------------------------------------------------------

    def _calamity(self) -> Entry:
        rng = self.rng
        name = rng.choice(sorted(self.world.laptops))
        kind = rng.choices(*zip(*_CALAMITIES.items(), strict=True))[0]
        what, args = "", {}
        if kind == "clock":
            jump = rng.choice((3_600, 5 * 3_600, 86_400, 20 * 86_400, 400 * 86_400, 3_000 * 86_400))
            args = {"seconds": rng.choice((-1, 1, 1, 0)) * jump}
        elif kind == "away":
            self.at += _AWAY_MS
        elif kind == "restore" and rng.random() < 0.4:
            return self._clock_ahead(name)
        elif kind == "drift":
            what = rng.choice(("flipped", "missing"))
            args = {"place": rng.randrange(1000), "by": rng.choice((-1, 1, 5))}
        return self._entry(kind, name, what, args)

    def _clock_ahead(self, name: str) -> Entry:
        """A laptop's clock shows next year for one sync, just before the server comes back from a backup."""

        def clock(seconds: int) -> Entry:
            return self._entry("clock", name, args={"seconds": seconds})

        self._following = [lambda: self._entry("sync", name, "start"), lambda: self._entry("restore", name),
                           lambda: clock(0)]  # fmt: skip
        return clock(400 * 86_400)

    def _administration(self) -> Entry:
        rng = self.rng
        what = rng.choices(*zip(*_ADMINISTRATION.items(), strict=True))[0]
        login = rng.choice(sorted(PEOPLE))
        args: Args = {"login": login, "place": rng.choice((*TERRITORIES, "region"))}
        if what == "assign":
            args["login"] = rng.choice([login for login in sorted(PEOPLE) if not self._places_of(login)] or [login])
        elif what in ("end", "hand_over", "withdraw"):
            taker = rng.choice([one for one in sorted(PEOPLE) if one != login])
            args |= {"taker": taker, "place": rng.choice(self._places_of(login) or TERRITORIES)}
            if what == "end" and rng.random() < 0.3:
                self._slip(login, args["place"])
        elif what in ("split", "merge"):
            places = rng.sample(TERRITORIES, 2)
            held = self.visible(self.world.laptops["mei"], "institution")
            args = {"place": places[0], "target": places[1]}
            args |= {"row_ids": rng.sample(held, min(len(held), 1))} if what == "split" else {}
        elif what == "move":
            record = rng.choice(("doctor", "doctor", "institution"))
            held = self.visible(self.world.laptops["mei"], record)
            chosen = rng.sample(held, min(len(held), rng.choice((1, 2, 5)))) if held else []
            args = {"record": record, "row_ids": chosen, "place": rng.choice(TERRITORIES)}
        elif what == "retire":
            args = own_fields.choose_retired(self)
        elif what == "active":
            args = {"login": login, "active": rng.random() < 0.7}
        return self._entry("admin", what=what, args=args)

    def _slip(self, login: str, place: str) -> None:
        """A territory was ended by mistake: the next day the person hears of it, the line breaks, it is given back."""
        name = self.rng.choice([one for one in sorted(self.world.laptops) if self.world.laptops[one].person == login])

        def heard() -> Entry:
            self.at += _DAY_MS
            return self._entry("sync", name, "start", fates=(Fate(answer="cut_frame", where=1),))

        back = {"login": login, "place": place}
        self._following = [heard, lambda: self._entry("admin", what="assign", args=back),
                           lambda: self._entry("sync", name, "start")]  # fmt: skip

    def _places_of(self, login: str) -> list[str]:
        """Return the places that a person is assigned to now."""
        world = self.world
        today = truth.read(world.database_path, world.time, ("assignment",))
        names = {row_id: name for name, row_id in world.ids.items()}
        return sorted(
            names[row["territory_id"]] for row in today.of("assignment").values()
            if row["user_id"] == world.ids[login] and not row["deleted"] and (row["valid_to"] or "9999") >= today.today
        )  # fmt: skip

    # actions ---------------------------------------------------------------------------------------------------------

    def _action(self, laptop: Laptop) -> Entry:
        rng = self.rng
        names, weights = zip(*_ACTIONS.items(), strict=True)
        for _ in range(4):
            chosen = _MAKERS[rng.choices(names, weights)[0]](self, laptop)
            if chosen is not None:
                what, args = chosen
                if rng.random() < 0.004:
                    args["pill"] = True
                return self._entry("act", laptop.name, what, args, crash=self._crash())
        what, args = self._doctor(laptop)
        return self._entry("act", laptop.name, what, args, crash=self._crash())

    @property
    def token(self) -> str:
        """A word that nobody wrote before."""
        return f"q{self.key}z"

    def visible(self, laptop: Laptop, record: str, where: str = "") -> list[str]:
        """Return the ids of rows that the person sees, oldest first."""
        found = laptop.look(f"SELECT id FROM row_{record} WHERE deleted = 0 {where} ORDER BY id")
        return [row[0] for row in found]

    def one(self, laptop: Laptop, record: str, where: str = "") -> str:
        found = self.visible(laptop, record, where)
        if not found:
            return ""
        return self.rng.choice(found[:3] if self.rng.random() < self.hot_share else found)

    def _doctor(self, laptop: Laptop) -> tuple[str, Args]:
        hospital = self.one(laptop, "institution")
        values = {"name": f"李{self.token}", "note": f"met {self.token} here", "tags": [f"tag{self.key % 7}"]}
        args = {"values": values, "institution_id": hospital, "token": self.token}
        return "doctor", args | ({"department": self.rng.choice(("", "心内科", f"科{self.key}"))} if hospital else {})

    def _edit_field(self, laptop: Laptop) -> tuple[str, Args] | None:
        rng = self.rng
        record = rng.choice(("doctor", "doctor", "doctor", "institution"))
        row_id = self.one(laptop, record)
        if not row_id:
            return None
        fields = ("mobile", "phone", "preferred_time", "name") if record == "doctor" else ("phone", "address")
        changes: Args = {rng.choice(fields): self.token}
        if rng.random() < 0.3:
            changes["customer_class"] = rng.choice("ABC")
        return "edit", {"record": record, "row_id": row_id, "changes": changes, "token": self.token}

    def _write_text(self, laptop: Laptop) -> tuple[str, Args] | None:
        rng = self.rng
        record, field, where, reason = rng.choice(
            (("doctor", "note", "", ""), ("doctor", "good_at", "", ""), ("institution", "reception_rules", "", ""),
             ("visit", "note", self.own(laptop), "amended"), ("visit", "questions", self.own(laptop), "amended"))
        )  # fmt: skip
        row_id = self.one(laptop, record, where)
        if not row_id:
            return None
        piece = f"said {self.token} today" + (" and more" * rng.choice((0, 0, 30)))
        how = rng.choice(("front", "end", "within"))
        args = {"record": record, "row_id": row_id, "field": field, "piece": piece, "how": how, "token": self.token}
        return "text", args | ({"reason": reason} if reason else {})

    def own(self, laptop: Laptop) -> str:
        return f"AND owner_id = '{self.world.ids[laptop.person]}'"

    def _change_set(self, laptop: Laptop) -> tuple[str, Args] | None:
        row_id = self.one(laptop, "doctor")
        if not row_id:
            return None
        args: Args = {"record": "doctor", "row_id": row_id, "field": "tags", "add": [self.token], "token": self.token}
        if self.rng.random() < 0.15:
            args = {"record": "doctor", "row_id": row_id, "field": "consent", "add": [self.rng.choice(_CHANNELS)]}
        if self.rng.random() < 0.4:
            args |= {"remove": True, "place": self.rng.randrange(100)}
        return "set", args

    def _delete_row(self, laptop: Laptop) -> tuple[str, Args] | None:
        unmade = laptop.look("SELECT record, row_id FROM needs_you WHERE kind = 'create' ORDER BY seq, id")
        unmade = [(record, row_id) for record, row_id in unmade if not RECORDS[record].kept]
        if unmade and self.rng.random() < 0.5:  # what was refused is what people want gone
            record, row_id = self.rng.choice(unmade)
            return "delete", {"record": record, "row_id": row_id}
        record = self.rng.choice(
            ("doctor", "affiliation", "department", "visit", "claim", "attachment", "day_off", "plan_target")
        )
        where = self.own(laptop) if record in ("visit", "claim", "day_off", "plan_target") else ""
        found = self.visible(laptop, record, where)
        return ("delete", {"record": record, "row_id": self.rng.choice(found)}) if found else None

    def _affiliate(self, laptop: Laptop) -> tuple[str, Args] | None:
        ends = self.one(laptop, "doctor"), self.one(laptop, "institution")
        if not all(ends):
            return None
        values = {"doctor_id": ends[0], "institution_id": ends[1], "duty": self.token}
        return "create", {"record": "affiliation", "values": values, "token": self.token}

    def _visit(self, laptop: Laptop) -> tuple[str, Args] | None:
        doctor = self.one(laptop, "doctor")
        if not doctor:
            return None
        values = {"doctor_ids": [doctor], "note": f"visit {self.token} went well", "next_step": self.token}
        submit = self.rng.random() < 0.4
        known = self.visible(laptop, "visit", f"{self.own(laptop)} AND state <> 'submitted'")
        args: Args = {"values": values | ({"adverse_event": False} if submit else {}), "token": self.token}
        if known and self.rng.random() < 0.5:
            del values["doctor_ids"], values["note"]
            args["values"] = {"next_step": self.token} | ({"adverse_event": False} if submit else {})
            # the oldest: Ann may do so on both of her laptops
            args["row_id"] = self.rng.choice(known[:2] if submit else known)
        if submit and self.rng.random() < 0.4:
            args["values"]["adverse_event"] = True
            args["heard"] = f"heard {self.token} of it"
        return "visit", args | ({"submit": True} if submit else {})

    def _claim(self, laptop: Laptop) -> tuple[str, Args] | None:
        doctor = self.one(laptop, "doctor")
        if not doctor:
            return None
        rng = self.rng
        lines = [
            {"category": rng.choice(("meal", "travel")), "spent_on": "2026-11-20", "description": self.token,
             "amount_fen": rng.randrange(1, 4_900), "doctor_ids": [doctor], "staff_count": 1}
            for _ in range(rng.choice((1, 2)))
        ]  # fmt: skip
        args: Args = {"values": {"title": self.token, "lines": lines}, "token": self.token}
        known = self.visible(
            laptop, "claim", f"{self.own(laptop)} AND coalesce(state, 'draft') IN ('draft','returned')"
        )
        if known and rng.random() < 0.4:
            return "claim", args | {"row_id": rng.choice(known)}
        args["values"] |= {"reason": "no visit"}
        if rng.random() < 0.7:
            self._see_through(laptop.name)
        return "claim", args

    def _see_through(self, name: str) -> None:
        """A claim goes its whole way with nothing else between: sent in, approved, called about, unless that fails."""

        def deed(doer: str, make: Callable[[Laptop], tuple[str, Args] | None]) -> Callable[[], Entry]:
            def entry() -> Entry:
                self.at += 1_000
                laptop = self.world.laptops[doer]
                what, args = make(laptop) or self._doctor(laptop)
                return self._entry("act", doer, what, args, crash=self._crash())

            return entry

        def newest(event: str, state: str) -> Callable[[Laptop], tuple[str, Args] | None]:
            def make(laptop: Laptop) -> tuple[str, Args] | None:
                held = self.visible(laptop, "claim", f"AND coalesce(state, 'draft') = '{state}'")
                return ("command", {"row_id": held[-1], "event": event}) if held else None

            return make

        def heard(who: str) -> Callable[[], Entry]:
            return lambda: self._syncing("sync", who)

        self._following = [
            deed(name, newest("submit", "draft")), heard(name), heard("mei"),
            deed("mei", newest("approve", "submitted")), heard("mei"), heard("mei"),
            deed("mei", lambda laptop: calls.choose(self, laptop)), heard("mei"),
        ]  # fmt: skip

    def _attach(self, laptop: Laptop) -> tuple[str, Args] | None:
        record = self.rng.choice(("visit", "claim"))
        held = self.visible(laptop, record, self.own(laptop))
        return ("attach", {"record": record, "row_id": self.rng.choice(held), "token": self.token}) if held else None

    def _claim_command(self, laptop: Laptop) -> tuple[str, Args] | None:
        rng = self.rng
        manager = laptop.person == "mei"
        if manager:
            event = rng.choice(("approve", "approve", "approve", "send_back", "reject"))
            more = {} if event == "approve" else {"comment": self.token, "reason_code": rng.choice(_REASONS)}
        else:
            event, more = rng.choice((("submit", {}), ("submit", {}), ("submit", {}), ("recall", {})))
        whose = "" if manager else self.own(laptop)
        fit = "coalesce(state, 'draft') IN ('draft', 'returned')" if event == "submit" else "state = 'submitted'"
        held = self.visible(laptop, "claim", f"{whose} AND {fit}") if rng.random() < 0.8 else []
        held = held or self.visible(laptop, "claim", whose)  # now and then one on which it must be refused
        if not held:
            return None
        return "command", {"row_id": rng.choice(held), "event": event} | ({"args": more} if more else {})

    def _resolve(self, laptop: Laptop) -> tuple[str, Args] | None:
        row_id = self.one(laptop, "conflict", "AND state = 'open'")
        return ("resolve", {"row_id": row_id, "choice": self.rng.choice(("keep", "loser", "base"))}) if row_id else None

    def _refused(self, laptop: Laptop) -> tuple[str, Args] | None:
        sql = "SELECT id FROM needs_you WHERE waits_for = '' ORDER BY seq, id"
        found = [row[0] for row in laptop.look(sql)]
        if not found:
            return None
        return self.rng.choice(("retry", "drop")), {"operation_id": self.rng.choice(found)}

    def _undo(self, laptop: Laptop) -> tuple[str, Args] | None:
        return ("undo", {}) if laptop.undo else None

    def _poison(self, laptop: Laptop) -> tuple[str, Args] | None:
        row_id = self.one(laptop, "doctor", "AND revision > 0")
        changes = {"customer_class": self.token}
        return ("poison", {"record": "doctor", "row_id": row_id, "changes": changes}) if row_id else None


_ACTIONS = {
    "doctor": 6, "edit": 30, "text": 18, "set": 10, "delete": 3, "affiliate": 4, "visit": 10, "claim": 10, "attach": 3,
    "command": 16, "resolve": 5, "refused": 3, "undo": 3, "poison": 1, **beside.WEIGHTS,
}  # fmt: skip
_MAKERS: dict[str, Callable[[Planner, Laptop], tuple[str, Args] | None]] = {
    "doctor": Planner._doctor,
    "edit": Planner._edit_field,
    "text": Planner._write_text,
    "set": Planner._change_set,
    "delete": Planner._delete_row,
    "affiliate": Planner._affiliate,
    "visit": Planner._visit,
    "claim": Planner._claim,
    "attach": Planner._attach,
    "command": Planner._claim_command,
    "resolve": Planner._resolve,
    "refused": Planner._refused,
    "undo": Planner._undo,
    "poison": Planner._poison,
    **beside.MAKERS,
}
assert set(_ACTIONS) == set(_MAKERS)
