"""Query parameters: one that a route does not know is an error, not a guess, and none is given twice."""

from __future__ import annotations

from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from yanxin.domain.refusals import Refused

_NOT_OF_THE_QUERY: Final = frozenset(("actor", "data", "request", "self", "services"))


async def known_parameters_only(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard. Raises Refused("request.malformed") for a query parameter that the route does not take."""
    given = [name for name, _ in connection.query_params.multi_items()]
    if not given:
        return
    known = _known(handler) - connection.path_params.keys()
    for name in given:
        if name not in known:
            raise Refused("request.malformed", reason=f"there is no parameter {name[:50]!r} here")
    if len(given) != len(set(given)):
        raise Refused("request.malformed", reason="a parameter is given twice")


def _known(handler: BaseRouteHandler) -> set[str]:
    known = set()
    for name, field in handler.parsed_fn_signature.parameters.items():
        alias = getattr(field.kwarg_definition, "query", None)
        known.add(alias or name)
    return known - _NOT_OF_THE_QUERY
