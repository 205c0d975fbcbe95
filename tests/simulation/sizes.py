"""Small limits for every other seed, so that few rows already make many pages, batches and parts; many call-backs."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from crmdesk.domain import claims
from crmdesk.server import pull, segments, sync_service
from crmdesk.storage import arrivals, leaving
from crmdesk.sync import core, pace

_SMALL = (
    (pull, "MAX_PAGE_ROWS", 9),
    (pull, "PACKED_ROWS", 7),
    (pull, "_LITTLE", 4),
    (pull, "_TOGETHER", 2),
    (pull, "_SCOPES_A_PAGE", 2),
    (segments, "FEWEST_ROWS", 4),
    (segments, "_MANY_GONE", 5),
    (arrivals, "_FEWEST", 4),
    (pace, "UNIT", 3),
    (pace, "UNSEEN_S", pace.LONGEST_S / 5),
    (leaving, "PART", 9),
    (sync_service, "MAX_BATCH_OPERATIONS", 4),
    (core, "MAX_REQUEST_OPERATIONS", 9),
    (core, "VANISHING_FLOOR", 6),
)


@contextmanager
def of_seed(seed: int) -> Iterator[None]:
    """Let the limits of a seed hold meanwhile: the true ones for odd seeds, small ones for even seeds."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(claims, "CALL_BACK_SHARE_PERCENT", 60))
        for module, name, value in _SMALL if seed % 2 == 0 else ():
            stack.enter_context(patch.object(module, name, value))
        yield
