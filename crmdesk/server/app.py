"""The ASGI application: routes over services over one database."""

from anyio import CapacityLimiter
from litestar import Litestar
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from crmdesk import __version__
from crmdesk.server.auth import HASHED_AT_ONCE, Authentication
from crmdesk.server.database import Database
from crmdesk.server.routes import errors, files, health, session, sync
from crmdesk.server.settings import Settings
from crmdesk.server.sync_service import SyncService

_ROUTES: list[ControllerRouterHandler] = [
    health.health,
    session.sign_in,
    session.refresh,
    session.sign_out,
    sync.sync,
    files.read_attachment,
    files.upload_state,
    files.receive_chunk,
    files.prove,
]


def create_app(database: Database, settings: Settings) -> Litestar:
    """Return the application over an initialised database; `GET /schema/openapi.json` describes it."""

    state = {
        "authentication": Authentication(database, settings),
        "sync_service": SyncService(database, settings),
        "sign_ins": CapacityLimiter(HASHED_AT_ONCE),
        "database": database,
        "attachment_folder": files.folder_of(database, settings),
    }
    return Litestar(
        route_handlers=_ROUTES,
        state=State(state),
        exception_handlers=errors.HANDLERS,
        before_request=errors.check_plain,
        response_headers={"Cache-Control": "no-store"},  # rows, receipts and tokens are for one person alone
        openapi_config=OpenAPIConfig("crmdesk server", __version__, render_plugins=[JsonRenderPlugin()]),
        request_max_body_size=1 << 20,
        logging_config=None,
        debug=False,
    )
