"""The form of an operation: its limits, who it is, and which rows it names; nothing of rights."""

import hashlib
import re
from collections.abc import Iterable
from operator import attrgetter

import msgspec

from crmdesk.domain.clock import from_text
from crmdesk.domain.errors import InputError
from crmdesk.domain.ids import is_id
from crmdesk.domain.records import RECORDS
from crmdesk.domain.references import refs
from crmdesk.protocol.messages import Operation
from crmdesk.server.scoping import Key

_BIGGEST = 2**53
_MAX_FIELDS = 200
_MAX_ARGS_BYTES = 64 << 10
_LIMITS = (
    ("record", 40), ("kind", 20), ("made_at", 40), ("zone", 60), ("command", 60), ("reason", 1000), ("life", 40),
)  # fmt: skip
"""The texts of every operation, and how many characters each may have."""
_TEXTS = attrgetter(*(name for name, _ in _LIMITS))
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_encode = msgspec.msgpack.Encoder().encode


def has_identity(operation: Operation) -> bool:
    """Say whether an operation has an id, a row and a sequence that can be ones at all."""
    return is_id(operation.id) and is_id(operation.row_id) and 0 < operation.seq < _BIGGEST


def body_hash(operation: Operation) -> str:
    """Return the hash of what an operation says; its sequence is left out, a fork renumbers it.

    The life is left out as well: it is told only to a server that lives another one. The zone is always in it: one
    that was left out is the same as the default told, as laptops tell it.
    """
    # only the very text of the declaration is left out as a default, an equal one is not
    zone = operation.zone.encode().decode()
    plain = msgspec.structs.replace(operation, seq=0, life="", zone=zone)
    return hashlib.blake2b(_encode(plain), digest_size=16).hexdigest()


def keys_of(operations: Iterable[Operation]) -> set[Key]:
    """Return every row that the operations speak of, well-formed ids only."""
    keys: set[Key] = set()
    for operation in operations:
        record = RECORDS.get(operation.record)
        if record is None:
            continue
        keys.add((record.name, operation.row_id))
        for name, pair in operation.fields.items():
            declared = record.by_name.get(name)
            if declared is not None:
                keys |= {(ref, one) for ref, one in refs(declared, pair[1]) if is_id(one)}
        parent = operation.fields.get("parent_record", (None, None))[1]
        if isinstance(parent, str) and parent in RECORDS:
            keys |= {(parent, str(one)) for one in operation.fields.get("parent_id", (None, None)) if is_id(one)}
    return keys


def check_form(operation: Operation) -> None:
    """Raise InputError for what is too long, can't be stored or is no time."""
    for (name, limit), value in zip(_LIMITS, _TEXTS(operation), strict=True):
        if len(value) > limit:
            raise InputError("too_long", field=name, limit=limit, length=len(value))
        if _UNSTORABLE.search(value):
            raise InputError("wrong_kind", field=name)
    if not 0 <= operation.base_revision < 2**31:
        raise InputError("out_of_range", field="base_revision")
    if len(operation.fields) > _MAX_FIELDS or len(_encode(operation.args)) > _MAX_ARGS_BYTES:
        raise InputError("too_long", field="fields", limit=_MAX_FIELDS)
    try:
        from_text(operation.made_at)
    except (ValueError, OverflowError) as error:
        raise InputError("wrong_kind", field="made_at") from error
    if operation.kind == "create":
        _check_nothing_seen(operation)


def _check_nothing_seen(operation: Operation) -> None:
    """A new row has no old values: nobody would check them."""
    for name, (old, _) in operation.fields.items():
        if old is not None:
            raise InputError("wrong_kind", field=name[:60])
