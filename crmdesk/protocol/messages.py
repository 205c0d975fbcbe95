"""The messages of protocol 1. All values are JSON-like; rows travel as arrays under one column header."""

from typing import Annotated, Any

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
"""A revision or a number of rows; anything else is refused while it is read."""

PROTOCOL = 1
SCHEMA = 6
PACKED_SINCE = 2
"""From this schema on a laptop reads packed groups (`Page.packed`); one that names an older schema gets rows."""
FEWER_CURSORS_SINCE = 6
"""From this schema on a laptop takes pages without a cursor, where it holds many scopes."""
MEDIA_TYPE = "application/vnd.crmdesk.sync.v1"
MAX_BATCH_OPERATIONS = 500
"""So many operations are applied and committed together."""
MAX_REQUEST_OPERATIONS = 2_000
"""So many operations a request carries, MAX_BATCH_BYTES in all; the server takes them batch by batch, in order."""
MAX_BATCH_BYTES = 1 << 20
MAX_PAGE_ROWS = 2_000
MAX_PAGE_BYTES = 1 << 20
MAX_ATTACHMENT_BYTES = 20 << 20
CHUNK_BYTES = 256 << 10


class Operation(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One thing a person did. `fields` is {name: [old, new]}; for a create, old is None.

    `life` is the epoch of the server that gave `base_revision`; on the line it may be left out where it is the epoch
    of the cursor beside it.
    """

    id: str
    seq: int
    record: str
    row_id: str
    kind: str  # create | edit | delete | command
    made_at: str
    zone: str = "Asia/Shanghai"
    base_revision: int = 0
    life: str = ""
    fields: dict[str, tuple[Any, Any]] = {}
    command: str = ""
    args: dict[str, Any] = {}
    reason: str = ""


class Answer(msgspec.Struct, omit_defaults=True):
    """The server's answer to one operation.

    outcome: applied | merged | duplicate | refused | later. `row` is the row as it is now (wire columns by name) after
    applied or merged; `code` and `params` give the reason of a refusal, `field` the field it is about. A row that is no
    longer the person's is not told, and one that the answer has no room for comes with the pull: `revision` is 0 then.
    """

    op_id: str
    outcome: str
    revision: Count = 0
    row: dict[str, Any] | None = None
    code: str = ""
    params: dict[str, Any] = {}
    field: str = ""


class SyncRequest(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """The head of `POST /sync`. `cursor` is opaque ('' at first); `digests` asks for digests with the last frame.

    `acknowledged`, which older laptops tell, is read by nobody: the cursor says it all. `refetch` names scopes whose
    digests differed: the server sends them anew, as for a scope in `SyncHead.restart` (first page with `first`).
    `subscription` and `summary` (`crmdesk.protocol.digest`, b'' for none) say what the laptop holds; where they are the
    server's too, the answer leaves out the list of scopes and the digests: nothing new stays small for many scopes.
    """

    protocol: int
    schema: int
    device_id: str
    cursor: str = ""
    operations: list[Operation] = []
    acknowledged: int = 0
    pull: bool = True
    refetch: list[str] = []
    subscription: bytes = b""
    summary: bytes = b""


class SyncHead(msgspec.Struct, omit_defaults=True):
    """First frame of the answer. `scopes` is the whole subscription; scopes not in it are to be purged.

    `answers` are those to the first batch of operations (MAX_BATCH_OPERATIONS), `Answers` those to the further ones.
    `restart` names scopes whose position was not usable: their rows come again from the start (the outbox stays).
    `fork` tells that the device sequence was seen before: take a new device id, renumber, send again.
    `same_scopes` says that `scopes` is left out, because it is the subscription that the request named. `cursor`, where
    operations were taken, is the request's with the proof that they were: it counts even if no page arrives.
    """

    epoch: str
    server_time: str
    user_id: str
    scopes: list[str]
    answers: list[Answer] = []
    restart: list[str] = []
    fork: bool = False
    cursor: str = ""
    same_scopes: bool = False


class Answers(msgspec.Struct, omit_defaults=True):
    """The answers to a further batch of the request's operations, sent when it is committed.

    `fork` and `cursor` as in the head.
    """

    answers: list[Answer] = []
    fork: bool = False
    cursor: str = ""


class RowGroup(msgspec.Struct, omit_defaults=True):
    """Rows of one record within a page; `columns` are the wire columns, `left` and `deleted` are ids that go.

    The values of the rows stand either in `rows`, row by row, or in `values`, column by column (packed groups).
    """

    record: str
    columns: list[str] = []
    rows: list[list[Any]] = []
    left: list[str] = []
    deleted: list[str] = []
    values: list[list[Any]] = []

    @property
    def size(self) -> int:
        """Return how many rows the group brings."""
        return len(self.values[0]) if self.values else len(self.rows)

    def by_row(self) -> list[list[Any]]:
        """Return the rows one by one, however they came."""
        return list(map(list, zip(*self.values, strict=True))) if self.values else self.rows


class Page(msgspec.Struct, omit_defaults=True):
    """A consistent piece of one scope. Committed with `cursor` in one transaction: page = commit = resume point.

    `complete` says that the scope has nothing after this page; `first` that the page starts the scope anew.
    Where `cursor` is '' the one before goes on counting: after a cut these pages come again.
    `remaining` is the number of feed entries of this scope still to come after it. `packed` are groups that the server
    keeps ready, column by column and compressed by themselves (`frames.pack`); whoever reads frames gets them as
    `groups`, in front of those of this page alone.
    """

    scope: str
    groups: list[RowGroup]
    cursor: str
    complete: bool = False
    first: bool = False
    remaining: Count = 0
    packed: bytes = b""


class ScopeDigest(msgspec.Struct):
    """Count and digest of one record in one scope: `crmdesk.protocol.digest`."""

    scope: str
    record: str
    count: Count
    digest: str


class SyncEnd(msgspec.Struct, omit_defaults=True):
    """Last frame. Without it the answer was cut and only the committed pages count.

    `more` asks the laptop to sync again at once; `next_sync_s` proposes when to ask again. `same` says that nothing
    moved and all digests are those that the request summed up: `digests` and `cursor` are left out.
    """

    cursor: str
    more: bool = False
    digests: list[ScopeDigest] = []
    next_sync_s: int = 300
    same: bool = False


class Problem(msgspec.Struct, omit_defaults=True):
    """The body of every 4xx and 5xx: a stable code, plain parameters, and English words for a log."""

    code: str
    message: str
    params: dict[str, Any] = {}


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /auth/sign-in`: device_id is a UUIDv7 made by the laptop; device_name is for people."""

    login: str
    password: str
    device_id: str
    device_name: str = ""


class Refresh(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /auth/refresh`: a refresh token works once; using it again revokes its family.

    `attempt` is made by the laptop and kept before the request goes out. The same request once more, because its answer
    was lost, gets the same tokens as long as these have not been used; '' is for one that is never sent again.
    """

    refresh_token: str
    device_id: str
    attempt: str = ""


class Tokens(msgspec.Struct):
    """The answer to sign-in and refresh. `access_expires_in_s` ≤ 900."""

    access_token: str
    access_expires_in_s: int
    refresh_token: str
    user_id: str
    name: str
    role: str
    server_epoch: str


class UploadState(msgspec.Struct, omit_defaults=True):
    """What the server holds of an attachment: `received` bytes of `size`; `complete` after its SHA-256 was verified.

    `challenge` (hex): a `Proof` of holding the bytes saves sending them, where the server has them from somebody else;
    whether it has is not told.
    """

    sha256: str
    size: int
    received: int
    complete: bool
    challenge: str = ""


class Proof(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /attachments/{sha256}/proof`: HMAC-SHA-256 (hex) of the bytes under the key `challenge`.

    Knowing a hash is no right to what it names; holding the bytes is.
    """

    proof: str
