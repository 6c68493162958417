"""Patience with slow requests has an end: a request that does not come whole in time, or whose head does not end,
is not waited for (slow-loris)."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import unquote

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from yanxin.protocol.handshake import answer_to

WHOLE_WITHIN_SECONDS: Final = 60.0
HEAD_WITHIN_SECONDS: Final = 15.0
MOST_HEAD_BYTES: Final = 32 * 1024


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with a deadline for the head and for the whole of each request."""

    _deadline: asyncio.TimerHandle | None = None
    _head_bytes: int | None = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait(HEAD_WITHIN_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self._carries_body(data):
                self.transport.close()
                return
        super().data_received(data)

    def handle_websocket_upgrade(self) -> None:
        # A socket has deadlines of its own.
        self._rest()
        begin = getattr(self.ws_protocol_class, "begin", None)
        answer = answer_to(self.scope["headers"])
        if begin is None or answer is None or self.scope["method"] != "GET" or self.scope["http_version"] != "1.1":
            super().handle_websocket_upgrade()
            return
        # What was read is not written out for another parser to read again.
        self.connections.discard(self)
        wire: Any = self.ws_protocol_class(  # type: ignore[call-arg, misc]
            config=self.config, server_state=self.server_state, app_state=self.app_state
        )
        wire.connection_made(self.transport)
        self.transport.set_protocol(wire)
        path, _, query = self.url.partition(b"?")
        address = {"path": unquote(path.decode("latin-1")), "raw_path": path, "query_string": query}
        wire.begin({**self.scope, **address}, answer)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0 if self._head_bytes is None else self._head_bytes
        self._wait(HEAD_WITHIN_SECONDS)

    def on_headers_complete(self) -> None:
        self._head_bytes = None
        self._wait(WHOLE_WITHIN_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._rest()
        super().on_message_complete()

    @staticmethod
    def _carries_body(data: bytes) -> bool:
        """Whether the head ends within `data`, so that what follows is a body, which has a limit of its own."""
        return b"\r\n\r\n" in data

    def _wait(self, seconds: float) -> None:
        self._rest()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.transport.get_protocol() is self and not self.transport.is_closing():
            self.transport.close()
