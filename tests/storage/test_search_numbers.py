"""Telephone numbers: fields that hold two, and that the short way through the index finds what the long one does."""

import random
import re
from typing import Any

import pytest

from crmdesk.storage import inbox, search, search_numbers
from crmdesk.storage.store import Store
from crmdesk.storage.work import driver_of

TWO = "13812345678 / 0571-87654321"
ALONE = "13999995678"


def received(store: Store, wire: Any, **doctors: dict[str, str]) -> None:
    rows = [wire.row("doctor", name=name, **numbers) for name, numbers in doctors.items()]
    with store.writing() as work:
        inbox.apply_page(work, wire.page({"doctor": rows}))


@pytest.mark.parametrize("field", search_numbers.FIELDS)
@pytest.mark.parametrize("held", [TWO, TWO.replace(" / ", ","), TWO.replace(" / ", "、"), f"手机{TWO}(办)"])
@pytest.mark.parametrize("typed", ["5678", "4321", "13812345678", "0571 8765 4321", "87654321", "138123"])
def test_a_field_with_two_numbers_is_found_by_either_of_them(
    store: Store, wire: Any, field: str, held: str, typed: str
) -> None:
    received(store, wire, 张三={field: held}, 李四={field: "13700000000"})
    with store.reading() as connection:
        assert [(hit.name, hit.number) for hit in search.find(connection, typed)] == [("张三", held)]


def test_four_digits_from_within_are_no_hit_where_two_numbers_stand_either(store: Store, wire: Any) -> None:
    received(store, wire, 张三={"mobile": TWO}, 李四={"mobile": ALONE})
    with store.reading() as connection:
        assert search.find(connection, "3812") == search.find(connection, "7654") == []
        hits = search.find(connection, "5678")
        assert {hit.name for hit in hits} == {"张三", "李四"}


def odd_number(rng: random.Random) -> str:
    """Return a number of few different digits, so that parts come again, in one of the ways in which people type it."""
    digits = "".join(rng.choices("18", k=rng.choice((4, 7, 8, 10, 11, 11, 11, 12, 13, 16))))
    at = rng.randrange(len(digits))
    parted = (f"{digits[:at]}{sign}{digits[at:]}" for sign in ("-", "/", " 转"))
    return rng.choice((*[digits] * 4, *parted, f"+86 {digits}", f"{digits}；{digits[::-1]}", ""))


def test_what_stands_within_is_the_same_in_the_same_order_however_many_digits_are_typed(
    store: Store, wire: Any
) -> None:
    rng = random.Random(11)
    numbers = [odd_number(rng) for _ in range(600)]
    received(store, wire, **{f"医生{at}": {"mobile": one} for at, one in enumerate(numbers)})
    with store.reading() as connection:
        driver = driver_of(connection)
        rowids = dict(driver.execute("SELECT name, rowid FROM row_doctor"))
        held = [(re.sub("[ .()-]", "", one), rowids[f"医生{at}"]) for at, one in enumerate(numbers)]
        names = {rowid: name for name, rowid in rowids.items()}
        for number, _rowid in held * 3:
            run = max(re.findall("[0-9]+", number), key=len, default="")
            at = rng.randint(0, max(0, len(run) - 5))
            wanted = run[at : at + rng.randint(5, 11)]
            if len(wanted) < 5:
                continue
            fitting = sorted((one[-4:], one, rowid) for one, rowid in held if wanted in one)[:2]
            statement = search_numbers.statement("mobile", wanted, at_end=False)
            found = [row[1] for row in driver.execute(statement, (wanted, 2))]
            assert found == [names[rowid] for rowid in sorted(rowid for *_, rowid in fitting)], wanted
