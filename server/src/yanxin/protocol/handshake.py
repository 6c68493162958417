"""The opening handshake of a WebSocket (RFC 6455 §4.2), where it is the usual one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from websockets.utils import accept_key


def answer_to(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The 101 that accepts a GET of HTTP/1.1 with `headers` (names in lower case).

    None where anything is missing, twice or out of the ordinary: the library then says what.
    """
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in (b"connection", b"upgrade", b"sec-websocket-key", b"sec-websocket-version"):
            if name in found:
                return None
            found[name] = value
    key = found.get(b"sec-websocket-key", b"")
    try:
        is_key = len(key) == 24 and len(base64.b64decode(key, validate=True)) == 16
    except binascii.Error:
        is_key = False
    usual = (
        found.get(b"upgrade", b"").lower() == b"websocket"
        and b"upgrade" in [part.strip().lower() for part in found.get(b"connection", b"").split(b",")]
        and found.get(b"sec-websocket-version") == b"13"
    )
    if not is_key or not usual:
        return None
    accepted = accept_key(key.decode()).encode()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accepted + b"\r\n\r\n"
    )
