"""Routes of signing in: `/auth/sign-in`, `/auth/refresh`, `/auth/sign-out`; and the bearer token of all others."""

from typing import Any

from anyio.to_thread import run_sync
from litestar import Request, post
from litestar.datastructures import State
from litestar.params import JSONBody

from crmdesk.domain.errors import RefusedError
from crmdesk.protocol.messages import Refresh, SignIn, Tokens
from crmdesk.server.auth import Authentication
from crmdesk.server.work import ServerActor

_BODY_LIMIT = 16 << 10


def bearer(request: Request[Any, Any, Any]) -> str:
    """Return the access token of a request; raises RefusedError('not_signed_in')."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > 200:
        raise RefusedError("not_signed_in")
    return token


async def signed_in(request: Request[Any, Any, Any]) -> ServerActor:
    """Return who asks, with today's rights; raises RefusedError as `Authentication.actor`."""
    authentication: Authentication = request.app.state.authentication
    return await run_sync(authentication.actor, bearer(request))


@post("/auth/sign-in", status_code=200, request_max_body_size=_BODY_LIMIT, summary="Sign in")
async def sign_in(request: Request[Any, Any, Any], data: JSONBody[SignIn], state: State) -> Tokens:
    """Give tokens for a login and password, bound to the device."""
    authentication: Authentication = state.authentication
    address = request.client.host if request.client else ""
    # whoever waits for a turn at hashing waits outside of the threads that everything else needs
    return await run_sync(authentication.sign_in, data, address, limiter=state.sign_ins)


@post("/auth/refresh", status_code=200, request_max_body_size=_BODY_LIMIT, summary="Refresh tokens")
async def refresh(data: JSONBody[Refresh], state: State) -> Tokens:
    """Give new tokens for a refresh token, which works once."""
    authentication: Authentication = state.authentication
    return await run_sync(authentication.refresh, data)


@post("/auth/sign-out", status_code=204, request_max_body_size=_BODY_LIMIT, summary="Sign out")
async def sign_out(request: Request[Any, Any, Any], state: State) -> None:
    """Revoke what was given at sign-in."""
    authentication: Authentication = state.authentication
    await run_sync(authentication.sign_out, bearer(request))
