"""Company fields over laptops and a real server: defined, filled in offline by two, disputed, merged, retired."""

import json
import random

from crmdesk.server import company_rules, custom_fields
from crmdesk.services.commands import EditRow, MergeCustomers, ResolveConflict, SaveVisit
from crmdesk.storage import health
from tests.sync.field import Field, ask, do, edit, synced

TOPICS = [{"zh": "心衰"}, {"zh": "高血压"}]


def define(field: Field, key: str, kind: str = "text", **more: object) -> None:
    values = {"for_record": "doctor", "key": key, "name": f"{key} 名", "kind": kind, **more}
    field.database.run(lambda work: custom_fields.add(work, values))


def test_two_fill_in_the_same_doctor_offline_and_nothing_is_lost(field: Field) -> None:
    define(field, "hobby"), define(field, "beds", "number"), define(field, "topics", "choices", choices=TOPICS)
    one, two, doctor = field.laptop("rep"), field.laptop("colleague"), field.company["north_doctor"]
    synced(one), synced(two)
    assert [len(ask(laptop, lambda reads: reads.custom_fields()).offered("doctor")) for laptop in (one, two)] == [3, 3]
    edit(one, doctor, **{"custom.hobby": "跑步", "custom.topics": ["心衰"]})
    edit(two, doctor, **{"custom.hobby": "下棋", "custom.topics": ["高血压"], "custom.beds": 40})
    for laptop in (one, two, one):
        synced(laptop)
    for laptop in (one, two):
        row = ask(laptop, lambda reads: reads.row("doctor", doctor))
        assert row["custom"] == {"beds": 40, "hobby": "下棋", "topics": ["心衰", "高血压"]}
        (conflict,) = ask(laptop, lambda reads: reads.conflicts())
        assert (conflict.field, conflict.winner_value, conflict.loser_value) == ("custom.hobby", "下棋", "跑步")
    do(one, ResolveConflict(conflict.id, "loser"))
    synced(one), synced(two)
    assert ask(two, lambda reads: reads.row("doctor", doctor))["custom.hobby"] == "跑步"
    names = {name for entry in ask(two, lambda reads: reads.doctor(doctor)).history for name in entry.changes}
    assert {"custom.hobby", "custom.topics", "custom.beds"} <= names
    assert all(health.check(laptop.store).sound for laptop in (one, two))


def test_a_field_retired_meanwhile_comes_back_to_the_person_and_nothing_else(field: Field) -> None:
    define(field, "hobby"), define(field, "beds", "number")
    one, doctor = field.laptop("rep"), field.company["north_doctor"]
    synced(one)
    edit(one, doctor, **{"custom.hobby": "跑步"})
    edit(one, field.company["north_hospital"], "institution", phone="021-1")
    field.database.run(lambda work: custom_fields.change(work, "doctor", "hobby", {"retired": True}))
    synced(one)
    (refused,) = ask(one, lambda reads: reads.refused())
    assert (refused.code, refused.field, refused.fields) == ("field_retired", "custom.hobby", {"custom.hobby": "跑步"})
    assert field.company.row("institution", field.company["north_hospital"])["phone"] == "021-1"
    assert ask(one, lambda reads: reads.row("doctor", doctor))["custom"] is None


def test_merging_doctors_keeps_the_fields_of_both(field: Field) -> None:
    define(field, "hobby"), define(field, "beds", "number")
    manager, kept = field.laptop("manager"), field.company["north_doctor"]
    values = {"name": "张伟", "territory_id": field.company["north"], "status": "active"}
    other = field.company.insert("doctor", {**values, "custom": {"hobby": "下棋", "beds": 7}})
    field.company.edit("doctor", kept, {"custom": {"hobby": "跑步"}})
    synced(manager)
    view = ask(manager, lambda reads: reads.merge_view(kept, other))
    assert "custom" in view.differing
    do(manager, MergeCustomers(kept, other, ("custom:both",), view.seen_hash))
    synced(manager)
    assert ask(manager, lambda reads: reads.row("doctor", kept))["custom"] == {"beds": 7, "hobby": "跑步"}


