"""Laptops that live twice or sleep for long: an old copy put back, a clone, four hundred days away (A12, A14)."""

import shutil

import pytest

from crmdesk.bootstrap import Laptop
from crmdesk.server import horizon
from crmdesk.server.work import SYSTEM
from crmdesk.services.commands import CreateRow
from crmdesk.storage import health, lately, settings
from crmdesk.storage.keys import KeyVault
from crmdesk.ui import words
from tests.server.company import PASSWORD, TestClock
from tests.sync.field import Field, ask, do, edit, synced

DAY_S = 86_400


def copied(field: Field, laptop: Laptop, source: str, target: str) -> Laptop:
    """Copy a laptop's folder while it is closed, as a backup does; return it opened again."""
    laptop.close()
    field.opened.remove(laptop)
    shutil.copytree(field.folder / source, field.folder / target)
    return unlocked(field, source)


def unlocked(field: Field, name: str) -> Laptop:
    laptop = field.premises(name).unlock()
    field.opened.append(laptop)
    return laptop


def put_back(field: Field, laptop: Laptop, copy: str, target: str) -> Laptop:
    laptop.close()
    field.opened.remove(laptop)
    shutil.rmtree(field.folder / target)
    shutil.copytree(field.folder / copy, field.folder / target)
    return unlocked(field, target)


def take_key_along(field: Field, laptop: Laptop, clone: str) -> None:
    """Copy the key to the clone's place in the key ring, as an image of the whole disk does."""
    names = [
        KeyVault(field.folder / name / "keys", field.keyring)._username(laptop.account.key) for name in ("rep", clone)
    ]
    for service, username in list(field.keyring.kept):
        if username == names[0]:
            field.keyring.kept[service, names[1]] = field.keyring.kept[service, username]


def signed_in(field: Field, laptop: Laptop) -> None:
    """Let the person type the password once more: copies used up each other's refresh token."""
    laptop.session.sign_in("rep", PASSWORD, "laptop")


def make_doctor(field: Field, laptop: Laptop, name: str) -> str:
    made = do(laptop, CreateRow("doctor", {"name": name, "territory_id": field.company["north"]})).created_id
    assert made
    return made


def assert_at_rest(laptop: Laptop) -> None:
    summary = ask(laptop, lambda reads: reads.sync_summary())
    assert (summary.waiting, summary.refused) == (0, 0)
    assert health.check(laptop.store).sound


def happened(laptop: Laptop) -> list[str]:
    with laptop.store.reading() as connection:
        return [code for code, _, _ in lately.read(connection)]


def device(laptop: Laptop) -> str:
    with laptop.store.reading() as connection:
        return settings.meta(connection, "device_id")


def test_an_old_copy_put_back_doubles_nothing_and_loses_nothing(field: Field) -> None:
    laptop, colleague = field.laptop("rep"), field.laptop("colleague")
    synced(laptop)
    before = make_doctor(field, laptop, "在副本之前")
    laptop = copied(field, laptop, "rep", "rep.copy")
    synced(laptop)  # what waits in the copy as well is taken
    after = make_doctor(field, laptop, "在副本之后")
    edit(laptop, field.company["north_doctor"], mobile="13700000001")
    synced(laptop)
    first_device = device(laptop)
    laptop = put_back(field, laptop, "rep.copy", "rep")
    signed_in(field, laptop)
    late = make_doctor(field, laptop, "放回之后")
    synced(laptop)
    assert device(laptop) != first_device
    assert lately.RENUMBERED in happened(laptop)
    synced(laptop)
    synced(colleague)
    for one in (laptop, colleague):
        names = {
            ask(one, lambda reads, row_id=row_id: reads.row("doctor", row_id))["name"]
            for row_id in (before, after, late)
        }
        assert names == {"在副本之前", "在副本之后", "放回之后"}
        assert ask(one, lambda reads: reads.customer_count("doctor")) == 4, "nothing is there twice"
        assert ask(one, lambda reads: reads.row("doctor", field.company["north_doctor"]))["mobile"] == "13700000001"
        assert_at_rest(one)
    assert field.company.row("doctor", before)["revision"] == 1, "sent twice, done once"


