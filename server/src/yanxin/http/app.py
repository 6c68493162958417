"""The REST application: all routes, one shape for problems, the OpenAPI document, the web client's files."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request, Response, Router, get
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from yanxin import __version__
from yanxin.domain.actors import Actor
from yanxin.http import problems
from yanxin.http.bodies import StrictBody
from yanxin.http.conversations import ConversationsController
from yanxin.http.parameters import known_parameters_only
from yanxin.http.people import AdminController, DepartmentsController, UsersController
from yanxin.http.services import Services, actor_of
from yanxin.http.sessions import MeController, SessionsController, SetupController

API = "/api/v1"


def application(services: Services) -> Litestar:
    """The ASGI application of everything under `/api`."""

    async def provide_actor(request: Request[Any, Any, Any]) -> Actor:
        return await actor_of(request, services)

    @get("/openapi.json", include_in_schema=False)
    async def document(request: Request[Any, Any, Any]) -> dict[str, Any]:
        return request.app.openapi_schema.to_schema()

    api = Router(
        path=API,
        route_handlers=[
            SetupController,
            SessionsController,
            MeController,
            UsersController,
            DepartmentsController,
            AdminController,
            ConversationsController,
        ],
        dependencies={
            "services": Provide(lambda: services, sync_to_thread=False, use_cache=True),
            "actor": Provide(provide_actor),
        },
        guards=[known_parameters_only],
        dto=StrictBody,
        return_dto=None,
        security=[{"bearer": []}, {"cookie": []}],
    )
    return Litestar(
        route_handlers=[api, Router(path="/api", route_handlers=[document])],
        exception_handlers=problems.HANDLERS,
        request_max_body_size=problems.MOST_BODY_BYTES,
        after_request=_kept_nowhere,
        openapi_config=OpenAPIConfig(
            title="Yanxin",
            version=__version__,
            # The pages that come with the framework load from the internet; ours is in `web`.
            path="/api/openapi",
            render_plugins=[JsonRenderPlugin()],
            use_handler_docstrings=True,
            components=Components(
                security_schemes={
                    "bearer": SecurityScheme(type="http", scheme="bearer"),
                    "cookie": SecurityScheme(type="apiKey", name="__Host-session", security_scheme_in="cookie"),
                }
            ),
        ),
        logging_config=None,
        debug=False,
    )


def _kept_nowhere(response: Response[Any]) -> Response[Any]:
    """No answer stays in a cache between here and its asker, nor is it taken for a page."""
    response.headers.setdefault("cache-control", "no-store")
    response.headers.setdefault("x-content-type-options", "nosniff")
    return response
