"""The wire: uvicorn's WebSocket protocol, with its transport within reach.

A frame that arrives is handed to the connection at once, without a queue and a task between; a
frame that leaves was made once for everyone and goes straight to the transport. After the
handshake no task is kept for a connection, so ten thousand idle ones cost little.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol, cast

import structlog
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.server import ServerProtocol

from yanxin.gateway.splitting import Splitter

log = structlog.get_logger()

EXTENSION: Final = "yanxin.wire"
MOST_PARTS: Final = 1_000


class Listener(Protocol):
    """Who is told of what a connection brings."""

    def received(self, text: bytes) -> None:
        """A whole text message, valid UTF-8."""

    def lost(self) -> None:
        """The connection is gone; nothing comes after."""


class _NobodyWaits:
    """In place of a queue and an event, once the connection has a listener."""

    def put_nowait(self, _message: object) -> None: ...

    def set(self) -> None: ...

    def clear(self) -> None: ...


_NOBODY_WAITS: Final = _NobodyWaits()


class Wire(WebSocketsSansIOProtocol):
    """A WebSocket connection. Also a `delivery.sessions.Line`."""

    listener: Listener | None = None
    _splitter: Splitter | None = None
    _writing_paused = False
    _busy = False
    is_open = False
    was_heard = True
    _answer: bytes | None = None
    _backlog: list[tuple[bool, bytes]] = []  # noqa: RUF012 – never changed, only replaced

    def attach(self, listener: Listener) -> None:
        """From now on `listener` is told. What the handshake needed is let go."""
        self.listener = listener
        self.is_open = not self.transport.is_closing()
        self._resume()
        self._splitter = Splitter(self.config.ws_max_size)
        self.request = self.response = self.scope = None  # type: ignore[assignment]
        # The queue and the event serve an application that awaits; they weigh 4 KB, and nobody waits.
        self.queue = self.writable = _NOBODY_WAITS  # type: ignore[assignment]

    def begin(self, scope: Mapping[str, Any], answer: bytes) -> None:
        """Asks the application about a handshake that was read already; `answer` accepts it.

        Nothing more is read before it is answered, so that no frame is taken for a part of the request.
        """
        self.conn = ServerProtocol(state=State.OPEN, max_size=self.config.ws_max_size, logger=self.conn.logger)
        self._answer = answer
        self.handshake_initiated = True
        asked: dict[str, Any] = {
            **scope,
            "type": "websocket",
            "scheme": self.scheme,
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}, EXTENSION: self},
        }
        self.scope = cast("Any", asked)
        self.queue.put_nowait({"type": "websocket.connect"})
        self._pause()
        task = self.loop.create_task(self.run_asgi())
        task.add_done_callback(self.on_task_complete)
        self.tasks.add(task)

    async def send(self, message: Any) -> None:
        """As uvicorn's; a handshake that `begin` began is accepted with the answer that it was given."""
        if self._answer is None or message["type"] != "websocket.accept":
            await super().send(message)
            return
        answer, self._answer = self._answer, None
        if self.disconnected:
            raise ClientDisconnected
        if not self.transport.is_closing():
            self.handshake_complete = True
            self.transport.write(answer)

    def close(self, code: int, reason: str) -> None:
        """Says goodbye with `code`, and waits ten seconds at most for the other side to say it too."""
        self.is_open = False
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.stop_keepalive()
        self._backlog = []
        self._resume()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def busy(self, is_busy: bool) -> None:
        """While busy, nothing more is read from the other side."""
        self._busy = is_busy
        self._pause() if is_busy else self._resume()

    # What uvicorn and the event loop call.

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            cast("dict[str, Any]", self.scope["extensions"])[EXTENSION] = self

    def data_received(self, data: bytes) -> None:
        if self._splitter is None:
            super().data_received(data)
            return
        self.was_heard = True
        arrived = self._splitter.split(data)
        if self._backlog:
            # Reading is paused: no more than what was already on its way here.
            self._backlog += arrived
        else:
            self._take(arrived)

    def handle_cont(self, event: Frame) -> None:
        # Empty parts weigh nothing in the length of a message, but each takes a place in memory.
        if len(self.frames) >= MOST_PARTS:
            self.close(1009, "too many parts")
        else:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.listener is None:
            super().send_receive_event_to_app()
        elif not self.close_sent:
            data, self.frames = b"".join(self.frames), []
            if self.curr_msg_data_type == "text":
                self._hand_over(data)
            else:
                self.close(1003, "text frames only")

    def handle_close(self, event: Frame) -> None:
        self.is_open = False
        if self.listener is not None and not self.close_sent:
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.transport.close()
        else:
            super().handle_close(event)

    def handle_parser_exception(self) -> None:
        self.is_open = False
        if self.listener is None:
            super().handle_parser_exception()
        else:
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.transport.close()

    def keepalive_timeout(self) -> None:
        self.is_open = False
        super().keepalive_timeout()

    def shutdown(self) -> None:
        self.is_open = False
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        super().connection_lost(exc)
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.lost()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing_paused = True
        if self.listener is not None:
            # Whoever does not take answers asks nothing more: answers cannot pile up.
            self._pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._writing_paused = False
        if self.listener is not None:
            self._resume()

    async def run_asgi(self) -> None:
        try:
            await self.app(self.scope, self.receive, self.send)
        except asyncio.CancelledError:
            raise
        except Exception:  # the connection ends; the server goes on
            log.exception("socket.failed")
            self.send_500_response()
        if self.listener is None and self.close_timer is None:
            self.transport.close()

    def _take(self, arrived: list[tuple[bool, bytes]]) -> None:
        """Hands over what arrived, as far as it may be handed over now; the rest waits."""
        self._backlog = []
        for place, (is_text, content) in enumerate(arrived):
            if (self._busy or self._writing_paused) and not self.close_sent:
                self._backlog = arrived[place:]
                return
            if not is_text:
                super().data_received(content)
            elif not self.close_sent and self.listener is not None:
                self._hand_over(content)

    def _hand_over(self, data: bytes) -> None:
        try:
            data.decode()
        except UnicodeDecodeError:
            self.close(1007, "not UTF-8")
            return
        assert self.listener is not None
        self.listener.received(data)

    def _go_on(self) -> None:
        if self._backlog and not self.transport.is_closing():
            self._take(self._backlog)
        if not self._backlog:
            self._resume()

    def _pause(self) -> None:
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def _resume(self) -> None:
        """Goes on with what waits, and reads on once nothing does: what waits is one chunk at the most."""
        if self.transport.is_closing() or ((self._busy or self._writing_paused) and not self.close_sent):
            return
        if self._backlog:
            # In a turn of its own: whoever ended a request is not made to begin others.
            self.loop.call_soon(self._go_on)
        elif self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
