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
from yanxin.http.document import document
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
    async def openapi(request: Request[Any, Any, Any]) -> dict[str, Any]:
        return document(request.app)

    signed_in = Router(
        path="/",
        route_handlers=[
            MeController,
            UsersController,
            DepartmentsController,
            AdminController,
            ConversationsController,
        ],
        security=[{"bearer": []}, {"cookie": []}],
    )
    api = Router(
        path=API,
        route_handlers=[SetupController, SessionsController, signed_in],
        dependencies={
            "services": Provide(lambda: services, sync_to_thread=False, use_cache=True),
            "actor": Provide(provide_actor),
        },
        guards=[known_parameters_only],
        dto=StrictBody,
        return_dto=None,
    )
    return Litestar(
        route_handlers=[api, Router(path="/api", route_handlers=[openapi])],
        exception_handlers=problems.HANDLERS,
        request_max_body_size=problems.MOST_BODY_BYTES,
        # Hooks and guards are coroutines: a plain function would be sent to a thread, with every request.
        before_request=_allowed,
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


async def _allowed(request: Request[Any, Any, Any]) -> Response[None] | None:
    """The answer to OPTIONS. The framework's own knows one function of an address, and there may be several."""
    if request.method != "OPTIONS":
        return None
    here = [route for route in request.app.routes if route.path_format == request.scope["path_template"]]
    methods = {method for route in here for method in route.methods}
    return Response(None, status_code=204, headers={"allow": ", ".join(sorted(methods))})


async def _kept_nowhere(response: Response[Any]) -> Response[Any]:
    """What is refused says so by itself: hooks are not called for it."""
    for name, value in problems.KEPT_NOWHERE.items():
        response.headers.setdefault(name, value)
    return response
