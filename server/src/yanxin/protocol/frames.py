"""WebSocket text frames from the server, made once and sent to many (RFC 6455 §5.2: unmasked)."""

from __future__ import annotations

import struct


def text_frame(payload: bytes) -> bytes:
    """`payload`, which is UTF-8, as one whole text frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65_536:
        return b"\x81\x7e" + struct.pack(">H", size) + payload
    return b"\x81\x7f" + struct.pack(">Q", size) + payload
