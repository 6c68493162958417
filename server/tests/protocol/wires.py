"""A wire of the gateway with a client of another make at its other end, and nothing but bytes between."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import uvicorn
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from yanxin.gateway.wire import EXTENSION, Wire

MOST_BYTES = 1_000
"""The frame limit of these wires: small, so that examples over it are small too."""


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    """`data` in pieces, cut at these places as far as it reaches."""
    places = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    return [data[start:end] for start, end in pairwise(places) if start < end]


class Line(asyncio.Transport):
    """Where the wire writes; what it wrote, and whether it is still open."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 5), "sockname": ("127.0.0.1", 6)})
        self.written = b""
        self.is_closed = False
        self.reads = asyncio.Event()
        self.reads.set()

    def write(self, data: Any) -> None:
        if not self.is_closed:
            self.written += bytes(data)

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        self.reads.clear()

    def resume_reading(self) -> None:
        self.reads.set()

    def get_write_buffer_size(self) -> int:
        return 0


class Ends:
    """Both ends. What the wire handed over is in `texts`, in order."""

    def __init__(self) -> None:
        self.line = Line()
        self.texts: list[bytes] = []
        self.is_lost = False
        self._attached = asyncio.Event()
        self.client = ClientProtocol(parse_uri("ws://localhost/"), max_size=None)
        config = uvicorn.Config(
            self._accept,
            interface="asgi3",
            ws=Wire,
            ws_max_size=MOST_BYTES,
            ws_per_message_deflate=False,
            log_config=None,
        )
        config.load()
        self.wire = Wire(config, ServerState(), {})

    async def _accept(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        scope["extensions"][EXTENSION].attach(self)
        self._attached.set()

    # A `Listener`.

    def received(self, text: bytes) -> None:
        self.texts.append(text)

    def lost(self) -> None:
        self.is_lost = True

    # The test's hands.

    async def shakes_hands(self) -> None:
        self.wire.connection_made(self.line)
        self.client.send_request(self.client.connect())
        self.wire.data_received(b"".join(self.client.data_to_send()))
        async with asyncio.timeout(10):
            await self._attached.wait()
        self.answers()

    def sends(self, data: bytes, cuts: list[int]) -> None:
        """Gives `data` to the wire, cut at these places."""
        for chunk in chunks(data, cuts):
            if not self.line.is_closed:
                self.wire.data_received(chunk)

    def answers(self) -> list[Frame]:
        """What the wire wrote, as the client reads it."""
        self.client.receive_data(self.line.written)
        self.line.written = b""
        return [event for event in self.client.events_received() if isinstance(event, Frame)]

    def close_code(self) -> int | None:
        """With which code the wire has closed; None while it has not."""
        for frame in self.answers():
            if frame.opcode is Opcode.CLOSE:
                code: int = struct.unpack("!H", bytes(frame.data[:2]))[0]
                return code
        return None

    def held_bytes(self) -> int:
        """What the wire keeps of what has come and was not handed over."""
        splitter = self.wire._splitter
        assert splitter is not None
        return len(splitter._pending) + sum(len(part) + 8 for part in self.wire.frames)


@asynccontextmanager
async def ends() -> AsyncIterator[Ends]:
    """A wire after its handshake."""
    made = Ends()
    await made.shakes_hands()
    try:
        yield made
    finally:
        made.line.close()
        made.wire.connection_lost(None)
