"""The wire, as cheaply as Python can: sockets that speak WebSocket and HTTP from hand-made bytes.

The generator shares two cores with the server it measures, so what it spends per frame it takes
from the server. For what needs no speed there is `yanxin.client`.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import socket
import ssl
import struct
from collections.abc import Callable
from typing import Any, Final, cast

import msgspec

ANSWER_WITHIN_SECONDS: Final = 60.0
"""A server that takes longer for one thing is not measured: TimeoutError."""
_ENDS_HEAD: Final = b"\r\n\r\n"


class Told(msgspec.Struct, gc=False):
    """What may stand in a notification, as far as the benchmarks look at it."""

    conversation: int = 0
    seq: int = 0
    ordinal: int = 0
    sender: int | None = None
    client_id: str | None = None
    kind: str = ""
    read: int = -1


_NONE: Final = msgspec.Raw(b"")


class Frame(msgspec.Struct, gc=False):
    """Any frame of the server: an answer has an id, a notification a method."""

    method: str = ""
    id: int = -1
    params: Told | None = None
    result: msgspec.Raw = _NONE


Answer = Callable[[msgspec.Raw], None]

_decode = msgspec.json.Decoder(Frame).decode
_encode = msgspec.json.Encoder().encode


class Refusal(Exception):
    """The server refused a request that it should have granted, or closed a socket that it should have kept."""


def masked(opcode: int, payload: bytes) -> bytes:
    """One whole frame of a client. Its masking key is zero: legal, as much work for the server, none for us."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 65_536:
        head = struct.pack(">BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack(">BBQ", 0x80 | opcode, 0x80 | 127, size)
    return head + b"\0\0\0\0" + payload


def request(id: int, method: str, params: Any) -> bytes:
    """The frame that asks for `method`."""
    return masked(1, _encode({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))


class Socket(asyncio.Protocol):
    """One socket of one person.

    `told(frame, payload)` hears of every notification; answers go to whoever asked. `failed` hears
    one sentence about a refusal that nobody awaits, or about the end of a socket that should have lived.
    """

    __slots__ = (
        "_buffer",
        "_ids",
        "_is_open",
        "_payloads",
        "_waiting",
        "closed",
        "failed",
        "is_wanted",
        "opened",
        "told",
        "transport",
        "upgrade",
    )

    transport: asyncio.Transport

    def __init__(
        self,
        upgrade: bytes,
        told: Callable[[Frame, bytes], None],
        failed: Callable[[str], None],
    ) -> None:
        self.upgrade = upgrade
        self.told = told
        self.failed = failed
        self.is_wanted = True
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._buffer = b""
        self._is_open = False
        self._waiting: dict[int, Answer | asyncio.Future[msgspec.Raw]] = {}
        self._ids = itertools.count(1)

    # What the scenarios use.

    def ask(self, method: str, params: Any, answer: Answer) -> None:
        """Asks, and hands the result to `answer`."""
        id = next(self._ids)
        self._waiting[id] = answer
        self.transport.write(request(id, method, params))

    def next_id(self, answer: Answer) -> int:
        """The id of a request that the caller writes itself."""
        id = next(self._ids)
        self._waiting[id] = answer
        return id

    async def asked(self, method: str, params: Any) -> msgspec.Raw:
        """Asks, and waits for the result. Raises Refusal."""
        id = next(self._ids)
        waiting: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self._waiting[id] = waiting
        self.transport.write(request(id, method, params))
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            return await waiting

    def abort(self) -> None:
        """Ends it at once, as a machine that is switched off."""
        self.is_wanted = False
        raw = self.transport.get_extra_info("socket")
        if raw is not None:
            # Reset instead of the long goodbye: no port stays taken behind the next run.
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not asked with isinstance: uvloop's transports are no children of asyncio's.
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.upgrade)

    def connection_lost(self, exc: Exception | None) -> None:
        lost = Refusal(f"a socket was closed: {exc}")
        if not self.opened.done():
            self.opened.set_exception(lost)
        elif self.is_wanted:
            self.failed(str(lost))
        for answer in self._waiting.values():
            if isinstance(answer, asyncio.Future) and not answer.done():
                answer.set_exception(lost)
        self._waiting.clear()
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        start, end = 0, len(data)
        if not self._is_open:
            start = self._shake_hands(data)
            if not start:
                return
        while end - start >= 2:
            opcode, size = data[start], data[start + 1]
            body = start + 2
            if size == 126:
                body += 2
                if end < body:
                    break
                size = (data[start + 2] << 8) | data[start + 3]
            elif size == 127:
                body += 8
                if end < body:
                    break
                size = int.from_bytes(data[start + 2 : body], "big")
            after = body + size
            if after > end:
                break
            if opcode == 0x81:
                self._take(data[body:after])
            else:
                self._take_other(opcode, data[body:after])
            start = after
        if start < end:
            self._buffer = data[start:]

    def _shake_hands(self, data: bytes) -> int:
        """Where the frames begin in `data`; 0 while the head of the answer is not whole."""
        where = data.find(_ENDS_HEAD)
        if where < 0:
            self._buffer = data
            return 0
        if not data.startswith(b"HTTP/1.1 101"):
            self.is_wanted = False
            if not self.opened.done():
                self.opened.set_exception(Refusal(f"the upgrade was answered with {data[:200]!r}"))
            self.transport.abort()
            return 0
        self._is_open = True
        if not self.opened.done():
            self.opened.set_result(None)
        return where + len(_ENDS_HEAD)

    def _take(self, payload: bytes) -> None:
        frame = _decode(payload)
        if frame.method:
            self.told(frame, payload)
            return
        answer = self._waiting.pop(frame.id, None)
        if frame.result is not _NONE and answer is not None:
            if isinstance(answer, asyncio.Future):
                if not answer.done():
                    answer.set_result(frame.result)
            else:
                answer(frame.result)
        elif isinstance(answer, asyncio.Future):
            answer.set_exception(Refusal(payload.decode()))
        else:
            self.failed(f"a request was refused, or answered twice: {payload[:300].decode(errors='replace')}")

    def _take_other(self, opcode: int, payload: bytes) -> None:
        if opcode == 0x89:
            self.transport.write(masked(10, payload))
        elif opcode == 0x88:
            if self.is_wanted:
                self.failed(f"a socket was closed by the server with {int.from_bytes(payload[:2], 'big')}")
            self.is_wanted = False
            self.transport.close()
        elif opcode != 0x8A:
            self.failed(f"a frame of kind {opcode:#x} came")


class Rest(asyncio.Protocol):
    """A kept-alive HTTP connection that asks for one thing at a time."""

    transport: asyncio.Transport

    def __init__(self, host: str, token: str) -> None:
        self._head = f"Host: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        self._parts: list[bytes] = []
        self._missing = 0
        self._waiting: asyncio.Future[bytes] | None = None

    async def get(self, path: str) -> bytes:
        """The body of the answer. Raises Refusal unless it is 200."""
        assert self._waiting is None, "one thing at a time"
        self._parts, self._missing = [], 0
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(b"GET %b HTTP/1.1\r\n" % path.encode() + self._head)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                return await self._waiting
        finally:
            self._waiting = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not asked with isinstance: uvloop's transports are no children of asyncio's.
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Refusal(f"a connection was closed: {exc}"))

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        if not self._missing:
            whole = b"".join(self._parts)
            head, ends, body = whole.partition(_ENDS_HEAD)
            if not ends:
                return
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._missing = int(length)
            self._parts = [body]
            if not head.startswith(b"HTTP/1.1 200") and self._waiting is not None:
                self._waiting.set_exception(Refusal(f"a request was answered with {whole[:300]!r}"))
                return
        if sum(map(len, self._parts)) >= self._missing and self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(b"".join(self._parts))


def upgrade_of(host: str, token: str) -> bytes:
    """The request that opens a socket."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /api/v1/socket HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()


async def connect(
    host: str, port: int, protocol: Callable[[], Any], tls: ssl.SSLContext | None = None, source: int = 0
) -> Any:
    """A connection from one of the machine's own addresses; each has ports of its own, and `source` counts them."""
    async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
        _, made = await asyncio.get_running_loop().create_connection(
            protocol,
            host,
            port,
            ssl=tls,
            server_hostname=host if tls is not None else None,
            local_addr=(f"127.0.0.{2 + source % 200}", 0),
        )
    return made
