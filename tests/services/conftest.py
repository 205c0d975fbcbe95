"""Laptops with a small company on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.small_territory import FINANCE, MANAGER, REP, Laptop, fill


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    """The rep's laptop with the small company."""
    made = Laptop(tmp_path / "store")
    made.sign_in(REP, "rep")
    fill(made)
    yield made
    made.close()


@pytest.fixture
def manager_laptop(tmp_path: Path) -> Iterator[Laptop]:
    """The manager's laptop with the same company."""
    made = Laptop(tmp_path / "store")
    made.sign_in(MANAGER, "manager", "李强")
    fill(made)
    yield made
    made.close()


@pytest.fixture
def finance_laptop(tmp_path: Path) -> Iterator[Laptop]:
    """Finance's laptop with the same company."""
    made = Laptop(tmp_path / "store")
    made.sign_in(FINANCE, "finance", "陈静")
    fill(made)
    yield made
    made.close()
