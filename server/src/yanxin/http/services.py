"""What the routes need, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request

from yanxin.access.passwords import Passwords
from yanxin.access.tokens import Doorkeeper
from yanxin.domain.actors import Actor
from yanxin.domain.throttling import Buckets
from yanxin.protocol.credentials import credentials_of
from yanxin.protocol.problems import language_of
from yanxin.store.database import Database

CHANGING = frozenset(("POST", "PUT", "PATCH", "DELETE"))


@dataclass(frozen=True, slots=True)
class Services:
    """Made once in `bootstrap`, handed to every route."""

    database: Database
    doorkeeper: Doorkeeper
    passwords: Passwords
    throttle: Buckets


def plain_headers(request: Request[Any, Any, Any]) -> dict[bytes, bytes]:
    """The headers as they came, names in lower case."""
    return dict(request.scope["headers"])


async def actor_of(request: Request[Any, Any, Any], services: Services) -> Actor:
    """Who is asking. Raises Refused("session.required") or Refused("request.origin")."""
    token = credentials_of(plain_headers(request), is_changing=request.method in CHANGING, is_secure=is_secure(request))
    return await services.doorkeeper.actor(token)


def is_secure(request: Request[Any, Any, Any]) -> bool:
    """Whether the request came over TLS to here."""
    return bool(request.scope["scheme"] == "https")


def language(request: Request[Any, Any, Any]) -> str:
    """The language in which problems are told to whoever is asking."""
    return language_of(request.headers.get("accept-language"))


def address_of(request: Request[Any, Any, Any]) -> str:
    """The address that the request came from; one behind a proxy's header is not believed (a later issue)."""
    return request.client.host if request.client else "local"