def test_two_clones_of_a_laptop_both_keep_their_work(field: Field) -> None:
    one = field.laptop("rep")
    synced(one)
    one = copied(field, one, "rep", "rep.clone")
    take_key_along(field, one, "rep.clone")
    other = unlocked(field, "rep.clone")
    mine = [make_doctor(field, laptop, name) for laptop, name in ((one, "甲"), (other, "乙"))]
    synced(one)
    signed_in(field, other)
    edit(other, field.company["north_doctor"], preferred_time="周四")
    synced(other)
    assert device(one) != device(other)
    more = make_doctor(field, one, "丙")
    signed_in(field, one)
    synced(one)
    synced(other)
    for laptop in (one, other):
        for row_id, name in zip([*mine, more], "甲乙丙", strict=True):
            assert ask(laptop, lambda reads, row_id=row_id: reads.row("doctor", row_id))["name"] == name
        assert ask(laptop, lambda reads: reads.row("doctor", field.company["north_doctor"]))["preferred_time"] == "周四"
        assert_at_rest(laptop)


@pytest.mark.parametrize("cleared", [False, True], ids=["entries kept", "feed cleared"])
def test_four_hundred_days_away(field: Field, clock: TestClock, cleared: bool) -> None:
    company, doctors = field.company, field.add_doctors(12)
    laptop = field.laptop("rep")
    synced(laptop)
    mine = make_doctor(field, laptop, "走之前写的")
    edit(laptop, company["north_doctor"], mobile="13700000001")
    edit(laptop, doctors[0], note="写给已经删掉的")
    title = ask(laptop, lambda reads: reads.row("doctor", doctors[0]))["name"]
    clock.move(3 * DAY_S)
    field.database.run(lambda work: [work.delete("doctor", row_id, SYSTEM) for row_id in doctors[:3]])
    company.edit("doctor", doctors[5], {"name": "改过名"})
    clock.move(400 * DAY_S)
    company.edit("product", company["product"], {"name": "a year on"})
    if cleared:
        assert horizon.forget(field.database) > 0
    assert laptop.engine.sync_once().code == "signed_out"
    laptop.session.sign_in("rep", PASSWORD, "laptop")
    with laptop.store.reading() as connection:
        last = settings.meta(connection, "last_sync_at")
    synced(laptop)
    told = [one for one in ask(laptop, lambda reads: reads.happenings()) if one.code == lately.ANEW]
    assert [one.params for one in told] == [{"last": last}]
    assert not ask(laptop, lambda reads: reads.sync_summary()).fetching_anew
    synced(laptop)
    assert happened(laptop).count(lately.ANEW) == 1
    assert company.row("doctor", mine)["name"] == "走之前写的"
    assert company.row("doctor", company["north_doctor"])["mobile"] == "13700000001"
    held = {item.id for item in ask(laptop, lambda reads: reads.customers("doctor", limit=100))}
    assert held == {*doctors[3:], mine, company["north_doctor"]}, "no deleted row rises again"
    assert ask(laptop, lambda reads: reads.row("doctor", doctors[5]))["name"] == "改过名"
    conflicts = ask(laptop, lambda reads: reads.conflicts())
    refused = ask(laptop, lambda reads: reads.refused())
    assert [one.row_id for one in conflicts] + [one.row_id for one in refused] == [doctors[0]], (
        "it waits for a decision"
    )
    for one in refused:  # so long ago that nothing but the text is left of it: that can be read and copied
        assert (one.title, one.code, one.fields) == (title, "unknown_row", {"note": "写给已经删掉的"})
        assert "复制" in words.refusal(one.code, one.params, "zh")
    assert health.check(laptop.store).sound
