"""One sync: the request's operations are pushed and committed, then head, pages and end go out as a stream."""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from crmdesk.domain.clock import local_date, to_text
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.protocol import digest, frames
from crmdesk.protocol.messages import (
    FEWER_CURSORS_SINCE,
    MAX_BATCH_OPERATIONS,
    MAX_REQUEST_OPERATIONS,
    PACKED_SINCE,
    PROTOCOL,
    Answer,
    Answers,
    Operation,
    SyncEnd,
    SyncHead,
    SyncRequest,
)
from crmdesk.server import devices, feed, lives
from crmdesk.server.cursor import Cursor, is_of_another_life
from crmdesk.server.database import Database
from crmdesk.server.pull import Pull
from crmdesk.server.push import Pushed, push
from crmdesk.server.rights import Rights
from crmdesk.server.settings import Settings
from crmdesk.server.work import ServerActor, ServerWork

_log = logging.getLogger("crmdesk.server")
RIGHTS_KEPT = timedelta(seconds=30)
"""A stream that is read slowly goes on for so long with the rights of its beginning."""


def _batches(operations: list[Operation]) -> Iterator[list[Operation]]:
    for start in range(0, len(operations), MAX_BATCH_OPERATIONS):
        yield operations[start : start + MAX_BATCH_OPERATIONS]


_TAKEN = frozenset({"applied", "merged", "duplicate"})


def _are_taken(request: SyncRequest, pushed: Pushed) -> bool:
    """Say whether a laptop that knows this life has to be shown that its operations were taken.

    Of a duplicate as well: the answer that showed it may be the one that was lost.
    """
    return bool(request.cursor) and any(one.outcome in _TAKEN for one in pushed.answers)


