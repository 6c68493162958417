"""Splitting what arrives into WebSocket frames (RFC 6455 §5.2), for the usual case alone.

Nearly every frame that a device sends is one whole masked text message. Those are unmasked here;
every other frame is given, whole, to the library's parser, which knows the rules and the errors.
"""

from __future__ import annotations

from typing import Final

try:
    from websockets.speedups import apply_mask
except ImportError:  # platforms without a wheel; slower, and the same
    from websockets.utils import apply_mask

_WHOLE_TEXT: Final = 0x81
_MASKED: Final = 0x80
_DATA: Final = (0x01, 0x02)
_LAST_PART: Final = 0x80
_PONG: Final = 0x8A
_MOST_IN_PONG: Final = 125


class Splitter:
    """Keeps what has arrived of a frame that is not whole yet: a frame's length at the most."""

    __slots__ = ("_in_parts", "_most", "_pending")

    def __init__(self, most_bytes: int) -> None:
        """A frame whose payload is larger than `most_bytes` is given on as soon as its head says so."""
        self._most = most_bytes
        self._pending = b""
        self._in_parts = False

    def split(self, data: bytes) -> list[tuple[bool, bytes]]:
        """The frames that are whole now: (True, the text) or (False, a frame as it came)."""
        if self._pending:
            data = self._pending + data
        found: list[tuple[bool, bytes]] = []
        start, end = 0, len(data)
        while end - start >= 2:
            first, second = data[start], data[start + 1]
            size, at = second & 0x7F, start + 2
            if size == 126:
                at += 2
                size = int.from_bytes(data[start + 2 : at], "big")
            elif size == 127:
                at += 8
                size = int.from_bytes(data[start + 2 : at], "big")
            if at > end:
                break
            if second & _MASKED:
                at += 4
            stop = at + size
            if stop > end and size <= self._most:
                break
            if first == _WHOLE_TEXT and second & _MASKED and size <= self._most and not self._in_parts:
                found.append((True, apply_mask(data[at:stop], data[at - 4 : at])))
            elif first != _PONG or size > _MOST_IN_PONG or not second & _MASKED:
                # A message in parts is the library's until its last part has come.
                if first in _DATA:
                    self._in_parts = True
                elif first == _LAST_PART:
                    self._in_parts = False
                found.append((False, data[start:stop]))
            start = min(stop, end)
        self._pending = data[start:] if start else data
        return found
