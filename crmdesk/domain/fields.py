"""How a record is declared: fields with kind, length, personal-data class, merge rule and writers."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from crmdesk.domain.picklists import PICKLISTS, Choice
from crmdesk.domain.roles import NOBODY, Role


class Kind(StrEnum):
    """What a field holds; decides the column on both sides, the wire form, the form widget and the import parser."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    MONEY = "money"  # integer fen
    DECIMAL = "decimal"  # whole count of the smallest step, `Field.places` says which (`domain.decimals`)
    BOOLEAN = "boolean"
    DATE = "date"  # ISO date text
    INSTANT = "instant"  # UTC, `clock.to_text`
    CHOICE = "choice"  # code of a picklist
    REF = "ref"  # id of another record
    REFS = "refs"  # set of ids, sorted list
    TAGS = "tags"  # set of texts or picklist codes, sorted list
    ITEMS = "items"  # list of structures, each shaped by `Field.item`
    MAP = "map"  # JSON object: server-made (audit entries), or merged key by key (`Merge.KEYS`)


JSON_KINDS = frozenset({Kind.REFS, Kind.TAGS, Kind.ITEMS, Kind.MAP})


class Merge(StrEnum):
    """What decides when two people changed one field (docs/sync.md)."""

    LAST_WINS = "last_wins"
    TEXT = "text"
    SET = "set"
    KEYS = "keys"  # a mapping: each key for itself
    OWNER = "owner"
    COMMAND = "command"


class Personal(StrEnum):
    """Personal-data class (PIPL): decides masking, export and erasure."""

    NONE = "none"
    IDENTITY = "identity"
    CONTACT = "contact"
    SENSITIVE = "sensitive"


class ScopeRule(StrEnum):
    """How the server works out the scopes of a row; never asked of a client."""

    COMPANY = "company"  # everyone
    TERRITORY = "territory"  # its own territory
    CUSTOMER = "customer"  # own territory and those reached through affiliations
    MONEY = "money"  # the territory's money scope and its author
    BUDGET = "budget"  # the territory's budget scope
    OWN = "own"  # nobody but its author
    PARENT = "parent"  # as the row that it belongs to (`parent_record`, `parent_id`)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record. `max_length` counts characters, or entries for sets and lists."""

    name: str
    kind: Kind
    zh: str
    en: str
    max_length: int = 200
    required: bool = False
    picklist: str = ""
    choices: tuple[Choice, ...] = ()  # of a field that an administrator defined, instead of a picklist
    ref: str = ""
    merge: Merge = Merge.LAST_WINS
    personal: Personal = Personal.NONE
    writers: frozenset[Role] | None = None  # None: whoever may write the record
    aliases: tuple[str, ...] = ()  # further headers under which imports know it
    item: tuple["Field", ...] = ()
    indexed: bool = False
    hashed: bool = False  # part of the content that an approval is bound to
    once: bool = False  # given when the row is made, never changed afterwards
    minimum: int | None = None
    maximum: int | None = None
    places: int = 0  # decimals of `Kind.DECIMAL`
    digits: int = 0  # a telephone number has at least so many (`domain.phones`)

    @property
    def server_owned(self) -> bool:
        """No client may ever send this field."""
        return self.writers == NOBODY

    @property
    def entries(self) -> tuple[Choice, ...]:
        """What can be chosen, in the order in which people pick it; () where anything may be put in."""
        return self.choices or PICKLISTS.get(self.picklist, ())

    def entry(self, code: str) -> Choice:
        """Return what can be chosen by its code; another code is its own words, so that nothing is hidden."""
        return next((one for one in self.entries if one.code == code), Choice(code, code, code))

    @property
    def is_json(self) -> bool:
        """Stored as JSON text on both sides."""
        return self.kind in JSON_KINDS


@dataclass(frozen=True, slots=True)
class Record:
    """One record: everything else (tables, messages, forms, import, validation, docs) follows from it."""

    name: str
    zh: str
    en: str
    scope: ScopeRule
    fields: tuple[Field, ...]
    writers: frozenset[Role] = NOBODY  # who may create and edit it through sync
    owner: str = ""  # the field naming the only person who may edit it
    search: bool = False
    fixed: bool = False  # its rows never change once they are made
    kept: bool = False  # its rows are never deleted
    together: frozenset[str] = frozenset()  # fields that say something only as one: an edit of any carries them all
    one_for: str = ""  # the field for each of whose values there is one row, its id following from it (`ids.id_for`)
    by_name: dict[str, Field] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {field.name: field for field in self.fields})

    def field(self, name: str) -> Field:
        """Return a field by name; raises KeyError for one that is not declared."""
        found = self.by_name.get(name)
        if found is None:
            raise KeyError(f"{self.name}.{name}")
        return found

    @property
    def field_names(self) -> tuple[str, ...]:
        """Return the declared names in order, without the house-keeping columns."""
        return tuple(self.by_name)

    @property
    def server_made(self) -> bool:
        """Say whether only the server can make a row: a client may not give what is required."""
        return any(field.required and field.server_owned for field in self.fields)

    @property
    def by_command(self) -> bool:
        """Say whether commands decide about the row, so that nothing of it is ever merged for a person to settle."""
        return any(field.merge is Merge.COMMAND for field in self.fields)

    @property
    def hashed_fields(self) -> tuple[Field, ...]:
        """Return the fields that a content hash covers."""
        return tuple(field for field in self.fields if field.hashed)