def test_any_order_of_edits_and_syncs_ends_alike_everywhere(field: Field) -> None:
    """Three people, chance edits of keys offline, chance syncs: all end with the server's mapping."""
    keys = ("hobby", "school", "topics")
    define(field, "hobby"), define(field, "school"), define(field, "topics", "choices", choices=TOPICS)
    rng, doctor = random.Random(13), field.company["north_doctor"]
    laptops = [field.laptop(name) for name in ("rep", "colleague", "manager")]
    for laptop in laptops:
        synced(laptop)
    for number in range(30):
        laptop, key = rng.choice(laptops), rng.choice(keys)
        value = (
            rng.sample(["心衰", "高血压"], rng.randrange(3)) if key == "topics" else rng.choice([f"w{number}", None])
        )
        row = ask(laptop, lambda reads: reads.row("doctor", doctor))
        do(laptop, EditRow("doctor", doctor, {f"custom.{key}": value}, row.revision))
        if rng.random() < 0.4:
            synced(rng.choice(laptops))
    for laptop in (*laptops, *laptops):
        synced(laptop)
    truth = field.company.row("doctor", doctor)["custom"]
    for laptop in laptops:
        assert ask(laptop, lambda reads: reads.row("doctor", doctor))["custom"] == truth
        assert ask(laptop, lambda reads: reads.refused()) == []


def test_an_upgraded_laptop_learns_what_it_had_no_column_for(field: Field) -> None:
    """What the migration leaves behind: rows without the new columns, and scopes that the next sync fetches anew."""
    define(field, "funds", "decimal", unit="万元"), define(field, "waited", "number", for_record="visit")
    one, doctor = field.laptop("rep"), field.company["north_doctor"]
    synced(one)
    edit(one, doctor, **{"custom.funds": 1250})
    synced(one)
    scopes = sorted(scope for scope in ("c", f"t:{field.company['north']}"))
    with one.store.writing() as work:
        work.driver.execute("UPDATE row_custom_field SET unit = NULL, places = NULL")
        work.driver.execute("UPDATE row_doctor SET custom = NULL")
        work.driver.execute(
            "INSERT INTO meta(name, value) VALUES ('purged_scopes', ?)"
            " ON CONFLICT(name) DO UPDATE SET value = excluded.value",
            (json.dumps(scopes),),
        )
    synced(one)
    funds = ask(one, lambda reads: reads.custom_fields()).find("doctor", "custom.funds")
    assert funds is not None
    assert (funds.zh, funds.places) == ("funds 名（万元）", 2)
    assert ask(one, lambda reads: reads.row("doctor", doctor))["custom"] == {"funds": 1250}
    assert health.check(one.store).sound


def test_a_report_with_fields_goes_up_and_two_laptops_of_one_person_fill_in_their_own(field: Field) -> None:
    define(field, "waited", "number", for_record="visit"), define(field, "talked", "decimal", for_record="visit")
    one, two = field.laptop("rep"), field.laptop("rep", "second")
    synced(one), synced(two)
    values = {"doctor_ids": [field.company["north_doctor"]], "custom.waited": 10}
    visit = do(one, SaveVisit("", values)).created_id
    synced(one), synced(two)
    do(one, SaveVisit(visit, {"custom.waited": 20}))
    do(two, SaveVisit(visit, {"custom.talked": 75}))
    for laptop in (one, two, one):
        synced(laptop)
    for laptop in (one, two):
        assert ask(laptop, lambda reads: reads.visit(visit))["custom"] == {"talked": 75, "waited": 20}
        assert ask(laptop, lambda reads: reads.conflicts()) == []
        assert health.check(laptop.store).sound


def test_another_limit_for_late_reports_arrives_and_holds(field: Field) -> None:
    one = field.laptop("rep")
    synced(one)
    assert ask(one, lambda reads: reads.backdating()).days == 7
    field.database.run(lambda work: company_rules.set_rule(work, "backdating_days", 21))
    synced(one)
    assert ask(one, lambda reads: reads.backdating()).days == 21
    assert health.check(one.store).sound
