"""A server that never comes to an end: the laptop rests all the same, asks later, and keeps what is the person's."""

from collections.abc import Callable
from typing import Any

import pytest

from crmdesk.domain.ids import new_id
from crmdesk.protocol.messages import Answer
from crmdesk.sync import core
from tests.sync.driver.scripted import Desk

Endless = Callable[[Desk, list[dict[str, Any]], int], list[Any]]
MANY = 60


def _strangers(desk: Desk, rows: list[dict[str, Any]], _number: int) -> list[Any]:
    return [desk.head(answers=[Answer(new_id(), "applied", 1)]), desk.end(*rows)]


def _again_and_again(desk: Desk, rows: list[dict[str, Any]], _number: int) -> list[Any]:
    return [desk.head(), desk.page(*rows), desk.end(*rows, more=True)]


def _new_lives(desk: Desk, rows: list[dict[str, Any]], number: int) -> list[Any]:
    return [desk.head(epoch=f"life-{number}"), desk.page(*rows, first=True), desk.end(*rows)]


def _two_lives(desk: Desk, rows: list[dict[str, Any]], number: int) -> list[Any]:
    return _new_lives(desk, rows, number % 2)


def _new_lives_that_take_everything(desk: Desk, rows: list[dict[str, Any]], number: int) -> list[Any]:
    def head(request: Any) -> Any:
        return desk.head(epoch=f"life-{number}", answers=[Answer(one.id, "applied", 1) for one in request.operations])

    return [head, desk.page(*rows, first=True), desk.end(*rows, more=True)]


ENDLESS: dict[str, Endless] = {
    "answers to what was never sent": _strangers,
    "always more": _again_and_again,
    "a new life each time": _new_lives,
    "two lives by turns": _two_lives,
    "a new life each time that takes everything": _new_lives_that_take_everything,
}


@pytest.mark.parametrize("case", ENDLESS)
def test_it_rests_and_nothing_is_lost(desk: Desk, case: str) -> None:
    rows = [desk.row(name=f"王{number}") for number in range(3)]
    desk.sync([desk.head(), desk.page(*rows, first=True), desk.end(*rows)])
    mine = desk.made(name="新来的")
    status = desk.play([ENDLESS[case](desk, rows, number) for number in range(MANY)], core.Start())
    assert len(desk.script.requests) <= core.MOST_ROUNDS + 2
    assert desk.script.answers, "it stopped by itself"
    assert status.phase in ("idle", "offline")
    assert desk.driver.wait_s is not None
    assert desk.driver.wait_s >= core.SHORTEST_TIMER_S
    assert desk.names().keys() >= {row["id"] for row in rows} | {mine}


@pytest.mark.parametrize("case", ["a new life each time", "two lives by turns"])
def test_lives_that_change_without_end_are_said_and_asked_about_seldom(desk: Desk, case: str) -> None:
    rows = [desk.row(name=f"王{number}") for number in range(3)]
    desk.sync([desk.head(), desk.page(*rows, first=True), desk.end(*rows)])
    mine = desk.made(name="新来的")
    status = desk.play([ENDLESS[case](desk, rows, number) for number in range(MANY)], core.Start())
    assert status.code == "server_error"
    for _ in range(3):
        assert desk.driver.wait_s >= core.LONGEST_BACKOFF_S / 2
        desk.play([ENDLESS[case](desk, rows, number) for number in range(MANY)], core.Tick())
        assert len(desk.script.requests) <= core.RESTORES_IN_A_ROW + 2
    assert desk.waiting() == [mine]
    desk.epoch = "the one life"
    status = desk.play(
        [
            [desk.head(), desk.page(*rows, first=True), desk.end(*rows)],
            [desk.taken(), desk.end(*rows)],
            [desk.head(), desk.end(*rows)],
        ],
        core.Tick(),
    )
    desk.play([[desk.taken(), desk.end(*rows)]] * 2, core.Tick())
    assert desk.waiting() == []
