"""A connection: one socket of one person. Requests in, answers and news out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from yanxin.delivery.sessions import Session
from yanxin.domain.actors import Actor
from yanxin.domain.refusals import Refused
from yanxin.gateway.wire import Wire
from yanxin.protocol import rpc
from yanxin.store.database import Work
from yanxin.store.readers import Look

if TYPE_CHECKING:
    from yanxin.gateway.socket import Gateway

log = structlog.get_logger()

HELLO_WITHIN_SECONDS: Final = 10.0
MOST_UNDER_WAY: Final = 64
A_READ: Final = 8
"""What a request weighs whose answer may be half a megabyte; what is written is answered in a line."""
FLOOD_BURST: Final = 5_000
FLOOD_A_SECOND: Final = 500


class Connection:
    """A socket that was let in.

    At most 64 of its requests are under way, or eight that read; then nothing more is taken until half are answered.
    A device that sends more than 500 frames a second for long is closed with 4429.
    """

    __slots__ = (
        "_allowance",
        "_counted_at",
        "_deadline",
        "_is_busy",
        "_pulse",
        "_tasks",
        "_under_way",
        "gateway",
        "greeted",
        "language",
        "session",
        "wire",
    )

    def __init__(self, gateway: Gateway, wire: Wire, actor: Actor, language: str) -> None:
        self.gateway = gateway
        self.wire = wire
        self.language = language
        self.session = Session(gateway.office.crowd, actor, wire)
        self.greeted = False
        self._pulse = gateway.pulse.join(wire)
        self._under_way = 0
        self._is_busy = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._allowance = float(FLOOD_BURST)
        self._counted_at = time.monotonic()
        self._deadline: asyncio.TimerHandle | None = asyncio.get_running_loop().call_later(
            HELLO_WITHIN_SECONDS, wire.close, 4408, "no hello"
        )

    @property
    def actor(self) -> Actor:
        """Whose socket it is."""
        return self.session.actor

    # What the wire tells.

    def received(self, text: bytes) -> None:
        """One request."""
        if not self._is_within_allowance():
            self.wire.close(4429, "too many frames")
            return
        try:
            id, method, params = rpc.call(text)
        except rpc.Failure as failure:
            if failure.id is not msgspec.UNSET:
                self.session.push(rpc.failure(failure, self.language))
            return
        if not self.greeted and method not in ("hello", "ping"):
            self.refuse(id, Refused("session.hello_first"))
            return
        try:
            self.gateway.methods[method](self, id, params)
        except Refused as refused:
            self.refuse(id, refused)

    def lost(self) -> None:
        """The socket is gone: what it asked for and what was not committed yet is let be."""
        self.said_hello()
        for task in self._tasks:
            task.cancel()
        self.gateway.office.crowd.leave(self.session)
        self.gateway.pulse.leave(self.wire, self._pulse)
        self.gateway.left(self)

    # What methods use.

    def said_hello(self) -> None:
        """The deadline for the first hello is off."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def write(self, id: rpc.Id, work: Work[Any], shown: Callable[[Any], Any]) -> None:
        """Hands `work` to the writer; answers with what `shown` makes of its result."""

        def answer(result: Any, error: BaseException | None) -> None:
            self._ended()
            if error is None:
                self.reply(id, shown(result))
            else:
                self.fail(id, error)

        self._began()
        self.gateway.database.write_soon(work, answer)

    def read(self, id: rpc.Id, look: Look[Any]) -> None:
        """Answers with what `look` finds."""

        def answer(result: Any, error: BaseException | None) -> None:
            self._ended(A_READ)
            if error is None:
                self.reply(id, result)
            else:
                self.fail(id, error)

        self._began(A_READ)
        self.gateway.database.read_soon(look, answer)

    def run(self, id: rpc.Id, work: Coroutine[Any, Any, Any]) -> None:
        """Runs `work` beside other requests and answers with its result, unless that is None."""
        self._began(A_READ)
        task = asyncio.get_running_loop().create_task(self._run(id, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def reply(self, id: rpc.Id, value: Any) -> None:
        """Answers a request; a notification is not answered."""
        if id is not msgspec.UNSET:
            self.session.push(rpc.result(id, value))

    def refuse(self, id: rpc.Id, refused: Refused) -> None:
        """Answers a request that is refused."""
        if id is not msgspec.UNSET:
            self.session.push(rpc.refusal(id, refused, self.language))

    def fail(self, id: rpc.Id, error: BaseException) -> None:
        """Answers a request that failed: with why, or, where that is our own fault, that it did."""
        if isinstance(error, Refused):
            self.refuse(id, error)
        else:
            log.error("socket.request_failed", exc_info=error)
            self.refuse(id, Refused("server.failed"))

    async def _run(self, id: rpc.Id, work: Coroutine[Any, Any, Any]) -> None:
        try:
            value = await work
        except Exception as error:  # answered and logged in `fail`; the socket lives on
            self.fail(id, error)
        else:
            if value is not None:
                self.reply(id, value)
        finally:
            self._ended(A_READ)

    def _began(self, weight: int = 1) -> None:
        self._under_way += weight
        if self._under_way >= MOST_UNDER_WAY and not self._is_busy:
            self._is_busy = True
            self.wire.busy(True)

    def _ended(self, weight: int = 1) -> None:
        self._under_way -= weight
        if self._under_way <= MOST_UNDER_WAY // 2 and self._is_busy:
            self._is_busy = False
            self.wire.busy(False)

    def _is_within_allowance(self) -> bool:
        self._allowance -= 1
        if self._allowance < FLOOD_BURST / 2:
            now = time.monotonic()
            self._allowance = min(FLOOD_BURST, self._allowance + (now - self._counted_at) * FLOOD_A_SECOND)
            self._counted_at = now
        return self._allowance > 0