class SyncService:
    """The service behind `POST /sync`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._rights = Rights()

    def look(self, snapshot: Connection, actor: ServerActor, request: SyncRequest) -> Pull | None:
        """Return the pull of who only asks for news, by the snapshot that told who it is; None for everybody else.

        Half the cost of an answer is to begin a look at the database, and most answers are 'nothing new'.
        """
        only_asks = request.protocol == PROTOCOL and not request.operations and request.device_id == actor.device_id
        if not only_asks or is_of_another_life(request.cursor, self._database.epoch):
            return None
        return self._pull(actor, request, snapshot)

    def answer(self, actor: ServerActor, request: SyncRequest, looked: Pull | None = None) -> Iterator[bytes]:
        """Push, then return the frames of the answer; the first batch is committed before this returns.

        Further batches are committed one by one as the frames are taken, each before its answers go out, and each by
        the rights of its own moment. `looked` is what `look` made of the same request.

        Raises RefusedError (`upgrade_needed`, `device_mismatch`, `device_revoked`, `not_signed_in`) and InputError
        (`too_large`).
        """
        if request.protocol != PROTOCOL:
            raise RefusedError("upgrade_needed", protocol=PROTOCOL)
        if len(request.operations) > MAX_REQUEST_OPERATIONS:
            raise InputError("too_large", limit=MAX_REQUEST_OPERATIONS, length=len(request.operations))
        self._know_the_life(actor, request)
        batches = list(_batches(request.operations))
        first = batches.pop(0) if batches else []
        if is_of_another_life(request.cursor, self._database.epoch):
            pushed, batches = self._not_yet(actor, request.device_id, first), []
        else:
            pushed, actor = self._push(actor, request.device_id, first)
        pull = looked or self._pull(actor, request)
        if pull.lost_life:
            self._begin_anew(pull.lost_life)
            pull = self._pull(actor, request)
        same_scopes = request.subscription == digest.of_subscription(actor.scopes)
        # where the answer is cut behind its head, this alone shows that the operations were taken
        taken = _are_taken(request, pushed)
        head = SyncHead(
            epoch=self._database.epoch,
            server_time=to_text(self._database.clock()),
            user_id=actor.user_id,
            scopes=[] if same_scopes else sorted(actor.scopes),
            answers=pushed.answers,
            restart=pull.restart,
            fork=pushed.fork,
            cursor=pull.cursor.text(self._database.seal) if taken else "",
            same_scopes=same_scopes,
        )
        if pushed.fork or not (request.pull or batches):
            end = SyncEnd(head.cursor or request.cursor, more=pushed.fork)
            return iter([frames.encode(head) + frames.encode(end)])
        if not request.operations and not pull.has_pages:
            return iter([frames.encode(head) + frames.encode(self._end(pull, request))])
        return self._stream(head, self._further(actor, request, batches, pull), pull, request, actor)

    def _pull(self, actor: ServerActor, request: SyncRequest, snapshot: Connection | None = None) -> Pull:
        return Pull(
            self._database,
            actor.scopes,
            actor.user_id,
            request.cursor,
            request.refetch,
            packed=request.schema >= PACKED_SINCE,
            sparse=request.schema >= FEWER_CURSORS_SINCE,
            snapshot=snapshot,
        )

    def _know_the_life(self, actor: ServerActor, request: SyncRequest) -> None:
        """Before anything is taken of a laptop: begin a new life where it shows that this database was put back.

        Nobody may have said so. What the backup lacks would stay lost, and the laptops would take their rows out.
        """
        if is_of_another_life(request.cursor, self._database.epoch):
            self._database.epoch_now()  # or is it of a life that another process has just begun?
        if not request.operations:  # the pull looks as well; most laptops only ask
            return
        cursor = Cursor.read(request.cursor, self._database.epoch, actor.scopes, self._database.seal)
        if cursor is None:
            return
        with self._database.reading() as connection:
            heads = feed.head_positions(connection, list(actor.scopes))
            lost = lives.has_lost(connection, cursor, heads)
        if lost:
            self._begin_anew(cursor.epoch)

    def _begin_anew(self, old: str) -> None:
        fresh = self._database.renew_epoch(old)
        _log.warning("the database was put back to a backup: life %s is over, %s begins", old, fresh)

    def _further(
        self, actor: ServerActor, request: SyncRequest, batches: Iterable[list[Operation]], pull: Pull
    ) -> Iterator[Answers]:
        """Apply the batches behind the first, each in a transaction of its own; the laptop stores answers meanwhile.

        Raises RefusedError for whoever may not sign in any more.
        """
        for batch in batches:
            pushed, _ = self._push(actor, request.device_id, batch)
            yield Answers(pushed.answers, pushed.fork, pull.proof() if _are_taken(request, pushed) else "")
            if pushed.fork:
                return

    def _push(self, actor: ServerActor, device_id: str, operations: list[Operation]) -> tuple[Pushed, ServerActor]:
        """Apply one batch; returns also who the person is by now, by whose rights it was judged.

        A large body takes minutes on a slow line, and the batches before this one took their time.
        """
        if not operations and device_id == actor.device_id:
            return Pushed(), actor
        epoch = self._database.epoch

        def apply(work: ServerWork, one_by_one: bool = False) -> tuple[Pushed, ServerActor]:
            now = self._rights.in_force(work, actor, epoch)
            devices.claim_device(work, now.device_id, device_id, now.user_id)
            return push(work, now, device_id, operations, one_by_one=one_by_one), now

        try:
            return self._database.run(apply)
        except IntegrityError:
            # the same operation or row came by another device at the same moment: by now its answer is known, or it
            # is one operation's alone
            return self._database.run(partial(apply, one_by_one=True))

    def _not_yet(self, actor: ServerActor, device_id: str, operations: list[Operation]) -> Pushed:
        """Take nothing of a laptop that has yet to hear of the restored server: what that lost goes first.

        Else an edit of a row that was lost would be refused, and an older value would come after a newer one.
        """
        self._push(actor, device_id, [])
        return Pushed([Answer(one.id[:64], "later") for one in operations])

    def _stream(
        self, head: SyncHead, further: Iterable[Answers], pull: Pull, request: SyncRequest, actor: ServerActor
    ) -> Iterator[bytes]:
        looked = self._database.clock()
        yield frames.encode(head)
        fork, proof, pushed_on = False, head.cursor or request.cursor, False
        try:
            for answers in further:
                fork, proof, pushed_on = answers.fork, answers.cursor or proof, True
                yield frames.encode(answers)
        except RefusedError as refusal:
            _log.info("an answer is cut: %s", refusal.code)  # the next request is told why
            return
        if fork or not request.pull:
            yield frames.encode(SyncEnd(proof, more=fork))
            return
        if pushed_on and not self._may_still(actor):
            return
        pull.look_again()
        for page in pull.pages():
            now = self._database.clock()
            if now - looked > RIGHTS_KEPT:
                if not self._may_still(actor):
                    return  # the answer is cut: the laptop asks again and hears what it may hold by now
                looked = now
            yield frames.encode(page)
        yield frames.encode(self._end(pull))

    def _may_still(self, actor: ServerActor) -> bool:
        """Say whether a person whose answer takes long may hold today what it was begun with."""
        with self._database.reading() as connection:
            today = local_date(self._database.clock()).isoformat()
            now = devices.actor_of(connection, actor.user_id, actor.device_id, today)
            return (
                now is not None and now.scopes == actor.scopes and not devices.is_revoked(connection, actor.device_id)
            )

    def _end(self, pull: Pull, unmoved: SyncRequest | None = None) -> SyncEnd:
        """Return the last frame; `unmoved` is the request where neither it nor the pull brought anything."""
        digests, moved = pull.digests()
        cursor = pull.cursor.text(self._database.seal)
        told = unmoved is not None and not moved and unmoved.cursor == cursor
        lines = [(one.scope, one.record, one.count, one.digest) for one in digests]
        if told and unmoved is not None and unmoved.summary == digest.of_digests(lines):
            return SyncEnd("", same=True, next_sync_s=self._settings.next_sync_s)
        return SyncEnd(cursor, more=moved, digests=digests, next_sync_s=self._settings.next_sync_s)
