"""What the import hands around: formats, tables, notices, planned rows; what it must know of customers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a file that a person should know before importing; code and parameters, words are made above."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Format:
    """What a file turned out to be: `kind` csv, xlsx, xls, ods, vcard or html; for text its encoding and characters."""

    kind: str
    encoding: str = ""
    delimiter: str = ""
    text: str = field(default="", repr=False)
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds something; `number` is its (first) line or row in the file, from 1; it takes `lines` there."""

    number: int
    cells: tuple[str, ...]
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet cut into header and rows; `header_row` is its number in the file, 0 where there is no header.

    `above` are the rows above the header: titles, or what heads the first block of the list; `repeats` are the rows of
    the file in which the header stands again.
    """

    sheet: str
    header_row: int
    header: tuple[str, ...]
    rows: list[SheetRow] = field(repr=False)
    notices: tuple[Notice, ...] = ()
    above: tuple[SheetRow, ...] = field(default=(), repr=False)
    repeats: frozenset[int] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: header, guessed target such as `doctor.name` ('' none), and the code if it may not be imported."""

    index: int
    header: str
    target: str = ""
    refused: str = ""


class Action(StrEnum):
    """What happens to one row."""

    CREATE = "create"
    SAME = "same"
    DUPLICATE_PARKED = "duplicate_parked"
    REFUSED = "refused"
    HEADING = "heading"  # names the hospital of the rows below it, nobody itself


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row to make: record, id and declared values."""

    record: str
    id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """What to do with one row of the file.

    `id` is the customer's: a new one for CREATE, the existing one for SAME and parked rows where known. `values` are
    the declared fields; `before` and `after` are related rows (institution, department; affiliation) made with it.
    """

    row_number: int
    action: Action
    record: str
    id: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[NewRow, ...] = ()
    after: tuple[NewRow, ...] = ()

    @property
    def related(self) -> tuple[NewRow, ...]:
        """Return the rows made beside the customer, those before it first."""
        return self.before + self.after

    @property
    def rows(self) -> tuple[NewRow, ...]:
        """Return every row to make, in an order in which each comes after those that it names; nothing to make: ()."""
        if self.action is not Action.CREATE:
            return ()
        return (*self.before, NewRow(self.record, self.id, self.values), *self.after)


class KnownInstitution(NamedTuple):
    """An institution that exists already."""

    id: str
    name: str
    aliases: Sequence[str] = ()
    city: str = ""


class KnownDoctor(NamedTuple):
    """A doctor who exists already, at one institution; one entry for each affiliation."""

    id: str
    name: str
    institution_id: str = ""
    department_name: str = ""


class KnownCustomers(Protocol):
    """What services (laptop) and server tell the import about the customers that exist."""

    def institutions(self) -> Iterable[KnownInstitution]:
        """Yield every institution in reach."""

    def doctors(self) -> Iterable[KnownDoctor]:
        """Yield every doctor in reach, one entry for each affiliation."""

    def departments(self) -> Iterable[tuple[str, str, str]]:
        """Yield (id, institution id, name) of every department in reach."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """An empty company: nothing is known yet."""

    def institutions(self) -> Iterable[KnownInstitution]:
        """Yield nothing."""
        return ()

    def doctors(self) -> Iterable[KnownDoctor]:
        """Yield nothing."""
        return ()

    def departments(self) -> Iterable[tuple[str, str, str]]:
        """Yield nothing."""
        return ()
