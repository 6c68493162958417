"""Whatever goes wrong in a request, as `application/problem+json`."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ExceptionHandlersMap

from yanxin.domain.refusals import Refused
from yanxin.http.services import language
from yanxin.protocol import problems
from yanxin.protocol.views import Problem

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
MOST_BODY_BYTES = 1024 * 1024

KEPT_NOWHERE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""What stands in every answer: it stays in no cache between here and its asker, and is not taken for a page."""

_SENTENCES = {
    400: "malformed",
    401: "not signed in, or the session has ended",
    403: "not allowed",
    404: "not there, or not for you to know",
    409: "does not fit what is there",
    413: "too large",
    429: "too often; see Retry-After",
    503: "busy; try again in a moment",
}


def may_fail(*statuses: int) -> dict[int, ResponseSpec]:
    """How a route may fail, for the OpenAPI document."""
    return {
        status: ResponseSpec(Problem, description=_SENTENCES[status], media_type=MEDIA_TYPE, generate_examples=False)
        for status in sorted({*statuses, 400, 503})
    }


def there_already(what: type[Any]) -> dict[int, ResponseSpec]:
    """That a route which makes something answers 200 where it was made before, for the OpenAPI document."""
    return {200: ResponseSpec(what, description="there already", generate_examples=False)}


def _answer(request: Request[Any, Any, Any], refused: Refused) -> Response[bytes]:
    problem = problems.of(refused, language(request))
    headers = dict(KEPT_NOWHERE)
    if refused.code == "session.throttled":
        headers["retry-after"] = str(refused.facts.get("seconds", 1))
    if problem.status == 503:
        headers["retry-after"] = "1"
    if problem.status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def refused(request: Request[Any, Any, Any], error: Refused) -> Response[bytes]:
    """What the rules refuse."""
    return _answer(request, error)


def malformed(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """What does not have the shape that the route takes."""
    reasons = []
    for each in error.extra if isinstance(error.extra, list) else []:
        if isinstance(each, dict):
            reasons.append(": ".join(str(part) for part in (each.get("key"), each.get("message")) if part))
    return _answer(request, Refused("request.malformed", reason="; ".join(reasons) or str(error.detail)))


def undecodable(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A body that is no text, or nested too deep to be read."""
    return _answer(request, Refused("request.malformed", reason=str(error)))


def other(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework refuses by itself."""
    match error:
        case NotFoundException():
            return _answer(request, Refused("route.not_found"))
        case MethodNotAllowedException():
            answer = _answer(request, Refused("request.method_not_allowed"))
            answer.headers.update(error.headers or {})
            return answer
    if error.status_code == 413:
        return _answer(request, Refused("request.too_large", limit=MOST_BODY_BYTES))
    if error.detail == "client disconnected prematurely":
        # Nobody is there to hear it, and it is no fault of ours.
        return _answer(request, Refused("request.malformed", reason=error.detail))
    if error.status_code >= 500:
        return failed(request, error)
    return _answer(request, Refused("request.malformed", reason=error.detail))


def failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """What should not have happened."""
    log.error("http.request_failed", path=request.url.path, exc_info=error)
    return _answer(request, Refused("server.failed"))


HANDLERS: ExceptionHandlersMap = {
    Refused: refused,
    ValidationException: malformed,
    UnicodeDecodeError: undecodable,
    RecursionError: undecodable,
    HTTPException: other,
    Exception: failed,
}
