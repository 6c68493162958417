"""Credentials: the token that a request carries, and whether a cookie may speak for it.

A cookie comes by itself, from wherever a page was loaded; so what changes something, and the
socket, need an Origin that is our own. A Bearer token comes from nowhere by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from yanxin.domain.refusals import Refused

COOKIE: Final = "__Host-session"


def credentials_of(headers: Mapping[bytes, bytes], *, is_changing: bool, is_secure: bool) -> str:
    """The token of a request with `headers` (names in lower case).

    Raises Refused: session.required where there is none, request.origin where it came as a cookie
    from a page that is not ours.
    """
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    if authorization:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused("session.required")
        return token.strip()
    token = _cookie(headers.get(b"cookie", b"").decode("latin-1"))
    if not token:
        raise Refused("session.required")
    if is_changing:
        require_own_origin(headers, is_secure=is_secure)
    return token


def require_own_origin(headers: Mapping[bytes, bytes], *, is_secure: bool) -> None:
    """Raises Refused("request.origin") unless the Origin names the very host that was asked.

    Over TLS its page must have come so, too: one that did not may be anybody's on the way. Without,
    a proxy may stand before us, and the page may have come either way.
    """
    origin = headers.get(b"origin", b"").decode("latin-1")
    host = headers.get(b"host", b"").decode("latin-1")
    scheme, _, rest = origin.partition("://")
    schemes = ("https",) if is_secure else ("https", "http")
    if not host or scheme not in schemes or rest.lower() != host.lower():
        raise Refused("request.origin")


def _cookie(header: str) -> str:
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""
