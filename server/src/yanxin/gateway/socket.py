"""The door of the socket: who may upgrade, and how all sockets are told to leave."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Any, Final

import msgspec
import structlog

from yanxin.access.tokens import Doorkeeper
from yanxin.actions import sessions
from yanxin.delivery.office import Office
from yanxin.domain.actors import Actor
from yanxin.domain.refusals import Refused
from yanxin.gateway.connection import Connection
from yanxin.gateway.methods import METHODS
from yanxin.gateway.pulse import Pulse
from yanxin.gateway.wire import EXTENSION, Wire
from yanxin.protocol import problems, rpc, views
from yanxin.protocol.credentials import credentials_of
from yanxin.store.database import Database

log = structlog.get_logger()

PATH: Final = "/api/v1/socket"
SNAPSHOTS_AT_ONCE: Final = 16
NOTE_EVERY_SECONDS: Final = 5.0
NOTE_AGAIN_AFTER_SECONDS: Final = 600.0
CLOSED_WITHIN_SECONDS: Final = 3.0
RETURN_PER_SECOND: Final = 500
"""How many devices a second may come back after a restart: the window grows with their number."""

Scope = dict[str, Any]


class Gateway:
    """All sockets of this node."""

    def __init__(self, database: Database, doorkeeper: Doorkeeper, office: Office) -> None:
        self.database = database
        self.office = office
        self.methods = METHODS
        self.admission = asyncio.Semaphore(SNAPSHOTS_AT_ONCE)
        self.connections: set[Connection] = set()
        self.pulse = Pulse()
        self._doorkeeper = doorkeeper
        self._is_open = True
        self._lines = 0
        self._left = asyncio.Event()
        self._seen: dict[int, tuple[float, str]] = {}
        self._to_note: dict[int, tuple[Actor, str]] = {}
        self._noting: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """The ASGI application of the socket's address."""
        await receive()
        headers = dict(scope["headers"])
        language = problems.language_of(_text(headers.get(b"accept-language")))
        try:
            credentials = credentials_of(headers, is_changing=True, is_secure=scope["scheme"] == "wss")
            if not self._is_open:
                raise Refused("server.busy")
            actor = await self._doorkeeper.actor(credentials)
        except Refused as refused:
            await _reject(send, refused, language)
            return
        wire: Wire = scope["extensions"][EXTENSION]
        await send({"type": "websocket.accept"})
        self._lines += 1
        connection = Connection(self, wire, msgspec.structs.replace(actor, line=self._lines), language)
        self.connections.add(connection)
        self.office.crowd.connect(connection.session)
        wire.attach(connection)
        if not self._doorkeeper.is_alive(actor):
            # It ended between the look at its token and now.
            wire.close(4401, "session ended")

    def left(self, connection: Connection) -> None:
        """A connection is gone."""
        self.connections.discard(connection)
        self._left.set()

    def saw(self, actor: Actor, device: str) -> None:
        """Notes, a little later and together with others, that a session is in use."""
        if actor.session is None:
            return
        loop = asyncio.get_running_loop()
        noted, before = self._seen.get(actor.session, (-NOTE_AGAIN_AFTER_SECONDS, ""))
        if loop.time() - noted < NOTE_AGAIN_AFTER_SECONDS and before == device:
            return
        self._seen[actor.session] = (loop.time(), device)
        self._to_note[actor.session] = (actor, device)
        if self._noting is None:
            self._noting = loop.call_later(NOTE_EVERY_SECONDS, self._note)

    async def drain(self, reason: str = "restart") -> None:
        """Tells every device to come back, each at a time of its own, and closes its socket with 1001."""
        self._is_open = False
        self.pulse.stop()
        window_ms = 1000 + 1000 * len(self.connections) // RETURN_PER_SECOND
        for index, connection in enumerate(list(self.connections)):
            told = views.Goodbye(reason, random.randint(200, window_ms))
            connection.session.push(rpc.notification("goodbye", told))
            connection.session.live = False
            if index % 500 == 499:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        for connection in list(self.connections):
            connection.wire.close(1001, reason)
        # Until the other side has said it too: a socket that is cut while its device is still
        # sending is reset, and what was just written to it is never read.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSED_WITHIN_SECONDS):
                while self.connections:
                    self._left.clear()
                    await self._left.wait()
        if self._noting is not None:
            self._noting.cancel()

    def _note(self) -> None:
        self._noting = None
        noted, self._to_note = self._to_note, {}
        self.database.write_soon(
            sessions.saw({actor.session: device for actor, device in noted.values() if actor.session is not None}),
            lambda _result, error: log.warning("session.not_noted", error=repr(error)) if error else None,
        )


async def _reject(send: Any, refused: Refused, language: str) -> None:
    problem = problems.of(refused, language)
    await send(
        {
            "type": "websocket.http.response.start",
            "status": problem.status,
            "headers": [(b"content-type", b"application/problem+json")],
        }
    )
    await send({"type": "websocket.http.response.body", "body": msgspec.json.encode(problem), "more_body": False})


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")
