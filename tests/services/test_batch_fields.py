"""Company fields changed for many customers at once: by key, in commits, undone as one, refused where nobody could."""

from typing import Any

import pytest

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.services.batch import BatchChange, offered_own, preview
from crmdesk.services.commands import EditMany, EditRow, Undo
from tests.services.small_territory import LI, WANG, ZHANG, Laptop
from tests.services.test_batch import ALL, many, values
from tests.services.test_own_fields import ROWS


@pytest.fixture
def own(laptop: Laptop) -> Laptop:
    """The rep's laptop, on which the company fields have arrived."""
    laptop.receive("custom_field", *ROWS)
    return laptop


def test_a_role_is_offered_what_it_may_write(own: Laptop) -> None:
    defined = own.ask(lambda reads: reads.custom_fields())
    rep, manager = ([one.name for one in offered_own(defined, "doctor", role)] for role in ("rep", "manager"))
    assert "custom.trust" not in rep
    assert "custom.trust" in manager
    assert "custom.old" not in manager
    assert offered_own(defined, "doctor", "auditor") == offered_own(defined, "visit", "rep") == ()


def test_one_key_is_shown_first_set_for_all_and_undone_as_one(own: Laptop) -> None:
    ids = many(own, 203)
    own.do(EditRow("doctor", ids[0], {"custom.hobby": "跑步", "custom.funds": 1250}, 1))
    change = BatchChange({"custom.funds": 99, "customer_class": "A"})
    seen = own.ask(lambda reads: preview(reads, "doctor", ids, change))
    assert seen.rows[0].changes == {"custom.funds": (1250, 99), "customer_class": ("C", "A")}
    report = own.desk.batches.run("doctor", ids, change).result(30)
    assert (report.changed, report.left_out) == (203, {})
    assert values(own, "custom", ids[:2]) == [{"funds": 99, "hobby": "跑步"}, {"funds": 99}]
    own.do(EditRow("doctor", ids[1], {"custom.beds": 7}, 1))
    own.do(Undo(report.undo_token))
    assert values(own, "custom", ids[:3]) == [{"funds": 1250, "hobby": "跑步"}, {"beds": 7}, None]
    assert set(values(own, "customer_class", ids)) == {"C"}


def test_a_key_is_emptied_and_a_later_change_of_it_is_left_alone_by_the_undo(own: Laptop) -> None:
    for one in (ZHANG, LI):
        own.do(EditRow("doctor", one, {"custom.hobby": "跑步", "custom.beds": 3}, 1))
    outcome = own.do(EditMany("doctor", ALL, {"custom.hobby": None}))
    assert values(own, "custom") == [{"beds": 3}, {"beds": 3}, None]
    own.do(EditRow("doctor", LI, {"custom.hobby": "下棋"}, 1))
    undone = own.do(Undo(outcome.undo_token))
    assert undone.left_out == ((LI, "changed_meanwhile"),)
    assert values(own, "custom.hobby", (ZHANG, LI, WANG)) == ["跑步", "下棋", None]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"custom.funds": "12.5"}, "decimal_form"), ({"custom.trust": "高"}, "field_not_allowed"),
     ({"custom.trust": None}, "field_not_allowed"), ({"custom.old": "x"}, "field_retired"),
     ({"custom.nobody": None}, "unknown_field"), ({"custom.interest": "别的"}, "not_in_list"),
     ({"custom": {"hobby": "x"}}, "unknown_field")],
)  # fmt: skip
def test_what_nobody_may_set_is_refused_before_any_row(own: Laptop, change: dict[str, Any], code: str) -> None:
    with pytest.raises((InputError, RefusedError), match=code):
        own.do(EditMany("doctor", ALL, change))
    assert own.waiting() == []
