"""A session without an account, for measurements that hand an open desk to the windows themselves."""

from concurrent.futures import Future
from typing import Any

from crmdesk.ui.ports import Device, PutAside


class Nobody:
    """What the windows ask of a session (`crmdesk.ui.ports.SessionPort`), where nobody ever signs in or out."""

    def known_account(self) -> None:
        """Return that there is no account."""

    def never_asked(self, *_words: Any, **_more: Any) -> Any:
        """Never asked: the desk is open and stays so."""
        raise AssertionError("a measurement signs nobody in or out")

    sign_in = unlock = sign_out = change_passphrase = bring_back = throw_away = look = never_asked
    set_passphrase = lock = unlock_again = never_asked

    def device(self) -> "Future[Device]":
        """Return a laptop that no server knows."""
        told: Future[Device] = Future()
        told.set_result(Device("", "", 0))
        return told

    def put_aside(self) -> "Future[list[PutAside]]":
        """Return that there is no older data."""
        found: Future[list[PutAside]] = Future()
        found.set_result([])
        return found

    def remember_look(self, _look: Any) -> None:
        """Nothing outlives a measurement."""
